//! Why something is reported, or is not: the engine's reasons, in words.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use keysieve_engine::{
    Chain, Checked, Engine, Explanation, Match, Note, Place, Scratch, explain, place_weight,
};
use keysieve_finding::{Confidence, FileKind, MaskKind, Secret, SecretKind, Span};
use keysieve_rules::NameKind;

use crate::arguments::ExplainArguments;
use crate::exit::Exit;
use crate::print;
use crate::ruleset::Ruleset;

/// The largest file that is explained, in bytes: it is read whole.
const LARGEST: u64 = 64 << 20;

/// How many bytes of a name or of a value are shown.
const LONGEST: usize = 120;

/// Explains files.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit> {
    let ruleset = Ruleset::new(&arguments.rules, crate::config::Config::default())?;
    for path in &arguments.files {
        let (name, bytes) = read(path, arguments.stdin_name.as_deref())?;
        let text = Text {
            name: name.to_string_lossy().into_owned(),
            kind: FileKind::of(name.as_os_str().as_encoded_bytes()),
            bytes: &bytes,
            show: arguments.show_secrets,
        };
        print(text.explain(&ruleset.engine, &name, arguments.line).as_bytes())?;
    }
    Ok(Exit::Clean)
}

fn read(path: &Path, stdin_name: Option<&Path>) -> Result<(std::path::PathBuf, Vec<u8>)> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).context("standard input")?;
        check(bytes.len(), "standard input")?;
        return Ok((stdin_name.unwrap_or(Path::new("<stdin>")).to_path_buf(), bytes));
    }
    let place = path.display().to_string();
    let file = File::open(path).with_context(|| place.clone())?;
    if !file.metadata().with_context(|| place.clone())?.is_file() {
        bail!(
            "{place}: not a file; `keysieve scan` reads directories, `explain` the one file that is in question"
        );
    }
    file.take(LARGEST + 1).read_to_end(&mut bytes).with_context(|| place.clone())?;
    check(bytes.len(), &place)?;
    Ok((path.to_path_buf(), bytes))
}

fn check(length: usize, place: &str) -> Result<()> {
    if length as u64 > LARGEST {
        bail!("{place}: larger than 64 MiB, which is too much to explain; cut out the part in question");
    }
    Ok(())
}

/// A text that is explained.
struct Text<'a> {
    name: String,
    kind: FileKind,
    bytes: &'a [u8],
    show: bool,
}

