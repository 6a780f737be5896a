//! How far each file has been followed, on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Identity;

/// How far each file has been followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The files, in the order in which they were first seen.
    pub files: Vec<Noted>,
}

/// How far one file has been followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Its name when it was followed.
    pub path: PathBuf,
    /// Which file it is.
    pub identity: Identity,
    /// From where it is to be read again: what is behind it is not done with, or is needed to know what follows.
    pub offset: u64,
    /// Up to where it has gone out already; never less than `offset`.
    #[serde(default)]
    pub out: u64,
}

impl Checkpoint {
    /// Reads a checkpoint; there is none before the first run.
    ///
    /// # Errors
    /// If the file is something else, or cannot be read.
    pub fn load(path: &Path) -> io::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => {
                let mut this: Self = serde_json::from_slice(&bytes)?;
                this.files.iter_mut().for_each(|noted| noted.out = noted.out.max(noted.offset));
                Ok(this)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes it beside its place, and moves it there when it is safely on disk; only the owner can read it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let beside = PathBuf::from(name);
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        // The new name must be on disk, too.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()
    }
}
