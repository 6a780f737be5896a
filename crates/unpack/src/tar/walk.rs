//! From header to header.

use std::io::{self, Read};

use keysieve_finding::Skip;

use super::content::Content;
use super::entry::{About, Entry, EntryKind};
use super::gap::{Extent, Loose};
use super::header::{self, BLOCK, Header, Segments};
use super::records::{self, MOST_SEGMENTS, Records};
use crate::{Budget, Input, Trouble};

/// What a tar archive holds, in order.
#[derive(Debug)]
pub enum Part<'a, R> {
    /// An entry.
    Entry(Entry<'a, R>),
    /// Bytes that belong to no entry. They may be all that is left of entries whose headers are damaged.
    Loose(Loose<'a, R>),
    /// Something that could not be looked at as it should.
    Skip(Skip),
}

/// Walks over a tar archive, whatever program wrote it: v7, ustar, GNU with long names and sparse files, pax with
/// extended and global headers and GNU's sparse formats 0.0, 0.1 and 1.0 in them, numbers in base 256, archives
/// without an end and several in a row. Memory does not depend on the sizes of entries.
///
/// After a damaged header it goes on at the next good one, and says that there is a gap.
///
/// ```
/// use std::io::Read;
/// use keysieve_unpack::{Budget, Limits};
/// use keysieve_unpack::tar::{Part, Tar};
///
/// # let mut builder = tar::Builder::new(Vec::new());
/// # let mut header = tar::Header::new_gnu();
/// # header.set_size(5);
/// # builder.append_data(&mut header, "etc/motd", &b"hello"[..]).expect("memory");
/// # let archive = builder.into_inner().expect("memory");
/// let mut tar = Tar::new(archive.as_slice(), Budget::new(Limits::default()));
/// while let Some(part) = tar.next() {
///     match part {
///         Part::Entry(mut entry) => {
///             let mut text = String::new();
///             entry.read_to_string(&mut text)?;
///             assert_eq!((entry.path(), text.as_str()), (&b"etc/motd"[..], "hello"));
///         }
///         Part::Loose(_) | Part::Skip(_) => unreachable!("nothing is wrong with it"),
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Tar<R> {
    input: Input<R>,
    budget: Budget,
    pub(super) content: Content,
    loose: Extent,
    /// Where loose bytes began that are a gap.
    gap: Option<u64>,
    /// What is to be said before going on.
    pending: Vec<Skip>,
    global: Records,
    next: Ahead,
    /// Whether a block of zeros came, which ends an archive.
    ended: bool,
    over: bool,
}

/// What was said of the entry that comes next.
#[derive(Debug, Default)]
struct Ahead {
    records: Option<Records>,
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

/// What a header leads to.
enum Met {
    Entry(About),
    Loose,
    Nothing,
}

impl<R: Read> Tar<R> {
    /// Walks over what a reader brings.
    #[must_use]
    pub fn new(reader: R, budget: Budget) -> Self {
        Self::over(Input::new(reader), budget)
    }

    /// Walks over an archive that was looked at before.
    #[must_use]
    pub fn over(input: Input<R>, budget: Budget) -> Self {
        Self {
            input,
            budget,
            content: Content::default(),
            loose: Extent::default(),
            gap: None,
            pending: Vec::new(),
            global: Records::default(),
            next: Ahead::default(),
            ended: false,
            over: false,
        }
    }

    /// Whether what begins so is a tar archive: 512 bytes tell.
    #[must_use]
    pub fn begins(start: &[u8]) -> bool {
        Header::of(start).is_some_and(|header| !header.name().is_empty())
    }

    /// What comes next; none at the end. The last part, if something is wrong, is a skip.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend")]
    pub fn next(&mut self) -> Option<Part<'_, R>> {
        match self.advance() {
            Ok(Some(Met::Entry(about))) => Some(Part::Entry(Entry { tar: self, about })),
            Ok(Some(Met::Loose)) => {
                let offset = self.input.position();
                Some(Part::Loose(Loose { tar: self, offset }))
            }
            Ok(Some(Met::Nothing)) => self.pending.pop().map(Part::Skip),
            Ok(None) => None,
            Err(error) => {
                self.over = true;
                Some(Part::Skip(Trouble::of(&error).0))
            }
        }
    }

    /// The end of the archive, for what follows it: nothing, as everything to the end of the reader is a part.
    #[must_use]
    pub fn into_input(self) -> Input<R> {
        self.input
    }

    pub(super) fn read_content(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        self.content.read(&mut self.input, into)
    }

    pub(super) fn read_loose(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        self.loose.read(&mut self.input, into)
    }

    fn advance(&mut self) -> io::Result<Option<Met>> {
        if self.over {
            return Ok(None);
        }
        if !matches!(self.loose, Extent::Nothing) {
            self.loose.finish(&mut self.input)?;
        }
        self.content.finish(&mut self.input)?;
        if let Some(begin) = self.gap.take() {
            let length = self.input.position() - begin;
            let detail = format!("no tar header at byte {begin}; {length} bytes were looked at as they are");
            self.pending.push(Trouble::broken(detail).0);
        }
        if !self.pending.is_empty() {
            return Ok(Some(Met::Nothing));
        }
        loop {
            let block = self.input.peek(BLOCK)?;
            if block.is_empty() {
                return Ok(None);
            }
            let block = &block[..block.len().min(BLOCK)];
            if block.iter().all(|byte| *byte == 0) {
                self.ended = true;
                let length = block.len() as u64;
                self.input.skip(length)?;
                continue;
            }
            let Some(header) = Header::of(block) else { return Ok(Some(self.no_header())) };
            let found = Found::of(header);
            self.input.skip(BLOCK as u64)?;
            self.ended = false;
            match self.header(found)? {
                Met::Nothing if self.pending.is_empty() => {}
                met => return Ok(Some(met)),
            }
        }
    }

    fn no_header(&mut self) -> Met {
        self.next = Ahead::default();
        self.loose = Extent::ToHeader;
        // After the end anything may follow.
        self.gap = (!self.ended).then_some(self.input.position());
        Met::Loose
    }

    fn header(&mut self, found: Found) -> io::Result<Met> {
        match found.kind {
            b'L' | b'K' | b'x' | b'X' | b'g' | b'N' => self.about_next(&found),
            _ => self.entry(found).map(Met::Entry),
        }
    }

    /// Something that is said of entries that follow.
    fn about_next(&mut self, found: &Found) -> io::Result<Met> {
        let size = found.size;
        let most = self.budget.limits().record;
        self.content = Content::plain(size);
        if size > most as u64 {
            let padding = std::mem::take(&mut self.content).padding;
            self.loose = Extent::Bytes(size.saturating_add(padding));
            let detail = format!(
                "a name or an extended header of {size} bytes; more than {most} are not read as such"
            );
            self.pending.push(Trouble::limit(detail).0);
            return Ok(Met::Loose);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let mut rest = [0; 4096];
        loop {
            match self.content.read(&mut self.input, &mut rest)? {
                0 => break,
                read => bytes.extend_from_slice(&rest[..read]),
            }
        }
        self.content.finish(&mut self.input)?;
        let damaged = match found.kind {
            b'g' => {
                self.global = std::mem::take(&mut self.global).read(&bytes);
                std::mem::take(&mut self.global.damaged)
            }
            b'x' | b'X' => {
                let before = self.next.records.take().unwrap_or_else(|| self.global.clone());
                let records = self.next.records.insert(before.read(&bytes));
                std::mem::take(&mut records.damaged)
            }
            kind => {
                bytes.truncate(memchr::memchr(0, &bytes).unwrap_or(bytes.len()));
                match kind {
                    b'K' => self.next.link = Some(bytes),
                    b'L' => self.next.path = Some(bytes),
                    // Names as they were before there were long ones, which nobody writes.
                    _ => {}
                }
                false
            }
        };
        if damaged {
            self.pending.push(Trouble::broken("an extended header of the tar archive is damaged").0);
        }
        Ok(Met::Nothing)
    }

    fn entry(&mut self, found: Found) -> io::Result<About> {
        self.budget.entry()?;
        let ahead = std::mem::take(&mut self.next);
        let mut records = ahead.records.unwrap_or_else(|| self.global.clone());
        let path = records.name().or(ahead.path).unwrap_or(found.name);
        let kind = kind(found.kind, &path);
        let link = matches!(kind, EntryKind::HardLink | EntryKind::Symlink)
            .then(|| records.link.take().or(ahead.link).unwrap_or(found.link));
        let mut size = records.size.unwrap_or(found.size);
        if kind != EntryKind::File && size > 0 && self.header_follows()? {
            // Of what is linked to, as old programs wrote it.
            size = 0;
        }
        self.content = Content::plain(size);
        let mut real = size;
        if let Some((end, map)) = found.sparse {
            let map = self.further_map(map)?;
            real = end.unwrap_or(size);
            self.content = std::mem::take(&mut self.content).with_holes(map, real);
        } else if records.sparse.map_in_content {
            let map = self.map_in_content()?;
            real = records.sparse.real_size.unwrap_or(size);
            self.content = std::mem::take(&mut self.content).with_holes(map, real);
        } else if !records.sparse.map.is_empty() {
            real = records.sparse.real_size.unwrap_or(size);
            self.content = std::mem::take(&mut self.content).with_holes(records.sparse.map, real);
        }
        Ok(About { path, kind, link, size: real })
    }

    /// Whether a header comes next, or the end: then there is no content between.
    fn header_follows(&mut self) -> io::Result<bool> {
        let block = self.input.peek(BLOCK)?;
        let block = &block[..block.len().min(BLOCK)];
        Ok(Header::of(block).is_some() || block.iter().all(|byte| *byte == 0))
    }

    /// The blocks of a map that follow the header, as GNU tar wrote them before pax.
    fn further_map(&mut self, (mut map, mut more): (Segments, bool)) -> io::Result<Segments> {
        while more {
            let ready = self.input.peek(BLOCK)?;
            let Some(block) = ready.first_chunk::<BLOCK>() else {
                return Err(Trouble::broken("the tar archive is cut off in the map of a sparse file").into());
            };
            let (segments, further) = header::more_map(block);
            self.input.skip(BLOCK as u64)?;
            map.extend(segments);
            more = further;
            if map.len() > MOST_SEGMENTS {
                return Err(too_many_parts());
            }
        }
        Ok(map)
    }

    /// The map at the begin of the content: how many parts, then each with its offset and its length, a number a line,
    /// filled up to whole blocks.
    fn map_in_content(&mut self) -> io::Result<Segments> {
        let mut numbers = Numbers::default();
        let mut map = Segments::new();
        let Some(parts) = numbers.next(self)? else { return Ok(map) };
        if parts > MOST_SEGMENTS as u64 {
            return Err(too_many_parts());
        }
        for _ in 0..parts {
            let (Some(offset), Some(length)) = (numbers.next(self)?, numbers.next(self)?) else {
                return Ok(map);
            };
            map.push((offset, length));
        }
        Ok(map)
    }
}

fn too_many_parts() -> io::Error {
    Trouble::limit(format!("the map of a sparse file has more than {MOST_SEGMENTS} parts")).into()
}

/// Numbers in the blocks at the begin of a content.
#[derive(Default)]
struct Numbers {
    block: Vec<u8>,
    at: usize,
}

impl Numbers {
    fn next<R: Read>(&mut self, tar: &mut Tar<R>) -> io::Result<Option<u64>> {
        let mut digits = Vec::new();
        loop {
            if self.at == self.block.len() {
                let mut block = [0; BLOCK];
                let mut filled = 0;
                while filled < BLOCK {
                    match tar.content.read(&mut tar.input, &mut block[filled..])? {
                        0 => break,
                        read => filled += read,
                    }
                }
                if filled == 0 {
                    return Ok(None);
                }
                (self.block, self.at) = (block[..filled].to_vec(), 0);
            }
            let byte = self.block[self.at];
            self.at += 1;
            if byte == b'\n' || digits.len() > 20 {
                return Ok(records::decimal(&digits));
            }
            digits.push(byte);
        }
    }
}

/// What is needed of a header once its block is gone.
struct Found {
    kind: u8,
    name: Vec<u8>,
    link: Vec<u8>,
    size: u64,
    sparse: Option<(Option<u64>, (Segments, bool))>,
}

impl Found {
    fn of(header: Header<'_>) -> Self {
        let kind = header.kind();
        let sparse = (kind == b'S').then(|| {
            let (size, map, more) = header.sparse();
            (size, (map, more))
        });
        Self { kind, name: header.name(), link: header.link(), size: header.size(), sparse }
    }
}

/// What an entry is, by the flag in its header.
fn kind(flag: u8, path: &[u8]) -> EntryKind {
    match flag {
        b'1' => EntryKind::HardLink,
        b'2' => EntryKind::Symlink,
        b'3' | b'4' | b'6' | b'V' => EntryKind::Special,
        b'5' | b'D' => EntryKind::Directory,
        // Before there was a flag for directories, a slash told.
        0 | b'0' if path.ends_with(b"/") => EntryKind::Directory,
        _ => EntryKind::File,
    }
}
