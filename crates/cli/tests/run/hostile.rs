//! Repositories that are damaged, incomplete or made to do harm: what cannot be read is named, and nothing hangs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use super::repository::{Repository, line, places, token};
use super::{code, json, keysieve, skips, stderr, stdout};

/// What the command does, if it does not take too long.
fn run(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = keysieve(directory);
    command.timeout(Duration::from_secs(60)).args(arguments).output().expect("the command runs")
}

/// The paths and reasons of all gaps.
fn gaps(report: &Value) -> Vec<(String, String)> {
    let gaps = skips(report).into_iter().filter(|(_, _, class)| class == "gap");
    gaps.map(|(path, reason, _)| (path, reason)).collect()
}

/// The reasons of all gaps in a report that is incomplete.
fn reasons(report: &Value) -> Vec<String> {
    assert_eq!(report["complete"], false, "{report:#}");
    let mut reasons: Vec<String> = gaps(report).into_iter().map(|(_, reason)| reason).collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

fn report(directory: &Path, arguments: &[&str]) -> Value {
    let output = run(directory, &[&["git", "-f", "json", "--rule", "gitlab-pat"], arguments].concat());
    assert!(matches!(code(&output), 0 | 1 | 3), "{arguments:?}: {}", stderr(&output));
    json(&output)
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = directory.read_dir().expect("a directory").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// A repository with some versions of a file in one pack.
fn packed() -> Repository {
    let mut repository = Repository::new(&[]);
    for version in 0..12 {
        let text: String =
            (0..400).map(|number| format!("line {number} {}\n", number * 7919 % 1000)).collect();
        repository.write("a.txt", format!("{text}version {version}\n"));
        repository.commit(&format!("{version}"));
    }
    repository.git(&["repack", "-adfq"]);
    repository
}

#[test]
fn damage_in_a_pack_is_a_gap_wherever_it_is() {
    let repository = packed();
    let [pack] = files(&repository.root().join(".git/objects/pack"), "pack").try_into().expect("one");
    let bytes = fs::read(&pack).expect("read");
    fs::remove_file(&pack).expect("removed");
    for at in [0, 9, bytes.len() / 4, bytes.len() / 2, bytes.len() - 200] {
        let mut damaged = bytes.clone();
        damaged[at..at + 8].iter_mut().for_each(|byte| *byte ^= 0x5A);
        fs::write(&pack, &damaged).expect("written");
        for arguments in [&[][..], &["-j", "3"]] {
            let reasons = reasons(&report(&repository.root(), arguments));
            assert!(
                reasons.iter().all(|reason| reason == "unreadable" || reason == "missing"),
                "{at}: {reasons:?}"
            );
        }
        let part = run(&repository.root(), &["git", "--branch", "main"]);
        assert!(matches!(code(&part), 0 | 2 | 3), "{at}: {}", stderr(&part));
    }
    fs::write(&pack, &bytes[..bytes.len() / 2]).expect("written");
    assert!(!reasons(&report(&repository.root(), &[])).is_empty(), "cut off");
}

/// A stream of one stored block, which needs no compressor.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in bytes {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    let (plain, inverse) = (length.to_le_bytes(), (!length).to_le_bytes());
    [&[0x78, 1, 1][..], &plain, &inverse, bytes, &(b << 16 | a).to_be_bytes()].concat()
}

/// Writes a pack of entries, each with its name, and an index for it; nobody checks their sums.
fn write_pack(directory: &Path, entries: &[([u8; 20], Vec<u8>)]) {
    let count = u32::try_from(entries.len()).expect("few").to_be_bytes();
    let mut pack = [b"PACK\0\0\0\x02", &count[..]].concat();
    let mut places: Vec<([u8; 20], u32)> = Vec::new();
    for (name, entry) in entries {
        places.push((*name, u32::try_from(pack.len()).expect("small")));
        pack.extend_from_slice(entry);
    }
    pack.extend_from_slice(&[0xAB; 20]);
    places.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255_u8 {
        let below = places.iter().filter(|(name, _)| name[0] <= first).count();
        index.extend_from_slice(&u32::try_from(below).expect("few").to_be_bytes());
    }
    places.iter().for_each(|(name, _)| index.extend_from_slice(name));
    places.iter().for_each(|_| index.extend_from_slice(&[0; 4]));
    places.iter().for_each(|(_, at)| index.extend_from_slice(&at.to_be_bytes()));
    index.extend_from_slice(&[0xAB; 40]);
    fs::create_dir_all(directory).expect("made");
    fs::write(directory.join("pack-1.pack"), pack).expect("written");
    fs::write(directory.join("pack-1.idx"), index).expect("written");
}

#[test]
fn deltas_in_a_circle_and_deltas_that_lie_are_gaps() {
    let repository = Repository::new(&[]);
    // Type 7: a delta on an object that is named; the size in the header is that of the delta.
    let on = |name: [u8; 20], delta: &[u8]| {
        [&[0x70 | u8::try_from(delta.len()).expect("short")][..], &name, &stored(delta)].concat()
    };
    let copy = [4, 4, 0x90, 4];
    // A delta that says it makes 2 GiB, one that makes 64 times what it has, on a blob of four bytes.
    let huge = [4, 0x80, 0x80, 0x80, 0x80, 0x08, 0x90, 4];
    let lying = [4, 0x80, 0x80, 0x80, 0x10, 0x90, 4];
    let blob = [&[0x34][..], &stored(b"base")].concat();
    let names: Vec<[u8; 20]> = (1..=7).map(|number| [number * 16; 20]).collect();
    let entries = [
        (names[0], on(names[1], &copy)),
        (names[1], on(names[0], &copy)),
        (names[2], on(names[2], &copy)),
        (names[3], blob),
        (names[4], on(names[3], &huge)),
        (names[5], on(names[3], &lying)),
        (names[6], on([9; 20], &copy)),
    ];
    write_pack(&repository.root().join(".git/objects/pack"), &entries);
    let hex = |name: &[u8; 20]| name.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let whole = report(&repository.root(), &[]);
    assert_eq!(reasons(&whole), ["limit", "unreadable"]);
    assert_eq!(gaps(&whole).len(), 6, "{:#}", whole["skips"]);
    // git itself would follow the circle.
    let entry = |name: &[u8; 20]| [b"100644 ", hex(name).as_bytes(), b"\0", name].concat();
    repository.write(".git/raw", names.iter().flat_map(entry).collect::<Vec<u8>>());
    let tree = repository.git(&["hash-object", "-t", "tree", "--literally", "-w", ".git/raw"]);
    let commit = repository.git(&["commit-tree", "-m", "x", &tree]);
    repository.git(&["update-ref", "refs/heads/main", &commit]);
    let part = report(&repository.root(), &["--branch", "main"]);
    assert_eq!(reasons(&part), ["limit", "unreadable"], "{:#}", part["skips"]);
    assert_eq!(gaps(&part).len(), 6, "{:#}", part["skips"]);
}

#[test]
fn names_cannot_steer_a_terminal_or_leave_the_repository() {
    let mut repository = Repository::new(&[]);
    let name = "a\u{1b}[31m\u{7}\u{202e}b\r\nc.env";
    repository.write(name, line("strange"));
    repository.commit("strange \u{1b}]0;title\u{7}");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write(name, format!("{}{}", line("strange"), line("again")));
    repository.git(&["add", "--all"]);
    for arguments in [&["git"][..], &["git", "--staged"], &["git", "--branch", "main"]] {
        for format in ["text", "github", "markdown", "gitleaks", "csv", "junit"] {
            let output = run(&repository.root(), &[arguments, &["-f", format, "--color", "never"]].concat());
            assert_eq!(code(&output), 1, "{arguments:?}: {}", stderr(&output));
            let said = stdout(&output) + &stderr(&output);
            assert!(!said.contains(['\u{1b}', '\u{7}']), "{arguments:?} as {format}: {said:?}");
        }
    }
    // A tree that no git would write.
    let blob = repository.git(&["rev-parse", &format!(":{name}")]);
    let id: Vec<u8> =
        (0..40).step_by(2).map(|at| u8::from_str_radix(&blob[at..at + 2], 16).expect("hex")).collect();
    for names in [&["../../outside.env"][..], &[".git/config", "/etc/x", ".."], &["", "a", "a"]] {
        let tree: Vec<u8> =
            names.iter().flat_map(|name| [b"100644 ", name.as_bytes(), b"\0", &id].concat()).collect();
        repository.write(".git/raw", tree);
        let tree = repository.git(&["hash-object", "-t", "tree", "--literally", "-w", ".git/raw"]);
        let commit = repository.git(&["commit-tree", "-m", "x", &tree]);
        repository.git(&["update-ref", "refs/heads/wild", &commit]);
        let (found, _) = repository.found(&["strange", "again"], &["--branch", "wild"]);
        assert_eq!(found.len(), 2, "{names:?}");
        assert!(!repository.beside("outside.env").exists());
    }
}

#[test]
fn what_is_missing_or_no_repository_is_named() {
    let mut repository = Repository::new(&[]);
    repository.write("a.env", line("a"));
    repository.write("dir/b.env", line("b"));
    repository.commit("first");
    let commit = repository.git(&["rev-parse", "HEAD"]);
    let object = |id: &str| repository.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    for (name, part) in [("HEAD:dir/b.env", 3), ("HEAD:dir", 3), ("HEAD^{tree}", 3), ("HEAD", 2)] {
        let id = repository.git(&["rev-parse", name]);
        let kept = fs::read(object(&id)).expect("loose");
        fs::remove_file(object(&id)).expect("removed");
        assert_eq!(reasons(&report(&repository.root(), &["--no-worktree"])), ["missing"], "{name}");
        let output = run(&repository.root(), &["git", "--branch", "main", "--rule", "github-pat"]);
        assert_eq!(code(&output), part, "{name}: {}", stderr(&output));
        fs::write(object(&id), kept).expect("put back");
    }
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    fs::write(object(&tree), b"x\x9cnothing").expect("written");
    assert_eq!(reasons(&report(&repository.root(), &["--no-worktree"])), ["unreadable"]);
    assert_eq!(reasons(&report(&repository.root(), &["--branch", "main"])), ["unreadable"]);
    // References in a circle, and such as lead nowhere.
    repository.write(".git/refs/heads/one", "ref: refs/heads/two\n");
    repository.write(".git/refs/heads/two", "ref: refs/heads/one\n");
    repository.write(".git/refs/heads/far", "ref: ../../../etc/passwd\n");
    for name in ["one", "two", "far"] {
        assert_eq!(code(&run(&repository.root(), &["git", "--branch", name])), 2, "{name}");
    }
    repository.write(".git/HEAD", "ref: refs/heads/one\n");
    let output = run(&repository.root(), &["git", "--staged"]);
    assert!(matches!(code(&output), 1 | 3), "nothing is checked out, so all is staged: {}", stderr(&output));
    repository.write(".git/packed-refs", [&b"garbage\n"[..], &[0xFF; 100], commit.as_bytes()].concat());
    assert!(matches!(code(&run(&repository.root(), &["git"])), 1 | 3));
    // A repository that names itself.
    fs::create_dir(repository.beside("loop")).expect("made");
    fs::write(repository.beside("loop/.git"), "gitdir: .\n").expect("written");
    assert_eq!(code(&run(&repository.beside("loop"), &["git"])), 2);
    let output = run(&repository.root(), &["git", "https://user:pass@host.example/x.git"]);
    assert_eq!((code(&output), stderr(&output).contains("git clone")), (2, true));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let mut repository = packed();
    repository.add("x.txt", "x\n");
    repository.commit("x");
    let root = repository.root();
    let object = repository.git(&["rev-parse", "HEAD"]);
    let [index] = files(&root.join(".git/objects/pack"), "idx").try_into().expect("one");
    let fifos = [
        root.join(".git/objects").join(&object[..2]).join(&object[2..]),
        index,
        root.join(".git/index"),
        root.join(".git/packed-refs"),
        root.join(".git/hooks/fifo"),
    ];
    for fifo in fifos {
        let _ = fs::remove_file(&fifo);
        fs::create_dir_all(fifo.parent().expect("a directory")).expect("made");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo is there");
        assert!(made.success());
        for arguments in [&["git"][..], &["git", "--staged"], &["git", "--branch", "main"]] {
            let output = run(&root, arguments);
            assert!(output.status.code().is_some(), "{}: {arguments:?} ended by itself", fifo.display());
        }
    }
}

#[cfg(unix)]
#[test]
fn nothing_of_a_repository_is_executed() {
    use std::os::unix::fs::PermissionsExt;

    let mut repository = Repository::new(&[]);
    let evil = repository.root().join(".git/evil");
    repository.write(".git/evil", "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\ncat\n");
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).expect("allowed");
    repository.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    repository.write("a.env", line("a"));
    repository.commit("first");
    repository.add("b.env", line("b"));
    repository.write("a.env", line("c"));
    let evil = evil.display().to_string();
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.command",
        "diff.evil.textconv",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
        "core.gitProxy",
    ] {
        repository.git(&["config", key, &evil]);
    }
    repository.git(&[
        "config",
        "core.hooksPath",
        &repository.root().join(".git/hooks").display().to_string(),
    ]);
    for hook in ["pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        fs::create_dir_all(repository.root().join(".git/hooks")).expect("made");
        fs::copy(&evil, repository.root().join(".git/hooks").join(hook)).expect("copied");
    }
    for ran in [".git/ran", ".git/hooks/ran"] {
        let _ = fs::remove_file(repository.root().join(ran));
    }
    for arguments in [
        &["git"][..],
        &["git", "--staged"],
        &["git", "--branch", "main"],
        &["compat", "gitleaks", "protect"],
        &["git", "--config-from", "main"],
        &["scan"],
    ] {
        assert_eq!(code(&run(&repository.root(), arguments)), 1, "{arguments:?}");
    }
    for ran in [".git/ran", ".git/hooks/ran"] {
        assert!(!repository.root().join(ran).exists(), "{ran}");
    }
}

