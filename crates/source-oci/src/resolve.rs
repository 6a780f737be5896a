//! From what was asked for to images: indexes followed, platforms chosen, attestations told apart.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use keysieve_finding::{Image, Origin, Skip, SkipReason};

use crate::Error;
use crate::archive::member_of;
use crate::digest::Digest;
use crate::history::instructions;
use crate::model::{CONFIG_LIMIT, Config, Descriptor, Document, Manifest, json};
use crate::platform::Platform;
use crate::store::{Blob, Store};

/// How many indexes may lie in one another.
const DEEPEST: usize = 4;

/// How many manifests and indexes are followed from one reference.
const MOST: usize = 10_000;

/// Which platforms of an image are scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Platforms {
    /// Linux on this machine's processor; of an image for one platform only, that one.
    #[default]
    Host,
    /// Every one.
    All,
    /// These, each of which must be there.
    These(Vec<Platform>),
}

impl Platforms {
    fn want(&self, platform: &Platform) -> bool {
        match self {
            Self::Host => platform.fits(&Platform::host()),
            Self::All => true,
            Self::These(list) => list.iter().any(|asked| platform.fits(asked)),
        }
    }
}

/// An image, ready to be scanned.
#[derive(Clone)]
pub(crate) struct Resolved {
    pub(crate) image: Arc<Image>,
    pub(crate) platform: Platform,
    pub(crate) documents: Vec<Arc<Document>>,
    pub(crate) layers: Vec<LayerRef>,
    pub(crate) store: Arc<dyn Store>,
    /// What its labels or annotations call its base: digest and name.
    pub(crate) base: Option<(String, Option<String>)>,
    /// When it was made (RFC 3339), as it says itself.
    pub(crate) created: Option<String>,
}

/// A layer of an image.
#[derive(Clone, Debug)]
pub(crate) struct LayerRef {
    /// What origins call it; the same for the same bytes.
    pub(crate) key: Arc<str>,
    pub(crate) blob: Blob,
    pub(crate) digest: Option<Digest>,
    pub(crate) diff_id: Option<Digest>,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    pub(crate) instruction: Option<String>,
    /// What it is called if it is a file.
    pub(crate) name: Option<String>,
    /// Whether its bytes may be elsewhere.
    pub(crate) foreign: bool,
    /// Whether it is left out, as a layer of a base image.
    pub(crate) excluded: bool,
}

/// What leads to an image.
pub(crate) struct Root {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) descriptor: Option<Descriptor>,
    pub(crate) name: String,
    pub(crate) repository: String,
    /// What stands above it.
    pub(crate) above: Vec<Arc<Document>>,
    /// The digest of what it refers to, if it is a referrer.
    pub(crate) about: Option<Digest>,
}

