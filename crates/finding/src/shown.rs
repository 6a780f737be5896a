//! Names that are bytes, as text.

use std::fmt::Write;

/// A name as reports show it: what is no UTF-8 and what controls a terminal is written out, as in `caf\xe9` and `a\nb`,
/// so that two names never look alike because of that. Everything else is itself.
///
/// ```
/// use keysieve_finding::shown;
///
/// assert_eq!(shown("größe.txt".as_bytes()), "größe.txt");
/// assert_eq!(shown(b"caf\xe9\x1b[31m\n"), r"caf\xe9\x1b[31m\n");
/// ```
#[must_use]
pub fn shown(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    push_shown(&mut text, name);
    text
}

/// Appends a name, or a part of one, as [`shown`] has it.
pub fn push_shown(text: &mut String, name: &[u8]) {
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' | '\r' | '\t' => text.extend(character.escape_default()),
                control if control.is_ascii_control() => hexadecimal(text, control as u8),
                control if control.is_control() => text.extend(control.escape_unicode()),
                other => text.push(other),
            }
        }
        chunk.invalid().iter().for_each(|byte| hexadecimal(text, *byte));
    }
}

fn hexadecimal(text: &mut String, byte: u8) {
    // A string takes everything.
    let _ = write!(text, "\\x{byte:02x}");
}