#[test]
fn a_partial_clone_is_incomplete() {
    let mut repository = Repository::new(&[]);
    repository.write("a.txt", "first\n");
    repository.commit("first");
    repository.write("a.txt", "second\n");
    repository.commit("second");
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repository.beside("partial");
    let url = format!("file://{}", repository.root().display());
    let clone_shown = clone.display().to_string();
    repository.git(&["clone", "--quiet", "--filter=blob:none", &url, &clone_shown]);
    assert_eq!(reasons(&report(&clone, &[])), ["missing"]);
    assert_eq!(reasons(&report(&clone, &["--branch", "main"])), ["missing"]);
    fs::write(clone.join("a.txt"), line("new")).expect("written");
    repository.git_in(&clone, &["add", "a.txt"]);
    let (found, _) = repository.found_by(keysieve(&clone), &["new"], &["--staged"]);
    assert_eq!(found, places(&[("new", &["a.txt:1"])]), "what is staged is there");
}

#[test]
fn what_a_fetch_or_push_left_behind_is_read() {
    let mut repository = Repository::new(&[]);
    repository.commit("first");
    let other = Repository::new(&[]);
    other.write("leaky.env", line("packed"));
    other.git(&["add", "--all"]);
    other.git(&["commit", "--quiet", "-m", "leaky"]);
    other.git(&["repack", "-adq"]);
    let objects = repository.root().join(".git/objects");
    let received = objects.join("tmp_objdir-incoming-Xy");
    fs::create_dir_all(received.join("pack")).expect("made");
    fs::create_dir_all(received.join("ab")).expect("made");
    let [pack] = files(&other.root().join(".git/objects/pack"), "pack").try_into().expect("one");
    let whole = fs::read(&pack).expect("read");
    fs::write(objects.join("pack/tmp_pack_aB3x"), &whole).expect("written");
    let incoming = received.join("pack").join(pack.file_name().expect("a name"));
    fs::write(incoming.with_extension("idx"), fs::read(pack.with_extension("idx")).expect("read"))
        .expect("written");
    fs::write(&incoming, &whole).expect("written");
    other.write("loose.env", line("loose"));
    let id = other.git(&["hash-object", "-w", "loose.env"]);
    let loose = fs::read(other.root().join(".git/objects").join(&id[..2]).join(&id[2..])).expect("read");
    fs::write(received.join("ab").join(&id[2..]), &loose).expect("written");
    let (found, report) = repository.found(&["packed", "loose"], &[]);
    let places = |name: &str| -> Vec<String> {
        found.iter().filter(|(found, _)| found == name).flat_map(|(_, places)| places.clone()).collect()
    };
    assert!(
        places("packed").iter().any(|place| place.starts_with(".git/objects/pack/tmp_pack_aB3x!/")),
        "{found:?}"
    );
    assert!(
        places("packed").iter().any(|place| place.starts_with(".git/objects/tmp_objdir-incoming-Xy/pack/"))
    );
    assert_eq!(places("loose").len(), 1, "{found:?}");
    assert_eq!(report["complete"], true, "{:#}", report["skips"]);
    // Cut off, as it is left when the line breaks: a gap.
    fs::write(objects.join("pack/tmp_pack_aB3x"), &whole[..whole.len() - 25]).expect("written");
    assert_eq!(repository.found(&["packed", "loose"], &[]).1["complete"], false);
}

