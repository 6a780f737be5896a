//! Plans the built-in rules, so that start-up neither parses nor compiles them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use keysieve_rules::Pack;

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?;
    let rules = Path::new(&manifest).join("../../rules");
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
    let mut sources = String::from("static SOURCES: &[BuiltinSource] = &[\n");
    for source in &pack.sources {
        let path = source.path.canonicalize()?;
        let name = path.file_name().ok_or("a rule file has a name")?;
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(sources, "    BuiltinSource {{ name: {name:?}, text: include_str!({path:?}) }},")?;
    }
    sources.push_str("];\n");
    fs::write(out.join("sources.rs"), sources)?;
    Ok(())
}
