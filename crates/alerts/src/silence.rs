//! Alerts that are not to be heard for a while. They are kept all the same, and what they are of is masked.

use globset::GlobBuilder;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Which events are silenced, for how long, and why: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The beginning of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Their rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The files, by a name with wildcards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The Kubernetes namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// When it begins, in seconds since 1970.
    pub from: u64,
    /// When it is over.
    pub until: u64,
    /// Why, in someone's words.
    pub reason: String,
}

impl Silence {
    /// Whether it says of anything what it is of; one of everything would hide what it is there to show.
    #[must_use]
    pub fn is_of_something(&self) -> bool {
        self.id.is_some() || self.rule.is_some() || self.file.is_some() || self.namespace.is_some()
    }

    /// Whether it holds at a time.
    #[must_use]
    pub fn holds(&self, now: u64) -> bool {
        (self.from..self.until).contains(&now)
    }

    /// Whether an event is one of those.
    #[must_use]
    pub fn covers(&self, event: &Event) -> bool {
        let is = |wanted: &Option<String>, have: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| have == Some(wanted))
        };
        self.is_of_something()
            && self.id.as_deref().is_none_or(|id| event.id.starts_with(id))
            && is(&self.rule, Some(&event.rule))
            && is(&self.namespace, event.source.namespace.as_deref())
            && self.file.as_deref().is_none_or(|file| matches(file, &event.source.file))
    }

    /// What it is of, in words.
    #[must_use]
    pub fn subject(&self) -> String {
        let all: [(&str, &Option<String>); 4] =
            [("id", &self.id), ("rule", &self.rule), ("file", &self.file), ("namespace", &self.namespace)];
        let given = all.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_deref()?)));
        given.collect::<Vec<_>>().join(", ")
    }
}

/// Whether a name with wildcards is that of a file; one that is none is taken as it stands.
fn matches(pattern: &str, file: &str) -> bool {
    match GlobBuilder::new(pattern).build() {
        Ok(glob) => glob.compile_matcher().is_match(file),
        Err(_) => file == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::event;

    #[test]
    fn a_silence_covers_what_it_names_while_it_holds() {
        let event = event("ks1:aa", 1);
        let of = |rule: &str, file: Option<&str>| Silence {
            rule: Some(rule.to_owned()),
            file: file.map(str::to_owned),
            from: 10,
            until: 20,
            ..Silence::default()
        };
        assert!(of("r", None).covers(&event) && !of("s", None).covers(&event));
        assert!(of("r", Some("/var/*.log")).covers(&event) && !of("r", Some("/x/*")).covers(&event));
        assert!(!Silence::default().covers(&event), "everything is not silenced by saying nothing");
        assert!(of("r", None).holds(10) && !of("r", None).holds(20));
        assert_eq!(of("r", Some("x")).subject(), "rule r, file x");
    }
}
