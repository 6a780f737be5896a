//! Files in which other files are.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use keysieve_testkit::{ImageLayer, TestImage, TestLayout};

use super::repository::token;
use super::{code, json, keysieve, leak, run, skips, stderr};

fn gzip(bytes: impl Read) -> Vec<u8> {
    let mut made = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::best()).read_to_end(&mut made).expect("memory");
    made
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content).expect("memory");
    }
    builder.into_inner().expect("memory")
}

/// An archive of one stored entry.
pub(crate) fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(content);
    let size = u32::try_from(content.len()).expect("small").to_le_bytes();
    let name_length = u16::try_from(name.len()).expect("short").to_le_bytes();
    let about =
        [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &sum.sum().to_le_bytes(), &size, &size, &name_length, &[0; 2]];
    let about = about.concat();
    let entry = [b"PK\x03\x04", &about[..], name.as_bytes(), content].concat();
    let listed = [b"PK\x01\x02\x14\x00", &about[..], &[0; 14], name.as_bytes()].concat();
    let end =
        [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &(listed.len() as u32).to_le_bytes(), &[0; 6]].concat();
    [entry, listed, end].concat()
}

/// Base64 in lines.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for four in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * four)) as usize & 63];
            text.push(if four > three.len() { '=' } else { char::from(digit) });
        }
        if text.len() % 77 == 76 {
            text.push('\n');
        }
    }
    text
}

/// What the command does where a process may have few files open and little memory.
fn run_in_little(directory: &Path, arguments: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_keysieve");
    let script = format!("ulimit -n 64 -v 524288 && exec '{program}' {arguments}");
    let temporary = directory.join("tmp");
    fs::create_dir_all(&temporary).expect("made");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(directory.join("tree"))
        .env("TMPDIR", &temporary)
        .output()
        .expect("bash runs");
    assert_eq!(temporary.read_dir().expect("there").count(), 0, "no temporary files");
    output
}

fn paths(output: &Output) -> Vec<String> {
    let report = json(output);
    let findings = report["findings"].as_array().expect("a list").clone();
    let locations =
        findings.iter().flat_map(|finding| finding["locations"].as_array().expect("a list").clone());
    locations.map(|location| location["path"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn a_thousand_archives_leave_nothing_behind_and_are_the_same_on_any_number_of_threads() {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = directory.path().join("tree");
    for number in 0..1000_usize {
        let text = format!("{}# {number}\n", leak());
        let name = format!("conf/{number}.env");
        let inner = tar(&[("README", b"nothing"), (&name, text.as_bytes())]);
        let (ending, bytes) = match number % 5 {
            0 => ("tar", inner),
            1 => ("tgz", gzip(inner.as_slice())),
            2 => ("env.gz", gzip(text.as_bytes())),
            3 => ("jar", zip(&name, text.as_bytes())),
            _ => ("zip", zip("inner.tar", &inner)),
        };
        let folder = tree.join(format!("{}", number % 10));
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join(format!("{number}.{ending}")), bytes).expect("written");
    }
    let one = run_in_little(directory.path(), "scan -f json -j 1");
    let two = run_in_little(directory.path(), "scan -f json -j 2");
    assert_eq!((code(&one), stderr(&one)), (1, String::new()));
    assert!(one.stdout == two.stdout, "the same bytes");
    let paths = paths(&one);
    assert_eq!(paths.len(), 1000);
    for path in ["0/0.tar!/conf/0.env", "2/2.env.gz!/2.env", "4/4.zip!/inner.tar!/conf/4.env"] {
        assert!(paths.contains(&path.to_owned()), "{path}");
    }
    assert_eq!(skips(&json(&one)), []);
}

#[test]
fn where_links_lead_is_looked_at_as_names_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).expect("made");
    let target = |name: &str| format!("/run/{}/socket", token(name));
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, name) in [(tar::EntryType::Symlink, "soft"), (tar::EntryType::Link, "hard")] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, name, target(name)).expect("memory");
    }
    fs::write(tree.join("links.tgz"), gzip(builder.into_inner().expect("memory").as_slice()))
        .expect("written");
    let named = target("packed");
    let numbers = [1, 0o120_777, 0, 0, 1, 0, named.len(), 0, 0, 0, 0, 2, 0];
    let head: String = numbers.iter().map(|number| format!("{number:08x}")).collect();
    fs::write(tree.join("links.cpio"), format!("070701{head}l\0{named}")).expect("written");
    std::os::unix::fs::symlink(target("own"), tree.join("own")).expect("made");
    let output = run(&tree, &["scan", "-f", "json", "."]);
    let mut found = paths(&output);
    found.sort();
    let expected =
        ["links.cpio!/l!/(link)", "links.tgz!/hard!/(link)", "links.tgz!/soft!/(link)", "own!/(link)"];
    assert_eq!(found, expected);
    let image = TestImage::new("linux", "amd64").layer(ImageLayer::new("RUN ln").entry(
        "soft",
        tar::EntryType::Symlink,
        &target("layer"),
        "",
    ));
    TestLayout::default().image("v1", &image).write_to(&directory.path().join("layout")).expect("written");
    let output = run(directory.path(), &["image", "oci:layout", "-f", "json"]);
    assert_eq!(paths(&output), ["soft!/(link)"]);
}

