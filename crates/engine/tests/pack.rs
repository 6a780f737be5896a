//! The built-in pack, rule by rule: every example does what it says.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use keysieve_engine::{Engine, Match, Place, Scratch, builtin_sources};
use keysieve_finding::Confidence;
use keysieve_rules::{Pack, Paths, Rule, Strictness};

fn pack() -> Pack {
    let texts = builtin_sources().iter().map(|source| (PathBuf::from(source.name), source.text.to_owned()));
    Pack::from_texts(texts.collect(), Strictness::Pack).expect("the pack obeys its laws")
}

/// What is found in an example of a rule, where the rule holds.
fn matches(engine: &Engine, paths: &Paths<'_>, rule: &Rule, text: &str) -> Vec<Match> {
    let mut all = Vec::new();
    let place = rule.example_path().map(|path| Place::of_path(paths, path.as_bytes())).unwrap_or_default();
    let _ = engine.scan_at(&place, text.as_bytes(), &mut Scratch::new(engine), |found| {
        all.push(found);
        ControlFlow::Continue(())
    });
    all
}

#[test]
fn every_positive_example_is_found_and_exactly_its_secret() {
    let (pack, engine) = (pack(), Engine::builtin());
    let paths = engine.paths();
    let mut wrong = Vec::new();
    for (rule, examples) in pack.rules.iter().zip(&pack.examples) {
        for example in examples.positives(&rule.info.id).expect("well-formed") {
            let found = matches(&engine, &paths, rule, &example.text);
            let secret = example.secret.expect("positives are marked");
            let mine: Vec<_> =
                found.iter().filter(|found| engine.rule(found.rule).info.id == rule.info.id).collect();
            if !mine.iter().any(|found| found.secret == secret) {
                wrong.push(format!("{}: {} -> {mine:?} of {}", rule.info.id, example.text, found.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_negative_example_is_found() {
    let (pack, engine) = (pack(), Engine::builtin());
    let paths = engine.paths();
    let mut wrong = Vec::new();
    for (rule, examples) in pack.rules.iter().zip(&pack.examples) {
        for example in examples.negatives(&rule.info.id).expect("well-formed") {
            let found = matches(&engine, &paths, rule, &example.text);
            let mut mine = found.iter().filter(|found| engine.rule(found.rule).info.id == rule.info.id);
            // What is judged by a score may be found at low confidence, which is not reported by default.
            if mine.any(|found| found.score.is_none() || found.confidence > Confidence::Low) {
                wrong.push(format!("{}: {}", rule.info.id, example.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_a_driver() {
    assert_eq!(Engine::builtin().searched(), Vec::<&str>::new());
}

#[test]
fn the_pack_that_was_built_in_is_the_one_on_disk() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let pack = Pack::load_dir(&dir).expect("the pack obeys its laws");
    assert_eq!(pack.digest(), Engine::builtin_digest());
    assert_eq!(pack.rules.len(), Engine::builtin().len());
}
