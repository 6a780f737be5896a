//! Which findings are known.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use keysieve_finding::{Fingerprint, MaskKind, Secret};
use sha1::{Digest, Sha1};

use super::{Baseline, BaselineEntry, Place, What};
use crate::Date;
use crate::foreign_rules::may_be;

/// What entries are looked up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Print(Fingerprint),
    Value(Secret),
    Sha1([u8; 20]),
    Line(u64),
}

impl Key {
    fn of(entry: &BaselineEntry) -> Self {
        match &entry.what {
            What::Print(print) => Self::Print(*print),
            What::Value(secret) => Self::value(secret.expose()),
            What::Sha1(hash) => Self::Sha1(*hash),
            What::Line(line) => Self::Line(*line),
        }
    }

    fn value(bytes: &[u8]) -> Self {
        Self::Value(Secret::new(bytes, MaskKind::Password))
    }
}

impl Baseline {
    /// For each place, the index of the entry that knows it. The places are all that a run would report, in its order.
    pub(crate) fn settle(&self, places: &[Place<'_>], today: Date) -> Vec<Option<usize>> {
        let mut settling = Settling::new(self, places, today);
        settling.in_place();
        settling.moved();
        settling.renamed();
        for entry in settling.known.iter().flatten() {
            self.entries[*entry].used.fetch_add(1, Ordering::Relaxed);
        }
        settling.known
    }

    /// Under what a place could be known: its fingerprint and those under its rule's former ids, its value, its line.
    fn keys(&self, place: &Place<'_>, hashed: bool) -> Vec<Key> {
        let secret = place.secret.expose();
        let mut keys = vec![Key::Print(place.fingerprint)];
        if place.secret.is_withheld() {
            keys.extend(place.former.iter().copied().map(Key::Print));
            keys.push(Key::Line(place.line));
            return keys;
        }
        for alias in &place.rule.aliases {
            keys.push(Key::Print(match place.unvalued {
                None => Fingerprint::of_secret(&self.key, alias, secret),
                Some((name, ordinal)) => {
                    Fingerprint::of_place(&self.key, alias, place.path.as_bytes(), name, ordinal)
                }
            }));
        }
        keys.push(Key::value(secret));
        if hashed {
            keys.push(Key::Sha1(Sha1::digest(secret).into()));
        }
        keys.push(Key::Line(place.line));
        keys
    }
}

/// The entries under a key, and how many of the first of them have nothing left: so that a secret with a great many
/// entries is not looked through once for each of its places.
#[derive(Default)]
struct Shelf {
    entries: Vec<usize>,
    empty: usize,
}

impl Shelf {
    fn first(&mut self, left: &[u64]) -> Option<usize> {
        while self.entries.get(self.empty).is_some_and(|&entry| left[entry] == 0) {
            self.empty += 1;
        }
        self.entries.get(self.empty).copied()
    }
}

struct Settling<'a> {
    baseline: &'a Baseline,
    places: &'a [Place<'a>],
    /// Under what each place could be known.
    keys: Vec<Vec<Key>>,
    /// Entries by key and path.
    in_place: HashMap<(Key, &'a str), Shelf>,
    /// Entries by key alone.
    anywhere: HashMap<Key, Shelf>,
    /// How many findings of each entry have not been seen.
    left: Vec<u64>,
    known: Vec<Option<usize>>,
}

