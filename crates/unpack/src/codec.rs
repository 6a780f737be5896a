//! The decompressors behind one face.

use std::io;

use flate2::{Decompress, FlushDecompress};
use lzma_rust2::{LzmaStream, XzStream};
use zstd::stream::raw::{self, DParameter, InBuffer, Operation, OutBuffer};

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
    Bzip2(bzip2::Decompress),
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
            Compression::Zlib => Self::Deflate(Decompress::new(true)),
            Compression::Zstd => {
                let mut decoder = raw::Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(limits.window.max(1024).ilog2()))?;
                Self::Zstd(decoder)
            }
            Compression::Xz => Self::Xz(Box::new(XzStream::new_mem_limit(false, kibibytes(limits)))),
            Compression::Lzma => Self::Lzma(Box::new(LzmaStream::new_mem_limit(kibibytes(limits), None))),
            Compression::Bzip2 => Self::Bzip2(bzip2::Decompress::new(false)),
        })
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
            Self::Lzma(_) => *self = Self::new(Compression::Lzma, limits)?,
            Self::Bzip2(_) => *self = Self::new(Compression::Bzip2, limits)?,
        }
        Ok(())
    }

    /// Goes on. No input at all means that there is no more.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
        match self {
            Self::Deflate(inflate) => deflate_step(inflate, input, output),
            Self::Zstd(decoder) => zstd_step(decoder, input, little(output)),
            Self::Xz(stream) => lzma_step("xz", stream.process(input, little(output), action(input))),
            Self::Lzma(stream) => lzma_step("lzma", stream.process(input, little(output), action(input))),
            Self::Bzip2(decoder) => bzip2_step(decoder, input, output),
        }
    }
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
