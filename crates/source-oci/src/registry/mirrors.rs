//! Where else a repository may be asked for: `registries.conf` of podman and CRI-O (`containers-registries.conf(5)`,
//! version 2) and the `hosts.toml` files of containerd (its `docs/hosts.md`).

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use oci_client::Reference as Name;
use serde::Deserialize;

use super::hosts::hosts_of;
use super::short_names::{self, ShortNames};
use crate::Error;

/// The largest configuration file.
const LONGEST: u64 = 4 << 20;

/// Where repositories are asked for in the place of where they are named to be.
#[derive(Clone, Debug, Default)]
pub struct Mirrors {
    registries: Vec<Registry>,
    /// Directories with one of its own for each registry.
    pub(crate) directories: Vec<PathBuf>,
    /// What names without a registry mean.
    short_names: ShortNames,
}

/// One place where a repository can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) name: Name,
    pub(crate) settings: HostSettings,
    /// Whether it may say what a tag means, and whether it may be asked by digest.
    pub(crate) tags: bool,
    pub(crate) digests: bool,
}

/// How one registry is spoken to, besides what is asked for on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HostSettings {
    /// Whether it has no TLS.
    pub(crate) plain: bool,
    /// Whether any certificate is believed, and none is needed.
    pub(crate) insecure: bool,
    /// Certificates that are trusted, in PEM.
    pub(crate) authorities: Vec<PathBuf>,
    /// What we prove with who we are: a certificate and its key, in PEM.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
    /// Whether something else is asked if it does not answer.
    pub(crate) is_mirror: bool,
}

#[derive(Debug, Default, Deserialize)]
struct File {
    #[serde(default, rename = "registry")]
    registries: Vec<Registry>,
    #[serde(flatten)]
    short_names: ShortNames,
}

