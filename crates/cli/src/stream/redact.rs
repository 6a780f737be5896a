//! The verb `redact`.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use keysieve_stream::Redactor;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::backlog::Outlet;
use super::known;
use super::pump::{Ended, Event, Input, Others, pump, widen};
use super::setup::{Asked, threads};
use crate::arguments::{RedactArguments, StreamArguments};
use crate::exit::Exit;
use crate::{messages, session};

/// What a shell shows for a program that SIGPIPE has ended.
const CLOSED: u8 = 141;

/// How long an incomplete line waits.
pub(crate) const HOLD: Duration = Duration::from_millis(200);

/// How long after a signal what was read may take to go out.
const FAREWELL: Duration = Duration::from_millis(1500);

/// Masks standard input.
pub(crate) fn run(asked: &RedactArguments) -> Exit {
    redact(asked).unwrap_or_else(|error| session::refuse(&error))
}

fn redact(asked: &RedactArguments) -> Result<Exit> {
    if asked.stream.known.files.iter().any(|file| file.as_os_str() == "-") {
        bail!("--known-values -: standard input is what is masked; name a file, or another pipe: /dev/fd/3");
    }
    let setup = Asked::of(&asked.stream).setup()?;
    widen(io::stdin());
    widen(io::stdout());
    let reading = Input::new(io::stdin(), &setup.rules, threads(&asked.stream.hold));
    let (mut input, events) = reading.context("a pipe")?;
    listen(asked.stream.clone(), events)?;
    let mut redactor = Redactor::new(setup);
    let outlet = Outlet::new(&asked.stream.hold.overflow, io::stdout()).context("--overflow")?;
    let (ended, lost) = pump(&mut input, &mut redactor, asked.stream.hold.hold_ms.unwrap_or(HOLD), outlet);
    tell_lost(lost);
    if redactor.failures() > 0 {
        messages::warning(&failures(redactor.failures(), asked.stream.mask.fail_open));
    }
    Ok(match ended {
        Ended::Whole | Ended::Stopped => Exit::Clean,
        Ended::Closed => Exit::Chosen(CLOSED),
        Ended::Read(error) => internal("standard input", &error),
        Ended::Write(error) => internal("standard output", &error),
    })
}

fn internal(what: &str, error: &io::Error) -> Exit {
    messages::error(&format!("{what}: {error}"));
    Exit::Internal
}

/// Says how many lines were lost for a reader that was too slow.
pub(crate) fn tell_lost(lines: u64) {
    if lines > 0 {
        messages::warning(&format!("{lines} lines were dropped, because they were not read fast enough"));
    }
}

/// What is said of lines that could not be looked at.
pub(crate) fn failures(count: u64, open: bool) -> String {
    let what = if open { "went through as they were" } else { "were withheld" };
    format!("{count} lines could not be looked at and {what}; please report it")
}

/// Turns signals into events, and changed files of known values into reloads.
fn listen(asked: StreamArguments, events: Others) -> Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("cannot listen for signals")?;
    watch(&asked, &events);
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGHUP {
                reload(&asked)
            } else {
                thread::spawn(give_up);
                Some(Event::Stop)
            };
            if event.is_some_and(|event| !events.send(event)) {
                return;
            }
        }
    });
    Ok(())
}

/// Ends what a signal could not: nobody takes what is still to go out.
fn give_up() {
    thread::sleep(FAREWELL);
    messages::error("ended by a signal before all was read that had been masked");
    std::process::exit(i32::from(Exit::Internal.code()));
}

/// Reloads whenever known values change, on a thread of its own.
pub(crate) fn watch(asked: &StreamArguments, events: &Others) {
    let Some(mut changes) = known::Changes::of(&asked.known) else { return };
    let (asked, events) = (asked.clone(), events.clone());
    thread::spawn(move || {
        loop {
            thread::sleep(known::LOOK);
            if changes.any() && reload(&asked).is_some_and(|event| !events.send(event)) {
                return;
            }
        }
    });
}

/// Reads everything anew. What is broken changes nothing but for a word on standard error.
pub(crate) fn reload(asked: &StreamArguments) -> Option<Event> {
    match Asked::of(asked).setup() {
        Ok(setup) => Some(Event::Reload(Arc::clone(&setup))),
        Err(error) => {
            let engine = keysieve_engine::Engine::builtin();
            let text = messages::masked(&engine, &format!("{error:#}"));
            messages::error(&format!("the reload failed, and everything stays as it was: {text}"));
            None
        }
    }
}
