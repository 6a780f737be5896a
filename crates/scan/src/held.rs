//! Containers that come in windows.

use std::io;
use std::ops::ControlFlow;

use keysieve_finding::{GitPart, Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink};

use crate::nest;
use crate::object::Object;
use crate::sink::Sink;

/// What becomes of a window.
pub(crate) enum Held<'a> {
    /// It is one of no container.
    Not(Blob<'a>),
    /// It is held until the last one comes, or that has come and the container was opened.
    Back(ControlFlow<()>),
}

/// Looks whether a window is one of a container. A container that is pushed cannot be read from: it is held in memory
/// until it is whole. One that is too large for that is looked at as it is, and named.
pub(crate) fn look<'b>(sink: &Sink<'_>, blob: Blob<'b>) -> Held<'b> {
    let Blob { origin, bytes, offset, line, last, carry } = blob;
    let begins = offset == 0 && carry.is_empty();
    if begins && !(is_whole(origin) && sink.opens(origin, bytes)) || !begins && carry.is_empty() {
        return Held::Not(Blob { origin, bytes, offset, line, last, carry });
    }
    if begins && last {
        return Held::Back(open(sink, origin, bytes));
    }
    let object = carry.get_or_default::<Object>();
    let Some(mut held) = begins.then(Vec::new).or_else(|| object.held.take()) else {
        return Held::Not(Blob { origin, bytes, offset, line, last, carry });
    };
    held.extend_from_slice(bytes);
    if last {
        return Held::Back(open(sink, origin, &held));
    }
    let most = sink.limits.held;
    if held.len() <= most {
        object.held = Some(held);
        return Held::Back(ControlFlow::Continue(()));
    }
    let why = format!(
        "a container of more than {most} bytes that cannot be read as a stream; it was looked at as it is"
    );
    sink.skipped(origin, Skip::new(SkipReason::ArchiveLimit, why));
    Held::Back(sink.window(Blob { origin, bytes: &held, offset: 0, line: 1, last, carry }))
}

/// Whether an object is one as it is stored, and not a part of one.
fn is_whole(origin: &Origin) -> bool {
    !matches!(origin, Origin::Git { part, .. } if *part != GitPart::Blob)
}

fn open(sink: &Sink<'_>, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
    let flow = nest::open(sink, origin, bytes, &mut io::empty()).unwrap_or(ControlFlow::Continue(()));
    sink.contained(origin);
    flow
}
