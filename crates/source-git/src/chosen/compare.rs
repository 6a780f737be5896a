//! Trees, compared with those of all parents at once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use keysieve_finding::ObjectId;

use super::step::{Change, Path, Removed, Step};
use crate::object::Kind;
use crate::objects::{Lost, Reader};
use crate::tree::{Entries, EntryKind};

/// How deep directories may lie in each other.
const DEEPEST: usize = 512;

/// How many entries are looked at for one choice: trees that hold the same tree many times over hold more paths than
/// anybody could list.
const MOST_ENTRIES: u64 = 400_000_000;

/// One directory, read.
pub(super) struct Directory {
    bytes: Arc<Vec<u8>>,
    entries: Vec<Read>,
    /// Where the next entry is expected that is asked for.
    next: usize,
    by_name: Option<HashMap<Box<[u8]>, usize>>,
}

struct Read {
    kind: EntryKind,
    name: Range<usize>,
    id: ObjectId,
    asked: bool,
}

/// What stands under a name.
pub(super) type Item = (EntryKind, ObjectId);

impl Directory {
    /// Reads a tree. Says whether it is broken; what stands before that is there.
    pub(super) fn read(reader: &mut Reader<'_>, id: ObjectId) -> Result<(Self, bool), Lost> {
        let bytes = reader.load_as(id, Kind::Tree)?;
        let mut entries = Vec::new();
        let mut all = Entries::of(&bytes, id.as_bytes().len());
        for entry in all.by_ref() {
            let end = entry.range.1 - entry.id.len() - 1;
            let id = ObjectId::from_bytes(entry.id)
                .ok_or(Lost::Broken("the name of an object has a wrong length"))?;
            entries.push(Read { kind: entry.kind, name: end - entry.name.len()..end, id, asked: false });
        }
        let broken = all.is_broken();
        Ok((Self { bytes, entries, next: 0, by_name: None }, broken))
    }

    fn name(&self, at: usize) -> &[u8] {
        &self.bytes[self.entries[at].name.clone()]
    }

    /// What stands under a name. Names are mostly asked for in the order in which they stand.
    pub(super) fn find(&mut self, name: &[u8]) -> Option<Item> {
        let near = (self.next..self.entries.len().min(self.next + 2)).find(|at| self.name(*at) == name);
        let at = match near {
            Some(at) => at,
            None => {
                if self.by_name.is_none() {
                    let names = (0..self.entries.len()).map(|at| (self.name(at).into(), at));
                    self.by_name = Some(names.collect());
                }
                *self.by_name.as_ref()?.get(name)?
            }
        };
        self.next = at + 1;
        let entry = &mut self.entries[at];
        entry.asked = true;
        Some((entry.kind, entry.id))
    }

    /// What nobody asked for.
    pub(super) fn unasked(&self) -> impl Iterator<Item = (&[u8], Item)> {
        let entries = self.entries.iter().enumerate().filter(|(_, entry)| !entry.asked);
        entries.map(|(at, entry)| (self.name(at), (entry.kind, entry.id)))
    }
}

/// Compares trees.
pub(super) struct Comparison<'r, 'a> {
    pub(super) reader: &'r mut Reader<'a>,
    /// What could not be read.
    pub(super) lost: Vec<(ObjectId, Lost)>,
    left: u64,
}

impl<'r, 'a> Comparison<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        Self { reader, lost: Vec::new(), left: MOST_ENTRIES }
    }

    /// Notes what is in a tree and in none of those before.
    pub(super) fn compare(
        &mut self,
        after: Option<ObjectId>,
        before: &[Option<ObjectId>],
        path: &mut Vec<u8>,
        step: &mut Step,
    ) {
        self.compare_at(after, before, path, 0, step);
    }

    fn compare_at(
        &mut self,
        after: Option<ObjectId>,
        before: &[Option<ObjectId>],
        path: &mut Vec<u8>,
        depth: usize,
        step: &mut Step,
    ) {
        if before.contains(&after) {
            return;
        }
        if depth > DEEPEST {
            self.lost.extend(after.map(|id| (id, Lost::Limit("directories in directories, too deep"))));
            return;
        }
        let new = after.and_then(|id| self.directory(id));
        let mut old: Vec<Option<Directory>> =
            before.iter().map(|id| id.and_then(|id| self.directory(id))).collect();
        for entry in new.iter().flat_map(|new| (0..new.entries.len()).map(move |at| (new, at))) {
            let (directory, at) = entry;
            let (name, Read { kind, id, .. }) = (directory.name(at), &directory.entries[at]);
            if self.left == 0 {
                self.lost.push((*id, Lost::Limit("there are more paths than can be looked at")));
                return;
            }
            self.left -= 1;
            let found: Vec<Option<Item>> =
                old.iter_mut().map(|old| old.as_mut().and_then(|old| old.find(name))).collect();
            if found.contains(&Some((*kind, *id))) {
                continue;
            }
            let length = path.len();
            path.extend_from_slice(if length == 0 { b"" } else { b"/" });
            path.extend_from_slice(name);
            self.differs((*kind, *id), &found, path, depth, step);
            path.truncate(length);
        }
        if let [Some(old)] = old.as_slice() {
            note_removed(old, path, step);
        }
    }

    /// An entry that no parent has.
    pub(super) fn differs(
        &mut self,
        (kind, id): Item,
        before: &[Option<Item>],
        path: &mut Vec<u8>,
        depth: usize,
        step: &mut Step,
    ) {
        let of = |wanted: EntryKind| -> Vec<Option<ObjectId>> {
            before.iter().map(|item| item.filter(|item| item.0 == wanted).map(|item| item.1)).collect()
        };
        let whole: Path = path.as_slice().into();
        if before.iter().all(Option::is_none) {
            step.names.push((Arc::clone(&whole), id));
        }
        if let [Some(item)] = before
            && (item.0 != kind || kind == EntryKind::Blob)
        {
            step.removed.push(Removed { path: Arc::clone(&whole), kind: item.0, id: item.1 });
        }
        match kind {
            EntryKind::Blob => {
                step.changes.push(Change { path: whole, blob: id, before: of(EntryKind::Blob) })
            }
            EntryKind::Submodule => step.submodules.push(whole),
            EntryKind::Tree => self.compare_at(Some(id), &of(EntryKind::Tree), path, depth + 1, step),
        }
    }

    /// Reads a directory, and notes if that cannot be done.
    pub(super) fn directory(&mut self, id: ObjectId) -> Option<Directory> {
        match Directory::read(self.reader, id) {
            Ok((directory, broken)) => {
                if broken {
                    let why = "the tree is broken; what it still leads to is not known";
                    self.lost.push((id, Lost::Broken(why)));
                }
                Some(directory)
            }
            Err(why) => {
                self.lost.push((id, why));
                None
            }
        }
    }
}

/// Notes what a directory had that is not asked for any more.
pub(super) fn note_removed(old: &Directory, path: &[u8], step: &mut Step) {
    for (name, (kind, id)) in old.unasked() {
        let whole = if path.is_empty() { name.to_vec() } else { [path, b"/", name].concat() };
        step.removed.push(Removed { path: whole.into(), kind, id });
    }
}
