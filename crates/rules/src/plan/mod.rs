//! How the engine finds a rule's candidates, decided once when the rule is loaded.
//!
//! A *driver* says where a match can begin; a [`Shape`] is a form so simple that a loop over bytes confirms it, and
//! where a rule has no shape, its expression does, anchored at the candidate.

mod gate;
mod heads;
mod set;
mod shape;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look};
use serde::{Deserialize, Serialize};

pub use gate::Tail;
pub use set::ByteSet;
pub use shape::{Element, End, Shape};

use crate::{ContextPattern, NamedPattern, Pattern};

/// How the engine finds a rule's candidates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Where a match can begin.
    pub driver: Driver,
    /// What must stand before a match.
    pub left: Left,
    /// Simple forms, tried in order, that together are equal to `body`; empty where the expression must confirm.
    pub shapes: Vec<Shape>,
    /// A form that every match begins with, for rules without shapes.
    pub gate: Vec<Element>,
    /// Where the secret is in a match of a rule without shapes, if that can be told from the match's end.
    pub tail: Option<Tail>,
    /// The expression without what `left` says: what a match is, wherever it begins. A context rule's takes the byte
    /// after the value too, and has the value itself as the one group that takes part. That of a rule of names is not
    /// kept: [`Rule::expression`](crate::Rule::expression) makes it.
    pub body: String,
    /// The longest match in bytes; `None` where there is no bound.
    pub extent: Option<u32>,
}

/// Where a match can begin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Driver {
    /// At a token start (at least sixteen token bytes from there on) with one of these three-byte beginnings.
    Prefix(Vec<[u8; 3]>),
    /// At a token start that has the value's form and one of the words before it.
    Context,
    /// At `min..=max` bytes before one of these four-byte stems.
    Stem {
        /// The stems: a set of bytes for each of four positions.
        stems: Vec<[ByteSet; 4]>,
        /// The least distance from the start of a match to its stem.
        min: u16,
        /// The greatest distance.
        max: u16,
    },
    /// At a name that something is assigned to.
    Assignment,
    /// Nowhere in particular: the whole object is searched where a keyword occurs in it, or always if there is none.
    Search,
}

/// What must stand before a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Left {
    /// Anything.
    Any,
    /// The start of the object, a byte that is no word byte, or the end of an escape sequence.
    Word,
    /// As `Word`, for token bytes and those that the match itself could begin with, so that a value is never cut out of
    /// a longer run.
    Value,
}

/// A pattern that cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The expression does not compile.
    #[error("the expression does not compile: {0}")]
    Syntax(String),
    /// A context rule's value is not simple enough.
    #[error(
        "`value` must be a plain sequence of classes and literals whose repetitions cannot be confused with what follows them"
    )]
    ValueNotSimple,
    /// A context rule's value can begin in a place that the token scanner does not see.
    #[error("`value` must begin with at least 16 bytes of [A-Za-z0-9+/_.~-]")]
    ValueTooShort,
    /// An expression that can match nothing at all.
    #[error("the expression matches the empty string")]
    MatchesEmpty,
}

/// The bytes that tokens are made of; the kernel's token class.
pub(crate) fn token_set() -> ByteSet {
    ByteSet::of(|byte| byte.is_ascii_alphanumeric() || b"+/_.~-".contains(&byte))
}

