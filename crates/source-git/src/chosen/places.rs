//! Where what was found stands.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use keysieve_finding::{GitPart, GitPlace, GitState, ObjectId, Origin};
use keysieve_source::{Place, Sighted};

use super::fresh::{Fresh, Judge, outermost};
use super::source::ChosenSource;
use super::step::{Path, Step};
use crate::objects::Reader;
use crate::refs;
use crate::tree::Entries;

/// Says where things stand.
pub(super) struct Places<'a> {
    source: &'a ChosenSource,
    steps: &'a [Step],
    reader: Reader<'a>,
    /// The tree of the commit that is checked out.
    head: Option<ObjectId>,
    /// What that has at a path, as far as it was asked for.
    checked_out: HashMap<Path, Option<ObjectId>>,
    /// The first step that has a new name.
    names: BTreeMap<Path, usize>,
    /// What was taken away, with the last chosen commit that had it.
    gone: HashMap<(Path, ObjectId), u32>,
}

impl<'a> Places<'a> {
    pub(super) fn of(source: &'a ChosenSource, steps: &'a [Step]) -> Self {
        let mut reader = Reader::new(&source.objects);
        let head = refs::find(&source.layout, b"HEAD");
        let head = head.and_then(|id| source.chosen().tree_of(id, &mut reader));
        let mut places = Self {
            source,
            steps,
            reader,
            head,
            checked_out: HashMap::new(),
            names: BTreeMap::new(),
            gone: HashMap::new(),
        };
        places.index();
        places
    }

    fn index(&mut self) {
        let chosen = self.source.chosen();
        for (number, step) in self.steps.iter().enumerate() {
            for (name, _) in &step.names {
                self.names.entry(Arc::clone(name)).or_insert(number);
            }
            let commit = step.commit.and_then(|number| chosen.all.get(number as usize));
            let parent = commit.and_then(|commit| chosen.numbers.get(commit.parents.first()?));
            if let Some(&parent) = parent {
                for removed in &step.removed {
                    self.gone.insert((Arc::clone(&removed.path), removed.id), parent);
                }
            }
        }
    }

    /// The places of each sighting at which it is new.
    pub(super) fn all(mut self, sighted: &[Sighted<'_>]) -> Vec<Vec<Place>> {
        let mut reader = Reader::new(&self.source.objects);
        let judge =
            Judge::new(&mut reader, self.steps, self.source.chosen(), sighted, self.source.whole_files);
        let fresh = judge.run();
        let places = sighted.iter().zip(fresh).map(|(sighted, fresh)| {
            let places = match outermost(sighted.origin) {
                Origin::File { .. } => {
                    // What is staged is a file of the work tree to be.
                    let first = fresh.first().map(|_| Place {
                        origin: outermost(sighted.origin).clone(),
                        git: None,
                        layer: None,
                    });
                    first.into_iter().collect()
                }
                Origin::Git { part: GitPart::Blob, id, .. } if fresh.is_empty() => self.without_path(*id),
                Origin::Git { part: GitPart::Blob, .. } => {
                    fresh.into_iter().map(|place| self.blob(place)).collect()
                }
                origin => vec![self.text(origin)],
            };
            let within = |place: Place| Place { origin: sighted.origin.within(place.origin), ..place };
            places.into_iter().map(within).collect()
        });
        places.collect()
    }

    /// A blob at a path.
    fn blob(&mut self, (number, at): Fresh) -> Place {
        let step = &self.steps[number];
        let change = &step.changes[at];
        let origin =
            Origin::Git { id: change.blob, part: GitPart::Blob, path: Some(Arc::clone(&change.path)) };
        let is_live = self.checked_out(&change.path) == Some(change.blob);
        let last = self.gone.get(&(Arc::clone(&change.path), change.blob)).copied();
        let git =
            GitPlace { object: Some(change.blob), ..self.git(GitPart::Blob, step.commit, last, is_live) };
        Place { origin, git: Some(Box::new(git)), layer: None }
    }

    /// A blob to which a reference leads by itself; nothing, if it is one that stands at paths and is not new there.
    fn without_path(&self, id: ObjectId) -> Vec<Place> {
        let direct =
            self.source.found().is_some_and(|found| found.others.iter().any(|(other, _)| *other == id));
        let git = GitPlace { object: Some(id), ..self.git(GitPart::Blob, None, None, false) };
        let place = Place {
            origin: Origin::Git { id, part: GitPart::Blob, path: None },
            git: Some(Box::new(git)),
            layer: None,
        };
        if direct { vec![place] } else { Vec::new() }
    }

    /// What a commit or a tag says, or a name.
    fn text(&mut self, origin: &Origin) -> Place {
        let Origin::Git { id, part, path } = origin else {
            return Place { origin: origin.clone(), git: None, layer: None };
        };
        let commit = match part {
            GitPart::FileName => path.as_ref().and_then(|path| self.steps[*self.names.get(path)?].commit),
            _ => self.source.chosen().numbers.get(id).copied(),
        };
        if self.source.found().is_none() {
            return Place { origin: origin.clone(), git: None, layer: None };
        }
        let is_live = match (part, path) {
            (GitPart::FileName, Some(path)) => self.checked_out(&Arc::clone(path)).is_some(),
            _ => false,
        };
        let object = (*part != GitPart::FileName).then_some(*id);
        let git = GitPlace { object, ..self.git(*part, commit, None, is_live) };
        Place { origin: origin.clone(), git: Some(Box::new(git)), layer: None }
    }

    fn git(&self, part: GitPart, commit: Option<u32>, last: Option<u32>, is_live: bool) -> GitPlace {
        let chosen = &self.source.chosen().all;
        let of = |number: u32| chosen.get(number as usize);
        let first = commit.and_then(of);
        // What nothing took away is there to the end.
        let last_number =
            last.or_else(|| u32::try_from(chosen.len().checked_sub(1)?).ok().filter(|_| commit.is_some()));
        let last = match part {
            GitPart::Blob | GitPart::FileName => last_number.and_then(of),
            _ => first,
        };
        let tips = self.source.found().into_iter().flat_map(|found| &found.tips);
        let refs = tips.filter_map(|tip| tip.name.clone()).take(1).collect();
        GitPlace {
            object: None,
            part,
            commit: first.map(|commit| commit.id),
            author_date: first.and_then(|commit| commit.author_date),
            last_commit: last.map(|commit| commit.id),
            state: if is_live { GitState::Live } else { GitState::OtherRef },
            refs,
            versions: 1,
            ranks: (commit.unwrap_or(u32::MAX), last_number.unwrap_or(0)),
        }
    }

    /// What the commit that is checked out has at a path.
    fn checked_out(&mut self, path: &Path) -> Option<ObjectId> {
        if let Some(known) = self.checked_out.get(path) {
            return *known;
        }
        let mut at = self.head;
        for part in path.split(|&byte| byte == b'/') {
            let tree = at.and_then(|id| self.reader.load_as(id, crate::object::Kind::Tree).ok());
            at = tree.and_then(|tree| {
                let length = self.head?.as_bytes().len();
                let entry = Entries::of(&tree, length).find(|entry| entry.name == part)?;
                ObjectId::from_bytes(entry.id)
            });
        }
        self.checked_out.insert(Arc::clone(path), at);
        at
    }
}
