//! tar.

use std::fmt;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::Command;

use keysieve_finding::SkipReason;
use keysieve_unpack::tar::{EntryKind, Part, Tar};
use keysieve_unpack::{Budget, Limits};

use crate::tools::{Few, text};

/// A part, with what was read of it.
#[derive(PartialEq)]
enum Seen {
    File(Vec<u8>, Vec<u8>),
    Other(EntryKind, Vec<u8>, Option<Vec<u8>>),
    Loose(u64, Vec<u8>),
    Skip(SkipReason),
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, content) => write!(f, "{}: {} bytes", path.escape_ascii(), content.len()),
            Self::Other(kind, path, _) => write!(f, "{}: {kind:?}", path.escape_ascii()),
            Self::Loose(offset, content) => write!(f, "{} loose bytes at {offset}", content.len()),
            Self::Skip(reason) => write!(f, "{reason}"),
        }
    }
}

fn walk(archive: impl Read, limits: Limits) -> Vec<Seen> {
    let mut tar = Tar::new(archive, Budget::new(limits));
    let mut seen = Vec::new();
    while let Some(part) = tar.next() {
        let mut content = Vec::new();
        match part {
            Part::Entry(mut entry) => {
                let path = entry.path().to_vec();
                let failed = entry.read_to_end(&mut content).is_err();
                let kind = entry.kind();
                let link = entry.link().map(<[u8]>::to_vec);
                seen.push(match kind {
                    EntryKind::File => Seen::File(path, content),
                    kind => Seen::Other(kind, path, link),
                });
                if failed {
                    seen.push(Seen::Skip(SkipReason::ArchiveBroken));
                }
            }
            Part::Loose(mut bytes) => {
                bytes.read_to_end(&mut content).expect("memory");
                seen.push(Seen::Loose(bytes.offset(), content));
            }
            Part::Skip(skip) => seen.push(Seen::Skip(skip.reason)),
        }
    }
    seen
}

/// A header block with a right check sum.
fn header(name: &[u8], kind: u8, size: u64) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name);
    block[100..108].copy_from_slice(b"0000644\0");
    if size < 1 << 33 {
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    } else {
        block[124..136].copy_from_slice(&[&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat());
    }
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    sum(block)
}

fn sum(mut block: Vec<u8>) -> Vec<u8> {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn padded(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    content.resize(content.len().div_ceil(512) * 512, 0);
    content
}

fn file(name: &[u8], content: &[u8]) -> Vec<u8> {
    [header(name, b'0', content.len() as u64), padded(content)].concat()
}

fn records(kind: u8, records: &[u8]) -> Vec<u8> {
    [header(b"records", kind, records.len() as u64), padded(records)].concat()
}

fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
    let mut length = rest.len() + 1;
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    [length.to_string().as_bytes(), &rest].concat()
}

fn seen_file(name: &[u8], content: &[u8]) -> Seen {
    Seen::File(name.to_vec(), content.to_vec())
}

#[test]
fn the_library_writes_what_is_read_again_in_pieces_of_any_size() {
    let mut builder = tar::Builder::new(Vec::new());
    let long = format!("{}/x", ["directory"; 40].join("/"));
    for (name, content) in [("a/b", text(1000)), (long.as_str(), text(512)), ("empty", Vec::new())] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, content.as_slice()).expect("memory");
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder.append_link(&mut link, "link", format!("../{long}")).expect("memory");
    let archive = builder.into_inner().expect("memory");
    for few in [1, 511, 1 << 30] {
        assert_eq!(
            walk(Few(&archive, few), Limits::default()),
            [
                seen_file(b"a/b", &text(1000)),
                seen_file(long.as_bytes(), &text(512)),
                seen_file(b"empty", b""),
                Seen::Other(EntryKind::Symlink, b"link".to_vec(), Some(format!("../{long}").into_bytes())),
            ]
        );
    }
}

#[test]
fn extended_headers_win_over_the_block_and_global_ones_hold_for_all() {
    let mut lying = header(b"short", b'0', 3);
    lying[345..350].copy_from_slice(b"prefi");
    let archive = [
        records(b'g', &record("linkpath", b"everywhere")),
        records(b'x', &[record("path", b"caf\xe9/\n/..//x"), record("size", b"1000")].concat()),
        sum(lying),
        padded(&text(1000)),
        header(b"hard", b'1', 0),
        file(b"last", b"end"),
    ]
    .concat();
    assert_eq!(
        walk(archive.as_slice(), Limits::default()),
        [
            seen_file(b"caf\xe9/\n/..//x", &text(1000)),
            Seen::Other(EntryKind::HardLink, b"hard".to_vec(), Some(b"everywhere".to_vec())),
            seen_file(b"last", b"end"),
        ]
    );
}

