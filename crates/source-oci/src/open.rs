//! From a reference to what it leads to.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_finding::{Origin, Skip};
use oci_client::Reference as Name;
use serde::Deserialize;

use crate::archive::Archive;
use crate::digest::Digest;
use crate::layout::Layout;
use crate::model::{CONFIG_LIMIT, Config, Descriptor, MANIFEST_LIMIT, Manifest, json};
use crate::reference::{Choice, Kind, Place, Reference};
use crate::registry::Transport;
use crate::resolve::{Found, Platforms, Resolved, Resolver, Root, document};
use crate::store::{Blob, Remote, Store};
use crate::{Error, Options, content, docker_root, referrers, storage};

/// The annotation of a tag in a layout.
const TAG: &str = "org.opencontainers.image.ref.name";

/// What a reference leads to.
pub(crate) enum Opened {
    Images(Vec<Resolved>, Vec<(Origin, Skip)>),
    /// It can only be read from its start to its end.
    Stream(Kind, Choice),
}

/// Opens references; connections to registries are shared.
pub(crate) struct Opener<'a> {
    pub(crate) options: &'a Options,
    transport: Mutex<Option<Arc<Transport>>>,
}

impl<'a> Opener<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self { options, transport: Mutex::default() }
    }

    fn transport(&self) -> Result<Arc<Transport>, Error> {
        let mut transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(transport) = &*transport {
            return Ok(Arc::clone(transport));
        }
        let new = Arc::new(Transport::new(self.options.registry.clone())?);
        *transport = Some(Arc::clone(&new));
        Ok(new)
    }

    pub(crate) fn open(&self, reference: &Reference, platforms: &Platforms) -> Result<Opened, Error> {
        match &reference.place {
            Place::Registry(name) => match self.meant(reference, name)? {
                Some(meant) => self.registry(&meant, &meant.whole(), platforms),
                None => self.registry(name, reference.written.trim_start_matches("docker://"), platforms),
            },
            Place::Layout(directory, choice) => {
                let (layout, index) = Layout::open(directory)?;
                let mut resolver = Resolver::new(Arc::new(layout), platforms, None);
                of_index(&mut resolver, &index, choice, reference)?;
                Ok(Opened::Images(resolver.found, resolver.gaps))
            }
            Place::Storage(directory, choice) => {
                let directory = directory.clone().or_else(storage::usual);
                let missing =
                    || Error::missing(&reference.written, "no store of podman is there that may be read");
                let resolver =
                    storage::of_storage(&directory.ok_or_else(missing)?, choice, reference, platforms)?;
                Ok(Opened::Images(resolver.found, resolver.gaps))
            }
            Place::DockerRoot(directory, choice) => {
                let directory = directory.clone().or_else(docker_root::usual);
                let missing =
                    || Error::missing(&reference.written, "no directory of docker is there that may be read");
                let directory = directory.ok_or_else(missing)?;
                let resolver = docker_root::of_docker_root(&directory, choice, reference, platforms)?;
                Ok(Opened::Images(resolver.found, resolver.gaps))
            }
            Place::Content(directory, choice) => {
                let resolver = content::of_content(directory, choice, reference, platforms)?;
                Ok(Opened::Images(resolver.found, resolver.gaps))
            }
            Place::Archive(path, kind, choice) => archive(path, *kind, choice, reference, platforms),
            Place::Stdin | Place::Daemon(_) => Ok(Opened::Stream(Kind::Either, Choice::All)),
        }
    }

    /// What a name without a registry means, if `registries.conf` says something of it: where there are several, the
    /// first that has it.
    fn meant(&self, reference: &Reference, name: &Name) -> Result<Option<Name>, Error> {
        let mut meanings = self.options.registry.mirrors.meanings(&reference.written, name)?;
        if meanings.len() < 2 {
            return Ok(meanings.pop());
        }
        let transport = self.transport()?;
        let mut lacking = Vec::new();
        for meaning in meanings {
            let remote = Remote::new(Arc::clone(&transport), &meaning);
            let there = remote.and_then(|remote| match self.options.tags.are_asked_for() {
                true => remote.tags().map(drop),
                false => remote.root(meaning.digest().or(meaning.tag()).unwrap_or("latest")).map(drop),
            });
            match there {
                Ok(()) => return Ok(Some(meaning)),
                Err(error @ Error::Stopped { .. }) => return Err(error),
                Err(error) => lacking.push(error.to_string()),
            }
        }
        Err(Error::missing(&reference.written, lacking.join("; ")))
    }

    fn registry(&self, name: &Name, written: &str, platforms: &Platforms) -> Result<Opened, Error> {
        let repository = format!("{}/{}", name.registry(), name.repository());
        let transport = self.transport()?;
        let remote = Arc::new(Remote::new(Arc::clone(&transport), name)?);
        let tags = if self.options.tags.are_asked_for() && name.digest().is_none() {
            let tags = self.options.tags.chosen(remote.tags()?);
            let shown = |tag: &String| format!("{}/{}:{tag}", name.registry(), name.repository());
            tags.iter().map(|tag| (tag.clone(), shown(tag))).collect()
        } else {
            let asked = name.digest().or(name.tag()).unwrap_or("latest");
            vec![(asked.to_owned(), written.to_owned())]
        };
        let mut resolver = Resolver::new(Arc::clone(&remote) as Arc<dyn Store>, platforms, None);
        if tags.is_empty() {
            return Err(Error::missing(written, "no tag of the repository is one that was asked for"));
        }
        let several = tags.len() > 1;
        let mut of_tags = Vec::new();
        for (tag, shown) in tags {
            let before = resolver.found.len();
            let followed = remote.root(&tag).and_then(|answer| {
                let digest = match Digest::parse(&tag) {
                    Some(asked) if !asked.is_of(&answer.body) => {
                        let came = Digest::of(&answer.body);
                        return Err(Error::broken(&shown, format!("the registry gives {came} instead")));
                    }
                    Some(asked) => asked,
                    None => Digest::of(&answer.body),
                };
                let top = digest.clone();
                resolver.root(&Root {
                    bytes: answer.body,
                    digest,
                    descriptor: None,
                    name: shown.clone(),
                    repository: repository.clone(),
                    above: Vec::new(),
                    about: None,
                })?;
                match remote.own().filter(|_| self.options.referrers) {
                    Some(own) => referrers::follow(&transport, own, &mut resolver, (&shown, &top), before),
                    None => Ok(()),
                }
            });
            match followed {
                Ok(()) => {}
                // One tag of many that is broken must not lose the others.
                Err(error) if several && !matches!(error, Error::Stopped { .. }) => {
                    resolver.gaps.push((crate::resolve::whole(&shown), error.skip()));
                }
                Err(error) => return Err(error),
            }
            of_tags.push(before..resolver.found.len());
        }
        self.options.tags.keep(&mut resolver.found, &of_tags);
        Ok(Opened::Images(resolver.found, resolver.gaps))
    }
}

