//! Container images, made in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

/// How a layer is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, in one member.
    #[default]
    Gzip,
    /// gzip, in a member for every 1,000 bytes, as `pigz` and eStargz have it.
    Members,
    /// zstd.
    Zstd,
}

/// A layer, as a tar in memory.
pub struct ImageLayer {
    tar: Builder<Vec<u8>>,
    raw: Option<Vec<u8>>,
    packing: Packing,
    media_type: Option<String>,
    step: String,
}

impl ImageLayer {
    /// An empty one, made by a step of a build.
    #[must_use]
    pub fn new(step: &str) -> Self {
        Self {
            tar: Builder::new(Vec::new()),
            raw: None,
            packing: Packing::default(),
            media_type: None,
            step: step.to_owned(),
        }
    }

    /// With a file. The name is written as it is, whatever it says.
    #[must_use]
    pub fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.entry(name, EntryType::Regular, "", content)
    }

    /// With a directory.
    #[must_use]
    pub fn directory(self, name: impl AsRef<[u8]>) -> Self {
        self.entry(name, EntryType::Directory, "", "")
    }

    /// With a hard link.
    #[must_use]
    pub fn link(self, name: &str, target: &str) -> Self {
        self.entry(name, EntryType::Link, target, "")
    }

    /// With any entry. A name of more than 100 bytes is written as GNU tar does.
    ///
    /// # Panics
    /// If memory is too small for it.
    #[must_use]
    pub fn entry(
        mut self,
        name: impl AsRef<[u8]>,
        kind: EntryType,
        target: &str,
        content: impl AsRef<[u8]>,
    ) -> Self {
        let (name, content) = (name.as_ref(), content.as_ref());
        if name.len() > 100 {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::GNULongName);
            header.set_size(name.len() as u64 + 1);
            header.set_cksum();
            let long = [name, b"\0"].concat();
            self.tar.append(&header, long.as_slice()).expect("memory takes everything");
        }
        let mut header = Header::new_gnu();
        let shown = &name[..name.len().min(100)];
        header.as_old_mut().name[..shown.len()].copy_from_slice(shown);
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.tar.append(&header, content).expect("memory takes everything");
        self
    }

    /// Bytes instead of a tar.
    #[must_use]
    pub fn raw(self, bytes: Vec<u8>) -> Self {
        Self { raw: Some(bytes), ..self }
    }

    /// Compressed so.
    #[must_use]
    pub fn packed(self, packing: Packing) -> Self {
        Self { packing, ..self }
    }

    /// Called so in the manifest, true or not.
    #[must_use]
    pub fn media_type(self, media_type: &str) -> Self {
        Self { media_type: Some(media_type.to_owned()), ..self }
    }

    fn finish(self) -> (Vec<u8>, Vec<u8>, String, String) {
        let tar = self.raw.unwrap_or_else(|| self.tar.into_inner().expect("memory takes everything"));
        let (blob, suffix) = match self.packing {
            Packing::Plain => (tar.clone(), "tar"),
            Packing::Gzip => (gzip(&tar), "tar+gzip"),
            Packing::Members => (tar.chunks(1000).flat_map(gzip).collect(), "tar+gzip"),
            Packing::Zstd => {
                (zstd::encode_all(tar.as_slice(), 3).expect("memory takes everything"), "tar+zstd")
            }
        };
        let usual = format!("application/vnd.oci.image.layer.v1.{suffix}");
        (tar, blob, self.media_type.unwrap_or(usual), self.step)
    }
}

/// Compresses by gzip.
///
/// # Panics
/// If memory is too small for it.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// `sha256:` and the hash in hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// An image for one platform.
#[derive(Clone, Debug)]
pub struct TestImage {
    /// Its configuration, to be changed at will before it is asked for its manifest.
    pub config: Value,
    /// Annotations of its manifest.
    pub annotations: BTreeMap<String, String>,
    layers: Vec<Packed>,
}

#[derive(Clone, Debug)]
struct Packed {
    tar: Vec<u8>,
    blob: Vec<u8>,
    media_type: String,
}

impl TestImage {
    /// Without layers.
    #[must_use]
    pub fn new(os: &str, architecture: &str) -> Self {
        let config = json!({
            "os": os, "architecture": architecture, "config": {},
            "rootfs": { "type": "layers", "diff_ids": [] }, "history": [],
        });
        Self { config, annotations: BTreeMap::new(), layers: Vec::new() }
    }

    /// With one more layer on top.
    #[must_use]
    pub fn layer(mut self, layer: ImageLayer) -> Self {
        let (tar, blob, media_type, step) = layer.finish();
        push(&mut self.config["rootfs"]["diff_ids"], Value::from(digest(&tar)));
        push(&mut self.config["history"], json!({ "created_by": step }));
        self.layers.push(Packed { tar, blob, media_type });
        self
    }

    /// With a step that makes no layer.
    #[must_use]
    pub fn step(mut self, created_by: &str) -> Self {
        push(&mut self.config["history"], json!({ "created_by": created_by, "empty_layer": true }));
        self
    }

