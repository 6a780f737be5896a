//! All files that are followed.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::aside::packed;
use crate::pattern::Pattern;
use crate::since;
use crate::tail::Tail;
use crate::{Checkpoint, Identity, Noted};

/// A file without a name is let go after so many looks without anything new.
const PATIENCE: u32 = 40;

/// Where a file is begun that the checkpoint does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At its beginning.
    #[default]
    Beginning,
    /// At its end; those that appear later at their beginning.
    End,
    /// At its first line that says a time that is not earlier; at its end, if it was not written to since.
    Since(SystemTime),
}

/// The next bytes of a file.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// Tells the file from every other one of this run.
    pub id: u64,
    /// Its name.
    pub path: &'a Path,
    /// Where in the file they stand.
    pub offset: u64,
    /// The bytes; none, if only `last` is to be said.
    pub bytes: &'a [u8],
    /// Up to where in the file all has gone out in an earlier run: it is read again to know what follows.
    pub out: u64,
    /// Whether nothing more will come of this file.
    pub last: bool,
}

/// A file that could not be followed.
#[derive(Debug)]
pub struct Trouble {
    /// Its name.
    pub path: PathBuf,
    /// What went wrong.
    pub error: io::Error,
}

/// Files that cannot be followed at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that is none.
    #[error("not a name with wildcards: {0}")]
    Pattern(#[from] globset::Error),
}

/// All files that are followed.
#[derive(Debug)]
pub struct Follower {
    patterns: Vec<Pattern>,
    excepted: Vec<Pattern>,
    start: Start,
    pub(crate) tails: Vec<Tail>,
    /// What the checkpoint knows that was not found yet.
    pub(crate) noted: Vec<Noted>,
    /// What was put aside and read to its end, and how often files were looked at since: so long it is noted, because it may
    /// be newer than what is followed.
    pub(crate) aside: Vec<(Noted, u32)>,
    next_id: u64,
    first: bool,
    pub(crate) troubles: Vec<Trouble>,
    buffer: Vec<u8>,
}

