//! 7z.

use std::io::Cursor;

use keysieve_unpack::{Container, Limits};
use sevenz_rust2::{ArchiveEntry, ArchiveWriter, EncoderConfiguration, EncoderMethod};

use crate::packages::{list, list_within};
use crate::tools::text;

fn archive(method: EncoderMethod, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).expect("memory");
    writer.set_content_methods(vec![EncoderConfiguration::new(method)]);
    for (name, content) in entries {
        writer.push_archive_entry(ArchiveEntry::new_file(name), Some(*content)).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

#[test]
fn entries_come_out_of_every_method() {
    let long = String::from_utf8(text(300_000)).expect("text");
    for method in [
        EncoderMethod::COPY,
        EncoderMethod::LZMA,
        EncoderMethod::LZMA2,
        EncoderMethod::BZIP2,
        EncoderMethod::PPMD,
    ] {
        let bytes = archive(method, &[("a/one.txt", b"content"), ("two", long.as_bytes())]);
        let expected = ["a/one.txt: content".to_owned(), format!("two: {long}")];
        assert!(list(Container::SevenZip, &bytes) == expected, "{method:?}");
    }
}

#[test]
fn what_is_damaged_or_cut_off_is_named_and_loses_no_other_block() {
    let content = text(100_000);
    let bytes = archive(EncoderMethod::LZMA2, &[("one", &content), ("two", b"content")]);
    let mut damaged = bytes.clone();
    damaged[1000..1100].fill(0x55);
    let seen = list(Container::SevenZip, &damaged);
    assert!(seen.contains(&"one? archive-broken".to_owned()), "{seen:?}");
    assert!(seen.contains(&"two: content".to_owned()), "{seen:?}");
    for cut in [20, 1000, bytes.len() - 1] {
        let seen = list(Container::SevenZip, &bytes[..cut]);
        assert_eq!(seen[0], "? archive-broken", "cut at {cut}");
        assert!(seen[1].starts_with("@0: 7z"), "it is looked at as it is");
    }
}

#[test]
fn a_bomb_ends_at_the_limit_and_one_that_is_too_large_is_looked_at_as_it_is() {
    let bytes = archive(EncoderMethod::LZMA2, &[("zeros", &vec![0; 8 << 20])]);
    let limits = Limits { free: 1 << 20, ratio: 10, ..Limits::default() };
    let seen = list_within(Container::SevenZip, &bytes, limits);
    assert!(seen[0].len() < 2 << 20 && seen[1] == "zeros? archive-limit", "{:?}", &seen[1..]);
    let seen = list_within(Container::SevenZip, &bytes, Limits { held: 100, ..Limits::default() });
    assert_eq!(seen[0], "? archive-limit");
    assert!(seen[1].starts_with("@0: 7z") && seen.len() == 2);
    let small = Limits { window: 4 << 10, ..Limits::default() };
    assert_eq!(list_within(Container::SevenZip, &bytes, small), ["? archive-limit"]);
}

#[test]
fn any_damage_is_survived() {
    let bytes = archive(EncoderMethod::LZMA, &[("one", b"some content"), ("two", &text(500))]);
    for at in 0..bytes.len() {
        for value in [0, 0x7F, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            if Container::of(&damaged) == Some(Container::SevenZip) {
                list(Container::SevenZip, &damaged);
            }
        }
    }
}

#[test]
fn a_program_that_unpacks_itself_is_opened_and_one_that_only_knows_how_is_not() {
    let packed = archive(EncoderMethod::LZMA2, &[("etc/a", b"content")]);
    let program = [&b"MZ"[..], &[0x90; 3000], b"7z\xBC\xAF\x27\x1C", &[0x90; 3000]].concat();
    let whole = [&program[..], &packed].concat();
    let seen = list(Container::Unpacker(program.len()), &whole);
    assert_eq!((seen.len(), seen[1].as_str()), (2, "etc/a: content"));
    assert_eq!(Container::of(&program), Some(Container::Program));
}
