//! What is changed in a work tree and not staged yet.

use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use gix_index::entry::stat::Options;
use gix_index::entry::{Flags, Mode, Stage, Stat};
use gix_index::{Entry, State};
use keysieve_finding::{ObjectId, Origin, Skip, SkipReason};
use keysieve_source::{BlobSink, Place, Sighted, Source, SourceError, Windows};

use super::fresh::{Lines, outermost};
use super::staged::Index;
use super::step::Path;
use crate::Error;
use crate::inflater::WINDOW;
use crate::layout::{Layout, to_path};
use crate::object::Kind;
use crate::objects::{Objects, Reader};

/// The files of a work tree that differ from what the index has of them; files that git does not know are none of them.
pub struct UnstagedSource {
    root: PathBuf,
    objects: Objects,
    changed: Vec<Changed>,
    /// Whether everything counts that stands in a changed file, rather than changed lines alone.
    whole_files: bool,
}

/// A file that may have changed.
struct Changed {
    path: Path,
    /// What the index has.
    blob: ObjectId,
}

impl UnstagedSource {
    pub(crate) fn open(layout: &Layout, whole_files: bool) -> Result<Self, Error> {
        let problem = "a bare repository has no work tree".to_owned();
        let path = layout.git_dir.display().to_string();
        let root = layout.work_tree.clone().ok_or(Error::Invalid { path, problem })?;
        let index = Index::open(layout)?;
        let changed = index.state().map_or_else(Vec::new, |state| changed(state, &root));
        Ok(Self { root, objects: Objects::open(layout), changed, whole_files })
    }

    fn file(&self, path: &[u8]) -> PathBuf {
        self.root.join(to_path(path))
    }

    /// Whether something stands on a line that the index does not have.
    fn is_new(&self, reader: &mut Reader<'_>, sighted: &Sighted<'_>) -> bool {
        let Origin::File { path } = outermost(sighted.origin) else { return true };
        let changed = self.changed.binary_search_by(|changed| changed.path.cmp(path));
        let (Ok(at), Ok(new)) = (changed, fs::read(self.file(path))) else { return true };
        let Ok(old) = reader.load_as(self.changed[at].blob, Kind::Blob) else { return true };
        let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
        let plain = !matches!(sighted.origin, Origin::Entry { .. });
        !(plain && Lines::of(&new, &old).has(&(at(sighted.byte_start)..at(sighted.byte_end))))
    }
}

/// The entries whose files are not as they were when they were staged, sorted.
fn changed(state: &State, root: &std::path::Path) -> Vec<Changed> {
    let is_changed = |entry: &&Entry| {
        let path = root.join(to_path(entry.path(state)));
        let now = gix_index::fs::Metadata::from_path_no_follow(&path).ok();
        let now = now.and_then(|about| Stat::from_fs(&about).ok());
        let options = Options { use_stdev: false, ..Options::default() };
        // What is not there is not to be committed either.
        now.is_some_and(|now| {
            !entry.stat.matches(&now, options) || entry.stat.is_racy(state.timestamp(), options)
        })
    };
    let skipped = Flags::SKIP_WORKTREE | Flags::ASSUME_VALID;
    let files = state.entries().iter().filter(|entry| {
        entry.stage() == Stage::Unconflicted
            && !entry.flags.intersects(skipped)
            && matches!(entry.mode, Mode::FILE | Mode::FILE_EXECUTABLE | Mode::SYMLINK)
    });
    let changed = files.filter(is_changed).filter_map(|entry| {
        let path: &[u8] = entry.path(state);
        Some(Changed { path: path.into(), blob: ObjectId::from_bytes(entry.id.as_bytes())? })
    });
    changed.collect()
}

impl Source for UnstagedSource {
    fn visit(&self, _threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        let mut windows = Windows::new(WINDOW);
        for changed in self.changed.iter().take_while(|_| !sink.stopped()) {
            let (path, origin) = (self.file(&changed.path), Origin::File { path: Arc::clone(&changed.path) });
            let about = path.symlink_metadata();
            let read = about.and_then(|about| {
                if about.is_symlink() {
                    let target = fs::read_link(&path)?;
                    let mut bytes = target.as_os_str().as_encoded_bytes();
                    return windows.read(&mut bytes, &origin, None, sink);
                }
                if !about.is_file() {
                    return Ok((0, ControlFlow::Continue(())));
                }
                windows.read(&mut File::open(&path)?, &origin, Some(about.len().max(WINDOW as u64)), sink)
            });
            match read {
                Ok((_, ControlFlow::Continue(()))) => {}
                Ok((_, ControlFlow::Break(()))) => break,
                Err(error) => sink.skipped(&origin, Skip::new(SkipReason::Unreadable, error.to_string())),
            }
        }
        Ok(())
    }

    fn attribute(
        &self,
        sighted: &[Sighted<'_>],
        _threads: NonZeroUsize,
        _sink: &dyn BlobSink,
    ) -> Result<Option<Vec<Vec<Place>>>, SourceError> {
        let mut reader = Reader::new(&self.objects);
        let places = sighted.iter().map(|sighted| {
            let new = self.whole_files || self.is_new(&mut reader, sighted);
            Vec::from_iter(new.then(|| Place { origin: sighted.origin.clone(), git: None, layer: None }))
        });
        Ok(Some(places.collect()))
    }

    fn keeps_unplaced(&self) -> bool {
        false
    }
}
