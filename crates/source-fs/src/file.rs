//! Opening and reading without ever hanging.

use std::error::Error;
use std::fmt;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use keysieve_finding::{Skip, SkipReason};

/// Opens what is or was a regular file. Should a FIFO or a device have taken its place, opening it does not block;
/// reading then says [`NotAFile`]. A symbolic link is not followed unless it was asked for.
pub(crate) fn open(path: &Path, follow: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let nofollow = if follow { 0 } else { libc::O_NOFOLLOW };
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | nofollow);
    }
    #[cfg(not(unix))]
    let _ = follow;
    options.open(path)
}

/// A small file as a whole, if it is a regular one of at most `longest` bytes.
pub(crate) fn read_small(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Err(NotAFile(special(metadata.file_type())).into());
    }
    let file = open(path, false)?;
    if metadata.len() > longest {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut text = Vec::new();
    file.take(longest).read_to_end(&mut text)?;
    Ok(text)
}

/// Something that is not read: what it is.
#[derive(Debug)]
pub(crate) struct NotAFile(&'static str);

impl fmt::Display for NotAFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for NotAFile {}

impl From<NotAFile> for io::Error {
    fn from(it: NotAFile) -> Self {
        Self::other(it)
    }
}

/// What something is that is neither file, directory nor link.
pub(crate) fn special(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a directory" } else { "not a regular file" }
}

/// Reads a file up to an end that does not move.
///
/// Most files are one read and a second one that brings nothing; that a short read is the end is true of local file
/// systems only. Not before the second read brings something is the file's size asked for, and that is where it ends.
#[derive(Debug)]
pub(crate) struct Steady {
    file: File,
    read: u64,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// Nobody asked.
    Unknown,
    /// Here, in bytes.
    At(u64),
    /// Where a read brings nothing: the file does not know its size.
    Unsized,
}

impl Steady {
    pub(crate) const fn new(file: File) -> Self {
        Self { file, read: 0, end: End::Unknown }
    }

    /// How many bytes were read.
    pub(crate) const fn position(&self) -> u64 {
        self.read
    }

    /// The size, if it is a regular file.
    fn size(&self) -> io::Result<u64> {
        let metadata = self.file.metadata()?;
        if metadata.is_file() {
            Ok(metadata.len())
        } else {
            Err(NotAFile(special(metadata.file_type())).into())
        }
    }
}

impl Read for Steady {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = match self.end {
            End::At(end) => usize::try_from(end.saturating_sub(self.read))
                .map_or(buffer.len(), |left| left.min(buffer.len())),
            End::Unknown | End::Unsized => buffer.len(),
        };
        if room == 0 {
            return Ok(0);
        }
        let read = match self.file.read(&mut buffer[..room]) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.size()?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        if read == 0 && self.read == 0 {
            // Empty, or a FIFO that nobody writes to.
            self.size()?;
        } else if read > 0 && self.read > 0 && matches!(self.end, End::Unknown) {
            self.end = match self.size()? {
                0 => End::Unsized,
                size => End::At(size.max(self.read + read as u64)),
            };
        }
        self.read += read as u64;
        Ok(read)
    }
}

/// What an error of opening, listing or reading makes of an entry, `read` bytes of which were read.
pub(crate) fn skip(error: &io::Error, read: u64) -> Skip {
    if let Some(NotAFile(what)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Skip::new(SkipReason::Special, *what);
    }
    #[cfg(unix)]
    match error.raw_os_error() {
        Some(libc::ELOOP) => return Skip::new(SkipReason::Symlink, "a symbolic link"),
        Some(libc::ENXIO) => return Skip::new(SkipReason::Special, "not a regular file"),
        _ => {}
    }
    let reason = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::StaleNetworkFileHandle => {
            SkipReason::Vanished
        }
        _ => SkipReason::Unreadable,
    };
    let detail = if read == 0 { error.to_string() } else { format!("after {read} bytes: {error}") };
    Skip::new(reason, detail)
}
