//! What of the things that were found is new.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use keysieve_finding::{GitPart, ObjectId, Origin};
use keysieve_source::Sighted;

use super::commits::Commits;
use super::step::{Change, Path, Step};
use crate::object::Kind;
use crate::objects::Reader;
use crate::tree::{Entries, EntryKind};

/// Secrets shorter than this may stand anywhere by chance: where they were before proves nothing.
const MOVED: usize = 8;

/// How many blobs of removed directories are looked through for what may have been moved.
const MOST_REMOVED: usize = 20_000;

/// A place that is new: by step and change.
pub(super) type Fresh = (usize, usize);

/// Secrets on changed lines of a step, each with its places: the change and the sighting.
type Unsettled<'j> = BTreeMap<&'j [u8], Vec<(usize, usize)>>;

/// Tells for each sighting at which of its places it is new.
pub(super) struct Judge<'j, 'a> {
    reader: &'j mut Reader<'a>,
    steps: &'j [Step],
    commits: &'j Commits,
    sighted: &'j [Sighted<'j>],
    /// Whether every place of a blob counts, whatever its lines are.
    whole: bool,
    by_blob: HashMap<ObjectId, Vec<usize>>,
    by_path: HashMap<Path, Vec<usize>>,
    /// Whether a secret in a blob at a path is new: those that were judged.
    known: HashMap<(Path, ObjectId, Vec<u8>), bool>,
}

/// Which lines of a blob a parent's version has, too.
pub(super) struct Lines {
    /// Where each line begins, and the end.
    starts: Vec<usize>,
    old: Vec<bool>,
}

impl Lines {
    pub(super) fn of(new: &[u8], old: &[u8]) -> Self {
        let mut counts: HashMap<&[u8], usize> = HashMap::new();
        // Line ends may have been converted.
        let bare = |line| <[u8]>::strip_suffix(line, b"\r").unwrap_or(line);
        old.split(|&byte| byte == b'\n').for_each(|line| *counts.entry(bare(line)).or_default() += 1);
        let mut lines = Self { starts: vec![0], old: Vec::new() };
        for line in new.split(|&byte| byte == b'\n') {
            let known = counts.get_mut(bare(line)).filter(|count| **count > 0);
            lines.old.push(known.map(|count| *count -= 1).is_some());
            lines.starts.push(lines.starts.last().map_or(0, |start| start + line.len() + 1));
        }
        lines
    }

    /// Whether all lines that a range touches are there already.
    pub(super) fn has(&self, range: &Range<usize>) -> bool {
        let first = self.starts.partition_point(|start| *start <= range.start).saturating_sub(1);
        let last = self.starts.partition_point(|start| *start < range.end.max(range.start + 1));
        self.old.get(first..last.min(self.old.len())).is_some_and(|lines| lines.iter().all(|old| *old))
    }
}

