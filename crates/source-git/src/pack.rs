//! One pack and its index.

use std::io::ErrorKind;
use std::path::Path;

use gix_hash::Kind as Hash;
use gix_pack::{data, index};
use keysieve_finding::{ObjectId, Skip, SkipReason};

use crate::apply::Broken;
use crate::layout::Layout;
use crate::object::Kind;

/// What could not be opened, by the name that reports show.
pub(crate) type Trouble = (Vec<u8>, Skip);

/// Opens every pack of a repository and of those that it borrows from.
pub(crate) fn open_all(layout: &Layout) -> (Vec<Pack>, Vec<Trouble>) {
    let (mut packs, mut troubles) = (Vec::new(), Vec::new());
    for missing in &layout.missing_alternates {
        let why = Skip::new(SkipReason::Unreadable, format!("there is no directory {}", missing.display()));
        troubles.push((b".git/objects/info/alternates".to_vec(), why));
    }
    for (number, directory) in layout.objects.iter().enumerate() {
        open_directory(number == 0, &directory.join("pack"), layout.hash, &mut packs, &mut troubles);
    }
    (packs, troubles)
}

fn open_directory(
    own: bool,
    directory: &Path,
    hash: Hash,
    packs: &mut Vec<Pack>,
    troubles: &mut Vec<Trouble>,
) {
    let shown = |name: &str| match own {
        true => format!(".git/objects/pack/{name}").into_bytes(),
        false => directory.join(name).display().to_string().into_bytes(),
    };
    let entries = match directory.read_dir() {
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => {
            return troubles.push((shown(""), Skip::new(SkipReason::Unreadable, error.to_string())));
        }
        Ok(entries) => entries,
    };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    for name in &names {
        if let Some(stem) = name.strip_suffix(".pack")
            && names.binary_search(&format!("{stem}.idx")).is_err()
        {
            let why = Skip::new(SkipReason::Unreadable, "the pack has no index; `git index-pack` makes one");
            troubles.push((shown(name), why));
        }
        let Some(stem) = name.strip_suffix(".idx").filter(|stem| stem.starts_with("pack-")) else {
            continue;
        };
        match Pack::open(&directory.join(name), hash) {
            Ok(pack) => packs.push(pack),
            Err(why) => {
                troubles.push((shown(&format!("{stem}.pack")), Skip::new(SkipReason::Unreadable, why)));
            }
        }
    }
}

/// One pack and its index, both mapped.
pub(crate) struct Pack {
    index: index::File,
    data: data::File,
    hash_length: usize,
}

/// What stands at the begin of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) stored: Stored,
    /// The size of what the stream makes: of the object, or of the delta.
    pub(crate) size: u64,
    /// How long the header is.
    pub(crate) length: usize,
}

/// How an entry holds its object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stored {
    Whole(Kind),
    /// A delta on the entry that stands so many bytes before.
    Before(u64),
    /// A delta on the object of that name.
    On(ObjectId),
}

impl Pack {
    /// Opens the pack that belongs to an index.
    pub(crate) fn open(index_path: &Path, hash: Hash) -> Result<Self, String> {
        let path = index_path.with_extension("pack");
        // Asked before they are opened: a FIFO would be waited for.
        if let Some(other) = [index_path, &path].iter().find(|path| !path.is_file()) {
            let name = other.extension().unwrap_or_default().to_string_lossy();
            return Err(format!("its file .{name} is not there, or is no file"));
        }
        // What gix says would name the file a second time.
        let index = index::File::at(index_path, hash).map_err(|_| "its index cannot be read".to_owned())?;
        let data = data::File::at(&path, hash).map_err(|_| "the pack cannot be read".to_owned())?;
        if data.num_objects() != index.num_objects() {
            return Err("the pack and its index do not belong together".to_owned());
        }
        Ok(Self { index, data, hash_length: hash.len_in_bytes() })
    }

    /// How many objects it holds.
    pub(crate) fn len(&self) -> u32 {
        self.index.num_objects()
    }

    /// How many bytes it has.
    pub(crate) fn bytes(&self) -> u64 {
        self.data.data_len() as u64
    }

    /// Where its last entry ends.
    pub(crate) fn end(&self) -> u64 {
        self.data.pack_end() as u64
    }

    /// Where the object stands whose name is at this place of the index.
    pub(crate) fn offset(&self, at: u32) -> u64 {
        self.index.pack_offset_at_index(at)
    }

    /// The bytes of an object's name, by its place in the index.
    pub(crate) fn name(&self, at: u32) -> &[u8] {
        self.index.oid_at_index(at).as_bytes()
    }

    /// The name of an object, by its place in the index.
    pub(crate) fn id(&self, at: u32) -> ObjectId {
        ObjectId::from_bytes(self.name(at))
            .expect("20 or 32 bytes, because the index was opened for such names")
    }

    /// The place in the index of an object.
    pub(crate) fn find(&self, id: &[u8]) -> Option<u32> {
        self.index.lookup(gix_hash::oid::try_from_bytes(id).ok().filter(|_| id.len() == self.hash_length)?)
    }

    /// The objects whose names begin with these digits, at most two.
    pub(crate) fn starting_with(&self, digits: &str) -> Vec<ObjectId> {
        // What lies between the lowest and the highest name that begins so stands together.
        let lowest = format!("{digits:0<width$}", width = self.hash_length * 2);
        let Some(lowest) = ObjectId::from_hex(lowest.as_bytes()) else { return Vec::new() };
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.id(middle) < lowest { low = middle + 1 } else { high = middle }
        }
        let following = (low..self.len()).take(2).map(|at| self.id(at));
        following.filter(|id| id.to_string().starts_with(digits)).collect()
    }

    /// The bytes between two offsets.
    pub(crate) fn slice(&self, start: u64, end: u64) -> Option<&[u8]> {
        self.data.entry_slice(start..end.max(start))
    }

    /// Reads what an entry begins with.
    pub(crate) fn header(&self, entry: &[u8]) -> Result<Header, Broken> {
        const CUT: Broken = Broken("its entry in the pack is cut off");
        let &first = entry.first().ok_or(CUT)?;
        let mut size = u64::from(first & 0x0F);
        let (mut length, mut shift, mut byte) = (1, 4, first);
        while byte & 0x80 != 0 {
            byte = *entry.get(length).ok_or(CUT)?;
            if shift > 57 {
                return Err(Broken("its size in the pack has no end"));
            }
            size |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            length += 1;
        }
        let stored = match first >> 4 & 7 {
            6 => {
                let mut distance = 0_u64;
                loop {
                    byte = *entry.get(length).ok_or(CUT)?;
                    distance = distance.checked_shl(7).ok_or(CUT)? | u64::from(byte & 0x7F);
                    length += 1;
                    if byte & 0x80 == 0 {
                        break;
                    }
                    distance = distance.checked_add(1).filter(|far| *far < 1 << 56).ok_or(CUT)?;
                }
                Stored::Before(distance)
            }
            7 => {
                let name = entry.get(length..length + self.hash_length).ok_or(CUT)?;
                length += self.hash_length;
                Stored::On(ObjectId::from_bytes(name).ok_or(CUT)?)
            }
            number => {
                Stored::Whole(Kind::of_pack(number).ok_or(Broken("its kind in the pack is not known"))?)
            }
        };
        Ok(Header { stored, size, length })
    }
}
