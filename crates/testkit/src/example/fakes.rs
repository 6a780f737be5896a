//! Secrets of nobody.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::Random;

const ALNUM: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHA: &[u8] = ALNUM.split_at(10).1;
const UPPER_ALNUM: &[u8] = ALNUM.split_at(36).0;
const DIGIT: &[u8] = ALNUM.split_at(10).0;
const HEX: &[u8] = b"0123456789abcdef";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A sequence of its own for each secret, so that a new one changes none of the others.
fn random(of: &str) -> Random {
    Random::new(u64::from(crc32fast::hash(of.as_bytes())))
}

/// 30 characters and their CRC-32 in base 62, as in GitHub's and npm's tokens. Written a second time here, so that the
/// `checksum` crate is not tested against itself.
fn with_crc(prefix: &str) -> String {
    let body = random(prefix).chars(ALNUM, 30);
    let mut crc = crc32fast::hash(body.as_bytes()) as usize;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALNUM[crc % 62];
        crc /= 62;
    }
    format!("{prefix}{body}{}", String::from_utf8_lossy(&digits))
}

pub(super) fn github() -> String {
    with_crc("ghp_")
}

pub(super) fn npm() -> String {
    with_crc("npm_")
}

pub(super) fn gitlab() -> String {
    format!("glpat-{}", random("gitlab").chars(ALNUM, 20))
}

pub(super) fn aws_key_id() -> String {
    format!("AKIA{}", random("aws key id").chars(BASE32, 16))
}

pub(super) fn aws_secret() -> String {
    random("aws secret").chars(BASE64, 40)
}

pub(super) fn stripe() -> String {
    format!("sk_live_{}", random("stripe").chars(ALNUM, 24))
}

pub(super) fn sendgrid() -> String {
    let mut random = random("sendgrid");
    format!("SG.{}.{}", random.chars(BASE64URL, 22), random.chars(BASE64URL, 43))
}

pub(super) fn openai() -> String {
    let mut random = random("openai");
    // The middle is base64 of `OpenAI`.
    let middle = STANDARD.encode("OpenAI");
    format!("sk-proj-{}{middle}{}", random.chars(BASE64URL, 74), random.chars(BASE64URL, 74))
}

pub(super) fn slack_bot() -> String {
    let mut random = random("slack bot");
    format!("xoxb-{}-{}-{}", random.chars(DIGIT, 12), random.chars(DIGIT, 13), random.chars(ALNUM, 24))
}

pub(super) fn slack_webhook_path() -> String {
    let mut random = random("slack webhook");
    format!(
        "services/T{}/B{}/{}",
        random.chars(UPPER_ALNUM, 10),
        random.chars(UPPER_ALNUM, 10),
        random.chars(ALNUM, 24)
    )
}

pub(super) fn digitalocean() -> String {
    format!("dop_v1_{}", random("digitalocean").chars(HEX, 64))
}

pub(super) fn hugging_face() -> String {
    format!("hf_{}", random("hugging face").chars(ALPHA, 34))
}

pub(super) fn password(of: &str) -> String {
    random(of).chars(ALNUM, 18)
}

pub(super) fn basic_auth(user: &str) -> String {
    STANDARD.encode(format!("{user}:{}", password(user)))
}

pub(super) fn jwt() -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"acme-shop","name":"worker","iat":1763900000}"#);
    format!("{header}.{claims}.{}", random("jwt").chars(BASE64URL, 43))
}

/// As long as an RSA key of 2048 bits, and beginning like one: a sequence, version 0, a modulus of 257 bytes
/// (RFC 8017, appendix A.1.2). What follows is noise.
pub(super) fn rsa_private_key() -> String {
    let mut der = vec![0x30, 0x82, 0x04, 0xa3, 0x02, 0x01, 0x00, 0x02, 0x82, 0x01, 0x01, 0x00];
    der.extend(random("rsa").bytes(4 + 0x4a3 - der.len()));
    block("RSA PRIVATE KEY", &STANDARD.encode(der))
}

/// A text block (RFC 7468): 64 characters a line.
fn block(label: &str, body: &str) -> String {
    let lines: Vec<String> =
        body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// 64 bytes of base64, as lock files hold them to name a package's content; no secret.
pub(super) fn integrity(of: &str) -> String {
    STANDARD.encode(random(of).bytes(64))
}

/// A commit's id; no secret.
pub(super) fn commit() -> String {
    random("commit").chars(HEX, 40)
}
