//! One layer on its way: hashed, unpacked, walked and handed over, without being held or written anywhere.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use keysieve_finding::{Origin, Skip, SkipReason};
use keysieve_source::{BlobSink, Windows};
use keysieve_unpack::tar::{EntryKind, Part, Tar};
use keysieve_unpack::{Budget, Compression, Expanded, Input, Limits, Trouble};

use crate::digest::{Digest, Hasher};
use crate::overlay::{Meaning, Overlay, clean};
use crate::piped::pipe;

/// How much of a file is scanned at once.
const WINDOW: usize = 1 << 20;

/// What is known of a layer when it has been scanned.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) overlay: Overlay,
    /// Of the bytes that came, if they came to an end.
    pub(crate) digest: Option<Digest>,
    /// Of what was in them, if that came to an end.
    pub(crate) diff_id: Option<Digest>,
    /// Whether the bytes were not those that were promised.
    pub(crate) unverified: bool,
}

/// A layer that is to be scanned.
pub(crate) struct Job<'a> {
    /// What origins call it.
    pub(crate) key: &'a Arc<str>,
    /// What it should be.
    pub(crate) digest: Option<&'a Digest>,
    pub(crate) diff_id: Option<&'a Digest>,
    pub(crate) media_type: &'a str,
    /// What it is called if it is a file rather than an archive.
    pub(crate) name: Option<&'a str>,
    pub(crate) limits: &'a Limits,
    pub(crate) sink: &'a dyn BlobSink,
}

/// What has passed through a reader.
#[derive(Clone)]
struct Tally(Arc<Mutex<Hasher>>);

impl Tally {
    fn new(hasher: Hasher) -> Self {
        Self(Arc::new(Mutex::new(hasher)))
    }

    fn update(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    fn digest(&self) -> Digest {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finish()
    }
}

struct Tallied<R> {
    reader: R,
    tally: Tally,
}

impl<R: Read> Read for Tallied<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.tally.update(&buffer[..read]);
        Ok(read)
    }
}

impl Job<'_> {
    pub(crate) fn origin(&self, path: &[u8], nth: u32) -> Origin {
        Origin::Image { blob: Arc::clone(self.key), path: path.into(), nth }
    }

    fn whole(&self) -> Origin {
        self.origin(b"", 0)
    }

    fn hasher(digest: Option<&Digest>) -> Hasher {
        digest.map_or_else(Hasher::sha256, Digest::hasher)
    }

    /// Scans the layer; on a thread of its own the bytes are read and unpacked, if that is wanted.
    pub(crate) fn run(&self, blob: &mut (dyn Read + Send), own_thread: bool) -> Scanned {
        let raw = Tally::new(Self::hasher(self.digest));
        let budget = Budget::new(self.limits.clone());
        let input = Input::new(budget.metered(Tallied { reader: blob, tally: raw.clone() }));
        let mut walk = Walk::new(self, budget.clone());
        let mut packed = match Packed::of(input, &budget) {
            Ok(packed) => packed,
            Err(error) => {
                self.sink.skipped(&self.whole(), Trouble::of(&error).0);
                return walk.scanned(None, None);
            }
        };
        let tally = walk.tally.clone();
        if own_thread {
            thread::scope(|scope| {
                let (mut filled, piped) = pipe();
                // Hashed beside both: to inflate, to hash and to look at it take about as long.
                let pieces = filled.copies();
                scope.spawn(move || pieces.iter().for_each(|piece| tally.update(&piece)));
                let packed = &mut packed;
                scope.spawn(move || filled.fill(packed));
                walk.content(piped);
            });
        } else {
            walk.content(Tallied { reader: &mut packed, tally });
        }
        let ended = walk.rest(packed);
        let digest = ended.then(|| raw.digest());
        let diff_id = (walk.ended && ended).then(|| walk.tally.digest());
        walk.scanned(digest, diff_id)
    }
}

/// A blob, compressed or not.
pub(crate) enum Packed<R> {
    Plain(Input<R>),
    Compressed(Box<Expanded<R>>),
}

impl<R: Read> Packed<R> {
    pub(crate) fn of(mut input: Input<R>, budget: &Budget) -> io::Result<Self> {
        // The bytes tell, whatever the media type says.
        Ok(match Compression::of(input.peek(Compression::TOLD_BY)?) {
            Some(compression) => {
                Self::Compressed(Box::new(Expanded::new(compression, input, budget.clone())))
            }
            None => Self::Plain(input),
        })
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Compressed(expanded) => expanded.read(buffer),
        }
    }
}

