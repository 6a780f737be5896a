//! What can be asked over HTTP: /metrics, /healthz and /readyz.
//!
//! Sources: OpenMetrics 1.0, which Prometheus asks for, and the text format 0.0.4 for whoever does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_report::Moment;

use super::histogram::Histogram;
use super::http::{self, Answer, Request};
use crate::ruleset::VERSION;

/// So many pairs of rule and namespace have a count of their own; what comes later shares one.
const LABELS: usize = 1000;

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub(crate) bytes_in: AtomicU64,
    pub(crate) bytes_out: AtomicU64,
    pub(crate) lines: AtomicU64,
    pub(crate) alerts: AtomicU64,
    pub(crate) alerts_failed: AtomicU64,
    pub(crate) alerts_sent: AtomicU64,
    pub(crate) alert_retries: AtomicU64,
    pub(crate) alerts_silenced: AtomicU64,
    /// Receivers that did not take what they were sent last, and since when, in seconds since 1970.
    failing: Mutex<BTreeMap<String, u64>>,
    /// How many events wait for receivers.
    pub(crate) waiting: AtomicU64,
    /// How often nobody took the masked copy.
    pub(crate) copy_retries: AtomicU64,
    pub(crate) checkpoints: AtomicU64,
    pub(crate) reloads: AtomicU64,
    pub(crate) troubles: AtomicU64,
    pub(crate) lag: AtomicU64,
    /// How long ago the file was last written to that waits longest, in seconds.
    pub(crate) lag_seconds: AtomicU64,
    /// How many bytes wait for the rest of their line.
    pub(crate) held: AtomicU64,
    pub(crate) files: AtomicU64,
    pub(crate) ready: AtomicBool,
    /// From a secret's first sighting to the word that it was dealt with.
    pub(crate) rotation: Histogram<8>,
    /// From the bytes of a read to their masked lines.
    pub(crate) masking: Histogram<8>,
    redactions: Mutex<BTreeMap<(String, String), u64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            bytes_in: zero(),
            bytes_out: zero(),
            lines: zero(),
            alerts: zero(),
            alerts_failed: zero(),
            alerts_sent: zero(),
            alert_retries: zero(),
            alerts_silenced: zero(),
            failing: Mutex::default(),
            waiting: zero(),
            copy_retries: zero(),
            checkpoints: zero(),
            reloads: zero(),
            troubles: zero(),
            lag: zero(),
            lag_seconds: zero(),
            held: zero(),
            files: zero(),
            ready: AtomicBool::new(false),
            rotation: Histogram::new([
                60.0,
                600.0,
                3600.0,
                21_600.0,
                86_400.0,
                259_200.0,
                604_800.0,
                2_592_000.0,
            ]),
            masking: Histogram::new([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0]),
            redactions: Mutex::default(),
        }
    }
}

impl Metrics {
    /// Counts one masked secret.
    pub(crate) fn redacted(&self, rule: &str, namespace: &str) {
        let mut redactions = self.redactions.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (rule.to_owned(), namespace.to_owned());
        if redactions.len() >= LABELS && !redactions.contains_key(&key) {
            key = ("other".to_owned(), String::new());
        }
        *redactions.entry(key).or_default() += 1;
    }

