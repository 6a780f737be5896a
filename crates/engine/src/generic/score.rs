//! How likely an assigned value is a secret: a sum of weights, each with its reason.
//!
//! A weight is in tenths; about ten of them make it ten times as likely. Above zero a value is reported at medium
//! confidence, from [`HIGH`] on at high, and below [`DROP`] it is nothing at all. The weights are few and each speaks of
//! one thing: the name, the value's looks, its length and mixture, and how it is assigned.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use keysieve_finding::Confidence;
use keysieve_rules::NameKind::{self, Key, Password, Secret, Token};

use super::grammar::{Assigned, Form, Operator};
use super::lists::{self, words};
use super::name::{Beside, Name};
use super::value::{Counts, Looks, Words};
use crate::placeholder::goes_on_as_template;

/// From here on confidence is high.
pub(crate) const HIGH: i16 = 30;
/// Below this nothing is said of a value.
pub(crate) const DROP: i16 = -20;
/// What the looks of a value can add to what its name and grammar say, at most.
pub(crate) const MOST_OF_LOOKS: i16 = 45;

/// A weight and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// In tenths.
    pub points: i16,
    /// What it says, as part of a sentence.
    pub reason: &'static str,
}

/// What a score means.
pub(crate) fn confidence(score: i16) -> Option<Confidence> {
    match score {
        HIGH.. => Some(Confidence::High),
        0.. => Some(Confidence::Medium),
        DROP.. => Some(Confidence::Low),
        _ => None,
    }
}

/// The score of an assignment, and whether a machine made the value; `None` where it is dropped, which is told as early
/// as it can be.
pub(crate) fn score(name: &Name, assigned: &Assigned, haystack: &[u8]) -> Option<(i16, bool)> {
    let mut points = 0_i16;
    weigh_name(name, &mut |weight, _| points += weight);
    weigh_form(assigned, &mut |weight, _| points += weight);
    let length = assigned.value.len();
    if points + MOST_OF_LOOKS < DROP
        || length < if name.kind == Password { 4 } else { 8 }
        || same_letters(&haystack[assigned.value.range()], &haystack[name.span.range()])
    {
        return None;
    }
    points = 0;
    let made = weigh(name, assigned, haystack, |weight, _| points += weight);
    (points >= DROP).then_some((points, made))
}

