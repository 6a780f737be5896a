//! Logs of every kind with secrets at awkward places, and a checker that knows nothing of how they are found.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keysieve_engine::Engine;
use keysieve_rules::fill;
use keysieve_stream::{Redactor, Rules, Setup};
use keysieve_testkit::Random;

static SETUP: LazyLock<Arc<Setup>> =
    LazyLock::new(|| Arc::new(Setup::new(Arc::new(Rules::new(Engine::builtin())))));

/// A part of a log: what must stay, and what must go.
enum Part {
    Stays(String),
    /// The secret as it stands there, and the shortest run of it that must not be left.
    Goes(String),
}

#[derive(Default)]
struct Log(Vec<Part>);

impl Log {
    fn stays(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Part::Stays(last)) => last.push_str(text),
            _ => self.0.push(Part::Stays(text.to_owned())),
        }
    }

    fn goes(&mut self, text: &str) {
        self.0.push(Part::Goes(text.to_owned()));
    }

    fn text(&self) -> String {
        let text = |part: &Part| match part {
            Part::Stays(text) | Part::Goes(text) => text.clone(),
        };
        self.0.iter().map(text).collect()
    }

    /// What is wrong with a masked copy: everything that stays must stand there in order, with nothing but one or more
    /// masks in the place of what goes.
    fn check(&self, out: &str) -> Result<(), String> {
        let mut rest = out;
        let mut gone = false;
        for part in &self.0 {
            match part {
                Part::Goes(secret) => {
                    if out.contains(&secret[secret.len() / 2..]) {
                        return Err(format!("a secret of {} bytes stays", secret.len()));
                    }
                    gone = true;
                }
                Part::Stays(text) => {
                    if gone {
                        rest = rest
                            .strip_prefix("[REDACTED")
                            .and_then(|rest| rest.split_once(']'))
                            .map(|(_, rest)| rest)
                            .ok_or_else(|| format!("no mask before {:?}: {:?}", head(text), head(rest)))?;
                    }
                    rest = rest
                        .strip_prefix(text.as_str())
                        .ok_or_else(|| format!("{:?} became {:?}", head(text), head(rest)))?;
                    gone = false;
                }
            }
        }
        let whole = rest.is_empty() || gone && rest.starts_with("[REDACTED") && rest.ends_with(']');
        if whole { Ok(()) } else { Err(format!("left over: {:?}", head(rest))) }
    }
}

fn head(text: &str) -> String {
    text.chars().take(160).collect()
}

fn token(seed: u64) -> String {
    fill("{{github:ghp}}", seed).expect("a placeholder")
}

const TIME: &str = "2026-11-25T11:00:00.123456789Z";

/// Lines without a secret that look as if they had one.
fn decoys(log: &mut Log, random: &mut Random) {
    let hex = |random: &mut Random, count| random.chars(b"0123456789abcdef", count);
    let mut text = String::new();
    let _ = writeln!(text, "pulled sha256:{} in 2 s", hex(random, 64));
    let _ = writeln!(text, "commit {} trace_id={}", hex(random, 40), hex(random, 32));
    let _ = writeln!(text, "password=*** token=${{TOKEN}} user=x{}", hex(random, 6));
    let _ = writeln!(
        text,
        "{{\"id\": \"{}-{}-4{}-a{}-{}\", \"a\": 1e400,\"a\":  -0}}",
        hex(random, 8),
        hex(random, 4),
        hex(random, 3),
        hex(random, 3),
        hex(random, 12)
    );
    let _ = write!(text, "\r\n\r\n\0 \u{feff}é\u{1f511}\n");
    log.stays(&text);
}

