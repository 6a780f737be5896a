//! ar: libraries and packages of Debian (`deb(5)`; the names of GNU and of BSD).

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::slice::Slice;
use crate::tar::decimal;
use crate::{Budget, Input, Inside, Trouble};

/// How it begins.
pub(crate) const MAGIC: &[u8] = b"!<arch>\n";

/// The length of a header.
const HEADER: usize = 60;

/// Hands over what is in an archive.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    let result = entries(input, budget, inside);
    Trouble::or_flow(result, inside)
}

fn entries<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> io::Result<ControlFlow<()>> {
    input.skip(MAGIC.len() as u64)?;
    let mut long_names = Vec::new();
    loop {
        let header = input.take_bytes(HEADER)?;
        if header.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let Some(mut size) = size(&header) else {
            return loose(input, header, inside);
        };
        budget.entry()?;
        let padding = size % 2;
        let name = header[..16].trim_ascii_end();
        if name == b"//" {
            long_names = table(input, size, budget)?;
            input.skip(padding)?;
            continue;
        }
        let name = match name.strip_prefix(b"#1/").and_then(decimal) {
            // It stands before the content.
            Some(length) if length <= size && length <= budget.limits().record as u64 => {
                size -= length;
                let mut name = input.take_bytes(usize::try_from(length).unwrap_or(0))?;
                name.truncate(
                    name.trim_ascii_end().iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1),
                );
                name
            }
            _ => resolve(name, &long_names),
        };
        let mut content = Slice::new(input, size, "ar archive");
        // The table of symbols has names of functions.
        if name != b"/" && name != b"/SYM64/" && inside.entry(Some(&name), &mut content).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        content.finish()?;
        input.skip(padding)?;
    }
}

fn size(header: &[u8]) -> Option<u64> {
    (header.len() == HEADER && header.ends_with(b"`\n")).then(|| decimal(header[48..58].trim_ascii()))?
}

/// What follows a header that is none.
fn loose<R: Read>(
    input: &mut Input<R>,
    header: Vec<u8>,
    inside: &mut dyn Inside,
) -> io::Result<ControlFlow<()>> {
    let offset = input.position() - header.len() as u64;
    let flow = inside.loose(offset, &mut header.as_slice().chain(&mut *input));
    let why = format!("no ar header at byte {offset}; what follows was looked at as it is");
    inside.skipped(None, Trouble::broken(why).0);
    Ok(flow)
}

/// The names that are too long for headers.
fn table<R: Read>(input: &mut Input<R>, size: u64, budget: &Budget) -> io::Result<Vec<u8>> {
    let most = (budget.limits().record as u64).saturating_mul(16);
    if size > most {
        return Err(Trouble::limit(format!("a table of names of {size} bytes in an ar archive")).into());
    }
    input.take_bytes(usize::try_from(size).unwrap_or(0))
}

/// A name that ends with a slash, as GNU writes it, or stands in the table of long names.
fn resolve(name: &[u8], long_names: &[u8]) -> Vec<u8> {
    let long =
        name.strip_prefix(b"/").and_then(decimal).and_then(|at| long_names.get(usize::try_from(at).ok()?..));
    if let Some(long) = long {
        let end = memchr::memchr(b'\n', long).unwrap_or(long.len());
        return long[..end].strip_suffix(b"/").unwrap_or(&long[..end]).to_vec();
    }
    match name.strip_suffix(b"/") {
        Some(short) if !short.is_empty() => short.to_vec(),
        _ => name.to_vec(),
    }
}
