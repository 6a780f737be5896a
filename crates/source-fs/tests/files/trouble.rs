//! Files that are not files, that grow, vanish or may not be read. Nothing hangs, nothing is lost without a word.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::seen::{Keep, name, plant, visit, write};
use keysieve_finding::SkipReason::{Special, Symlink, Unreadable, Vanished};
use keysieve_finding::{Origin, Skip};
use keysieve_source::{Blob, BlobSink, Source};
use keysieve_source_fs::{FileSource, StdinSource};

const WINDOW: usize = 1 << 20;

fn source(path: &Path) -> FileSource {
    FileSource::builder().path(path).build().unwrap()
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    assert!(fs::symlink_metadata(path).unwrap().file_type().is_fifo());
}

#[test]
fn what_is_no_file_is_named_and_never_opened() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    plant(at, &["file"]);
    fifo(&at.join("fifo"));
    fifo(&at.join(".gitignore"));
    let _socket = UnixListener::bind(at.join("socket")).unwrap();
    symlink("nowhere", at.join("broken")).unwrap();
    symlink("file", at.join("link")).unwrap();
    symlink(".", at.join("loop")).unwrap();
    let seen = visit(&source(at));
    assert_eq!(seen.names(), ["file"]);
    assert_eq!(
        seen.skipped(),
        [
            (".gitignore", Special),
            ("broken", Symlink),
            ("fifo", Special),
            ("link", Symlink),
            ("loop", Symlink),
            ("socket", Special)
        ]
    );
    assert_eq!(visit(&source(&at.join("fifo"))).skipped(), [("fifo", Special)]);
    assert_eq!(visit(&source(Path::new("/dev/zero"))).skipped(), [("zero", Special)]);
}

#[test]
fn files_of_any_size_come_whole() {
    let dir = tempfile::tempdir().unwrap();
    for size in [0, 1, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW, 3 * WINDOW + 7] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 7 % 251) as u8).collect();
        write(dir.path(), &size.to_string(), bytes);
    }
    let seen = visit(&source(dir.path()));
    assert_eq!(seen.files.len(), 7);
    for (name, bytes) in seen.files {
        assert_eq!(bytes, fs::read(dir.path().join(name)).unwrap());
    }
}

#[test]
fn files_that_deny_their_size_are_read() {
    let path = Path::new("/proc/self/status");
    assert_eq!(fs::metadata(path).unwrap().len(), 0, "it says so");
    let seen = Keep::default();
    source(path).visit(NonZeroUsize::MIN, &seen).unwrap();
    let seen = seen.into_seen();
    let text = seen.files.values().next().unwrap();
    assert!(text.starts_with(b"Name:") && text.ends_with(b"\n") && text.len() > 500);
}

/// Does something at every window, then passes it on.
struct Meddle<F>(Keep, F);

impl<F: Fn(&Blob<'_>) -> ControlFlow<()> + Sync> BlobSink for Meddle<F> {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        let flow = self.1(&blob);
        let kept = self.0.blob(blob);
        if flow.is_break() { flow } else { kept }
    }
    fn skipped(&self, origin: &Origin, why: Skip) {
        self.0.skipped(origin, why);
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_ends() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    fs::write(&path, vec![b'x'; 2 * WINDOW + 5]).unwrap();
    let meddle = Meddle(Keep::default(), |_: &Blob<'_>| {
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&vec![b'y'; WINDOW]).unwrap();
        ControlFlow::Continue(())
    });
    source(dir.path()).visit(NonZeroUsize::MIN, &meddle).unwrap();
    let seen = meddle.0.into_seen();
    let read = &seen.files["log"];
    assert!(read.len() >= 2 * WINDOW + 5, "all that was there");
    assert!(read.len() <= 3 * WINDOW + 5, "and one window's growth at most: {}", read.len());
    assert!(seen.skips.is_empty());
}

#[test]
fn a_file_that_shrinks_while_it_is_read_ends() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    fs::write(&path, vec![b'x'; 3 * WINDOW]).unwrap();
    let meddle = Meddle(Keep::default(), |_: &Blob<'_>| {
        File::create(&path).unwrap();
        ControlFlow::Continue(())
    });
    source(dir.path()).visit(NonZeroUsize::MIN, &meddle).unwrap();
    assert_eq!(meddle.0.into_seen().files["log"].len(), WINDOW);
}

#[test]
fn what_vanishes_during_the_walk_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    plant(at, &["a", "b", "d/x", "e/x"]);
    let meddle = Meddle(Keep::default(), |_: &Blob<'_>| {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            let gone = |name: PathBuf| fs::remove_dir_all(&name).or_else(|_| fs::remove_file(&name)).unwrap();
            gone(entry.path());
        }
        ControlFlow::Continue(())
    });
    source(at).visit(NonZeroUsize::MIN, &meddle).unwrap();
    let seen = meddle.0.into_seen();
    // One entry was read; the others were listed, and are gone: a file, a directory, or a file in one.
    assert_eq!((seen.files.len(), seen.skips.len()), (1, 3), "{seen:?}");
    assert!(seen.skips.values().all(|why| why.reason == Vanished), "{seen:?}");
}

#[test]
fn a_fifo_in_a_file_s_place_does_not_hang() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    plant(at, &["a", "b"]);
    // Both are listed before either is opened; the one that comes second has become a FIFO by then.
    let meddle = Meddle(Keep::default(), |blob: &Blob<'_>| {
        let other = at.join(if name(blob.origin) == "a" { "b" } else { "a" });
        fs::remove_file(&other).unwrap();
        fifo(&other);
        ControlFlow::Continue(())
    });
    source(at).visit(NonZeroUsize::MIN, &meddle).unwrap();
    let seen = meddle.0.into_seen();
    assert_eq!(seen.files.len(), 1);
    assert_eq!(seen.skips.values().next().unwrap().reason, Special, "{seen:?}");
}

