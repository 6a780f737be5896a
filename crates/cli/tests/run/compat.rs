//! A configuration of gitleaks in its whole grammar, and what it finds in a tree made for it.
//!
//! What is expected is what gitleaks 8.30.1 finds there, run with `gitleaks dir tree -c gitleaks-full.toml`: the same
//! rules at the same lines. Two things differ. Its `StartColumn` is that of the whole match, where ours is that of the
//! secret; `EndColumn` is the same. And for a rule about files it says line 0, column 0, where ours says 1, because
//! whoever reads reports wants a line that is there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{code, repository, run, stderr};

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

/// Rule, file, line and last column of what is reported.
fn found(directory: &Path, arguments: &[&str]) -> Vec<String> {
    let output = run(directory, &[&["compat", "gitleaks"], arguments, &["-f", "json", "-r", "-"]].concat());
    assert!(matches!(code(&output), 0 | 1), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let place = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
        format!("{} {} {} {}", text("RuleID"), text("File"), finding["StartLine"], finding["EndColumn"])
    };
    let mut found: Vec<String> = report.as_array().expect("a list").iter().map(place).collect();
    found.sort();
    found
}

/// A tree in which every key makes a difference.
fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    for name in ["gitleaks-full.toml", "gitleaks-base.toml"] {
        fs::copy(repository().join("fixtures/compat").join(name), path.join(name)).expect("copied");
    }
    let token: String = ["4xk9q2mz", "7b3wv8np", "5rl6tj1c"].concat();
    let back: String = token.chars().rev().collect();
    let tree = path.join("tree");
    let lines =
        format!("acme_key: \"{token}\"\n\n  ACME-x = {back}\nacme: {}\nnokw = {token}\n", "a".repeat(24));
    write(&tree, "acme.yml", &lines);
    write(&tree, "fixtures/acme.yml", &format!("acme_key: {token}\n"));
    let hex = |head: &str| format!("{head}{}", &"0123456789abcdef"[head.len()..]);
    let (left, right) =
        (|head: &str| format!("left-{}", hex(head)), |head: &str| format!("right-{}", hex(head)));
    write(
        &tree,
        "e.env",
        &format!(
            "l={}\nr={} and {}\nr={}\nx={}\n",
            left("01"),
            right("fe"),
            left("77"),
            right("0e"),
            left("dead")
        ),
    );
    write(&tree, "e.txt", &format!("l={}\n", left("01")));
    write(&tree, "tests/e.conf", &format!("sandbox {}\n{}\n", left("a1"), left("a2")));
    write(&tree, "sandbox.conf", &format!("sandbox {}\n", left("a3")));
    write(&tree, "s.p12", "binary-ish\n");
    write(&tree, "fixtures/s.p12", "x\n");
    let (account, secret) = ("account-12345678", format!("asecret-{}", &token[..16]));
    write(&tree, "near.txt", &format!("{account}\n{secret}\n"));
    write(&tree, "far.txt", &format!("{account}\n\n\n\n{secret}\n"));
    write(&tree, "wide.txt", &format!("{account}{}{secret}\n", " ".repeat(60)));
    write(&tree, "go.txt", "k{1}=AA123456ab-.\nk=AA123456ab-.\n");
    let changed = format!("chg-{}", &token[..12]);
    write(
        &tree,
        "chg.txt",
        &format!(
            "chg-{}\nchg-{}\nnothing to see {changed}\n{changed}\n# gitleaks:allow {changed}\n",
            "0".repeat(12),
            "abc".repeat(4)
        ),
    );
    write(&tree, "gone.txt", &format!("gone-{}\n", &token[..12]));
    directory
}

const EXPECTED: [&str; 12] = [
    "account tree/near.txt 1 16",
    "acme_token tree/acme.yml 1 35",
    "acme_token tree/acme.yml 3 36",
    "changed tree/chg.txt 2 17",
    "changed tree/chg.txt 4 17",
    "either tree/e.env 1 23",
    "either tree/e.env 2 25",
    "either tree/e.env 2 51",
    "either tree/sandbox.conf 1 29",
    "either tree/tests/e.conf 2 22",
    "go-syntax tree/go.txt 1 17",
    "key-store tree/s.p12 1 2",
];

