//! A compressed stream, read as what it was before.

use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read};

use flate2::Crc;

use crate::codec::{Codec, Step};
use crate::{Budget, Compression, Input, Trouble, gzip};

/// Reads a compressed stream: every member, frame or stream in it, one after the other.
///
/// Its errors carry a [`Trouble`], unless the reader below failed; what could be unpacked before comes first, and an
/// error comes again when it is asked again. Memory is bounded by [`Limits::window`](crate::Limits::window).
///
/// What follows the end and is no further member ends it without an error, as all programs do that unpack: after that,
/// [`input`](Self::input) stands where the rest begins, behind zeros that only pad.
///
/// ```
/// use std::io::Read;
/// use keysieve_unpack::{Budget, Compression, Expanded, Input, Limits};
///
/// # fn gzip(text: &[u8]) -> Vec<u8> {
/// #     let mut encoder = flate2::read::GzEncoder::new(text, flate2::Compression::fast());
/// #     let mut bytes = Vec::new();
/// #     encoder.read_to_end(&mut bytes).expect("memory");
/// #     bytes
/// # }
/// let bytes = [gzip(b"one, "), gzip(b"two"), b"rubbish".to_vec()].concat();
/// let mut input = Input::new(bytes.as_slice());
/// let compression = Compression::of(input.peek(Compression::TOLD_BY)?).expect("gzip");
/// let mut expanded = Expanded::new(compression, input, Budget::new(Limits::default()));
/// let mut text = String::new();
/// expanded.read_to_string(&mut text)?;
/// assert_eq!(text, "one, two");
/// assert_eq!(expanded.input().peek(7)?, b"rubbish");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Expanded<R> {
    compression: Compression,
    input: Input<R>,
    budget: Budget,
    codec: Option<Codec>,
    state: State,
    sum: Crc,
    /// Where the stream began in the input.
    begin: u64,
    made: u64,
}

#[derive(Clone, Debug)]
enum State {
    /// Before a member.
    Between,
    /// In one.
    Inside,
    /// Behind its data.
    Ending,
    /// Behind the last.
    Done,
    /// It cannot go on.
    Failed(Trouble),
    /// The reader below could not go on.
    Unreadable(ErrorKind),
}

impl<R> fmt::Debug for Expanded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expanded")
            .field("compression", &self.compression)
            .field("state", &self.state)
            .finish()
    }
}

impl<R: Read> Expanded<R> {
    /// Reads a stream of a certain compression, which stands at the begin of the input.
    #[must_use]
    pub fn new(compression: Compression, input: Input<R>, budget: Budget) -> Self {
        let (begin, sum) = (input.position(), Crc::new());
        Self { compression, input, budget, codec: None, state: State::Between, sum, begin, made: 0 }
    }

    /// What it is read from: once it has ended, it stands behind the stream.
    pub fn input(&mut self) -> &mut Input<R> {
        &mut self.input
    }

    /// The input, and what has been read of it beyond the stream with it.
    #[must_use]
    pub fn into_input(self) -> Input<R> {
        self.input
    }

    /// How many bytes were made so far.
    #[must_use]
    pub const fn made(&self) -> u64 {
        self.made
    }

    /// Whether its end was reached.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.state, State::Done)
    }

    fn go_on(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match &self.state {
                State::Between => self.begin_member()?,
                State::Inside => {
                    let made = self.step(into)?;
                    if made > 0 {
                        return Ok(made);
                    }
                }
                State::Ending => self.end_member()?,
                State::Done => return Ok(0),
                State::Failed(trouble) => return Err(trouble.clone().into()),
                State::Unreadable(kind) => return Err((*kind).into()),
            }
        }
    }

    fn step(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let name = self.compression.name();
        let Some(codec) = &mut self.codec else { return Err(ErrorKind::InvalidInput.into()) };
        let ready = loop {
            match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break self.input.buffered(),
            }
        };
        let at_end = ready.is_empty();
        let Step { used, made, ended, damaged } = codec.step(ready, into)?;
        self.input.consume(used);
        if made > 0 {
            if self.compression == Compression::Gzip {
                self.sum.update(&into[..made]);
            }
            let read = self.input.position() - self.begin;
            self.budget.made(read, self.made, made as u64)?;
            self.made += made as u64;
        }
        if damaged {
            self.state = State::Failed(Trouble::broken(format!("its {name} data is damaged")));
        } else if ended {
            // Later, so that what was made comes before what may be wrong with the end.
            self.state = State::Ending;
        } else if used == 0 && made == 0 {
            let what = if at_end { "cut off" } else { "damaged" };
            return Err(Trouble::broken(format!("its {name} data is {what}")).into());
        }
        Ok(made)
    }

    /// Takes what comes before the data of a member, or finds that there is none.
    fn begin_member(&mut self) -> io::Result<()> {
        let first = self.codec.is_none();
        if !first {
            self.skip_padding()?;
        }
        while self.compression == Compression::Zstd && self.skip_frame()? {}
        let told = Compression::of(self.input.peek(Compression::TOLD_BY)?);
        // What cannot be told is believed.
        let next = if self.compression == Compression::Brotli { Some(Compression::Brotli) } else { told };
        if next != Some(self.compression) {
            if first && !self.input.peek(1)?.is_empty() {
                return Err(Trouble::broken(format!("it is no {}", self.compression.name())).into());
            }
            self.state = State::Done;
            return Ok(());
        }
        match &mut self.codec {
            None => self.codec = Some(Codec::new(self.compression, self.budget.limits())?),
            Some(codec) => codec.again(self.budget.limits())?,
        }
        if self.compression == Compression::Gzip {
            gzip::header(&mut self.input)?;
            self.sum.reset();
        }
        self.state = State::Inside;
        Ok(())
    }

    fn end_member(&mut self) -> io::Result<()> {
        self.state = match self.compression {
            // These come alone.
            Compression::Zlib | Compression::Lzma | Compression::Brotli => State::Done,
            _ => State::Between,
        };
        if self.compression == Compression::Gzip {
            gzip::trailer(&mut self.input, &self.sum)?;
        }
        Ok(())
    }

    /// Zeros that fill a block of a tape, or the words of xz.
    fn skip_padding(&mut self) -> io::Result<()> {
        loop {
            let ready = self.input.peek(1)?;
            let zeros = ready.iter().take_while(|&&byte| byte == 0).count();
            if zeros == 0 {
                return Ok(());
            }
            self.input.consume(zeros);
        }
    }

    /// Skips a frame of zstd that holds no data.
    fn skip_frame(&mut self) -> io::Result<bool> {
        let [0x50..=0x5F, 0x2A, 0x4D, 0x18, a, b, c, d, ..] = *self.input.peek(8)? else { return Ok(false) };
        let length = u64::from(u32::from_le_bytes([a, b, c, d])) + 8;
        if self.input.skip(length)? < length {
            return Err(Trouble::broken("its zstd data is cut off").into());
        }
        Ok(true)
    }
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        self.go_on(into).inspect_err(|error| {
            self.state = match Trouble::carried(error) {
                Some(trouble) => State::Failed(trouble.clone()),
                None => State::Unreadable(error.kind()),
            };
        })
    }
}
