//! What happens while images are scanned, for whoever watches.

use std::fmt;
use std::sync::Arc;

/// What has become of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is being read.
    Started,
    /// It was read.
    Done,
    /// It is known from an earlier run, and was not read.
    Known,
    /// It could not be read.
    Failed,
}

impl Progress {
    /// As events have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Known => "known",
            Self::Failed => "failed",
        }
    }
}

/// Something that happened to a layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerEvent<'a> {
    /// The digest of the manifest of the image that it is in, if it has one. Names can hold secrets.
    pub image: Option<&'a str>,
    /// Its digest, or what it is when it is unpacked.
    pub layer: Option<&'a str>,
    /// How large it is, in bytes, as far as that is known.
    pub size: u64,
    /// Which of how many layers it is, from 1.
    pub nth: usize,
    /// How many layers are scanned.
    pub layers: usize,
    /// What happened.
    pub progress: Progress,
}

/// What is done with events.
type Told = dyn Fn(&LayerEvent<'_>) + Send + Sync;

/// Who is told.
#[derive(Clone, Default)]
pub struct Watcher(Option<Arc<Told>>);

impl Watcher {
    /// Somebody who is told of every event, from any thread.
    #[must_use]
    pub fn new(told: impl Fn(&LayerEvent<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(told)))
    }

    pub(crate) fn tell(&self, event: &LayerEvent<'_>) {
        if let Some(told) = &self.0 {
            told(event);
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Watcher(..)" } else { "Watcher(none)" })
    }
}
