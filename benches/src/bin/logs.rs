//! Writes JSON logs to standard output: so many megabytes of the corpus that holds nothing.

use std::io::{self, Write as _};

use clap::Parser;
use keysieve_benches::json_logs;

/// Writes JSON logs to standard output.
#[derive(Parser)]
struct Arguments {
    /// How many megabytes
    #[arg(default_value_t = 256)]
    megabytes: usize,
}

fn main() -> io::Result<()> {
    let corpus = json_logs(4 << 20);
    let whole = corpus.bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let mut stdout = io::stdout().lock();
    for _ in 0..Arguments::parse().megabytes.div_ceil(4) {
        stdout.write_all(&corpus.bytes[..whole])?;
    }
    stdout.flush()
}
