//! Containers of every kind, whole, damaged and hostile.

mod compressed;
mod packages;
mod tars;
mod tools;
mod zips;
