//! `keysieve config check`.

use std::path::PathBuf;

use anyhow::Result;

use super::{Config, Origin};
use crate::arguments::{ConfigArguments, RuleArguments};
use crate::exit::Exit;
use crate::ruleset::Ruleset;
use crate::{messages, print};

/// Reads files and links their rules with the built-in ones, as a scan would.
pub(super) fn run(files: &[PathBuf]) -> Result<Exit> {
    let configs = if files.is_empty() {
        vec![Config::load(&ConfigArguments::default(), &[])?]
    } else {
        files.iter().map(|file| Config::read(file, Origin::Named)).collect::<Result<_>>()?
    };
    let mut said = String::new();
    for mut config in configs {
        let Some((path, _)) = config.source.clone() else {
            said.push_str("there is no configuration file here\n");
            continue;
        };
        let mut rules = RuleArguments::default();
        config.apply(&mut rules, &mut Default::default(), None, &mut Default::default())?;
        config.remarks().iter().for_each(|line| messages::warning(line));
        let (own, allows) = (config.rules.len(), config.allows.len());
        Ruleset::new(&rules, config)?;
        said.push_str(&format!("{}: {own} rules, {allows} exceptions: nothing wrong\n", path.display()));
    }
    print(said.as_bytes())?;
    Ok(Exit::Clean)
}
