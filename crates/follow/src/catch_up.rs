//! What was put aside before it was read to its end.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::aside::{self, Aside, packed, put_aside};
use crate::tail::Tail;
use crate::{Follower, Identity, Noted, Piece, Trouble};

impl Follower {
    /// Takes what had a name for so short a time that it was never seen under it: what was put aside after the file that
    /// had it when it was last looked at, and before the one that has it now.
    pub(crate) fn between(
        &mut self,
        name: &Path,
        before: &Identity,
        now: &Metadata,
        each: &mut dyn FnMut(Piece<'_>),
    ) {
        let aside = put_aside(name);
        let known = |path: &PathBuf| before.is_at(path) || Aside::begins(path, before);
        let Some(found) = aside.iter().rposition(known) else { return };
        for path in &aside[found + 1..] {
            if self.is_followed(path, Some(now)) {
                continue;
            }
            if let Err(error) = self.brief(name, path, each) {
                self.troubles.push(Trouble { path: path.clone(), error });
            }
        }
    }

    /// Takes a file that was put aside before it was ever looked at; if it is not packed, someone may still write to it.
    fn brief(&mut self, name: &Path, path: &Path, each: &mut dyn FnMut(Piece<'_>)) -> io::Result<()> {
        let file = aside::open(path)?;
        let (id, out) = (self.id(), 0);
        if packed(&file)? {
            self.read_aside(name, path, id, (0, 0), each);
            each(Piece { id, path, offset: 0, bytes: b"", out, last: true });
            return Ok(());
        }
        let identity = Identity::of(&file, &file.metadata()?)?;
        self.tails.push(Tail { id, path: name.to_owned(), identity, file, read: 0, done: 0, out, idle: 0 });
        self.drain(self.tails.len() - 1, each);
        Ok(())
    }

    /// The rest of a file that was copied and then cut, if its copy is found beside it.
    pub(crate) fn rest_of_copy(
        &mut self,
        path: &Path,
        (id, identity, read): &(u64, Identity, u64),
        each: &mut dyn FnMut(Piece<'_>),
    ) {
        let copy = put_aside(path).into_iter().rev().find(|path| Aside::begins(path, identity));
        if let Some(copy) = copy {
            self.read_aside(path, &copy, *id, (*read, 0), each);
        }
    }

    /// Reads what was put aside while nothing was followed: the rest of what the checkpoint knows, and all that is newer.
    pub(crate) fn catch_up(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        let mut names: Vec<PathBuf> = self.noted.iter().map(|noted| noted.path.clone()).collect();
        names.sort();
        names.dedup();
        for name in names {
            self.catch_up_with(&name, None, each);
        }
    }

    /// Whether the checkpoint knows another file of this name, which was there a moment ago.
    pub(crate) fn is_overdue(&self, name: &Path, file: &File, metadata: &Metadata) -> bool {
        let mut noted = self.noted.iter().filter(|noted| noted.path == name);
        noted.any(|noted| !noted.identity.is(file, metadata).unwrap_or(false))
    }

    /// The same for the files of one name; `now` has it.
    pub(crate) fn catch_up_with(
        &mut self,
        name: &Path,
        now: Option<&Metadata>,
        each: &mut dyn FnMut(Piece<'_>),
    ) {
        let (mine, others) =
            std::mem::take(&mut self.noted).into_iter().partition(|noted| noted.path == name);
        self.noted = others;
        let aside = put_aside(name);
        let mut starts: HashMap<usize, (u64, u64)> = HashMap::new();
        let mut lost = Vec::new();
        for noted in mine {
            let Noted { identity, offset, out, .. } = &noted;
            let place = aside.iter().position(|path| identity.is_at(path));
            let place = place.or_else(|| aside.iter().position(|path| Aside::begins(path, identity)));
            match place {
                Some(place) => {
                    let start = starts.entry(place).or_default();
                    *start = (*start).max((*offset, *out));
                }
                None if is_there(&noted) => self.noted.push(noted),
                None => lost.push(noted),
            }
        }
        for noted in lost {
            // Of an empty file that was packed nothing is known but that it is newer than others.
            if noted.identity.length > 0 || starts.is_empty() {
                let error = io::Error::new(io::ErrorKind::NotFound, "it was removed before its end was read");
                self.troubles.push(Trouble { path: noted.path, error });
            }
        }
        let first = starts.keys().copied().min().unwrap_or(aside.len());
        for (index, path) in aside.iter().enumerate().skip(first) {
            if self.is_followed(path, now) {
                continue;
            }
            let from = starts.get(&index).copied().unwrap_or_default();
            let id = self.id();
            self.read_aside(name, path, id, from, each);
            each(Piece { id, path, offset: 0, bytes: b"", out: from.1, last: true });
        }
    }

    /// Whether a file is one that is followed, or this one.
    fn is_followed(&self, path: &Path, other: Option<&Metadata>) -> bool {
        let Ok(metadata) = fs::metadata(path) else { return false };
        let place = (metadata.dev(), metadata.ino());
        other.is_some_and(|other| (other.dev(), other.ino()) == place)
            || self.tails.iter().any(|tail| (tail.identity.device, tail.identity.inode) == place)
    }

    /// Hands out a file that was put aside, from an offset on, of which some may have gone out already; and notes that it
    /// was read.
    fn read_aside(
        &mut self,
        name: &Path,
        path: &Path,
        id: u64,
        (from, out): (u64, u64),
        each: &mut dyn FnMut(Piece<'_>),
    ) {
        let mut hand_out = || -> io::Result<Noted> {
            let mut aside = Aside::open(path)?;
            let (mut buffer, mut offset) = (vec![0; 256 * 1024], 0);
            let mut first = Vec::new();
            loop {
                let length = aside.read(&mut buffer)?;
                if length == 0 {
                    let identity = Identity::of_content(&first);
                    return Ok(Noted { path: name.to_owned(), identity, offset, out: offset });
                }
                Identity::gather(&mut first, &buffer[..length]);
                let end = offset + length as u64;
                if end > from {
                    let skipped = usize::try_from(from.saturating_sub(offset)).unwrap_or(length);
                    let bytes = &buffer[skipped..length];
                    each(Piece { id, path, offset: offset + skipped as u64, bytes, out, last: false });
                }
                offset = end;
            }
        };
        match hand_out() {
            Ok(noted) => self.aside.push((noted, 0)),
            Err(error) => self.troubles.push(Trouble { path: path.to_owned(), error }),
        }
    }
}

/// Whether a file still has its name.
fn is_there(noted: &Noted) -> bool {
    let is = |file: File| -> io::Result<bool> {
        let metadata = file.metadata()?;
        Ok(noted.identity.is(&file, &metadata)? && metadata.len() >= noted.out)
    };
    File::open(&noted.path).and_then(is).unwrap_or(false)
}
