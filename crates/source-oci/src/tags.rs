//! Which tags of a repository are scanned.

use std::ops::Range;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::Error;
use crate::resolve::Resolved;

/// Which tags of a repository are scanned.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    all: bool,
    patterns: Option<GlobSet>,
    newer_than: Option<String>,
    newest: Option<usize>,
}

impl Tags {
    /// Every tag, if nothing else is said: those that one of the patterns matches, of which only the `newest` so many
    /// and those made on `newer_than` (`2026-11-30`) or later. An image that does not say when it was made is as new as
    /// any.
    ///
    /// # Errors
    /// If a pattern is none.
    pub fn new(
        all: bool,
        patterns: &[String],
        newer_than: Option<String>,
        newest: Option<usize>,
    ) -> Result<Self, Error> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let problem =
                |_| Error::Reference { reference: pattern.clone(), problem: "not a pattern".to_owned() };
            set.add(Glob::new(pattern).map_err(problem)?);
        }
        let patterns = (!patterns.is_empty()).then(|| set.build().unwrap_or_default());
        Ok(Self { all, patterns, newer_than, newest })
    }

    /// Whether several tags are wanted.
    pub(crate) fn are_asked_for(&self) -> bool {
        self.all || self.patterns.is_some() || self.newer_than.is_some() || self.newest.is_some()
    }

    /// Those of all tags that are wanted, sorted.
    pub(crate) fn chosen(&self, mut tags: Vec<String>) -> Vec<String> {
        tags.retain(|tag| self.patterns.as_ref().is_none_or(|patterns| patterns.is_match(tag)));
        tags.sort();
        tags
    }

    /// Whether times have to be known.
    fn by_time(&self) -> bool {
        self.newer_than.is_some() || self.newest.is_some()
    }

    /// Keeps the images that are new enough, of which each tag has some.
    pub(crate) fn keep(&self, images: &mut Vec<Resolved>, tags: &[Range<usize>]) {
        if !self.by_time() {
            return;
        }
        let made = |range: &Range<usize>| {
            let times: Vec<&str> =
                images[range.clone()].iter().filter_map(|image| image.created.as_deref()).collect();
            times.into_iter().max().map(str::to_owned)
        };
        let mut dated: Vec<(Option<String>, Range<usize>)> =
            tags.iter().map(|range| (made(range), range.clone())).collect();
        // RFC 3339 begins with the date, so that earlier days come first.
        let is_new = |made: &Option<String>| match (made, &self.newer_than) {
            (Some(made), Some(day)) => made >= day,
            _ => true,
        };
        dated.retain(|(made, _)| is_new(made));
        dated.sort_by(|(one, _), (other, _)| match (one, other) {
            (None, None) => std::cmp::Ordering::Equal,
            (None, _) => std::cmp::Ordering::Less,
            (_, None) => std::cmp::Ordering::Greater,
            (one, other) => other.cmp(one),
        });
        dated.truncate(self.newest.unwrap_or(usize::MAX));
        let kept = |at: usize| dated.iter().any(|(_, range)| range.contains(&at));
        let mut at = 0;
        images.retain(|_| {
            at += 1;
            kept(at - 1)
        });
    }
}
