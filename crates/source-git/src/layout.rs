//! Where a repository keeps what.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use gix_config::File as Config;
use gix_hash::Kind;

use crate::Error;

/// The largest file of the git directory that is read as a whole to be understood, such as the configuration.
pub(crate) const LARGEST_FILE: u64 = 64 << 20;

/// How many alternates may stand one behind the other; git has the same limit.
const MOST_ALTERNATES: usize = 5;

/// Where a repository keeps what.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The git directory of the work tree that was asked for.
    pub(crate) git_dir: PathBuf,
    /// What all work trees share: objects, branches, configuration. Often the same.
    pub(crate) common_dir: PathBuf,
    /// The work tree; none if the repository is bare.
    pub(crate) work_tree: Option<PathBuf>,
    /// Whether the configuration says that there is no main work tree.
    bare: bool,
    /// The directories of objects: the repository's own, then its alternates, each once.
    pub(crate) objects: Vec<PathBuf>,
    /// Alternates that are named and are not there.
    pub(crate) missing_alternates: Vec<PathBuf>,
    /// The hash that names objects.
    pub(crate) hash: Kind,
    /// Whether references are kept in reftables.
    pub(crate) reftable: bool,
}

impl Layout {
    /// Looks for a repository at a path and in the directories above it.
    pub(crate) fn discover(path: &Path) -> Result<Self, Error> {
        if let Some(url) = as_url(path) {
            return Err(Error::Url { url });
        }
        let start = fs::canonicalize(path).map_err(|error| Error::io(path, error))?;
        for directory in start.ancestors() {
            if is_git_dir(directory) {
                let above =
                    directory.parent().filter(|_| directory.file_name().is_some_and(|name| name == ".git"));
                return Self::of(directory.to_owned(), above.map(Path::to_owned));
            }
            let entry = directory.join(".git");
            if is_git_dir(&entry) {
                return Self::of(entry, Some(directory.to_owned()));
            }
            if entry.is_file() {
                return Self::of(pointed_to(&entry)?, Some(directory.to_owned()));
            }
        }
        Err(Error::NotARepository { path: path.display().to_string() })
    }

    /// The repository that git means when it runs a hook: what `GIT_DIR` and `GIT_WORK_TREE` say, else the one of the
    /// current directory.
    pub(crate) fn here() -> Result<Self, Error> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| Error::io(path, error));
        let Some(named) = set("GIT_DIR") else { return Self::discover(Path::new(".")) };
        let git_dir = real(&named)?;
        if !is_git_dir(&git_dir) {
            return Err(Error::NotARepository { path: named.display().to_string() });
        }
        let work_tree = match set("GIT_WORK_TREE") {
            Some(tree) => Some(real(&tree)?),
            None if git_dir.file_name().is_some_and(|name| name == ".git") => {
                git_dir.parent().map(Path::to_owned)
            }
            // Git runs the hooks of a linked work tree in its root.
            None => Some(real(Path::new("."))?).filter(|tree| !tree.starts_with(&git_dir)),
        };
        Self::of(git_dir, work_tree)
    }

    fn of(git_dir: PathBuf, work_tree: Option<PathBuf>) -> Result<Self, Error> {
        let common_dir = match read_small(&git_dir.join("commondir")) {
            Ok(text) => git_dir.join(line(&text)),
            Err(_) => git_dir.clone(),
        };
        let common_dir = fs::canonicalize(&common_dir).map_err(|error| Error::io(&common_dir, error))?;
        let config = configuration(&common_dir)?;
        let text = |key: &str| config.string(key).map(|value| value.to_string().to_ascii_lowercase());
        let unsupported = |what: String| Error::Unsupported { path: git_dir.display().to_string(), what };
        let hash = match text("extensions.objectFormat").as_deref() {
            None | Some("sha1") => Kind::Sha1,
            Some("sha256") => Kind::Sha256,
            Some(other) => return Err(unsupported(format!("the object format {other:?}"))),
        };
        let reftable = match text("extensions.refStorage").as_deref() {
            None | Some("files") => false,
            Some("reftable") => true,
            Some(other) => return Err(unsupported(format!("the reference storage {other:?}"))),
        };
        // A linked work tree's own directory is inside of a repository that may call itself bare.
        let linked = git_dir != common_dir;
        let bare = config.boolean("core.bare").ok().flatten().unwrap_or(!linked && work_tree.is_none());
        let named = config.string("core.worktree").filter(|_| !linked && !bare);
        let named = named.map(|path| git_dir.join(to_path(&path))).filter(|path| path.is_dir());
        let work_tree = named.or(work_tree).filter(|_| linked || !bare);
        let (objects, missing_alternates) = object_directories(&common_dir.join("objects"));
        Ok(Self { git_dir, common_dir, work_tree, bare, objects, missing_alternates, hash, reftable })
    }

    /// The roots of all work trees whose directories are still there: the one that was asked for, then the others.
    pub(crate) fn work_trees(&self) -> Vec<PathBuf> {
        let mut trees: Vec<PathBuf> = self.work_tree.iter().cloned().collect();
        let main = self.common_dir.parent().filter(|_| !self.bare && self.common_dir.ends_with(".git"));
        let mut others: Vec<PathBuf> =
            main.filter(|main| main.join(".git").is_dir()).map(Path::to_owned).into_iter().collect();
        if let Ok(entries) = self.common_dir.join("worktrees").read_dir() {
            for entry in entries.filter_map(Result::ok) {
                let Ok(text) = read_small(&entry.path().join("gitdir")) else { continue };
                others.extend(entry.path().join(line(&text)).parent().map(Path::to_owned));
            }
        }
        others.sort();
        for tree in others.iter().filter_map(|tree| fs::canonicalize(tree).ok()).filter(|tree| tree.is_dir())
        {
            if !trees.contains(&tree) {
                trees.push(tree);
            }
        }
        trees
    }

    /// How long the name of an object is, in bytes.
    pub(crate) fn hash_length(&self) -> usize {
        self.hash.len_in_bytes()
    }
}