#[test]
fn a_configuration_in_its_whole_grammar_finds_what_it_finds_there() {
    let directory = tree();
    let path = directory.path();
    assert_eq!(found(path, &["dir", "tree", "-c", "gitleaks-full.toml"]), EXPECTED);
    let output = run(path, &["compat", "gitleaks", "dir", "tree", "-c", "gitleaks-full.toml"]);
    let said = stderr(&output);
    assert_eq!(said.lines().filter(|line| line.starts_with("warning: ")).count(), 1, "{said}");
    assert!(said.contains("gitleaks-full.toml:18: `acme_token`: `tags` counts for nothing"), "{said}");
}

#[test]
fn what_a_commit_on_the_list_brought_is_let_pass() {
    let mut repository = super::repository::Repository::new(&[]);
    let token = |name: &str| format!("tok-{name}{}\n", "4xk9q2mz7b".repeat(2));
    repository.write("old.txt", token("aa"));
    let old = repository.commit("one");
    repository.write("new.txt", token("bb"));
    repository.commit("two");
    let config =
        |more: &str| format!("[[rules]]\nid = 'tok'\nregex = 'tok-[a-z]{{2}}[0-9a-z]{{20}}'\n{more}");
    let path = repository.beside("g.toml");
    let check = |more: &str, files: &[&str]| {
        fs::write(&path, config(more)).expect("written");
        let all = found(&repository.root(), &["git", ".", "-c", &path.display().to_string()]);
        let named: Vec<&str> = all.iter().filter_map(|found| found.split(' ').nth(1)).collect();
        assert_eq!(named, files, "{more}");
    };
    check("", &["new.txt", "old.txt"]);
    let upper = old.to_uppercase();
    check(&format!("[[allowlists]]\ncommits = ['{upper}']\n"), &["new.txt"]);
    check(&format!("[[rules.allowlists]]\ncommits = ['{old}']\npaths = ['new']\n"), &[]);
    check(
        &format!("[[rules.allowlists]]\ncondition = 'AND'\ncommits = ['{old}']\npaths = ['new']\n"),
        &["new.txt", "old.txt"],
    );
}

#[test]
fn a_template_makes_a_report_of_the_users_own() {
    let directory = tree();
    let path = directory.path();
    let template = "{{- range $i, $f := . }}{{ if eq .RuleID \"either\" -}}\n\
                    {{ $i }};{{ .File | quote }};{{ .StartLine }};{{ hasSuffix \".conf\" .File }};{{ .Entropy | float64 | gt 1.0 }}\n\
                    {{ end }}{{ end }}{{ len . }} of {{ now | date \"2006\" }}\n";
    write(path, "own.tmpl", template);
    let asked = |options: &[&str]| {
        let given = ["compat", "gitleaks", "dir", "tree", "-c", "gitleaks-full.toml", "-r", "-"];
        run(path, &[&given, options].concat())
    };
    let output = super::keysieve(path)
        .env("SOURCE_DATE_EPOCH", "1795593310")
        .args(["compat", "gitleaks", "dir", "tree", "-c", "gitleaks-full.toml", "-r", "-"])
        .args(["-f", "template", "--report-template", "own.tmpl"])
        .output()
        .expect("runs");
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(text.lines().count(), 6, "{text}");
    assert!(text.contains(";\"tree/tests/e.conf\";2;true;false\n"), "{text}");
    assert!(text.ends_with("12 of 2026\n"), "{text}");

    // What cannot be done is said before anything is scanned, with its place.
    write(path, "bad.tmpl", "{{ range . }}\n{{ .File | env }}{{ end }}\n");
    let output = asked(&["--report-template", "bad.tmpl"]);
    assert_eq!((code(&output), output.stdout.len()), (1, 0));
    assert!(stderr(&output).contains("bad.tmpl:2: function \"env\" is refused"), "{}", stderr(&output));
    let output = asked(&["-f", "template"]);
    assert!(stderr(&output).contains("wants --report-template"), "{}", stderr(&output));
    assert_eq!(code(&output), 1);
}
