//! What the documents of an image say, as far as it is needed to read the image. What else they say is scanned with
//! them: the documents are kept whole, see [`Document`].
//!
//! The formats are those of the OCI image specification 1.1 (`manifest.md`, `image-index.md`, `config.md`) and of
//! Docker's image manifest v2, schema 2, which share their fields.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::digest::Digest;
use crate::platform::Platform;

/// The largest manifest or index that is read: that of the distribution specification.
pub(crate) const MANIFEST_LIMIT: u64 = 4 << 20;

/// The largest configuration that is read.
pub(crate) const CONFIG_LIMIT: u64 = 16 << 20;

/// What a blob is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Descriptor {
    #[serde(default, rename = "mediaType")]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    #[serde(default)]
    pub(crate) size: Option<u64>,
    #[serde(default)]
    pub(crate) platform: Option<Platform>,
    #[serde(default)]
    pub(crate) annotations: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    pub(crate) urls: Option<Vec<String>>,
    #[serde(default, rename = "artifactType")]
    pub(crate) artifact_type: Option<String>,
}

impl Descriptor {
    /// A blob of which only the digest is known.
    pub(crate) fn bare(digest: Digest) -> Self {
        Self {
            media_type: String::new(),
            digest,
            size: None,
            platform: None,
            annotations: None,
            urls: None,
            artifact_type: None,
        }
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name)?.as_str()
    }

    /// Whether it is no manifest and no index, but a layer, or what BuildKit notes of a build.
    pub(crate) fn is_content(&self) -> bool {
        [".layer.", ".rootfs.", ".cacheconfig."].iter().any(|part| self.media_type.contains(part))
    }

    /// What BuildKit's attestations say they are about.
    pub(crate) fn attests(&self) -> Option<&str> {
        let attestation = self.annotation("vnd.docker.reference.type")? == "attestation-manifest";
        attestation.then(|| self.annotation("vnd.docker.reference.digest").unwrap_or("an image"))
    }

    /// Whether its bytes are somewhere else, where they may not be shared (foreign or non-distributable layers).
    pub(crate) fn is_foreign(&self) -> bool {
        self.media_type.contains("foreign") || self.media_type.contains("nondistributable")
    }
}

/// An index or a manifest: which one, its fields say.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Manifest {
    #[serde(default)]
    pub(crate) manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Option<Vec<Descriptor>>,
    /// Layers as artifact manifests call them.
    #[serde(default)]
    pub(crate) blobs: Option<Vec<Descriptor>>,
    #[serde(default, rename = "artifactType")]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) annotations: Option<BTreeMap<String, Value>>,
    #[serde(default, rename = "schemaVersion")]
    pub(crate) schema_version: Option<u64>,
}

impl Manifest {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = json(bytes)?;
        if manifest.schema_version == Some(1) {
            return Err("a manifest of schema 1, which was given up in 2017; push the image again".to_owned());
        }
        if manifest.manifests.is_none() && manifest.layers.is_none() && manifest.blobs.is_none() {
            return Err("neither an index nor a manifest: it has no manifests and no layers".to_owned());
        }
        Ok(manifest)
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name)?.as_str()
    }
}

/// How many objects, and how many lists and members in them, a document may have: in memory each takes many times as much
/// as it is long.
const MOST_OBJECTS: usize = 50_000;
const MOST_PARTS: usize = 1_000_000;

/// Reads JSON that somebody else wrote.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let objects = memchr::memchr_iter(b'{', bytes).count();
    let parts = memchr::memchr2_iter(b',', b'[', bytes).count();
    if objects > MOST_OBJECTS || parts > MOST_PARTS {
        return Err("it has too many parts to be read as JSON".to_owned());
    }
    serde_json::from_slice(bytes).map_err(|error| place(&error))
}

/// What an error of JSON says, without what the document says.
pub(crate) fn place(error: &serde_json::Error) -> String {
    format!("not the JSON it should be, at line {}, column {}", error.line(), error.column())
}

/// What is needed of a configuration. It is read field by field: one field that is odd must not lose the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) platform: Platform,
    pub(crate) diff_ids: Vec<Digest>,
    pub(crate) history: Vec<Step>,
    /// `org.opencontainers.image.base.digest` and `….name`.
    pub(crate) base: Option<(String, Option<String>)>,
    /// When the image was made, in RFC 3339.
    pub(crate) created: Option<String>,
}

/// A step of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) created_by: String,
    pub(crate) empty_layer: bool,
}

impl Config {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let Ok(value) = json::<Value>(bytes) else { return Self::default() };
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let ids = list(value.get("rootfs").and_then(|rootfs| rootfs.get("diff_ids")));
        let diff_ids: Vec<Digest> = ids.iter().filter_map(|id| Digest::parse(id.as_str()?)).collect();
        let step = |step: &Value| Step {
            created_by: step.get("created_by").and_then(Value::as_str).unwrap_or_default().to_owned(),
            empty_layer: step.get("empty_layer").and_then(Value::as_bool).unwrap_or(false),
        };
        let labels = value.get("config").and_then(|config| config.get("Labels"));
        let label = |name: &str| labels?.get(name)?.as_str().map(str::to_owned);
        Self {
            platform: Platform {
                os: text("os").unwrap_or_default(),
                architecture: text("architecture").unwrap_or_default(),
                variant: text("variant"),
                os_version: text("os.version"),
            },
            // If one of them cannot be read, the others would stand beside the wrong layers.
            diff_ids: if diff_ids.len() == ids.len() { diff_ids } else { Vec::new() },
            history: list(value.get("history")).iter().map(step).collect(),
            created: text("created"),
            base: label("org.opencontainers.image.base.digest")
                .map(|digest| (digest, label("org.opencontainers.image.base.name"))),
        }
    }
}

/// A document that describes an image, whole.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) digest: Digest,
    /// What reports call it: `image-config.json`.
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_very_many_parts_is_not_read_into_memory() {
        let objects = format!("[{}{{}}]", "{},".repeat(MOST_OBJECTS));
        let parts = format!("[{}0]", "0,".repeat(MOST_PARTS));
        assert!(json::<Value>(objects.as_bytes()).is_err() && json::<Value>(parts.as_bytes()).is_err());
        assert!(json::<Value>(&objects.as_bytes()[..4]).is_err_and(|problem| problem.contains("line 1")));
    }

    #[test]
    fn one_odd_field_of_a_configuration_does_not_lose_the_others() {
        let id = format!("sha256:{}", "a".repeat(64));
        let text = format!(
            r#"{{"os": 7, "architecture": "arm64", "rootfs": {{"diff_ids": ["{id}"]}},
                "history": [{{"created_by": "a"}}, {{"created_by": null, "empty_layer": true}}, 3]}}"#
        );
        let config = Config::parse(text.as_bytes());
        assert_eq!((config.platform.architecture.as_str(), config.diff_ids.len()), ("arm64", 1));
        assert_eq!(config.history.len(), 3);
        assert!(config.history[1].empty_layer);
        assert!(Config::parse(b"[").history.is_empty());
    }

    #[test]
    fn a_manifest_says_what_is_wrong_with_it_and_nothing_of_what_is_in_it() {
        let error =
            Manifest::parse(b"{\n\"manifests\": [{\"digest\": \"hunter2\"}]}").expect_err("no digest");
        assert!(error.contains("line 2") && !error.contains("hunter2"), "{error}");
        assert!(Manifest::parse(b"{}").is_err());
        assert!(Manifest::parse(br#"{"schemaVersion": 1, "layers": []}"#).is_err());
    }
}
