//! An archive that can only be read once, from its start to its end: standard input, a daemon's socket, a compressed
//! file. What it holds may be listed at its very end, so every blob is scanned as it comes and attributed afterwards.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::thread;

use keysieve_finding::{Skip, SkipReason};
use keysieve_source::BlobSink;
use keysieve_unpack::tar::{Entry, EntryKind, Part, Tar};
use keysieve_unpack::{Budget, Input, Limits, Trouble};

use crate::Error;
use crate::archive::member_of;
use crate::digest::Digest;
use crate::layer::{Job, Packed, Scanned};
use crate::model::CONFIG_LIMIT;
use crate::overlay::clean;
use crate::piped::pipe;
use crate::resolve::whole;
use crate::store::{Blob, Store};

/// How much of documents is kept until it is known what they are.
const KEPT: usize = 64 << 20;

/// What came out of it.
#[derive(Default)]
pub(crate) struct Streamed {
    pub(crate) kept: Kept,
    pub(crate) layers: Vec<(Arc<str>, Scanned)>,
}

/// The documents of an archive, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    documents: HashMap<String, Vec<u8>>,
    pub(crate) links: HashMap<String, String>,
}

impl Kept {
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.documents.get(name).map(Vec::as_slice)
    }

    /// The member that a name leads to, by the links that older archives of Docker have.
    pub(crate) fn target(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..8 {
            match self.links.get(&name) {
                Some(target) => name.clone_from(target),
                None => break,
            }
        }
        name
    }
}

impl Store for Kept {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        let name = self.target(&member_of(blob));
        match self.documents.get(&name) {
            Some(bytes) => Ok(Box::new(io::Cursor::new(bytes.clone()))),
            None => Err(Error::missing(blob.name(), "the archive does not have it")),
        }
    }
}

/// Where the bytes of an archive go.
pub(crate) struct Stream<'a> {
    /// What keys begin with.
    pub(crate) place: &'a str,
    pub(crate) limits: &'a Limits,
    pub(crate) sink: &'a dyn BlobSink,
    pub(crate) own_thread: bool,
}

impl Stream<'_> {
    pub(crate) fn run(&self, reader: &mut (dyn Read + Send)) -> Streamed {
        // Of the archive itself, everything may be large: each layer has limits of its own.
        let limits = Limits { bytes: Some(u64::MAX), ..self.limits.clone() };
        let budget = Budget::new(limits);
        let mut streamed = Streamed::default();
        let mut packed = match Packed::of(Input::new(budget.metered(reader)), &budget) {
            Ok(packed) => packed,
            Err(error) => {
                self.sink.skipped(&whole(self.place), Trouble::of(&error).0);
                return streamed;
            }
        };
        if self.own_thread {
            thread::scope(|scope| {
                let (filled, piped) = pipe();
                let packed = &mut packed;
                scope.spawn(move || filled.fill(packed));
                self.entries(Tar::new(piped, budget.clone()), &mut streamed);
            });
        } else {
            self.entries(Tar::new(&mut packed, budget.clone()), &mut streamed);
        }
        streamed
    }

    fn entries<R: Read + Send>(&self, mut tar: Tar<R>, streamed: &mut Streamed) {
        let mut kept = 0;
        while !self.sink.stopped() {
            match tar.next() {
                Some(Part::Entry(entry)) => self.entry(entry, &mut kept, streamed),
                // What belongs to no entry is no blob.
                Some(Part::Loose(_)) => {}
                Some(Part::Skip(skip)) => self.sink.skipped(&whole(self.place), skip),
                None => return,
            }
        }
    }

    fn entry<R: Read + Send>(&self, entry: Entry<'_, R>, kept: &mut usize, streamed: &mut Streamed) {
        let name = String::from_utf8_lossy(&clean(entry.path())).into_owned();
        match entry.kind() {
            EntryKind::File => {}
            EntryKind::Symlink | EntryKind::HardLink => {
                let target = String::from_utf8_lossy(entry.link().unwrap_or_default()).into_owned();
                let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
                let target = match entry.kind() {
                    EntryKind::Symlink => format!("{directory}/{target}"),
                    _ => target,
                };
                let target = String::from_utf8_lossy(&clean(target.as_bytes())).into_owned();
                streamed.kept.links.insert(name, target);
                return;
            }
            _ => return,
        }
        let size = entry.size();
        let mut input = Input::new(entry);
        let start = input.peek(64).unwrap_or_default();
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        let is_document = matches!(first, Some(b'{' | b'['));
        let room = usize::try_from(size).is_ok_and(|size| *kept + size <= KEPT);
        if is_document && size <= CONFIG_LIMIT && room {
            let mut bytes = Vec::new();
            match input.take(CONFIG_LIMIT).read_to_end(&mut bytes) {
                Ok(read) => *kept += read,
                Err(error) => self.sink.skipped(&whole(&name), Trouble::of(&error).0),
            }
            streamed.kept.documents.insert(name, bytes);
            return;
        }
        if is_document && !room {
            let why = "too many documents; what they say of layers is not known";
            self.sink.skipped(&whole(&name), Skip::new(SkipReason::Limit, why));
        }
        let key: Arc<str> = format!("{}!/{name}", self.place).into();
        let digest = name.strip_prefix("blobs/").and_then(|name| Digest::parse(&name.replacen('/', ":", 1)));
        let job = Job {
            key: &key,
            digest: digest.as_ref(),
            diff_id: None,
            media_type: "",
            name: None,
            limits: self.limits,
            sink: self.sink,
        };
        let scanned = job.run(&mut input, false);
        streamed.layers.push((key, scanned));
    }
}
