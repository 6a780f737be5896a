//! Which crate may use which.

use std::fmt;

use serde_json::Value;

/// How one package of the workspace uses another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// In what it builds, or to build it.
    Build,
    /// In its tests only.
    Test,
}

/// One package of the workspace uses another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// Who uses it, by the package's name.
    pub from: String,
    /// What is used.
    pub to: String,
    /// What for.
    pub usage: Usage,
}

/// The packages of the workspace, and which of them use which: what `cargo metadata` knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FloorPlan {
    /// Every package, by name.
    pub packages: Vec<String>,
    /// Every use of one by another.
    pub dependencies: Vec<Dependency>,
}

/// A use that the floor plan does not allow, or a package that is not on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The package stands on no floor: give it one in `floor_plan.rs` and in `crates/README.md`.
    Homeless(String),
    /// It uses something of its own floor or of one above.
    NotBelow(Dependency),
    /// It uses something of the other wing.
    AcrossWings(Dependency),
    /// It uses in what it builds what is for tests only.
    TestsOnly(Dependency),
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Homeless(package) => write!(f, "{package} stands on no floor"),
            Self::NotBelow(Dependency { from, to, .. }) => {
                write!(f, "{from} uses {to}, which is not below it")
            }
            Self::AcrossWings(Dependency { from, to, .. }) => {
                write!(f, "{from} uses {to}, of the other wing")
            }
            Self::TestsOnly(Dependency { from, to, .. }) => write!(f, "{from} uses {to} outside its tests"),
        }
    }
}

/// What `cargo metadata` printed is not what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// It is no JSON.
    #[error("not the output of cargo metadata: {0}")]
    Json(#[from] serde_json::Error),
    /// It lacks something.
    #[error("not the output of cargo metadata: no {0}")]
    Missing(&'static str),
}

/// Where a package stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On a floor, which uses lower ones.
    Floor(u8),
    /// Beside the house: uses all, used by tests only.
    Tests,
}

/// What a package is about. Those who read bytes and those who know their meaning meet in `scan` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wing {
    Bytes,
    Meaning,
    /// What comes out: it knows neither bytes nor rules.
    Results,
    Neither,
}

const PLAN: &[(&str, Place, Wing)] = &[
    ("keysieve-finding", Place::Floor(1), Wing::Neither),
    ("keysieve-checksum", Place::Floor(1), Wing::Neither),
    ("keysieve-evidence", Place::Floor(1), Wing::Neither),
    ("keysieve-kernel", Place::Floor(1), Wing::Neither),
    ("keysieve-filter", Place::Floor(1), Wing::Neither),
    ("keysieve-template", Place::Floor(1), Wing::Neither),
    ("keysieve-rules", Place::Floor(2), Wing::Meaning),
    ("keysieve-source", Place::Floor(2), Wing::Bytes),
    ("keysieve-unpack", Place::Floor(2), Wing::Bytes),
    ("keysieve-engine", Place::Floor(3), Wing::Meaning),
    ("keysieve-source-fs", Place::Floor(3), Wing::Bytes),
    ("keysieve-source-git", Place::Floor(3), Wing::Bytes),
    ("keysieve-source-oci", Place::Floor(3), Wing::Bytes),
    ("keysieve-policy", Place::Floor(3), Wing::Results),
    ("keysieve-report", Place::Floor(3), Wing::Results),
    ("keysieve-scan", Place::Floor(4), Wing::Neither),
    ("keysieve-follow", Place::Floor(3), Wing::Bytes),
    ("keysieve-alerts", Place::Floor(3), Wing::Results),
    ("keysieve-stream", Place::Floor(4), Wing::Neither),
    ("keysieve", Place::Floor(5), Wing::Neither),
    ("keysieve-testkit", Place::Tests, Wing::Neither),
    ("keysieve-benches", Place::Tests, Wing::Neither),
];

fn place(package: &str) -> Option<(Place, Wing)> {
    PLAN.iter().find(|(name, ..)| *name == package).map(|&(_, place, wing)| (place, wing))
}

impl FloorPlan {
    /// Reads what `cargo metadata --format-version 1 --no-deps` prints. Packages from elsewhere do not count.
    ///
    /// # Errors
    /// If it is something else.
    pub fn of_metadata(json: &[u8]) -> Result<Self, MetadataError> {
        let metadata: Value = serde_json::from_slice(json)?;
        let packages = metadata["packages"].as_array().ok_or(MetadataError::Missing("packages"))?;
        let mut plan = Self::default();
        for package in packages {
            let from = package["name"].as_str().ok_or(MetadataError::Missing("name"))?;
            plan.packages.push(from.to_owned());
            let uses = package["dependencies"].as_array().ok_or(MetadataError::Missing("dependencies"))?;
            for used in uses.iter().filter(|used| used["path"].is_string()) {
                let to = used["name"].as_str().ok_or(MetadataError::Missing("name of a dependency"))?;
                let usage = if used["kind"] == "dev" { Usage::Test } else { Usage::Build };
                plan.dependencies.push(Dependency { from: from.to_owned(), to: to.to_owned(), usage });
            }
        }
        Ok(plan)
    }

