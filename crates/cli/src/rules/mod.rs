//! The verb `rules`.

mod check;
mod list;
mod show;

use anyhow::Result;
use keysieve_engine::{Engine, builtin_sources};
use keysieve_rules::{Pack, Strictness, docs};

use crate::arguments::{ListFormat, RulesVerb};
use crate::exit::Exit;
use crate::{print, ruleset};

/// Runs one of its verbs.
pub(crate) fn run(verb: &RulesVerb) -> Result<Exit> {
    match verb {
        RulesVerb::List { format, rules } => {
            let mut all = Engine::builtin_rules();
            ruleset::add(&mut all, ruleset::load(rules)?)?;
            all.sort_by(|a, b| a.info.id.cmp(&b.info.id));
            let shown = match format {
                ListFormat::Text => list::table(&all),
                ListFormat::Json => list::json(&all)?,
            };
            print(shown.as_bytes())?;
        }
        RulesVerb::Show { id, rules } => print(show::page(id, ruleset::load(rules)?)?.as_bytes())?,
        RulesVerb::Check { files } => return check::run(files),
        RulesVerb::Docs => print(docs::readme(&builtin()?).as_bytes())?,
    }
    Ok(Exit::Clean)
}

/// The built-in rules with their examples, read from the texts that were built in.
fn builtin() -> Result<Pack> {
    let texts = builtin_sources().iter().map(|source| (source.name.into(), source.text.to_owned())).collect();
    Ok(Pack::from_texts(texts, Strictness::Pack)?)
}
