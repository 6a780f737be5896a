//! What the tests make containers with.

use std::io::{self, Read, Write};

use keysieve_finding::SkipReason;
use keysieve_unpack::{Budget, Compression, Expanded, Input, Limits, Trouble};

/// Compresses as one member.
pub(crate) fn compress(compression: Compression, text: &[u8]) -> Vec<u8> {
    let fast = flate2::Compression::fast();
    match compression {
        Compression::Gzip => all(flate2::read::GzEncoder::new(text, fast)),
        Compression::Zlib => all(flate2::read::ZlibEncoder::new(text, flate2::Compression::default())),
        Compression::Zstd => zstd::stream::encode_all(text, 1).expect("memory"),
        Compression::Bzip2 => all(bzip2::read::BzEncoder::new(text, bzip2::Compression::fast())),
        Compression::Xz => {
            let mut options = lzma_rust2::XzOptions::with_preset(0);
            options.set_check_sum_type(lzma_rust2::CheckType::Crc64);
            let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options");
            writer.write_all(text).expect("memory");
            writer.finish().expect("memory")
        }
        Compression::Lzma => {
            let options = lzma_rust2::LzmaOptions::with_preset(0);
            let mut writer =
                lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).expect("options");
            writer.write_all(text).expect("memory");
            writer.finish().expect("memory")
        }
        Compression::Lzip => {
            let options = lzma_rust2::LzipOptions::with_preset(0);
            let mut writer = lzma_rust2::LzipWriter::new(Vec::new(), options);
            writer.write_all(text).expect("memory");
            writer.finish().expect("memory")
        }
        Compression::Lz4 => {
            let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
            let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(text).expect("memory");
            encoder.finish().expect("memory")
        }
        other => panic!("{other:?} is not known here"),
    }
}

pub(crate) fn all(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("memory");
    bytes
}

/// What a stream unpacks to, what is wrong with it, and what follows it.
pub(crate) fn expand(bytes: impl Read, limits: &Limits) -> (Vec<u8>, Option<Trouble>, Vec<u8>) {
    let budget = Budget::new(limits.clone());
    let mut input = Input::new(budget.metered(bytes));
    let compression =
        Compression::of(input.peek(Compression::TOLD_BY).expect("readable")).expect("compressed");
    let mut expanded = Expanded::new(compression, input, budget);
    let mut made = Vec::new();
    let trouble = expanded.read_to_end(&mut made).err().map(|error| Trouble::of(&error));
    if trouble.is_some() {
        let again = expanded.read(&mut [0]).expect_err("an error comes again");
        assert_eq!(Some(Trouble::of(&again)), trouble);
    }
    (made, trouble, all(expanded.input()))
}

pub(crate) fn reason(trouble: Option<Trouble>) -> Option<SkipReason> {
    trouble.map(|trouble| trouble.0.reason)
}

/// Brings a few bytes at a time.
pub(crate) struct Few<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Few<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
    }
}

/// Text that does not compress to nothing.
pub(crate) fn text(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        b"abcdefghijklmnopqrstuvwxyz012345"[(state >> 59) as usize]
    };
    (0..length).map(|at| if at % 61 == 60 { b'\n' } else { next() }).collect()
}
