//! What is said of a leak.

use keysieve_finding::{Confidence, Severity};
use serde::{Deserialize, Serialize};

use crate::workload::workload;

/// What is said of a leak. Never the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The version of this schema: 1.
    pub schema_version: u32,
    /// Whether the secret is new or goes on leaking.
    pub kind: Kind,
    /// Names the alert: the same for every event of a secret.
    pub id: String,
    /// When it was said, in seconds since 1970.
    pub time: u64,
    /// The rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    #[serde(default = "medium")]
    pub confidence: Confidence,
    /// Where the secret was seen first.
    pub source: Place,
    /// The masked line around it.
    pub excerpt: String,
    /// How often it was seen.
    pub count: u64,
    /// When it was first seen, in seconds since 1970.
    pub first_seen: u64,
    /// When it was last seen.
    pub last_seen: u64,
    /// What the secret opens, and how to rotate it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// Why someone said what `kind` says, in their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Whether a silence keeps it from receivers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silenced: bool,
}

impl Event {
    /// Whose log it is of: `NAMESPACE/WORKLOAD`, or the file. Receivers hear of events of one group together.
    #[must_use]
    pub fn group(&self) -> String {
        match (&self.source.namespace, &self.source.workload) {
            (Some(namespace), Some(workload)) => format!("{namespace}/{workload}"),
            _ => self.source.file.clone(),
        }
    }
}

/// What events say that say nothing of it.
const fn medium() -> Confidence {
    Confidence::Medium
}

/// Why an event comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The secret is new.
    Firing,
    /// It goes on leaking.
    Summary,
    /// Someone looks at it.
    Acknowledged,
    /// It was rotated, or the alert was wrong.
    Resolved,
}

/// Where a secret was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Where in it, in bytes.
    pub offset: u64,
    /// The Kubernetes namespace, told from the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What runs the pod, such as a Deployment: its name, told from the pod's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// The pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The id of the container, as its runtime has given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_id: Option<String>,
    /// Which of its outputs the line was written to, `stdout` or `stderr`, if its record says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
}

impl Place {
    /// In a file. The kubelet's names say more: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log`, and the links to them,
    /// `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`; so do docker's, `…/containers/ID/ID-json.log`.
    #[must_use]
    pub fn of_file(file: &str, offset: u64) -> Self {
        let mut place = Self { file: file.to_owned(), offset, ..Self::default() };
        let parts: Vec<&str> = file.split('/').collect();
        if let [.., "pods", pod, container, _] = parts.as_slice() {
            if let [namespace, name, _] = pod.split('_').collect::<Vec<_>>().as_slice() {
                place.set(namespace, name, container);
            }
        } else if let [.., "containers", name] = parts.as_slice()
            && let [pod, namespace, rest] = name.split('_').collect::<Vec<_>>().as_slice()
            && let Some((container, id)) = rest.rsplit_once('-')
        {
            place.set(namespace, pod, container);
            place.container_id = Some(id.trim_end_matches(".log").to_owned());
        } else if let [.., "containers", id, name] = parts.as_slice()
            && name.strip_prefix(id).is_some_and(|rest| rest.starts_with("-json.log"))
        {
            place.container_id = Some((*id).to_owned());
        }
        place
    }

    fn set(&mut self, namespace: &str, pod: &str, container: &str) {
        self.namespace = Some(namespace.to_owned());
        self.workload = Some(workload(pod).to_owned());
        self.pod = Some(pod.to_owned());
        self.container = Some(container.to_owned());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One of the rule `r` in `/var/app.log`.
    pub(crate) fn event(id: &str, seen: u64) -> Event {
        Event {
            schema_version: 1,
            kind: Kind::Firing,
            id: id.to_owned(),
            time: seen,
            rule: "r".to_owned(),
            severity: Severity::High,
            confidence: Confidence::High,
            source: Place::of_file("/var/app.log", 0),
            excerpt: String::new(),
            count: 1,
            first_seen: seen,
            last_seen: seen,
            advice: String::new(),
            reason: String::new(),
            silenced: false,
        }
    }

    #[test]
    fn the_kubelets_names_say_whose_log_it_is() {
        let of = |file: &str| {
            let place = Place::of_file(file, 0);
            [place.namespace, place.pod, place.container].map(Option::unwrap_or_default)
        };
        assert_eq!(of("/var/log/pods/shop_web-1_0f3a/app/0.log"), ["shop", "web-1", "app"]);
        assert_eq!(of("/var/log/containers/web-1_shop_app-main-0f3a.log"), ["shop", "web-1", "app-main"]);
        assert_eq!(of("/var/log/syslog"), ["", "", ""]);
        let file = "/var/log/pods/shop_web-7d4b9c6f5d-x2x4z_0f3a/app/0.log";
        let event = |file: &str| Event { source: Place::of_file(file, 0), ..event("ks1:00", 1) };
        assert_eq!(
            (event(file).group(), event("/var/log/syslog").group()),
            ("shop/web".into(), "/var/log/syslog".into())
        );
        let id = |file: &str| Place::of_file(file, 0).container_id.unwrap_or_default();
        assert_eq!(id("/var/log/containers/web-1_shop_app-main-0f3a.log"), "0f3a");
        assert_eq!(id("/var/lib/docker/containers/0f3a/0f3a-json.log"), "0f3a");
    }
}
