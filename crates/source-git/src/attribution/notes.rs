//! What is noted of commits, tags and trees while they are read, to say later where something stands.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_finding::{ObjectId, Skip};
use keysieve_source::Memory;

use super::lists::{self, Lists};
use crate::numbers::{Bits, NONE};
use crate::object::{Kind, Object};
use crate::quick_hash::Keys;
use crate::store::Store;
use crate::text::Text;
use crate::tree::{Entry, EntryKind};
use crate::tree_memory::{Noted, Skim, Step, TreeMemory, within};
use crate::visit::{Memories, Name, Visit, Window};

/// How many bytes the lists of directories may take that are noted in one pass over all trees, for each object. If they
/// take more, each pass notes only those that lead to what the passes before have found, and there are as many passes as
/// directories lie in each other.
const MOST: usize = 24;

/// What they may take however few objects there are.
const FREE: usize = 16 << 20;

/// A tree has an entry: which one, the number of its name, and the number of what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) tree: u32,
    pub(crate) name: u32,
    pub(crate) to: u32,
}

/// A commit, as it was read. Objects are told by their numbers.
pub(crate) struct CommitNote {
    pub(crate) number: u32,
    pub(crate) tree: Option<u32>,
    pub(crate) author_date: Option<(i64, i32)>,
    /// Where its parents begin among all that were noted.
    parents: u32,
}

/// What a thread notes.
#[derive(Default)]
pub(crate) struct Notes {
    commits: Vec<CommitNote>,
    parents: Vec<u32>,
    /// Tags, and what each is about.
    pub(crate) tags: Vec<(ObjectId, ObjectId)>,
    /// The directories of each tree.
    pub(crate) lists: Lists,
    /// Those of the tree that is being read.
    list: Vec<lists::Entry>,
    /// From trees to trees, where only some are noted.
    pub(crate) down: Vec<Link>,
    /// From trees to what is looked for.
    pub(crate) ends: Vec<Link>,
    /// Numbers of names that were asked for.
    numbers: HashMap<Box<[u8]>, u32, Keys>,
    recent: Recent,
}

/// The numbers of the directories that were met last, by the first bits of their names: most trees have most of their
/// directories from those that came just before.
struct Recent(Box<[u32]>);

impl Default for Recent {
    fn default() -> Self {
        Self(vec![NONE; 1 << 14].into_boxed_slice())
    }
}

impl Recent {
    fn number(&mut self, store: &Store, id: &[u8]) -> Option<u32> {
        let slot = &mut self.0[(start(id) >> 6) as usize];
        if *slot != NONE && store.name(*slot) == id {
            return Some(*slot);
        }
        let number = store.number(id)?;
        *slot = number;
        Some(number)
    }
}

impl Notes {
    /// Notes a commit. Parents that are not there are left out.
    pub(crate) fn commit(
        &mut self,
        number: u32,
        tree: Option<u32>,
        parents: impl Iterator<Item = u32>,
        author_date: Option<(i64, i32)>,
    ) {
        let start = u32::try_from(self.parents.len()).unwrap_or(NONE);
        self.parents.extend(parents);
        self.commits.push(CommitNote { number, tree, author_date, parents: start });
    }

    /// All commits, each with its parents.
    pub(crate) fn commits(&self) -> impl Iterator<Item = (&CommitNote, &[u32])> {
        let ends = self.commits.iter().skip(1).map(|next| next.parents as usize);
        let ends = ends.chain(std::iter::once(self.parents.len()));
        let parents = |commit: &CommitNote, end| self.parents.get(commit.parents as usize..end);
        self.commits
            .iter()
            .zip(ends)
            .map(move |(commit, end)| (commit, parents(commit, end).unwrap_or_default()))
    }
}

/// What is looked for in trees.
pub(crate) struct Wanted {
    /// The first 20 bits of the names of all objects that are looked for.
    starts: Bits,
    /// Objects by their numbers.
    pub(crate) objects: Bits,
    /// Names of files or directories, each with the number of links that lead to it.
    names: HashMap<Vec<u8>, u32>,
    /// The lengths of these names.
    lengths: Bits,
}

const LENGTHS: usize = 4096;

impl Wanted {
    pub(crate) fn nothing(store: &Store) -> Self {
        let (starts, objects) = (Bits::new(1 << 20), Bits::new(store.len()));
        Self { starts, objects, names: HashMap::new(), lengths: Bits::new(LENGTHS) }
    }

