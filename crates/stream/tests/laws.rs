//! What a whole text holds is masked in every split of it, and nothing else changes.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use keysieve_engine::{Engine, builtin_sources};
use keysieve_rules::{Lookahead, Pack, Strictness};
use keysieve_stream::{Detect as _, EngineDetector, Redactor, Replacement, Rules, Setup};
use keysieve_testkit::Random;
use proptest::prelude::*;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::new(Engine::builtin())));
static SETUP: LazyLock<Arc<Setup>> = LazyLock::new(|| Arc::new(Setup::new(Arc::clone(&RULES))));

/// Every positive example of the pack, on lines of its own.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts = builtin_sources().iter().map(|source| (PathBuf::from(source.name), source.text.to_owned()));
    let pack = Pack::from_texts(texts.collect(), Strictness::Pack).expect("the pack obeys its laws");
    let bounded = |rule: &&keysieve_rules::Rule| rule.lookahead != Lookahead::Open && rule.paths.is_empty();
    let pairs = pack.rules.iter().zip(&pack.examples).filter(|(rule, _)| bounded(rule));
    pairs
        .flat_map(|(rule, examples)| examples.positives(&rule.info.id).expect("well-formed"))
        .map(|example| example.text)
        .collect()
});

fn redact(setup: &Arc<Setup>, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut redactor = Redactor::new(Arc::clone(setup));
    let mut out = Vec::new();
    for piece in pieces {
        redactor.push(piece.as_ref(), &mut out).expect("memory takes all");
    }
    redactor.finish(&mut out).expect("memory takes all");
    out
}

fn cut(text: &[u8], random: &mut Random, longest: usize) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.len().min(random.below(longest) + 1));
        pieces.push(piece.to_vec());
        rest = later;
    }
    pieces
}

fn lines(text: &[u8]) -> Vec<String> {
    text.split_inclusive(|&byte| byte == b'\n')
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// The lines in which two outputs differ, to be read.
fn differing(one: &[u8], other: &[u8]) -> Vec<(String, String)> {
    let pairs = lines(one).into_iter().zip(lines(other));
    pairs.filter(|(one, other)| one != other).take(4).collect()
}

#[test]
fn every_split_gives_the_same() {
    let mut text = String::new();
    for (index, example) in EXAMPLES.iter().enumerate() {
        text.push_str(example);
        text.push_str(
            [
                "\n[11:00:00] --\n",
                "\r\n[11:00:00] --\r\n",
                "\n\n[11:00:00] --\n",
                "\n{\"n\": 1, \"ok\": true}\n",
            ][index % 4],
        );
    }
    let text = text.as_bytes();
    let whole = redact(&SETUP, [text]);
    assert_eq!(lines(&whole).len(), lines(text).len(), "no line is added or lost");
    let by_line = redact(&SETUP, text.split_inclusive(|&byte| byte == b'\n'));
    assert_eq!(differing(&by_line, &whole), []);
    for (seed, longest) in [(1, 60), (2, 9_000)] {
        let split = redact(&SETUP, cut(text, &mut Random::new(seed), longest));
        assert_eq!(differing(&split, &whole), [], "pieces of up to {longest}");
    }
    let twice = redact(&SETUP, [&whole]);
    assert_eq!(differing(&twice, &whole), [], "masking twice is masking once");
}

#[test]
fn what_a_scan_finds_in_a_line_is_masked_and_the_rest_stays() {
    let mut detector = EngineDetector::new(Arc::clone(&RULES));
    let mut seen = 0;
    for example in EXAMPLES.iter() {
        let text = format!("{example}\n");
        let mut hits = Vec::new();
        detector.detect(text.as_bytes(), 0..text.len(), true, &mut hits);
        let none = hits.is_empty();
        hits.retain(|hit| !text[hit.span.start..hit.end.min(text.len() - 1)].contains('\n'));
        let out = String::from_utf8_lossy(&redact(&SETUP, [&text])).into_owned();
        for hit in &hits {
            seen += 1;
            let secret = &text[hit.span.clone()];
            let stays = text.matches(secret).count() > 1 || secret.len() < 5;
            assert!(stays || !out.contains(secret), "{} stays in {out}", hit.label);
        }
        if none && !text.contains("PRIVATE KEY") {
            assert_eq!(out, text);
        }
    }
    assert!(seen > 500, "too few: {seen}");
}

#[test]
fn forms_that_keep_the_length_do_and_are_made_once() {
    let text: String =
        EXAMPLES.iter().step_by(3).flat_map(|example| [example, "\n[11:00:00] --\n"]).collect();
    for replacement in [Replacement::Length, Replacement::Format, Replacement::Partial(4)] {
        let mut setup = Setup::new(Arc::clone(&RULES));
        setup.replacement = replacement.clone();
        let setup = Arc::new(setup);
        let once = redact(&setup, [&text]);
        assert_eq!(once.len(), text.len());
        assert_ne!(once, text.as_bytes());
        assert_eq!(differing(&redact(&setup, [&once]), &once), [], "{replacement:?}");
    }
}

fn piece() -> impl Strategy<Value = String> {
    const GLUE: &[&str] =
        &["", " ", "\n", "\"", "\\n", "\\\"", "=", ": ", "{\"a\":\"", "\"}\n", "\x1b[31m", "%3D", "\0", "é"];
    prop_oneof![
        3 => any::<prop::sample::Index>().prop_map(|index| index.get(&EXAMPLES).clone()),
        2 => prop::sample::select(GLUE).prop_map(str::to_owned),
        1 => "[a-zA-Z0-9+/=\n -]{0,90}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn mixed_texts_give_the_same_in_every_split(pieces in prop::collection::vec(piece(), 1..24), seed: u64) {
        let text = pieces.concat();
        let whole = redact(&SETUP, [&text]);
        let split = redact(&SETUP, cut(text.as_bytes(), &mut Random::new(seed), 40));
        prop_assert_eq!(differing(&split, &whole), vec![]);
        prop_assert_eq!(lines(&whole).len(), lines(text.as_bytes()).len());
    }
}
