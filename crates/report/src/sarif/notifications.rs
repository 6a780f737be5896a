//! What was not looked at, as notifications of the run.

use keysieve_finding::{Outcome, SkipClass, SkipReason};

use super::artifacts::based;
use super::message::text;
use super::model::{
    Descriptor, DescriptorReference, Invocation, Location, Notification, PhysicalLocation, Text,
};
use crate::words;

/// How many gaps get a notification of their own; the rest are counted in one. Services refuse reports of more than
/// ten megabytes, and a whole tree that cannot be read must not push out what was found.
const MAX_GAPS: usize = 1000;

/// Notifications, and the descriptors they refer to.
#[derive(Default)]
pub(super) struct Notifications {
    pub(super) descriptors: Vec<Descriptor>,
    list: Vec<Notification>,
}

impl Notifications {
    pub(super) fn of(outcome: &Outcome, results_left_out: u64) -> Self {
        let mut all = Self::default();
        if outcome.interrupted {
            let said = "The run was interrupted; what was found until then is reported.";
            all.add("interrupted", "The run was interrupted.", "error", said.to_owned(), None);
        }
        if results_left_out > 0 {
            let said = format!(
                "{} left out, the least severe: code scanning services take at most {}.",
                words::count(results_left_out, "result was", "results were"),
                words::grouped(super::MAX_RESULTS as u64),
            );
            all.add(
                "results-left-out",
                "There were more results than a report may hold.",
                "warning",
                said,
                None,
            );
        }
        all.gaps(outcome);
        for (reason, count) in words::excluded(outcome) {
            let said = format!(
                "{} left out: {}.",
                words::count(count, "object was", "objects were"),
                meaning(reason)
            );
            all.add(&id(reason), &describe(reason), "note", said, None);
        }
        all
    }

    fn gaps(&mut self, outcome: &Outcome) {
        let gaps = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap);
        let mut listed = 0;
        for gap in gaps.take(MAX_GAPS) {
            let detail = if gap.detail.is_empty() { meaning(gap.reason) } else { &gap.detail };
            let said = format!("Not scanned ({}): {}.", gap.reason, detail.trim_end_matches('.'));
            self.add(&id(gap.reason), &describe(gap.reason), "error", said, Some(&gap.path));
            listed += 1;
        }
        let more = outcome.stats.gaps.saturating_sub(listed);
        if more > 0 {
            let said =
                format!("{} not scanned either.", words::count(more, "more object was", "more objects were"));
            self.add("skip/more", "Objects that were not scanned.", "error", said, None);
        }
    }

    fn add(&mut self, id: &str, describe: &str, level: &'static str, said: String, path: Option<&str>) {
        let known = self.descriptors.iter().position(|known| known.id == id);
        let index = known.unwrap_or_else(|| {
            let short_description = Text { text: describe.to_owned() };
            self.descriptors.push(Descriptor { id: id.to_owned(), short_description });
            self.descriptors.len() - 1
        });
        let locations = path.map(|path| Location {
            id: None,
            physical_location: PhysicalLocation { artifact_location: based(path.as_bytes()), region: None },
            logical_locations: Vec::new(),
            message: None,
        });
        self.list.push(Notification {
            descriptor: DescriptorReference { id: id.to_owned(), index },
            level,
            message: text(&said),
            locations: locations.into_iter().collect(),
        });
    }

    pub(super) fn into_invocation(self, outcome: &Outcome) -> Invocation {
        Invocation { execution_successful: outcome.complete(), tool_execution_notifications: self.list }
    }
}

fn id(reason: SkipReason) -> String {
    format!("skip/{reason}")
}

fn describe(reason: SkipReason) -> String {
    format!("Not scanned: {}.", meaning(reason))
}

fn meaning(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Ignored => "an ignore file or an option says so",
        SkipReason::Symlink => "a symbolic link, which is not followed",
        SkipReason::Special => "a FIFO, a socket or a device",
        SkipReason::TooLarge => "larger than the limit that was asked for",
        SkipReason::GitDirectory => "the object store of a repository",
        SkipReason::Unreadable => "the system refused to open, list or read it",
        SkipReason::Vanished => "it was gone when it was opened",
        SkipReason::Limit => "a limit was hit",
        SkipReason::Timeout => "the time for the run was over",
        SkipReason::Internal => "an internal error",
        _ => "for a reason of its own",
    }
}
