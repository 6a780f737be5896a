//! The decompressors behind one face.

use std::io;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use deflate64::InflaterManaged;
use flate2::{Decompress, FlushDecompress};
use lzma_rust2::{LzipStream, LzmaStream, XzStream};
use zstd::stream::raw::{self, DParameter, InBuffer, Operation, OutBuffer};

use crate::lz4::Lz4;
use crate::{Compression, Limits, Trouble};

/// What a step did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Step {
    /// Bytes of the input that were used.
    pub(crate) used: usize,
    /// Bytes that were made.
    pub(crate) made: usize,
    /// Whether the member, frame or stream has ended.
    pub(crate) ended: bool,
    /// Whether what comes next is damaged, which is an error unless something was made before.
    pub(crate) damaged: bool,
}

/// How much is made in one step by those that do not say, where they find damage, how much they had made before it:
/// that much is lost.
const LITTLE: usize = 16 << 10;

/// A decompressor in the middle of its work.
pub(crate) enum Codec {
    Deflate(Decompress),
    Zstd(raw::Decoder<'static>),
    Xz(Box<XzStream>),
    Lzma(Box<LzmaStream>),
    Lzip(Box<LzipStream>),
    /// Lzma with the header that it has in zip.
    ZipLzma(ZipLzma),
    Deflate64(Box<InflaterManaged>),
    Bzip2(bzip2::Decompress),
    Lz4(Box<Lz4>),
    Brotli(Box<Brotli>),
}

/// As it comes, with windows of at most 16 MiB.
type Brotli = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

fn brotli() -> Codec {
    let alloc = StandardAlloc::default;
    Codec::Brotli(Box::new(BrotliState::new_strict(alloc(), alloc(), alloc())))
}

/// Lzma in zip: a version, the length of the properties, five bytes of them, and the data, which says itself where it
/// ends or has its length in the entry's header, so that both may end it.
pub(crate) enum ZipLzma {
    /// What there is of the header, the size of the content if it is known, and the largest dictionary.
    Header(Vec<u8>, Option<u64>, u64),
    Data(Box<LzmaStream>),
}

/// In KiB, as the library wants it.
fn kibibytes(limits: &Limits) -> u32 {
    u32::try_from(limits.window >> 10).unwrap_or(u32::MAX - 1)
}

impl Codec {
    pub(crate) fn new(compression: Compression, limits: &Limits) -> io::Result<Self> {
        Ok(match compression {
            // The header of gzip is not the library's business.
            Compression::Gzip => Self::deflate(),
            Compression::Zlib => Self::zlib(),
            Compression::Zstd => {
                let mut decoder = raw::Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(limits.window.max(1024).ilog2()))?;
                Self::Zstd(decoder)
            }
            Compression::Xz => Self::Xz(Box::new(XzStream::new_mem_limit(false, kibibytes(limits)))),
            Compression::Lzma => Self::Lzma(Box::new(LzmaStream::new_mem_limit(kibibytes(limits), None))),
            Compression::Bzip2 => Self::Bzip2(bzip2::Decompress::new(false)),
            Compression::Lz4 => Self::Lz4(Box::new(Lz4::new())),
            Compression::Brotli => brotli(),
            Compression::Lzip => Self::Lzip(Box::new(LzipStream::new_mem_limit(false, kibibytes(limits)))),
        })
    }

    /// By the number that zip has for a method of compression, other than stored.
    /// `size` is that of the content, where the data does not say itself where it ends.
    pub(crate) fn of_zip(method: u16, size: Option<u64>, limits: &Limits) -> Result<Self, Trouble> {
        let of = |compression| Self::new(compression, limits).map_err(|error| Trouble::of(&error));
        match method {
            8 => Ok(Self::deflate()),
            9 => Ok(Self::Deflate64(Box::new(InflaterManaged::new()))),
            12 => of(Compression::Bzip2),
            14 => Ok(Self::ZipLzma(ZipLzma::Header(Vec::new(), size, limits.window))),
            20 | 93 => of(Compression::Zstd),
            95 => of(Compression::Xz),
            other => Err(Trouble::unsupported(format!("method {other} of zip is not known"))),
        }
    }

