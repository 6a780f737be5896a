//! Times the engine with the full built-in pack on one thread, beside what reading and what a plain keyword automaton
//! take on the same bytes in the same run.
//!
//! `cargo run --release -p keysieve-benches --bin engine -- --tree /opt/trees/real` and with `--hostile` the inputs
//! made to be slow. Exit code 1 when a floor of the project is missed.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use cpu_time::ThreadTime;
use keysieve_benches::{
    Corpus, KeywordAutomaton, base64_text, c_source, count_lines, dense_json, files_below, hostile,
    json_logs, minified_js, random_bytes,
};
use keysieve_engine::{Engine, Scratch};
use keysieve_kernel::{BLOCK, ByteSet, Kernel, Stem};
use keysieve_rules::Driver;

/// Times the engine on one thread.
#[derive(Parser)]
struct Arguments {
    /// The megabytes of each corpus [default: 64, hostile inputs 10]
    #[arg(long)]
    size: Option<usize>,
    /// Take C, JavaScript, JSON and source maps from the files of this tree (benches/tree/make.sh)
    #[arg(long)]
    tree: Option<PathBuf>,
    /// Time the inputs made to be slow instead
    #[arg(long)]
    hostile: bool,
    /// Undo so many layers of encodings
    #[arg(long, default_value_t = 5)]
    decode_depth: u8,
    /// Only corpora whose names contain this
    #[arg(long, default_value = "")]
    only: String,
    /// Only the engine, for a profiler
    #[arg(long)]
    alone: bool,
    /// How often each is timed; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let mut engine = Engine::builtin();
    engine.set_decode_depth(arguments.decode_depth);
    let mut out = io::stdout().lock();
    let searched = engine.searched();
    writeln!(out, "{} rules, kernel {}", engine.len(), engine.kernel().name())?;
    writeln!(
        out,
        "searched for in everything, having no driver: {} {}\n",
        searched.len(),
        searched.join(" ")
    )?;
    let held = if arguments.hostile {
        time_hostile(&engine, &arguments, &mut out)?
    } else {
        time_everyday(&engine, &arguments, &mut out)?
    };
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The median of `runs` timings of `work` after one that warms up, and what the work gave: the time that this thread had
/// a processor, so that other work on the machine counts little.
fn timed<T>(runs: u32, mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut result = work();
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = ThreadTime::now();
            result = black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[times.len() / 2], result)
}

fn matches(engine: &Engine, scratch: &mut Scratch, haystack: &[u8]) -> usize {
    let mut count = 0;
    // Nothing breaks off, so what it flows to says nothing.
    let _ = engine.scan(haystack, scratch, |_| {
        count += 1;
        ControlFlow::Continue(())
    });
    count
}

/// The engine's first pass alone: the kernel with the stems of the engine's rules, in pieces that fit the cache. The
/// difference to the engine is what its candidates cost.
struct FirstPass {
    kernel: Kernel,
    blocks: Vec<keysieve_kernel::Block>,
}

impl FirstPass {
    const CHUNK: usize = 1024 * BLOCK;

    fn of(engine: &Engine) -> Self {
        let mut stems = Vec::new();
        for rule in engine.rules() {
            if let Driver::Stem { stems: of_rule, .. } = &rule.plan.driver {
                for stem in of_rule {
                    let stem = Stem(stem.each_ref().map(|set| ByteSet::of(&set.iter().collect::<Vec<u8>>())));
                    if !stems.contains(&stem) {
                        stems.push(stem);
                    }
                }
            }
        }
        Self { kernel: Kernel::new(&stems), blocks: Vec::new() }
    }

    fn run(&mut self, haystack: &[u8]) {
        for from in (0..haystack.len()).step_by(Self::CHUNK) {
            self.kernel.scan(haystack, from, from + Self::CHUNK, &mut self.blocks);
            black_box(&self.blocks);
        }
    }
}

fn per_second(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64()
}

