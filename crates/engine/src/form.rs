//! Shapes, made ready to be matched.

use keysieve_finding::Span;
use keysieve_rules::{Element, End, Shape, Tail};

use crate::boundary::is_word;

/// What a confirmed match spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spans {
    pub(crate) whole: Span,
    pub(crate) secret: Span,
}

/// Matches a shape at a place: a loop over bytes, no going back but at the very end.
pub(crate) fn match_at(shape: &Shape, haystack: &[u8], start: usize) -> Option<Spans> {
    let (mut at, mut secret_start, mut secret_end) = (start, start, start);
    let last = shape.elements.len() - 1;
    for (index, element) in shape.elements.iter().enumerate() {
        if index == usize::from(shape.secret_start) {
            secret_start = at;
        }
        let least = at.checked_add(element.min as usize)?;
        at = take(element, haystack, at);
        if at < least {
            return None;
        }
        if index == last {
            while !ends(&shape.end, haystack, at) {
                if at == least {
                    return None;
                }
                at -= 1;
            }
        }
        if index + 1 == usize::from(shape.secret_end) {
            secret_end = at;
        }
    }
    Some(Spans { whole: Span::new(start, at), secret: Span::new(secret_start, secret_end) })
}

/// Whether what stands at a place has a rule's gate.
pub(crate) fn passes(gate: &[Element], haystack: &[u8], start: usize) -> bool {
    let mut at = start;
    gate.iter().all(|element| {
        let least = at + element.min as usize;
        at = take(element, haystack, at);
        at >= least
    })
}

/// Where the secret is in a match that has a tail.
pub(crate) fn secret_of(tail: &Tail, haystack: &[u8], whole: Span) -> Span {
    let trailing = usize::from(!tail.set.contains(haystack[whole.end - 1]));
    let end = whole.end - trailing;
    let bytes = &haystack[whole.start.max(end.saturating_sub(tail.max as usize))..end];
    Span::new(end - bytes.iter().rev().take_while(|&&byte| tail.set.contains(byte)).count(), end)
}

/// Where a repetition ends if it takes all it can.
fn take(element: &Element, haystack: &[u8], at: usize) -> usize {
    let room = haystack.len().min(at.saturating_add(element.max as usize));
    let bytes = &haystack[at.min(room)..room];
    at + bytes.iter().take_while(|&&byte| element.set.contains(byte)).count()
}

fn ends(end: &End, haystack: &[u8], at: usize) -> bool {
    let next = haystack.get(at).copied();
    let next_is_word = next.is_some_and(is_word);
    match end {
        End::Any => true,
        End::NotWord => !next_is_word,
        End::Boundary => next_is_word != at.checked_sub(1).is_some_and(|before| is_word(haystack[before])),
        End::NotIn(set) => !next.is_some_and(|byte| set.contains(byte)),
    }
}
