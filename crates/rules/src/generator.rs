//! What placeholders are filled with.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keysieve_checksum::Checksum;

use crate::random::Random;

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Words that are nobody's name for a placeholder.
const WORDS: [&str; 32] = [
    "amber", "basalt", "cedar", "delta", "ember", "fjord", "granite", "harbor", "indigo", "juniper", "kelp",
    "lagoon", "maple", "nectar", "ochre", "pebble", "quartz", "river", "saffron", "timber", "umber",
    "velvet", "willow", "yarrow", "zephyr", "meadow", "copper", "orchid", "falcon", "glacier", "mango",
    "pepper",
];

/// The alphabet of a class placeholder (`alnum`, `hex`, …).
pub(crate) fn alphabet(class: &str) -> Option<String> {
    Some(match class {
        "alnum" => format!("{DIGITS}{UPPER}{LOWER}"),
        "alnumlower" => format!("{DIGITS}{LOWER}"),
        "alnumupper" => format!("{DIGITS}{UPPER}"),
        "hex" => format!("{DIGITS}abcdef"),
        "HEX" => format!("{DIGITS}ABCDEF"),
        "digit" => DIGITS.to_owned(),
        "lower" => LOWER.to_owned(),
        "upper" => UPPER.to_owned(),
        "base64" => format!("{UPPER}{LOWER}{DIGITS}+/"),
        "base64url" => format!("{UPPER}{LOWER}{DIGITS}_-"),
        "base32" => format!("{UPPER}234567"),
        _ => return None,
    })
}

/// A string over an alphabet, without two equal neighbours, its ends alphanumeric; from two characters on it holds a
/// digit and a letter where the alphabet has them. Without these, one filling in a hundred would fall to a gate.
pub(crate) fn class(alphabet: &str, length: usize, random: &mut Random) -> String {
    let all = alphabet.as_bytes();
    let ends: Vec<u8> = all.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let has = |text: &[u8], kind: fn(&u8) -> bool| !all.iter().any(kind) || text.iter().any(kind);
    loop {
        let mut text: Vec<u8> = Vec::with_capacity(length);
        while text.len() < length {
            let from = if text.is_empty() || text.len() + 1 == length { &ends[..] } else { all };
            let byte = *random.pick(from);
            if text.last() != Some(&byte) {
                text.push(byte);
            }
        }
        if length < 2 || (has(&text, u8::is_ascii_digit) && has(&text, u8::is_ascii_alphabetic)) {
            return text.into_iter().map(char::from).collect();
        }
    }
}

/// Plain lower-case words joined by `-`.
pub(crate) fn words(count: usize, random: &mut Random) -> String {
    (0..count).map(|_| *random.pick(&WORDS)).collect::<Vec<_>>().join("-")
}

/// Letters and digits with one of `!#%+` inside.
pub(crate) fn password(length: usize, random: &mut Random) -> String {
    let mut text = class(&format!("{DIGITS}{UPPER}{LOWER}"), length, random).into_bytes();
    if length >= 3 {
        // Never the only digit or letter: the class has promised one of each.
        let spare = (1..length - 1).filter(|&at| {
            let rest = || text.iter().enumerate().filter(|&(other, _)| other != at).map(|(_, byte)| byte);
            length < 4 || (rest().any(u8::is_ascii_digit) && rest().any(u8::is_ascii_alphabetic))
        });
        let spare: Vec<usize> = spare.collect();
        let at = if spare.is_empty() { 1 } else { *random.pick(&spare) };
        text[at] = *random.pick(b"!#%+");
    }
    text.into_iter().map(char::from).collect()
}

/// A random (version 4) UUID in lower case.
pub(crate) fn uuid(random: &mut Random) -> String {
    let hex = class(&format!("{DIGITS}abcdef"), 30, random);
    let variant = random.pick(&["8", "9", "a", "b"]);
    format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
}

/// A JSON Web Token signed, so to speak, with HS256.
pub(crate) fn jwt(random: &mut Random) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let subject = class(DIGITS, 10, random);
    let issued = 1_700_000_000 + random.below(50_000_000);
    let name = words(2, random);
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{subject}","name":"{name}","iat":{issued}}}"#));
    loop {
        let signature = URL_SAFE_NO_PAD.encode(random.bytes(32));
        // A rule's `\b` at the end asks for a word character there.
        if !signature.ends_with('-') {
            return format!("{header}.{claims}.{signature}");
        }
    }
}

/// A text block with the given label: about 12 lines of random bytes, begun as such a key begins.
pub(crate) fn pem(label: &str, random: &mut Random) -> String {
    let (width, mut body) = match label {
        "OPENSSH PRIVATE KEY" => {
            (70, b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01".to_vec())
        }
        "PGP PRIVATE KEY BLOCK" => (64, vec![0x95, 0x03, 0x98, 0x04]),
        // ASN.1: SEQUENCE of 560 bytes, INTEGER 0, INTEGER of 256 bytes or SEQUENCE, as RFC 8017 and RFC 5958 begin.
        "PRIVATE KEY" => (
            64,
            b"\x30\x82\x02\x30\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0"
                .to_vec(),
        ),
        _ => (64, b"\x30\x82\x02\x30\x02\x01\x00\x02\x82\x01\x01\x00".to_vec()),
    };
    body.extend(random.bytes(564 - body.len()));
    let encoded = STANDARD.encode(body);
    let mut block = format!("-----BEGIN {label}-----\n");
    if label.starts_with("PGP") {
        block.push('\n');
    }
    for line in encoded.as_bytes().chunks(width) {
        block.extend(line.iter().copied().map(char::from));
        block.push('\n');
    }
    if label.starts_with("PGP") {
        block.push_str(&format!("={}\n", STANDARD.encode(random.bytes(3))));
    }
    block.push_str(&format!("-----END {label}-----"));
    block
}

/// A valid token of a checksum scheme.
pub(crate) fn token(checksum: Checksum, prefix: &str, random: &mut Random) -> String {
    loop {
        let token = checksum.generate(prefix, &mut || random.next());
        let body = &token.as_bytes()[prefix.len()..];
        if body.iter().any(u8::is_ascii_digit) && body.iter().any(u8::is_ascii_alphabetic) {
            return token;
        }
    }
}
