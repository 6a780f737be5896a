//! Containers of every kind, whole, damaged and hostile.

mod compressed;
mod tars;
mod tools;
mod zips;
