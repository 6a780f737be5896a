//! Other tools' files: read as they are, and written as a `keysieve.toml`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{code, json, run, stderr, stdout};

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

/// Rule and path of everything that is found.
fn found(directory: &Path, arguments: &[&str]) -> Vec<(String, String)> {
    let output = run(directory, &[&["scan", "src", "-f", "json"], arguments].concat());
    assert!(matches!(code(&output), 0 | 1), "{}", stderr(&output));
    let report = json(&output);
    let mut found = Vec::new();
    for finding in report["findings"].as_array().expect("findings") {
        for location in finding["locations"].as_array().expect("places") {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            found.push((text(&finding["rule"]), text(&location["path"])));
        }
    }
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rule, path)| ((*rule).to_owned(), (*path).to_owned())).collect()
}

/// A token of a made-up service.
fn token(name: &str) -> String {
    format!("{name}-{}", "4xk9q2mz7b".repeat(2))
}

/// SHA-1 of the password that [`super::leak`] has.
const OLD: &str = "e2612ecad3f8a4c4d88718d8e29cbf2e84819e3e";

const GITLEAKS: &str = r"
title = 'ours'
[[rules]]
id = 'acme_token'
description = 'Acme token'
regex = '''acme-([0-9a-z]{20})'''
secretGroup = 1
keywords = ['ACME']
[[rules.allowlists]]
condition = 'AND'
paths = ['''\.md$''']
regexTarget = 'line'
regexes = ['''sample''']
[[rules]]
id = 'store'
path = '''\.p12$'''
[[rules]]
id = 'pair'
regex = '''pair-[0-9a-z]{20}'''
[[rules.required]]
id = 'half'
withinLines = 1
[[rules]]
id = 'half'
regex = '''half-[0-9a-z]{20}'''
skipReport = true
";

/// A directory that is the root of a work tree, so that names start there.
fn root() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(directory.path(), ".git/objects/x", "");
    write(directory.path(), ".git/refs/x", "");
    directory
}

fn tree() -> tempfile::TempDir {
    let directory = root();
    let (path, line) = (directory.path(), |name: &str| format!("k = {}\n", token(name)));
    write(path, "src/a.txt", &line("acme"));
    write(path, "src/a.md", &format!("sample {}", line("acme")));
    write(path, "src/b.p12", "some bytes");
    write(path, "src/near.txt", &format!("{}{}", line("half"), line("pair")));
    write(path, "src/far.txt", &format!("{}\n\n\n{}", line("half"), line("pair")));
    directory
}

#[test]
fn a_gitleaks_configuration_finds_the_same_as_it_is_and_imported() {
    let directory = tree();
    let path = directory.path();
    write(path, "g.toml", GITLEAKS);
    let expected = [("acme_token", "src/a.txt"), ("pair", "src/near.txt"), ("store", "src/b.p12")];
    assert_eq!(found(path, &["--config", "g.toml"]), pairs(&expected));
    assert_eq!(found(path, &["--no-config", "--rules", "g.toml"]), pairs(&expected));
    let imported = run(path, &["config", "import", "g.toml"]);
    assert_eq!(code(&imported), 0, "{}", stderr(&imported));
    let expected = [("acme-token", "src/a.txt"), ("pair", "src/near.txt"), ("store", "src/b.p12")];
    assert_eq!(
        found(path, &[]),
        pairs(&expected),
        "{}",
        fs::read_to_string(path.join("keysieve.toml")).expect("written")
    );
    let again = run(path, &["config", "import", "g.toml"]);
    assert_eq!(code(&again), 2, "it is there already");
    assert_eq!(code(&run(path, &["config", "import", "g.toml", "--force"])), 0);
    assert_eq!(stdout(&run(path, &["config", "check"])).lines().count(), 1);
}

