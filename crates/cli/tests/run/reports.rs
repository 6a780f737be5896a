//! Which report goes where, and what else there is to print.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{code, keysieve, leak, repository, run, stderr, stdout};

fn leaky() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("src")).expect("made");
    fs::write(directory.path().join("src/ci.env"), leak()).expect("written");
    directory
}

#[test]
fn formats_and_files_are_paired() {
    let directory = leaky();
    let arguments =
        ["scan", "src", "-f", "sarif", "-o", "a.json", "-o", "b.jsonl", "-f", "json", "-f", "text"];
    let output = run(directory.path(), &arguments);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("high[") || stdout(&output).starts_with("critical["));
    let read = |name: &str| -> Value {
        let text = fs::read(directory.path().join(name)).expect("a report");
        serde_json::from_slice(&text).expect("JSON")
    };
    assert_eq!(read("a.json")["version"], "2.1.0");
    assert_eq!(read("b.jsonl")["schema_version"], 1);
}

#[test]
fn without_a_report_on_standard_output_it_says_where_they_are() {
    let directory = leaky();
    let output = run(directory.path(), &["scan", "src", "-o", "report.sarif"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
    assert_eq!(stderr(&output), "1 secret found; see report.sarif\n");
    let sarif: Value =
        serde_json::from_slice(&fs::read(directory.path().join("report.sarif")).expect("there"))
            .expect("JSON");
    let prints = &sarif["runs"][0]["results"][0]["partialFingerprints"];
    assert!(prints["primaryLocationLineHash"].as_str().is_some_and(|hash| hash.ends_with(":1")), "{prints}");
    let output = run(directory.path(), &["scan", "src", "-q", "-o", "report.sarif"]);
    assert_eq!(stderr(&output), "");
}

#[test]
fn an_old_report_is_not_scanned_along() {
    let directory = leaky();
    let arguments = ["scan", "--show-secrets", "-f", "text", "-o", "report.txt", "-f", "json"];
    let first = run(directory.path(), &arguments);
    assert!(
        fs::read_to_string(directory.path().join("report.txt")).expect("there").contains(&leak()[17..31])
    );
    assert_eq!(run(directory.path(), &arguments).stdout, first.stdout);
}

#[test]
fn a_closed_pipe_ends_quietly_with_the_code_of_the_outcome() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.current_dir(repository()).args(["scan", "fixtures/example", "-f", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(code(&output), 1);
    assert_eq!(stderr(&output), "");
}

#[test]
fn colors_come_where_they_are_asked_for() {
    let directory = leaky();
    let colored = |arguments: &[&str]| stdout(&run(directory.path(), arguments)).contains('\x1b');
    assert!(!colored(&["scan"]), "not into a pipe");
    assert!(colored(&["scan", "--color", "always"]));
    assert!(!colored(&["scan", "--color", "never"]));
    let output =
        keysieve(directory.path()).env("KEYSIEVE_COLOR", "always").arg("scan").output().expect("runs");
    assert!(stdout(&output).contains('\x1b'));
}

#[test]
fn fingerprints_depend_on_the_key() {
    let directory = leaky();
    fs::write(directory.path().join("key"), "ours\n").expect("written");
    let print = |key: Option<&str>| {
        let mut command = keysieve(directory.path());
        command.args(["scan", "src", "-f", "json"]);
        key.map(|key| command.env("KEYSIEVE_FINGERPRINT_KEY", key));
        let report: Value =
            serde_json::from_slice(&command.output().expect("runs").stdout).expect("one JSON document");
        report["findings"][0]["fingerprint"].as_str().expect("a text").to_owned()
    };
    assert_eq!(print(Some("ours")), print(Some("@key")));
    assert_ne!(print(Some("ours")), print(None));
}

#[test]
fn completions_and_the_manual_page_are_there() {
    let directory = tempfile::tempdir().expect("a directory");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(directory.path(), &["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("min-confidence"), "{shell}");
    }
    let page = stdout(&run(directory.path(), &["man"]));
    for part in
        [".TH keysieve 1", ".SH \"KEYSIEVE SCAN\"", "min\\-confidence", "KEYSIEVE_THREADS", "EXIT STATUS"]
    {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn the_version_names_the_rules() {
    let version = stdout(&run(&repository(), &["--version"]));
    let digest = version.strip_prefix(concat!("keysieve ", env!("CARGO_PKG_VERSION"), " (rules "));
    let digest = digest.and_then(|rest| rest.strip_suffix(")\n")).expect("name, version and rules");
    let digest = digest.strip_prefix(concat!(env!("CARGO_PKG_VERSION"), "+")).expect("the rules' version");
    assert!(digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
}

#[test]
fn rules_are_listed_shown_and_checked() {
    let directory = tempfile::tempdir().expect("a directory");
    let list: Value = serde_json::from_slice(&run(directory.path(), &["rules", "list", "-f", "json"]).stdout)
        .expect("JSON");
    let ids: Vec<&str> =
        list.as_array().expect("a list").iter().map(|rule| rule["id"].as_str().expect("an id")).collect();
    assert!(ids.len() > 100 && ids.is_sorted());
    assert_eq!(stdout(&run(directory.path(), &["rules", "list"])).lines().count(), ids.len() + 1);
    for id in ids.iter().step_by(100) {
        let page = run(directory.path(), &["rules", "show", id]);
        assert!(code(&page) == 0 && stdout(&page).starts_with(id), "{id}");
    }
    let check = run(directory.path(), &["rules", "check"]);
    assert_eq!(code(&check), 0, "{}", stdout(&check));
    let docs = stdout(&run(directory.path(), &["rules", "docs"]));
    let page = fs::read_to_string(repository().join("rules/README.md")).expect("there");
    assert!(docs == page, "rules docs is rules/README.md");
}

#[test]
fn rules_of_ones_own_are_checked_and_used() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("written");
    let rule = "[[rule]]\nid = 'acme-key'\nregex = '\\b(?P<secret>acme_[0-9a-z]{24})\\b'\n[rule.examples]\n";
    write(
        "good.toml",
        &format!("{rule}positive = ['k=«acme_{{{{alnumlower:24}}}}»']\nnegative = ['k=acme_x']\n"),
    );
    write(
        "bad.toml",
        &format!("{rule}positive = ['k=«acme_x»']\nnegative = ['k=acme_{{{{alnumlower:24}}}}']\n"),
    );
    let good = run(directory.path(), &["rules", "check", "good.toml"]);
    assert_eq!((code(&good), stdout(&good).as_str()), (0, "1 rule, 2 examples: nothing wrong\n"));
    let bad = run(directory.path(), &["rules", "check", "bad.toml"]);
    assert_eq!(code(&bad), 2, "{}", stdout(&bad));
    let said = stdout(&bad) + &stderr(&bad);
    assert!(said.contains("bad.toml:5:") && said.contains("bad.toml:6:"), "{said}");
    write("notes.txt", &format!("k = acme_{}\n", "4xk9q2mz".repeat(3)));
    let found = run(directory.path(), &["scan", "notes.txt", "--rules", "good.toml", "--rule", "acme-key"]);
    assert_eq!(code(&found), 1, "{}", stderr(&found));
    assert!(stdout(&found).contains("high[acme-key]"));
}
