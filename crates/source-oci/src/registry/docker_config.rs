//! Files that say what opens a registry: Docker's `config.json`, `auth.json` of the containers tools
//! (containers-auth.json(5)), the older `.dockercfg`, and Kubernetes secrets that hold one of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keysieve_finding::{MaskKind, Secret};
use serde::Deserialize;
use serde_json::Value;

use super::credential::Credential;
use crate::Error;

/// The largest file of this kind that is read.
const LIMIT: u64 = 4 << 20;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthFile {
    logins: Vec<(String, Credential)>,
    helpers: BTreeMap<String, String>,
    store: Option<String>,
}

/// Fields as the tools write them.
#[derive(Default, Deserialize)]
struct Written {
    #[serde(default)]
    auths: BTreeMap<String, Login>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

#[derive(Default, Deserialize)]
struct Login {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    identitytoken: Option<String>,
    #[serde(default)]
    registrytoken: Option<String>,
}

impl Login {
    fn credentials(&self) -> Vec<Credential> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let secret = |text: &str| Secret::new(text.as_bytes(), MaskKind::Password);
        let mut found = Vec::new();
        if let Some(token) = given(&self.registrytoken) {
            found.push(Credential::Token(secret(&token)));
        }
        if let Some(token) = given(&self.identitytoken) {
            found.push(Credential::Identity(secret(&token)));
        }
        let pair = given(&self.auth).and_then(|auth| {
            let bytes = STANDARD.decode(auth.trim()).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (user, password) = text.split_once(':')?;
            Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
        });
        let pair = pair.or_else(|| Some((given(&self.username)?, given(&self.password)?)));
        if let Some((user, password)) = pair.filter(|(_, password)| !password.is_empty()) {
            found.push(Credential::Password { user, password: secret(&password) });
        }
        found
    }
}

impl AuthFile {
    /// Reads a file. None if it is not there.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let name = || path.display().to_string();
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(file) => {
                file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| Error::io(name(), error))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(name(), error)),
        };
        if bytes.len() as u64 > LIMIT {
            return Err(Error::TooLarge { what: name(), limit: LIMIT });
        }
        Self::parse(&bytes).map(Some).ok_or_else(|| {
            Error::broken(name(), "neither a configuration of Docker nor a secret that holds one")
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self::of_value(&value, 0),
            Err(_) => in_manifest(text),
        }
    }

    fn of_value(value: &Value, depth: usize) -> Option<Self> {
        let object = value.as_object()?;
        if depth < 2 && object.get("kind").is_some() {
            // A secret, or a list of them.
            let mut all = Self::default();
            for item in object.get("items").and_then(Value::as_array).into_iter().flatten() {
                all.add(Self::of_value(item, depth + 1).unwrap_or_default());
            }
            for (data, encoded) in [("data", true), ("stringData", false)] {
                for key in [".dockerconfigjson", ".dockercfg"] {
                    if let Some(text) =
                        object.get(data).and_then(|data| data.get(key)).and_then(Value::as_str)
                    {
                        all.add(if encoded { Self::of_base64(text)? } else { Self::parse(text.as_bytes())? });
                    }
                }
            }
            return Some(all);
        }
        if ["auths", "credHelpers", "credsStore"].iter().any(|key| object.contains_key(*key)) {
            return serde_json::from_value(value.clone()).ok().map(Self::of_written);
        }
        // The older file has the hosts at its top; a configuration without any login is none.
        let auths = serde_json::from_value::<BTreeMap<String, Login>>(value.clone()).unwrap_or_default();
        Some(Self::of_written(Written { auths, ..Written::default() }))
    }

    fn of_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        Self::of_value(&serde_json::from_slice(&bytes).ok()?, 2)
    }

    fn of_written(written: Written) -> Self {
        let logins = written.auths.iter().flat_map(|(key, login)| {
            login.credentials().into_iter().map(|credential| (normal(key), credential))
        });
        Self {
            logins: logins.collect(),
            helpers: written.helpers.into_iter().map(|(host, name)| (normal(&host), name)).collect(),
            store: written.store.filter(|name| !name.is_empty()),
        }
    }

    fn add(&mut self, other: Self) {
        self.logins.extend(other.logins);
        self.helpers.extend(other.helpers);
        self.store = self.store.take().or(other.store);
    }

    /// The program that knows what opens a registry: one for it alone goes before one for all.
    pub(crate) fn helper(&self, registry: &str) -> Option<&str> {
        self.helpers.get(&normal(registry)).or(self.store.as_ref()).map(String::as_str)
    }

    /// The keys under which a helper may know a registry.
    pub(crate) fn server_names(registry: &str) -> Vec<String> {
        match normal(registry).as_str() {
            "docker.io" => vec!["https://index.docker.io/v1/".to_owned(), "docker.io".to_owned()],
            host => vec![host.to_owned(), format!("https://{host}")],
        }
    }

    /// The logins for a repository, those first whose key says most of it.
    pub(crate) fn logins(&self, registry: &str, repository: &str) -> Vec<Credential> {
        let registry = normal(registry);
        let mut fitting: Vec<(usize, usize, &Credential)> = Vec::new();
        for (at, (key, credential)) in self.logins.iter().enumerate() {
            if let Some(weight) = weight(key, &registry, repository) {
                fitting.push((usize::MAX - weight, at, credential));
            }
        }
        fitting.sort_by_key(|(weight, at, _)| (*weight, *at));
        fitting.into_iter().map(|(.., credential)| credential.clone()).collect()
    }
}

