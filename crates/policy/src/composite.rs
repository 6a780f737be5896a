//! Findings that count only near those of other rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which rules' findings count only near those of others, and which are there for these alone.
#[derive(Clone, Debug, Default)]
pub struct Composite {
    parts: Vec<Part>,
    silent: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Part {
    of: String,
    needs: String,
    lines: Option<u64>,
    columns: Option<u64>,
}

/// A finding of an object, as others of that object see it.
#[derive(Clone, Copy, Debug)]
pub struct Near<'a> {
    /// The id of its rule.
    pub rule: &'a str,
    /// Where it begins: the line and the column.
    pub place: (u64, u64),
}

/// Where the findings of a rule begin: columns by line.
type Places = BTreeMap<u64, BTreeSet<u64>>;

impl Composite {
    /// Lets findings of the rule `of` count only where the rule `needs` finds something in the same object, at most so
    /// many lines and columns away.
    pub fn needs(&mut self, of: String, needs: String, lines: Option<u64>, columns: Option<u64>) {
        self.parts.push(Part { of, needs, lines, columns });
    }

    /// Lets findings of a rule count only for others.
    pub fn silence(&mut self, rule: String) {
        self.silent.insert(rule);
    }

    /// Takes over what another says.
    pub fn extend(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.silent.extend(other.silent);
    }

    /// Whether every finding counts by itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.silent.is_empty()
    }

    /// Which of the findings of one object count.
    #[must_use]
    pub fn counts(&self, findings: &[Near<'_>]) -> Vec<bool> {
        let mut places: HashMap<&str, Places> = HashMap::new();
        for Near { rule, place: (line, column) } in findings {
            if self.parts.iter().any(|part| part.needs == *rule) {
                places.entry(rule).or_default().entry(*line).or_default().insert(*column);
            }
        }
        let holds = |finding: &Near<'_>, part: &Part| {
            places.get(part.needs.as_str()).is_some_and(|places| part.is_near(finding.place, places))
        };
        let counts = |finding: &Near<'_>| {
            !self.silent.contains(finding.rule)
                && self.parts.iter().all(|part| part.of != finding.rule || holds(finding, part))
        };
        findings.iter().map(counts).collect()
    }
}

impl Part {
    fn is_near(&self, (line, column): (u64, u64), places: &Places) -> bool {
        let away = self.lines.unwrap_or(u64::MAX);
        let mut lines = places.range(line.saturating_sub(away)..=line.saturating_add(away));
        let Some(columns) = self.columns else { return lines.next().is_some() };
        let columns = column.saturating_sub(columns)..=column.saturating_add(columns);
        lines.any(|(_, places)| places.range(columns.clone()).next().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a finding of `id` at 10:5 counts beside one of `key` at `place`.
    fn counts(lines: Option<u64>, columns: Option<u64>, place: (u64, u64)) -> bool {
        let mut composite = Composite::default();
        composite.needs("id".to_owned(), "key".to_owned(), lines, columns);
        composite.counts(&[Near { rule: "id", place: (10, 5) }, Near { rule: "key", place }])[0]
    }

    #[test]
    fn another_must_be_as_near_as_it_says() {
        assert!(counts(None, None, (900, 1)));
        assert!(counts(Some(3), None, (7, 80)) && counts(Some(3), None, (13, 1)));
        assert!(!counts(Some(3), None, (6, 5)) && !counts(Some(3), None, (14, 5)));
        assert!(counts(Some(0), Some(10), (10, 15)) && !counts(Some(0), Some(10), (10, 16)));
        assert!(counts(None, Some(2), (1, 3)) && !counts(None, Some(2), (1, 8)));
    }

    #[test]
    fn without_the_other_nothing_counts_and_the_silent_never_do() {
        let mut composite = Composite::default();
        assert!(composite.is_empty());
        composite.needs("id".to_owned(), "key".to_owned(), None, None);
        composite.silence("key".to_owned());
        let near = |rule| Near { rule, place: (1, 1) };
        assert_eq!(composite.counts(&[near("id"), near("other")]), [false, true]);
        assert_eq!(composite.counts(&[near("id"), near("key")]), [true, false]);
    }
}
