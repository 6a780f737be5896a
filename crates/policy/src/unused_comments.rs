//! Comments that allow nothing.

use std::sync::{Mutex, PoisonError};

use memchr::memmem;

use crate::inline::{LONGEST_LINE, MARKERS, stands_alone};

/// How many are named: a tree can hold any number of them.
const MOST: usize = 1000;

/// A comment that would allow a secret, wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it begins.
    pub at: usize,
    /// Which of the [`MARKERS`](crate::MARKERS) it is.
    pub marker: &'static str,
    /// Whether it speaks of the line below it.
    pub next_line: bool,
}

impl Comment {
    /// The comments in a text, in order.
    #[must_use]
    pub fn all_in(text: &[u8]) -> Vec<Self> {
        let mut all: Vec<Self> = MARKERS
            .iter()
            .flat_map(|&(marker, next_line)| {
                let found = memmem::find_iter(text, marker).filter(move |&at| {
                    stands_alone(&text[..at], &text[at + marker.len()..]) && !is_in_long_line(text, at)
                });
                found.map(move |at| Self { at, marker, next_line })
            })
            .collect();
        all.sort_unstable_by_key(|comment| comment.at);
        all
    }
}

/// Comments in such lines do not count.
fn is_in_long_line(text: &[u8], at: usize) -> bool {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
    end - start > LONGEST_LINE
}

/// Comments of a run, noted for one reason: that they allowed nothing in it, or that they have expired.
#[derive(Debug, Default)]
pub struct NotedComments(Mutex<Vec<(Vec<u8>, u64, &'static str)>>);

impl NotedComments {
    /// Notes a comment: the path of its file, its line, and which it is.
    pub fn note(&self, path: &[u8], line: u64, marker: &'static str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST {
            all.push((path.to_vec(), line, marker));
        }
    }

    /// All of them, by path and line; at most a thousand are kept.
    #[must_use]
    pub fn sorted(&self) -> Vec<(Vec<u8>, u64, &'static str)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comment_is_seen_where_it_stands_alone_and_its_line_is_not_endless() {
        let text = "a # ggignore\nb # keysieve:allow x\nggignored\n// pragma: allowlist nextline secret\n";
        let found: Vec<(usize, bool)> =
            Comment::all_in(text.as_bytes()).iter().map(|comment| (comment.at, comment.next_line)).collect();
        assert_eq!(found, [(4, false), (17, false), (47, true)]);
        let endless = format!("{} ggignore\nggignore", "x".repeat(LONGEST_LINE));
        assert_eq!(Comment::all_in(endless.as_bytes()).len(), 1);
    }
}
