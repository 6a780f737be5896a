//! What is watched besides files: FIFOs, and what is sent to us.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::http::{self, Answer, Request};
use super::tls::Certificates;
use super::{audit, syslog};
use crate::arguments::WatchArguments;
use crate::messages;

/// Ids of files are smaller.
const FIRST_ID: u64 = 1 << 48;

/// The largest batch of audit events that is taken; the API server's largest is of 10 MiB.
const LARGEST_BATCH: usize = 32 << 20;

/// How long the API server waits for us to have masked its batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether an id is that of something that came in, and not of a file.
pub(crate) const fn is_received(id: u64) -> bool {
    id >= FIRST_ID
}

/// Something that came in.
pub(crate) struct Received {
    /// Tells what it is a part of from everything else.
    pub(crate) id: u64,
    /// What is shown for a file's name.
    pub(crate) name: Arc<str>,
    pub(crate) bytes: Vec<u8>,
    /// Whether nothing more will come of it.
    pub(crate) last: bool,
    /// Is told when it has gone out.
    pub(crate) done: Option<SyncSender<()>>,
}

/// Takes what comes in; says whether anyone still wants it.
pub(crate) type Take = Arc<dyn Fn(Received) -> bool + Send + Sync>;

/// One input on its way in.
#[derive(Clone)]
pub(crate) struct Feed {
    take: Take,
    name: Arc<str>,
    id: u64,
}

impl Feed {
    pub(crate) fn new(take: &Take, name: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(FIRST_ID);
        Self { take: Arc::clone(take), name: name.into(), id: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Hands on bytes; waits if too much waits already.
    pub(crate) fn give(&self, bytes: Vec<u8>) -> bool {
        self.received(bytes, false, None)
    }

    /// Says that nothing more will come.
    pub(crate) fn end(&self) {
        self.received(Vec::new(), true, None);
    }

    fn received(&self, bytes: Vec<u8>, last: bool, done: Option<SyncSender<()>>) -> bool {
        (self.take)(Received { id: self.id, name: Arc::clone(&self.name), bytes, last, done })
    }

    /// Hands on whole lines, and waits until they have gone out.
    fn settle(&self, bytes: Vec<u8>) -> bool {
        let (done, wait) = sync_channel(1);
        self.received(bytes, false, Some(done)) && wait.recv_timeout(PATIENCE).is_ok()
    }

    /// Hands on all that can be read.
    pub(crate) fn copy(&self, mut reader: impl Read) -> io::Result<()> {
        let mut piece = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(length) if self.give(piece[..length].to_vec()) => {}
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.end();
                    return Err(error);
                }
            }
        }
        self.end();
        Ok(())
    }
}

/// Opens every input but files; says how many there are.
pub(crate) fn open(asked: &WatchArguments, take: &Take, tls: Option<&Arc<Certificates>>) -> Result<usize> {
    let fifos: Vec<&String> = asked.paths.iter().filter(|path| is_fifo(Path::new(path))).collect();
    let count = fifos.len() + asked.syslog.len() + usize::from(asked.audit_webhook.is_some());
    if count == 0 && asked.paths.is_empty() {
        bail!("nothing to watch: name log files, or give --syslog or --audit-webhook");
    }
    if count > 0 && asked.once {
        bail!("--once ends when files have been read; what comes over a FIFO or a socket has no end");
    }
    for path in fifos {
        fifo(path, take).with_context(|| path.clone())?;
    }
    for address in &asked.syslog {
        syslog::listen(address, take).with_context(|| format!("--syslog {address}"))?;
    }
    if let Some(address) = asked.audit_webhook {
        let feed = Feed::new(take, "audit-webhook");
        http::serve(address, LARGEST_BATCH, tls.cloned(), move |request| batch(&feed, &request))
            .with_context(|| format!("--audit-webhook {address}"))?;
    }
    Ok(count)
}

fn is_fifo(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Opened for writing, too, so that it does not end when a writer does: nothing that the next one writes is lost.
fn fifo(path: &str, take: &Take) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let feed = Feed::new(take, path);
    thread::spawn(move || {
        if let Err(error) = feed.copy(file) {
            messages::error(&format!("a FIFO: {error}"));
        }
    });
    Ok(())
}

/// Takes a batch of audit events: a status of success only when all of it has gone out, else it is sent again.
fn batch(feed: &Feed, request: &Request) -> Answer {
    if request.method != "POST" {
        return Answer::plain("405 Method Not Allowed", "only POST");
    }
    match audit::lines(&request.body) {
        Ok(lines) => match lines.is_empty() || feed.settle(lines) {
            true => Answer::plain("200 OK", "ok"),
            false => Answer::plain("503 Service Unavailable", "too much waits already"),
        },
        Err(()) => Answer::plain("400 Bad Request", "expected an EventList of audit.k8s.io"),
    }
}
