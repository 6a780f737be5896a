//! What is handed over of repositories that git made.

mod packed;
mod repository;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use keysieve_finding::{GitPart, Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink, Source};
use keysieve_source_git::Repository;

/// What was handed over, by part and name, and what was not.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) objects: Mutex<BTreeMap<Origin, Vec<u8>>>,
    pub(crate) skips: Mutex<Vec<(Origin, Skip)>>,
}

impl BlobSink for Seen {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        let mut objects = self.objects.lock().expect("not poisoned");
        let known = objects.contains_key(blob.origin);
        assert_eq!(known, !blob.carry.is_empty(), "each object comes once, window after window");
        objects.entry(blob.origin.clone()).or_default().extend_from_slice(blob.bytes);
        if !blob.last {
            *blob.carry.get_or_default::<bool>() = true;
        }
        ControlFlow::Continue(())
    }

    fn skipped(&self, origin: &Origin, why: Skip) {
        self.skips.lock().expect("not poisoned").push((origin.clone(), why));
    }
}

impl Seen {
    /// Everything that a repository hands over to so many threads.
    pub(crate) fn of(path: &Path, threads: usize) -> Self {
        let source = Repository::discover(path).expect("a repository").everything();
        let seen = Self::default();
        source.visit(NonZeroUsize::new(threads).expect("at least one"), &seen).expect("it can be read");
        seen
    }

    /// The bytes of every object of a part, sorted.
    pub(crate) fn part(&self, wanted: GitPart) -> Vec<Vec<u8>> {
        let objects = self.objects.lock().expect("not poisoned");
        let mut bytes: Vec<Vec<u8>> = objects
            .iter()
            .filter(|(origin, _)| origin.git().is_some_and(|(_, part)| part == wanted))
            .map(|(_, bytes)| bytes.clone())
            .collect();
        bytes.sort();
        bytes
    }

    /// Reasons and details of what was skipped.
    pub(crate) fn skips(&self) -> Vec<(String, SkipReason, String)> {
        let skips = self.skips.lock().expect("not poisoned");
        let text = |origin: &Origin| String::from_utf8_lossy(&origin.path()).into_owned();
        let mut all: Vec<_> =
            skips.iter().map(|(origin, skip)| (text(origin), skip.reason, skip.detail.clone())).collect();
        all.sort();
        all
    }
}
