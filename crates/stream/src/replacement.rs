//! What stands in the place of a secret.

use std::fmt;
use std::ops::Range;

use hmac::{Hmac, Mac};
use keysieve_finding::{MaskKind, Secret};
use memchr::memmem;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Label;

/// What stands in the place of a secret. Whatever it is, masking a second time changes nothing: a text in brackets is
/// known again as such, and the other forms keep what they have made themselves.
#[derive(Clone, Debug, Default)]
pub enum Replacement {
    /// Always the same text.
    Fixed(String),
    /// `[REDACTED:github-pat]`.
    #[default]
    Type,
    /// The first and last characters, at most so many each, at most four, at most a quarter of the whole; stars between.
    Partial(usize),
    /// As many stars as it has bytes.
    Length,
    /// Letters become `x` or `X`, digits `0`; a token's first four characters and its separators stay.
    Format,
    /// `[REDACTED:github-pat:KEY-ID:PSEUDONYM]`: the same for the same secret under the same key, everywhere.
    Pseudonym(PseudonymKey),
}

/// What every mask in brackets begins with.
const MARK: &[u8] = b"[REDACTED";

/// The key of pseudonyms, and its name.
#[derive(Clone)]
pub struct PseudonymKey {
    id: String,
    key: Zeroizing<Vec<u8>>,
}

/// A key file that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected one line of at least 16 characters, or `ID:KEY` with an id of letters, digits, `-`, `_` and `.`"
)]
pub struct PseudonymKeyError;

impl PseudonymKey {
    /// What a key file holds: `ID:KEY` on one line, or a key alone, whose id is then made of it. A key has at least 16
    /// bytes. Change the key together with its id, so that old and new pseudonyms are not taken for different secrets.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(text: &[u8]) -> Result<Self, PseudonymKeyError> {
        let line = text.trim_ascii();
        let named = line.iter().position(|&byte| byte == b':').map(|at| (&line[..at], &line[at + 1..]));
        let is_id = |id: &[u8]| {
            (1..=32).contains(&id.len())
                && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        };
        let (id, key) = match named {
            Some((id, key)) if is_id(id) => (String::from_utf8_lossy(id).into_owned(), key),
            _ => (String::new(), line),
        };
        if key.len() < 16 || memchr::memchr(b'\n', key).is_some() {
            return Err(PseudonymKeyError);
        }
        let mut this = Self { id, key: Zeroizing::new(key.to_vec()) };
        if this.id.is_empty() {
            this.id = this.of(b"keysieve key id", 4);
        }
        Ok(this)
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The pseudonym of a value: HMAC-SHA-256 in base32 (RFC 4648, lower case), 80 bits of it.
    #[must_use]
    pub fn pseudonym(&self, value: &[u8]) -> String {
        self.of(value, 16)
    }

    fn of(&self, value: &[u8], characters: usize) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(value);
        let digest = mac.finalize().into_bytes();
        let bit = |at: usize| digest[at / 8] >> (7 - at % 8) & 1;
        let five = |first: usize| (first..first + 5).fold(0, |all, at| all << 1 | bit(at));
        (0..characters).map(|index| char::from(ALPHABET[usize::from(five(index * 5))])).collect()
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PseudonymKey({})", self.id)
    }
}

impl Replacement {
    /// Appends what stands in the place of `shown`, the bytes of the stream that hold the secret. `plain` says that they
    /// are the secret itself and no encoding of it. No byte that it appends needs an escape in JSON, but for those of a
    /// fixed text.
    pub fn write(&self, label: &Label, value: &Secret, shown: &[u8], plain: bool, out: &mut Vec<u8>) {
        match self {
            Self::Fixed(text) => out.extend_from_slice(text.as_bytes()),
            Self::Type => bracketed(out, label, &[]),
            Self::Pseudonym(key) => bracketed(out, label, &[key.id(), &key.pseudonym(value.expose())]),
            Self::Length => out.resize(out.len() + shown.len(), b'*'),
            Self::Partial(most) => {
                let simple =
                    plain && value.kind() == MaskKind::Token && shown.iter().all(u8::is_ascii_graphic);
                let edge = if simple { (*most).min(4).min(shown.len() / 8) } else { 0 };
                out.extend(edge_of(&shown[..edge]));
                out.resize(out.len() + shown.len() - 2 * edge, b'*');
                out.extend(edge_of(&shown[shown.len() - edge..]));
            }
            Self::Format => {
                let kept = if plain { Secret::shown(shown, value.kind()) } else { 0 };
                out.extend(edge_of(&shown[..kept]));
                out.extend(shown[kept..].iter().map(|&byte| flat(byte)));
            }
        }
    }

    /// Whether a mask is as long as what it stands for.
    pub(crate) fn keeps_length(&self) -> bool {
        matches!(self, Self::Length | Self::Partial(_) | Self::Format)
    }

