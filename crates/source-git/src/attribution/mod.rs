//! Which paths and commits lead to what was found, for all of it together.
//!
//! While commits and trees are handed over, it is noted how they lead to each other, so that they need not be read a
//! second time for that. A pass over all trees tells which of them lead to an object in which something was found, unless
//! a cache knew beforehand in which objects that could be. What is left of the trees is small, and following the history
//! over it, from the first commit on and only where a commit differs from its parents, tells for every path when
//! something came and when it went.

mod graph;
mod links;
mod lists;
mod notes;
mod standing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;

use keysieve_finding::{GitPart, GitPlace, GitState, ObjectId, Origin, Skip, SkipReason};
use keysieve_source::{BlobSink, Place, Sighted};

use self::graph::Graph;
use self::links::{Links, Targets};
use self::notes::Reader;
pub(crate) use self::notes::{Notes, Noting, Wanted, memories_of_tree, of_tree};
use self::standing::{Standing, Standings};
use crate::refs::Refs;
use crate::store::Store;

/// What was noted of all commits, tags and trees.
pub(crate) struct Record {
    pub(crate) notes: Vec<Notes>,
    pub(crate) noting: Noting,
}

impl Record {
    /// Reads them to note something of them.
    fn read(store: &Store, targets: &Targets, hash_length: usize, threads: NonZeroUsize) -> Self {
        let noting = Noting::new(store, Some(targets.wanted(store).0));
        let walk = |trees| store.walk(threads, &Reader { store, noting: &noting, hash_length, trees });
        let mut notes = walk(false);
        if targets.len() > 0 {
            notes.extend(walk(true));
        }
        Self { notes, noting }
    }
}

/// Says where each sighting stands. `record` is what was noted, if it is of everything.
pub(crate) fn places(
    store: &Store,
    refs: &Refs,
    hash_length: usize,
    sighted: &[Sighted<'_>],
    threads: NonZeroUsize,
    (record, sink): (Option<Record>, &dyn BlobSink),
) -> Vec<Vec<Place>> {
    let (mut blobs, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (id, part, path) in sighted.iter().filter_map(|sighted| git(sighted.origin)) {
        match (part, path) {
            (GitPart::Blob, _) => _ = blobs.insert(id),
            (GitPart::FileName, Some(name)) => _ = names.insert(name.to_vec()),
            _ => {}
        }
    }
    let targets = Targets { blobs: blobs.into_iter().collect(), names: names.into_iter().collect() };
    let record = record.unwrap_or_else(|| Record::read(store, &targets, hash_length, threads));
    let graph = Graph::of(store, refs, &record.notes);
    let links = match targets.len() {
        0 => None,
        _ => Some(Links::of(store, &targets, hash_length, threads, record)),
    };
    let standings = links.as_ref().map(|links| Standings::of(store, &graph, links));
    if standings.as_ref().is_some_and(Standings::is_cut) {
        let why = "there are more paths to what was found than can be listed; some are not";
        sink.skipped(&Origin::file(b".git/objects"), Skip::new(SkipReason::Limit, why));
    }
    let mut attribution = Attribution {
        graph: &graph,
        refs,
        standings: standings.as_ref(),
        by_target: HashMap::new(),
        targets,
    };
    attribution.index();
    sighted.iter().map(|sighted| attribution.places(sighted.origin)).collect()
}

/// An object, what of it, and the path under which it was handed over.
type Handed<'a> = (ObjectId, GitPart, Option<&'a Arc<[u8]>>);

/// The object that an origin is in.
fn git(origin: &Origin) -> Option<Handed<'_>> {
    match origin {
        Origin::Git { id, part, path } => Some((*id, *part, path.as_ref())),
        Origin::Entry { outer, .. } => git(outer),
        _ => None,
    }
}

struct Attribution<'a> {
    graph: &'a Graph<'a>,
    refs: &'a Refs,
    targets: Targets,
    standings: Option<&'a Standings<'a>>,
    /// Which standings a target has, in the order of their paths.
    by_target: HashMap<u32, BTreeMap<Vec<u8>, &'a Standing>>,
}

impl<'a> Attribution<'a> {
    fn index(&mut self) {
        let Some(standings) = self.standings else { return };
        for standing in &standings.all {
            let path = standings.path(standing.path);
            self.by_target.entry(standing.target).or_default().insert(path, standing);
        }
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        let Some((id, part, path)) = git(origin) else { return Vec::new() };
        let places = match part {
            GitPart::Blob => {
                let number = self.targets.blobs.binary_search(&id).ok();
                self.standing(id, part, number)
            }
            GitPart::FileName => {
                let name = path.map(|path| path.to_vec()).unwrap_or_default();
                let number = self.targets.names.binary_search(&name).ok();
                self.standing(id, part, number.map(|number| self.targets.blobs.len() + number))
            }
            GitPart::CommitMessage | GitPart::CommitHeader => vec![self.commit(id, part)],
            GitPart::TagMessage | GitPart::TagHeader => vec![self.tag(id, part)],
            GitPart::RefName => vec![self.reference(id, path)],
            _ => Vec::new(),
        };
        let within = |place: Place| Place { origin: origin.within(place.origin), ..place };
        places.into_iter().map(within).collect()
    }

