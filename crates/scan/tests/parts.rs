//! What a rule finds that is a part of something else is reported only where that is not near.

use std::path::Path;

use keysieve_engine::Engine;
use keysieve_finding::Origin;
use keysieve_policy::{Date, Policy};
use keysieve_rules::{RuleFile, Strictness};
use keysieve_scan::{Control, Options, scan};
use keysieve_testkit::{CutSource, Cuts};

const RULES: &str = r"
[[rule]]
id = 'acme-key-id'
regex = '\bacme_id_[a-z]{6}\b'
part_of = ['acme-key']

[[rule]]
id = 'acme-key'
regex = '\bacme_key_[a-z]{6}\b'
";

fn ids_of_findings(objects: &[(&str, String)]) -> Vec<String> {
    let file = RuleFile::parse(Path::new("acme.toml"), RULES, Strictness::User).expect("good rules");
    let engine = Engine::new(file.rules).expect("links");
    let objects =
        objects.iter().map(|(path, text)| (Origin::file(path.as_bytes()), text.clone().into())).collect();
    let policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
    let source = CutSource::new(objects, Cuts::Whole);
    let outcome = scan(&engine, &policy, &source, &Options::default(), &Control::default()).expect("scans");
    outcome.findings.iter().map(|finding| finding.rule.id.to_string()).collect()
}

#[test]
fn a_part_is_reported_only_without_its_whole() {
    let (id, key) = ("id: acme_id_qwerty\n", "key: acme_key_qwerty\n");
    let one = |text: String| ids_of_findings(&[("a.txt", text)]);
    assert_eq!(one(format!("{id}{key}")), ["acme-key"]);
    assert_eq!(one(format!("{key}\n\n{id}")), ["acme-key"]);
    assert_eq!(one(id.to_owned()), ["acme-key-id"]);
    assert_eq!(one(format!("{id}{}{key}", "\n".repeat(20))), ["acme-key-id", "acme-key"]);
    let apart = [("a.txt", id.to_owned()), ("b.txt", key.to_owned())];
    assert_eq!(ids_of_findings(&apart), ["acme-key-id", "acme-key"]);
}
