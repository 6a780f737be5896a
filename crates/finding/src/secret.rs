//! A value that must not be printed.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// What stands for the hidden part of a secret.
pub const MASK: &str = "…";

/// How much of a secret its mask may show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskKind {
    /// The first four characters, if it has at least sixteen: enough to tell which one it is.
    #[default]
    Token,
    /// Nothing: people choose passwords, and four characters of one are a good part of it.
    Password,
}

/// The bytes of a secret. `Debug` and `Display` show the mask; [`Secret::expose`] is the one way out. The bytes are
/// wiped when it is dropped.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret {
    bytes: Box<[u8]>,
    password: bool,
    /// Whether `bytes` are only what its mask shows.
    withheld: bool,
}

impl Secret {
    /// Keeps a copy of the bytes.
    #[must_use]
    pub fn new(bytes: &[u8], kind: MaskKind) -> Self {
        Self { bytes: bytes.into(), password: kind == MaskKind::Password, withheld: false }
    }

    /// One of which only is known what its mask shows, because it was found in an earlier run.
    #[must_use]
    pub fn withheld(shown: &[u8], kind: MaskKind) -> Self {
        Self { bytes: shown.into(), password: kind == MaskKind::Password, withheld: true }
    }

    /// Whether its bytes are not known.
    #[must_use]
    pub const fn is_withheld(&self) -> bool {
        self.withheld
    }

    /// The raw bytes; of one that is [withheld](Self::withheld) those that its mask shows. Every call is a place where a
    /// secret could leak.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// How it may be shown.
    #[must_use]
    pub fn kind(&self) -> MaskKind {
        if self.password { MaskKind::Password } else { MaskKind::Token }
    }

    /// How many leading bytes the mask of `bytes` may show: at most the first four characters of sixteen or more,
    /// cut at the first one that is not plain printable ASCII, and nothing of a password.
    #[must_use]
    pub fn shown(bytes: &[u8], kind: MaskKind) -> usize {
        if kind == MaskKind::Password || bytes.len() < 16 {
            return 0;
        }
        bytes[..4].iter().take_while(|byte| byte.is_ascii_graphic()).count()
    }

    /// The mask: what reports show in its place.
    #[must_use]
    pub fn masked(&self) -> String {
        let shown = match self.withheld {
            true => &self.bytes,
            false => &self.bytes[..Self::shown(&self.bytes, self.kind())],
        };
        let mut mask = String::from_utf8_lossy(shown).into_owned();
        mask.push_str(MASK);
        mask
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.masked())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tokens_and_passwords_show_nothing() {
        assert_eq!(Secret::new(b"123456789012345", MaskKind::Token).masked(), "…");
        assert_eq!(Secret::new(b"1234567890123456", MaskKind::Token).masked(), "1234…");
        assert_eq!(Secret::new(b"1234567890123456", MaskKind::Password).masked(), "…");
    }

    #[test]
    fn one_that_is_withheld_has_the_same_mask() {
        let whole = Secret::new(b"1234567890123456", MaskKind::Token);
        let shown = &whole.expose()[..Secret::shown(whole.expose(), whole.kind())];
        let withheld = Secret::withheld(shown, whole.kind());
        assert_eq!(withheld.masked(), whole.masked());
        assert_eq!(withheld.expose(), b"1234");
        assert!(withheld.is_withheld() && !whole.is_withheld());
    }

    #[test]
    fn a_mask_holds_no_control_characters() {
        assert_eq!(Secret::new(b"ab\x1b[31m-----------", MaskKind::Token).masked(), "ab…");
    }
}
