//! Objects by their names, one at a time: for what is chosen, where walking over all packs would be too much.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use keysieve_finding::{ObjectId, Skip, SkipReason};

use crate::apply::{self, Broken};
use crate::inflater::{Buffer, Inflater};
use crate::layout::Layout;
use crate::loose;
use crate::object::Kind;
use crate::pack::{self, Pack, Stored, Trouble};
use crate::walk::{Budget, LARGE, LARGEST};

/// How many deltas may stand on each other; git makes at most 4095. A cycle ends here, too.
const MOST_DELTAS: usize = 8192;

/// How many bytes of objects a reader keeps, because others may stand on them or because they are asked for again.
const KEPT: usize = 96 << 20;

/// Where the objects of a repository are.
pub(crate) struct Objects {
    packs: Vec<Pack>,
    directories: Vec<PathBuf>,
    hash_length: usize,
    budget: Budget,
    /// What could not be opened.
    pub(crate) troubles: Vec<Trouble>,
}

/// Why an object cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    Missing,
    Broken(&'static str),
    Limit(&'static str),
    Io(String),
}

impl From<Broken> for Lost {
    fn from(Broken(why): Broken) -> Self {
        Self::Broken(why)
    }
}

impl Lost {
    /// What is said of it.
    pub(crate) fn skip(&self) -> Skip {
        match self {
            Self::Missing => Skip::new(SkipReason::Missing, "it is not in the repository"),
            Self::Broken(why) => Skip::new(SkipReason::Unreadable, *why),
            Self::Limit(why) => Skip::new(SkipReason::Limit, *why),
            Self::Io(why) => Skip::new(SkipReason::Unreadable, why.clone()),
        }
    }
}

/// Takes a window of a blob: its bytes, its offset, and whether it is the last.
pub(crate) type TakeWindow<'w> = dyn FnMut(&[u8], u64, bool) -> ControlFlow<()> + 'w;

/// An object as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) kind: Kind,
    pub(crate) bytes: Arc<Vec<u8>>,
}

impl Objects {
    /// Opens every pack; nothing is listed and nothing is read of them yet.
    pub(crate) fn open(layout: &Layout) -> Self {
        let (packs, troubles) = pack::open_all(layout);
        let budget = Budget::of(packs.iter().map(Pack::bytes).sum());
        Self {
            packs,
            directories: layout.objects.clone(),
            hash_length: layout.hash_length(),
            budget,
            troubles,
        }
    }

    /// Where an object is, so that what lies together can be read together: its pack and its place there.
    pub(crate) fn place(&self, id: ObjectId) -> (usize, u64) {
        let mut packs = self.packs.iter().enumerate();
        packs
            .find_map(|(at, pack)| Some((at, pack.offset(pack.find(id.as_bytes())?))))
            .unwrap_or((usize::MAX, 0))
    }

    /// The objects whose names begin with these hexadecimal digits, at most two.
    pub(crate) fn starting_with(&self, digits: &str) -> Vec<ObjectId> {
        let mut found = Vec::new();
        for pack in &self.packs {
            found.extend(pack.starting_with(digits));
        }
        for directory in &self.directories {
            found.extend(loose::starting_with(directory, digits, self.hash_length));
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(2);
        found
    }
}

/// Reads objects, on one thread.
pub(crate) struct Reader<'a> {
    objects: &'a Objects,
    inflater: Inflater,
    delta: Buffer,
    stored: Vec<u8>,
    kept: Kept,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(objects: &'a Objects) -> Self {
        let (inflater, delta) = (Inflater::new(), Buffer::default());
        Self { objects, inflater, delta, stored: Vec::new(), kept: Kept::default() }
    }

    /// Reads an object as a whole. If one copy is broken, another one serves.
    pub(crate) fn load(&mut self, id: ObjectId) -> Result<Loaded, Lost> {
        let mut lost = Lost::Missing;
        for (number, pack) in self.objects.packs.iter().enumerate() {
            let Some(at) = pack.find(id.as_bytes()) else { continue };
            match self.packed(number, pack, pack.offset(at)) {
                Ok(loaded) => return Ok(loaded),
                Err(why) => lost = why,
            }
        }
        let directories = &self.objects.directories;
        for path in
            directories.iter().map(|directory| loose::path(directory, id)).filter(|path| path.is_file())
        {
            match loose::whole(&path, &mut self.inflater, &mut self.stored) {
                Ok((kind, bytes)) => return Ok(Loaded { kind, bytes: Arc::new(bytes) }),
                Err(why) => lost = why,
            }
        }
        Err(lost)
    }

    /// Reads an object of a kind that is expected.
    pub(crate) fn load_as(&mut self, id: ObjectId, kind: Kind) -> Result<Arc<Vec<u8>>, Lost> {
        let loaded = self.load(id)?;
        if loaded.kind == kind {
            Ok(loaded.bytes)
        } else {
            Err(Lost::Broken("it is of another kind than it is used as"))
        }
    }

