//! Layers that are known from earlier runs: what they do to the layers below them has to be known, and which of their
//! own files come twice or have other names; what is in them does not.

use keysieve_source::{BlobSink, ContentId};

use crate::digest::Digest;
use crate::layer::Scanned;
use crate::overlay::Overlay;
use crate::resolve::LayerRef;

/// A layer that was scanned in an earlier run, with the same promises.
pub(crate) fn recall(sink: &dyn BlobSink, layer: &LayerRef) -> Option<Scanned> {
    let name = name(layer).filter(|_| sink.knows_contents())?;
    let mut known = None;
    let mut taken = |memo: &[u8]| {
        // What does not keep its promise has something to be said of it.
        let kept = |scanned: &Scanned| layer.diff_id.is_none() || layer.diff_id == scanned.diff_id;
        known = read(memo).filter(kept);
        known.is_some()
    };
    if !sink.recall(ContentId(&content(layer, name)), &layer.key, &mut taken) {
        return None;
    }
    known
}

fn read(memo: &[u8]) -> Option<Scanned> {
    let (overlay, rest) = Overlay::of_memo(memo)?;
    let (digest, diff_id) = std::str::from_utf8(rest).ok()?.split_once(' ')?;
    let (digest, diff_id) = (Digest::parse(digest)?, Digest::parse(diff_id)?);
    Some(Scanned { overlay, digest: Some(digest), diff_id: Some(diff_id), unverified: false })
}

/// Notes a layer that was read to its end and is what was promised.
pub(crate) fn note(sink: &dyn BlobSink, layer: &LayerRef, scanned: &Scanned) {
    let Some(name) = name(layer).filter(|_| sink.knows_contents()) else { return };
    let came = if layer.digest.is_some() { &scanned.digest } else { &scanned.diff_id };
    if scanned.unverified || came.as_ref() != Some(name) {
        return;
    }
    let Some((digest, diff_id)) = scanned.digest.as_ref().zip(scanned.diff_id.as_ref()) else { return };
    let mut memo = scanned.overlay.memo();
    memo.extend_from_slice(format!("{digest} {diff_id}").as_bytes());
    sink.note(ContentId(&content(layer, name)), &layer.key, &memo);
}

/// What a layer is known by: its digest, or that of what is in it, as `docker save` has it.
fn name(layer: &LayerRef) -> Option<&Digest> {
    layer.digest.as_ref().or(layer.diff_id.as_ref())
}

/// What of a layer decides how it is looked at.
fn content(layer: &LayerRef, name: &Digest) -> Vec<u8> {
    let what = if layer.digest.is_some() { "" } else { "diff " };
    let title = layer.name.as_deref().unwrap_or_default();
    format!("{what}{name}\n{}\n{title}", layer.media_type).into_bytes()
}
