//! Where what was found stood, from the first commit to the last.

use std::collections::HashMap;

use super::graph::Graph;
use super::links::Links;
use super::notes::Link;
use crate::numbers::NONE;
use crate::store::Store;

/// How deep directories may lie in each other for a path to be told.
const DEEPEST: usize = 512;

/// How many steps the search for paths may take: trees that contain the same tree many times over hold more paths than
/// anybody could list.
const MOST_STEPS: u64 = 100_000_000;

/// How many references are named.
const MOST_REFS: usize = 8;

/// One target at one path.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) target: u32,
    pub(crate) path: u32,
    /// The first and the last commit that have it, by number; none if it is in no commit.
    pub(crate) first: Option<u32>,
    pub(crate) last: Option<u32>,
    pub(crate) live: bool,
    pub(crate) reachable: bool,
    /// References whose commit has it.
    pub(crate) refs: Vec<u32>,
}

/// All of them.
pub(crate) struct Standings<'a> {
    graph: &'a Graph<'a>,
    links: &'a Links,
    known: HashMap<(u32, u32), usize>,
    pub(crate) all: Vec<Standing>,
    paths: Paths,
    steps: u64,
}

/// Paths as a tree of names.
#[derive(Default)]
struct Paths {
    numbers: HashMap<(u32, u32), u32>,
    /// The path above and the name.
    list: Vec<(u32, u32)>,
}

impl Paths {
    fn below(&mut self, above: u32, name: u32) -> u32 {
        let list = &mut self.list;
        *self.numbers.entry((above, name)).or_insert_with(|| {
            list.push((above, name));
            u32::try_from(list.len() - 1).unwrap_or(NONE)
        })
    }
}

/// What a commit did to a target at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Added,
    Removed,
}

impl<'a> Standings<'a> {
    /// Follows the history from its beginnings, and compares each commit with its parents where they differ.
    pub(crate) fn of(store: &Store, graph: &'a Graph<'a>, links: &'a Links) -> Self {
        let mut standings =
            Self { graph, links, known: HashMap::new(), all: Vec::new(), paths: Paths::default(), steps: 0 };
        let mut has_child = vec![false; graph.commits.len()];
        for &number in &graph.order {
            let commit = &graph.commits[number as usize];
            let tree = standings.root(number);
            let before = graph.parents(commit).first().and_then(|&parent| standings.root(parent));
            standings.compare(before, tree, &mut |standings, target, path, change| match change {
                Change::Added => standings.added(target, path, number),
                Change::Removed => {}
            });
            for &parent in graph.parents(commit) {
                has_child[parent as usize] = true;
                let before = standings.root(parent);
                standings.compare(before, tree, &mut |standings, target, path, change| {
                    if change == Change::Removed {
                        standings.last(target, path, parent);
                    }
                });
            }
        }
        for &number in graph.order.iter().filter(|number| !has_child[**number as usize]) {
            standings.list(standings.root(number), &mut |standings, target, path| {
                standings.last(target, path, number);
            });
        }
        standings.tips(store);
        standings
    }

    /// Whether there were too many paths to list.
    pub(crate) fn is_cut(&self) -> bool {
        self.steps >= MOST_STEPS
    }

