//! Objects that are files of their own.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use keysieve_finding::{ObjectId, Skip, SkipReason};

use crate::apply::Broken;
use crate::inflater::{Buffer, Inflater};
use crate::object::{Kind, Object};
use crate::objects::{Lost, TakeWindow};
use crate::visit::{Name, Visit};
use crate::walk::{LARGE, Walker};

/// A loose object: its name, and in which directory of objects it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Loose {
    pub(crate) id: ObjectId,
    pub(crate) directory: u32,
}

/// The largest loose object that is not a blob: it is held as a whole, compressed and not.
const LARGEST_HELD: u64 = 512 << 20;

/// Lists the loose objects of a directory; what is no object is passed over, as git does.
pub(crate) fn list(objects: &Path, number: u32, hash_length: usize, into: &mut Vec<Loose>) -> io::Result<()> {
    for entry in objects.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let prefix = name.as_encoded_bytes();
        if prefix.len() != 2 || !prefix.iter().all(u8::is_ascii_hexdigit) {
            continue;
        }
        let Ok(files) = entry.path().read_dir() else { continue };
        for file in files {
            let name = file?.file_name();
            let digits = [prefix, name.as_encoded_bytes()].concat();
            if let Some(id) = ObjectId::from_hex(&digits).filter(|id| id.as_bytes().len() == hash_length) {
                into.push(Loose { id, directory: number });
            }
        }
    }
    Ok(())
}

/// Where a loose object is.
pub(crate) fn path(objects: &Path, id: ObjectId) -> PathBuf {
    let digits = id.to_string();
    objects.join(&digits[..2]).join(&digits[2..])
}

/// Looks at one, of this name and number.
pub(crate) fn look<V: Visit>(
    walker: &mut Walker<'_, V>,
    visit: &V,
    objects: &Path,
    (id, number): (ObjectId, u32),
    buffers: &mut (Vec<u8>, Buffer),
) -> ControlFlow<()> {
    let skipped = |reason, detail: String| {
        visit.skipped(Name::Object(id), Skip::new(reason, detail));
        ControlFlow::Continue(())
    };
    let (stored, inflated) = buffers;
    if let Err(error) = read(&path(objects, id), stored) {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => SkipReason::Vanished,
            io::ErrorKind::FileTooLarge => SkipReason::Limit,
            _ => SkipReason::Unreadable,
        };
        return skipped(reason, error.to_string());
    }
    let header = match header(walker.inflater(), stored) {
        Ok(header) => header,
        Err(Broken(why)) => return skipped(SkipReason::Unreadable, why.to_owned()),
    };
    let chosen = || header.kind != Kind::Blob || !visit.chooses() || visit.wants_blob(id, number);
    if !visit.wants(header.kind) || !chosen() {
        return ControlFlow::Continue(());
    }
    if header.kind == Kind::Blob && header.size > LARGE {
        return walker.windows(id, stored, header.length, header.size);
    }
    if header.size > LARGEST_HELD {
        return skipped(SkipReason::Limit, "it is larger than 512 MiB and no blob".to_owned());
    }
    let whole = header.size.saturating_add(header.length as u64);
    match walker.inflater().whole(stored, whole, inflated) {
        Ok(()) => {
            let bytes = &inflated.bytes()[header.length..];
            visit.object(
                &mut walker.local,
                &Object { id, number, kind: header.kind, bytes, copied: None, is_base: false },
            )
        }
        Err(Broken(why)) => skipped(SkipReason::Unreadable, why.to_owned()),
    }
}

/// Reads one as a whole.
pub(crate) fn whole(
    path: &Path,
    inflater: &mut Inflater,
    stored: &mut Vec<u8>,
) -> Result<(Kind, Vec<u8>), Lost> {
    read(path, stored).map_err(lost)?;
    let header = header(inflater, stored)?;
    if header.size > LARGEST_HELD {
        return Err(Lost::Limit("it is larger than 512 MiB and no blob"));
    }
    let mut inflated = Buffer::default();
    inflater.whole(stored, header.size.saturating_add(header.length as u64), &mut inflated)?;
    let mut bytes = inflated.into_bytes();
    bytes.drain(..header.length);
    Ok((header.kind, bytes))
}

/// What [`large`] works with: how to inflate, what is stored, and a window of what it makes.
type Tools<'t> = (&'t mut Inflater, &'t mut Vec<u8>, &'t mut Buffer);

/// Hands over a blob that is too large to be held, in windows; none if it is not.
pub(crate) fn large(
    path: &Path,
    (inflater, stored, buffer): Tools<'_>,
    window: &mut TakeWindow<'_>,
) -> Option<Result<ControlFlow<()>, Lost>> {
    if path.metadata().ok()?.len() < LARGE / 1100 {
        return None;
    }
    if let Err(error) = read(path, stored) {
        return Some(Err(lost(error)));
    }
    let header = header(inflater, stored).ok()?;
    if header.kind != Kind::Blob || header.size <= LARGE {
        return None;
    }
    Some(inflater.windows(stored, header.length, header.size, buffer, window).map_err(Lost::from))
}

fn lost(error: io::Error) -> Lost {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Lost::Limit("it takes more than 512 MiB on disk"),
        _ => Lost::Io(error.to_string()),
    }
}

/// The loose objects of a directory whose names begin with these digits, of which there are at least two.
pub(crate) fn starting_with(objects: &Path, digits: &str, hash_length: usize) -> Vec<ObjectId> {
    let (prefix, rest) = digits.split_at(2);
    let Ok(entries) = objects.join(prefix).read_dir() else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let ids = names.filter(|name| name.starts_with(rest)).filter_map(|name| {
        ObjectId::from_hex(format!("{prefix}{name}").as_bytes())
            .filter(|id| id.as_bytes().len() == hash_length)
    });
    ids.collect()
}

/// What a loose object begins with.
struct Header {
    kind: Kind,
    size: u64,
    length: usize,
}

fn header(inflater: &mut Inflater, stored: &[u8]) -> Result<Header, Broken> {
    const NONE: Broken = Broken("it does not begin as an object does");
    let mut head = [0; 64];
    let (_, made) = inflater.head(stored, &mut head)?;
    let length = memchr::memchr(0, &head[..made]).ok_or(NONE)?;
    let blank = memchr::memchr(b' ', &head[..length]).ok_or(NONE)?;
    let kind = Kind::of_loose(&head[..blank]).ok_or(NONE)?;
    let digits = std::str::from_utf8(&head[blank + 1..length]).map_err(|_| NONE)?;
    let size = digits.parse().map_err(|_| NONE)?;
    Ok(Header { kind, size, length: length + 1 })
}

/// Reads a file that may be as large as what can be held.
fn read(path: &Path, into: &mut Vec<u8>) -> io::Result<()> {
    into.clear();
    if into.capacity() > 16 << 20 {
        into.shrink_to(1 << 20);
    }
    // Asked before it is opened: a FIFO would be waited for.
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a file"));
    }
    let file = File::open(path)?;
    if file.metadata()?.len() > LARGEST_HELD {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it takes more than 512 MiB on disk"));
    }
    file.take(LARGEST_HELD + 1).read_to_end(into)?;
    Ok(())
}