fn time_everyday(
    engine: &Engine,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<bool, Box<dyn Error>> {
    let automaton = KeywordAutomaton::new()?;
    let mut scratch = Scratch::new(engine);
    let mut first_pass = FirstPass::of(engine);
    let mut held = true;
    writeln!(
        out,
        "| corpus | MB | engine GB/s | kernel alone GB/s | keywords ({}) GB/s | × keywords | newlines GB/s | matches | floor GB/s |",
        automaton.keywords()
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for (corpus, floor) in everyday(arguments)? {
        let haystack = black_box(corpus.bytes.as_slice());
        let (time, found) = timed(arguments.runs, || matches(engine, &mut scratch, haystack));
        if arguments.alone {
            writeln!(out, "| {} | {:.3} | {found} |", corpus.name, per_second(haystack.len(), time) / 1e9)?;
            continue;
        }
        let (kernel, ()) = timed(arguments.runs, || first_pass.run(haystack));
        let (keywords, _) = timed(1, || automaton.count(haystack));
        let (lines, _) = timed(arguments.runs, || count_lines(haystack));
        let speed = per_second(haystack.len(), time) / 1e9;
        let missed = floor.is_some_and(|floor| speed < floor);
        held &= !missed;
        let floor = floor
            .map_or("–".to_owned(), |floor| format!("{floor:.1}{}", if missed { " MISSED" } else { "" }));
        writeln!(
            out,
            "| {} | {:.0} | {speed:.2} | {:.2} | {:.2} | {:.1} | {:.0} | {found} | {floor} |",
            corpus.name,
            haystack.len() as f64 / 1e6,
            per_second(haystack.len(), kernel) / 1e9,
            per_second(haystack.len(), keywords) / 1e9,
            keywords.as_secs_f64() / time.as_secs_f64(),
            per_second(haystack.len(), lines) / 1e9,
        )?;
        out.flush()?;
    }
    Ok(held)
}

/// A corpus that is made: its name, how, and the least GB/s on one core.
type Made = (&'static str, fn(usize) -> Corpus, Option<f64>);

/// The corpora that are asked for and, where the project promises one, the least GB/s on one core.
fn everyday(arguments: &Arguments) -> io::Result<Vec<(Corpus, Option<f64>)>> {
    let size = arguments.size.unwrap_or(64) * 1_000_000;
    let code = Some(1.5);
    let mut corpora = Vec::new();
    let wanted = |name: &str| name.contains(&arguments.only);
    if let Some(tree) = &arguments.tree {
        let files = files_below(tree)?;
        const OF_FILES: [(&str, &[&str]); 6] = [
            ("C source", &[".c", ".h", ".cc"]),
            ("minified JS", &[".min.js"]),
            ("JavaScript", &[".js", ".mjs"]),
            ("Python", &[".py"]),
            ("JSON files", &[".json"]),
            ("source maps", &[".map"]),
        ];
        for (name, endings) in OF_FILES.into_iter().filter(|(name, _)| wanted(name)) {
            let floor = code.filter(|_| matches!(name, "C source" | "minified JS"));
            corpora.push((Corpus::of_files(name, &files, endings, size)?, floor));
        }
    }
    let made: [Made; 6] = [
        ("C source", c_source, code),
        ("minified JS", minified_js, code),
        ("JSON logs", json_logs, Some(1.0)),
        ("dense JSON", dense_json, None),
        ("base64", base64_text, None),
        ("random bytes", random_bytes, None),
    ];
    let made = made.into_iter().skip(if arguments.tree.is_some() { 2 } else { 0 });
    corpora.extend(made.filter(|(name, ..)| wanted(name)).map(|(_, make, floor)| (make(size), floor)));
    Ok(corpora)
}

/// The least MB/s on any input, and how much longer twice the bytes may take: more is not linear.
const SLOWEST: f64 = 50.0;
const TWICE: f64 = 3.0;

fn time_hostile(
    engine: &Engine,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<bool, Box<dyn Error>> {
    let mut scratch = Scratch::new(engine);
    let mut held = true;
    let size = arguments.size.unwrap_or(10) * 1_000_000;
    writeln!(
        out,
        "| input, {} MB | MB/s | time of twice the bytes | matches | floor {SLOWEST} MB/s, linear |",
        size / 1_000_000
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    for corpus in hostile(size) {
        if !corpus.name.contains(&arguments.only) {
            continue;
        }
        let haystack = black_box(corpus.bytes.as_slice());
        let (half, _) = timed(arguments.runs, || matches(engine, &mut scratch, &haystack[..size / 2]));
        let (time, found) = timed(arguments.runs, || matches(engine, &mut scratch, haystack));
        let (speed, twice) = (per_second(size, time) / 1e6, time.as_secs_f64() / half.as_secs_f64());
        let fine = speed >= SLOWEST && twice <= TWICE;
        held &= fine;
        let verdict = if fine { "held" } else { "MISSED" };
        writeln!(out, "| `{}` | {speed:.0} | ×{twice:.2} | {found} | {verdict} |", corpus.name)?;
        out.flush()?;
    }
    Ok(held)
}
