//! The records of a zip archive (PKWARE's APPNOTE.TXT, 6.3.10).

/// Before an entry.
pub(super) const ENTRY: [u8; 4] = *b"PK\x03\x04";
/// After the data of an entry whose sizes were not known before.
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Of an entry in the central directory.
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
/// The end.
const END: [u8; 4] = *b"PK\x05\x06";
/// The end with large numbers, and where it is.
const END_64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
/// A signature of the central directory; extra data before an encrypted one.
const SIGNATURE: [u8; 4] = *b"PK\x05\x05";
const EXTRA: [u8; 4] = *b"PK\x06\x08";
/// What an archive that was to be split begins with where it was not.
const UNSPLIT: [u8; 4] = *b"PK00";

/// The length of what is fixed in the header of an entry.
pub(super) const FIXED: usize = 30;

/// The longest record but for entries: its fixed part is looked at.
pub(super) const LOOKED_AT: usize = 46;

/// What stands before the data of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) sum: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) name: usize,
    pub(super) extra: usize,
}

/// A record that is no entry: what of it is fixed, and what follows that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) kind: Kind,
    /// Bytes to skip.
    pub(super) length: u64,
    /// Bytes of a comment behind them.
    pub(super) comment: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An entry of the central directory.
    Directory,
    End,
    Other,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

impl Header {
    /// The header that some bytes are, [`FIXED`] of them, if it makes sense.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..FIXED).filter(|bytes| bytes.starts_with(&ENTRY))?;
        let header = Self {
            flags: u16_at(bytes, 6),
            method: u16_at(bytes, 8),
            sum: u32_at(bytes, 14),
            compressed: u64::from(u32_at(bytes, 18)),
            size: u64::from(u32_at(bytes, 22)),
            name: usize::from(u16_at(bytes, 26)),
            extra: usize::from(u16_at(bytes, 28)),
        };
        // The low byte is a version times ten.
        let version = u16_at(bytes, 4) & 0xFF;
        (version <= 99 && header.method <= 99 && header.name <= 0x4000).then_some(header)
    }

    /// Whether nothing about it is odd: a version, flags and a method that are in use, a name of ordinary length.
    pub(super) fn is_usual(&self) -> bool {
        let method = matches!(self.method, 0 | 1 | 6 | 8 | 9 | 12 | 14 | 20 | 93 | 95 | 98 | 99);
        method && self.flags & !0x080F == 0 && self.name <= 1024 && self.extra <= 8192
    }

    /// Takes large numbers from the extra field.
    pub(super) fn read_extra(&mut self, mut extra: &[u8]) {
        while let [id, id_high, low, high, rest @ ..] = extra {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            let Some((field, rest)) = rest.split_at_checked(length) else { return };
            if (*id, *id_high) == (1, 0) {
                let mut at = 0;
                for number in [&mut self.size, &mut self.compressed] {
                    if *number == u64::from(u32::MAX) && field.len() >= at + 8 {
                        *number = u64_at(field, at);
                        at += 8;
                    }
                }
            }
            extra = rest;
        }
    }

    /// Whether the sizes stand behind the data.
    pub(super) fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }

    /// The size of the content, for lzma, which may not say where it ends.
    pub(super) fn known_size(&self) -> Option<u64> {
        (self.flags & 2 == 0 && !self.has_descriptor()).then_some(self.size)
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & (1 | 1 << 13) != 0 || self.method == 99
    }
}

impl Record {
    /// The record that some bytes begin, [`LOOKED_AT`] of them if there are so many.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let kind: [u8; 4] = *bytes.first_chunk()?;
        let record = |kind, length, comment| Some(Self { kind, length, comment });
        let two = |at| u64::from(u16_at(bytes, at));
        match kind {
            DIRECTORY if bytes.len() >= 46 => record(Kind::Directory, 46 + two(28) + two(30), two(32)),
            END if bytes.len() >= 22 => record(Kind::End, 22, two(20)),
            END_64 => record(Kind::Other, u64_at(bytes, 4).saturating_add(12), 0),
            LOCATOR_64 => record(Kind::Other, 20, 0),
            SIGNATURE => record(Kind::Other, 6 + two(4), 0),
            EXTRA => record(Kind::Other, 8 + u64::from(u32_at(bytes, 4)), 0),
            UNSPLIT => record(Kind::Other, 4, 0),
            DESCRIPTOR if bytes.get(4..8) == Some(&ENTRY) => record(Kind::Other, 4, 0),
            _ => None,
        }
    }
}

/// How much is looked at for what stands behind the data, the begin of what follows included.
pub(super) const LONGEST_DESCRIPTOR: usize = 28;

/// What stands behind the data of an entry: the check sum, and how long it all is. With or without a mark, with sizes of
/// four bytes or of eight: that is right which says how many bytes there were and is followed by a record.
pub(super) fn descriptor(bytes: &[u8], compressed: u64) -> Option<(u32, usize)> {
    let marked = if bytes.starts_with(&DESCRIPTOR) { 4 } else { 0 };
    let said = |at: usize, long: bool| {
        let number = if long { u64_at(bytes, at + 4) } else { u64::from(u32_at(bytes, at + 4)) };
        let end = at + if long { 20 } else { 12 };
        (bytes.len() >= end && number == compressed).then_some((u32_at(bytes, at), end))
    };
    let forms = [(marked, false), (marked, true), (0, false), (0, true)];
    let fit: Vec<_> = forms.into_iter().filter_map(|(at, long)| said(at, long)).collect();
    let followed = |end: usize| bytes.len() == end || bytes[end..].starts_with(b"PK");
    fit.iter().find(|(_, end)| followed(*end)).or(fit.first()).copied()
}
