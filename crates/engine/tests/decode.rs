//! What stands behind encodings is found, and where it stands.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use keysieve_engine::{Engine, Match, Scratch};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);

/// Of nobody.
fn token() -> String {
    ["ghp_", "q7Fh2kLw9ZtRb4Xc8VmN", "1pYs6DgJ3e", "1LqVxE"].concat()
}

/// Every secret that is found, with the names of what was undone and where it stands.
fn found(text: &str) -> Vec<(String, Vec<&'static str>, String)> {
    let mut scratch = Scratch::new(&ENGINE);
    let mut matches: Vec<Match> = Vec::new();
    let _ = ENGINE.scan(text.as_bytes(), &mut scratch, |found| {
        matches.push(found);
        ControlFlow::Continue(())
    });
    matches
        .iter()
        .map(|found| {
            let secret = scratch.decoded(found).unwrap_or(&text.as_bytes()[found.secret.range()]);
            let chain = found.decoded.map(|decoded| decoded.chain.names().collect()).unwrap_or_default();
            (String::from_utf8_lossy(secret).into_owned(), chain, text[found.secret.range()].to_owned())
        })
        .collect()
}

#[track_caller]
fn finds(text: &str, secret: &str, chain: &[&str]) -> String {
    let all = found(text);
    let hit = all.iter().find(|(found, by, _)| found == secret && by == chain);
    match hit {
        Some((_, _, place)) => place.clone(),
        None => panic!("{secret} is not found by {chain:?} in {text:?}, but {all:?}"),
    }
}

#[test]
fn base64_of_every_kind() {
    let token = token();
    for offset in 0..4 {
        let text = format!("{}token {token} and more", "x".repeat(offset));
        for encoded in [
            STANDARD.encode(&text),
            STANDARD_NO_PAD.encode(&text),
            URL_SAFE.encode(&text),
            URL_SAFE_NO_PAD.encode(&text),
        ] {
            let place = finds(&format!("value: \"{encoded}\"\n"), &token, &["base64"]);
            assert!(encoded.contains(&place) && place.len() <= 60, "{place}");
        }
    }
}

#[test]
fn nested_base64() {
    let token = token();
    let mut text = format!("token = {token}\n");
    for depth in 1..=5 {
        text = STANDARD.encode(&text);
        finds(&format!("data: {text}\n"), &token, &vec!["base64"; depth]);
    }
    text = STANDARD.encode(&text);
    assert!(!found(&text).iter().any(|(secret, ..)| *secret == token));
}

#[test]
fn wrapped_base64() {
    let token = token();
    let encoded = STANDARD.encode(format!(
        "{}\ntoken = {token}\n{}",
        "first line ".repeat(20),
        "last line ".repeat(20)
    ));
    let lines: Vec<&str> =
        (0..encoded.len()).step_by(76).map(|at| &encoded[at..encoded.len().min(at + 76)]).collect();
    finds(&format!("data:\n  {}\nend\n", lines.join("\n  ")), &token, &["base64"]);
}

#[test]
fn hex() {
    let token = token();
    let hex: String = format!("token = {token}\n").bytes().map(|byte| format!("{byte:02x}")).collect();
    let place = finds(&format!("blob={hex};"), &token, &["hex"]);
    assert_eq!(place.len(), 2 * token.len());
}

#[test]
fn escapes_of_every_letter() {
    let token = token();
    let each = |form: &dyn Fn(u8) -> String| token.bytes().map(form).collect::<String>();
    for (name, text) in [
        ("percent", each(&|byte| format!("%{byte:02X}"))),
        ("escape", each(&|byte| format!("\\x{byte:02x}"))),
        ("escape", each(&|byte| format!("\\u{byte:04x}"))),
        ("escape", each(&|byte| format!("\\u{{{byte:x}}}"))),
        ("escape", each(&|byte| format!("\\U{byte:08x}"))),
        ("escape", each(&|byte| format!("\\{byte:03o}"))),
        ("html", each(&|byte| format!("&#{byte};"))),
        ("html", each(&|byte| format!("&#x{byte:x};"))),
    ] {
        let place = finds(&format!("value = \"{text}\"\n"), &token, &[name]);
        assert_eq!(place, text);
    }
}