    /// What of a span is not a mask in brackets already, or a part of one: where a mask stands in a text, other rules can
    /// take it for something else.
    pub(crate) fn unmasked(text: &[u8], span: Range<usize>) -> Vec<Range<usize>> {
        const LONGEST: usize = 160;
        let from = span.start.saturating_sub(LONGEST);
        let mut parts = Vec::new();
        let mut at = span.start;
        for start in memmem::find_iter(&text[from..span.end], MARK).map(|start| from + start) {
            let limit = text.len().min(start + LONGEST);
            let Some(end) = memchr::memchr(b']', &text[start..limit]).map(|length| start + length + 1) else {
                continue;
            };
            if end > at {
                parts.push(at..start.clamp(at, span.end));
                at = end;
            }
        }
        if at == span.start {
            return vec![span];
        }
        parts.push(at.min(span.end)..span.end);
        parts.retain(|part| text[part.clone()].iter().any(u8::is_ascii_alphanumeric));
        parts
    }

    /// Whether the bytes are a mask of ours already.
    #[must_use]
    pub fn is_mask(&self, shown: &[u8]) -> bool {
        let shown = shown.trim_ascii();
        let bracketed = shown.starts_with(MARK)
            && shown.iter().position(|&byte| byte == b']').is_none_or(|at| at + 1 == shown.len());
        bracketed
            || match self {
                Self::Fixed(text) => !text.is_empty() && shown == text.as_bytes(),
                Self::Length => shown.iter().all(|&byte| byte == b'*'),
                Self::Partial(_) => {
                    let edge = (shown.len() / 8).min(4);
                    shown[edge..shown.len() - edge].iter().all(|&byte| byte == b'*')
                }
                Self::Format => {
                    let flat = |&byte: &u8| flat(byte) == byte;
                    shown[shown.len().min(4)..].iter().all(flat)
                        || shown.windows(12).any(|run| run.iter().all(flat))
                }
                Self::Type | Self::Pseudonym(_) => false,
            }
    }
}

fn bracketed(out: &mut Vec<u8>, label: &Label, more: &[&str]) {
    out.extend_from_slice(MARK);
    for part in std::iter::once(label.id()).chain(more.iter().copied()) {
        out.push(b':');
        out.extend(
            part.bytes()
                .map(|byte| if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) { byte } else { b'-' }),
        );
    }
    out.push(b']');
}

/// What may be shown of an edge, without what would need an escape.
fn edge_of(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.iter().map(|&byte| if byte == b'"' || byte == b'\\' { b'*' } else { byte })
}

fn flat(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => b'X',
        b'0'..=b'9' => b'0',
        b'-' | b'_' | b'.' | b'/' | b'+' | b'=' | b'~' | b':' | b' ' => byte,
        _ => b'x',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(replacement: &Replacement, shown: &[u8]) -> String {
        let mut out = Vec::new();
        let secret = Secret::new(shown, MaskKind::Token);
        replacement.write(&Label::Known("".into()), &secret, shown, true, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_form_says_as_much_as_it_promises() {
        let text = ["tok_", "Ab3dEf7hIj", "-KlMnOpQrSt"].concat();
        assert_eq!(made(&Replacement::Type, text.as_bytes()), "[REDACTED:known-value]");
        assert_eq!(made(&Replacement::Length, text.as_bytes()), "*".repeat(25));
        assert_eq!(made(&Replacement::Format, text.as_bytes()), "tok_Xx0xXx0xXx-XxXxXxXxXx");
        assert_eq!(made(&Replacement::Partial(9), text.as_bytes()), format!("tok{}rSt", "*".repeat(19)));
        assert_eq!(made(&Replacement::Partial(4), b"hunter2"), "*******");
    }

    #[test]
    fn what_keeps_its_length_is_made_once() {
        let text = ["tok_", "Ab3d", "\\u0022fhIjKlMnOp"].concat();
        for replacement in [Replacement::Length, Replacement::Format, Replacement::Partial(4)] {
            let once = made(&replacement, text.as_bytes());
            assert_eq!(made(&replacement, once.as_bytes()), once);
            assert_eq!(once.len(), text.len());
        }
    }

    #[test]
    fn what_is_masked_is_not_masked_again() {
        let parts = |text: &str, span: Range<usize>| -> Vec<String> {
            let parts = Replacement::unmasked(text.as_bytes(), span).into_iter();
            parts.map(|part| text[part].to_owned()).collect()
        };
        let text = "-u [REDACTED:some-key]:pass [REDACTED:a]:";
        assert_eq!(parts(text, 13..28), ["pass"].map(|part| format!(":{part} ")));
        assert_eq!(parts(text, 13..23), [""; 0]);
        assert_eq!(parts(text, 23..27), ["pass"].map(|part| part.to_owned()));
        assert_eq!(parts("no mask", 0..7), ["no mask"]);
    }

    #[test]
    fn pseudonyms_hang_on_the_key() {
        let key = |text: &str| PseudonymKey::parse(text.as_bytes());
        let (one, two) = (key("k1:0123456789abcdef\n").unwrap(), key("k2:fedcba9876543210").unwrap());
        assert_eq!(one.pseudonym(b"x").len(), 16);
        assert_eq!(one.pseudonym(b"x"), key("other:0123456789abcdef").unwrap().pseudonym(b"x"));
        assert_ne!(one.pseudonym(b"x"), two.pseudonym(b"x"));
        let made = made(&Replacement::Pseudonym(one), b"some value");
        assert!(made.starts_with("[REDACTED:known-value:k1:") && Replacement::Type.is_mask(made.as_bytes()));
        assert!(key("short").is_err() && key("k1:short").is_err());
        assert_eq!(key("0123456789abcdef").unwrap().id().len(), 4);
        assert!(!format!("{two:?}").contains("fedc"));
    }
}
