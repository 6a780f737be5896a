//! Says whether a masked copy is what it must be. It knows where the secrets stood, and nothing of how they are found.

use std::collections::HashSet;

use crate::log::{Fate, Log};

/// So many bytes of a secret in a row are a leak, wherever they stand.
const RUN: usize = 8;

/// What is wrong with a masked copy, if anything is; never what a secret was.
pub(crate) fn check(log: &Log, out: &[u8]) -> Result<(), String> {
    lines(log, out)?;
    nothing_left(log, out)?;
    json(&log.text, out)
}

/// Every line is what it was, with masks where secrets stood.
fn lines(log: &Log, out: &[u8]) -> Result<(), String> {
    let count = |text: &[u8]| text.iter().filter(|&&byte| byte == b'\n').count();
    if count(&log.text) != count(out) {
        return Err(format!("{} lines became {}", count(&log.text), count(out)));
    }
    let mut secrets = log.secrets.iter().peekable();
    let mut start = 0;
    let both =
        log.text.split_inclusive(|&byte| byte == b'\n').zip(out.split_inclusive(|&byte| byte == b'\n'));
    for (number, (line, masked)) in both.enumerate() {
        let (mut at, mut rest) = (start, masked);
        let end = start + line.len();
        let wrong = |what: &str| format!("line {}: {what}: {:?}", number + 1, head(masked));
        while let Some((span, fate)) = secrets.next_if(|(span, _)| span.start < end) {
            let stays = &log.text[at..span.start];
            rest = rest.strip_prefix(stays).ok_or_else(|| wrong("something else changed"))?;
            match fate {
                Fate::Masked => rest = after_mask(rest).ok_or_else(|| wrong("a secret has no mask"))?,
                Fate::Gone => {}
            }
            at = span.end;
        }
        if rest != &log.text[at..end] {
            return Err(wrong("the rest of the line changed"));
        }
        start = end;
    }
    Ok(())
}

/// What follows a mask.
fn after_mask(text: &[u8]) -> Option<&[u8]> {
    let body = text.strip_prefix(b"[REDACTED:")?;
    let end = body.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte))?;
    body[end..].strip_prefix(b"]")
}

/// No run of a secret stands anywhere.
fn nothing_left(log: &Log, out: &[u8]) -> Result<(), String> {
    let mut runs: HashSet<&[u8]> = HashSet::new();
    for (span, _) in &log.secrets {
        runs.extend(log.text[span.clone()].windows(RUN).skip(RUN));
    }
    match out.windows(RUN).position(|run| runs.contains(run)) {
        Some(at) => Err(format!("a part of a secret is left at byte {at}")),
        None => Ok(()),
    }
}

/// What was JSON is JSON.
fn json(text: &[u8], out: &[u8]) -> Result<(), String> {
    let is_json = |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
    let both = text.split(|&byte| byte == b'\n').zip(out.split(|&byte| byte == b'\n'));
    for (before, after) in both.filter(|(before, after)| before != after) {
        if is_json(before) && !is_json(after) {
            return Err(format!("no JSON any more: {:?}", head(after)));
        }
    }
    Ok(())
}

fn head(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().take(240).collect()
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let mut log = Log::default();
    log.around("{\"a\": \"", "q8Zx1Lm4Tr9Wc2Vb7Nd5", "\", \"n\": 1.0}\nlast\n");
    let good = "{\"a\": \"[REDACTED:x]\", \"n\": 1.0}\nlast\n";
    assert_eq!(check(&log, good.as_bytes()), Ok(()));
    for (from, to) in [
        ("1.0", "1"),
        ("[REDACTED:x]", "***"),
        ("[REDACTED:x]", "[REDACTED:x]Lm4Tr9Wc2Vb"),
        ("[REDACTED:x]\"", "[REDACTED:x]"),
        ("last", "lost"),
        ("last\n", "last"),
        ("}\n", "}\n\n"),
    ] {
        assert!(check(&log, good.replace(from, to).as_bytes()).is_err(), "{from} as {to}");
    }
}
