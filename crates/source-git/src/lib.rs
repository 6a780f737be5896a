//! Every object of a git repository, each inflated once.
//!
//! A [`GitSource`] hands over what a repository holds, not what its branches show: every blob of every pack and every
//! loose object, reachable or not, those of alternates too; what commits and tags say and who made them; the names of
//! files and references; and the files of the git directory that can hold a secret: configuration, hooks, reflogs,
//! objects of LFS. What it does not hand over, it names as a skip.
//!
//! Packs are walked in the order of their deltas: an object is inflated, handed over, and then the deltas that stand on
//! it are applied to it, so that nothing is inflated twice and no base is looked up. Of the objects on the way down, a
//! thread holds only those that still have a heavier branch to come, at most one for each halving of the subtree.
//!
//! Nothing of the repository is executed, and nothing of it is believed: sizes, offsets and paths are checked before
//! they are used, and what a delta may blow up to is limited.
//!
//! Which paths and commits lead to an object is asked for once, by [`attribute`](keysieve_source::Source::attribute),
//! for those objects in which something was found.
//!
//! A [`ChosenSource`] hands over a part: what is staged, or what some commits bring and others do not have. It reads
//! single objects by their names, so it takes time in what was chosen and not in what there is. Both come from a
//! [`Repository`].

mod apply;
mod attribution;
mod called;
mod chosen;
mod error;
mod files;
mod forest;
mod hand_over;
mod inflater;
mod layout;
mod loose;
mod names;
mod numbers;
mod object;
mod objects;
mod pack;
mod plan;
mod quick_hash;
mod refs;
mod repository;
mod source;
mod store;
mod text;
mod threads;
mod tree;
mod tree_memory;
mod visit;
mod walk;

pub use chosen::{ChosenSource, Range, UnstagedSource, Update};
pub use error::Error;
pub use repository::Repository;
pub use source::GitSource;
