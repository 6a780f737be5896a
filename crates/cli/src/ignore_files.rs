//! Where ignore files are looked for.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use keysieve_policy::IgnoreFile;

/// The file's name.
const NAME: &str = ".keysieveignore";

/// The ignore files that count for a run, and what could not be used.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<IgnoreFile>,
    pub(crate) warnings: Vec<String>,
}

/// Looks for ignore files from each target upwards to the directory that holds `.git`. Outside of a repository only
/// the target's own directory is looked at: what lies above may be anyone's.
///
/// `base` is the directory that the names in reports start at, if it is the same for all; `asked` are the targets that
/// were named on the command line, `listed` those of a list. A named directory is lifted in what is found.
pub(crate) fn find(base: Option<&Path>, asked: &[PathBuf], listed: &[PathBuf]) -> Result<Found> {
    let base = base.map(real).transpose()?;
    let here = [PathBuf::from(".")];
    let asked: &[PathBuf] = if asked.is_empty() && listed.is_empty() { &here } else { asked };
    let mut found = Found::default();
    // By the directory they are in, each with the name of that directory in reports.
    let mut directories: BTreeMap<PathBuf, Option<Vec<u8>>> = BTreeMap::new();
    let mut lifted = Vec::new();
    for target in asked.iter().chain(listed).filter(|target| *target != Path::new("-")) {
        // What is not there any more has been named as a skip.
        let Ok(target_real) = real(target) else { continue };
        let directory = target_real.is_dir();
        let start =
            if directory { target_real.as_path() } else { target_real.parent().unwrap_or(Path::new("/")) };
        for above in chain(start, base.as_deref()) {
            if !directories.contains_key(above) && above.join(NAME).is_file() {
                let name = name_of(above, base.as_deref(), target, &target_real);
                directories.insert(above.to_owned(), name);
            }
        }
        if directory && asked.contains(target) {
            lifted.extend(name_of(&target_real, base.as_deref(), target, &target_real));
        }
    }
    for (directory, name) in directories {
        let path = directory.join(NAME);
        let Some(name) = name else {
            let shown = path.display();
            found
                .warnings
                .push(format!("{shown} does not count: several trees are scanned from inside its own"));
            continue;
        };
        let mut file = read(&path)?.at(&name);
        lifted.iter().filter(|name| !name.is_empty()).for_each(|name| file.lift(name));
        found.files.push(file);
    }
    Ok(found)
}

fn read(path: &Path) -> Result<IgnoreFile> {
    let shown = shown(path);
    let text = fs::read(path).with_context(|| shown.clone())?;
    let text = String::from_utf8(text).map_err(|_| anyhow!("{shown}: not UTF-8"))?;
    IgnoreFile::parse(&shown, &text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    })
}

/// A path as short as it can be said: from the current directory if it lies below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    below.unwrap_or(path).display().to_string()
}

fn real(path: &Path) -> io::Result<PathBuf> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::canonicalize(path)
}

/// The directories that are looked at for a target in `start`: up to where names start, which is the root of the work
/// tree if there is one for all of them, else up to the root of its own.
fn chain<'p>(start: &'p Path, base: Option<&'p Path>) -> impl Iterator<Item = &'p Path> {
    let own = || start.ancestors().find(|above| is_work_tree(above));
    let top = base.filter(|base| start.starts_with(base)).or_else(own).unwrap_or(start);
    start.ancestors().take_while(move |above| above.starts_with(top))
}

/// Whether a directory is the root of a work tree: its `.git` is a repository, or a file that names one.
pub(crate) fn is_work_tree(directory: &Path) -> bool {
    let entry = directory.join(".git");
    entry.is_file() || entry.join("HEAD").symlink_metadata().is_ok() && entry.join("objects").is_dir()
}

/// What a directory is called in reports: relative to where names start, or as the argument says. None if no name of
/// this run could lie in it.
fn name_of(directory: &Path, base: Option<&Path>, target: &Path, target_real: &Path) -> Option<Vec<u8>> {
    let Some(base) = base else {
        let up = target_real.strip_prefix(directory).ok()?.components().count();
        let mut parts: Vec<Component<'_>> =
            target.components().filter(|part| *part != Component::CurDir).collect();
        for _ in 0..up {
            matches!(parts.pop()?, Component::Normal(_)).then_some(())?;
        }
        return Some(bytes(&parts.iter().collect::<PathBuf>()));
    };
    directory.strip_prefix(base).ok().map(bytes)
}

/// What a directory is called in the reports of a scan of these targets; none if it lies outside of what is scanned.
pub(crate) fn directory_name(base: Option<&Path>, asked: &[PathBuf], directory: &Path) -> Option<Vec<u8>> {
    let here = PathBuf::from(".");
    let target = asked.iter().find(|path| *path != Path::new("-")).unwrap_or(&here);
    let (base, target_real) = (base.map(real).transpose().ok()?, real(target).ok()?);
    name_of(&real(directory).ok()?, base.as_deref(), target, &target_real)
}

/// A relative path as reports write it.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    if std::path::MAIN_SEPARATOR == '/' {
        return path.as_os_str().as_encoded_bytes().to_vec();
    }
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/").into_bytes()
}
