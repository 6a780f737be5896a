//! `keysieve config init`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::exit::Exit;
use crate::messages;

/// Every setting, with what it is where nothing is said.
const TEMPLATE: &str = include_str!("template.toml");

/// Writes the template, unless a file is there.
pub(super) fn run(path: &Path) -> Result<Exit> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(TEMPLATE.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    messages::note(&format!("wrote {}: nothing in it counts before you take out a `#`", path.display()));
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Origin, file};

    #[test]
    fn the_template_is_right_with_and_without_its_comment_signs() {
        let path = Path::new("keysieve.toml");
        file::read(path, TEMPLATE, Origin::Named).unwrap();
        let full: String =
            TEMPLATE.lines().map(|line| format!("{}\n", line.strip_prefix("#: ").unwrap_or(line))).collect();
        assert_ne!(full, TEMPLATE);
        let config = file::read(path, &full, Origin::Named).unwrap();
        assert_eq!((config.rules.len(), config.allows.len()), (1, 1));
    }
}
