//! Containers of every kind, whole, damaged and hostile.

mod compressed;
mod documents;
mod packages;
mod tars;
mod tools;
mod zips;
