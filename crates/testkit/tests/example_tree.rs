//! The bundled example is what its generator makes.

use std::path::Path;

use keysieve_testkit::{Tree, example_tree};

#[test]
fn fixtures_example_is_what_the_generator_makes() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/example");
    let tree = example_tree();
    if std::env::var_os("KEYSIEVE_BLESS").is_some() {
        if directory.exists() {
            std::fs::remove_dir_all(&directory).expect("the old tree goes");
        }
        tree.write_to(&directory).expect("the new tree is written");
    }
    let committed = Tree::read_from(&directory).expect("a tree");
    let names = |tree: &Tree| tree.files.keys().cloned().collect::<Vec<_>>();
    let advice = "run KEYSIEVE_BLESS=1 cargo test -p keysieve-testkit";
    assert_eq!(names(&committed), names(&tree), "{advice}");
    for (path, bytes) in &tree.files {
        // No `assert_eq`: it would print the file.
        assert!(committed.files[path] == *bytes, "{path} differs: {advice}");
    }
}
