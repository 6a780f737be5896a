//! The directory of docker as it is on disk, without its daemon: images that it knows by the digests of their
//! configurations, and layers that are directories (its drivers `overlay2` and `fuse-overlayfs`). Nothing in it is
//! changed. Since release 29 it keeps new images as containerd does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::Error;
use crate::content::of_content;
use crate::digest::{Digest, chain_ids};
use crate::layout;
use crate::model::{CONFIG_LIMIT, Config, MANIFEST_LIMIT, place};
use crate::open::same_name;
use crate::reference::{Choice, Reference, repository};
use crate::resolve::{Found, Platforms, Resolver, document, whole};
use crate::storage::{Storage, is_id};
use crate::store::Blob;

/// The drivers that have a layer as what it changes, in a directory.
const DRIVERS: [&str; 2] = ["overlay2", "fuse-overlayfs"];

/// Where it is if nothing else is said.
pub(crate) fn usual() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    let all = own.map(|own| own.join("docker")).into_iter().chain([PathBuf::from("/var/lib/docker")]);
    all.into_iter().find(|root| root.join("image").is_dir() || root.join("containerd").is_dir())
}

/// `repositories.json`: for each repository its names, with tags and with digests, and which image each means.
#[derive(Default, Deserialize)]
struct Repositories {
    #[serde(default, rename = "Repositories")]
    repositories: BTreeMap<String, BTreeMap<String, Digest>>,
}

/// What docker keeps of images under one driver.
struct Images {
    /// `image/DRIVER`.
    directory: PathBuf,
    /// The names of each, those with tags first.
    names: BTreeMap<Digest, Vec<String>>,
}

impl Images {
    fn open(directory: PathBuf) -> Result<Self, Error> {
        let mut names: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
        let list = directory.join("repositories.json");
        let shown = list.display().to_string();
        if list.is_file() {
            let bytes =
                layout::read(&list, MANIFEST_LIMIT).map_err(|error| Error::io(shown.clone(), error))?;
            let known: Repositories =
                serde_json::from_slice(&bytes).map_err(|error| Error::broken(shown, place(&error)))?;
            for (name, image) in known.repositories.into_values().flatten() {
                names.entry(image).or_default().push(name);
            }
            names.values_mut().for_each(|names| names.sort_by_key(|name| (name.contains('@'), name.clone())));
        }
        Ok(Self { directory, names })
    }

    fn names(&self, image: &Digest) -> &[String] {
        self.names.get(image).map_or(&[], Vec::as_slice)
    }

    /// Every image that is meant; if all are, without those that have no name and of which another one was made.
    fn meant(&self, choice: &Choice) -> Result<Vec<Digest>, Error> {
        let directory = self.directory.join("imagedb/content/sha256");
        let entries = fs::read_dir(&directory);
        let entries = entries.map_err(|error| Error::io(directory.display().to_string(), error))?;
        let digest = |name: &str| Digest::parse(&format!("sha256:{name}"));
        let digests = entries.flatten().filter_map(|entry| digest(entry.file_name().to_str()?));
        let images: BTreeSet<Digest> = digests.collect();
        let parent = |image: &Digest| {
            let file = self.directory.join("imagedb/metadata/sha256").join(image.hex()).join("parent");
            Digest::parse(String::from_utf8_lossy(&layout::read(&file, 1024).ok()?).trim())
        };
        let parents: BTreeSet<Digest> = images.iter().filter_map(parent).collect();
        let stands_alone = |image: &Digest| !self.names(image).is_empty() || !parents.contains(image);
        let is_meant = |image: &Digest| match choice {
            Choice::All => stands_alone(image),
            _ => self.is_meant(image, choice),
        };
        Ok(images.into_iter().filter(is_meant).collect())
    }

    fn is_meant(&self, image: &Digest, choice: &Choice) -> bool {
        let names = self.names(image);
        match choice {
            Choice::All | Choice::Nth(_) => true,
            Choice::Named(name) => {
                name.len() >= 12 && image.hex().starts_with(name.as_str())
                    || names.iter().any(|known| same_name(known, name))
            }
            Choice::Digest(digest) => {
                image == digest || names.iter().any(|name| name.ends_with(&format!("@{digest}")))
            }
        }
    }

    /// What the directory of a layer is called: it is known by its chain id.
    fn cache_id(&self, chain: &Digest) -> Option<String> {
        let file = self.directory.join("layerdb/sha256").join(chain.hex()).join("cache-id");
        let id = String::from_utf8(layout::read(&file, 1024).ok()?).ok()?;
        is_id(id.trim()).then(|| id.trim().to_owned())
    }
}

/// The images of docker's directory.
pub(crate) fn of_docker_root<'a>(
    root: &Path,
    choice: &Choice,
    reference: &Reference,
    platforms: &'a Platforms,
) -> Result<Resolver<'a>, Error> {
    let shown = root.display().to_string();
    let there = |driver: &&&str| root.join("image").join(driver).join("imagedb/content/sha256").is_dir();
    let Some(driver) = DRIVERS.iter().find(there) else {
        let containerd = root.join("containerd");
        if containerd.is_dir() {
            return of_content(&containerd, choice, reference, platforms);
        }
        let problem = "no images of docker with the driver overlay2 or fuse-overlayfs in it, the only ones that are read";
        return Err(Error::missing(shown, problem));
    };
    let images = Images::open(root.join("image").join(driver))?;
    let found = images.meant(choice)?;
    let several = *choice == Choice::All && found.len() > 1;
    if found.is_empty() {
        let there: Vec<&str> = images.names.values().flatten().map(String::as_str).collect();
        let problem = format!("no such image in it; there: {}", there.join(", "));
        return Err(Error::missing(&reference.written, problem));
    }
    let store = Storage { root: root.to_owned(), driver };
    let mut resolver = Resolver::new(Arc::new(store), platforms, Some(shown));
    for image in &found {
        let own = images.names(image).first().cloned().unwrap_or_else(|| image.hex().to_owned());
        let name = if several { format!("{}:{own}", reference.written) } else { reference.written.clone() };
        add(&mut resolver, &images, image, (&name, &own));
    }
    Ok(resolver)
}

fn add(resolver: &mut Resolver<'_>, images: &Images, image: &Digest, (name, own): (&str, &str)) {
    let file = images.directory.join("imagedb/content/sha256").join(image.hex());
    let bytes = match layout::read(&file, CONFIG_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => {
            let error = Error::io(file.display().to_string(), error);
            return resolver.gaps.push((whole(name), error.skip()));
        }
    };
    resolver.check(image, &bytes);
    let config = Config::parse(&bytes);
    let platform = config.platform.clone();
    if platform.is_known() && matches!(resolver.platforms, Platforms::These(_)) && !resolver.wants(&platform)
    {
        let error = Error::missing(name, format!("it is there for {platform} only"));
        return resolver.gaps.push((whole(name), error.skip()));
    }
    // One that is not there is called by the digest that it should have: it is a gap when it is to be read.
    let layer = |chain: Digest| images.cache_id(&chain).unwrap_or_else(|| chain.hex().to_owned());
    let layers = chain_ids(&config.diff_ids).into_iter().map(layer).map(Blob::Member).collect();
    resolver.image(Found {
        name,
        repository: repository(own),
        digest: None,
        config_digest: Some(image.clone()),
        base: config.base.clone(),
        kind: None,
        platform,
        documents: vec![document(image, "image-config.json", &bytes)],
        layers,
        config,
    });
}
