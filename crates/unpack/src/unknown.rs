//! Containers that are known by sight only.

/// What cannot be opened is named, rather than taken for something in which nothing is.
pub(crate) fn named(start: &[u8]) -> Option<&'static str> {
    Some(match start {
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => "a 7z archive",
        [b'R', b'a', b'r', b'!', 0x1A, 7, ..] => "a RAR archive",
        [0x1F, 0x9D, 0x80..=0x90, ..] => "a file of compress",
        [0x04, 0x22, 0x4D, 0x18, ..] => "an lz4 stream",
        [0x89, b'L', b'Z', b'O', 0, 0x0D, 0x0A, 0x1A, 0x0A, ..] => "a file of lzop",
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => "a cabinet",
        [b'x', b'a', b'r', b'!', 0, 0x1C, ..] => "a xar archive",
        [b'h', b's', b'q', b's', ..] | [b's', b'q', b's', b'h', 0, ..] => "a squashfs image",
        _ => return None,
    })
}
