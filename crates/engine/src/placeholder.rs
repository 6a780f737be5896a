//! Values that say of themselves that they are none.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// What people write where a secret should go, in lower case; at least five letters each, so that a random token has
/// next to no chance of holding one.
const WORDS: &[&str] = &[
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "change_this",
    "changethis",
    "yourkey",
    "your-",
    "your_",
    "yourtoken",
    "yoursecret",
    "yourpass",
    "yourapi",
    "yoursite",
    "replace",
    "insert_",
    "insert-",
    "redacted",
    "removed",
    "dummy",
    "xxxxx",
    "*****",
    "sample",
    "not-a-real",
    "notareal",
    "not_a_real",
    "fake_",
    "fake-",
    "foobar",
    "lorem",
    "secret_here",
    "token_here",
    "key_here",
    "my-secret",
    "my_secret",
    "mysecret",
    "my-token",
    "my_token",
    "mypass",
    "my_pass",
    "undefined",
    "todo_",
    "<your",
    "test_key",
    "testkey",
    "some_secret",
];

/// Whether it calls itself an example, as those in providers' documentation do.
pub(crate) fn is_example(secret: &[u8]) -> bool {
    contains_folded(secret, b"example")
}

/// Whether a value is written to be replaced: a word says so, it is the name of a variable, or it counts up or repeats
/// itself as no random value does.
pub(crate) fn is_placeholder(secret: &[u8]) -> bool {
    static ALL: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(WORDS).ok()
    });
    ALL.as_ref().is_some_and(|words| words.is_match(secret))
        || secret.ends_with(b"...")
        || is_reference(secret)
        || is_expression(secret)
        || is_pattern(secret)
}

pub(crate) fn contains_folded(haystack: &[u8], word: &[u8]) -> bool {
    haystack.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// `${TOKEN}`, `$(cat token)`, `{{ token }}`, `%TOKEN%`, `<token>`, `$TOKEN`.
pub(crate) fn is_reference(secret: &[u8]) -> bool {
    match secret {
        [b'$', b'{' | b'(' | b'[', ..]
        | [b'{', b'{', ..]
        | [b'<', .., b'>']
        | [b'%', .., b'%']
        | [b'#', b'{', ..] => true,
        [b'$', name @ ..] => {
            name.iter().all(|&byte| crate::boundary::is_word(byte))
                && name.iter().any(u8::is_ascii_alphabetic)
        }
        _ => secret.windows(2).any(|two| two == b"${" || two == b"{{"),
    }
}

/// Whether what follows a value says that it is only the beginning of something to be filled in or matched: a template
/// (`ghp_{{token}}`, `sk-${KEY}`), an expression (`ghp_[0-9A-Za-z]{36}`), or cut short (`ghp_abc...`).
pub(crate) fn goes_on_as_template(after: &[u8]) -> bool {
    const STARTS: &[&[u8]] =
        &[b"{{", b"${", b"#{", b"[0-9", b"[A-Z", b"[a-z", b"[^", b"(?:", b"\\d{", b"\\w{", b"..."];
    STARTS.iter().any(|start| after.starts_with(start))
}

/// A regular expression: a class such as `[A-Za-z]` or `[0-9]`, as scanners' rules and validators hold them.
fn is_expression(secret: &[u8]) -> bool {
    [&b"[0-9"[..], b"[a-z", b"[a-f", b"[^", b"(?"].iter().any(|class| contains_folded(secret, class))
}

/// More than half of it counts up or down (`12345678`, `abcdefgh`), or a third of it is one byte over and over.
fn is_pattern(secret: &[u8]) -> bool {
    let mut counted = 0;
    let mut longest_same = 0;
    for direction in [1_i16, -1, 0] {
        let mut run = 1;
        for pair in secret.windows(2).map(Some).chain([None]) {
            let steps = pair.is_some_and(|pair| step(pair[0], pair[1]) == Some(direction));
            if steps {
                run += 1;
                continue;
            }
            if direction == 0 {
                longest_same = longest_same.max(run);
            } else if run >= 4 {
                counted += run;
            }
            run = 1;
        }
    }
    longest_same >= 6.max(secret.len() / 3) || counted * 2 > secret.len()
}

/// By how much a letter or digit is followed, 9 by 0 too.
fn step(one: u8, other: u8) -> Option<i16> {
    if one == b'9' && other == b'0' {
        return Some(1);
    }
    let same_kind = one.is_ascii_digit() && other.is_ascii_digit()
        || one.is_ascii_lowercase() && other.is_ascii_lowercase()
        || one.is_ascii_uppercase() && other.is_ascii_uppercase();
    (same_kind || one == other).then(|| i16::from(other) - i16::from(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known() {
        for text in [
            "your_api_key_here",
            "${API_TOKEN}",
            "{{ token }}",
            "<token>",
            "$TOKEN",
            "12345678901234567890",
            "abcdefghijklmnop",
            "aaaaaaaaaaaa",
            "CHANGEME123",
            "0123456789abcdef",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn random_values_are_not() {
        for text in ["q7Fh2kLw9ZtRb4Xc", "9f86d081884c7d659a2feaa0c55ad015", "hunter2-of-7kQ", "pa$$w0rd-Zr8"]
        {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }
}
