//! Files of the cache: written beside their place and moved there, never changed, and as good as none if damaged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// The largest file that is read.
const LARGEST: u64 = 256 << 20;

/// Writes a file whose bytes are followed by their own hash; one that is private can be read by nobody else.
pub(crate) fn write(path: &Path, mut bytes: Vec<u8>, private: bool) -> io::Result<()> {
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    let beside = path.with_extension(std::process::id().to_string());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let written = options.open(&beside).and_then(|mut file| file.write_all(&bytes));
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Reads a file that is whole and begins as it should, without that begin.
pub(crate) fn read(path: &Path, magic: &[u8]) -> Option<Vec<u8>> {
    // Asked before it is opened: a FIFO would be waited for.
    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    let length = bytes.len().checked_sub(blake3::OUT_LEN)?;
    if blake3::hash(&bytes[..length]).as_bytes() != &bytes[length..] {
        return None;
    }
    bytes.truncate(length);
    bytes.starts_with(magic).then(|| bytes.split_off(magic.len()))
}
