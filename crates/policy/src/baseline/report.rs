//! Our own JSON reports.

use serde_json::Value;

use super::{BaselineEntry, What};

/// Its findings; `None` if it is no such report.
pub(super) fn entries(report: &Value) -> Option<Vec<BaselineEntry>> {
    let mut entries = Vec::new();
    for finding in report.get("findings")?.as_array()? {
        let rule = finding.get("rule")?.as_str()?;
        let print = finding.get("fingerprint")?.as_str()?.parse().ok()?;
        for location in finding.get("locations")?.as_array()? {
            let path = location.get("path")?.as_str()?;
            entries.push(BaselineEntry::new(What::Print(print), rule, path, 1));
        }
    }
    Some(entries)
}
