//! Rules checked against their own examples.

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;
use keysieve_engine::{Engine, Match, Place, Scratch};
use keysieve_finding::Confidence;
use keysieve_rules::{Example, ExampleError, Examples, Pack, Paths, Rule, RuleFile, Strictness};

use super::builtin;
use crate::exit::Exit;
use crate::{messages, print, ruleset};

/// Checks rule files, or the built-in rules, and prints what is wrong.
pub(crate) fn run(files: &[PathBuf]) -> Result<Exit> {
    ruleset::own_format(files)?;
    let pack = if files.is_empty() { builtin()? } else { Pack::load_files(files, Strictness::User)? };
    let ids: Vec<&str> = pack.rules.iter().map(|rule| rule.info.id.as_str()).collect();
    // A file of the built-in rules takes the place of what was built in.
    let mut rules = Engine::builtin_rules();
    rules.retain(|rule| !ids.contains(&rule.info.id.as_str()));
    rules.extend(pack.rules.iter().cloned());
    let engine = Engine::new(rules)?;
    let mut check = Check::new(&engine);
    let strictness = if files.is_empty() { Strictness::Pack } else { Strictness::User };
    for source in &pack.sources {
        // Parsed again for the lines, which a pack does not keep.
        let file = RuleFile::parse(&source.path, &source.text, strictness)?;
        let name = source.path.display().to_string();
        for (rule, (examples, &line)) in file.rules.iter().zip(file.examples.iter().zip(&file.lines)) {
            check.rule(&name, rule, examples, line);
        }
    }
    check.slow(&ids);
    let Check { examples, problems, notes, .. } = check;
    let mut text = String::new();
    for line in problems.iter().chain(&notes) {
        text.push_str(line);
        text.push('\n');
    }
    let wrong = match problems.len() {
        0 => "nothing wrong".to_owned(),
        many => format!("{many} wrong"),
    };
    let rules = if ids.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", ids.len()) };
    text.push_str(&format!("{rules}, {examples} examples: {wrong}\n"));
    print(text.as_bytes())?;
    if problems.is_empty() {
        return Ok(Exit::Clean);
    }
    messages::error("the rules do not do what their examples say");
    Ok(Exit::Usage)
}

struct Check<'a> {
    engine: &'a Engine,
    paths: Paths<'a>,
    scratch: Scratch,
    examples: usize,
    problems: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Check<'a> {
    fn new(engine: &'a Engine) -> Self {
        let paths = engine.paths();
        Self {
            engine,
            paths,
            scratch: Scratch::new(engine),
            examples: 0,
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn rule(&mut self, file: &str, rule: &Rule, examples: &Examples, line: usize) {
        let id = &rule.info.id;
        if examples.positive.is_empty() {
            self.notes.push(format!(
                "{file}:{line}: note: rule `{id}`: no positive example, so nothing shows that it finds anything\n  \
                 help: add [rule.examples] with positive = ['…«secret»…']"
            ));
        }
        let sides =
            [(examples.positives(id), &examples.positive), (examples.negatives(id), &examples.negative)];
        for (filled, templates) in sides {
            match filled {
                Ok(filled) => {
                    for (example, template) in filled.iter().zip(templates) {
                        self.example(&format!("{file}:{}", template.line), rule, example);
                    }
                }
                Err(error) => self.malformed(file, id, line, &error),
            }
        }
    }

    fn malformed(&mut self, file: &str, id: &str, line: usize, error: &ExampleError) {
        self.problems.push(format!("{file}:{line}: rule `{id}`: an example is not well-formed: {error}"));
    }

    fn example(&mut self, place: &str, rule: &Rule, example: &Example) {
        self.examples += 1;
        let id = &rule.info.id;
        let found = self.matches(rule, &example.text);
        let mine: Vec<&Match> =
            found.iter().filter(|found| self.engine.rule(found.rule).info.id == *id).collect();
        let Some(secret) = example.secret else {
            // What is judged by a score may be found at low confidence, which is not reported by default.
            if mine.iter().any(|found| found.score.is_none() || found.confidence > Confidence::Low) {
                let what = "finds something in a negative example";
                let help = "narrow the expression or its gates, or make it a positive example";
                self.problems.push(format!("{place}: rule `{id}`: {what}\n  help: {help}"));
            }
            return;
        };
        if mine.is_empty() {
            let what = "does not find its positive example";
            let help =
                "check the expression, the words near it, and the gates: entropy, digit, checksum, allow";
            self.problems.push(format!("{place}: rule `{id}`: {what}\n  help: {help}"));
        } else if mine.iter().any(|found| found.secret != secret) {
            let what = "finds something else than what stands between « and »";
            let help = "move the markers, or the group (?P<secret>…)";
            self.problems.push(format!("{place}: rule `{id}`: {what}\n  help: {help}"));
        }
        // What is less specific gives way when a scan merges findings.
        let specificity = mine.first().map_or(0, |found| self.engine.specificity(found.rule));
        for other in found.iter().filter(|found| found.secret.overlaps(&secret)) {
            let name = &self.engine.rule(other.rule).info.id;
            if name != id && self.engine.specificity(other.rule) >= specificity {
                self.notes.push(format!("{place}: note: rule `{id}`: `{name}` claims this secret, too"));
            }
        }
    }

    /// Names the rules that cost a search of their own.
    fn slow(&mut self, ids: &[&str]) {
        for id in self.engine.searched().into_iter().filter(|id| ids.contains(id)) {
            self.notes.push(format!(
                "note: rule `{id}` is slow, because nothing in it tells where a match begins\n  help: begin the \
                 expression with a literal of three bytes or more, or add `keywords`"
            ));
        }
    }

    fn matches(&mut self, rule: &Rule, text: &str) -> Vec<Match> {
        let mut all = Vec::new();
        let place = rule.example_path().map(|path| Place::of_path(&self.paths, path.as_bytes()));
        let place = place.unwrap_or_default();
        let _ = self.engine.scan_at(&place, text.as_bytes(), &mut self.scratch, |found| {
            all.push(found);
            ControlFlow::Continue(())
        });
        all
    }
}
