//! The verbs `watch` and `alerts`.

mod alarm;
pub(crate) mod alerts;
mod metrics;
mod outbox;
mod stream;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use keysieve_follow::{Checkpoint, Follower, Piece, Start};
use keysieve_stream::Setup;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use self::alarm::Alarm;
use self::metrics::Metrics;
use self::stream::{Copy, Stream};
use crate::arguments::{StartName, WatchArguments};
use crate::exit::Exit;
use crate::stream::setup::Asked;
use crate::{fingerprint_key, messages, session};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How often a checkpoint is written.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// Follows log files until a signal comes.
pub(crate) fn run(asked: &WatchArguments) -> Exit {
    Watch::new(asked).and_then(Watch::follow).unwrap_or_else(|error| session::refuse(&error))
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Stop,
    Reload,
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
    signals: Receiver<Asks>,
    /// What the last checkpoint said, and when.
    saved: (Checkpoint, Instant),
}

impl<'a> Watch<'a> {
    fn new(asked: &'a WatchArguments) -> Result<Self> {
        let setup = asking(asked).setup()?;
        let checkpoint = match &asked.state {
            Some(path) => Checkpoint::load(path).with_context(|| format!("--state {}", path.display()))?,
            None => Checkpoint::default(),
        };
        let start = match asked.start {
            StartName::Beginning => Start::Beginning,
            StartName::End => Start::End,
        };
        let to_stdout = asked.output.as_ref().is_some_and(|path| path.as_os_str() == "-");
        let copy = asked.output.as_deref().map(Copy::open).transpose()?;
        let key = fingerprint_key::read(asked.key.fingerprint_key.as_deref())?;
        let metrics = Arc::new(Metrics::default());
        let outboxes = outbox::open(asked, &metrics)?;
        let alarm = Alarm::new(asked.alerts.as_deref(), !to_stdout, outboxes, key, asked.alert_interval);
        if let Some(address) = asked.listen {
            metrics::serve(address, &metrics).with_context(|| format!("--listen {address}"))?;
        }
        let saved = (checkpoint.clone(), Instant::now());
        let follower = Follower::new(&asked.paths, start, checkpoint)?;
        let signals = listen()?;
        Ok(Self { asked, setup, follower, streams: HashMap::new(), copy, alarm, metrics, signals, saved })
    }

    fn follow(mut self) -> Result<Exit> {
        loop {
            self.round()?;
            self.save(self.asked.once)?;
            if self.asked.once {
                break;
            }
            match self.signals.recv_timeout(LOOK) {
                Ok(Asks::Stop) => {
                    self.save(true)?;
                    break;
                }
                Ok(Asks::Reload) => self.reload(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("no signals come any more"),
            }
        }
        self.alarm.finish();
        Ok(if self.metrics.troubles.load(Ordering::Relaxed) > 0 && self.asked.once {
            Exit::Internal
        } else {
            Exit::Clean
        })
    }

    /// Takes what is new in every file.
    fn round(&mut self) -> Result<()> {
        let (setup, streams, copy, alarm) = (&self.setup, &mut self.streams, &mut self.copy, &mut self.alarm);
        let metrics = &*self.metrics;
        let mut done: Vec<(u64, u64)> = Vec::new();
        let mut failed: io::Result<()> = Ok(());
        self.follower.poll(&mut |piece: Piece<'_>| {
            if failed.is_err() {
                return;
            }
            let stream = streams.entry(piece.id).or_insert_with(|| Stream::new(setup, &piece));
            match stream.piece(&piece, copy.as_mut(), alarm, metrics) {
                Ok(settled) => done.push((piece.id, settled)),
                Err(error) => failed = Err(error),
            }
            if piece.last {
                streams.remove(&piece.id);
            }
        });
        failed.context("the masked copy")?;
        for (id, offset) in done {
            self.follower.done(id, offset);
        }
        for trouble in self.follower.take_troubles() {
            self.metrics.troubles.fetch_add(1, Ordering::Relaxed);
            let text = format!("{}: {}", trouble.path.display(), trouble.error);
            messages::warning(&messages::masked(self.setup.rules.engine(), &text));
        }
        self.alarm.tick(&self.metrics);
        self.metrics.lag.store(self.follower.lag(), Ordering::Relaxed);
        self.metrics.files.store(self.follower.files() as u64, Ordering::Relaxed);
        self.metrics.ready.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Writes a checkpoint, if it is time and something has changed.
    fn save(&mut self, now: bool) -> Result<()> {
        let Some(path) = &self.asked.state else { return Ok(()) };
        if !now && self.saved.1.elapsed() < CHECKPOINT {
            return Ok(());
        }
        let checkpoint = self.follower.checkpoint();
        if checkpoint != self.saved.0 {
            if let Some(copy) = &mut self.copy {
                copy.sync().context("the masked copy")?;
            }
            checkpoint.save(path).with_context(|| format!("--state {}", path.display()))?;
            self.metrics.checkpoints.fetch_add(1, Ordering::Relaxed);
        }
        self.saved = (checkpoint, Instant::now());
        Ok(())
    }

    /// Reads rules and values anew; what is broken changes nothing.
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
            }
        }
    }
}

fn asking(asked: &WatchArguments) -> Asked<'_> {
    let WatchArguments { mask, known, config, rules, .. } = asked;
    Asked { mask, known, config, rules, hold_bytes: 0 }
}

fn listen() -> Result<Receiver<Asks>> {
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])
        .context("cannot listen for signals")?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for signal in signals.forever() {
            let asks = if signal == SIGHUP { Asks::Reload } else { Asks::Stop };
            if sender.send(asks).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}