/// Hands every weight of an assignment to `add`. Says whether the value is one that no one would read to others, in any
/// language.
pub(crate) fn weigh(
    name: &Name,
    assigned: &Assigned,
    haystack: &[u8],
    mut add: impl FnMut(i16, &'static str),
) -> bool {
    let text = &haystack[assigned.value.range()];
    let counts = Counts::of(text);
    let words = Words::of(text);
    let looks = super::value::looks(text, assigned.form == Form::Bare, &counts, &words);
    weigh_name(name, &mut add);
    weigh_form(assigned, &mut add);
    if looks == Looks::Number
        && name.kind == Password
        && is_digits(&counts, text)
        && is_text(haystack, name, assigned)
    {
        add(-5, "the value is a number");
    } else {
        weigh_looks(name.kind, looks, &counts, &mut add);
    }
    let named = &haystack[name.span.range()];
    if same_letters(text, named) {
        add(-90, "it is the name itself");
    }
    if text.len() >= 6 && text.iter().all(u8::is_ascii_alphabetic) && ends_with_letters(named, text) {
        add(-40, "it is the end of the name");
    }
    if counts.digit == 0 && text.len() > named.len() && named.len() >= 5 && ends_with_letters(text, named) {
        add(-40, "it ends with the name");
    }
    if assigned.form == Form::Bare && counts.sign == 0 && counts.digit < 2 {
        if same_last_word(named, text) {
            add(-40, "it is called as its name is");
        }
        if counts.digit == 0 && (named.starts_with(b"this.") || named.starts_with(b"self.")) {
            add(-60, "it is a name in a program");
        }
    }
    if goes_on(haystack, assigned, text) {
        add(-60, "it is the beginning of what is put together");
    }
    if matches!(text, [b'\\', b'u' | b'x', ..]) && text.len() <= 6 {
        add(-60, "it is a single character");
    }
    if named.eq_ignore_ascii_case(b"auth") {
        add(-10, "the name says only that someone signs in");
    }
    if assigned.operator == Operator::Comma && looks == Looks::Hex && is_in_tuple(haystack, name) {
        add(-40, "it may be the hash of what stands before it");
    }
    weigh_sentence(named, assigned, text, &counts, &mut add);
    if name.kind != Password
        && name.before == Beside::Nothing
        && (matches!(looks, Looks::Hex | Looks::Uuid) || looks == Looks::Random && counts.digit >= 2)
    {
        match service_before(haystack, name.span.start) {
            Some(0) => add(20, "it belongs to a service"),
            Some(_) => add(12, "a service is named before it"),
            None => {}
        }
    }
    if name.kind == Key && looks == Looks::Hex && matches!(text.len(), 16 | 40) && counts.lower == 0 {
        add(-30, "it may be the fingerprint of a public key");
    }
    if assigned.form == Form::Bare && goes_on_as_template(&haystack[assigned.value.end..]) {
        add(-60, "it is the beginning of a template");
    }
    match name.kind {
        Password => {
            if looks == Looks::Word && is_run_together(text, assigned) {
                add(14, "words are written together, as in no name");
            }
            weigh_password(text, looks, &counts, &words, &mut add);
        }
        // Some call a password a secret.
        Secret if looks == Looks::Human && is_password(&counts) && text.len() >= 10 => {
            add(if repeats_name(text) { -12 } else { 0 }, "it repeats the name");
        }
        Secret | Token | Key => weigh_token(text, looks, &counts, &words, &mut add),
    }
    match looks {
        Looks::Hex | Looks::Uuid => true,
        Looks::Random => counts.digit > 1 && counts.beyond == 0,
        _ => false,
    }
}

/// Whether the characters are mixed as in a password, and not as in a name.
fn is_password(counts: &Counts) -> bool {
    counts.classes() == 4 && !counts.has(b'_')
}

/// How many words stand between the name of a service and a place, in the line or in those above it; `None` if none is
/// named near.
fn service_before(haystack: &[u8], at: usize) -> Option<usize> {
    const FARTHEST: usize = 96;
    let before = &haystack[at.saturating_sub(FARTHEST)..at];
    // The first one may be the end of a longer word.
    let whole = before.iter().position(|byte| !byte.is_ascii_alphanumeric() || at <= FARTHEST)?;
    let mut words =
        before[whole..].rsplit(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.position(lists::is_service)
}

fn is_digits(counts: &Counts, text: &[u8]) -> bool {
    counts.digit == text.len() && text.len() >= 6
}

/// Whether a value is text where it stands, and no number of a program or of JSON.
fn is_text(haystack: &[u8], name: &Name, assigned: &Assigned) -> bool {
    let after = haystack.get(name.span.end);
    assigned.form == Form::Quoted
        || assigned.literal && assigned.operator != Operator::Colon
        || after == Some(&b'=')
        || after == Some(&b':') && assigned.operator == Operator::Colon
}

fn weigh_name(name: &Name, add: &mut impl FnMut(i16, &'static str)) {
    match name.kind {
        Password => add(8, "the name is that of a password"),
        Secret => add(5, "the name is that of a secret"),
        Token => add(0, "the name is that of a token"),
        Key => add(-8, "the name is that of a key"),
    }
    match (name.kind, name.before) {
        (_, Beside::Denying) => add(-90, "a word before it makes the name that of something else"),
        (_, Beside::Doubting) => add(-10, "a word before it speaks of a form to be filled in"),
        (Key, Beside::Telling) => add(16, "a word before it says which key"),
        (_, Beside::Telling) => add(6, "a word before it says what for"),
        (Key, Beside::Nothing) => add(-14, "the name is just `key`"),
        (Key, Beside::Plain | Beside::Unknown) => add(-6, "nothing says that the key is secret"),
        _ => {}
    }
    match name.after {
        Beside::Denying => add(-90, "a word after it makes the name that of something else"),
        Beside::Unknown => add(-18, "an unknown word after it may make the name that of something else"),
        _ => {}
    }
}

fn weigh_form(assigned: &Assigned, add: &mut impl FnMut(i16, &'static str)) {
    match assigned.operator {
        Operator::Compare => add(-4, "it is compared, not assigned"),
        Operator::Comma => add(-6, "it is an argument after the name"),
        Operator::Cell => add(-8, "it stands in a table"),
        Operator::Column => add(-4, "it stands in a column"),
        Operator::Default => add(-2, "it is a default"),
        Operator::Flag => add(-2, "it follows an option"),
        Operator::Beside => add(-6, "it stands beside the name, with nothing between them"),
        Operator::Is => add(-6, "it is part of a sentence"),
        _ => {}
    }
}

/// What holds of text for people, and of code that reads like it.
fn weigh_sentence(
    name: &[u8],
    assigned: &Assigned,
    text: &[u8],
    counts: &Counts,
    add: &mut impl FnMut(i16, &'static str),
) {
    let plain = counts.digit == 0 && text.iter().take(text.len() - 1).all(u8::is_ascii_alphabetic);
    match assigned.operator {
        Operator::Is if plain || text.contains(&b'(') => add(-40, "it is a word of the sentence"),
        Operator::Compare if assigned.form == Form::Bare => {
            add(-25, "it is compared with what has no quotes")
        }
        Operator::Cell if text.contains(&b'*') => add(-60, "it is a pattern"),
        // `pass "--yes" to go on`
        Operator::Beside if name.eq_ignore_ascii_case(b"pass") => add(-25, "`pass` is a verb here"),
        _ => {}
    }
}

/// Whether a string that is assigned is several words without anything between them, in small letters.
fn is_run_together(text: &[u8], assigned: &Assigned) -> bool {
    assigned.form == Form::Quoted
        && matches!(assigned.operator, Operator::Assign | Operator::Colon | Operator::Compare)
        && text.len() >= 8
        && text.iter().all(u8::is_ascii_lowercase)
        && !super::lexicon::is_word(text)
        && !text.strip_suffix(b"s").is_some_and(super::lexicon::is_word)
        && !repeats_name(text)
}

/// Whether a name ends with a word, whatever its case and separators: `AuthMethodUserpass`, `userpass`.
fn ends_with_letters(name: &[u8], word: &[u8]) -> bool {
    let letters = |byte: &&u8| byte.is_ascii_alphanumeric();
    let mut name = name.iter().rev().filter(letters);
    word.iter().rev().all(|byte| name.next().is_some_and(|other| other.eq_ignore_ascii_case(byte)))
}

/// Whether a name in quotes is the first of a tuple, not of a call's arguments.
fn is_in_tuple(haystack: &[u8], name: &Name) -> bool {
    let before = &haystack[name.span.start.saturating_sub(3)..name.span.start];
    let quote = before.iter().rposition(|&byte| byte == b'(');
    quote.is_some_and(|at| at == 0 || !before[at - 1].is_ascii_alphanumeric() && before[at - 1] != b'_')
}

/// Whether two names in humps end with the same one: `encryptionKey` and `myKmsKey`.
fn same_last_word(one: &[u8], other: &[u8]) -> bool {
    let last = |text: &[u8]| text.iter().rposition(u8::is_ascii_uppercase).filter(|&at| at > 0);
    match (last(one), last(other)) {
        (Some(at), Some(other_at)) => one.len() - at >= 3 && one[at..] == other[other_at..],
        _ => false,
    }
}

/// Whether a string ends as a prefix does and something is added to it: `'webhook_' . random()`.
fn goes_on(haystack: &[u8], assigned: &Assigned, text: &[u8]) -> bool {
    if assigned.form != Form::Quoted
        || !matches!(text.last(), Some(b'_' | b'-' | b':' | b'/' | b'.' | b'=' | b' '))
    {
        return false;
    }
    let after = &haystack[(assigned.value.end + 1).min(haystack.len())..];
    let blanks = after.iter().take(4).take_while(|&&byte| byte == b' ').count();
    match after[blanks..] {
        [b'+', next, ..] => next != b'=',
        [b'.', b'.', ..] | [b'<', b'<', ..] | [b'&', b' ', ..] | [b'|', b'|', ..] => true,
        [b'.', b' ' | b'$', ..] => true,
        _ => false,
    }
}

/// Whether two texts are the same but for their separators and cases.
fn same_letters(one: &[u8], other: &[u8]) -> bool {
    fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase)
    }
    one.len().abs_diff(other.len()) <= 6 && one.is_ascii() && letters(one).eq(letters(other))
}

fn weigh_looks(kind: NameKind, looks: Looks, counts: &Counts, add: &mut impl FnMut(i16, &'static str)) {
    match looks {
        Looks::Placeholder => add(-90, "the value is a placeholder"),
        Looks::Reference => add(-90, "the value refers to another"),
        Looks::Expression => add(-60, "the value is an expression"),
        Looks::Keyword => add(-60, "the value is a common word that says nothing"),
        Looks::Sealed => add(-60, "the value is a hash, public or sealed"),
        Looks::Address => add(-40, "the value is a path, a name of a file or an address"),
        Looks::Identifier => add(-35, "the value is made of words, as a name is"),
        Looks::Prose => add(-45, "the value is text for people"),
        Looks::Number if kind == Password && counts.sign == 0 => add(-12, "the value is a number"),
        Looks::Number => add(-40, "the value is a number, a date or a version"),
        Looks::Word if kind == Password => add(-22, "the value is a single word"),
        Looks::Word => add(-40, "the value is a single word"),
        Looks::Weak if kind == Password => add(-18, "the value is a common word with something after it"),
        Looks::Weak => add(-50, "the value is a common word with something after it"),
        Looks::Uuid if kind == Password => add(0, "the value is a UUID"),
        Looks::Uuid if kind == Token => add(-11, "the value is a UUID, as ids of requests are"),
        Looks::Uuid => add(-2, "the value is a UUID"),
        Looks::Hex => add(10, "the value is hexadecimal"),
        Looks::Human if kind == Password => add(4, "a person may have made the value up"),
        Looks::Human if kind == Secret && is_password(counts) => {
            add(0, "a person may have made the value up")
        }
        Looks::Human => add(-16, "the value is not random"),
        Looks::Random => add(18, "the value is random"),
    }
}

fn weigh_password(
    text: &[u8],
    looks: Looks,
    counts: &Counts,
    words: &Words,
    add: &mut impl FnMut(i16, &'static str),
) {
    match text.len() {
        0..4 => add(-40, "it is too short"),
        4..6 => add(-14, "it is short"),
        6..8 => add(-3, "it is short"),
        65.. => add(-8, "it is long for a password"),
        _ => {}
    }
    if matches!(looks, Looks::Human | Looks::Random) {
        match counts.classes() {
            4.. => add(14, "it mixes four kinds of characters"),
            3 => add(9, "it mixes three kinds of characters"),
            2 => add(2, "it mixes two kinds of characters"),
            _ => add(-6, "all its characters are of one kind"),
        }
        if counts.digit == 0 && counts.sign == 0 {
            if words.percent() > 40 {
                add(-8, "much of it is words");
            } else if looks == Looks::Human && words.surprise < 40 {
                add(-14, "it is letters that could be a word");
            }
        }
    }
    if repeats_name(text) {
        add(-16, "it repeats the name");
    }
}

fn weigh_token(
    text: &[u8],
    looks: Looks,
    counts: &Counts,
    words: &Words,
    add: &mut impl FnMut(i16, &'static str),
) {
    match text.len() {
        0..8 => add(-40, "it is too short"),
        8..12 => add(-16, "it is short"),
        12..16 => add(-8, "it is rather short"),
        20..=128 => add(6, "it is as long as keys are"),
        257.. => add(-10, "it is longer than keys are"),
        _ => {}
    }
    if looks == Looks::Random || looks == Looks::Human {
        if counts.digit == 0 {
            add(-8, "it holds no digit");
        }
        if counts.digit > 0 && counts.upper > 0 && counts.lower > 0 && words.percent() < 35 {
            add(5, "it mixes digits, capitals and small letters");
        }
        if words.percent() >= 50 {
            add(-10, "half of it is words");
        }
        if counts.sign * 4 > text.len() {
            add(-10, "much of it is signs");
        }
    }
    if repeats_name(text) {
        add(-12, "it repeats the name");
    }
}

/// Whether a value says what it is: `mypassword1`, `secret-token-4`.
pub(super) fn repeats_name(text: &[u8]) -> bool {
    const WORDS: &str = "password passwd passwort secret token apikey api_key api-key _key -key pwd pass_ mypass test example dummy sample fake";
    static REPEATED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words(WORDS))
            .ok()
    });
    REPEATED.as_ref().is_some_and(|words| words.is_match(text))
}
