//! The store of containerd, and of dockers since release 29, as it is on disk: blobs by their digests, and a database that
//! says what images are called. Nothing in it is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::Error;
use crate::bolt::{Bolt, Value};
use crate::digest::Digest;
use crate::layout::{self, Layout};
use crate::model::{Descriptor, MANIFEST_LIMIT, Manifest};
use crate::open::same_name;
use crate::reference::{Choice, Reference, repository};
use crate::resolve::{Platforms, Resolver, Root, whole};
use crate::storage::LIST;

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
    let mut resolver = Resolver::new(Arc::new(Layout::at(directory)), platforms, None);
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
}
