//! Secrets without a provider and without a form: what is assigned to a name that says so, judged.
//!
//! A candidate is a name with a telling word in it (`password`, `secret`, `token`, `key`, in several languages) and a
//! value that is assigned to it in one of the grammars that people use. Name, value and grammar each add weights to a
//! score, and the score is the confidence. Nothing here knows the object or its path: what the place adds is added by
//! whoever knows it, with [`place_weight`].

mod addresses;
mod forms;
mod grammar;
mod lexicon;
mod lists;
mod name;
mod score;
mod value;

use std::sync::{LazyLock, OnceLock};

use aho_corasick::packed::Searcher;
use keysieve_finding::{Confidence, FileKind, Span};
use keysieve_rules::{ByteSet, NameKind, Pattern, Rule};

pub use score::Weight;

use grammar::{Assigned, Glance, Operator};
pub(crate) use name::Names;

use name::{Beside, Name};

use crate::versions::NEAR;

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

    pub(crate) fn any(&self) -> bool {
        self.0.iter().any(Option::is_some)
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
    /// Whether the value can be no text for people: a machine made it up.
    pub made: bool,
}

impl Score {
    /// What it means in an object of a kind; `None` if nothing is to be said.
    #[must_use]
    pub fn confidence(self, kind: FileKind) -> Option<Confidence> {
        score::confidence(self.points + place_weight(kind, self))
    }
}

/// What a value between quotes looks like; `None` if it is empty.
fn looks_of(text: &[u8]) -> Option<value::Looks> {
    let of = || value::looks(text, false, &value::Counts::of(text), &value::Words::of(text));
    (!text.is_empty()).then(of)
}

/// Whether a value is a name that people give: words joined by separators or humps.
pub(crate) fn is_identifier(text: &[u8]) -> bool {
    looks_of(text) == Some(value::Looks::Identifier)
}

/// Whether a value looks as if a machine had made it up.
pub(crate) fn is_random(text: &[u8]) -> bool {
    looks_of(text) == Some(value::Looks::Random)
}

/// Whether a machine made a value up, or it is digits of base 16 or a UUID, which one made as well.
pub(crate) fn is_made(text: &[u8]) -> bool {
    use value::Looks::{Hex, Random, Uuid};
    matches!(looks_of(text), Some(Random | Hex | Uuid))
}

/// How sure a value is that a program's own file gives to a password's name, as far as the value itself can tell: in
/// such a place a word can be a password, but neither a reference nor text for people can, and hardly a name.
pub(crate) fn placed(text: &[u8], bare: bool, confidence: Confidence) -> Option<Confidence> {
    use value::{Counts, Looks, Words, looks};
    // `{"password":true}},{"…`
    if text.is_empty() || bare && text.contains(&b'"') && text.contains(&b'}') {
        return None;
    }
    let (counts, words) = (Counts::of(text), Words::of(text));
    let hump = text.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let joined = text.iter().any(|byte| matches!(byte, b'.' | b':' | b'/' | b'_'));
    match looks(text, bare, &counts, &words) {
        Looks::Placeholder | Looks::Reference | Looks::Keyword => None,
        Looks::Sealed if value::is_designator(text) => None,
        // Programs' own ways to write a hash look like expressions, too.
        Looks::Expression if text.iter().any(|byte| matches!(byte, b'(' | b'[' | b',')) => None,
        Looks::Prose => Some(Confidence::Low),
        Looks::Identifier if hump || joined || counts.lower == 0 => Some(Confidence::Low),
        Looks::Identifier | Looks::Word if score::repeats_name(text) || counts.beyond > 0 => {
            Some(Confidence::Low)
        }
        // `rabbitmqPassword`
        Looks::Human if counts.letters() == text.len() && score::repeats_name(text) => Some(Confidence::Low),
        _ => Some(confidence),
    }
}

/// What the kind of an object adds: in code, a value without quotes is a name or an expression; among the texts of a
/// program, one that people can read is a text.
#[must_use]
pub fn place_weight(kind: FileKind, score: Score) -> i16 {
    match kind {
        FileKind::Code if score.bare => -25,
        FileKind::Prose => -4,
        FileKind::Translation if !score.made => -60,
        _ => 0,
    }
}

/// Four letters that stand in telling words, each in its ways: words that are alike share an entry, because the kernel
/// has room for few.
const STEMS: &[[&str; 4]] = &[
    ["p", "a", "s", "s"],
    ["p", "w", "d", ""],
    ["p", "s", "w", ""],
    ["s", "e", "c", "r"],
    ["t", "o", "k", "e"],
    ["k", "e", "y", ""],
    ["c", "r", "e", "d"],
    ["a", "u", "t", "h"],
    ["m", "d", "p", ""],
    ["r", "a", "s", "e"],
    ["c", "l", "a", "v"],
    ["s", "e", "n", "h"],
    ["k", "e", "n", "n"],
    ["w", "a", "c", "h"],
    ["p", "a", "r", "o"],
    ["h", "ae", "s", "l"],
    ["e", "n", "o", "r"],
    ["i", "f", "r", "e"],
    ["j", "e", "l", "s"],
    ["lg", "oe", "zs", "il"],
    ["kml", "a", "ts", "ak"],
];

