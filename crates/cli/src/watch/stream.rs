//! One file or connection on its way through, and where its masked lines go.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use keysieve_alerts::{Place, Trouble};
use keysieve_stream::{Redaction, Redactor, Setup, Sink};

use super::alarm::Alarm;
use super::copy::Copy;
use super::metrics::Metrics;
use crate::messages;

/// After so long without a byte what is sent to us is let out without the end of its line. A file's writer goes on.
const HOLD: Duration = Duration::from_millis(500);

/// Where masked lines and what was masked go.
pub(crate) struct Outputs<'a> {
    pub(crate) copy: Option<&'a mut Copy>,
    pub(crate) alarm: &'a mut Alarm,
    pub(crate) metrics: &'a Metrics,
}

/// One file or connection on its way through.
pub(crate) struct Stream {
    redactor: Redactor,
    place: Place,
    /// Where in the file the redactor began.
    start: u64,
    /// Up to where in the file all has gone out in an earlier run.
    out: u64,
    fail_open: bool,
    /// When bytes last came.
    since: Instant,
}

/// How far a stream has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// From where in the file a later run has to read it again.
    pub(crate) settled: u64,
    /// Up to where all has gone out.
    pub(crate) out: u64,
}

impl Stream {
    /// Of what has such a name, from an offset on; what is before `out` has gone out already. A secret in the name is shown
    /// to nobody.
    pub(crate) fn new(setup: &Arc<Setup>, name: &str, start: u64, out: u64) -> Self {
        let redactor = Redactor::new(Arc::clone(setup));
        let place = Place::of_file(&messages::masked(setup.rules.engine(), name), 0);
        Self { redactor, place, start, out, fail_open: setup.fail_open, since: Instant::now() }
    }

    pub(crate) fn reload(&mut self, setup: &Arc<Setup>) {
        self.fail_open = setup.fail_open;
        self.redactor.reload(Arc::clone(setup));
    }

    /// How many bytes wait for the rest of their line.
    pub(crate) fn pending(&self) -> usize {
        self.redactor.pending()
    }

    /// Takes the next bytes; says how far it has come. Of what has gone out in an earlier run nobody hears again.
    pub(crate) fn take(&mut self, bytes: &[u8], last: bool, outputs: Outputs<'_>) -> io::Result<Progress> {
        self.since = Instant::now();
        let taken = self.start + self.redactor.offset() + self.redactor.pending() as u64;
        let again = usize::try_from(self.out.saturating_sub(taken)).unwrap_or(usize::MAX).min(bytes.len());
        self.redactor.push(&bytes[..again], &mut Nowhere)?;
        let bytes = &bytes[again..];
        outputs.metrics.bytes_in.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let metrics = outputs.metrics;
        let mut sink = self::sink(outputs, &self.place, self.start, self.fail_open);
        self.redactor.push(bytes, &mut sink)?;
        if last {
            self.redactor.finish(&mut sink)?;
        }
        metrics.masking.note(self.since.elapsed());
        let (settled, out) = (self.start + self.redactor.settled(), self.start + self.redactor.offset());
        Ok(Progress { settled, out: out.max(self.out) })
    }

    /// Lets out what has waited too long for the end of its line.
    pub(crate) fn idle(&mut self, outputs: Outputs<'_>) -> io::Result<()> {
        if self.redactor.pending() == 0 || self.since.elapsed() < HOLD {
            return Ok(());
        }
        self.redactor.stall(&mut sink(outputs, &self.place, self.start, self.fail_open))
    }
}

/// For what has gone out already.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

struct Out<'a> {
    outputs: Outputs<'a>,
    place: &'a Place,
    start: u64,
    fail_open: bool,
}

fn sink<'a>(outputs: Outputs<'a>, place: &'a Place, start: u64, fail_open: bool) -> Out<'a> {
    Out { outputs, place, start, fail_open }
}

impl Sink for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let metrics = self.outputs.metrics;
        metrics.bytes_out.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
        metrics.lines.fetch_add(lines as u64, Ordering::Relaxed);
        match &mut self.outputs.copy {
            Some(copy) => copy.write(bytes),
            None => Ok(()),
        }
    }

    fn redacted(&mut self, redaction: Redaction<'_>) {
        let namespace = self.place.namespace.as_deref().unwrap_or_default();
        self.outputs.metrics.redacted(redaction.label.id(), namespace);
        self.outputs.alarm.leak(&redaction, self.place, self.start + redaction.offset);
    }

    fn failed(&mut self) {
        self.outputs.metrics.troubles.fetch_add(1, Ordering::Relaxed);
        let trouble = if self.fail_open { Trouble::LetThrough } else { Trouble::Withheld };
        self.outputs.alarm.trouble(trouble, self.place, "");
    }
}
