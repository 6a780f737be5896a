//! Files that were put aside: renamed, and perhaps packed.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::Identity;

/// A file that was put aside, packed or not.
pub(crate) enum Aside {
    Plain(File),
    Packed(Box<MultiGzDecoder<File>>),
}

impl Aside {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        Ok(if packed(&file)? { Self::Packed(Box::new(MultiGzDecoder::new(file))) } else { Self::Plain(file) })
    }

    /// Whether what is in it begins as a file did.
    pub(crate) fn begins(path: &Path, identity: &Identity) -> bool {
        let first = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            Self::open(path)?.take(identity.length as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        identity.length > 0 && first().is_ok_and(|bytes| identity.begins(&bytes))
    }
}

impl Read for Aside {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Packed(packed) => packed.read(buffer),
        }
    }
}

/// Opens a file that was put aside; if it has just been packed, what was made of it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut packed = path.as_os_str().to_owned();
            packed.push(PACKED);
            File::open(packed)
        }
        file => file,
    }
}

/// What names of packed files end with.
const PACKED: &str = ".gz";

/// Whether a file is packed by gzip.
pub(crate) fn packed(file: &File) -> io::Result<bool> {
    let mut magic = [0; 2];
    Ok(file.read_at(&mut magic, 0)? == 2 && magic == [0x1F, 0x8B])
}

/// The files beside one whose names say that they were put aside from it, the oldest first: `app.log.1`,
/// `app.log-20261125.gz`, `0.log.20261125-110000`. A link is looked for where it leads. What a name says of the time comes
/// before the time of the file, which may be that at which it was packed.
pub(crate) fn put_aside(path: &Path) -> Vec<PathBuf> {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (Some(directory), Some(name)) = (real.parent(), real.file_name()) else { return Vec::new() };
    let name = name.to_string_lossy().into_owned();
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut all = Vec::new();
    for entry in entries.flatten() {
        let other = entry.file_name().to_string_lossy().into_owned();
        let Some(rest) = other.strip_prefix(&name).filter(|rest| rest.starts_with(['.', '-'])) else {
            continue;
        };
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            let time = metadata.modified().ok();
            all.push((stamp(rest), time, Reverse(other), entry.path()));
        }
    }
    all.sort();
    // While one is being packed both are there, and the new one is not whole.
    let plain: HashSet<String> = all.iter().map(|(_, _, name, _)| name.0.clone()).collect();
    all.retain(|(_, _, name, _)| name.0.strip_suffix(PACKED).is_none_or(|before| !plain.contains(before)));
    all.into_iter().map(|(_, _, _, path)| path).collect()
}

/// The digits of a date, and perhaps of a time, in the rest of a name; as many as they are count first.
fn stamp(rest: &str) -> Option<(usize, String)> {
    let digits: String = rest.trim_end_matches(PACKED).chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 8).then_some((digits.len(), digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_which_was_put_aside_first() {
        let directory = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            std::thread::sleep(std::time::Duration::from_millis(15));
            fs::write(directory.path().join(name), "x").unwrap();
        };
        // In another order than that of their times.
        let stamped = ["a.20261125-110002", "a.20261125-110000.gz", "a.20261125-110001", "b.20261125-110009"];
        ["a", "a.2", "a.1", "a.1.gz"].iter().chain(&stamped).for_each(|name| make(name));
        let all: Vec<String> = put_aside(&directory.path().join("a"))
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(all, ["a.2", "a.1", "a.20261125-110000.gz", "a.20261125-110001", "a.20261125-110002"]);
    }
}
