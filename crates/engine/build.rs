//! Plans the built-in rules, so that start-up neither parses nor compiles them.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use keysieve_rules::{Pack, Pattern};

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?;
    let manifest = PathBuf::from(manifest);
    let rules = manifest.join("../../rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    let pack = match Pack::load_dir(&rules) {
        Ok(pack) => pack,
        Err(errors) => {
            // The rule files' errors are what a developer needs to see, not a backtrace.
            return Err(format!("the built-in rules break a law:\n{errors}").into());
        }
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(out.join("pack.bin"), postcard::to_stdvec(&pack.rules)?)?;
    fs::write(out.join("pack.digest"), pack.digest())?;
    services(&manifest, &out, &pack)?;
    let mut sources = String::from("static SOURCES: &[BuiltinSource] = &[\n");
    for source in &pack.sources {
        let path = source.path.canonicalize()?;
        let name = path.file_name().ok_or("a rule file has a name")?;
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(sources, "    BuiltinSource {{ name: {name:?}, text: include_str!({path:?}) }},")?;
    }
    sources.push_str("];\n");
    fs::write(out.join("sources.rs"), sources)?;
    lexicon(&manifest, &out)
}

/// The names of services, which rules know by the words before values and as providers: those that mean nothing else.
fn services(manifest: &Path, out: &Path, pack: &Pack) -> Result<(), Box<dyn Error>> {
    /// Words of rules that name no service.
    const NONE: &[&str] = &[
        "accesskeysecret",
        "anystring",
        "apikey",
        "appconfiguration",
        "bearer",
        "boxappsettings",
        "generic",
        "redis",
        "tenant",
    ];
    let dictionary = fs::read_to_string(manifest.join("data/words.txt"))?;
    let known: HashSet<&str> = dictionary.lines().chain(NONE.iter().copied()).collect();
    let mut names = BTreeSet::new();
    for rule in pack.rules.iter().filter(|rule| rule.paths.is_empty()) {
        names.insert(rule.info.provider.to_lowercase());
        if let Pattern::Context(pattern) = &rule.pattern {
            names.extend(pattern.words.iter().cloned());
        }
    }
    let is_name = |name: &&String| {
        (5..=24).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !known.contains(name.as_str())
    };
    let names: Vec<&str> = names.iter().filter(is_name).map(String::as_str).collect();
    Ok(fs::write(out.join("services.txt"), names.join(" "))?)
}

/// The tables of `src/generic/lexicon.rs`.
fn lexicon(manifest: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    const SLOTS: usize = 1 << 15;
    let list = manifest.join("data/words.txt");
    println!("cargo::rerun-if-changed={}", list.display());
    let text = fs::read_to_string(list)?;
    let mut tags = vec![0_u32; SLOTS];
    // Every count begins a little above nothing, so that no letter is impossible.
    let mut counts = vec![0.05_f64; 27 * 27 * 27];
    let mut starts = vec![0_u8; (26_usize * 26 * 26).div_ceil(8)];
    for word in text.lines() {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut slot = (hash ^ hash >> 32) as usize % SLOTS;
        while tags[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        tags[slot] = (hash >> 20) as u32 | 1;
        if let Some(first) = word.as_bytes().first_chunk::<3>() {
            let bit = first.iter().fold(0, |bit, byte| bit * 26 + usize::from(byte - b'a'));
            starts[bit / 8] |= 1 << (bit % 8);
        }
        let (mut two, mut one) = (0, 0);
        for byte in word.bytes() {
            let next = usize::from(byte - b'a') + 1;
            counts[(two * 27 + one) * 27 + next] += 1.0;
            (two, one) = (one, next);
        }
    }
    let bits = counts.chunks(27).flat_map(|after| {
        let sum: f64 = after.iter().sum();
        after.iter().map(move |count| (-(count / sum).log2() * 8.0).round().clamp(0.0, 255.0) as u8)
    });
    fs::write(out.join("words.trigrams"), bits.collect::<Vec<u8>>())?;
    fs::write(out.join("words.starts"), starts)?;
    fs::write(out.join("words.tags"), tags.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>())?;
    Ok(())
}
