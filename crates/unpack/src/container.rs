//! What is a container, told by how it begins, and how each kind is opened.

use std::io::Read;
use std::ops::ControlFlow;

use keysieve_finding::Skip;

use crate::strings::Strings;
use crate::tar::{EntryKind, Part, Tar};
use crate::zip::{self, Zip};
use crate::{
    Budget, Compiled, Compression, Expanded, Input, Limits, Trouble, ar, cpio, mail, pack, pdf, rpm, script,
    seven_zip, sqlite, unknown,
};

/// Takes what a container holds, in the order in which it is there.
pub trait Inside {
    /// An entry and its content, of which all can be read or nothing. A container that holds a single thing has no name
    /// for it. The name is bytes that somebody else chose, and not a path on this machine.
    fn entry(&mut self, name: Option<&[u8]>, content: &mut dyn Read) -> ControlFlow<()>;

    /// An entry that is a link, and where that leads: both are bytes that somebody else chose.
    fn link(&mut self, name: &[u8], target: &[u8]);

    /// Bytes of the container that belong to none of its entries, and where in it they start.
    fn loose(&mut self, offset: u64, bytes: &mut dyn Read) -> ControlFlow<()>;

    /// An entry, or with no name a part of the container, that could not be unpacked.
    fn skipped(&mut self, name: Option<&[u8]>, why: Skip);
}

/// A kind of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Container {
    /// A compressed stream; if that is an archive of tar, that counts as one with it.
    Compressed(Compression),
    /// An archive of tar.
    Tar,
    /// A zip archive, or one of the many formats that are: jar, whl, apk, docx.
    Zip,
    /// An archive of ar: a library, a package of Debian.
    Ar,
    /// An archive of cpio: a first file system of Linux. Compressed, it counts as one with its compression.
    Cpio,
    /// A package of RPM, which is a compressed archive of cpio behind headers.
    Rpm,
    /// A document whose text is in compressed streams.
    Pdf,
    /// A 7z archive.
    SevenZip,
    /// A pack of git, with the history of a repository.
    Pack,
    /// A database of SQLite, whose values stand side by side.
    Sqlite,
    /// Compiled code, whose strings stand right behind their lengths.
    Compiled(Compiled),
    /// Something that is known by sight only, and named for that.
    Unknown(&'static str),
    /// A text in which files stand encoded: mail, a shell archive.
    Mail,
    /// A script or a program that unpacks what stands behind it, from this byte on.
    Unpacker(usize),
    /// A program, to which a zip archive may be appended: told by how it begins, with or without one.
    Program,
}

impl Container {
    /// How many bytes are enough to tell; more are welcome.
    pub const TOLD_BY: usize = 512;

    /// What begins so. What is told by little is tried.
    #[must_use]
    pub fn of(start: &[u8]) -> Option<Self> {
        if let Some(compression) = Compression::of(start) {
            return (!compression.is_guess() || starts_well(compression, start))
                .then_some(Self::Compressed(compression));
        }
        if Tar::<&[u8]>::begins(start) {
            return Some(Self::Tar);
        }
        if Zip::<&[u8]>::begins(start) {
            return Some(Self::Zip);
        }
        if start.starts_with(ar::MAGIC) {
            return Some(Self::Ar);
        }
        if start.starts_with(pdf::MAGIC) {
            return Some(Self::Pdf);
        }
        if start.starts_with(&rpm::MAGIC) {
            return Some(Self::Rpm);
        }
        if cpio::begins(start) {
            return Some(Self::Cpio);
        }
        if start.starts_with(&seven_zip::MAGIC) {
            return Some(Self::SevenZip);
        }
        if pack::MAGIC.iter().any(|magic| start.starts_with(magic)) {
            return Some(Self::Pack);
        }
        if start.starts_with(sqlite::MAGIC) {
            return Some(Self::Sqlite);
        }
        if let Some(compiled) = Compiled::of(start) {
            return Some(Self::Compiled(compiled));
        }
        if let Some(name) = unknown::named(start) {
            return Some(Self::Unknown(name));
        }
        match start {
            [0x7F, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] => match seven_zip::behind_program(start) {
                Some(at) => Some(Self::Unpacker(at)),
                None => Some(Self::Program),
            },
            // Mach-O, in either order of bytes, of 32 or 64 bits.
            [0xFE, 0xED, 0xFA, 0xCE | 0xCF, ..] | [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => Some(Self::Program),
            _ if mail::begins(start) => Some(Self::Mail),
            [b'#', b'!', ..] => match script::payload(start) {
                Some(at) => Some(Self::Unpacker(at)),
                None => Zip::<&[u8]>::is_in(start).then_some(Self::Program),
            },
            _ => None,
        }
    }

    /// What begins so and has this name: of what its begin does not tell, the name can.
    #[must_use]
    pub fn named(name: &[u8], start: &[u8]) -> Option<Self> {
        let told = Self::of(start);
        let is_brotli = || {
            let ending = name.len().checked_sub(3).map(|at| &name[at..]);
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case(b".br"))
                && !is_text(start)
                && starts_well(Compression::Brotli, start)
        };
        told.or_else(|| is_brotli().then_some(Self::Compressed(Compression::Brotli)))
    }

