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
    "fill_me",
    "fill-me",
    "fillme",
    "fill_in",
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
            let length = name.iter().take_while(|&&byte| crate::boundary::is_word(byte)).count();
            // `$ref{db.password}`
            if name.get(length) == Some(&b'{') && secret.ends_with(b"}") {
                return true;
            }
            name.iter().all(|&byte| crate::boundary::is_word(byte))
                && name.iter().any(u8::is_ascii_alphabetic)
        }
        _ => memchr::memchr_iter(b'{', secret)
            .any(|at| at > 0 && secret[at - 1] == b'$' || secret.get(at + 1) == Some(&b'{')),
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
    const CLASSES: &[&[u8]] = &[b"[0-9", b"[a-z", b"[a-f", b"[^", b"(?"];
    memchr::memchr2_iter(b'[', b'(', secret).any(|at| {
        CLASSES.iter().any(|class| {
            secret[at..].get(..class.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(class))
        })
    })
}

/// More than half of it counts up or down (`12345678`, `abcdefgh`), or a third of it is one byte over and over.
fn is_pattern(secret: &[u8]) -> bool {
    let Some((&first, rest)) = secret.split_first() else { return false };
    let (mut counted, mut longest_same) = (0, 0);
    // How long the run is that goes on, and by how much each of its bytes is followed.
    let (mut run, mut direction) = (1, 2);
    let mut before = first;
    let mut end = |run: usize, direction: i16| match direction {
        0 => longest_same = longest_same.max(run),
        1 | -1 if run >= 4 => counted += run,
        _ => {}
    };
    for &byte in rest {
        let next = step(before, byte);
        before = byte;
        if next == direction {
            run += 1;
            continue;
        }
        end(run, direction);
        (run, direction) = (2, next);
    }
    end(run, direction);
    longest_same >= 6.max(secret.len() / 3) || counted * 2 > secret.len()
}

/// By how much a letter or digit is followed, 9 by 0 too: one up, one down or nothing; 2 for anything else.
fn step(one: u8, other: u8) -> i16 {
    match i16::from(other) - i16::from(one) {
        0 => 0,
        -9 if one == b'9' => 1,
        step @ (1 | -1) => {
            let same_kind = one.is_ascii_digit() && other.is_ascii_digit()
                || one.is_ascii_lowercase() && other.is_ascii_lowercase()
                || one.is_ascii_uppercase() && other.is_ascii_uppercase();
            if same_kind { step } else { 2 }
        }
        _ => 2,
    }
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
