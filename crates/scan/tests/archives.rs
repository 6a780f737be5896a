//! What is in containers is found, under the names of all that it is in.

use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::LazyLock;

use keysieve_engine::Engine;
use keysieve_finding::{Origin, Outcome, SkipReason};
use keysieve_policy::{Date, Policy};
use keysieve_scan::{Control, Limits, Options, scan};
use keysieve_testkit::{CutSource, Cuts};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);

/// A line with a secret, made here so that no literal one stands in the repository.
fn leak(number: usize) -> Vec<u8> {
    format!("first\nurl = https://ci:{}{number}@db.example.net/\n", ["hunter", "2-of-", "7kQ"].concat())
        .into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut made).expect("memory");
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

fn run(files: &[(&str, Vec<u8>)], cuts: Cuts, archives: Limits) -> Outcome {
    let objects = files.iter().map(|(name, bytes)| (Origin::file(name.as_bytes()), bytes.clone())).collect();
    let policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
    let options = Options { threads: NonZeroUsize::MIN, archives, ..Options::default() };
    let source = CutSource::new(objects, cuts);
    scan(&ENGINE, &policy, &source, &options, &Control::default()).expect("in memory")
}

fn places(outcome: &Outcome) -> Vec<(String, u64)> {
    let locations = outcome.findings.iter().flat_map(|finding| &finding.locations);
    locations.map(|location| (location.path.clone(), location.line)).collect()
}

fn skips(outcome: &Outcome) -> Vec<(String, SkipReason)> {
    outcome.skips.iter().map(|skip| (skip.path.clone(), skip.reason)).collect()
}

/// A container in a container, and so on: `x.tar` in each, with a leak beside it.
fn nested(depth: usize) -> Vec<u8> {
    let mut inner = leak(depth);
    for level in (0..depth).rev() {
        let name = if level + 1 == depth { "deepest.env" } else { "x.tar" };
        inner = tar(&[(name, &inner), ("beside.env", &leak(level))]);
    }
    inner
}

#[test]
fn a_finding_names_every_container_and_the_line_in_the_innermost_text() {
    let inner = tar(&[("etc/app.env", &leak(1))]);
    let files = [
        ("dump.sql.gz", gzip(&leak(2))),
        ("odd!/name.tgz", gzip(&tar(&[("a/inner.tar.gz", &gzip(&inner)), ("b.env", &leak(3))]))),
        ("plain.tar", tar(&[("c.env", &leak(4)), ("more.env.gz", &gzip(&leak(5)))])),
        ("twice.gz", gzip(&gzip(&leak(6)))),
    ];
    for cuts in [Cuts::Whole, Cuts::Every(600)] {
        let outcome = run(&files, cuts, Limits::default());
        let expected = [
            ("dump.sql.gz!/dump.sql", 2),
            ("odd%21/name.tgz!/a/inner.tar.gz!/etc/app.env", 2),
            ("odd%21/name.tgz!/b.env", 2),
            ("plain.tar!/c.env", 2),
            ("plain.tar!/more.env.gz!/more.env", 2),
            ("twice.gz!/twice!/content", 2),
        ];
        assert_eq!(places(&outcome), expected.map(|(path, line)| (path.to_owned(), line)));
        assert_eq!(skips(&outcome), []);
    }
}

#[test]
fn what_is_too_deep_is_looked_at_as_it_is_and_named() {
    let files = [("x.tar", nested(4))];
    let limits = |depth| Limits { depth, ..Limits::default() };
    let all = run(&files, Cuts::Whole, limits(4));
    assert_eq!((places(&all).len(), skips(&all)), (5, Vec::new()));
    let some = run(&files, Cuts::Whole, limits(2));
    let gap = ("x.tar!/x.tar!/x.tar".to_owned(), SkipReason::ArchiveLimit);
    assert_eq!((places(&some).len(), skips(&some)), (5, vec![gap]), "tar can be read as it is");
    let none = run(&files, Cuts::Whole, limits(0));
    assert!(places(&none).iter().all(|(path, _)| path == "x.tar"));
    assert_eq!(skips(&none), [], "nobody asked for more");
}

#[test]
fn what_belongs_to_no_entry_is_looked_at_once() {
    let mut damaged = tar(&[("a.env", &leak(1)), ("b.env", &leak(2)), ("c.env", &leak(3))]);
    damaged[1024..1100].fill(0xEE);
    let files = [("damaged.tar", damaged), ("rubbish.gz", [gzip(b"text"), leak(4)].concat())];
    let outcome = run(&files, Cuts::Whole, Limits::default());
    let paths: Vec<String> = places(&outcome).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["damaged.tar", "damaged.tar!/a.env", "damaged.tar!/c.env", "rubbish.gz"]);
    assert_eq!(outcome.findings[0].locations[0].byte_start, 1536 + 23);
    assert_eq!(skips(&outcome), [("damaged.tar".to_owned(), SkipReason::ArchiveBroken)]);
}

#[test]
fn a_container_that_is_cut_off_or_damaged_gives_what_it_has() {
    let text: Vec<u8> =
        (0..20_000).flat_map(|line| format!("line {line} {}\n", line * 7919).into_bytes()).collect();
    let archive = tar(&[("a.env", &leak(1)), ("b.txt", &text), ("c.env", &leak(2))]);
    let bytes = gzip(&archive);
    let cut = run(&[("cut.tgz", bytes[..bytes.len() / 2].to_vec())], Cuts::Whole, Limits::default());
    assert_eq!(places(&cut), [("cut.tgz!/a.env".to_owned(), 2)]);
    let broken = SkipReason::ArchiveBroken;
    assert_eq!(skips(&cut), [("cut.tgz".to_owned(), broken), ("cut.tgz!/b.txt".to_owned(), broken)]);
}

#[test]
fn bombs_end_and_lose_nothing_beside_them() {
    let zeros = vec![0; 40 << 20];
    let bomb = gzip(&gzip(&zeros));
    let limits = Limits { free: 4 << 20, ratio: 20, ..Limits::default() };
    let archive = tar(&[("a.env", &leak(1)), ("bomb.gz", &bomb), ("b.env", &leak(2))]);
    let outcome = run(&[("x.tar", archive)], Cuts::Whole, limits);
    let paths: Vec<String> = places(&outcome).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["x.tar!/a.env", "x.tar!/b.env"]);
    assert_eq!(skips(&outcome), [("x.tar!/bomb.gz!/bomb!/content".to_owned(), SkipReason::ArchiveLimit)]);
}
