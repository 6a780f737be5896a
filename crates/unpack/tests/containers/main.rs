//! Containers of every kind, whole, damaged and hostile.

mod compressed;
mod databases;
mod documents;
mod packages;
mod packs;
mod seven_zip;
mod tars;
mod texts;
mod tools;
mod zips;
