//! One object on its way through the engine.

use keysieve_engine::{Chain, Checked, Copied, Feed, Match, Note, Scratch, Step, Traces};
use keysieve_evidence::examine;
use keysieve_finding::{Confidence, Evidence, Location, MaskKind, Origin, Secret, Span};
use keysieve_policy::{
    Comment, Found, Hints, InlineAllow, LONGEST_LINE, NotedComments, expired_allow, inline_allow,
};
use keysieve_source::{Base, Blob};

use crate::cursor::Cursor;
use crate::run::Rules;
use crate::sighting::Sighting;
use crate::snippet::{AllHidden, Hidden, snippet};
use crate::utf16::{self, Decoder};
use crate::wide::{Run, Wide};

/// What is kept of an object between its windows.
#[derive(Debug, Default)]
pub(crate) struct Object {
    /// What has come of a container that is not whole yet.
    pub(crate) held: Option<Vec<u8>>,
    feed: Feed,
    form: Option<Form>,
    wide: Wide,
    /// Where the next step's bytes begin.
    cursor: Option<Cursor>,
    /// The secrets of earlier steps that later ones can still show, in bytes of the decoded object.
    recent: Vec<(u64, u64, Hidden)>,
    sightings: Vec<Sighting>,
    /// Comments that would allow a secret, each with its line, where someone wants to know which of them do.
    comments: Vec<(u64, Comment)>,
}

/// How an object is stored.
#[derive(Debug)]
struct Form {
    /// Where the object, or the piece of it that the source hands over, begins.
    offset: u64,
    /// Bytes of a byte order mark that are not decoded.
    mark: u64,
    decoder: Option<Decoder>,
    binary: bool,
}

/// How much before and after a secret is looked at for what it is a part of.
const AROUND: usize = 1024;

/// How much of an object is looked at for NUL bytes.
const LOOKED_AT: usize = 8192;

impl Form {
    fn of(blob: &Blob<'_>) -> Self {
        let start = &blob.bytes[..blob.bytes.len().min(LOOKED_AT)];
        let (decoder, mark) = match utf16::detect(start) {
            Some((order, mark)) => (Some(Decoder::new(order)), mark as u64),
            None => (None, 0),
        };
        let binary = decoder.is_none() && memchr::memchr(0, start).is_some();
        Self { offset: blob.offset, mark, decoder, binary }
    }
}

impl Object {
    /// Takes the next window. With the last one, says what was seen in the object.
    pub(crate) fn window(
        &mut self,
        rules: &Rules<'_>,
        blob: &Blob<'_>,
        scratch: &mut Scratch,
    ) -> Vec<Sighting> {
        let mut form = match self.form.take() {
            Some(form) => form,
            None => {
                self.feed = Feed::at(rules.place(blob.origin));
                Form::of(blob)
            }
        };
        let mut cursor = self.cursor.take().unwrap_or_else(|| Cursor::new(blob.line));
        let mut text = Vec::new();
        let bytes = match &mut form.decoder {
            Some(decoder) => {
                let mark = if blob.offset == form.offset { form.mark as usize } else { 0 };
                decoder.decode(&blob.bytes[mark..], blob.last, &mut text);
                &text
            }
            None => blob.bytes,
        };
        let (recent, sightings) = (&mut self.recent, &mut self.sightings);
        let wanted = unused_comments(rules, blob.origin).is_some() && !form.binary;
        let comments = &mut self.comments;
        self.feed.window(rules.engine, bytes, blob.last, scratch, |step| {
            let mut view = View { rules, origin: blob.origin, form: &form, step, cursor };
            if wanted {
                view.comments(comments, blob.last);
            }
            view.look(recent, sightings);
            cursor = view.cursor;
        });
        self.wide(rules, blob, &form, scratch);
        (self.form, self.cursor) = (Some(form), Some(cursor));
        if !blob.last {
            return Vec::new();
        }
        self.note_unused(rules, blob.origin);
        std::mem::take(&mut self.sightings)
    }

