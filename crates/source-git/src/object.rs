//! What an object is.

use keysieve_finding::ObjectId;
use keysieve_source::Copied;

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    /// By the number that packs use.
    pub(crate) const fn of_pack(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Commit),
            2 => Some(Self::Tree),
            3 => Some(Self::Blob),
            4 => Some(Self::Tag),
            _ => None,
        }
    }

    /// By the word that loose objects begin with.
    pub(crate) fn of_loose(word: &[u8]) -> Option<Self> {
        match word {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// An object, inflated.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(crate) id: ObjectId,
    /// Its number in the store.
    pub(crate) number: u32,
    pub(crate) kind: Kind,
    pub(crate) bytes: &'a [u8],
    /// What of the bytes was taken over from another object of the same kind, and from where in it, if it is a delta.
    pub(crate) copied: Option<&'a [Copied]>,
    /// Whether others are made from it.
    pub(crate) is_base: bool,
}
