//! The masked copy of all that is watched.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::forward::Forward;
use super::metrics::Metrics;
use super::route::Route;

/// The masked copy of all that is watched.
pub(crate) enum Copy {
    File(File, PathBuf),
    Stdout,
    Forward(Forward),
}

impl Copy {
    /// What is asked for: a file, `-`, `syslog=ADDRESS` or `http=URL`.
    pub(crate) fn open(path: &Path, authorities: Option<&Path>, metrics: &Arc<Metrics>) -> Result<Self> {
        // The URL can be a secret.
        let forward = |lines, address: &str| -> Result<Self> {
            let route = Route::parse(lines, address, authorities).context("--output")?;
            Ok(Self::Forward(Forward::new(route, metrics)))
        };
        match path.to_str().map(|text| text.split_once('=').unwrap_or((text, ""))) {
            Some(("-", "")) => Ok(Self::Stdout),
            Some(("syslog", address)) if !address.is_empty() => forward(true, address),
            Some(("http", url)) if !url.is_empty() => forward(false, url),
            _ => Self::file(path),
        }
    }

    fn file(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        let file = file.with_context(|| format!("--output {}", path.display()))?;
        Ok(Self::File(file, path.to_owned()))
    }

    /// Begins with a new file if the old one was moved away or removed, as rotation does.
    pub(crate) fn renew(&mut self) -> Result<()> {
        let Self::File(file, path) = self else { return Ok(()) };
        let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let (old, new) = (file.metadata()?, fs::metadata(&*path));
        if old.is_file() && new.ok().map(place) != Some(place(old)) {
            *self = Self::file(&path.clone())?;
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file, _) => file.write_all(bytes),
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush())
            }
            Self::Forward(forward) => forward.write(bytes),
        }
    }

    /// Hands on what is still here, before anyone hears that it has gone out.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Forward(forward) => forward.flush(),
            _ => Ok(()),
        }
    }

    /// Makes sure that it is on disk, before a checkpoint says so.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        match self {
            // A FIFO or a device has nothing to be made sure of.
            Self::File(file, _) if file.metadata()?.is_file() => file.sync_data(),
            _ => Ok(()),
        }
    }
}
