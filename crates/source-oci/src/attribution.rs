//! In which images, and where in them, something that was found stands.

use std::collections::HashMap;
use std::sync::Arc;

use keysieve_finding::{Layer, LayerPlace, LayerState, Origin};
use keysieve_source::{Place, Sighted};

use crate::fields::{Field, fields};
use crate::history::key_at;
use crate::overlay::{Overlay, clean, fate};
use crate::resolve::Resolved;
use crate::source::{State, key_of};

/// How many other names of a file are listed.
const LINKS: usize = 20;

/// Says where things stand.
pub(crate) struct Attribution<'a> {
    state: &'a State,
    /// The layers of each image as reports have them.
    layers: Vec<Vec<Arc<Layer>>>,
    overlays: Vec<Vec<Option<&'a Overlay>>>,
    by_layer: HashMap<&'a str, Vec<(usize, usize)>>,
    by_document: HashMap<Arc<str>, Vec<usize>>,
    /// The texts of documents in which something was found.
    texts: HashMap<Arc<str>, HashMap<String, Field>>,
}

impl<'a> Attribution<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        let mut by_layer: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        let mut by_document: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
        for (at, image) in state.images.iter().enumerate() {
            for (index, layer) in image.layers.iter().enumerate().filter(|(_, layer)| !layer.excluded) {
                by_layer.entry(&layer.key).or_default().push((at, index));
            }
            for document in &image.documents {
                let images = by_document.entry(key_of(document)).or_default();
                if images.last() != Some(&at) {
                    images.push(at);
                }
            }
        }
        let overlay = |key: &str| state.scanned.get(key).map(|scanned| &scanned.overlay);
        Self {
            state,
            layers: state.images.iter().map(|image| layers(state, image)).collect(),
            overlays: state
                .images
                .iter()
                .map(|image| image.layers.iter().map(|layer| overlay(&layer.key)).collect())
                .collect(),
            by_layer,
            by_document,
            texts: HashMap::new(),
        }
    }

    /// All places of one sighting; none if it is in no image.
    pub(crate) fn places(&mut self, sighted: &Sighted<'_>) -> Vec<Place> {
        let Origin::Image { blob, path, nth } = sighted.origin.outermost() else { return Vec::new() };
        let origin = sighted.origin.clone();
        let place =
            |layer: LayerPlace| Place { origin: origin.clone(), git: None, layer: Some(Arc::new(layer)) };
        if let Some(images) = self.by_document.get(blob).cloned() {
            let key = self.key(blob, sighted);
            let digest = self.state.documents.get(blob).map(|document| document.digest.to_string());
            let in_image = |at: usize| LayerPlace {
                image: Arc::clone(&self.state.images[at].image),
                layer: None,
                state: LayerState::Present,
                hidden_by: None,
                links: Vec::new(),
                document: digest.clone(),
                key: key.clone(),
            };
            return images.into_iter().map(in_image).map(place).collect();
        }
        let Some(images) = self.by_layer.get(&**blob) else { return Vec::new() };
        let path = clean(path);
        images.iter().map(|&(at, index)| self.in_layer(at, index, &path, *nth)).map(place).collect()
    }

    fn in_layer(&self, at: usize, index: usize, path: &[u8], nth: u32) -> LayerPlace {
        let overlays = match self.state.images[at].image.kind {
            None => &self.overlays[at][..],
            // The layers of what is no image lie beside each other.
            Some(_) => &self.overlays[at][..=index],
        };
        let (state, by) = fate(overlays, index, path, nth);
        let links = self.overlays[at][index].map_or_else(Vec::new, |own| {
            let names = own.names(path).map(keysieve_finding::shown);
            names.take(LINKS).collect()
        });
        LayerPlace {
            image: Arc::clone(&self.state.images[at].image),
            layer: Some(Arc::clone(&self.layers[at][index])),
            state,
            hidden_by: by.map(|by| Arc::clone(&self.layers[at][by])),
            links,
            document: None,
            key: None,
        }
    }

    /// The variable, label or argument that a byte of a document belongs to.
    fn key(&mut self, blob: &Arc<str>, sighted: &Sighted<'_>) -> Option<String> {
        let Origin::Entry { path, .. } = sighted.origin else { return None };
        let document = self.state.documents.get(blob)?;
        let texts = self.texts.entry(Arc::clone(blob)).or_insert_with(|| {
            let fields = fields(&document.bytes).unwrap_or_default();
            fields.into_iter().map(|field| (field.name.clone(), field)).collect()
        });
        let field = texts.get(std::str::from_utf8(path).ok()?)?;
        field.key.clone().or_else(|| key_at(&field.text, usize::try_from(sighted.byte_start).ok()?))
    }
}

fn layers(state: &State, image: &Resolved) -> Vec<Arc<Layer>> {
    let layers = image.layers.iter().enumerate().map(|(index, layer)| {
        let scanned = state.scanned.get(&layer.key);
        let digest = layer.digest.as_ref().or_else(|| scanned?.digest.as_ref()).or(layer.diff_id.as_ref());
        let diff_id = layer.diff_id.as_ref().or_else(|| scanned?.diff_id.as_ref());
        Arc::new(Layer {
            digest: digest.map_or_else(|| layer.key.to_string(), ToString::to_string),
            diff_id: diff_id.map(ToString::to_string),
            index,
            instruction: layer.instruction.clone(),
            unverified: scanned.is_some_and(|scanned| scanned.unverified),
        })
    });
    layers.collect()
}