fn archive(
    path: &Path,
    kind: Kind,
    choice: &Choice,
    reference: &Reference,
    platforms: &Platforms,
) -> Result<Opened, Error> {
    let Some(archive) = Archive::open(path)? else { return Ok(Opened::Stream(kind, choice.clone())) };
    let shown = path.display().to_string();
    let manifest = archive.member("manifest.json", MANIFEST_LIMIT)?;
    let index = archive.member("index.json", MANIFEST_LIMIT)?;
    let docker = kind != Kind::Oci && manifest.is_some();
    let place = docker.then_some(shown);
    let mut resolver = Resolver::new(Arc::new(archive), platforms, place);
    of_archive(&mut resolver, kind, manifest.as_deref(), index.as_deref(), choice, reference)?;
    Ok(Opened::Images(resolver.found, resolver.gaps))
}

/// The images of an archive, by the lists in it.
pub(crate) fn of_archive(
    resolver: &mut Resolver<'_>,
    kind: Kind,
    manifest: Option<&[u8]>,
    index: Option<&[u8]>,
    choice: &Choice,
    reference: &Reference,
) -> Result<(), Error> {
    match (kind, manifest, index) {
        (Kind::Docker | Kind::Either, Some(manifest), _) => of_docker(resolver, manifest, choice, reference),
        (Kind::Oci | Kind::Either, _, Some(index)) => of_index(resolver, index, choice, reference),
        _ => {
            let problem = "neither manifest.json nor index.json is in it, so it is no image; `keysieve scan` reads \
                           plain archives";
            Err(Error::missing(&reference.written, problem))
        }
    }
}

