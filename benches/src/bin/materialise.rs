//! Takes every object of a repository out of its packs, once, and does nothing with it: the limit for a scan of a
//! history. Prints seconds, objects and bytes; with `--attribute`, also how long it takes to say which paths and commits
//! lead to so many blobs.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Parser;
use keysieve_finding::{GitPart, MaskKind, Origin, Secret, Skip};
use keysieve_source::{Blob, BlobSink, Sighted, Source};
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
    /// Ask then for the paths and commits of so many blobs, which are taken at even distances
    #[arg(long, default_value_t = 0)]
    attribute: usize,
}

#[derive(Default)]
struct Count {
    objects: AtomicU64,
    bytes: AtomicU64,
    skips: AtomicU64,
    /// The blobs, if they are asked for.
    blobs: Option<Mutex<Vec<Origin>>>,
}

impl BlobSink for Count {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        self.objects.fetch_add(u64::from(blob.last), Ordering::Relaxed);
        self.bytes.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
        if let (Some(blobs), true, Some((_, GitPart::Blob))) = (&self.blobs, blob.last, blob.origin.git()) {
            blobs.lock().unwrap_or_else(PoisonError::into_inner).push(blob.origin.clone());
        }
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
            let blobs = (arguments.attribute > 0).then(Mutex::default);
            let count = Count { blobs, ..Count::default() };
            let source = Repository::discover(repository)?.everything();
            source.visit(arguments.threads, &count)?;
            println!(
                "{:.3} s  {} objects  {:.0} MB  {} skips  {}",
                start.elapsed().as_secs_f64(),
                count.objects.load(Ordering::Relaxed),
                count.bytes.load(Ordering::Relaxed) as f64 / 1e6,
                count.skips.load(Ordering::Relaxed),
                repository.display()
            );
            if let Some(blobs) = &count.blobs {
                let mut blobs = std::mem::take(&mut *blobs.lock().unwrap_or_else(PoisonError::into_inner));
                blobs.sort();
                let (nothing, step) =
                    (Secret::new(b"", MaskKind::Token), blobs.len().div_ceil(arguments.attribute));
                let sighted: Vec<Sighted<'_>> = blobs
                    .iter()
                    .step_by(step.max(1))
                    .map(|origin| Sighted { origin, secret: &nothing, byte_start: 0, byte_end: 0 })
                    .collect();
                let start = Instant::now();
                let places = source.attribute(&sighted, arguments.threads, &count)?.unwrap_or_default();
                println!(
                    "{:.3} s  {} places of {} blobs",
                    start.elapsed().as_secs_f64(),
                    places.iter().map(Vec::len).sum::<usize>(),
                    sighted.len()
                );
            }
        }
    }
    Ok(())
}
