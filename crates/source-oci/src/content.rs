//! The store of containerd, and of dockers since release 29, as it is on disk: blobs by their digests, and a database that
//! says what images are called. Nothing in it is changed.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Error;
use crate::bolt::{Bolt, Value};
use crate::digest::{Digest, chain_ids};
use crate::layout::{self, Layout};
use crate::model::{Descriptor, MANIFEST_LIMIT, Manifest};
use crate::open::same_name;
use crate::reference::{Choice, Reference, repository};
use crate::resolve::{Platforms, Resolved, Resolver, Root, whole};
use crate::storage::LIST;
use crate::store::{Blob, Store};

/// Blobs by their digests, and layers that lie unpacked in a snapshot: Kubernetes often lets containerd drop the blob of a
/// layer once it is unpacked (`discard_unpacked_layers`).
struct Content {
    layout: Layout,
    /// Of the snapshotter `overlayfs`, where each snapshot is what its layer changes.
    #[cfg_attr(not(unix), expect(dead_code, reason = "layers in directories are read on Unix only"))]
    snapshots: PathBuf,
}

impl Store for Content {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        self.layout.open(blob)
    }

    #[cfg(unix)]
    fn directory(&self, blob: &Blob) -> Option<PathBuf> {
        match blob {
            // The number of a snapshot.
            Blob::Member(id) if id.parse::<u64>().is_ok() => Some(self.snapshots.join(id).join("fs")),
            _ => None,
        }
    }
}

impl Content {
    /// Lets layers be read from their snapshots whose blobs are not there.
    fn unpack(&self, images: &mut [Resolved], directory: &Path) {
        let known = OnceCell::new();
        for image in images {
            let diff_ids = image.layers.iter().map(|layer| layer.diff_id.clone()).collect::<Option<Vec<_>>>();
            for (layer, chain) in image.layers.iter_mut().zip(chain_ids(&diff_ids.unwrap_or_default())) {
                let there = layer.digest.as_ref().is_some_and(|digest| self.layout.path(digest).exists());
                let known = || known.get_or_init(|| snapshots_in(directory));
                if !there && let Some(id) = known().get(&chain) {
                    layer.blob = Blob::Member(id.to_string());
                }
            }
        }
    }
}

/// The numbers of snapshots, by the chain ids of what was unpacked into them.
fn snapshots_in(directory: &Path) -> HashMap<Digest, u64> {
    let mut found = HashMap::new();
    let Ok(bytes) = layout::read(&directory.join("metadata.db"), LIST) else { return found };
    let Some(bolt) = Bolt::open(&bytes) else { return found };
    let all = bolt
        .bucket(bolt.root(), b"v1")
        .and_then(|version| bolt.bucket(version, b"snapshots"))
        .and_then(|snapshots| bolt.all(snapshots));
    for (name, snapshot) in all.unwrap_or_default() {
        let Value::Bucket(snapshot) = snapshot else { continue };
        // `NAMESPACE/NUMBER/CHAIN-ID`; those of containers are called otherwise.
        let chain = std::str::from_utf8(name).ok().and_then(|name| Digest::parse(name.rsplit('/').next()?));
        let id = bolt.all(snapshot).unwrap_or_default().into_iter().find_map(|(key, value)| match value {
            Value::Bytes(bytes) if key == b"id" => uvarint(bytes),
            _ => None,
        });
        if let (Some(chain), Some(id)) = (chain, id) {
            found.insert(chain, id);
        }
    }
    found
}

/// A number as Go's `encoding/binary` writes it: seven bits a byte, the lowest first.
fn uvarint(bytes: &[u8]) -> Option<u64> {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0).filter(|end| *end < 9)?;
    Some(bytes[..=end].iter().rev().fold(0, |number, byte| number << 7 | u64::from(byte & 0x7F)))
}

/// What containerd calls its images, in all its namespaces; nothing where it does not say.
fn names_in(directory: &Path) -> BTreeMap<Digest, Vec<String>> {
    let mut names: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
    let file = directory.with_file_name("io.containerd.metadata.v1.bolt").join("meta.db");
    let Ok(bytes) = layout::read(&file, LIST) else { return names };
    let Some(bolt) = Bolt::open(&bytes) else { return names };
    let inner = |bucket, key: &str| {
        let bucket = bolt.bucket(bucket, key.as_bytes())?;
        bolt.all(bucket)
    };
    let spaces = inner(bolt.root(), "v1").unwrap_or_default();
    for (_, space) in spaces {
        let Value::Bucket(space) = space else { continue };
        for (name, image) in inner(space, "images").unwrap_or_default() {
            let Value::Bucket(image) = image else { continue };
            let target = inner(image, "target").unwrap_or_default();
            let digest = target.into_iter().find_map(|(key, value)| match value {
                Value::Bytes(digest) if key == b"digest" => Digest::parse(std::str::from_utf8(digest).ok()?),
                _ => None,
            });
            if let (Some(digest), Ok(name)) = (digest, std::str::from_utf8(name)) {
                names.entry(digest).or_default().push(name.to_owned());
            }
        }
    }
    for names in names.values_mut() {
        // Kubernetes also has them under their digests.
        names.sort_by_key(|name| (name.starts_with("sha256:"), name.contains('@'), name.clone()));
        names.dedup();
    }
    names
}

