//! `gitleaks.toml` and the part of `betterleaks.toml` that is the same.
//!
//! Described at <https://github.com/gitleaks/gitleaks#configuration>. Keys are in any case. A rule keeps its name,
//! whatever it looks like. Every construct works or is an error that names the rule and its line: `required`
//! (rules made of several) and betterleaks' filters, but for a lowest entropy, are errors.

use std::path::Path;

use toml::{Table, Value};

use super::{AllowTarget, Imported, ImportedAllow, filter, go_regex, groups};
use crate::error::{Errors, Problem};
use crate::plan::{Driver, parse};
use crate::{Pattern, Rule, RuleFile, Strictness, keyword};

impl Imported {
    /// Reads the configuration of gitleaks or betterleaks; `path` is only for messages.
    ///
    /// # Errors
    /// All that is wrong with it, or that has no translation.
    pub fn from_gitleaks(path: &Path, text: &str) -> Result<Self, Errors> {
        let mut reading = Reading { file: path.display().to_string(), text, problems: Vec::new() };
        let imported = match text.parse::<Table>() {
            Ok(table) => reading.document(&lower(table)),
            Err(error) => {
                let line = error.span().map_or(0, |span| reading.line(span.start));
                reading.problem(line, None, format!("not TOML: {}", error.message()), "correct the syntax");
                Self::default()
            }
        };
        if reading.problems.is_empty() { Ok(imported) } else { Err(Errors::new(reading.problems)) }
    }
}

struct Reading<'t> {
    file: String,
    text: &'t str,
    problems: Vec<Problem>,
}

/// What is known of a rule while it is read.
struct Of<'a> {
    id: &'a str,
    line: usize,
}

