//! The data of an entry.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::Crc;
use memchr::memmem;

use super::header::{DESCRIPTOR, Header, LONGEST_DESCRIPTOR, descriptor};
use crate::codec::Codec;
use crate::{Budget, Input, Trouble};

/// What is known of an entry's data while it is read.
#[derive(Default)]
pub(super) struct Data {
    /// Bytes of it that are still in the archive; not known if it says so behind them.
    left: Option<u64>,
    codec: Option<Codec>,
    /// The one that has done its work.
    spare: Option<Codec>,
    taken: u64,
    made: u64,
    sum: Crc,
    /// The check sum, if it is known before.
    said: Option<u32>,
    state: State,
}

#[derive(Clone, Debug, Default)]
enum State {
    Inside,
    #[default]
    Done,
    Failed(Trouble),
    Unreadable(ErrorKind),
}

impl Data {
    /// Of an entry that is about to be read. A decompressor that is no longer needed is used again.
    pub(super) fn of(header: &Header, idle: &mut Option<Codec>, budget: &Budget) -> Result<Self, Trouble> {
        let unknown = header.has_descriptor() && header.compressed == 0;
        let codec = match header.method {
            0 => None,
            _ if header.compressed == 0 && header.size == 0 && !unknown => None,
            8 => Some(match idle.take() {
                Some(mut codec) => {
                    codec.again(budget.limits()).map_err(|error| Trouble::of(&error))?;
                    codec
                }
                None => Codec::deflate(),
            }),
            method => Some(Codec::of_zip(method, header.known_size(), budget.limits())?),
        };
        Ok(Self {
            left: (!unknown).then_some(header.compressed),
            codec,
            said: (!header.has_descriptor()).then_some(header.sum),
            state: State::Inside,
            ..Self::default()
        })
    }

    /// Of an entry that is not read: where it ends is all that matters.
    pub(super) fn passed_over(header: &Header) -> Self {
        let unknown = header.has_descriptor() && header.compressed == 0;
        Self { left: (!unknown).then_some(header.compressed), state: State::Inside, ..Self::default() }
    }

