//! Events that wait for a receiver: so many at most, in a file if asked for, so that a restart sends them.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use keysieve_alerts::{Event, Kind};

/// So many events wait; what comes then is not kept.
const MOST: usize = 10_000;

/// So many lines of the file may be of events that wait no more; then it is written anew.
const STALE: usize = 256;

/// Events that wait for a receiver.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Those on their way.
    sending: Vec<Event>,
    events: VecDeque<Event>,
    file: Option<(PathBuf, File)>,
    /// How many lines the file has.
    lines: usize,
}

impl Queue {
    /// With what an earlier run has left in a file.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let events = match fs::read(path) {
            Ok(bytes) => {
                let lines = bytes.split(|&byte| byte == b'\n');
                lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => VecDeque::new(),
            Err(error) => return Err(error),
        };
        let mut this = Self { events, ..Self::default() };
        this.write(path)?;
        Ok(this)
    }

    /// Adds an event. Whether it is kept; if there are too many it is not. How often a secret goes on leaking is said once,
    /// with the last count.
    pub(crate) fn add(&mut self, event: &Event) -> io::Result<bool> {
        let waits = |other: &&mut Event| other.id == event.id && other.kind == Kind::Summary;
        let older = (event.kind == Kind::Summary).then(|| self.events.iter_mut().find(waits));
        if let Some(older) = older.flatten() {
            *older = event.clone();
        } else if self.len() < MOST {
            self.events.push_back(event.clone());
        } else {
            return Ok(false);
        }
        if let Some((_, file)) = &mut self.file {
            let mut line = serde_json::to_vec(event)?;
            line.push(b'\n');
            file.write_all(&line)?;
            self.lines += 1;
        }
        self.tidy().map(|()| true)
    }

    /// What waits, in order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// How many events wait or are on their way.
    pub(crate) fn len(&self) -> usize {
        self.sending.len() + self.events.len()
    }

    /// Sends off the events that are picked, at most so many, in order. They are kept until they have arrived.
    pub(crate) fn send(&mut self, most: usize, mut picked: impl FnMut(&Event) -> bool) -> Vec<Event> {
        let (sending, events) = (&mut self.sending, &mut self.events);
        events.retain(|event| {
            let goes = sending.len() < most && picked(event);
            if goes {
                sending.push(event.clone());
            }
            !goes
        });
        self.sending.clone()
    }

    /// Puts what did not arrive back to its place.
    pub(crate) fn keep(&mut self) {
        for event in self.sending.drain(..).rev() {
            self.events.push_front(event);
        }
    }

    /// Forgets what has arrived. After a crash it may be sent once more.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        self.sending.clear();
        self.tidy()
    }

    /// Leaves in the file what waits, and nothing else.
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        match self.file.take() {
            Some((path, _)) => self.write(&path),
            None => Ok(()),
        }
    }

    /// Writes the file anew when most of it is of no use, so that no event costs more than a line.
    fn tidy(&mut self) -> io::Result<()> {
        let stale = self.lines.saturating_sub(self.len());
        let due = stale > STALE + self.len() || self.len() == 0 && stale > 0;
        match self.file.take() {
            Some((path, _)) if due => self.write(&path),
            file => {
                self.file = file;
                Ok(())
            }
        }
    }

    fn write(&mut self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut bytes = Vec::new();
        for event in self.sending.iter().chain(&self.events) {
            serde_json::to_writer(&mut bytes, event)?;
            bytes.push(b'\n');
        }
        let mut new = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        new.write_all(&bytes)?;
        fs::rename(&beside, path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        (self.file, self.lines) = (Some((path.to_owned(), file)), self.len());
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use keysieve_alerts::Place;
    use keysieve_finding::{Confidence, Severity};

    use super::*;

    pub(crate) fn event(id: usize, kind: Kind, count: u64) -> Event {
        Event {
            schema_version: 1,
            kind,
            id: format!("ks1:{id}"),
            time: 1,
            rule: "r".to_owned(),
            severity: Severity::High,
            confidence: Confidence::High,
            source: Place::default(),
            excerpt: String::new(),
            count,
            first_seen: 1,
            last_seen: 1,
            advice: String::new(),
            reason: String::new(),
            silenced: false,
        }
    }

    fn first(queue: &mut Queue) -> Option<Event> {
        queue.send(1, |_| true).pop()
    }

    #[test]
    fn what_waits_is_bounded_and_outlives_the_process() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("queue.jsonl");
        let mut queue = Queue::open(Some(&path)).unwrap();
        for id in 0..MOST + 5 {
            assert_eq!(queue.add(&event(id, Kind::Firing, 1)).unwrap(), id < MOST);
        }
        for _ in 0..MOST - 3 {
            assert!(first(&mut queue).is_some());
            queue.forget().unwrap();
        }
        for count in 2..2000 {
            assert!(queue.add(&event(9_999, Kind::Summary, count)).unwrap());
        }
        assert_eq!(queue.len(), 4, "one summary, the last");
        assert!(queue.lines <= queue.len() * 2 + STALE + 1, "{}", queue.lines);
        drop(queue);
        let mut again = Queue::open(Some(&path)).unwrap();
        while let Some(first) = first(&mut again) {
            assert!(first.id != "ks1:9999" || first.kind == Kind::Firing || first.count > 1);
            again.forget().unwrap();
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn what_is_on_its_way_is_kept_until_it_has_arrived() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("queue.jsonl");
        let mut queue = Queue::open(Some(&path)).unwrap();
        (0..6).for_each(|id| _ = queue.add(&event(id, Kind::Firing, 1)).unwrap());
        let ids = |events: &[Event]| events.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
        let even = |event: &Event| event.id.ends_with(['0', '2', '4']);
        assert_eq!(ids(&queue.send(2, even)), ["ks1:0", "ks1:2"]);
        assert_eq!(queue.len(), 6);
        queue.settle().unwrap();
        assert_eq!(Queue::open(Some(&path)).unwrap().len(), 6);
        queue.keep();
        assert_eq!(ids(&queue.send(3, |_| true)), ["ks1:0", "ks1:2", "ks1:1"]);
        queue.forget().unwrap();
        assert_eq!(queue.waiting().count(), 3);
    }
}
