//! Compressed streams.

use std::io::{self, Read};

use keysieve_finding::SkipReason;
use keysieve_unpack::{Compression, Limits};

use crate::tools::{Few, compress, expand, reason, text};

const ALL: [Compression; 8] = [
    Compression::Gzip,
    Compression::Zlib,
    Compression::Zstd,
    Compression::Xz,
    Compression::Lzma,
    Compression::Bzip2,
    Compression::Lzip,
    Compression::Lz4,
];

/// Those of which several in a row are one stream.
const SEVERAL: [Compression; 6] = [
    Compression::Gzip,
    Compression::Zstd,
    Compression::Xz,
    Compression::Bzip2,
    Compression::Lzip,
    Compression::Lz4,
];

#[test]
fn a_stream_is_told_by_its_first_bytes_and_read_in_pieces_of_any_size() {
    let text = text(200_000);
    for compression in ALL {
        let bytes = compress(compression, &text);
        assert_eq!(Compression::of(&bytes), Some(compression));
        for few in [1, 7, 100_000_000] {
            let (made, trouble, rest) = expand(Few(&bytes, few), &Limits::default());
            assert_eq!((made == text, trouble, rest), (true, None, Vec::new()), "{compression:?} by {few}");
        }
    }
}

#[test]
fn members_follow_each_other_and_what_follows_them_is_left() {
    for compression in SEVERAL {
        let member = |text: &[u8]| compress(compression, text);
        let bytes = [member(b"one "), member(b""), member(b"two"), vec![0; 12], b"rubbish".to_vec()].concat();
        let (made, trouble, rest) = expand(bytes.as_slice(), &Limits::default());
        assert_eq!((made.as_slice(), trouble, rest.as_slice()), (&b"one two"[..], None, &b"rubbish"[..]));
    }
}

#[test]
fn frames_to_be_skipped_are_skipped() {
    let skipped =
        |length: u32| [&b"\x5A\x2A\x4D\x18"[..], &length.to_le_bytes(), &vec![7; length as usize]].concat();
    let frame = |text: &[u8]| compress(Compression::Zstd, text);
    let bytes = [skipped(4), frame(b"one "), skipped(70_000), frame(b"two"), skipped(0)].concat();
    let (made, trouble, rest) = expand(bytes.as_slice(), &Limits::default());
    assert_eq!((made.as_slice(), trouble, rest.as_slice()), (&b"one two"[..], None, &b""[..]));
}

#[test]
fn what_comes_before_a_cut_or_damage_is_read_and_the_gap_is_named() {
    let text = text(300_000);
    for compression in ALL {
        let bytes = compress(compression, &text);
        for cut in [bytes.len() / 2, bytes.len() - 1] {
            let (made, trouble, _) = expand(&bytes[..cut], &Limits::default());
            assert!(text.starts_with(&made), "{compression:?} cut at {cut}");
            assert!(made.len() + 250_000 > text.len(), "{compression:?} cut at {cut}: {}", made.len());
            assert_eq!(reason(trouble), Some(SkipReason::ArchiveBroken), "{compression:?} cut at {cut}");
        }
        let mut damaged = bytes.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 64].fill(0xFF);
        let (_, trouble, _) = expand(damaged.as_slice(), &Limits::default());
        // Neither lzma alone nor a frame of zstd without one has a check sum, and that of lz4 is not looked at.
        if !matches!(compression, Compression::Lzma | Compression::Zstd | Compression::Lz4) {
            assert_eq!(reason(trouble), Some(SkipReason::ArchiveBroken), "{compression:?}");
        }
    }
}

#[test]
fn a_wrong_check_sum_loses_nothing() {
    let text = text(5000);
    let mut bytes = compress(Compression::Gzip, &text);
    let at = bytes.len() - 8;
    bytes[at] ^= 1;
    let (made, trouble, _) = expand(bytes.as_slice(), &Limits::default());
    assert_eq!((made == text, reason(trouble)), (true, Some(SkipReason::ArchiveBroken)));
}

