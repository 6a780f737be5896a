//! Events on their way to a webhook: a bounded queue, on disk if asked for, and a thread that empties it.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use keysieve_alerts::{Event, Format, signature};

use super::metrics::Metrics;
use crate::arguments::WatchArguments;
use crate::messages;

/// So many events wait; what comes then is counted as failed.
const MOST: usize = 10_000;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long an end waits for what is still to be sent.
const FAREWELL: Duration = Duration::from_secs(2);

/// One webhook.
struct Webhook {
    format: Format,
    url: String,
    signing_key: Option<Vec<u8>>,
    routing_key: String,
}

/// Events on their way to a webhook.
#[derive(Clone)]
pub(crate) struct Outbox(Arc<Shared>);

struct Shared {
    queue: Mutex<VecDeque<Event>>,
    changed: Condvar,
    file: Option<PathBuf>,
    metrics: Arc<Metrics>,
}

/// One for each webhook that is asked for.
pub(crate) fn open(asked: &WatchArguments, metrics: &Arc<Metrics>) -> Result<Vec<Outbox>> {
    let read = |path: &Option<PathBuf>, option: &str| -> Result<Option<Vec<u8>>> {
        let Some(path) = path else { return Ok(None) };
        let key = fs::read(path).with_context(|| format!("{option} {}", path.display()))?;
        Ok(Some(key.trim_ascii().to_vec()))
    };
    let signing_key = read(&asked.alert_signing_key, "--alert-signing-key")?;
    let routing_key = read(&asked.pagerduty_key, "--pagerduty-key")?.unwrap_or_default();
    if let Some(directory) = &asked.alert_queue {
        fs::create_dir_all(directory).with_context(|| format!("--alert-queue {}", directory.display()))?;
    }
    let mut outboxes = Vec::new();
    for (index, webhook) in asked.webhooks.iter().enumerate() {
        // The URL of a webhook is a secret.
        let wrong = || anyhow!("--alert-webhook, number {}: expected FORMAT=URL", index + 1);
        let (format, url) = webhook.split_once('=').ok_or_else(wrong)?;
        let format = format.parse::<Format>().with_context(|| wrong().to_string())?;
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(wrong());
        }
        let file =
            asked.alert_queue.as_ref().map(|directory| directory.join(format!("webhook-{index}.jsonl")));
        let webhook = Webhook {
            format,
            url: url.to_owned(),
            signing_key: signing_key.clone(),
            routing_key: String::from_utf8_lossy(&routing_key).into_owned(),
        };
        outboxes.push(Outbox::start(webhook, file, metrics)?);
    }
    Ok(outboxes)
}

impl Outbox {
    fn start(webhook: Webhook, file: Option<PathBuf>, metrics: &Arc<Metrics>) -> Result<Self> {
        let queue = match &file {
            Some(file) => load(file).with_context(|| format!("--alert-queue: {}", file.display()))?,
            None => VecDeque::new(),
        };
        let (queue, changed) = (Mutex::new(queue), Condvar::new());
        let outbox = Self(Arc::new(Shared { queue, changed, file, metrics: Arc::clone(metrics) }));
        let sender = outbox.clone();
        thread::spawn(move || sender.send(&webhook));
        Ok(outbox)
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds events, without waiting for anything but the disk.
    pub(crate) fn add(&self, events: &[Event]) {
        let mut queue = self.queue();
        for event in events {
            if queue.len() < MOST {
                queue.push_back(event.clone());
            } else {
                self.0.metrics.alerts_failed.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.save(&queue);
        self.0.changed.notify_all();
    }

    fn save(&self, queue: &VecDeque<Event>) {
        let Some(file) = &self.0.file else { return };
        if let Err(error) = save(file, queue) {
            messages::error(&format!("the queue of alerts could not be written: {error}"));
        }
    }

    /// Waits until all is sent, but not for long.
    pub(crate) fn finish(&self) {
        let end = Instant::now() + FAREWELL;
        let mut queue = self.queue();
        while !queue.is_empty() {
            let Some(left) = end.checked_duration_since(Instant::now()) else { return };
            queue = self.0.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Sends one event after the other, for ever.
    fn send(&self, webhook: &Webhook) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .into();
        let mut pause = Duration::from_secs(1);
        loop {
            let event = {
                let mut queue = self.queue();
                loop {
                    if let Some(event) = queue.front() {
                        break event.clone();
                    }
                    queue = self.0.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                }
            };
            let status = post(&agent, webhook, &event);
            let again = match status {
                Some(status) => status == 408 || status == 429 || status >= 500,
                None => true,
            };
            if again {
                thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
                continue;
            }
            pause = Duration::from_secs(1);
            let sent = status.is_some_and(|status| (200..300).contains(&status));
            let metrics = &self.0.metrics;
            let counter = if sent { &metrics.alerts_sent } else { &metrics.alerts_failed };
            counter.fetch_add(1, Ordering::Relaxed);
            if let (false, Some(status)) = (sent, status) {
                messages::error(&format!("a webhook refused an alert with status {status}"));
            }
            let mut queue = self.queue();
            queue.pop_front();
            self.save(&queue);
            self.0.changed.notify_all();
        }
    }
}

/// Sends an event; gives the status of the answer, if there was one.
fn post(agent: &ureq::Agent, webhook: &Webhook, event: &Event) -> Option<u16> {
    let body = webhook.format.body(event, &webhook.routing_key).to_string();
    let mut request = agent.post(&webhook.url).header("Content-Type", "application/json");
    if let (Format::Json, Some(key)) = (webhook.format, &webhook.signing_key) {
        request = request.header("X-Keysieve-Signature", signature(key, body.as_bytes()));
    }
    request.send(body.as_bytes()).ok().map(|answer| answer.status().as_u16())
}

fn load(file: &Path) -> io::Result<VecDeque<Event>> {
    match fs::read(file) {
        Ok(bytes) => Ok(bytes
            .split(|&byte| byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(VecDeque::new()),
        Err(error) => Err(error),
    }
}

fn save(file: &Path, queue: &VecDeque<Event>) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut bytes = Vec::new();
    for event in queue {
        serde_json::to_writer(&mut bytes, event)?;
        bytes.push(b'\n');
    }
    let mut new = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    new.write_all(&bytes)?;
    fs::rename(&beside, file)
}
