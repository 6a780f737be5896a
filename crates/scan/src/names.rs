//! Names of files and entries, and where links lead: a secret there is as public as what is in a file.

use std::sync::Arc;

use keysieve_finding::Origin;
use keysieve_source::{Blob, Carry};

use crate::sink::Sink;

/// What a name is called as something of its own.
const NAME: &[u8] = b"(name)";

/// What the target of a link is called as something of its own.
const TARGET: &[u8] = b"(link)";

/// How long a part of a name must be to be a token.
const LEAST: usize = 16;

/// Looks at the name of an object, if there could be a secret in it. Names in git are objects of their own.
pub(crate) fn look(sink: &Sink<'_>, origin: &Origin) {
    let name = match origin {
        Origin::File { path } | Origin::Entry { path, .. } | Origin::Image { path, .. } => path,
        _ => return,
    };
    look_at(sink, origin, NAME, name);
}

/// Looks at the name of a link, and at where it leads.
pub(crate) fn look_at_link(sink: &Sink<'_>, origin: &Origin, target: &[u8]) {
    look(sink, origin);
    look_at(sink, origin, TARGET, target);
}

fn look_at(sink: &Sink<'_>, origin: &Origin, what: &[u8], text: &[u8]) {
    if !may_hold_a_token(text) {
        return;
    }
    let origin = Origin::Entry { outer: Arc::new(origin.clone()), path: what.into() };
    let mut carry = Carry::new();
    sink.name(Blob { origin: &origin, bytes: text, offset: 0, line: 1, last: true, carry: &mut carry });
}

/// Whether something in a name is as long as a token, and neither a word nor a digest.
fn may_hold_a_token(name: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    // A token can do without a digit, but then it has letters of both cases behind its prefix.
    let is_random = |part: &[u8]| {
        part.iter().any(u8::is_ascii_digit)
            || part.iter().any(u8::is_ascii_uppercase)
                && part.iter().any(u8::is_ascii_lowercase)
                && part.iter().any(|byte| matches!(byte, b'_' | b'-'))
    };
    name.split(|byte| !is_part(byte)).any(|part| {
        part.len() >= LEAST
            && is_random(part)
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
        assert!(may_hold_a_token(b"backup/glpat-qWErtyUIopASdfGH.txt"));
        assert!(!may_hold_a_token(b"src/VeryLongNameOfAClass.java"));
    }
}