#[test]
fn slashes_of_a_url() {
    let own = ["kq7Zp2Lw", "9xVt"].concat();
    let text = format!("{{\"db\":\"postgres:\\/\\/app:{own}@db.acme.test\\/shop\"}}");
    assert_eq!(finds(&text, &own, &["escape"]), own);
}

#[test]
fn quoted_printable() {
    let token = token();
    let (one, two) = token.split_at(19);
    let text = format!("The key is token=3D{one}=\r\n{two} please.\r\n");
    finds(&text, &token, &["quoted-printable"]);
}

#[test]
fn invisible_characters_and_colours() {
    let token = token();
    let (one, two) = token.split_at(19);
    finds(&format!("token: {one}\u{200b}{two}\n"), &token, &["zero-width"]);
    finds(&format!("token: \x1b[32m{token}\x1b[0m\n"), &token, &["ansi"]);
    finds(&format!("token: {one}\x1b[01;31m\x1b[K{two}\x1b[m\x1b[K\n"), &token, &["ansi"]);
}

#[test]
fn concatenation_and_continuation() {
    let token = token();
    let (one, two) = token.split_at(19);
    for text in [
        format!("let token = \"{one}\" + \"{two}\";"),
        format!("token = '{one}' '{two}'"),
        format!("$token = \"{one}\" . \"{two}\";"),
        format!("token = (\"{one}\"\n         \"{two}\")"),
        format!("token = \"{one}\" +\n    \"{two}\""),
    ] {
        finds(&text, &token, &["concatenation"]);
    }
    finds(&format!("token: \"{one}\\\n    {two}\"\n"), &token, &["line-continuation"]);
}

#[test]
fn gzip_inside_base64() {
    use std::io::Write as _;
    let token = token();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(format!("{{\"token\": \"{token}\"}}").as_bytes()).expect("in memory");
    let packed = STANDARD.encode(packer.finish().expect("in memory"));
    finds(&format!("blob: {packed}\n"), &token, &["base64", "gzip"]);
    finds(&format!("  release: {}\n", STANDARD.encode(packed)), &token, &["base64", "base64", "gzip"]);
}

#[test]
fn utf16_inside_base64() {
    let token = token();
    let wide: Vec<u8> = format!("$token = '{token}'").encode_utf16().flat_map(u16::to_le_bytes).collect();
    finds(
        &format!("powershell -EncodedCommand {}\n", STANDARD.encode(wide)),
        &token,
        &["base64", "utf-16le"],
    );
}

#[test]
fn a_token_in_the_claims_of_a_token() {
    let token = token();
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let jwt = format!(
        "{}.{}.{}",
        part("{\"alg\":\"HS256\"}"),
        part(&format!("{{\"key\":\"{token}\"}}")),
        part("signature-of-some-kind")
    );
    finds(&format!("Authorization: Bearer {jwt}\n"), &token, &["base64"]);
}

#[test]
fn encodings_in_encodings() {
    let token = token();
    let inner = format!("{{\\\"token\\\":\\\"{token}\\\"}}");
    let text = format!("{{\"config\":\"{}\"}}", STANDARD.encode(inner));
    finds(&text, &token, &["base64"]);
    let percent: String =
        STANDARD.encode(format!("token={token}&x=1")).replace('=', "%3D").replace('+', "%2B");
    finds(&format!("https://host/?state={percent}"), &token, &["base64"]);
}

#[test]
fn what_stands_before_a_value_counts() {
    // Thirty-two digits are a key only behind the name of a provider.
    let key = ["3f9a1c7e5b2d8046", "a1b3c5d7e9f02468"].concat();
    let text = format!("DATADOG_API_KEY: {}\n", STANDARD.encode(&key));
    finds(&text, &key, &["base64"]);
    let escaped = format!("%22datadog_api_key%22%3A%22{key}%22");
    finds(&escaped, &key, &["percent"]);
}
