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
use super::groups::Groups;
use super::metrics::Metrics;
use super::queue::Queue;
use super::receiver::{self, Answer, Receiver};
use crate::arguments::WatchArguments;
use crate::messages;

/// The first pause after a receiver has failed, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// How long an end waits for what is still to be sent.
const FAREWELL: Duration = Duration::from_secs(2);

/// So many notifications go to a receiver at once; then one a second, because much at a time is one event for people.
const BURST: u32 = 30;

/// So many events are in one notification.
const TOGETHER: usize = 100;

/// Events on their way to a receiver.
#[derive(Clone)]
pub(crate) struct Outbox(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    metrics: Arc<Metrics>,
}

struct State {
    queue: Queue,
    groups: Groups,
    /// Whether nothing waits any more for what may come.
    ending: bool,
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
        let wait = if receiver.takes_several() { asked.alert_group_wait } else { Duration::ZERO };
        let groups = Groups::new(wait, asked.alert_interval);
        outboxes.push(Outbox::start(receiver, groups, file.as_deref(), metrics)?);
    }
    Ok(outboxes)
}

impl Outbox {
    fn start(
        receiver: Receiver,
        groups: Groups,
        file: Option<&Path>,
        metrics: &Arc<Metrics>,
    ) -> Result<Self> {
        let queue = Queue::open(file).with_context(|| {
            file.map_or_else(String::new, |file| format!("--alert-queue: {}", file.display()))
        })?;
        let state = Mutex::new(State { queue, groups, ending: false });
        let outbox = Self(Arc::new(Shared { state, changed: Condvar::new(), metrics: Arc::clone(metrics) }));
        let sender = outbox.clone();
        thread::spawn(move || sender.run(&receiver));
        Ok(outbox)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many events wait.
    pub(crate) fn len(&self) -> usize {
        self.state().queue.len()
    }

    /// Adds an event, without waiting for anything but the disk.
    pub(crate) fn add(&self, event: &Event) {
        let mut state = self.state();
        match state.queue.add(event) {
            Ok(true) => {}
            Ok(false) => _ = self.0.metrics.alerts_failed.fetch_add(1, Ordering::Relaxed),
            Err(error) => messages::error(&format!("the queue of alerts could not be written: {error}")),
        }
        // Whoever sends knows when the others are due.
        let now = Instant::now();
        let first = state.queue.len() == 1;
        if first || state.groups.due(event, now) <= now {
            drop(state);
            self.0.changed.notify_all();
        }
    }

    /// Waits until all is sent, but not for long.
    pub(crate) fn finish(&self) {
        let end = Instant::now() + FAREWELL;
        let mut state = self.state();
        state.ending = true;
        self.0.changed.notify_all();
        while state.queue.len() > 0 {
            let Some(left) = end.checked_duration_since(Instant::now()) else { break };
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Err(error) = state.queue.settle() {
            messages::error(&format!("the queue of alerts could not be written: {error}"));
        }
    }

    /// The events of the next notification; waits for them.
    fn next(&self) -> Vec<Event> {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let State { queue, groups, ending } = &mut *state;
            let due = |event: &Event| if *ending { now } else { groups.due(event, now) };
            // The first that is due, else the first that will be.
            let mut next: Option<(Instant, &Event)> = None;
            for event in queue.waiting() {
                let when = due(event).max(now);
                if next.is_none_or(|(other, _)| when < other) {
                    next = Some((when, event));
                }
                if when == now {
                    break;
                }
            }
            state = match next {
                Some((when, event)) if when == now => {
                    let event = event.clone();
                    return batch(queue, groups, &event);
                }
                Some((when, _)) => {
                    let changed = self.0.changed.wait_timeout(state, when - now);
                    changed.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Sends one notification after the other, for ever.
    fn run(&self, receiver: &Receiver) {
        let mut pause = PAUSES.0;
        let mut pace = Pace::new();
        loop {
            let events = self.next();
            pace.wait();
            let metrics = &self.0.metrics;
            let answer = receiver.send(&events);
            metrics.receiver(receiver.name(), answer == Answer::Taken, now());
            let count = events.len() as u64;
            match answer {
                Answer::Later(asked) => {
                    metrics.alert_retries.fetch_add(1, Ordering::Relaxed);
                    self.state().queue.keep();
                    thread::sleep(asked.unwrap_or(pause));
                    pause = (pause * 2).min(PAUSES.1);
                    continue;
                }
                Answer::Taken => _ = metrics.alerts_sent.fetch_add(count, Ordering::Relaxed),
                Answer::Refused(status) => {
                    metrics.alerts_failed.fetch_add(count, Ordering::Relaxed);
                    messages::error(&format!("a receiver refused an alert with status {status}"));
                }
            }
            pause = PAUSES.0;
            self.arrived(&events);
        }
    }

    /// Notes that events were told, and forgets them.
    fn arrived(&self, events: &[Event]) {
        let mut state = self.state();
        // Of a full notification the rest follows.
        if let Some(event) = events.first().filter(|_| events.len() < TOGETHER) {
            state.groups.speak(&event.group(), Instant::now());
        }
        if let Err(error) = state.queue.forget() {
            messages::error(&format!("the queue of alerts could not be written: {error}"));
        }
        drop(state);
        self.0.changed.notify_all();
    }
}

/// The events of the next notification, of which this one is due: all that wait of its group; of what someone has said
/// the first that is of the same secret, because each is heard by itself.
fn batch(queue: &mut Queue, groups: &Groups, due: &Event) -> Vec<Event> {
    if !groups.together() {
        return queue.send(1, |_| true);
    }
    if Groups::is_said(due) {
        return queue.send(1, |event| event.id == due.id);
    }
    let group = due.group();
    queue.send(TOGETHER, |event| !Groups::is_said(event) && event.group() == group)
}

/// How fast notifications go to a receiver.
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
