//! Text from outside, made safe to show.

use std::fmt::{self, Write};

/// Shows text with what could move a cursor, change a colour or reorder a line written out instead: `\x1b`, `\n`,
/// `\u{202e}`.
pub(crate) struct Visible<'a>(pub(crate) &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_hidden) {
            f.write_str(&rest[..at])?;
            let mut characters = rest[at..].chars();
            match characters.next() {
                Some('\n') => f.write_str("\\n")?,
                Some('\r') => f.write_str("\\r")?,
                Some('\t') => f.write_str("\\t")?,
                Some(c) if u32::from(c) < 0x100 => write!(f, "\\x{:02x}", u32::from(c))?,
                Some(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                None => {}
            }
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

/// C0, DEL and C1 controls, line and paragraph separators, and the marks that change the direction of text or have no
/// width: each can make a terminal show something else than what is there.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text with nothing hidden in it.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // A String takes everything, so there is no error to hand on.
    let _ = write!(shown, "{}", Visible(text));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_written_out() {
        assert_eq!(visible("a\x1b[31mb\u{9b}c\u{202e}d\n"), "a\\x1b[31mb\\x9bc\\u{202e}d\\n");
        assert_eq!(visible("größe 鍵 🔑"), "größe 鍵 🔑");
    }
}
