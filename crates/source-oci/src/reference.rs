//! How an image is asked for.

use std::path::{Path, PathBuf};

use oci_client::Reference as Name;

use crate::Error;
use crate::digest::Digest;

/// How an image is asked for. The names of transports are those of `containers-transports(5)`, which skopeo has too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As it was written.
    pub written: String,
    pub(crate) place: Place,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a registry.
    Registry(Name),
    /// In a layout directory of the OCI image specification.
    Layout(PathBuf, Choice),
    /// In a tar of such a directory, or of what `docker save` writes.
    Archive(PathBuf, Kind, Choice),
    /// In a store of podman; none for the usual one.
    Storage(Option<PathBuf>, Choice),
    /// In the directory of docker; none for the usual one.
    DockerRoot(Option<PathBuf>, Choice),
    /// In a store of containerd.
    Content(PathBuf, Choice),
    /// On standard input, as an archive.
    Stdin,
    /// At a daemon's socket.
    Daemon(String),
}

/// What kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Oci,
    Docker,
    /// What is in it tells.
    Either,
}

/// Which of several images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    #[default]
    All,
    /// The one of this name: `org.opencontainers.image.ref.name`, or a tag of `docker save`.
    Named(String),
    /// The one with this digest.
    Digest(Digest),
    /// The n-th, from 0.
    Nth(usize),
}

impl Reference {
    /// Reads a reference in any of its forms. What has no transport is a path if it looks like one and is there, else
    /// the name of an image in a registry.
    ///
    /// # Errors
    /// If it is written in none of them.
    pub fn parse(written: &str) -> Result<Self, Error> {
        let place =
            place(written).map_err(|problem| Error::Reference { reference: written.to_owned(), problem })?;
        Ok(Self { written: written.to_owned(), place })
    }

    /// What it is called whatever its tag: `registry.example/team/app`, the path of an archive.
    #[must_use]
    pub fn repository(&self) -> String {
        match &self.place {
            Place::Registry(name) => format!("{}/{}", name.registry(), name.repository()),
            Place::Layout(path, _) | Place::Archive(path, ..) | Place::Content(path, _) => {
                path.display().to_string()
            }
            Place::Storage(_, Choice::Named(name)) | Place::DockerRoot(_, Choice::Named(name)) => {
                repository(name).to_owned()
            }
            Place::Storage(..) | Place::DockerRoot(..) => self.written.clone(),
            Place::Stdin => "-".to_owned(),
            Place::Daemon(name) => repository(name).to_owned(),
        }
    }

    /// The name that a daemon knows it by.
    pub(crate) fn daemon(&self) -> Option<&str> {
        match &self.place {
            Place::Daemon(name) => Some(name),
            _ => None,
        }
    }

    /// Where it is on disk.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Layout(path, _) | Place::Archive(path, ..) => Some(path),
            _ => None,
        }
    }

    /// Whether it is standard input.
    #[must_use]
    pub fn is_stdin(&self) -> bool {
        self.place == Place::Stdin
    }
}