    /// The places of a blob or a file's name.
    fn standing(&self, id: ObjectId, part: GitPart, number: Option<usize>) -> Vec<Place> {
        let number = number.and_then(|number| u32::try_from(number).ok());
        let standings = number.and_then(|number| self.by_target.get(&number));
        let Some(standings) = standings.filter(|standings| !standings.is_empty()) else {
            return vec![self.nowhere(id, part)];
        };
        let place = |(path, standing): (&Vec<u8>, &&Standing)| {
            let origin = Origin::Git { id, part, path: Some(path.as_slice().into()) };
            let commit = |number: u32| &self.graph.commits[number as usize];
            let (first, last) = (standing.first.map(commit), standing.last.or(standing.first).map(commit));
            let state = match standing {
                Standing { live: true, .. } => GitState::Live,
                Standing { reachable: true, .. } => GitState::OtherRef,
                _ => GitState::Unreachable,
            };
            let mut refs: Vec<String> =
                standing.refs.iter().map(|at| self.graph.refs[*at as usize].0.clone()).collect();
            if refs.is_empty() {
                let reference =
                    last.and_then(|commit| commit.reference).or(first.and_then(|commit| commit.reference));
                refs.extend(reference.map(|at| self.graph.refs[at as usize].0.clone()));
            }
            let git = GitPlace {
                object: (part == GitPart::Blob).then_some(id),
                part,
                commit: first.map(|commit| self.graph.id(commit)),
                author_date: first.and_then(|commit| commit.author_date),
                last_commit: last.map(|commit| self.graph.id(commit)),
                state,
                refs,
                versions: 1,
                ranks: (first.map_or(u32::MAX, |commit| commit.rank), last.map_or(0, |commit| commit.rank)),
            };
            Place { origin, git: Some(Box::new(git)), layer: None }
        };
        standings.iter().map(place).collect()
    }

    /// What no tree of a commit leads to: a reference may, by itself or by a tag.
    fn nowhere(&self, id: ObjectId, part: GitPart) -> Place {
        let refs: Vec<String> =
            self.graph.refs.iter().filter(|(_, to)| *to == id).map(|(name, _)| name.clone()).collect();
        let state = if refs.is_empty() { GitState::Unreachable } else { GitState::OtherRef };
        let git = GitPlace { refs, ..bare(Some(id), part, state) };
        Place { origin: Origin::Git { id, part, path: None }, git: Some(Box::new(git)), layer: None }
    }

    /// What a commit says, which is there for as long as something leads to it.
    fn commit(&self, id: ObjectId, part: GitPart) -> Place {
        let commit = self.graph.find(id).map(|number| &self.graph.commits[number as usize]);
        let state = match commit {
            Some(commit) if commit.in_head => GitState::Live,
            Some(commit) if commit.reference.is_some() => GitState::OtherRef,
            _ => GitState::Unreachable,
        };
        let reference = commit.and_then(|commit| commit.reference);
        let rank = commit.map_or((u32::MAX, 0), |commit| (commit.rank, commit.rank));
        let git = GitPlace {
            commit: Some(id),
            author_date: commit.and_then(|commit| commit.author_date),
            last_commit: Some(id),
            refs: reference.map(|at| self.graph.refs[at as usize].0.clone()).into_iter().collect(),
            ranks: rank,
            ..bare(Some(id), part, state)
        };
        Place { origin: Origin::Git { id, part, path: None }, git: Some(Box::new(git)), layer: None }
    }

    fn tag(&self, id: ObjectId, part: GitPart) -> Place {
        let reference = self.graph.reference_of_tag(self.refs, id);
        let state = if reference.is_some() { GitState::OtherRef } else { GitState::Unreachable };
        let about = self.graph.peel(id);
        let commit = self.graph.find(about).map(|number| &self.graph.commits[number as usize]);
        let git = GitPlace {
            commit: commit.map(|commit| self.graph.id(commit)),
            author_date: commit.and_then(|commit| commit.author_date),
            refs: reference.into_iter().collect(),
            ..bare(Some(id), part, state)
        };
        Place { origin: Origin::Git { id, part, path: None }, git: Some(Box::new(git)), layer: None }
    }

    fn reference(&self, id: ObjectId, path: Option<&Arc<[u8]>>) -> Place {
        let commit = self.graph.find(self.graph.peel(id)).map(|number| &self.graph.commits[number as usize]);
        let name = path.and_then(|path| path.strip_prefix(b".git/")).map(String::from_utf8_lossy);
        let git = GitPlace {
            commit: commit.map(|commit| self.graph.id(commit)),
            author_date: commit.and_then(|commit| commit.author_date),
            refs: name.map(std::borrow::Cow::into_owned).into_iter().collect(),
            ..bare(None, GitPart::RefName, GitState::OtherRef)
        };
        let origin = Origin::Git { id, part: GitPart::RefName, path: path.cloned() };
        Place { origin, git: Some(Box::new(git)), layer: None }
    }
}

/// A place of which nothing more is known.
fn bare(object: Option<ObjectId>, part: GitPart, state: GitState) -> GitPlace {
    GitPlace {
        object,
        part,
        commit: None,
        author_date: None,
        last_commit: None,
        state,
        refs: Vec::new(),
        versions: 1,
        ranks: (u32::MAX, 0),
    }
}
