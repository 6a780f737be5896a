//! What was judged in earlier runs: what had nothing in it, and what was found in layers of images.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::below::Below;
use crate::records::{self, Known, Record, Records};
use crate::tally::Tally;
use crate::whole_file;

/// How a file of the cache begins.
const MAGIC: &[u8; 16] = b"keysieve-cache-4";

/// The most contents that are kept: 106 MB with SHA-1 names.
const MOST: usize = 2_000_000;

/// How a file of a layer begins.
const LAYER: &[u8; 16] = b"keysieve-layer-2";

/// The most bytes of files of layers; beyond that the oldest go.
const MOST_OF_LAYERS: u64 = 512 << 20;

/// The contents in which nothing is to be reported, with how large they are, for one set of rules and one policy.
///
/// Layers of images have a file each: their counts, what the source noted of them, and what was found in them.
///
/// A file of it holds names of contents and sizes, nothing of what they contain; that of a layer also what a report says
/// of it in which secrets are masked, with fingerprints in which they cannot be guessed. It is named by its own hash, written
/// beside its place and moved there, and never changed: several runs can share a directory, and a file that is damaged
/// is as good as none.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    known: Records,
    /// The files that `known` was read from.
    files: Vec<PathBuf>,
    /// Records of what this run has looked at.
    new: Mutex<Vec<u8>>,
    /// Of parts of commits and tags, which are small: they go first if it is too much.
    new_parts: Mutex<Vec<u8>>,
    /// What could not be read to its end.
    broken: Mutex<BTreeSet<Box<[u8]>>>,
    layers_added: AtomicBool,
    /// Why a layer could not be noted.
    failed: Mutex<Option<io::Error>>,
}

/// What is known of a layer.
pub(crate) struct KnownLayer {
    pub(crate) tally: Tally,
    /// What was found in it, as [`Notes`](crate::noted::Notes) wrote it; empty if nothing was.
    pub(crate) found: Vec<u8>,
    /// What the source noted of it.
    pub(crate) memo: Vec<u8>,
}