/// One token in each of the ways in which logs hold them.
fn awkward(log: &mut Log, kind: usize, seed: u64) {
    let token = token(seed);
    let (first, second) = token.split_at(7 + seed as usize % 30);
    let around = |log: &mut Log, before: &str, secret: &str, after: &str| {
        log.stays(before);
        log.goes(secret);
        log.stays(after);
    };
    match kind {
        0 => around(log, "url https://x:", &token, "@github.com/acme/site.git\r\n"),
        1 => around(log, "{\"a\":[1,{\"Authorization\":\"token ", &token, "\"}],\"n\":1.50}\n"),
        2 => around(log, "{\"msg\":\"{\\\"t\\\": \\\"", &token, "\\\"}\",\"msg\":\"x\\/\\u00e9\"}\n"),
        3 => around(log, "level=info msg=\"sent\" auth=\"", &token, "\" dur=3ms\n"),
        4 => around(log, &format!("{TIME} stdout F got "), &token, " and went on\n"),
        5 => {
            around(
                log,
                &format!("{TIME} stdout P {}", "x y ".repeat(30)),
                first,
                &format!("\n{TIME} stderr F beside it\n{TIME} stdout F "),
            );
            around(log, "", second, " end\n");
        }
        6 => {
            around(
                log,
                "{\"log\":\"half ",
                first,
                &format!("\",\"stream\":\"stdout\",\"time\":\"{TIME}\"}}\n{{\"log\":\""),
            );
            around(log, "", second, &format!(" end\\n\",\"stream\":\"stdout\",\"time\":\"{TIME}\"}}\n"));
        }
        7 => around(
            log,
            "10.0.0.1 - - [25/Nov/2026:11:00:00 +0000] \"GET /cb?access_token=",
            &token,
            "&x=%20y HTTP/1.1\" 200 612 \"-\" \"curl/8.0\"\n",
        ),
        8 => around(log, "<165>1 2026-11-25T11:00:00Z host app 12 ID47 - token=", &token, " done\n"),
        9 => around(log, "\x1b[32mINFO\x1b[0m token ", &format!("{first}\x1b[1m{second}"), "\x1b[0m ok\n"),
        10 => {
            let encoded = STANDARD.encode(format!("url=https://x:{token}@github.com/ and more text here"));
            around(log, "{\"body\":\"", &encoded, "\",\"k\":1}\n");
        }
        11 => around(log, "data: ", &STANDARD.encode(format!("GITHUB_TOKEN={token}\n")), "\n"),
        12 => {
            let hex: String = format!("token={token};").bytes().map(|byte| format!("{byte:02x}")).collect();
            around(log, "dump: ", &hex, " end\n");
        }
        _ => {
            log.stays("{\"k\":\"");
            log.stays(&"some words ".repeat(2_000));
            around(log, "", &token, "\"}\n");
        }
    }
}

const KINDS: usize = 14;

/// The lines of a private key, each behind what its framing puts before it.
fn key(log: &mut Log, random: &mut Random, before: &str, after: &str) {
    let marker = |end: &str| format!("-----{end} RSA PRIV{}", "ATE KEY-----");
    log.stays(&format!("{before}{}{after}", marker("BEGIN")));
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for length in [64, 64, 64, 20] {
        log.stays(before);
        log.goes(&random.chars(alphabet, length));
        log.stays(after);
    }
    log.stays(&format!("{before}{}{after}", marker("END")));
}

fn corpus(seed: u64) -> Log {
    let mut log = Log::default();
    let mut random = Random::new(seed);
    for round in 0..3 {
        for kind in 0..KINDS {
            decoys(&mut log, &mut random);
            awkward(&mut log, kind, seed * 1000 + round * 100 + kind as u64);
        }
        key(&mut log, &mut random, "", "\n");
        key(&mut log, &mut random, "12:00:01 app | ", "\r\n");
        key(&mut log, &mut random, &format!("{TIME} stderr F "), "\n");
        key(
            &mut log,
            &mut random,
            "{\"log\":\"",
            &format!("\\n\",\"stream\":\"stderr\",\"time\":\"{TIME}\"}}\n"),
        );
    }
    log
}

fn redact(text: &[u8], longest: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut redactor = Redactor::new(Arc::clone(&SETUP));
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = if longest == 1 { 1 } else { random.below(longest) + 1 };
        let (piece, later) = rest.split_at(rest.len().min(length));
        redactor.push(piece, &mut out).expect("memory takes all");
        rest = later;
    }
    redactor.finish(&mut out).expect("memory takes all");
    String::from_utf8(out).expect("text stays text")
}

fn assert_json(text: &str, out: &str) {
    let json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    for (before, after) in text.lines().zip(out.lines()) {
        assert!(!json(before) || json(after), "no JSON any more: {after}");
    }
}

#[test]
fn secrets_go_and_all_else_stays() {
    let log = corpus(7);
    let text = log.text();
    for (longest, seed) in [(1 << 20, 1), (1, 2), (97, 3), (16_384, 4)] {
        let out = redact(text.as_bytes(), longest, seed);
        assert_eq!(log.check(&out), Ok(()), "pieces of up to {longest} bytes");
        assert_json(&text, &out);
    }
}

#[test]
fn lines_of_any_length_go_through() {
    let mut log = Log::default();
    for seed in 0..4 {
        log.stays(&"words without end ".repeat(50_000));
        log.stays(" token=");
        log.goes(&token(seed));
        log.stays(" ");
    }
    log.stays("\nnext\n");
    let text = log.text();
    for longest in [1 << 20, 70_000] {
        assert_eq!(
            log.check(&redact(text.as_bytes(), longest, 1)),
            Ok(()),
            "pieces of up to {longest} bytes"
        );
    }
}