/// A `[[registry]]` of registries.conf.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Registry {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    mirror_by_digest_only: bool,
    #[serde(default, rename = "mirror")]
    mirrors: Vec<Mirror>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Mirror {
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    pull_from_mirror: Pulls,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pulls {
    #[default]
    All,
    DigestOnly,
    TagOnly,
}

impl Registry {
    /// What a name begins with that it is for.
    fn prefix(&self) -> &str {
        if self.prefix.is_empty() { &self.location } else { &self.prefix }
    }

    /// How much of a name it is for; `None` if it is for others.
    fn matches(&self, name: &str) -> Option<usize> {
        let prefix = self.prefix();
        if let Some(suffix) = prefix.strip_prefix("*.") {
            let host = name.split('/').next().unwrap_or(name);
            let above = host.strip_suffix(suffix)?;
            return (above.len() > 1 && above.ends_with('.')).then_some(host.len());
        }
        let rest = name.strip_prefix(prefix)?;
        (!prefix.is_empty() && (rest.is_empty() || rest.starts_with(['/', ':']))).then_some(prefix.len())
    }
}

impl Mirrors {
    /// What files of `registries.conf` and directories of certificates say. Of two entries for one prefix the later
    /// counts. What is not there says nothing, unless it was asked for.
    ///
    /// # Errors
    /// If a file is there and cannot be read.
    pub fn find(files: &[PathBuf], directories: &[PathBuf]) -> Result<Self, Error> {
        let mut registries: BTreeMap<String, Registry> = BTreeMap::new();
        let mut short_names = ShortNames::default();
        let mut add = |file: &Path| add(file, &mut registries, &mut short_names);
        for file in files {
            let shown = file.display().to_string();
            let missing = || Error::missing(shown.clone(), "no such file or directory");
            add(file)?.then_some(()).ok_or_else(missing)?;
        }
        if files.is_empty() {
            for file in usual_files().into_iter().chain(short_names::usual_files()) {
                add(&file)?;
            }
        }
        for directory in directories {
            if !directory.is_dir() {
                return Err(Error::missing(directory.display().to_string(), "no such directory"));
            }
        }
        let directories = directories.iter().cloned().chain(usual_directories()).collect();
        Ok(Self { registries: registries.into_values().collect(), directories, short_names })
    }

    /// What a name as it was written can mean, in the order in which it is to be looked for; nothing if only what it says.
    pub(crate) fn meanings(&self, written: &str, name: &Name) -> Result<Vec<Name>, Error> {
        self.short_names.meanings(written, name)
    }

    /// Where a repository is to be asked for, in that order; the last one is its own registry.
    pub(crate) fn endpoints(&self, name: &Name) -> Result<Vec<Endpoint>, Error> {
        let whole = format!("{}/{}", name.registry(), name.repository());
        let matching =
            self.registries.iter().filter_map(|registry| Some((registry.matches(&whole)?, registry)));
        let Some((length, registry)) = matching.max_by_key(|(_, registry)| registry.prefix().len()) else {
            let mut endpoints = hosts_of(&self.directories, name)?;
            if endpoints.iter().all(|endpoint| endpoint.settings.is_mirror) {
                endpoints.push(Endpoint::own(name.clone(), HostSettings::default()));
            }
            return Ok(endpoints);
        };
        if registry.blocked {
            return Err(Error::refused(whole, "registries.conf blocks it"));
        }
        let rest = &whole[length..];
        let mut endpoints = Vec::new();
        for mirror in &registry.mirrors {
            let by_digest = registry.mirror_by_digest_only || mirror.pull_from_mirror == Pulls::DigestOnly;
            endpoints.push(Endpoint {
                name: moved(name, &mirror.location, rest)?,
                settings: HostSettings {
                    insecure: mirror.insecure,
                    is_mirror: true,
                    ..HostSettings::default()
                },
                tags: !by_digest,
                digests: mirror.pull_from_mirror != Pulls::TagOnly,
            });
        }
        let own =
            if registry.location.is_empty() { name.clone() } else { moved(name, &registry.location, rest)? };
        endpoints.push(Endpoint::own(
            own,
            HostSettings { insecure: registry.insecure, ..HostSettings::default() },
        ));
        Ok(endpoints)
    }
}

impl Endpoint {
    const fn own(name: Name, settings: HostSettings) -> Self {
        Self { name, settings, tags: true, digests: true }
    }
}

/// The same image at another location.
pub(crate) fn moved(name: &Name, location: &str, rest: &str) -> Result<Name, Error> {
    let wrong =
        || Error::broken(format!("registries.conf: {location}"), "not the name of a registry or repository");
    let whole = format!("{location}{rest}");
    let (registry, repository) = whole.split_once('/').ok_or_else(wrong)?;
    // What has no port and no dot would be read as a part of a repository.
    let tag = name.tag().map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = name.digest().map(|digest| format!("@{digest}")).unwrap_or_default();
    let moved: Name = format!("{registry}/{repository}{tag}{digest}").parse().map_err(|_| wrong())?;
    if moved.registry() == registry && moved.repository() == repository { Ok(moved) } else { Err(wrong()) }
}

/// Adds what a file says. Says whether it is there.
fn add(
    file: &Path,
    registries: &mut BTreeMap<String, Registry>,
    short_names: &mut ShortNames,
) -> Result<bool, Error> {
    let Some(text) = read(file)? else { return Ok(false) };
    let parsed: File = toml::from_str(&text).map_err(|error| unreadable(file, &error))?;
    for registry in parsed.registries {
        registries.insert(registry.prefix().to_owned(), registry);
    }
    short_names.add(parsed.short_names);
    Ok(true)
}

/// A configuration file, if it is there.
pub(crate) fn read(file: &Path) -> Result<Option<String>, Error> {
    match fs::metadata(file) {
        Ok(metadata) if metadata.len() > LONGEST => {
            return Err(Error::TooLarge { what: file.display().to_string(), limit: LONGEST });
        }
        Ok(metadata) if !metadata.is_file() => return Ok(None),
        _ => {}
    }
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::io(file.display().to_string(), error)),
    }
}