/// The images in a store of blobs: everything in it that reads as an index or a manifest and that no other one names.
pub(crate) fn of_content<'a>(
    root: &Path,
    choice: &Choice,
    reference: &Reference,
    platforms: &'a Platforms,
) -> Result<Resolver<'a>, Error> {
    const WITHIN: &str = "io.containerd.content.v1.content";
    let directory = [root.to_owned(), root.join(WITHIN), root.join("daemon").join(WITHIN)];
    let directory = directory.into_iter().find(|directory| directory.join("blobs/sha256").is_dir());
    let Some(directory) = directory else {
        let problem = "no blobs/sha256 in it, so it is no store of containerd";
        return Err(Error::missing(root.display().to_string(), problem));
    };
    let (mut found, mut named) = (BTreeMap::new(), BTreeSet::new());
    let blobs = directory.join("blobs/sha256");
    let listed = fs::read_dir(&blobs).map_err(|error| Error::io(blobs.display().to_string(), error))?;
    for entry in listed.flatten() {
        let Some(digest) = entry.file_name().to_str().and_then(|hex| Digest::parse(&format!("sha256:{hex}")))
        else {
            continue;
        };
        if entry.metadata().is_ok_and(|metadata| metadata.len() > MANIFEST_LIMIT) {
            continue;
        }
        // What cannot be read here is asked for again, if anything names it.
        let Ok(bytes) = layout::read(&entry.path(), MANIFEST_LIMIT) else { continue };
        if !bytes.first().is_some_and(|byte| matches!(byte, b'{' | b' ' | b'\n')) {
            continue;
        }
        let Ok(manifest) = Manifest::parse(&bytes) else { continue };
        named.extend(manifest.manifests.iter().flatten().map(|child| child.digest.clone()));
        found.insert(digest, bytes);
    }
    let names = names_in(&directory);
    let wanted = |digest: &Digest| match choice {
        Choice::Digest(asked) => asked == digest,
        Choice::Named(name) => {
            names.get(digest).is_some_and(|own| own.iter().any(|own| same_name(own, name)))
        }
        Choice::All | Choice::Nth(_) => !named.contains(digest),
    };
    let written = &reference.written;
    let roots: Vec<(Digest, Vec<u8>)> = found.into_iter().filter(|(digest, _)| wanted(digest)).collect();
    if roots.is_empty() {
        let there: Vec<&str> = names.values().flatten().map(String::as_str).collect();
        let problem = match there.is_empty() {
            true => "no such image in it; it has no names, so one is asked for by @DIGEST".to_owned(),
            false => format!("no such image in it; there: {}", there.join(", ")),
        };
        return Err(Error::missing(written, problem));
    }
    let overlayfs = directory.with_file_name("io.containerd.snapshotter.v1.overlayfs");
    let content = Arc::new(Content { layout: Layout::at(directory), snapshots: overlayfs.join("snapshots") });
    let mut resolver = Resolver::new(Arc::clone(&content) as Arc<dyn Store>, platforms, None);
    let several = roots.len() > 1;
    for (digest, bytes) in roots {
        let own = names.get(&digest).and_then(|names| names.first());
        let name = match own {
            _ if !several => written.clone(),
            Some(own) => format!("{written}:{own}"),
            None => format!("{written}@{digest}"),
        };
        let descriptor = Some(Descriptor::bare(digest.clone()));
        let repository = own.map_or_else(|| reference.repository(), |own| repository(own).to_owned());
        let root = Root {
            bytes,
            digest: digest.clone(),
            descriptor,
            name,
            repository,
            above: Vec::new(),
            about: None,
        };
        match resolver.root_of(root) {
            Ok(()) => {}
            Err(error) if several && !matches!(error, Error::Stopped { .. }) => {
                resolver.gaps.push((whole(digest.as_str()), error.skip()));
            }
            Err(error) => return Err(error),
        }
    }
    content.unpack(&mut resolver.found, &overlayfs);
    Ok(resolver)
}

#[cfg(test)]
mod tests {
    use keysieve_testkit::{ImageLayer, TestImage, TestLayout};

    use super::*;
    use crate::bolt::tests::{Tree, database};