    /// Notes whether a receiver took what it was sent; `now` is in seconds since 1970.
    pub(crate) fn receiver(&self, name: &str, took: bool, now: u64) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if took {
            failing.remove(name);
        } else {
            failing.entry(name.to_owned()).or_insert(now);
        }
    }

    /// What is said to whoever asks whether all is well. A receiver that fails is named and does not make the stream
    /// unready: it goes on, and the events wait.
    fn ready(&self) -> Answer {
        if !self.ready.load(Ordering::Relaxed) {
            return Answer::plain("503 Service Unavailable", "the files have not been read yet");
        }
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut body = "ok".to_owned();
        let lag = self.lag.load(Ordering::Relaxed);
        if lag > 0 {
            let seconds = self.lag_seconds.load(Ordering::Relaxed);
            let _ = write!(body, "\n{lag} bytes of files have not gone out, the oldest for {seconds} s");
        }
        for (name, since) in failing.iter() {
            let _ = write!(body, "\nreceiver {name} fails since {}Z", Moment::from_unix(*since));
        }
        Answer::plain("200 OK", &body)
    }

    /// In the text format of OpenMetrics 1.0 or, if it is not `open`, in that of Prometheus 0.0.4.
    fn text(&self, open: bool) -> String {
        let mut text = Text { out: String::new(), open };
        text.family("keysieve_build_info", "gauge", "The version.");
        text.sample("keysieve_build_info", &format!("{{version=\"{VERSION}\"}}"), 1);
        text.counter("keysieve_in_bytes", "Bytes read.", &self.bytes_in);
        text.counter("keysieve_out_bytes", "Bytes let out.", &self.bytes_out);
        text.counter("keysieve_lines", "Lines let out.", &self.lines);
        text.family("keysieve_redactions", "counter", "Secrets masked, by rule and namespace.");
        for ((rule, namespace), count) in
            self.redactions.lock().unwrap_or_else(PoisonError::into_inner).iter()
        {
            let labels = format!("{{rule=\"{}\",namespace=\"{}\"}}", escaped(rule), escaped(namespace));
            text.sample("keysieve_redactions_total", &labels, *count);
        }
        text.counter("keysieve_alerts", "Events noted.", &self.alerts);
        text.counter("keysieve_alerts_sent", "Events that receivers took.", &self.alerts_sent);
        text.counter("keysieve_alerts_failed", "Events that were refused, or not kept.", &self.alerts_failed);
        text.counter(
            "keysieve_alerts_silenced",
            "Events that a silence has kept back.",
            &self.alerts_silenced,
        );
        text.counter("keysieve_alert_retries", "Times that a receiver failed.", &self.alert_retries);
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner).len() as u64;
        text.family(
            "keysieve_receivers_failing",
            "gauge",
            "Receivers that did not take what they were sent last.",
        );
        text.sample("keysieve_receivers_failing", "", failing);
        text.gauge("keysieve_alerts_waiting", "Events that wait for receivers.", &self.waiting);
        text.gauge("keysieve_lag_bytes", "Bytes of files that have not gone out yet.", &self.lag);
        text.gauge(
            "keysieve_lag_seconds",
            "Since the last write to the file of which bytes have waited longest.",
            &self.lag_seconds,
        );
        text.gauge("keysieve_held_bytes", "Bytes that wait for the rest of their line.", &self.held);
        text.gauge("keysieve_files", "Files that are followed.", &self.files);
        text.counter("keysieve_copy_retries", "Times that nobody took the masked copy.", &self.copy_retries);
        text.counter("keysieve_checkpoints", "Checkpoints written.", &self.checkpoints);
        text.counter("keysieve_reloads", "Reloads of rules and values.", &self.reloads);
        text.counter("keysieve_errors", "Files and lines that failed.", &self.troubles);
        text.histogram(
            "keysieve_rotation_seconds",
            "From a secret's first sighting to the word that it was dealt with.",
            &self.rotation,
        );
        text.histogram("keysieve_masking_seconds", "Time to mask what one read brought.", &self.masking);
        if open {
            text.out.push_str("# EOF\n");
        }
        text.out
    }

    fn answer(&self, request: &Request) -> Answer {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Answer::plain("405 Method Not Allowed", "only GET and HEAD");
        }
        match request.path.split('?').next().unwrap_or_default() {
            "/metrics" => {
                let open = request.accept.contains("openmetrics");
                let kind = if open {
                    "application/openmetrics-text; version=1.0.0; charset=utf-8"
                } else {
                    "text/plain; version=0.0.4; charset=utf-8"
                };
                Answer { status: "200 OK", kind, body: self.text(open) }
            }
            "/healthz" => Answer::plain("200 OK", "ok"),
            "/readyz" => self.ready(),
            _ => Answer::plain("404 Not Found", "there are /metrics, /healthz and /readyz"),
        }
    }
}

/// A text that is being written.
struct Text {
    out: String,
    open: bool,
}

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // The older format knows a counter by the name of its sample.
        let suffix = if kind == "counter" && !self.open { "_total" } else { "" };
        let _ = writeln!(self.out, "# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}");
        let unit = name.rsplit('_').next().filter(|unit| matches!(*unit, "bytes" | "seconds"));
        if let (true, Some(unit)) = (self.open, unit) {
            let _ = writeln!(self.out, "# UNIT {name} {unit}");
        }
    }

    fn sample(&mut self, name: &str, labels: &str, value: u64) {
        let _ = writeln!(self.out, "{name}{labels} {value}");
    }

    fn counter(&mut self, name: &str, help: &str, value: &AtomicU64) {
        self.family(name, "counter", help);
        self.sample(&format!("{name}_total"), "", value.load(Ordering::Relaxed));
    }

    fn gauge(&mut self, name: &str, help: &str, value: &AtomicU64) {
        self.family(name, "gauge", help);
        self.sample(name, "", value.load(Ordering::Relaxed));
    }

    fn histogram<const N: usize>(&mut self, name: &str, help: &str, values: &Histogram<N>) {
        self.family(name, "histogram", help);
        values.samples(name, &mut self.out);
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Serves on threads of their own.
pub(crate) fn serve(address: SocketAddr, metrics: &Arc<Metrics>) -> io::Result<()> {
    let metrics = Arc::clone(metrics);
    http::serve(address, 0, None, move |request| metrics.answer(&request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_end_in_total_and_the_text_ends() {
        let metrics = Metrics::default();
        metrics.redacted("a\"b", "shop");
        let text = metrics.text(true);
        let sample = "keysieve_redactions_total{rule=\"a\\\"b\",namespace=\"shop\"} 1\n";
        assert!(text.contains(sample) && text.ends_with("# EOF\n"));
        assert!(text.contains("# TYPE keysieve_in_bytes counter\n# UNIT keysieve_in_bytes bytes\n"));
        assert!(text.contains("keysieve_in_bytes_total 0\n") && text.contains("keysieve_lag_bytes 0\n"));
        let text = metrics.text(false);
        assert!(
            text.contains(sample) && text.contains("# TYPE keysieve_in_bytes_total counter\nkeysieve_in")
        );
        assert!(!text.contains("# UNIT") && !text.contains("# EOF"));
    }

    #[test]
    fn labels_are_bounded() {
        let metrics = Metrics::default();
        for rule in 0..2 * LABELS {
            metrics.redacted(&rule.to_string(), "");
        }
        assert_eq!(metrics.text(true).matches("keysieve_redactions_total{").count(), LABELS + 1);
    }
}