impl Cache {
    /// Reads what a directory holds for a set of rules; makes the directory if there is none. `rules` must differ
    /// wherever something could be found that was not found before.
    ///
    /// # Errors
    /// If the directory can be neither read nor made.
    pub fn open(directory: &Path, rules: &str) -> io::Result<Self> {
        let digest = blake3::hash(rules.as_bytes()).to_hex();
        let directory = directory.join(&digest.as_str()[..16]);
        fs::create_dir_all(&directory)?;
        let (mut known, mut files) = (Records::default(), Vec::new());
        for entry in directory.read_dir()? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "seen")
                && whole_file::read(&path, MAGIC).is_some_and(|bytes| known.add(&bytes))
            {
                files.push(path);
            }
        }
        let (new, new_parts) = (Mutex::default(), Mutex::default());
        let (broken, layers_added, failed) = (Mutex::default(), AtomicBool::new(false), Mutex::default());
        Ok(Self { directory, known, files, new, new_parts, broken, layers_added, failed })
    }

    /// What is known of a content in which nothing was found under a name of this class.
    pub(crate) fn known(&self, content: &[u8], class: u64) -> Option<Known> {
        self.known.get(content, class)
    }

    /// Whether something is known of a content.
    pub(crate) fn is_known(&self, content: &[u8]) -> bool {
        self.known.has(content)
    }

    /// Notes a content in which nothing was found under a name of this class.
    pub(crate) fn add(&self, content: &[u8], class: u64, known: Known) {
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        records::write(&mut new, content, class, known);
    }

    /// Notes a part of a commit or a tag in which nothing was found.
    pub(crate) fn add_part(&self, content: &[u8], class: u64, known: Known) {
        let mut new = self.new_parts.lock().unwrap_or_else(PoisonError::into_inner);
        records::write(&mut new, content, class, known);
    }

    /// Notes a content that could not be looked at as a whole, so that the next run says so again.
    pub(crate) fn forget(&self, content: &[u8]) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).insert(content.into());
    }

    /// What is known of a layer: its counts, what was found in it, and what the source noted of it.
    pub(crate) fn layer(&self, content: &[u8]) -> Option<KnownLayer> {
        let mut bytes = whole_file::read(&self.layer_file(content), LAYER)?;
        let (head, rest) = bytes.split_first_chunk::<32>()?;
        let word = |at: usize| Some(u64::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let half = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let below = Below { severity: half(16)?, confidence: half(20)? };
        let (found, _) = rest.split_at_checked(usize::try_from(word(24)?).ok()?)?;
        let tally = Tally { objects: word(0)?, bytes: word(8)?, below, speaks: !found.is_empty() };
        let memo = bytes.split_off(head.len() + found.len());
        Some(KnownLayer { tally, found: bytes.split_off(32), memo })
    }

    /// Notes a layer, and what was found in it.
    pub(crate) fn add_layer(&self, content: &[u8], tally: Tally, found: &[u8], memo: &[u8]) {
        let mut bytes = LAYER.to_vec();
        bytes.extend_from_slice(&tally.objects.to_le_bytes());
        bytes.extend_from_slice(&tally.bytes.to_le_bytes());
        bytes.extend_from_slice(&tally.below.severity.to_le_bytes());
        bytes.extend_from_slice(&tally.below.confidence.to_le_bytes());
        bytes.extend_from_slice(&(found.len() as u64).to_le_bytes());
        bytes.extend_from_slice(found);
        bytes.extend_from_slice(memo);
        self.layers_added.store(true, Ordering::Relaxed);
        if let Err(error) = whole_file::write(&self.layer_file(content), bytes, !found.is_empty()) {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// A layer has a file of its own, because what is noted of it can be large.
    fn layer_file(&self, content: &[u8]) -> PathBuf {
        self.directory.join(format!("{}.layer", &blake3::hash(content).to_hex()[..32]))
    }

    fn drop_old_layers(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in self.directory.read_dir()? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "layer")
                && let Ok(metadata) = entry.metadata()
            {
                files.push((metadata.modified()?, metadata.len(), entry.path()));
            }
        }
        files.sort();
        let mut size: u64 = files.iter().map(|(_, length, _)| length).sum();
        for (_, length, path) in files {
            if size <= MOST_OF_LAYERS {
                break;
            }
            // Another run may have been faster.
            let _ = fs::remove_file(path);
            size -= length;
        }
        Ok(())
    }

    /// Writes what is new, together with what was known, and removes the files that this replaces.
    ///
    /// # Errors
    /// If it cannot be written; the next run does without.
    pub fn save(&self) -> io::Result<()> {
        if self.layers_added.load(Ordering::Relaxed) {
            self.drop_old_layers()?;
        }
        if let Some(error) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error);
        }
        let take =
            |new: &Mutex<Vec<u8>>| std::mem::take(&mut *new.lock().unwrap_or_else(PoisonError::into_inner));
        let mut new = take(&self.new);
        new.append(&mut take(&self.new_parts));
        let new = self.worth_keeping(&new);
        if new.len() == 0 && self.files.len() < 2 {
            return Ok(());
        }
        let mut bytes = MAGIC.to_vec();
        // Of what is too much, the oldest goes.
        if self.known.len() + new.len() <= MOST {
            bytes.extend(self.known.to_bytes());
        }
        bytes.extend(new.to_bytes());
        let path = self.directory.join(format!("{}.seen", &blake3::hash(&bytes).to_hex()[..32]));
        whole_file::write(&path, bytes, false)?;
        for file in self.files.iter().filter(|file| **file != path) {
            // Another run may have been faster.
            let _ = fs::remove_file(file);
        }
        Ok(())
    }

    /// Without what could not be read to its end, and without what is too much.
    fn worth_keeping(&self, new: &[u8]) -> Records {
        let broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = Record::all(new).into_iter().flatten();
        let whole = whole.filter(|record| !broken.contains(record.content)).take(MOST);
        let mut kept = Records::default();
        kept.add(&whole.map(|record| record.bytes).collect::<Vec<_>>().concat());
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_known_to_the_next_run_with_the_same_rules() {
        let directory = tempfile::tempdir().expect("a directory");
        let open = |rules| Cache::open(directory.path(), rules).expect("opened");
        let (first, other) = (open("rules"), open("rules"));
        let known = |size| Known { objects: 1, size, below: Below { severity: 1, confidence: 2 } };
        first.add(&[1; 20], 0, known(7));
        other.add(&[2; 32], 4, known(9));
        first.add(&[3; 20], 0, known(5));
        first.forget(&[3; 20]);
        first.save().expect("saved");
        other.save().expect("saved");
        let next = open("rules");
        let sizes = [(&[1; 20][..], 0), (&[2; 32], 4), (&[2; 32], 0), (&[3; 20], 0)];
        let kept = sizes.map(|(id, class)| next.known(id, class));
        assert_eq!(kept, [Some(known(7)), Some(known(9)), None, None]);
        assert_eq!(open("other rules").known(&[1; 20], 0), None);
        next.save().expect("saved");
        let own = open("rules").directory;
        let files = |directory: &Path| directory.read_dir().expect("read").count();
        assert_eq!(files(&own), 1, "the two became one");
        let file = own.read_dir().expect("read").next().expect("one").expect("read").path();
        let mut bytes = fs::read(&file).expect("read");
        bytes[20] ^= 1;
        fs::write(&file, bytes).expect("written");
        assert_eq!(open("rules").known(&[1; 20], 0), None, "what is damaged is as good as none");
    }
}
