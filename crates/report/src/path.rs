//! Paths as URIs, and the containers on them, without ever showing more than the masked path does.

use keysieve_finding::{Location, Origin, shown};

/// The raw bytes of a location's path where nothing in it had to be hidden, else the masked text. A name that is not
/// UTF-8 is then still found by its URI.
pub(crate) fn bytes(location: &Location) -> Vec<u8> {
    if is_whole(location) { location.origin.path() } else { location.path.clone().into_bytes() }
}

/// Whether nothing in a location's path had to be hidden.
pub(crate) fn is_whole(location: &Location) -> bool {
    let raw = location.origin.path();
    shown(&raw) == location.path || String::from_utf8_lossy(&raw) == location.path
}

/// The names of the containers around a location and then its own name in the innermost, the outermost first. Read off
/// the masked path where something is hidden in it, so that a name shows nothing that the path does not.
pub(crate) fn parts(location: &Location) -> Vec<Vec<u8>> {
    if is_whole(location) {
        let mut parts = location.origin.containers();
        parts.push(match &location.origin {
            Origin::Entry { path, .. } => path.to_vec(),
            _ => location.origin.path(),
        });
        parts
    } else if matches!(location.origin, Origin::Entry { .. }) {
        location.path.split("!/").map(|part| part.as_bytes().to_vec()).collect()
    } else {
        vec![location.path.clone().into_bytes()]
    }
}

/// A relative path percent-encoded as RFC 3986 has it. A colon is encoded too: in the first part it would end a scheme.
pub(crate) fn uri(path: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut uri = String::with_capacity(path.len());
    for &byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'@' => {
                uri.push(char::from(byte))
            }
            _ => {
                uri.push('%');
                uri.push(char::from(HEX[usize::from(byte >> 4)]));
                uri.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn at(origin: Origin, path: &str) -> Location {
        Location {
            origin,
            path: path.to_owned(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 2,
            utf16_column: 1,
            utf16_end_column: 2,
            byte_start: 0,
            byte_end: 1,
            binary: false,
            decoded_by: Vec::new(),
            snippet: None,
            git: None,
            layer: None,
        }
    }

    #[test]
    fn uris_encode_what_a_path_may_not_hold() {
        assert_eq!(uri(b"a b/c#d.txt"), "a%20b/c%23d.txt");
        assert_eq!(uri("größe:x".as_bytes()), "gr%C3%B6%C3%9Fe%3Ax");
        assert_eq!(uri(b"a.zip!/x%21/y\x1b"), "a.zip!/x%2521/y%1B");
        assert_eq!(uri(b"{[<>]}\"\\^`|?'"), "%7B%5B%3C%3E%5D%7D%22%5C%5E%60%7C%3F%27");
    }

    #[test]
    fn a_name_that_is_not_utf8_keeps_its_bytes() {
        assert_eq!(bytes(&at(Origin::file(b"a\xff"), r"a\xff")), b"a\xff");
    }

    #[test]
    fn a_hidden_part_of_a_path_stays_hidden() {
        let outer = Arc::new(Origin::file(b"hunter2.zip"));
        let entry = Origin::Entry { outer, path: Arc::from(&b"x/y"[..]) };
        let location = at(entry, "….zip!/x/y");
        assert_eq!(bytes(&location), "….zip!/x/y".as_bytes());
        assert_eq!(parts(&location), ["….zip".as_bytes(), b"x/y"]);
        let location = at(Origin::file(b"hunter2!/x"), "…%21/x");
        assert_eq!(parts(&location), ["…%21/x".as_bytes()]);
    }

    #[test]
    fn a_literal_separator_in_a_name_does_not_split_it() {
        let outer = Arc::new(Origin::file(b"a!/b.zip"));
        let entry = Origin::Entry { outer, path: Arc::from(&b"x"[..]) };
        assert_eq!(parts(&at(entry, "a%21/b.zip!/x")), [&b"a!/b.zip"[..], b"x"]);
    }
}
