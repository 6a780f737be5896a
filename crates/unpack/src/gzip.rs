//! What stands around the deflated data of a gzip member (RFC 1952).

use std::io::{self, Read};

use flate2::Crc;

use crate::{Input, Trouble};

/// The most bytes of a name or a comment in a header; who writes more means harm.
const LONGEST_TEXT: u64 = 1 << 20;

/// Takes the header of a member.
pub(crate) fn header<R: Read>(input: &mut Input<R>) -> io::Result<()> {
    let cut = || Trouble::broken("its gzip header is cut off");
    let start = input.take_bytes(10)?;
    let [0x1F, 0x8B, 8, flags, .., _, _, _] = start[..] else { return Err(cut().into()) };
    if flags & 4 != 0 {
        let length = input.take_bytes(2)?;
        let [low, high] = length[..] else { return Err(cut().into()) };
        let length = u64::from(u16::from_le_bytes([low, high]));
        if input.skip(length)? < length {
            return Err(cut().into());
        }
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            text(input)?;
        }
    }
    if flags & 2 != 0 && input.skip(2)? < 2 {
        return Err(cut().into());
    }
    Ok(())
}

/// Takes a text that ends with NUL.
fn text<R: Read>(input: &mut Input<R>) -> io::Result<()> {
    let mut taken = 0;
    loop {
        let ready = input.peek(1)?;
        if ready.is_empty() {
            return Err(Trouble::broken("its gzip header is cut off").into());
        }
        let end = memchr::memchr(0, ready);
        let count = end.map_or(ready.len(), |end| end + 1) as u64;
        input.skip(count)?;
        taken += count;
        if end.is_some() {
            return Ok(());
        }
        if taken > LONGEST_TEXT {
            return Err(Trouble::limit("a name in its gzip header is too long").into());
        }
    }
}

/// Takes what ends a member, and compares.
pub(crate) fn trailer<R: Read>(input: &mut Input<R>, sum: &Crc) -> io::Result<()> {
    let end = input.take_bytes(8)?;
    let Some((said, size)) = end.split_first_chunk::<4>() else {
        return Err(Trouble::broken("its gzip data is cut off before the check sum").into());
    };
    let Ok(size) = <[u8; 4]>::try_from(size) else {
        return Err(Trouble::broken("its gzip data is cut off before the check sum").into());
    };
    if u32::from_le_bytes(*said) != sum.sum() || u32::from_le_bytes(size) != sum.amount() {
        return Err(Trouble::broken("its gzip check sum is wrong; what was unpacked may be damaged").into());
    }
    Ok(())
}
