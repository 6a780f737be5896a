//! Containers that are known by sight only.

/// What cannot be opened is named, rather than taken for something in which nothing is.
pub(crate) fn named(start: &[u8]) -> Option<&'static str> {
    Some(match start {
        [b'R', b'a', b'r', b'!', 0x1A, 7, ..] => "a RAR archive",
        [0x1F, 0x9D, 0x80..=0x90, ..] => "a file of compress",
        [0x89, b'L', b'Z', b'O', 0, 0x0D, 0x0A, 0x1A, 0x0A, ..] => "a file of lzop",
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => "a cabinet",
        [b'x', b'a', b'r', b'!', 0, 0x1C, ..] => "a xar archive",
        // The specification of AppImage, type 2.
        [0x7F, b'E', b'L', b'F', _, _, _, _, b'A', b'I', 2, ..] => {
            "an AppImage, in which is a squashfs image"
        }
        [b'h', b's', b'q', b's', ..] | [b's', b'q', b's', b'h', 0, ..] => "a squashfs image",
        _ => return None,
    })
}
