//! Baselines and suppressions, as a team lives with them.

use std::fs;
use std::path::Path;

use super::{code, json, leak, run, stderr, stdout};

/// A tree with `count` findings, all different.
fn tree(count: usize) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("src")).expect("made");
    (0..count).for_each(|number| add(directory.path(), &format!("src/file{number}.env"), number));
    directory
}

/// A file with a token of its own in it.
fn add(directory: &Path, name: &str, number: usize) {
    let token: String =
        (0..24).map(|at| char::from(b'a' + ((number * 7 + at * at * 5 + number * at) % 26) as u8)).collect();
    let text = format!("# one\nurl = https://ci:{token}{number:04}Q@db.example.net/\n");
    fs::write(directory.join(name), text).expect("written");
}

const BASELINE: &str = ".keysieve-baseline.jsonl";

#[test]
fn old_findings_stay_known_when_lines_and_files_move_and_a_new_one_is_new() {
    let directory = tree(200);
    let path = directory.path();
    let made = run(path, &["baseline", "create"]);
    assert_eq!(
        (code(&made), stderr(&made).as_str()),
        (0, ".keysieve-baseline.jsonl: 200 findings, 200 new, 0 gone\n")
    );
    let scan = |more: &[&str]| run(path, &[&["scan", "--baseline", BASELINE, "-f", "json"], more].concat());
    assert_eq!(code(&scan(&[])), 0);

    for number in 0..200 {
        let name = path.join(format!("src/file{number}.env"));
        let text = fs::read_to_string(&name).expect("there");
        fs::write(&name, format!("# more\n\n# lines\n{text}")).expect("written");
    }
    fs::create_dir(path.join("elsewhere")).expect("made");
    for number in 0..50 {
        fs::rename(
            path.join(format!("src/file{number}.env")),
            path.join(format!("elsewhere/renamed{number}.conf")),
        )
        .expect("renamed");
    }
    let moved = scan(&[]);
    assert_eq!(code(&moved), 0, "{}", stdout(&moved));
    assert_eq!(json(&moved)["stats"]["suppressed"]["baseline"], 200);

    fs::write(path.join("src/new.env"), leak()).expect("written");
    let new = scan(&[]);
    assert_eq!((code(&new), json(&new)["findings"].as_array().map(Vec::len)), (1, Some(1)));
    assert_eq!(json(&new)["findings"][0]["locations"][0]["path"], "src/new.env");

    // A copy in another file is new, unless the secret is what counts.
    fs::copy(path.join("src/file100.env"), path.join("copy.env")).expect("copied");
    assert_eq!(json(&scan(&[]))["findings"].as_array().map(Vec::len), Some(2));
    assert_eq!(json(&scan(&["--by-secret"]))["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_update_changes_only_the_lines_that_changed_and_keeps_what_they_say() {
    let directory = tree(20);
    let path = directory.path();
    run(path, &["baseline", "create", "-q"]);
    let read = || fs::read_to_string(path.join(BASELINE)).expect("there");
    let old = read();
    let marked = old.replacen("\"count\":1}", "\"count\":1,\"reason\":\"PAY-7\"}", 1);
    fs::write(path.join(BASELINE), &marked).expect("written");
    fs::remove_file(path.join("src/file7.env")).expect("removed");
    add(path, "src/file99.env", 99);

    let pruned = run(path, &["baseline", "prune", "-o", "pruned", "--baseline", BASELINE]);
    assert_eq!(stderr(&pruned), "pruned: 19 findings, 1 new ones left out, 1 gone\n");
    let updated = run(path, &["baseline", "update"]);
    assert_eq!(
        (code(&updated), stderr(&updated).as_str()),
        (0, ".keysieve-baseline.jsonl: 20 findings, 1 new, 1 gone\n")
    );
    let new = read();
    let only = |one: &str, other: &str| -> Vec<String> {
        one.lines().filter(|line| !other.lines().any(|known| known == *line)).map(str::to_owned).collect()
    };
    let (gone, come) = (only(&marked, &new), only(&new, &marked));
    assert!(gone.len() == 1 && gone[0].contains("file7.env"), "{gone:?}");
    assert!(come.len() == 1 && come[0].contains("file99.env"), "{come:?}");
    assert!(new.contains("PAY-7"));
}

#[test]
fn a_baseline_is_not_written_over_by_accident_nor_read_with_another_key() {
    let directory = tree(1);
    let path = directory.path();
    run(path, &["baseline", "create", "-q"]);
    let again = run(path, &["baseline", "create"]);
    assert_eq!(code(&again), 2);
    assert!(stderr(&again).contains("is there already"), "{}", stderr(&again));
    assert_eq!(code(&run(path, &["baseline", "create", "--force"])), 0);
    let other = run(path, &["scan", "--baseline", BASELINE, "--fingerprint-key", "ours"]);
    assert_eq!(code(&other), 2);
    assert!(stderr(&other).contains("another fingerprint key"), "{}", stderr(&other));
    assert_eq!(code(&run(path, &["scan", "--baseline", BASELINE, "--no-suppress"])), 1);
    assert_eq!(code(&run(path, &["scan", "--baseline", "missing"])), 2);
}

#[test]
fn reports_are_baselines() {
    let directory = tree(3);
    let path = directory.path();
    for (format, file) in [("json", "r.json"), ("sarif", "r.sarif"), ("gitleaks", "r-gitleaks.json")] {
        run(path, &["scan", "src", "-q", "-f", format, "-o", file]);
        let known = run(path, &["scan", "src", "--baseline", file, "-f", "json"]);
        assert_eq!(
            (code(&known), json(&known)["stats"]["suppressed"]["baseline"].as_u64()),
            (0, Some(3)),
            "{format}"
        );
    }
    // And become baselines of ours.
    let made = run(path, &["baseline", "update", "src", "--baseline", "r-gitleaks.json"]);
    assert_eq!(stderr(&made), ".keysieve-baseline.jsonl: 3 findings, 0 new, 0 gone\n");
}

#[test]
fn a_gate_can_want_a_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    let line = leak().trim_end().to_owned();
    let text = format!(
        "{line} # keysieve:allow\n{line} # keysieve:allow -- of the sandbox\n{line} # gitleaks:allow\n"
    );
    fs::write(directory.path().join("ci.env"), text).expect("written");
    assert_eq!(code(&run(directory.path(), &["scan"])), 0);
    let strict = run(directory.path(), &["scan", "--require-reason", "-f", "json"]);
    let lines: Vec<_> = json(&strict)["findings"][0]["locations"]
        .as_array()
        .expect("places")
        .iter()
        .filter_map(|place| place["line"].as_u64())
        .collect();
    assert_eq!(lines, [1, 3]);
    fs::write(directory.path().join(".keysieveignore"), "ci.env\n").expect("written");
    let mute = run(directory.path(), &["scan", "--require-reason"]);
    assert_eq!(code(&mute), 1);
    assert!(stderr(&mute).contains(".keysieveignore:1: this entry gives no reason"), "{}", stderr(&mute));
}

#[test]
fn sarif_lists_what_is_suppressed_where_that_is_wanted() {
    let directory = tempfile::tempdir().expect("a directory");
    let text = format!("{} # keysieve:allow -- of the sandbox owner=pay\n", leak().trim_end());
    fs::write(directory.path().join("ci.env"), text).expect("written");
    let plain = json(&run(directory.path(), &["scan", "-f", "sarif"]));
    assert_eq!(plain["runs"][0]["results"].as_array().map(Vec::len), Some(0));
    let full = json(&run(directory.path(), &["scan", "-f", "sarif", "--sarif-suppressed"]));
    let suppression = &full["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(
        (&suppression["kind"], &suppression["justification"]),
        (&"inSource".into(), &"of the sandbox".into())
    );
    assert_eq!(suppression["properties"]["keysieve/owner"], "pay");
    assert_eq!(
        code(&run(directory.path(), &["scan", "--sarif-suppressed"])),
        2,
        "without SARIF it does nothing"
    );
}

#[test]
fn comments_that_allow_nothing_are_named_where_that_is_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let leak = leak();
    let text = format!(
        "# ggignore\n{} # keysieve:allow\n# pragma: allowlist nextline secret\n{leak}# pragma: allowlist nextline secret\n\n{} # keysieve:allow github-pat\n",
        leak.trim_end(),
        leak.trim_end()
    );
    fs::write(directory.path().join("ci.env"), text).expect("written");
    // Further on than one window of a file reaches.
    let far = format!("{}x = 1 # gitleaks:allow\n", "some words on a line\n".repeat(60_000));
    fs::write(directory.path().join("far.txt"), far).expect("written");
    let said = stderr(&run(directory.path(), &["scan", "-v"]));
    let named: Vec<&str> =
        said.lines().filter(|line| line.contains("this comment allowed nothing")).collect();
    let line = |place: &str, marker: &str| {
        format!("warning: {place}: this comment allowed nothing in this run: {marker}")
    };
    assert_eq!(
        named,
        [
            line("ci.env:1", "ggignore"),
            line("ci.env:5", "pragma: allowlist nextline secret"),
            line("ci.env:7", "keysieve:allow"),
            line("far.txt:60001", "gitleaks:allow"),
        ]
    );
    for quiet in
        [&["scan"][..], &["scan", "-v", "--rule", "github-pat"], &["scan", "-v", "--no-inline-allow"]]
    {
        let said = stderr(&run(directory.path(), quiet));
        assert!(!said.contains("this comment"), "{said}");
    }
}