    /// Deflate in zlib, of which one comes after the other.
    pub(crate) fn zlib() -> Self {
        Self::Deflate(Decompress::new(true))
    }

    /// Makes ready for another one of [`zlib`](Self::zlib).
    pub(crate) fn again_zlib(&mut self) {
        match self {
            Self::Deflate(inflate) => inflate.reset(true),
            other => *other = Self::zlib(),
        }
    }

    /// Deflate without anything around it.
    pub(crate) fn deflate() -> Self {
        Self::Deflate(Decompress::new(false))
    }

    /// Makes ready for another member of the same stream.
    pub(crate) fn again(&mut self, limits: &Limits) -> io::Result<()> {
        match self {
            Self::Deflate(inflate) => inflate.reset(false),
            Self::Zstd(decoder) => decoder.reinit()?,
            Self::Xz(_) => *self = Self::new(Compression::Xz, limits)?,
            Self::Lzip(_) => *self = Self::new(Compression::Lzip, limits)?,
            Self::Lzma(_) => *self = Self::new(Compression::Lzma, limits)?,
            Self::Bzip2(_) => *self = Self::new(Compression::Bzip2, limits)?,
            Self::Lz4(_) => *self = Self::new(Compression::Lz4, limits)?,
            Self::Brotli(_) => *self = brotli(),
            Self::ZipLzma(_) => *self = Self::ZipLzma(ZipLzma::Header(Vec::new(), None, limits.window)),
            Self::Deflate64(_) => *self = Self::Deflate64(Box::new(InflaterManaged::new())),
        }
        Ok(())
    }

    /// Goes on. No input at all means that there is no more.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
        match self {
            Self::Deflate(inflate) => deflate_step(inflate, input, output),
            Self::Zstd(decoder) => zstd_step(decoder, input, little(output)),
            Self::Xz(stream) => lzma_step("xz", stream.process(input, little(output), action(input))),
            Self::Lzip(stream) => lzma_step("lzip", stream.process(input, little(output), action(input))),
            Self::Lzma(stream) => lzma_alone_step(stream, input, output),
            Self::ZipLzma(lzma) => lzma.step(input, output),
            Self::Deflate64(inflater) => deflate64_step(inflater, input, output),
            Self::Bzip2(decoder) => bzip2_step(decoder, input, output),
            Self::Lz4(lz4) => lz4.step(input, output),
            Self::Brotli(state) => brotli_step(state, input, output),
        }
    }
}

impl ZipLzma {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
        const LENGTH: usize = 9;
        let damaged = || Trouble::broken("its lzma header is damaged");
        let mut used = 0;
        if let Self::Header(header, size, window) = self {
            used = input.len().min(LENGTH - header.len());
            header.extend_from_slice(&input[..used]);
            let [_, _, 5, 0, properties, a, b, c, d] = header[..] else {
                let whole = header.len() == LENGTH;
                return if whole { Err(damaged()) } else { Ok(Step { used, ..Step::default() }) };
            };
            let dictionary = u32::from_le_bytes([a, b, c, d]);
            if u64::from(dictionary) > *window {
                return Err(Trouble::limit("its lzma dictionary is larger than the limit"));
            }
            let stream = LzmaStream::new_with_props(size.unwrap_or(u64::MAX), properties, dictionary, None);
            *self = Self::Data(Box::new(stream.map_err(|_| damaged())?));
        }
        let Self::Data(stream) = self else { return Err(damaged()) };
        let input = &input[used..];
        if input.is_empty() && used > 0 {
            // That is not the end yet.
            return Ok(Step { used, ..Step::default() });
        }
        let mut step = lzma_alone_step(stream, input, output)?;
        step.used += used;
        Ok(step)
    }
}