#[test]
fn sizes_in_bytes_and_names_of_v7_are_read() {
    let mut old = header(b"old/", 0, 0);
    old[257..265].fill(0);
    let mut binary = header(b"binary", b'7', 0);
    binary[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    let archive =
        [sum(old), sum(binary), padded(b"12345"), vec![0; 512], file(b"second/archive", b"x")].concat();
    assert_eq!(
        walk(archive.as_slice(), Limits::default()),
        [
            Seen::Other(EntryKind::Directory, b"old/".to_vec(), None),
            seen_file(b"binary", b"12345"),
            seen_file(b"second/archive", b"x"),
        ]
    );
}

#[test]
fn links_with_content_are_read_and_links_with_only_a_size_are_not() {
    let archive = [
        header(b"only-a-size", b'1', 700),
        file(b"between", b"x"),
        [header(b"with-content", b'1', 3), padded(b"abc")].concat(),
        file(b"last", b"y"),
    ]
    .concat();
    let seen = walk(archive.as_slice(), Limits::default());
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert_eq!((&seen[1], &seen[3]), (&seen_file(b"between", b"x"), &seen_file(b"last", b"y")));
}

#[test]
fn after_a_damaged_header_the_next_good_one_is_found_and_nothing_is_lost() {
    let lost = text(2000);
    for missing in [0, 100] {
        let mut damaged = file(b"damaged", &lost);
        damaged[..50].fill(0xEE);
        let damaged = &damaged[..damaged.len() - missing];
        let archive = [&file(b"one", b"1")[..], damaged, &file(b"two", b"2"), &[0; 1024]].concat();
        assert_eq!(
            walk(archive.as_slice(), Limits::default()),
            [
                seen_file(b"one", b"1"),
                Seen::Loose(1024, damaged.to_vec()),
                Seen::Skip(SkipReason::ArchiveBroken),
                seen_file(b"two", b"2"),
            ]
        );
    }
}

#[test]
fn a_cut_is_named_and_a_missing_end_is_none() {
    let archive = [file(b"one", b"1"), file(b"two", &text(1000))].concat();
    let whole = walk(&archive[..archive.len() - 24], Limits::default());
    assert_eq!(whole, [seen_file(b"one", b"1"), seen_file(b"two", &text(1000))], "only padding is missing");
    let cut = walk(&archive[..archive.len() - 500], Limits::default());
    assert_eq!(cut[1..], [seen_file(b"two", &text(1000)[..524]), Seen::Skip(SkipReason::ArchiveBroken)]);
    let in_header = walk(&archive[..1224], Limits::default());
    assert_eq!(
        in_header[1..],
        [Seen::Loose(1024, archive[1024..1224].to_vec()), Seen::Skip(SkipReason::ArchiveBroken)]
    );
}

#[test]
fn what_follows_the_end_is_no_gap() {
    let archive = [&file(b"one", b"1")[..], &[0; 1024], b"signature"].concat();
    let seen = walk(archive.as_slice(), Limits::default());
    assert_eq!(seen, [seen_file(b"one", b"1"), Seen::Loose(2048, b"signature".to_vec())]);
}

#[test]
fn sparse_files_in_every_format_have_their_holes_again() {
    // Data at 1000 and at 100000, which ends the file; a hole longer than 64 KiB is cut.
    let map = [(1000_u64, 512_u64), (100_000, 700)];
    let stored = [text(512), vec![b'z'; 700]].concat();
    let expected = [vec![0; 1000], text(512), vec![0; 64 << 10], vec![b'z'; 700]].concat();
    let mut old = header(b"sparse", b'S', stored.len() as u64);
    for (at, (offset, length)) in map.iter().enumerate() {
        old[386 + at * 24..][..24].copy_from_slice(format!("{offset:011o}\0{length:011o}\0").as_bytes());
    }
    old[483..495].copy_from_slice(format!("{:011o}\0", 100_700).as_bytes());
    let old = [sum(old), padded(&stored)].concat();

    let pairs = |(offset, length): &(u64, u64)| {
        [
            record("GNU.sparse.offset", offset.to_string().as_bytes()),
            record("GNU.sparse.numbytes", length.to_string().as_bytes()),
        ]
        .concat()
    };
    let pairs: Vec<u8> = map.iter().flat_map(pairs).collect();
    let format_00 = [records(b'x', &pairs), file(b"sparse", &stored)].concat();
    let name = record("GNU.sparse.name", b"sparse");
    let list = record("GNU.sparse.map", b"1000,512,100000,700");
    let format_01 =
        [records(b'x', &[name.clone(), list].concat()), file(b"GNUSparseFile.0/sparse", &stored)].concat();
    let major = record("GNU.sparse.major", b"1");
    let content = [padded(b"2\n1000\n512\n100000\n700\n"), stored].concat();
    let format_10 =
        [records(b'x', &[name, major].concat()), file(b"GNUSparseFile.0/sparse", &content)].concat();
    for archive in [old, format_00, format_01, format_10] {
        let archive = [archive, file(b"next", b"x")].concat();
        assert_eq!(
            walk(archive.as_slice(), Limits::default()),
            [seen_file(b"sparse", &expected), seen_file(b"next", b"x")]
        );
    }
}

#[test]
fn a_sparse_file_that_says_it_is_huge_costs_nothing() {
    let mut old = header(b"sparse", b'S', 0);
    old[386..410].copy_from_slice(&[&[0x80, 0, 0, 0, 0x7F][..], &[0xFF; 7], &[b'0'; 11], &[0]].concat());
    old[483..495].copy_from_slice(&[&[0x80, 0, 0, 0, 0x7F][..], &[0xFF; 7]].concat());
    let seen = walk(sum(old).as_slice(), Limits::default());
    assert_eq!(seen, [seen_file(b"sparse", &vec![0; 64 << 10])]);
    let maps = [header(b"many", b'0', 1 << 40), padded(b"99999999999\n")].concat();
    let archive = [records(b'x', &record("GNU.sparse.major", b"1")), maps].concat();
    assert_eq!(walk(archive.as_slice(), Limits::default()), [Seen::Skip(SkipReason::ArchiveLimit)]);
}

/// Whether there is a GNU tar to compare with. Where there should be one, its lack is no way to pass.
fn gnu_tar_is_there() -> bool {
    let said = Command::new("tar").arg("--version").output();
    let there = said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("GNU tar"));
    assert!(there || std::env::var_os("CI").is_none(), "GNU tar is needed: install the package `tar`");
    there
}

