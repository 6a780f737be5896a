//! The file in which a repository says what it knows of.

use std::collections::HashMap;

use keysieve_finding::Fingerprint;

use crate::entry::Subject;
use crate::path_globs::{PathGlob, PathGlobs};
use crate::{Date, Entry, Error, Problem};

/// A `.keysieveignore`: one [`Entry`] a line, a path pattern or a fingerprint, and why.
///
/// ```text
/// # What we know of.
/// tests/fixtures/                           reason="keys made for the tests"
/// *.example.env       owner=platform
/// ks1:0123456789abcdef0123456789abcdef      expires=2027-03-31 reason="revoked, rotation PAY-1291"
/// ```
///
/// It keeps findings out of the report, never files from being read: what it holds back is counted.
#[derive(Debug)]
pub struct IgnoreFile {
    name: String,
    base: Vec<u8>,
    entries: Vec<Entry>,
    globs: PathGlobs,
    /// The entry of each pattern of `globs`.
    by_pattern: Vec<usize>,
    by_fingerprint: HashMap<String, Vec<usize>>,
    /// Named paths, each with the entries that do not count in it.
    lifted: Vec<(Vec<u8>, Vec<usize>)>,
}

impl IgnoreFile {
    /// Reads the text of an ignore file. `name` is what errors call it.
    ///
    /// # Errors
    /// Every malformed line, in order.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Error>> {
        let error = |line, problem| Error { file: name.to_owned(), line, problem };
        let mut file = Self {
            name: name.to_owned(),
            base: Vec::new(),
            entries: Vec::new(),
            globs: PathGlobs::default(),
            by_pattern: Vec::new(),
            by_fingerprint: HashMap::new(),
            lifted: Vec::new(),
        };
        let (mut patterns, mut errors) = (Vec::new(), Vec::new());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, text) in (1..).zip(text.lines()) {
            match Entry::parse(line, text).and_then(|entry| file.add(entry)) {
                Ok(pattern) => patterns.extend(pattern),
                Err(problem) => errors.push(error(line, problem)),
            }
        }
        if errors.is_empty() {
            match PathGlobs::new(patterns) {
                Ok(globs) => return Ok(Self { globs, ..file }),
                Err(problem) => errors.push(error(0, problem)),
            }
        }
        Err(errors)
    }

    fn add(&mut self, entry: Option<Entry>) -> Result<Option<PathGlob>, Problem> {
        let Some(entry) = entry else { return Ok(None) };
        let index = self.entries.len();
        let pattern = match entry.subject() {
            Subject::Pattern(pattern) => {
                let pattern = PathGlob::parse(pattern)?;
                self.by_pattern.push(index);
                Some(pattern)
            }
            Subject::Fingerprint(print) => {
                self.by_fingerprint.entry(print.clone()).or_default().push(index);
                None
            }
        };
        self.entries.push(entry);
        Ok(pattern)
    }

    /// Says in which directory the file stands, where that is not the top: its patterns then match paths below it.
    /// Call it before [`IgnoreFile::lift`].
    #[must_use]
    pub fn at(mut self, directory: &[u8]) -> Self {
        self.base = directory.strip_suffix(b"/").unwrap_or(directory).to_vec();
        self
    }

    /// Notes a path that the user named explicitly: patterns that match it as a whole do not count in it, because
    /// whoever names a place wants to hear of it. Patterns that match only some of what it holds still count, and so
    /// do fingerprints.
    pub fn lift(&mut self, named: &[u8]) {
        let named = named.strip_suffix(b"/").unwrap_or(named);
        let Some(path) = self.relative(named) else { return };
        let entries: Vec<usize> =
            self.globs.of_directory(path).into_iter().map(|pattern| self.by_pattern[pattern]).collect();
        if !entries.is_empty() {
            self.lifted.push((named.to_vec(), entries));
        }
    }

    /// The entry that allows a secret of this fingerprint at this path, if one does: the first that has not expired,
    /// and that says why if it must. Every entry that would is marked as used.
    pub fn judge(
        &self,
        path: &[u8],
        fingerprint: &Fingerprint,
        today: Date,
        require_reason: bool,
    ) -> Option<&Entry> {
        let mut indexes = Vec::new();
        if let Some(relative) = self.relative(path).filter(|_| !self.by_pattern.is_empty()) {
            let patterns = self.globs.of_file(relative);
            indexes.extend(patterns.into_iter().map(|pattern| self.by_pattern[pattern]));
            indexes.retain(|index| !self.is_lifted(path, *index));
        }
        if !self.by_fingerprint.is_empty()
            && let Some(entries) = self.by_fingerprint.get(&fingerprint.to_string())
        {
            indexes.extend(entries);
        }
        indexes.sort_unstable();
        let counts = |entry: &&Entry| {
            !entry.expired(today) && (!require_reason || entry.attributes().reason.is_some())
        };
        let mut live = indexes.into_iter().map(|index| &self.entries[index]).filter(counts);
        let first = live.next()?;
        first.mark_used();
        live.for_each(Entry::mark_used);
        Some(first)
    }

    /// The path as seen from the file's directory, if it lies in it.
    fn relative<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        if self.base.is_empty() { Some(path) } else { below(path, &self.base) }
    }

    fn is_lifted(&self, path: &[u8], index: usize) -> bool {
        self.lifted.iter().any(|(named, entries)| {
            (path == named.as_slice() || below(path, named).is_some()) && entries.contains(&index)
        })
    }

    /// What errors call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All of its entries, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries that no longer count.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.expired(today))
    }

    /// The entries that still count and have allowed nothing so far. Ask after a run over everything.
    pub fn unused(&self, today: Date) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| !entry.used() && !entry.expired(today))
    }
}

