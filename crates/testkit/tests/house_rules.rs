//! What the compiler and clippy do not check.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Rust file below `crates/` and `benches/`, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut directories = vec![root().join("crates"), root().join("benches")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                files.push((path, text));
            }
        }
    }
    assert!(files.len() > 30, "too few files: {files:?}");
    files
}

#[test]
fn a_lib_rs_is_a_face_without_functions() {
    for (path, text) in sources().iter().filter(|(path, _)| path.ends_with("src/lib.rs")) {
        let function = text.lines().find(|line| !line.trim_start().starts_with("//") && line.contains("fn "));
        assert_eq!(function, None, "{}", path.display());
    }
}

#[test]
fn files_have_names_that_say_something_and_a_length_that_can_be_read() {
    const MEANINGLESS: &[&str] =
        &["utils", "util", "helpers", "helper", "common", "types", "manager", "misc"];
    for (path, text) in sources() {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(!MEANINGLESS.contains(&name), "{} names nothing", path.display());
        assert!(text.lines().count() <= 600, "{} is longer than 600 lines", path.display());
    }
}

#[test]
fn unsafe_code_is_in_the_kernel_only() {
    let kernel = root().join("crates/kernel");
    for (path, text) in sources().iter().filter(|(path, _)| !path.starts_with(&kernel)) {
        let allowed = concat!("allow(", "unsafe_code");
        assert!(!text.contains(allowed), "{} allows unsafe code", path.display());
    }
    let members = fs::read_dir(root().join("crates")).expect("a directory");
    let manifests = members.map(|entry| entry.expect("an entry").path().join("Cargo.toml"));
    for manifest in manifests.filter(|path| path.is_file() && !path.starts_with(&kernel)) {
        let text = fs::read_to_string(&manifest).expect("UTF-8");
        assert!(text.contains("[lints]\nworkspace = true"), "{} leaves the lints", manifest.display());
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("UTF-8");
    let section = manifest.split("[workspace.dependencies]").nth(1).expect("the section");
    let section = section.split("\n[").next().expect("its lines");
    let dependencies: Vec<&str> =
        section.lines().filter(|line| line.contains(" = ") && !line.starts_with("keysieve")).collect();
    assert!(dependencies.len() > 20, "too few dependencies");
    for line in dependencies {
        let reason = line.rsplit_once(" # ").map_or("", |(_, reason)| reason);
        assert!(!reason.trim().is_empty(), "no reason beside: {line}");
    }
}