/// What git takes for a git directory.
fn is_git_dir(path: &Path) -> bool {
    let has_head = path.join("HEAD").symlink_metadata().is_ok();
    has_head
        && (path.join("objects").is_dir() && path.join("refs").is_dir() || path.join("commondir").is_file())
}

/// What a file `.git` points to: a linked work tree or a submodule.
fn pointed_to(file: &Path) -> Result<PathBuf, Error> {
    let text = read_small(file).map_err(|error| Error::io(file, error))?;
    let problem = "it should say where the git directory is: gitdir: PATH".to_owned();
    let target = text
        .strip_prefix(b"gitdir:")
        .ok_or_else(|| Error::Invalid { path: file.display().to_string(), problem })?;
    let target = file.parent().unwrap_or(Path::new("/")).join(line(target));
    let target = fs::canonicalize(&target).map_err(|error| Error::io(&target, error))?;
    if is_git_dir(&target) {
        return Ok(target);
    }
    let problem = "what it points to is no git directory".to_owned();
    Err(Error::Invalid { path: file.display().to_string(), problem })
}

/// The configuration of the repository itself. Files that it includes, the user's and the system's say nothing of how
/// it is stored.
fn configuration(common_dir: &Path) -> Result<Config, Error> {
    let path = common_dir.join("config");
    let bytes = match read_small(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        read => read.map_err(|error| Error::io(&path, error))?,
    };
    let shown = || path.display().to_string();
    let options = gix_config::file::init::Options::default();
    Config::from_bytes_no_includes(
        &bytes,
        gix_config::file::Metadata::from(gix_config::Source::Local),
        options,
    )
    .map_err(|_| Error::Invalid { path: shown(), problem: "it is no git configuration".to_owned() })
}

/// The repository's own directory of objects and those that it borrows from; and those that are not there.
fn object_directories(own: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut found, mut missing): (Vec<PathBuf>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    let mut waiting = vec![(own.to_owned(), 0)];
    if let Some(more) = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        waiting.extend(std::env::split_paths(&more).map(|path| (path, 1)));
    }
    if let Some(quarantine) = std::env::var_os("GIT_OBJECT_DIRECTORY") {
        waiting.insert(0, (quarantine.into(), 0));
    }
    waiting.reverse();
    while let Some((path, depth)) = waiting.pop() {
        let Ok(real) = fs::canonicalize(&path) else {
            missing.push(path);
            continue;
        };
        if found.contains(&real) {
            continue;
        }
        if let Ok(list) = read_small(&real.join("info/alternates"))
            && depth < MOST_ALTERNATES
        {
            let lines = list.split(|&byte| byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
            waiting.extend(lines.map(|line| (real.join(to_path(line)), depth + 1)));
        }
        found.push(real);
    }
    (found, missing)
}

/// A URL as `git clone` takes it, without what could be a password; none if it is a path.
fn as_url(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if path.exists() {
        return None;
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let rest = rest.split_once('@').map_or(rest, |(_, host)| host);
        return Some(format!("{scheme}://{rest}"));
    }
    let (user, host) = text.split_once('@')?;
    (!user.contains('/') && host.contains(':')).then(|| text.to_owned())
}

/// A small file as a whole. Only regular files: a FIFO would never end.
pub(crate) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first line of a text as a path.
fn line(text: &[u8]) -> PathBuf {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    to_path(line.trim_ascii())
}

#[cfg(unix)]
pub(crate) fn to_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
pub(crate) fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
