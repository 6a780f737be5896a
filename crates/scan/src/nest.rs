//! Containers: what is in them goes where other objects go, and is opened if it is a container, too.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use keysieve_finding::{Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink, Windows};
use keysieve_unpack::{Budget, Container, Inside, Trouble};

use crate::names;
use crate::sink::Sink;

/// How much of an entry is looked at at once.
const WINDOW: usize = 1 << 20;

/// Opens an outermost object.
///
/// Its bytes are looked at as what is unpacked from them, and whatever belongs to no entry as a piece of the container
/// itself: nothing twice, and nothing not at all.
///
/// # Errors
/// If the object itself could not be read to its end.
pub(crate) fn open(
    sink: &Sink<'_>,
    origin: &Origin,
    start: &[u8],
    rest: &mut dyn Read,
) -> io::Result<ControlFlow<()>> {
    let budget = Budget::new(sink.limits.clone());
    let mut failing = Failing { reader: rest, error: None };
    let level = Level { sink, budget, depth: 0 };
    // One object that breaks a decompressor is one gap, not the end of the run.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        level.container(origin, start, &mut start.chain(level.budget.metered(&mut failing)))
    }));
    let flow = opened.unwrap_or_else(|_| {
        let why = Skip::new(SkipReason::Internal, "keysieve failed to unpack this; please report it");
        sink.skipped(origin, why);
        ControlFlow::Continue(())
    });
    match failing.error {
        Some(error) if flow.is_continue() => Err(error),
        _ => Ok(flow),
    }
}

/// What lies so deep in an outermost object: a sink for its entries.
struct Level<'a> {
    sink: &'a Sink<'a>,
    budget: Budget,
    /// In how many containers it lies.
    depth: usize,
}

impl Level<'_> {
    fn container(&self, origin: &Origin, start: &[u8], whole: &mut dyn Read) -> ControlFlow<()> {
        let mut windows = Windows::new(WINDOW);
        let most = self.budget.limits().depth;
        let container = container(origin, start);
        let Some(container) = container.filter(|_| self.depth < most) else {
            if container.is_some_and(|container| !container.may_be_none()) {
                let why = format!("a container in {most} others; --archive-depth opens more");
                self.sink.skipped(origin, Skip::new(SkipReason::ArchiveLimit, why));
            }
            let (_, flow) =
                windows.read_piece(whole, origin, 0, self).unwrap_or((0, ControlFlow::Continue(())));
            return flow;
        };
        let below = Level { sink: self.sink, budget: self.budget.clone(), depth: self.depth + 1 };
        let outer = Arc::new(origin.clone());
        container.open(whole, &self.budget, &mut Entries { below, outer, windows })
    }
}

impl BlobSink for Level<'_> {
    fn opens(&self, origin: &Origin, start: &[u8]) -> bool {
        container(origin, start).is_some()
    }

    fn open(&self, origin: &Origin, start: &[u8], rest: &mut dyn Read) -> io::Result<ControlFlow<()>> {
        Ok(self.container(origin, start, &mut start.chain(rest)))
    }

    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        self.sink.part(blob)
    }

    fn skipped(&self, origin: &Origin, why: Skip) {
        self.sink.skipped(origin, why);
    }

    fn stopped(&self) -> bool {
        self.sink.stopped()
    }
}

/// Takes what a container holds.
struct Entries<'a> {
    below: Level<'a>,
    outer: Arc<Origin>,
    windows: Windows,
}

impl Entries<'_> {
    fn origin(&self, name: Option<&[u8]>) -> Origin {
        let path = name.map_or_else(|| content_name(&self.outer), Arc::from);
        Origin::Entry { outer: Arc::clone(&self.outer), path }
    }

    /// Hears how reading went.
    fn read(&self, origin: &Origin, read: io::Result<(u64, ControlFlow<()>)>) -> ControlFlow<()> {
        match read {
            Ok((_, flow)) => flow,
            Err(error) => {
                self.below.skipped(origin, Trouble::of(&error).0);
                ControlFlow::Continue(())
            }
        }
    }
}

impl Inside for Entries<'_> {
    fn entry(&mut self, name: Option<&[u8]>, content: &mut dyn Read) -> ControlFlow<()> {
        let origin = self.origin(name);
        names::look(self.below.sink, &origin);
        let read = self.windows.read(content, &origin, None, &self.below);
        self.read(&origin, read)
    }

    fn link(&mut self, name: &[u8], target: &[u8]) {
        names::look_at_link(self.below.sink, &self.origin(Some(name)), target);
    }

    fn loose(&mut self, offset: u64, bytes: &mut dyn Read) -> ControlFlow<()> {
        let origin = Arc::clone(&self.outer);
        let read = self.windows.read_piece(bytes, &origin, offset, &self.below);
        self.read(&origin, read)
    }

    fn skipped(&mut self, name: Option<&[u8]>, why: Skip) {
        match name {
            Some(_) => self.below.skipped(&self.origin(name), why),
            None => self.below.skipped(&self.outer, why),
        }
    }
}

/// What an object is, by how it begins and by its innermost name.
pub(crate) fn container(origin: &Origin, start: &[u8]) -> Option<Container> {
    Container::named(name(origin).map_or(&b""[..], |name| &**name), start)
}

fn name(origin: &Origin) -> Option<&Arc<[u8]>> {
    match origin {
        Origin::File { path }
        | Origin::Entry { path, .. }
        | Origin::Git { path: Some(path), .. }
        | Origin::Image { path, .. } => Some(path),
        _ => None,
    }
}

/// What to call the one thing in a container: the container's name without the ending that says how it is compressed.
fn content_name(container: &Origin) -> Arc<[u8]> {
    let Some(path) = name(container) else { return Arc::from(&b"content"[..]) };
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    let dot = name.iter().rposition(|byte| *byte == b'.');
    match dot.map(|dot| (&name[..dot], name[dot + 1..].to_ascii_lowercase())) {
        Some((stem @ [_, ..], ending)) if ENDINGS.contains(&ending.as_slice()) => Arc::from(stem),
        Some((stem @ [_, ..], ending)) if ending.eq_ignore_ascii_case(b"svgz") => {
            [stem, b".svg"].concat().into()
        }
        _ => Arc::from(&b"content"[..]),
    }
}

/// Endings of compressed files.
const ENDINGS: &[&[u8]] =
    &[b"gz", b"z", b"zst", b"zstd", b"xz", b"lzma", b"bz2", b"lz4", b"br", b"zlib", b"dz", b"gzip", b"bzip2"];

/// Keeps what the outermost object's reader said; to those who unpack it is one more trouble, named once.
struct Failing<'a> {
    reader: &'a mut dyn Read,
    error: Option<io::Error>,
}

impl Read for Failing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into).map_err(|error| {
            if error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            let said = Skip::new(SkipReason::Unreadable, error.to_string());
            self.error.get_or_insert(error);
            Trouble(said).into()
        })
    }
}
