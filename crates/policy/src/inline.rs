//! Comments that allow a secret where it stands.

use memchr::memmem;

use crate::{Attributes, Date};

/// The longest line in which comments are looked for, in bytes. Nobody writes a comment into a longer one, and a
/// minified bundle with a thousand findings on its only line would be searched a thousand times.
pub const LONGEST_LINE: usize = 8192;

/// The comment of our own, which may go on with the rules it is about.
const OURS: &str = "keysieve:allow";

/// Every comment that counts, as its name and whether it speaks of the line below it rather than of its own.
pub const MARKERS: &[(&str, bool)] = &[
    (OURS, false),
    ("gitleaks:allow", false),
    ("betterleaks:allow", false),
    ("trufflehog:ignore", false),
    ("kingfisher:ignore", false),
    ("ggignore", false),
    ("pragma: allowlist secret", false),
    ("pragma: allowlist nextline secret", true),
    ("secretlint-disable-line", false),
    ("secretlint-disable-next-line", true),
];

/// A comment that allows a secret where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InlineAllow {
    /// Which of the [`MARKERS`] it is.
    pub marker: &'static str,
    /// What it says of itself; only ours can.
    pub attributes: Attributes,
}

/// The comment that allows a secret in a line, if there is one: the first that has not expired.
///
/// `line` is the text of the line or lines that the secret stands on, `previous` that of the line before them, both
/// decoded; either may be cut, as long as what is left is longer than [`LONGEST_LINE`]. `rule` is the id of the rule
/// that found it, `aliases` are its former ones; `today` is the day for which expiry is judged.
///
/// Whatever the language, a comment counts anywhere in the line. Those of other tools allow every rule; ours may name
/// some:
///
/// ```text
/// comment   = "keysieve:allow" [ blanks rule *( [blanks] "," [blanks] rule ) ] [ blanks "--" reason ]
/// rule      = letter or digit, then letters, digits and "-"
/// reason    = words, of which "expires=YYYY-MM-DD" is the last day and "owner=…" whom to ask
/// ```
///
/// So a word right after it is always a rule's id, and a reason needs the `--`: `keysieve:allow old key` is about a
/// rule called `old`, and allows nothing else. What else may follow (`*/`, `-->`, a quote) ends the comment. An
/// `expires=` that is no day lets the comment count for nothing, as one that is over does.
///
/// ```
/// use keysieve_policy::{Date, inline_allow};
///
/// let today = Date::new(2026, 11, 30).expect("a date");
/// let line = b"token: abc  # keysieve:allow acme-key, acme-pat -- revoked in May owner=ops";
/// let allow = inline_allow(line, None, "acme-pat", &[], today).expect("allowed");
/// assert_eq!(allow.attributes.reason.as_deref(), Some("revoked in May"));
/// assert_eq!(allow.attributes.owner.as_deref(), Some("ops"));
/// assert_eq!(inline_allow(line, None, "other-key", &[], today), None);
/// ```
#[must_use]
pub fn inline_allow(
    line: &[u8],
    previous: Option<&[u8]>,
    rule: &str,
    aliases: &[String],
    today: Date,
) -> Option<InlineAllow> {
    let names = |id: &[u8]| id == rule.as_bytes() || aliases.iter().any(|alias| id == alias.as_bytes());
    MARKERS.iter().find_map(|&(marker, next_line)| {
        let text = if next_line { previous? } else { line };
        if text.len() > LONGEST_LINE {
            return None;
        }
        memmem::find_iter(text, marker).find_map(|start| {
            let after = &text[start + marker.len()..];
            if !stands_alone(&text[..start], after) {
                return None;
            }
            if marker != OURS {
                return Some(InlineAllow { marker, attributes: Attributes::default() });
            }
            let attributes = attributes(after)?;
            let allows = speaks_of(after, names) && !attributes.expired(today);
            allows.then_some(InlineAllow { marker, attributes })
        })
    })
}

/// The comment that would allow a secret and has expired, if there is one and none that counts.
#[must_use]
pub fn expired_allow(
    line: &[u8],
    previous: Option<&[u8]>,
    rule: &str,
    aliases: &[String],
) -> Option<InlineAllow> {
    // Only ours can expire, and few do.
    memmem::find(line, b"expires=")?;
    inline_allow(line, previous, rule, aliases, Date::FIRST)
}

/// What stands after `--`, up to the end of the line or of the comment. `None` if a day in it is none.
fn attributes(after: &[u8]) -> Option<Attributes> {
    let mut attributes = Attributes::default();
    let Some(dashes) = memmem::find(after, b" -- ") else { return Some(attributes) };
    let text = String::from_utf8_lossy(&after[dashes + 4..]);
    let text = ["*/", "-->", "#}", "%>", "--%>"]
        .iter()
        .fold(text.as_ref(), |text, end| text.split(end).next().unwrap_or_default());
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once('=') {
            Some(("expires" | "owner", _)) => attributes.add(word).ok()?,
            _ => words.push(word),
        }
    }
    let reason = words.join(" ");
    attributes.reason = (!reason.is_empty()).then_some(reason);
    Some(attributes)
}

/// Whether a marker is a word of its own: not `keysieve:allowed`, nor `gitleaks:allow-foo`.
pub(crate) fn stands_alone(before: &[u8], after: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let goes_on = match after {
        [b'-', next, ..] => word(next),
        [next, ..] => word(next),
        [] => false,
    };
    !goes_on && !before.last().is_some_and(word)
}

