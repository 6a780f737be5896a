//! With a cache the report is the same, whatever is in the repository and whatever the cache knows of it.

use std::fs;

use super::{Planted, code, run, stderr, stdout};

#[test]
fn a_cache_changes_nothing_wherever_secrets_are() {
    let mut planted = Planted::new();
    let cache = planted.directory.path().join("cache").display().to_string();
    let report = |planted: &Planted, more: &[&str]| {
        let fixed = ["git", "--format", "json", "--show-secrets"];
        let output = run(&planted.root(), &[&fixed[..], more].concat());
        assert_eq!((code(&output), stderr(&output)), (1, String::new()));
        stdout(&output)
    };
    let options: [&[&str]; 3] = [&[], &["-j", "3"], &["--min-confidence", "low"]];
    for more in options {
        let without = report(&planted, more);
        for time in ["first", "second", "third"] {
            let with = report(&planted, &[more, &["--cache", &cache][..]].concat());
            assert!(with == without, "{more:?}, the {time} run");
        }
    }
    // The cache is older than the repository; what was found before is there under another name, and in an archive.
    planted.plant("later", "later.env");
    fs::rename(planted.root().join("a.zip"), planted.root().join("b.zip")).expect("renamed");
    planted.commit("later");
    planted.git(&["repack", "-dq"]);
    for more in options {
        let without = report(&planted, more);
        assert!(report(&planted, &[more, &["--cache", &cache][..]].concat()) == without, "{more:?}, later");
    }
    for file in fs::read_dir(&cache).expect("made").map(|entry| entry.expect("an entry").path()) {
        for seen in fs::read_dir(file).expect("a directory").map(|entry| entry.expect("an entry").path()) {
            let bytes = fs::read(seen).expect("read");
            for name in planted.expected.keys() {
                let secret = super::token(name);
                let is_secret = |window: &[u8]| window == &secret.as_bytes()[6..];
                assert!(!bytes.windows(secret.len() - 6).any(is_secret), "{name} is in the cache");
            }
        }
    }
}
