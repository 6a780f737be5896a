//! What is staged: the index of a work tree against the commit that is checked out.
//!
//! The files of the work tree are not looked at, nor what attributes say of them: what is staged is what would be
//! committed, byte for byte.

use std::collections::BTreeSet;
use std::ops::Range;

use gix_index::entry::{Flags, Mode, Stage};
use gix_index::extension::Tree;
use gix_index::{Entry, State};
use keysieve_finding::ObjectId;

use super::compare::{Comparison, Directory, Item, note_removed};
use super::step::{Change, Step};
use crate::layout::Layout;
use crate::tree::EntryKind;
use crate::{Error, refs};

/// The index of a work tree.
pub(crate) struct Index {
    state: Option<Box<State>>,
    /// The commit that is checked out; none on a branch without commits.
    head: Option<ObjectId>,
}

impl Index {
    /// Reads the index that counts: `GIT_INDEX_FILE`, else that of the work tree.
    ///
    /// # Errors
    /// If it is damaged or of a kind that is not known.
    pub(crate) fn open(layout: &Layout) -> Result<Self, Error> {
        let path = match std::env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty()) {
            // Git goes to the root of the work tree before it opens it.
            Some(path) => layout.work_tree.clone().unwrap_or_default().join(path),
            None => layout.git_dir.join("index"),
        };
        let head = refs::find(layout, b"HEAD");
        if path.symlink_metadata().is_err() {
            return Ok(Self { state: None, head });
        }
        let damaged = || Error::Invalid {
            path: path.display().to_string(),
            problem: "the index is damaged or of a kind that is not known; `git status` says more".to_owned(),
        };
        // A FIFO would be waited for.
        if !path.is_file() {
            return Err(damaged());
        }
        let options = gix_index::decode::Options { thread_limit: Some(1), ..Default::default() };
        let file = gix_index::File::at(&path, layout.hash, false, options).map_err(|_| damaged())?;
        Ok(Self { state: Some(Box::new(file.into())), head })
    }

    /// What it adds to the commit that is checked out.
    pub(crate) fn changes(&self, comparison: &mut Comparison<'_, '_>) -> Step {
        let mut step = Step::default();
        let head = self.head.and_then(|id| tree_of(comparison, id));
        if let Some(state) = &self.state {
            let mut walk = Walk { state, comparison, step: &mut step };
            walk.directory(0..state.entries().len(), 0, state.tree(), head, 0);
        } else {
            comparison.compare(None, &[head], &mut Vec::new(), &mut step);
        }
        step
    }

    /// The entries of these paths: what is new of them, if each of them differs from the commit that is checked out, as
    /// it is when git is about to commit them; else all of them.
    pub(crate) fn named(&self, paths: &[Vec<u8>], comparison: &mut Comparison<'_, '_>) -> Step {
        let wanted: BTreeSet<&[u8]> = paths.iter().map(Vec::as_slice).collect();
        let mut changed = self.changes(comparison);
        changed.changes.retain(|change| wanted.contains(&*change.path));
        let differ: BTreeSet<&[u8]> = changed.changes.iter().map(|change| &*change.path).collect();
        if wanted.iter().all(|path| differ.contains(path)) {
            changed.names.retain(|(name, _)| wanted.iter().any(|path| path.starts_with(name)));
            return changed;
        }
        let mut step = Step::default();
        let Some(state) = &self.state else { return step };
        for path in wanted {
            let range = self.entries_of(path).unwrap_or_default();
            for (kind, id) in state.entries()[range].iter().filter_map(item) {
                match kind {
                    EntryKind::Submodule => step.submodules.push(path.into()),
                    _ => step.changes.push(Change { path: path.into(), blob: id, before: Vec::new() }),
                }
                step.names.push((path.into(), id));
            }
        }
        step
    }

    /// All of it; none if there is no index.
    pub(super) fn state(&self) -> Option<&State> {
        self.state.as_deref()
    }

    /// Whether there is an entry for a path.
    pub(crate) fn has(&self, path: &[u8]) -> bool {
        self.entries_of(path).is_some()
    }

    fn entries_of(&self, path: &[u8]) -> Option<Range<usize>> {
        let state = self.state.as_deref()?;
        let entries = state.entries();
        let start = entries.partition_point(|entry| **entry.path(state) < *path);
        let length = entries[start..].iter().take_while(|entry| **entry.path(state) == *path).count();
        (length > 0).then_some(start..start + length)
    }
}

