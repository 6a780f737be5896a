//! The names of commits: <https://git-scm.com/docs/gitrevisions>, those of its forms that need no clock.

use keysieve_finding::{Authored, ObjectId};

use crate::layout::Layout;
use crate::object::Kind;
use crate::objects::{Objects, Reader};
use crate::text::Text;
use crate::tree::{Entries, EntryKind};
use crate::{Error, refs};

/// Where a short name is looked for, in this order.
const PLACES: [(&str, &str); 6] = [
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// How many tags may be about tags.
const MOST_TAGS: usize = 64;

/// Finds what names lead to.
pub(crate) struct Revisions<'a> {
    layout: &'a Layout,
    objects: &'a Objects,
    reader: Reader<'a>,
}

impl<'a> Revisions<'a> {
    pub(crate) fn new(layout: &'a Layout, objects: &'a Objects) -> Self {
        Self { layout, objects, reader: Reader::new(objects) }
    }

    /// The object that a name leads to, and the full name of the reference, if it is one.
    ///
    /// # Errors
    /// If there is none of that name, or more than one.
    pub(crate) fn find(&mut self, name: &str) -> Result<(ObjectId, Option<String>), Error> {
        let at = name.find(['~', '^']).unwrap_or(name.len());
        let (base, mut steps) = name.split_at(at);
        if base.contains("@{") || base.contains(':') {
            return Err(
                self.wrong(name, "names with @{…} and paths are not supported; name the commit itself")
            );
        }
        let (mut id, reference) = self.base(base).map_err(|problem| self.wrong(name, problem))?;
        let whole = steps.is_empty();
        while !steps.is_empty() {
            let (next, rest) = self.step(id, steps).map_err(|problem| self.wrong(name, problem))?;
            (id, steps) = (next, rest);
        }
        Ok((id, reference.filter(|_| whole)))
    }