#[test]
fn what_gnu_tar_writes_in_any_format_is_read_as_it_was() {
    if !gnu_tar_is_there() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let long = format!("{}/file", ["directory"; 12].join("/"));
    let path = |name: &str| directory.path().join(name);
    fs::create_dir_all(path(&long).parent().expect("a directory")).expect("made");
    fs::write(path(&long), text(3000)).expect("written");
    fs::write(path("short"), b"short").expect("written");
    let mut holes = fs::File::create(path("holes")).expect("made");
    for at in [20_000_u64, 50_000] {
        holes.seek(SeekFrom::Start(at)).expect("a file");
        holes.write_all(&text(5000)).expect("written");
    }
    holes.set_len(90_000).expect("a file");
    let expected = fs::read(path("holes")).expect("read");
    for format in ["v7", "ustar", "oldgnu", "gnu", "posix"] {
        let sparse: &[&str] = match format {
            "v7" | "ustar" => &[],
            "posix" => &["0.0", "0.1", "1.0"],
            _ => &["1.0"],
        };
        for version in sparse.iter().map(Some).chain([None]) {
            let mut command = Command::new("tar");
            command.current_dir(directory.path()).arg(format!("--format={format}")).arg("-c");
            if let Some(version) = version {
                command.arg("-S").arg(format!("--sparse-version={version}"));
            }
            command.args(["short", "holes"]);
            // There is no place for long names in the oldest format.
            let with_long = format != "v7";
            if with_long {
                command.arg(&long);
            }
            let archive = command.output().expect("tar runs");
            assert!(archive.status.success(), "{format}: {}", String::from_utf8_lossy(&archive.stderr));
            let mut files = vec![seen_file(b"short", b"short"), seen_file(b"holes", &expected)];
            if with_long {
                files.push(seen_file(long.as_bytes(), &text(3000)));
            }
            assert_eq!(walk(archive.stdout.as_slice(), Limits::default()), files, "{format} {version:?}");
        }
    }
}

#[test]
fn records_that_are_too_long_are_looked_at_as_bytes_and_named() {
    let limits = Limits { record: 4096, ..Limits::default() };
    for kind in [b'x', b'g', b'L', b'K'] {
        let long = record("path", &text(10_000));
        let archive = [records(kind, &long), file(b"name", b"x")].concat();
        assert_eq!(
            walk(archive.as_slice(), limits.clone()),
            [Seen::Loose(512, padded(&long)), Seen::Skip(SkipReason::ArchiveLimit), seen_file(b"name", b"x"),]
        );
        let huge = header(b"records", kind, 1 << 60);
        let seen = walk([huge, file(b"name", b"x")].concat().as_slice(), limits.clone());
        assert!(seen.contains(&Seen::Skip(SkipReason::ArchiveLimit)), "{seen:?}");
    }
}

#[test]
fn entries_are_counted() {
    let archive: Vec<u8> = (0..10).flat_map(|_| file(b"x", b"")).collect();
    let seen = walk(archive.as_slice(), Limits { entries: 7, ..Limits::default() });
    assert_eq!((seen.len(), seen.last()), (8, Some(&Seen::Skip(SkipReason::ArchiveLimit))));
}