impl<'j, 'a> Judge<'j, 'a> {
    pub(super) fn new(
        reader: &'j mut Reader<'a>,
        steps: &'j [Step],
        commits: &'j Commits,
        sighted: &'j [Sighted<'j>],
        whole: bool,
    ) -> Self {
        let (mut by_blob, mut by_path): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
        for (at, sighted) in sighted.iter().enumerate() {
            match outermost(sighted.origin) {
                Origin::Git { id, part: GitPart::Blob, .. } => by_blob.entry(*id).or_default().push(at),
                Origin::File { path } => by_path.entry(Arc::clone(path)).or_default().push(at),
                _ => {}
            }
        }
        Self { reader, steps, commits, sighted, whole, by_blob, by_path, known: HashMap::new() }
    }

    /// For each sighting the places where it is new, the oldest first.
    pub(super) fn run(mut self) -> Vec<Vec<Fresh>> {
        let mut fresh = vec![Vec::new(); self.sighted.len()];
        for (number, step) in self.steps.iter().enumerate() {
            let mut unsettled = Unsettled::new();
            for (at, change) in step.changes.iter().enumerate() {
                let found = self.found_in(change);
                if found.is_empty() {
                    continue;
                }
                let lines = self.lines(change);
                for sighting in found {
                    let seen = &self.sighted[sighting];
                    match self.unchanged(step, change, seen, &lines) {
                        Some(new) => self.settle((number, at), sighting, new, &mut fresh),
                        None => unsettled.entry(seen.secret.expose()).or_default().push((at, sighting)),
                    }
                }
            }
            self.moved(number, unsettled, &mut fresh);
        }
        fresh
    }

    fn settle(&mut self, place: Fresh, sighting: usize, new: bool, fresh: &mut [Vec<Fresh>]) {
        let change = &self.steps[place.0].changes[place.1];
        let secret = self.sighted[sighting].secret.expose().to_vec();
        let known = self.known.entry((Arc::clone(&change.path), change.blob, secret)).or_default();
        *known |= new;
        if new {
            fresh[sighting].push(place);
        }
    }

    fn found_in(&self, change: &Change) -> Vec<usize> {
        let by_blob = self.by_blob.get(&change.blob).into_iter().flatten();
        by_blob.chain(self.by_path.get(&change.path).into_iter().flatten()).copied().collect()
    }

    /// What the versions of all parents have of it.
    fn lines(&mut self, change: &Change) -> Vec<Option<Lines>> {
        if self.whole || change.before.iter().all(Option::is_none) {
            return Vec::new();
        }
        let Ok(new) = self.reader.load_as(change.blob, Kind::Blob) else { return Vec::new() };
        let old = change.before.iter().map(|before| {
            let old = self.reader.load_as((*before)?, Kind::Blob).ok()?;
            Some(Lines::of(&new, &old))
        });
        old.collect()
    }

    /// Whether something stands as it did in a parent; then whether it was new there. None if it does not.
    fn unchanged(
        &self,
        step: &Step,
        change: &Change,
        seen: &Sighted<'_>,
        lines: &[Option<Lines>],
    ) -> Option<bool> {
        if self.whole {
            return Some(true);
        }
        let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
        let range = at(seen.byte_start)..at(seen.byte_end);
        // What is in a container has no lines of its own: it is as old as the container.
        let plain = !matches!(seen.origin, Origin::Entry { .. });
        let parents: Vec<ObjectId> = (0..)
            .zip(lines)
            .filter(|(_, lines)| plain && lines.as_ref().is_some_and(|lines| lines.has(&range)))
            .filter_map(|(parent, _): (usize, _)| change.before[parent])
            .collect();
        if parents.is_empty() {
            return None;
        }
        // If any parent had it outside of what was chosen, it is not new.
        let secret = seen.secret.expose();
        let was_new = |blob: &ObjectId| self.was_new(step, &change.path, *blob, secret);
        Some(parents.iter().all(was_new))
    }

    /// Whether a secret was new in a blob that a parent has: then it came with an earlier step.
    fn was_new(&self, step: &Step, path: &Path, blob: ObjectId, secret: &[u8]) -> bool {
        let commit = step.commit.and_then(|number| self.commits.all.get(number as usize));
        // Without a parent among what was chosen nothing can have been new before.
        let inside = commit.is_some_and(|commit| {
            commit.parents.iter().any(|parent| self.commits.numbers.contains_key(parent))
        });
        inside && self.known.get(&(Arc::clone(path), blob, secret.to_vec())).copied().unwrap_or(false)
    }

    /// Settles what stands on changed lines: as many places of a secret as were taken away in the same step were moved,
    /// the others are new.
    fn moved(&mut self, number: usize, unsettled: Unsettled<'_>, fresh: &mut [Vec<Fresh>]) {
        let step = &self.steps[number];
        let removed = if unsettled.is_empty() { Vec::new() } else { self.removed(step) };
        let (mut sources, mut standing) = (HashMap::<&[u8], Vec<(Path, ObjectId)>>::new(), HashMap::new());
        for (path, blob) in removed {
            let Ok(bytes) = self.reader.load_as(blob, Kind::Blob) else { continue };
            for secret in unsettled.keys().filter(|secret| secret.len() >= MOVED) {
                let times = count_of(&bytes, secret);
                let places = (0..times).map(|_| (Arc::clone(&path), blob));
                sources.entry(*secret).or_default().extend(places);
            }
        }
        sources.retain(|_, places| !places.is_empty());
        for change in step.changes.iter().filter(|_| !sources.is_empty()) {
            let Ok(bytes) = self.reader.load_as(change.blob, Kind::Blob) else { continue };
            for secret in sources.keys() {
                *standing.entry(*secret).or_default() += count_of(&bytes, secret);
            }
        }
        for (secret, places) in unsettled {
            let sources = sources.remove(secret).unwrap_or_default();
            // Each place that stands as it did uses up what it stood as.
            let stayed = standing.get(secret).copied().unwrap_or(0_usize).saturating_sub(places.len());
            let mut sources = sources.into_iter().skip(stayed);
            for (at, sighting) in places {
                let new = match sources.next() {
                    Some((path, blob)) => self.was_new(step, &path, blob, secret),
                    None => true,
                };
                self.settle((number, at), sighting, new, fresh);
            }
        }
    }

    /// The blobs that a step takes away or changes.
    fn removed(&mut self, step: &Step) -> Vec<(Path, ObjectId)> {
        let mut blobs = Vec::new();
        let mut waiting: Vec<(Path, EntryKind, ObjectId)> = step
            .removed
            .iter()
            .rev()
            .map(|removed| (Arc::clone(&removed.path), removed.kind, removed.id))
            .collect();
        // Of several parents only what stood at the same path is known.
        if step.removed.is_empty() {
            for change in step.changes.iter().rev() {
                let before = change.before.iter().flatten().next();
                waiting.extend(before.map(|blob| (Arc::clone(&change.path), EntryKind::Blob, *blob)));
            }
        }
        while let Some((path, kind, id)) = waiting.pop() {
            if blobs.len() >= MOST_REMOVED {
                break;
            }
            match kind {
                EntryKind::Submodule => {}
                EntryKind::Blob => blobs.push((path, id)),
                EntryKind::Tree => {
                    let Ok(bytes) = self.reader.load_as(id, Kind::Tree) else { continue };
                    let entries: Vec<_> = Entries::of(&bytes, id.as_bytes().len()).collect();
                    for entry in entries.iter().rev() {
                        let whole = [&path, &b"/"[..], entry.name].concat();
                        let id = ObjectId::from_bytes(entry.id);
                        waiting.extend(id.map(|id| (whole.into(), entry.kind, id)));
                    }
                }
            }
        }
        blobs
    }
}

/// The object in which everything else is contained.
pub(super) fn outermost(origin: &Origin) -> &Origin {
    match origin {
        Origin::Entry { outer, .. } => outermost(outer),
        other => other,
    }
}

/// How often a secret stands in some bytes, by itself: not as a part of a longer word.
fn count_of(bytes: &[u8], secret: &[u8]) -> usize {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    memchr::memmem::find_iter(bytes, secret)
        .filter(|at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            !word(before) && !word(bytes.get(at + secret.len()))
        })
        .count()
}
