//! Configuration files, ours and other tools', and acting as another tool.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{code, json, keysieve, leak, repository, run, stderr, stdout};

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(directory.path(), ".git/objects/x", "");
    write(directory.path(), ".git/refs/x", "");
    write(directory.path(), "src/ci.env", &leak());
    write(directory.path(), "docs/ci.env", &leak());
    directory
}

fn paths(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let places = findings.iter().flat_map(|finding| finding["locations"].as_array().expect("places"));
    places.map(|place| place["path"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn the_nearest_file_counts_and_options_go_before_it() {
    let directory = tree();
    let path = directory.path();
    write(path, "keysieve.toml", "[files]\nexclude = ['docs/']\n[findings]\nmin_severity = 'critical'\n");
    assert_eq!(code(&run(path, &["scan"])), 0);
    let found = run(path, &["scan", "--min-severity", "low", "-f", "json"]);
    assert_eq!(paths(&json(&found)), ["src/ci.env"]);
    assert_eq!(code(&run(&path.join("src"), &["scan"])), 0, "it is looked for upwards");
    let mut command = keysieve(path);
    assert_eq!(code(&command.env("KEYSIEVE_MIN_SEVERITY", "low").arg("scan").output().expect("runs")), 1);
    assert_eq!(paths(&json(&run(path, &["scan", "--no-config", "-f", "json"]))).len(), 2);
    write(path, ".keysieve.toml", "");
    let both = run(path, &["scan"]);
    assert_eq!(code(&both), 2);
    assert!(stderr(&both).contains("are both there: keep one"), "{}", stderr(&both));
    assert_eq!(code(&run(path, &["scan", "--config", ".keysieve.toml"])), 1);
}

#[test]
fn it_allows_findings_and_brings_rules() {
    let directory = tree();
    let path = directory.path();
    let text = "[[allow]]\npaths = ['docs/']\nrules = ['connection-string-url-password']\nreason = 'made up'\n\
                [[rule]]\nid = 'acme-key'\nregex = '\\b(?P<secret>acme_[0-9a-z]{24})\\b'\n";
    write(path, "keysieve.toml", text);
    write(path, "notes.txt", &format!("k = acme_{}\n", "4xk9q2mz".repeat(3)));
    let report = json(&run(path, &["scan", "-f", "json"]));
    assert_eq!(paths(&report), ["notes.txt", "src/ci.env"]);
    assert_eq!(report["stats"]["suppressed"]["config"], 1);
    assert_eq!(paths(&json(&run(path, &["scan", "-f", "json", "--no-suppress"]))).len(), 3);
    write(path, "src/keysieve.toml", "[[allow]]\npaths = ['/ci.env']\nexpires = '2026-01-31'\n");
    let late = run(path, &["scan", "src", "--now", "2026-02-01"]);
    assert_eq!(code(&late), 1);
    assert!(
        stderr(&late).contains("src/keysieve.toml: [[allow]] 1: this exception has expired"),
        "{}",
        stderr(&late)
    );
    assert_eq!(code(&run(path, &["scan", "src", "--now", "2026-01-31"])), 0);
    write(path, "src/keysieve.toml", "[[allow]]\npaths = ['/ci.env']\n");
    assert_eq!(code(&run(path, &["scan", "src"])), 0, "paths are relative to the file");
    write(path, "src/keysieve.toml", "[[allow]]\npaths = ['/src/ci.env']\n");
    assert_eq!(code(&run(path, &["scan", "src"])), 1);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let directory = tree();
    let path = directory.path();
    for (text, said) in [
        ("[findings]\nmin_confidense = 'low'\n", "min_confidense"),
        ("[findings]\nfail_on = 'severe'\n", "severe"),
        ("[[allow]]\nreason = 'x'\n", "[[allow]] 1: it allows nothing"),
        ("[[allow]]\npaths = ['a']\nexpires = 'soon'\n", "wants a day"),
        ("[run]\ntimeout = 0\n", "run.timeout"),
        ("\n[[rule]]\nid = 'acme-key'\nregex = '('\n", "keysieve.toml:4: rule `acme-key`"),
        ("[rules]\nfiles = ['../elsewhere.toml']\n", "only files of its own repository"),
        ("[findings]\nbaseline = ['/etc/passwd']\n", "only files of its own repository"),
    ] {
        write(path, "keysieve.toml", text);
        for arguments in [&["scan"][..], &["config", "check"]] {
            let output = run(path, arguments);
            assert_eq!(code(&output), 2, "{text}");
            assert!(stderr(&output).contains(said), "{text}: {}", stderr(&output));
        }
    }
}

#[test]
fn a_configuration_is_begun_shown_and_checked() {
    let directory = tree();
    let path = directory.path();
    assert_eq!(code(&run(path, &["config", "init"])), 0);
    assert_eq!(code(&run(path, &["config", "init"])), 2, "it is there already");
    assert_eq!(
        stdout(&run(path, &["config", "check"])),
        "keysieve.toml: 0 rules, 0 exceptions: nothing wrong\n"
    );
    write(path, "keysieve.toml", "[findings]\nfail_on = 'high'\n");
    let mut command = keysieve(path);
    let shown =
        command.env("KEYSIEVE_THREADS", "3").args(["config", "show", "--origin"]).output().expect("runs");
    let shown = stdout(&shown);
    for line in [
        "# keysieve.toml (the nearest one)",
        "min_confidence = \"medium\"  # built in",
        "fail_on = \"high\"  # keysieve.toml",
        "threads = 3  # KEYSIEVE_THREADS",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
}

#[test]
fn the_published_schema_knows_every_setting_and_no_other() {
    let schema = fs::read(repository().join("fixtures/schemas/keysieve-toml.schema.json")).expect("there");
    let schema: Value = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let directory = tempfile::tempdir().expect("a directory");
    run(directory.path(), &["config", "init"]);
    let template = fs::read_to_string(directory.path().join("keysieve.toml")).expect("written");
    let full: Vec<&str> = template.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect();
    let full: toml::Table = full.join("\n").parse().expect("TOML");
    let value = serde_json::to_value(&full).expect("JSON can say it");
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let settings: usize = ["findings", "files", "rules", "run"]
        .iter()
        .map(|part| value[part].as_object().map_or(0, |it| it.len()))
        .sum();
    let known: usize = ["findings", "files", "rules", "run"]
        .iter()
        .map(|part| schema["properties"][part]["properties"].as_object().map_or(0, |it| it.len()))
        .sum();
    // `exit_code` is left out of the template: nobody should begin with it.
    assert_eq!(settings, known - 1);
    let mut wrong = value.clone();
    wrong["findings"]["colour"] = "red".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn a_gitleaks_toml_adds_rules_and_exceptions() {
    let directory = tree();
    let path = directory.path();
    let text = r#"
[extend]
useDefault = true
[[rules]]
id = "acme_key"
regex = '''acme-([0-9a-f]{16})|ACME:([0-9a-f]{16})'''
[[rules]]
id = "store"
path = '''\.p12$'''
[[allowlists]]
paths = ['''^docs/''']
"#;
    write(path, ".gitleaks.toml", text);
    write(path, "a.txt", "ACME:0123456789abcdef and acme-fedcba9876543210\n");
    write(path, "keys/a.p12", "some bytes");
    let output = run(path, &["scan", "-f", "json"]);
    assert!(stderr(&output).contains(".gitleaks.toml counts"), "{}", stderr(&output));
    let report = json(&output);
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    assert_eq!(rules, ["acme_key", "acme_key", "store", "connection-string-url-password"]);
    assert!(!paths(&report).iter().any(|path| path.starts_with("docs/")));
    assert!(paths(&report).contains(&"keys/a.p12".to_owned()), "a rule about files masks no names");
    let columns: Vec<_> = report["findings"].as_array().expect("a list")[..2]
        .iter()
        .map(|finding| finding["locations"][0]["column"].as_u64())
        .collect();
    assert_eq!(columns, [Some(6), Some(32)]);
    write(path, "keysieve.toml", "");
    assert_eq!(paths(&json(&run(path, &["scan", "-f", "json"]))).len(), 2, "our own file goes before it");
}

#[test]
fn as_gitleaks_it_takes_its_options_and_exits_as_it_does() {
    let directory = tree();
    let path = directory.path();
    let compat = |arguments: &[&str]| run(path, &[&["compat", "gitleaks"], arguments].concat());
    let found = compat(&["dir", "src", "-f", "json", "-r", "-", "--no-banner", "--redact"]);
    assert_eq!((code(&found), stderr(&found).as_str()), (1, "leaks found: 1\n"));
    let report: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    assert_eq!(report[0]["RuleID"], "connection-string-url-password");
    assert_eq!((&report[0]["Secret"], &report[0]["StartLine"]), (&"REDACTED".into(), &1.into()));
    assert_eq!(report[0]["Fingerprint"], "src/ci.env:connection-string-url-password:1");
    assert_eq!(code(&compat(&["detect", "--source", "src", "--no-git", "--exit-code", "7", "-v"])), 7);
    assert_eq!(code(&compat(&["detect", "--source", "src", "--log-opts", "a..b"])), 1, "not yet");
    compat(&["dir", "src", "-r", "old.json"]);
    assert_eq!(code(&compat(&["dir", "src", "-b", "old.json"])), 0);
    write(path, ".gitleaksignore", "no fingerprint\nsrc/ci.env:any-rule:1\n");
    let warned = compat(&["dir", "src"]);
    assert_eq!(code(&warned), 0);
    assert!(stderr(&warned).contains("warning: .gitleaksignore:1: "), "{}", stderr(&warned));
    fs::remove_dir_all(path.join(".git")).expect("removed");
    fs::remove_file(path.join(".gitleaksignore")).expect("removed");
    let outside = compat(&["dir", "./src/", "-r", "-"]);
    let report: Value = serde_json::from_slice(&outside.stdout).expect("JSON");
    assert_eq!(report[0]["File"], "src/ci.env", "names begin as the directory was named");
    assert_eq!(code(&compat(&["dir", "src", "-b", "old.json"])), 0);
    write(path, ".gitleaksignore", "no fingerprint\nsrc/ci.env:any-rule:1\n");
    let warned = compat(&["dir", "src"]);
    assert_eq!(code(&warned), 0);
    assert!(stderr(&warned).contains("warning: .gitleaksignore:1: "), "{}", stderr(&warned));
    write(path, "g.toml", "[[rules]]\nid = 'none'\nregex = 'nothing-like-it'\n");
    assert_eq!(code(&compat(&["dir", "docs", "-c", "g.toml"])), 0, "the file's rules stand alone");
    let mut command = keysieve(path);
    let piped = command.args(["compat", "gitleaks", "stdin"]).write_stdin(leak()).output().expect("runs");
    assert_eq!(code(&piped), 1);
    assert_eq!(code(&compat(&["dir", "--no-such-option"])), 126);
    let coded = super::archives::base64(leak().as_bytes());
    write(path, "coded/a.env", &format!("value: {coded}\n"));
    assert_eq!(code(&compat(&["dir", "coded"])), 1);
    assert_eq!(code(&compat(&["dir", "coded", "--max-decode-depth", "0"])), 0);
}

#[test]
fn as_gitleaks_it_reads_history() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(path)
            .output();
        assert!(output.expect("git is there").status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    write(path, "ci.env", &leak());
    git(&["add", "."]);
    // A message can hold a secret as well.
    git(&["commit", "-q", "-m", &format!("one\n\nsee {}", leak().trim_end())]);
    fs::remove_file(path.join("ci.env")).expect("removed");
    git(&["commit", "-q", "-a", "-m", "two"]);
    for arguments in [&["git", "."][..], &["detect", "--source", "."], &["git", ".", "--log-opts", "HEAD"]] {
        let found = run(path, &[&["compat", "gitleaks"], arguments, &["-f", "json", "-r", "-"]].concat());
        assert_eq!(code(&found), 1, "{}", stderr(&found));
        let report: Value = serde_json::from_slice(&found.stdout).expect("JSON");
        let in_file = |finding: &&Value| finding["File"] == "ci.env";
        let finding =
            report.as_array().and_then(|all| all.iter().find(in_file)).expect("it is found in the file");
        let commit = finding["Commit"].as_str().expect("a text");
        assert_eq!(commit.len(), 40);
        let print = format!("{commit}:ci.env:connection-string-url-password:1");
        assert_eq!(finding["Fingerprint"], print.as_str());
        assert_eq!((&finding["Author"], &finding["Email"]), (&"A".into(), &"a@example.com".into()));
        let message = finding["Message"].as_str().expect("a text");
        assert!(message.starts_with("one\n\nsee ") && message.contains('…'), "{message}");
        assert!(!String::from_utf8_lossy(&found.stdout).contains(&leak()[30..]), "{report:#}");
    }
    assert_eq!(code(&run(path, &["compat", "gitleaks", "dir", "."])), 0, "no file holds it any more");
}

#[cfg(unix)]
#[test]
fn called_gitleaks_it_is_gitleaks() {
    let directory = tree();
    let link = directory.path().join("gitleaks");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_keysieve"), &link).expect("linked");
    let output =
        std::process::Command::new(&link).current_dir(directory.path()).args(["dir", "src"]).output();
    assert_eq!(code(&output.expect("runs")), 1);
    let unknown = std::process::Command::new(&link).args(["dir", "--no-such-option"]).output();
    assert_eq!(code(&unknown.expect("runs")), 126);
}
