//! The source itself.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use keysieve_source::{BlobSink, Place, Sighted, Source, SourceError};

use super::commits::Commits;
use super::compare::Comparison;
use super::hand_over::HandOver;
use super::places::Places;
use super::range::{self, Found, Range};
use super::staged::Index;
use super::step::Step;
use crate::Error;
use crate::layout::Layout;
use crate::object::Kind;
use crate::objects::{Lost, Objects, Reader};
use keysieve_finding::ObjectId;

/// A part of a repository: what is staged, or what some commits bring.
pub struct ChosenSource {
    pub(super) layout: Layout,
    pub(super) objects: Objects,
    what: What,
    pub(super) whole_files: bool,
    pub(super) steps: OnceLock<Vec<Step>>,
    no_commits: Commits,
}

/// What was chosen.
enum What {
    /// What is staged; of some files, if any are named.
    Staged(Index, Vec<Vec<u8>>),
    Range(Found),
}

impl ChosenSource {
    pub(crate) fn staged(layout: Layout, paths: &[Vec<u8>]) -> Result<Self, Error> {
        let index = Index::open(&layout)?;
        for path in paths {
            if !index.has(path) {
                return Err(Error::NotInIndex { path: String::from_utf8_lossy(path).into_owned() });
            }
        }
        let objects = Objects::open(&layout);
        Ok(Self::of(layout, objects, What::Staged(index, paths.to_vec())))
    }

    pub(crate) fn range(layout: Layout, range: &Range) -> Result<Self, Error> {
        let objects = Objects::open(&layout);
        let found = range::find(&layout, &objects, range)?;
        Ok(Self::of(layout, objects, What::Range(found)).whole_files(range.whole_files))
    }

    fn of(layout: Layout, objects: Objects, what: What) -> Self {
        let (steps, no_commits) = (OnceLock::new(), Commits::default());
        Self { layout, objects, what, whole_files: false, steps, no_commits }
    }

    /// Lets everything count that stands in a changed file, rather than changed lines alone.
    #[must_use]
    pub fn whole_files(mut self, whole: bool) -> Self {
        self.whole_files = whole;
        self
    }

    /// How many commits were chosen; none of what is staged.
    #[must_use]
    pub fn commits(&self) -> Option<usize> {
        self.found().map(|found| found.commits.all.len())
    }

    pub(super) fn found(&self) -> Option<&Found> {
        match &self.what {
            What::Range(found) => Some(found),
            What::Staged(..) => None,
        }
    }

    pub(super) fn chosen(&self) -> &Commits {
        self.found().map_or(&self.no_commits, |found| &found.commits)
    }

    /// What is new, step by step; and what could not be looked at.
    fn compare(&self, sink: &dyn BlobSink) -> (Vec<Step>, Vec<(ObjectId, Lost)>) {
        let mut reader = Reader::new(&self.objects);
        let mut comparison = Comparison::new(&mut reader);
        let steps = match &self.what {
            What::Staged(index, paths) if paths.is_empty() => vec![index.changes(&mut comparison)],
            What::Staged(index, paths) => vec![index.named(paths, &mut comparison)],
            What::Range(found) => of_range(found, &mut comparison, sink),
        };
        (steps, comparison.lost)
    }
}

fn of_range(found: &Found, comparison: &mut Comparison<'_, '_>, sink: &dyn BlobSink) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut path = Vec::new();
    for (id, kind) in &found.others {
        if *kind == Kind::Tree {
            let mut step = Step::default();
            comparison.compare(Some(*id), &[], &mut path, &mut step);
            steps.push(step);
        }
    }
    for (number, commit) in (0..).zip(&found.commits.all) {
        if sink.stopped() {
            break;
        }
        let mut step = Step { commit: Some(number), ..Step::default() };
        let cut = found.commits.cut.binary_search(&commit.id).is_ok();
        let mut before = Vec::new();
        for parent in commit.parents.iter().filter(|_| !cut) {
            before.push(found.commits.tree_of(*parent, comparison.reader));
        }
        comparison.compare(commit.tree, &before, &mut path, &mut step);
        if !step.is_empty() {
            steps.push(step);
        }
    }
    steps
}

impl Source for ChosenSource {
    fn hands_over_names(&self) -> bool {
        true
    }

    fn knows_names_alone(&self) -> bool {
        true
    }

    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        let (steps, lost) = self.compare(sink);
        let steps = self.steps.get_or_init(|| steps);
        HandOver::new(self, steps, sink).run(threads, lost);
        Ok(())
    }

    fn attribute(
        &self,
        sighted: &[Sighted<'_>],
        _threads: NonZeroUsize,
        _sink: &dyn BlobSink,
    ) -> Result<Option<Vec<Vec<Place>>>, SourceError> {
        Ok(Some(Places::of(self, self.steps.get().map_or(&[], Vec::as_slice)).all(sighted)))
    }

    fn keeps_unplaced(&self) -> bool {
        false
    }
}
