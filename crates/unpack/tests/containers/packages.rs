//! ar, cpio and RPM.

use std::io::Read;
use std::ops::ControlFlow;

use keysieve_finding::{Skip, SkipReason};
use keysieve_unpack::{Budget, Compression, Container, Inside, Limits, Trouble};

use crate::tools::compress;

/// What was handed over, as text: `name: content`, `@offset: bytes`, `name? reason`.
#[derive(Default)]
pub(crate) struct Listing(pub(crate) Vec<String>);

impl Inside for Listing {
    fn entry(&mut self, name: Option<&[u8]>, content: &mut dyn Read) -> ControlFlow<()> {
        let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
        let mut text = Vec::new();
        let failed = content.read_to_end(&mut text).err();
        self.0.push(format!("{name}: {}", String::from_utf8_lossy(&text)));
        if let Some(error) = failed {
            self.skipped(Some(name.as_bytes()), Trouble::of(&error).0);
        }
        ControlFlow::Continue(())
    }

    fn link(&mut self, name: &[u8], target: &[u8]) {
        self.0.push(format!("{} -> {}", String::from_utf8_lossy(name), String::from_utf8_lossy(target)));
    }

    fn loose(&mut self, offset: u64, bytes: &mut dyn Read) -> ControlFlow<()> {
        let mut text = Vec::new();
        bytes.read_to_end(&mut text).expect("memory");
        self.0.push(format!("@{offset}: {}", String::from_utf8_lossy(&text)));
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, name: Option<&[u8]>, why: Skip) {
        self.0.push(format!("{}? {}", String::from_utf8_lossy(name.unwrap_or_default()), why.reason));
    }
}

pub(crate) fn list(container: Container, bytes: &[u8]) -> Vec<String> {
    list_within(container, bytes, Limits::default())
}

pub(crate) fn list_within(container: Container, bytes: &[u8], limits: Limits) -> Vec<String> {
    assert_eq!(Container::of(bytes), Some(container));
    opened(container, bytes, limits)
}

/// What is in a container that nothing tells.
pub(crate) fn listed(compression: Compression, bytes: &[u8]) -> Vec<String> {
    opened(Container::Compressed(compression), bytes, Limits::default())
}

fn opened(container: Container, mut bytes: &[u8], limits: Limits) -> Vec<String> {
    let mut listing = Listing::default();
    let budget = Budget::new(limits);
    assert!(container.open(&mut bytes, &budget, &mut listing).is_continue());
    listing.0
}

fn ar_member(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).into_bytes();
    bytes.extend(content);
    if content.len() % 2 == 1 {
        bytes.push(b'\n');
    }
    bytes
}

#[test]
fn names_of_ar_are_those_of_debian_gnu_and_bsd() {
    let archive = [
        b"!<arch>\n".to_vec(),
        ar_member("/", b"symbols"),
        ar_member("//", b"a_rather_long_name.o/\nanother.o/\n"),
        ar_member("debian-binary", b"2.0"),
        ar_member("short.o/", b"x"),
        ar_member("/0", b"long"),
        ar_member("/22", b"other"),
        ar_member("#1/12", b"bsd name.o\0\0content"),
    ];
    let expected = [
        "debian-binary: 2.0",
        "short.o: x",
        "a_rather_long_name.o: long",
        "another.o: other",
        "bsd name.o: content",
    ];
    assert_eq!(list(Container::Ar, &archive.concat()), expected);
    let cut = archive.concat();
    let cut = list(Container::Ar, &cut[..cut.len() - 3]);
    assert_eq!(cut[4..], ["bsd name.o: conte", "bsd name.o? archive-broken"]);
    let damaged = [&archive[..4].concat()[..], b"no header"].concat();
    assert_eq!(list(Container::Ar, &damaged)[1..], ["@234: no header", "? archive-broken"]);
}

