//! The commits that some lead to and others do not.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use keysieve_finding::ObjectId;

use crate::object::Kind;
use crate::objects::{Lost, Reader};
use crate::text::Text;

/// How much older than the oldest chosen commit an excluded one may claim to be and still exclude others: clocks of
/// authors go wrong. What goes wrong by more only adds to what is looked at.
const SLOP: i64 = 2 * 86_400;

/// A commit as it is read.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) id: ObjectId,
    pub(crate) tree: Option<ObjectId>,
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) author_date: Option<(i64, i32)>,
    committed: i64,
}

/// The commits that were chosen.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    /// Parents before children, otherwise the older before the younger.
    pub(crate) all: Vec<Commit>,
    /// Their places among all.
    pub(crate) numbers: HashMap<ObjectId, u32>,
    /// Chosen commits whose parents were left out when the repository was cloned.
    pub(crate) cut: Vec<ObjectId>,
    /// What could not be read.
    pub(crate) lost: Vec<(ObjectId, Lost)>,
}

/// A commit on the way.
struct Node {
    commit: Commit,
    excluded: bool,
    /// Whether its parents were looked at.
    done: bool,
}

struct Walk<'r, 'a> {
    reader: &'r mut Reader<'a>,
    shallow: &'r BTreeSet<ObjectId>,
    nodes: HashMap<ObjectId, Node>,
    waiting: BinaryHeap<(i64, ObjectId)>,
    /// How many of those that wait are chosen.
    chosen: usize,
    /// When the oldest chosen commit was made.
    oldest: i64,
    lost: Vec<(ObjectId, Lost)>,
}

impl Commits {
    /// All that `include` leads to and `exclude` does not. Commits that are not there are noted, unless they are only
    /// excluded.
    pub(crate) fn between(
        reader: &mut Reader<'_>,
        shallow: &BTreeSet<ObjectId>,
        include: &[ObjectId],
        exclude: &[ObjectId],
    ) -> Self {
        let mut walk = Walk {
            reader,
            shallow,
            nodes: HashMap::new(),
            waiting: BinaryHeap::new(),
            chosen: 0,
            oldest: i64::MAX,
            lost: Vec::new(),
        };
        exclude.iter().for_each(|id| walk.reach(*id, true));
        include.iter().for_each(|id| walk.reach(*id, false));
        while walk.step() {}
        walk.conclude()
    }

    /// The tree of a commit, chosen or not; none if that is not there.
    pub(crate) fn tree_of(&self, id: ObjectId, reader: &mut Reader<'_>) -> Option<ObjectId> {
        match self.numbers.get(&id) {
            Some(&number) => self.all[number as usize].tree,
            None => Commit::of(id, &reader.load_as(id, Kind::Commit).ok()?).tree,
        }
    }

    /// Leaves out all but the latest.
    pub(crate) fn keep_latest(&mut self, limit: usize) {
        self.all.drain(..self.all.len().saturating_sub(limit));
        self.numbers = (0..).zip(&self.all).map(|(number, commit)| (commit.id, number)).collect();
        self.cut.retain(|id| self.numbers.contains_key(id));
    }

    /// Adds others, which lead to none of these.
    pub(crate) fn append(&mut self, others: Self) {
        for commit in others.all {
            self.numbers.insert(commit.id, u32::try_from(self.all.len()).unwrap_or(u32::MAX));
            self.all.push(commit);
        }
        self.cut.extend(others.cut);
        self.lost.extend(others.lost);
    }
}

impl Walk<'_, '_> {
    /// Looks at the next commit; says whether there is any reason to go on.
    fn step(&mut self) -> bool {
        let Some(&(date, id)) = self.waiting.peek() else { return false };
        if self.chosen == 0 && date < self.oldest.saturating_sub(SLOP) {
            return false;
        }
        self.waiting.pop();
        let Some(node) = self.nodes.get_mut(&id).filter(|node| !node.done) else { return true };
        node.done = true;
        let excluded = node.excluded;
        if !excluded {
            self.chosen -= 1;
            self.oldest = self.oldest.min(date);
        }
        if !self.shallow.contains(&id) {
            for parent in node.commit.parents.clone() {
                self.reach(parent, excluded);
            }
        }
        true
    }

    /// Comes to a commit from one of its children, or to begin with.
    fn reach(&mut self, id: ObjectId, excluded: bool) {
        let Some(node) = self.nodes.get(&id) else {
            match self.read(id) {
                Ok(commit) => {
                    self.chosen += usize::from(!excluded);
                    self.waiting.push((commit.committed, id));
                    self.nodes.insert(id, Node { commit, excluded, done: false });
                }
                Err(lost) if !excluded => self.lost.push((id, lost)),
                Err(_) => {}
            }
            return;
        };
        if excluded && !node.excluded {
            self.exclude(id);
        }
    }

    /// Excludes a commit that had been chosen, and all that are known before it.
    fn exclude(&mut self, id: ObjectId) {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            let Some(node) = self.nodes.get_mut(&id).filter(|node| !node.excluded) else { continue };
            node.excluded = true;
            if node.done {
                waiting.extend_from_slice(&node.commit.parents);
            } else {
                self.chosen -= 1;
            }
        }
    }

    fn read(&mut self, id: ObjectId) -> Result<Commit, Lost> {
        let bytes = self.reader.load_as(id, Kind::Commit)?;
        Ok(Commit::of(id, &bytes))
    }

    /// Puts the chosen ones in order.
    fn conclude(self) -> Commits {
        let chosen: HashMap<ObjectId, Commit> = self
            .nodes
            .into_iter()
            .filter(|(_, node)| !node.excluded && node.done)
            .map(|(id, node)| (id, node.commit))
            .collect();
        let mut missing: HashMap<ObjectId, usize> = HashMap::new();
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        for (id, commit) in &chosen {
            let parents: BTreeSet<&ObjectId> =
                commit.parents.iter().filter(|parent| chosen.contains_key(*parent)).collect();
            missing.insert(*id, parents.len());
            parents.into_iter().for_each(|parent| children.entry(*parent).or_default().push(*id));
        }
        let date = |id: &ObjectId| chosen[id].author_date.map_or(0, |date| date.0);
        let free = missing.iter().filter(|(_, missing)| **missing == 0);
        let mut ready: BinaryHeap<_> = free.map(|(id, _)| Reverse((date(id), *id))).collect();
        let mut commits = Commits { lost: self.lost, ..Commits::default() };
        while let Some(Reverse((_, id))) = ready.pop() {
            commits.numbers.insert(id, u32::try_from(commits.all.len()).unwrap_or(u32::MAX));
            commits.all.push(chosen[&id].clone());
            if self.shallow.contains(&id) {
                commits.cut.push(id);
            }
            for child in children.remove(&id).unwrap_or_default() {
                if let Some(missing) = missing.get_mut(&child) {
                    *missing -= 1;
                    if *missing == 0 {
                        ready.push(Reverse((date(&child), child)));
                    }
                }
            }
        }
        commits.cut.sort_unstable();
        commits.lost.sort_by_key(|(id, _)| *id);
        commits
    }
}

impl Commit {
    /// Reads a commit.
    pub(crate) fn of(id: ObjectId, bytes: &[u8]) -> Self {
        let text = Text::of(bytes);
        Self {
            id,
            tree: text.named(b"tree").next(),
            parents: text.named(b"parent").collect(),
            author_date: text.author_date(),
            committed: text.committed().unwrap_or(0),
        }
    }
}
