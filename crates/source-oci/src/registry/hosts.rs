//! One directory for each registry: certificates as docker and podman have them (`containers-certs.d(5)`), and mirrors
//! as containerd has them (its `docs/hosts.md`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use oci_client::Reference as Name;
use reqwest::Url;
use serde::Deserialize;
use toml::Spanned;

use super::mirrors::{Endpoint, HostSettings, read, unreadable};
use crate::Error;

/// A `hosts.toml`.
#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    server: Option<String>,
    #[serde(default)]
    host: BTreeMap<Spanned<String>, Host>,
}

#[derive(Debug, Default, Deserialize)]
struct Host {
    #[serde(default)]
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    ca: Option<Files>,
    #[serde(default)]
    client: Option<Files>,
    #[serde(default)]
    skip_verify: bool,
    #[serde(default)]
    override_path: bool,
    /// What we do not send, so that such a host is not asked.
    #[serde(default)]
    header: Option<toml::Table>,
}

/// One file, several, or pairs of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Files {
    One(PathBuf),
    Several(Vec<PathBuf>),
    Pairs(Vec<Vec<PathBuf>>),
}

impl Files {
    fn all(&self) -> Vec<PathBuf> {
        match self {
            Self::One(file) => vec![file.clone()],
            Self::Several(files) => files.clone(),
            Self::Pairs(pairs) => pairs.iter().filter_map(|pair| pair.first()).cloned().collect(),
        }
    }

    /// A certificate and its key, which may be in one file.
    fn pair(&self) -> Option<(PathBuf, PathBuf)> {
        match self {
            Self::One(file) => Some((file.clone(), file.clone())),
            Self::Several(files) => files.first().map(|file| (file.clone(), file.clone())),
            Self::Pairs(pairs) => {
                let pair = pairs.first()?;
                let certificate = pair.first()?.clone();
                let key =
                    pair.get(1).filter(|key| !key.as_os_str().is_empty()).unwrap_or(&certificate).clone();
                Some((certificate, key))
            }
        }
    }
}

/// The mirrors that containerd has for a registry.
pub(crate) fn hosts_of(directories: &[PathBuf], name: &Name) -> Result<Vec<Endpoint>, Error> {
    let registry = name.registry();
    let names = [registry.to_owned(), registry.replace(':', "_") + "_", "_default".to_owned()];
    for directory in directories {
        for own in names.iter().map(|name| directory.join(name)) {
            let file = own.join("hosts.toml");
            if let Some(text) = read(&file)? {
                let parsed: File = toml::from_str(&text).map_err(|error| unreadable(&file, &error))?;
                return Ok(parsed.endpoints(name, &own));
            }
        }
    }
    Ok(Vec::new())
}

impl File {
    fn endpoints(&self, name: &Name, directory: &Path) -> Vec<Endpoint> {
        let mut hosts: Vec<(&Spanned<String>, &Host)> = self.host.iter().collect();
        // In the order in which they stand there.
        hosts.sort_by_key(|(url, _)| url.span().start);
        let mut endpoints: Vec<Endpoint> = hosts
            .into_iter()
            .filter_map(|(url, host)| host.endpoint(url.get_ref(), name, directory))
            .collect();
        // In the place of the registry itself.
        let server =
            self.server.as_ref().and_then(|server| Host::default().endpoint(server, name, directory));
        endpoints.extend(server.map(|mut server| {
            server.settings.is_mirror = false;
            server
        }));
        endpoints
    }
}

impl Host {
    fn can(&self, what: &str) -> bool {
        self.capabilities.as_ref().is_none_or(|all| all.iter().any(|one| one == what))
    }