    /// A path in bytes.
    pub(crate) fn path(&self, path: u32) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = path;
        while at != NONE {
            let (above, name) = self.paths.list[at as usize];
            names.push(&*self.links.names[name as usize]);
            at = above;
        }
        names.reverse();
        names.join(&b'/')
    }

    fn root(&self, commit: u32) -> Option<u32> {
        self.graph.commits[commit as usize].tree
    }

    fn entry(&mut self, target: u32, path: u32) -> &mut Standing {
        let all = &mut self.all;
        let at = *self.known.entry((target, path)).or_insert_with(|| {
            all.push(Standing {
                target,
                path,
                first: None,
                last: None,
                live: false,
                reachable: false,
                refs: Vec::new(),
            });
            all.len() - 1
        });
        &mut self.all[at]
    }

    /// Notes that a commit has what its first parent had not. A commit that a reference leads to goes before all that
    /// none does.
    fn added(&mut self, target: u32, path: u32, commit: u32) {
        let reachable = self.graph.is_reachable(commit);
        let standing = self.entry(target, path);
        // The order is that of ranks, so the first to be noted is the first.
        if standing.first.is_none() || reachable && !standing.reachable {
            standing.first = Some(commit);
        }
        standing.reachable |= reachable;
    }

    /// Notes a commit after which it is gone, or after which there is none.
    fn last(&mut self, target: u32, path: u32, commit: u32) {
        let graph = self.graph;
        let weight = |number: u32| (graph.is_reachable(number), graph.commits[number as usize].rank);
        let standing = self.entry(target, path);
        if standing.last.is_none_or(|last| weight(last) < weight(commit)) {
            standing.last = Some(commit);
        }
    }

    /// What is checked out, and what references lead to directly.
    fn tips(&mut self, store: &Store) {
        let graph = self.graph;
        for &head in &graph.heads {
            self.list(self.root(head), &mut |standings, target, path| {
                standings.entry(target, path).live = true;
            });
        }
        for (reference, (_, target)) in (0..).zip(&graph.refs) {
            let tree = match graph.find(*target) {
                Some(commit) => self.root(commit),
                None => store.number(target.as_bytes()),
            };
            self.list(tree, &mut |standings, target, path| {
                let standing = standings.entry(target, path);
                standing.reachable = true;
                if standing.refs.len() < MOST_REFS {
                    standing.refs.push(reference);
                }
            });
        }
    }

    /// Every target in a tree.
    fn list(&mut self, tree: Option<u32>, found: &mut dyn FnMut(&mut Self, u32, u32)) {
        self.compare(None, tree, &mut |standings, target, path, _| found(standings, target, path));
    }

    /// Every target that one tree has and the other has not.
    fn compare(
        &mut self,
        before: Option<u32>,
        after: Option<u32>,
        found: &mut dyn FnMut(&mut Self, u32, u32, Change),
    ) {
        self.compare_at(before, after, NONE, 0, found);
    }

    fn compare_at(
        &mut self,
        before: Option<u32>,
        after: Option<u32>,
        path: u32,
        depth: usize,
        found: &mut dyn FnMut(&mut Self, u32, u32, Change),
    ) {
        if before == after || depth > DEEPEST || self.is_cut() {
            return;
        }
        let links = self.links;
        let of =
            |links: &'a [Link], tree: Option<u32>| tree.map_or(&[][..], |tree| Links::of_tree(links, tree));
        let (old, new) = (of(&links.ends, before), of(&links.ends, after));
        self.steps += (old.len() + new.len() + 1) as u64;
        let has = |links: &[Link], link: &Link| {
            links.binary_search_by_key(&(link.name, link.to), |other| (other.name, other.to)).is_ok()
        };
        for (own, other, change) in [(old, new, Change::Removed), (new, old, Change::Added)] {
            for link in own.iter().filter(|link| !has(other, link)) {
                let path = self.paths.below(path, link.name);
                found(self, link.to, path, change);
            }
        }
        let (old, new) = (of(&links.down, before), of(&links.down, after));
        self.steps += (old.len() + new.len()) as u64;
        let named = |links: &[Link], name: u32| {
            links.binary_search_by_key(&name, |link| link.name).ok().map(|at| links[at].to)
        };
        for link in new {
            let before = named(old, link.name);
            if before != Some(link.to) {
                let path = self.paths.below(path, link.name);
                self.compare_at(before, Some(link.to), path, depth + 1, found);
            }
        }
        for link in old.iter().filter(|link| named(new, link.name).is_none()) {
            let path = self.paths.below(path, link.name);
            self.compare_at(Some(link.to), None, path, depth + 1, found);
        }
    }
}
