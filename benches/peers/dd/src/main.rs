//! Lines of standard input to standard output, each through dd-sensitive-data-scanner with so many rules (200 without an
//! argument). The rules are those of tokens with a prefix of their own, the kind that is cheapest to look for.

use std::io::{self, BufRead as _, BufWriter, Write as _};

use dd_sds::{MatchAction, RegexRuleConfig, RootRuleConfig, ScannerBuilder};

fn main() -> io::Result<()> {
    let count: usize = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(200);
    let rule = |index: usize| {
        let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).expect("below 26"));
        let prefix: String = [letter(index), letter(index / 26 + 7), letter(index * 7 + 3)].iter().collect();
        let pattern = format!("\\b{prefix}k_[A-Za-z0-9]{{{}}}\\b", 24 + index % 17);
        let redact = MatchAction::Redact { replacement: "[REDACTED]".to_owned() };
        RootRuleConfig::new(RegexRuleConfig::new(&pattern).build()).match_action(redact)
    };
    let rules: Vec<_> = (0..count).map(rule).collect();
    let scanner = ScannerBuilder::new(&rules).build().expect("the rules are well-formed");
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    let mut stdin = io::stdin().lock();
    while stdin.read_until(b'\n', &mut line)? > 0 {
        // It takes text only.
        let mut text = String::from_utf8_lossy(&line).into_owned();
        scanner.scan(&mut text).expect("it scans");
        out.write_all(text.as_bytes())?;
        line.clear();
    }
    out.flush()
}