#[test]
fn what_is_attached_to_mail_or_carried_by_a_script_is_opened() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).expect("written");
    let attached = base64(&zip("conf/a.env", leak().as_bytes()));
    let mail = format!(
        "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nurl below\n\
         --b\nContent-Type: application/zip; name=\"all.zip\"\nContent-Transfer-Encoding: base64\n\n{attached}\n--b--\n"
    );
    write("one.eml", mail.as_bytes());
    write(
        "many.mbox",
        format!("From a@b.example Mon Nov 30\n{mail}\nFrom a@b.example Mon Nov 30\n{mail}").as_bytes(),
    );
    let packed = gzip(tar(&[("etc/b.env", leak().as_bytes())]).as_slice());
    write("setup.run", &[b"#!/bin/sh\ntail -n +4 \"$0\" | tar xz\nexit 0\n", &packed[..]].concat());
    let mut found = paths(&run(directory.path(), &["scan", "-f", "json", "."]));
    found.sort();
    let expected = [
        "many.mbox!/all.zip!/conf/a.env",
        "many.mbox!/all.zip!/conf/a.env",
        "one.eml!/all.zip!/conf/a.env",
        "setup.run!/etc/b.env",
    ];
    assert_eq!(found, expected);
}

#[test]
fn bombs_cost_little_and_are_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).expect("made");
    let write = |name: &str, bytes: &[u8]| fs::write(tree.join(name), bytes).expect("written");
    let zeros = gzip(std::io::repeat(0).take(64 << 20));
    write("many-members.gz", &zeros.repeat(64));
    write("nested.gz", &gzip(zeros.repeat(64).as_slice()));
    let mut layer = zip("0", &gzip(zeros.as_slice()));
    for level in 1..7 {
        let copies: Vec<u8> = (0..4).flat_map(|_| zip(&format!("{level}"), &layer)).collect();
        layer = gzip(copies.as_slice());
    }
    write("branching.gz", &layer);
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_size(60 << 20);
    header.set_path("records").expect("short");
    header.set_cksum();
    write("records.tgz", &gzip(header.as_bytes().chain("key = value\n".repeat(5 << 20).as_bytes())));
    write("beside.env.gz", &gzip(leak().as_bytes()));
    let start = Instant::now();
    let output = run_in_little(directory.path(), "scan -f json -j 2");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert_eq!(paths(&output), ["beside.env.gz!/beside.env"]);
    let skips = skips(&json(&output));
    for name in ["many-members.gz", "nested.gz", "branching.gz", "records.tgz"] {
        let limit = |(path, reason, class): &(String, String, String)| {
            path.starts_with(name) && reason == "archive-limit" && class == "gap"
        };
        assert!(skips.iter().any(limit), "{name}: {skips:?}");
    }
    assert!(skips.len() < 1000, "{}", skips.len());
}