/// Follows what leads to images.
pub(crate) struct Resolver<'a> {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) platforms: &'a Platforms,
    /// What layers' keys begin with, where they are known by their place instead of their digest.
    pub(crate) place: Option<String>,
    pub(crate) found: Vec<Resolved>,
    pub(crate) gaps: Vec<(Origin, Skip)>,
    available: BTreeSet<String>,
    /// What was followed from the reference, and for which platform: what is listed twice is there once.
    followed: HashSet<(Digest, String)>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(store: Arc<dyn Store>, platforms: &'a Platforms, place: Option<String>) -> Self {
        let (found, gaps, available, followed) = (Vec::new(), Vec::new(), BTreeSet::new(), HashSet::new());
        Self { store, platforms, place, found, gaps, available, followed }
    }

    /// Everything that a root leads to. An asked-for platform that is not there is an error, if nothing is left, and
    /// else a gap: never another platform.
    pub(crate) fn root(&mut self, root: &Root) -> Result<(), Error> {
        let before = self.found.len();
        self.available.clear();
        self.followed.clear();
        self.follow(root, &root.bytes, &root.digest, root.descriptor.as_ref(), &root.above, 0)?;
        let found = &self.found[before..];
        let there = || self.available.iter().cloned().collect::<Vec<_>>().join(", ");
        let missing = |platform: &Platform| {
            let has = if self.available.is_empty() { "none".to_owned() } else { there() };
            Error::missing(
                &root.name,
                format!("it is not there for {platform}, only for {has}; --all-platforms takes all"),
            )
        };
        let asked = match self.platforms {
            Platforms::These(list) => list.clone(),
            Platforms::Host if found.is_empty() && !self.available.is_empty() => vec![Platform::host()],
            _ => Vec::new(),
        };
        let lacking: Vec<Error> = asked
            .iter()
            .filter(|asked| !found.iter().any(|image| image.platform.fits(asked)))
            .map(missing)
            .collect();
        if found.is_empty() {
            return lacking.into_iter().next().map_or(Ok(()), Err);
        }
        for error in lacking {
            self.gaps.push((whole(&root.name), error.skip()));
        }
        Ok(())
    }

    /// What refers to an image: signatures, lists of what is in it.
    pub(crate) fn referrer(&mut self, root: &Root) -> Result<(), Error> {
        self.check(&root.digest, &root.bytes);
        self.follow(root, &root.bytes, &root.digest, root.descriptor.as_ref(), &root.above, 0)
    }

    /// As [`root`](Self::root), for what a layout's index says; its digest is checked.
    pub(crate) fn root_of(&mut self, root: Root) -> Result<(), Error> {
        self.check(&root.digest, &root.bytes);
        self.root(&root)
    }

    pub(crate) fn wants(&self, platform: &Platform) -> bool {
        self.platforms.want(platform)
    }

    fn follow(
        &mut self,
        root: &Root,
        bytes: &[u8],
        digest: &Digest,
        descriptor: Option<&Descriptor>,
        above: &[Arc<Document>],
        depth: usize,
    ) -> Result<(), Error> {
        let manifest = Manifest::parse(bytes)
            .map_err(|problem| Error::broken(format!("{} {digest}", root.name), problem))?;
        let Some(children) = &manifest.manifests else {
            return self.manifest(root, bytes, &manifest, digest, descriptor, above);
        };
        if depth >= DEEPEST {
            return Err(Error::broken(&root.name, format!("more than {DEEPEST} indexes lie in one another")));
        }
        let mut above = above.to_vec();
        above.push(document(digest, "image-index.json", bytes));
        let (blobs, children): (Vec<&Descriptor>, Vec<&Descriptor>) =
            children.iter().partition(|child| child.is_content());
        if !blobs.is_empty() {
            self.build_cache(root, digest, &above, &blobs);
        }
        let mut chosen: Vec<&Descriptor> = Vec::new();
        for &child in children.iter().filter(|child| child.attests().is_none()) {
            match child.platform.as_ref().filter(|platform| platform.is_known()) {
                Some(platform) => {
                    self.available.insert(platform.to_string());
                    if self.platforms.want(platform) {
                        chosen.push(child);
                    }
                }
                None => chosen.push(child),
            }
        }
        // An attestation comes with what it is about.
        let about = |child: &&&Descriptor| {
            let subject = child.attests();
            subject.is_some_and(|subject| {
                *self.platforms == Platforms::All
                    || chosen.iter().any(|image| image.digest.as_str() == subject)
            })
        };
        let attestations: Vec<&Descriptor> = children.iter().filter(about).copied().collect();
        for child in chosen.into_iter().chain(attestations) {
            let platform = child.platform.as_ref().map(ToString::to_string).unwrap_or_default();
            if !self.followed.insert((child.digest.clone(), platform)) {
                continue;
            }
            if self.followed.len() > MOST {
                return Err(Error::broken(&root.name, format!("it leads to more than {MOST} manifests")));
            }
            let followed = self
                .fetch(child)
                .and_then(|bytes| self.follow(root, &bytes, &child.digest, Some(child), &above, depth + 1));
            match followed {
                Err(error @ Error::Stopped { .. }) => return Err(error),
                Err(error) => self.gaps.push((whole(child.digest.as_str()), error.skip())),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// An index that lists layers themselves, as BuildKit's caches do (`cache/remotecache` in its sources): no
    /// image, but what layers of several are made of, and what the build was.
    fn build_cache(&mut self, root: &Root, digest: &Digest, above: &[Arc<Document>], blobs: &[&Descriptor]) {
        self.image(Found {
            name: &root.name,
            repository: &root.repository,
            digest: Some(digest),
            config_digest: None,
            base: None,
            config: Config::default(),
            kind: Some("build cache".to_owned()),
            platform: Platform::default(),
            documents: above.to_vec(),
            layers: blobs.iter().map(|&blob| Blob::Described(Box::new(blob.clone()))).collect(),
        });
    }

    /// A manifest or an index. One that is not what its digest promises is read all the same, and named.
    fn fetch(&mut self, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
        let bytes = self.store.manifest(descriptor)?;
        self.check(&descriptor.digest, &bytes);
        Ok(bytes)
    }

    /// Says so, if bytes are not what their digest promises.
    pub(crate) fn check(&mut self, digest: &Digest, bytes: &[u8]) {
        if !digest.is_of(bytes) {
            let why = format!("its digest should be {digest} and is {}", Digest::of(bytes));
            self.gaps.push((whole(digest.as_str()), Skip::new(SkipReason::ArchiveBroken, why)));
        }
    }

    fn manifest(
        &mut self,
        root: &Root,
        bytes: &[u8],
        manifest: &Manifest,
        digest: &Digest,
        descriptor: Option<&Descriptor>,
        above: &[Arc<Document>],
    ) -> Result<(), Error> {
        let mut documents = above.to_vec();
        documents.push(document(digest, "image-manifest.json", bytes));
        let attests = descriptor.and_then(Descriptor::attests);
        let mut config = Config::default();
        let described = manifest.config.clone();
        if let Some(described) = &described {
            match self.store.document(&Blob::Described(Box::new(described.clone())), CONFIG_LIMIT) {
                Ok(bytes) => {
                    self.check(&described.digest, &bytes);
                    config = Config::parse(&bytes);
                    if let Err(problem) = json::<serde_json::Value>(&bytes)
                        && bytes.starts_with(b"{")
                    {
                        let error = Error::broken(described.digest.to_string(), problem);
                        self.gaps.push((whole(described.digest.as_str()), error.skip()));
                    }
                    documents.push(document(&described.digest, "image-config.json", &bytes));
                }
                Err(error @ Error::Stopped { .. }) => return Err(error),
                Err(error) => self.gaps.push((whole(described.digest.as_str()), error.skip())),
            }
        }
        let is_image = described.as_ref().is_some_and(|described| {
            described.media_type.is_empty()
                || described.media_type.contains("image") && described.media_type.contains("json")
        });
        let artifact =
            if is_image { None } else { described.as_ref().map(|described| &described.media_type) };
        let kind = match (attests, &root.about) {
            (Some(subject), _) => Some(format!("attestation of {subject}")),
            (None, Some(subject)) => {
                let what = manifest.artifact_type.as_ref().or(artifact).map_or("referrer", String::as_str);
                Some(format!("{what} of {subject}"))
            }
            (None, None) if is_image => None,
            (None, None) => manifest.artifact_type.clone().or_else(|| artifact.cloned()),
        };
        let platform = match descriptor.and_then(|descriptor| descriptor.platform.clone()) {
            Some(platform) if platform.is_known() => platform,
            _ => config.platform.clone(),
        };
        if kind.is_none()
            && platform.is_known()
            && matches!(self.platforms, Platforms::These(_))
            && !self.platforms.want(&platform)
        {
            self.available.insert(platform.to_string());
            return Ok(());
        }
        let layers = manifest.layers.iter().chain(&manifest.blobs).flatten();
        let layers: Vec<Blob> = layers.map(|layer| Blob::Described(Box::new(layer.clone()))).collect();
        let annotated = manifest.annotation("org.opencontainers.image.base.digest").map(|digest| {
            (digest.to_owned(), manifest.annotation("org.opencontainers.image.base.name").map(str::to_owned))
        });
        self.image(Found {
            name: &root.name,
            repository: &root.repository,
            digest: Some(digest),
            config_digest: described.map(|described| described.digest),
            base: annotated.or_else(|| config.base.clone()),
            config,
            kind,
            platform,
            documents,
            layers,
        });
        Ok(())
    }

    /// Puts together what is known of an image.
    pub(crate) fn image(&mut self, found: Found<'_>) {
        let Found { config, layers, .. } = found;
        let instructions = instructions(&config.history, layers.len());
        let mut diff_ids: Vec<Option<Digest>> = config.diff_ids.into_iter().map(Some).collect();
        if diff_ids.len() != layers.len() {
            diff_ids = vec![None; layers.len()];
        }
        let created = config.created;
        let image = Image {
            name: found.name.to_owned(),
            repository: found.repository.to_owned(),
            digest: found.digest.map(ToString::to_string),
            config: found.config_digest.map(|digest| digest.to_string()),
            platform: found.platform.is_known().then(|| found.platform.to_string()),
            kind: found.kind,
            layers: layers.len(),
        };
        let layers = layers
            .into_iter()
            .zip(diff_ids)
            .zip(instructions)
            .map(|((blob, diff_id), instruction)| self.layer(blob, diff_id, instruction))
            .collect();
        self.found.push(Resolved {
            image: Arc::new(image),
            platform: found.platform,
            documents: found.documents,
            layers,
            store: Arc::clone(&self.store),
            base: found.base,
            created,
        });
    }

    fn layer(&self, blob: Blob, diff_id: Option<Digest>, instruction: Option<String>) -> LayerRef {
        let member = member_of(&blob);
        let by_name = || {
            let (algorithm, hex) = member.strip_prefix("blobs/")?.split_once('/')?;
            Digest::parse(&format!("{algorithm}:{hex}"))
        };
        let digest = match &blob {
            Blob::Described(descriptor) => Some(descriptor.digest.clone()),
            Blob::Member(_) => by_name(),
        };
        let key = match (&self.place, &digest) {
            (None, Some(digest)) => digest.shared(),
            (place, _) => format!("{}!/{member}", place.as_deref().unwrap_or_default()).into(),
        };
        let described = match &blob {
            Blob::Described(descriptor) => Some(&**descriptor),
            Blob::Member(_) => None,
        };
        LayerRef {
            key,
            digest,
            diff_id,
            media_type: described.map(|descriptor| descriptor.media_type.clone()).unwrap_or_default(),
            size: described.and_then(|descriptor| descriptor.size).unwrap_or(0),
            instruction,
            name: described
                .and_then(|descriptor| descriptor.annotation("org.opencontainers.image.title"))
                .map(str::to_owned),
            foreign: described.is_some_and(Descriptor::is_foreign),
            excluded: false,
            blob,
        }
    }
}

/// What is known of an image.
pub(crate) struct Found<'a> {
    pub(crate) name: &'a str,
    pub(crate) repository: &'a str,
    pub(crate) digest: Option<&'a Digest>,
    pub(crate) config_digest: Option<Digest>,
    pub(crate) config: Config,
    pub(crate) kind: Option<String>,
    pub(crate) platform: Platform,
    pub(crate) documents: Vec<Arc<Document>>,
    pub(crate) layers: Vec<Blob>,
    pub(crate) base: Option<(String, Option<String>)>,
}

/// What names a blob, or an image, as a whole.
pub(crate) fn whole(name: &str) -> Origin {
    Origin::Image { blob: name.into(), path: Arc::default(), nth: 0 }
}

pub(crate) fn document(digest: &Digest, name: &'static str, bytes: &[u8]) -> Arc<Document> {
    Arc::new(Document { digest: digest.clone(), name, bytes: bytes.to_vec() })
}
