//! Secrets without a provider and without a form: what is assigned to a name that says so, judged.
//!
//! A candidate is a name with a telling word in it (`password`, `secret`, `token`, `key`, in several languages) and a
//! value that is assigned to it in one of the grammars that people use. Name, value and grammar each add weights to a
//! score, and the score is the confidence. Nothing here knows the object or its path: what the place adds is added by
//! whoever knows it, with [`place_weight`].

mod grammar;
mod lexicon;
mod lists;
mod name;
mod score;
mod value;

use std::sync::OnceLock;

use keysieve_finding::{Confidence, FileKind, Span};
use keysieve_rules::{ByteSet, NameKind, Pattern, Rule};

pub use score::Weight;

use grammar::Assigned;
use name::Name;

/// The rules of what is assigned, by what the name says.
#[derive(Debug, Default)]
pub(crate) struct Assignments([Option<u32>; 4]);

impl Assignments {
    /// Stands for all of them where a rule is named.
    pub(crate) const ANY: u32 = u32::MAX;

    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut this = Self::default();
        for (index, rule) in (0_u32..).zip(rules) {
            if let Pattern::Assignment(kind) = rule.pattern {
                this.0[kind as usize].get_or_insert(index);
            }
        }
        this
    }

    pub(crate) fn rule(&self, kind: NameKind) -> Option<u32> {
        self.0[kind as usize]
    }
}

/// A judged assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) kind: NameKind,
    pub(crate) name: Span,
    pub(crate) value: Span,
    pub(crate) score: Score,
}

/// How likely an assigned value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The sum of the weights, in tenths.
    pub points: i16,
    /// Whether the value would be no text in code: it is written without quotes, outside of strings and comments.
    pub bare: bool,
}

impl Score {
    /// What it means in an object of a kind; `None` if nothing is to be said.
    #[must_use]
    pub fn confidence(self, kind: FileKind) -> Option<Confidence> {
        score::confidence(self.points + place_weight(kind, self.bare))
    }
}

/// Whether a value is a name that people give: words joined by separators or humps.
pub(crate) fn is_identifier(text: &[u8]) -> bool {
    use value::{Counts, Looks, Words, looks};
    !text.is_empty() && looks(text, false, &Counts::of(text), &Words::of(text)) == Looks::Identifier
}

/// What the kind of an object adds: in code, a value without quotes is a name or an expression.
#[must_use]
pub fn place_weight(kind: FileKind, bare: bool) -> i16 {
    match (kind, bare) {
        (FileKind::Code, true) => -25,
        (FileKind::Prose, _) => -4,
        _ => 0,
    }
}

/// The beginnings of telling words, four bytes each.
const STEMS: &[&[u8]] = &[
    b"pass",
    b"pwd",
    b"pswd",
    b"psw",
    b"secr",
    b"toke",
    b"key",
    b"cred",
    b"auth",
    b"mdp",
    b"rase",
    b"clav",
    b"senh",
    b"kenn",
    b"wach",
    b"paro",
    b"hasl",
    b"hesl",
    b"enor",
    b"ifre",
    b"jels",
    "\u{43f}\u{430}".as_bytes(),
    "\u{5bc6}".as_bytes(),
    "\u{53e3}".as_bytes(),
    "\u{30d1}".as_bytes(),
    "\u{be44}".as_bytes(),
    "has\u{142}".as_bytes(),
];

/// The stems as sets of bytes, letters in either case, short ones with anything after them; and `pw` at the end of a
/// name.
pub(crate) fn stems() -> &'static [[ByteSet; 4]] {
    static STEM_SETS: OnceLock<Vec<[ByteSet; 4]>> = OnceLock::new();
    STEM_SETS.get_or_init(|| {
        let of = |stem: &[u8], at: usize| match stem.get(at) {
            Some(&byte) => ByteSet::of(|other| other.eq_ignore_ascii_case(&byte)),
            None => ByteSet::of(|_| true),
        };
        let short = [
            ByteSet::of(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.')),
            of(b"p", 0),
            of(b"w", 0),
            ByteSet::of(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()),
        ];
        STEMS.iter().map(|stem| std::array::from_fn(|at| of(stem, at))).chain([short]).collect()
    })
}

fn is_stem(haystack: &[u8], at: usize) -> bool {
    haystack[at..].first_chunk::<4>().is_some_and(|four| {
        stems().iter().any(|stem| stem.iter().zip(four).all(|(set, &byte)| set.contains(byte)))
    })
}

/// Reads the assignment to the name in which a stem stands at `at`; `None` if there is none, or if the name has a stem
/// further left, from which it is read.
fn read(haystack: &[u8], at: usize) -> Option<(Name, Assigned)> {
    let end = name::end(haystack, at);
    let start = name::start(haystack, at);
    let span = Span::new(start, end);
    let assigned = grammar::read(haystack, span)?;
    if (start..at).any(|before| is_stem(haystack, before)) {
        return None;
    }
    Some((name::read(haystack, span)?, assigned))
}

/// Every value that is assigned to the name in which a stem stands at `at`.
fn each(haystack: &[u8], at: usize, mut found: impl FnMut(&Name, &Assigned)) {
    let Some((name, assigned)) = read(haystack, at) else { return };
    if !grammar::is_key(haystack, &assigned) {
        found(&name, &assigned);
    }
    grammar::more(haystack, &assigned, |assigned| found(&name, &assigned));
}

/// Judges what is assigned to the name in which a stem stands at `at`.
pub(crate) fn judge(haystack: &[u8], at: usize, mut found: impl FnMut(Judged)) {
    each(haystack, at, |name, assigned| {
        let mut points = 0_i16;
        score::weigh(name, assigned, haystack, |weight, _| points += weight);
        if points >= score::DROP {
            let score = Score { points, bare: !assigned.literal };
            found(Judged { kind: name.kind, name: name.span, value: assigned.value, score });
        }
    });
}

/// The same for the oracle: at every place where a stem stands.
pub(crate) fn judge_anywhere(haystack: &[u8], at: usize, found: impl FnMut(Judged)) {
    if is_stem(haystack, at) {
        judge(haystack, at, found);
    }
}

/// Why an assignment is a finding, or is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Where the name stands.
    pub name: Span,
    /// Where the value stands.
    pub value: Span,
    /// What the name says the value is.
    pub kind: NameKind,
    /// Every weight, those of the place left out.
    pub weights: Vec<Weight>,
    /// Their sum.
    pub score: Score,
}

/// Every assignment to a telling name in a haystack, with the reasons for and against it.
#[must_use]
pub fn explain(haystack: &[u8]) -> Vec<Explanation> {
    let mut all = Vec::new();
    for at in (0..haystack.len()).filter(|&at| is_stem(haystack, at)) {
        each(haystack, at, |name, assigned| {
            let mut weights = Vec::new();
            score::weigh(name, assigned, haystack, |points, reason| weights.push(Weight { points, reason }));
            weights.retain(|weight| weight.points != 0);
            let points = weights.iter().map(|weight| weight.points).sum();
            let score = Score { points, bare: !assigned.literal };
            all.push(Explanation { name: name.span, value: assigned.value, kind: name.kind, weights, score });
        });
    }
    all
}
