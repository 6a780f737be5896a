//! The bar on the terminal.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressStyle};
use keysieve_scan::Control;

/// Runs that are shorter than this show no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(400);

/// How often the numbers change.
const TICK: Duration = Duration::from_millis(100);

/// The bar, which goes when this is dropped.
pub(crate) struct Progress {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows how far a run is, if standard error is a terminal.
    pub(crate) fn show(control: &Arc<Control>) -> Option<Self> {
        if !io::stderr().is_terminal() {
            return None;
        }
        let control = Arc::clone(control);
        let (end, ended) = channel::<()>();
        let thread = thread::spawn(move || {
            let mut wait = PATIENCE;
            let mut bar: Option<ProgressBar> = None;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = TICK;
                let bar = bar.get_or_insert_with(new_bar);
                let (files, size) = (HumanCount(control.objects()), DecimalBytes(control.bytes()));
                bar.set_message(format!("{files} files, {size}"));
                bar.tick();
            }
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        });
        Some(Self { end: Some(end), thread: Some(thread) })
    }
}

fn new_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} scanning: {msg} in {elapsed}");
    let bar = ProgressBar::new_spinner();
    style.into_iter().for_each(|style| bar.set_style(style));
    bar
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.end.take());
        // A bar that fell over is no reason for the run to do so.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
