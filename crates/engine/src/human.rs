//! Passwords as people write them, in files that say where a password stands.
//!
//! Elsewhere a short word is no secret. Where a program's own file assigns it to the program's own name for a password
//! it is one, unless it says that it is to be replaced, or refers to something else; and what everyone tries first is
//! one that hardly matters.

use crate::placeholder::{contains_folded, is_reference};

/// What a password is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Human {
    /// It stands for one that is elsewhere, or still to be written.
    StandIn,
    /// It is a program's default, or the first that anyone tries.
    Default,
    /// Someone chose it.
    Chosen,
}

/// What people write where a password is to be filled in.
const TO_BE_REPLACED: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "change me",
    "changethis",
    "change_this",
    "change-this",
    "placeholder",
    "your_",
    "your-",
    "your ",
    "yourpass",
    "yoursecret",
    "yourkey",
    "yourtoken",
    "yourstrong",
    "replaceme",
    "replace_",
    "replace-",
    "replace ",
    "redacted",
    "insert_",
    "insert-",
    "insert ",
    "enter_",
    "enter-",
    "enter ",
    "_here",
    "-here",
    " here",
    "xxxx",
    "****",
    "####",
    "????",
    "....",
    "put_",
    "put your",
    "not-set",
    "not_set",
    "notset",
    "<%",
    "{%",
];

/// The same, but for where they are a part of another word: `sunset`.
const TO_BE_WRITTEN: &[&str] = &["todo", "fixme", "tbd", "dummy", "removed", "unset"];

/// Words that are no password of anyone's, and name none.
const NOTHING: &[&str] = &[
    "none",
    "null",
    "nil",
    "true",
    "false",
    "undefined",
    "undef",
    "empty",
    "prompt",
    "disabled",
    "enabled",
    "optional",
    "required",
    "string",
    "text",
    "ask-pass",
    "md5",
    "sha256",
    "plain",
    "bcrypt",
    "encrypted",
    "environment",
    "file",
    "keychain",
    "keyring",
    "unused",
    "deny",
    "allow",
    "never",
    "always",
    "default_value",
    "n/a",
];

/// What everyone tries first, and what programs come with.
const DEFAULTS: &[&str] = &[
    "admin",
    "administrator",
    "root",
    "toor",
    "guest",
    "test",
    "testing",
    "demo",
    "default",
    "user",
    "username",
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "example",
    "sample",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "rabbitmq",
    "minioadmin",
    "foobared",
    "public",
    "private",
    "community",
    "tomcat",
    "s3cret",
    "sa",
    "changeit",
    "letmein",
    "welcome",
    "welcome1",
    "qwerty",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "password1",
    "password123",
    "manager",
    "oracle",
    "elastic",
    "kibana",
    "wildfly",
    "weblogic",
    "weblogic1",
    "jboss",
    "testing123",
    "cisco",
    "ubnt",
    "raspberry",
    "vagrant",
    "zabbix",
    "nagios",
    "nagiosadmin",
    "grafana",
    "prom-operator",
    "artifactory",
    "admin123",
    "abc123",
    "passw0rd",
    "mypassword",
    "mypass",
    "foobar",
    "foo",
    "bar",
    "hello",
    "system",
    "master",
    "drupal",
    "wordpress",
    "joomla",
    "magento",
    "homestead",
    "laravel",
    "app",
    "dev",
    "local",
    "localhost",
    "pwd",
    "hunter2", // keysieve:allow
];

impl Human {
    /// Judges a password.
    pub(crate) fn of(secret: &[u8]) -> Self {
        let is = |words: &[&str]| words.iter().any(|word| secret.eq_ignore_ascii_case(word.as_bytes()));
        let first = secret.first().copied().unwrap_or_default();
        let mark = |byte: u8| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'#' | b'-' | b'_' | b'?' | b'0');
        let one_mark = mark(first) && secret.iter().all(|&byte| byte == first);
        if one_mark
            || is(NOTHING)
            || is_reference(secret)
            || refers(secret)
            || TO_BE_REPLACED.iter().any(|word| contains_folded(secret, word.as_bytes()))
            || secret
                .split(|byte| !byte.is_ascii_alphabetic())
                .any(|part| TO_BE_WRITTEN.iter().any(|word| part.eq_ignore_ascii_case(word.as_bytes())))
        {
            Self::StandIn
        } else if is(DEFAULTS) {
            Self::Default
        } else {
            Self::Chosen
        }
    }
}

