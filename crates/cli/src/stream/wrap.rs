//! The verb `wrap`.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};
use keysieve_stream::{Redactor, Setup};

use super::backlog::Outlet;
use super::pump::{Ended, Input, pump, widen};
use super::redact::{HOLD, failures, tell_lost, watch};
use super::setup::{Asked, threads};
use super::terminal::Terminal;
use crate::arguments::{StreamArguments, WrapArguments};
use crate::exit::Exit;
use crate::{messages, session};

/// What we exit with if we fail ourselves, as `env` and `timeout` do; a program that cannot be run, or is not there.
const OURS: u8 = 125;
const NOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// How long what a terminal shows waits: what is typed should be seen.
const ECHO: Duration = Duration::from_millis(25);

/// Runs a program with both of its outputs masked.
pub(crate) fn run(asked: &WrapArguments) -> Exit {
    match wrap(asked) {
        Ok(exit) => exit,
        Err(error) => {
            session::refuse(&error);
            Exit::Chosen(OURS)
        }
    }
}

fn wrap(asked: &WrapArguments) -> Result<Exit> {
    let setup = Asked::of(&asked.stream).setup()?;
    let (program, arguments) = asked.command.split_first().context("no program")?;
    let mut command = Command::new(program);
    command.args(arguments);
    let (mut child, terminal) = match spawn(command, asked.pty) {
        Ok(spawned) => spawned,
        Err(error) => {
            let engine = setup.rules.engine();
            let name = messages::masked(engine, &program.to_string_lossy());
            messages::error(&format!("{name}: {error}"));
            let missing = error.kind() == io::ErrorKind::NotFound;
            return Ok(Exit::Chosen(if missing { NOT_FOUND } else { NOT_RUN }));
        }
    };
    let stream = &asked.stream;
    let outputs = match &terminal {
        Some(terminal) => {
            forward(&child, terminal.resizer())?;
            let hold = asked.stream.hold.hold_ms.unwrap_or(ECHO);
            let output = terminal.output().context("no terminal for the program")?;
            terminal.listen().context("our terminal")?;
            [Some(filter(output, io::stdout(), stream, &setup, hold)), None]
        }
        None => {
            forward(&child, || {})?;
            let hold = asked.stream.hold.hold_ms.unwrap_or(HOLD);
            [
                child.stdout.take().map(|output| filter(output, io::stdout(), stream, &setup, hold)),
                child.stderr.take().map(|output| filter(output, io::stderr(), stream, &setup, hold)),
            ]
        }
    };
    finish(&mut child, outputs, asked.stream.mask.fail_open)
}

/// Runs a program: in a terminal of its own, or with two pipes.
fn spawn(mut command: Command, pty: bool) -> io::Result<(Child, Option<Terminal>)> {
    if pty {
        let (child, terminal) = Terminal::run(command)?;
        return Ok((child, Some(terminal)));
    }
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(output) = &child.stdout {
        widen(output);
    }
    Ok((child, None))
}

/// Masks one output on a thread of its own.
fn filter(
    reader: impl AsFd + Send + 'static,
    writer: impl Write + Send + 'static,
    asked: &StreamArguments,
    setup: &Arc<Setup>,
    hold: Duration,
) -> JoinHandle<(Ended, u64)> {
    let mut redactor = Redactor::new(Arc::clone(setup));
    let rules = Arc::clone(&setup.rules);
    let outlet = Outlet::new(&asked.hold.overflow, writer);
    let asked = asked.clone();
    thread::spawn(move || {
        let outlet = match outlet {
            Ok(outlet) => outlet,
            Err(error) => return (Ended::Write(error), 0),
        };
        let (mut input, events) = match Input::new(reader, &rules, threads(&asked.hold)) {
            Ok(reading) => reading,
            Err(error) => return (Ended::Read(error), 0),
        };
        watch(&asked, &events);
        let (ended, lost) = pump(&mut input, &mut redactor, hold, outlet);
        tell_lost(lost);
        (ended, redactor.failures())
    })
}

/// Waits for the program and for what it wrote.
fn finish(
    child: &mut Child,
    outputs: [Option<JoinHandle<(Ended, u64)>>; 2],
    fail_open: bool,
) -> Result<Exit> {
    let mut ours = None;
    let mut failed = 0;
    for output in outputs.into_iter().flatten() {
        match output.join() {
            Ok((Ended::Read(error) | Ended::Write(error), lines)) => {
                (ours, failed) = (Some(error), failed + lines)
            }
            Ok((_, lines)) => failed += lines,
            Err(_) => ours = Some(io::Error::other("an output could not be masked")),
        }
    }
    let status = child.wait().context("cannot wait for the program")?;
    if failed > 0 {
        messages::warning(&failures(failed, fail_open));
    }
    if let Some(error) = ours {
        messages::error(&format!("an output of the program: {error}"));
        return Ok(Exit::Chosen(OURS));
    }
    Ok(Exit::Chosen(code(status)))
}

/// The program's code, or that of a shell for a signal.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(OURS)
}

/// Passes signals on to the program. What a terminal sends goes to both anyway, and ends neither too early.
fn forward(child: &Child, resized: impl Fn() + Send + 'static) -> Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
    let all = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH];
    let mut signals = signal_hook::iterator::Signals::new(all).context("cannot listen for signals")?;
    let pid = rustix::process::Pid::from_child(child);
    thread::spawn(move || {
        for signal in signals.forever() {
            if signal == SIGWINCH {
                resized();
            }
            if let Some(signal) = rustix::process::Signal::from_named_raw(signal) {
                // It may have ended in the meantime.
                let _ = rustix::process::kill_process(pid, signal);
            }
        }
    });
    Ok(())
}
