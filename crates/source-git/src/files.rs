//! The files of the git directory that are no objects.

use std::fs::File;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use keysieve_finding::{Origin, Skip, SkipReason};
use keysieve_source::{BlobSink, Windows};

use crate::inflater::WINDOW;
use crate::layout::Layout;
use crate::threads;

/// How deep the git directory is looked into.
const DEEPEST: usize = 64;

/// Files of the git directory: configuration, hooks, logs, messages in the making, objects of LFS, and whatever else
/// lies there, but no objects and no references.
pub(crate) fn hand_over(layout: &Layout, threads: NonZeroUsize, sink: &dyn BlobSink) -> ControlFlow<()> {
    let mut found = Vec::new();
    list(&layout.common_dir, b".git", 0, sink, &mut found);
    found.sort();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut windows = Windows::new(WINDOW);
        while let Some((name, path)) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
            if sink.stopped() {
                return ControlFlow::Break(());
            }
            read(path, &Origin::file(name), &mut windows, sink)?;
        }
        ControlFlow::Continue(())
    };
    // Most repositories have a handful of them, LFS thousands.
    let threads = threads.get().min(found.len() / 16 + 1);
    let flows = threads::each(threads, work);
    flows.into_iter().find(ControlFlow::is_break).unwrap_or(ControlFlow::Continue(()))
}

fn read(path: &Path, origin: &Origin, windows: &mut Windows, sink: &dyn BlobSink) -> ControlFlow<()> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let read = opened.and_then(|(length, mut file)| {
        // What is appended meanwhile is not waited for.
        let limit = length.max(WINDOW as u64);
        windows.read(&mut file, origin, Some(limit), sink)
    });
    match read {
        Ok((_, flow)) => flow,
        Err(error) => {
            let gone = error.kind() == std::io::ErrorKind::NotFound;
            let reason = if gone { SkipReason::Vanished } else { SkipReason::Unreadable };
            sink.skipped(origin, Skip::new(reason, error.to_string()));
            ControlFlow::Continue(())
        }
    }
}

fn list(
    directory: &Path,
    name: &[u8],
    depth: usize,
    sink: &dyn BlobSink,
    into: &mut Vec<(Vec<u8>, PathBuf)>,
) {
    let skipped = |name: &[u8], reason, why: &str| sink.skipped(&Origin::file(name), Skip::new(reason, why));
    let entries = match directory.read_dir() {
        Ok(entries) => entries,
        Err(error) => return skipped(name, SkipReason::Unreadable, &error.to_string()),
    };
    for entry in entries.filter_map(Result::ok) {
        let own = [name, b"/", entry.file_name().as_encoded_bytes()].concat();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            match own.as_slice() {
                b".git/refs" => {}
                // Objects are handed over as what they are.
                b".git/objects" => {
                    borrowed(&entry.path(), into);
                    left_over(&entry.path(), &own, 0, into);
                }
                b".git/modules" => {
                    let why = "the repositories of submodules; scan them by themselves";
                    skipped(&own, SkipReason::Submodule, why);
                }
                _ if is_refs_of_work_tree(&own) => {}
                _ if depth >= DEEPEST => {
                    skipped(&own, SkipReason::Limit, "directories in directories, too deep")
                }
                _ => list(&entry.path(), &own, depth + 1, sink, into),
            }
        } else if kind.is_file() {
            into.push((own, entry.path()));
        } else if kind.is_symlink() {
            skipped(&own, SkipReason::Symlink, "");
        } else {
            skipped(&own, SkipReason::Special, "");
        }
    }
}

/// The files that say where objects are borrowed from: paths, and URLs, which can hold a password.
fn borrowed(objects: &Path, into: &mut Vec<(Vec<u8>, PathBuf)>) {
    for name in ["alternates", "http-alternates"] {
        let path = objects.join("info").join(name);
        if path.is_file() {
            into.push((format!(".git/objects/info/{name}").into_bytes(), path));
        }
    }
}

/// Files beside the objects that a fetch or a push left behind that was broken off: git does not look into them, and there
/// are objects in them all the same, in packs and by themselves. They are opened as archives are.
fn left_over(directory: &Path, name: &[u8], depth: usize, into: &mut Vec<(Vec<u8>, PathBuf)>) {
    let Ok(entries) = directory.read_dir() else { return };
    for entry in entries.filter_map(Result::ok) {
        let (Ok(kind), file) = (entry.file_type(), entry.file_name()) else { continue };
        let file = file.as_encoded_bytes();
        let own = [name, b"/", file].concat();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| file.starts_with(prefix.as_bytes()));
        if kind.is_dir() {
            // Git makes such a directory for what is received, with what a directory of objects has in it.
            let is_received = starts(&["tmp_objdir-", "incoming-"]);
            if is_received && depth == 0 {
                received(&entry.path(), &own, 0, into);
            } else if depth == 0 && (file == b"pack" || file.len() == 2) {
                left_over(&entry.path(), &own, 1, into);
            }
        } else if kind.is_file() && starts(&["tmp_pack_", "tmp_obj_"]) {
            into.push((own, entry.path()));
        }
    }
}

/// All that holds objects in a directory that was made for what is received.
fn received(directory: &Path, name: &[u8], depth: usize, into: &mut Vec<(Vec<u8>, PathBuf)>) {
    let Ok(entries) = directory.read_dir() else { return };
    for entry in entries.filter_map(Result::ok) {
        let (Ok(kind), path) = (entry.file_type(), entry.path()) else { continue };
        let own = [name, b"/", entry.file_name().as_encoded_bytes()].concat();
        // Indexes of packs hold nothing but names of objects.
        let is_index = path.extension().is_some_and(|extension| extension == "idx" || extension == "rev");
        if kind.is_dir() && depth < 2 {
            received(&path, &own, depth + 1, into);
        } else if kind.is_file() && !is_index {
            into.push((own, path));
        }
    }
}

/// Whether a directory holds the references of a linked work tree, which are handed over as what they are.
fn is_refs_of_work_tree(name: &[u8]) -> bool {
    let below = name.strip_prefix(b".git/worktrees/").and_then(|below| below.strip_suffix(b"/refs"));
    below.is_some_and(|work_tree| !work_tree.contains(&b'/'))
}
