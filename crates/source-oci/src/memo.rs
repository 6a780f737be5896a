//! Layers that are known from earlier runs: what they do to the layers below them has to be known, their files do not.

use keysieve_source::{BlobSink, ContentId};

use crate::digest::Digest;
use crate::layer::Scanned;
use crate::overlay::Overlay;
use crate::resolve::LayerRef;

/// A layer that had nothing in it when it was scanned, with the same promises.
pub(crate) fn recall(sink: &dyn BlobSink, layer: &LayerRef) -> Option<Scanned> {
    let digest = layer.digest.as_ref().filter(|_| sink.knows_contents())?;
    let mut known = None;
    let mut taken = |memo: &[u8]| {
        let read = Overlay::of_memo(memo)
            .and_then(|(overlay, rest)| Some((overlay, Digest::parse(std::str::from_utf8(rest).ok()?)?)));
        // What does not keep its promise has something to be said of it.
        known = read.filter(|(_, diff_id)| layer.diff_id.as_ref().is_none_or(|promised| promised == diff_id));
        known.is_some()
    };
    if !sink.recall(ContentId(&content(layer, digest)), &mut taken) {
        return None;
    }
    let (overlay, diff_id) = known?;
    Some(Scanned { overlay, digest: Some(digest.clone()), diff_id: Some(diff_id), unverified: false })
}

/// Notes a layer that was read to its end and is what was promised.
pub(crate) fn note(sink: &dyn BlobSink, layer: &LayerRef, scanned: &Scanned) {
    let Some(digest) = layer.digest.as_ref().filter(|_| sink.knows_contents()) else { return };
    if scanned.unverified || scanned.digest.as_ref() != Some(digest) {
        return;
    }
    let Some(diff_id) = &scanned.diff_id else { return };
    let mut memo = scanned.overlay.memo();
    memo.extend_from_slice(diff_id.as_str().as_bytes());
    sink.note(ContentId(&content(layer, digest)), &layer.key, &memo);
}

/// What of a layer decides how it is looked at.
fn content(layer: &LayerRef, digest: &Digest) -> Vec<u8> {
    let name = layer.name.as_deref().unwrap_or_default();
    format!("{digest}\n{}\n{name}", layer.media_type).into_bytes()
}
