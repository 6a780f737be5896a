//! Forms so simple that a loop over bytes confirms them.

use regex_syntax::hir::{Hir, HirKind, Look, Repetition};
use serde::{Deserialize, Serialize};

use super::ByteSet;
use super::heads::class_set;

/// A sequence of repeated sets that can be matched from left to right without going back: a repetition of variable
/// length is never followed by a byte that it could take itself, except at the very end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The sequence.
    pub elements: Vec<Element>,
    /// The index of the first element of the secret.
    pub secret_start: u16,
    /// One past the index of its last element.
    pub secret_end: u16,
    /// What must follow.
    pub end: End,
}

/// A set, repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The bytes it takes.
    pub set: ByteSet,
    /// How often at least.
    pub min: u32,
    /// How often at most.
    pub max: u32,
}

/// What must follow a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Anything.
    Any,
    /// `\b`: a word byte and a byte that is none on the two sides of the end.
    Boundary,
    /// `\b{end-half}`: no word byte.
    NotWord,
    /// The end of the object or a byte outside this set.
    NotIn(ByteSet),
}

impl Shape {
    /// The value as an expression in a group of its own, with the byte after it where `End::NotIn` speaks of one: only
    /// so can an expression say where a value ends.
    #[must_use]
    pub fn to_value_expression(&self) -> String {
        let mut expression = String::from("(");
        for element in &self.elements {
            expression.push_str(&format!(
                "{}{{{},{}}}",
                element.set.to_class(false),
                element.min,
                element.max
            ));
        }
        expression.push(')');
        match &self.end {
            End::Any => {}
            End::Boundary => expression.push_str(r"\b"),
            End::NotWord => expression.push_str(r"\b{end-half}"),
            End::NotIn(set) => expression.push_str(&format!(r"(?:{}|\z)", set.to_class(true))),
        }
        expression
    }
}

/// A part of an alternative before it is known to be a shape.
#[derive(Clone, Copy, Debug)]
enum Item {
    Element(Element),
    SecretStart,
    SecretEnd,
    End(End),
}

/// The most alternatives that a rule may unfold into.
const MAX_SHAPES: usize = 48;

/// The shapes of an expression in the order in which it would try them, or `None` if it is not that simple.
pub(super) fn shapes(hir: &Hir) -> Option<Vec<Shape>> {
    unfold(hir)?.into_iter().map(|items| settle(&items)).collect()
}

fn unfold(hir: &Hir) -> Option<Vec<Vec<Item>>> {
    let all = match hir.kind() {
        HirKind::Empty => vec![Vec::new()],
        HirKind::Literal(literal) => {
            let one = |&byte: &u8| Item::Element(Element { set: ByteSet::byte(byte), min: 1, max: 1 });
            vec![literal.0.iter().map(one).collect()]
        }
        HirKind::Class(class) => vec![vec![Item::Element(Element { set: class_set(class), min: 1, max: 1 })]],
        HirKind::Look(look) => vec![vec![Item::End(match look {
            Look::WordAscii => End::Boundary,
            Look::WordEndHalfAscii => End::NotWord,
            Look::End => End::NotIn(ByteSet::of(|_| true)),
            _ => return None,
        })]],
        HirKind::Repetition(repetition) => repeat(repetition)?,
        HirKind::Capture(capture) => {
            let sub = unfold(&capture.sub)?;
            if capture.name.as_deref() == Some("secret") {
                let wrap = |items: Vec<Item>| {
                    let mut wrapped = vec![Item::SecretStart];
                    wrapped.extend(items);
                    wrapped.push(Item::SecretEnd);
                    wrapped
                };
                sub.into_iter().map(wrap).collect()
            } else {
                sub
            }
        }
        HirKind::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let next = unfold(part)?;
                all = product(&all, &next)?;
            }
            all
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(unfold(part)?);
            }
            all
        }
    };
    (all.len() <= MAX_SHAPES).then_some(all)
}

fn product(before: &[Vec<Item>], after: &[Vec<Item>]) -> Option<Vec<Vec<Item>>> {
    if before.len() * after.len() > MAX_SHAPES {
        return None;
    }
    let mut all = Vec::with_capacity(before.len() * after.len());
    for one in before {
        for other in after {
            all.push(one.iter().chain(other).copied().collect());
        }
    }
    Some(all)
}

