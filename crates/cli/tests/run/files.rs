//! What is read, and what is not.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::certificate::Certificate;
use super::{code, json, keysieve, leak, run, skips, stderr};

fn tree(files: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for file in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, leak()).expect("written");
    }
    directory
}

fn paths(directory: &Path, arguments: &[&str], input: &[u8]) -> Vec<String> {
    let output = keysieve(directory).args(arguments).write_stdin(input).output().expect("runs");
    assert!(code(&output) < 2, "{arguments:?}: {}", stderr(&output));
    let report = json(&output);
    let locations = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|finding| finding["locations"].as_array());
    locations.flatten().map(|place| place["path"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn standard_input_is_scanned_where_a_dash_stands() {
    let directory = tree(&["a.env"]);
    let scan = ["scan", "-f", "json", "-"];
    assert_eq!(paths(directory.path(), &scan, leak().as_bytes()), ["-"]);
    assert_eq!(paths(directory.path(), &scan, b"nothing"), [""; 0], "and the directory is not");
    let both = ["scan", "-f", "json", "-", "a.env"];
    assert_eq!(paths(directory.path(), &both, leak().as_bytes()), ["-", "a.env"]);
}

#[test]
fn a_list_says_what_to_read() {
    let directory = tree(&["a.env", "b c.env", "d.env"]);
    let lines = ["scan", "-f", "json", "--files-from", "-"];
    assert_eq!(paths(directory.path(), &lines, b"a.env\nb c.env\n"), ["a.env", "b c.env"]);
    assert_eq!(paths(directory.path(), &lines, b""), [""; 0], "an empty list is nothing, not everything");
    let nul = ["scan", "-f", "json", "--files-from", "-", "-0"];
    assert_eq!(paths(directory.path(), &nul, b"a.env\0d.env\0"), ["a.env", "d.env"]);
    let twice = run(directory.path(), &["scan", "--files-from", "-", "-"]);
    assert_eq!(code(&twice), 2);
}

#[test]
fn ignore_files_count_up_to_the_repository() {
    let directory = tree(&["outer/repo/src/a.env", "outer/repo/docs/b.env", "outer/repo/tests/c.env"]);
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("written");
    for part in ["objects", "refs"] {
        fs::create_dir_all(directory.path().join("outer/repo/.git").join(part)).expect("made");
    }
    write("outer/repo/.git/HEAD", "ref: refs/heads/main\n");
    write("outer/.keysieveignore", "**\n");
    write("outer/repo/.keysieveignore", "tests/\n/docs/*.env expires=2027-01-31 reason=\"old\"\n");
    write("outer/repo/src/.keysieveignore", "a.env\n");
    let repo = directory.path().join("outer/repo");
    let scan = |arguments: &[&str]| {
        paths(&repo, &[&["scan", "-f", "json", "--now", "2027-01-31"], arguments].concat(), b"")
    };
    assert_eq!(
        scan(&[]),
        ["src/a.env"],
        "what lies above the repository does not count, nor what lies below"
    );
    assert_eq!(scan(&["src"]), [""; 0], "the file in src counts");
    assert_eq!(scan(&["tests"]), ["tests/c.env"], "whoever names a directory wants to hear of it");
    assert_eq!(scan(&["tests/c.env"]), [""; 0], "a file that is named may come from a hook's list");
    assert_eq!(scan(&["tests", "--no-suppress"]), ["tests/c.env"]);
    let later = ["scan", "-f", "json", "--now", "2027-02-01"];
    assert_eq!(paths(&repo, &later, b""), ["docs/b.env", "src/a.env"], "an entry expires");
    let output = keysieve(&repo).args(later).env("SOURCE_DATE_EPOCH", "0").output().expect("runs");
    assert!(
        stderr(&output).contains(".keysieveignore:2: this entry expired on 2027-01-31"),
        "{}",
        stderr(&output)
    );
    write("outer/repo/.keysieveignore", "src/ expires=tomorrow\n");
    let broken = run(&repo, &["scan"]);
    assert_eq!(code(&broken), 2);
    assert!(stderr(&broken).contains(".keysieveignore:1:"), "{}", stderr(&broken));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_with_its_class() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const NOBODY: u32 = 65_534;
    let directory = tree(&["open/a.env", "closed/b.env", "shut.env"]);
    let root = directory.path();
    symlink("nowhere", root.join("dangling")).expect("made");
    let fifo = Command::new("mkfifo").arg(root.join("pipe")).status().expect("mkfifo runs");
    assert!(fifo.success());
    let chmod = |name: &str, mode| {
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).expect("set")
    };
    chmod(".", 0o755);
    chmod("shut.env", 0);
    chmod("closed", 0);
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    // Nobody may not be able to reach the executable where it was built.
    let executable = tempfile::tempdir().expect("a directory");
    fs::set_permissions(executable.path(), fs::Permissions::from_mode(0o755)).expect("set");
    let copy = executable.path().join("keysieve");
    fs::copy(env!("CARGO_BIN_EXE_keysieve"), &copy).expect("copied");
    if fs::read(root.join("shut.env")).is_ok() {
        // Root reads everything.
        command = Command::new(&copy);
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.arg("scan").arg(root).args(["-f", "json"]).current_dir("/").output();
    chmod("closed", 0o755);
    let output =
        output.expect("this test drops its privileges, and could not: run it as root or as a plain user");
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["complete"], false);
    let skip = |path: &str, reason: &str, class: &str| (path.to_owned(), reason.to_owned(), class.to_owned());
    let expected = [
        skip("closed", "unreadable", "gap"),
        skip("dangling", "symlink", "excluded"),
        skip("pipe", "special", "excluded"),
        skip("shut.env", "unreadable", "gap"),
    ];
    assert_eq!(skips(&report), expected);
    assert_eq!(report["findings"].as_array().expect("a list").len(), 1);
}

#[test]
fn a_private_key_names_its_certificate() {
    let directory = tempfile::tempdir().expect("a directory");
    let (own, other) = (Certificate::new(), Certificate::new());
    let files = [("tls/a.key", own.key_pem()), ("etc/a.crt", own.pem()), ("etc/b.crt", other.pem())];
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }
    let report = |place: &str| json(&run(directory.path(), &["scan", "-f", "json", place]));
    let all = report(".");
    let findings = all["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "a certificate is no finding");
    let expected = serde_json::json!({
        "path": "etc/a.crt", "line": 1, "subject": "localhost", "expires": "2100-01-01", "expired": false,
    });
    assert_eq!(findings[0]["evidence"]["certificate"], expected);
    assert!(
        report("tls")["findings"][0]["evidence"]["certificate"].is_null(),
        "what was not seen is not named"
    );
    assert_eq!(report("etc")["findings"].as_array().map(Vec::len), Some(0));
    let redacted = keysieve(directory.path()).arg("redact").write_stdin(own.pem()).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&redacted.stdout), own.pem(), "for everyone to see");
}
