//! What waits for a slow reader, so that whoever writes to us need not.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// So many bytes wait in memory at most.
const MOST: usize = 8 << 20;

/// So much is read at once of what waits on disk.
const PIECE: usize = 1 << 20;

/// What happens when the reader is slower than the writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Overflow {
    /// The writer waits.
    #[default]
    Block,
    /// The lines that have waited longest are lost, and counted.
    DropOldest,
    /// They wait in a file in this directory.
    Spill(PathBuf),
}

/// A writer, with or without a backlog before it.
pub(crate) enum Outlet<W> {
    Direct(W),
    Backlog(Backlog),
}

impl<W: Write + Send + 'static> Outlet<W> {
    pub(crate) fn new(overflow: &Overflow, writer: W) -> io::Result<Self> {
        Ok(match overflow {
            Overflow::Block => Self::Direct(writer),
            overflow => Self::Backlog(Backlog::start(overflow, writer)?),
        })
    }

    /// Waits until the reader has all; says how many lines were lost.
    pub(crate) fn finish(&mut self) -> io::Result<u64> {
        match self {
            Self::Direct(_) => Ok(0),
            Self::Backlog(backlog) => backlog.finish(),
        }
    }
}

impl<W: Write> Write for Outlet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(writer) => writer.write(bytes),
            Self::Backlog(backlog) => backlog.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(writer) => writer.flush(),
            Self::Backlog(_) => Ok(()),
        }
    }
}

/// A writer that never waits for its reader.
pub(crate) struct Backlog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    blocks: VecDeque<Vec<u8>>,
    /// How many bytes they have.
    bytes: usize,
    spill: Option<Spill>,
    /// Whether what was taken to be written last ends in the midst of a line.
    open: bool,
    /// Whether the rest of that line was lost: then a newline stands for it.
    owed: bool,
    /// How many lines were lost.
    lost: u64,
    /// Whether nothing more will come.
    ended: bool,
    error: Option<io::Error>,
}

/// What waits on disk: from `read` to `end`. The file has no name any more, so nothing is left of it.
struct Spill {
    file: File,
    read: u64,
    end: u64,
}

impl Spill {
    fn new(directory: &Path) -> io::Result<Self> {
        let path = directory.join(format!("keysieve-{}-{:?}", std::process::id(), thread::current().id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Self { file, read: 0, end: 0 })
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.end)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn next(&mut self) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.end - self.read).unwrap_or(PIECE);
        let mut piece = vec![0; left.min(PIECE)];
        self.file.read_exact_at(&mut piece, self.read)?;
        self.read += piece.len() as u64;
        if self.read == self.end {
            self.file.set_len(0)?;
            (self.read, self.end) = (0, 0);
        }
        Ok(piece)
    }
}

impl State {
    /// Drops the lines that have waited longest until so many bytes more have room.
    fn make_room(&mut self, more: usize) {
        let (mut torn, mut dropped) = (self.open, false);
        loop {
            let needed = (self.bytes + more).saturating_sub(MOST);
            if needed == 0 && !(dropped && torn) {
                break;
            }
            let Some(mut block) = self.blocks.pop_front() else { break };
            // To the end of a line, and of a line whose begin is lost all of it.
            let from = needed.saturating_sub(1).min(block.len());
            let cut = memchr::memchr(b'\n', &block[from..]).map_or(block.len(), |at| from + at + 1);
            self.lost += memchr::memchr_iter(b'\n', &block[..cut]).count() as u64;
            self.bytes -= cut;
            torn = block[..cut].last() != Some(&b'\n');
            dropped = true;
            block.drain(..cut);
            if !block.is_empty() {
                self.blocks.push_front(block);
            }
        }
        self.owed |= dropped && self.open;
    }
}

