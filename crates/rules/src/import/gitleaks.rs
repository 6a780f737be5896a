//! `gitleaks.toml` and the part of `betterleaks.toml` that is the same.
//!
//! Described at <https://github.com/gitleaks/gitleaks#configuration>. Keys are in any case. A rule keeps its name,
//! whatever it looks like. Every construct works, or is an error that names the rule and its line, or is noted as what
//! counts for nothing here.

use super::dialect::Dialect;
use super::draft::{Draft, SecretGroup};
use super::node::Node;
use super::reading::{Fields, Reading};
use super::{AllowTarget, Change, Imported, ImportedAllow, Part, filter};

const OURS: &str = "leave the rule out, or write it as one of ours with --rules";

pub(super) fn read(reading: &Reading, root: &Node) -> Imported {
    let mut imported = Imported::default();
    let fields = Fields::new(reading, root);
    // What it is called and which version it wants makes no difference.
    for key in ["title", "description", "minversion", "betterleaksminversion"] {
        fields.get(key);
    }
    if let Some(extend) = fields.maps("extend").first() {
        let extend = Fields::new(reading, extend);
        imported.use_default = extend.truth("usedefault").unwrap_or_default();
        imported.extends = extend.text("path").map(str::to_owned);
        if imported.use_default && imported.extends.is_some() {
            let what = "`extend` has `path` and `useDefault`".to_owned();
            extend.problem(extend.line(), what, "keep one of the two");
        }
        extend.ignored("url", "its tool has no use for it either: save the file, and name it with `path`");
        imported.disabled = extend.texts("disabledrules");
        extend.finish();
    }
    for node in fields.maps("rules") {
        rule(reading, node, &mut imported);
    }
    for key in ["filter", "prefilter"] {
        if let Some(node) = fields.get(key) {
            let what = format!("`{key}` for all rules has no translation");
            fields.problem(node.line, what, "write `allowlists` in its place");
        }
    }
    imported.allows.extend(allows(&fields, &[]));
    fields.finish();
    imported
}

fn rule(reading: &Reading, node: &Node, imported: &mut Imported) {
    let fields = Fields::new(reading, node);
    let Some(id) = fields.text("id") else {
        return fields.problem(fields.line(), "a rule without `id`".to_owned(), "give it one");
    };
    let fields = fields.name(id);
    if let Some(node) = fields.get("prefilter") {
        fields.problem(node.line, "`prefilter` has no translation".to_owned(), OURS);
    }
    fields.ignored("validate", "nothing is asked of providers");
    fields.ignored("tags", "reports have none");
    fields.ignored("specificity", "of two rules that find the same, the more specific one counts by itself");
    let path_node = fields.get("path").map_or(0, |node| node.line);
    let path = fields.text("path").and_then(|path| fields.expression("path", path_node, path, Dialect::Go));
    imported.allows.extend(allows(&fields, &[id.to_owned()]));
    imported.silent.extend(fields.truth("skipreport").unwrap_or_default().then(|| id.to_owned()));
    for part in fields.maps("required") {
        imported.parts.extend(required(reading, part, id));
    }
    let entropy = entropy(&fields);
    let regex = fields.get("regex").map_or(0, |node| node.line);
    // A rule that only says which file it is about finds the file, by its beginning.
    let (expression, whole_file) = match fields.text("regex") {
        Some(text) => (fields.expression("regex", regex, text, Dialect::Go), false),
        None => (path.is_some().then(|| FILE.to_owned()), true),
    };
    let draft = Draft {
        id: id.to_owned(),
        name: fields.text("description").unwrap_or(id).to_owned(),
        expression: expression.clone().unwrap_or_default(),
        secret: group(&fields),
        keywords: fields.texts("keywords").iter().map(|word| word.to_lowercase()).collect(),
        entropy,
        files_only: fields.has("path"),
        ..Draft::default()
    };
    if whole_file && (path.is_some() || !fields.has("path")) {
        // Without an expression it may change a rule of what the file builds on.
        imported.changes.push(Change {
            id: id.to_owned(),
            line: fields.line(),
            name: fields.text("description").map(str::to_owned),
            entropy,
            keywords: draft.keywords.clone(),
            path: path.clone(),
            secret_group: fields.has("secretgroup"),
        });
    }
    if expression.is_some()
        && let Some(drafted) = draft.finish(&fields)
    {
        imported.rules.push(drafted.rule);
        imported.texts.push(drafted.text);
        imported.paths.extend(path.map(|path| (id.to_owned(), path)));
    }
    fields.finish();
}

