//! Log files followed through rotation, with checkpoints.
//!
//! A [`Follower`] is asked again and again for what is new in the files that its globs name. It knows a file by device,
//! inode and the first bytes of it, so that it goes on in the right place when the file was renamed, cut to nothing and
//! filled again, or packed with gzip after it was renamed; and after a restart, from a [`Checkpoint`].
//!
//! Nothing is lost: what was read and not yet noted by [`Follower::done`] is read again after a crash. So a line can
//! come twice, but only those since the last checkpoint; a [`Piece`] says of what is read again only to know what follows
//! that it has gone out.
//!
//! ```
//! use keysieve_follow::{Checkpoint, Follower, Start};
//!
//! let directory = tempfile::tempdir()?;
//! let log = directory.path().join("app.log");
//! std::fs::write(&log, "one\n")?;
//! let pattern = directory.path().join("*.log").display().to_string();
//! let mut follower = Follower::new(&[pattern], Start::Beginning, Checkpoint::default())?;
//! let mut lines = Vec::new();
//! follower.poll(&mut |piece| lines.extend_from_slice(piece.bytes));
//! assert_eq!(lines, b"one\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aside;
mod catch_up;
mod checkpoint;
mod follower;
mod identity;
mod pattern;
mod since;
mod tail;

pub use checkpoint::{Checkpoint, Noted};
pub use follower::{Error, Follower, Piece, Start, Trouble};
pub use identity::Identity;
pub use since::moment;
