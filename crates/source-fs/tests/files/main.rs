//! Whole walks over real trees.

#[cfg(test)]
mod ignored;
#[cfg(test)]
mod names;
#[cfg(test)]
mod seen;
#[cfg(test)]
mod trouble;