#[test]
fn rules_in_yaml_are_read_as_they_are_and_imported() {
    let directory = tree();
    let path = directory.path();
    let kingfisher = "rules:\n- name: Acme\n  id: own.acme.1\n  pattern: |\n    (?x) acme - # not (that\n    ( [0-9a-z]{20} )\n  min_entropy: 2\n";
    let trufflehog = "detectors:\n- name: HalfToken\n  keywords: [half]\n  regex:\n    id: 'half-([0-9a-z]{20})'\n  verify:\n  - endpoint: http://localhost/\n";
    write(path, "k.yml", kingfisher);
    write(path, "t.yaml", trufflehog);
    let expected = [
        ("HalfToken", "src/far.txt"),
        ("HalfToken", "src/near.txt"),
        ("own.acme.1", "src/a.md"),
        ("own.acme.1", "src/a.txt"),
    ];
    assert_eq!(found(path, &["--rules", "k.yml", "--rules", "t.yaml"]), pairs(&expected));
    let imported = run(path, &["config", "import", "k.yml", "t.yaml"]);
    assert_eq!(code(&imported), 0);
    assert!(
        stderr(&imported).contains("t.yaml:6: `HalfToken`: `verify` counts for nothing; nothing is asked"),
        "{}",
        stderr(&imported)
    );
    let expected = [
        ("half-token", "src/far.txt"),
        ("half-token", "src/near.txt"),
        ("own-acme-1", "src/a.md"),
        ("own-acme-1", "src/a.txt"),
    ];
    assert_eq!(found(path, &[]), pairs(&expected));
    let check = run(path, &["rules", "check", "k.yml"]);
    assert_eq!(code(&check), 2);
    assert!(
        stderr(&check).contains("this is a file of kingfisher: a scan takes it by --rules"),
        "{}",
        stderr(&check)
    );
    write(path, "bad.yml", "rules:\n- id: a\n  pattern: 'a(?=b)'\n");
    let bad = run(path, &["scan", "src", "--rules", "bad.yml"]);
    assert_eq!(code(&bad), 2);
    assert!(stderr(&bad).contains("bad.yml:3: rule `a`: `pattern`: look-around"), "{}", stderr(&bad));
    assert_eq!(code(&run(path, &["config", "import", "src/a.txt"])), 2, "no such file is known");
}

#[test]
fn baselines_are_named_and_filters_become_exceptions() {
    let directory = root();
    let path = directory.path();
    let line = super::leak();
    write(path, "src/old.env", &line);
    write(path, "src/ignored.env", &line.replace("7kQ", "9zX"));
    write(path, "src/skipped/a.env", &line.replace("7kQ", "3wV"));
    write(path, "src/new.env", &line.replace("7kQ", "5pL"));
    write(path, ".gitleaksignore", "src/ignored.env:any-rule:1\n");
    let baseline = r#"{"version": "1.5.0", "plugins_used": [{"name": "BasicAuthDetector"}],
        "filters_used": [{"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["skipped/"]},
          {"path": "detect_secrets.filters.wordlist.should_exclude_secret", "file_name": "words.txt"}],
        "results": {"src/old.env": [{"type": "Basic Auth Credentials", "filename": "src/old.env",
          "hashed_secret": "SHA1", "is_verified": false, "line_number": 1}]}}"#;
    write(path, ".secrets.baseline", &baseline.replace("SHA1", OLD));
    let imported = run(path, &["config", "import", ".secrets.baseline", ".gitleaksignore"]);
    assert_eq!(code(&imported), 0, "{}", stderr(&imported));
    assert!(stderr(&imported).contains("its words are in another file"), "{}", stderr(&imported));
    let elsewhere = run(path, &["config", "import", ".gitleaksignore", "-o", "src/keysieve.toml"]);
    assert_eq!(code(&elsewhere), 2, "what it would name is not below it");
    let left = found(path, &[]);
    assert_eq!(left.iter().map(|(_, path)| path.as_str()).collect::<Vec<_>>(), ["src/new.env"]);
}