/// What is wrong with a file, without anything of what stands in it.
pub(crate) fn unreadable(file: &Path, error: &toml::de::Error) -> Error {
    let at = error.span().map_or_else(String::new, |span| format!(" at byte {}", span.start));
    Error::broken(file.display().to_string(), format!("not the TOML that it should be{at}"))
}

/// The files that podman and skopeo read, the weaker first.
fn usual_files() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(file) = variable("CONTAINERS_REGISTRIES_CONF") {
        return vec![file];
    }
    let user = variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")));
    let system = PathBuf::from("/etc/containers");
    let user = user.map(|directory| directory.join("containers"));
    let own = user.iter().map(|user| user.join("registries.conf")).find(|file| file.is_file());
    let mut files = vec![own.unwrap_or_else(|| system.join("registries.conf"))];
    for directory in [Some(system), user].into_iter().flatten() {
        let listed = fs::read_dir(directory.join("registries.conf.d"));
        let mut more: Vec<PathBuf> =
            listed.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        more.retain(|file| file.extension().is_some_and(|extension| extension == "conf"));
        more.sort();
        files.extend(more);
    }
    files
}

/// The directories that docker, podman and containerd have for certificates and mirrors.
fn usual_directories() -> Vec<PathBuf> {
    let all = ["/etc/containers/certs.d", "/etc/docker/certs.d", "/etc/containerd/certs.d"];
    all.iter().map(PathBuf::from).filter(|directory| directory.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirrors(text: &str) -> Mirrors {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("registries.conf");
        fs::write(&file, text).expect("written");
        Mirrors { directories: Vec::new(), ..Mirrors::find(&[file], &[]).expect("read") }
    }

    fn asked(mirrors: &Mirrors, name: &str) -> Vec<(String, bool, bool, bool)> {
        let endpoints = mirrors.endpoints(&name.parse().expect("a name")).expect("not blocked");
        let one = |it: Endpoint| (it.name.whole(), it.settings.insecure, it.tags, it.digests);
        endpoints.into_iter().map(one).collect()
    }

    #[test]
    fn the_longest_prefix_counts_and_mirrors_come_first() {
        let mirrors = mirrors(
            r#"
            unqualified-search-registries = ["docker.io"]
            [[registry]]
            prefix = "r.example/team"
            location = "inner.example:5000/our"
            insecure = true
            [[registry.mirror]]
            location = "one.example/cache"
            [[registry.mirror]]
            location = "two.example"
            insecure = true
            pull-from-mirror = "digest-only"
            [[registry]]
            location = "r.example"
            blocked = true
            [[registry]]
            prefix = "*.wild.example"
            location = "tame.example"
            "#,
        );
        let text = |text: &str| text.to_owned();
        let expected = vec![
            (text("one.example/cache/app:1"), false, true, true),
            (text("two.example/app:1"), true, false, true),
            (text("inner.example:5000/our/app:1"), true, true, true),
        ];
        assert_eq!(asked(&mirrors, "r.example/team/app:1"), expected);
        assert_eq!(
            asked(&mirrors, "a.wild.example/x/y:2"),
            [(text("tame.example/x/y:2"), false, true, true)]
        );
        assert_eq!(asked(&mirrors, "wild.example/x:2")[0].0, "wild.example/x:2");
        let blocked = mirrors.endpoints(&"r.example/teams:1".parse().expect("a name"));
        assert!(blocked.is_err_and(|error| error.to_string().contains("blocks")));
    }

    #[test]
    fn what_is_wrong_with_a_file_shows_nothing_of_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("registries.conf");
        fs::write(&file, "[[registry]]\nlocation = hunter2").expect("written");
        let said = Mirrors::find(&[file], &[]).expect_err("not TOML").to_string();
        assert!(said.contains("not the TOML") && !said.contains("hunter2"), "{said}");
        assert!(Mirrors::find(&[directory.path().join("none")], &[]).is_err());
    }
}