    pub(crate) fn add(&mut self, id: ObjectId, number: u32) {
        self.starts.add(start(id.as_bytes()));
        self.objects.add(number);
    }

    /// Looks also for all objects that another one looks for.
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.starts.join(&other.starts);
        self.objects.join(&other.objects);
        self
    }

    /// Looks also for a name; what leads to it has this number.
    pub(crate) fn add_name(&mut self, name: &[u8], number: u32) {
        self.lengths.add(length(name));
        self.names.insert(name.to_vec(), number);
    }

    fn object(&self, store: &Store, id: &[u8]) -> Option<u32> {
        let number = self.starts.has(start(id)).then(|| store.number(id)).flatten();
        number.filter(|number| self.objects.has(*number))
    }

    fn name(&self, name: &[u8]) -> Option<u32> {
        self.lengths.has(length(name)).then(|| self.names.get(name).copied()).flatten()
    }
}

fn length(name: &[u8]) -> u32 {
    name.len().min(LENGTHS - 1) as u32
}

/// The first 20 bits of an object's name as a number.
fn start(id: &[u8]) -> u32 {
    id.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes) >> 12)
}

/// Which links from trees to trees are noted.
pub(crate) enum Down {
    All,
    /// Those that lead to these trees.
    To(Bits),
    None,
}

/// What all threads know that note something.
pub(crate) struct Noting {
    pub(crate) down: Down,
    /// What links are noted to; none if that is not known yet.
    pub(crate) wanted: Option<Wanted>,
    /// How many bytes the lists of directories take.
    noted: AtomicUsize,
    most: usize,
    names: Mutex<Interned>,
}

/// Names and their numbers.
#[derive(Default)]
struct Interned {
    numbers: HashMap<Box<[u8]>, u32>,
    list: Vec<Box<[u8]>>,
}

impl Noting {
    pub(crate) fn new(store: &Store, wanted: Option<Wanted>) -> Self {
        let most = FREE + store.len() * MOST;
        Self { down: Down::All, wanted, noted: AtomicUsize::new(0), most, names: Mutex::default() }
    }

    /// Whether all directories of all trees were noted.
    pub(crate) fn has_all(&self) -> bool {
        matches!(self.down, Down::All) && self.noted.load(Ordering::Relaxed) <= self.most
    }

    /// The names by their numbers.
    pub(crate) fn into_names(self) -> Vec<Box<[u8]>> {
        self.names.into_inner().unwrap_or_else(PoisonError::into_inner).list
    }

