//! The verbs `watch` and `alerts`.

mod alarm;
pub(crate) mod alerts;
mod audit;
mod copy;
mod forward;
mod groups;
mod histogram;
mod http;
mod inputs;
mod metrics;
mod outbox;
mod queue;
mod receiver;
mod route;
mod stream;
mod syslog;
mod tls;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_alerts::{Grouper, Place, Trouble};
use keysieve_follow::{Checkpoint, Follower, Piece, Start};
use keysieve_stream::Setup;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use self::alarm::Alarm;
use self::copy::Copy;
use self::inputs::{Received, Take};
use self::metrics::Metrics;
use self::stream::{Outputs, Progress, Stream};
use self::tls::Certificates;
use crate::arguments::{StartName, WatchArguments};
use crate::exit::Exit;
use crate::stream::known::Changes;
use crate::stream::setup::Asked;
use crate::{fingerprint_key, messages, session};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How often a checkpoint is written at most; the first one at once.
const CHECKPOINT: Duration = Duration::from_millis(500);

/// So many pieces that came over sockets may wait; then those who send them wait.
const WAITING: usize = 64;

/// What a shell shows for a program that SIGPIPE has ended.
const CLOSED: u8 = 141;

/// Watches until a signal comes.
pub(crate) fn run(asked: &WatchArguments) -> Exit {
    match Watch::new(asked).and_then(Watch::follow) {
        Ok(exit) => exit,
        Err(error) if is_closed(&error) => Exit::Chosen(CLOSED),
        Err(error) => session::refuse(&error),
    }
}

/// Whether nobody reads the masked copy any more.
fn is_closed(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What happens to a watch.
enum Event {
    Stop,
    Reload,
    Received(Received),
}

/// All that is needed to watch.
struct Watch<'a> {
    asked: &'a WatchArguments,
    setup: Arc<Setup>,
    follower: Follower,
    streams: HashMap<u64, Stream>,
    copy: Option<Copy>,
    alarm: Alarm,
    metrics: Arc<Metrics>,
    events: Receiver<Event>,
    /// Known values that may change.
    changes: Option<Changes>,
    /// Certificates that may.
    tls: Option<Arc<Certificates>>,
    /// What the last checkpoint said, and when.
    saved: (Checkpoint, Option<Instant>),
}

impl<'a> Watch<'a> {
    fn new(asked: &'a WatchArguments) -> Result<Self> {
        let setup = asking(asked).setup()?;
        let checkpoint = match &asked.state {
            Some(path) => state(path)?,
            None => Checkpoint::default(),
        };
        let start = match asked.start {
            StartName::Beginning => Start::Beginning,
            StartName::End => Start::End,
        };
        let start = asked.since.map_or(start, Start::Since);
        let to_stdout = asked.output.as_ref().is_some_and(|path| path.as_os_str() == "-");
        let key = fingerprint_key::read(asked.key.fingerprint_key.as_deref())?;
        let metrics = Arc::new(Metrics::default());
        let open = |path: &Path| Copy::open(path, asked.alert_ca.as_deref(), &metrics);
        let copy = asked.output.as_deref().map(open).transpose()?;
        let outboxes = outbox::open(asked, &metrics)?;
        let ledger = asked.alerts.as_deref();
        let grouper = Grouper::new(asked.alert_interval, alarm::MOST).repeat(asked.alert_repeat);
        let alarm = Alarm::new(ledger, !to_stdout, outboxes, key, grouper, &metrics)?;
        if let Some(address) = asked.listen {
            metrics::serve(address, &metrics).with_context(|| format!("--listen {address}"))?;
        }
        let (sender, events) = sync_channel(WAITING);
        let take: Take = {
            let sender = sender.clone();
            Arc::new(move |received| sender.send(Event::Received(received)).is_ok())
        };
        let tls = Certificates::of(asked)?.map(Arc::new);
        inputs::open(asked, &take, tls.as_ref())?;
        let saved = (checkpoint.clone(), None);
        let follower = Follower::new(&asked.paths, start, checkpoint)?.except(&asked.exclude)?;
        listen(sender)?;
        let (streams, changes) = (HashMap::new(), Changes::of(&asked.known));
        Ok(Self { asked, setup, follower, streams, copy, alarm, metrics, events, changes, tls, saved })
    }