#[test]
fn a_loose_object_that_cannot_be_read_is_one_gap() {
    let mut repository = Repository::new(&[]);
    repository.write("a.txt", "a\n");
    repository.commit("first");
    let id = repository.git(&["rev-parse", "HEAD:a.txt"]);
    let path = repository.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&path).expect("there");
    fs::write(&path, "").expect("written");
    assert_eq!(reasons(&report(&repository.root(), &[])), ["unreadable"]);
}

#[test]
fn a_cache_changes_nothing_in_a_report() {
    let mut repository = packed();
    repository.write("leaky.env", line("leak"));
    repository.write("twin.env", line("leak"));
    repository.commit("leaky");
    let cache = repository.beside("cache");
    let scan = |cache: Option<&Path>| {
        let mut command = keysieve(&repository.root());
        command.args(["git", "-f", "json"]).args(cache.map(|cache| format!("--cache={}", cache.display())));
        let output = command.output().expect("it runs");
        assert_eq!((code(&output), stderr(&output)), (1, String::new()));
        stdout(&output)
    };
    let without = scan(None);
    assert_eq!([scan(Some(&cache)), scan(Some(&cache))], [without.clone(), without.clone()]);
    let [rules] = cache.read_dir().expect("made").collect::<Vec<_>>().try_into().expect("one set of rules");
    let [file] = files(&rules.expect("an entry").path(), "seen").try_into().expect("one file");
    let bytes = fs::read(&file).expect("read");
    assert!(!String::from_utf8_lossy(&bytes).contains(&token("leak")[6..]));
    for damaged in [&bytes[..bytes.len() / 2], b"", b"keysieve-cache-2", &[0xFF; 1000]] {
        fs::write(&file, damaged).expect("written");
        assert_eq!(scan(Some(&cache)), without, "a damaged cache");
    }
    // What is no file is not waited for.
    #[cfg(unix)]
    {
        let fifo = file.with_file_name("fifo.seen");
        assert!(std::process::Command::new("mkfifo").arg(fifo).status().expect("it runs").success());
        assert_eq!(scan(Some(&cache)), without);
    }
    // What is new is found with a cache that does not know it.
    repository.write("more.env", line("more"));
    repository.commit("more");
    let report = run(&repository.root(), &["git", "-f", "json", &format!("--cache={}", cache.display())]);
    assert_eq!(json(&report)["findings"].as_array().map(Vec::len), Some(2));
}