    /// Whether it may as well hold nothing: such a one is looked at as it is where it cannot be opened, and lacks
    /// nothing.
    #[must_use]
    pub const fn may_be_none(self) -> bool {
        matches!(self, Self::Program | Self::Compiled(_))
    }

    /// Opens it, and hands over what is in it: one level of it, as entries can be containers, too.
    ///
    /// Everything that can be read is handed over, whatever is wrong; what cannot is named.
    pub fn open(self, reader: &mut dyn Read, budget: &Budget, inside: &mut dyn Inside) -> ControlFlow<()> {
        let mut input = Input::new(reader);
        match self {
            Self::Compressed(compression) => {
                compressed(Expanded::new(compression, input, budget.clone()), budget, inside)
            }
            Self::Tar => tar(&mut Tar::over(input, budget.clone()), inside),
            Self::Unknown(name) => {
                let why = format!("{name}, which cannot be opened; it was looked at as it is");
                inside.skipped(None, Trouble::unsupported(why).0);
                inside.loose(0, &mut input)
            }
            Self::Ar => ar::open(&mut input, budget, inside),
            Self::Cpio => cpio::open(&mut input, budget, inside),
            Self::Pdf => pdf::open(&mut input, budget, inside),
            Self::SevenZip => seven_zip::open(&mut input, budget, inside),
            Self::Pack => pack::open(&mut input, budget, inside),
            Self::Sqlite => sqlite::open(&mut input, budget, inside),
            Self::Compiled(compiled) => inside.loose(0, &mut Strings::new(input, compiled)),
            Self::Rpm => package(input, budget, inside),
            Self::Zip => zip(&mut Zip::over(input, budget.clone()), inside),
            Self::Mail => mail::open(&mut input, budget, inside),
            Self::Unpacker(at) => carried(input, at as u64, budget, inside),
            Self::Program => zip(&mut Zip::behind_program(input, budget.clone()), inside),
        }
    }
}

/// Whether it is text: what is compressed never is for long.
fn is_text(start: &[u8]) -> bool {
    const TOLD_BY: usize = 64;
    let start = &start[..start.len().min(TOLD_BY)];
    let valid = match std::str::from_utf8(start) {
        Ok(_) => true,
        // It may be cut in the middle of a character.
        Err(error) => error.error_len().is_none(),
    };
    start.len() > 8 && valid && !start.contains(&0)
}

/// Whether something can be made of the begin.
fn starts_well(compression: Compression, start: &[u8]) -> bool {
    const TRIED: usize = 4096;
    // A limit of its own: a megabyte is more than enough to tell.
    let budget = Budget::new(Limits { bytes: Some(1 << 20), ..Limits::default() });
    let mut expanded = Expanded::new(compression, Input::new(start), budget);
    let mut made = [0; TRIED];
    let mut filled = 0;
    loop {
        match expanded.read(&mut made[filled..]) {
            Ok(0) => return true,
            Ok(read) => filled += read,
            // Cut off by what is left of it here, perhaps.
            Err(_) => return filled >= 64,
        }
    }
}

