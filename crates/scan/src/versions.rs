//! The versions of one file.

use std::collections::HashMap;

use keysieve_finding::{GitPart, GitPlace, GitState, Origin};

use crate::sighting::Sighting;

/// What is the same in all versions: rule, secret, path, part, and which of several in the object it is.
type Key = (u32, Vec<u8>, Vec<u8>, Option<GitPart>, u64);

/// Leaves one sighting of a secret that stands in many versions of a file: that in the version which is nearest to
/// what is checked out, with the first and the last commit of all of them. What stands in a file of the work tree as
/// it was committed is that version once more.
pub(crate) fn fold(mut sightings: Vec<Sighting>) -> Vec<Sighting> {
    sightings.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut kept: Vec<Sighting> = Vec::with_capacity(sightings.len());
    let mut known: HashMap<Key, usize> = HashMap::new();
    let mut copies: HashMap<(u32, Vec<u8>), u64> = HashMap::new();
    let mut object: Option<Origin> = None;
    let mut files = Vec::new();
    // A blob that was looked at under several names was seen as often.
    sightings.dedup_by(|a, b| order(a) == order(b) && a.location.byte_end == b.location.byte_end);
    for sighting in sightings {
        if object.as_ref() != Some(&sighting.location.origin) {
            copies.clear();
            object = Some(sighting.location.origin.clone());
        }
        let copy = copies.entry((sighting.rule, sighting.secret.expose().to_vec())).or_default();
        let part = sighting.location.git.as_ref().map(|git| git.part);
        let path = sighting.location.origin.path();
        let key = (sighting.rule, sighting.secret.expose().to_vec(), path, part, *copy);
        *copy += 1;
        if part.is_none() {
            files.push((key, sighting));
            continue;
        }
        match known.get(&key) {
            Some(&at) => join(&mut kept[at], sighting),
            None => {
                known.insert(key, kept.len());
                kept.push(sighting);
            }
        }
    }
    for (mut key, file) in files {
        key.3 = Some(GitPart::Blob);
        let committed = known.get(&key).and_then(|&at| kept[at].location.git.as_ref());
        if committed.is_none_or(|git| git.state != GitState::Live) {
            kept.push(file);
        }
    }
    kept
}

fn order(sighting: &Sighting) -> (&Origin, u64, u32) {
    (&sighting.location.origin, sighting.location.byte_start, sighting.rule)
}

/// Adds another version to one that is kept.
fn join(kept: &mut Sighting, other: Sighting) {
    let (Some(mine), Some(others)) = (kept.location.git.take(), other.location.git.clone()) else { return };
    let first = if rank(&others).0 < rank(&mine).0 { &others } else { &mine };
    let last = if rank(&others).1 > rank(&mine).1 { &others } else { &mine };
    let nearer = (others.state, u32::MAX - rank(&others).1) < (mine.state, u32::MAX - rank(&mine).1);
    let joined = GitPlace {
        commit: first.commit,
        author_date: first.author_date,
        last_commit: last.last_commit,
        versions: mine.versions.saturating_add(others.versions),
        ranks: (first.ranks.0, last.ranks.1),
        ..if nearer { (*others).clone() } else { (*mine).clone() }
    };
    if nearer {
        *kept = other;
    }
    kept.location.git = Some(Box::new(joined));
}

/// The ranks; what no commit leads to comes last as a first one and first as a last one.
fn rank(git: &GitPlace) -> (u32, u32) {
    if git.commit.is_some() { git.ranks } else { (u32::MAX, 0) }
}
