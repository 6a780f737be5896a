//! How a stream is compressed, told by how it begins.

/// A way of compressing a stream of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952): one member after the other.
    Gzip,
    /// zlib (RFC 1950). Two bytes begin it, so that other things begin so, too.
    Zlib,
    /// zstd (RFC 8878): frames, some of which are to be skipped.
    Zstd,
    /// xz (<https://tukaani.org/xz/xz-file-format.txt>): one stream after the other.
    Xz,
    /// lzma as it was before xz. Nothing that begins it is a mark of its own.
    Lzma,
    /// bzip2: one stream after the other.
    Bzip2,
    /// lzip (<https://www.nongnu.org/lzip/manual/lzip_manual.html#File-format>): one member after the other.
    Lzip,
    /// lz4: one frame after the other.
    Lz4,
    /// brotli (RFC 7932), which nothing at its begin tells: only its name does.
    Brotli,
}

impl Compression {
    /// How many bytes are needed to tell.
    pub const TOLD_BY: usize = 18;

    /// What begins so; `None` for what is not compressed, or too short to tell. Media types and names say nothing.
    #[must_use]
    pub fn of(start: &[u8]) -> Option<Self> {
        match start {
            // Method 8 is deflate, the only one there is; the three upper flags are reserved.
            [0x1F, 0x8B, 8, flags, ..] if flags & 0xE0 == 0 => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            // A frame to be skipped says nothing of what follows: it must be the first frame of an archive that is
            // told by its size being followed by something, which is left to who reads it.
            [0x50..=0x5F, 0x2A, 0x4D, 0x18, _, _, _, _, ..] => Some(Self::Zstd),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
                if rest.starts_with(b"\x31\x41\x59\x26\x53\x59")
                    || rest.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
            {
                Some(Self::Bzip2)
            }
            [b'L', b'Z', b'I', b'P', 1, ..] => Some(Self::Lzip),
            // The version is 1, and one bit is reserved.
            [0x04, 0x22, 0x4D, 0x18, flags, ..] if flags & 0xC2 == 0x40 => Some(Self::Lz4),
            [0x02, 0x21, 0x4C, 0x18, ..] => Some(Self::Lz4),
            _ => Self::weakly(start),
        }
    }

    /// Those whose begin is no mark: they are told by what is usual, and may turn out to be something else.
    fn weakly(start: &[u8]) -> Option<Self> {
        match start {
            // Window of 32 KiB, no dictionary, and the check sum over both bytes.
            [0x78, second @ (0x01 | 0x5E | 0x9C | 0xDA), third, ..] if start.len() >= 8 => {
                // The block that follows is of one of three kinds.
                debug_assert_eq!((0x7800 + u16::from(*second)) % 31, 0);
                (third & 6 != 6).then_some(Self::Zlib)
            }
            // The usual properties, a dictionary whose size is a power of two or one and a half, the size or -1.
            [0x5D, 0, 0, third, fourth, size @ ..] if size.len() >= 9 => {
                let dictionary = u32::from_le_bytes([0, 0, *third, *fourth]);
                let usual = dictionary.is_power_of_two()
                    || dictionary.is_multiple_of(3) && (dictionary / 3).is_power_of_two();
                let unknown = size[..8] == [0xFF; 8];
                (usual && (unknown || size[5..8] == [0; 3]) && size[8] == 0).then_some(Self::Lzma)
            }
            _ => None,
        }
    }

    /// Whether what begins so may well be something else.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        matches!(self, Self::Zlib | Self::Lzma | Self::Brotli)
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Bzip2 => "bzip2",
            Self::Lzip => "lzip",
            Self::Lz4 => "lz4",
            Self::Brotli => "brotli",
        }
    }
}