fn compressed<R: Read>(mut stream: Expanded<R>, budget: &Budget, inside: &mut dyn Inside) -> ControlFlow<()> {
    content(Input::new(&mut stream), budget, inside)?;
    // Where the end was not reached, what follows is not what it seems.
    if !stream.has_ended() || !stream.input().peek(1).is_ok_and(|rest| !rest.is_empty()) {
        return ControlFlow::Continue(());
    }
    let offset = stream.input().position();
    inside.loose(offset, stream.input())
}

/// What a script carries counts as one with it.
fn carried<R: Read>(
    mut input: Input<R>,
    at: u64,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    inside.loose(0, &mut input.by_ref().take(at))?;
    match input.peek(Container::TOLD_BY).map(Container::of) {
        Ok(Some(Container::Compressed(compression))) => {
            compressed(Expanded::new(compression, input, budget.clone()), budget, inside)
        }
        Ok(Some(Container::SevenZip)) => seven_zip::open(&mut input, budget, inside),
        _ => content(input, budget, inside),
    }
}

/// A package of RPM: its payload counts as one with it.
fn package<R: Read>(mut input: Input<R>, budget: &Budget, inside: &mut dyn Inside) -> ControlFlow<()> {
    match rpm::before_payload(&mut input, budget, inside) {
        Ok(flow) => flow?,
        Err(error) => {
            let offset = input.position();
            inside.skipped(None, Trouble::of(&error).0);
            return inside.loose(offset, &mut input);
        }
    }
    match input.peek(Compression::TOLD_BY).map(Compression::of) {
        Ok(Some(compression)) => {
            compressed(Expanded::new(compression, input, budget.clone()), budget, inside)
        }
        _ => content(input, budget, inside),
    }
}

/// What was compressed: an archive of tar or cpio, or one thing.
fn content<R: Read>(mut content: Input<R>, budget: &Budget, inside: &mut dyn Inside) -> ControlFlow<()> {
    if content.peek(Container::TOLD_BY).is_ok_and(Tar::<&[u8]>::begins) {
        tar(&mut Tar::over(content, budget.clone()), inside)
    } else if content.peek(Container::TOLD_BY).is_ok_and(cpio::begins) {
        cpio::open(&mut content, budget, inside)
    } else {
        inside.entry(None, &mut content)
    }
}

fn tar<R: Read>(tar: &mut Tar<R>, inside: &mut dyn Inside) -> ControlFlow<()> {
    while let Some(part) = tar.next() {
        match part {
            Part::Entry(mut entry) => {
                if let Some(target) = entry.link() {
                    inside.link(entry.path(), target);
                }
                // Links, directories and devices have none, mostly.
                if entry.kind() == EntryKind::File || entry.has_content() {
                    let name = entry.path().to_vec();
                    inside.entry(Some(&name), &mut entry)?;
                }
            }
            Part::Loose(mut bytes) => inside.loose(bytes.offset(), &mut bytes)?,
            Part::Skip(why) => inside.skipped(None, why),
        }
    }
    ControlFlow::Continue(())
}

fn zip<R: Read>(zip: &mut Zip<R>, inside: &mut dyn Inside) -> ControlFlow<()> {
    while let Some(part) = zip.next() {
        match part {
            zip::Part::Entry(mut entry) => {
                let name = entry.name().to_vec();
                // Directories have no content.
                if !name.ends_with(b"/") {
                    inside.entry(Some(&name), &mut entry)?;
                }
            }
            zip::Part::Loose(mut bytes) => inside.loose(bytes.offset(), &mut bytes)?,
            zip::Part::Skip(name, why) => inside.skipped(name.as_deref(), why),
        }
    }
    ControlFlow::Continue(())
}
