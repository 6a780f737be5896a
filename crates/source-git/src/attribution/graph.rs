//! Commits and how they follow each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use keysieve_finding::ObjectId;

use super::notes::{CommitNote, Notes};
use crate::numbers::NONE;
use crate::refs::Refs;
use crate::store::Store;

/// A commit. There are many of them, so it holds no names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commit {
    /// Its number in the store.
    object: u32,
    /// The number of its tree in the store.
    pub(crate) tree: Option<u32>,
    /// Where its parents begin and end among all.
    parents: (u32, u32),
    pub(crate) author_date: Option<(i64, i32)>,
    /// Its place among all, so that every commit comes after its parents.
    pub(crate) rank: u32,
    /// The reference that leads to it, as its number among those of the repository; none if none does. What is checked
    /// out goes before others.
    pub(crate) reference: Option<u32>,
    /// Whether what is checked out leads to it.
    pub(crate) in_head: bool,
}

/// All commits of a repository, and what tags and references lead to.
pub(crate) struct Graph<'a> {
    store: &'a Store,
    /// In the order of their names.
    pub(crate) commits: Vec<Commit>,
    /// The numbers of the parents of all commits, those of one together.
    parents: Vec<u32>,
    /// What each tag is about.
    tags: BTreeMap<ObjectId, ObjectId>,
    /// The commits that are checked out.
    pub(crate) heads: Vec<u32>,
    /// The names of the references, and what each leads to behind all tags.
    pub(crate) refs: Vec<(String, ObjectId)>,
    /// Their numbers, the oldest first.
    pub(crate) order: Vec<u32>,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(store: &'a Store, refs: &Refs, notes: &[Notes]) -> Self {
        let mut noted: Vec<(&CommitNote, &[u32])> = notes.iter().flat_map(Notes::commits).collect();
        noted.sort_unstable_by_key(|(commit, _)| store.name(commit.number));
        let mut numbers = vec![NONE; store.len()];
        for (number, (commit, _)) in (0..).zip(&noted) {
            numbers[commit.number as usize] = number;
        }
        let number = |object: &u32| Some(numbers[*object as usize]).filter(|number| *number != NONE);
        let (mut commits, mut parents) = (Vec::with_capacity(noted.len()), Vec::new());
        for (commit, own) in noted {
            let start = parents.len() as u32;
            parents.extend(own.iter().filter_map(number));
            commits.push(Commit {
                object: commit.number,
                tree: commit.tree,
                parents: (start, parents.len() as u32),
                author_date: commit.author_date,
                rank: NONE,
                reference: None,
                in_head: false,
            });
        }
        let tags = notes.iter().flat_map(|notes| notes.tags.iter().copied()).collect();
        let (heads, order) = (Vec::new(), Vec::new());
        let mut graph = Self { store, commits, parents, tags, heads, refs: Vec::new(), order };
        graph.rank();
        graph.label(refs);
        graph
    }

    /// The number of a commit.
    pub(crate) fn find(&self, id: ObjectId) -> Option<u32> {
        let name = |commit: &Commit| self.store.name(commit.object);
        let found = self.commits.binary_search_by(|commit| name(commit).cmp(id.as_bytes()));
        found.ok().and_then(|number| u32::try_from(number).ok())
    }

    /// The name of a commit.
    pub(crate) fn id(&self, commit: &Commit) -> ObjectId {
        self.store.id(commit.object)
    }

    /// The numbers of a commit's parents.
    pub(crate) fn parents(&self, commit: &Commit) -> &[u32] {
        &self.parents[commit.parents.0 as usize..commit.parents.1 as usize]
    }

    /// What a tag is about in the end; anything else is itself.
    pub(crate) fn peel(&self, id: ObjectId) -> ObjectId {
        let mut id = id;
        for _ in 0..64 {
            match self.tags.get(&id) {
                Some(about) => id = *about,
                None => break,
            }
        }
        id
    }

    /// The tags that references point to, directly or by other tags.
    pub(crate) fn reference_of_tag(&self, refs: &Refs, tag: ObjectId) -> Option<String> {
        let leads = |target: ObjectId| {
            std::iter::successors(Some(target), |id| self.tags.get(id).copied()).take(64).any(|id| id == tag)
        };
        let named = refs.all.iter().find(|(_, target)| target.is_some_and(leads));
        named.map(|(name, _)| String::from_utf8_lossy(name).into_owned())
    }

    /// Puts parents before children, and otherwise the older before the younger.
    fn rank(&mut self) {
        let mut missing: Vec<u32> = Vec::with_capacity(self.commits.len());
        // The children of each, all one behind the other.
        let mut starts = vec![0_u32; self.commits.len() + 1];
        for commit in &self.commits {
            missing.push(commit.parents.1 - commit.parents.0);
        }
        self.parents.iter().for_each(|parent| starts[*parent as usize + 1] += 1);
        (0..self.commits.len()).for_each(|at| starts[at + 1] += starts[at]);
        let (mut children, mut next) = (vec![0_u32; self.parents.len()], starts.clone());
        for (number, commit) in (0..).zip(&self.commits) {
            for parent in self.parents(commit) {
                let at = &mut next[*parent as usize];
                children[*at as usize] = number;
                *at += 1;
            }
        }
        let date = |number: u32| self.commits[number as usize].author_date.map_or(0, |date| date.0);
        let free = (0..).zip(&missing).filter(|(_, missing)| **missing == 0);
        let mut ready: BinaryHeap<Reverse<(i64, u32)>> =
            free.map(|(number, _)| Reverse((date(number), number))).collect();
        let mut order = Vec::with_capacity(self.commits.len());
        while let Some(Reverse((_, number))) = ready.pop() {
            order.push(number);
            let own = starts[number as usize] as usize..starts[number as usize + 1] as usize;
            for &child in &children[own] {
                missing[child as usize] -= 1;
                if missing[child as usize] == 0 {
                    ready.push(Reverse((date(child), child)));
                }
            }
        }
        for (rank, &number) in (0..).zip(&order) {
            self.commits[number as usize].rank = rank;
        }
        self.order = order;
    }

    /// Says of every commit which reference leads to it.
    fn label(&mut self, refs: &Refs) {
        for (name, target) in &refs.all {
            if let Some(target) = target {
                self.refs.push((String::from_utf8_lossy(name).into_owned(), self.peel(*target)));
            }
        }
        self.heads = refs.heads.iter().filter_map(|head| self.find(self.peel(*head))).collect();
        // The reference by which what is checked out is known goes first.
        let mut first: Vec<(u32, u32)> = Vec::new();
        for &head in &self.heads {
            let id = self.id(&self.commits[head as usize]);
            let mut named = (0..).zip(&self.refs).filter(|(_, (_, target))| *target == id);
            let branch = named.clone().find(|(_, (name, _))| name.starts_with("refs/heads/"));
            first.extend(branch.or_else(|| named.next()).map(|(reference, _)| (head, reference)));
        }
        for (head, reference) in first {
            self.spread(head, reference, true);
        }
        for head in self.heads.clone() {
            // Detached: no reference, but checked out all the same.
            self.spread_head(head);
        }
        let named: Vec<(u32, ObjectId)> =
            (0..).zip(&self.refs).map(|(at, (_, target))| (at, *target)).collect();
        for (reference, target) in named {
            if let Some(number) = self.find(target) {
                self.spread(number, reference, false);
            }
        }
    }

    fn spread(&mut self, from: u32, reference: u32, head: bool) {
        let mut waiting = vec![from];
        while let Some(number) = waiting.pop() {
            let commit = &mut self.commits[number as usize];
            if commit.reference.is_some() {
                continue;
            }
            commit.reference = Some(reference);
            commit.in_head |= head;
            let commit = *commit;
            waiting.extend_from_slice(self.parents(&commit));
        }
    }

    fn spread_head(&mut self, from: u32) {
        let mut waiting = vec![from];
        while let Some(number) = waiting.pop() {
            let commit = &mut self.commits[number as usize];
            if !std::mem::replace(&mut commit.in_head, true) {
                let commit = *commit;
                waiting.extend_from_slice(self.parents(&commit));
            }
        }
    }

    /// Whether a reference or what is checked out leads to a commit.
    pub(crate) fn is_reachable(&self, number: u32) -> bool {
        let commit = &self.commits[number as usize];
        commit.in_head || commit.reference.is_some()
    }
}
