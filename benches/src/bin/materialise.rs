//! Takes every object of a repository out of its packs, once, and does nothing with it: the limit for a scan of a
//! history. Prints seconds, objects and bytes.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use keysieve_finding::{Origin, Skip};
use keysieve_source::{Blob, BlobSink, Source};
use keysieve_source_git::Repository;

/// Takes every object of repositories out of their packs, once, in the order of their deltas.
#[derive(Parser)]
struct Arguments {
    /// Repositories
    #[arg(required = true)]
    repositories: Vec<PathBuf>,
    /// Threads
    #[arg(short = 'j', long, default_value = "2")]
    threads: NonZeroUsize,
    /// How often
    #[arg(long, default_value_t = 1)]
    runs: u32,
}

#[derive(Default)]
struct Count {
    objects: AtomicU64,
    bytes: AtomicU64,
    skips: AtomicU64,
}

impl BlobSink for Count {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        self.objects.fetch_add(u64::from(blob.last), Ordering::Relaxed);
        self.bytes.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    fn skipped(&self, _origin: &Origin, _why: Skip) {
        self.skips.fetch_add(1, Ordering::Relaxed);
    }
}

#[allow(clippy::print_stdout, reason = "that is what it is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    for repository in &arguments.repositories {
        for _ in 0..arguments.runs {
            let start = Instant::now();
            let count = Count::default();
            Repository::discover(repository)?.everything().visit(arguments.threads, &count)?;
            println!(
                "{:.3} s  {} objects  {:.0} MB  {} skips  {}",
                start.elapsed().as_secs_f64(),
                count.objects.into_inner(),
                count.bytes.into_inner() as f64 / 1e6,
                count.skips.into_inner(),
                repository.display()
            );
        }
    }
    Ok(())
}
