//! What is decoded, scanned, and brought back to where it stands.

use std::fmt;
use std::ops::Range;

use keysieve_finding::Span;

use super::piece::{Kind, Piece};
use super::stretch::{Stretch, Text, build};
use super::{Budget, Chain, LONGEST_VALUE, Marks};
use crate::{Decoded, Engine, Match, Place, Scratch};

/// A stretch with one layer of encodings undone.
#[derive(Clone, Debug)]
struct View {
    /// The view that it was made from; `None` for the haystack itself.
    parent: Option<usize>,
    /// Where in that it stands.
    source: Span,
    /// Where in the arena it stands.
    at: Span,
    /// Its pieces, among all.
    pieces: Range<usize>,
    /// Those of them that no other view has too.
    own: Range<usize>,
    depth: u8,
    /// Whether it begins, and whether it ends, in the middle of a line.
    cut: (bool, bool),
}

/// What decoding keeps: the views in which something was found, until the next haystack.
#[derive(Default)]
pub(crate) struct Decoding {
    /// What views are scanned with.
    inner: Option<Box<Scratch>>,
    /// The bytes of all views, one after the other.
    pub(crate) arena: Vec<u8>,
    pieces: Vec<Piece>,
    views: Vec<View>,
    text: Text,
    /// Up to where all marks of the haystack have been seen to.
    pub(crate) covered: usize,
    /// How much of the haystack must be there before it is worth looking again.
    pub(crate) wanted: usize,
}

impl fmt::Debug for Decoding {
    /// Nothing of what was decoded, because that holds secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoding").field("views", &self.views.len()).finish_non_exhaustive()
    }
}

impl Decoding {
    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.pieces.clear();
        self.views.clear();
        self.covered = 0;
        self.wanted = 0;
    }
}

/// Finds what stands behind encodings that begin in `range`, by the marks in `scratch`, and adds it to the matches there.
/// Says up to where that is all.
pub(crate) fn decode(
    engine: &Engine,
    haystack: &[u8],
    range: Range<usize>,
    whole: bool,
    scratch: &mut Scratch,
) -> usize {
    let mut decoding = std::mem::take(&mut scratch.decoding);
    let marks = scratch.marks.sorted(range.start);
    let mut next = marks.partition_point(|mark| mark.place < decoding.covered);
    let mut sure = range.end;
    while next < marks.len() && marks[next].owner < range.end {
        let (room, covered) = (Budget::of(LONGEST_VALUE), decoding.covered);
        let built = build(haystack, whole, &marks[next..], covered, room, &mut decoding.text);
        let Some(stretch) = built else {
            sure = marks[next].owner;
            decoding.wanted = LONGEST_VALUE + super::BEYOND;
            break;
        };
        decoding.covered = stretch.own.end;
        next += marks[next..].partition_point(|mark| mark.place < stretch.own.end);
        if !decoding.text.pieces.is_empty() {
            decoding.root(engine, stretch, &mut scratch.matches);
        }
    }
    scratch.decoding = decoding;
    sure
}

impl Decoding {
    /// Scans the view of a stretch of the haystack, and the views of that.
    fn root(&mut self, engine: &Engine, stretch: Stretch, matches: &mut Vec<Match>) {
        let bases = (self.arena.len(), self.pieces.len(), self.views.len());
        let before = matches.len();
        let mut budget = Budget::of(stretch.source.len());
        let mut inner = self.inner.take().unwrap_or_else(|| Box::new(Scratch::new(engine)));
        inner.reset(engine.len());
        self.push(stretch, None, &mut budget);
        let mut index = bases.2;
        while index < self.views.len() {
            self.scan(engine, index, bases.0, &mut inner);
            for found in &inner.matches {
                matches.extend(self.place(index, bases.0, found));
            }
            if self.views[index].depth < engine.decode_depth {
                self.nested(index, bases.0, &mut inner.marks, &mut budget);
            }
            index += 1;
        }
        self.inner = Some(inner);
        if matches.len() == before {
            self.arena.truncate(bases.0);
            self.pieces.truncate(bases.1);
            self.views.truncate(bases.2);
        }
    }