/// What a rule is made of besides itself.
fn required(reading: &Reading, node: &Node, of: &str) -> Option<Part> {
    let fields = Fields::new(reading, node).name(of);
    let Some(id) = fields.text("id") else {
        fields.problem(fields.line(), "`required` without `id`".to_owned(), "name the rule that it asks for");
        return None;
    };
    let within = |key| {
        let number = fields.number(key)?;
        let whole = number.to_string().parse::<u64>().ok();
        if whole.is_none() {
            fields.problem(fields.line(), format!("`{key}` is {number}"), "write a whole number from 0 on");
        }
        whole
    };
    let (lines, columns) = (within("withinlines"), within("withincolumns"));
    fields.finish();
    Some(Part { of: of.to_owned(), needs: id.to_owned(), lines, columns })
}

fn group(fields: &Fields<'_>) -> SecretGroup {
    let Some(number) = fields.number("secretgroup") else { return SecretGroup::default() };
    match number.to_string().parse::<usize>() {
        Ok(0) => SecretGroup::FirstThatCaptured,
        Ok(number) => SecretGroup::Number(number),
        Err(_) => {
            let what = format!("`secretGroup` is {number}");
            fields.problem(fields.line(), what, "write the number of a group");
            SecretGroup::default()
        }
    }
}

fn entropy(fields: &Fields<'_>) -> Option<f64> {
    let entropy = fields.number("entropy").filter(|entropy| *entropy > 0.0);
    let Some(node) = fields.get("filter") else { return entropy };
    let lowest = node.text().and_then(filter::entropy);
    if lowest.is_none() {
        let what = "`filter` says more than a lowest entropy".to_owned();
        fields.problem(node.line, what, "only `entropy(finding[\"secret\"]) <= N` is known");
    }
    lowest
}

fn allows(fields: &Fields<'_>, rules: &[String]) -> Vec<ImportedAllow> {
    let mut found = fields.maps("allowlists").to_vec();
    found.extend(fields.maps("allowlist").to_vec());
    found.iter().filter_map(|node| allow(fields, node, rules)).collect()
}

fn allow(of: &Fields<'_>, node: &Node, rules: &[String]) -> Option<ImportedAllow> {
    let fields = Fields::new(of.reading, node).name(rules.first().map_or("", String::as_str));
    let target = match fields.text("regextarget").map(str::to_ascii_lowercase).as_deref() {
        None | Some("secret") => AllowTarget::Secret,
        Some("match") => AllowTarget::Match,
        Some("line") => AllowTarget::Line,
        Some(other) => {
            let what = format!("`regexTarget` cannot be `{other}`");
            fields.problem(fields.line(), what, "write secret, match or line");
            return None;
        }
    };
    let all = match fields.text("condition").unwrap_or("OR").to_ascii_uppercase().as_str() {
        "AND" | "&&" => true,
        "OR" | "||" => false,
        other => {
            let what = format!("`condition` cannot be `{other}`");
            fields.problem(fields.line(), what, "write OR or AND");
            return None;
        }
    };
    let targets = fields.texts("targetrules");
    if !targets.is_empty() && !rules.is_empty() {
        let what = "`targetRules` inside of a rule counts for nothing".to_owned();
        fields.note(fields.line(), what, "take it out");
    }
    let allow = ImportedAllow {
        description: fields.text("description").unwrap_or_default().to_owned(),
        rules: if rules.is_empty() { targets } else { rules.to_vec() },
        all,
        paths: fields.expressions("paths", Dialect::Go),
        regexes: fields.expressions("regexes", Dialect::Go),
        target,
        stopwords: fields.texts("stopwords").iter().map(|word| word.to_lowercase()).collect(),
        commits: fields.texts("commits").iter().map(|commit| commit.to_lowercase()).collect(),
    };
    let empty =
        ["paths", "regexes", "stopwords", "commits"].into_iter().all(|key| fields.texts(key).is_empty());
    if empty {
        let what = "an allowlist that allows nothing".to_owned();
        fields.problem(fields.line(), what, "give it `paths`, `regexes`, `stopwords` or `commits`");
    }
    fields.finish();
    Some(allow)
}

/// What a rule looks for that is about files as such: their beginning.
const FILE: &str = r"(?s)\A(.{1,64})";
