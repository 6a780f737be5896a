//! Where known values come from.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, anyhow, bail};
use globset::GlobBuilder;
use keysieve_finding::{MaskKind, Secret};
use keysieve_stream::{KnownValues, SHORTEST_VALUE};
use zeroize::Zeroizing;

use crate::arguments::KnownArguments;
use crate::messages;

/// Reads all that was named. Errors name files and lines, never values.
pub(crate) fn read(asked: &KnownArguments) -> Result<KnownValues> {
    let mut named: Vec<(String, Secret)> = Vec::new();
    for file in &asked.files {
        named.extend(of_file(file)?);
    }
    for pattern in &asked.env {
        named.extend(of_environment(pattern)?);
    }
    for directory in &asked.directories {
        named.extend(of_directory(directory)?);
    }
    let known = KnownValues::new(&named)?;
    if known.refused() > 0 {
        messages::warning(&format!(
            "{} known values are shorter than {SHORTEST_VALUE} bytes and are not looked for",
            known.refused()
        ));
    }
    Ok(known)
}

/// How often known values are looked at for changes.
pub(crate) const LOOK: Duration = Duration::from_secs(2);

/// Known values that may change.
#[derive(Debug)]
pub(crate) struct Changes {
    asked: KnownArguments,
    seen: State,
    looked: Instant,
}

impl Changes {
    /// From now on; none if nothing can change.
    pub(crate) fn of(asked: &KnownArguments) -> Option<Self> {
        let fixed = asked.files.is_empty() && asked.directories.is_empty();
        (!fixed).then(|| Self { asked: asked.clone(), seen: state(asked), looked: Instant::now() })
    }

    /// Whether they have changed since this was last asked; they are looked at now and then only.
    pub(crate) fn any(&mut self) -> bool {
        if self.looked.elapsed() < LOOK {
            return false;
        }
        self.looked = Instant::now();
        let now = state(&self.asked);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

type State = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// What changes when a file or a mounted directory does: for each its time and size, and where a link leads.
fn state(asked: &KnownArguments) -> State {
    let entries = asked.directories.iter().filter_map(|directory| fs::read_dir(directory).ok()).flatten();
    let inner = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let all = asked.files.iter().cloned().chain(inner);
    all.filter_map(|path| {
        let metadata = fs::metadata(&path).ok()?;
        Some((fs::canonicalize(&path).unwrap_or(path), (metadata.modified().ok(), metadata.len())))
    })
    .collect()
}

fn secret(value: &[u8]) -> Secret {
    Secret::new(value, MaskKind::Password)
}

/// What is in a file; `-` is standard input. What is no file, such as a pipe, can be read once only: it is kept for when
/// everything is read anew.
fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    static ONCE: Mutex<BTreeMap<PathBuf, Zeroizing<Vec<u8>>>> = Mutex::new(BTreeMap::new());
    let path = if path.as_os_str() == "-" { Path::new("/dev/stdin") } else { path };
    if fs::metadata(path)?.is_file() {
        return fs::read(path).map(Zeroizing::new);
    }
    let mut once = ONCE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bytes) = once.get(path) {
        return Ok(bytes.clone());
    }
    let bytes = Zeroizing::new(fs::read(path)?);
    once.insert(path.to_owned(), bytes.clone());
    Ok(bytes)
}

fn of_file(path: &Path) -> Result<Vec<(String, Secret)>> {
    let shown = path.display();
    let bytes = contents(path).with_context(|| format!("--known-values {shown}"))?;
    if path.extension().is_none_or(|extension| extension != "json") {
        let lines =
            bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        return Ok(lines.map(|line| (String::new(), secret(line))).collect());
    }
    // What serde says can repeat a value.
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        anyhow!("--known-values {shown}: no JSON at line {}, column {}", error.line(), error.column())
    })?;
    let text = |value: &serde_json::Value| value.as_str().map(|text| secret(text.as_bytes()));
    let all: Option<Vec<(String, Secret)>> = match &value {
        serde_json::Value::Array(values) => {
            values.iter().map(|value| Some((String::new(), text(value)?))).collect()
        }
        serde_json::Value::Object(values) => {
            values.iter().map(|(name, value)| Some((name.clone(), text(value)?))).collect()
        }
        _ => None,
    };
    all.with_context(|| {
        format!("--known-values {shown}: expected a list of strings, or an object of strings")
    })
}

fn of_environment(pattern: &str) -> Result<Vec<(String, Secret)>> {
    let glob = GlobBuilder::new(pattern).build().with_context(|| format!("--known-env {pattern}"))?;
    let matcher = glob.compile_matcher();
    let all =
        std::env::vars_os().filter(|(name, value)| !value.is_empty() && matcher.is_match(Path::new(name)));
    Ok(all
        .map(|(name, value)| (name.to_string_lossy().into_owned(), secret(value.as_encoded_bytes())))
        .collect())
}

/// The files directly in a directory. Kubernetes mounts a Secret as links to `..data/NAME`, and swaps `..data`.
fn of_directory(directory: &Path) -> Result<Vec<(String, Secret)>> {
    const LARGEST: u64 = 1 << 20;
    let shown = directory.display();
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("--known-dir {shown}"))? {
        let entry = entry.with_context(|| format!("--known-dir {shown}"))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let metadata = fs::metadata(&path).with_context(|| format!("--known-dir {}", path.display()))?;
        if name.starts_with("..") || !metadata.is_file() {
            continue;
        }
        if metadata.len() > LARGEST {
            bail!("--known-dir {}: larger than a Secret can be", path.display());
        }
        let value = fs::read(&path).map(Zeroizing::new);
        let value = value.with_context(|| format!("--known-dir {}", path.display()))?;
        all.push((name, secret(&value)));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_from_files_and_directories() {
        let tree = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(tree.path().join(name), text).unwrap();
        write("plain.txt", "one value\n\nshort\ntwo values\n");
        write("named.json", r#"{"db": "third value"}"#);
        write("wrong.json", r#"{"db": 1}"#);
        let of = |name: &str| of_file(&tree.path().join(name));
        assert_eq!(of("plain.txt").unwrap().len(), 3);
        assert_eq!(of("named.json").unwrap()[0].0, "db");
        assert!(of("wrong.json").is_err() && of("none").is_err());
        assert_eq!(of_directory(tree.path()).unwrap().len(), 3);
    }
}