#[test]
fn rules_are_known_by_what_gitleaks_calls_them() {
    let directory = root();
    let path = directory.path();
    write(
        path,
        "src/k.txt",
        &format!(
            "-----BEGIN {} KEY-----\n{}\n-----END {} KEY-----\n",
            "OPENSSH PRIVATE",
            key(),
            "OPENSSH PRIVATE"
        ),
    );
    let compat = |arguments: &[&str]| {
        let all = [&["compat", "gitleaks", "dir", ".", "-r", "-", "-f", "json"], arguments].concat();
        let output = run(path, &all);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (code(&output), report[0]["RuleID"].as_str().unwrap_or_default().to_owned())
    };
    let (_, rule) = compat(&[]);
    assert!(rule.starts_with("private-key"), "{rule}");
    assert_eq!(compat(&["--enable-rule", "private-key"]).0, 1);
    assert_eq!(compat(&["--enable-rule", "slack-webhook-url"]).0, 0);
    for (name, known) in [("private-key", true), ("slack-webhook-url", false)] {
        write(path, ".gitleaksignore", &format!("src/k.txt:{name}:1\n"));
        assert_eq!(compat(&[]).0, i32::from(!known), "{name}");
        write(path, ".gitleaksignore", "");
        write(path, "g.toml", &format!("[extend]\nuseDefault = true\ndisabledRules = ['{name}']\n"));
        assert_eq!(compat(&["-c", "g.toml"]).0, i32::from(!known), "{name}");
        write(
            path,
            "g.toml",
            &format!(
                "[extend]\nuseDefault = true\n[[allowlists]]\ntargetRules = ['{name}']\npaths = ['k.txt']\n"
            ),
        );
        assert_eq!(compat(&["-c", "g.toml"]).0, i32::from(!known), "{name}");
    }
    write(path, "g.toml", "[extend]\nuseDefault = true\ndisabledRules = ['no-such-rule']\n");
    let said = stderr(&run(path, &["compat", "gitleaks", "dir", ".", "-c", "g.toml"]));
    assert!(said.contains("`disabledRules` has `no-such-rule`"), "{said}");
}

/// The inside of a key block.
fn key() -> String {
    let line: String = (0..70_u32).map(|at| char::from(b'A' + (at * at * 7 % 26) as u8)).collect();
    format!("b3BlbnNzaC1rZXktdjEA{}\n{line}\n{line}", &line[..50])
}

/// What betterleaks finds with it in the tree of the test is what is expected below.
const BETTERLEAKS: &str = r#"
prefilter = 'attributes["path"] endsWith ".md"'
[[rules]]
id = 'acme'
description = 'Acme token'
regex = 'acme-[0-9a-z]{20}'
keywords = ['acme']
filter = """
let s = finding["secret"];
matchesAny(attributes["path"] ?? "", ['(^|/)tests/']) && finding.line contains "made up" || containsAny(s, ["SAMPLE"])"""
"#;

#[test]
fn filters_of_betterleaks_are_heeded_and_imported() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    write(path, ".betterleaks.toml", BETTERLEAKS);
    let [one, two] = ["4xk9q2mz7b", "7b3wv8np5r"].map(|half| format!("acme-{half}{}", "5rl6tj1cz9"));
    write(path, "src/a.env", &format!("a = {one}\nb = acme-sample{}\n", "4xk9q2mz7b5rl6"));
    write(path, "src/notes.md", &format!("a = {one}\n"));
    write(path, "src/tests/b.env", &format!("made up: {two}\n\nkey: {two}\n"));
    let expected = pairs(&[("acme", "a.env"), ("acme", "tests/b.env")]);
    assert_eq!(found(path, &["--config", ".betterleaks.toml"]), expected);

    let output = run(path, &["config", "import", ".betterleaks.toml", "-o", "keysieve.toml"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let own = ["--config", "keysieve.toml", "--rule", "acme"];
    assert_eq!(found(path, &own), expected);
    let report = json(&run(path, &[&["scan", "src", "-f", "json"][..], &own].concat()));
    assert_eq!(report["stats"]["suppressed"]["config"], 3, "{report:#}");

    write(path, ".betterleaks.toml", &BETTERLEAKS.replace("containsAny(s", "tokenRatio(s"));
    let output = run(path, &["scan", "src", "--config", ".betterleaks.toml"]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    assert!(said.contains(".betterleaks.toml:8: rule `acme`: `filter`: the function `tokenRatio`"), "{said}");
}
