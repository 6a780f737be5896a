//! The store of podman, CRI-O and buildah as it is on disk (`containers/storage`, driver `overlay`), with its layers as
//! directories. Nothing in it is changed.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::Error;
use crate::digest::Digest;
use crate::layout;
use crate::model::{CONFIG_LIMIT, Config, MANIFEST_LIMIT, place};
use crate::open::same_name;
use crate::reference::{Choice, Reference};
use crate::resolve::{Found, Platforms, Resolver, document, whole};
use crate::store::{Blob, Store};

/// The largest list of images or layers.
pub(crate) const LIST: u64 = 256 << 20;

/// How many layers may lie on one another.
const HIGHEST: usize = 1000;

/// Where the store of podman is if nothing else is said.
pub(crate) fn usual() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    let own = own.map(|directory| directory.join("containers/storage"));
    let all = own.into_iter().chain([PathBuf::from("/var/lib/containers/storage")]);
    all.into_iter().find(|directory| directory.join("overlay-images").is_dir())
}

/// An image in `overlay-images/images.json`.
#[derive(Deserialize)]
struct Kept {
    id: String,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    layer: Option<String>,
    #[serde(default, rename = "big-data-names")]
    documents: Option<Vec<String>>,
}

/// A layer in `overlay-layers/layers.json`.
#[derive(Deserialize)]
struct Layer {
    id: String,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default, rename = "diff-digest")]
    diff_id: Option<String>,
}

/// A store whose layers are directories.
#[derive(Debug)]
pub(crate) struct Storage {
    pub(crate) root: PathBuf,
    /// The driver, which the directory of its layers is called by.
    #[cfg_attr(not(unix), expect(dead_code, reason = "layers in directories are read on Unix only"))]
    pub(crate) driver: &'static str,
}

impl Store for Storage {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        Err(Error::missing(blob.name(), "the store has it as a directory"))
    }

    #[cfg(unix)]
    fn directory(&self, blob: &Blob) -> Option<PathBuf> {
        match blob {
            Blob::Member(id) if is_id(id) => Some(self.root.join(self.driver).join(id).join("diff")),
            _ => None,
        }
    }
}

/// Whether it is what a store calls images and layers; such a name leads nowhere else.
pub(crate) fn is_id(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Storage {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Error> {
        let path = self.root.join(path);
        layout::read(&path, limit).map_err(|error| Error::io(path.display().to_string(), error))
    }

    fn list<T: for<'a> Deserialize<'a>>(&self, path: &str) -> Result<Vec<T>, Error> {
        let bytes = self.read(path, LIST)?;
        let what = || self.root.join(path).display().to_string();
        serde_json::from_slice(&bytes).map_err(|error| Error::broken(what(), place(&error)))
    }

    /// What the store keeps of an image under a name of its own.
    fn document(&self, image: &str, name: &str, limit: u64) -> Result<Vec<u8>, Error> {
        // Names of more than letters, digits and points are written in base64.
        let plain =
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
        let file = if plain { name.to_owned() } else { format!("={}", STANDARD.encode(name)) };
        self.read(&format!("overlay-images/{image}/{file}"), limit)
    }
}

/// The images of podman's store.
pub(crate) fn of_storage<'a>(
    root: &Path,
    choice: &Choice,
    reference: &Reference,
    platforms: &'a Platforms,
) -> Result<Resolver<'a>, Error> {
    let shown = root.display().to_string();
    let storage = Storage { root: root.to_owned(), driver: "overlay" };
    if !root.join("overlay-images").is_dir() {
        let problem = "no overlay-images in it, so it is no store of podman with the driver overlay, the only one that is read";
        return Err(Error::missing(shown, problem));
    }
    let images: Vec<Kept> = storage.list("overlay-images/images.json")?;
    let layers: Vec<Layer> = storage.list("overlay-layers/layers.json")?;
    let layers: HashMap<&str, &Layer> = layers.iter().map(|layer| (layer.id.as_str(), layer)).collect();
    let names = |image: &Kept| image.names.clone().unwrap_or_default();
    let chosen = |image: &&Kept| match choice {
        Choice::All | Choice::Nth(_) => true,
        Choice::Named(name) => {
            image.id.starts_with(name.as_str()) && name.len() >= 12
                || names(image).iter().any(|known| same_name(known, name))
        }
        Choice::Digest(digest) => {
            image.digest.as_deref() == Some(digest.as_str()) || image.id == digest.hex()
        }
    };
    let several = *choice == Choice::All && images.len() > 1;
    let mut found: Vec<&Kept> = images.iter().filter(|image| is_id(&image.id)).filter(chosen).collect();
    found.sort_by_key(|image| (names(image), &image.id));
    if found.is_empty() {
        let there: Vec<String> = images.iter().flat_map(names).collect();
        return Err(Error::missing(
            &reference.written,
            format!("no such image in it; there: {}", there.join(", ")),
        ));
    }
    let mut resolver = Resolver::new(
        std::sync::Arc::new(Storage { root: root.to_owned(), driver: "overlay" }),
        platforms,
        Some(shown),
    );
    for image in found {
        let own = names(image).into_iter().next().unwrap_or_else(|| image.id.clone());
        let name = if several { format!("{}:{own}", reference.written) } else { reference.written.clone() };
        add(&mut resolver, &storage, image, &layers, (&name, &own));
    }
    Ok(resolver)
}

fn add(
    resolver: &mut Resolver<'_>,
    storage: &Storage,
    image: &Kept,
    layers: &HashMap<&str, &Layer>,
    (name, own): (&str, &str),
) {
    let mut documents = Vec::new();
    let mut digest = None;
    match storage.document(&image.id, "manifest", MANIFEST_LIMIT) {
        Ok(bytes) => {
            digest = Some(Digest::of(&bytes));
            documents.push(document(&Digest::of(&bytes), "image-manifest.json", &bytes));
        }
        Err(error) => resolver.gaps.push((whole(name), error.skip())),
    }
    let mut config = Config::default();
    let configs = image.documents.iter().flatten().filter(|name| name.starts_with("sha256:"));
    for key in configs {
        match storage.document(&image.id, key, CONFIG_LIMIT) {
            Ok(bytes) => {
                config = Config::parse(&bytes);
                documents.push(document(&Digest::of(&bytes), "image-config.json", &bytes));
            }
            Err(error) => resolver.gaps.push((whole(name), error.skip())),
        }
    }
    let mut chain = Vec::new();
    let mut diff_ids = Vec::new();
    let mut next = image.layer.as_deref().filter(|id| !id.is_empty());
    while let Some(id) = next {
        let layer = layers.get(id);
        if chain.len() == HIGHEST || layer.is_none() {
            let error = Error::missing(format!("{name}: layer {id}"), "the store does not have it");
            resolver.gaps.push((whole(name), error.skip()));
            break;
        }
        chain.push(Blob::Member(id.to_owned()));
        diff_ids.extend(layer.and_then(|layer| Digest::parse(layer.diff_id.as_deref()?)));
        next = layer.and_then(|layer| layer.parent.as_deref()).filter(|id| !id.is_empty());
    }
    chain.reverse();
    diff_ids.reverse();
    if diff_ids.len() == chain.len() {
        config.diff_ids = diff_ids;
    }
    let repository = own.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(own, |(name, _)| name);
    let platform = config.platform.clone();
    resolver.image(Found {
        name,
        repository,
        digest: digest.as_ref(),
        config_digest: Digest::parse(&format!("sha256:{}", image.id)),
        base: config.base.clone(),
        config,
        kind: None,
        platform,
        documents,
        layers: chain,
    });
}
