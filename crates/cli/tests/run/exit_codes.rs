//! How a run ends.

use std::fs;

use tempfile::TempDir;

use super::{code, json, leak, run, skips, stderr, stdout};

/// A directory with a leak of high severity in it, and one without.
fn trees() -> (TempDir, TempDir) {
    let (leaky, clean) =
        (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    fs::write(leaky.path().join("ci.env"), leak()).expect("written");
    fs::write(clean.path().join("notes.txt"), "nothing here\n").expect("written");
    (leaky, clean)
}

#[test]
fn findings_and_options_decide() {
    let (leaky, clean) = trees();
    let cases: &[(bool, &[&str], i32)] = &[
        (false, &[], 0),
        (true, &[], 1),
        (true, &["--exit-zero"], 0),
        (true, &["--exit-code", "7"], 7),
        (false, &["--exit-code", "7"], 0),
        (true, &["--fail-on", "high"], 1),
        (true, &["--fail-on", "critical"], 0),
        (true, &["--min-severity", "critical"], 0),
        (true, &["--min-confidence", "high"], 0),
        (true, &["--rule", "github-pat"], 0),
        (true, &["--exclude-rule", "connection-string-url-password", "--rule", "github-pat"], 0),
        (true, &["--exclude", "*.env"], 0),
        (true, &["--include", "*.txt"], 0),
        (true, &["--max-file-size", "10"], 0),
        (true, &["no/such/path"], 2),
        (true, &["--rules", "no/such/file.toml"], 2),
        (true, &["--rule", "no-such-rule"], 2),
        (true, &["--no-such-option"], 2),
        (true, &["-f", "yaml"], 2),
        (true, &["-f", "json", "-f", "sarif"], 2),
        (true, &["-o", "report.out"], 2),
        (true, &["-o", "no/such/directory/report.json"], 2),
        (true, &["--exit-zero", "--exit-code", "3"], 2),
        (true, &["-j", "0"], 2),
        (true, &["--timeout", "0"], 2),
        (true, &["--fingerprint-key", ""], 2),
        (true, &["--now", "2026-02-30"], 2),
    ];
    for (with_leak, options, expected) in cases {
        let directory = if *with_leak { &leaky } else { &clean };
        for format in ["text", "json", "sarif"] {
            let mut arguments = vec!["scan"];
            arguments.extend(*options);
            if !options.contains(&"-f") && !options.contains(&"-o") {
                arguments.extend(["-f", format]);
            }
            let output = run(directory.path(), &arguments);
            assert_eq!(code(&output), *expected, "{arguments:?}: {}", stderr(&output));
            assert_eq!(output.stdout.is_empty(), *expected == 2, "{arguments:?}");
        }
    }
}

#[test]
fn a_gap_makes_a_report_partial() {
    let (leaky, _clean) = trees();
    fs::write(leaky.path().join("list"), "gone.txt\n").expect("written");
    fs::write(leaky.path().join("list-with-leak"), "gone.txt\nci.env\n").expect("written");
    let cases: &[(&[&str], i32)] = &[
        (&["--files-from", "list"], 3),
        (&["--files-from", "list", "--allow-partial"], 0),
        (&["--files-from", "list", "--exit-zero"], 3),
        (&["--files-from", "list-with-leak"], 1),
        (&["--files-from", "list-with-leak", "--allow-partial"], 1),
        (&["--files-from", "list-with-leak", "--fail-on", "critical"], 3),
    ];
    for (options, expected) in cases {
        let output = run(leaky.path(), &[&["scan", "-f", "json"], *options].concat());
        assert_eq!(code(&output), *expected, "{options:?}: {}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["complete"], false);
        let gone = ("gone.txt".to_owned(), "vanished".to_owned(), "gap".to_owned());
        assert_eq!(skips(&report), [gone]);
    }
}

#[test]
fn a_secret_in_an_argument_is_not_repeated() {
    let (leaky, _clean) = trees();
    let secret = ["hunter", "2-of-", "7kQ"].concat();
    let path = format!("https://ci:{secret}@host/x");
    for arguments in
        [vec!["scan", &path], vec![path.as_str()], vec!["scan", "--rules", &path], vec!["scan", "-o", &path]]
    {
        let output = run(leaky.path(), &arguments);
        assert_eq!(code(&output), 2);
        let said = stdout(&output) + &stderr(&output);
        assert!(!said.contains(&secret[..5]), "{}: {}", arguments.len(), said.replace(&secret, "SECRET"));
    }
}