    pub(super) fn read<R: Read>(
        &mut self,
        input: &mut Input<R>,
        budget: &Budget,
        into: &mut [u8],
    ) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let read = match &self.state {
            State::Done => return Ok(0),
            State::Failed(trouble) => return Err(trouble.clone().into()),
            State::Unreadable(kind) => return Err((*kind).into()),
            State::Inside if self.codec.is_some() => self.inflate(input, budget, into),
            State::Inside if self.spare.is_some() => Ok(0),
            State::Inside => self.copy(input, into),
        };
        match read {
            Ok(0) => {
                self.state = State::Done;
                self.check()?;
                Ok(0)
            }
            Ok(read) => {
                self.sum.update(&into[..read]);
                Ok(read)
            }
            Err(error) => {
                self.fail(&error);
                Err(error)
            }
        }
    }

    fn fail(&mut self, error: &io::Error) {
        self.state = match Trouble::carried(error) {
            Some(trouble) => State::Failed(trouble.clone()),
            None => State::Unreadable(error.kind()),
        };
    }

    /// Compares what was read with what it should be.
    fn check(&mut self) -> io::Result<()> {
        if self.said.is_some_and(|said| said != self.sum.sum()) {
            let trouble = Trouble::broken("its check sum is wrong; what was unpacked may be damaged");
            self.state = State::Failed(trouble.clone());
            return Err(trouble.into());
        }
        Ok(())
    }

    /// Stored as it is.
    fn copy<R: Read>(&mut self, input: &mut Input<R>, into: &mut [u8]) -> io::Result<usize> {
        let most = match self.left {
            Some(left) => left,
            None => before_descriptor(input, self.taken)? as u64,
        };
        let most = usize::try_from(most).map_or(into.len(), |most| most.min(into.len()));
        let read = if most == 0 { 0 } else { input.read(&mut into[..most])? };
        if most > 0 && read == 0 {
            return Err(cut_off().into());
        }
        self.took(read);
        Ok(read)
    }

    fn took(&mut self, bytes: usize) {
        self.taken += bytes as u64;
        self.left = self.left.map(|left| left - bytes as u64);
    }

    fn inflate<R: Read>(
        &mut self,
        input: &mut Input<R>,
        budget: &Budget,
        into: &mut [u8],
    ) -> io::Result<usize> {
        let Some(codec) = &mut self.codec else { return Ok(0) };
        loop {
            if self.left != Some(0) {
                input.peek(1)?;
            }
            let ready = input.buffered();
            let at_end = ready.is_empty() && self.left != Some(0);
            let most = self.left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
            let ready = &ready[..ready.len().min(most)];
            let step = codec.step(ready, into)?;
            input.consume(step.used);
            self.taken += step.used as u64;
            self.left = self.left.map(|left| left - step.used as u64);
            if step.made > 0 {
                budget.made(self.taken, self.made, step.made as u64)?;
                self.made += step.made as u64;
            }
            if step.damaged {
                self.state = State::Failed(Trouble::broken("its compressed data is damaged"));
                return Ok(step.made);
            }
            if step.made > 0 {
                if step.ended {
                    self.end();
                }
                return Ok(step.made);
            }
            if step.ended {
                self.end();
                return Ok(0);
            }
            if step.used == 0 {
                return Err(if at_end {
                    cut_off()
                } else {
                    Trouble::broken("its compressed data is damaged")
                }
                .into());
            }
        }
    }

    /// Notes that the compressed data has ended; what the entry says it has beyond that is skipped with the rest.
    fn end(&mut self) {
        self.spare = self.codec.take();
        if self.left.is_none() {
            self.left = Some(0);
        }
    }

    /// The decompressor of deflated data, for the next entry.
    pub(super) fn into_deflate(self) -> Option<Codec> {
        self.spare.or(self.codec).filter(|codec| matches!(codec, Codec::Deflate(_)))
    }

    /// Goes past the data and what stands behind it, whatever of it was read. Whether
    /// the check sum behind the data was wrong is the last thing that can be said of an entry.
    pub(super) fn finish<R: Read>(
        &mut self,
        header: &Header,
        input: &mut Input<R>,
        budget: &Budget,
    ) -> io::Result<()> {
        let was_read = matches!(self.state, State::Done);
        if self.left.is_none() && matches!(self.state, State::Inside) {
            // Where it ends is known only from what it holds.
            let mut passed = [0; 4096];
            while self.read(input, budget, &mut passed)? > 0 {}
        }
        if let Some(left) = self.left.take() {
            let skipped = input.skip(left)?;
            self.taken += skipped;
            if skipped < left {
                return Err(cut_off().into());
            }
        }
        if header.has_descriptor() {
            let ready = input.peek(LONGEST_DESCRIPTOR)?;
            if let Some((sum, length)) = descriptor(ready, self.taken) {
                input.skip(length as u64)?;
                if was_read && sum != self.sum.sum() {
                    return Err(
                        Trouble::broken("its check sum is wrong; what was unpacked may be damaged").into()
                    );
                }
            }
        }
        Ok(())
    }
}

fn cut_off() -> Trouble {
    Trouble::broken("the zip archive is cut off in it")
}

/// How many bytes surely come before what stands behind stored data of which `taken` bytes were read: none if it comes
/// next.
fn before_descriptor<R: Read>(input: &mut Input<R>, taken: u64) -> io::Result<usize> {
    let ready = input.peek(Input::<R>::AHEAD)?;
    let ends = |at: usize| descriptor(&ready[at..], taken + at as u64).is_some_and(|(_, length)| length > 12);
    if let Some(at) = memmem::find_iter(ready, &DESCRIPTOR).find(|&at| ends(at)) {
        return Ok(at);
    }
    let whole = ready.len() < Input::<R>::AHEAD;
    Ok(if whole { ready.len() } else { ready.len() - LONGEST_DESCRIPTOR })
}
