//! From header to header.

use std::fmt;
use std::io::{self, BufRead, Read};

use keysieve_finding::Skip;
use memchr::memmem;

use super::data::Data;
use super::header::{FIXED, Header, Kind, LOOKED_AT, Record};
use crate::codec::Codec;
use crate::{Budget, Input, Trouble};

/// What a zip archive holds, in order.
#[derive(Debug)]
pub enum Part<'a, R> {
    /// An entry.
    Entry(Entry<'a, R>),
    /// Bytes that belong to no entry: a program before the archive, comments, a signature, what is damaged.
    Loose(Loose<'a, R>),
    /// An entry by this name, or with none a part of the archive, that could not be unpacked.
    Skip(Option<Vec<u8>>, Skip),
}

/// Walks over a zip archive, and over whatever comes before it. Memory does not depend on the sizes of entries.
pub struct Zip<R> {
    input: Input<R>,
    budget: Budget,
    current: Option<(Vec<u8>, Header, Data)>,
    /// Bytes that come next and belong to no entry.
    loose: Loosely,
    pending: Vec<(Option<Vec<u8>>, Skip)>,
    idle: Option<Codec>,
    /// Entries found, and those that the directory lists.
    entries: u64,
    listed: u64,
    ended: bool,
    over: bool,
    /// Whether a program comes first, in which anything may look like a record.
    program: bool,
}

/// How far loose bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loosely {
    Not,
    Bytes(u64),
    ToRecord,
}

impl<R> fmt::Debug for Zip<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zip").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// An entry, and a reader of its content.
#[derive(Debug)]
pub struct Entry<'a, R> {
    zip: &'a mut Zip<R>,
    name: Vec<u8>,
}

/// A reader of bytes that belong to no entry.
#[derive(Debug)]
pub struct Loose<'a, R> {
    zip: &'a mut Zip<R>,
    offset: u64,
}

impl<R> Entry<'_, R> {
    /// Its name, the bytes as they are in the archive. It must not be used as a path on disk.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }
}

impl<R> Loose<'_, R> {
    /// Where in the archive it starts, in bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl<R: Read> Read for Entry<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Zip { input, budget, current, .. } = &mut *self.zip;
        match current {
            Some((_, _, data)) => data.read(input, budget, into),
            None => Ok(0),
        }
    }
}

impl<R: Read> Read for Loose<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.zip.read_loose(into)
    }
}

/// What comes next.
enum Met {
    Entry,
    Loose,
    Skip,
    End,
}

impl<R: Read> Zip<R> {
    /// Walks over what an input brings.
    #[must_use]
    pub fn over(input: Input<R>, budget: Budget) -> Self {
        Self {
            input,
            budget,
            current: None,
            loose: Loosely::Not,
            pending: Vec::new(),
            idle: None,
            entries: 0,
            listed: 0,
            ended: false,
            over: false,
            program: false,
        }
    }

    /// Walks over an archive that a program comes before, if there is one.
    #[must_use]
    pub fn behind_program(input: Input<R>, budget: Budget) -> Self {
        Self { program: true, ..Self::over(input, budget) }
    }

    /// Whether what begins so is a zip archive: 46 bytes tell.
    #[must_use]
    pub fn begins(start: &[u8]) -> bool {
        if start.starts_with(b"PK00PK\x03\x04") || start.starts_with(b"PK\x07\x08PK\x03\x04") {
            return true;
        }
        // An empty archive is only its end.
        Header::of(start).is_some() || start.starts_with(b"PK\x05\x06") && start.len() <= 22 + 0xFFFF
    }

    /// Whether somewhere in some bytes an archive seems to begin.
    #[must_use]
    pub fn is_in(bytes: &[u8]) -> bool {
        next_entry(bytes, true).is_some()
    }