/// The images in a layout's index.
fn of_index(
    resolver: &mut Resolver<'_>,
    index: &[u8],
    choice: &Choice,
    reference: &Reference,
) -> Result<(), Error> {
    let written = &reference.written;
    let broken = |problem| Error::broken(format!("{written}: index.json"), problem);
    let manifest = Manifest::parse(index).map_err(broken)?;
    let children = manifest.manifests.unwrap_or_default();
    let own = document(&Digest::of(index), "image-index.json", index);
    let repository = reference.repository();
    if *choice == Choice::All && children.iter().all(|child| child.annotation(TAG).is_none()) {
        return resolver.root(&Root {
            bytes: index.to_vec(),
            digest: own.digest.clone(),
            descriptor: None,
            name: written.clone(),
            repository,
            above: Vec::new(),
            about: None,
        });
    }
    let chosen: Vec<Descriptor> = match choice {
        Choice::All => children.clone(),
        Choice::Named(tag) => {
            let named = |child: &&Descriptor| {
                [TAG, "io.containerd.image.name"].iter().any(|name| child.annotation(name) == Some(tag))
            };
            children.iter().filter(named).cloned().collect()
        }
        Choice::Digest(digest) => {
            let known = children.iter().find(|child| child.digest == *digest).cloned();
            vec![known.unwrap_or_else(|| Descriptor::bare(digest.clone()))]
        }
        Choice::Nth(nth) => children.get(*nth).cloned().into_iter().collect(),
    };
    if chosen.is_empty() {
        let names: Vec<&str> = children.iter().filter_map(|child| child.annotation(TAG)).collect();
        let there = if names.is_empty() { "no image has a tag".to_owned() } else { names.join(", ") };
        return Err(Error::missing(written, format!("no such image in it; there: {there}")));
    }
    let several = *choice == Choice::All && chosen.len() > 1;
    for child in chosen {
        let name = match child.annotation(TAG) {
            Some(tag) if several => format!("{written}:{tag}"),
            _ if several => format!("{written}@{}", child.digest),
            _ => written.clone(),
        };
        let followed = resolver.store.manifest(&child).and_then(|bytes| {
            resolver.root_of(Root {
                bytes,
                digest: child.digest.clone(),
                descriptor: Some(child.clone()),
                name,
                repository: repository.clone(),
                above: vec![Arc::clone(&own)],
                about: None,
            })
        });
        match followed {
            Ok(()) => {}
            Err(error) if several && !matches!(error, Error::Stopped { .. }) => {
                resolver.gaps.push((crate::resolve::whole(child.digest.as_str()), error.skip()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// An image in the list of `docker save`.
#[derive(Deserialize)]
struct Saved {
    #[serde(rename = "Config")]
    config: String,
    #[serde(default, rename = "RepoTags")]
    tags: Option<Vec<String>>,
    #[serde(default, rename = "Layers")]
    layers: Option<Vec<String>>,
}

/// The images of `docker save`.
fn of_docker(
    resolver: &mut Resolver<'_>,
    manifest: &[u8],
    choice: &Choice,
    reference: &Reference,
) -> Result<(), Error> {
    let written = &reference.written;
    let saved: Vec<Saved> =
        json(manifest).map_err(|problem| Error::broken(format!("{written}: manifest.json"), problem))?;
    let tags = |image: &Saved| image.tags.clone().unwrap_or_default();
    let chosen: Vec<(usize, &Saved)> = saved
        .iter()
        .enumerate()
        .filter(|(at, image)| match choice {
            Choice::All => true,
            Choice::Named(name) => tags(image).iter().any(|tag| same_name(tag, name)),
            Choice::Nth(nth) => nth == at,
            Choice::Digest(digest) => image.config.contains(digest.hex()),
        })
        .collect();
    if chosen.is_empty() {
        let there: Vec<String> = saved.iter().flat_map(tags).collect();
        return Err(Error::missing(written, format!("no such image in it; there: {}", there.join(", "))));
    }
    let several = *choice == Choice::All && saved.len() > 1;
    for (at, image) in chosen {
        let name = match tags(image).first() {
            Some(tag) if several => format!("{written}:{tag}"),
            _ if several => format!("{written}:@{at}"),
            _ => written.clone(),
        };
        let mut config = Config::default();
        let mut documents = vec![document(&Digest::of(manifest), "image-manifest.json", manifest)];
        let mut digest = None;
        match resolver.store.document(&Blob::Member(image.config.clone()), CONFIG_LIMIT) {
            Ok(bytes) => {
                config = Config::parse(&bytes);
                let own = Digest::of(&bytes);
                documents.push(document(&own, "image-config.json", &bytes));
                digest = Some(own);
            }
            Err(error) => resolver.gaps.push((crate::resolve::whole(&image.config), error.skip())),
        }
        let platform = config.platform.clone();
        let wanted = match resolver.platforms {
            Platforms::These(_) if platform.is_known() => resolver.wants(&platform),
            _ => true,
        };
        if !wanted {
            let problem = format!("it is there for {platform} only");
            return Err(Error::missing(&name, problem));
        }
        let repository = tags(image).first().map_or_else(
            || reference.repository(),
            |tag| tag.rsplit_once(':').map_or(tag.clone(), |(repository, _)| repository.to_owned()),
        );
        let layers = image.layers.iter().flatten().cloned().map(Blob::Member).collect();
        resolver.image(Found {
            name: &name,
            repository: &repository,
            digest: None,
            config_digest: digest,
            base: config.base.clone(),
            config,
            kind: None,
            platform,
            documents,
            layers,
        });
    }
    Ok(())
}

/// Whether two names mean one image: `app` is `docker.io/library/app:latest`.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    let whole = |name: &str| name.parse::<Name>().map(|name| name.whole());
    one == other || whole(one).is_ok_and(|one| whole(other).is_ok_and(|other| one == other))
}