/// A key without what does not tell registries apart.
fn normal(key: &str) -> String {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    let key = key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key);
    match key.split_once('/') {
        None if matches!(key, "index.docker.io" | "registry-1.docker.io") => "docker.io".to_owned(),
        Some(("index.docker.io" | "registry-1.docker.io", path)) => format!("docker.io/{path}"),
        _ => key.to_owned(),
    }
}

/// How much of a repository a key says; none if it is another's. Hosts can have globs, label by label, as the kubelet
/// reads them.
fn weight(key: &str, registry: &str, repository: &str) -> Option<usize> {
    let (host, path) = key.split_once('/').unwrap_or((key, ""));
    let globbed = host.contains('*');
    let same_host = if globbed { glob_host(host, registry) } else { host == registry };
    let within = path.is_empty()
        || repository == path
        || repository.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    (same_host && within).then_some(2 * path.len() + usize::from(!globbed))
}

fn glob_host(pattern: &str, host: &str) -> bool {
    let split = |text: &str| -> (Vec<String>, String) {
        let (name, port) = text.split_once(':').unwrap_or((text, ""));
        (name.split('.').map(str::to_owned).collect(), port.to_owned())
    };
    let ((pattern, pattern_port), (host, port)) = (split(pattern), split(host));
    let label = |pattern: &str, label: &str| match pattern.split_once('*') {
        Some((before, after)) => {
            label.len() >= before.len() + after.len() && label.starts_with(before) && label.ends_with(after)
        }
        None => pattern == label,
    };
    pattern_port == port
        && pattern.len() == host.len()
        && pattern.iter().zip(&host).all(|(pattern, host)| label(pattern, host))
}

/// A secret of Kubernetes in YAML: its data is one line of base64 behind the key.
fn in_manifest(text: &str) -> Option<AuthFile> {
    let mut all: Option<AuthFile> = None;
    for line in text.lines() {
        let line = line.trim_start();
        let value = [".dockerconfigjson:", ".dockercfg:"].iter().find_map(|key| line.strip_prefix(key));
        if let Some(value) = value {
            let value = value.trim().trim_matches(['"', '\'']);
            all.get_or_insert_default().add(AuthFile::of_base64(value)?);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> AuthFile {
        AuthFile::parse(text.as_bytes()).expect("a configuration")
    }

    fn users(file: &AuthFile, registry: &str, repository: &str) -> Vec<String> {
        let user = |credential: Credential| match credential {
            Credential::Password { user, .. } => user,
            Credential::Identity(_) => "(identity)".to_owned(),
            Credential::Token(_) => "(token)".to_owned(),
        };
        file.logins(registry, repository).into_iter().map(user).collect()
    }

    fn login(user: &str) -> String {
        format!(r#"{{"auth": "{}"}}"#, STANDARD.encode(format!("{user}:x")))
    }

    #[test]
    fn the_key_that_says_most_of_a_repository_goes_first() {
        let keys =
            ["r.example", "r.example/team", "https://r.example/team/app", "*.example", "other.example"];
        let auths: Vec<String> = keys.iter().map(|key| format!("\"{key}\": {}", login(key))).collect();
        let file = parsed(&format!(r#"{{"auths": {{{}}}}}"#, auths.join(",")));
        let all = ["https://r.example/team/app", "r.example/team", "r.example", "*.example"];
        // The user of a key with a scheme ends at its first colon.
        let shown: Vec<&str> = all.iter().map(|key| key.split(':').next().expect("one")).collect();
        assert_eq!(users(&file, "r.example", "team/app"), shown);
        assert_eq!(users(&file, "r.example", "teams/app"), ["r.example", "*.example"]);
        assert_eq!(users(&file, "q.example", "x"), ["*.example"]);
        assert!(users(&file, "a.q.example", "x").is_empty(), "a glob is one label");
    }

    #[test]
    fn docker_hub_has_several_names() {
        let file = parsed(&format!(r#"{{"auths": {{"https://index.docker.io/v1/": {}}}}}"#, login("hub")));
        assert_eq!(users(&file, "index.docker.io", "library/alpine"), ["hub"]);
        assert_eq!(users(&file, "docker.io", "library/alpine"), ["hub"]);
    }

    #[test]
    fn older_files_and_secrets_of_kubernetes_are_read() {
        let old = format!(r#"{{"r.example": {}}}"#, login("old"));
        assert_eq!(users(&parsed(&old), "r.example", "x"), ["old"]);
        let data = STANDARD.encode(r#"{"auths": {"r.example": {"username": "u", "password": "p"}}}"#);
        let json = format!(
            r#"{{"kind": "List", "items": [{{"kind": "Secret", "data": {{".dockerconfigjson": "{data}"}}}}]}}"#
        );
        assert_eq!(users(&parsed(&json), "r.example", "x"), ["u"]);
        let yaml = format!("kind: Secret\ndata:\n  .dockerconfigjson: {data}\n");
        assert_eq!(users(&parsed(&yaml), "r.example", "x"), ["u"]);
        assert!(AuthFile::parse(b"kind: Pod\n").is_none());
    }

    #[test]
    fn a_helper_for_one_registry_goes_before_one_for_all() {
        let file = parsed(r#"{"credsStore": "all", "credHelpers": {"https://r.example": "one"}}"#);
        assert_eq!(file.helper("r.example"), Some("one"));
        assert_eq!(file.helper("q.example"), Some("all"));
    }
}
