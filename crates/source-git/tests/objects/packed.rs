//! Packs and loose objects.

use keysieve_finding::GitPart;

use crate::Seen;
use crate::repository::Repository;

/// A repository with many versions of a few files.
fn with_history(options: &[&str]) -> (Repository, Vec<Vec<u8>>) {
    let mut repository = Repository::new(options);
    let mut blobs = Vec::new();
    for version in 0..40 {
        for file in ["src/a.txt", "b.txt"] {
            let mut text: String = (0..200).map(|line| format!("{file} line {line}\n")).collect();
            text.push_str(&format!("version {version}\n"));
            repository.write(file, text.as_bytes());
            blobs.push(text.into_bytes());
        }
        repository.commit(&format!("commit {version}"));
    }
    blobs.sort();
    (repository, blobs)
}

fn assert_all_is_seen(repository: &Repository, blobs: &[Vec<u8>], how: &str) {
    for threads in [1, 3] {
        let seen = Seen::of(repository.path(), threads);
        assert!(seen.part(GitPart::Blob) == blobs, "{how}, {threads} threads");
        assert_eq!(seen.part(GitPart::CommitMessage).len(), 40, "{how}");
        assert_eq!(seen.part(GitPart::CommitHeader).len(), 40, "{how}");
        assert_eq!(seen.part(GitPart::FileName), [&b"a.txt"[..], b"b.txt", b"src"], "{how}");
        assert_eq!(seen.part(GitPart::RefName), [b"refs/heads/main"], "{how}");
        assert_eq!(seen.skips(), [], "{how}");
    }
}

#[test]
fn every_object_is_handed_over_once_however_it_is_stored() {
    let (repository, blobs) = with_history(&[]);
    assert_all_is_seen(&repository, &blobs, "loose");
    repository.git(&["repack", "-q"]);
    assert_all_is_seen(&repository, &blobs, "packed and loose");
    repository.git(&["repack", "-adfq", "--depth=50"]);
    assert_all_is_seen(&repository, &blobs, "in one pack");
    repository.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    assert_all_is_seen(&repository, &blobs, "deltas by name");
    repository.git(&["repack", "-adfq", "--max-pack-size=1m", "--window=0"]);
    repository.git(&["multi-pack-index", "write"]);
    assert_all_is_seen(&repository, &blobs, "several packs under one index");
}

#[test]
fn names_of_32_bytes_work_as_well() {
    let (repository, blobs) = with_history(&["--object-format=sha256"]);
    assert_all_is_seen(&repository, &blobs, "loose");
    repository.git(&["repack", "-adfq"]);
    assert_all_is_seen(&repository, &blobs, "packed");
}
