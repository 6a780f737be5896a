//! The verb `hook`: git asks keysieve before a commit or a push.

mod canary;
mod directory;
mod git;
mod script;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use self::directory::{Directory, Manager};
use self::script::{Hook, PASSED_ON};
use crate::arguments::{HookArguments, HookName, HookVerb};
use crate::exit::Exit;
use crate::{messages, print};

/// What the file of a hook that was there before is called.
const BEFORE: &str = ".before-keysieve";

/// Runs one of the verbs of `hook`.
pub(crate) fn run(verb: &HookVerb) -> Result<Exit> {
    match verb {
        HookVerb::Install { asked } => install(asked),
        HookVerb::Uninstall { asked } => uninstall(asked),
        HookVerb::Status { asked } => status(asked),
    }
}

fn install(asked: &HookArguments) -> Result<Exit> {
    let directory = Directory::find(asked.global)?;
    let hooks = asked.hooks();
    for hook in &hooks {
        if let Some(manager) = directory.manager(hook.as_str()) {
            bail!("{} manages the hooks of this repository; {}", manager.name(), manager.advice(&hooks));
        }
    }
    directory.make()?;
    let mut said = String::new();
    for &hook in &hooks {
        let name = hook.as_str();
        let kept = keep(&directory.path, name)?;
        write(&directory.path.join(name), &Hook::of(hook, directory.own).text()?)?;
        let also = if kept { ", and runs what was there before afterwards" } else { "" };
        said.push_str(&format!("{name}: installed in {}{also}\n", directory.path.display()));
    }
    // Git looks for all hooks in one place: those of each repository would not run any more.
    for name in PASSED_ON.iter().filter(|_| directory.own) {
        if !directory.path.join(name).exists() {
            write(&directory.path.join(name), &script::passed_on(name))?;
        }
    }
    directory.announce()?;
    if !asked.global {
        warn_of_others(&hooks)?;
    }
    said.push_str("`keysieve hook status` proves that they work\n");
    print(said.as_bytes())?;
    Ok(Exit::Clean)
}

/// Says who will put these hooks aside once they are set up: lefthook renames what is there, and husky lets git look
/// elsewhere.
fn warn_of_others(hooks: &[HookName]) -> Result<()> {
    for manager in directory::configured()? {
        let name = manager.name();
        messages::note(&format!(
            "{name} is configured here, and may put these hooks aside when it is set up; {}",
            manager.advice(hooks)
        ));
    }
    Ok(())
}

/// Puts a hook of somebody else aside. Says whether there is one.
fn keep(directory: &Path, name: &str) -> Result<bool> {
    let (path, before) = (directory.join(name), directory.join(format!("{name}{BEFORE}")));
    match read(&path)? {
        Some(text) if !script::is_ours(&text) => {
            if before.exists() {
                bail!("{} and {} are both there: remove one", path.display(), before.display());
            }
            fs::rename(&path, &before).with_context(|| path.display().to_string())?;
            Ok(true)
        }
        _ => Ok(before.exists()),
    }
}

fn uninstall(asked: &HookArguments) -> Result<Exit> {
    let directory = Directory::find(asked.global)?;
    let mut said = String::new();
    for hook in asked.hooks() {
        let name = hook.as_str();
        let (path, before) = (directory.path.join(name), directory.path.join(format!("{name}{BEFORE}")));
        if !read(&path)?.is_some_and(|text| script::is_ours(&text)) {
            said.push_str(&format!("{name}: there is none of keysieve in {}\n", directory.path.display()));
            continue;
        }
        fs::remove_file(&path).with_context(|| path.display().to_string())?;
        let back = before.exists();
        if back {
            fs::rename(&before, &path).with_context(|| before.display().to_string())?;
        }
        let also = if back { ", and what was there before is back" } else { "" };
        said.push_str(&format!("{name}: removed from {}{also}\n", directory.path.display()));
    }
    let left = [HookName::PreCommit, HookName::PrePush].iter().any(
        |hook| matches!(read(&directory.path.join(hook.as_str())), Ok(Some(text)) if script::is_ours(&text)),
    );
    if asked.global && !left {
        for name in PASSED_ON {
            let path = directory.path.join(name);
            if read(&path)?.is_some_and(|text| script::is_ours(&text)) {
                fs::remove_file(&path).with_context(|| path.display().to_string())?;
            }
        }
        directory.leave()?;
    }
    print(said.as_bytes())?;
    Ok(Exit::Clean)
}

fn status(asked: &HookArguments) -> Result<Exit> {
    let directory = Directory::find(asked.global)?;
    let (mut said, mut works, mut fails) = (String::new(), 0, 0);
    for hook in asked.hooks() {
        let name = hook.as_str();
        let path = directory.path.join(name);
        let ours = read(&path)?.is_some_and(|text| script::is_ours(&text));
        said.push_str(&format!("{name}: "));
        if !ours {
            let managed = directory.manager(name).map(Manager::name);
            let why = managed.map(|name| format!("; {name} manages the hooks here")).unwrap_or_default();
            said.push_str(&format!("not installed in {}{why}\n", directory.path.display()));
            continue;
        }
        match canary::prove(&path, hook) {
            Ok(()) => {
                works += 1;
                said.push_str(&format!(
                    "installed in {}; it refused a made-up secret, and let something clean through\n",
                    directory.path.display()
                ));
            }
            Err(error) => {
                fails += 1;
                said.push_str(&format!(
                    "installed in {}, and does not work: {error:#}\n",
                    directory.path.display()
                ));
            }
        }
    }
    print(said.as_bytes())?;
    Ok(if works > 0 && fails == 0 { Exit::Clean } else { Exit::Usage })
}

/// What is in a file; none if it is not there.
fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Writes a file that can be executed.
fn write(path: &Path, text: &str) -> Result<()> {
    let shown = || format!("cannot write {}", path.display());
    // Not through a link: what it points to may be shared.
    if path.is_symlink() {
        fs::remove_file(path).with_context(shown)?;
    }
    fs::write(path, text).with_context(shown)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).with_context(shown)?;
    Ok(())
}
