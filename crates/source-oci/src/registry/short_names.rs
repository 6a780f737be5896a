//! Names without a registry, as podman, buildah and CRI-O complete them: aliases and `unqualified-search-registries` of
//! `containers-registries.conf(5)`, and the aliases that podman keeps (`short-name-aliases.conf`). Where nothing of the
//! kind is configured, they mean `docker.io`, as for Docker, containerd and Kubernetes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use oci_client::Reference as Name;
use serde::Deserialize;

use super::mirrors::moved;
use crate::Error;

/// What files say of names without a registry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ShortNames {
    /// Where they are looked for, in that order.
    #[serde(default)]
    unqualified_search_registries: Option<Vec<String>>,
    /// What some of them mean: whole names without a tag; nothing takes an alias back.
    #[serde(default)]
    aliases: BTreeMap<String, String>,
}

impl ShortNames {
    /// Adds what a stronger file says.
    pub(crate) fn add(&mut self, stronger: Self) {
        self.aliases.extend(stronger.aliases);
        if stronger.unqualified_search_registries.is_some() {
            self.unqualified_search_registries = stronger.unqualified_search_registries;
        }
    }

    /// What a name as it was written can mean, in the order in which it is to be looked for; nothing if it is not short,
    /// or nothing is configured for it. `name` is what it means then.
    pub(crate) fn meanings(&self, written: &str, name: &Name) -> Result<Vec<Name>, Error> {
        let Some(short) = short(written) else { return Ok(Vec::new()) };
        if let Some(meaning) = self.aliases.get(short).filter(|meaning| !meaning.is_empty()) {
            return Ok(vec![moved(name, meaning, "")?]);
        }
        let searched = self.unqualified_search_registries.iter().flatten();
        let within = |registry: &String| match registry.as_str() {
            // Whose names without an owner are those of its library.
            "docker.io" => Ok(name.clone()),
            registry => moved(name, registry, &format!("/{short}")),
        };
        searched.map(within).collect()
    }
}

/// A name without its tag and digest, if it has no registry.
fn short(written: &str) -> Option<&str> {
    let name = written.split('@').next()?;
    let name = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    match name.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => None,
        _ => Some(name),
    }
}

/// Where podman keeps the aliases that it was told of.
pub(crate) fn usual_files() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    let directories = [Some(PathBuf::from("/var/cache")), user].into_iter().flatten();
    directories.map(|directory| directory.join("containers/short-name-aliases.conf")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(text: &str, written: &str) -> Vec<String> {
        let mut names = ShortNames::default();
        text.split("---").for_each(|file| names.add(toml::from_str(file).expect("TOML")));
        let name: Name = written.parse().expect("a name");
        names.meanings(written, &name).expect("names").iter().map(Name::whole).collect()
    }

    #[test]
    fn a_short_name_means_its_alias_or_is_looked_for_in_turn() {
        let text = r#"
            unqualified-search-registries = ["overridden.example"]
            [aliases]
            "fedora" = "registry.example/f/fedora"
            "gone" = "elsewhere.example/gone"
            ---
            unqualified-search-registries = ["r.example:5000", "docker.io"]
            [aliases]
            "gone" = ""
        "#;
        assert_eq!(meanings(text, "fedora:41"), ["registry.example/f/fedora:41"]);
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(
            meanings(text, &format!("fedora@{digest}")),
            [format!("registry.example/f/fedora@{digest}")]
        );
        assert_eq!(meanings(text, "gone:1"), ["r.example:5000/gone:1", "docker.io/library/gone:1"]);
        assert_eq!(
            meanings(text, "team/app"),
            ["r.example:5000/team/app:latest", "docker.io/team/app:latest"]
        );
        for whole in ["docker.io/fedora", "localhost/fedora", "host:5000/fedora", "r.example/a/fedora:1"] {
            assert!(meanings(text, whole).is_empty(), "{whole}");
        }
        assert!(meanings("", "fedora").is_empty());
    }
}