/// What is found on the way through a layer.
pub(crate) struct Walk<'a> {
    pub(crate) job: &'a Job<'a>,
    budget: Budget,
    pub(crate) overlay: Overlay,
    tally: Tally,
    windows: Windows,
    /// Whether the content came to its end.
    ended: bool,
    pub(crate) stopped: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(job: &'a Job<'a>, budget: Budget) -> Self {
        Self {
            job,
            budget,
            overlay: Overlay::default(),
            tally: Tally::new(Job::hasher(job.diff_id)),
            windows: Windows::new(WINDOW),
            ended: false,
            stopped: false,
        }
    }

    /// Goes through what is in the layer.
    fn content(&mut self, reader: impl Read) {
        let mut input = Input::new(Watched { reader, ended: false });
        let start = match input.peek(512) {
            Ok(start) => start,
            Err(error) => return self.skip(&self.job.whole(), Trouble::of(&error).0),
        };
        let nothing = start.iter().all(|byte| *byte == 0);
        if nothing || Tar::<io::Empty>::begins(start) {
            self.entries(Tar::over(input, self.budget.clone()));
            return;
        }
        if self.job.media_type.ends_with("+encrypted") {
            // `ocicrypt`: each layer has a key of its own, which is encrypted for those who may read it.
            let why = "an encrypted layer, whose key is not known";
            self.skip(&self.job.whole(), Skip::new(SkipReason::Encrypted, why));
        } else if is_archive(self.job.media_type) {
            let why = "its media type says tar, and its bytes do not; it was looked at as a file";
            self.skip(&self.job.whole(), Skip::new(SkipReason::ArchiveBroken, why));
        }
        let name = self.job.name.unwrap_or_default().as_bytes().to_vec();
        self.file(&mut input, &self.job.origin(&name, 0));
        self.ended = input.peek(1).is_ok_and(<[u8]>::is_empty);
    }

    fn entries<R: Read>(&mut self, mut tar: Tar<Watched<R>>) {
        while !self.stopped {
            match tar.next() {
                Some(Part::Entry(mut entry)) => {
                    let path = clean(entry.path());
                    let shown = entry.path().to_vec();
                    match entry.kind() {
                        EntryKind::File => {
                            let (meaning, nth) = self.overlay.file(&path);
                            // What deletes a file is empty, unless somebody put something there.
                            if matches!(meaning, Meaning::File) || entry.size() > 0 {
                                let origin = self.job.origin(&named(shown, &path), nth);
                                self.file(&mut entry, &origin);
                            }
                        }
                        EntryKind::Directory => self.overlay.directory(&path),
                        EntryKind::HardLink => {
                            let target = entry.link().unwrap_or_default();
                            self.overlay.link(&path, &clean(target));
                            self.job.sink.link(&self.job.origin(&named(shown.clone(), &path), 0), target);
                            if entry.size() > 0 {
                                let origin = self.job.origin(&named(shown, &path), 0);
                                self.file(&mut entry, &origin);
                            }
                        }
                        _ => {
                            let (_, nth) = self.overlay.file(&path);
                            if let Some(target) = entry.link() {
                                self.job.sink.link(&self.job.origin(&named(shown, &path), nth), target);
                            }
                        }
                    }
                }
                Some(Part::Loose(mut loose)) => {
                    let name = format!("(loose bytes at {})", loose.offset());
                    let origin = self.job.origin(name.as_bytes(), 0);
                    self.file(&mut loose, &origin);
                }
                Some(Part::Skip(skip)) => self.skip(&self.job.whole(), skip),
                None => break,
            }
        }
        let mut input = tar.into_input();
        self.ended = !self.stopped && input.peek(1).is_ok_and(<[u8]>::is_empty);
    }

    /// Hands over one file.
    pub(crate) fn file(&mut self, reader: &mut dyn Read, origin: &Origin) {
        match self.windows.read(reader, origin, None, self.job.sink) {
            Ok((_, flow)) => self.stopped |= flow == ControlFlow::Break(()),
            Err(error) => self.skip(origin, Trouble::of(&error).0),
        }
        self.stopped |= self.job.sink.stopped();
    }

    pub(crate) fn skip(&self, origin: &Origin, mut skip: Skip) {
        if *origin != self.job.whole() {
            skip.detail = format!("{} (in layer {})", skip.detail, self.job.key);
        }
        self.job.sink.skipped(origin, skip);
    }

    /// Looks at what follows the end of what is compressed, and reads the blob to its end, so that its digest is that
    /// of all of it. Says whether that was possible.
    fn rest<R: Read>(&mut self, packed: Packed<R>) -> bool {
        if self.stopped {
            return false;
        }
        let mut input = match packed {
            Packed::Plain(input) => input,
            Packed::Compressed(expanded) => {
                let mut input = expanded.into_input();
                if self.ended && input.peek(1).is_ok_and(|rest| !rest.is_empty()) {
                    let origin = self.job.origin(b"(after the compressed data)", 0);
                    self.file(&mut input, &origin);
                }
                input
            }
        };
        io::copy(&mut input, &mut io::sink()).is_ok()
    }

    /// Compares what came with what was promised.
    pub(crate) fn scanned(self, digest: Option<Digest>, diff_id: Option<Digest>) -> Scanned {
        let mut unverified = false;
        for (what, promised, came) in
            [("digest", self.job.digest, &digest), ("diff id", self.job.diff_id, &diff_id)]
        {
            if let (Some(promised), Some(came)) = (promised, came)
                && promised != came
            {
                unverified = true;
                let why = format!(
                    "its {what} should be {promised} and is {came}; what is found in it is not verified"
                );
                self.skip(&self.job.whole(), Skip::new(SkipReason::ArchiveBroken, why));
            }
        }
        if self.overlay.is_full() {
            let why = "it has more names than are remembered; what it does to files below it may be missed";
            self.skip(&self.job.whole(), Skip::new(SkipReason::Limit, why));
        }
        let mut overlay = self.overlay;
        overlay.settle();
        Scanned { overlay, digest, diff_id, unverified }
    }
}

/// A reader whose errors come again when it is asked again: what came before the error is looked at first.
struct Watched<R> {
    reader: R,
    ended: bool,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        self.reader.read(buffer).inspect_err(|_| self.ended = true)
    }
}

/// A path as reports show it: as it is in the archive, without the `./` that some programs begin it with. What would
/// show as something else than it is stays as it is.
fn named(shown: Vec<u8>, cleaned: &[u8]) -> Vec<u8> {
    let plain = shown.strip_prefix(b"./").unwrap_or(&shown);
    if plain == cleaned || cleaned.is_empty() { plain.to_vec() } else { shown }
}

/// Whether a media type says that a blob is a layer of a file system.
fn is_archive(media_type: &str) -> bool {
    media_type.contains(".layer.") || media_type.contains(".rootfs.") || media_type.contains("tar")
}