    /// Notes what is in a tree. `fresh` gets each entry that the tree does not have from another one of which is
    /// remembered what was noted, with the number of what a directory leads to. Says what is to be remembered of this
    /// one, if it was read to its end.
    pub(crate) fn tree(
        &self,
        (store, hash_length): (&Store, usize),
        notes: &mut Notes,
        object: &Object<'_>,
        base: Option<&TreeMemory>,
        mut fresh: impl FnMut(&Entry<'_>, Option<u32>) -> ControlFlow<()>,
    ) -> ControlFlow<(), Option<TreeMemory>> {
        let mut memory = TreeMemory::default();
        let mut skim = Skim::of(object.bytes, hash_length, base, object.copied);
        for step in skim.by_ref() {
            match (step, base) {
                (Step::Read(entry), _) => {
                    memory.begin(entry.range.0);
                    let to = self.entry(store, notes, &mut memory, (object.number, &entry));
                    fresh(&entry, to)?;
                }
                (Step::Taken(range, shift), Some(base)) => {
                    for (_, noted) in within(&base.directories, &range) {
                        self.directory(notes, object.number, *noted);
                    }
                    for (_, (name, to)) in within(&base.others, &range) {
                        notes.ends.push(Link { tree: object.number, name: *name, to: *to });
                    }
                    if object.is_base {
                        memory.take(base, &range, shift);
                    }
                }
                _ => {}
            }
        }
        self.read(notes, object.number);
        memory.end(object.bytes.len());
        ControlFlow::Continue((!skim.is_broken()).then_some(memory))
    }

    /// Notes an entry of a tree; says which object a directory is, if it is there.
    fn entry(
        &self,
        store: &Store,
        notes: &mut Notes,
        memory: &mut TreeMemory,
        (tree, entry): (u32, &Entry<'_>),
    ) -> Option<u32> {
        let start = entry.range.0 as u32;
        let to = (entry.kind == EntryKind::Tree).then(|| notes.recent.number(store, entry.id)).flatten();
        let is_noted = match (&self.down, to) {
            (Down::All, Some(_)) => self.has_all(),
            (Down::To(trees), Some(to)) => trees.has(to),
            _ => false,
        };
        if let (true, Some(to)) = (is_noted, to) {
            let noted = (self.name(notes, entry.name), to);
            memory.directories.push((start, noted));
            self.directory(notes, tree, noted);
        }
        if let Some(wanted) = &self.wanted {
            let blob = (entry.kind == EntryKind::Blob).then(|| wanted.object(store, entry.id)).flatten();
            for to in blob.into_iter().chain(wanted.name(entry.name)) {
                let name = self.name(notes, entry.name);
                memory.others.push((start, (name, to)));
                notes.ends.push(Link { tree, name, to });
            }
        }
        to
    }

    fn directory(&self, notes: &mut Notes, tree: u32, (name, to): Noted) {
        match self.down {
            Down::All => notes.list.push((name, to)),
            _ => notes.down.push(Link { tree, name, to }),
        }
    }

    /// Hears that a tree was read to its end.
    fn read(&self, notes: &mut Notes, tree: u32) {
        if self.has_all() {
            let before = notes.lists.len();
            notes.lists.push(tree, &mut notes.list);
            self.noted.fetch_add(notes.lists.len() - before, Ordering::Relaxed);
        } else {
            notes.lists.clear();
            notes.list.clear();
        }
    }

    fn name(&self, notes: &mut Notes, name: &[u8]) -> u32 {
        if let Some(number) = notes.numbers.get(name) {
            return *number;
        }
        let mut interned = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let Interned { numbers, list } = &mut *interned;
        let number = *numbers.entry(name.into()).or_insert_with(|| {
            list.push(name.into());
            u32::try_from(list.len() - 1).unwrap_or(NONE)
        });
        notes.numbers.insert(name.into(), number);
        number
    }
}

/// Reads commits, tags and trees only to note something of them.
pub(crate) struct Reader<'a> {
    pub(crate) store: &'a Store,
    pub(crate) noting: &'a Noting,
    pub(crate) hash_length: usize,
    /// Whether trees are read, or all else that is no blob.
    pub(crate) trees: bool,
}

impl Visit for Reader<'_> {
    type Local = Notes;

    fn local(&self) -> Notes {
        Notes::default()
    }

    fn wants(&self, kind: Kind) -> bool {
        kind != Kind::Blob && (kind == Kind::Tree) == self.trees
    }

    fn object(&self, notes: &mut Notes, object: &Object<'_>) -> ControlFlow<()> {
        let number = |id: ObjectId| self.store.number(id.as_bytes());
        match object.kind {
            Kind::Tree => return self.version(notes, object, &Memories::new()).0,
            Kind::Commit => {
                let text = Text::of(object.bytes);
                let tree = text.named(b"tree").next().and_then(number);
                let parents = text.named(b"parent").filter_map(number);
                notes.commit(object.number, tree, parents, text.author_date());
            }
            Kind::Tag => {
                let about = Text::of(object.bytes).named(b"object").next();
                notes.tags.extend(about.map(|about| (object.id, about)));
            }
            Kind::Blob => {}
        }
        ControlFlow::Continue(())
    }

    fn version(
        &self,
        notes: &mut Notes,
        object: &Object<'_>,
        base: &Memories,
    ) -> (ControlFlow<()>, Memories) {
        let read = (self.store, self.hash_length);
        let none = |_: &Entry<'_>, _| ControlFlow::Continue(());
        let memory = self.noting.tree(read, notes, object, of_tree(base), none).continue_value().flatten();
        (ControlFlow::Continue(()), memories_of_tree(memory))
    }

    fn window(&self, _notes: &mut Notes, _window: Window<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn skipped(&self, _name: Name<'_>, _why: Skip) {
        // It was named when it was to be handed over.
    }

    fn stopped(&self) -> bool {
        // Half of a history would say wrong things of what was found, after an interruption too.
        false
    }
}

/// What is remembered of a tree.
pub(crate) fn of_tree(memories: &Memories) -> Option<&TreeMemory> {
    memories.first().and_then(|(_, memory)| memory.downcast_ref())
}

/// The same for those who walk.
pub(crate) fn memories_of_tree(memory: Option<TreeMemory>) -> Memories {
    memory.into_iter().map(|memory| (0, Arc::new(memory) as Memory)).collect()
}
