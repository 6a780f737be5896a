//! The images in `--refs-from`: a list, or whatever Kubernetes manifests name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use saphyr_parser::{Event, Parser};

/// The largest list.
const LONGEST: u64 = 256 << 20;

/// Reads the names of images from a file: one a line, or those in manifests (YAML, or the JSON of `kubectl get`), each
/// once.
pub(crate) fn read(list: &Path) -> Result<Vec<String>> {
    let name = if list == Path::new("-") { "standard input".into() } else { list.to_string_lossy() };
    let mut text = String::new();
    let read = match list == Path::new("-") {
        true => io::stdin().lock().take(LONGEST).read_to_string(&mut text),
        false => File::open(list).and_then(|file| file.take(LONGEST).read_to_string(&mut text)),
    };
    read.with_context(|| format!("--refs-from: {name}"))?;
    if !is_manifest(&text) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        return Ok(lines.map(str::to_owned).collect());
    }
    let mut named = in_manifests(&text).with_context(|| format!("--refs-from: {name}"))?;
    if let Some(template) = named.iter().find(|image| image.contains("{{") || image.contains("${")) {
        bail!(
            "--refs-from: {name}: `{template}` is a template; render it first (helm template, kustomize build)"
        );
    }
    if named.is_empty() {
        bail!("--refs-from: {name}: no image is named in it");
    }
    let mut seen = std::collections::HashSet::new();
    named.retain(|image| seen.insert(image.clone()));
    Ok(named)
}

/// Whether a text is YAML or JSON rather than a list: no name of an image has a colon before a space or at its end.
fn is_manifest(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| {
        line.starts_with(['{', '[', '-', '%']) || line.ends_with(':') || line.contains(": ")
    })
}

/// A map or a list that has not ended.
#[derive(Default)]
struct Open {
    is_map: bool,
    /// The key of the map that it is the value of.
    own: Option<String>,
    /// The key that waits for its value.
    key: Option<String>,
    image: Image,
}

/// An image whose name is given in parts, as charts do, or as that of a volume.
#[derive(Default)]
struct Image {
    registry: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
    digest: Option<String>,
}

impl Image {
    fn name(self) -> Option<String> {
        let mut name = self.registry.map(|registry| format!("{registry}/")).unwrap_or_default();
        name.push_str(&self.repository?);
        if let Some(tag) = self.tag {
            name.push_str(&format!(":{tag}"));
        }
        if let Some(digest) = self.digest {
            name.push_str(&format!("@{digest}"));
        }
        Some(name)
    }
}

fn in_manifests(text: &str) -> Result<Vec<String>> {
    let (mut named, mut open) = (Vec::new(), Vec::<Open>::new());
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| {
            anyhow::anyhow!("line {}: neither a list nor YAML: {}", error.marker().line(), error.info())
        })?;
        let begin = |is_map, open: &mut Vec<Open>| {
            let own = open.last_mut().and_then(|around| around.key.take());
            open.push(Open { is_map, own, ..Open::default() });
        };
        match event {
            Event::MappingStart(..) => begin(true, &mut open),
            Event::SequenceStart(..) => begin(false, &mut open),
            Event::SequenceEnd => drop(open.pop()),
            Event::MappingEnd => {
                if let Some(Open { own: Some(own), image, .. }) = open.pop()
                    && own == "image"
                {
                    named.extend(image.name());
                }
            }
            Event::Alias(_) => {
                if let Some(around) = open.last_mut() {
                    around.key = None;
                }
            }
            Event::Scalar(text, ..) => {
                let Some(around) = open.last_mut().filter(|around| around.is_map) else { continue };
                match around.key.take() {
                    None => around.key = Some(text.into_owned()),
                    Some(_) if text.is_empty() => {}
                    Some(key) => around.value(&key, text.into_owned(), &mut named),
                }
            }
            _ => {}
        }
    }
    Ok(named)
}

impl Open {
    fn value(&mut self, key: &str, value: String, named: &mut Vec<String>) {
        match key {
            "image" => named.push(value),
            "registry" => self.image.registry = Some(value),
            "repository" | "reference" => self.image.repository = Some(value),
            "tag" => self.image.tag = Some(value),
            "digest" => self.image.digest = Some(value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_named_wherever_manifests_name_them() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - {name: a, image: 'one:1'}\n  containers:\n  - name: b\n    image: two@sha256:00\n  volumes:\n  - image:\n      reference: three\n---\nimage:\n  registry: r.example\n  repository: four\n  tag: \"4\"\nrepository: none\n";
        assert_eq!(
            in_manifests(text).expect("YAML"),
            ["one:1", "two@sha256:00", "three", "r.example/four:4"]
        );
        let json = r#"{"items": [{"spec": {"containers": [{"image": "five:5"}]}}]}"#;
        assert_eq!(in_manifests(json).expect("JSON"), ["five:5"]);
    }

    #[test]
    fn a_list_is_told_from_a_manifest() {
        for list in ["# ours\nregistry.example:5000/app:1\n", "oci:layout:v1", ""] {
            assert!(!is_manifest(list), "{list}");
        }
        for manifest in ["---\na: b", "kind:\n  x", "{\"a\": 1}", "- image: x"] {
            assert!(is_manifest(manifest), "{manifest}");
        }
    }
}
