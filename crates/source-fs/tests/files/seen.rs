//! A sink that keeps everything, and trees to look at.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use keysieve_finding::{Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink, Source};
use keysieve_source_fs::FileSource;

/// What a visit brought, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) skips: BTreeMap<String, Skip>,
}

impl Seen {
    pub(crate) fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    pub(crate) fn skipped(&self) -> Vec<(&str, SkipReason)> {
        self.skips.iter().map(|(name, why)| (name.as_str(), why.reason)).collect()
    }
}

/// Keeps what it is given, and fails if something comes twice or out of order.
#[derive(Default)]
pub(crate) struct Keep {
    seen: Mutex<(Seen, BTreeMap<String, bool>)>,
}

impl Keep {
    pub(crate) fn into_seen(self) -> Seen {
        let (seen, ended) = self.seen.into_inner().unwrap();
        assert!(ended.values().all(|&ended| ended), "every object ends");
        seen
    }
}

pub(crate) fn name(origin: &Origin) -> String {
    origin.path().escape_ascii().to_string()
}

impl BlobSink for Keep {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        let (seen, ended) = &mut *self.seen.lock().unwrap();
        let name = name(blob.origin);
        let bytes = seen.files.entry(name.clone()).or_default();
        assert_eq!(bytes.len() as u64, blob.offset, "{name}: windows in order, once");
        bytes.extend_from_slice(blob.bytes);
        assert_ne!(ended.insert(name.clone(), blob.last), Some(true), "{name}: once");
        ControlFlow::Continue(())
    }

    fn skipped(&self, origin: &Origin, why: Skip) {
        let name = name(origin);
        assert!(!why.detail.is_empty());
        let before = self.seen.lock().unwrap().0.skips.insert(name.clone(), why);
        assert_eq!(before, None, "{name}: skipped twice");
    }
}

/// Visits with one thread and with several, which must see the same.
pub(crate) fn visit(source: &FileSource) -> Seen {
    let [one, four] = [1, 4].map(|threads| {
        let keep = Keep::default();
        source.visit(NonZeroUsize::new(threads).unwrap(), &keep).unwrap();
        keep.into_seen()
    });
    assert_eq!(one, four);
    one
}

/// Writes files that hold their own names.
pub(crate) fn plant(dir: &Path, files: &[&str]) {
    for name in files {
        write(dir, name, name);
    }
}

pub(crate) fn write(dir: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs git in a directory, without anybody's configuration.
pub(crate) fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", dir.join("no-such-file"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
