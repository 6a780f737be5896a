//! The names in `--files-from`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Reads the list: names that end with a line end, or with a NUL byte. Empty names mean nothing.
pub(crate) fn read(list: &Path, null: bool) -> Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    if list == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes).context("--files-from: standard input")?;
    } else {
        File::open(list)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .with_context(|| format!("--files-from: {}", list.display()))?;
    }
    Ok(names(&bytes, null).map(path).collect())
}

fn names(bytes: &[u8], null: bool) -> impl Iterator<Item = &[u8]> {
    let end = if null { 0 } else { b'\n' };
    bytes
        .split(move |&byte| byte == end)
        .map(move |name| if null { name } else { name.strip_suffix(b"\r").unwrap_or(name) })
        .filter(|name| !name.is_empty())
}

/// A name as a path.
#[cfg(unix)]
pub(crate) fn path(name: &[u8]) -> PathBuf {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(name).into()
}

/// A name as a path.
#[cfg(not(unix))]
pub(crate) fn path(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_with_a_line_end_or_a_nul() {
        let lines: Vec<_> = names(b"a b\r\n\nc\n", false).collect();
        assert_eq!(lines, [&b"a b"[..], b"c"]);
        let nul: Vec<_> = names(b"a\nb\0c", true).collect();
        assert_eq!(nul, [&b"a\nb"[..], b"c"]);
    }
}
