//! The awkward places in which logs hold secrets.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use keysieve_rules::fill;
use keysieve_testkit::Random;

use crate::log::{Fate, Log};

pub(crate) const TIME: &str = "2026-11-25T11:00:00.123456789Z";

/// How many places there are.
pub(crate) const PLACES: usize = 34;

pub(crate) fn token(seed: u64) -> String {
    fill("{{github:ghp}}", seed).expect("a placeholder")
}

fn percent(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// One secret in the `place`-th of them.
pub(crate) fn awkward(log: &mut Log, place: usize, seed: u64) {
    match place {
        0..12 => texts(log, place, seed),
        12..20 => records(log, place, seed),
        20..28 => encoded(log, place, seed),
        _ => others(log, place, seed),
    }
}

/// In lines of text and of JSON.
fn texts(log: &mut Log, place: usize, seed: u64) {
    let token = token(seed);
    let (first, second) = token.split_at(7 + seed as usize % 30);
    match place {
        0 => log.around("url https://x:", &token, "@github.com/acme/site.git\r\n"),
        1 => log.around("{\"a\":[1,{\"Authorization\":\"token ", &token, "\"}],\"n\":1.50}\n"),
        2 => log.around("{\"msg\":\"{\\\"t\\\": \\\"", &token, "\\\"}\",\"msg\":\"x\\/\\u00e9\"}\n"),
        3 => log.around("level=info msg=\"sent\" auth=\"", &token, "\" dur=3ms\n"),
        4 => log.around(
            "10.0.0.1 - - [25/Nov/2026:11:00:00 +0000] \"GET /cb?access_token=",
            &token,
            "&x=%20y HTTP/1.1\" 200 612 \"-\" \"curl/8.0\"\n",
        ),
        5 => log.around("<165>1 2026-11-25T11:00:00Z host app 12 ID47 - token=", &token, " done\n"),
        6 => log.around("<34>Oct 11 22:14:15 host su[12]: token ", &token, ": denied\n"),
        7 => {
            log.around("\x1b[32mINFO\x1b[0m token ", first, "\x1b[1m");
            log.ends(second, Fate::Gone);
            log.stays("\x1b[0m ok\n");
        }
        8 => {
            let inner = json_string(&format!("{{\"token\":{}}}", json_string(&token)));
            let whole = json_string(&format!("{{\"inner\":{inner}}}"));
            let (before, after) = whole.split_once(&token).expect("it is in it");
            log.around(&format!("{{\"deep\":{before}"), &token, &format!("{after},\"z\":-0.0e1}}\n"));
        }
        9 => log.around("{\"t\":\"", &token.replace('_', "\\u005f"), "\",\"t\":null}\n"),
        10 => log.around("CEF:0|v|p|1|100|leak|9|src=10.0.0.1 msg=key ", &token, " end\n"),
        _ => log.around(
            "2026/11/25 11:00:00 [error] 31#31: *7 upstream timed out, request: \"GET /?token=",
            &token,
            " HTTP/1.1\", host: \"a.example\"\n",
        ),
    }
}

/// Cut into records by the runtime of a container.
fn records(log: &mut Log, place: usize, seed: u64) {
    let token = token(seed);
    let (first, second) = token.split_at(7 + seed as usize % 25);
    let docker = |output: &str| format!("\",\"stream\":\"{output}\",\"time\":\"{TIME}\"}}\n");
    match place {
        12 => log.around(&format!("{TIME} stdout F got "), &token, " and went on\n"),
        13 => {
            let between = format!("\n{TIME} stderr F beside it\n{TIME} stdout F ");
            log.around(&format!("{TIME} stdout P {}", "x y ".repeat(30)), first, &between);
            log.around("", second, " end\n");
        }
        14 => {
            let (middle, last) = second.split_at(4);
            log.around(&format!("{TIME} stderr P "), first, &format!("\n{TIME} stderr P "));
            log.around("", middle, &format!("\n{TIME} stdout F {{\"ok\":true}}\n{TIME} stderr F "));
            log.around("", last, "\n");
        }
        15 => {
            let next = "{\"log\":\"";
            log.around("{\"log\":\"half ", first, &format!("{}{next}", docker("stdout")));
            log.around("", second, &format!(" end\\n{}", docker("stdout")));
        }
        16 => {
            log.around(
                "{\"log\": \"half ",
                first,
                "\", \"stream\": \"stdout\", \"time\": \"x\"}\n{\"log\": \"",
            );
            log.around("", second, " end\\n\", \"stream\": \"stdout\", \"time\": \"x\"}\n");
        }
        17 => log.around("{\"log\":\"{\\\"t\\\":\\\"", &token, &format!("\\\"}}\\n{}", docker("stderr"))),
        18 => {
            // A record as the runtime cuts it: 16 KiB of text, the secret on both sides of the cut.
            let filler = "some words ".repeat(1500);
            let begin = &filler[..16_383 - first.len()];
            log.around(&format!("{TIME} stdout P {begin} "), first, &format!("\n{TIME} stdout F "));
            log.around("", second, "; done\n");
        }
        _ => {
            let encoded = STANDARD.encode(format!("url=https://x:{token}@github.com/ and more text here"));
            let (first, second) = encoded.split_at(10 + seed as usize % 60);
            log.around(&format!("{TIME} stdout P "), first, &format!("\n{TIME} stdout F "));
            log.around("", second, "\n");
        }
    }
}

/// Encoded.
fn encoded(log: &mut Log, place: usize, seed: u64) {
    let token = token(seed);
    match place {
        20 => {
            let encoded = STANDARD.encode(format!("url=https://x:{token}@github.com/ and more text here"));
            log.around("{\"body\":\"", &encoded, "\",\"k\":1}\n");
        }
        21 => log.around("data: ", &STANDARD.encode(format!("GITHUB_TOKEN={token}\n")), "\n"),
        22 => log.around("{\"p\":\"", &URL_SAFE_NO_PAD.encode(format!("{{\"t\":\"{token}\"}}")), "\"}\n"),
        23 => {
            let hex: String = format!("token={token};").bytes().map(|byte| format!("{byte:02x}")).collect();
            log.around("dump: ", &hex, " end\n");
        }
        24 => log.around("next=https%3A%2F%2Fx%3A", &percent(&token), "%40github.com%2Facme HTTP/1.1\n"),
        25 => log.around("> Authorization: Basic ", &STANDARD.encode(format!("ci:{token}")), "\r\n"),
        26 => {
            let auth = STANDARD.encode(format!("ci:{token}"));
            log.around("{\"auths\":{\"ghcr.io\":{\"auth\":\"", &auth, "\"}}}\n");
        }
        _ => log.around("blob ", &STANDARD_NO_PAD.encode(format!("x {token} y")), " .\n"),
    }
}

/// Other secrets than tokens, and long lines.
fn others(log: &mut Log, place: usize, seed: u64) {
    let mut random = Random::new(seed);
    let alphabet = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut password = |length: usize| format!("x7{}", random.chars(alphabet, length));
    match place {
        28 => log.around("connect postgres://app:", &password(14), "@db.example.net:5432/shop\n"),
        29 => log.around("{\"user\":\"app\",\"password\":\"", &password(16), "\",\"n\":1}\n"),
        30 => {
            let before = "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"objectRef\":{\"resource\":\"secrets\",\
                \"name\":\"db\"},\"requestObject\":{\"kind\":\"Secret\",\"data\":{\"pw\":\"";
            log.around(before, &STANDARD.encode(password(9)), "\"},\"stringData\":{\"a\":\"");
            log.around("", &password(9), "\"}},\"stage\":\"ResponseComplete\"}\n");
        }
        31 => {
            // At the end of what a read brings at most.
            log.pad(65_536, 10);
            log.around(" ", &token(seed), "\n");
        }
        32 => {
            let before = format!("{{\"k\":\"{}", "some words ".repeat(2_000));
            log.around(&before, &token(seed), "\"}\n");
        }
        _ => {
            log.stays_raw(b"\xff\xfe\x80 token=");
            log.around("", &token(seed), "\u{1f511}\n");
        }
    }
}

/// The lines of a private key, each between what its framing puts around it.
pub(crate) fn key(log: &mut Log, random: &mut Random, before: &str, after: &str) {
    let marker = |end: &str| format!("-----{end} RSA PRIV{}", "ATE KEY-----");
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    log.stays(&format!("{before}{}{after}", marker("BEGIN")));
    for length in [64, 64, 64, 20] {
        log.around(before, &random.chars(alphabet, length), after);
    }
    log.stays(&format!("{before}{}{after}", marker("END")));
}

/// Lines without a secret that look as if they had one.
pub(crate) fn decoys(log: &mut Log, random: &mut Random) {
    let mut hex = |count| random.chars(b"0123456789abcdef", count);
    log.stays(&format!("pulled sha256:{} in 2 s\n", hex(64)));
    log.stays(&format!("commit {} trace_id={}\n", hex(40), hex(32)));
    log.stays(&format!("password=*** token=${{TOKEN}} user=x{}\n", hex(6)));
    let uuid = format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12));
    log.stays(&format!("{{\"id\": \"{uuid}\", \"a\": 1e400,\"a\":  -0}}\n"));
    log.stays(&format!("aws_access_key_id = AKIA{}EXAMPLE\n", "IOSFODNN7"));
    log.stays("\r\n\r\n\0 \u{feff}é\u{1f511}\n");
}
