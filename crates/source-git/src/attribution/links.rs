//! Which trees lead to what was found.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use keysieve_finding::{ObjectId, Skip};

use super::table::{Bits, NONE, Table};
use crate::object::{Kind, Object};
use crate::store::Store;
use crate::tree::{Entries, EntryKind};
use crate::visit::{Name, Visit, Window};

/// How many links between trees are noted in one pass over all of them. If there are more, each pass notes only those
/// that lead to what the passes before have found, and there are as many passes as directories lie in each other.
const MOST: usize = 16 << 20;

/// What is looked for.
pub(crate) struct Targets {
    pub(crate) blobs: Vec<ObjectId>,
    /// Names of files or directories.
    pub(crate) names: Vec<Vec<u8>>,
}

impl Targets {
    /// How many there are: blobs are numbered first, then names.
    pub(crate) fn len(&self) -> usize {
        self.blobs.len() + self.names.len()
    }
}

/// A tree has an entry: which one, the number of what it leads to, and the number of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) tree: u32,
    pub(crate) name: u32,
    pub(crate) to: u32,
}

/// All links that lead to what is looked for.
pub(crate) struct Links {
    pub(crate) trees: Table,
    /// From trees to trees, sorted.
    pub(crate) down: Vec<Link>,
    /// From trees to targets, sorted.
    pub(crate) ends: Vec<Link>,
    pub(crate) names: Vec<Box<[u8]>>,
}

impl Links {
    pub(crate) fn of(store: &Store, targets: &Targets, hash_length: usize, threads: NonZeroUsize) -> Self {
        let trees = Table::of(store.ids_of(Kind::Tree));
        let none = Bits::new(trees.len());
        let mut reader = Reader::new(targets, &trees, hash_length);
        let (mut down, ends) = reader.pass(store, threads);
        let mut wanted = Bits::new(trees.len());
        ends.iter().for_each(|link| _ = wanted.add(link.tree));
        if reader.noted.load(Ordering::Relaxed) <= MOST {
            while down.iter().filter(|link| wanted.has(link.to)).any(|link| !wanted.has(link.tree)) {
                for link in &down {
                    if wanted.has(link.to) {
                        wanted.add(link.tree);
                    }
                }
            }
            down.retain(|link| wanted.has(link.to));
        } else {
            down = Vec::new();
            let mut latest = none;
            ends.iter().for_each(|link| _ = latest.add(link.tree));
            reader.ends = false;
            loop {
                reader.only = Some(latest);
                let (more, _) = reader.pass(store, threads);
                latest = Bits::new(trees.len());
                let mut grown = false;
                for link in &more {
                    if wanted.add(link.tree) {
                        latest.add(link.tree);
                        grown = true;
                    }
                }
                down.extend(more);
                if !grown {
                    break;
                }
            }
            reader.only = None;
        }
        let names = reader.names.into_inner().unwrap_or_else(PoisonError::into_inner).list;
        down.sort_unstable();
        down.dedup();
        let mut ends = ends;
        ends.sort_unstable();
        ends.dedup();
        Self { trees, down, ends, names }
    }

    /// The links of one tree among sorted ones.
    pub(crate) fn of_tree(links: &[Link], tree: u32) -> &[Link] {
        let start = links.partition_point(|link| link.tree < tree);
        let length = links[start..].iter().take_while(|link| link.tree == tree).count();
        &links[start..start + length]
    }
}

/// Names and their numbers.
#[derive(Default)]
struct Interned {
    numbers: HashMap<Box<[u8]>, u32>,
    list: Vec<Box<[u8]>>,
}

/// Reads trees.
struct Reader<'a> {
    targets: HashMap<&'a [u8], u32>,
    /// The first two bytes of all blobs that are looked for.
    starts: Bits,
    names_wanted: HashMap<&'a [u8], u32>,
    /// The lengths of the names that are looked for.
    lengths: Bits,
    trees: &'a Table,
    hash_length: usize,
    /// Whether links to targets are noted.
    ends: bool,
    /// The trees to which links are noted; none for all.
    only: Option<Bits>,
    noted: AtomicUsize,
    names: Mutex<Interned>,
}

