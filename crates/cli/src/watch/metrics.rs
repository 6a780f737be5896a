//! What can be asked over HTTP: /metrics in the text format of OpenMetrics, /healthz and /readyz.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::ruleset::VERSION;

/// So many rules have a count of their own; what comes later shares one.
const LABELS: usize = 1000;

/// What is counted.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) bytes_in: AtomicU64,
    pub(crate) bytes_out: AtomicU64,
    pub(crate) alerts: AtomicU64,
    pub(crate) alerts_failed: AtomicU64,
    pub(crate) alerts_sent: AtomicU64,
    pub(crate) checkpoints: AtomicU64,
    pub(crate) reloads: AtomicU64,
    pub(crate) troubles: AtomicU64,
    pub(crate) lag: AtomicU64,
    pub(crate) files: AtomicU64,
    pub(crate) ready: AtomicBool,
    redactions: Mutex<BTreeMap<String, u64>>,
}

impl Metrics {
    /// Counts one masked secret.
    pub(crate) fn redacted(&self, rule: &str) {
        let mut redactions = self.redactions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = redactions.get_mut(rule) {
            *count += 1;
        } else {
            let rule = if redactions.len() < LABELS { rule } else { "other" };
            *redactions.entry(rule.to_owned()).or_default() += 1;
        }
    }

    /// The text format of OpenMetrics 1.0.
    fn text(&self) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut out = String::new();
        let mut family = |name: &str, kind: &str, unit: &str, help: &str, samples: &[(String, u64)]| {
            let _ = writeln!(out, "# TYPE {name} {kind}");
            if !unit.is_empty() {
                let _ = writeln!(out, "# UNIT {name} {unit}");
            }
            let _ = writeln!(out, "# HELP {name} {help}");
            let suffix = if kind == "counter" { "_total" } else { "" };
            for (labels, value) in samples {
                let _ = writeln!(out, "{name}{suffix}{labels} {value}");
            }
        };
        let one = |counter: &AtomicU64| [(String::new(), get(counter))];
        family(
            "keysieve_build_info",
            "gauge",
            "",
            "The version.",
            &[(format!("{{version=\"{VERSION}\"}}"), 1)],
        );
        family("keysieve_in_bytes", "counter", "bytes", "Bytes read.", &one(&self.bytes_in));
        family("keysieve_out_bytes", "counter", "bytes", "Bytes let out.", &one(&self.bytes_out));
        let redactions: Vec<(String, u64)> = self
            .redactions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(rule, count)| (format!("{{rule=\"{}\"}}", escaped(rule)), *count))
            .collect();
        family("keysieve_redactions", "counter", "", "Secrets masked, by rule.", &redactions);
        family("keysieve_alerts", "counter", "", "Events handed on.", &one(&self.alerts));
        family("keysieve_alerts_sent", "counter", "", "Events that webhooks took.", &one(&self.alerts_sent));
        family(
            "keysieve_alerts_failed",
            "counter",
            "",
            "Events that could not be.",
            &one(&self.alerts_failed),
        );
        family("keysieve_lag_bytes", "gauge", "bytes", "Bytes that have not gone out yet.", &one(&self.lag));
        family("keysieve_files", "gauge", "", "Files that are followed.", &one(&self.files));
        family("keysieve_checkpoints", "counter", "", "Checkpoints written.", &one(&self.checkpoints));
        family("keysieve_reloads", "counter", "", "Reloads of rules and values.", &one(&self.reloads));
        family("keysieve_errors", "counter", "", "Files and lines that failed.", &one(&self.troubles));
        out.push_str("# EOF\n");
        out
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Serves on a thread of its own. One request at a time is enough for those who ask.
pub(crate) fn serve(address: SocketAddr, metrics: &Arc<Metrics>) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    let metrics = Arc::clone(metrics);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever goes away in the middle has what it wanted.
            let _ = answer(stream, &metrics);
        }
    });
    Ok(())
}

fn answer(mut stream: TcpStream, metrics: &Metrics) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(2);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = BufReader::new(&stream).take(8192);
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut words = request.split_ascii_whitespace();
    let plain = "text/plain; charset=utf-8";
    let (status, kind, body) = match (words.next(), words.next()) {
        (Some("GET" | "HEAD"), Some("/metrics")) => {
            ("200 OK", "application/openmetrics-text; version=1.0.0; charset=utf-8", metrics.text())
        }
        (Some("GET" | "HEAD"), Some("/healthz")) => ("200 OK", plain, "ok\n".to_owned()),
        (Some("GET" | "HEAD"), Some("/readyz")) if metrics.ready.load(Ordering::Relaxed) => {
            ("200 OK", plain, "ok\n".to_owned())
        }
        (Some("GET" | "HEAD"), Some("/readyz")) => {
            ("503 Service Unavailable", plain, "the files have not been read yet\n".to_owned())
        }
        _ => ("404 Not Found", plain, "there are /metrics, /healthz and /readyz\n".to_owned()),
    };
    let length = body.len();
    let body = if request.starts_with("HEAD") { String::new() } else { body };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_end_in_total_and_the_text_ends() {
        let metrics = Metrics::default();
        metrics.redacted("a\"b");
        let text = metrics.text();
        assert!(text.contains("keysieve_redactions_total{rule=\"a\\\"b\"} 1\n") && text.ends_with("# EOF\n"));
        assert!(text.contains("keysieve_in_bytes_total 0\n") && text.contains("keysieve_lag_bytes 0\n"));
    }
}
