//! A page for people, in one file: a card a secret, its places in it, a search box and a filter by severity.
//!
//! The page loads nothing. Its content security policy allows the one style and the one script that stand in it, by
//! their hashes, and nothing else: whatever a path or a line of a file says, it cannot run or fetch. Without scripts
//! everything is there but the filter.

mod card;

use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity, SkipClass};

use crate::markup::escape;
use crate::{Context, words};

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// SHA-256 of [`STYLE`] and of [`SCRIPT`], in base64, as a policy wants them; a test compares them.
const STYLE_HASH: &str = "sha256-Cf49U8JX7RYgIK3alKUmcCM8XERvYLOdbOnvA4tSSnU=";
const SCRIPT_HASH: &str = "sha256-ZBg6EWQxoNHfBkPOo5UtHwvVR84eCE+H/+tQyQ2lncE=";

/// How many secrets are shown: browsers get slow with more.
pub(crate) const MAX_FINDINGS: usize = 5000;

/// How many gaps are named.
const MAX_GAPS: usize = 1000;

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let title = match outcome.findings.len() {
        0 => "No secrets found".to_owned(),
        many => format!("{} found", words::count(many as u64, "secret", "secrets")),
    };
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>keysieve: {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    )?;
    summary(outcome, context, out)?;
    if !outcome.findings.is_empty() {
        bar(outcome, out)?;
    }
    for finding in card::worst_first(outcome).into_iter().take(MAX_FINDINGS) {
        card::write(finding, out)?;
    }
    let more = outcome.findings.len().saturating_sub(MAX_FINDINGS) as u64;
    if more > 0 {
        let more = words::count(more, "more secret is", "more secrets are");
        writeln!(out, "<p>{more} not shown here: a page of all of them would be too slow to read.</p>")?;
    }
    gaps(outcome, out)?;
    if !outcome.findings.is_empty() {
        writeln!(out, "<script>{SCRIPT}</script>")?;
    }
    writeln!(out, "</body>\n</html>")
}

fn summary(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let targets = escape(&outcome.targets.join(", "));
    let files = words::count(outcome.stats.objects, "file", "files");
    writeln!(
        out,
        "<p>{files} ({}) scanned in <code>{targets}</code> by keysieve {}, rules {}.</p>",
        words::size(outcome.stats.bytes),
        escape(&context.version),
        escape(&context.ruleset),
    )?;
    let suppressed = outcome.stats.suppressed.total();
    if suppressed > 0 {
        let findings = words::count(suppressed, "place was", "places were");
        writeln!(out, "<p class=\"dim\">{findings} not reported: allowed, or below what was asked for.</p>")?;
    }
    if outcome.interrupted {
        writeln!(
            out,
            "<p><strong>Interrupted before the end.</strong> This is what was found until then.</p>"
        )?;
    } else if !outcome.complete() {
        writeln!(out, "<p><strong>Incomplete:</strong> not everything could be scanned, see the end.</p>")?;
    }
    Ok(())
}

fn bar(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"bar\"><input type=\"search\" id=\"search\" placeholder=\"Filter by rule, path, fingerprint…\" \
         aria-label=\"Filter\">"
    )?;
    for level in Severity::ALL.iter().rev() {
        let count = outcome.findings.iter().filter(|finding| finding.severity == *level).count();
        if count > 0 {
            writeln!(
                out,
                "<label class=\"{level}\"><input type=\"checkbox\" data-level=\"{level}\" checked> {level} ({count})\
                 </label>"
            )?;
        }
    }
    writeln!(
        out,
        "<button type=\"button\" id=\"open\">Open or close all</button> <span id=\"shown\" class=\"dim\"></span></div>"
    )
}

fn gaps(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let gaps: Vec<_> = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap).collect();
    let total = outcome.stats.gaps.max(gaps.len() as u64);
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "<h2>Could not scan {}</h2>\n<ul>", words::count(total, "object", "objects"))?;
    for gap in gaps.iter().take(MAX_GAPS) {
        let path = if gap.path.is_empty() { "." } else { &gap.path };
        writeln!(out, "<li><code>{}</code>: {} {}</li>", escape(path), gap.reason, escape(&gap.detail))?;
    }
    let more = total.saturating_sub(gaps.len().min(MAX_GAPS) as u64);
    if more > 0 {
        writeln!(out, "<li>and {} more</li>", words::grouped(more))?;
    }
    writeln!(out, "</ul>")
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_style_and_the_script_by_their_hashes() {
        let hash = |text: &str| format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())));
        assert_eq!((STYLE_HASH, SCRIPT_HASH), (hash(STYLE).as_str(), hash(SCRIPT).as_str()));
    }
}
