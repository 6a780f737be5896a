//! Hashes of the lines where findings start.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};

use keysieve_finding::{Location, Origin, Outcome};

use crate::line_hash::line_hashes;

/// Hashes of the lines where findings start, by path and line.
///
/// The report cannot open files, so the one who can asks which lines are [wanted](Self::wanted), opens each file and
/// [reads](Self::read) it here. What is missing is left out of the SARIF report, and GitHub's upload action fills it
/// in for files that it can open.
///
/// ```
/// use keysieve_report::LineHashes;
///
/// let mut hashes = LineHashes::default();
/// hashes.read(b"notes.txt", &b" a\nb\n  \t\tc\n d"[..], &[2])?;
/// assert_eq!(hashes.get(b"notes.txt", 2), Some("54703d4cd895b18:1"));
/// assert_eq!(hashes.get(b"notes.txt", 1), None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LineHashes {
    by_path: HashMap<Vec<u8>, BTreeMap<u64, String>>,
}

impl LineHashes {
    /// The lines of which a report would say the hash, sorted, by the raw bytes of their file's path. Only text files
    /// of their own: a line of a binary says nothing, and an entry of a container is no file that anyone could open.
    #[must_use]
    pub fn wanted(outcome: &Outcome) -> BTreeMap<Vec<u8>, Vec<u64>> {
        let mut wanted: BTreeMap<Vec<u8>, BTreeSet<u64>> = BTreeMap::new();
        for location in outcome.findings.iter().flat_map(|finding| &finding.locations) {
            if let Some(path) = file_of(location) {
                wanted.entry(path.to_vec()).or_default().insert(location.line);
            }
        }
        wanted.into_iter().map(|(path, lines)| (path, lines.into_iter().collect())).collect()
    }

    /// Reads a file from its first byte and keeps the hashes of the wanted lines, which are sorted. Lines that end
    /// otherwise for GitHub than for us, because of a lone CR before them, get none.
    ///
    /// # Errors
    ///
    /// What the reader says; nothing of the file is kept then.
    pub fn read(&mut self, path: &[u8], reader: impl Read, wanted: &[u64]) -> io::Result<()> {
        let hashes = line_hashes(reader, wanted)?;
        self.by_path.entry(path.to_vec()).or_default().extend(hashes);
        Ok(())
    }

    /// The hash of a line, if it is known.
    #[must_use]
    pub fn get(&self, path: &[u8], line: u64) -> Option<&str> {
        self.by_path.get(path)?.get(&line).map(String::as_str)
    }

    pub(crate) fn of(&self, location: &Location) -> Option<&str> {
        self.get(file_of(location)?, location.line)
    }
}

fn file_of(location: &Location) -> Option<&[u8]> {
    match &location.origin {
        Origin::File { path } if !location.binary => Some(path),
        _ => None,
    }
}
