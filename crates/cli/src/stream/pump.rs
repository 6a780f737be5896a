//! From a reader, through a redactor, to a writer; with everything that can happen on the way.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use keysieve_stream::{Redactor, Setup, Sink};

use super::backlog::Outlet;

/// How much is read at once: what a pipe holds at most.
const PIECE: usize = 1 << 20;

/// How many pieces may wait.
const WAITING: usize = 2;

/// What happens to a stream.
pub(crate) enum Event {
    /// So many bytes came, at the beginning of a buffer.
    Bytes(Vec<u8>, usize),
    /// No more will come.
    End,
    /// They could not be read.
    Failed(io::Error),
    /// Go on with what was read, and no further.
    Stop,
    /// Go on with other rules and values.
    Reload(Arc<Setup>),
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// With the input.
    Whole,
    /// By a signal; all that was read has gone out.
    Stopped,
    /// Because nobody reads any more.
    Closed,
    /// It could not be read.
    Read(io::Error),
    /// It could not be written.
    Write(io::Error),
}

/// A writer as a sink.
struct Output<W>(W);

impl<W: Write> Sink for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}

/// Where events come from: pieces are read on a thread of their own; others send the rest.
pub(crate) struct Input {
    events: Receiver<Event>,
    /// Buffers to be used again.
    used: std::sync::mpsc::Sender<Vec<u8>>,
}

impl Input {
    /// Reads until the end, or until nobody takes it any more.
    pub(crate) fn read(mut reader: impl Read + Send + 'static) -> (Self, SyncSender<Event>) {
        let (sender, events) = sync_channel(WAITING);
        let (used, again) = channel::<Vec<u8>>();
        let others = sender.clone();
        thread::spawn(move || {
            loop {
                let mut piece = again.try_recv().unwrap_or_default();
                piece.resize(PIECE, 0);
                let event = match reader.read(&mut piece) {
                    Ok(0) => Event::End,
                    Ok(length) => Event::Bytes(piece, length),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    // What a terminal says when its program has ended.
                    Err(error) if error.raw_os_error() == Some(5) => Event::End,
                    Err(error) => Event::Failed(error),
                };
                let last = !matches!(event, Event::Bytes(..));
                if sender.send(event).is_err() || last {
                    return;
                }
            }
        });
        (Self { events, used }, others)
    }
}

/// Makes a pipe as wide as a program without rights may, so that both its ends run longer at a time. Anything else stays
/// as it is.
pub(crate) fn widen(pipe: impl AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIECE);
}

/// Moves a stream until it ends, and its reader has all; says how many lines were lost for a reader that was too slow.
pub(crate) fn pump(
    input: &Input,
    redactor: &mut Redactor,
    hold: Duration,
    outlet: Outlet<impl Write + Send + 'static>,
) -> (Ended, u64) {
    let mut output = Output(outlet);
    let ended = moved(input, redactor, hold, &mut output);
    match output.0.finish() {
        Ok(lost) => (ended, lost),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => (Ended::Closed, 0),
        Err(error) => (Ended::Write(error), 0),
    }
}

fn moved(input: &Input, redactor: &mut Redactor, hold: Duration, output: &mut Output<impl Write>) -> Ended {
    loop {
        let event = next(input, redactor, hold);
        let (done, ended) = match event {
            Some(Event::Bytes(bytes, length)) => {
                let done = redactor.push(&bytes[..length], output);
                let _ = input.used.send(bytes);
                (done, None)
            }
            None => (redactor.stall(output), None),
            Some(Event::Reload(setup)) => {
                redactor.reload(setup);
                (Ok(()), None)
            }
            Some(Event::End) => (redactor.finish(output), Some(Ended::Whole)),
            Some(Event::Stop) => (drain(input, redactor, output), Some(Ended::Stopped)),
            Some(Event::Failed(error)) => (redactor.finish(output), Some(Ended::Read(error))),
        };
        // A buffer in the writer must not outlast the moment.
        match done.and_then(|()| output.0.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ended::Closed,
            Err(error) => return Ended::Write(error),
        }
        if let Some(ended) = ended {
            return ended;
        }
    }
}

/// The next event; none after a stall.
fn next(input: &Input, redactor: &Redactor, hold: Duration) -> Option<Event> {
    if hold.is_zero() || redactor.pending() == 0 {
        return Some(input.events.recv().unwrap_or(Event::End));
    }
    match input.events.recv_timeout(hold) {
        Ok(event) => Some(event),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Event::End),
    }
}

/// Lets out what was read before the signal came.
fn drain(input: &Input, redactor: &mut Redactor, output: &mut Output<impl Write>) -> io::Result<()> {
    loop {
        match input.events.try_recv() {
            Ok(Event::Bytes(bytes, length)) => redactor.push(&bytes[..length], output)?,
            Ok(Event::Reload(_) | Event::Stop) => {}
            Ok(Event::End | Event::Failed(_)) | Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                return redactor.finish(output);
            }
        }
    }
}