#[test]
fn comments_that_allow_nothing_are_named_in_what_is_staged_and_in_archives() {
    let mut repository = super::repository::Repository::new(&[]);
    repository.write("old.env", "x = 1 # ggignore\n");
    repository.commit("what is committed stays as it is");
    repository.add("new.env", format!("y = 2\nz = 3 # keysieve:allow\n{} # ggignore\n", leak().trim_end()));
    let named = |arguments: &[&str]| -> Vec<String> {
        let said = stderr(&run(&repository.root(), arguments));
        let named = said.lines().filter_map(|line| line.split_once(": this comment allowed nothing"));
        named.map(|(place, _)| place.to_owned()).collect()
    };
    assert_eq!(named(&["git", "--staged", "-v"]), ["warning: new.env:2"]);
    // The files of the work tree are there to be mended, and what commits brought is not.
    assert_eq!(named(&["git", "-v"]), ["warning: new.env:2", "warning: old.env:1"]);
    assert_eq!(named(&["git", "-v", "--no-worktree"]), [""; 0]);

    let mut builder = tar::Builder::new(Vec::new());
    let text = b"a = 1\nb = 2 # gitleaks:allow\n";
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    builder.append_data(&mut header, "inner.env", &text[..]).expect("written");
    fs::write(repository.beside("outer.tar"), builder.into_inner().expect("written")).expect("written");
    let archive = repository.beside("outer.tar").display().to_string();
    let found = named(&["scan", "-v", &archive]);
    assert!(found.len() == 1 && found[0].ends_with("outer.tar!/inner.env:2"), "{found:?}");
}

#[test]
fn comments_that_have_expired_are_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let text = format!("x = 1\n{} # keysieve:allow -- old expires=2026-11-29\n", leak().trim_end());
    fs::write(directory.path().join("ci.env"), text).expect("written");
    let said = |day: &str, options: &[&str]| {
        let output = run(directory.path(), &[&["scan", "--now", day], options].concat());
        (
            code(&output),
            stderr(&output).lines().filter(|line| line.contains("ci.env:2: this comment")).count(),
        )
    };
    assert_eq!(said("2026-11-29", &[]), (0, 0));
    assert_eq!(said("2026-11-30", &[]), (1, 1));
    assert_eq!(said("2026-11-30", &["-v"]), (1, 1), "once, and not as one that allowed nothing too");
}
