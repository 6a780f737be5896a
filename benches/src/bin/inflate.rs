//! Takes a gzip file out of its compression with the library that keysieve uses, and does nothing with it: the limit for
//! a layer.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Write};
use std::time::Instant;

use clap::Parser;
use flate2::read::MultiGzDecoder;

/// How much is made at once.
const PIECE: usize = 256 << 10;

/// Inflates FILE and prints its size in bytes and the seconds that it took.
#[derive(Parser)]
struct Arguments {
    /// A gzip file
    file: std::path::PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut decoder = MultiGzDecoder::new(File::open(Arguments::parse().file)?);
    let (mut piece, mut made) = (vec![0; PIECE], 0_u64);
    loop {
        match decoder.read(&mut piece)? {
            0 => break,
            read => made += read as u64,
        }
    }
    writeln!(std::io::stdout(), "{made} {:.3}", start.elapsed().as_secs_f64())?;
    Ok(())
}