    /// Hands over a blob, in windows if it is large.
    pub(crate) fn blob(
        &mut self,
        id: ObjectId,
        window: &mut TakeWindow<'_>,
    ) -> Result<ControlFlow<()>, Lost> {
        if let Some(done) = self.large(id, window) {
            return done;
        }
        let bytes = self.load_as(id, Kind::Blob)?;
        Ok(window(&bytes, 0, true))
    }

    /// Hands over a blob that is stored as a whole and too large to be held; none if it is not.
    fn large(&mut self, id: ObjectId, window: &mut TakeWindow<'_>) -> Option<Result<ControlFlow<()>, Lost>> {
        let (number, offset) = self.objects.place(id);
        if let Some(pack) = self.objects.packs.get(number) {
            let bytes = pack.slice(offset, pack.end())?;
            let header = pack.header(bytes).ok()?;
            if header.size <= LARGE || !matches!(header.stored, Stored::Whole(Kind::Blob)) {
                return None;
            }
            let stream = &bytes[header.length..];
            let done = self.inflater.windows(stream, 0, header.size, &mut self.delta, window);
            return Some(done.map_err(Lost::from));
        }
        let path = self
            .objects
            .directories
            .iter()
            .map(|directory| loose::path(directory, id))
            .find(|path| path.is_file());
        loose::large(&path?, (&mut self.inflater, &mut self.stored, &mut self.delta), window)
    }

    /// Reads an entry of a pack: from the object that it stands on, up.
    fn packed(&mut self, number: usize, pack: &Pack, offset: u64) -> Result<Loaded, Lost> {
        let mut chain = Vec::new();
        let mut at = offset;
        let mut loaded = loop {
            if let Some(loaded) = self.kept.get((number, at)) {
                break loaded;
            }
            let bytes = pack.slice(at, pack.end()).ok_or(CUT)?;
            let header = pack.header(bytes)?;
            let stream = &bytes[header.length..];
            if header.size > LARGEST {
                return Err(TOO_LARGE);
            }
            match header.stored {
                Stored::Whole(kind) => {
                    self.take(header.size)?;
                    let mut whole = Buffer::default();
                    self.inflater.whole(stream, header.size, &mut whole)?;
                    let loaded = Loaded { kind, bytes: Arc::new(whole.into_bytes()) };
                    self.kept.put((number, at), &loaded);
                    break loaded;
                }
                Stored::Before(distance) => {
                    chain.push((at, stream, header.size));
                    at = at.checked_sub(distance).ok_or(NO_BASE)?;
                }
                Stored::On(id) => {
                    chain.push((at, stream, header.size));
                    at = pack.offset(pack.find(id.as_bytes()).ok_or(NO_BASE)?);
                }
            }
            if chain.len() > MOST_DELTAS {
                return Err(Lost::Broken("it is a delta on too many others, or on itself"));
            }
        };
        while let Some((at, stream, size)) = chain.pop() {
            self.inflater.whole(stream, size, &mut self.delta)?;
            let mut delta = self.delta.bytes();
            let (of, makes) = apply::sizes(&mut delta)?;
            if of != loaded.bytes.len() as u64 {
                return Err(Lost::Broken("its delta is for another base"));
            }
            if makes > LARGEST {
                return Err(TOO_LARGE);
            }
            // A copy of 16 MiB takes two bytes of a delta; no memory is set aside for what the delta cannot make.
            if makes > (delta.len() as u64).saturating_mul(1 << 23) {
                return Err(Lost::Broken("its delta makes less than it says"));
            }
            self.take(makes)?;
            let mut made = vec![0; usize::try_from(makes).map_err(|_| TOO_LARGE)?];
            apply::apply(delta, &loaded.bytes, &mut made, &mut Vec::new())?;
            loaded.bytes = Arc::new(made);
            self.kept.put((number, at), &loaded);
        }
        Ok(loaded)
    }

    fn take(&self, bytes: u64) -> Result<(), Lost> {
        if self.objects.budget.take(bytes) { Ok(()) } else { Err(TOO_MUCH) }
    }
}

const CUT: Lost = Lost::Broken("its entry in the pack is cut off");
const NO_BASE: Lost = Lost::Broken("it is a delta, and its base is not in the pack");
const TOO_LARGE: Lost = Lost::Limit("it is larger than 1 GiB and is or has a delta");
const TOO_MUCH: Lost = Lost::Limit("the deltas of the repository make too much of too little");

/// Objects that were read lately, by pack and place: two generations, of which the older goes when the younger is full.
#[derive(Default)]
struct Kept {
    young: HashMap<(usize, u64), Loaded>,
    old: HashMap<(usize, u64), Loaded>,
    bytes: usize,
}

impl Kept {
    fn get(&mut self, at: (usize, u64)) -> Option<Loaded> {
        if let Some(loaded) = self.young.get(&at) {
            return Some(loaded.clone());
        }
        let loaded = self.old.remove(&at)?;
        self.put(at, &loaded);
        Some(loaded)
    }

    fn put(&mut self, at: (usize, u64), loaded: &Loaded) {
        let size = loaded.bytes.len();
        if size > KEPT / 8 {
            return;
        }
        if self.bytes + size > KEPT / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += size;
        self.young.insert(at, loaded.clone());
    }
}