impl Backlog {
    /// Before a writer.
    pub(crate) fn start(overflow: &Overflow, writer: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        if let Overflow::Spill(directory) = overflow {
            lock(&shared).spill = Some(Spill::new(directory)?);
        }
        let own = Arc::clone(&shared);
        let thread = thread::spawn(move || run(&own, writer));
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Waits until the reader has all; says how many lines were lost.
    pub(crate) fn finish(&mut self) -> io::Result<u64> {
        lock(&self.shared).ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let mut state = lock(&self.shared);
        state.error.take().map_or(Ok(state.lost), Err)
    }
}

impl Write for Backlog {
    /// Takes all of it, as one block.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = lock(&self.shared);
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        let State { spill, bytes: waiting, .. } = &mut *state;
        match spill {
            Some(spill) if spill.end > 0 || *waiting + bytes.len() > MOST => spill.add(bytes)?,
            other => {
                if other.is_none() {
                    state.make_room(bytes.len());
                }
                state.bytes += bytes.len();
                state.blocks.push_back(bytes.to_vec());
            }
        }
        drop(state);
        self.shared.changed.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes one block after the other.
fn run(shared: &Shared, mut writer: impl Write) {
    while let Some(block) = next(shared) {
        if let Err(error) = block.and_then(|block| writer.write_all(&block).and_then(|()| writer.flush())) {
            let mut state = lock(shared);
            state.error = Some(error);
            state.blocks.clear();
            state.bytes = 0;
            return;
        }
    }
}

/// The next block; none at the end.
fn next(shared: &Shared) -> Option<io::Result<Vec<u8>>> {
    let mut state = lock(shared);
    loop {
        if let Some(mut block) = state.blocks.pop_front() {
            state.bytes -= block.len();
            if std::mem::take(&mut state.owed) {
                block.insert(0, b'\n');
            }
            state.open = block.last().is_some_and(|&byte| byte != b'\n');
            return Some(Ok(block));
        }
        if let Some(spill) = state.spill.as_mut().filter(|spill| spill.end > 0) {
            return Some(spill.next());
        }
        if state.ended {
            return None;
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A reader that takes a block whenever it is told to.
    struct Slow(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow(overflow: &Overflow) -> (Backlog, Sender<()>, Arc<Mutex<Vec<u8>>>) {
        let (go, wait) = channel();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let backlog = Backlog::start(overflow, Slow(wait, Arc::clone(&taken))).unwrap();
        (backlog, go, taken)
    }

    fn lines(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("{index:07} {}\n", "x".repeat(index % 90))).collect()
    }

    /// Writes lines in blocks that end anywhere.
    fn write(backlog: &mut Backlog, text: &str) {
        text.as_bytes().chunks(70_001).for_each(|block| backlog.write_all(block).unwrap());
    }

    #[test]
    fn what_waits_on_disk_comes_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let (mut backlog, go, taken) = slow(&Overflow::Spill(directory.path().to_owned()));
        let text = lines(400_000).concat();
        let (first, second) = text.split_at(text.len() / 2);
        write(&mut backlog, first);
        (0..60).for_each(|_| go.send(()).unwrap());
        write(&mut backlog, second);
        assert!(lock(&backlog.shared).bytes <= MOST);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        drop(go);
        assert_eq!(backlog.finish().unwrap(), 0);
        assert!(*taken.lock().unwrap() == text.as_bytes());
    }

    #[test]
    fn of_what_is_lost_whole_lines_are_lost_and_counted() {
        let (mut backlog, go, taken) = slow(&Overflow::DropOldest);
        let all = lines(400_000);
        write(&mut backlog, &all.concat());
        assert!(lock(&backlog.shared).bytes <= MOST);
        drop(go);
        let lost = backlog.finish().unwrap();
        let text = String::from_utf8(taken.lock().unwrap().clone()).unwrap();
        let whole: std::collections::HashSet<&String> = all.iter().collect();
        let kept: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let torn = kept.iter().filter(|line| !whole.contains(line)).count();
        // The one that was being written when the first was lost.
        assert!(torn <= 1, "{torn}");
        assert!(lost > 100_000 && kept.last() == all.last());
        assert!((lost as usize + kept.len()).abs_diff(all.len()) <= 1, "{lost} {}", kept.len());
    }
}
