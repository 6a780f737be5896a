//! Layers of base images, which somebody else is responsible for, and of older images, which were scanned before. They
//! are known by their diff ids, never guessed.

use std::collections::HashSet;

use crate::Error;
use crate::digest::Digest;
use crate::open::{Opened, Opener};
use crate::reference::Reference;
use crate::resolve::{Platforms, Resolved};
use crate::source::Base;

/// A layer that is left out, and why.
pub(crate) type LeftOut = (String, String);

/// Marks the layers of images that they share with a base, from the bottom up. Notes which base left none out.
pub(crate) fn leave_out(
    opener: &Opener<'_>,
    bases: &[Base],
    images: &mut [Resolved],
    notes: &mut Vec<String>,
) -> (Vec<LeftOut>, Vec<Error>) {
    let (mut left_out, mut errors) = (Vec::new(), Vec::new());
    for base in bases {
        match base {
            Base::Image(reference) => match layers_of(opener, reference) {
                Ok(prefixes) => {
                    let before = left_out.len();
                    for image in images.iter_mut() {
                        mark(image, &prefixes, &reference.written, &mut left_out);
                    }
                    if left_out.len() == before {
                        notes.push(format!(
                            "{}: no image lies on all of its layers, so that none was left out",
                            reference.written
                        ));
                    }
                }
                Err(error) => errors.push(error),
            },
            Base::Older(reference) => match layers_of(opener, reference) {
                Ok(older) => {
                    let older: HashSet<Digest> = older.into_iter().flatten().collect();
                    for layer in images.iter_mut().flat_map(|image| &mut image.layers) {
                        if layer.diff_id.as_ref().is_some_and(|id| older.contains(id)) {
                            layer.excluded = true;
                            let why = format!("a layer that {} has, too", reference.written);
                            left_out.push((layer.key.to_string(), why));
                        }
                    }
                }
                Err(error) => errors.push(error),
            },
            Base::Labelled => {
                for image in images.iter_mut() {
                    let Some((digest, name)) = &image.base else { continue };
                    let Some(name) = name else { continue };
                    let written = format!("{}@{digest}", name.split('@').next().unwrap_or(name));
                    match Reference::parse(&written).and_then(|reference| layers_of(opener, &reference)) {
                        Ok(prefixes) => mark(image, &prefixes, &written, &mut left_out),
                        Err(error) => errors.push(error),
                    }
                }
            }
        }
    }
    left_out.sort();
    left_out.dedup();
    (left_out, errors)
}

/// The diff ids of an image, for each of its platforms.
fn layers_of(opener: &Opener<'_>, reference: &Reference) -> Result<Vec<Vec<Digest>>, Error> {
    let Opened::Images(images, _) = opener.open(reference, &Platforms::All)? else {
        return Err(Error::missing(
            &reference.written,
            "a base image can be in a registry, a layout or a plain archive",
        ));
    };
    let diff_ids =
        |image: &Resolved| image.layers.iter().map(|layer| layer.diff_id.clone()).collect::<Option<Vec<_>>>();
    let known: Vec<Vec<Digest>> = images.iter().filter_map(diff_ids).filter(|ids| !ids.is_empty()).collect();
    if known.is_empty() {
        return Err(Error::missing(&reference.written, "its configuration names no layers"));
    }
    Ok(known)
}

/// Marks the layers of one image, if it lies on one of the bases.
fn mark(image: &mut Resolved, bases: &[Vec<Digest>], name: &str, left_out: &mut Vec<LeftOut>) {
    let on = |base: &&Vec<Digest>| {
        base.len() <= image.layers.len()
            && base.iter().zip(&image.layers).all(|(id, layer)| layer.diff_id.as_ref() == Some(id))
    };
    let Some(count) = bases.iter().filter(on).map(Vec::len).max() else { return };
    for layer in &mut image.layers[..count] {
        layer.excluded = true;
        left_out.push((layer.key.to_string(), format!("a layer of the base image {name}")));
    }
}