impl Text<'_> {
    fn explain(&self, engine: &Engine, path: &Path, line: Option<usize>) -> String {
        let lines = Lines::of(self.bytes);
        let mut parts: Vec<(usize, String)> = Vec::new();
        let mut judged = Vec::new();
        let mut scratch = Scratch::new(engine);
        let place = Place::of_path(&engine.paths(), path.as_os_str().as_encoded_bytes());
        let _ = engine.scan_at(&place, self.bytes, &mut scratch, |found| {
            if engine.rule(found.rule).witness {
                // It is no secret.
            } else if found.score.is_none() {
                parts.push((found.secret.start, self.found(engine, &found, &lines)));
            } else if found.decoded.is_none() {
                judged.push(found.secret);
            } else {
                parts.push((found.secret.start, self.decoded(engine, &found, &lines)));
            }
            ControlFlow::Continue(())
        });
        for explanation in explain(self.bytes) {
            parts.push((explanation.value.start, self.candidate(&explanation, &judged, &lines)));
        }
        parts.sort();
        parts.dedup();
        let mut text = String::new();
        for (at, part) in parts {
            if line.is_none_or(|line| lines.of_byte(at) == line) {
                text.push_str(&part);
            }
        }
        if text.is_empty() {
            text = format!(
                "{}: nothing here could be a secret: no token's form, no telling name with a value\n",
                shown(self.name.as_bytes())
            );
        }
        text
    }

    fn at(&self, span: Span, lines: &Lines) -> String {
        format!("{}:{}", shown(self.name.as_bytes()), lines.of_byte(span.start))
    }

    fn value(&self, span: Span, kind: MaskKind) -> String {
        let bytes = &self.bytes[span.range()];
        if self.show { shown(bytes) } else { shown(Secret::new(bytes, kind).masked().as_bytes()) }
    }

    /// What a rule with a form of its own found.
    fn found(&self, engine: &Engine, found: &Match, lines: &Lines) -> String {
        let rule = engine.rule(found.rule);
        let mask = if rule.info.kind == SecretKind::Password { MaskKind::Password } else { MaskKind::Token };
        let mut text = format!(
            "{}: {} is a {} ({}), {}\n",
            self.at(found.secret, lines),
            self.value(found.hidden(), mask),
            rule.info.name,
            rule.info.id,
            verdict(Some(found.confidence)),
        );
        let _ = writeln!(
            text,
            "    it has the form that the rule describes; `keysieve rules show {}`",
            rule.info.id
        );
        if let Some((_, span)) = found.context.filter(|_| found.decoded.is_none()) {
            let _ = writeln!(text, "    `{}` stands before it", shown(&self.bytes[span.range()]));
        }
        let checksum = match found.checksum {
            Checked::None => None,
            Checked::Valid => Some("its checksum is right: it was issued, or made by someone who knows how"),
            Checked::Invalid => Some("its checksum is wrong"),
        };
        let note = match found.note {
            Note::DocumentationExample => Some("it says of itself that it is an example"),
            Note::Encrypted => Some("the key is encrypted"),
            Note::Unencrypted => Some("the key is not encrypted"),
            _ => None,
        };
        for reason in checksum.into_iter().chain(note) {
            let _ = writeln!(text, "    {reason}");
        }
        if let Some(decoded) = found.decoded {
            let _ = writeln!(text, "    it stands behind an encoding: {}", encodings(&decoded.chain));
        }
        let _ = writeln!(text, "    its entropy is {:.1} bits per byte", found.entropy);
        text
    }

    /// An assignment that stands behind an encoding, of which only the sum is known.
    fn decoded(&self, engine: &Engine, found: &Match, lines: &Lines) -> String {
        let chain = found.decoded.map(|decoded| encodings(&decoded.chain)).unwrap_or_default();
        let score = found.score.map_or(0, |score| score.points);
        let confidence = found.score.and_then(|score| score.confidence(self.kind));
        format!(
            "{}: a value behind an encoding ({chain}), {}: {} points for `{}`\n",
            self.at(found.hidden(), lines),
            verdict(confidence),
            points(score),
            engine.rule(found.rule).info.id,
        )
    }

    /// A value that is assigned to a telling name.
    fn candidate(&self, explanation: &Explanation, judged: &[Span], lines: &Lines) -> String {
        let place = place_weight(self.kind, explanation.score);
        let confidence =
            if judged.contains(&explanation.value) { explanation.score.confidence(self.kind) } else { None };
        let mask = if explanation.kind == NameKind::Password { MaskKind::Password } else { MaskKind::Token };
        let mut text = format!(
            "{}: {} assigned to `{}`, {}: {} points\n",
            self.at(explanation.value, lines),
            self.value(explanation.value, mask),
            shown(&self.bytes[explanation.name.range()]),
            verdict(confidence),
            points(explanation.score.points + place),
        );
        for weight in &explanation.weights {
            let _ = writeln!(text, "    {:>5}  {}", points(weight.points), weight.reason);
        }
        if place != 0 {
            let reason = match self.kind {
                FileKind::Code => "in source code, a value without quotes is a name or an expression",
                FileKind::Translation => "the file holds a program's texts in a language",
                _ => "the file is text for people",
            };
            let _ = writeln!(text, "    {:>5}  {reason}", points(place));
        }
        text
    }
}

fn encodings(chain: &Chain) -> String {
    chain.names().collect::<Vec<_>>().join(", ")
}

fn verdict(confidence: Option<Confidence>) -> String {
    match confidence {
        Some(Confidence::Low) => "kept at low confidence, which is not reported unless asked for".to_owned(),
        Some(confidence) => format!("reported, confidence {confidence}"),
        None => "dropped".to_owned(),
    }
}

/// Tenths, with their sign.
fn points(tenths: i16) -> String {
    let sign = if tenths < 0 { '-' } else { '+' };
    format!("{sign}{}.{}", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// Text as a terminal may show it.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]);
    text.chars()
        .map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character })
        .collect()
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(bytes: &[u8]) -> Self {
        let newlines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self(newlines.map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte, counted from 1.
    fn of_byte(&self, at: usize) -> usize {
        1 + self.0.partition_point(|&start| start <= at)
    }
}