impl<'a> Settling<'a> {
    fn new(baseline: &'a Baseline, places: &'a [Place<'a>], today: Date) -> Self {
        let mut in_place: HashMap<(Key, &'a str), Shelf> = HashMap::new();
        let mut anywhere: HashMap<Key, Shelf> = HashMap::new();
        let mut left = Vec::with_capacity(baseline.entries.len());
        for (index, entry) in baseline.entries.iter().enumerate() {
            let expired = entry.attributes.expired(today);
            left.push(if expired { 0 } else { entry.count });
            if expired {
                continue;
            }
            let key = Key::of(entry);
            in_place.entry((key.clone(), entry.path.as_str())).or_default().entries.push(index);
            // What stands for any number of findings of a file would otherwise stand for those of every file.
            let follows = !entry.is_endless() || baseline.by_secret;
            if follows && !matches!(key, Key::Line(_)) {
                anywhere.entry(key).or_default().entries.push(index);
            }
        }
        let hashed = baseline.entries.iter().any(|entry| matches!(entry.what, What::Sha1(_)));
        let keys = places.iter().map(|place| baseline.keys(place, hashed)).collect();
        Self { baseline, places, keys, in_place, anywhere, left, known: vec![None; places.len()] }
    }

    /// Places that are where the baseline says.
    fn in_place(&mut self) {
        let rules: HashSet<&str> = self.places.iter().map(|place| place.rule.id.as_str()).collect();
        for (at, place) in self.places.iter().enumerate() {
            for key in &self.keys[at] {
                let Some(shelf) = self.in_place.get_mut(&(key.clone(), place.path)) else { continue };
                let Some(index) = shelf.first(&self.left) else { continue };
                // A line may hold two findings. Rules of other tools have other names, so a name tells them apart only
                // if it is one of ours.
                let rule = self.baseline.entries[index].rule.as_str();
                let other = rule != place.rule.id && rules.contains(rule);
                if matches!(key, Key::Line(_)) && (other || !may_be(rule, &place.rule.id)) {
                    continue;
                }
                self.known[at] = Some(index);
                break;
            }
            self.take(at);
        }
    }

    /// Places of a secret that is not any more where the baseline says; and, if that is wanted, of any that is known.
    fn moved(&mut self) {
        for at in 0..self.places.len() {
            if self.known[at].is_some() {
                continue;
            }
            for key in &self.keys[at] {
                let Some(shelf) = self.anywhere.get_mut(key) else { continue };
                self.known[at] = shelf.first(&self.left);
                if self.known[at].is_some() {
                    self.take(at);
                    break;
                }
                if self.baseline.by_secret {
                    self.known[at] = shelf.entries.first().copied();
                }
            }
        }
    }

    /// Places whose fingerprint holds the path, because the value could be guessed from its own, in a file that was
    /// renamed: nothing of its old path is there any more, and either it kept its name and went elsewhere, or another
    /// secret, known by its value, went from the same old path to the same new one.
    fn renamed(&mut self) {
        if self
            .places
            .iter()
            .zip(&self.known)
            .all(|(place, known)| place.unvalued.is_none() || known.is_some())
        {
            return;
        }
        let baseline = self.baseline;
        let mut went: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (place, known) in self.places.iter().zip(&self.known) {
            if let Some(known) =
                known.map(|known| &baseline.entries[known]).filter(|known| known.path != place.path)
            {
                went.entry(place.path).or_default().insert(known.path.as_str());
            }
        }
        let there: HashSet<&str> = self.places.iter().map(|place| place.path).collect();
        let mut by_name: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (entry, left) in baseline.entries.iter().zip(&self.left) {
            if *left > 0 && matches!(entry.what, What::Print(_)) && !there.contains(entry.path.as_str()) {
                by_name.entry(file_name(&entry.path)).or_default().insert(entry.path.as_str());
            }
        }
        for (at, place) in self.places.iter().enumerate() {
            let (None, Some((name, ordinal))) = (self.known[at], place.unvalued) else { continue };
            let mut old: Vec<&str> =
                by_name.get(file_name(place.path)).into_iter().flatten().copied().collect();
            old.extend(went.get(place.path).into_iter().flatten().filter(|path| !there.contains(*path)));
            old.sort_unstable();
            for path in old.into_iter().take(MAX_OLD_PATHS) {
                let print =
                    Fingerprint::of_place(&baseline.key, &place.rule.id, path.as_bytes(), name, ordinal);
                let shelf = self.anywhere.get_mut(&Key::Print(print));
                self.known[at] = shelf.and_then(|shelf| shelf.first(&self.left));
                if self.known[at].is_some() {
                    break;
                }
            }
            self.take(at);
        }
    }

    /// Uses up one of the entry that knows a place.
    fn take(&mut self, at: usize) {
        if let Some(entry) = self.known[at]
            && !self.baseline.entries[entry].is_endless()
        {
            self.left[entry] -= 1;
        }
    }
}

/// How many old paths are tried for one new one: in a tree where every file has the same name, guessing ends here.
const MAX_OLD_PATHS: usize = 64;

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
