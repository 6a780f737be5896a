//! What happens when something goes wrong, or stalls.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use keysieve_engine::Engine;
use keysieve_finding::{MaskKind, Secret};
use keysieve_rules::fill;
use keysieve_stream::{Detect, Hit, KnownValues, Redactor, Rules, Setup};

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::new(Engine::builtin())));

fn setup() -> Setup {
    Setup::new(Arc::clone(&RULES))
}

/// Fails wherever a line asks for it.
struct Broken;

impl Detect for Broken {
    fn detect(&mut self, haystack: &[u8], range: Range<usize>, _: bool, _: &mut Vec<Hit>) -> usize {
        assert!(!haystack.windows(5).any(|word| word == b"BREAK"), "asked for");
        range.end
    }

    fn recover(&mut self) {}
}

fn broken(fail_open: bool) -> (String, u64) {
    let mut setup = setup();
    setup.fail_open = fail_open;
    let mut redactor = Redactor::with_detector(Arc::new(setup), Box::new(Broken));
    let text = "one\nBREAK a secret\n{\"a\": \"BREAK\"}\n\
        2026-11-25T11:00:00.123456789Z stdout F BREAK\n\
        {\"log\":\"BREAK\\n\",\"stream\":\"stdout\",\"time\":\"x\"}\nlast\n";
    let mut out = Vec::new();
    redactor.push(text.as_bytes(), &mut out).expect("memory takes all");
    redactor.finish(&mut out).expect("memory takes all");
    assert!(!fail_open || out == text.as_bytes());
    (String::from_utf8(out).expect("text"), redactor.failures())
}

#[test]
fn a_line_that_cannot_be_looked_at_is_withheld_in_its_framing() {
    let expected = "one\n[REDACTED:line-withheld]\n{\"keysieve\":\"[REDACTED:line-withheld]\"}\n\
        2026-11-25T11:00:00.123456789Z stdout F [REDACTED:line-withheld]\n\
        {\"log\":\"[REDACTED:line-withheld]\\n\",\"stream\":\"stdout\",\"time\":\"x\"}\nlast\n";
    assert_eq!(broken(false), (expected.to_owned(), 4));
    assert_eq!(broken(true).1, 4);
}

#[test]
fn a_stall_lets_out_what_is_no_token_and_then_the_token_masked() {
    let token = fill("{{github:ghp}}", 5).expect("a placeholder");
    let mut redactor = Redactor::new(Arc::new(setup()));
    let mut out = Vec::new();
    redactor.push(format!("say: {}", &token[..20]).as_bytes(), &mut out).expect("memory takes all");
    assert_eq!(out, b"");
    redactor.stall(&mut out).expect("memory takes all");
    assert_eq!(out, b"say: ");
    redactor.stall(&mut out).expect("memory takes all");
    redactor.stall(&mut out).expect("memory takes all");
    redactor.push(format!("{} then\n", &token[20..]).as_bytes(), &mut out).expect("memory takes all");
    redactor.push(b"word", &mut out).expect("memory takes all");
    redactor.stall(&mut out).expect("memory takes all");
    redactor.stall(&mut out).expect("memory takes all");
    redactor.push(b"s\n", &mut out).expect("memory takes all");
    let expected = "say: [REDACTED:incomplete-token] then\nwords\n";
    assert_eq!(String::from_utf8_lossy(&out), expected);
}

#[test]
fn a_reload_changes_what_is_masked_and_loses_nothing() {
    let mut redactor = Redactor::new(Arc::new(setup()));
    let mut out = Vec::new();
    redactor.push(b"plain words\nplain ", &mut out).expect("memory takes all");
    let mut other = setup();
    let value = Secret::new(b"plain words", MaskKind::Password);
    other.known = KnownValues::new(&[("name".to_owned(), value)]).expect("few");
    redactor.reload(Arc::new(other));
    redactor.push(b"words\n", &mut out).expect("memory takes all");
    redactor.finish(&mut out).expect("memory takes all");
    assert_eq!(String::from_utf8_lossy(&out), "plain words\n[REDACTED:name]\n");
}
