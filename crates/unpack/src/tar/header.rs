//! The header block of a tar entry: v7, ustar (POSIX.1-1988) and GNU (the manual of GNU tar, "Basic Tar Format").

/// How long a block is: headers are one, and content is filled up to whole ones.
pub(crate) const BLOCK: usize = 512;

/// A block that may be a header.
#[derive(Clone, Copy)]
pub(crate) struct Header<'a>(&'a [u8; BLOCK]);

/// The parts of a map of a sparse file, each with where it belongs and how long it is.
pub(crate) type Segments = Vec<(u64, u64)>;

impl<'a> Header<'a> {
    /// The header that a block is, if its check sum is right.
    pub(crate) fn of(block: &'a [u8]) -> Option<Self> {
        let block: &[u8; BLOCK] = block.first_chunk()?;
        let said = octal(&block[148..156])?;
        let (mut unsigned, mut signed) = (8 * 32, 8 * 32);
        for byte in block[..148].iter().chain(&block[156..]) {
            unsigned += u64::from(*byte);
            // Some old programs summed signed characters.
            signed += i64::from(byte.cast_signed());
        }
        let sum = said == unsigned || i64::try_from(said) == Ok(signed);
        // Without a size there is no way on; it is as good as damaged.
        (sum && number(&block[124..136]).is_some()).then_some(Self(block))
    }

    pub(crate) fn kind(self) -> u8 {
        self.0[156]
    }

    /// Bytes of content that follow it.
    pub(crate) fn size(self) -> u64 {
        number(&self.0[124..136]).unwrap_or(0)
    }

    /// Its name, with the prefix that ustar has for long ones.
    pub(crate) fn name(self) -> Vec<u8> {
        let name = text(&self.0[..100]);
        let prefix = if &self.0[257..263] == b"ustar\0" { text(&self.0[345..500]) } else { &[] };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    pub(crate) fn link(self) -> Vec<u8> {
        text(&self.0[157..257]).to_vec()
    }

    /// The size of a sparse file with its holes, the first parts of its map, and whether further blocks of it follow.
    pub(crate) fn sparse(self) -> (Option<u64>, Segments, bool) {
        let (segments, more) = map(&self.0[386..482], self.0[482]);
        (number(&self.0[483..495]), segments, more)
    }
}

/// A further block of the map of a sparse file, and whether yet another follows.
pub(crate) fn more_map(block: &[u8; BLOCK]) -> (Segments, bool) {
    map(&block[..504], block[504])
}

fn map(pairs: &[u8], more: u8) -> (Segments, bool) {
    let pair = |pair: &[u8]| Some((number(&pair[..12])?, number(&pair[12..])?));
    let segments = pairs.chunks_exact(24).take_while(|pair| pair[0] != 0).map_while(pair);
    (segments.collect(), more == 1 || more == b'1')
}

/// Text up to the first NUL.
fn text(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A number: in octal digits, or in bytes if the highest bit is set.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first()? {
        (0x80, rest) => {
            let (high, low) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
            if high.iter().any(|byte| *byte != 0) {
                return None;
            }
            low.try_into().ok().map(u64::from_be_bytes)
        }
        // A negative number.
        (0xFF, _) => None,
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    if !rest.is_empty() && !matches!(rest[0], 0 | b' ') {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_bytes() {
        assert_eq!(number(b"00000000644\0"), Some(0o644));
        assert_eq!(number(b"    644 "), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"0000009\0"), None);
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]), Some(1 << 32));
        assert_eq!(number(&[0xFF; 12]), None);
        assert_eq!(number(&[0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn a_block_without_its_sum_is_no_header() {
        assert!(Header::of(&[0; BLOCK]).is_none());
        assert!(Header::of(&[b' '; BLOCK]).is_none());
        assert!(Header::of(&[b'7'; 100]).is_none());
    }
}
