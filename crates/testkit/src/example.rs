//! The tree under `fixtures/example`.

mod fakes;
mod files;

use crate::Tree;

/// The bundled example: a small web shop whose developers were careless. Its secrets have the right form and, where a
/// token has one, the right checksum, and belong to nobody: they are made from a fixed seed.
///
/// A test compares it with what is in the repository; `KEYSIEVE_BLESS=1 cargo test -p keysieve-testkit` writes it.
#[must_use]
pub fn example_tree() -> Tree {
    files::all()
}
