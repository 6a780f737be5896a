//! The source itself.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use keysieve_finding::{Origin, Skip};
use keysieve_source::{BlobSink, Source, SourceError};

use crate::gate::{self, Gate};
use crate::globs::Globs;
use crate::name::Naming;
use crate::root::Root;
use crate::walk::Walk;
use crate::{FileSourceBuilder, StdinSource};

/// Files and directories that were asked for, and standard input if that was.
#[derive(Debug)]
pub struct FileSource {
    pub(crate) roots: Vec<Root>,
    pub(crate) naming: Naming,
    pub(crate) missing: Vec<(Origin, Skip)>,
    pub(crate) stdin: Option<StdinSource>,
    pub(crate) globs: Globs,
    pub(crate) max_file_size: Option<u64>,
    pub(crate) ignore: bool,
}

impl FileSource {
    /// Says what to look at.
    ///
    /// ```
    /// use keysieve_source_fs::FileSource;
    ///
    /// let source = FileSource::builder().path("src").exclude("*.snap").max_file_size(1 << 30).build()?;
    /// # Ok::<(), keysieve_source_fs::Error>(())
    /// ```
    pub fn builder() -> FileSourceBuilder {
        FileSourceBuilder::default()
    }

    /// The file that an origin of this source is about: a path that can be opened from the current directory. None
    /// for what is no file.
    #[must_use]
    pub fn resolve(&self, origin: &Origin) -> Option<PathBuf> {
        match origin {
            Origin::File { path } => Some(self.naming.resolve(path)),
            _ => None,
        }
    }

    /// The directory that the names of files start at, if it is the same for all.
    #[must_use]
    pub fn base(&self) -> Option<&Path> {
        match &self.naming {
            Naming::Below(dir) => Some(dir),
            Naming::AsGiven => None,
        }
    }
}

impl Source for FileSource {
    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        for (origin, why) in &self.missing {
            sink.skipped(origin, why.clone());
        }
        if let Some(stdin) = &self.stdin {
            stdin.visit(threads, sink)?;
        }
        let Some((first, rest)) = self.roots.split_first() else { return Ok(()) };
        if sink.stopped() {
            return Ok(());
        }
        let mut builder = WalkBuilder::new(&first.path);
        for root in rest {
            builder.add(&root.path);
        }
        let single_files = self.roots.iter().all(|root| !root.kind.is_dir());
        let readers = gate::readers(threads);
        let readers = if single_files { readers.min(self.roots.len()) } else { readers };
        let gate = Gate::new(sink, threads);
        let sink = if readers > threads.get() { &gate } else { sink };
        // The walker's own filters leave things out without a word; `rules` has them instead.
        builder.standard_filters(false).require_git(false).threads(readers);
        builder.build_parallel().visit(&mut &Walk::new(self, sink));
        Ok(())
    }
}
