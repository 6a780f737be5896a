//! A layer that lies unpacked in a directory, as overlay file systems have it.

use std::fs::{self, DirEntry, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use keysieve_finding::{Skip, SkipReason};
use rustix::fs::{Mode, OFlags};

use crate::layer::{Job, Scanned, Walk};
use crate::overlay::clean;

/// What says that a directory hides what lies below it (the kernel's `overlayfs.rst`).
const OPAQUE: [&str; 2] = ["trusted.overlay.opaque", "user.overlay.opaque"];

impl Job<'_> {
    /// Scans a layer that is a directory. Links are not followed.
    pub(crate) fn run_directory(&self, root: &Path) -> Scanned {
        let mut walk = Walk::new(self, keysieve_unpack::Budget::new(self.limits.clone()));
        let mut links = std::collections::HashMap::new();
        let mut open = vec![Vec::new()];
        while let Some(directory) = open.pop() {
            if walk.stopped {
                break;
            }
            let path = root.join(std::ffi::OsStr::from_bytes(&directory));
            let mut entries = match entries(&path) {
                Ok(entries) => entries,
                Err(error) => {
                    walk.skip(&self.origin(&directory, 0), unreadable(&error));
                    continue;
                }
            };
            entries.sort_by_key(DirEntry::file_name);
            for entry in entries {
                let name = entry.file_name();
                let separator: &[u8] = if directory.is_empty() { b"" } else { b"/" };
                let own = [&directory, separator, name.as_bytes()].concat();
                match entry.metadata() {
                    Ok(metadata) if metadata.is_dir() => {
                        walk.overlay.directory(&own);
                        if is_opaque(&entry.path()) {
                            walk.overlay.file(&[&own, &b"/.wh..wh..opq"[..]].concat());
                        }
                        open.push(own);
                    }
                    Ok(metadata) => walk.one(&entry.path(), &own, &metadata, &mut links),
                    Err(error) => walk.skip(&self.origin(&own, 0), unreadable(&error)),
                }
            }
        }
        walk.scanned(None, None)
    }
}

impl Walk<'_> {
    /// What is no directory.
    fn one(
        &mut self,
        path: &Path,
        own: &[u8],
        metadata: &Metadata,
        links: &mut std::collections::HashMap<(u64, u64), Vec<u8>>,
    ) {
        if self.stopped {
            return;
        }
        let kind = metadata.file_type();
        if metadata.nlink() > 1 && kind.is_file() {
            let first = links.entry((metadata.dev(), metadata.ino())).or_insert_with(|| own.to_vec());
            if first.as_slice() != own {
                return self.overlay.link(own, first);
            }
        }
        if kind.is_char_device() && metadata.rdev() == 0 {
            // Deletes what lower layers have of this name.
            let slash = own.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
            self.overlay.file(&[&own[..slash], b".wh.", &own[slash..]].concat());
            return;
        }
        let (_, nth) = self.overlay.file(&clean(own));
        let origin = self.job.origin(own, nth);
        if kind.is_symlink() {
            if let Ok(target) = fs::read_link(path) {
                self.job.sink.link(&origin, target.as_os_str().as_bytes());
            }
        } else if kind.is_file() {
            match open(path) {
                // What deletes a file is empty, unless somebody put something there.
                Ok(mut file) => self.file(&mut file, &origin),
                Err(error) => self.skip(&origin, unreadable(&error)),
            }
        }
    }
}

fn entries(path: &Path) -> io::Result<Vec<DirEntry>> {
    fs::read_dir(path)?.collect()
}

/// Opens a file; what has become something else in the meantime is no file.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

fn is_opaque(path: &Path) -> bool {
    let says = |name: &str| {
        let mut value = [0; 8];
        rustix::fs::lgetxattr(path, name, &mut value).is_ok_and(|length| value[..length] == *b"y")
    };
    OPAQUE.into_iter().any(says)
}

fn unreadable(error: &io::Error) -> Skip {
    Skip::new(SkipReason::Unreadable, error.to_string())
}