fn repeat(repetition: &Repetition) -> Option<Vec<Vec<Item>>> {
    let sub = unfold(&repetition.sub)?;
    let max = repetition.max?;
    if !repetition.greedy && max != repetition.min {
        return None;
    }
    if let [items] = sub.as_slice()
        && let [Item::Element(element)] = items.as_slice()
        && element.min == 1
        && element.max == 1
    {
        return Some(vec![vec![Item::Element(Element { set: element.set, min: repetition.min, max })]]);
    }
    // A group: written out, the longest first, as a greedy repetition tries them.
    let mut all = Vec::new();
    for count in (repetition.min..=max).rev() {
        let mut copies = vec![Vec::new()];
        for _ in 0..count {
            copies = product(&copies, &sub)?;
        }
        all.extend(copies);
        if all.len() > MAX_SHAPES || count > 8 {
            return None;
        }
    }
    Some(all)
}

/// Makes a shape of an alternative if it can be matched without going back.
fn settle(items: &[Item]) -> Option<Shape> {
    let mut elements: Vec<Element> = Vec::new();
    let (mut start, mut stop, mut end) = (None, None, None);
    for item in items {
        match item {
            Item::Element(element) if end.is_none() => elements.push(*element),
            Item::SecretStart if start.is_none() => start = Some(elements.len()),
            Item::SecretEnd if stop.is_none() => stop = Some(elements.len()),
            Item::End(what) if end.is_none() => end = Some(*what),
            _ => return None,
        }
    }
    let secret = (start.unwrap_or(0), stop.unwrap_or(elements.len()));
    if elements.is_empty() || !moves_forward_only(&elements, end) {
        return None;
    }
    Some(Shape {
        secret_start: u16::try_from(secret.0).ok()?,
        secret_end: u16::try_from(secret.1).ok()?,
        end: end.unwrap_or(End::Any),
        elements,
    })
}

/// Whether no choice of a repetition's length ever has to be taken back, except for the last one's.
fn moves_forward_only(elements: &[Element], end: Option<End>) -> bool {
    for (index, element) in elements.iter().enumerate() {
        if element.min == element.max {
            continue;
        }
        let mut only_end = true;
        for next in &elements[index + 1..] {
            if !element.set.is_disjoint(&next.set) {
                return false;
            }
            if next.min > 0 {
                only_end = false;
                break;
            }
        }
        // What follows may be nothing: then the end alone decides, and only the last element may give bytes back.
        let gives_back = matches!(end, Some(End::Boundary | End::NotWord | End::NotIn(_)));
        if only_end && gives_back && index + 1 != elements.len() {
            return false;
        }
    }
    true
}

/// The sets of the next four bytes, where they are certain.
pub(super) fn four(elements: &[Element]) -> Option<Vec<ByteSet>> {
    let mut sets = Vec::with_capacity(4);
    for element in elements {
        for _ in 0..element.min.min(4) {
            sets.push(element.set);
            if sets.len() == 4 {
                return Some(sets);
            }
        }
        if element.min != element.max {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(expression: &str) -> Option<Vec<Shape>> {
        shapes(&super::super::parse(expression).expect("a good expression"))
    }

    #[test]
    fn a_variable_length_before_its_own_bytes_is_no_shape() {
        assert!(of("[a-z]{2,5}b").is_none());
        assert!(of("[a-z]{2,5}[0-9]{0,2}c").is_none());
        assert!(of("[a-z]{2,5}[0-9]{2}c").is_some());
    }

    #[test]
    fn alternatives_unfold_in_order() {
        let shapes = of("(?:ab|c)(?P<secret>[0-9]{3})x?").expect("simple");
        let lengths: Vec<_> = shapes.iter().map(|shape| shape.elements.len()).collect();
        assert_eq!(lengths, [4, 3]);
        assert_eq!((shapes[0].secret_start, shapes[0].secret_end), (2, 3));
    }

    #[test]
    fn lazy_and_unbounded_repetitions_are_no_shape() {
        assert!(of("a[0-9]+?b").is_none());
        assert!(of("a[0-9]+").is_none());
    }
}