    /// Looks at what is UTF-16 in an object that is not text.
    fn wide(&mut self, rules: &Rules<'_>, blob: &Blob<'_>, form: &Form, scratch: &mut Scratch) {
        if !form.binary {
            return;
        }
        let sightings = &mut self.sightings;
        self.wide.window(blob.bytes, blob.last, |Run { offset, order, text }| {
            let (known, begin) = (sightings.len(), form.offset);
            let decoder = Some(Decoder::new(order));
            let form = Form { offset: form.offset + offset, mark: 0, decoder, binary: true };
            let (mut feed, mut recent) = (Feed::at(rules.place(blob.origin)), Vec::new());
            feed.window(rules.engine, &text, true, scratch, |step| {
                let cursor = Cursor::new(1);
                View { rules, origin: blob.origin, form: &form, step, cursor }.look(&mut recent, sightings);
            });
            for sighting in &mut sightings[known..] {
                // As all others of the object have it.
                let Location { byte_start, byte_end, .. } = sighting.location;
                sighting.span = (byte_start - begin, byte_end - begin);
            }
        });
    }

    /// Notes the comments in whose line nothing is that they allow.
    fn note_unused(&self, rules: &Rules<'_>, origin: &Origin) {
        let Some(unused) = unused_comments(rules, origin).filter(|_| !self.comments.is_empty()) else {
            return;
        };
        let allowed = self.sightings.iter().filter(|sighting| sighting.inline.is_some());
        let lines: Vec<_> = allowed.map(|it| it.location.line..=it.location.end_line).collect();
        for (line, comment) in &self.comments {
            // What speaks of the line below it does so for the first line of what stands there.
            let used = lines.iter().any(|lines| match comment.next_line {
                true => *lines.start() == line + 1,
                false => lines.contains(line),
            });
            if !used {
                unused.note(&origin.path(), *line, comment.marker);
            }
        }
    }
}

/// Where comments of an object are noted that allow nothing: in files as they are, alone or in archives, because what was
/// committed cannot be mended; elsewhere no comment allows anything.
fn unused_comments<'a>(rules: &Rules<'a>, origin: &Origin) -> Option<&'a NotedComments> {
    let noted = rules.policy.unused_comments.as_ref()?;
    (rules.comments.is_some() && matches!(origin.outermost(), Origin::File { .. })).then_some(noted)
}

/// Objects as a whole.
impl Object {
    /// Takes an object that has one window, which may have been made from another one. Says what was seen in it, and what
    /// is to be remembered of it.
    pub(crate) fn version(
        mut self,
        rules: &Rules<'_>,
        blob: &Blob<'_>,
        base: Option<Base<'_>>,
        scratch: &mut Scratch,
    ) -> (Vec<Sighting>, Option<Traces>) {
        let form = Form::of(blob);
        // What is decoded does not stand where it was copied to.
        if form.decoder.is_some() {
            return (self.window(rules, blob, scratch), None);
        }
        let known = base.as_ref().and_then(|base| base.memory.downcast_ref::<Traces>());
        let copied: Vec<Copied> = base.iter().flat_map(|base| base.copied.iter().map(copied)).collect();
        let mut feed = Feed::at(rules.place(blob.origin));
        let (recent, sightings) = (&mut self.recent, &mut self.sightings);
        let base = known.map(|traces| (traces, copied.as_slice()));
        let traces = feed.version(rules.engine, blob.bytes, base, scratch, |step| {
            let cursor = Cursor::new(blob.line);
            View { rules, origin: blob.origin, form: &form, step, cursor }.look(recent, sightings);
        });
        self.wide(rules, blob, &form, scratch);
        (self.sightings, traces)
    }
}

fn copied(part: &keysieve_source::Copied) -> Copied {
    Copied { from: part.from, to: part.to, length: part.length }
}

/// A step of the engine, seen with what is known of the object.
struct View<'a> {
    rules: &'a Rules<'a>,
    origin: &'a Origin,
    form: &'a Form,
    step: Step<'a>,
    /// Where the step's bytes begin.
    cursor: Cursor,
}

