//! zip.

use std::io::Read;

use keysieve_finding::SkipReason;
use keysieve_unpack::zip::{Part, Zip};
use keysieve_unpack::{Budget, Compression, Container, Input, Limits};

use crate::tools::{Few, all, compress, text};

/// A part, with what was read of it.
#[derive(Debug, PartialEq)]
enum Seen {
    Entry(&'static str, usize),
    Wrong(String, usize),
    Loose(u64, usize),
    Skip(Option<String>, SkipReason),
}

fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Walks over an archive; entries that hold the begin of [`text`] are seen by their length.
fn walk(archive: impl Read, limits: Limits) -> Vec<Seen> {
    let budget = Budget::new(limits);
    walk_over(Zip::over(Input::new(budget.metered(archive)), budget))
}

fn walk_over<R: Read>(mut zip: Zip<R>) -> Vec<Seen> {
    let mut seen = Vec::new();
    let all = text(100_000);
    while let Some(part) = zip.next() {
        let mut content = Vec::new();
        match part {
            Part::Entry(mut entry) => {
                let failed = entry.read_to_end(&mut content).err();
                let known = ["a", "b", "c"].into_iter().find(|known| known.as_bytes() == entry.name());
                seen.push(match known {
                    Some(known) if all.starts_with(&content) => Seen::Entry(known, content.len()),
                    _ => Seen::Wrong(name(entry.name()), content.len()),
                });
                if let Some(error) = failed {
                    let why = keysieve_unpack::Trouble::of(&error).0;
                    seen.push(Seen::Skip(Some(name(entry.name())), why.reason));
                }
            }
            Part::Loose(mut bytes) => {
                let read = bytes.read_to_end(&mut content).expect("memory");
                seen.push(Seen::Loose(bytes.offset(), read));
            }
            Part::Skip(of, why) => seen.push(Seen::Skip(of.as_deref().map(name), why.reason)),
        }
    }
    seen
}

/// How an entry is written.
#[derive(Clone, Copy)]
struct Way {
    method: u16,
    flags: u16,
    /// What stands behind the data: with a mark, with sizes of eight bytes.
    descriptor: Option<(bool, bool)>,
    large: bool,
}

const PLAIN: Way = Way { method: 8, flags: 0, descriptor: None, large: false };

fn sum(content: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(content);
    sum.sum()
}

fn data(method: u16, content: &[u8]) -> Vec<u8> {
    match method {
        8 => all(flate2::read::DeflateEncoder::new(content, flate2::Compression::default())),
        12 => compress(Compression::Bzip2, content),
        93 => compress(Compression::Zstd, content),
        95 => compress(Compression::Xz, content),
        14 => {
            let lzma = compress(Compression::Lzma, content);
            [&[9, 20, 5, 0][..], &lzma[..5], &lzma[13..]].concat()
        }
        _ => content.to_vec(),
    }
}

fn entry(name: &str, content: &[u8], way: Way) -> Vec<u8> {
    let data = data(way.method, content);
    let sizes = |number: usize| (number as u64).to_le_bytes();
    let behind = way.descriptor.is_some();
    let flags = way.flags | if behind { 8 } else { 0 } | if way.method == 14 { 2 } else { 0 };
    let mut bytes = b"PK\x03\x04\x14\x00".to_vec();
    bytes.extend(flags.to_le_bytes());
    bytes.extend(way.method.to_le_bytes());
    bytes.extend([0; 4]);
    let (said, large) = (!behind, way.large);
    bytes.extend(if said { sum(content) } else { 0 }.to_le_bytes());
    for number in [data.len(), content.len()] {
        let number = if large {
            u32::MAX
        } else if said {
            u32::try_from(number).expect("small")
        } else {
            0
        };
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
    bytes.extend(if large { 20_u16 } else { 0 }.to_le_bytes());
    bytes.extend(name.as_bytes());
    if large {
        bytes.extend([1, 0, 16, 0]);
        bytes.extend(if said { sizes(content.len()) } else { [0; 8] });
        bytes.extend(if said { sizes(data.len()) } else { [0; 8] });
    }
    bytes.extend(&data);
    if let Some((marked, long)) = way.descriptor {
        if marked {
            bytes.extend(b"PK\x07\x08");
        }
        bytes.extend(sum(content).to_le_bytes());
        for number in [data.len(), content.len()] {
            bytes.extend(&sizes(number)[..if long { 8 } else { 4 }]);
        }
    }
    bytes
}

fn end(entries: u16, comment: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..entries {
        bytes.extend(b"PK\x01\x02");
        bytes.extend([0; 24]);
        bytes.extend([1, 0, 0, 0, 0, 0]);
        bytes.extend([0; 12]);
        bytes.push(b'x');
    }
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(entries.to_le_bytes());
    bytes.extend(entries.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(u16::try_from(comment.len()).expect("short").to_le_bytes());
    bytes.extend(comment.as_bytes());
    bytes
}

#[test]
fn every_way_of_writing_an_entry_is_read_in_pieces_of_any_size() {
    let (long, short) = (text(90_000), text(10));
    for method in [0, 8, 12, 14, 93, 95] {
        for descriptor in
            [None, Some((true, false)), Some((true, true)), Some((false, false)), Some((false, true))]
        {
            // Stored data of unknown length can only be told by a mark.
            if method == 0 && descriptor.is_some_and(|(marked, _)| !marked) {
                continue;
            }
            for large in [false, true] {
                let way = Way { method, flags: 0, descriptor, large };
                let archive = [
                    entry("a", &long, way),
                    entry("d/", b"", PLAIN),
                    entry("b", &short, way),
                    entry("c", b"", way),
                ];
                let archive = [archive.concat(), end(4, "")].concat();
                // Where lzma ends is found out late.
                let little = if method == 14 && descriptor.is_some() { 1 << 20 } else { 7 };
                for few in [little, 1 << 30] {
                    let seen = walk(Few(&archive, few), Limits::default());
                    let expected = [
                        Seen::Entry("a", 90_000),
                        Seen::Wrong("d/".to_owned(), 0),
                        Seen::Entry("b", 10),
                        Seen::Entry("c", 0),
                    ];
                    assert_eq!(seen, expected, "{method} {descriptor:?} {large}");
                }
            }
        }
    }
}

#[test]
fn an_archive_in_an_archive_does_not_end_it() {
    let inner =
        [entry("b", &text(50), Way { descriptor: Some((true, false)), ..PLAIN }), end(1, "")].concat();
    let stored = Way { method: 0, descriptor: Some((true, false)), ..PLAIN };
    let archive = [entry("inner", &inner, stored), entry("a", b"a", PLAIN), end(2, "")].concat();
    let seen = walk(archive.as_slice(), Limits::default());
    assert_eq!(seen[0], Seen::Wrong("inner".to_owned(), inner.len()));
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[test]
fn what_is_encrypted_or_not_known_is_named_and_the_rest_is_read() {
    let content = text(3000);
    for descriptor in [None, Some((true, false))] {
        let way = |method, flags| Way { method, flags, descriptor, large: false };
        let archive = [
            entry("secret", &content, way(0, 1)),
            entry("old", &content, way(6, 0)),
            entry("aes", &content, way(99, 0)),
            entry("a", &content, PLAIN),
            end(4, ""),
        ];
        let skip = |name: &str, why| Seen::Skip(Some(name.to_owned()), why);
        assert_eq!(
            walk(archive.concat().as_slice(), Limits::default()),
            [
                skip("secret", SkipReason::Encrypted),
                skip("old", SkipReason::UnsupportedCompression),
                skip("aes", SkipReason::Encrypted),
                Seen::Entry("a", 3000),
            ]
        );
    }
}

#[test]
fn it_may_stand_behind_a_program_and_have_a_comment() {
    let program = [&b"\x7FELF"[..], &text(100_000), b"PK\x03\x04", &[0; 100]].concat();
    let archive = [&program[..], &entry("a", &text(100), PLAIN), &end(1, "a comment")].concat();
    assert_eq!(Container::of(&archive), Some(Container::Program));
    let comment = archive.len() as u64 - 9;
    let expected = [Seen::Loose(0, program.len()), Seen::Entry("a", 100), Seen::Loose(comment, 9)];
    let budget = Budget::new(Limits::default());
    let walk = |bytes, few| walk_over(Zip::behind_program(Input::new(Few(bytes, few)), budget.clone()));
    for few in [513, 1 << 30] {
        assert_eq!(walk(&archive, few), expected);
    }
    assert_eq!(walk(&program, 1 << 30), [Seen::Loose(0, program.len())]);
}

#[test]
fn a_missing_end_is_named() {
    let archive = [entry("a", &text(100), PLAIN), entry("b", &text(2000), PLAIN), end(2, "")].concat();
    let whole = entry("a", &text(100), PLAIN).len() + entry("b", &text(2000), PLAIN).len();
    let gap = Seen::Skip(None, SkipReason::ArchiveBroken);
    assert_eq!(walk(&archive[..whole], Limits::default())[2..], [gap]);
    let cut = walk(&archive[..whole - 100], Limits::default());
    assert_eq!(cut[0], Seen::Entry("a", 100));
    assert!(matches!(cut[1], Seen::Entry("b", 1000..)), "{cut:?}");
    assert_eq!(cut[2], Seen::Skip(Some("b".to_owned()), SkipReason::ArchiveBroken));
}

#[test]
fn damage_loses_the_entry_that_it_is_in_and_is_named() {
    let good = entry("b", &text(2000), PLAIN);
    let bad = entry("a", &text(2000), PLAIN);
    let lost = |at: usize| {
        let mut bad = bad.clone();
        bad[at..at + 20].fill(0xFF);
        walk([&bad[..], &good, &end(2, "")].concat().as_slice(), Limits::default())
    };
    // In the header: what belonged to the entry is looked at as it is, and the directory lists one more.
    let seen = lost(0);
    assert_eq!(
        seen,
        [Seen::Loose(0, bad.len()), Seen::Entry("b", 2000), Seen::Skip(None, SkipReason::ArchiveBroken),]
    );
    let seen = lost(bad.len() / 2);
    assert_eq!(seen[1], Seen::Skip(Some("a".to_owned()), SkipReason::ArchiveBroken), "{seen:?}");
    assert_eq!(seen[2], Seen::Entry("b", 2000));
}

#[test]
fn a_bomb_loses_no_other_entry() {
    let bomb = entry("bomb", &vec![0; 8 << 20], PLAIN);
    let archive = [&bomb[..], &entry("a", &text(2000), PLAIN), &bomb, &end(3, "")].concat();
    let limits = Limits { free: 2 << 20, ratio: 10, ..Limits::default() };
    let seen = walk(archive.as_slice(), limits);
    let skip = || Seen::Skip(Some("bomb".to_owned()), SkipReason::ArchiveLimit);
    assert_eq!((&seen[1], &seen[2], &seen[4]), (&skip(), &Seen::Entry("a", 2000), &skip()), "{seen:?}");
    let limits = Limits { free: 1 << 18, ratio: 10, ..Limits::default() };
    let many = walk([bomb.repeat(100), end(100, "")].concat().as_slice(), limits);
    assert!(many.len() < 20, "once nothing is left, the rest is one gap: {}", many.len());
    assert_eq!(many.last(), Some(&Seen::Skip(None, SkipReason::ArchiveLimit)));
}