    /// The commit that a name leads to, behind all tags.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub(crate) fn commit(&mut self, name: &str) -> Result<ObjectId, Error> {
        let (id, _) = self.find(name)?;
        let (id, kind) = self.peel(id);
        if kind == Some(Kind::Commit) {
            Ok(id)
        } else {
            Err(self.wrong(name, "it is no commit, or that is not here"))
        }
    }

    /// What is behind all tags, and what it is; none if it is not there.
    pub(crate) fn peel(&mut self, id: ObjectId) -> (ObjectId, Option<Kind>) {
        self.peel_noting(id, &mut Vec::new())
    }

    /// The same, and notes the tags on the way.
    pub(crate) fn peel_noting(&mut self, id: ObjectId, tags: &mut Vec<ObjectId>) -> (ObjectId, Option<Kind>) {
        let mut id = id;
        for _ in 0..MOST_TAGS {
            let Ok(loaded) = self.reader.load(id) else { return (id, None) };
            match (loaded.kind, Text::of(&loaded.bytes).named(b"object").next()) {
                (Kind::Tag, Some(about)) => {
                    tags.push(id);
                    id = about;
                }
                (kind, _) => return (id, Some(kind)),
            }
        }
        (id, None)
    }

    /// The parents of a commit.
    ///
    /// # Errors
    /// If there is no such commit.
    pub(crate) fn parents(&mut self, name: &str) -> Result<Vec<ObjectId>, Error> {
        let id = self.commit(name)?;
        let bytes = self.reader.load_as(id, Kind::Commit).map_err(|_| self.wrong(name, NO_PARENT))?;
        Ok(Text::of(&bytes).named(b"parent").collect())
    }

    /// Who wrote a commit, and what it says; none if it cannot be read.
    pub(crate) fn authored(&mut self, id: ObjectId) -> Option<Authored> {
        let bytes = self.reader.load_as(id, Kind::Commit).ok()?;
        let text = Text::of(&bytes);
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (author, email) = text.author().unwrap_or_default();
        let message = lossy(text.message().0).trim_end_matches('\n').to_owned();
        Some(Authored { author: lossy(author), email: lossy(email), message })
    }

    /// The bytes of a file as a commit has it; none if it has none there.
    ///
    /// # Errors
    /// If there is no such commit, or what it has there cannot be read.
    pub(crate) fn file(&mut self, name: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let id = self.commit(name)?;
        let missing = |id: ObjectId| Error::Missing { id: id.to_string() };
        let bytes = self.reader.load_as(id, Kind::Commit).map_err(|_| missing(id))?;
        let mut at = Text::of(&bytes).named(b"tree").next().ok_or_else(|| missing(id))?;
        let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != ".").peekable();
        while let Some(part) = parts.next() {
            let tree = self.reader.load_as(at, Kind::Tree).map_err(|_| missing(at))?;
            let mut entries = Entries::of(&tree, at.as_bytes().len());
            let Some(entry) = entries.find(|entry| entry.name == part.as_bytes()) else { return Ok(None) };
            let Some(id) = ObjectId::from_bytes(entry.id) else { return Ok(None) };
            match (entry.kind, parts.peek().is_some()) {
                (EntryKind::Tree, true) => at = id,
                (EntryKind::Blob, false) => {
                    let bytes = self.reader.load_as(id, Kind::Blob).map_err(|_| missing(id))?;
                    return Ok(Some(bytes.to_vec()));
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// What is wrong with a name. In a shallow clone what it leads to may have been left out.
    fn wrong(&self, name: &str, problem: &str) -> Error {
        let mut problem = problem.to_owned();
        if !refs::shallow(self.layout).is_empty() {
            problem.push_str("; the clone is shallow, and `git fetch --unshallow` brings the rest");
        }
        Error::Revision { name: name.to_owned(), problem }
    }

    fn base(&mut self, name: &str) -> Result<(ObjectId, Option<String>), &'static str> {
        let name = if matches!(name, "" | "@") { "HEAD" } else { name };
        let whole = ObjectId::from_hex(name.as_bytes());
        if let Some(id) = whole.filter(|id| id.as_bytes().len() == self.layout.hash_length()) {
            return Ok((id, None));
        }
        for (before, after) in PLACES {
            let full = format!("{before}{name}{after}");
            let is_reference = full.starts_with("refs/") || full == "HEAD" || full.ends_with("_HEAD");
            if let Some(id) = refs::find(self.layout, full.as_bytes()).filter(|_| is_reference) {
                return Ok((id, Some(full)));
            }
        }
        let digits = name.to_ascii_lowercase();
        if digits.len() < 4 || digits.len() > 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(UNKNOWN);
        }
        match self.objects.starting_with(&digits).as_slice() {
            [] => Err(UNKNOWN),
            [id] => Ok((*id, None)),
            _ => Err("several objects have names that begin so"),
        }
    }

    /// Goes one step: `^`, `^2`, `~3`, `^{commit}`.
    fn step<'n>(&mut self, id: ObjectId, steps: &'n str) -> Result<(ObjectId, &'n str), &'static str> {
        let (sign, rest) = steps.split_at(1);
        if let Some(kind) = rest.strip_prefix('{') {
            let (kind, rest) = kind.split_once('}').ok_or(SYNTAX)?;
            if sign != "^" || !matches!(kind, "" | "commit" | "object") {
                return Err(SYNTAX);
            }
            return Ok((self.peel(id).0, rest));
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = if digits == 0 { 1 } else { rest[..digits].parse::<usize>().map_err(|_| SYNTAX)? };
        let (mut id, _) = self.peel(id);
        let (times, parent) = if sign == "~" { (number, 1) } else { (usize::from(number > 0), number) };
        for _ in 0..times {
            let bytes = self.reader.load_as(id, Kind::Commit).map_err(|_| NO_PARENT)?;
            id = Text::of(&bytes).named(b"parent").nth(parent - 1).ok_or(NO_PARENT)?;
        }
        Ok((id, &rest[digits..]))
    }
}

const UNKNOWN: &str = "there is no such commit, branch or tag here";
const SYNTAX: &str = "it is not understood: a name, then ^, ^N or ~N";
const NO_PARENT: &str = "there is no such parent, or it is not here";
