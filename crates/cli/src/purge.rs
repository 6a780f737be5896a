//! What `git filter-repo` needs to take secrets out of a history.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use keysieve_finding::Outcome;

/// Shorter secrets are left to people: replacing every copy of them would hit more than secrets.
const SHORTEST: usize = 8;

/// Writes one expression for each secret that stands in a repository, each once, into a file that only its owner can
/// read. The format is that of `git filter-repo --replace-text` and `--replace-message`.
pub(crate) fn write(file: &Path, outcome: &Outcome) -> Result<()> {
    let kept = outcome.findings.iter().filter(|finding| finding.locations.iter().any(|at| at.git.is_some()));
    let mut lines: Vec<String> = kept
        .map(|finding| finding.secret.expose())
        .filter(|secret| secret.len() >= SHORTEST)
        .map(expression)
        .collect();
    lines.sort();
    lines.dedup();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut opened| {
        // A file that was there keeps its mode, unless told otherwise.
        #[cfg(unix)]
        opened.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        lines.iter().try_for_each(|line| writeln!(opened, "{line}"))
    });
    written.with_context(|| format!("cannot write {}", file.display()))
}

/// A secret as a line: as it is where that is one line of plain text, else as a regular expression.
fn expression(secret: &[u8]) -> String {
    let plain = secret.iter().all(|byte| matches!(byte, b' '..=b'~')) && !contains(secret, b"==>");
    if plain && !secret.starts_with(b" ") && !secret.ends_with(b" ") {
        return format!("literal:{}==>***REMOVED***", String::from_utf8_lossy(secret));
    }
    let mut line = "regex:".to_owned();
    for &byte in secret {
        if byte.is_ascii_alphanumeric() {
            line.push(char::from(byte));
        } else {
            line.push_str(&format!("\\x{byte:02x}"));
        }
    }
    line + "==>***REMOVED***"
}

fn contains(secret: &[u8], part: &[u8]) -> bool {
    secret.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_several_lines_is_one_expression() {
        assert_eq!(expression(b"plain text"), "literal:plain text==>***REMOVED***");
        assert_eq!(expression(b"a\nb+"), "regex:a\\x0ab\\x2b==>***REMOVED***");
        assert_eq!(expression(b"a==>b"), "regex:a\\x3d\\x3d\\x3eb==>***REMOVED***");
        assert_eq!(expression(b"\xff"), "regex:\\xff==>***REMOVED***");
    }
}