/// What is left of a path below a directory.
fn below<'p>(path: &'p [u8], directory: &[u8]) -> Option<&'p [u8]> {
    path.strip_prefix(directory)?.strip_prefix(b"/")
}

#[cfg(test)]
mod tests {
    use keysieve_finding::FingerprintKey;

    use super::*;

    fn today() -> Date {
        Date::new(2026, 11, 30).expect("a date")
    }

    fn print(secret: &str) -> Fingerprint {
        Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", secret.as_bytes())
    }

    fn parse(text: &str) -> IgnoreFile {
        IgnoreFile::parse(".keysieveignore", text).expect("well-formed")
    }

    fn line(file: &IgnoreFile, path: &str, secret: &str) -> Option<usize> {
        file.judge(path.as_bytes(), &print(secret), today(), false).map(Entry::line)
    }

    #[test]
    fn paths_and_fingerprints_are_allowed_and_the_first_line_is_named() {
        let file = parse(&format!("# known\n\ntests/\n*.pem\n{}\n", print("known")));
        assert_eq!(line(&file, "tests/a.pem", "x"), Some(3));
        assert_eq!(line(&file, "src/a.pem", "known"), Some(4));
        assert_eq!(line(&file, "src/a.rs", "known"), Some(5));
        assert_eq!(line(&file, "src/a.rs", "x"), None);
    }

    #[test]
    fn expired_entries_do_not_count_and_are_told() {
        let file = parse("a expires=2026-11-29\nb expires=2026-11-30\na/b/ expires=2020-01-01\n");
        assert_eq!(line(&file, "a", "x"), None);
        assert_eq!(line(&file, "b", "x"), Some(2));
        assert_eq!(file.expired(today()).map(Entry::line).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn an_entry_that_must_say_why_and_does_not_allows_nothing() {
        let file = parse("a\nb reason=\"made up\"\n");
        let allowed = |path: &str| file.judge(path.as_bytes(), &print("x"), today(), true).map(Entry::line);
        assert_eq!((allowed("a"), allowed("b")), (None, Some(2)));
    }

    #[test]
    fn an_entry_that_expired_does_not_hide_a_live_one() {
        let file = parse("a expires=2020-01-01\n/a\n");
        assert_eq!(line(&file, "a", "x"), Some(2));
    }

    #[test]
    fn unused_entries_are_told_and_every_entry_that_matches_is_used() {
        let file = parse("tests/\n*.pem\n*.key\nold expires=2020-01-01\n");
        line(&file, "tests/a.pem", "x");
        assert_eq!(file.unused(today()).map(Entry::line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_file_further_down_speaks_of_what_is_below_it() {
        let file = parse(&format!("/data/\n{}", print("known"))).at(b"services/pay/");
        assert_eq!(line(&file, "services/pay/data/a", "x"), Some(1));
        assert_eq!(line(&file, "data/a", "x"), None);
        assert_eq!(line(&file, "services/payment/data/a", "x"), None);
        assert_eq!(line(&file, "elsewhere", "known"), Some(2));
    }

    #[test]
    fn a_named_directory_is_not_ignored_as_a_whole() {
        let mut file = parse("fixtures/example/\n*.log\n");
        file.lift(b"fixtures/example");
        assert_eq!(line(&file, "fixtures/example/.env", "x"), None);
        assert_eq!(line(&file, "fixtures/example/a.log", "x"), Some(2));
        assert_eq!(line(&file, "fixtures/other.log", "x"), Some(2));

        let mut file = parse("fixtures/\n");
        file.lift(b"fixtures/example/");
        assert_eq!(line(&file, "fixtures/example/.env", "x"), None);
        assert_eq!(line(&file, "fixtures/example2/.env", "x"), Some(1));
    }

    #[test]
    fn a_named_top_lifts_nothing() {
        let mut file = parse("fixtures/\n**\n");
        file.lift(b"");
        assert_eq!(line(&file, "fixtures/a", "x"), Some(1));
    }

    #[test]
    fn every_malformed_line_is_reported_and_nothing_of_it_repeated() {
        let errors = IgnoreFile::parse("x/.keysieveignore", "ok\n!sesame\nfile sesame\nsesame[\n/\n")
            .expect_err("four bad lines");
        let places: Vec<_> = errors.iter().map(|error| error.line).collect();
        assert_eq!(places, [2, 3, 4, 5]);
        assert!(errors[0].to_string().starts_with("x/.keysieveignore:2: "));
        assert!(!errors.iter().any(|error| error.to_string().contains("sesame")));
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_are_no_part_of_an_entry() {
        let file = parse("\u{feff}a.txt\r\nb.txt owner=me\r\n");
        assert_eq!(line(&file, "a.txt", "x"), Some(1));
        assert_eq!(file.entries()[1].attributes().owner.as_deref(), Some("me"));
    }
}
