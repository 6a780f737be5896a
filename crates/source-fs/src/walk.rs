//! What happens to each entry of a walk.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::FileType;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkState};
use keysieve_finding::{Origin, Skip, SkipReason};
use keysieve_source::{BlobSink, Windows};

use crate::file::{self, Steady};
use crate::folder::{Folder, Folders};
use crate::root::Root;
use crate::{FileSource, WINDOW, git};

/// One walk: what all its threads share.
pub(crate) struct Walk<'a> {
    source: &'a FileSource,
    sink: &'a dyn BlobSink,
    roots: HashMap<&'a Path, &'a Root>,
    /// The real paths of several roots: what one meets and another was asked for is the other's.
    asked: Option<HashSet<&'a Path>>,
    folders: Folders,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(source: &'a FileSource, sink: &'a dyn BlobSink) -> Self {
        let roots: HashMap<_, _> = source.roots.iter().map(|root| (root.path.as_path(), root)).collect();
        let asked =
            (source.roots.len() > 1).then(|| source.roots.iter().map(|root| root.real.as_path()).collect());
        Self { source, sink, roots, asked, folders: Folders::default() }
    }
}

impl<'s> ParallelVisitorBuilder<'s> for &'s Walk<'_> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Walker { walk: self, here: None, real: PathBuf::new(), windows: None })
    }
}

/// One thread of a walk.
struct Walker<'w> {
    walk: &'w Walk<'w>,
    /// The directory of the last entry; the next one is mostly in it, too.
    here: Option<(PathBuf, Arc<Folder>)>,
    /// The real path of the current entry, kept for its memory.
    real: PathBuf,
    windows: Option<Windows>,
}

impl ParallelVisitor for Walker<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.walk.sink.stopped() {
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) if entry.depth() == 0 => self.root(entry.path()),
            Ok(entry) => self.entry(&entry),
            Err(error) => {
                self.failed(&error);
                WalkState::Continue
            }
        }
    }
}

