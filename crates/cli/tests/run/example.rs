//! What is found in the bundled example, and that nothing of it is shown.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{code, json, repository, run, stderr, stdout};

const TREE: &str = "fixtures/example";

/// Everything that is found, and nothing else.
const EXPECTED: &[(&str, &str, u64)] = &[
    ("docker-config-auth", ".docker/config.json", 4),
    ("github-pat", ".env", 3),
    ("stripe-live-secret-key", ".env", 4),
    ("connection-string-url-password", ".env", 5),
    ("gitlab-pat", ".gitlab-ci.yml", 5),
    ("npm-access-token", ".npmrc", 2),
    ("sendgrid-api-key", "app/settings.py", 9),
    ("openai-api-key", "app/settings.py", 12),
    ("slack-webhook", "app/settings.py", 13),
    ("private-key", "certs/shop.acme.example.key", 1),
    ("aws-access-key-id", "config/production.yaml", 4),
    ("aws-secret-access-key", "config/production.yaml", 5),
    ("digitalocean-pat", "deploy/main.tf", 2),
    ("github-pat", "deploy/release.sh", 3),
    ("jwt", "logs/worker.log", 2),
    ("huggingface-token", "notebooks/reviews.ipynb", 7),
    ("slack-bot-token", "windows/appsettings.json", 4),
];

fn places(report: &Value) -> BTreeSet<(String, String, u64)> {
    let mut places = BTreeSet::new();
    for finding in report["findings"].as_array().expect("a list") {
        for location in finding["locations"].as_array().expect("a list") {
            let path = location["path"].as_str().expect("a path");
            let path = path.strip_prefix("fixtures/example/").unwrap_or(path);
            let rule = finding["rule"].as_str().expect("an id");
            places.insert((rule.to_owned(), path.to_owned(), location["line"].as_u64().expect("a line")));
        }
    }
    places
}

fn expected() -> BTreeSet<(String, String, u64)> {
    EXPECTED.iter().map(|(rule, path, line)| ((*rule).to_owned(), (*path).to_owned(), *line)).collect()
}

#[test]
fn exactly_what_was_put_there_is_found() {
    let output = run(&repository(), &["scan", TREE, "-f", "json"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(places(&report), expected());
    assert_eq!(report["complete"], true);
    assert_eq!(report["stats"]["suppressed"]["inline"], 1, "the page that anyone may read");
    assert_eq!(report["stats"]["suppressed"]["confidence"], 1, "the key of AWS's documentation");
}

#[test]
fn suppressed_and_low_findings_are_found_where_that_is_asked_for() {
    let output =
        run(&repository(), &["scan", TREE, "-f", "json", "--no-suppress", "--min-confidence", "low"]);
    let mut expected = expected();
    expected.insert(("aws-access-key-id".to_owned(), "README.md".to_owned(), 5));
    expected.insert(("connection-string-url-password".to_owned(), "deploy/release.sh".to_owned(), 4));
    assert_eq!(places(&json(&output)), expected);
}

#[test]
fn the_ignore_file_counts_unless_its_place_is_named() {
    let tree = run(&repository(), &["scan", "fixtures", "-f", "json"]);
    let example = |report: &Value| places(report).iter().any(|(_, path, _)| path == ".env");
    assert!(!example(&json(&tree)), "the ignore file allows fixtures/example/");
    let tree = run(&repository(), &["scan", "fixtures", "-f", "json", "--no-suppress"]);
    assert!(example(&json(&tree)));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for format in ["text", "json", "jsonl", "sarif"] {
        let reports: Vec<Vec<u8>> = ["1", "2", "5"]
            .iter()
            .map(|threads| {
                run(&repository(), &["scan", "fixtures", "--no-suppress", "-f", format, "-j", threads]).stdout
            })
            .collect();
        assert!(reports[0].len() > 1000 && reports.windows(2).all(|pair| pair[0] == pair[1]), "{format}");
    }
}

#[test]
fn no_output_holds_a_secret_beyond_its_mask() {
    let everything = ["--no-suppress", "--min-confidence", "low"];
    let shown =
        run(&repository(), &[&["scan", TREE, "-f", "json", "--show-secrets"], &everything[..]].concat());
    let report = json(&shown);
    let findings = report["findings"].as_array().expect("a list");
    let secrets: Vec<&str> =
        findings.iter().map(|finding| finding["secret_raw"].as_str().expect("a text")).collect();
    assert!(secrets.len() >= EXPECTED.len() - 1, "one secret stands in two places");
    for format in ["text", "json", "jsonl", "sarif"] {
        for quoted in [&[][..], &everything[..]] {
            let arguments = [&["scan", TREE, "-v", "-f", format, "--color", "always"], quoted].concat();
            let output = run(&repository(), &arguments);
            let said = stdout(&output) + &stderr(&output);
            for secret in &secrets {
                assert_hidden(&said, secret, format);
            }
        }
    }
}

/// Fails if the text holds five bytes in a row of the secret, other than those that stand in the public part of a key
/// block or in words that are no part of the secret's value.
fn assert_hidden(said: &str, secret: &str, format: &str) {
    let secret: String = secret.lines().filter(|line| !line.starts_with("-----")).collect();
    // What a mask may show, and what every token of the kind begins with.
    let beyond = &secret.as_bytes()[4.min(secret.len())..];
    for run in beyond.windows(5) {
        let run = std::str::from_utf8(run).expect("secrets of the example are ASCII");
        // Not in the message: it would be in the log.
        assert!(!said.contains(run), "{format} shows a part of {}…", &secret[..4]);
    }
}