pub(crate) fn word_set() -> ByteSet {
    ByteSet::of(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Parses an expression as the engine compiles it: bytes, Unicode off.
///
/// # Errors
/// If it is not an expression.
pub(crate) fn parse(expression: &str) -> Result<Hir, PlanError> {
    ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(expression)
        .map_err(|error| PlanError::Syntax(error.to_string()))
}

/// Plans a pattern.
///
/// # Errors
/// If the expression does not compile, or a context rule's value is not what the token scanner can find.
pub fn plan(pattern: &Pattern) -> Result<Plan, PlanError> {
    match pattern {
        Pattern::Regex(expression) => plan_expression(expression),
        Pattern::Context(context) => plan_context(context),
        Pattern::Named(named) => plan_named(named),
        Pattern::Assignment(_) => Ok(plan_assignment()),
    }
}

/// The most bytes from a name to the end of the value assigned to it: what the engine reads at most.
pub const LONGEST_ASSIGNMENT: u32 = 2048;

fn plan_assignment() -> Plan {
    Plan {
        driver: Driver::Assignment,
        left: Left::Any,
        shapes: Vec::new(),
        gate: Vec::new(),
        tail: None,
        body: String::new(),
        extent: Some(LONGEST_ASSIGNMENT),
    }
}

fn plan_expression(expression: &str) -> Result<Plan, PlanError> {
    let hir = parse(expression)?;
    let (left, hir) = strip_left(hir);
    if hir.properties().minimum_len() == Some(0) {
        return Err(PlanError::MatchesEmpty);
    }
    let extent = extent(&hir);
    let shapes = shape::shapes(&hir).unwrap_or_default();
    let driver = driver(&hir, left, &shapes);
    let (gate, tail) =
        if shapes.is_empty() { (gate::gate(&hir), gate::tail(&hir)) } else { (Vec::new(), None) };
    Ok(Plan { driver, left, shapes, gate, tail, body: hir.to_string(), extent })
}

fn plan_context(context: &ContextPattern) -> Result<Plan, PlanError> {
    let hir = parse(&context.value)?;
    let mut shapes = shape::shapes(&hir).ok_or(PlanError::ValueNotSimple)?;
    if shapes.iter().any(|shape| shape.end != End::Any || shape.elements.is_empty()) {
        return Err(PlanError::ValueNotSimple);
    }
    if heads::token_prefix(&hir).0 < 16 {
        return Err(PlanError::ValueTooShort);
    }
    for shape in &mut shapes {
        shape.end = End::NotIn(last_bytes(&shape.elements).union(&word_set()));
    }
    for shape in &mut shapes {
        // The whole value is the secret.
        shape.secret_start = 0;
        shape.secret_end = u16::try_from(shape.elements.len()).map_err(|_| PlanError::ValueNotSimple)?;
    }
    let body: Vec<String> = shapes.iter().map(Shape::to_value_expression).collect();
    Ok(Plan {
        driver: Driver::Context,
        left: Left::Value,
        extent: extent(&hir),
        body: body.join("|"),
        shapes,
        gate: Vec::new(),
        tail: None,
    })
}

fn plan_named(named: &NamedPattern) -> Result<Plan, PlanError> {
    let hir = parse(&named.to_expression())?;
    Ok(Plan {
        driver: Driver::Search,
        left: Left::Any,
        extent: extent(&hir),
        // Thousands of bytes, wanted by few runs.
        body: String::new(),
        shapes: Vec::new(),
        gate: Vec::new(),
        tail: None,
    })
}

/// The bytes that a value can end with: those of its last element, and where that can be missing, of the one before.
fn last_bytes(elements: &[Element]) -> ByteSet {
    let optional = elements.iter().rev().take_while(|element| element.min == 0).count();
    let last = elements.iter().rev().take(optional + 1);
    last.fold(ByteSet::default(), |all, element| all.union(&element.set))
}

fn extent(hir: &Hir) -> Option<u32> {
    hir.properties().maximum_len().and_then(|longest| u32::try_from(longest).ok())
}

/// Takes a leading `\b` or `\b{start-half}` off.
fn strip_left(hir: Hir) -> (Left, Hir) {
    match hir.into_kind() {
        HirKind::Look(Look::WordAscii | Look::WordStartHalfAscii) => (Left::Word, Hir::empty()),
        HirKind::Concat(mut parts) => {
            let first = std::mem::replace(&mut parts[0], Hir::empty());
            let (left, first) = strip_left(first);
            parts[0] = first;
            (left, Hir::concat(parts))
        }
        HirKind::Capture(mut capture) => {
            // `(\bfoo)` captures the same bytes as `\b(foo)`.
            let (left, sub) = strip_left(*capture.sub);
            *capture.sub = sub;
            (left, Hir::capture(capture))
        }
        kind => (Left::Any, rebuild(kind)),
    }
}

fn rebuild(kind: HirKind) -> Hir {
    match kind {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(repetition) => Hir::repetition(repetition),
        HirKind::Capture(capture) => Hir::capture(capture),
        HirKind::Concat(parts) => Hir::concat(parts),
        HirKind::Alternation(parts) => Hir::alternation(parts),
    }
}

/// The most three-byte beginnings that one prefix rule may have.
const MAX_HEADS: usize = 512;
/// The most stems that one rule may have.
const MAX_STEMS: usize = 6;
/// How far before its stem a match may begin.
const MAX_BACK: u32 = 128;

fn driver(hir: &Hir, left: Left, shapes: &[Shape]) -> Driver {
    // Anything that looks to the left of its own start cannot be confirmed on a slice that begins there.
    if looks_around(hir) {
        return Driver::Search;
    }
    if left != Left::Any
        && heads::token_prefix(hir).0 >= 16
        && let Some(found) = heads::heads(hir, 3).and_then(|sets| heads::enumerate(&sets, MAX_HEADS))
        && found.iter().all(|head| word_set().contains(head[0]))
    {
        return Driver::Prefix(found);
    }
    stem_driver(hir, shapes).unwrap_or(Driver::Search)
}

fn looks_around(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => !matches!(
            look,
            Look::WordAscii
                | Look::WordEndHalfAscii
                | Look::WordEndAscii
                | Look::End
                | Look::EndLF
                | Look::EndCRLF
        ),
        HirKind::Repetition(repetition) => looks_around(&repetition.sub),
        HirKind::Capture(capture) => looks_around(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(looks_around),
        _ => false,
    }
}

/// The best stem of an expression: at its start, or after a part of bounded length.
fn stem_driver(hir: &Hir, shapes: &[Shape]) -> Option<Driver> {
    let at_start = stem_at_start(hir);
    let inside = stem_inside_all(shapes);
    let best =
        [at_start, inside].into_iter().flatten().min_by_key(|found| (found.stems.len(), found.cost))?;
    Some(Driver::Stem { stems: best.stems, min: best.min, max: best.max })
}

/// The rarest stem among the first bytes: in `-----BEGIN`, not the dashes.
fn stem_at_start(hir: &Hir) -> Option<Inside> {
    let heads = (4..=12).rev().find_map(|count| heads::heads(hir, count))?;
    let length = heads.first()?.len();
    let choices = (0..=length - 4).filter_map(|at| {
        let windows: Vec<Vec<ByteSet>> = heads.iter().map(|head| head[at..at + 4].to_vec()).collect();
        let (stems, cost) = heads::stems(&windows, MAX_STEMS).filter(|(_, cost)| *cost <= heads::DEAR)?;
        let repeats = |stem: &[ByteSet; 4]| (1..4).filter(|&at| stem[..at].contains(&stem[at])).count();
        let repeats: usize = stems.iter().map(repeats).sum();
        let at = u16::try_from(at).ok()?;
        Some((repeats, Inside { stems, min: at, max: at, cost }))
    });
    choices
        .min_by_key(|(repeats, found)| (found.stems.len(), *repeats, found.cost, found.min))
        .map(|(_, found)| found)
}

/// The rarest stems of all forms of an expression: only where the simple forms are known, because there every element
/// has a place.
fn stem_inside_all(shapes: &[Shape]) -> Option<Inside> {
    let inside: Option<Vec<Inside>> = shapes.iter().map(stem_inside).collect();
    let inside = inside.filter(|inside| !inside.is_empty())?;
    let mut stems: Vec<[ByteSet; 4]> = inside.iter().flat_map(|found| found.stems.iter().copied()).collect();
    stems.sort_unstable();
    stems.dedup();
    let min = inside.iter().map(|found| found.min).min()?;
    let max = inside.iter().map(|found| found.max).max()?;
    let cost = inside.iter().map(|found| found.cost).max()?;
    (stems.len() <= MAX_STEMS).then_some(Inside { stems, min, max, cost })
}

/// A stem after a part of bounded length.
struct Inside {
    stems: Vec<[ByteSet; 4]>,
    min: u16,
    max: u16,
    cost: u64,
}

/// The rarest stem of a shape.
fn stem_inside(shape: &Shape) -> Option<Inside> {
    let mut best: Option<Inside> = None;
    let (mut min, mut max) = (0_u32, 0_u32);
    for index in 0..shape.elements.len() {
        let sets = shape::four(&shape.elements[index..]);
        if let Some((stems, cost)) = sets.and_then(|sets| heads::stems(&[sets], MAX_STEMS))
            && cost <= heads::DEAR
            && best.as_ref().is_none_or(|best| cost < best.cost)
        {
            let (min, max) = (u16::try_from(min).ok()?, u16::try_from(max).ok()?);
            best = Some(Inside { stems, min, max, cost });
        }
        let element = &shape.elements[index];
        min = min.saturating_add(element.min);
        max = max.saturating_add(element.max);
        if max > MAX_BACK {
            break;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(expression: &str) -> Plan {
        plan(&Pattern::Regex(expression.to_owned())).expect("a good expression")
    }

    #[test]
    fn a_token_with_a_prefix_is_found_by_its_prefix() {
        let plan = planned(r"\b(?P<secret>gh[pu]_[0-9A-Za-z]{36})\b");
        let Driver::Prefix(heads) = &plan.driver else { panic!("{plan:?}") };
        assert_eq!(heads.as_slice(), [*b"ghp", *b"ghu"]);
        assert_eq!((plan.left, plan.extent), (Left::Word, Some(40)));
        assert_eq!(plan.shapes.len(), 1);
    }

    #[test]
    fn a_short_class_at_the_start_is_enumerated() {
        let plan = planned(r"\bSK[0-9a-f]{32}\b");
        let Driver::Prefix(heads) = &plan.driver else { panic!("{plan:?}") };
        assert_eq!(heads.len(), 16);
    }

    #[test]
    fn a_literal_inside_is_a_stem_at_a_distance() {
        let plan = planned(r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b{end-half}");
        let Driver::Stem { min, max, .. } = plan.driver else { panic!("{plan:?}") };
        assert_eq!((min, max), (8, 10));
        let plan = planned(r"\b[0-9a-f]{32}-us[0-9]{1,2}\b");
        let Driver::Stem { min, max, .. } = plan.driver else { panic!("{plan:?}") };
        assert_eq!((min, max), (32, 32));
    }

    #[test]
    fn a_literal_start_in_either_case_is_one_stem() {
        let plan = planned(r"(?i)passw(?:or)?d[0-9]{4}");
        let Driver::Stem { stems, min: 0, max: 0 } = &plan.driver else { panic!("{plan:?}") };
        assert_eq!(stems.len(), 1);
    }

    #[test]
    fn what_has_no_literal_is_searched_for() {
        assert!(matches!(planned(r"[0-9a-f]{32}").driver, Driver::Search));
        assert!(matches!(planned(r"(?m)^token [0-9]{20}").driver, Driver::Search));
    }

    #[test]
    fn an_unbounded_expression_has_no_extent() {
        assert_eq!(planned(r"-----BEGIN KEY-----[\s\S]+?-----END").extent, None);
    }

    #[test]
    fn a_value_ends_where_its_alphabet_ends() {
        let context = ContextPattern {
            value: "[0-9a-f]{32}".to_owned(),
            words: vec!["acme".to_owned()],
            within: 64,
            operator: true,
        };
        let plan = plan(&Pattern::Context(context)).expect("a good value");
        assert!(matches!(plan.shapes[0].end, End::NotIn(_)));
        assert_eq!(plan.left, Left::Value);
    }
}