    fn follow(mut self) -> Result<Exit> {
        match self.rounds() {
            // What did not go out is read again by the next run.
            Err(error) if error.downcast_ref().is_some_and(forward::is_end) => self.save(true)?,
            done => done?,
        }
        self.alarm.finish();
        Ok(if self.metrics.troubles.load(Ordering::Relaxed) > 0 && self.asked.once {
            Exit::Internal
        } else {
            Exit::Clean
        })
    }

    fn rounds(&mut self) -> Result<()> {
        self.round()?;
        self.missing()?;
        loop {
            self.save(self.asked.once)?;
            if self.asked.once || self.wait()? {
                return Ok(());
            }
            if self.changes.as_mut().is_some_and(Changes::any) {
                self.reload();
            }
            if let Some(tls) = &self.tls {
                tls.look();
            }
            self.round()?;
        }
    }

    /// Says which names are nobody's: a wrong one is easily taken for a quiet log.
    fn missing(&self) -> Result<()> {
        let missing = self.follower.missing();
        if missing.is_empty() {
            return Ok(());
        }
        let text = messages::masked(self.setup.rules.engine(), &missing.join(", "));
        if self.asked.once {
            bail!("there is no file {text}");
        }
        messages::warning(&format!("there is no file yet: {text}"));
        Ok(())
    }

