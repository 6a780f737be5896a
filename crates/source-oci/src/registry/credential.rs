//! What opens a registry, and where it is looked for.

use std::env;
use std::path::{Path, PathBuf};

use keysieve_finding::Secret;

use super::credential_helper;
use super::docker_config::AuthFile;
use crate::Error;

/// What opens a registry.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A name and a password, or what stands for one.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An OAuth2 refresh token, which is changed for others: what `docker login` keeps as `identitytoken`.
    Identity(Secret),
    /// What the registry takes as it is.
    Token(Secret),
}

/// Where it is looked for what opens a registry.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    given: Option<Credential>,
    files: Vec<AuthFile>,
}

impl Credentials {
    /// What was given; then what is in these files; then what the tools keep, as `containers-auth.json(5)` has it:
    /// `$REGISTRY_AUTH_FILE`, `containers/auth.json` in `$XDG_RUNTIME_DIR`, or `/run/containers/UID/auth.json` without
    /// one, `containers/auth.json` in `$XDG_CONFIG_HOME` or `~/.config`, and `config.json` in `$DOCKER_CONFIG` or
    /// `~/.docker`.
    ///
    /// # Errors
    /// If a file is there and cannot be read, or one of `files` is not there.
    pub fn find(given: Option<Credential>, files: &[PathBuf]) -> Result<Self, Error> {
        let mut found = Self { given, files: Vec::new() };
        for path in files {
            let file = AuthFile::read(path)?;
            let missing = || Error::missing(path.display().to_string(), "no such file or directory");
            found.files.push(file.ok_or_else(missing)?);
        }
        for path in usual() {
            found.files.extend(AuthFile::read(&path)?);
        }
        Ok(found)
    }

    /// What was given, and nothing else.
    #[must_use]
    pub fn given(given: Option<Credential>) -> Self {
        Self { given, files: Vec::new() }
    }

    /// Everything that may open a repository, in the order in which it is to be tried. Asks helpers.
    pub(crate) fn of(&self, registry: &str, repository: &str) -> Vec<Credential> {
        let mut found: Vec<Credential> = self.given.iter().cloned().collect();
        for file in &self.files {
            if let Some(name) = file.helper(registry) {
                found.extend(
                    AuthFile::server_names(registry)
                        .iter()
                        .find_map(|server| credential_helper::ask(name, server)),
                );
            }
            found.extend(file.logins(registry, repository));
        }
        found
    }
}

/// Where podman and buildah keep logins of whoever has no directory for a session: root in a container.
#[cfg(unix)]
fn own_run() -> Option<PathBuf> {
    Some(format!("/run/containers/{}/auth.json", rustix::process::geteuid().as_raw()).into())
}

#[cfg(not(unix))]
fn own_run() -> Option<PathBuf> {
    None
}

/// The files that the tools read.
fn usual() -> Vec<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || variable("HOME");
    let mut paths = Vec::new();
    paths.extend(variable("REGISTRY_AUTH_FILE"));
    paths.extend(
        variable("XDG_RUNTIME_DIR").map(|directory| directory.join("containers/auth.json")).or_else(own_run),
    );
    let config = variable("XDG_CONFIG_HOME").or_else(|| home().map(|home| home.join(".config")));
    paths.extend(config.map(|config| config.join("containers/auth.json")));
    let docker = variable("DOCKER_CONFIG").or_else(|| home().map(|home| home.join(".docker")));
    paths.extend(docker.map(|directory: PathBuf| directory.join(Path::new("config.json"))));
    paths
}
