//! The command `keysieve`: arguments in, a report and an exit code out.

mod arguments;
mod baselines;
mod compat;
mod config;
mod exit;
mod explain;
mod file_list;
mod fingerprint_key;
mod git;
mod hook;
mod ignore_files;
#[cfg(feature = "image")]
mod image;
#[cfg(feature = "image")]
mod image_list;
mod man;
mod messages;
mod outputs;
mod panic;
mod progress;
mod purge;
mod remarks;
mod rules;
mod ruleset;
mod scan;
mod session;
mod signals;
mod size;
mod stream;
mod today;
mod watch;

use std::io::{self, ErrorKind, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser};
use keysieve_engine::Engine;

use crate::arguments::{Arguments, CompatVerb, GitleaksArguments, Verb};
use crate::exit::Exit;

fn main() -> ExitCode {
    panic::install_hook();
    catch_unwind(run).unwrap_or(Exit::Internal).into()
}

fn run() -> Exit {
    if compat::is_called("gitleaks") {
        return match GitleaksArguments::try_parse() {
            Ok(arguments) => compat::gitleaks(arguments),
            Err(error) => compat::usage(&error),
        };
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if compat::is_asked("gitleaks") => return compat::usage(&error),
        Err(error) => return messages::usage(&error),
    };
    match arguments.verb {
        Verb::Scan(arguments) => scan::run(*arguments),
        Verb::Git(arguments) => git::run(*arguments),
        #[cfg(feature = "image")]
        Verb::Image(arguments) => image::run(*arguments),
        Verb::Hook(verb) => said(hook::run(&verb)),
        Verb::Config(verb) => said(config::run(&verb)),
        Verb::Compat(CompatVerb::Gitleaks(arguments)) => compat::gitleaks(*arguments),
        Verb::Baseline(verb) => baselines::run(verb),
        Verb::Explain(arguments) => said(explain::run(&arguments)),
        Verb::Redact(arguments) => stream::redact::run(&arguments),
        Verb::Watch(arguments) => watch::run(&arguments),
        Verb::Alerts(verb) => said(watch::alerts::run(&verb)),
        Verb::Wrap(arguments) => stream::wrap::run(&arguments),
        Verb::Rules(verb) => said(rules::run(&verb)),
        Verb::Completions { shell } => said(print(&completions(shell)).map(|()| Exit::Clean)),
        Verb::Man => said(man::page().and_then(|page| print(&page)).map(|()| Exit::Clean)),
    }
}

/// Prints the error, if it is one.
fn said(result: Result<Exit>) -> Exit {
    result.unwrap_or_else(|error| {
        messages::error(&messages::masked(&Engine::builtin(), &format!("{error:#}")));
        Exit::Usage
    })
}

fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "keysieve", &mut script);
    script
}

/// Writes to standard output. Whoever closes it has read enough.
fn print(bytes: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("standard output"))
        }
        _ => Ok(()),
    }
}
