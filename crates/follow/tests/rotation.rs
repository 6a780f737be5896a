//! Every line of a log arrives once, whatever rotation does with its file.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use keysieve_follow::{Checkpoint, Follower, Start};

/// A log, and what was read of it.
struct Scene {
    directory: tempfile::TempDir,
    follower: Follower,
    read: String,
    ends: HashMap<u64, u64>,
    written: u32,
}

impl Scene {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let follower = follower(directory.path(), Checkpoint::default());
        Self { directory, follower, read: String::new(), ends: HashMap::new(), written: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&mut self, name: &str, lines: u32) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).expect("a log");
        for _ in 0..lines {
            writeln!(file, "line {}", self.written).expect("written");
            self.written += 1;
        }
    }

    fn poll(&mut self) {
        let (read, ends) = (&mut self.read, &mut self.ends);
        self.follower.poll(&mut |piece| {
            read.push_str(std::str::from_utf8(piece.bytes).expect("text"));
            ends.insert(piece.id, piece.offset + piece.bytes.len() as u64);
        });
        for (&id, &end) in &self.ends {
            self.follower.done(id, end, end);
        }
    }

    fn restart(&mut self) {
        let checkpoint = self.path("state");
        self.follower.checkpoint().save(&checkpoint).expect("saved");
        self.follower = follower(self.directory.path(), Checkpoint::load(&checkpoint).expect("loaded"));
        self.ends.clear();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("renamed");
    }

    fn pack(&self, name: &str) {
        let packed = File::create(self.path(&format!("{name}.gz"))).expect("created");
        let mut encoder = GzEncoder::new(packed, Compression::fast());
        encoder.write_all(&fs::read(self.path(name)).expect("read")).expect("packed");
        encoder.finish().expect("packed");
        fs::remove_file(self.path(name)).expect("removed");
    }

    fn assert_whole(&mut self) {
        let expected: String = (0..self.written).map(|line| format!("line {line}\n")).collect();
        assert_eq!(self.read, expected);
        assert!(self.follower.take_troubles().is_empty());
    }
}

fn follower(directory: &Path, checkpoint: Checkpoint) -> Follower {
    let pattern = directory.join("*.log").display().to_string();
    Follower::new(&[pattern], Start::Beginning, checkpoint).expect("a pattern")
}

#[test]
fn renamed_files_are_read_to_their_end_first() {
    let mut scene = Scene::new();
    scene.write("app.log", 3);
    scene.poll();
    scene.write("app.log", 2);
    scene.rename("app.log", "app.log.1");
    scene.write("app.log", 4);
    scene.poll();
    scene.write("app.log", 1);
    scene.poll();
    scene.poll();
    scene.assert_whole();
}

#[test]
fn copied_and_cut_files_begin_anew() {
    let mut scene = Scene::new();
    scene.write("app.log", 30);
    scene.poll();
    scene.write("app.log", 5);
    fs::copy(scene.path("app.log"), scene.path("app.log.1")).expect("copied");
    File::create(scene.path("app.log")).expect("cut");
    scene.write("app.log", 2);
    scene.poll();
    // Cut, and longer than before when it is looked at again.
    fs::copy(scene.path("app.log"), scene.path("app.log.2")).expect("copied");
    File::create(scene.path("app.log")).expect("cut");
    scene.write("app.log", 40);
    scene.poll();
    scene.assert_whole();
}

#[test]
fn rotations_while_nobody_looked_are_made_up_for() {
    let mut scene = Scene::new();
    scene.write("app.log", 7);
    scene.poll();
    scene.write("app.log", 3);
    for round in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        scene.rename("app.log", &format!("app.log-{round}"));
        if round == 1 {
            scene.pack("app.log-0");
            // Packing keeps the time, as gzip does.
            let time =
                fs::metadata(scene.path("app.log-1")).and_then(|file| file.modified()).expect("a time");
            let packed = File::options().append(true).open(scene.path("app.log-0.gz")).expect("open");
            packed.set_modified(time - std::time::Duration::from_millis(10)).expect("set");
        }
        scene.write("app.log", 5);
    }
    scene.restart();
    scene.poll();
    scene.write("app.log", 1);
    scene.poll();
    scene.assert_whole();
}

#[test]
fn what_is_packed_late_is_older_than_what_is_not() {
    let mut scene = Scene::new();
    scene.write("app.log", 7);
    scene.poll();
    scene.write("app.log", 3);
    // As the kubelet does it: what is packed gets the time at which it was.
    for round in 0..4 {
        scene.rename("app.log", &format!("app.log.20261125-11000{round}"));
        scene.write("app.log", 5);
        if round > 0 {
            scene.pack(&format!("app.log.20261125-11000{}", round - 1));
        }
    }
    scene.restart();
    scene.poll();
    scene.assert_whole();
}