/// Whether the text after our marker names no rule, or one that `names` knows.
fn speaks_of(mut text: &[u8], names: impl Fn(&[u8]) -> bool) -> bool {
    let mut any = false;
    loop {
        text = text.trim_ascii_start();
        let id = leading_id(text);
        if id.is_empty() {
            return !any;
        }
        if names(id) {
            return true;
        }
        any = true;
        match text[id.len()..].trim_ascii_start() {
            [b',', rest @ ..] => text = rest,
            _ => return false,
        }
    }
}

/// The rule id at the start of a text; empty if there is none.
fn leading_id(text: &[u8]) -> &[u8] {
    if !text.first().is_some_and(u8::is_ascii_alphanumeric) {
        return &[];
    }
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    let id = &text[..end.unwrap_or(text.len())];
    // `acme-key-->` ends an XML comment.
    let dashes = id.iter().rev().take_while(|byte| **byte == b'-').count();
    &id[..id.len() - dashes]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::new(2026, 11, 30).expect("a date")
    }

    fn marker(line: &str, previous: Option<&str>) -> Option<&'static str> {
        let aliases = ["acme-old".to_owned()];
        inline_allow(line.as_bytes(), previous.map(str::as_bytes), "acme-key", &aliases, today())
            .map(|allow| allow.marker)
    }

    fn allowed(line: &str) -> Option<&'static str> {
        marker(line, None)
    }

    #[test]
    fn every_comment_on_the_line_counts() {
        for &(name, next_line) in MARKERS {
            let text = format!("x = 1 // {name}");
            let (line, previous) =
                if next_line { ("x = 1", Some(text.as_str())) } else { (text.as_str(), None) };
            assert_eq!(marker(line, previous), Some(name), "{name}");
        }
    }

    #[test]
    fn comments_on_the_wrong_line_do_not_count() {
        for &(name, next_line) in MARKERS {
            let text = format!("x = 1 // {name}");
            let (line, previous) =
                if next_line { (text.as_str(), None) } else { ("x = 1", Some(text.as_str())) };
            assert_eq!(marker(line, previous), None, "{name}");
        }
    }

    #[test]
    fn a_marker_inside_a_longer_word_does_not_count() {
        for line in [
            "ggignored",
            "x_ggignore",
            "keysieve:allowlist",
            "gitleaks:allow-foo",
            "secretlint-disable-line-x",
        ] {
            assert_eq!(allowed(line), None, "{line}");
        }
        assert_eq!(allowed("ggignored // ggignore"), Some("ggignore"));
    }

    #[test]
    fn without_a_list_every_rule_is_allowed() {
        for line in [
            "# keysieve:allow",
            "/* keysieve:allow */ next()",
            "<!-- keysieve:allow -->",
            "<!--keysieve:allow-->",
            "# keysieve:allow -- a key of the sandbox",
            "# keysieve:allow (sandbox)",
            r#"{"_": "keysieve:allow", "key": "x"}"#,
        ] {
            assert_eq!(allowed(line), Some("keysieve:allow"), "{line}");
        }
    }

    #[test]
    fn with_a_list_only_those_rules_are_allowed() {
        for line in [
            "# keysieve:allow acme-key",
            "# keysieve:allow acme-key -- since 2019",
            "# keysieve:allow other-key , acme-key",
            "# keysieve:allow other-key,acme-key*/",
            "<!-- keysieve:allow acme-key-->",
            "# keysieve:allow acme-old",
        ] {
            assert_eq!(allowed(line), Some("keysieve:allow"), "{line}");
        }
        for line in [
            "# keysieve:allow other-key",
            "# keysieve:allow acme-key2, acme",
            "# keysieve:allow other-key acme-key",
            "# keysieve:allow other-key -- not acme-key",
            "# keysieve:allow because acme-key is old",
        ] {
            assert_eq!(allowed(line), None, "{line}");
        }
    }

    #[test]
    fn a_comment_says_why_until_when_and_whom_to_ask() {
        let read = |line: &str| {
            inline_allow(line.as_bytes(), None, "acme-key", &[], today()).map(|allow| allow.attributes)
        };
        let allow = read("/* keysieve:allow -- key of the sandbox expires=2026-11-30 owner=pay */ f(x)");
        let Attributes { expires, owner, reason } = allow.expect("it counts on its last day");
        assert_eq!(expires, Date::new(2026, 11, 30));
        assert_eq!((owner.as_deref(), reason.as_deref()), (Some("pay"), Some("key of the sandbox")));
        assert_eq!(read("# keysieve:allow -- over expires=2026-11-29"), None);
        assert_eq!(read("# keysieve:allow -- unclear expires=soon"), None);
        assert_eq!(read("# keysieve:allow acme-key").expect("allowed").reason, None);
    }

    #[test]
    fn two_comments_on_a_line_add_up() {
        assert_eq!(allowed("# keysieve:allow other-key # keysieve:allow acme-key"), Some("keysieve:allow"));
    }

    #[test]
    fn endless_lines_are_not_searched() {
        let mut line = "x".repeat(LONGEST_LINE - " ggignore".len()) + " ggignore";
        assert_eq!(allowed(&line), Some("ggignore"));
        line.insert(0, 'x');
        assert_eq!(allowed(&line), None);
    }
}
