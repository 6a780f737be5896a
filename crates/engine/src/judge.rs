//! The gates that a rule declares: what a match must also satisfy.

use keysieve_finding::{Confidence, FileKind, SecretKind, Span};
use keysieve_rules::{OnInvalid, Pattern, Structure};

use crate::compiled::Compiled;
use crate::context::is_token;
use crate::designation::is_of_no_secret;
use crate::entropy::shannon;
use crate::form::Spans;
use crate::generic::{self, Judged, is_identifier, is_random};
use crate::human::{Human, is_commented, is_in_template, is_named};
use crate::placeholder::{contains_folded, goes_on_as_template, is_example, is_placeholder};
use crate::structure;
use crate::{Checked, Match, Note, named};

/// Judges a match by its rule's gates: the same for the engine and for its oracle.
pub(crate) fn judge(
    index: u32,
    compiled: &Compiled,
    haystack: &[u8],
    spans: Spans,
    context: Option<(u16, Span)>,
) -> Option<Match> {
    let gates = &compiled.rule.gates;
    let secret = &haystack[spans.secret.range()];
    if secret.is_empty() || gates.digit && !has_digit(compiled, secret) {
        return None;
    }
    if let Pattern::Context(pattern) = &compiled.rule.pattern
        && (is_of_no_secret(haystack, spans.secret.start, &pattern.words)
            || goes_on(haystack, spans.secret)
            || is_identifier(secret)
            || gates.structure == Some(Structure::NamedKey)
                && !context.is_some_and(|(_, word)| named::is_key(haystack, word, spans.secret)))
    {
        return None;
    }
    let entropy = shannon(secret);
    if gates.entropy.is_some_and(|least| entropy < least) || is_allowed(compiled, secret) {
        return None;
    }
    let mut confidence = compiled.rule.info.confidence;
    let mut note = match gates.structure {
        Some(structure) => structure::check(structure, secret)?,
        None => Note::None,
    };
    if !gates.keep_placeholders
        && !compiled.rule.paths.is_empty()
        && compiled.rule.info.kind == SecretKind::Password
    {
        confidence = placed(haystack, secret, spans, confidence)?;
    } else if !gates.keep_placeholders && compiled.rule.info.kind != SecretKind::PrivateKey {
        if is_example(secret) {
            note = Note::DocumentationExample;
            confidence = Confidence::Low;
        } else if is_placeholder(secret) || goes_on_as_template(&haystack[spans.secret.end..]) {
            return None;
        } else if compiled.rule.info.kind == SecretKind::Password {
            if is_named(secret) {
                return None;
            }
            let basic =
                (gates.structure == Some(Structure::BasicAuth)).then(|| structure::basic_password(secret));
            if Human::of(basic.flatten().as_deref().unwrap_or(secret)) == Human::Default {
                confidence = Confidence::Low;
            }
        }
    }
    let mut checked = Checked::None;
    if let (Some(checksum), Some(gate)) = (compiled.checksum, &gates.checksum) {
        checked = if checksum.verify(secret) { Checked::Valid } else { Checked::Invalid };
        match (checked, gate.on_invalid) {
            (Checked::Invalid, OnInvalid::Drop) => return None,
            (Checked::Invalid, OnInvalid::Low) => confidence = Confidence::Low,
            _ if note != Note::DocumentationExample => confidence = Confidence::High,
            _ => {}
        }
    }
    Some(Match {
        rule: index,
        span: spans.whole,
        secret: spans.secret,
        confidence,
        entropy,
        checksum: checked,
        note,
        score: None,
        context,
        decoded: None,
    })
}

/// Whether a value that words before it tell of is only the beginning of a longer token: base64 goes on with `+`, other
/// tokens with `-` and a letter or digit.
fn goes_on(haystack: &[u8], secret: Span) -> bool {
    match haystack[secret.end..] {
        [b'+', ..] => true,
        [b'-', next, ..] => next.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// How sure a password is that a program's own file assigns; `None` if it is none.
fn placed(haystack: &[u8], secret: &[u8], spans: Spans, confidence: Confidence) -> Option<Confidence> {
    match Human::of(secret) {
        Human::StandIn => None,
        Human::Default => Some(Confidence::Low),
        // Programs come with their settings commented out, a word in each.
        Human::Chosen if is_commented(haystack, spans.secret.start) => {
            let random = secret.len() >= 8 && secret.iter().any(u8::is_ascii_digit);
            Some(if random { confidence.min(Confidence::Medium) } else { Confidence::Low })
        }
        Human::Chosen => {
            let before = spans.secret.start.checked_sub(1).map(|at| haystack[at]);
            let bare = !matches!(before, Some(b'"' | b'\'' | b'`' | b'>'));
            if bare && is_in_template(haystack, spans.secret.start) {
                return None;
            }
            if bare
                && secret.iter().all(u8::is_ascii_alphabetic)
                && is_sentence(&haystack[spans.secret.end..])
            {
                return None;
            }
            generic::placed(secret, bare, confidence)
        }
    }
}

/// Whether words follow on the line, and nothing else: then the first of them was none that stands for itself.
fn is_sentence(after: &[u8]) -> bool {
    const NEAR: usize = 120;
    let near = &after[..after.len().min(NEAR)];
    let line = &near[..memchr::memchr2(b'\n', b'\r', near).unwrap_or(near.len())];
    let word = |word: &[u8]| {
        word.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b',' | b'!' | b'\''))
    };
    line.first() == Some(&b' ')
        && line.split(|&byte| byte == b' ').all(word)
        && line.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).count() >= 2
}

/// What is assigned to a name, as a match of a rule. Its confidence is that in a place of which nothing is known.
pub(crate) fn assigned_match(rule: u32, haystack: &[u8], at: usize, judged: &Judged) -> Match {
    let secret = &haystack[judged.value.range()];
    let example = is_example(secret);
    let confidence = judged.score.confidence(FileKind::Unknown).unwrap_or(Confidence::Low);
    Match {
        rule,
        span: Span::new(at, judged.value.end),
        secret: judged.value,
        confidence: if example { Confidence::Low } else { confidence },
        entropy: shannon(secret),
        checksum: Checked::None,
        note: if example { Note::DocumentationExample } else { Note::None },
        score: Some(judged.score),
        context: None,
        decoded: None,
    }
}

/// Whether a digit stands in a secret; where the words before it tell of it, among the token bytes that it begins with,
/// because the kernel sees as far. A password that a machine made of letters alone needs none.
fn has_digit(compiled: &Compiled, secret: &[u8]) -> bool {
    let told = matches!(compiled.rule.pattern, Pattern::Context(_));
    secret.iter().take_while(|&&byte| !told || is_token(byte)).any(u8::is_ascii_digit)
        || compiled.rule.info.kind == SecretKind::Password && is_random(secret)
}

fn is_allowed(compiled: &Compiled, secret: &[u8]) -> bool {
    let gates = &compiled.rule.gates;
    gates.stopwords.iter().any(|word| contains_folded(secret, word.as_bytes()))
        || !gates.allow_regexes.is_empty() && compiled.allow().iter().any(|allow| allow.is_match(secret))
}
