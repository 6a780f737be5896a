//! One file on its way through, and where its masked lines go.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result};
use keysieve_follow::Piece;
use keysieve_stream::{Redaction, Redactor, Setup, Sink};

use super::alarm::Alarm;
use super::metrics::Metrics;

/// The masked copy of all files.
pub(crate) enum Copy {
    File(File),
    Stdout,
}

impl Copy {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout);
        }
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        Ok(Self::File(file.with_context(|| format!("--output {}", path.display()))?))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(bytes),
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush())
            }
        }
    }

    /// Makes sure that it is on disk, before a checkpoint says so.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        match self {
            // A FIFO or a device has nothing to be made sure of.
            Self::File(file) if file.metadata()?.is_file() => file.sync_data(),
            _ => Ok(()),
        }
    }
}

/// One file on its way through.
pub(crate) struct Stream {
    redactor: Redactor,
    path: PathBuf,
    /// Where in the file the redactor began.
    start: u64,
}

impl Stream {
    pub(crate) fn new(setup: &Arc<Setup>, piece: &Piece<'_>) -> Self {
        let redactor = Redactor::new(Arc::clone(setup));
        Self { redactor, path: piece.path.to_owned(), start: piece.offset }
    }

    pub(crate) fn reload(&mut self, setup: &Arc<Setup>) {
        self.redactor.reload(Arc::clone(setup));
    }

    /// Takes the next bytes; says up to where in the file all has gone out.
    pub(crate) fn piece(
        &mut self,
        piece: &Piece<'_>,
        copy: Option<&mut Copy>,
        alarm: &mut Alarm,
        metrics: &Metrics,
    ) -> io::Result<u64> {
        metrics.bytes_in.fetch_add(piece.bytes.len() as u64, Ordering::Relaxed);
        let (path, start) = (&self.path, self.start);
        let mut sink = Out { copy, alarm, metrics, path, start };
        self.redactor.push(piece.bytes, &mut sink)?;
        if piece.last {
            self.redactor.finish(&mut sink)?;
        }
        Ok(self.start + self.redactor.settled())
    }
}

/// Where masked lines and what was masked go.
struct Out<'a> {
    copy: Option<&'a mut Copy>,
    alarm: &'a mut Alarm,
    metrics: &'a Metrics,
    path: &'a Path,
    start: u64,
}

impl Sink for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.metrics.bytes_out.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match &mut self.copy {
            Some(copy) => copy.write(bytes),
            None => Ok(()),
        }
    }

    fn redacted(&mut self, redaction: Redaction<'_>) {
        self.metrics.redacted(redaction.label.id());
        self.alarm.leak(&redaction, self.path, self.start + redaction.offset, self.metrics);
    }

    fn failed(&mut self) {
        self.metrics.troubles.fetch_add(1, Ordering::Relaxed);
    }
}
