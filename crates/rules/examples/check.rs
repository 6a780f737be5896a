//! Checks rule files: `cargo run -p keysieve-rules --example check -- rules/github.toml …`
//!
//! Parses each file strictly and runs every example against its rule's plain expression, without the engine: the
//! expression, its left boundary, the context words and the operator, and the gates that the rule states.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use keysieve_checksum::Checksum;
use keysieve_rules::{ByteSet, ContextPattern, Driver, End, Example, Left, Pack, Pattern, Rule, Strictness};
use regex::bytes::{Regex, RegexBuilder};

fn main() -> io::Result<ExitCode> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut out = io::stdout().lock();
    let pack = match Pack::load_files(&paths, Strictness::Pack) {
        Ok(pack) => pack,
        Err(errors) => {
            writeln!(out, "{errors}\n{} problems", errors.problems.len())?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut failures = 0;
    for (rule, examples) in pack.rules.iter().zip(&pack.examples) {
        let id = &rule.info.id;
        let oracle = Oracle::new(rule);
        let positives = examples.positives(id).map_err(io::Error::other)?;
        for (example, template) in positives.iter().zip(&examples.positive) {
            if let Err(why) = oracle.positive(example) {
                failures += 1;
                writeln!(out, "FAIL {id}, positive in line {}: {why}\n     {}", template.line, example.text)?;
            }
        }
        let negatives = examples.negatives(id).map_err(io::Error::other)?;
        for (example, template) in negatives.iter().zip(&examples.negative) {
            let found = oracle.found(example.text.as_bytes());
            if found.is_empty() {
                continue;
            }
            let spared = !rule.gates.keep_placeholders;
            let word = if spared { "note" } else { "FAIL" };
            failures += usize::from(!spared);
            let why = "found; only the engine's placeholder filter could drop it";
            writeln!(out, "{word} {id}, negative in line {}: {why}\n     {}", template.line, example.text)?;
        }
    }
    let driven =
        |wanted: fn(&Driver) -> bool| pack.rules.iter().filter(|rule| wanted(&rule.plan.driver)).count();
    writeln!(
        out,
        "{} rules, {failures} failures; found by prefix {}, by context {}, by stem {} (the dear ones)",
        pack.rules.len(),
        driven(|driver| matches!(driver, Driver::Prefix(_))),
        driven(|driver| matches!(driver, Driver::Context)),
        driven(|driver| matches!(driver, Driver::Stem { .. })),
    )?;
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A rule as its file states it, and nothing more.
struct Oracle<'r> {
    rule: &'r Rule,
    /// What a match is wherever it begins, and which bytes may not follow it.
    bodies: Vec<(Regex, Option<ByteSet>)>,
    /// The bytes that may not stand before a value: those that it could begin with.
    firsts: Vec<ByteSet>,
    words: Option<Regex>,
    escape: Regex,
    allow: Vec<Regex>,
}

fn bytes(expression: &str) -> Regex {
    RegexBuilder::new(expression).unicode(false).build().expect("the rule was checked")
}

impl<'r> Oracle<'r> {
    fn new(rule: &'r Rule) -> Self {
        let words = match &rule.pattern {
            Pattern::Regex(_) => None,
            Pattern::Context(context) => {
                let word = |word: &String| word.replace(['-', '_', '.', ' '], "[-_. ]?");
                let words: Vec<_> = context.words.iter().map(word).collect();
                Some(bytes(&format!("(?i:{})", words.join("|"))))
            }
        };
        let shapes = &rule.plan.shapes;
        let (bodies, firsts) = match &words {
            None => (vec![(bytes(&rule.plan.body), None)], Vec::new()),
            Some(_) => (
                shapes
                    .iter()
                    .map(|shape| match shape.end {
                        End::NotIn(set) => (bytes(&shape.to_expression()), Some(set)),
                        _ => (bytes(&shape.to_expression()), None),
                    })
                    .collect(),
                shapes.iter().filter_map(|shape| Some(shape.elements.first()?.set)).collect(),
            ),
        };
        Self {
            rule,
            bodies,
            firsts,
            words,
            escape: bytes(r"(?:\\[abfnrtv0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})$"),
            allow: rule.gates.allow_regexes.iter().map(|regex| bytes(regex)).collect(),
        }
    }

    fn positive(&self, example: &Example) -> Result<(), String> {
        let text = example.text.as_bytes();
        let wanted = example.secret.ok_or("no secret is marked")?;
        let secret = &text[wanted.range()];
        let captured = self.captured(text);
        if !captured.contains(&(wanted.start, wanted.end)) {
            let found: Vec<_> =
                captured.iter().map(|&(start, end)| String::from_utf8_lossy(&text[start..end])).collect();
            return Err(format!("the expression captures {found:?}"));
        }
        self.near(text, wanted.start)?;
        self.gates(secret)?;
        match self.found(text).len() {
            1 => Ok(()),
            count => Err(format!("{count} secrets are found in place of one")),
        }
    }

    /// What the rule finds: captured, near its words, past its gates.
    fn found(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = self.captured(text);
        found.retain(|&(start, end)| self.near(text, start).is_ok() && self.gates(&text[start..end]).is_ok());
        found
    }

    fn captured(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let matched = self.left(text, at).then(|| self.begins(text, at)).flatten();
            at = match matched {
                Some((secret, end)) => {
                    found.push(secret);
                    end.max(at + 1)
                }
                None => at + 1,
            };
        }
        found
    }

    /// The secret and the end of a match that begins exactly here.
    fn begins(&self, text: &[u8], at: usize) -> Option<((usize, usize), usize)> {
        self.bodies.iter().find_map(|(body, not_before)| {
            let captures = body.captures_at(text, at)?;
            let whole = captures.get(0).filter(|whole| whole.start() == at)?;
            if not_before.zip(text.get(whole.end())).is_some_and(|(set, &next)| set.contains(next)) {
                return None;
            }
            let secret = captures.name("secret").unwrap_or(whole);
            Some(((secret.start(), secret.end()), whole.end()))
        })
    }

    fn left(&self, text: &[u8], start: usize) -> bool {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let Some(before) = text[..start].last() else { return true };
        let outside = !word(before) && !self.firsts.iter().any(|set| set.contains(*before));
        self.rule.plan.left == Left::Any || outside || self.escape.is_match(&text[..start])
    }

    /// Whether a context word and an operator stand before the value, if the rule asks for them.
    fn near(&self, text: &[u8], start: usize) -> Result<(), String> {
        let (Some(words), Pattern::Context(context)) = (&self.words, &self.rule.pattern) else {
            return Ok(());
        };
        let line = text[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let from = line.max(start.saturating_sub(usize::from(context.within)));
        let mut at = from;
        let mut word_found = false;
        while let Some(word) = words.find_at(&text[..start], at) {
            word_found |= part_begins(text, word.start());
            at = word.start() + 1;
        }
        if !word_found {
            return Err(format!("no context word at the start of a part within {} bytes", context.within));
        }
        operator(context, text, start, line)
    }

    fn gates(&self, secret: &[u8]) -> Result<(), String> {
        let gates = &self.rule.gates;
        let bits = shannon(secret);
        if gates.entropy.is_some_and(|least| bits < least) {
            return Err(format!("its entropy is {bits:.2}"));
        }
        if gates.digit && !secret.iter().any(u8::is_ascii_digit) {
            return Err("it has no digit (`digit = false` allows that)".into());
        }
        if let Some(gate) = &gates.checksum {
            if !Checksum::by_name(&gate.name).is_some_and(|checksum| checksum.verify(secret)) {
                return Err(format!("its checksum {} is wrong", gate.name));
            }
        }
        if self.allow.iter().any(|regex| regex.is_match(secret)) {
            return Err("`allow.regexes` allows it".into());
        }
        let lower = String::from_utf8_lossy(secret).to_ascii_lowercase();
        match gates.stopwords.iter().find(|word| lower.contains(word.as_str())) {
            Some(word) => Err(format!("it contains the stop word `{word}`")),
            None => Ok(()),
        }
    }
}

fn part_begins(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else { return true };
    let (first, next) = (text[at], text.get(at + 1).copied().unwrap_or(b' '));
    !before.is_ascii_alphanumeric()
        || (first.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next.is_ascii_lowercase()))
}

fn operator(context: &ContextPattern, text: &[u8], start: usize, line: usize) -> Result<(), String> {
    if !context.operator {
        return Ok(());
    }
    let mut head = &text[line..start];
    let mut blank = false;
    while let [rest @ .., last] = head {
        if !b" \t\"'`\\".contains(last) {
            break;
        }
        blank |= *last == b' ' || *last == b'\t';
        head = rest;
    }
    let flag = bytes(r"(?:^|[\s\x22'])--?[A-Za-z][A-Za-z0-9_.-]*$");
    match head.last() {
        Some(last) if b"=:>(,|".contains(last) => Ok(()),
        _ if blank && flag.is_match(head) => Ok(()),
        _ => {
            Err("nothing that assigns stands directly before the value (`operator = false` allows that)"
                .into())
        }
    }
}

/// Shannon entropy in bits per byte.
fn shannon(secret: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    secret.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let share = |&count: &u32| f64::from(count) / secret.len() as f64;
    -counts.iter().filter(|&&count| count > 0).map(share).map(|p| p * p.log2()).sum::<f64>()
}
