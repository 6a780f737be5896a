//! Commits and how they follow each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use keysieve_finding::ObjectId;

use super::notes::{CommitNote, Notes};
use crate::numbers::NONE;
use crate::refs::Refs;
use crate::store::Store;

/// A commit.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) id: ObjectId,
    /// The number of its tree in the store.
    pub(crate) tree: Option<u32>,
    /// Its parents' numbers.
    pub(crate) parents: Vec<u32>,
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
pub(crate) struct Graph {
    /// In the order of their names.
    pub(crate) commits: Vec<Commit>,
    /// What each tag is about.
    tags: BTreeMap<ObjectId, ObjectId>,
    /// The commits that are checked out.
    pub(crate) heads: Vec<u32>,
    /// The names of the references, and what each leads to behind all tags.
    pub(crate) refs: Vec<(String, ObjectId)>,
    /// Their numbers, the oldest first.
    pub(crate) order: Vec<u32>,
}

impl Graph {
    pub(crate) fn of(store: &Store, refs: &Refs, notes: &[Notes]) -> Self {
        let noted = notes.iter().flat_map(Notes::commits);
        let mut noted: Vec<(ObjectId, &CommitNote, &[u32])> =
            noted.map(|(commit, parents)| (store.id(commit.number), commit, parents)).collect();
        noted.sort_unstable_by_key(|(id, ..)| *id);
        let mut numbers = vec![NONE; store.len()];
        for (number, (_, commit, _)) in (0..).zip(&noted) {
            numbers[commit.number as usize] = number;
        }
        let number = |object: &u32| Some(numbers[*object as usize]).filter(|number| *number != NONE);
        let commits = noted.iter().map(|(id, commit, parents)| Commit {
            id: *id,
            tree: commit.tree,
            parents: parents.iter().filter_map(number).collect(),
            author_date: commit.author_date,
            rank: NONE,
            reference: None,
            in_head: false,
        });
        let commits = commits.collect();
        let tags = notes.iter().flat_map(|notes| notes.tags.iter().copied()).collect();
        let mut graph = Self { commits, tags, heads: Vec::new(), refs: Vec::new(), order: Vec::new() };
        graph.rank();
        graph.label(refs);
        graph
    }

    /// The number of a commit.
    pub(crate) fn find(&self, id: ObjectId) -> Option<u32> {
        let found = self.commits.binary_search_by_key(&id, |commit| commit.id);
        found.ok().and_then(|number| u32::try_from(number).ok())
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
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); self.commits.len()];
        for (number, commit) in (0..).zip(&self.commits) {
            missing.push(u32::try_from(commit.parents.len()).unwrap_or(NONE));
            for parent in &commit.parents {
                children[*parent as usize].push(number);
            }
        }
        let date = |number: u32| self.commits[number as usize].author_date.map_or(0, |date| date.0);
        let free = (0..).zip(&missing).filter(|(_, missing)| **missing == 0);
        let mut ready: BinaryHeap<Reverse<(i64, u32)>> =
            free.map(|(number, _)| Reverse((date(number), number))).collect();
        let mut order = Vec::with_capacity(self.commits.len());
        while let Some(Reverse((_, number))) = ready.pop() {
            order.push(number);
            for &child in &children[number as usize] {
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
            let id = self.commits[head as usize].id;
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
            waiting.extend_from_slice(&commit.parents);
        }
    }

    fn spread_head(&mut self, from: u32) {
        let mut waiting = vec![from];
        while let Some(number) = waiting.pop() {
            let commit = &mut self.commits[number as usize];
            if !std::mem::replace(&mut commit.in_head, true) {
                waiting.extend_from_slice(&commit.parents);
            }
        }
    }

    /// Whether a reference or what is checked out leads to a commit.
    pub(crate) fn is_reachable(&self, number: u32) -> bool {
        let commit = &self.commits[number as usize];
        commit.in_head || commit.reference.is_some()
    }
}
