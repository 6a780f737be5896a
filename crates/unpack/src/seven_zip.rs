//! 7z (`7zFormat.txt` of the LZMA SDK), whose list of entries stands at the end.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use keysieve_finding::{Skip, SkipReason};
use sevenz_rust2::{Archive, BlockDecoder, Error, Password};

use crate::{Budget, Input, Inside, Trouble, whole};

/// How it begins.
pub(crate) const MAGIC: [u8; 6] = [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C];

/// Where in the begin of a program an archive begins that it unpacks: its header has a check sum, so that the program's
/// own mention of how archives begin is none.
pub(crate) fn behind_program(start: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(start, &MAGIC).find(|at| {
        let Some([_, _, a, b, c, d, rest @ ..]) = start.get(at + MAGIC.len()..at + 32) else { return false };
        let mut sum = flate2::Crc::new();
        sum.update(rest);
        sum.sum() == u32::from_le_bytes([*a, *b, *c, *d])
    })
}

/// The largest list of entries, in KiB: what is made of it in memory can be a hundred times as large.
const LIST: usize = 3 << 10;

/// Hands over what is in an archive.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    whole::open(input, "a 7z archive", budget, inside, |bytes, inside| entries(bytes, budget, inside))
}

fn entries(bytes: &[u8], budget: &Budget, inside: &mut dyn Inside) -> ControlFlow<()> {
    let mut source = Cursor::new(bytes);
    let none = Password::empty();
    let archive = match Archive::read_with_memory_limit(&mut source, &none, LIST) {
        Ok(archive) => archive,
        Err(error) => {
            inside.skipped(None, skip(&error));
            return inside.loose(0, &mut &*bytes);
        }
    };
    let window = usize::try_from(budget.limits().window >> 10).unwrap_or(usize::MAX);
    let mut made = Made { budget, read: bytes.len() as u64, made: 0 };
    let mut flow = ControlFlow::Continue(());
    for block in 0..archive.blocks.len() {
        let decoder = BlockDecoder::new_with_memory_limit(1, window, block, &archive, &none, &mut source);
        let result = decoder.for_each_entries(&mut |entry, content| {
            budget.entry().map_err(io::Error::from)?;
            if entry.has_stream {
                let mut content = Counted { content, made: &mut made };
                flow = inside.entry(Some(entry.name.as_bytes()), &mut content);
            }
            Ok(flow.is_continue())
        });
        if flow.is_break() {
            return flow;
        }
        if let Err(error) = result {
            // With an entry, those behind it in the same block are lost.
            inside.skipped(None, skip(&error));
        }
    }
    flow
}

/// What an error comes down to.
fn skip(error: &Error) -> Skip {
    let unsupported = |what: &str| Trouble::unsupported(what).0;
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => encrypted(),
        Error::UnsupportedCompressionMethod(name) if name.contains("AES") => encrypted(),
        Error::UnsupportedCompressionMethod(_) => unsupported("a method of 7z that is not known"),
        Error::ExternalUnsupported | Error::Unsupported(_) | Error::UnsupportedVersion { .. } => {
            unsupported("a kind of 7z archive that is not known")
        }
        Error::MaxMemLimited { .. } => {
            Trouble::limit("its dictionary or its list of entries is larger than the limit").0
        }
        Error::Io(error, _) => match Trouble::carried(error) {
            Some(trouble) => trouble.0.clone(),
            None => broken(),
        },
        _ => broken(),
    }
}

fn encrypted() -> Skip {
    Skip::new(SkipReason::Encrypted, "it is encrypted")
}

fn broken() -> Skip {
    Trouble::broken("the 7z archive is damaged").0
}

/// How much was made of an archive.
struct Made<'a> {
    budget: &'a Budget,
    /// How large it is.
    read: u64,
    made: u64,
}

struct Counted<'a, 'b> {
    content: &'a mut dyn Read,
    made: &'a mut Made<'b>,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(into).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Trouble::broken("the 7z archive is damaged").into(),
        })?;
        let Made { budget, read: size, made } = &mut *self.made;
        budget.made(*size, *made, read as u64)?;
        *made += read as u64;
        Ok(read)
    }
}