#[test]
fn a_sink_that_has_enough_ends_the_walk() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..500 {
        plant(dir.path(), &[&format!("{}/{file}", file % 10)]);
    }
    for threads in [1, 2] {
        let blobs = AtomicUsize::new(0);
        let meddle = Meddle(Keep::default(), |_: &Blob<'_>| {
            blobs.fetch_add(1, SeqCst);
            ControlFlow::Break(())
        });
        source(dir.path()).visit(NonZeroUsize::new(threads).unwrap(), &meddle).unwrap();
        assert!((1..=threads).contains(&blobs.load(SeqCst)));
    }
}

/// Counts, and is stopped after some.
struct Stopped(AtomicUsize);

impl BlobSink for Stopped {
    fn blob(&self, _blob: Blob<'_>) -> ControlFlow<()> {
        self.0.fetch_add(1, SeqCst);
        ControlFlow::Continue(())
    }
    fn skipped(&self, _origin: &Origin, _why: Skip) {}
    fn stopped(&self) -> bool {
        self.0.load(SeqCst) >= 3
    }
}

/// How many threads are in it at once, and how many were at most.
#[derive(Default)]
struct Crowd(AtomicUsize, AtomicUsize);

impl BlobSink for Crowd {
    fn blob(&self, _blob: Blob<'_>) -> ControlFlow<()> {
        let inside = self.0.fetch_add(1, SeqCst) + 1;
        self.1.fetch_max(inside, SeqCst);
        std::thread::sleep(Duration::from_millis(1));
        self.0.fetch_sub(1, SeqCst);
        ControlFlow::Continue(())
    }
    fn skipped(&self, _origin: &Origin, _why: Skip) {}
}

#[test]
fn no_more_threads_scan_than_were_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..200 {
        plant(dir.path(), &[&format!("{}/{file}", file % 10)]);
    }
    for threads in [1, 2, 3] {
        let crowd = Crowd::default();
        source(dir.path()).visit(NonZeroUsize::new(threads).unwrap(), &crowd).unwrap();
        assert!((1..=threads).contains(&crowd.1.into_inner()));
    }
}

#[test]
fn a_sink_that_was_stopped_is_given_no_more() {
    let dir = tempfile::tempdir().unwrap();
    plant(dir.path(), &["a", "b", "c", "d", "e", "f"]);
    let stopped = Stopped(AtomicUsize::new(0));
    source(dir.path()).visit(NonZeroUsize::MIN, &stopped).unwrap();
    assert_eq!(stopped.0.into_inner(), 3);
}

#[test]
fn standard_input_comes_in_windows() {
    let keep = Keep::default();
    let bytes = vec![b'x'; 2 * WINDOW + 3];
    StdinSource::from_reader(std::io::Cursor::new(bytes.clone())).visit(NonZeroUsize::MIN, &keep).unwrap();
    assert_eq!(keep.into_seen().files["-"], bytes);
}

/// Counts, and expects no skips.
struct All(AtomicUsize);
impl BlobSink for All {
    fn blob(&self, _blob: Blob<'_>) -> ControlFlow<()> {
        self.0.fetch_add(1, SeqCst);
        ControlFlow::Continue(())
    }
    fn skipped(&self, origin: &Origin, why: Skip) {
        panic!("{origin:?}: {why:?}");
    }
}

#[test]
fn many_small_files_take_little_time() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..20_000 {
        let folder = dir.path().join((file % 200).to_string());
        if file < 200 {
            fs::create_dir(&folder).unwrap();
        }
        fs::write(folder.join(file.to_string()), file.to_string()).unwrap();
    }
    let (start, all) = (Instant::now(), All(AtomicUsize::new(0)));
    source(dir.path()).visit(NonZeroUsize::new(2).unwrap(), &all).unwrap();
    assert_eq!(all.0.into_inner(), 20_000);
    assert!(start.elapsed() < Duration::from_secs(10));
}

const AS_NOBODY: &str = "KEYSIEVE_TEST_AS_NOBODY";
const NOBODY: u32 = 65534;

/// Root may read everything, so the test runs itself again as somebody else.
#[test]
fn what_may_not_be_read_is_named() {
    if let Some(dir) = std::env::var_os(AS_NOBODY) {
        return unreadable_as_nobody(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    plant(at, &["open", "closed", "dir/inside", "list/inside"]);
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&at.join("closed"), 0o000);
    mode(&at.join("dir"), 0o000);
    mode(&at.join("list"), 0o744);
    mode(at, 0o755);
    if File::open(at.join("closed")).is_err() {
        return unreadable_as_nobody(at);
    }
    let exe = dir.path().join("test");
    // By another process: one that a test next to this one starts could hold the copy open, and it would be busy.
    assert!(Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&exe).status().unwrap().success());
    mode(&exe, 0o755);
    let output = Command::new(&exe)
        .args(["--exact", "trouble::what_may_not_be_read_is_named"])
        .env(AS_NOBODY, at)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .expect("root may become nobody, or this test cannot be run as root");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn unreadable_as_nobody(at: &Path) {
    assert!(File::open(at.join("closed")).is_err(), "privileges were dropped");
    let seen = visit(&source(at));
    assert!(seen.files.contains_key("open"));
    // Somebody who is not the owner may list "list" (r--), but open nothing in it.
    assert_eq!(
        seen.skipped(),
        [("closed", Unreadable), ("dir", Unreadable), ("list/inside", Unreadable)],
        "{seen:?}"
    );
    assert!(seen.skips["closed"].detail.contains("ermission denied"));
}