fn deflate64_step(inflater: &mut InflaterManaged, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
    let step = inflater.inflate(input, output);
    if step.data_error && step.bytes_written == 0 {
        return Err(Trouble::broken("its deflated data is damaged"));
    }
    Ok(Step {
        used: step.bytes_consumed,
        made: step.bytes_written,
        ended: inflater.finished(),
        damaged: step.data_error,
    })
}

fn little(output: &mut [u8]) -> &mut [u8] {
    let length = output.len().min(LITTLE);
    &mut output[..length]
}

fn counted(before: u64, after: u64) -> usize {
    usize::try_from(after - before).unwrap_or(usize::MAX)
}

fn deflate_step(inflate: &mut Decompress, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
    let (used, made) = (inflate.total_in(), inflate.total_out());
    let status = inflate.decompress(input, output, FlushDecompress::None);
    let step = Step {
        used: counted(used, inflate.total_in()),
        made: counted(made, inflate.total_out()),
        ended: matches!(status, Ok(flate2::Status::StreamEnd)),
        damaged: status.is_err(),
    };
    if step.damaged && step.made == 0 {
        return Err(Trouble::broken("its deflated data is damaged"));
    }
    Ok(step)
}

fn zstd_step(decoder: &mut raw::Decoder<'_>, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
    let (mut from, mut into) = (InBuffer::around(input), OutBuffer::around(output));
    match decoder.run(&mut from, &mut into) {
        Ok(hint) => Ok(Step { used: from.pos(), made: into.pos(), ended: hint == 0, damaged: false }),
        Err(error) if error.to_string().contains("too much memory") => {
            Err(Trouble::limit("its zstd window is larger than the limit"))
        }
        Err(_) => Err(Trouble::broken("its zstd data is damaged")),
    }
}

fn action(input: &[u8]) -> lzma_rust2::Action {
    if input.is_empty() { lzma_rust2::Action::Finish } else { lzma_rust2::Action::Run }
}

fn lzma_alone_step(stream: &mut LzmaStream, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
    let mut step = lzma_step("lzma", stream.process(input, little(output), action(input)))?;
    if step.ended {
        // It takes all that it is given, and says only at the end what of it was not its own.
        step.used = step.used.saturating_sub(stream.unused_input().len());
    }
    Ok(step)
}

fn lzma_step(name: &str, step: io::Result<lzma_rust2::StreamResult>) -> Result<Step, Trouble> {
    match step {
        Ok(step) => Ok(Step {
            used: step.bytes_consumed,
            made: step.bytes_produced,
            ended: step.status == lzma_rust2::Status::StreamEnd,
            damaged: false,
        }),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::OutOfMemory => {
                Trouble::limit(format!("its {name} dictionary is larger than the limit"))
            }
            io::ErrorKind::UnexpectedEof => Trouble::broken(format!("its {name} data is cut off")),
            io::ErrorKind::Unsupported => {
                Trouble::unsupported(format!("a filter of {name} that is not known"))
            }
            _ => Trouble::broken(format!("its {name} data is damaged")),
        }),
    }
}

fn brotli_step(state: &mut Brotli, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
    let (mut left, mut used, mut room, mut made) = (input.len(), 0, output.len(), 0);
    let result =
        BrotliDecompressStream(&mut left, &mut used, input, &mut room, &mut made, output, &mut 0, state);
    let damaged = matches!(result, BrotliResult::ResultFailure);
    if damaged && made == 0 {
        return Err(Trouble::broken("its brotli data is damaged"));
    }
    Ok(Step { used, made, ended: matches!(result, BrotliResult::ResultSuccess), damaged })
}

fn bzip2_step(decoder: &mut bzip2::Decompress, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
    let (used, made) = (decoder.total_in(), decoder.total_out());
    let status = decoder.decompress(input, output);
    let step = Step {
        used: counted(used, decoder.total_in()),
        made: counted(made, decoder.total_out()),
        ended: matches!(status, Ok(bzip2::Status::StreamEnd)),
        damaged: status.is_err(),
    };
    if step.damaged && step.made == 0 {
        return Err(Trouble::broken("its bzip2 data is damaged"));
    }
    Ok(step)
}
