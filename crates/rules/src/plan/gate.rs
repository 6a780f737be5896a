//! What can be told of a match without its expression: a form that every match has, and where in it the secret is.

use regex_syntax::hir::{Capture, Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::heads::class_set;
use super::{ByteSet, Element};

/// A form that every match begins with: where it is not, the expression need not be asked. Parts that a loop over bytes
/// cannot tell apart are taken together, so much else may have the form too.
pub(super) fn gate(hir: &Hir) -> Vec<Element> {
    let mut elements = Vec::new();
    widen(hir, &mut elements);
    let mut elements = merge(elements);
    // What can go on for long is not followed: many candidates in one such run would each walk all of it.
    if let Some(long) = elements.iter().position(|element| element.max > LONGEST) {
        elements.truncate(long + 1);
        elements[long].max = elements[long].min;
    }
    elements
}

/// The longest repetition that a gate follows.
const LONGEST: u32 = 64;

fn widen(hir: &Hir, elements: &mut Vec<Element>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            elements.extend(literal.0.iter().map(|&byte| Element {
                set: ByteSet::byte(byte),
                min: 1,
                max: 1,
            }));
        }
        HirKind::Class(class) => elements.push(Element { set: class_set(class), min: 1, max: 1 }),
        HirKind::Capture(capture) => widen(&capture.sub, elements),
        HirKind::Concat(parts) => parts.iter().for_each(|part| widen(part, elements)),
        HirKind::Alternation(_) | HirKind::Repetition(_) => {
            let length = |length: Option<usize>| length.and_then(|length| u32::try_from(length).ok());
            let properties = hir.properties();
            let min = length(properties.minimum_len()).unwrap_or(0);
            let max = length(properties.maximum_len()).unwrap_or(u32::MAX);
            elements.push(Element { set: bytes_of(hir), min, max });
        }
    }
}

/// Every byte that a match of the expression can hold.
fn bytes_of(hir: &Hir) -> ByteSet {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => ByteSet::default(),
        HirKind::Literal(literal) => {
            literal.0.iter().fold(ByteSet::default(), |set, &byte| set.union(&ByteSet::byte(byte)))
        }
        HirKind::Class(class) => class_set(class),
        HirKind::Capture(capture) => bytes_of(&capture.sub),
        HirKind::Repetition(repetition) => bytes_of(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(ByteSet::default(), |set, part| set.union(&bytes_of(part)))
        }
    }
}

/// Takes elements together until no repetition can take a byte of what may follow it.
fn merge(mut elements: Vec<Element>) -> Vec<Element> {
    elements.retain(|element| element.max > 0);
    let mut index = 0;
    while index < elements.len() {
        match clash(&elements, index) {
            None => index += 1,
            Some(last) => {
                let merged = elements.drain(index..=last).reduce(|one, other| Element {
                    set: one.set.union(&other.set),
                    min: one.min.saturating_add(other.min),
                    max: one.max.saturating_add(other.max),
                });
                elements.insert(index, merged.unwrap_or(Element { set: ByteSet::default(), min: 0, max: 0 }));
                // What is now wider may clash with what was before it.
                index = 0;
            }
        }
    }
    elements
}

/// The last of the elements that could follow the repetition at `index` and take one of its bytes.
fn clash(elements: &[Element], index: usize) -> Option<usize> {
    let element = &elements[index];
    if element.min == element.max {
        return None;
    }
    for (next, other) in elements.iter().enumerate().skip(index + 1) {
        if !element.set.is_disjoint(&other.set) {
            return Some(next);
        }
        if other.min > 0 {
            break;
        }
    }
    None
}

/// Where the secret of a match is, told from its end: so that no groups need to be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail {
    /// The bytes that the secret is made of; none of them stands right before it or after it in the match.
    pub set: ByteSet,
    /// The most bytes it has.
    pub max: u32,
}

/// The tail of an expression that ends with its secret, one repeated set, and at most one byte more.
pub(super) fn tail(hir: &Hir) -> Option<Tail> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let place = parts.iter().position(|part| secret(part).is_some())?;
    let HirKind::Repetition(repetition) = secret(&parts[place])?.sub.kind() else { return None };
    let HirKind::Class(class) = repetition.sub.kind() else { return None };
    let (set, max) = (class_set(class), repetition.max?);
    let after = &parts[place + 1..];
    let longest: usize = after.iter().map(|part| part.properties().maximum_len()).sum::<Option<usize>>()?;
    let after_set = after.iter().fold(ByteSet::default(), |all, part| all.union(&bytes_of(part)));
    let before = lasts(&parts[..place])?;
    let clear = longest <= 1 && set.is_disjoint(&after_set) && set.is_disjoint(&before);
    clear.then_some(Tail { set, max })
}

fn secret(hir: &Hir) -> Option<&Capture> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => Some(capture),
        _ => None,
    }
}

/// What the parts can end with; `None` if they can match nothing.
fn lasts(parts: &[Hir]) -> Option<ByteSet> {
    let mut all = ByteSet::default();
    for part in parts.iter().rev() {
        // Of anything but a literal any of its bytes: too many is on the safe side.
        let last = match part.kind() {
            HirKind::Literal(literal) => {
                literal.0.last().map_or_else(ByteSet::default, |&byte| ByteSet::byte(byte))
            }
            _ => bytes_of(part),
        };
        all = all.union(&last);
        if part.properties().minimum_len().is_some_and(|least| least > 0) {
            return Some(all);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(expression: &str) -> Hir {
        super::super::parse(expression).expect("a good expression")
    }

    #[test]
    fn a_gate_is_wider_than_its_expression_and_goes_forward_only() {
        let elements =
            gate(&of(r#"pass(?:word|wd)?[._-]?(?:prod|dev)?[ \t]{0,8}(?:=>|:=|=)"(?P<secret>[^"]{8,20})""#));
        assert!(elements.iter().enumerate().all(|(index, _)| clash(&elements, index).is_none()));
        assert_eq!((elements[4].min, elements[4].max), (0, 9));
    }

    #[test]
    fn a_tail_needs_neighbours_that_the_secret_does_not_have() {
        let found = tail(&of(r#"key="(?P<secret>[^"\s]{8,20})["']"#));
        assert!(found.is_none(), "the quote after it may be one that it can hold");
        assert_eq!(tail(&of(r#"key="(?P<secret>[^"'\s]{8,20})["']"#)).map(|tail| tail.max), Some(20));
        assert!(tail(&of(r"key=[a-z]?(?P<secret>[a-z]{8,20})")).is_none());
        assert!(tail(&of(r"key=(?P<secret>[a-z]{8,20})(?:[^a-z]|$)")).is_some());
    }
}
