//! Deltas, as packs hold them: <https://git-scm.com/docs/pack-format#_deltified_representation>.

use keysieve_source::Copied;

/// What is wrong with an object, for people. Never bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

/// The sizes that a delta begins with: that of its base and that of what it makes.
pub(crate) fn sizes(delta: &mut &[u8]) -> Result<(u64, u64), Broken> {
    Ok((size(delta)?, size(delta)?))
}

fn size(delta: &mut &[u8]) -> Result<u64, Broken> {
    let mut size = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = next(delta)?;
        size |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(Broken("a size in its delta has no end"))
}

fn next(delta: &mut &[u8]) -> Result<u8, Broken> {
    let (&byte, rest) = delta.split_first().ok_or(Broken("its delta is cut off"))?;
    *delta = rest;
    Ok(byte)
}

/// Carries out the instructions of a delta, which follow its sizes. `made` has exactly the size that the delta says.
/// Notes in `copied` what comes from the base, in pieces as long as can be.
pub(crate) fn apply(
    mut delta: &[u8],
    base: &[u8],
    made: &mut [u8],
    copied: &mut Vec<Copied>,
) -> Result<(), Broken> {
    let mut at = 0;
    copied.clear();
    while !delta.is_empty() {
        let code = next(&mut delta)?;
        let length = if code & 0x80 != 0 {
            let (offset, length) = copy(code, &mut delta)?;
            let piece =
                base.get(offset..offset + length).ok_or(Broken("its delta copies what is not there"))?;
            made.get_mut(at..at + length).ok_or(TOO_MUCH)?.copy_from_slice(piece);
            match copied.last_mut() {
                Some(last) if last.to + last.length == at && last.from + last.length == offset => {
                    last.length += length;
                }
                _ => copied.push(Copied { from: offset, to: at, length }),
            }
            length
        } else {
            let length = usize::from(code);
            if length == 0 {
                return Err(Broken("its delta has an instruction that is not known"));
            }
            let piece = delta.get(..length).ok_or(Broken("its delta is cut off"))?;
            made.get_mut(at..at + length).ok_or(TOO_MUCH)?.copy_from_slice(piece);
            delta = &delta[length..];
            length
        };
        at += length;
    }
    if at == made.len() { Ok(()) } else { Err(Broken("its delta makes less than it says")) }
}

const TOO_MUCH: Broken = Broken("its delta makes more than it says");

/// Offset and length of a copy.
fn copy(code: u8, delta: &mut &[u8]) -> Result<(usize, usize), Broken> {
    let (mut offset, mut length) = (0, 0);
    for bit in 0..4 {
        if code & 1 << bit != 0 {
            offset |= usize::from(next(delta)?) << (8 * bit);
        }
    }
    for bit in 0..3 {
        if code & 0x10 << bit != 0 {
            length |= usize::from(next(delta)?) << (8 * bit);
        }
    }
    Ok((offset, if length == 0 { 0x1_0000 } else { length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a delta makes, and which parts of it are from the base: from where, to where, how much.
    type Made = (Vec<u8>, Vec<(usize, usize, usize)>);

    fn made(delta: &[u8], base: &[u8], size: usize) -> Result<Made, Broken> {
        let (mut bytes, mut copied) = (vec![0; size], Vec::new());
        apply(delta, base, &mut bytes, &mut copied)?;
        Ok((bytes, copied.iter().map(|piece| (piece.from, piece.to, piece.length)).collect()))
    }

    #[test]
    fn a_delta_copies_and_inserts() {
        let delta = [0x90, 3, 3, b'x', b'y', b'z', 0x91, 3, 2];
        assert_eq!(made(&delta, b"abcde", 8), Ok((b"abcxyzde".to_vec(), vec![(0, 0, 3), (3, 6, 2)])));
        let whole = [0x90, 2, 0x91, 2, 3];
        assert_eq!(made(&whole, b"abcde", 5), Ok((b"abcde".to_vec(), vec![(0, 0, 5)])), "it is one piece");
        let swapped = [0x91, 2, 3, 0x90, 2];
        assert_eq!(made(&swapped, b"abcde", 5), Ok((b"cdeab".to_vec(), vec![(2, 0, 3), (0, 3, 2)])));
    }

    #[test]
    fn what_a_delta_says_is_not_believed() {
        assert!(made(&[0x91, 3, 3], b"abcde", 3).is_err(), "beyond the base");
        assert!(made(&[0x90, 3], b"abcde", 2).is_err(), "more than it says");
        assert!(made(&[0x90, 3], b"abcde", 4).is_err(), "less than it says");
        assert!(made(&[5, b'a'], b"", 5).is_err(), "cut off");
        assert!(made(&[0], b"", 0).is_err(), "reserved");
        assert!(sizes(&mut &[0x80; 20][..]).is_err(), "a size without an end");
        assert_eq!(sizes(&mut &[0x85, 1, 7][..]), Ok((133, 7)));
    }
}
