//! A key of a service that is named before it.
//!
//! Such a value has no form of its own, so what stands between the service's name and the value must say that it is a
//! key, or nothing: `mapquest_tile_id = …` is something else.

use keysieve_finding::Span;

use crate::generic::{is_made, is_random};
use crate::placeholder::contains_folded;

/// What says that a value is a key.
const TELLING: &[&str] = &[
    "apikey",
    "apikeys",
    "apisecret",
    "apitoken",
    "auth",
    "authorization",
    "accesskey",
    "accesstoken",
    "authtoken",
    "bearer",
    "clientsecret",
    "cred",
    "credential",
    "credentials",
    "key",
    "keys",
    "license",
    "pass",
    "passwd",
    "password",
    "pat",
    "pwd",
    "secret",
    "secretkey",
    "secrets",
    "token",
    "tokens",
];

/// What can stand where a value is handed over or set, and says nothing against it.
const PLAIN: &[&str] = &[
    "api",
    "client",
    "conf",
    "config",
    "configure",
    "connect",
    "connection",
    "create",
    "default",
    "dev",
    "development",
    "env",
    "for",
    "from",
    "header",
    "init",
    "initialize",
    "is",
    "legacy",
    "live",
    "login",
    "main",
    "my",
    "new",
    "old",
    "options",
    "our",
    "prod",
    "production",
    "sandbox",
    "sdk",
    "set",
    "settings",
    "staging",
    "static",
    "string",
    "str",
    "test",
    "the",
    "use",
    "value",
    "var",
    "web",
    "with",
    "x",
    "your",
];

/// What can stand beside a word of [`TELLING`]. Alone it says that the value is the identifier of something.
const BESIDE: &[&str] = &[
    "access",
    "account",
    "admin",
    "app",
    "application",
    "basic",
    "bot",
    "consumer",
    "eu",
    "instance",
    "integration",
    "io",
    "master",
    "oauth",
    "oauth2",
    "org",
    "personal",
    "private",
    "project",
    "read",
    "rest",
    "server",
    "service",
    "session",
    "team",
    "us",
    "user",
    "write",
];

/// Whether a value is a key by what stands between the name before it and the value.
pub(crate) fn is_key(haystack: &[u8], name: Span, value: Span) -> bool {
    let Some(between) = haystack.get(name.end..value.start) else { return false };
    // `acme.Client("…")` is handed nothing else.
    let gap = between.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let mut told = between[between.len() - gap..].starts_with(b"(");
    let mut beside = false;
    for part in parts(between) {
        let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            continue;
        }
        let is = |words: &[&str]| words.iter().any(|word| part.eq_ignore_ascii_case(word.as_bytes()));
        if is(TELLING) {
            told = true;
        } else if is(BESIDE) {
            beside = true;
        } else if !is(PLAIN) {
            return false;
        }
    }
    if beside && !told {
        return false;
    }
    let text = &haystack[value.range()];
    if told { is_made(text) } else { is_alone(text, &haystack[name.range()]) }
}

/// Whether a value tells by itself that it is a key: it does not repeat the name, and nearly all of it is one piece that
/// a machine made up. Names of models and versions are words and numbers with separators between them.
fn is_alone(text: &[u8], name: &[u8]) -> bool {
    let longest = text.split(|byte| matches!(byte, b'-' | b'_')).max_by_key(|piece| piece.len());
    let digits = |piece: &[u8]| piece.iter().filter(|byte| byte.is_ascii_digit()).count();
    longest.is_some_and(|piece| piece.len() >= 14 && digits(piece) >= 2 && is_random(piece))
        && !contains_folded(text, &name.to_ascii_lowercase())
}

/// The parts of names: what separators and humps are between.
fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !byte.is_ascii_alphanumeric()).flat_map(|name| {
        let hump = |two: &[u8], next: Option<&u8>| {
            two[1].is_ascii_uppercase()
                && (!two[0].is_ascii_uppercase() || next.is_some_and(u8::is_ascii_lowercase))
        };
        let mut rest = name;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end =
                (1..rest.len()).find(|&at| hump(&rest[at - 1..=at], rest.get(at + 1))).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            rest = after;
            Some(part)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_keys_may_stand_between_a_service_and_its_key() {
        let random = "kq7Zp2Lw9xVt4Rb1Tm6c";
        let hex = "9f86d081884c7d659a2feaa0c55ad015";
        for (text, random_is, hex_is) in [
            ("acme = '", true, false),
            ("acme_api_key=", true, true),
            ("acmeAPIKey: \"", true, true),
            ("acmeapikey: \"", true, true),
            ("acme.Client(\"", true, true),
            ("acme access token is: ", true, true),
            ("acme_account: ", false, false),
            ("acme_account_token: ", true, true),
            ("acme_tile_id = ", false, false),
            ("acme/index: ", false, false),
            ("acmeist = ", false, false),
        ] {
            for (value, expected) in [(random, random_is), (hex, hex_is)] {
                let whole = format!("{text}{value}");
                let span = Span::new(text.len(), whole.len());
                assert_eq!(is_key(whole.as_bytes(), Span::new(0, 4), span), expected, "{whole}");
            }
        }
        for text in
            ["acme:sonnet-4-5-20250929", "acme = acmeOAuth2Api7Kq9Lw2", "acme = NodeAmiType_x86_64_GPU"]
        {
            let span = Span::new(text.find([':', '=']).map_or(0, |at| at + 1), text.len());
            assert!(!is_key(text.as_bytes(), Span::new(0, 4), span), "{text}");
        }
    }

    #[test]
    fn names_are_cut_at_separators_and_humps() {
        let all: Vec<_> = parts(b"_APIKey.v2 (newClient").collect();
        assert_eq!(all, [&b"API"[..], b"Key", b"v2", b"new", b"Client"]);
    }
}
