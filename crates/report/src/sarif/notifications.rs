//! What was not looked at, as notifications of the run.

use keysieve_finding::{Finding, Outcome, SkipClass, SkipReason};

use super::artifacts::based;
use super::message::{plain, text};
use super::model::{DescriptorReference, Invocation, Location, Notification, PhysicalLocation};
use crate::words;

/// How many gaps get a notification of their own; the rest are counted in one. Services refuse reports of more than
/// ten megabytes, and a whole tree that cannot be read must not push out what was found.
const MAX_GAPS: usize = 1000;

/// What a run says of itself.
#[derive(Default)]
struct Notifications(Vec<Notification>);

/// The run, as far as it went.
pub(super) fn invocation(outcome: &Outcome, results_left_out: u64) -> Invocation {
    let Notifications(tool_execution_notifications) = Notifications::of(outcome, results_left_out);
    Invocation { execution_successful: outcome.complete(), tool_execution_notifications }
}

impl Notifications {
    fn of(outcome: &Outcome, results_left_out: u64) -> Self {
        let mut all = Self::default();
        if outcome.interrupted {
            let said = "The run was interrupted; what was found until then is reported.";
            all.add("interrupted", "error", said, None);
        }
        if results_left_out > 0 {
            let said = format!(
                "{} left out: a report holds at most {}, the most severe first, and at most {} of one secret.",
                words::count(results_left_out, "result was", "results were"),
                words::grouped(super::MAX_RESULTS as u64),
                words::grouped(Finding::MAX_LOCATIONS as u64),
            );
            all.add("results-left-out", "warning", &said, None);
        }
        all.gaps(outcome);
        for (reason, count) in words::excluded(outcome) {
            let said = format!(
                "{} left out: {}.",
                words::count(count, "object was", "objects were"),
                meaning(reason)
            );
            all.add(&id(reason), "note", &said, None);
        }
        all
    }

    fn gaps(&mut self, outcome: &Outcome) {
        let gaps = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap);
        let mut listed = 0;
        for gap in gaps.take(MAX_GAPS) {
            let detail = if gap.detail.is_empty() { meaning(gap.reason) } else { &gap.detail };
            let said = format!("Not scanned ({}): {}.", gap.reason, plain(detail.trim_end_matches('.')));
            self.add(&id(gap.reason), "error", &said, Some(&gap.path));
            listed += 1;
        }
        let more = outcome.stats.gaps.saturating_sub(listed);
        if more > 0 {
            let said =
                format!("{} not scanned either.", words::count(more, "more object was", "more objects were"));
            self.add("skip/more", "error", &said, None);
        }
    }

    fn add(&mut self, id: &str, level: &'static str, said: &str, path: Option<&str>) {
        let locations = path.filter(|path| !path.is_empty()).map(|path| Location {
            id: None,
            physical_location: PhysicalLocation { artifact_location: based(path.as_bytes()), region: None },
            logical_locations: Vec::new(),
            message: None,
        });
        // The id alone: descriptors to refer to would have to be whole rules, with help, before GitHub takes them.
        let descriptor = DescriptorReference { id: id.to_owned() };
        let locations = locations.into_iter().collect();
        self.0.push(Notification { descriptor, level, message: text(said), locations });
    }
}

fn id(reason: SkipReason) -> String {
    format!("skip/{reason}")
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
