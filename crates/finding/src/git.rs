//! What only a git repository says of a place.

use std::fmt;

use serde::{Serialize, Serializer};

/// The name of an object in a repository: a SHA-1 or a SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    long: bool,
}

impl ObjectId {
    /// The name in 20 or 32 bytes; none for any other number of them.
    #[must_use]
    pub fn from_bytes(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let long = match name.len() {
            20 => false,
            32 => true,
            _ => return None,
        };
        bytes[..name.len()].copy_from_slice(name);
        Some(Self { bytes, long })
    }

    /// The name in 40 or 64 hexadecimal digits; none for anything else.
    #[must_use]
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        if !matches!(digits.len(), 40 | 64) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self { bytes, long: digits.len() == 64 })
    }

    /// Its 20 or 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        if self.long { &self.bytes } else { &self.bytes[..20] }
    }

    /// The twelve digits that are shown where there is little room.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

/// The value of a hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which part of a repository an object is, or which part of an object is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GitPart {
    /// The content of a file, or the target of a symbolic link.
    Blob,
    /// The name of a file or directory in a tree.
    FileName,
    /// What a commit says.
    CommitMessage,
    /// Who made a commit, and whatever else stands above its message.
    CommitHeader,
    /// What a tag says.
    TagMessage,
    /// Who made a tag, and whatever else stands above its message.
    TagHeader,
    /// The name of a branch, a tag or another reference.
    RefName,
}

impl GitPart {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::FileName => "file-name",
            Self::CommitMessage => "commit-message",
            Self::CommitHeader => "commit-header",
            Self::TagMessage => "tag-message",
            Self::TagHeader => "tag-header",
            Self::RefName => "ref-name",
        }
    }

    /// The directory below `.git` that reports put an object in which no path leads to. No tree can hold a path that
    /// begins so.
    pub(crate) const fn directory(self) -> &'static str {
        match self {
            Self::Blob => ".git/blobs/",
            Self::FileName => ".git/trees/",
            Self::CommitMessage | Self::CommitHeader => ".git/commits/",
            Self::TagMessage | Self::TagHeader => ".git/tags/",
            Self::RefName => ".git/",
        }
    }
}

/// What still leads to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GitState {
    /// It is in the commit that is checked out.
    Live,
    /// It is not, but a reference leads to it: another one, or the same by its history.
    OtherRef,
    /// No reference leads to it. It is kept until git collects its garbage, and by whoever fetched it before.
    Unreachable,
}

impl GitState {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::OtherRef => "other-ref",
            Self::Unreachable => "unreachable",
        }
    }
}

/// How a place is embedded in the history of its repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitPlace {
    /// The object whose bytes are shown.
    pub object: Option<ObjectId>,
    /// What of it.
    pub part: GitPart,
    /// The first commit that has it there; for what a commit says, that commit.
    pub commit: Option<ObjectId>,
    /// When that commit was written, in seconds since 1970 and minutes east of Greenwich.
    pub author_date: Option<(i64, i32)>,
    /// The last commit that has it there.
    pub last_commit: Option<ObjectId>,
    /// What still leads to it.
    pub state: GitState,
    /// References that lead to it: those whose latest commit has it, else one whose history has.
    pub refs: Vec<String>,
    /// In how many versions of the file it stands.
    pub versions: u64,
    /// Where the first and the last commit stand among all, those without parents first.
    pub ranks: (u32, u32),
}

impl GitPlace {
    /// The date as ISO 8601 has it, with the offset of its author.
    #[must_use]
    pub fn author_date(&self) -> Option<String> {
        self.author_date.map(|(seconds, offset)| iso8601(seconds, offset))
    }
}

/// Who wrote a commit, and what it says; masked, because either can hold a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authored {
    /// The author's name.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// The message, without line breaks at its end.
    pub message: String,
}

/// A moment, in seconds since 1970, as RFC 3339 writes it in a zone that is so many minutes ahead of UTC, by the civil
/// calendar.
#[must_use]
pub fn iso8601(seconds: i64, offset: i32) -> String {
    let offset = offset.clamp(-1439, 1439);
    let local = seconds.clamp(-62_135_596_800, 253_402_214_400) + i64::from(offset) * 60;
    let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    // Days from 1 March of year 0, in eras of 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let zone = match offset {
        0 => "Z".to_owned(),
        _ => {
            format!("{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 60, offset.abs() % 60)
        }
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_in_hexadecimal() {
        for digits in ["0123456789abcdef0123456789abcdef01234567", &"c0".repeat(32)] {
            let id = ObjectId::from_hex(digits.as_bytes()).expect("a name");
            assert_eq!(id.to_string(), digits);
            assert_eq!(ObjectId::from_bytes(id.as_bytes()), Some(id));
        }
        assert_eq!(ObjectId::from_hex(b"0123"), None);
        assert_eq!(ObjectId::from_hex(&[b'x'; 40]), None);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(iso8601(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(iso8601(951_782_400, 330), "2000-02-29T05:30:00+05:30");
        assert_eq!(iso8601(1_700_000_000, -480), "2023-11-14T14:13:20-08:00");
        assert_eq!(iso8601(-1, 0), "1969-12-31T23:59:59Z");
        assert!(iso8601(i64::MAX, i32::MAX).starts_with("9999-"), "a year beyond all calendars");
    }
}
