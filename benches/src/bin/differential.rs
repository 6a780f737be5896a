//! Holds the engine against the plain version of itself over the files of a real tree: every match that each rule's
//! expression finds alone over a whole file, the engine must find, and no other.
//!
//! `cargo run --release -p keysieve-benches --bin differential -- /opt/trees/real`. Exit code 1 when they differ.

use std::error::Error;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use clap::Parser;
use keysieve_benches::files_below;
use keysieve_engine::{Engine, Match, Scratch};

/// Compares the engine with its rules' plain expressions.
#[derive(Parser)]
struct Arguments {
    /// The tree (benches/tree/make.sh)
    tree: PathBuf,
    /// About how many megabytes of it: every n-th file in the order of their paths
    #[arg(long, default_value_t = 200)]
    size: u64,
    /// Leave out files of more megabytes than this
    #[arg(long, default_value_t = 8)]
    largest: u64,
    /// Threads
    #[arg(long, short, default_value_t = 2)]
    jobs: usize,
}

#[derive(Default)]
struct Tally {
    files: usize,
    bytes: u64,
    matches: usize,
    differing: usize,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let files = sample(&arguments)?;
    let mut engine = Engine::builtin();
    // The expressions alone see the bytes as they stand.
    engine.set_decode_depth(0);
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    let worked: io::Result<()> = thread::scope(|scope| {
        let workers: Vec<_> = (0..arguments.jobs.max(1))
            .map(|_| scope.spawn(|| compare(&engine, &files, &next, &tally)))
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a panic here is the finding"))
    });
    worked?;
    let tally = tally.into_inner()?;
    writeln!(
        io::stdout(),
        "{} files, {} MB, {} rules: {} matches, {} files differ",
        tally.files,
        tally.bytes / 1_000_000,
        engine.len(),
        tally.matches,
        tally.differing
    )?;
    Ok(if tally.differing == 0 && tally.files > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn sample(arguments: &Arguments) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in files_below(&arguments.tree)? {
        let length = fs::metadata(&file)?.len();
        if length <= arguments.largest * 1_000_000 {
            files.push((file, length));
        }
    }
    let total: u64 = files.iter().map(|(_, length)| length).sum();
    let every = usize::try_from(total / (arguments.size * 1_000_000).max(1)).unwrap_or(usize::MAX).max(1);
    Ok(files.into_iter().step_by(every).map(|(file, _)| file).collect())
}

fn compare(engine: &Engine, files: &[PathBuf], next: &AtomicUsize, tally: &Mutex<Tally>) -> io::Result<()> {
    let mut scratch = Scratch::new(engine);
    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        let haystack = fs::read(file)?;
        let mut found = Vec::new();
        let _ = engine.scan(&haystack, &mut scratch, |hit| {
            found.push(hit);
            ControlFlow::Continue(())
        });
        let plain = engine.oracle(&haystack);
        let mut sum = tally.lock().expect("no other worker panics while it holds this");
        sum.files += 1;
        sum.bytes += haystack.len() as u64;
        sum.matches += plain.len();
        if found == plain {
            continue;
        }
        sum.differing += 1;
        // Positions and rules only: what stands there may be somebody's.
        let say = |what: &str, one: &Match| {
            let id = &engine.rule(one.rule).info.id;
            writeln!(io::stdout(), "{what}: {id} at {:?} in {}", one.span.range(), file.display())
        };
        for missed in plain.iter().filter(|one| !found.contains(one)) {
            say("missed", missed)?;
        }
        for invented in found.iter().filter(|one| !plain.contains(one)) {
            say("only the engine", invented)?;
        }
    }
    Ok(())
}