    /// The digests of the layers as they are stored.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        self.layers.iter().map(|layer| digest(&layer.blob)).collect()
    }

    fn manifest(&self) -> Vec<u8> {
        let config = self.config.to_string();
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| json!({ "mediaType": layer.media_type, "digest": digest(&layer.blob), "size": layer.blob.len() }))
            .collect();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "layers": layers, "annotations": self.annotations,
            "config": { "mediaType": CONFIG, "digest": digest(config.as_bytes()), "size": config.len() },
        });
        manifest.to_string().into_bytes()
    }

    fn blobs(&self) -> Vec<Vec<u8>> {
        let documents = [self.config.to_string().into_bytes(), self.manifest()];
        documents.into_iter().chain(self.layers.iter().map(|layer| layer.blob.clone())).collect()
    }

    /// What `docker save` writes, its list last.
    ///
    /// # Panics
    /// If memory is too small for it.
    #[must_use]
    pub fn docker_archive(&self, tag: &str) -> Vec<u8> {
        let config = self.config.to_string();
        let name = format!("{}.json", &digest(config.as_bytes())[7..]);
        let mut tar = Builder::new(Vec::new());
        let mut names = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            names.push(format!("{at}/layer.tar"));
            append(&mut tar, &names[at], &layer.tar);
        }
        append(&mut tar, &name, config.as_bytes());
        let list = json!([{ "Config": name, "RepoTags": [tag], "Layers": names }]).to_string();
        append(&mut tar, "manifest.json", list.as_bytes());
        tar.into_inner().expect("memory takes everything")
    }
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn push(list: &mut Value, value: Value) {
    list.as_array_mut().expect("a list").push(value);
}

fn append(tar: &mut Builder<Vec<u8>>, name: &str, bytes: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes).expect("memory takes everything");
}

/// A layout directory in memory: what is written to disk, put into an archive, or served by a registry.
#[derive(Clone, Debug, Default)]
pub struct TestLayout {
    /// Every blob by its digest. A test may change one.
    pub blobs: BTreeMap<String, Vec<u8>>,
    roots: Vec<Value>,
}

impl TestLayout {
    /// With an image under a tag.
    #[must_use]
    pub fn image(mut self, tag: &str, image: &TestImage) -> Self {
        self.add(image);
        let manifest = image.manifest();
        self.roots.push(root(tag, MANIFEST, &manifest));
        self
    }

    /// With an index of images under a tag, `extra` being further descriptors in it.
    #[must_use]
    pub fn index(mut self, tag: &str, images: &[&TestImage], extra: Vec<Value>) -> Self {
        let mut children = Vec::new();
        for image in images {
            self.add(image);
            let manifest = image.manifest();
            let platform = json!({ "os": image.config["os"], "architecture": image.config["architecture"] });
            children.push(json!({ "mediaType": MANIFEST, "digest": digest(&manifest), "size": manifest.len(), "platform": platform }));
        }
        children.extend(extra);
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children }).to_string();
        self.roots.push(root(tag, INDEX, index.as_bytes()));
        self.blobs.insert(digest(index.as_bytes()), index.into_bytes());
        self
    }

    /// With the blobs of an image, and no tag for it. Gives the digest and size of its manifest.
    pub fn add(&mut self, image: &TestImage) -> (String, usize) {
        for blob in image.blobs() {
            self.blobs.insert(digest(&blob), blob);
        }
        let manifest = image.manifest();
        (digest(&manifest), manifest.len())
    }

    /// The digest of what a tag leads to.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Option<String> {
        let named = |root: &&Value| root["annotations"]["org.opencontainers.image.ref.name"] == tag;
        self.roots.iter().find(named).and_then(|root| root["digest"].as_str()).map(str::to_owned)
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let index = json!({ "schemaVersion": 2, "manifests": self.roots }).to_string();
        let mut files = vec![
            ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
            ("index.json".to_owned(), index.into_bytes()),
        ];
        for (digest, blob) in &self.blobs {
            files.push((format!("blobs/{}", digest.replacen(':', "/", 1)), blob.clone()));
        }
        files
    }

    /// Writes it into a directory.
    ///
    /// # Errors
    /// What the system says.
    pub fn write_to(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory.join("blobs/sha256"))?;
        self.files().iter().try_for_each(|(name, bytes)| fs::write(directory.join(name), bytes))
    }

    /// As a tar.
    ///
    /// # Panics
    /// If memory is too small for it.
    #[must_use]
    pub fn archive(&self) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        self.files().iter().for_each(|(name, bytes)| append(&mut tar, name, bytes));
        tar.into_inner().expect("memory takes everything")
    }
}

fn root(tag: &str, media_type: &str, bytes: &[u8]) -> Value {
    json!({
        "mediaType": media_type, "digest": digest(bytes), "size": bytes.len(),
        "annotations": { "org.opencontainers.image.ref.name": tag },
    })
}
