//! From a reader, through a redactor, to a writer; with everything that can happen on the way.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use keysieve_stream::{Piece, Pieces, Redactor, Rules, Search, Searchers, Setup, Sink};
use rustix::io::Errno;

use super::backlog::Outlet;

/// How much is read at once: what a pipe holds at most.
const PIECE: usize = 1 << 20;

/// What happens to a stream.
pub(crate) enum Event {
    /// A few bytes came.
    Bytes(Vec<u8>),
    /// Many came; they are being searched.
    Block(Search),
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
    /// Memory to be used again.
    used: Sender<Vec<u8>>,
    searchers: Arc<Searchers>,
}

impl Input {
    /// Reads until the end, or until nobody takes it any more; what comes fast is searched by so many threads.
    pub(crate) fn read(
        reader: impl AsFd + Send + 'static,
        rules: &Arc<Rules>,
        threads: usize,
    ) -> (Self, SyncSender<Event>) {
        let (sender, events) = sync_channel(threads + 1);
        let (used, again) = channel::<Vec<u8>>();
        let others = sender.clone();
        let searchers = Arc::new(Searchers::new(rules, threads));
        let searching = Arc::clone(&searchers);
        thread::spawn(move || {
            let mut pieces = Pieces::default();
            loop {
                let event = match read(&reader, pieces.buffer()) {
                    Ok(0) => Event::End,
                    Ok(_) => match pieces.next(|| again.try_recv().unwrap_or_default()) {
                        Piece::Bytes(bytes) => Event::Bytes(bytes),
                        Piece::Block(block) => Event::Block(searching.search(block)),
                    },
                    Err(Errno::INTR) => continue,
                    // What a terminal says when its program has ended.
                    Err(Errno::IO) => Event::End,
                    Err(error) => Event::Failed(error.into()),
                };
                let last = matches!(event, Event::End | Event::Failed(_));
                if sender.send(event).is_err() || last {
                    return;
                }
            }
        });
        (Self { events, used, searchers }, others)
    }
}

/// Appends what can be read at once.
fn read(reader: impl AsFd, buffer: &mut Vec<u8>) -> rustix::io::Result<usize> {
    buffer.reserve(PIECE);
    let room = rustix::buffer::spare_capacity(buffer);
    rustix::io::read(reader, room)
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
            Some(Event::Bytes(bytes)) => (redactor.push(&bytes, output), None),
            Some(Event::Block(search)) => (block(search, input, redactor, output), None),
            None => (redactor.stall(output), None),
            Some(Event::Reload(setup)) => {
                input.searchers.reload(&setup.rules);
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

/// Waits until a block has been searched, and lets it out.
fn block(
    search: Search,
    input: &Input,
    redactor: &mut Redactor,
    output: &mut Output<impl Write>,
) -> io::Result<()> {
    let block = search.wait().ok_or_else(|| io::Error::other("a thread has ended that searched a block"))?;
    let memory = redactor.push_block(block, output)?;
    // Whoever reads may have ended.
    let _ = input.used.send(memory);
    Ok(())
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
            Ok(Event::Bytes(bytes)) => redactor.push(&bytes, output)?,
            Ok(Event::Block(search)) => block(search, input, redactor, output)?,
            Ok(Event::Reload(_) | Event::Stop) => {}
            Ok(Event::End | Event::Failed(_)) | Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                return redactor.finish(output);
            }
        }
    }
}
