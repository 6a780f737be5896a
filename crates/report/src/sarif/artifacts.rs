//! Where results lie: files, and entries of containers.
//!
//! SARIF says that an entry is an artifact with a parent, and a URI of its own in it. No service reads that, so a
//! result in an entry also has a location whose URI is the whole path with `!/` in it, without an index into the
//! artifacts (it would not denote the same thing), and the outermost file as a related location.

use std::collections::HashMap;

use keysieve_finding::{Location, Origin};

use super::model::{Artifact, ArtifactLocation};
use crate::path;

/// The name of the directory that paths are relative to. Where it is stays unsaid: it differs between machines, and
/// whoever reads the report knows where the files are.
pub(super) const SRCROOT: &str = "SRCROOT";

/// The containers and entries of a run.
#[derive(Default)]
pub(super) struct Artifacts {
    list: Vec<Artifact>,
    indexes: HashMap<(String, Option<usize>), usize>,
}

impl Artifacts {
    /// Lists an entry and everything around it; gives the outermost file. Nothing for what is in no container.
    pub(super) fn outermost(&mut self, location: &Location) -> Option<ArtifactLocation> {
        if !matches!(location.origin, Origin::Entry { .. }) {
            return None;
        }
        let mut parent = None;
        let mut outermost = None;
        for part in path::parts(location) {
            let place = match parent {
                None if is_stream(&location.origin) => unbased(&part),
                None => based(&part),
                Some(_) => unbased(&part),
            };
            let index = self.index(place.clone(), parent);
            outermost.get_or_insert(ArtifactLocation { index: Some(index), ..place });
            parent = Some(index);
        }
        outermost
    }

    fn index(&mut self, location: ArtifactLocation, parent_index: Option<usize>) -> usize {
        let list = &mut self.list;
        *self.indexes.entry((location.uri.clone(), parent_index)).or_insert_with(|| {
            list.push(Artifact { location, parent_index });
            list.len() - 1
        })
    }

    pub(super) fn into_list(self) -> Vec<Artifact> {
        self.list
    }
}

/// Whether an origin is a stream, or in one.
fn is_stream(origin: &Origin) -> bool {
    match origin {
        Origin::Entry { outer, .. } => is_stream(outer),
        Origin::Stream { .. } => true,
        _ => false,
    }
}

/// Where a location is, as the services read it.
pub(super) fn of(location: &Location) -> ArtifactLocation {
    let bytes = path::bytes(location);
    if is_stream(&location.origin) { unbased(&bytes) } else { based(&bytes) }
}

/// A file: relative to the root, or absolute where its path is.
pub(super) fn based(path: &[u8]) -> ArtifactLocation {
    let uri = path::uri(path);
    if uri.starts_with('/') {
        return ArtifactLocation { uri: format!("file://{uri}"), uri_base_id: None, index: None };
    }
    ArtifactLocation { uri, uri_base_id: Some(SRCROOT), index: None }
}

/// A name that is relative to no directory: of a stream, or of an entry in its container.
fn unbased(name: &[u8]) -> ArtifactLocation {
    ArtifactLocation { uri: path::uri(name), uri_base_id: None, index: None }
}
