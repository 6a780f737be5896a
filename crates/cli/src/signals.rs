//! SIGINT and SIGTERM end a run with its report.

use std::io::{self, Read};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use keysieve_scan::Control;

use crate::exit::Exit;

/// How long a wait for input may last before it is looked whether the run was told to end.
const LOOK: Duration = Duration::from_millis(50);

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// The first signal ends the run, the second the process.
pub(crate) fn listen(control: &Arc<Control>) -> Result<()> {
    let control = Arc::clone(control);
    ctrlc::set_handler(move || {
        if control.stopped() {
            process::exit(Exit::Interrupted.code().into());
        }
        control.stop();
    })
    .context("cannot listen for signals")
}

/// Standard input, read so that a wait for more does not outlast a signal.
pub(crate) struct Input {
    control: Arc<Control>,
    pieces: Option<Receiver<io::Result<Vec<u8>>>>,
    piece: Vec<u8>,
    at: usize,
}

impl Input {
    pub(crate) fn new(control: &Arc<Control>) -> Self {
        Self { control: Arc::clone(control), pieces: None, piece: Vec::new(), at: 0 }
    }

    /// The next piece; none at the end.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let pieces = self.pieces.get_or_insert_with(read_ahead);
        while !self.control.stopped() {
            match pieces.recv_timeout(LOOK) {
                Ok(piece) => return piece.map(Some),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(None)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.piece = self.next()?.unwrap_or_default();
            self.at = 0;
        }
        let length = buffer.len().min(self.piece.len() - self.at);
        buffer[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

/// Reads on a thread of its own, which ends with the input, or with the process.
fn read_ahead() -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = sync_channel(4);
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            let mut piece = vec![0; PIECE];
            let read = loop {
                match stdin.read(&mut piece) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            let piece = match read {
                Ok(0) => return,
                Ok(length) => {
                    piece.truncate(length);
                    Ok(piece)
                }
                Err(error) => Err(error),
            };
            let last = piece.is_err();
            if sender.send(piece).is_err() || last {
                return;
            }
        }
    });
    receiver
}
