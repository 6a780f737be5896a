//! One outcome with everything odd in it, in every format; the schemas; and the law that no format shows a secret.

mod canonical;
mod consumers;
mod masks;
mod schemas;
mod snapshots;
