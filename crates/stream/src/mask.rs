//! A part of the buffer that is masked.

use std::ops::Range;

use keysieve_finding::{Confidence, MaskKind, Secret};

use crate::{Hit, Label};

/// A part of the buffer that is masked.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    pub(crate) span: Range<usize>,
    pub(crate) label: Label,
    pub(crate) rank: u8,
    pub(crate) confidence: Confidence,
    pub(crate) value: Secret,
    /// Whether the span holds the secret as it is.
    pub(crate) plain: bool,
    /// Whether the mask needs quotes around it.
    pub(crate) quoted: bool,
    /// Whether this is one more piece of a secret that has been counted.
    pub(crate) again: bool,
}

impl Mask {
    pub(crate) fn of(hit: &Hit, span: Range<usize>) -> Self {
        let plain = hit.plain && span == hit.span;
        let (label, value) = (hit.label.clone(), hit.value.clone());
        let (rank, confidence) = (hit.rank, hit.confidence);
        Self { span, label, rank, confidence, value, plain, quoted: false, again: false }
    }

    /// A part of a line that is masked for what the line is.
    pub(crate) fn of_line(bytes: &[u8], span: Range<usize>, label: Label) -> Self {
        let value = Secret::new(bytes, MaskKind::Password);
        let (rank, confidence) = (u8::MAX - 1, Confidence::High);
        Self { span, label, rank, confidence, value, plain: false, quoted: false, again: false }
    }

    /// The beginning of a token.
    pub(crate) fn incomplete(span: Range<usize>) -> Self {
        Self { rank: 0, confidence: Confidence::Medium, ..Self::of_line(b"", span, Label::Incomplete) }
    }
}

/// Sorts masks and merges those that overlap. The most specific one names what they become; of equal ones the longest.
pub(crate) fn merge(masks: &mut Vec<Mask>) {
    if masks.len() < 2 {
        return;
    }
    masks.sort_by_key(|mask| (mask.span.start, mask.span.end));
    let mut merged: Vec<Mask> = Vec::with_capacity(masks.len());
    for mask in masks.drain(..) {
        match merged.last_mut() {
            Some(last) if mask.span.start < last.span.end => {
                let union = last.span.start..last.span.end.max(mask.span.end);
                let weight = |mask: &Mask| (mask.rank, mask.span.len());
                let again = last.again && mask.again;
                if weight(&mask) > weight(last) {
                    *last = mask;
                }
                last.plain &= last.span == union;
                last.span = union;
                last.again = again;
            }
            _ => merged.push(mask),
        }
    }
    *masks = merged;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn mask(span: Range<usize>) -> Mask {
        let value = Secret::new(b"", MaskKind::Password);
        let label = Label::Incomplete;
        let (rank, confidence) = (0, Confidence::High);
        Mask { span, label, rank, confidence, value, plain: true, quoted: false, again: false }
    }

    #[test]
    fn overlapping_masks_become_one() {
        let mut masks = vec![mask(5..9), mask(0..3), mask(8..12), mask(12..13), mask(1..2)];
        masks[2].rank = 3;
        merge(&mut masks);
        let spans: Vec<_> = masks.iter().map(|mask| (mask.span.clone(), mask.rank, mask.plain)).collect();
        assert_eq!(spans, [(0..3, 0, true), (5..12, 3, false), (12..13, 0, true)]);
    }
}