/// Telling words in other scripts. The kernel takes all bytes above ASCII for one, so they are looked for where there are
/// such bytes.
const OTHER_SCRIPTS: &[&str] = &[
    "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}",
    "\u{5bc6}\u{7801}",
    "\u{5bc6}\u{78bc}",
    "\u{53e3}\u{4ee4}",
    "\u{30d1}\u{30b9}\u{30ef}\u{30fc}\u{30c9}",
    "\u{be44}\u{bc00}\u{bc88}\u{d638}",
    "\u{c554}\u{d638}",
    "\u{5bc6}\u{94a5}",
    "\u{79d8}\u{94a5}",
    "\u{4ee4}\u{724c}",
    "\u{627}\u{644}\u{645}\u{631}\u{648}\u{631}",
    "\u{5e1}\u{5d9}\u{5e1}\u{5de}\u{5d4}",
    "\u{92a}\u{93e}\u{938}\u{935}\u{930}\u{94d}\u{921}",
    "\u{e23}\u{e2b}\u{e31}\u{e2a}",
];

/// Calls `found` for each telling word in another script that begins in a part of a haystack.
pub(crate) fn other_scripts(haystack: &[u8], from: usize, to: usize, mut found: impl FnMut(usize)) {
    /// How many bytes are asked together whether they are all ASCII.
    const PIECE: usize = 1024;
    const LONGEST: usize = {
        let (mut longest, mut at) = (0, 0);
        while at < OTHER_SCRIPTS.len() {
            longest = if OTHER_SCRIPTS[at].len() > longest { OTHER_SCRIPTS[at].len() } else { longest };
            at += 1;
        }
        longest
    };
    static WORDS: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(OTHER_SCRIPTS));
    let mut at = from;
    while at < to {
        let ascii = |at: usize| haystack[at..to.min(at + PIECE)].is_ascii();
        if ascii(at) {
            at += PIECE;
            continue;
        }
        let begin = at;
        while at < to && !ascii(at) {
            at += PIECE;
        }
        let Some(words) = WORDS.as_ref() else { return };
        let end = to.min(at);
        let part = &haystack[begin..haystack.len().min(end + LONGEST)];
        words.find_iter(part).map(|word| begin + word.start()).filter(|&at| at < end).for_each(&mut found);
    }
}

/// The stems as sets of bytes, letters in either case, short ones with anything after them; and `pw` at the end of a
/// name.
pub(crate) fn stems() -> &'static [[ByteSet; 4]] {
    static STEM_SETS: OnceLock<Vec<[ByteSet; 4]>> = OnceLock::new();
    STEM_SETS.get_or_init(|| {
        let of = |ways: &str| match ways {
            "" => ByteSet::of(|_| true),
            ways => ByteSet::of(|byte| ways.as_bytes().contains(&byte.to_ascii_lowercase())),
        };
        let short = [
            ByteSet::of(|byte| byte.is_ascii_alphabetic() || b"_-. \t\n\"'#$*".contains(&byte)),
            of("p"),
            of("w"),
            ByteSet::of(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()),
        ];
        STEMS.iter().map(|stem| stem.map(of)).chain([short]).collect()
    })
}

#[inline]
fn is_stem(haystack: &[u8], at: usize) -> bool {
    static TABLES: LazyLock<Box<[[u32; 256]; 4]>> = LazyLock::new(|| {
        let mut tables = Box::new([[0; 256]; 4]);
        for (bit, stem) in stems().iter().enumerate() {
            for (table, set) in tables.iter_mut().zip(stem) {
                set.iter().for_each(|byte| table[usize::from(byte)] |= 1 << bit);
            }
        }
        tables
    });
    let tables: &[[u32; 256]; 4] = &TABLES;
    if haystack[at] >= 0x80 {
        return OTHER_SCRIPTS.iter().any(|word| haystack[at..].starts_with(word.as_bytes()));
    }
    haystack[at..].first_chunk::<4>().is_some_and(|four| {
        let [a, b, c, d] = *four;
        tables[0][usize::from(a)]
            & tables[1][usize::from(b)]
            & tables[2][usize::from(c)]
            & tables[3][usize::from(d)]
            != 0
    })
}

