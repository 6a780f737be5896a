//! A terminal for a wrapped program, with ours before it.

use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use pty_process::Size;
use pty_process::blocking::{Pty, open};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr};

/// What a terminal is like of which nothing is known.
const USUAL: (u16, u16) = (24, 80);

/// The terminal of a wrapped program.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    /// Ours, as it was; it is put back in the end.
    ours: Option<Termios>,
}

impl Terminal {
    /// Runs a program in a terminal of its own, like ours if standard input is one; else it reads from where we do.
    pub(crate) fn run(command: Command) -> io::Result<(Child, Self)> {
        let (pty, pts) = open().map_err(io::Error::other)?;
        let ours = tcgetattr(io::stdin()).ok();
        if let Some(ours) = &ours {
            tcsetattr(&pts, OptionalActions::Now, ours)?;
        }
        let terminal = Self { pty: Arc::new(pty), ours };
        terminal.resize();
        let mut command = pty_process::blocking::Command::from(command);
        if terminal.ours.is_none() {
            command = command.stdin(Stdio::inherit());
        }
        let child = command.spawn(pts).map_err(|error| match error {
            pty_process::Error::Io(error) => error,
            error => io::Error::other(error),
        })?;
        Ok((child, terminal))
    }

    /// What the program writes.
    pub(crate) fn output(&self) -> io::Result<std::fs::File> {
        use std::os::fd::AsFd as _;
        let duplicate: OwnedFd = self.pty.as_fd().try_clone_to_owned()?;
        Ok(duplicate.into())
    }

    /// Makes it as large as ours.
    pub(crate) fn resize(&self) {
        resize(&self.pty);
    }

    /// What makes it as large as ours, whenever that changes.
    pub(crate) fn resizer(&self) -> impl Fn() + Send + 'static {
        let pty = Arc::clone(&self.pty);
        move || resize(&pty)
    }

    /// Hands the program what is typed, every key at once: its own terminal knows what they mean.
    pub(crate) fn listen(&self) -> io::Result<()> {
        let Some(ours) = &self.ours else { return Ok(()) };
        let mut raw = ours.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        let pty = Arc::clone(&self.pty);
        thread::spawn(move || {
            let mut keys = [0; 4096];
            while let Ok(length @ 1..) = io::stdin().read(&mut keys) {
                if (&*pty).write_all(&keys[..length]).is_err() {
                    return;
                }
            }
        });
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(ours) = &self.ours {
            // A terminal that is gone needs nothing put back.
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, ours);
        }
    }
}

fn resize(pty: &Pty) {
    let ours = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    let size = ours.into_iter().filter(|stream| isatty(stream)).find_map(|stream| tcgetwinsize(stream).ok());
    let (rows, columns) = size.map_or(USUAL, |size| (size.ws_row, size.ws_col));
    // A wrong size is no reason not to run.
    let _ = pty.resize(Size::new(rows, columns));
}
