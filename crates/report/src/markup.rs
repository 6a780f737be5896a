//! Text between tags.

use crate::visible::visible;

/// Text for XML and HTML, between tags and in quoted attributes: controls written out, what has a meaning there
/// replaced. U+FFFE and U+FFFF are in no XML document.
pub(crate) fn escape(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Plain text for Markdown that allows HTML in it: nothing in it formats, links, mentions or breaks a table.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // An entity, because a backslash keeps nobody from being mentioned.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' | '$' | ':' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_taken_for_markup() {
        assert_eq!(escape("<a href='x'>&\u{1b}\u{ffff}"), "&lt;a href=&#39;x&#39;&gt;&amp;\\x1b\u{fffd}");
        assert_eq!(markdown("[a](b) |@me <i>"), "\\[a\\]\\(b\\) \\|&#64;me &lt;i&gt;");
    }
}
