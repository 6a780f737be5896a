//! What an expression's matches begin with.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{ByteSet, token_set};

/// How many leading bytes of every match are token bytes, and whether all bytes of every match are.
pub(super) fn token_prefix(hir: &Hir) -> (usize, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let tokens = token_set();
            let prefix = literal.0.iter().take_while(|&&byte| tokens.contains(byte)).count();
            (prefix, prefix == literal.0.len())
        }
        HirKind::Class(class) => {
            let all = class_set(class).is_subset(&token_set());
            (usize::from(all), all)
        }
        HirKind::Repetition(repetition) => {
            let (prefix, all) = token_prefix(&repetition.sub);
            match (all, repetition.min) {
                (true, min) => (prefix.saturating_mul(min as usize), true),
                (false, 0) => (0, false),
                (false, _) => (prefix, false),
            }
        }
        HirKind::Capture(capture) => token_prefix(&capture.sub),
        HirKind::Concat(parts) => {
            let mut whole = 0_usize;
            for part in parts {
                let (prefix, all) = token_prefix(part);
                whole = whole.saturating_add(prefix);
                if !all {
                    return (whole, false);
                }
            }
            (whole, true)
        }
        HirKind::Alternation(parts) => {
            let each = parts.iter().map(token_prefix);
            each.reduce(|one, other| (one.0.min(other.0), one.1 && other.1)).unwrap_or((0, true))
        }
    }
}

pub(super) fn class_set(class: &Class) -> ByteSet {
    match class {
        Class::Bytes(class) => ByteSet::of_class(class),
        Class::Unicode(class) => class.to_byte_class().map_or_else(
            // Cannot happen with Unicode off; every byte is the safe answer.
            || ByteSet::of(|_| true),
            |class| ByteSet::of_class(&class),
        ),
    }
}

/// The most alternatives that are followed.
const MAX_SEQUENCES: usize = 128;

/// One alternative: a set for each leading byte, and whether a match can go on after them.
type Sequence = Vec<ByteSet>;

/// The sets of the first `count` bytes of every match, one sequence for each alternative; `None` where a match can be
/// shorter or there are too many.
pub(super) fn heads(hir: &Hir, count: usize) -> Option<Vec<Sequence>> {
    let mut sequences = follow(hir, vec![Vec::new()], count)?;
    sequences.sort();
    sequences.dedup();
    sequences.iter().all(|sequence| sequence.len() == count).then_some(sequences)
}

/// Appends what `hir` can begin with to each sequence that is not yet full.
fn follow(hir: &Hir, before: Vec<Sequence>, count: usize) -> Option<Vec<Sequence>> {
    if before.iter().all(|sequence| sequence.len() >= count) {
        return Some(before);
    }
    let after = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => before,
        HirKind::Literal(literal) => {
            let bytes: Vec<ByteSet> = literal.0.iter().map(|&byte| ByteSet::byte(byte)).collect();
            append(before, &bytes, count)
        }
        HirKind::Class(class) => append(before, &[class_set(class)], count),
        HirKind::Capture(capture) => follow(&capture.sub, before, count)?,
        HirKind::Concat(parts) => parts.iter().try_fold(before, |all, part| follow(part, all, count))?,
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(follow(part, before.clone(), count)?);
            }
            all
        }
        HirKind::Repetition(repetition) => {
            let mut current = before;
            for _ in 0..repetition.min.min(count as u32) {
                current = follow(&repetition.sub, current, count)?;
            }
            let mut all = current.clone();
            let more = repetition.max.map_or(count as u32, |max| (max - repetition.min).min(count as u32));
            for _ in 0..more {
                current = follow(&repetition.sub, current, count)?;
                all.extend(current.iter().cloned());
                all.sort();
                all.dedup();
            }
            all
        }
    };
    (after.len() <= MAX_SEQUENCES).then_some(after)
}

fn append(before: Vec<Sequence>, bytes: &[ByteSet], count: usize) -> Vec<Sequence> {
    let extend = |mut sequence: Sequence| {
        let room = count.saturating_sub(sequence.len());
        sequence.extend_from_slice(&bytes[..bytes.len().min(room)]);
        sequence
    };
    before.into_iter().map(extend).collect()
}

/// Every three-byte beginning, if there are at most `limit`.
pub(super) fn enumerate(sequences: &[Sequence], limit: usize) -> Option<Vec<[u8; 3]>> {
    let mut all = BTreeSet::new();
    for sequence in sequences {
        let [first, second, third] = sequence.as_slice() else { return None };
        let product = u64::from(first.len()) * u64::from(second.len()) * u64::from(third.len());
        if product > limit as u64 {
            return None;
        }
        for a in first.iter() {
            for b in second.iter() {
                all.extend(third.iter().map(|c| [a, b, c]));
            }
        }
        if all.len() > limit {
            return None;
        }
    }
    Some(all.into_iter().collect())
}

/// The cost above which a stem would fire too often: the number of four-byte texts it stands for. `pass` in either
/// case is 16, a digit and `:AA` 10, two letters or digits and `Q~` 3844.
pub(super) const DEAR: u64 = 4096;

/// Sequences as stems with their cost, if there are at most `limit`.
pub(super) fn stems(sequences: &[Sequence], limit: usize) -> Option<(Vec<[ByteSet; 4]>, u64)> {
    let mut all: Vec<[ByteSet; 4]> = Vec::new();
    for sequence in sequences {
        let mut stem: [ByteSet; 4] = sequence.as_slice().try_into().ok()?;
        // Two that differ in one place only are one stem; what they make together may join a third.
        while let Some(index) = all.iter().position(|other| differ(&stem, other) <= 1) {
            let other = all.swap_remove(index);
            stem.iter_mut().zip(&other).for_each(|(mine, theirs)| *mine = mine.union(theirs));
        }
        all.push(stem);
    }
    all.sort_unstable();
    let cost = |stem: &[ByteSet; 4]| stem.iter().map(|set| u64::from(set.len())).product();
    let dearest = all.iter().map(cost).max()?;
    (all.len() <= limit).then_some((all, dearest))
}

fn differ(one: &[ByteSet; 4], other: &[ByteSet; 4]) -> usize {
    one.iter().zip(other).filter(|(mine, theirs)| mine != theirs).count()
}
