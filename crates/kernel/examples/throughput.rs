//! How fast each implementation goes over text of several kinds, and how many candidates it leaves.
//!
//! `cargo run --release -p keysieve-kernel --example throughput [FILE…]`; files are measured after the generated texts.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::hint::black_box;
use std::time::Instant;

use keysieve_kernel::{BLOCK, Block, ByteSet, Kernel, Stem};

/// Bytes of each text.
const SIZE: usize = 64 << 20;
/// Bytes of each call.
const CHUNK: usize = 64 << 10;
/// How often each chunk is measured.
const PASSES: usize = 7;

fn main() -> std::io::Result<()> {
    let stems = stems();
    let begun = Instant::now();
    black_box(Kernel::new(black_box(&stems)));
    println!("tables of {} stems: {:?}", stems.len(), begun.elapsed());

    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut texts = vec![
        ("C".to_owned(), repeat(&mut random, c_line)),
        ("logs".to_owned(), repeat(&mut random, log_line)),
        ("base64".to_owned(), repeat(&mut random, |random, out| out.extend((0..76).map(|_| base64(random))))),
        ("random".to_owned(), repeat(&mut random, |random, out| out.extend(random.next().to_le_bytes()))),
    ];
    for path in std::env::args().skip(1) {
        let text = std::fs::read(&path)?;
        texts.push((path, text));
    }
    println!("MB/s     kernel   starts/MB  stems/MB  of them true  text");
    for (name, text) in &texts {
        for implementation in Kernel::available() {
            let Some(kernel) = Kernel::with(implementation, &stems) else { continue };
            let megabytes = text.len() as f64 / 1e6;
            let rate = megabytes / fastest(&kernel, text);
            let [starts, found, truly] =
                candidates(&kernel, &stems, text).map(|count| count as f64 / megabytes);
            println!(
                "{rate:<8.0} {:<8} {starts:9.0} {found:9.0} {truly:13.0}  {name}",
                implementation.name()
            );
        }
    }
    Ok(())
}

/// The seconds of a pass in which every chunk takes its best time, so that a busy machine disturbs less. A chunk comes
/// from memory each time, as the text is larger than the caches near the core.
fn fastest(kernel: &Kernel, text: &[u8]) -> f64 {
    let mut blocks = Vec::new();
    let mut best = vec![f64::INFINITY; text.len().div_ceil(CHUNK)];
    for _ in 0..PASSES {
        for (index, best) in best.iter_mut().enumerate() {
            let begun = Instant::now();
            kernel.scan(text, index * CHUNK, (index + 1) * CHUNK, &mut blocks);
            black_box(&blocks);
            *best = best.min(begun.elapsed().as_secs_f64());
        }
    }
    best.iter().sum()
}

/// How many starts there are, how many stems are reported, and how many of those stand there.
fn candidates(kernel: &Kernel, stems: &[Stem], text: &[u8]) -> [u64; 3] {
    let mut blocks: Vec<Block> = Vec::new();
    kernel.scan(text, 0, text.len(), &mut blocks);
    let (mut starts, mut found, mut truly) = (0, 0, 0);
    for (block, bytes) in blocks.iter().zip((0..).step_by(BLOCK)) {
        starts += u64::from(block.start.count_ones());
        let mut left = block.stem;
        while left != 0 {
            let at = bytes + left.trailing_zeros() as usize;
            let four = std::array::from_fn(|next| text.get(at + next).copied().unwrap_or(0));
            found += 1;
            truly += u64::from(stems.iter().any(|stem| stem.matches(four)));
            left &= left - 1;
        }
    }
    [starts, found, truly]
}

fn stems() -> Vec<Stem> {
    let words = [
        b"pass", b"pwd=", b"pwd_", b"pwd:", b"secr", b"toke", b"cred", b"auth", b"api_", b"apik", b"api-",
        b"key=", b"key:", b"priv", b"bear", b"cert", b"sign",
    ];
    let mut stems = words.map(|word| Stem::word(*word)).to_vec();
    stems.push(Stem::exact(*b"----"));
    stems.push(Stem([ByteSet::of(b":"), ByteSet::of(b"/"), ByteSet::of(b"/"), ByteSet::ANY]));
    stems.push(Stem([ByteSet::DIGITS, ByteSet::of(b":"), ByteSet::of(b"A"), ByteSet::of(b"A")]));
    stems
}

/// Marsaglia's xorshift: the same texts every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[(self.next() % of.len() as u64) as usize]
    }
}

fn repeat(random: &mut Random, mut line: impl FnMut(&mut Random, &mut Vec<u8>)) -> Vec<u8> {
    let mut text = Vec::with_capacity(SIZE + 1024);
    while text.len() < SIZE {
        line(random, &mut text);
    }
    text.truncate(SIZE);
    text
}

fn base64(random: &mut Random) -> u8 {
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(random.next() >> 20) as usize % 64]
}

fn c_line(random: &mut Random, out: &mut Vec<u8>) {
    const NAMES: [&str; 16] = [
        "i",
        "len",
        "dev",
        "skb",
        "ret",
        "buf",
        "flags",
        "page_address",
        "spin_lock_irqsave",
        "net_device_operations",
        "priv",
        "ctx",
        "passthrough",
        "key",
        "netdev_alloc_skb_ip_align",
        "sizeof",
    ];
    let indent = "\t".repeat((random.next() % 4) as usize);
    let (a, b, c) = (random.pick(&NAMES), random.pick(&NAMES), random.pick(&NAMES));
    let line = match random.next() % 6 {
        0 => format!("{indent}if ({a}->{b} & 0x{:x})\n", random.next() % 4096),
        1 => format!("{indent}{a} = {b}({c}, {});\n", random.next() % 100),
        2 => format!("{indent}struct {a} *{b};\n"),
        3 => format!("{indent}/* The {a} is held while {b} may still be in use by {c}. */\n"),
        4 => format!("{indent}return -EINVAL;\n\n"),
        _ => format!("{indent}for ({a} = 0; {a} < {b}; {a}++)\n{indent}\t{c}[{a}] = 0;\n"),
    };
    out.extend(line.as_bytes());
}

fn log_line(random: &mut Random, out: &mut Vec<u8>) {
    const MESSAGES: [&str; 6] = [
        "request finished",
        "token refreshed for session",
        "authentication ok",
        "cache key expired",
        "upstream timed out",
        "credentials loaded from environment",
    ];
    let line = format!(
        "{{\"ts\":\"2026-11-23T20:{:02}:{:02}.{:03}Z\",\"level\":\"info\",\"trace_id\":\"{:016x}{:016x}\",\"path\":\"/api/v1/users/{}\",\
         \"status\":{},\"msg\":\"{}\"}}\n",
        random.next() % 60,
        random.next() % 60,
        random.next() % 1000,
        random.next(),
        random.next(),
        random.next() % 100_000,
        200 + random.next() % 4 * 100,
        random.pick(&MESSAGES),
    );
    out.extend(line.as_bytes());
}
