//! Strings written in parts: `"abc" + "def"`, `'abc' 'def'`, `"abc" . "def"`, and lines that go on in the next.

/// How much may stand between two parts.
pub(super) const GAP: usize = 96;

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// What joins two strings: in most languages `+`; `.` in PHP and Perl, `..` in Lua, `&` in Basic, `~` in D and Twig,
/// `<>` in Elixir, `++` in Haskell, `||` in SQL, `^` in OCaml.
const OPERATORS: &[&[u8]] = &[b"++", b"||", b"..", b"<>", b"+", b".", b"&", b"~", b"^"];

/// What a gap is made of.
const fn is_gap(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'+' | b'.' | b'&' | b'~' | b'<' | b'>' | b'|' | b'^' | b'\\' | b'_')
}

/// What may stand before the quote of a part.
const fn is_prefix(byte: u8) -> bool {
    matches!(byte, b'f' | b'b' | b'r' | b'u' | b'L' | b'@' | b'$')
}

/// How long the gap is that begins with the quote at `at` and ends with the one that opens the next part.
pub(super) fn decode(haystack: &[u8], at: usize) -> Option<usize> {
    let quote = haystack[at];
    if !is_quote(quote)
        || at == 0
        || !joins(haystack[at - 1])
        || !haystack.get(at + 1).is_some_and(|&byte| is_gap(byte))
    {
        return None;
    }
    let gap = &haystack[at + 1..haystack.len().min(at + GAP)];
    let blanks = |from: usize| gap.iter().skip(from).take_while(|&&byte| is_blank(byte)).count();
    let mut place = blanks(0);
    // At the end of a line of Python or Basic.
    if matches!(gap.get(place), Some(b'\\' | b'_')) && matches!(gap.get(place + 1), Some(b'\n' | b'\r')) {
        place += 1 + blanks(place + 1);
    }
    let operator = OPERATORS.iter().find(|operator| gap[place..].starts_with(operator));
    if let Some(operator) = operator {
        place += operator.len() + blanks(place + operator.len());
        if matches!(gap.get(place), Some(b'\\' | b'_')) && matches!(gap.get(place + 1), Some(b'\n' | b'\r')) {
            place += 1 + blanks(place + 1);
        }
        // `f"…"`, `b"…"`, `@"…"`
        if gap.get(place).is_some_and(|&byte| is_prefix(byte)) {
            place += 1;
        }
    } else if place == 0 {
        return None;
    }
    let opens =
        gap.get(place).is_some_and(|&byte| if operator.is_some() { is_quote(byte) } else { byte == quote });
    let goes_on = haystack.get(at + 2 + place).is_some_and(|&byte| joins(byte));
    (opens && goes_on).then_some(place + 2)
}

/// Whether a token may go on after this byte, or up to it.
const fn joins(byte: u8) -> bool {
    crate::context::is_token(byte) || byte == b'='
}

/// How long the end of a line at `at` is that goes on in the next one: a backslash in the middle of a token, and the
/// blanks that the next line begins with.
pub(super) fn continuation(haystack: &[u8], at: usize) -> Option<usize> {
    let rest = &haystack[at..haystack.len().min(at + GAP)];
    let end = match rest {
        [b'\\', b'\n', ..] => 2,
        [b'\\', b'\r', b'\n', ..] => 3,
        _ => return None,
    };
    let indent = rest[end..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    let goes_on = haystack.get(at + end + indent).is_some_and(|&byte| joins(byte));
    (at > 0 && joins(haystack[at - 1]) && goes_on).then_some(end + indent)
}

/// Where the gap begins that ends before the token at `at`, which stands after a quote.
pub(super) fn gap_before(haystack: &[u8], at: usize) -> Option<usize> {
    let near = at.saturating_sub(GAP);
    let before = &haystack[near..at - 1];
    let prefix = usize::from(before.last().is_some_and(|&byte| is_prefix(byte)));
    let before = &before[..before.len() - prefix];
    let length = before.iter().rev().take_while(|&&byte| is_gap(byte)).count();
    let start = near + before.len().checked_sub(length + 1)?;
    (length > 0 && decode(haystack, start).is_some_and(|length| start + length == at)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> bool {
        let text = text.as_bytes();
        let first = text.iter().skip(1).position(|&byte| is_quote(byte)).map_or(0, |at| at + 1);
        let second = text.len() - 4;
        let length = decode(text, first);
        assert_eq!(gap_before(text, second), length.map(|_| first), "{}", text.escape_ascii());
        length.is_some_and(|length| first + length == second)
    }

    #[test]
    fn parts_are_joined_as_languages_do() {
        for gap in [
            "\" + \"",
            "\"+\"",
            "\" . \"",
            "\" .. \"",
            "\" & \"",
            "\" <> \"",
            "\" || \"",
            "\" \"",
            "\"\n   \"",
            "\" +\n \"",
            "\"\n + \"",
            "\" \\\n  \"",
            "\" + f\"",
            "\" + '",
        ] {
            assert!(joined(&format!("\"abc{gap}def\"")), "{gap:?}");
        }
    }

    #[test]
    fn what_stands_apart_is_not_joined() {
        for gap in ["\", \"", "\": \"", "\"\"", "\" = \"", "\" ' ", "\" + x + \""] {
            assert!(!joined(&format!("\"abc{gap}def\"")), "{gap:?}");
        }
    }

    #[test]
    fn a_backslash_continues_a_token() {
        assert_eq!(continuation(b"abc\\\n  def", 3), Some(4));
        assert_eq!(continuation(b"curl \\\n  -u", 5), None);
    }
}
