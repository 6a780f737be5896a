//! All rules at a glance.

use std::fmt::Write as _;

use anyhow::Result;
use keysieve_finding::RuleInfo;
use keysieve_rules::Rule;

/// A line for each rule.
pub(crate) fn table(rules: &[Rule]) -> String {
    let width = |column: fn(&RuleInfo) -> &str, heading: &str| {
        let widest = rules.iter().map(|rule| column(&rule.info).chars().count()).max();
        widest.unwrap_or(0).max(heading.len())
    };
    let id = width(|info| &info.id, "ID");
    let mut text = format!("{:id$}  {:8}  {:10}  NAME\n", "ID", "SEVERITY", "CONFIDENCE");
    for rule in rules {
        let info = &rule.info;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:id$}  {:8}  {:10}  {}", info.id, info.severity, info.confidence, info.name);
    }
    text
}

/// A JSON array of what reports say of each rule.
pub(crate) fn json(rules: &[Rule]) -> Result<String> {
    let infos: Vec<&RuleInfo> = rules.iter().map(|rule| &rule.info).collect();
    Ok(serde_json::to_string_pretty(&infos)? + "\n")
}
