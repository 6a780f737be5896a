//! Commits and tags: headers, an empty line, a message.

use keysieve_finding::ObjectId;

/// A commit or a tag, split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    bytes: &'a [u8],
    /// Where the people begin: behind the names of other objects.
    people: usize,
    /// Where the message begins.
    message: usize,
}

impl<'a> Text<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let message = if bytes.first() == Some(&b'\n') {
            1
        } else {
            memchr::memmem::find(bytes, b"\n\n").map_or(bytes.len(), |at| at + 2)
        };
        let mut text = Self { bytes, people: 0, message };
        text.people = text.headers().take_while(|(_, _, id)| id.is_some()).last().map_or(0, |(end, ..)| end);
        // In a tag, the kind of what it is about and its own name stand before the tagger.
        text.people = text.people.min(text.message);
        text
    }

    /// The headers that stand on one line: where the line ends, its first word, and the name of an object if the rest
    /// is one.
    fn headers(self) -> impl Iterator<Item = (usize, &'a [u8], Option<ObjectId>)> {
        let headers = &self.bytes[..self.message];
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = headers.get(at..).filter(|rest| !rest.is_empty() && rest[0] != b'\n')?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..length];
            at = (at + length + 1).min(headers.len());
            let blank = memchr::memchr(b' ', line).unwrap_or(line.len());
            let id = line.get(blank + 1..).and_then(ObjectId::from_hex);
            Some((at, &line[..blank], id))
        })
    }

    /// What stands between the names of other objects and the message, where it begins, and on which line.
    pub(crate) fn people(self) -> (&'a [u8], usize, u64) {
        let lines = memchr::memchr_iter(b'\n', &self.bytes[..self.people]).count() as u64;
        (&self.bytes[self.people..self.message], self.people, lines + 1)
    }

    /// The message and where it begins.
    pub(crate) fn message(self) -> (&'a [u8], usize) {
        (&self.bytes[self.message..], self.message)
    }

    /// The objects that are named by a header of this name, such as `parent`.
    pub(crate) fn named(self, header: &'static [u8]) -> impl Iterator<Item = ObjectId> + 'a {
        let leading = self.headers().take_while(|(_, _, id)| id.is_some());
        leading.filter(move |(_, word, _)| *word == header).filter_map(|(_, _, id)| id)
    }

    /// The name and the address of the author.
    pub(crate) fn author(self) -> Option<(&'a [u8], &'a [u8])> {
        let (people, ..) = self.people();
        let line = people.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"author "))?;
        let end = memchr::memrchr(b'>', line)?;
        let start = memchr::memchr(b'<', &line[..end])?;
        Some((line[..start].trim_ascii(), &line[start + 1..end]))
    }

    /// When the author wrote it: seconds since 1970, minutes east of Greenwich.
    pub(crate) fn author_date(self) -> Option<(i64, i32)> {
        self.date(b"author ")
    }

    /// When it was committed, in seconds since 1970.
    pub(crate) fn committed(self) -> Option<i64> {
        self.date(b"committer ").map(|(seconds, _)| seconds)
    }

    fn date(self, person: &[u8]) -> Option<(i64, i32)> {
        let (people, ..) = self.people();
        let line = people.split(|&byte| byte == b'\n').find(|line| line.starts_with(person))?;
        let mut words = line.rsplit(|&byte| byte == b' ');
        let zone: i32 = number(words.next()?)?;
        let seconds = number(words.next()?)?;
        Some((seconds, zone / 100 * 60 + zone % 100))
    }
}

fn number<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    std::str::from_utf8(digits).ok()?.trim_start_matches('+').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit() -> String {
        let id = "0123456789".repeat(4);
        format!(
            "tree {id}\nparent {id}\nparent {id}\nauthor A <a@example.org> 1700000000 -0130\n\
             committer C <c@example.org> 1700000001 +0000\ngpgsig x\n y\n\nsubject\n\nbody\n"
        )
    }

    #[test]
    fn a_commit_is_split() {
        let commit = commit();
        let text = Text::of(commit.as_bytes());
        let (people, at, line) = text.people();
        assert!(people.starts_with(b"author A") && people.ends_with(b" y\n\n"));
        assert_eq!((at, line), (46 + 48 + 48, 4));
        assert_eq!(text.message(), (&b"subject\n\nbody\n"[..], commit.find("subject").unwrap()));
        assert_eq!((text.named(b"tree").count(), text.named(b"parent").count()), (1, 2));
        assert_eq!(text.author_date(), Some((1_700_000_000, -90)));
        assert_eq!(text.author(), Some((&b"A"[..], &b"a@example.org"[..])));
    }

    #[test]
    fn what_is_no_commit_has_its_bytes_somewhere() {
        for bytes in [&b""[..], b"\n", b"\n\n", b"author", b"author \n\nx", b"tree 1\n\n", b"tree", b"\nx"] {
            let text = Text::of(bytes);
            let (people, at, _) = text.people();
            assert_eq!(at + people.len() + text.message().0.len(), bytes.len(), "{bytes:?}");
            assert_eq!(at, 0);
        }
    }
}
