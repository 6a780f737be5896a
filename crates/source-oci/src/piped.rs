//! A reader that runs on another thread.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// How much is handed over at once.
const PIECE: usize = 256 << 10;

/// How many pieces may wait.
const WAITING: usize = 4;

/// A piece of what is handed over.
type Piece = Arc<Vec<u8>>;

/// The end that is filled.
pub(crate) struct Filled {
    full: SyncSender<io::Result<Piece>>,
    empty: Receiver<Piece>,
    copies: Option<SyncSender<Piece>>,
}

/// The end that is read.
pub(crate) struct Piped {
    full: Receiver<io::Result<Piece>>,
    empty: Sender<Piece>,
    piece: Piece,
    at: usize,
    ended: bool,
}

/// The two ends of a pipe.
pub(crate) fn pipe() -> (Filled, Piped) {
    let (full, full_end) = sync_channel(WAITING);
    let (empty_end, empty) = channel();
    let piped = Piped { full: full_end, empty: empty_end, piece: Piece::default(), at: 0, ended: false };
    (Filled { full, empty, copies: None }, piped)
}

impl Filled {
    /// Whoever else wants to see all that is handed over.
    pub(crate) fn copies(&mut self) -> Receiver<Piece> {
        let (copies, copies_end) = sync_channel(WAITING);
        self.copies = Some(copies);
        copies_end
    }

    /// Hands over all that a reader brings, until it ends or nobody reads any more.
    pub(crate) fn fill(self, reader: &mut dyn Read) {
        loop {
            let used = self.empty.try_recv().ok().and_then(|piece| Arc::try_unwrap(piece).ok());
            let mut piece = used.unwrap_or_default();
            piece.resize(PIECE, 0);
            let mut filled = 0;
            let mut ended = None;
            while filled < PIECE && ended.is_none() {
                match reader.read(&mut piece[filled..]) {
                    Ok(0) => ended = Some(None),
                    Ok(read) => filled += read,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => ended = Some(Some(error)),
                }
            }
            piece.truncate(filled);
            if filled > 0 {
                let piece = Arc::new(piece);
                if let Some(copies) = &self.copies {
                    // It is seen by those who want to.
                    let _ = copies.send(Arc::clone(&piece));
                }
                if self.full.send(Ok(piece)).is_err() {
                    return;
                }
            }
            match ended {
                Some(Some(error)) => {
                    // Nobody reads any more, or the error is the last that is read.
                    let _ = self.full.send(Err(error));
                    return;
                }
                Some(None) => return,
                None => {}
            }
        }
    }
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && !self.ended {
            match self.full.recv() {
                Ok(Ok(piece)) => {
                    let used = std::mem::replace(&mut self.piece, piece);
                    // The other end may be done.
                    let _ = self.empty.send(used);
                }
                Ok(Err(error)) => {
                    self.ended = true;
                    self.piece = Piece::default();
                    self.at = 0;
                    return Err(error);
                }
                Err(_) => {
                    self.ended = true;
                    self.piece = Piece::default();
                }
            }
            self.at = 0;
        }
        let length = buffer.len().min(self.piece.len() - self.at);
        buffer[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    struct Broken(usize);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.min(buffer.len()).min(70_000);
            self.0 -= length;
            buffer[..length].fill(b'x');
            if length == 0 { Err(io::Error::other("cut")) } else { Ok(length) }
        }
    }

    #[test]
    fn everything_before_an_error_comes_first() {
        let (filled, mut piped) = pipe();
        thread::scope(|scope| {
            scope.spawn(move || filled.fill(&mut Broken(3_000_000)));
            let mut bytes = Vec::new();
            let error = piped.read_to_end(&mut bytes).expect_err("cut");
            assert_eq!((bytes.len(), error.to_string().as_str()), (3_000_000, "cut"));
            assert_eq!(piped.read(&mut [0; 8]).expect("the end"), 0);
        });
    }

    #[test]
    fn others_see_all_of_it_too() {
        let (mut filled, mut piped) = pipe();
        let copies = filled.copies();
        thread::scope(|scope| {
            scope.spawn(move || filled.fill(&mut io::repeat(b'x').take(3_000_000)));
            let seen = scope.spawn(move || copies.iter().map(|piece| piece.len()).sum::<usize>());
            let mut bytes = Vec::new();
            piped.read_to_end(&mut bytes).expect("read");
            assert_eq!((bytes.len(), seen.join().expect("no panic")), (3_000_000, 3_000_000));
        });
    }

    #[test]
    fn who_reads_no_further_ends_it() {
        let (filled, mut piped) = pipe();
        thread::scope(|scope| {
            scope.spawn(move || filled.fill(&mut io::repeat(b'x')));
            assert_eq!(piped.read(&mut [0; 8]).expect("read"), 8);
            drop(piped);
        });
    }
}
