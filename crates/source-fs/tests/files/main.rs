//! Whole walks over real trees.

#[cfg(test)]
mod ignored;
#[cfg(all(test, unix))]
mod names;
#[cfg(test)]
mod seen;
#[cfg(test)]
mod trouble;