#[test]
fn names_in_archives_are_shown_and_never_used() {
    let directory = tempfile::tempdir().expect("a directory");
    let text = leak();
    let mut archive = Vec::new();
    for name in ["../../escaped.env", "/absolute.env", "new\nline.env", "esc\u{1b}[31m.env"] {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_cksum();
        archive.extend(header.as_bytes());
        archive.extend(text.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    fs::write(directory.path().join("x.tar"), archive).expect("written");
    let output = run(directory.path(), &["scan", "-f", "json"]);
    let mut expected = ["../../escaped.env", "/absolute.env", "esc\u{1b}[31m.env", "new\nline.env"];
    expected.sort_unstable();
    assert_eq!(paths(&output).len(), expected.len());
    let text = run(directory.path(), &["scan"]);
    assert!(!text.stdout.contains(&0x1B), "no control characters");
    assert_eq!(directory.path().read_dir().expect("there").count(), 1);
}

#[test]
fn a_secret_in_a_name_is_found_and_masked() {
    let directory = tempfile::tempdir().expect("a directory");
    let token = format!("glpat-{}", "Kq7vZ9xw".repeat(2) + "B3mN");
    let name = format!("backup/{token}.txt");
    fs::write(directory.path().join("a.tar"), tar(&[(&name, b"nothing")])).expect("written");
    fs::write(directory.path().join(format!("{token}.log")), "nothing").expect("written");
    let output = run(directory.path(), &["scan", "-f", "json"]);
    let mut paths = paths(&output);
    paths.sort_unstable();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths[0].starts_with("a.tar!/backup/") && paths[0].ends_with(".txt!/(name)"), "{paths:?}");
    assert!(paths[1].ends_with(".log!/(name)"), "{paths:?}");
    assert!(!super::stdout(&output).contains(&token[6..]), "no raw secret");
}

#[test]
fn depth_and_limit_are_options() {
    let directory = tempfile::tempdir().expect("a directory");
    let inner = tar(&[("a.env", leak().as_bytes())]);
    let nested = gzip(tar(&[("inner.tgz", &gzip(inner.as_slice()))]).as_slice());
    let scan = |arguments: &[&str]| {
        let all = [&["scan", "-f", "json"], arguments, &["-"]].concat();
        keysieve(directory.path()).args(all).write_stdin(nested.clone()).output().expect("runs")
    };
    assert_eq!(paths(&scan(&[])), ["-!/inner.tgz!/a.env"]);
    let shallow = scan(&["--archive-depth", "1"]);
    assert_eq!(code(&shallow), 3);
    let gap = ("-!/inner.tgz".to_owned(), "archive-limit".to_owned(), "gap".to_owned());
    assert_eq!(skips(&json(&shallow)), [gap]);
    assert_eq!(code(&scan(&["--archive-depth", "1", "--allow-partial"])), 0);
    assert_eq!(code(&scan(&["--archive-depth", "0"])), 0);
    let small = scan(&["--archive-limit", "1k"]);
    assert_eq!(code(&small), 3, "{}", stderr(&small));
}

#[test]
fn a_container_in_a_repository_is_opened_and_its_commit_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let git = |arguments: &[&str]| {
        let identity =
            ["-c", "user.name=a", "-c", "user.email=a@example.net", "-c", "init.defaultBranch=main"];
        let done = Command::new("git").args(identity).args(arguments).current_dir(directory.path()).output();
        assert!(done.expect("git runs").status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    fs::create_dir(directory.path().join("lib")).expect("made");
    let jar = [zip("conf/a.env", leak().as_bytes()), b"behind it".to_vec()].concat();
    fs::write(directory.path().join("lib/app.jar"), jar).expect("written");
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    git(&["rm", "-q", "lib/app.jar"]);
    git(&["commit", "-qm", "two"]);
    let output = run(directory.path(), &["git", "-f", "json"]);
    assert_eq!(paths(&output), ["lib/app.jar!/conf/a.env"]);
    for _ in 0..2 {
        let cached = run(directory.path(), &["git", "-f", "json", "--cache", ".git/seen"]);
        assert_eq!(
            paths(&cached),
            ["lib/app.jar!/conf/a.env"],
            "what lies around entries says nothing of them"
        );
    }
    let report = json(&output);
    let place = &report["findings"][0]["locations"][0];
    assert!(place["git"]["commit"].is_string(), "{place}");
    assert_eq!(place["container"], serde_json::json!(["lib/app.jar"]));
}
