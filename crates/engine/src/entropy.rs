//! Shannon entropy, from a table.

use std::sync::LazyLock;

/// `n * log2(n)` for the counts that a secret can have.
static N_LOG_N: LazyLock<[f64; 1024]> = LazyLock::new(|| {
    let mut table = [0.0; 1024];
    for (n, slot) in table.iter_mut().enumerate().skip(2) {
        let n = n as f64;
        *slot = n * n.log2();
    }
    table
});

/// The Shannon entropy of the bytes, in bits per byte: 0 for one byte over and over, at most 8.
#[must_use]
pub fn shannon(bytes: &[u8]) -> f64 {
    if bytes.is_empty() {
        return 0.0;
    }
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let table = &*N_LOG_N;
    let n_log_n = |n: usize| table.get(n).copied().unwrap_or_else(|| n as f64 * (n as f64).log2());
    let sum: f64 = counts.iter().filter(|&&count| count > 1).map(|&count| n_log_n(count as usize)).sum();
    let length = bytes.len() as f64;
    length.log2() - sum / length
}

#[cfg(test)]
mod tests {
    use super::shannon;

    #[test]
    fn it_agrees_with_the_crate_of_that_name() {
        for text in ["a", "ab", "aab", "0123456789abcdef", "correct horse battery staple"] {
            let reference = f64::from(entropy::shannon_entropy(text.as_bytes()));
            assert!((shannon(text.as_bytes()) - reference).abs() < 1e-5, "{text}");
        }
        let long: Vec<u8> = (0..5000_u32).map(|n| (n * n % 7) as u8).collect();
        assert!((shannon(&long) - f64::from(entropy::shannon_entropy(&long))).abs() < 1e-4);
        assert!(shannon(b"").abs() < f64::EPSILON);
    }
}
