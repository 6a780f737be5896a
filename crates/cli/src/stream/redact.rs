//! The verb `redact`.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use keysieve_stream::Redactor;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::known;
use super::pump::{Ended, Event, Input, Output, pump, widen};
use super::setup::Asked;
use crate::arguments::{RedactArguments, StreamArguments};
use crate::exit::Exit;
use crate::{messages, session};

/// What a shell shows for a program that SIGPIPE has ended.
const CLOSED: u8 = 141;

/// How long an incomplete line waits.
pub(crate) const HOLD: Duration = Duration::from_millis(200);

/// How often known values are looked at for changes.
const LOOK: Duration = Duration::from_secs(2);

/// Masks standard input.
pub(crate) fn run(asked: &RedactArguments) -> Exit {
    redact(asked).unwrap_or_else(|error| session::refuse(&error))
}

fn redact(asked: &RedactArguments) -> Result<Exit> {
    let setup = Asked::of(&asked.stream).setup()?;
    widen(io::stdin());
    widen(io::stdout());
    let (input, events) = Input::read(io::stdin());
    listen(asked.stream.clone(), events)?;
    let mut redactor = Redactor::new(setup);
    let mut output = Output(io::stdout().lock());
    let ended = pump(&input, &mut redactor, asked.stream.hold.hold_ms.unwrap_or(HOLD), &mut output);
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

/// What is said of lines that could not be looked at.
pub(crate) fn failures(count: u64, open: bool) -> String {
    let what = if open { "went through as they were" } else { "were withheld" };
    format!("{count} lines could not be looked at and {what}; please report it")
}

/// Turns signals into events, and changed files of known values into reloads.
fn listen(asked: StreamArguments, events: SyncSender<Event>) -> Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("cannot listen for signals")?;
    let watched = !(asked.known.files.is_empty() && asked.known.directories.is_empty());
    let again = (asked.clone(), events.clone());
    if watched {
        thread::spawn(move || watch(&again.0, &again.1));
    }
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = match signal {
                SIGHUP => reload(&asked),
                _ => Some(Event::Stop),
            };
            if event.is_some_and(|event| events.send(event).is_err()) {
                return;
            }
        }
    });
    Ok(())
}

/// Reloads whenever known values change.
fn watch(asked: &StreamArguments, events: &SyncSender<Event>) {
    let mut state = known::state(&asked.known);
    loop {
        thread::sleep(LOOK);
        let now = known::state(&asked.known);
        if now != state {
            state = now;
            if reload(asked).is_some_and(|event| events.send(event).is_err()) {
                return;
            }
        }
    }
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