fn new_cpio(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
    let numbers = [1, mode, 0, 0, 1, 0, content.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
    let mut bytes = b"070701".to_vec();
    numbers.iter().for_each(|number| bytes.extend(format!("{number:08X}").into_bytes()));
    let mut padded = |more: &[u8]| {
        bytes.extend(more);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    };
    padded(&[name.as_bytes(), b"\0"].concat());
    padded(content);
    bytes
}

fn old_cpio(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "070707{:06o}{:06o}{:06o}{:06o}{:06o}{:06o}{:06o}{:011o}{:06o}{:011o}",
        0,
        0,
        0o100_644,
        0,
        0,
        1,
        0,
        0,
        name.len() + 1,
        content.len()
    );
    [head.as_bytes(), name.as_bytes(), b"\0", content].concat()
}

fn binary_cpio(name: &str, content: &[u8], big: bool) -> Vec<u8> {
    let length = content.len();
    let words = [0o070_707, 0, 0, 0o100_644, 0, 0, 1, 0, 0, 0, name.len() + 1, length >> 16, length & 0xFFFF];
    let word = |word: usize| {
        let word = u16::try_from(word).expect("small");
        if big { word.to_be_bytes() } else { word.to_le_bytes() }
    };
    let mut bytes: Vec<u8> = words.into_iter().flat_map(word).collect();
    for part in [[name.as_bytes(), b"\0"].concat().as_slice(), content] {
        bytes.extend(part);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
    }
    bytes
}

#[test]
fn every_kind_of_cpio_is_read_and_what_follows_its_end_too() {
    let new = |name: &str, text: &[u8]| new_cpio(name, 0o100_644, text);
    let archive = [
        new("etc/a", b"one"),
        new_cpio("etc", 0o040_755, b""),
        new_cpio("link", 0o120_777, b"etc/a"),
        new("b", b"three"),
        new("TRAILER!!!", b""),
        vec![0; 40],
        compress(Compression::Gzip, b"more"),
    ];
    let seen = list(Container::Cpio, &archive.concat());
    assert_eq!((seen.len(), &seen[..3].join(", ")[..]), (4, "etc/a: one, link -> etc/a, b: three"));
    assert!(seen[3].starts_with(": \u{1f}"), "the next one is an entry without a name");
    let old = [old_cpio("a", b"one"), old_cpio("b", b"three"), old_cpio("TRAILER!!!", b"")].concat();
    assert_eq!(list(Container::Cpio, &old), ["a: one", "b: three"]);
    for big in [false, true] {
        let one = |name: &str, text: &[u8]| binary_cpio(name, text, big);
        let binary = [one("a", b"one"), one("bb", b"three"), one("TRAILER!!!", b"")].concat();
        assert_eq!(list(Container::Cpio, &binary), ["a: one", "bb: three"]);
    }
    let broken = [new("a", b"one"), b"rubbish".to_vec()].concat();
    assert_eq!(list(Container::Cpio, &broken), ["a: one", "@116: rubbish", "? archive-broken"]);
}

#[test]
fn a_package_of_rpm_is_its_scripts_and_its_files() {
    let header = |data: &[u8]| {
        let counts = [&1_u32.to_be_bytes()[..], &(data.len() as u32).to_be_bytes()].concat();
        [&[0x8E, 0xAD, 0xE8, 1, 0, 0, 0, 0][..], &counts, &[b'i'; 16], data].concat()
    };
    let files = [new_cpio("./etc/a", 0o100_644, b"one"), new_cpio("TRAILER!!!", 0, b"")].concat();
    for compression in
        [Compression::Zstd, Compression::Gzip, Compression::Xz, Compression::Bzip2, Compression::Lzma]
    {
        let mut package = [&[0xED, 0xAB, 0xEE, 0xDB][..], &[0; 92], &header(b"signature")].concat();
        package.resize(package.len().next_multiple_of(8), 0);
        package.extend(header(b"script"));
        package.extend(compress(compression, &files));
        let seen = list(Container::Rpm, &package);
        assert_eq!(seen, ["@112: iiiiiiiiiiiiiiiisignature", "@160: iiiiiiiiiiiiiiiiscript", "./etc/a: one"]);
    }
    let reason = SkipReason::ArchiveBroken.as_str();
    let broken = [&[0xED, 0xAB, 0xEE, 0xDB][..], &[1; 200]].concat();
    assert_eq!(list(Container::Rpm, &broken)[0], format!("? {reason}"));
}