/// The tree of a commit.
fn tree_of(comparison: &mut Comparison<'_, '_>, commit: ObjectId) -> Option<ObjectId> {
    match comparison.reader.load_as(commit, crate::object::Kind::Commit) {
        Ok(bytes) => crate::text::Text::of(&bytes).named(b"tree").next(),
        Err(lost) => {
            comparison.lost.push((commit, lost));
            None
        }
    }
}

/// What an entry of the index is; none if nothing of it is staged.
fn item(entry: &Entry) -> Option<Item> {
    if entry.flags.contains(Flags::INTENT_TO_ADD) {
        return None;
    }
    let kind = match entry.mode {
        Mode::DIR => EntryKind::Tree,
        Mode::COMMIT => EntryKind::Submodule,
        _ => EntryKind::Blob,
    };
    Some((kind, ObjectId::from_bytes(entry.id.as_bytes())?))
}

/// The index beside the trees of a commit.
struct Walk<'w, 's, 'r, 'a> {
    state: &'s State,
    comparison: &'w mut Comparison<'r, 'a>,
    step: &'w mut Step,
}

impl Walk<'_, '_, '_, '_> {
    /// Compares the entries of a directory, whose paths begin with the same `prefix` bytes, with a tree. `cached` is
    /// what the index says of the directory as a whole: the tree that a commit would make of it.
    fn directory(
        &mut self,
        entries: Range<usize>,
        prefix: usize,
        cached: Option<&Tree>,
        head: Option<ObjectId>,
        depth: usize,
    ) {
        let valid = cached.filter(|tree| tree.num_entries.is_some());
        let whole = valid.and_then(|tree| ObjectId::from_bytes(tree.id.as_bytes()));
        if whole.is_some() && whole == head {
            return;
        }
        let mut old = head.and_then(|id| self.comparison.directory(id));
        let mut at = entries.start;
        while at < entries.end {
            let state = self.state;
            let entry = &state.entries()[at];
            let path: &[u8] = entry.path(state);
            let rest = path.get(prefix..).unwrap_or_default();
            let slash = memchr::memchr(b'/', rest).filter(|slash| slash + 1 < rest.len());
            let Some(length) = slash else {
                self.entry(entry, path, rest.strip_suffix(b"/").unwrap_or(rest), old.as_mut(), depth);
                at += 1;
                continue;
            };
            let inside = prefix + length + 1;
            let below = &state.entries()[at..entries.end];
            let count = below.partition_point(|entry| entry.path(state).starts_with(&path[..inside])).max(1);
            let name = &rest[..length];
            let before = old.as_mut().and_then(|old| old.find(name));
            let child =
                cached.and_then(|tree| tree.children.iter().find(|child| child.name.as_slice() == name));
            let tree = before.filter(|item| item.0 == EntryKind::Tree).map(|item| item.1);
            if before.is_none()
                && let Some((_, id)) = item(entry)
            {
                self.step.names.push((path[..inside - 1].into(), id));
            }
            self.directory(at..at + count, inside, child, tree, depth + 1);
            at += count;
        }
        if let Some(old) = &old
            && let Some(entry) = self.state.entries().get(entries.start)
        {
            let path: &[u8] = entry.path(self.state);
            note_removed(old, path[..prefix].strip_suffix(b"/").unwrap_or_default(), self.step);
        }
    }

    fn entry(&mut self, entry: &Entry, path: &[u8], name: &[u8], old: Option<&mut Directory>, depth: usize) {
        let before = old.and_then(|old| old.find(name));
        let Some(item) = item(entry) else { return };
        // One side of a conflict is nothing that will be committed as it is, but it may well be.
        if before == Some(item) && entry.stage() == Stage::Unconflicted {
            return;
        }
        let mut path = path.strip_suffix(b"/").unwrap_or(path).to_vec();
        self.comparison.differs(item, &[before], &mut path, depth, self.step);
    }
}