    /// Takes what happens until files must be looked at again; says whether it is over.
    fn wait(&mut self) -> Result<bool> {
        let end = Instant::now() + LOOK;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Stop) => {
                    while let Ok(event) = self.events.try_recv() {
                        if let Event::Received(received) = event {
                            self.received(received)?;
                        }
                    }
                    self.end()?;
                    self.save(true)?;
                    return Ok(true);
                }
                Ok(Event::Reload) => self.renew()?,
                Ok(Event::Received(received)) => self.received(received)?,
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(RecvTimeoutError::Disconnected) => bail!("no signals come any more"),
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
    }

    /// Takes what came over a socket or a FIFO.
    fn received(&mut self, received: Received) -> Result<()> {
        let Received { id, name, bytes, last, done } = received;
        let stream = self.streams.entry(id).or_insert_with(|| Stream::new(&self.setup, &name, 0, 0));
        let (copy, alarm, metrics) = (self.copy.as_mut(), &mut self.alarm, &*self.metrics);
        stream.take(&bytes, last, Outputs { copy, alarm, metrics }).context("the masked copy")?;
        if last {
            self.streams.remove(&id);
        }
        self.flush()?;
        if let Some(done) = done {
            // Whoever waits no more sends it again.
            let _ = done.try_send(());
        }
        Ok(())
    }

    /// Hands on what the masked copy has not handed on yet.
    fn flush(&mut self) -> Result<()> {
        self.copy.as_mut().map_or(Ok(()), Copy::flush).context("the masked copy")
    }

    /// Lets out the last line of what was sent to us, whole or not; files go on where they were.
    fn end(&mut self) -> Result<()> {
        for (_, stream) in self.streams.iter_mut().filter(|(id, _)| inputs::is_received(**id)) {
            let (copy, alarm, metrics) = (self.copy.as_mut(), &mut self.alarm, &*self.metrics);
            stream.take(b"", true, Outputs { copy, alarm, metrics }).context("the masked copy")?;
        }
        Ok(())
    }

    /// Takes what is new in every file.
    fn round(&mut self) -> Result<()> {
        let (setup, streams, copy, alarm) = (&self.setup, &mut self.streams, &mut self.copy, &mut self.alarm);
        let metrics = &*self.metrics;
        let mut done: Vec<(u64, Progress)> = Vec::new();
        let mut failed: io::Result<()> = Ok(());
        self.follower.poll(&mut |piece: Piece<'_>| {
            if failed.is_err() {
                return;
            }
            let name = || piece.path.to_string_lossy();
            let new = || Stream::new(setup, &name(), piece.offset, piece.out);
            let stream = streams.entry(piece.id).or_insert_with(new);
            let outputs = Outputs { copy: copy.as_mut(), alarm: &mut *alarm, metrics };
            match stream.take(piece.bytes, piece.last, outputs) {
                Ok(progress) => done.push((piece.id, progress)),
                Err(error) => failed = Err(error),
            }
            if piece.last {
                streams.remove(&piece.id);
            }
        });
        failed.context("the masked copy")?;
        for (_, stream) in self.streams.iter_mut().filter(|(id, _)| inputs::is_received(**id)) {
            let (copy, alarm) = (self.copy.as_mut(), &mut self.alarm);
            stream.idle(Outputs { copy, alarm, metrics }).context("the masked copy")?;
        }
        self.flush()?;
        for (id, Progress { settled, out }) in done {
            self.follower.done(id, settled, out);
        }
        for trouble in self.follower.take_troubles() {
            self.metrics.troubles.fetch_add(1, Ordering::Relaxed);
            let text = format!("{}: {}", trouble.path.display(), trouble.error);
            messages::warning(&messages::masked(self.setup.rules.engine(), &text));
        }
        self.alarm.tick();
        let held: usize = self.streams.values().map(Stream::pending).sum();
        self.metrics.held.store(held as u64, Ordering::Relaxed);
        let (lag, since) = self.follower.lag();
        let seconds = since.and_then(|since| since.elapsed().ok()).map_or(0, |lag| lag.as_secs());
        self.metrics.lag.store(lag, Ordering::Relaxed);
        self.metrics.lag_seconds.store(seconds, Ordering::Relaxed);
        self.metrics.files.store(self.follower.files() as u64, Ordering::Relaxed);
        self.metrics.ready.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Writes a checkpoint, if it is time and something has changed.
    fn save(&mut self, now: bool) -> Result<()> {
        let Some(path) = &self.asked.state else { return Ok(()) };
        if !now && self.saved.1.is_some_and(|when| when.elapsed() < CHECKPOINT) {
            return Ok(());
        }
        let checkpoint = self.follower.checkpoint();
        if checkpoint != self.saved.0 {
            if let Some(copy) = &mut self.copy {
                copy.sync().context("the masked copy")?;
            }
            checkpoint.save(path).with_context(|| format!("--state {}", path.display()))?;
            self.metrics.checkpoints.fetch_add(1, Ordering::Relaxed);
            self.saved = (checkpoint, Some(Instant::now()));
        }
        Ok(())
    }

    /// Does what SIGHUP asks for: reads everything anew, and begins with a new copy if the old one was rotated.
    fn renew(&mut self) -> Result<()> {
        self.reload();
        if let Some(tls) = &self.tls {
            tls.renew();
        }
        self.copy.as_mut().map_or(Ok(()), Copy::renew)
    }

    /// Reads rules and values anew; what is broken changes nothing, and receivers hear of it.
    fn reload(&mut self) {
        match asking(self.asked).setup() {
            Ok(setup) => {
                self.streams.values_mut().for_each(|stream| stream.reload(&setup));
                self.setup = setup;
                self.metrics.reloads.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                self.metrics.troubles.fetch_add(1, Ordering::Relaxed);
                let text = messages::masked(self.setup.rules.engine(), &format!("{error:#}"));
                messages::error(&format!("the reload failed, and everything stays as it was: {text}"));
                let place = Place { file: "configuration".to_owned(), ..Place::default() };
                self.alarm.trouble(Trouble::Reload, &place, &text);
            }
        }
    }
}

fn asking(asked: &WatchArguments) -> Asked<'_> {
    let WatchArguments { mask, known, config, rules, .. } = asked;
    Asked { mask, known, config, rules, hold_bytes: 64 * 1024 }
}

/// How far an earlier run came. That it can be written is tried now, not when something is to be kept.
fn state(path: &Path) -> Result<Checkpoint> {
    let shown = path.display();
    let checkpoint = Checkpoint::load(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => anyhow!(
            "--state {shown}: it is no state of `keysieve watch`; name another file, or remove it to begin anew"
        ),
        _ => anyhow!("--state {shown}: {error}"),
    })?;
    checkpoint.save(path).with_context(|| format!("--state {shown}"))?;
    Ok(checkpoint)
}

fn listen(sender: SyncSender<Event>) -> Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])
        .context("cannot listen for signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGHUP {
                Event::Reload
            } else {
                forward::end();
                Event::Stop
            };
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}
