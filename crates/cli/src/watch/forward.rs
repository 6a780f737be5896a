//! The masked copy on its way to someone else, who may be slow or away: then all waits, and nothing is lost.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keysieve_report::Moment;

use super::alarm::now;
use super::metrics::Metrics;
use super::route::{Route, Wire, hostname};
use crate::messages;

/// So many bytes are sent in one request at most, but for longer lines.
const TOGETHER: usize = 256 * 1024;

/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Whether the watch is ending: then nobody waits for whoever is away.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Says that the watch is ending.
pub(crate) fn end() {
    ENDING.store(true, Ordering::Relaxed);
}

/// Whether an error is that of an end, and not of its own.
pub(crate) fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}

/// The masked copy on its way to someone else.
pub(crate) struct Forward {
    route: Route,
    wire: Option<Wire>,
    waiting: Vec<u8>,
    metrics: Arc<Metrics>,
    /// What stands before a line that is no message of syslog yet, but for the time.
    sender: String,
}

impl Forward {
    pub(crate) fn new(route: Route, metrics: &Arc<Metrics>) -> Self {
        let host = Some(hostname()).filter(|host| !host.is_empty()).unwrap_or_else(|| "-".to_owned());
        let sender = format!("{host} keysieve {} - -", std::process::id());
        Self { route, wire: None, waiting: Vec::new(), metrics: Arc::clone(metrics), sender }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.flush() }
    }

    /// Sends every whole line; waits until whoever takes them has them.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let mut lines = std::mem::take(&mut self.waiting);
        let end = memchr::memrchr(b'\n', &lines).map_or(0, |newline| newline + 1);
        self.waiting = lines.split_off(end);
        if lines.is_empty() { Ok(()) } else { self.deliver(&lines) }
    }

    fn deliver(&mut self, lines: &[u8]) -> io::Result<()> {
        let (mut pause, mut said) = (PAUSES.0, false);
        loop {
            let Err(error) = self.send(lines) else { return Ok(()) };
            self.wire = None;
            self.metrics.copy_retries.fetch_add(1, Ordering::Relaxed);
            if !said {
                messages::warning(&format!("the masked copy waits, because nobody takes it: {error}"));
                said = true;
            }
            let end = Instant::now() + pause;
            pause = (pause * 2).min(PAUSES.1);
            while Instant::now() < end {
                if ENDING.load(Ordering::Relaxed) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn send(&mut self, lines: &[u8]) -> io::Result<()> {
        if let Route::Http { url, agent } = &self.route {
            let request = agent.post(url).header("Content-Type", "text/plain; charset=utf-8");
            let answer = request.send(lines).map_err(|_| io::Error::other("no answer"))?;
            return match answer.status().as_u16() {
                200..300 => Ok(()),
                status @ (408 | 429 | 500..) => Err(io::Error::other(format!("status {status}"))),
                status => {
                    // It would be refused for ever.
                    self.metrics.troubles.fetch_add(1, Ordering::Relaxed);
                    messages::error(&format!("lines of the masked copy were refused with status {status}"));
                    Ok(())
                }
            };
        }
        let wire = match &mut self.wire {
            Some(wire) => wire,
            none => none.insert(self.route.wire()?),
        };
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            if is_message(line) {
                wire.send(line)?;
            } else {
                let head = format!("<14>1 {}Z {} ", Moment::from_unix(now()), self.sender);
                wire.send(&[head.as_bytes(), line].concat())?;
            }
        }
        Ok(())
    }
}

/// Whether a line is a message of syslog already: both RFC 3164 and RFC 5424 begin it with its priority.
fn is_message(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"<") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=3).contains(&digits) && rest.get(digits) == Some(&b'>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_known_by_their_priority() {
        assert!(is_message(b"<34>1 2026-11-25T11:00:00Z host app - - - x") && is_message(b"<0>x"));
        assert!(!is_message(b"<>x") && !is_message(b"<1234>x") && !is_message(b"x") && !is_message(b"<a>"));
    }
}
