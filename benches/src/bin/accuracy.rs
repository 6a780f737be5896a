//! Precision and recall over the labelled corpus (`fixtures/corpus`), by class.
//!
//! `cargo run --profile quick -p keysieve-benches --bin accuracy`. The whole pipeline runs, as `keysieve scan` runs it,
//! at the default confidence.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use keysieve_engine::Engine;
use keysieve_finding::Confidence;
use keysieve_policy::{Date, Policy};
use keysieve_scan::{Control, Options, scan};
use keysieve_testkit::{Corpus, CutSource, Cuts, Hit, Part, Score, Tally};

/// Scans the labelled corpus and says how much was found, and how much of what was found is wrong.
#[derive(Parser)]
struct Arguments {
    /// Write the corpus below this directory, the held-back part too, and end
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// List the secrets that were missed, of the open part
    #[arg(long)]
    misses: bool,
    /// List the findings that are no secrets, of the open part
    #[arg(long)]
    alarms: bool,
    /// Only classes that contain this
    #[arg(long, value_name = "NAME")]
    class: Option<String>,
    /// Only rules that contain this, in the list of alarms
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// List what is in the held-back part too; who does so can no longer tell what was learnt by heart
    #[arg(long)]
    held_back: bool,
    /// Show values in the lists
    #[arg(long)]
    show: bool,
    /// Tables by the files' extensions, too
    #[arg(long)]
    formats: bool,
    /// Count findings of low confidence too
    #[arg(long)]
    low: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some(directory) = &arguments.write {
        for part in Part::ALL {
            Corpus::committed(part)?.tree().write_to(&directory.join(name(part)))?;
        }
        return Ok(());
    }
    let engine = Engine::builtin();
    let mut scores = BTreeMap::new();
    for part in Part::ALL {
        scores.insert(part, score(&engine, &Corpus::committed(part)?, arguments.low)?);
    }
    for (part, score) in &scores {
        if arguments.held_back || *part == Part::Open {
            lists(&arguments, score)?;
        }
    }
    if !arguments.misses && !arguments.alarms {
        for (part, score) in &scores {
            table(&arguments, name(*part), score)?;
        }
    }
    Ok(())
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Open => "open",
        Part::HeldBack => "held-back",
    }
}

fn score(engine: &Engine, corpus: &Corpus, low: bool) -> Result<Score, Box<dyn Error>> {
    let mut policy = Policy::new(Date::new(2026, 11, 30).ok_or("no such day")?);
    if low {
        policy.min_confidence = Confidence::Low;
    }
    let source = CutSource::new(corpus.objects(), Cuts::Whole);
    let outcome = scan(engine, &policy, &source, &Options::default(), &Control::default())?;
    Ok(Score::of(corpus, &outcome))
}

fn lists(arguments: &Arguments, score: &Score) -> io::Result<()> {
    let wanted = |hit: &&Hit| {
        arguments.class.as_ref().is_none_or(|class| hit.class.contains(class))
            && arguments
                .rule
                .as_ref()
                .is_none_or(|rule| hit.rule.as_ref().is_some_and(|id| id.contains(rule)))
    };
    let mut out = io::stdout().lock();
    for (title, listed, hits) in
        [("missed", arguments.misses, &score.misses), ("alarm", arguments.alarms, &score.alarms)]
    {
        for hit in hits.iter().filter(wanted).filter(|_| listed) {
            let text = if arguments.show { hit.text.clone() } else { hit.masked() };
            let rule = hit.rule.as_deref().unwrap_or("-");
            writeln!(out, "{title}\t{}\t{rule}\t{}\t{}\t{text}", hit.class, hit.template, hit.path)?;
        }
    }
    Ok(())
}

fn table(arguments: &Arguments, part: &str, score: &Score) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut rows = |title: &str, tallies: &BTreeMap<String, Tally>| -> io::Result<()> {
        writeln!(
            out,
            "\n| {part}: {title} | samples | secrets | found | missed | alarms | precision | recall | F1 |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
        let wanted = |name: &str| arguments.class.as_ref().is_none_or(|class| name.contains(class));
        for (name, tally) in tallies.iter().filter(|(name, _)| wanted(name)) {
            writeln!(out, "| {name} | {tally} |")?;
        }
        Ok(())
    };
    rows("class", &score.classes)?;
    rows("group", &score.groups())?;
    if arguments.formats {
        rows("format", &score.formats)?;
    }
    rows("whole", &BTreeMap::from([("all".to_owned(), score.total())]))
}
