//! `gitleaks.toml` and `betterleaks.toml`, which says more of the same.
//!
//! Described at <https://github.com/gitleaks/gitleaks#configuration>. Keys are in any case. A rule keeps its name,
//! whatever it looks like. Every construct works, or is an error that names the rule and its line, or is noted as what
//! counts for nothing here.

use keysieve_finding::Confidence;

use super::dialect::Dialect;
use super::draft::{Draft, SecretGroup};
use super::node::Node;
use super::reading::{Fields, Reading};
use super::{AllowTarget, Change, Imported, ImportedAllow, Part, filter};

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
    // What the first drops is not even read there, and is read and not reported here.
    for key in ["prefilter", "filter"] {
        imported.allows.extend(filter::read(&fields, key, &[]));
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
    for key in ["validate", "analyze", "revoke"] {
        fields.ignored(key, "nothing is asked of providers");
    }
    fields.ignored("tags", "reports have none");
    fields.ignored("specificity", "of two rules that find the same, the more specific one counts by itself");
    let path_node = fields.get("path").map_or(0, |node| node.line);
    let path = fields.text("path").and_then(|path| fields.expression("path", path_node, path, Dialect::Go));
    imported.allows.extend(allows(&fields, &[id.to_owned()]));
    imported.silent.extend(fields.truth("skipreport").unwrap_or_default().then(|| id.to_owned()));
    for part in fields.maps("required") {
        imported.parts.extend(required(reading, part, id));
    }
    for part in fields.maps("components") {
        imported.parts.extend(component(reading, part, id));
    }
    let (entropy, dropped) = entropy(&fields, id);
    imported.allows.extend(dropped);
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
        confidence: confidence(&fields),
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
            secret_group: fields.has("secretgroup") || fields.has("valuegroup"),
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
    let number = fields.number("secretgroup").or_else(|| fields.number("valuegroup"));
    let Some(number) = number else { return SecretGroup::default() };
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

/// The least entropy, and what a filter drops otherwise.
fn entropy(fields: &Fields<'_>, id: &str) -> (Option<f64>, Option<ImportedAllow>) {
    let entropy = fields.number("entropy").filter(|entropy| *entropy > 0.0);
    let lowest = fields.get("filter").and_then(Node::text).and_then(filter::entropy);
    match lowest {
        Some(lowest) if entropy.is_none() => (Some(lowest), None),
        _ => (entropy, filter::read(fields, "filter", &[id.to_owned()])),
    }
}

fn confidence(fields: &Fields<'_>) -> Option<Confidence> {
    let text = fields.text("confidence")?;
    let known = Confidence::ALL.iter().copied().find(|known| known.as_str() == text.to_ascii_lowercase());
    if known.is_none() {
        let what = format!("`confidence` cannot be `{text}`");
        fields.problem(fields.line(), what, "write low, medium or high");
    }
    known
}

/// The same as betterleaks writes it: `within` is so many lines, `5L`, or columns, `100C`.
fn component(reading: &Reading, node: &Node, of: &str) -> Option<Part> {
    let fields = Fields::new(reading, node).name(of);
    let Some(id) = fields.text("id") else {
        fields.problem(
            fields.line(),
            "`components` without `id`".to_owned(),
            "name the rule that it asks for",
        );
        return None;
    };
    let within = fields.text("within");
    let distance = within.map(|within| {
        let (number, unit) = within.split_at(within.len() - within.chars().last().map_or(0, char::len_utf8));
        match (number.parse::<u64>(), unit) {
            (Ok(lines), "L") => (Some(lines), None),
            // Columns count on one line there.
            (Ok(columns), "C") => (Some(0), Some(columns)),
            _ => {
                let what = format!("`within` cannot be `{within}`");
                fields.problem(fields.line(), what, "write a number of lines, 5L, or of columns, 100C");
                (None, None)
            }
        }
    });
    let optional = fields.truth("optional").unwrap_or_default();
    fields.finish();
    let (lines, columns) = distance.unwrap_or_default();
    (!optional).then(|| Part { of: of.to_owned(), needs: id.to_owned(), lines, columns })
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
        ..ImportedAllow::default()
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
