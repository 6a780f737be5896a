//! A long block searched by several threads at once: each takes some of its lines.

use std::fmt;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use crate::Hit;
use crate::detect::{Detect, EngineDetector, Rules};

/// So much is worth a thread of its own, in bytes: it takes ten times as long to search as a thread to start.
pub(crate) const LEAST: usize = 128 * 1024;

/// Several detectors of the same rules, each for a thread. What they find is what one would have found.
pub(crate) struct Threads {
    detectors: Vec<EngineDetector>,
    least: usize,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("count", &self.detectors.len()).finish_non_exhaustive()
    }
}

impl Threads {
    /// So many, for parts of at least so many bytes.
    pub(crate) fn new(rules: &Arc<Rules>, count: usize, least: usize) -> Self {
        let detectors = (0..count.max(1)).map(|_| EngineDetector::new(Arc::clone(rules))).collect();
        Self { detectors, least: least.max(1) }
    }

    /// Cuts a part of a haystack behind newlines.
    fn parts(&self, haystack: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
        let count = (range.len() / self.least).clamp(1, self.detectors.len());
        let mut parts = Vec::with_capacity(count);
        let mut start = range.start;
        for index in 1..count {
            let about = (range.start + range.len() / count * index - 1).max(start);
            let Some(newline) = memchr::memchr(b'\n', &haystack[about..range.end]) else { break };
            let end = about + newline + 1;
            if end > start && end < range.end {
                parts.push(start..end);
                start = end;
            }
        }
        parts.push(start..range.end);
        parts
    }
}

impl Detect for Threads {
    fn detect(&mut self, haystack: &[u8], range: Range<usize>, last: bool, hits: &mut Vec<Hit>) -> usize {
        let end = range.end;
        let parts = if last { self.parts(haystack, range) } else { vec![range] };
        let (Some((mine, others)), Some(own)) = (self.detectors.split_first_mut(), parts.first()) else {
            return end;
        };
        if parts.len() == 1 {
            return mine.detect(haystack, own.clone(), last, hits);
        }
        thread::scope(|scope| {
            let search = |(detector, part): (&mut EngineDetector, &Range<usize>)| {
                let mut found = Vec::new();
                detector.detect(haystack, part.clone(), true, &mut found);
                found
            };
            let running: Vec<_> =
                others.iter_mut().zip(&parts[1..]).map(|pair| scope.spawn(move || search(pair))).collect();
            mine.detect(haystack, own.clone(), true, hits);
            for thread in running {
                hits.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
        });
        end
    }

    fn recover(&mut self) {
        self.detectors.iter_mut().for_each(Detect::recover);
    }
}

#[cfg(test)]
mod tests {
    use keysieve_engine::Engine;

    use super::*;

    #[test]
    fn parts_are_whole_lines_and_all_of_it() {
        let rules = Arc::new(Rules::new(Engine::builtin()));
        let of =
            |text: &str, least: usize| Threads::new(&rules, 3, least).parts(text.as_bytes(), 1..text.len());
        assert_eq!(of("aaaa\nbbbb\ncccc\n", 4), [1..5, 5..10, 10..15]);
        assert_eq!(of("aaaa\nbbbb\ncccc\n", 7), [1..10, 10..15]);
        assert_eq!(of("a\nb\nc\n", 2), [1..4, 4..6]);
        for text in ["aaaa\nbbbb\n", "aaaaaaaaaaaaaaaaa"] {
            assert_eq!(of(text, 8).len(), 1);
        }
    }

    #[test]
    fn several_threads_find_what_one_finds() {
        let rules = Arc::new(Rules::new(Engine::builtin()));
        let line = |index: usize| {
            format!(
                "n={index}\nGET https://ci:{}{index}@db.example.net/ 200\n",
                ["hunter", "2-of-", "7kQ"].concat()
            )
        };
        let text: String = (0..200).map(line).collect();
        let found = |count: usize| {
            let mut hits = Vec::new();
            let mut threads = Threads::new(&rules, count, 64);
            assert_eq!(threads.detect(text.as_bytes(), 0..text.len(), true, &mut hits), text.len());
            let mut found: Vec<_> = hits.into_iter().map(|hit| (hit.span.start, hit.span.end)).collect();
            found.sort_unstable();
            found
        };
        let one = found(1);
        assert_eq!(one.len(), 200);
        assert_eq!(found(4), one);
    }
}