impl Reading<'_> {
    fn document(&mut self, table: &Table) -> Imported {
        let mut imported = Imported::default();
        if let Some(extend) = table.get("extend").and_then(Value::as_table) {
            imported.use_default = extend.get("usedefault").and_then(Value::as_bool).unwrap_or_default();
            imported.extends = extend.get("path").and_then(Value::as_str).map(str::to_owned);
            imported.disabled = strings(extend, "disabledrules");
        }
        let lines: Vec<usize> = (1..)
            .zip(self.text.lines())
            .filter(|(_, line)| line.trim_start().to_ascii_lowercase().starts_with("[[rules]]"))
            .map(|(at, _)| at)
            .collect();
        for (index, rule) in tables(table, "rules").into_iter().enumerate() {
            let line = lines.get(index).copied().unwrap_or_default();
            self.rule(rule, line, &mut imported);
        }
        let global = Of { id: "", line: 0 };
        imported.allows.extend(self.allows(table, &global, &[]));
        imported
    }

    fn rule(&mut self, table: &Table, line: usize, imported: &mut Imported) {
        let Some(id) = text(table, "id") else {
            return self.problem(line, None, "a rule without `id`".to_owned(), "give it one");
        };
        let of = Of { id, line };
        for key in ["required", "prefilter"] {
            if table.contains_key(key) {
                let what = format!("`{key}` has no translation");
                self.problem(
                    line,
                    Some(id),
                    what,
                    "leave the rule out, or write it as one of ours with --rules",
                );
            }
        }
        let path = text(table, "path").and_then(|path| self.expression(&of, "path", path));
        imported.paths.extend(path.map(|path| (id.to_owned(), path)));
        imported.allows.extend(self.allows(table, &of, &[id.to_owned()]));
        // A rule that only says which file it is about finds the file, by its beginning.
        let regex = text(table, "regex").or_else(|| table.contains_key("path").then_some(FILE));
        // Without either it changes a rule of what the file builds on: only its exceptions count.
        if let Some(regex) = regex {
            imported.rules.extend(self.pattern(table, &of, regex));
        }
    }

    fn pattern(&mut self, table: &Table, of: &Of<'_>, regex: &str) -> Option<Rule> {
        let translated = self.expression(of, "regex", regex)?;
        let number = table.get("secretgroup").and_then(Value::as_integer).unwrap_or_default();
        let named = usize::try_from(number).ok().and_then(|number| groups::name_secret(&translated, number));
        let Some((expression, count)) = named else {
            let what = format!("`secretGroup` is {number}, and there is no such group");
            self.problem(of.line, Some(of.id), what, "count the groups of `regex`");
            return None;
        };
        let mut rule = self.base(table, of, &expression, count, &translated)?;
        rule.info.id = of.id.to_owned();
        rule.info.name = text(table, "description").unwrap_or(of.id).to_owned();
        rule.keywords = strings(table, "keywords").iter().map(|word| word.to_ascii_lowercase()).collect();
        let proven = || parse(&expression).is_ok_and(|hir| keyword::proven(&hir, &rule.keywords));
        if !rule.keywords.is_empty() && !proven() {
            // Theirs are words anywhere in the file, so all of it is looked through where one occurs.
            search(&mut rule, &expression);
        }
        rule.gates.keep_placeholders = true;
        rule.gates.entropy = table.get("entropy").and_then(number_of).filter(|entropy| *entropy > 0.0);
        if let Some(filter) = text(table, "filter") {
            match filter::entropy(filter) {
                Some(entropy) => rule.gates.entropy = Some(entropy),
                None => {
                    let what = "`filter` says more than a lowest entropy".to_owned();
                    self.problem(
                        of.line,
                        Some(of.id),
                        what,
                        "only `entropy(finding[\"secret\"]) <= N` is known",
                    );
                }
            }
        }
        Some(rule)
    }

    /// The rule as one of ours, checked like one.
    fn base(
        &mut self,
        table: &Table,
        of: &Of<'_>,
        expression: &str,
        count: usize,
        plain: &str,
    ) -> Option<Rule> {
        let description = text(table, "description").unwrap_or(of.id);
        let parsed = |regex: &str| {
            let quoted = |text: &str| Value::String(text.to_owned()).to_string();
            let rule = format!(
                "provider = \"imported\"\n[[rule]]\nid = \"imported\"\nname = {}\nregex = {}\n",
                quoted(description),
                quoted(regex)
            );
            RuleFile::parse(Path::new("imported"), &rule, Strictness::User)
                .map(|file| file.rules.into_iter().next())
        };
        // One group that is in every match is all that a rule of ours can have.
        let first = parsed(expression);
        let (result, special) = match first {
            Err(_) if count > 0 => {
                (parsed(&groups::name_secret(plain, 0)?.0.replace("(?P<secret", "(?P<other")), true)
            }
            other => (other, count > 1),
        };
        match result {
            Ok(rule) => {
                let mut rule = rule?;
                if special {
                    search(&mut rule, expression);
                }
                Some(rule)
            }
            Err(errors) => {
                for problem in errors.problems {
                    self.problem(of.line, Some(of.id), problem.what, &problem.help);
                }
                None
            }
        }
    }

    fn allows(&mut self, table: &Table, of: &Of<'_>, rules: &[String]) -> Vec<ImportedAllow> {
        let mut found: Vec<&Table> = tables(table, "allowlists");
        found.extend(table.get("allowlist").and_then(Value::as_table));
        found.into_iter().filter_map(|allow| self.allow(allow, of, rules)).collect()
    }

    fn allow(&mut self, table: &Table, of: &Of<'_>, rules: &[String]) -> Option<ImportedAllow> {
        let target = match text(table, "regextarget").unwrap_or("secret") {
            "" | "secret" => AllowTarget::Secret,
            "match" => AllowTarget::Match,
            "line" => AllowTarget::Line,
            other => {
                let what = format!("`regexTarget` cannot be `{other}`");
                self.problem(of.line, Some(of.id), what, "write secret, match or line");
                return None;
            }
        };
        let all = match text(table, "condition").unwrap_or("OR").to_ascii_uppercase().as_str() {
            "AND" | "&&" => true,
            "OR" | "||" => false,
            other => {
                let what = format!("`condition` cannot be `{other}`");
                self.problem(of.line, Some(of.id), what, "write OR or AND");
                return None;
            }
        };
        let mut expressions = |key: &str| -> Vec<String> {
            strings(table, key).iter().filter_map(|text| self.expression(of, key, text)).collect()
        };
        let (paths, regexes) = (expressions("paths"), expressions("regexes"));
        let commits = !strings(table, "commits").is_empty();
        let stopwords: Vec<String> =
            strings(table, "stopwords").iter().map(|word| word.to_lowercase()).collect();
        let rest = !(paths.is_empty() && regexes.is_empty() && stopwords.is_empty());
        if !rest && !commits && self.problems.is_empty() {
            let what = "an allowlist that allows nothing".to_owned();
            self.problem(of.line, Some(of.id), what, "give it `paths`, `regexes`, `stopwords` or `commits`");
        }
        // A file is in no commit: what asks for one as well never holds.
        if !rest || all && commits {
            return None;
        }
        let targets = strings(table, "targetrules");
        let rules = if targets.is_empty() { rules.to_vec() } else { targets };
        let description = text(table, "description").unwrap_or_default().to_owned();
        Some(ImportedAllow { description, rules, all, paths, regexes, target, stopwords })
    }

    fn expression(&mut self, of: &Of<'_>, key: &str, go: &str) -> Option<String> {
        let complaint = match go_regex::translate(go) {
            Ok(ours) => {
                let built =
                    regex::bytes::RegexBuilder::new(&ours).unicode(false).size_limit(64 << 20).build();
                match built {
                    Ok(_) => return Some(ours),
                    Err(error) => error.to_string(),
                }
            }
            Err(complaint) => complaint,
        };
        let help = "expressions match bytes; write ASCII classes, and no look-around";
        self.problem(of.line, Some(of.id).filter(|id| !id.is_empty()), format!("`{key}`: {complaint}"), help);
        None
    }

    fn problem(&mut self, line: usize, rule: Option<&str>, what: String, help: &str) {
        let (file, rule) = (self.file.clone(), rule.map(str::to_owned));
        self.problems.push(Problem { file, line, rule, what, help: help.to_owned() });
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count()
    }
}

/// What a rule looks for that is about files as such: their beginning.
const FILE: &str = r"(?s)\A(.{1,64})";

/// Lets a rule be searched for in all of an object in which a keyword occurs.
fn search(rule: &mut Rule, expression: &str) {
    rule.pattern = Pattern::Regex(expression.to_owned());
    rule.plan.driver = Driver::Search;
    rule.plan.left = crate::Left::Any;
    rule.plan.shapes.clear();
    rule.plan.gate.clear();
    rule.plan.tail = None;
    rule.plan.body = expression.to_owned();
}

/// A table with all keys in lower case, as its reader folds them.
fn lower(table: Table) -> Table {
    fn inner(value: Value) -> Value {
        match value {
            Value::Table(table) => Value::Table(lower(table)),
            Value::Array(items) => Value::Array(items.into_iter().map(inner).collect()),
            other => other,
        }
    }
    table.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), inner(value))).collect()
}

fn text<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn strings(table: &Table, key: &str) -> Vec<String> {
    let items = table.get(key).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn tables<'t>(table: &'t Table, key: &str) -> Vec<&'t Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect()
}

fn number_of(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().and_then(|number| number.to_string().parse().ok()))
}
