//! Numbers and evidence in words.

use keysieve_finding::{
    Evidence, GitPart, GitPlace, GitState, Image, LayerPlace, LayerState, Outcome, SkipClass, SkipReason,
};

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 file`, `2,000 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `512 bytes`, `12.3 MB`: powers of ten, one place.
pub(crate) fn size(bytes: u64) -> String {
    let mut unit = 1_000_u64;
    for name in ["kB", "MB", "GB", "TB"] {
        // Rounded in whole numbers, so that the same count reads the same on every machine.
        let tenths = (u128::from(bytes) * 10 + u128::from(unit) / 2) / u128::from(unit);
        if bytes < 1_000 {
            break;
        }
        if tenths < 10_000 || name == "TB" {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1_000;
    }
    count(bytes, "byte", "bytes")
}

/// Where in the history a place stands: when it came, and what still leads to it.
pub(crate) fn history(git: &GitPlace) -> String {
    let mut said = Vec::new();
    match git.part {
        GitPart::Blob => {}
        GitPart::FileName => said.push("the name itself".to_owned()),
        GitPart::CommitMessage => said.push("commit message".to_owned()),
        GitPart::CommitHeader => said.push("people and headers of a commit".to_owned()),
        GitPart::TagMessage => said.push("message of a tag".to_owned()),
        GitPart::TagHeader => said.push("people and headers of a tag".to_owned()),
        _ => said.push("name of a reference".to_owned()),
    }
    if let Some(commit) = git.commit {
        let day = git.author_date().map_or_else(String::new, |date| format!(" of {}", &date[..10]));
        said.push(format!("since {}{day}", commit.short()));
    }
    if let (Some(last), false) =
        (git.last_commit, git.state == GitState::Live || git.last_commit == git.commit)
    {
        said.push(format!("until {}", last.short()));
    }
    if git.versions > 1 {
        said.push(count(git.versions, "version", "versions"));
    }
    let by = git.refs.first().map_or_else(String::new, |name| format!(" in {name}"));
    said.push(match git.state {
        GitState::Live => format!("live{by}"),
        GitState::OtherRef if git.refs.is_empty() => "not checked out".to_owned(),
        GitState::OtherRef => format!("kept{by}"),
        GitState::Unreachable => "unreachable".to_owned(),
    });
    said.join(", ")
}

/// `registry.example/app:1.2 (linux/amd64)`
pub(crate) fn image(image: &Image) -> String {
    let mut said = image.name.clone();
    let about: Vec<&str> = image.platform.iter().chain(&image.kind).map(String::as_str).collect();
    if !about.is_empty() {
        said.push_str(&format!(" ({})", about.join(", ")));
    }
    if let Some(digest) = image.digest.as_deref().filter(|digest| !image.name.contains(digest)) {
        said.push_str(&format!(" {}", short(digest)));
    }
    said
}

/// Enough of a digest to tell which one it is: `sha256:0123456789ab`.
pub(crate) fn short(digest: &str) -> &str {
    let hex = digest.find(':').map_or(0, |colon| colon + 1);
    digest.get(..hex + 12).unwrap_or(digest)
}

/// Where in an image a place is and what has become of it, as far as it is not the same as for another place.
pub(crate) fn layer(place: &LayerPlace, known: &LayerPlace) -> String {
    let mut said = Vec::new();
    if place.layer != known.layer || place.image != known.image {
        said.push(match &place.layer {
            Some(layer) => format!("layer {}", layer.index + 1),
            None => "what describes the image".to_owned(),
        });
    }
    if place.image != known.image {
        said.push(format!("in {}", image(&place.image)));
    }
    said.extend(fate(place, true));
    if let Some(key) = &place.key {
        said.push(format!("the value of {key}"));
    }
    if !place.links.is_empty() {
        said.push(format!("also {}", place.links.join(", ")));
    }
    said.join(", ")
}

/// What has become of a file, if it is not there any more: `deleted by layer 3: RUN rm .env`.
pub(crate) fn fate(place: &LayerPlace, with_step: bool) -> Option<String> {
    if place.state == LayerState::Present {
        return None;
    }
    let state = place.state.as_str();
    let by = place.hidden_by.as_ref().filter(|by| Some(*by) != place.layer.as_ref());
    Some(match by {
        Some(by) => {
            let step = by
                .instruction
                .as_deref()
                .filter(|_| with_step)
                .map_or_else(String::new, |step| format!(": {}", cut(step, 80)));
            format!("{state} by layer {}{step}", by.index + 1)
        }
        None => format!("{state} in the same layer"),
    })
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// What speaks for a finding, the strongest first. `entropy` only if it is wanted, as it says least.
pub(crate) fn evidence(evidence: &Evidence, entropy: bool) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(note) = &evidence.note {
        said.push(note.clone());
    }
    match evidence.checksum {
        Some(true) => said.push("checksum valid".to_owned()),
        Some(false) => said.push("checksum wrong".to_owned()),
        None => {}
    }
    if let Some(structure) = &evidence.structure {
        said.push(structure.clone());
    }
    said.extend(evidence.account.clone());
    if let Some(day) = &evidence.expires {
        let verb = if evidence.expired == Some(true) { "expired" } else { "expires" };
        said.push(format!("{verb} on {day}"));
    }
    if let Some(digest) = &evidence.public_key {
        // Enough to tell which key it is.
        said.push(format!("public key sha256:{}", digest.get(..16).unwrap_or(digest)));
    }
    if let Some(certificate) = &evidence.certificate {
        let subject = certificate.subject.as_ref().map_or(String::new(), |name| format!(" of {name}"));
        let expires = certificate.expires.as_ref().map_or(String::new(), |day| {
            format!(", {} on {day}", if certificate.expired == Some(true) { "expired" } else { "expires" })
        });
        said.push(format!("its certificate{subject} is {}:{}{expires}", certificate.path, certificate.line));
    }
    if let Some(context) = &evidence.context {
        said.push(format!("next to '{context}'"));
    }
    if entropy {
        said.push(format!("entropy {:.2} bits a byte", evidence.entropy));
    }
    said
}

/// How many objects were left out on purpose, by reason, in the order of the reasons. Sources count ignored files
/// without listing each, so what is counted and not listed was ignored.
pub(crate) fn excluded(outcome: &Outcome) -> Vec<(SkipReason, u64)> {
    let mut counts: Vec<(SkipReason, u64)> = Vec::new();
    let mut listed = 0;
    for skip in outcome.skips.iter().filter(|skip| skip.class == SkipClass::Excluded) {
        add(&mut counts, skip.reason, 1);
        listed += 1;
    }
    let unlisted = outcome.stats.excluded.saturating_sub(listed);
    if unlisted > 0 {
        add(&mut counts, SkipReason::Ignored, unlisted);
    }
    counts.sort_unstable();
    counts
}

fn add(counts: &mut Vec<(SkipReason, u64)>, reason: SkipReason, more: u64) {
    match counts.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, count)) => *count += more,
        None => counts.push((reason, more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "place", "places"), "1 place");
        assert_eq!(count(0, "place", "places"), "0 places");
    }

    #[test]
    fn sizes_round_to_one_place() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_000), "1.0 kB");
        assert_eq!(size(12_345_678), "12.3 MB");
        assert_eq!(size(999_960), "1.0 MB");
        assert_eq!(size(u64::MAX), "18446744.1 TB");
    }
}
