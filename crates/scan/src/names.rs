//! Names of files and entries: a secret in one is as public as what is in the file.

use std::sync::Arc;

use keysieve_finding::Origin;
use keysieve_source::{Blob, Carry};

use crate::sink::Sink;

/// What a name is called as something of its own.
const NAME: &[u8] = b"(name)";

/// How long a part of a name must be to be a token.
const LEAST: usize = 16;

/// Looks at the name of an object, if there could be a secret in it. Names in git are objects of their own.
pub(crate) fn look(sink: &Sink<'_>, origin: &Origin) {
    let name = match origin {
        Origin::File { path } | Origin::Entry { path, .. } | Origin::Image { path, .. } => path,
        _ => return,
    };
    if !may_hold_a_token(name) {
        return;
    }
    let origin = Origin::Entry { outer: Arc::new(origin.clone()), path: NAME.into() };
    let mut carry = Carry::new();
    sink.name(Blob { origin: &origin, bytes: name, offset: 0, line: 1, last: true, carry: &mut carry });
}

/// Whether something in a name is as long as a token, and neither a word nor a digest.
fn may_hold_a_token(name: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    name.split(|byte| !is_part(byte)).any(|part| {
        part.len() >= LEAST
            && part.iter().any(u8::is_ascii_digit)
            && part.iter().any(|byte| byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_digests_are_not_looked_at() {
        for name in ["src/main.rs", "a/3f786850e387550fdaaa", "node_modules/internationalization/index.js"] {
            assert!(!may_hold_a_token(name.as_bytes()), "{name}");
        }
        assert!(may_hold_a_token(b"backup/key-0123456789zyxw.txt"));
    }
}