    /// Every breach of the plan, in order.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let homeless = self.packages.iter().filter(|package| place(package).is_none());
        let mut breaches: Vec<Breach> = homeless.cloned().map(Breach::Homeless).collect();
        breaches.extend(self.dependencies.iter().filter_map(judge));
        breaches
    }
}

/// What is wrong with one use, if both ends stand somewhere.
fn judge(dependency: &Dependency) -> Option<Breach> {
    let (from, from_wing) = place(&dependency.from)?;
    let Some((to, to_wing)) = place(&dependency.to) else {
        return Some(Breach::Homeless(dependency.to.clone()));
    };
    match (from, to) {
        (Place::Tests, _) => None,
        (Place::Floor(_), Place::Tests) if dependency.usage == Usage::Test => None,
        (Place::Floor(_), Place::Tests) => Some(Breach::TestsOnly(dependency.clone())),
        (Place::Floor(user), Place::Floor(used)) if used >= user => {
            Some(Breach::NotBelow(dependency.clone()))
        }
        _ if from_wing != to_wing && from_wing != Wing::Neither && to_wing != Wing::Neither => {
            Some(Breach::AcrossWings(dependency.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(from: &str, to: &str, usage: Usage) -> Dependency {
        Dependency { from: from.to_owned(), to: to.to_owned(), usage }
    }

    fn breaches(from: &str, to: &str, usage: Usage) -> Vec<Breach> {
        let packages = vec!["keysieve".to_owned()];
        FloorPlan { packages, dependencies: vec![uses(from, to, usage)] }.breaches()
    }

    #[test]
    fn lower_floors_may_be_used() {
        for (from, to) in [
            ("keysieve", "keysieve-scan"),
            ("keysieve-scan", "keysieve-source-fs"),
            ("keysieve-engine", "keysieve-rules"),
            ("keysieve-rules", "keysieve-checksum"),
            ("keysieve-source-fs", "keysieve-source"),
        ] {
            assert_eq!(breaches(from, to, Usage::Build), [], "{from} {to}");
        }
    }

    #[test]
    fn what_is_above_or_beside_may_not_be_used_even_in_tests() {
        for (from, to) in [
            ("keysieve-finding", "keysieve-scan"),
            ("keysieve-finding", "keysieve-kernel"),
            ("keysieve-report", "keysieve-policy"),
            ("keysieve-scan", "keysieve"),
        ] {
            for usage in [Usage::Build, Usage::Test] {
                assert_eq!(breaches(from, to, usage), [Breach::NotBelow(uses(from, to, usage))]);
            }
        }
    }

    #[test]
    fn the_wings_do_not_know_each_other() {
        for (from, to) in [
            ("keysieve-engine", "keysieve-source"),
            ("keysieve-source-fs", "keysieve-rules"),
            ("keysieve-report", "keysieve-source"),
            ("keysieve-policy", "keysieve-rules"),
        ] {
            let edge = uses(from, to, Usage::Build);
            assert_eq!(breaches(from, to, Usage::Build), [Breach::AcrossWings(edge)]);
        }
    }

    #[test]
    fn the_testkit_is_for_tests() {
        let edge = uses("keysieve-finding", "keysieve-testkit", Usage::Build);
        assert_eq!(breaches(&edge.from, &edge.to, Usage::Test), []);
        assert_eq!(breaches(&edge.from, &edge.to, Usage::Build), [Breach::TestsOnly(edge.clone())]);
        assert_eq!(breaches("keysieve-testkit", "keysieve-scan", Usage::Build), []);
    }

    #[test]
    fn a_package_needs_a_floor() {
        let packages = vec!["keysieve-finding".to_owned(), "keysieve-new".to_owned()];
        let plan = FloorPlan { packages, dependencies: Vec::new() };
        assert_eq!(plan.breaches(), [Breach::Homeless("keysieve-new".to_owned())]);
        assert_eq!(
            breaches("keysieve", "keysieve-new", Usage::Build),
            [Breach::Homeless("keysieve-new".to_owned())]
        );
    }

    #[test]
    fn metadata_is_read_and_foreign_packages_are_left_out() {
        let json = br#"{"packages": [{"name": "keysieve-finding", "dependencies": [
            {"name": "serde", "kind": null},
            {"name": "keysieve-scan", "kind": null, "path": "/x"},
            {"name": "keysieve-rules", "kind": "build", "path": "/x"},
            {"name": "keysieve-testkit", "kind": "dev", "path": "/x"}]}]}"#;
        let plan = FloorPlan::of_metadata(json).expect("metadata");
        let from = "keysieve-finding";
        assert_eq!(plan.packages, [from]);
        assert_eq!(
            plan.dependencies,
            [
                uses(from, "keysieve-scan", Usage::Build),
                uses(from, "keysieve-rules", Usage::Build),
                uses(from, "keysieve-testkit", Usage::Test),
            ]
        );
        assert_eq!(plan.breaches().len(), 2);
        assert!(FloorPlan::of_metadata(b"{}").is_err());
    }
}
