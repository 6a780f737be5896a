//! Extended headers (POSIX.1-2001, `pax`), and how GNU tar writes sparse files in them.

use super::header::Segments;

/// The most parts of a map of a sparse file: 16 MiB of memory.
pub(crate) const MOST_SEGMENTS: usize = 1 << 20;

/// What extended headers say of entries, of those things that matter here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link: Option<Vec<u8>>,
    /// Bytes of content that follow the header.
    pub(crate) size: Option<u64>,
    pub(crate) sparse: Sparse,
    /// Whether they end in something that is no record.
    pub(crate) damaged: bool,
}

/// What they say of a sparse file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sparse {
    /// The name of the file; the header then has one that is made up.
    name: Option<Vec<u8>>,
    /// The size with the holes.
    pub(crate) real_size: Option<u64>,
    /// Whether the map stands at the begin of the content: format 1.0.
    pub(crate) map_in_content: bool,
    /// The map: formats 0.0 and 0.1.
    pub(crate) map: Segments,
    offset: Option<u64>,
}

impl Records {
    /// Reads records over what others said before.
    pub(crate) fn read(mut self, mut bytes: &[u8]) -> Self {
        while !bytes.is_empty() {
            let Some((key, value, rest)) = record(bytes) else {
                // NULs at the end are how some programs fill up.
                self.damaged |= bytes.iter().any(|byte| *byte != 0);
                break;
            };
            self.note(key, value);
            bytes = rest;
        }
        self
    }

    fn note(&mut self, key: &[u8], value: &[u8]) {
        let text = || (!value.is_empty()).then(|| value.to_vec());
        match key {
            b"path" => self.path = text(),
            b"linkpath" => self.link = text(),
            b"size" => self.size = decimal(value),
            b"GNU.sparse.major" => self.sparse.map_in_content = value == b"1",
            b"GNU.sparse.name" => self.sparse.name = text(),
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse.real_size = decimal(value),
            b"GNU.sparse.offset" => self.sparse.offset = decimal(value),
            b"GNU.sparse.numbytes" => {
                if let (Some(offset), Some(length)) = (self.sparse.offset.take(), decimal(value)) {
                    self.sparse.add(offset, length);
                }
            }
            b"GNU.sparse.map" => {
                let mut numbers = value.split(|byte| *byte == b',').map(decimal);
                while let (Some(Some(offset)), Some(Some(length))) = (numbers.next(), numbers.next()) {
                    self.sparse.add(offset, length);
                }
            }
            _ => {}
        }
    }

    /// The name of the entry, if they say one.
    pub(crate) fn name(&mut self) -> Option<Vec<u8>> {
        self.sparse.name.take().or(self.path.take())
    }
}

impl Sparse {
    fn add(&mut self, offset: u64, length: u64) {
        if self.map.len() < MOST_SEGMENTS {
            self.map.push((offset, length));
        }
    }
}

/// `length key=value\n`, where the length counts all of it: the key, the value and what follows.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&bytes[..space])?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', record)?;
    Some((&record[..equals], &record[equals + 1..], rest))
}

/// A number in digits, as far as there are any.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_by_their_length() {
        let read = Records::default().read(b"12 path=a=b\n13 size=1234\n18 linkpath=x\ny z\n\0\0");
        assert_eq!((read.path.as_deref(), read.size), (Some(&b"a=b"[..]), Some(1234)));
        assert_eq!((read.link.as_deref(), read.damaged), (Some(&b"x\ny z"[..]), false));
        assert!(Records::default().read(b"99 path=a\n").damaged);
        assert!(Records::default().read(b"99999999999999999999999 path=a\n").damaged);
    }

    #[test]
    fn maps_come_in_pairs() {
        let old = b"24 GNU.sparse.offset=10\n25 GNU.sparse.numbytes=5\n24 GNU.sparse.offset=20\n25 GNU.sparse.numbytes=7\n";
        assert_eq!(Records::default().read(old).sparse.map, [(10, 5), (20, 7)]);
        let new = b"28 GNU.sparse.map=10,5,20,7\n";
        assert_eq!(Records::default().read(new).sparse.map, [(10, 5), (20, 7)]);
    }
}
