//! Events on their way to a receiver: a bounded queue, and a thread that empties it.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use keysieve_alerts::Event;

use super::alarm::now;
use super::metrics::Metrics;
use super::queue::Queue;
use super::receiver::{self, Answer, Receiver};
use crate::arguments::WatchArguments;
use crate::messages;

/// The first pause after a receiver has failed, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// How long an end waits for what is still to be sent.
const FAREWELL: Duration = Duration::from_secs(2);

/// So many events go to a receiver at once; then one a second, because many secrets at a time are one event for people.
const BURST: u32 = 30;

/// Events on their way to a receiver.
#[derive(Clone)]
pub(crate) struct Outbox(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    metrics: Arc<Metrics>,
}

/// One for each receiver that is asked for.
pub(crate) fn open(asked: &WatchArguments, metrics: &Arc<Metrics>) -> Result<Vec<Outbox>> {
    let receivers = receiver::all(asked)?;
    if let Some(directory) = &asked.alert_queue {
        fs::create_dir_all(directory).with_context(|| format!("--alert-queue {}", directory.display()))?;
    }
    let mut outboxes = Vec::new();
    for (index, receiver) in receivers.into_iter().enumerate() {
        let file =
            asked.alert_queue.as_ref().map(|directory| directory.join(format!("webhook-{index}.jsonl")));
        outboxes.push(Outbox::start(receiver, file.as_deref(), metrics)?);
    }
    Ok(outboxes)
}

impl Outbox {
    fn start(receiver: Receiver, file: Option<&Path>, metrics: &Arc<Metrics>) -> Result<Self> {
        let queue = Queue::open(file).with_context(|| {
            file.map_or_else(String::new, |file| format!("--alert-queue: {}", file.display()))
        })?;
        let (queue, changed) = (Mutex::new(queue), Condvar::new());
        let outbox = Self(Arc::new(Shared { queue, changed, metrics: Arc::clone(metrics) }));
        let sender = outbox.clone();
        thread::spawn(move || sender.run(&receiver));
        Ok(outbox)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many events wait.
    pub(crate) fn len(&self) -> usize {
        self.queue().len()
    }

    /// Adds an event, without waiting for anything but the disk.
    pub(crate) fn add(&self, event: &Event) {
        match self.queue().add(event) {
            Ok(true) => {}
            Ok(false) => _ = self.0.metrics.alerts_failed.fetch_add(1, Ordering::Relaxed),
            Err(error) => messages::error(&format!("the queue of alerts could not be written: {error}")),
        }
        self.0.changed.notify_all();
    }

    /// Waits until all is sent, but not for long.
    pub(crate) fn finish(&self) {
        let end = Instant::now() + FAREWELL;
        let mut queue = self.queue();
        while queue.front().is_some() {
            let Some(left) = end.checked_duration_since(Instant::now()) else { break };
            queue = self.0.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Err(error) = queue.settle() {
            messages::error(&format!("the queue of alerts could not be written: {error}"));
        }
    }

    /// The next event; waits for one.
    fn next(&self) -> Event {
        let mut queue = self.queue();
        loop {
            if let Some(event) = queue.front() {
                return event.clone();
            }
            queue = self.0.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends one event after the other, for ever.
    fn run(&self, receiver: &Receiver) {
        let mut pause = PAUSES.0;
        let mut pace = Pace::new();
        loop {
            let event = self.next();
            pace.wait();
            let metrics = &self.0.metrics;
            let answer = receiver.send(&event);
            metrics.receiver(receiver.name(), answer == Answer::Taken, now());
            match answer {
                Answer::Later(asked) => {
                    metrics.alert_retries.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(asked.unwrap_or(pause));
                    pause = (pause * 2).min(PAUSES.1);
                    continue;
                }
                Answer::Taken => _ = metrics.alerts_sent.fetch_add(1, Ordering::Relaxed),
                Answer::Refused(status) => {
                    metrics.alerts_failed.fetch_add(1, Ordering::Relaxed);
                    messages::error(&format!("a receiver refused an alert with status {status}"));
                }
            }
            pause = PAUSES.0;
            if let Err(error) = self.queue().pop() {
                messages::error(&format!("the queue of alerts could not be written: {error}"));
            }
            self.0.changed.notify_all();
        }
    }
}

/// How fast events go to a receiver.
struct Pace {
    left: u32,
    since: Instant,
}

impl Pace {
    fn new() -> Self {
        Self { left: BURST, since: Instant::now() }
    }

    /// Waits until one more may go.
    fn wait(&mut self) {
        let earned = u32::try_from(self.since.elapsed().as_secs()).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(earned).min(BURST);
        if earned > 0 {
            self.since = Instant::now();
        }
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => {
                thread::sleep(Duration::from_secs(1));
                self.since = Instant::now();
            }
        }
    }
}
