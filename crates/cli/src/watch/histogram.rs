//! How often something took how long.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often something took how long.
#[derive(Debug)]
pub(crate) struct Histogram<const N: usize> {
    /// The bounds, in seconds, each included in what is below it.
    bounds: [f64; N],
    counts: [AtomicU64; N],
    all: AtomicU64,
    micros: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    pub(crate) fn new(bounds: [f64; N]) -> Self {
        let zero = || AtomicU64::new(0);
        Self { bounds, counts: std::array::from_fn(|_| zero()), all: zero(), micros: zero() }
    }

    pub(crate) fn note(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        if let Some(index) = self.bounds.iter().position(|bound| seconds <= *bound) {
            self.counts[index].fetch_add(1, Ordering::Relaxed);
        }
        self.all.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Its samples, as Prometheus and OpenMetrics write them.
    pub(crate) fn samples(&self, name: &str, out: &mut String) {
        let all = self.all.load(Ordering::Relaxed);
        let mut below = 0;
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            below += count.load(Ordering::Relaxed);
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound:?}\"}} {}", below.min(all));
        }
        let seconds = Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64();
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {all}");
        let _ = writeln!(out, "{name}_sum {seconds}\n{name}_count {all}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let histogram = Histogram::new([0.5, 2.0]);
        for millis in [100, 1000, 9000] {
            histogram.note(Duration::from_millis(millis));
        }
        let mut text = String::new();
        histogram.samples("x", &mut text);
        assert_eq!(
            text,
            "x_bucket{le=\"0.5\"} 1\nx_bucket{le=\"2.0\"} 2\nx_bucket{le=\"+Inf\"} 3\nx_sum 10.1\nx_count 3\n"
        );
    }
}