impl View<'_> {
    fn look(&mut self, recent: &mut Vec<(u64, u64, Hidden)>, sightings: &mut Vec<Sighting>) {
        let Step { haystack, base, matches, sure, next, .. } = self.step;
        let looks = |found: &&Match| self.rules.looks_at(found.rule, self.origin);
        if !matches.is_empty() {
            let hidden = self.hidden(recent);
            let mut order: Vec<&Match> = matches.iter().filter(looks).collect();
            order.sort_by_key(|found| (found.secret.start, found.secret.end, found.rule));
            let mut cursor = self.cursor;
            if base == 0 && haystack.starts_with(b"\xef\xbb\xbf") {
                cursor.advance(&haystack[..3]);
                cursor.skip_mark(3);
            }
            let shown = haystack
                .len()
                .min(matches.iter().map(|found| found.hidden().end).max().unwrap_or(0).max(sure));
            // What a layer's cache keeps says nothing of what is no finding, and reports are the same with and without.
            let image = matches!(self.origin.outermost(), Origin::Image { .. });
            let counts = |found: &&Match| {
                self.rules.counts(found.rule) && !(image && self.rules.engine.rule(found.rule).witness)
            };
            for found in order.into_iter().filter(counts) {
                let Some(confidence) = self.confidence(found) else { continue };
                let secret = widen(haystack, found.secret);
                let from = usize::try_from(cursor.at - base).unwrap_or(usize::MAX);
                if from < secret.start {
                    cursor.advance(&haystack[from..secret.start]);
                }
                sightings.push(self.sighting(found, (secret, confidence), &cursor, &hidden, shown));
            }
            let kept =
                |secret: &Hidden| (base + secret.span.start as u64, base + secret.span.end as u64, *secret);
            *recent = hidden.iter().map(kept).filter(|secret| secret.1 > next).collect();
        }
        let passed = usize::try_from(next - base).unwrap_or(usize::MAX).min(haystack.len());
        if !self.form.binary && passed < haystack.len() {
            self.cursor.advance(&haystack[..passed]);
        } else {
            // The last step, or an object without lines.
            self.cursor.at = next;
        }
    }

    /// The comments of the step that could allow a secret, each with its line.
    fn comments(&self, comments: &mut Vec<(u64, Comment)>, last: bool) {
        let Step { haystack, base, next, .. } = self.step;
        let passed = if last { haystack.len() } else { usize::try_from(next - base).unwrap_or(usize::MAX) };
        let (mut cursor, mut from) = (self.cursor, 0);
        // What begins later is in the next step, too.
        for comment in Comment::all_in(haystack).into_iter().take_while(|comment| comment.at < passed) {
            cursor.advance(&haystack[from..comment.at]);
            from = comment.at;
            comments.push((cursor.line, comment));
        }
    }

    /// All secrets of the step and of earlier ones, in bytes of the step's haystack.
    fn hidden(&self, recent: &[(u64, u64, Hidden)]) -> AllHidden {
        let base = self.step.base;
        let place = |at: u64| usize::try_from(at.saturating_sub(base)).unwrap_or(usize::MAX);
        let earlier = recent.iter().filter(|secret| secret.1 > base);
        let mut hidden: Vec<Hidden> = earlier
            .map(|&(start, end, secret)| Hidden { span: Span::new(place(start), place(end)), ..secret })
            .collect();
        for found in self.step.matches.iter().filter(|found| self.rules.looks_at(found.rule, self.origin)) {
            hidden.push(self.hide(found));
        }
        AllHidden::new(hidden)
    }

    /// What must not be shown of the haystack because of a match: nothing at all of what is encoded, as its first
    /// characters say more than those of the secret do.
    fn hide(&self, found: &Match) -> Hidden {
        let Step { haystack, sure, .. } = self.step;
        let span = widen(haystack, found.hidden());
        match found.decoded {
            // Past what is sure there may be secrets that are not known yet.
            Some(_) if span.end > sure => {
                Hidden { span: Span::new(span.start.min(sure), span.end), kind: MaskKind::Password }
            }
            Some(_) => Hidden { span, kind: MaskKind::Password },
            None => Hidden { span, kind: self.rules.engine.rule(found.rule).info.kind.mask() },
        }
    }

    /// The text in which a match was found, and where in it the secret is.
    fn text(&self, found: &Match) -> (&[u8], Span) {
        match found.decoded {
            Some(decoded) => (self.step.decoded, decoded.secret),
            None => (self.step.haystack, found.secret),
        }
    }

    /// How sure a match is in this object; `None` if it is not worth a word here.
    fn confidence(&self, found: &Match) -> Option<Confidence> {
        match found.score {
            Some(score) if found.note == Note::None => score.confidence(self.origin.kind()),
            _ => Some(found.confidence),
        }
    }

    fn sighting(
        &self,
        found: &Match,
        (secret, confidence): (Span, Confidence),
        start: &Cursor,
        hidden: &AllHidden,
        shown: usize,
    ) -> Sighting {
        let (evidence, known) = self.evidence(found);
        let rule = self.rules.engine.rule(found.rule);
        let haystack = self.step.haystack;
        let mut end = *start;
        end.advance(&haystack[secret.range()]);
        let kind = rule.info.kind.mask();
        let base = self.step.base;
        let (text, inner) = self.text(found);
        let raw = if found.decoded.is_some() { inner } else { secret };
        let start_of_text = found.decoded.map_or(0, |decoded| decoded.view);
        Sighting {
            rule: found.rule,
            specificity: self.rules.specificity(found.rule),
            distance: found.context.map_or(0, |(_, word)| (inner.start - word.start) as u64),
            decoded: found.decoded.map(|decoded| decoded.plain),
            span: (base + secret.start as u64, base + secret.end as u64),
            // What everyone knows is nobody's secret.
            confidence: if known { Confidence::Low } else { confidence },
            // What a witness says of itself is all that is wanted of it.
            secret: Secret::new(if rule.witness { &[] } else { &text[raw.range()] }, kind),
            prints: None,
            evidence,
            location: self.location(found, secret, (start, &end), (hidden, shown)),
            name: name_before(&text[start_of_text..], inner.start - start_of_text).into(),
            ordinal: None,
            score: found.score.filter(|_| found.note == Note::None),
            inline: self.allowed(secret, rule, start.line),
            hints: self.hints(found, secret, rule),
        }
    }

    fn location(
        &self,
        found: &Match,
        secret: Span,
        (start, end): (&Cursor, &Cursor),
        (hidden, shown): (&AllHidden, usize),
    ) -> Location {
        let Form { offset, mark, decoder, binary } = self.form;
        let stored = |cursor: &Cursor, at: usize| match decoder {
            Some(decoder) => offset + mark + decoder.width() as u64 * cursor.units(),
            None => offset + self.step.base + at as u64,
        };
        let near = hidden.near(secret);
        let text = |value: u64| if *binary { 1 } else { value };
        Location {
            origin: self.origin.clone(),
            path: String::new(),
            line: text(start.line),
            column: text(start.column()),
            end_line: text(end.line),
            end_column: text(end.column()),
            utf16_column: text(start.utf16_column()),
            utf16_end_column: text(end.utf16_column()),
            byte_start: stored(start, secret.start),
            byte_end: stored(end, secret.end),
            binary: *binary,
            decoded_by: self.decoded_by(found),
            snippet: (!binary).then(|| snippet(&self.step.haystack[..shown], secret, &near)),
            git: None,
            layer: None,
        }
    }

    /// What was undone to read a match, the outermost first.
    fn decoded_by(&self, found: &Match) -> Vec<String> {
        let stored = self.form.decoder.iter().map(Decoder::name);
        let chain = found.decoded.map(|decoded| decoded.chain);
        stored.chain(chain.iter().flat_map(Chain::names)).map(str::to_owned).collect()
    }

    fn evidence(&self, found: &Match) -> (Evidence, bool) {
        let (text, secret) = self.text(found);
        let word = found.context.map(|(_, word)| String::from_utf8_lossy(&text[word.range()]).to_lowercase());
        let around = secret.start.saturating_sub(AROUND)..text.len().min(secret.end + AROUND);
        let facts = examine(&text[secret.range()], &text[around]);
        let today = self.rules.policy.today.to_string();
        let note = match facts.known {
            Some(known) => Some(known.to_owned()),
            None => (found.note == Note::DocumentationExample).then(|| "documentation example".to_owned()),
        };
        let evidence = Evidence {
            entropy: (found.entropy * 100.0).round() / 100.0,
            checksum: match found.checksum {
                Checked::None => None,
                Checked::Valid => Some(true),
                Checked::Invalid => Some(false),
            },
            structure: facts.structure.or_else(|| match found.note {
                Note::Encrypted => Some("private key, encrypted".to_owned()),
                Note::Unencrypted => Some("private key, not encrypted".to_owned()),
                _ => None,
            }),
            account: facts.account,
            // Both are written so that earlier days come before later ones.
            expired: facts.expires.as_ref().map(|day| *day < today),
            expires: facts.expires,
            public_key: facts.public_key,
            certificate: None,
            context: word,
            note,
        };
        (evidence, facts.known.is_some())
    }

    /// The exceptions of the configuration that may allow it.
    fn hints(&self, found: &Match, secret: Span, rule: &keysieve_rules::Rule) -> Option<Box<Hints>> {
        if self.rules.policy.allows.is_empty() {
            return None;
        }
        let haystack = self.step.haystack;
        let (text, inner) = self.text(found);
        let found = Found {
            rule: &rule.info.id,
            aliases: &rule.info.aliases,
            secret: &text[inner.range()],
            matched: &haystack[found.span.range()],
            line: self.lines(secret).0,
        };
        Some(Box::new(Hints::of(&self.rules.policy.allows, &found)))
    }

    /// The line or lines that a secret stands on, and the one before, as far as they are looked at.
    fn lines(&self, secret: Span) -> (&[u8], Option<&[u8]>) {
        let haystack = self.step.haystack;
        let line_start = |at: usize| {
            let far = at.saturating_sub(LONGEST_LINE + 1);
            memchr::memrchr(b'\n', &haystack[far..at]).map_or(far, |newline| far + newline + 1)
        };
        let start = line_start(secret.start);
        let limit = haystack.len().min(secret.end + LONGEST_LINE + 1);
        let end =
            memchr::memchr(b'\n', &haystack[secret.end..limit]).map_or(limit, |newline| secret.end + newline);
        let previous = start.checked_sub(1).filter(|&newline| haystack[newline] == b'\n');
        (&haystack[start..end], previous.map(|newline| &haystack[line_start(newline)..newline]))
    }

    /// The comment in the secret's line, or the line before it, that allows it.
    fn allowed(&self, secret: Span, rule: &keysieve_rules::Rule, at: u64) -> Option<Box<InlineAllow>> {
        let today = self.rules.comments?;
        if matches!(self.origin, Origin::Stream { .. }) {
            return None;
        }
        let (line, previous) = self.lines(secret);
        let info = &rule.info;
        let allow = inline_allow(line, previous, &info.id, &info.aliases, today);
        if allow.is_none()
            && matches!(self.origin.outermost(), Origin::File { .. })
            && let Some(expired) = expired_allow(line, previous, &info.id, &info.aliases)
        {
            self.rules.policy.expired_comments.note(&self.origin.path(), at, expired.marker);
        }
        allow.map(Box::new)
    }
}

/// Widens a span to the boundaries of characters.
fn widen(haystack: &[u8], span: Span) -> Span {
    // Behind a character of one byte stands none that goes on, whatever the next byte says.
    let follows = |at: usize| at.checked_sub(1).is_some_and(|before| haystack[before] >= 0x80);
    let inside = |at: usize| follows(at) && haystack.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let start =
        (span.start.saturating_sub(3)..=span.start).rev().find(|&at| !inside(at)).unwrap_or(span.start);
    let end = (span.end..=span.end + 3).find(|&at| !inside(at)).unwrap_or(span.end);
    Span::new(start, end.min(haystack.len()))
}

/// The name that a value is assigned to: what stands before the operator.
fn name_before(haystack: &[u8], at: usize) -> &[u8] {
    let before = &haystack[at.saturating_sub(96)..at];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let gap = before.iter().rev().take(8).take_while(|byte| !is_name(byte)).count();
    let before = &before[..before.len() - gap];
    let length = before.iter().rev().take(64).take_while(|byte| is_name(byte)).count();
    if gap == 0 { &[] } else { &before[before.len() - length..] }
}