    /// `None` for one that cannot be asked as it wants to be.
    fn endpoint(&self, url: &str, name: &Name, directory: &Path) -> Option<Endpoint> {
        if !self.can("pull") || self.header.is_some() {
            return None;
        }
        let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let url = Url::parse(&url).ok()?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        // Below `/v2/` whatever comes next is a part of the repository's name.
        let path = url.path().trim_matches('/');
        let below = match (self.override_path, path) {
            (_, "" | "v2") => "",
            (true, path) => path.strip_prefix("v2/")?,
            (false, _) => return None,
        };
        let separator = if below.is_empty() { "" } else { "/" };
        let repository = format!("{below}{separator}{}", name.repository());
        let mut own = match (name.tag(), name.digest()) {
            (Some(tag), Some(digest)) => Name::with_tag_and_digest(
                name.registry().to_owned(),
                repository,
                tag.to_owned(),
                digest.to_owned(),
            ),
            (None, Some(digest)) => {
                Name::with_digest(name.registry().to_owned(), repository, digest.to_owned())
            }
            (tag, None) => {
                Name::with_tag(name.registry().to_owned(), repository, tag.unwrap_or("latest").to_owned())
            }
        };
        // Then it is told whose images are wanted: `?ns=`.
        own.set_mirror_registry(host);
        let within = |file: PathBuf| directory.join(file);
        let settings = HostSettings {
            plain: url.scheme() == "http",
            insecure: self.skip_verify,
            authorities: self
                .ca
                .as_ref()
                .map(Files::all)
                .unwrap_or_default()
                .into_iter()
                .map(within)
                .collect(),
            client: self.client.as_ref().and_then(Files::pair).map(|(one, key)| (within(one), within(key))),
            is_mirror: true,
        };
        Some(Endpoint { name: own, settings, tags: self.can("resolve"), digests: true })
    }
}

/// What directories of certificates have for a registry: `*.crt` is trusted, `*.cert` with its `*.key` says who we are.
pub(crate) fn certificates_of(directories: &[PathBuf], registry: &str) -> HostSettings {
    let mut settings = HostSettings::default();
    for directory in directories {
        let listed = fs::read_dir(directory.join(registry));
        let mut files: Vec<PathBuf> =
            listed.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("crt") => settings.authorities.push(file),
                Some("cert") => {
                    let key = file.with_extension("key");
                    settings.client.get_or_insert((file, key));
                }
                _ => {}
            }
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_asked_in_the_order_of_the_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let own = directory.path().join("docker.io");
        fs::create_dir(&own).expect("made");
        let text = r#"
            server = "https://registry.example"
            [host."https://z.example/v2/proxy"]
            capabilities = ["pull"]
            override_path = true
            ca = "z.pem"
            [host."http://a.example:5000"]
            capabilities = ["pull", "resolve"]
            client = [["a.cert", "a.key"]]
            [host."https://pushed.example"]
            capabilities = ["push"]
            [host."https://odd.example/path"]
        "#;
        fs::write(own.join("hosts.toml"), text).expect("written");
        let name: Name = "alpine:3".parse().expect("a name");
        let found = hosts_of(&[directory.path().to_owned()], &name).expect("read");
        let shown: Vec<(&str, &str, bool, bool)> = found
            .iter()
            .map(|it| (it.name.resolve_registry(), it.name.repository(), it.settings.plain, it.tags))
            .collect();
        let expected = [
            ("z.example", "proxy/library/alpine", false, false),
            ("a.example:5000", "library/alpine", true, true),
            ("registry.example", "library/alpine", false, true),
        ];
        assert_eq!(shown, expected);
        assert_eq!(found[0].settings.authorities, [own.join("z.pem")]);
        assert_eq!(found[1].settings.client, Some((own.join("a.cert"), own.join("a.key"))));
        assert_eq!(found[1].name.namespace(), Some("docker.io"));
    }

    #[test]
    fn certificates_stand_in_the_directory_of_their_registry() {
        let directory = tempfile::tempdir().expect("a directory");
        let own = directory.path().join("r.example:5000");
        fs::create_dir(&own).expect("made");
        for file in ["ca.crt", "me.cert", "me.key", "README"] {
            fs::write(own.join(file), "").expect("written");
        }
        let found = certificates_of(&[directory.path().to_owned()], "r.example:5000");
        assert_eq!(found.authorities, [own.join("ca.crt")]);
        assert_eq!(found.client, Some((own.join("me.cert"), own.join("me.key"))));
        assert_eq!(certificates_of(&[directory.path().to_owned()], "r.example"), HostSettings::default());
    }
}
