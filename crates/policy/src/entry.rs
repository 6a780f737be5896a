//! One line of an ignore file.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Attributes, Date, Problem};

/// What an entry allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whatever lies at paths that match.
    Pattern(String),
    /// One secret under one rule, wherever it stands: `ks1:…` in lower case.
    Fingerprint(String),
}

/// One entry of an [`IgnoreFile`](crate::IgnoreFile).
///
/// ```text
/// entry     = subject *( blanks attribute ) [ blanks comment ]
/// subject   = fingerprint | pattern           ; a pattern in the syntax of gitignore, without `!`
/// attribute = "expires=" YYYY-MM-DD           ; the last day on which the entry counts
///           | "owner=" word                   ; whom to ask
///           | "reason=" word                  ; why
/// comment   = "#" …
/// word      = anything without blanks, or "anything in quotes"; `\"` is a quote, `\ ` a space
/// ```
#[derive(Debug)]
pub struct Entry {
    line: usize,
    subject: Subject,
    attributes: Attributes,
    used: AtomicBool,
}

impl Entry {
    /// Reads a line; `None` if there is nothing on it but blanks or a comment.
    pub(crate) fn parse(line: usize, text: &str) -> Result<Option<Self>, Problem> {
        let text = text.trim_start_matches(BLANKS);
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let (word, mut rest) = take_word(text)?;
        let mut entry = Self {
            line,
            subject: subject(text, word)?,
            attributes: Attributes::default(),
            used: AtomicBool::new(false),
        };
        loop {
            rest = rest.trim_start_matches(BLANKS);
            if rest.is_empty() || rest.starts_with('#') {
                return Ok(Some(entry));
            }
            let (word, after) = take_word(rest)?;
            entry.attributes.add(&word)?;
            rest = after;
        }
    }

    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The line it stands on, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Why it is there, whom to ask, how long it counts.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Whether it no longer counts.
    #[must_use]
    pub fn expired(&self, today: Date) -> bool {
        self.attributes.expired(today)
    }

    /// Whether it has allowed anything so far.
    #[must_use]
    pub fn used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn mark_used(&self) {
        self.used.store(true, Ordering::Relaxed);
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Names the first word of a line. `text` is the line as written, where a leading `!` is not yet a quoted one.
fn subject(text: &str, word: String) -> Result<Subject, Problem> {
    if text.starts_with('!') {
        return Err(Problem::Negated);
    }
    let Some(digits) = word.strip_prefix("ks1:") else {
        return Ok(Subject::Pattern(word));
    };
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::Fingerprint);
    }
    Ok(Subject::Fingerprint(word.to_ascii_lowercase()))
}

/// Splits off the first word: up to a blank outside quotes. Quotes are taken off; of the backslashes only those before
/// a quote or a blank, because the others belong to the pattern.
fn take_word(text: &str) -> Result<(String, &str), Problem> {
    let mut word = String::new();
    let mut quoted = false;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some((_, next @ ('"' | ' ' | '\t'))) => word.push(next),
                Some((_, next)) => word.extend([char, next]),
                None => word.push(char),
            },
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return Ok((word, &text[at..])),
            _ => word.push(char),
        }
    }
    if quoted { Err(Problem::Unclosed) } else { Ok((word, "")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        Entry::parse(7, text).expect("well-formed").expect("an entry")
    }

    fn problem(text: &str) -> Problem {
        Entry::parse(7, text).expect_err("malformed")
    }

    #[test]
    fn blank_lines_and_comments_hold_no_entry() {
        for text in ["", "  \t", "# all about it", "   # indented"] {
            assert!(Entry::parse(1, text).expect("well-formed").is_none(), "{text:?}");
        }
    }

    #[test]
    fn attributes_come_in_any_order_and_may_be_quoted() {
        let entry = entry(
            r#"tests/**/*.pem reason="made \"here\" # no secret" expires=2027-01-31 owner=ops # later"#,
        );
        assert_eq!(entry.subject(), &Subject::Pattern("tests/**/*.pem".into()));
        assert_eq!(entry.attributes().reason.as_deref(), Some(r#"made "here" # no secret"#));
        assert_eq!(entry.attributes().expires, Date::new(2027, 1, 31));
        assert_eq!(entry.attributes().owner.as_deref(), Some("ops"));
        assert_eq!(entry.line(), 7);
    }

    #[test]
    fn spaces_in_paths_are_escaped_or_quoted() {
        for text in [r"my\ files/a.txt", r#""my files/a.txt" owner=me"#, r#"my" "files/a.txt"#] {
            assert_eq!(entry(text).subject(), &Subject::Pattern("my files/a.txt".into()), "{text}");
        }
        assert_eq!(entry(r"a\*b\\c").subject(), &Subject::Pattern(r"a\*b\\c".into()));
        assert_eq!(problem("my files/a.txt"), Problem::Attribute);
    }

    #[test]
    fn fingerprints_are_told_from_paths_and_checked() {
        let digits = "0123456789ABCDEF0123456789abcdef";
        assert_eq!(
            entry(&format!("ks1:{digits}")).subject(),
            &Subject::Fingerprint(format!("ks1:{}", digits.to_lowercase()))
        );
        for text in ["ks1:", "ks1:0123", "ks1:0123456789abcdef0123456789abcdeg", &format!("ks1:{digits}0")] {
            assert_eq!(problem(text), Problem::Fingerprint, "{text}");
        }
    }

    #[test]
    fn malformed_lines_say_what_is_wrong() {
        assert_eq!(problem("!a"), Problem::Negated);
        assert_eq!(problem("a because=x"), Problem::Attribute);
        assert_eq!(problem("a owner"), Problem::Attribute);
        assert_eq!(problem("a owner=x owner=y"), Problem::Repeated("owner"));
        assert_eq!(problem("a owner="), Problem::NoValue("owner"));
        assert_eq!(problem("a reason=\"\""), Problem::NoValue("reason"));
        assert_eq!(problem("a reason=\"open"), Problem::Unclosed);
        assert_eq!(problem("a expires=tomorrow"), Problem::Date);
        assert_eq!(entry(r"\!a").subject(), &Subject::Pattern(r"\!a".into()));
    }

    #[test]
    fn an_entry_counts_on_its_last_day_and_not_after() {
        let entry = entry("a expires=2026-12-31");
        assert!(!entry.expired(Date::new(2026, 12, 31).expect("a date")));
        assert!(entry.expired(Date::new(2027, 1, 1).expect("a date")));
    }
}
