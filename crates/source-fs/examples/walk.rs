//! Walks and reads, and does nothing else: `walk THREADS PATH...` prints files, skips, bytes and seconds.

use std::env;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use keysieve_finding::{Origin, Skip};
use keysieve_source::{Blob, BlobSink, Source};
use keysieve_source_fs::FileSource;

#[derive(Default)]
struct Count {
    files: AtomicU64,
    skips: AtomicU64,
    bytes: AtomicU64,
}

impl BlobSink for Count {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        self.files.fetch_add(blob.last.into(), Relaxed);
        self.bytes.fetch_add(blob.bytes.len() as u64, Relaxed);
        ControlFlow::Continue(())
    }

    fn skipped(&self, _origin: &Origin, _why: Skip) {
        self.skips.fetch_add(1, Relaxed);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = env::args_os().skip(1);
    let threads = args.next().and_then(|arg| arg.to_str()?.parse().ok()).unwrap_or(NonZeroUsize::MIN);
    let start = Instant::now();
    let source = FileSource::builder().paths(args).build()?;
    let count = Count::default();
    source.visit(threads, &count)?;
    let seconds = start.elapsed().as_secs_f64();
    let (files, skips, bytes) =
        (count.files.into_inner(), count.skips.into_inner(), count.bytes.into_inner());
    writeln!(io::stdout(), "{files} files, {skips} skips, {bytes} bytes, {seconds:.3} s")?;
    Ok(())
}