    /// Scans one view. Its root's views are scanned in the order of their places, as if they were one text.
    fn scan(&mut self, engine: &Engine, index: usize, base: usize, inner: &mut Scratch) {
        let at = self.views[index].at;
        inner.matches.clear();
        inner.marks.clear();
        let (text, range) = (&self.arena[base..at.end], at.start - base..at.end - base);
        // What a file's name says of it is not said of what is encoded in it.
        engine.direct(&Place::nowhere(), text, range, true, inner);
    }

    /// Makes the views of what is encoded in a view. The marks are those of its root's text.
    fn nested(&mut self, index: usize, base: usize, marks: &mut Marks, budget: &mut Budget) {
        let at = self.views[index].at;
        let marks = marks.sorted(at.start - base);
        let (mut next, mut covered) = (0, at.start - base);
        while next < marks.len() {
            let haystack = &self.arena[base..at.end];
            let built = build(haystack, true, &marks[next..], covered, *budget, &mut self.text);
            let Some(stretch) = built else { return };
            covered = stretch.own.end;
            next += marks[next..].partition_point(|mark| mark.place < covered);
            if !self.text.pieces.is_empty() && !self.push(stretch, Some((index, base)), budget) {
                return;
            }
        }
    }

    /// Keeps a view, if there is room for it.
    fn push(&mut self, stretch: Stretch, parent: Option<(usize, usize)>, budget: &mut Budget) -> bool {
        // The spans of a stretch of a view are of its root's text, and those of all views are of the arena.
        let (parent, offset) = parent.unzip();
        if !budget.take(self.text.bytes.len()) {
            return false;
        }
        // A line of its own, as nothing before it is its own.
        self.arena.push(b'\n');
        let (start, first) = (self.arena.len(), self.pieces.len());
        self.arena.extend_from_slice(&self.text.bytes);
        let offset = offset.unwrap_or(0);
        let pieces = &self.text.pieces;
        let own = pieces.partition_point(|piece| piece.source.start < stretch.own.start)
            ..pieces.partition_point(|piece| piece.source.start < stretch.own.end);
        self.pieces.extend(self.text.pieces.iter().map(|piece| Piece {
            source: moved(piece.source, offset),
            view: moved(piece.view, start),
            ..*piece
        }));
        let (source, mut cut) = (moved(stretch.source, offset), stretch.cut);
        if let Some(parent) = parent.map(|parent| &self.views[parent]) {
            cut.0 |= parent.cut.0 && source.start <= parent.at.start;
            cut.1 |= parent.cut.1 && source.end >= parent.at.end;
        }
        self.views.push(View {
            parent,
            source,
            at: Span::new(start, self.arena.len()),
            pieces: first..self.pieces.len(),
            own: first + own.start..first + own.end,
            depth: parent.map_or(1, |parent| self.views[parent].depth + 1),
            cut,
        });
        true
    }

    /// A match of a view as one of the haystack; `None` if nothing of it was decoded, or the view cuts it.
    fn place(&self, index: usize, base: usize, found: &Match) -> Option<Match> {
        let view = &self.views[index];
        let (whole, secret) = (moved(found.span, base), moved(found.secret, base));
        let context = found.context.map(|(word, span)| (word, moved(span, base)));
        let first = context.map_or(whole.start, |(_, span)| span.start.min(whole.start));
        if view.cut.0 && first <= view.at.start || view.cut.1 && whole.end >= view.at.end {
            return None;
        }
        let mut kind = Some(self.kind(view, Span::new(first, whole.end), secret)?);
        let plain = self.touched(view, secret).is_empty();
        let (mut chain, mut kinds) = (Chain::default(), Vec::new());
        let (mut whole, mut place, mut hidden) = (whole, secret, secret);
        let mut at = Some(index);
        while let Some(index) = at {
            let view = &self.views[index];
            kinds.extend(kind);
            hidden = self.up(view, self.hidden(view, hidden));
            (whole, place) = (self.up(view, whole), self.up(view, place));
            at = view.parent;
            kind = at.and_then(|parent| {
                let touched = self.touched(&self.views[parent], place);
                self.pieces[touched].iter().map(|piece| piece.kind).max_by_key(|kind| kind.is_value())
            });
        }
        kinds.iter().rev().for_each(|&kind| chain.push(kind));
        let plain = plain && view.parent.is_none();
        let decoded = Decoded { secret, view: view.at.start, hidden, chain, plain };
        Some(Match { span: whole, secret: place, context, decoded: Some(decoded), ..*found })
    }