#[test]
fn a_bomb_ends_at_the_ratio_and_says_how_to_allow_more() {
    let limits = Limits { free: 1 << 20, ratio: 20, ..Limits::default() };
    for compression in ALL {
        let bytes = compress(compression, &vec![0; 16 << 20]);
        let (made, trouble, _) = expand(bytes.as_slice(), &limits);
        let trouble = trouble.expect("a limit");
        assert_eq!(trouble.0.reason, SkipReason::ArchiveLimit, "{compression:?}");
        assert!(trouble.0.detail.contains("--archive-limit"), "{}", trouble.0.detail);
        assert!(made.len() as u64 <= limits.free + limits.ratio * 65_536, "{compression:?}: {}", made.len());
        let allowed = Limits { bytes: Some(16 << 20), ..limits.clone() };
        let (made, trouble, _) = expand(bytes.as_slice(), &allowed);
        assert_eq!((made.len(), trouble), (16 << 20, None), "{compression:?}");
    }
}

#[test]
fn windows_that_need_too_much_memory_are_refused() {
    let limits = Limits { window: 1 << 20, ..Limits::default() };
    let mut options = lzma_rust2::XzOptions::with_preset(6);
    options.lzma_options.dict_size = 8 << 20;
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options");
    io::Write::write_all(&mut writer, b"text").expect("memory");
    let xz = writer.finish().expect("memory");
    assert_eq!(reason(expand(xz.as_slice(), &limits).1), Some(SkipReason::ArchiveLimit));

    let mut encoder = zstd::stream::read::Encoder::new(io::repeat(b'x').take(9 << 20), 19).expect("memory");
    encoder.set_parameter(zstd::stream::raw::CParameter::WindowLog(23)).expect("a parameter");
    let mut zstd = Vec::new();
    encoder.read_to_end(&mut zstd).expect("memory");
    assert_eq!(reason(expand(zstd.as_slice(), &limits).1), Some(SkipReason::ArchiveLimit));
}

#[test]
fn an_error_of_the_reader_is_not_taken_for_damage() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(io::ErrorKind::ConnectionReset.into()),
                read => Ok(read),
            }
        }
    }
    let bytes = compress(Compression::Gzip, &text(300_000));
    let (made, trouble, _) = expand_failing(Failing(&bytes[..bytes.len() / 2]));
    assert!(!made.is_empty());
    assert_eq!(trouble, Some(SkipReason::Unreadable));
    fn expand_failing(reader: Failing<'_>) -> (Vec<u8>, Option<SkipReason>, ()) {
        let budget = keysieve_unpack::Budget::new(Limits::default());
        let mut expanded =
            keysieve_unpack::Expanded::new(Compression::Gzip, keysieve_unpack::Input::new(reader), budget);
        let mut made = Vec::new();
        let trouble = expanded.read_to_end(&mut made).err();
        (made, trouble.map(|error| keysieve_unpack::Trouble::of(&error).0.reason), ())
    }
}

#[test]
fn frames_of_lz4_are_of_every_kind() {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    use std::io::Write;

    let text = text(700_000);
    for mode in [BlockMode::Linked, BlockMode::Independent] {
        for sums in [false, true] {
            let info = FrameInfo::new()
                .block_mode(mode)
                .block_size(BlockSize::Max64KB)
                .block_checksums(sums)
                .content_checksum(sums)
                .content_size(sums.then_some(text.len() as u64));
            let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(&text).expect("memory");
            let bytes = encoder.finish().expect("memory");
            let (made, trouble, rest) = expand(Few(&bytes, 1000), &Limits::default());
            assert_eq!((made == text, trouble, rest), (true, None, Vec::new()), "{mode:?} {sums}");
        }
    }
    let block = lz4_flex::block::compress(&text);
    let length = (block.len() as u32).to_le_bytes();
    let old = [&[0x02, 0x21, 0x4C, 0x18], &length[..], &block, &length, &block].concat();
    let (made, trouble, _) = expand(old.as_slice(), &Limits::default());
    assert_eq!((made == text.repeat(2), trouble), (true, None));
}

#[test]
fn lzma_of_a_usual_dictionary_is_told_though_it_is_short() {
    let options = lzma_rust2::LzmaOptions::with_preset(6);
    let mut writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).expect("options");
    std::io::Write::write_all(&mut writer, b"a few words").expect("memory");
    let bytes = writer.finish().expect("memory");
    assert_eq!(
        keysieve_unpack::Container::of(&bytes),
        Some(keysieve_unpack::Container::Compressed(Compression::Lzma))
    );
}
