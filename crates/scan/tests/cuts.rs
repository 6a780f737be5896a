//! Where the windows of an object are cut, and on how many threads, changes nothing.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::LazyLock;

use keysieve_engine::{Engine, builtin_sources};
use keysieve_finding::{Confidence, Origin, Outcome};
use keysieve_policy::{Date, Policy};
use keysieve_rules::{Pack, Strictness};
use keysieve_scan::{Control, Options, scan};
use keysieve_testkit::{CutSource, Cuts};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);

/// The pack's positive examples, each on lines of its own.
fn text() -> String {
    let texts = builtin_sources().iter().map(|source| (PathBuf::from(source.name), source.text.to_owned()));
    let pack = Pack::from_texts(texts.collect(), Strictness::Pack).expect("the pack obeys its laws");
    let mut text = String::from("é first\r\n");
    for (rule, examples) in pack.rules.iter().zip(&pack.examples) {
        for example in examples.positives(&rule.info.id).expect("well-formed") {
            text.push_str(&example.text);
            text.push_str("  \u{1f511}\n");
        }
    }
    text
}

fn policy() -> Policy {
    Policy { min_confidence: Confidence::Low, ..Policy::new(Date::new(2026, 11, 30).expect("a date")) }
}

fn run(source: &CutSource, threads: usize) -> Outcome {
    let threads = NonZeroUsize::new(threads).expect("not zero");
    scan(&ENGINE, &policy(), source, &Options { threads, ..Options::default() }, &Control::default())
        .expect("the source is in memory")
}

/// All that a report says, but for the snippet, which shows less of a line where a window ends.
fn said(outcome: &Outcome, snippets: bool) -> Vec<String> {
    let mut all = Vec::new();
    for finding in &outcome.findings {
        for location in &finding.locations {
            let mut location = location.clone();
            if !snippets {
                location.snippet = None;
            }
            all.push(format!(
                "{} {} {} {location:?} {:?}",
                finding.rule.id, finding.secret, finding.fingerprint, finding.evidence
            ));
        }
    }
    all
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn cuts_change_nothing() {
    let text = text();
    let plain = text.clone().into_bytes();
    let wide = utf16(&text);
    let bom = [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat();
    for (name, bytes) in [("plain.txt", plain), ("wide.txt", wide), ("bom.txt", bom)] {
        let object = vec![(Origin::file(name.as_bytes()), bytes)];
        let whole = run(&CutSource::new(object.clone(), Cuts::Whole), 1);
        assert!(whole.findings.len() > 300, "{name}: {}", whole.findings.len());
        for seed in 0..6 {
            let cut = CutSource::new(object.clone(), Cuts::Random { seed, longest: 1 << (4 + 2 * seed) });
            assert_eq!(said(&run(&cut, 1), false), said(&whole, false), "{name}, seed {seed}");
        }
    }
}

#[test]
fn lines_and_columns_of_utf16_are_those_of_its_text() {
    let text = text();
    let places = |bytes: Vec<u8>| {
        let outcome = run(&CutSource::new(vec![(Origin::file(b"x.txt"), bytes)], Cuts::Whole), 1);
        let place = |location: &keysieve_finding::Location| {
            (location.line, location.column, location.utf16_column, location.end_line, location.end_column)
        };
        outcome.findings.iter().flat_map(|finding| finding.locations.iter().map(place)).collect::<Vec<_>>()
    };
    assert_eq!(places(utf16(&text)), places(text.into_bytes()));
}

#[test]
fn one_thread_and_many_say_the_same() {
    let text = text();
    let objects: Vec<_> = (0..10)
        .map(|n| (Origin::file(format!("dir/{n}.txt").as_bytes()), text.clone().into_bytes()))
        .collect();
    let one = said(&run(&CutSource::new(objects.clone(), Cuts::Whole), 1), true);
    for _ in 0..3 {
        assert_eq!(said(&run(&CutSource::new(objects.clone(), Cuts::Whole), 4), true), one);
    }
}

#[test]
fn no_snippet_shows_a_secret() {
    let outcome = run(&CutSource::new(vec![(Origin::file(b"x.txt"), text().into_bytes())], Cuts::Whole), 1);
    let secrets: Vec<&[u8]> = outcome.findings.iter().map(|finding| finding.secret.expose()).collect();
    for finding in &outcome.findings {
        for location in &finding.locations {
            let shown = &location.snippet.as_ref().expect("it is text").text;
            for secret in &secrets {
                let hidden = &secret[4.min(secret.len())..];
                let leak =
                    hidden.windows(12).find(|run| memchr::memmem::find(shown.as_bytes(), run).is_some());
                assert!(
                    leak.is_none(),
                    "{} shows {:?}",
                    finding.rule.id,
                    leak.map(|run| run.escape_ascii().to_string())
                );
            }
        }
    }
}