    /// What was undone for a match to be one: the encoding of a part of the secret, else of something that the match
    /// went by or that stands next to it. `None` if there is nothing, or it is another view's.
    fn kind(&self, view: &View, whole: Span, secret: Span) -> Option<Kind> {
        let touched = self.touched(view, secret);
        if let Some(first) = self.pieces.get(touched.clone()).and_then(<[Piece]>::first) {
            let value = self.pieces[touched.clone()].iter().find(|piece| piece.kind.is_value());
            return view.own.contains(&touched.start).then_some(value.unwrap_or(first).kind);
        }
        let near = Span::new(whole.start.saturating_sub(1), whole.end + 1);
        let mut near = self.touched(view, near);
        let first = near.find(|&index| !self.pieces[index].kind.is_value())?;
        view.own.contains(&first).then(|| self.pieces[first].kind)
    }

    /// The pieces of a view that a span shares bytes with, or that are left out of it.
    fn touched(&self, view: &View, span: Span) -> Range<usize> {
        let pieces = &self.pieces[view.pieces.clone()];
        let first = pieces.partition_point(|piece| piece.view.end <= span.start);
        let end = pieces.partition_point(|piece| piece.view.start < span.end);
        view.pieces.start + first..view.pieces.start + end.max(first)
    }

    /// Widens a span to the whole of every encoded value that it has a part of.
    fn hidden(&self, view: &View, span: Span) -> Span {
        let touched = self.touched(view, span);
        let mut hidden = span;
        let values = &self.pieces[view.pieces.clone()];
        for index in touched.start - view.pieces.start..touched.end - view.pieces.start {
            if !values[index].kind.is_value() {
                continue;
            }
            // The lines of a wrapped value are pieces side by side.
            let side = |a: &Piece, b: &Piece| a.view.end == b.view.start && b.kind == a.kind;
            let before = (1..=index).rev().take_while(|&at| side(&values[at - 1], &values[at])).count();
            let after =
                (index + 1..values.len()).take_while(|&at| side(&values[at - 1], &values[at])).count();
            hidden.start = hidden.start.min(values[index - before].view.start);
            hidden.end = hidden.end.max(values[index + after].view.end);
            break;
        }
        hidden
    }

    /// Where in a view's parent, or in the haystack, a part of it stands.
    fn up(&self, view: &View, span: Span) -> Span {
        let pieces = &self.pieces[view.pieces.clone()];
        let plain = |before: usize, at: usize| match before.checked_sub(1).map(|last| &pieces[last]) {
            Some(piece) => piece.source.end + (at - piece.view.end),
            None => view.source.start + (at - view.at.start),
        };
        // What is left out before a place does not belong to it.
        let before = pieces.partition_point(|piece| piece.view.end <= span.start);
        let start = match pieces.get(before).filter(|piece| piece.view.start <= span.start) {
            Some(piece) => piece.start(span.start),
            None => plain(before, span.start),
        };
        let after = pieces.partition_point(|piece| piece.view.start < span.end);
        let end =
            match after.checked_sub(1).map(|last| &pieces[last]).filter(|piece| piece.view.end > span.end) {
                Some(piece) => piece.end(span.end),
                None => plain(after, span.end),
            };
        Span::new(start, end.max(start))
    }
}

fn moved(span: Span, by: usize) -> Span {
    Span::new(span.start + by, span.end + by)
}
