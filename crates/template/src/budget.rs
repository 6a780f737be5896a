//! How much a template may do.

use std::cell::Cell;
use std::fmt::Write;

use crate::error::Problem;

/// How much a template may do: whoever writes one cannot make a run endless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Actions, operands and elements of lists that are looked at.
    pub steps: u64,
    /// Bytes of text that are made, the output and what functions return together.
    pub bytes: u64,
    /// How deep blocks and templates may be in one another.
    pub depth: u32,
}

impl Default for Limits {
    /// 100 million steps, 512 MiB, 200 blocks.
    fn default() -> Self {
        Self { steps: 100_000_000, bytes: 512 << 20, depth: 200 }
    }
}

/// What is left of the limits.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    steps: Cell<u64>,
    bytes: Cell<u64>,
}

impl Budget {
    pub(crate) const fn new(limits: Limits) -> Self {
        Self { limits, steps: Cell::new(limits.steps), bytes: Cell::new(limits.bytes) }
    }

    /// Takes so many steps.
    pub(crate) fn steps(&self, count: usize) -> Result<(), Problem> {
        match self.steps.get().checked_sub(count as u64) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(format!("it takes more than {} steps", self.limits.steps)),
        }
    }

    /// Takes so many bytes, before they are made.
    pub(crate) fn bytes(&self, count: usize) -> Result<(), Problem> {
        match self.bytes.get().checked_sub(count as u64) {
            Some(left) => {
                self.bytes.set(left);
                Ok(())
            }
            None => Err(format!("it makes more than {} bytes of text", self.limits.bytes)),
        }
    }

    /// Whether blocks may be so deep in one another.
    pub(crate) fn depth(&self, depth: u32) -> Result<(), Problem> {
        if depth > self.limits.depth {
            return Err(format!(
                "blocks and templates are more than {} deep in one another",
                self.limits.depth
            ));
        }
        Ok(())
    }

    /// A text that is paid for as it grows.
    pub(crate) fn text(&self) -> Made<'_> {
        Made { budget: self, text: String::new() }
    }
}

/// A text that is being made.
#[derive(Debug)]
pub(crate) struct Made<'b> {
    pub(crate) budget: &'b Budget,
    text: String,
}

impl Made<'_> {
    pub(crate) fn push(&mut self, text: &str) -> Result<(), Problem> {
        self.budget.bytes(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    pub(crate) fn push_char(&mut self, c: char) -> Result<(), Problem> {
        self.push(c.encode_utf8(&mut [0; 4]))
    }

    /// So many times the same character.
    pub(crate) fn fill(&mut self, c: char, count: usize) -> Result<(), Problem> {
        self.budget.bytes(count.saturating_mul(c.len_utf8()))?;
        self.text.extend(std::iter::repeat_n(c, count));
        Ok(())
    }

    /// Something short, formatted.
    pub(crate) fn push_shown(&mut self, shown: impl std::fmt::Display) -> Result<(), Problem> {
        let start = self.text.len();
        // Writing to a text cannot fail.
        let _ = write!(self.text, "{shown}");
        self.budget.bytes(self.text.len() - start)
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