    fn bucket(key: &str, inner: Vec<(String, Tree)>) -> (String, Tree) {
        (key.to_owned(), Tree::Bucket(inner))
    }

    #[test]
    fn images_are_called_what_containerd_calls_them() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path();
        let image = |name: &str| TestImage::new("linux", "amd64").layer(ImageLayer::new("").file(name, "x"));
        let layout = TestLayout::default().image("a", &image("a")).image("b", &image("b"));
        layout.write_to(&root.join("io.containerd.content.v1.content")).expect("written");
        let digest = |tag| layout.tagged(tag).expect("a tag");
        let target = |tag| {
            let digest = Tree::Bytes(digest(tag).into_bytes());
            vec![bucket("target", vec![("digest".to_owned(), digest)])]
        };
        let images = vec![bucket("r.example/team/app:1", target("a")), bucket("sha256:0000", target("a"))];
        let space = bucket("k8s.io", vec![bucket("images", images), bucket("leases", Vec::new())]);
        let version = ("version".to_owned(), Tree::Bytes(vec![1]));
        let database = database(&[bucket("v1", vec![space, version])]);
        let open = |written: &str| {
            let written = format!("containerd:{}{written}", root.display());
            let reference = Reference::parse(&written).expect("a reference");
            let crate::reference::Place::Content(path, choice) = &reference.place else {
                panic!("{written}")
            };
            let resolver = of_content(path, choice, &reference, &Platforms::All)?;
            let images = resolver.found.iter().map(|found| {
                let name = found.image.name.replace(&root.display().to_string(), "");
                (name, found.image.repository.replace(&root.display().to_string(), ""))
            });
            let mut images: Vec<_> = images.collect();
            images.sort();
            Ok::<_, Error>(images)
        };
        let text = |text: &str| text.to_owned();
        let unnamed = |tag| (format!("containerd:@{}", digest(tag)), String::new());
        let mut without = vec![unnamed("a"), unnamed("b")];
        without.sort();
        assert_eq!(open("").expect("opened"), without);
        assert!(open(":r.example/team/app:1").is_err());

        let beside = root.join("io.containerd.metadata.v1.bolt");
        fs::create_dir(&beside).expect("made");
        fs::write(beside.join("meta.db"), database).expect("written");
        let named = |name: &str| (text(name), text("r.example/team/app"));
        let all = vec![named("containerd::r.example/team/app:1"), unnamed("b")];
        let mut found = open("").expect("opened");
        found.sort_by_key(|(name, _)| name.contains('@'));
        assert_eq!(found, all);
        let one = open(":r.example/team/app:1").expect("opened");
        assert_eq!(one, [named("containerd::r.example/team/app:1")]);
        let none = open(":r.example/team/app:2").expect_err("not there").to_string();
        assert!(none.contains("r.example/team/app:1"), "{none}");
    }

    #[test]
    fn a_layer_whose_blob_was_dropped_is_read_from_its_snapshot() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path();
        let image = TestImage::new("linux", "amd64")
            .layer(ImageLayer::new("").file("a", "x"))
            .layer(ImageLayer::new("").file("b", "x"));
        let mut layout = TestLayout::default().image("a", &image);
        layout.blobs.remove(&image.digests()[1]);
        layout.write_to(&root.join("io.containerd.content.v1.content")).expect("written");
        let diff_ids = image.config["rootfs"]["diff_ids"].as_array().expect("a list");
        let diff_ids: Vec<Digest> =
            diff_ids.iter().map(|id| Digest::parse(id.as_str().expect("text")).expect("a digest")).collect();
        let snapshot = |chain: &Digest, id: Vec<u8>| {
            bucket(&format!("k8s.io/7/{chain}"), vec![("id".to_owned(), Tree::Bytes(id))])
        };
        let chain = chain_ids(&diff_ids);
        let snapshots = vec![snapshot(&chain[0], vec![3]), snapshot(&chain[1], vec![0xAC, 0x02])];
        let overlayfs = root.join("io.containerd.snapshotter.v1.overlayfs");
        fs::create_dir(&overlayfs).expect("made");
        let database = database(&[bucket("v1", vec![bucket("snapshots", snapshots)])]);
        fs::write(overlayfs.join("metadata.db"), database).expect("written");

        let reference = Reference::parse(&format!("containerd:{}", root.display())).expect("a reference");
        let found = of_content(root, &Choice::All, &reference, &Platforms::All).expect("opened").found;
        let places = found[0].layers.iter().map(|layer| found[0].store.directory(&layer.blob));
        let snapshot = overlayfs.join("snapshots/300/fs");
        assert_eq!(places.collect::<Vec<_>>(), [None, Some(snapshot)]);
    }
}