    /// What comes next; none at the end.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend")]
    pub fn next(&mut self) -> Option<Part<'_, R>> {
        let met = match self.advance() {
            Ok(met) => met,
            Err(error) => {
                self.over = true;
                self.pending.push((None, Trouble::of(&error).0));
                Met::Skip
            }
        };
        match met {
            Met::Entry => {
                let name = self.current.as_ref().map(|(name, ..)| name.clone()).unwrap_or_default();
                Some(Part::Entry(Entry { zip: self, name }))
            }
            Met::Loose => {
                let offset = self.input.position();
                Some(Part::Loose(Loose { zip: self, offset }))
            }
            Met::Skip => self.pending.pop().map(|(name, why)| Part::Skip(name, why)),
            Met::End => None,
        }
    }

    fn advance(&mut self) -> io::Result<Met> {
        self.finish_loose()?;
        self.finish_entry();
        if !self.pending.is_empty() {
            return Ok(Met::Skip);
        }
        if self.over {
            return Ok(Met::End);
        }
        if self.budget.is_spent() {
            self.over = true;
            self.pending.push((None, Trouble::limit("what follows was not unpacked").0));
            return Ok(Met::Skip);
        }
        if self.program {
            let ready = self.input.peek(Input::<R>::AHEAD)?;
            if next_entry(ready, true) != Some(0) {
                self.loose = Loosely::ToRecord;
                return Ok(if ready.is_empty() { self.conclude() } else { Met::Loose });
            }
            self.program = false;
        }
        loop {
            let ready = self.input.peek(LOOKED_AT)?;
            if ready.is_empty() {
                return Ok(self.conclude());
            }
            if let Some(header) = Header::of(ready) {
                return self.entry(header);
            }
            let Some(record) = Record::of(ready) else {
                self.loose = Loosely::ToRecord;
                return Ok(Met::Loose);
            };
            match record.kind {
                Kind::Directory => self.listed += 1,
                Kind::End => self.ended = true,
                Kind::Other => {}
            }
            if self.input.skip(record.length)? < record.length {
                return Ok(self.conclude());
            }
            if record.comment > 0 {
                self.loose = Loosely::Bytes(record.comment);
                return Ok(Met::Loose);
            }
        }
    }

    /// Says what can be said only at the end.
    fn conclude(&mut self) -> Met {
        self.over = true;
        let trouble = if self.entries > 0 && !self.ended {
            Trouble::broken("the zip archive has no end: it may be cut off")
        } else if self.listed > self.entries {
            let missing = self.listed - self.entries;
            Trouble::broken(format!(
                "{missing} of {} entries that the zip archive lists were not found",
                self.listed
            ))
        } else {
            return Met::End;
        };
        self.pending.push((None, trouble.0));
        Met::Skip
    }

    /// Takes the header of an entry.
    fn entry(&mut self, mut header: Header) -> io::Result<Met> {
        self.budget.entry()?;
        self.input.skip(FIXED as u64)?;
        let name = self.input.take_bytes(header.name)?;
        let extra = self.input.take_bytes(header.extra)?;
        header.read_extra(&extra);
        self.entries += 1;
        let data = if header.is_encrypted() {
            let why = Skip::new(keysieve_finding::SkipReason::Encrypted, "it is encrypted");
            self.pending.push((Some(name.clone()), why));
            Data::passed_over(&header)
        } else {
            match Data::of(&header, &mut self.idle, &self.budget) {
                Ok(data) => {
                    self.current = Some((name, header, data));
                    return Ok(Met::Entry);
                }
                Err(trouble) => {
                    self.pending.push((Some(name.clone()), trouble.0));
                    Data::passed_over(&header)
                }
            }
        };
        self.current = Some((name, header, data));
        Ok(Met::Skip)
    }

    fn finish_entry(&mut self) {
        let Some((name, header, mut data)) = self.current.take() else { return };
        if let Err(error) = data.finish(&header, &mut self.input, &self.budget) {
            self.pending.push((Some(name), Trouble::of(&error).0));
        }
        self.idle = data.into_deflate().or(self.idle.take());
    }

    fn read_loose(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = match self.loose {
            Loosely::Not => 0,
            Loosely::Bytes(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Loosely::ToRecord => before_record(&mut self.input, self.program)?,
        };
        let most = most.min(into.len());
        let read = if most == 0 { 0 } else { self.input.read(&mut into[..most])? };
        self.loose = match self.loose {
            Loosely::Bytes(left) if read > 0 => Loosely::Bytes(left - read as u64),
            Loosely::ToRecord if read > 0 => Loosely::ToRecord,
            _ => Loosely::Not,
        };
        Ok(read)
    }

    fn finish_loose(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.loose, Loosely::Not) {
            Loosely::Not => {}
            Loosely::Bytes(left) => {
                self.input.skip(left)?;
            }
            Loosely::ToRecord => loop {
                let count = before_record(&mut self.input, self.program)?;
                if count == 0 {
                    break;
                }
                self.input.consume(count);
            },
        }
        Ok(())
    }
}

/// Where in some bytes an entry begins that makes sense; in a program, what its own texts and tables hardly look like.
fn next_entry(bytes: &[u8], in_program: bool) -> Option<usize> {
    memmem::find_iter(bytes, b"PK").find(|&at| {
        let rest = &bytes[at..];
        let named = |header: Header| {
            let name = rest.get(FIXED..(FIXED + header.name).min(rest.len())).unwrap_or_default();
            let sure = || header.is_usual() && name.iter().all(|byte| !byte.is_ascii_control());
            header.name > 0 && !name.contains(&0) && (!in_program || sure())
        };
        Header::of(rest).is_some_and(named)
    })
}

/// How much is left at the end of what is looked at: enough to tell a record.
const UNSURE: usize = 512;

/// How many bytes surely come before the next record; none if one comes next, or nothing does.
fn before_record<R: Read>(input: &mut Input<R>, in_program: bool) -> io::Result<usize> {
    let ready = input.peek(Input::<R>::AHEAD)?;
    let entry = next_entry(ready, in_program);
    let found = if in_program {
        entry
    } else {
        let listed = memmem::find_iter(ready, b"PK\x01\x02").find(|&at| is_listed(&ready[at..]));
        let end = memmem::find_iter(ready, b"PK\x05\x06").find(|&at| is_end(&ready[at..]));
        [entry, listed, end].into_iter().flatten().min()
    };
    let whole = ready.len() < Input::<R>::AHEAD;
    Ok(found.unwrap_or(if whole { ready.len() } else { ready.len() - UNSURE }))
}

/// Whether an entry of a directory makes sense.
fn is_listed(bytes: &[u8]) -> bool {
    bytes.len() >= 46
        && bytes[6] <= 99
        && bytes[11] == 0
        && bytes[10] <= 99
        && (bytes[28], bytes[29]) != (0, 0)
}

/// Whether the end of an archive makes sense: numbers of disks are small.
fn is_end(bytes: &[u8]) -> bool {
    bytes.len() >= 22 && bytes[4..8] == [0; 4] && bytes[8..10] == bytes[10..12]
}
