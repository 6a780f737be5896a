//! What was decoded from where.

use keysieve_finding::Span;

/// An encoding, or several that are undone as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Base64,
    Base64Gzip,
    Base64Zlib,
    Base64Utf16,
    Hex,
    Percent,
    Escape,
    Html,
    QuotedPrintable,
    Concatenation,
    Continuation,
    ZeroWidth,
    Ansi,
}

impl Kind {
    /// What reports call it, the outermost first.
    pub(crate) const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Base64 => &["base64"],
            Self::Base64Gzip => &["base64", "gzip"],
            Self::Base64Zlib => &["base64", "zlib"],
            Self::Base64Utf16 => &["base64", "utf-16le"],
            Self::Hex => &["hex"],
            Self::Percent => &["percent"],
            Self::Escape => &["escape"],
            Self::Html => &["html"],
            Self::QuotedPrintable => &["quoted-printable"],
            Self::Concatenation => &["concatenation"],
            Self::Continuation => &["line-continuation"],
            Self::ZeroWidth => &["zero-width"],
            Self::Ansi => &["ansi"],
        }
    }

    /// Whether it encodes a value as a whole: then nothing of the value may be shown.
    pub(crate) const fn is_value(self) -> bool {
        matches!(self, Self::Base64 | Self::Base64Gzip | Self::Base64Zlib | Self::Base64Utf16 | Self::Hex)
    }
}

/// How positions in a piece correspond: so many encoded bytes to so many decoded ones, from the start on; or only the
/// piece as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Whole,
    Of { source: usize, view: usize },
}

/// A part of a view that was decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) scale: Scale,
    /// What it was decoded from.
    pub(crate) source: Span,
    /// Where it stands.
    pub(crate) view: Span,
}

impl Piece {
    /// What a part of the piece was decoded from, widened to what can be told apart.
    pub(crate) fn start(&self, at: usize) -> usize {
        match self.scale {
            Scale::Whole => self.source.start,
            Scale::Of { source, view } => {
                (self.source.start + (at - self.view.start) / view * source).min(self.source.end)
            }
        }
    }

    /// As [`start`](Self::start), for one past the end.
    pub(crate) fn end(&self, at: usize) -> usize {
        match self.scale {
            Scale::Whole => self.source.end,
            Scale::Of { source, view } => {
                (self.source.start + (at - self.view.start).div_ceil(view) * source).min(self.source.end)
            }
        }
    }
}

/// The encodings around a secret, the outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    kinds: [Kind; super::DEEPEST as usize],
    length: u8,
}

impl Chain {
    /// Adds an encoding inside the others.
    pub(crate) fn push(&mut self, kind: Kind) {
        if let Some(place) = self.kinds.get_mut(usize::from(self.length)) {
            *place = kind;
            self.length += 1;
        }
    }

    /// Their names, as reports show them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.kinds[..usize::from(self.length)].iter().flat_map(|kind| kind.names()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_value_stands_in_whole_groups() {
        let piece = Piece {
            kind: Kind::Base64,
            scale: Scale::Of { source: 4, view: 3 },
            source: Span::new(100, 116),
            view: Span::new(10, 22),
        };
        assert_eq!((piece.start(10), piece.end(13)), (100, 104));
        assert_eq!((piece.start(14), piece.end(17)), (104, 112));
        assert_eq!(piece.end(22), 116);
    }

    #[test]
    fn a_chain_names_every_layer() {
        let mut chain = Chain::default();
        chain.push(Kind::Percent);
        chain.push(Kind::Base64Gzip);
        assert_eq!(chain.names().collect::<Vec<_>>(), ["percent", "base64", "gzip"]);
    }
}
