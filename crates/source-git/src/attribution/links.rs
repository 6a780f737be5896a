//! Which trees lead to what was found.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use keysieve_finding::ObjectId;

use super::Record;
use super::lists::Lists;
use super::notes::{Down, Link, Notes, Reader, Wanted};
use crate::numbers::Bits;
use crate::store::Store;

/// What is looked for.
pub(crate) struct Targets {
    pub(crate) blobs: Vec<ObjectId>,
    /// Names of files or directories.
    pub(crate) names: Vec<Vec<u8>>,
}

impl Targets {
    /// How many there are: blobs are numbered first, then names.
    pub(crate) fn len(&self) -> usize {
        self.blobs.len() + self.names.len()
    }

    /// The same to look for in trees, and the number of each target by that of the links to it.
    pub(crate) fn wanted(&self, store: &Store) -> (Wanted, HashMap<u32, u32>) {
        let (mut wanted, mut numbers) = (Wanted::nothing(store), HashMap::new());
        for (target, blob) in (0..).zip(&self.blobs) {
            if let Some(number) = store.number(blob.as_bytes()) {
                wanted.add(*blob, number);
                numbers.insert(number, target);
            }
        }
        // Names have numbers behind those of all objects.
        for (at, name) in (0..).zip(&self.names) {
            let number = store.len() as u32 + at;
            wanted.add_name(name, number);
            numbers.insert(number, self.blobs.len() as u32 + at);
        }
        (wanted, numbers)
    }
}

/// All links that lead to what is looked for.
pub(crate) struct Links {
    /// From trees to trees, sorted.
    pub(crate) down: Vec<Link>,
    /// From trees to targets, sorted.
    pub(crate) ends: Vec<Link>,
    pub(crate) names: Vec<Box<[u8]>>,
}

impl Links {
    /// Reads trees again as far as what was noted of them does not do.
    pub(crate) fn of(
        store: &Store,
        targets: &Targets,
        hash_length: usize,
        threads: NonZeroUsize,
        record: Record,
    ) -> Self {
        let Record { notes, mut noting } = record;
        let (wanted, numbers) = targets.wanted(store);
        let pass = |noting: &_| store.walk(threads, &Reader { store, noting, hash_length, trees: true });
        let has_all = noting.has_all();
        let (lists, mut ends) = gather(notes);
        let mut down = Vec::new();
        let is_noted = |noted: &Wanted| {
            let mut objects = numbers.keys().filter(|number| (**number as usize) < store.len());
            targets.names.is_empty() && objects.all(|number| noted.objects.has(*number))
        };
        if !noting.wanted.as_ref().is_some_and(is_noted) {
            noting.down = Down::None;
            noting.wanted = Some(wanted);
            ends = pass(&noting).into_iter().flat_map(|notes| notes.ends).collect();
        }
        ends.retain_mut(|link| match numbers.get(&link.to) {
            Some(target) => {
                link.to = *target;
                true
            }
            None => false,
        });
        let mut leading = Bits::new(store.len());
        ends.iter().for_each(|link| _ = leading.add(link.tree));
        if has_all {
            down = lead(&lists, &mut leading);
        } else {
            noting.wanted = None;
            let mut latest = leading.clone();
            loop {
                noting.down = Down::To(latest);
                let more: Vec<Link> = pass(&noting).into_iter().flat_map(|notes| notes.down).collect();
                latest = Bits::new(store.len());
                let grown =
                    more.iter().filter(|link| leading.add(link.tree) && latest.add(link.tree)).count();
                down.extend(more);
                if grown == 0 {
                    break;
                }
            }
        }
        for links in [&mut down, &mut ends] {
            links.sort_unstable();
            links.dedup();
            links.shrink_to_fit();
        }
        Self { down, ends, names: noting.into_names() }
    }

    /// The links of one tree among sorted ones.
    pub(crate) fn of_tree(links: &[Link], tree: u32) -> &[Link] {
        let start = links.partition_point(|link| link.tree < tree);
        let length = links[start..].iter().take_while(|link| link.tree == tree).count();
        &links[start..start + length]
    }
}

/// Adds the trees that lead to trees that lead to something. Gives the links that do.
fn lead(lists: &[Lists], leading: &mut Bits) -> Vec<Link> {
    let mut grown = true;
    while grown {
        grown = false;
        for lists in lists {
            lists.each(|tree, list| {
                if !leading.has(tree) && list.iter().any(|(_, to)| leading.has(*to)) {
                    grown |= leading.add(tree);
                }
            });
        }
    }
    let mut count = 0;
    for lists in lists {
        lists.each(|_, list| count += list.iter().filter(|(_, to)| leading.has(*to)).count());
    }
    let mut down = Vec::with_capacity(count);
    for lists in lists {
        lists.each(|tree, list| {
            let leads = list.iter().filter(|(_, to)| leading.has(*to));
            down.extend(leads.map(|&(name, to)| Link { tree, name, to }));
        });
    }
    down
}

/// What all threads have noted: the directories of each tree, and the links to what is looked for.
fn gather(notes: Vec<Notes>) -> (Vec<Lists>, Vec<Link>) {
    let (mut lists, mut ends) = (Vec::new(), Vec::new());
    for noted in notes {
        lists.push(noted.lists);
        ends.extend(noted.ends);
    }
    (lists, ends)
}
