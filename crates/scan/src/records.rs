//! What a cache knows of contents, as it stands in its files.

use std::hash::{BuildHasher, RandomState};

use crate::below::Below;

/// What is known of a content in which nothing is to be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// How many objects it counts for: itself, or what is in it.
    pub(crate) objects: u64,
    /// How large it is, or what was looked at of it.
    pub(crate) size: u64,
    /// What lies below the floors in it.
    pub(crate) below: Below,
}

/// How long a record is behind its content: the class of the name under which it was looked at, and what is known.
const TAIL: usize = 32;

/// Records one behind the other: the length of a content's name in a byte, that name, the class of the name under which
/// it was looked at, and what is known, in little-endian numbers. They are found by a table of their places.
#[derive(Debug, Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    /// Places of records, plus one; 0 where there is none. The length is a power of two.
    slots: Vec<u32>,
    count: usize,
    /// Nobody outside can foresee which contents share a slot.
    state: RandomState,
}

/// A record: the name of the content and the class, as one, and what is known.
pub(crate) struct Record<'a> {
    pub(crate) content: &'a [u8],
    class: u64,
    pub(crate) known: Known,
    /// As it stands there.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// The one that bytes begin with.
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let (&length, rest) = bytes.split_first()?;
        let (content, rest) = rest.split_at_checked(usize::from(length))?;
        let tail: &[u8; TAIL] = rest.first_chunk()?;
        let word = |at: usize| Some(u64::from_le_bytes(*tail[at..].first_chunk()?));
        let half = |at: usize| Some(u32::from_le_bytes(*tail[at..].first_chunk()?));
        let below = Below { severity: half(24)?, confidence: half(28)? };
        let known = Known { objects: word(8)?, size: word(16)?, below };
        Some(Self { content, class: word(0)?, known, bytes: &bytes[..1 + content.len() + TAIL] })
    }

    /// All of them; none if something is no record.
    pub(crate) fn all(bytes: &'a [u8]) -> Option<Vec<Self>> {
        let mut rest = bytes;
        let mut all = Vec::new();
        while !rest.is_empty() {
            let record = Self::first(rest)?;
            rest = &rest[record.bytes.len()..];
            all.push(record);
        }
        Some(all)
    }
}

/// Writes a record; none if the name of the content is too long for one.
pub(crate) fn write(into: &mut Vec<u8>, content: &[u8], class: u64, known: Known) {
    let Ok(length) = u8::try_from(content.len()) else { return };
    into.push(length);
    into.extend_from_slice(content);
    for word in [class, known.objects, known.size] {
        into.extend_from_slice(&word.to_le_bytes());
    }
    for half in [known.below.severity, known.below.confidence] {
        into.extend_from_slice(&half.to_le_bytes());
    }
}

impl Records {
    /// Adds all records of a file; says whether it is made of records.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> bool {
        let Some(records) = Record::all(bytes) else { return false };
        if u32::try_from(self.bytes.len() + bytes.len()).is_err() {
            return false;
        }
        let new = records.len();
        drop(records);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.grow(self.count + new);
        let mut at = start;
        while let Some(record) = self.bytes.get(at..).and_then(Record::first) {
            let length = record.bytes.len();
            self.insert(at);
            at += length;
        }
        true
    }

    /// Makes room for so many records.
    fn grow(&mut self, count: usize) {
        let length = (count * 2).next_power_of_two().max(2);
        if self.slots.len() >= length {
            return;
        }
        let known = std::mem::replace(&mut self.slots, vec![0; length]);
        self.count = 0;
        known.iter().filter(|place| **place != 0).for_each(|place| self.insert(*place as usize - 1));
    }

    /// Notes where a record is, unless there is one of the same content.
    fn insert(&mut self, at: usize) {
        let Some(record) = self.bytes.get(at..).and_then(Record::first) else { return };
        let (content, class) = (record.content, record.class);
        if let Err(slot) = self.slot(content, |other| other.class == class) {
            self.slots[slot] = u32::try_from(at + 1).unwrap_or(0);
            self.count += 1;
        }
    }

    /// The record of a content that is meant, or the free slot behind all records of that content.
    fn slot(&self, content: &[u8], is_meant: impl Fn(&Record<'_>) -> bool) -> Result<Record<'_>, usize> {
        let mask = self.slots.len().checked_sub(1).ok_or(0_usize)?;
        let mut slot = self.state.hash_one(content) as usize & mask;
        loop {
            let place = self.slots[slot] as usize;
            if place == 0 {
                return Err(slot);
            }
            if let Some(record) = Record::first(&self.bytes[place - 1..])
                && record.content == content
                && is_meant(&record)
            {
                return Ok(record);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// What is known of a content that was looked at under a name of this class.
    pub(crate) fn get(&self, content: &[u8], class: u64) -> Option<Known> {
        self.slot(content, |record| record.class == class).ok().map(|record| record.known)
    }

    /// Whether something is known of a content.
    pub(crate) fn has(&self, content: &[u8]) -> bool {
        self.slot(content, |_| true).is_ok()
    }

    /// How many contents are known.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The records as a file has them, each once.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let places = self.slots.iter().filter(|place| **place != 0);
        let mut records: Vec<&[u8]> = places
            .filter_map(|place| Some(Record::first(self.bytes.get(*place as usize - 1..)?)?.bytes))
            .collect();
        records.sort_unstable();
        records.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(size: u64) -> Known {
        Known { objects: 1, size, below: Below { severity: 1, confidence: 2 } }
    }

    #[test]
    fn what_was_written_is_found_by_content_and_class() {
        let mut bytes = Vec::new();
        for number in 0..100 {
            write(&mut bytes, &[number; 20], u64::from(number % 3), known(u64::from(number)));
        }
        let mut records = Records::default();
        assert_eq!(records.get(&[1; 20], 1), None);
        assert!(records.add(&bytes) && records.add(&bytes));
        assert_eq!(records.len(), 100, "each is there once");
        for number in 0..100 {
            let class = u64::from(number % 3);
            assert_eq!(records.get(&[number; 20], class), Some(known(u64::from(number))));
            assert_eq!(records.get(&[number; 20], class + 1), None);
            assert!(records.has(&[number; 20]) && !records.has(&[number; 21]));
        }
        let mut again = Records::default();
        assert!(again.add(&records.to_bytes()));
        assert_eq!(again.to_bytes(), records.to_bytes());
    }

    #[test]
    fn what_is_cut_off_is_no_record() {
        let mut bytes = Vec::new();
        write(&mut bytes, &[7; 32], 0, known(3));
        for cut in 1..bytes.len() {
            assert!(!Records::default().add(&bytes[..cut]), "{cut}");
        }
    }
}
