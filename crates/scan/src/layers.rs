//! What reports say of images and their layers, made safe to show.

use std::collections::HashMap;
use std::sync::Arc;

use keysieve_finding::{Image, Layer, LayerPlace};

use crate::merge::Names;

/// Images and layers whose texts are masked, each once: a step of a build holds the secrets that were passed to it,
/// and a reference those that somebody wrote into it.
#[derive(Default)]
pub(crate) struct Layers {
    images: HashMap<Arc<Image>, Arc<Image>>,
    layers: HashMap<Arc<Layer>, Arc<Layer>>,
}

impl Layers {
    /// The same place with nothing in it that must not be shown.
    pub(crate) fn masked(&mut self, place: &LayerPlace, names: &mut Names<'_>) -> Arc<LayerPlace> {
        let mut mask = |text: &String| names.mask(text.as_bytes());
        let place = LayerPlace {
            image: self.image(&place.image, &mut mask),
            layer: place.layer.as_ref().map(|layer| self.layer(layer, &mut mask)),
            state: place.state,
            hidden_by: place.hidden_by.as_ref().map(|layer| self.layer(layer, &mut mask)),
            links: place.links.iter().map(&mut mask).collect(),
            document: place.document.clone(),
            key: place.key.as_ref().map(&mut mask),
        };
        Arc::new(place)
    }

    /// The same image with nothing in it that must not be shown.
    pub(crate) fn image_of(&mut self, image: &Arc<Image>, names: &mut Names<'_>) -> Arc<Image> {
        self.image(image, &mut |text: &String| names.mask(text.as_bytes()))
    }

    fn image(&mut self, image: &Arc<Image>, mask: &mut impl FnMut(&String) -> String) -> Arc<Image> {
        if let Some(known) = self.images.get(image) {
            return Arc::clone(known);
        }
        let masked = Arc::new(Image {
            name: mask(&image.name),
            repository: mask(&image.repository),
            platform: image.platform.as_ref().map(&mut *mask),
            kind: image.kind.as_ref().map(&mut *mask),
            ..(**image).clone()
        });
        self.images.insert(Arc::clone(image), Arc::clone(&masked));
        masked
    }

    fn layer(&mut self, layer: &Arc<Layer>, mask: &mut impl FnMut(&String) -> String) -> Arc<Layer> {
        if let Some(known) = self.layers.get(layer) {
            return Arc::clone(known);
        }
        let masked =
            Arc::new(Layer { instruction: layer.instruction.as_ref().map(mask), ..(**layer).clone() });
        self.layers.insert(Arc::clone(layer), Arc::clone(&masked));
        masked
    }
}