/// Reads the assignment to the name in which a stem stands at `at`; `None` if there is none, or if the name has a stem
/// further left, from which it is read.
///
/// Unless `all` are wanted, a name that says that it is of something else is not read further: nothing that is assigned
/// to it can make up for that.
fn read(haystack: &[u8], at: usize, all: bool, names: &mut Names) -> Option<(Name, Assigned)> {
    // Before `pw` may stand a byte that is no part of the name.
    let at = at + usize::from(!name::is_name(haystack[at]));
    let end = name::end(haystack, at);
    let glance = Glance::behind(haystack, end);
    if glance.is_nothing() {
        return None;
    }
    let start = name::start(haystack, at);
    let span = Span::new(start, end);
    if start > 0 && haystack[start - 1] == b':' && is_in_arn(&haystack[..start]) {
        return None;
    }
    let mut name = name::read(haystack, span, names)?;
    let denied = name.before == Beside::Denying || name.after == Beside::Denying;
    let is_spec = denied && haystack[span.range()].ends_with(b"KeySpec");
    if denied && !is_spec && !all {
        return None;
    }
    let before = start.checked_sub(1).map(|before| haystack[before]);
    if !glance.may_assign(haystack, before) || (start..at).any(|before| is_stem(haystack, before)) {
        return None;
    }
    let assigned = grammar::read(haystack, span)?;
    // `new SecretKeySpec("…")` takes the key itself.
    if assigned.operator == Operator::Call && is_spec {
        name.after = Beside::Nothing;
    }
    Some((name, assigned))
}

/// Whether text ends inside the name of a resource: `arn:aws:secretsmanager:eu-west-1:123456789012:`.
fn is_in_arn(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(96)..];
    let is_part = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'*' | b'_' | b'$' | b'{' | b'}' | b'.')
    };
    let length = before.iter().rev().take_while(is_part).count();
    before[before.len() - length..].starts_with(b"arn:")
}

/// Every value that is assigned to the name in which a stem stands at `at`.
fn each(haystack: &[u8], at: usize, all: bool, names: &mut Names, mut found: impl FnMut(&Name, &Assigned)) {
    let Some((name, assigned)) = read(haystack, at, all, names) else { return };
    if !grammar::is_key(haystack, &assigned) {
        found(&name, &assigned);
    }
    grammar::more(haystack, name.span.end, &assigned, |assigned| found(&name, &assigned));
}

/// Whether a value would be a name or an expression in code: it has no quotes, and neither its bytes nor its line speak
/// against it.
fn is_bare(haystack: &[u8], name: &Name, assigned: &Assigned) -> bool {
    if assigned.literal {
        return false;
    }
    let text = &haystack[assigned.value.range()];
    let counts = value::Counts::of(text);
    let mixed = counts.digit > 0 && counts.letters() > 0;
    // `api_key: 5eb86c…`, as in the examples of a documentation string.
    let in_line =
        assigned.operator == Operator::Colon && grammar::is_line(haystack, name.span, assigned.value);
    !(mixed && (in_line || value::is_no_code(text, &counts)))
}

/// Judges what is assigned to the name in which a stem stands at `at`. Says whether that may have taken more than the
/// [`NEAR`](crate::versions::NEAR) bytes behind it.
pub(crate) fn judge(haystack: &[u8], at: usize, names: &mut Names, mut found: impl FnMut(Judged)) -> bool {
    // So that what is said of a place depends on what is near it, whatever grammar is read.
    let near = &haystack[..haystack.len().min(at + NEAR)];
    let Some((name, assigned)) = read(near, at, false, names) else { return false };
    let mut weigh = |haystack: &[u8], assigned: &Assigned| {
        if let Some((points, made)) = score::score(&name, assigned, haystack) {
            let score = Score { points, bare: is_bare(haystack, &name, assigned), made };
            found(Judged { kind: name.kind, name: name.span, value: assigned.value, score });
        }
    };
    if !grammar::is_key(near, &assigned) {
        weigh(near, &assigned);
    }
    // A list goes on for as long as it likes.
    grammar::more(haystack, name.span.end, &assigned, |assigned| weigh(haystack, &assigned))
}

/// The same for the oracle: at every place where a stem stands.
pub(crate) fn judge_anywhere(haystack: &[u8], at: usize, found: impl FnMut(Judged)) {
    if is_stem(haystack, at) {
        let _ = judge(haystack, at, &mut Names::default(), found);
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
    let (mut all, mut names) = (Vec::new(), Names::default());
    for at in (0..haystack.len()).filter(|&at| is_stem(haystack, at)) {
        each(haystack, at, true, &mut names, |name, assigned| {
            let mut weights = Vec::new();
            let made = score::weigh(name, assigned, haystack, |points, reason| {
                weights.push(Weight { points, reason })
            });
            weights.retain(|weight| weight.points != 0);
            let points = weights.iter().map(|weight| weight.points).sum();
            let score = Score { points, bare: is_bare(haystack, name, assigned), made };
            all.push(Explanation { name: name.span, value: assigned.value, kind: name.kind, weights, score });
        });
    }
    all
}
