//! Packages of RPM (the format of version 4): a lead, two headers, and a compressed cpio archive.

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::slice::Slice;
use crate::{Budget, Input, Inside, Trouble};

/// How a package begins, and how its headers do.
pub(crate) const MAGIC: [u8; 4] = [0xED, 0xAB, 0xEE, 0xDB];
const HEADER: [u8; 3] = [0x8E, 0xAD, 0xE8];

/// The length of the lead, and of what begins a header.
const LEAD: u64 = 96;
const INTRO: usize = 16;

/// Takes what stands before the payload. Headers hold scripts that are run with the rights of root: they are handed over
/// as bytes of the package.
pub(crate) fn before_payload<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> io::Result<ControlFlow<()>> {
    input.skip(LEAD)?;
    for is_signature in [true, false] {
        let intro = input.take_bytes(INTRO)?;
        let length = match intro.as_slice() {
            [a, b, c, _, _, _, _, _, i, j, k, l, w, x, y, z] if [*a, *b, *c] == HEADER => {
                let (index, data) =
                    (u32::from_be_bytes([*i, *j, *k, *l]), u32::from_be_bytes([*w, *x, *y, *z]));
                u64::from(index) * 16 + u64::from(data)
            }
            _ => return Err(Trouble::broken("an RPM header is damaged").into()),
        };
        budget.entry()?;
        let offset = input.position();
        let mut header = Slice::new(input, length, "RPM header");
        if inside.loose(offset, &mut header).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        header.finish()?;
        if is_signature {
            input.skip((8 - length % 8) % 8)?;
        }
    }
    Ok(ControlFlow::Continue(()))
}
