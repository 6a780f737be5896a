//! How a source of files is put together.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use keysieve_finding::{Origin, Skip};
use keysieve_source::SourceError;

use crate::globs::Globs;
use crate::root::Roots;
use crate::{Error, FileSource, StdinSource, file, name};

/// What to look at, and what not. See [`FileSource::builder`].
#[derive(Debug, Default)]
#[must_use]
pub struct FileSourceBuilder {
    paths: Vec<PathBuf>,
    listed: Vec<PathBuf>,
    has_list: bool,
    stdin: Option<StdinSource>,
    include: Vec<String>,
    exclude: Vec<String>,
    max_file_size: Option<u64>,
    no_ignore: bool,
}

impl FileSourceBuilder {
    /// Adds a file or directory; `-` is standard input (a file of that name is `./-`). A symbolic link leads to what
    /// it points to.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Adds several.
    pub fn paths(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.paths.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds standard input, read by something of the caller's.
    pub fn stdin(mut self, stdin: StdinSource) -> Self {
        self.stdin = Some(stdin);
        self
    }

    /// Adds paths of a list that was made earlier. One that is no longer there is a skip, not an error.
    pub fn listed(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.has_list = true;
        self.listed.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Looks only at files that a glob matches, or a directory that they are in. Globs have gitignore's syntax and
    /// are matched on the names that reports show, from their start.
    pub fn include(mut self, glob: impl Into<String>) -> Self {
        self.include.push(glob.into());
        self
    }

    /// Leaves out what a glob matches; `!` takes it back. Holds for paths that were asked for, too.
    pub fn exclude(mut self, glob: impl Into<String>) -> Self {
        self.exclude.push(glob.into());
        self
    }

    /// Leaves out files of more bytes than this. Without it, none is too large.
    pub fn max_file_size(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.max_file_size = bytes.into();
        self
    }

    /// Looks at what git ignores, too.
    pub fn no_ignore(mut self, yes: bool) -> Self {
        self.no_ignore = yes;
        self
    }

    /// Looks at every path, opens none. Without any, the current directory is meant, unless there was a list, be it an
    /// empty one, or standard input.
    ///
    /// # Errors
    /// If a glob is none, or a path is not there.
    pub fn build(self) -> Result<FileSource, Error> {
        let globs = Globs::new(&self.include, &self.exclude)?;
        let mut roots = Roots::default();
        let mut stdin = self.stdin;
        let mut paths = self.paths;
        if paths.is_empty() && !self.has_list && stdin.is_none() {
            paths.push(PathBuf::from("."));
        }
        for path in &paths {
            if path == Path::new("-") {
                stdin.get_or_insert_default();
            } else {
                roots.add(path).map_err(|error| not_there(path, error))?;
            }
        }
        let mut missing = Vec::new();
        for path in &self.listed {
            if let Err(error) = roots.add(path) {
                missing.push((Origin::file(&name::to_bytes(path)), file::skip(&error, 0)));
            }
        }
        missing.sort_by(|a: &(Origin, Skip), b| a.0.cmp(&b.0));
        missing.dedup_by(|a, b| a.0 == b.0);
        let (roots, naming) = roots.name();
        let (max_file_size, ignore) = (self.max_file_size, !self.no_ignore);
        Ok(FileSource { roots, naming, missing, stdin, globs, max_file_size, ignore })
    }
}

fn not_there(path: &Path, source: io::Error) -> Error {
    let path = path.display().to_string();
    match source.kind() {
        ErrorKind::NotFound => SourceError::NotFound { path }.into(),
        _ => SourceError::Io { path, source }.into(),
    }
}
