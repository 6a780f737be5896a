//! Standard input.

use std::fmt;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use keysieve_finding::Origin;
use keysieve_source::{BlobSink, Source, SourceError, Windows};

use crate::{WINDOW, file};

/// A single object: whatever standard input brings, window by window. It can be visited once; after that it is empty.
pub struct StdinSource(Mutex<Box<dyn Read + Send>>);

impl StdinSource {
    /// Reads standard input.
    #[must_use]
    pub fn new() -> Self {
        Self::from_reader(io::stdin())
    }

    /// Reads something else under its name.
    #[must_use]
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(reader)))
    }
}

impl Default for StdinSource {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for StdinSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StdinSource(..)")
    }
}

impl Source for StdinSource {
    fn visit(&self, _threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = Origin::stdin();
        if let Err(error) = Windows::new(WINDOW).read(&mut *reader, &origin, None, sink) {
            sink.skipped(&origin, file::skip(&error, 0));
        }
        Ok(())
    }
}