impl Walker<'_> {
    /// Something that was asked for by name: git's rules do not hold for it, the user's globs do.
    fn root(&mut self, path: &Path) -> WalkState {
        let Some(root) = self.walk.roots.get(path) else { return WalkState::Skip };
        let origin = root.origin();
        if let Some(why) = self.walk.source.globs.leave_out(&root.name, root.kind.is_dir(), true) {
            return self.skip(&origin, SkipReason::Ignored, why);
        }
        if root.kind.is_dir() {
            self.walk.folders.insert(path, Folder::root(root, self.walk.source.ignore));
            WalkState::Continue
        } else if root.kind.is_file() {
            self.file(path, &origin, true)
        } else {
            self.skip(&origin, SkipReason::Special, file::special(root.kind))
        }
    }

    /// Something that a directory holds.
    fn entry(&mut self, entry: &DirEntry) -> WalkState {
        let path = entry.path();
        let (Some(kind), Some(folder)) = (entry.file_type(), self.folder(path)) else {
            return self.skip(
                &Origin::file(&crate::name::to_bytes(path)),
                SkipReason::Internal,
                "out of order",
            );
        };
        folder.real_of(path, &mut self.real);
        if self.walk.asked.as_ref().is_some_and(|asked| asked.contains(self.real.as_path())) {
            return WalkState::Skip;
        }
        let name = folder.name_of(path);
        if let Some((reason, detail)) = self.left_out(&folder, path, &name, kind) {
            if reason == SkipReason::Symlink
                && let Ok(target) = path.read_link()
            {
                self.walk.sink.link(&Origin::file(&name), target.as_os_str().as_encoded_bytes());
            }
            return self.skip(&Origin::file(&name), reason, detail);
        }
        if kind.is_dir() {
            let inside = folder.inside(&name, self.real.clone(), self.walk.source.ignore);
            self.walk.folders.insert(path, inside);
            return WalkState::Continue;
        }
        self.file(path, &Origin::file(&name), false)
    }

    /// Why an entry is left out, if it is.
    fn left_out(
        &self,
        folder: &Folder,
        path: &Path,
        name: &[u8],
        kind: FileType,
    ) -> Option<(SkipReason, &'static str)> {
        if path.file_name() == Some(OsStr::new(".git"))
            && !kind.is_symlink()
            && git::repository(path).is_some()
        {
            return Some((SkipReason::GitDirectory, "git's own files"));
        }
        if folder.rules.as_ref().is_some_and(|rules| rules.ignores(&self.real, kind.is_dir())) {
            let what = if kind.is_dir() { "a directory that git ignores" } else { "git ignores it" };
            return Some((SkipReason::Ignored, what));
        }
        if let Some(why) = self.walk.source.globs.leave_out(name, kind.is_dir(), false) {
            return Some((SkipReason::Ignored, why));
        }
        if kind.is_symlink() {
            return Some((SkipReason::Symlink, "a symbolic link"));
        }
        (!kind.is_dir() && !kind.is_file()).then(|| (SkipReason::Special, file::special(kind)))
    }

    /// The directory that an entry is in.
    fn folder(&mut self, entry: &Path) -> Option<Arc<Folder>> {
        let dir = entry.parent()?;
        if let Some((here, folder)) = &self.here
            && here.as_os_str() == dir.as_os_str()
        {
            return Some(Arc::clone(folder));
        }
        let folder = self.walk.folders.get(dir)?;
        self.here = Some((dir.to_owned(), Arc::clone(&folder)));
        Some(folder)
    }

    fn file(&mut self, path: &Path, origin: &Origin, follow: bool) -> WalkState {
        match self.read(path, origin, follow) {
            Ok(ControlFlow::Continue(())) => WalkState::Continue,
            Ok(ControlFlow::Break(())) => WalkState::Quit,
            Err(why) => {
                self.walk.sink.skipped(origin, why);
                WalkState::Continue
            }
        }
    }

    fn read(&mut self, path: &Path, origin: &Origin, follow: bool) -> Result<ControlFlow<()>, Skip> {
        let unread = |error: io::Error| file::skip(&error, 0);
        let opened = file::open(path, follow).map_err(unread)?;
        if let Some(limit) = self.walk.source.max_file_size {
            let size = opened.metadata().map_err(unread)?.len();
            if size > limit {
                let detail = format!("{size} bytes, more than the limit of {limit}");
                return Err(Skip::new(SkipReason::TooLarge, detail));
            }
        }
        let mut reader = Steady::new(opened);
        let windows = self.windows.get_or_insert_with(|| Windows::new(WINDOW));
        match windows.read(&mut reader, origin, None, self.walk.sink) {
            Ok((_, flow)) => Ok(flow),
            Err(error) => Err(file::skip(&error, reader.position())),
        }
    }

    fn skip(&self, origin: &Origin, reason: SkipReason, detail: &str) -> WalkState {
        self.walk.sink.skipped(origin, Skip::new(reason, detail));
        WalkState::Skip
    }

    /// A directory that could not be listed, or an entry that the system would not say the kind of.
    fn failed(&mut self, error: &ignore::Error) {
        let path = path_of(error).unwrap_or(Path::new(""));
        let origin = if let Some(folder) = self.walk.folders.get(path) {
            folder.origin().clone()
        } else if let Some(folder) = self.folder(path) {
            Origin::file(&folder.name_of(path))
        } else if let Some(root) = self.walk.roots.get(path) {
            root.origin()
        } else {
            Origin::file(&crate::name::to_bytes(path))
        };
        let why = match error.io_error() {
            Some(error) => file::skip(error, 0),
            None => Skip::new(SkipReason::Unreadable, error.to_string()),
        };
        self.walk.sink.skipped(&origin, why);
    }
}

/// The path that an error of the walker is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.first().and_then(path_of),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}
