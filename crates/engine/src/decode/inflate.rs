//! Packed values, unpacked as far as they may be.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// The first bytes of a gzip member: its magic, and deflate as its method (RFC 1952).
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

/// The first two bytes of a zlib stream: deflate with a window of 32 KiB, and a sum that is a multiple of 31
/// (RFC 1950).
pub(super) fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..])
}

/// Appends what the bytes unpack to, at most `most` of it; what is broken further on is left out.
pub(super) fn gzip(packed: &[u8], most: usize, out: &mut Vec<u8>) {
    read(GzDecoder::new(packed), most.min(BEGINNING + RATIO * packed.len()), out);
}

/// As [`gzip`], for a zlib stream.
pub(super) fn zlib(packed: &[u8], most: usize, out: &mut Vec<u8>) {
    read(ZlibDecoder::new(packed), most.min(BEGINNING + RATIO * packed.len()), out);
}

/// How many bytes come of each packed one, at most, beyond a beginning of any ratio: of text for people or programs ten do,
/// and a thousand of what is made to cost time.
const RATIO: usize = 32;
const BEGINNING: usize = 4096;

fn read(decoder: impl Read, most: usize, out: &mut Vec<u8>) {
    // An error means that the rest is broken or cut; what came before it is there.
    let _ = decoder.take(most as u64).read_to_end(out);
}
