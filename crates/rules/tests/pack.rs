//! The built-in pack: every file obeys every law, and its reference page is current.

use std::path::{Path, PathBuf};

use keysieve_rules::{Pack, docs};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate is two levels down")
        .join("rules")
}

fn pack() -> Pack {
    Pack::load_dir(&directory()).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn every_rule_obeys_every_law() {
    let pack = pack();
    assert!(!pack.rules.is_empty());
    assert_eq!(pack.rules.len(), pack.examples.len());
    assert_eq!(pack.sources.iter().map(|source| source.rules).sum::<usize>(), pack.rules.len());
}

#[test]
fn what_the_engine_compiles_is_an_expression() {
    for rule in &pack().rules {
        let body = regex::bytes::RegexBuilder::new(&rule.expression()).unicode(false).build();
        assert!(body.is_ok(), "{}: {}", rule.info.id, rule.expression());
    }
}

#[test]
fn the_reference_page_is_current() {
    let path = directory().join("README.md");
    let page = docs::readme(&pack());
    if std::env::var_os("KEYSIEVE_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "rules/README.md is not current: KEYSIEVE_BLESS=1 cargo test -p keysieve-rules"
    );
}
