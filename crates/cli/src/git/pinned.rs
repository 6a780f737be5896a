//! What a revision says of how to judge: its configuration, ignore file and baselines, whatever the files of the work
//! tree say. So a change cannot switch off the gate that it must pass.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_finding::FingerprintKey;
use keysieve_policy::{Baseline, IgnoreFile};
use keysieve_source_git::Repository;

use crate::baselines;
use crate::config::Config;

/// What a revision says.
#[derive(Default)]
pub(crate) struct Pinned {
    /// The ignore file: what it is called, and its text.
    ignore: Option<(String, String)>,
    baselines: Vec<(String, String)>,
}

impl Pinned {
    /// Reads it, and the configuration.
    pub(super) fn read(repository: &Repository, revision: &str) -> Result<(Self, Config)> {
        let file = |path: &str| -> Result<Option<(String, String)>> {
            let name = format!("{revision}:{path}");
            let Some(bytes) = repository.file_at(revision, path)? else { return Ok(None) };
            let text = String::from_utf8(bytes).map_err(|_| anyhow!("{name}: not UTF-8"))?;
            Ok(Some((name, text)))
        };
        let base = repository.work_tree().unwrap_or(repository.common_dir());
        let mut config = Config::default();
        let mut found: Vec<(&str, String, String)> = Vec::new();
        for path in Config::NAMES {
            found.extend(file(path)?.map(|(name, text)| (path, name, text)));
        }
        let ours = found.iter().filter(|(path, ..)| path.ends_with("keysieve.toml")).count();
        if ours > 1 {
            bail!("{revision} has keysieve.toml and .keysieve.toml: keep one");
        }
        if let Some((path, name, text)) = found.into_iter().next() {
            config = Config::pinned(Path::new(&name), &base.join(path), &text)?;
        }
        let named = |path: &str| file(path)?.with_context(|| format!("{revision} has no file {path}"));
        for path in config.take_rule_files() {
            let (name, text) = named(&path)?;
            config.add_rules(Path::new(&name), &text)?;
        }
        let baselines = config.take_baselines().iter().map(|path| named(path)).collect::<Result<_>>()?;
        Ok((Self { ignore: file(".keysieveignore")?, baselines }, config))
    }

    /// The ignore file.
    pub(super) fn ignore_files(&self) -> Result<Vec<IgnoreFile>> {
        let read = |(name, text): &(String, String)| {
            IgnoreFile::parse(name, text).map_err(|errors| {
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                anyhow!(lines.join("\n"))
            })
        };
        self.ignore.iter().map(read).collect()
    }

    /// The baselines that the configuration names.
    pub(super) fn baselines(&self, key: &FingerprintKey, by_secret: bool) -> Result<Vec<Baseline>> {
        let parse =
            |(name, text): &(String, String)| Ok(baselines::parse(name, text, key)?.by_secret(by_secret));
        self.baselines.iter().map(parse).collect()
    }
}
