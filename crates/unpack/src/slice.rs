//! So many bytes of an input.

use std::io::{self, Read};

use crate::{Input, Trouble};

/// Reads so many bytes of an input, and says if it ends before that.
pub(crate) struct Slice<'a, R> {
    input: &'a mut Input<R>,
    left: u64,
    /// What lies around it.
    around: &'static str,
}

impl<'a, R: Read> Slice<'a, R> {
    pub(crate) fn new(input: &'a mut Input<R>, length: u64, around: &'static str) -> Self {
        Self { input, left: length, around }
    }

    /// Goes past what was not read.
    pub(crate) fn finish(self) -> io::Result<()> {
        if self.input.skip(self.left)? < self.left {
            return Err(self.cut().into());
        }
        Ok(())
    }

    fn cut(&self) -> Trouble {
        Trouble::broken(format!("the {} is cut off: {} bytes of it are missing", self.around, self.left))
    }
}

impl<R: Read> Read for Slice<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(into.len(), |left| left.min(into.len()));
        if most == 0 {
            return Ok(0);
        }
        let read = self.input.read(&mut into[..most])?;
        if read == 0 {
            let cut = self.cut();
            self.left = 0;
            return Err(cut.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}
