//! Where bytes come from.

use std::sync::Arc;

use crate::{GitPart, ObjectId};

/// What an object is, named so that a person can go there.
///
/// Paths are raw bytes with `/` between their parts, relative to the root of the repository if there is one, else to
/// the argument they were found under. They can hold anything, secrets and control characters too: reports show
/// [`Location::path`](crate::Location::path), which has been made safe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// A file, or anything else that a directory holds.
    File {
        /// Its path.
        path: Arc<[u8]>,
    },
    /// An entry of a container: `outer!/inner`.
    Entry {
        /// The container.
        outer: Arc<Origin>,
        /// The entry's name in it.
        path: Arc<[u8]>,
    },
    /// A stream without a name of its own: standard input.
    Stream {
        /// What to call it.
        name: Arc<[u8]>,
    },
    /// An object of a git repository, or a part of one.
    Git {
        /// The object.
        id: ObjectId,
        /// What of it.
        part: GitPart,
        /// The path that leads to it, if one is known.
        path: Option<Arc<[u8]>>,
    },
    /// A file of a layer of a container image, or a document that describes an image.
    Image {
        /// The digest of the layer or document.
        blob: Arc<str>,
        /// The path in the layer; empty for the layer as a whole.
        path: Arc<[u8]>,
        /// Which of the files of this path in this layer it is, from 0.
        nth: u32,
    },
}

impl Origin {
    /// A file at a path.
    #[must_use]
    pub fn file(path: &[u8]) -> Self {
        Self::File { path: path.into() }
    }

    /// Standard input, which reports call `-`.
    #[must_use]
    pub fn stdin() -> Self {
        Self::Stream { name: Arc::from(&b"-"[..]) }
    }

    /// The whole path in bytes, `!/` between a container and what is in it; a literal `!/` in a name is written
    /// `%21/`.
    #[must_use]
    pub fn path(&self) -> Vec<u8> {
        match self {
            Self::File { path } | Self::Stream { name: path } => escape_separator(path),
            Self::Entry { outer, path } => {
                let mut whole = outer.path();
                whole.extend_from_slice(b"!/");
                whole.extend_from_slice(&escape_separator(path));
                whole
            }
            Self::Git { .. } | Self::Image { .. } => escape_separator(&self.own_name()),
        }
    }

    /// The name of what is in no container, raw.
    fn own_name(&self) -> Vec<u8> {
        match self {
            Self::Git { id, part, path: None } => format!("{}{id}", part.directory()).into_bytes(),
            Self::Image { blob, path, .. } if path.is_empty() => blob.as_bytes().to_vec(),
            Self::File { path }
            | Self::Entry { path, .. }
            | Self::Stream { name: path }
            | Self::Image { path, .. } => path.to_vec(),
            Self::Git { path: Some(path), .. } => path.to_vec(),
        }
    }

    /// The object of a git repository that it is or that it is in.
    #[must_use]
    pub fn git(&self) -> Option<(ObjectId, GitPart)> {
        match self {
            Self::Git { id, part, .. } => Some((*id, *part)),
            Self::Entry { outer, .. } => outer.git(),
            _ => None,
        }
    }

    /// What holds it in the end: itself, unless it is in a container.
    #[must_use]
    pub fn outermost(&self) -> &Self {
        match self {
            Self::Entry { outer, .. } => outer.outermost(),
            _ => self,
        }
    }

    /// The same with another outermost object: what was an object without a path gets one.
    #[must_use]
    pub fn within(&self, outermost: Self) -> Self {
        match self {
            Self::Entry { outer, path } => {
                Self::Entry { outer: Arc::new(outer.within(outermost)), path: Arc::clone(path) }
            }
            _ => outermost,
        }
    }

    /// The names of the containers around it, the outermost first; empty for what is in none.
    #[must_use]
    pub fn containers(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Entry { outer, .. } => {
                let mut names = outer.containers();
                names.push(outer.own_name());
                names
            }
            _ => Vec::new(),
        }
    }

    /// What kind of file the innermost name says it is.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        match self {
            Self::File { path } | Self::Entry { path, .. } | Self::Image { path, .. } => FileKind::of(path),
            Self::Git { part: GitPart::Blob, path: Some(path), .. } => FileKind::of(path),
            Self::Stream { .. } | Self::Git { .. } => FileKind::Unknown,
        }
    }
}

fn escape_separator(name: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'!' && tail.first() == Some(&b'/') {
            escaped.extend_from_slice(b"%21");
        } else {
            escaped.push(byte);
        }
        rest = tail;
    }
    escaped
}

/// What the engine may know of a file's name: its kind, never its path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Source code in which text stands in quotes; scripts of shells are none.
    Code,
    /// Configuration and data: YAML, JSON, TOML, INI, environment files.
    Config,
    /// Prose.
    Prose,
    /// The texts of a program in one of its languages.
    Translation,
}

impl FileKind {
    /// Judges by the extension of the last part of a path, and by the names of the directories that texts are kept in.
    #[must_use]
    pub fn of(path: &[u8]) -> Self {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        if crate::translation::is_translation(path, name) {
            return Self::Translation;
        }
        if name.starts_with(b".env") || name.starts_with(b".npmrc") || name.starts_with(b".netrc") {
            return Self::Config;
        }
        let Some(dot) = name.iter().rposition(|&byte| byte == b'.') else {
            return Self::Unknown;
        };
        match name[dot + 1..].to_ascii_lowercase().as_slice() {
            // With maps of sources, which hold them as they are.
            b"astro" | b"c" | b"cc" | b"cjs" | b"clj" | b"coffee" | b"cpp" | b"cs" | b"cts" | b"cxx"
            | b"dart" | b"erl" | b"ex" | b"exs" | b"fs" | b"go" | b"groovy" | b"h" | b"hpp" | b"hs"
            | b"hxx" | b"java" | b"jl" | b"js" | b"jsx" | b"kt" | b"kts" | b"lua" | b"m" | b"map"
            | b"mjs" | b"mm" | b"mts" | b"nim" | b"php" | b"pl" | b"pm" | b"py" | b"r" | b"rb" | b"rs"
            | b"scala" | b"sol" | b"svelte" | b"swift" | b"ts" | b"tsx" | b"vb" | b"vue" | b"zig" => {
                Self::Code
            }
            b"cfg" | b"conf" | b"config" | b"csv" | b"env" | b"ini" | b"json" | b"plist" | b"properties"
            | b"tf" | b"tfvars" | b"toml" | b"xml" | b"yaml" | b"yml" => Self::Config,
            b"adoc" | b"html" | b"htm" | b"md" | b"org" | b"rst" | b"tex" | b"txt" => Self::Prose,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_paths_are_joined_and_escaped() {
        let outer = Arc::new(Origin::file(b"a!/b.zip"));
        let inner = Origin::Entry { outer, path: Arc::from(&b"x/.env"[..]) };
        assert_eq!(inner.path(), b"a%21/b.zip!/x/.env");
        assert_eq!(inner.containers(), [b"a!/b.zip".to_vec()]);
        assert_eq!(inner.kind(), FileKind::Config);
    }
}
