//! From a reader, through a redactor, to a writer; with everything that can happen on the way.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use keysieve_stream::{Piece, Pieces, Redactor, Rules, Search, Searchers, Setup, Sink};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
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

/// Where events come from: what is read, and what others send.
pub(crate) struct Input<R> {
    reader: R,
    pieces: Pieces,
    /// What was read, in order; blocks are being searched in the meantime.
    read: VecDeque<Event>,
    /// So many may wait.
    most: usize,
    searchers: Searchers,
    /// Memory to be used again.
    spare: Vec<Vec<u8>>,
    others: Receiver<Event>,
    /// Has something to read when others have sent something.
    woken: PipeReader,
}

/// Sends what happens besides.
#[derive(Clone)]
pub(crate) struct Others {
    events: Sender<Event>,
    wake: Arc<PipeWriter>,
}

impl Others {
    /// Sends an event; says whether anyone still wants it.
    pub(crate) fn send(&self, event: Event) -> bool {
        self.events.send(event).is_ok() && (&*self.wake).write_all(&[0]).is_ok()
    }
}

impl<R: AsFd> Input<R> {
    /// What comes fast is searched by so many threads.
    pub(crate) fn new(reader: R, rules: &Arc<Rules>, threads: usize) -> io::Result<(Self, Others)> {
        let (woken, wake) = io::pipe()?;
        let (events, others) = channel();
        let this = Self {
            reader,
            pieces: Pieces::default(),
            read: VecDeque::new(),
            most: if threads > 1 { threads + 1 } else { 1 },
            searchers: Searchers::new(rules, threads),
            spare: Vec::new(),
            others,
            woken,
        };
        Ok((this, Others { events, wake: Arc::new(wake) }))
    }

    /// The next event; none, if there is none for so long. Reads ahead while what was read is being searched.
    fn next(&mut self, patience: Option<Duration>) -> Option<Event> {
        loop {
            if let Ok(event) = self.others.try_recv() {
                return Some(event);
            }
            let ended = matches!(self.read.back(), Some(Event::End | Event::Failed(_)));
            if self.read.len() < self.most && !ended {
                let patience = if self.read.is_empty() { patience } else { Some(Duration::ZERO) };
                match self.wait(patience) {
                    Ok((false, true)) => {
                        let _ = self.woken.read(&mut [0; 64]);
                        continue;
                    }
                    Ok((false, false)) => return self.read.pop_front(),
                    Ok((true, _)) => {
                        let event = self.read_some();
                        self.read.extend(event);
                        continue;
                    }
                    Err(error) => self.read.push_back(Event::Failed(error)),
                }
            }
            return self.read.pop_front();
        }
    }

    /// Waits until there is something to read, or others have sent something.
    fn wait(&self, patience: Option<Duration>) -> io::Result<(bool, bool)> {
        let fd = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let mut both = [fd(self.reader.as_fd()), fd(self.woken.as_fd())];
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        loop {
            match poll(&mut both, patience.as_ref()) {
                Ok(_) => return Ok((!both[0].revents().is_empty(), !both[1].revents().is_empty())),
                // A signal; who takes those says what it means.
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What can be read at once.
    fn read_some(&mut self) -> Option<Event> {
        let buffer = self.pieces.buffer();
        buffer.reserve(PIECE);
        Some(match rustix::io::read(&self.reader, rustix::buffer::spare_capacity(buffer)) {
            Ok(0) => Event::End,
            Ok(_) => {
                let spare = &mut self.spare;
                match self.pieces.next(|| spare.pop().unwrap_or_default()) {
                    Piece::Bytes(bytes) => Event::Bytes(bytes),
                    Piece::Block(block) => Event::Block(self.searchers.search(block)),
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => return None,
            // What a terminal says when its program has ended.
            Err(Errno::IO) => Event::End,
            Err(error) => Event::Failed(error.into()),
        })
    }
}

/// Makes a pipe as wide as a program without rights may, so that both its ends run longer at a time. Anything else stays
/// as it is.
pub(crate) fn widen(pipe: impl AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIECE);
}

/// Moves a stream until it ends, and its reader has all; says how many lines were lost for a reader that was too slow.
pub(crate) fn pump(
    input: &mut Input<impl AsFd>,
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

fn moved(
    input: &mut Input<impl AsFd>,
    redactor: &mut Redactor,
    hold: Duration,
    output: &mut Output<impl Write>,
) -> Ended {
    loop {
        let waits = !hold.is_zero() && redactor.pending() > 0;
        let (done, ended) = match input.next(waits.then_some(hold)) {
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
fn block<R>(
    search: Search,
    input: &mut Input<R>,
    redactor: &mut Redactor,
    output: &mut Output<impl Write>,
) -> io::Result<()> {
    let block = search.wait().ok_or_else(|| io::Error::other("a thread has ended that searched a block"))?;
    let memory = redactor.push_block(block, output)?;
    input.spare.push(memory);
    Ok(())
}

/// Lets out what was read before the signal came.
fn drain(
    input: &mut Input<impl AsFd>,
    redactor: &mut Redactor,
    output: &mut Output<impl Write>,
) -> io::Result<()> {
    while let Some(event) = input.read.pop_front() {
        match event {
            Event::Bytes(bytes) => redactor.push(&bytes, output)?,
            Event::Block(search) => block(search, input, redactor, output)?,
            _ => {}
        }
    }
    redactor.finish(output)
}