impl Follower {
    /// Follows what the patterns name, from a checkpoint on.
    ///
    /// # Errors
    /// If a pattern is none.
    pub fn new(patterns: &[String], start: Start, checkpoint: Checkpoint) -> Result<Self, Error> {
        let patterns = patterns.iter().map(|pattern| Pattern::new(pattern)).collect::<Result<_, _>>()?;
        let (tails, troubles, buffer) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            patterns,
            excepted: Vec::new(),
            start,
            tails,
            noted: checkpoint.files,
            aside: Vec::new(),
            next_id: 0,
            first: true,
            troubles,
            buffer,
        })
    }

    /// Follows nothing that one of these patterns names.
    ///
    /// # Errors
    /// If a pattern is none.
    pub fn except(mut self, patterns: &[String]) -> Result<Self, Error> {
        self.excepted = patterns.iter().map(|pattern| Pattern::new(pattern)).collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Hands out everything that is new.
    pub fn poll(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        if self.first {
            self.catch_up(each);
        }
        let mut names: Vec<PathBuf> = self.patterns.iter().flat_map(Pattern::names).collect();
        names.retain(|name| !self.excepted.iter().any(|pattern| pattern.is_match(name)));
        names.sort();
        names.dedup();
        let mut named = HashSet::new();
        // Old files to their end before new ones, so that lines come in the order in which they were written.
        for index in 0..self.tails.len() {
            if let Err(error) = self.check(index, each) {
                self.troubles.push(Trouble { path: self.tails[index].path.clone(), error });
            }
            self.drain(index, each);
        }
        for name in names {
            match self.look(&name, each) {
                Ok(Some(id)) => _ = named.insert(id),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.troubles.push(Trouble { path: name, error }),
            }
        }
        self.first = false;
        self.let_go(&named, each);
    }

    /// The names, with their wildcards, of which there was nothing yet.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let none = |pattern: &&Pattern| pattern.names().is_empty();
        self.patterns.iter().filter(none).map(|pattern| pattern.text().to_owned()).collect()
    }

    /// What could not be followed since this was last asked.
    pub fn take_troubles(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.troubles)
    }

    /// Notes that all bytes of a file up to `out` have gone out, and that a later run is to read it again from `offset`,
    /// which may be before it.
    pub fn done(&mut self, id: u64, offset: u64, out: u64) {
        if let Some(tail) = self.tails.iter_mut().find(|tail| tail.id == id) {
            (tail.done, tail.out) = (offset, out.max(offset));
        }
    }

    /// How far every file has been followed.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let noted = |tail: &Tail| Noted {
            path: tail.path.clone(),
            identity: tail.identity.clone(),
            offset: tail.done,
            out: tail.out,
        };
        let aside = self.aside.iter().map(|(noted, _)| noted.clone());
        Checkpoint {
            files: self.noted.iter().cloned().chain(aside).chain(self.tails.iter().map(noted)).collect(),
        }
    }

    /// How many bytes are there that have not gone out yet, and when the file was last written to that waits longest.
    #[must_use]
    pub fn lag(&self) -> (u64, Option<SystemTime>) {
        let mut lag = (0, None::<SystemTime>);
        for tail in &self.tails {
            let Ok(metadata) = tail.file.metadata() else { continue };
            let left = metadata.len().saturating_sub(tail.out);
            if let (1.., Ok(written)) = (left, metadata.modified()) {
                lag = (lag.0 + left, Some(lag.1.map_or(written, |other| other.min(written))));
            }
        }
        lag
    }

    /// How many files are open.
    #[must_use]
    pub fn files(&self) -> usize {
        self.tails.len()
    }

    /// Looks at a name: is it a file that is followed, or a new one? Says which.
    fn look(&mut self, name: &Path, each: &mut dyn FnMut(Piece<'_>)) -> io::Result<Option<u64>> {
        // A FIFO must not stop everything.
        let file = OpenOptions::new().read(true).custom_flags(0o4000).open(name)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let same =
            |tail: &Tail| tail.identity.device == metadata.dev() && tail.identity.inode == metadata.ino();
        if let Some(index) = self.tails.iter().position(same) {
            self.tails[index].path = name.to_owned();
            return Ok(Some(self.tails[index].id));
        }
        if packed(&file)? {
            // A log that was put aside; it is looked at where it is needed.
            return Ok(None);
        }
        let before = self.tails.iter().filter(|tail| tail.path == name).max_by_key(|tail| tail.id);
        match before.map(|tail| tail.identity.clone()) {
            Some(before) => self.between(name, &before, &metadata, each),
            None if self.is_overdue(name, &file, &metadata) => {
                self.catch_up_with(name, Some(&metadata), each)
            }
            None => {}
        }
        self.begin(name, file, each).map(Some)
    }

    /// Sees whether a file has been cut since it was last read: then the rest of what was in it is looked for beside it,
    /// and it begins anew.
    fn check(&mut self, index: usize, each: &mut dyn FnMut(Piece<'_>)) -> io::Result<()> {
        let id = self.id();
        let tail = &mut self.tails[index];
        let metadata = tail.file.metadata()?;
        if metadata.len() >= tail.read && tail.identity.is(&tail.file, &metadata)? {
            if tail.identity.is_short() && metadata.len() > tail.identity.length as u64 {
                // So few bytes tell little.
                tail.identity = Identity::of(&tail.file, &metadata)?;
            }
            return Ok(());
        }
        let identity = Identity::of(&tail.file, &metadata)?;
        let (path, old) = (tail.path.clone(), (tail.id, tail.identity.clone(), tail.read));
        (tail.id, tail.identity, tail.read, tail.done, tail.out) = (id, identity, 0, 0, 0);
        self.rest_of_copy(&path, &old, each);
        each(Piece { id: old.0, path: &path, offset: old.2, bytes: b"", out: 0, last: true });
        Ok(())
    }

    /// Begins with a file that is not followed yet.
    fn begin(&mut self, name: &Path, file: File, each: &mut dyn FnMut(Piece<'_>)) -> io::Result<u64> {
        let metadata = file.metadata()?;
        let mut known = None;
        for index in 0..self.noted.len() {
            let noted = &self.noted[index];
            if noted.identity.is(&file, &metadata)? && noted.out <= metadata.len() {
                known = Some(self.noted.remove(index));
                break;
            }
        }
        let (read, out) = match (known, self.start) {
            (Some(noted), _) => (noted.offset, noted.out),
            (None, Start::End) if self.first => (metadata.len(), metadata.len()),
            (None, Start::Since(time)) if self.first => {
                let first = since::offset(&file, &metadata, time)?;
                (first, first)
            }
            (None, _) => (0, 0),
        };
        let identity = Identity::of(&file, &metadata)?;
        let (id, path) = (self.id(), name.to_owned());
        self.tails.push(Tail { id, path, identity, file, read, done: read, out, idle: 0 });
        self.drain(self.tails.len() - 1, each);
        Ok(id)
    }

    pub(crate) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Hands out what is new in a file.
    pub(crate) fn drain(&mut self, index: usize, each: &mut dyn FnMut(Piece<'_>)) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let tail = &mut self.tails[index];
        loop {
            let offset = tail.read;
            match tail.next(&mut buffer) {
                Ok(true) => {
                    tail.idle = 0;
                    let (id, path, out) = (tail.id, &tail.path, tail.out);
                    each(Piece { id, path, offset, bytes: &buffer, out, last: false });
                }
                Ok(false) => break,
                Err(error) => {
                    self.troubles.push(Trouble { path: tail.path.clone(), error });
                    break;
                }
            }
        }
        self.buffer = buffer;
    }

    /// Lets go of files that no name leads to any more, once nothing more is written to them.
    fn let_go(&mut self, named: &HashSet<u64>, each: &mut dyn FnMut(Piece<'_>)) {
        // They outlast every file that was followed before them.
        self.aside.iter_mut().for_each(|(_, age)| *age += 1);
        self.aside.retain(|(_, age)| *age <= 2 * PATIENCE);
        self.tails.retain_mut(|tail| {
            tail.idle = if named.contains(&tail.id) { 0 } else { tail.idle + 1 };
            let over = tail.idle > PATIENCE;
            if over {
                let (id, path, offset, out) = (tail.id, &tail.path, tail.read, tail.out);
                each(Piece { id, path, offset, bytes: b"", out, last: true });
            }
            !over
        });
    }
}