/// A name without its tag and digest.
pub(crate) fn repository(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// An image in a store of podman or docker: `[[DRIVER@]ROOT[+RUNROOT][:OPTIONS]]NAME`, or the directory of one, or a name.
fn storage(rest: &str, drivers: &[&str]) -> Result<(Option<PathBuf>, Choice), String> {
    if let Some((store, name)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let (driver, root) = match store.split_once('@') {
            Some((driver, root)) => (Some(driver), root),
            None => (None, store),
        };
        if let Some(driver) = driver.filter(|driver| !drivers.contains(driver)) {
            return Err(format!("the driver {driver} is not supported, only {}", drivers.join(" and ")));
        }
        let root = root.split(['+', ':']).next().unwrap_or(root);
        return Ok((Some(root.into()), kept(name)));
    }
    if Path::new(rest).is_dir() {
        return Ok((Some(rest.into()), Choice::All));
    }
    Ok((None, kept(rest)))
}

fn kept(name: &str) -> Choice {
    if name.is_empty() {
        return Choice::All;
    }
    let digest = name.strip_prefix('@').unwrap_or(name);
    match Digest::parse(digest) {
        Some(digest) => Choice::Digest(digest),
        None => Choice::Named(digest.to_owned()),
    }
}

fn place(written: &str) -> Result<Place, String> {
    if written == "-" {
        return Ok(Place::Stdin);
    }
    let parts = written.split_once(':');
    match parts {
        Some(("oci", rest)) => path(rest).map(|(path, choice)| Place::Layout(path, choice)),
        Some(("oci-archive", rest)) => {
            path(rest).map(|(path, choice)| Place::Archive(path, Kind::Oci, choice))
        }
        Some(("docker-archive", rest)) => {
            path(rest).map(|(path, choice)| Place::Archive(path, Kind::Docker, choice))
        }
        Some(("docker-daemon", rest)) if !rest.is_empty() => Ok(Place::Daemon(rest.to_owned())),
        Some(("docker", rest)) => name(rest.strip_prefix("//").unwrap_or(rest)).map(Place::Registry),
        Some(("containers-storage", rest)) => {
            storage(rest, &["overlay"]).map(|(root, choice)| Place::Storage(root, choice))
        }
        Some(("docker-root", rest)) => storage(rest, &["overlay2", "fuse-overlayfs"])
            .map(|(root, choice)| Place::DockerRoot(root, choice)),
        Some(("containerd", rest)) => path(rest).map(|(path, choice)| Place::Content(path, choice)),
        Some((transport @ ("dir" | "ostree" | "sif"), _)) => Err(format!(
            "the transport {transport} is not supported; copy the image with `skopeo copy {written} oci:DIR` first"
        )),
        _ => plain(written),
    }
}

/// A path, and which image there.
fn path(rest: &str) -> Result<(PathBuf, Choice), String> {
    if rest.is_empty() {
        return Err("it names no path".to_owned());
    }
    if Path::new(rest).exists() {
        return Ok((rest.into(), Choice::All));
    }
    if let Some((path, digest)) = rest.rsplit_once('@') {
        let path = path.trim_end_matches(':');
        if let Some(digest) = Digest::parse(digest) {
            return Ok((path.into(), Choice::Digest(digest)));
        }
        if let (true, Ok(nth)) = (rest.contains(":@"), digest.parse()) {
            return Ok((path.into(), Choice::Nth(nth)));
        }
    }
    match rest.split_once(':') {
        Some((path, tag)) if !path.is_empty() && !tag.is_empty() => {
            Ok((path.into(), Choice::Named(tag.to_owned())))
        }
        _ => Ok((rest.into(), Choice::All)),
    }
}

fn name(written: &str) -> Result<Name, String> {
    written.parse().map_err(|error| {
        format!(
            "not a reference to an image ({error}); write [REGISTRY/]NAME[:TAG][@DIGEST], oci:DIR, oci-archive:FILE, \
             docker-archive:FILE or docker-daemon:NAME"
        )
    })
}

/// What has no transport.
fn plain(written: &str) -> Result<Place, String> {
    let path = Path::new(written);
    if path.join("oci-layout").is_file() {
        return Ok(Place::Layout(path.into(), Choice::All));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let archive = matches!(extension, "tar" | "tgz" | "gz" | "zst" | "xz" | "bz2" | "oci" | "docker");
    let looks_like_a_path = written.starts_with(['.', '/', '~']);
    if path.is_file() && (archive || looks_like_a_path) {
        return Ok(Place::Archive(path.into(), Kind::Either, Choice::All));
    }
    if looks_like_a_path || (archive && !written.contains(':')) {
        let problem = if path.is_dir() {
            "a directory without a file oci-layout, so it is no image; `keysieve scan` reads plain directories"
        } else {
            "no such file or directory"
        };
        return Err(problem.to_owned());
    }
    name(written).map(Place::Registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(written: &str) -> Place {
        Reference::parse(written).expect("a reference").place
    }

    fn registry(written: &str) -> (String, String, Option<String>, Option<String>) {
        let Place::Registry(name) = place(written) else { panic!("not in a registry: {written}") };
        let text = |text: &str| text.to_owned();
        (
            text(name.resolve_registry()),
            text(name.repository()),
            name.tag().map(text),
            name.digest().map(text),
        )
    }

    #[test]
    fn names_of_registries_are_completed() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let text = |text: &str| text.to_owned();
        let latest = Some(text("latest"));
        assert_eq!(registry("alpine"), (text("index.docker.io"), text("library/alpine"), latest, None));
        let tag = Some(text("1.2"));
        let whole = (text("localhost:5000"), text("team/app"), tag.clone(), None);
        assert_eq!(registry("localhost:5000/team/app:1.2"), whole);
        assert_eq!(registry("docker://localhost:5000/team/app:1.2"), whole);
        let (.., with_tag, with_digest) = registry(&format!("r.example/a:1.2@{digest}"));
        assert_eq!((with_tag, with_digest), (tag, Some(digest)));
    }

    #[test]
    fn transports_name_a_path_and_an_image() {
        let digest = Digest::of(b"");
        assert_eq!(place("oci:dir"), Place::Layout("dir".into(), Choice::All));
        assert_eq!(place("oci:a/dir:v1"), Place::Layout("a/dir".into(), Choice::Named("v1".to_owned())));
        assert_eq!(place(&format!("oci:dir@{digest}")), Place::Layout("dir".into(), Choice::Digest(digest)));
        let named = Choice::Named("registry/app:1".to_owned());
        assert_eq!(
            place("docker-archive:x.tar:registry/app:1"),
            Place::Archive("x.tar".into(), Kind::Docker, named)
        );
        assert_eq!(place("oci-archive:x.tar:@2"), Place::Archive("x.tar".into(), Kind::Oci, Choice::Nth(2)));
        assert_eq!(place("docker-daemon:app:1"), Place::Daemon("app:1".to_owned()));
        assert_eq!(place("-"), Place::Stdin);
        let named = |name: &str| Choice::Named(name.to_owned());
        let store = Some(PathBuf::from("/var/store"));
        let stored = place("containers-storage:[overlay@/var/store+/run/store]r.example/app:1");
        assert_eq!(stored, Place::Storage(store.clone(), named("r.example/app:1")));
        assert_eq!(place("containers-storage:[/var/store]"), Place::Storage(store, Choice::All));
        assert_eq!(place("containers-storage:app"), Place::Storage(None, named("app")));
        assert!(Reference::parse("containers-storage:[vfs@/var/store]app").is_err());
        assert_eq!(place("docker-root:app:1"), Place::DockerRoot(None, named("app:1")));
        let root = Some(PathBuf::from("/mnt/docker"));
        assert_eq!(place("docker-root:[/mnt/docker]app"), Place::DockerRoot(root, named("app")));
    }

    #[test]
    fn a_plain_path_is_sniffed() {
        let directory = tempfile::tempdir().expect("a directory");
        let layout = directory.path().join("layout");
        std::fs::create_dir(&layout).expect("made");
        std::fs::write(layout.join("oci-layout"), "{}").expect("written");
        let archive = directory.path().join("image.tar");
        std::fs::write(&archive, "").expect("written");
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        assert_eq!(place(&text(&layout)), Place::Layout(layout.clone(), Choice::All));
        assert_eq!(place(&text(&archive)), Place::Archive(archive.clone(), Kind::Either, Choice::All));
        for wrong in ["./no-such.tar", "no-such.tar", "/", "a b", "UPPER/Case", "oci:", "dir:x"] {
            assert!(Reference::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_repository_does_not_change_with_the_tag() {
        for (written, repository) in [
            ("localhost:5000/team/app:1.2", "localhost:5000/team/app"),
            ("oci:dir:v1", "dir"),
            ("docker-daemon:host:5000/app", "host:5000/app"),
            ("docker-daemon:app:1", "app"),
        ] {
            assert_eq!(Reference::parse(written).expect("a reference").repository(), repository);
        }
    }
}