/// A value that says where the password is: a file, an environment variable, a vault, an expression, or that it is
/// encrypted by a key that is elsewhere.
fn refers(secret: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"!secret",
        b"!vault",
        b"!env",
        b"!file",
        b"!ref",
        b"!sub",
        b"!getatt",
        b"env:",
        b"env(",
        b"env.",
        b"file:",
        b"vault:",
        b"op://",
        b"secret:",
        b"secrets.",
        b"ref+",
        b"arn:",
        b"enc(",
        b"enc[",
        b"{cipher}",
        b"{aes}",
        b"$ansible_vault",
        b"os.environ",
        b"getenv(",
        b"process.env",
        b"config.",
        b".values.",
        b"settings.",
        b"var.",
        b"local.",
        b"data.",
        b"lookup(",
        b"gcpsm:",
        b"awssm:",
        b"sm://",
        b"__file",
        b"@microsoft.keyvault",
        b"function",
        b"$__",
        b"$(",
        b"@@",
        b"{file:",
        b"{env",
        b"&{",
        b"@{",
        b"=lookup",
    ];
    let starts = STARTS
        .iter()
        .any(|start| secret.len() >= start.len() && secret[..start.len()].eq_ignore_ascii_case(start));
    let path = matches!(secret, [b'/', ..] | [b'.', b'/', ..] | [b'~', b'/', ..])
        && secret.iter().filter(|&&byte| byte == b'/').count() > 1;
    let variable = matches!(secret, [b'@', name @ .., b'@'] | [b'_', b'_', name @ .., b'_', b'_'] if name.iter().all(|&byte| crate::boundary::is_word(byte) || byte == b'.'));
    starts
        || path
        || variable
        || is_named(secret)
        || is_call(secret)
        || secret.windows(3).any(|three| three == b"://")
}

/// The name of what is to be put in: `KEYSTONE_DBPASS`, `@DB-PASSWORD`.
pub(crate) fn is_named(secret: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[b"PASS", b"PWD", b"SECRET", b"TOKEN", b"KEY"];
    let name = secret.strip_prefix(b"@").unwrap_or(secret);
    let parts = name.split(|byte| matches!(byte, b'_' | b'-'));
    let part = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_uppercase)
            && part.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    parts.clone().count() > 1
        && digits < 3
        && parts.clone().all(part)
        && parts.clone().any(|part| WORDS.iter().any(|word| part.ends_with(word) || part.starts_with(word)))
}

/// `name(`, `Some::name(`, `a.b(…)`: what computes the password.
fn is_call(secret: &[u8]) -> bool {
    let name =
        |byte: &u8| crate::boundary::is_word(*byte) || matches!(byte, b'.' | b':' | b'$' | b'>' | b'-');
    let length = secret.iter().take_while(|byte| name(byte)).count();
    length >= 2
        && secret[0].is_ascii_alphabetic()
        && secret.get(length) == Some(&b'(')
        && matches!(secret.last(), Some(b')' | b'('))
}

/// Whether what stands at a place is commented out: its line begins as comments do.
pub(crate) fn is_commented(haystack: &[u8], at: usize) -> bool {
    const REACH: usize = 512;
    let near = &haystack[at.saturating_sub(REACH)..at];
    let line = memchr::memrchr(b'\n', near).map_or(near, |newline| &near[newline + 1..]);
    let line = line.trim_ascii_start();
    !line.starts_with(b"#define")
        && [&b"#"[..], b";", b"//", b"--", b"<!--"].iter().any(|start| line.starts_with(start))
}

/// Whether what stands at a place is part of what a template computes: `{{- $password := .Values.password }}`.
pub(crate) fn is_in_template(haystack: &[u8], at: usize) -> bool {
    const REACH: usize = 160;
    let near = &haystack[at.saturating_sub(REACH)..at];
    let line = memchr::memrchr(b'\n', near).map_or(near, |newline| &near[newline + 1..]);
    let last = |mark: &[u8; 2]| line.windows(2).rposition(|two| two == mark);
    last(b"{{").is_some_and(|opened| last(b"}}").is_none_or(|closed| closed < opened))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_told_from_what_stands_for_one() {
        let of = |text: &str| Human::of(text.as_bytes());
        for text in
            ["moonlight", "sunset-918", "Summer2019!", "correct horse", "my secret word", "s3cr3t", "/slash"]
        {
            assert_eq!(of(text), Human::Chosen, "{text}");
        }
        for text in ["admin", "Password", "postgres", "changeit"] {
            assert_eq!(of(text), Human::Default, "{text}");
        }
        for text in [
            "changeme",
            "your_password",
            "<password>",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "%PASSWORD%",
            "xxxxxx",
            "********",
            "null",
            "!secret wifi",
            "env('DB_PASSWORD')",
            "/run/secrets/db",
            "vault:secret/data/x",
            "@db.password@",
            "{{ pw }}",
            "ENC(3fQ9)",
            "getPassword()",
            "https://acme.test/",
        ] {
            assert_eq!(of(text), Human::StandIn, "{text}");
        }
    }

    #[test]
    fn comments_are_told_by_their_line() {
        for (text, commented) in
            [("a = 1\n # pw = X", true), ("; pw = X", true), ("pw = # X", false), ("#\npw = X", false)]
        {
            assert_eq!(is_commented(text.as_bytes(), text.len() - 1), commented, "{text}");
        }
    }
}
