//! lz4: frames, and the older ones of Linux kernels
//! (<https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>).
//!
//! Its check sums are not looked at; a block that cannot be unpacked is damaged.

use lz4_flex::block::decompress_into_with_dict;

use crate::Trouble;
use crate::codec::Step;

/// How one begins that has no header.
pub(crate) const LEGACY: [u8; 4] = [0x02, 0x21, 0x4C, 0x18];

/// How far back a block may refer.
const WINDOW: usize = 64 << 10;

/// The largest block of a frame that has no header.
const LEGACY_BLOCK: usize = 8 << 20;

/// One frame on its way.
pub(crate) struct Lz4 {
    state: State,
    /// What there is of the next thing that has to be whole.
    taken: Vec<u8>,
    /// What a block was unpacked to, behind what it may refer to.
    out: Vec<u8>,
    /// How much of it was handed over.
    given: usize,
    frame: Frame,
}

#[derive(Clone, Copy)]
enum State {
    Magic,
    Flags,
    /// The rest of the header.
    Header(usize),
    /// The length of a block.
    Length,
    Block {
        length: usize,
        stored: bool,
    },
    /// The check sum of all.
    Sum,
    Ended,
}

/// What a header says.
#[derive(Clone, Copy, Default)]
struct Frame {
    legacy: bool,
    /// Whether blocks refer to those before them.
    linked: bool,
    /// Whether each block is followed by a check sum, and all of them.
    block_sums: bool,
    sum: bool,
    largest: usize,
}

impl Lz4 {
    pub(crate) fn new() -> Self {
        Self { state: State::Magic, taken: Vec::new(), out: Vec::new(), given: 0, frame: Frame::default() }
    }

    /// Goes on. No input at all means that there is no more.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Trouble> {
        let mut used = 0;
        loop {
            if self.given < self.out.len() {
                let made = output.len().min(self.out.len() - self.given);
                output[..made].copy_from_slice(&self.out[self.given..self.given + made]);
                self.given += made;
                return Ok(Step { used, made, ..Step::default() });
            }
            if matches!(self.state, State::Ended) {
                return Ok(Step { used, ended: true, ..Step::default() });
            }
            let wanted = self.wanted();
            let count = (wanted - self.taken.len()).min(input.len() - used);
            self.taken.extend_from_slice(&input[used..used + count]);
            used += count;
            if self.taken.len() < wanted {
                if input.is_empty() && self.frame.legacy && self.taken.is_empty() {
                    // Nothing else ends it.
                    self.state = State::Ended;
                    continue;
                }
                return match input.is_empty() {
                    true => Err(Trouble::broken("its lz4 data is cut off")),
                    false => Ok(Step { used, ..Step::default() }),
                };
            }
            let taken = std::mem::take(&mut self.taken);
            self.take(&taken)?;
            self.taken = taken;
            self.taken.clear();
        }
    }

    /// How many bytes the next thing has.
    const fn wanted(&self) -> usize {
        match self.state {
            State::Magic | State::Length | State::Sum => 4,
            State::Flags => 2,
            State::Header(length) => length,
            State::Block { length, .. } => length + if self.frame.block_sums { 4 } else { 0 },
            State::Ended => 0,
        }
    }

    fn take(&mut self, taken: &[u8]) -> Result<(), Trouble> {
        self.state = match self.state {
            State::Magic if taken == LEGACY => {
                self.frame = Frame { legacy: true, largest: LEGACY_BLOCK, ..Frame::default() };
                State::Length
            }
            State::Magic => State::Flags,
            State::Flags => self.flags(taken[0], taken[1])?,
            State::Header(_) => State::Length,
            State::Length => {
                let length = u32::from_le_bytes([taken[0], taken[1], taken[2], taken[3]]);
                self.length(length)?
            }
            State::Block { length, stored } => {
                self.block(&taken[..length], stored)?;
                State::Length
            }
            State::Sum | State::Ended => State::Ended,
        };
        Ok(())
    }

    fn flags(&mut self, flags: u8, sizes: u8) -> Result<State, Trouble> {
        let largest = match sizes >> 4 & 7 {
            size @ 4..=7 => 1 << (8 + 2 * size),
            _ => return Err(Trouble::broken("its lz4 header is damaged")),
        };
        if flags & 1 != 0 {
            return Err(Trouble::unsupported("lz4 with a dictionary, which is not in it"));
        }
        self.frame = Frame {
            legacy: false,
            linked: flags & 0x20 == 0,
            block_sums: flags & 0x10 != 0,
            sum: flags & 4 != 0,
            largest,
        };
        // A byte of check sum, behind the size of the content.
        Ok(State::Header(1 + if flags & 8 != 0 { 8 } else { 0 }))
    }

    fn length(&mut self, length: u32) -> Result<State, Trouble> {
        if self.frame.legacy {
            return match length.to_le_bytes() {
                // Another frame that has no header goes on with this one.
                LEGACY => Ok(State::Length),
                _ => self.of_block(length as usize, false),
            };
        }
        match length {
            0 if self.frame.sum => Ok(State::Sum),
            0 => Ok(State::Ended),
            length => self.of_block((length & 0x7FFF_FFFF) as usize, length >> 31 == 1),
        }
    }

    fn of_block(&self, length: usize, stored: bool) -> Result<State, Trouble> {
        // What cannot be compressed gets a little larger.
        if length == 0 || length > self.frame.largest + self.frame.largest / 255 + 16 {
            return Err(Trouble::broken("its lz4 data is damaged"));
        }
        Ok(State::Block { length, stored })
    }

    fn block(&mut self, block: &[u8], stored: bool) -> Result<(), Trouble> {
        let window = if self.frame.linked { self.out.len().min(WINDOW) } else { 0 };
        let dictionary = self.out[self.out.len() - window..].to_vec();
        self.out.clear();
        self.out.extend_from_slice(&dictionary);
        if stored {
            self.out.extend_from_slice(block);
        } else {
            self.out.resize(window + self.frame.largest, 0);
            let made = decompress_into_with_dict(block, &mut self.out[window..], &dictionary)
                .map_err(|_| Trouble::broken("its lz4 data is damaged"))?;
            self.out.truncate(window + made);
        }
        self.given = window;
        Ok(())
    }
}
