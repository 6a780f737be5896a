//! A run, seen from outside.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A run, seen from outside: how far it is, and a way to end it.
#[derive(Debug, Default)]
pub struct Control {
    objects: AtomicU64,
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Control {
    /// Ends the run as soon as the windows that are being scanned are done. The outcome says that it was interrupted.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the run was told to end.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Objects scanned so far.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Bytes scanned so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts what was scanned in an earlier run: reports say the same with and without a cache.
    pub(crate) fn known(&self, objects: u64, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.objects.fetch_add(objects, Ordering::Relaxed);
    }

    pub(crate) fn scanned(&self, bytes: usize, object_ends: bool) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.objects.fetch_add(u64::from(object_ends), Ordering::Relaxed);
    }
}
