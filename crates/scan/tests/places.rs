//! A rule that asks for a path runs in such files alone.

use std::path::Path;
use std::sync::Arc;

use keysieve_engine::Engine;
use keysieve_finding::Origin;
use keysieve_policy::{Date, Policy};
use keysieve_rules::{RuleFile, Strictness};
use keysieve_scan::{Control, Options, scan};
use keysieve_testkit::{CutSource, Cuts};

/// Finds the second line of a file, if the first says that it is one of these.
const RULE: &str = r"
[[rule]]
id = 'acme-password'
regex = '^\#acme\n(?P<secret>[a-z]{4,20})\n'
path = ['.acmerc', '**/acme/*.conf']
";

fn paths_of_findings(objects: Vec<Origin>, text: &[u8], cuts: Cuts) -> Vec<String> {
    let file = RuleFile::parse(Path::new("acme.toml"), RULE, Strictness::User).expect("a good rule");
    let engine = Engine::builtin_and(file.rules).expect("links");
    let objects = objects.into_iter().map(|origin| (origin, text.to_vec())).collect();
    let policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
    let source = CutSource::new(objects, cuts);
    let outcome = scan(&engine, &policy, &source, &Options::default(), &Control::default()).expect("scans");
    let locations = outcome.findings.iter().flat_map(|finding| &finding.locations);
    locations.map(|location| String::from_utf8_lossy(&location.origin.path()).into_owned()).collect()
}

fn entry(outer: &[u8], inner: &[u8]) -> Origin {
    Origin::Entry { outer: Arc::new(Origin::file(outer)), path: inner.into() }
}

#[test]
fn it_holds_by_name_and_in_an_archive_by_the_entrys_name() {
    let text = b"#acme\nmoonlight\n";
    let objects = vec![
        Origin::file(b"home/.ACMErc"),
        Origin::file(b"etc/acme/site.conf"),
        Origin::file(b"etc/acme/site.txt"),
        entry(b"backup.zip", b"root/.acmerc"),
        entry(b".acmerc", b"readme.txt"),
        Origin::stdin(),
    ];
    let found = paths_of_findings(objects, text, Cuts::Whole);
    assert_eq!(found, ["backup.zip!/root/.acmerc", "etc/acme/site.conf", "home/.ACMErc"]);
}

#[test]
fn windows_change_nothing() {
    let text = [&b"#acme\nmoonlight\n"[..], &b"padding\n".repeat(40_000)].concat();
    for longest in [5, 4096, 100_000] {
        let found =
            paths_of_findings(vec![Origin::file(b".acmerc")], &text, Cuts::Random { seed: 3, longest });
        assert_eq!(found, [".acmerc"], "{longest}");
    }
}