/// What a thread notes.
#[derive(Default)]
struct Noted {
    down: Vec<Link>,
    ends: Vec<Link>,
    numbers: HashMap<Box<[u8]>, u32>,
}

const LENGTHS: usize = 4096;

impl<'a> Reader<'a> {
    fn new(targets: &'a Targets, trees: &'a Table, hash_length: usize) -> Self {
        let (mut starts, mut lengths) = (Bits::new(1 << 16), Bits::new(LENGTHS));
        let (mut blobs, mut names) = (HashMap::new(), HashMap::new());
        for (number, blob) in (0..).zip(&targets.blobs) {
            starts.add(start(blob.as_bytes()));
            blobs.insert(blob.as_bytes(), number);
        }
        for (number, name) in
            (0..).zip(&targets.names).map(|(at, name): (u32, _)| (at + blobs.len() as u32, name))
        {
            lengths.add(name.len().min(LENGTHS - 1) as u32);
            names.insert(name.as_slice(), number);
        }
        Self {
            targets: blobs,
            starts,
            names_wanted: names,
            lengths,
            trees,
            hash_length,
            ends: true,
            only: None,
            noted: AtomicUsize::new(0),
            names: Mutex::default(),
        }
    }

    fn pass(&self, store: &Store, threads: NonZeroUsize) -> (Vec<Link>, Vec<Link>) {
        let (mut down, mut ends) = (Vec::new(), Vec::new());
        for noted in store.walk(threads, self) {
            if down.is_empty() {
                down = noted.down
            } else {
                down.extend(noted.down)
            }
            ends.extend(noted.ends);
        }
        (down, ends)
    }

    fn name(&self, noted: &mut Noted, name: &[u8]) -> u32 {
        if let Some(number) = noted.numbers.get(name) {
            return *number;
        }
        let mut interned = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let Interned { numbers, list } = &mut *interned;
        let number = *numbers.entry(name.into()).or_insert_with(|| {
            list.push(name.into());
            u32::try_from(list.len() - 1).unwrap_or(NONE)
        });
        noted.numbers.insert(name.into(), number);
        number
    }

    fn notes(&self, to: u32) -> bool {
        match &self.only {
            Some(only) => only.has(to),
            None => self.noted.load(Ordering::Relaxed) <= MOST,
        }
    }
}

/// The first two bytes of a name as a number.
fn start(id: &[u8]) -> u32 {
    u32::from(id[0]) << 8 | u32::from(id[1])
}

impl Visit for Reader<'_> {
    type Local = Noted;

    fn local(&self) -> Noted {
        Noted::default()
    }

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Tree
    }

    fn object(&self, noted: &mut Noted, object: &Object<'_>) -> ControlFlow<()> {
        let Some(tree) = self.trees.find(object.id.as_bytes()) else { return ControlFlow::Continue(()) };
        let before = noted.down.len();
        for entry in Entries::of(object.bytes, self.hash_length) {
            if entry.kind == EntryKind::Tree
                && let Some(to) = self.trees.find(entry.id)
                && self.notes(to)
            {
                let name = self.name(noted, entry.name);
                noted.down.push(Link { tree, name, to });
            }
            if !self.ends {
                continue;
            }
            if entry.kind == EntryKind::Blob
                && self.starts.has(start(entry.id))
                && let Some(&to) = self.targets.get(entry.id)
            {
                let name = self.name(noted, entry.name);
                noted.ends.push(Link { tree, name, to });
            }
            if self.lengths.has(entry.name.len().min(LENGTHS - 1) as u32)
                && let Some(&to) = self.names_wanted.get(entry.name)
            {
                let name = self.name(noted, entry.name);
                noted.ends.push(Link { tree, name, to });
            }
        }
        self.noted.fetch_add(noted.down.len() - before, Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    fn window(&self, _noted: &mut Noted, _window: Window<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn skipped(&self, _name: Name<'_>, _why: Skip) {
        // It was named when it was to be handed over.
    }

    fn stopped(&self) -> bool {
        false
    }
}