#[test]
fn rotations_between_two_looks_are_made_up_for() {
    let mut scene = Scene::new();
    scene.write("app.log", 7);
    scene.poll();
    for round in 0..3 {
        scene.write("app.log", 3);
        scene.rename("app.log", &format!("app.log.20261125-11000{round}"));
        scene.write("app.log", 5);
    }
    scene.poll();
    scene.write("app.log", 2);
    scene.poll();
    scene.assert_whole();
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let mut scene = Scene::new();
    scene.write("app.log", 3);
    scene.poll();
    for _ in 0..3 {
        scene.restart();
        scene.write("app.log", 2);
        scene.poll();
    }
    scene.assert_whole();
}

#[test]
fn what_was_rotated_and_read_is_not_read_again_after_a_restart() {
    let mut scene = Scene::new();
    for round in 1..5 {
        scene.write("app.log", 20);
        scene.poll();
        scene.rename("app.log", &format!("app.log.2026112{round}"));
        scene.write("app.log", 3);
        scene.poll();
    }
    scene.restart();
    scene.poll();
    scene.write("app.log", 2);
    scene.poll();
    scene.assert_whole();
}

#[test]
fn links_are_followed_to_where_they_lead() {
    let mut scene = Scene::new();
    fs::create_dir(scene.path("pod")).expect("made");
    scene.write("pod/0", 3);
    symlink(scene.path("pod/0"), scene.path("app.log")).expect("linked");
    scene.poll();
    scene.rename("pod/0", "pod/0.20261125");
    scene.write("pod/0", 2);
    scene.poll();
    scene.poll();
    scene.assert_whole();
}

#[test]
fn an_inode_that_is_used_again_is_another_file() {
    let mut scene = Scene::new();
    scene.write("app.log", 30);
    scene.poll();
    let checkpoint = scene.follower.checkpoint();
    // The same place on disk, more bytes than before, and another begin.
    fs::remove_file(scene.path("app.log")).expect("removed");
    scene.written = 0;
    scene.read.clear();
    fs::write(scene.path("app.log"), "").expect("created");
    scene.write("app.log", 0);
    let inode = std::os::unix::fs::MetadataExt::ino(&fs::metadata(scene.path("app.log")).expect("a file"));
    let mut reused = checkpoint.clone();
    reused.files[0].identity.inode = inode;
    fs::write(scene.path("app.log"), "another begin\n".repeat(100)).expect("written");
    scene.follower = follower(scene.directory.path(), reused.clone());
    scene.poll();
    assert_eq!(scene.read, "another begin\n".repeat(100));
    assert_eq!(scene.follower.take_troubles().len(), 1, "what was in the old one is lost, and said");

    // The same begin, and less than was read.
    let same: String = (0..28).map(|line| format!("line {line}\n")).collect();
    fs::write(scene.path("app.log"), &same).expect("written");
    scene.read.clear();
    scene.follower = follower(scene.directory.path(), reused);
    scene.poll();
    assert_eq!(scene.read, same);
}

#[test]
fn an_inode_is_used_again_while_it_is_followed() {
    let mut scene = Scene::new();
    scene.write("app.log", 30);
    scene.poll();
    // Written over in place: to a follower that is what a new file with the old inode is.
    let file = OpenOptions::new().write(true).open(scene.path("app.log")).expect("a log");
    file.set_len(0).expect("cut");
    (&file).write_all(&b"another begin\n".repeat(100)).expect("written");
    scene.read.clear();
    scene.poll();
    assert_eq!(scene.read, "another begin\n".repeat(100));
}

#[test]
fn what_has_gone_out_is_read_again_to_know_what_follows() {
    let mut scene = Scene::new();
    scene.write("app.log", 10);
    let mut id = 0;
    scene.follower.poll(&mut |piece| id = piece.id);
    scene.follower.done(id, 21, 42);
    scene.restart();
    let mut seen = None;
    scene.follower.poll(&mut |piece| seen = Some((piece.offset, piece.out)));
    assert_eq!(seen, Some((21, 42)));
    // So it is when the file was put aside in the meantime.
    scene.rename("app.log", "app.log.1");
    scene.follower =
        follower(scene.directory.path(), Checkpoint::load(&scene.path("state")).expect("loaded"));
    let mut seen = Vec::new();
    scene.follower.poll(&mut |piece| seen.push((piece.offset, piece.out)));
    assert_eq!(seen.first(), Some(&(21, 42)));
}

#[test]
fn excepted_files_are_not_followed() {
    let mut scene = Scene::new();
    scene.write("app.log", 3);
    fs::write(scene.path("other.log"), "not this\n").expect("written");
    let other = scene.path("other.*").display().to_string();
    let follower = follower(scene.directory.path(), Checkpoint::default());
    scene.follower = follower.except(&[other]).expect("a pattern");
    scene.poll();
    scene.assert_whole();
}

#[test]
fn a_file_that_is_gone_is_said() {
    let mut scene = Scene::new();
    scene.write("app.log", 3);
    scene.poll();
    fs::remove_file(scene.path("app.log")).expect("removed");
    scene.restart();
    scene.poll();
    assert_eq!(scene.follower.take_troubles().len(), 1);
    assert!(scene.follower.checkpoint().files.is_empty());
}
