//! One outcome with everything odd in it. No secret in it is one: each is put together here.

use std::sync::Arc;

use keysieve_finding::{
    Confidence, Evidence, Finding, Fingerprint, FingerprintKey, Location, Origin, Outcome, RuleInfo, Secret,
    SecretKind, Severity, SkipReason, SkipRecord, Snippet, Span, Stats, Suppressed,
};
use keysieve_report::{Context, Moment};

pub(crate) fn context() -> Context {
    let mut context = Context::new("0.1.0", "2026.11+0123456789ab");
    context.information_uri = Some("https://example.com/keysieve".to_owned());
    context.time = Moment::from_unix(1_795_593_310);
    let file = "nothing\nhere\n# größe 鍵🔑: \"…\"; other=…\n";
    context.line_hashes.read("deploy/größe 1.yaml".as_bytes(), file.as_bytes(), &[3]).expect("a slice");
    context
}

fn rule(id: &str, name: &str, severity: Severity, kind: SecretKind, about: &str) -> Arc<RuleInfo> {
    let provider = name.split(' ').next().unwrap_or_default().to_owned();
    Arc::new(RuleInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        provider,
        severity,
        confidence: Confidence::High,
        kind,
        about: about.to_owned(),
        docs: "https://docs.example.com/keys#revoke".to_owned(),
        aliases: Vec::new(),
    })
}

/// A line of a file: what it says before a secret, the secret, what it says after. `{}` in the parts around it is
/// another secret's mask.
pub(crate) fn place(
    origin: Origin,
    path: &str,
    line: u64,
    (before, secret, after): (&str, &Secret, &str),
) -> Location {
    let mut text = String::new();
    let mut masks = Vec::new();
    let fill = |part: &str, text: &mut String, masks: &mut Vec<Span>| {
        let mut pieces = part.split("{}");
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            masks.push(Span::new(text.len(), text.len() + keysieve_finding::MASK.len()));
            text.push_str(keysieve_finding::MASK);
            text.push_str(piece);
        }
    };
    fill(before, &mut text, &mut masks);
    let (start, utf16_start) = (text.len(), text.encode_utf16().count());
    text.push_str(&secret.masked());
    let end = text.len();
    masks.push(Span::new(start, end));
    fill(after, &mut text, &mut masks);
    let length = secret.expose().len() as u64;
    Location {
        origin,
        path: path.to_owned(),
        line,
        column: start as u64 + 1,
        end_line: line,
        end_column: start as u64 + 1 + length,
        utf16_column: utf16_start as u64 + 1,
        utf16_end_column: utf16_start as u64 + 1 + length,
        byte_start: line * 100,
        byte_end: line * 100 + length,
        binary: false,
        decoded_by: Vec::new(),
        snippet: Some(Snippet { text, start, end, masks }),
        git: None,
        layer: None,
    }
}

fn finding(rule: &Arc<RuleInfo>, secret: &Secret, evidence: Evidence, locations: Vec<Location>) -> Finding {
    Finding {
        rule: Arc::clone(rule),
        severity: rule.severity,
        confidence: Confidence::High,
        secret: secret.clone(),
        fingerprint: Fingerprint::of_secret(&FingerprintKey::default(), &rule.id, secret.expose()),
        evidence,
        total_locations: locations.len() as u64,
        locations,
    }
}

fn entry(outer: Origin, path: &[u8]) -> Origin {
    Origin::Entry { outer: Arc::new(outer), path: path.into() }
}

/// A token at many places, in a line of wide characters with another secret on it.
fn widely_spread() -> Finding {
    let about = "Acts as the user within the token's scopes. Revoke it under Settings → Developer settings → \
                 Personal access tokens, then look at the security log for what it did.";
    let rule = rule(
        "acme-pat",
        "Acme personal access token (classic)",
        Severity::Critical,
        SecretKind::Token,
        about,
    );
    let secret = Secret::new(format!("acme_{}", "Zq7".repeat(12)).as_bytes(), rule.kind.mask());
    let file = |path: &str| Origin::file(path.as_bytes());
    let path = "deploy/größe 1.yaml";
    let mut locations = vec![place(file(path), path, 3, ("# größe 鍵🔑: \"", &secret, "\"; other={}"))];
    for number in 1..=12 {
        let path = format!("src/copy{number}.rs");
        locations.push(place(file(&path), &path, number * 7, ("let token = \"", &secret, "\";")));
    }
    let evidence = Evidence { entropy: 4.21, checksum: Some(true), ..Evidence::default() };
    Finding { total_locations: 1500, ..finding(&rule, &secret, evidence, locations) }
}

/// A password in a file whose name holds control characters and marks of direction, its severity lowered.
fn badly_named() -> Finding {
    let about = "Opens the database. Change it with ALTER USER.";
    let rule =
        rule("acme-db-password", "Acme database password", Severity::High, SecretKind::Password, about);
    let secret = Secret::new("höhle#tor!{9}".as_bytes(), rule.kind.mask());
    let path = "etc/\u{1b}[31mred\u{202e}\n#50%.ini";
    let evidence = Evidence {
        entropy: 3.02,
        context: Some("password".to_owned()),
        note: Some("documentation example".to_owned()),
        ..Evidence::default()
    };
    let at = place(Origin::file(path.as_bytes()), path, 1, ("password = ", &secret, ""));
    let location = Location { decoded_by: vec!["utf-16le".to_owned()], ..at };
    Finding {
        severity: Severity::Medium,
        confidence: Confidence::Low,
        ..finding(&rule, &secret, evidence, vec![location])
    }
}

/// A key in a binary whose name is not UTF-8, and in an archive in an archive.
fn not_in_a_text_file() -> Finding {
    let about = "Signs requests. Rotate it in the console.";
    let rule = rule("acme-signing-key", "Acme signing key", Severity::High, SecretKind::Token, about);
    let secret = Secret::new(format!("{{[{}", "kQ9".repeat(10)).as_bytes(), rule.kind.mask());
    let origin = Origin::file(b"bin/app\xff");
    let at = place(origin, r"bin/app\xff", 1, ("", &secret, ""));
    let binary = Location {
        binary: true,
        column: 1,
        end_column: 1,
        utf16_column: 1,
        utf16_end_column: 1,
        byte_start: 4096,
        byte_end: 4128,
        snippet: None,
        git: None,
        layer: None,
        ..at
    };
    let origin = entry(entry(Origin::file(b"sub/app!/1.zip"), b"inner.tar"), b"WEB-INF/x y.properties");
    let path = "sub/app%21/1.zip!/inner.tar!/WEB-INF/x y.properties";
    let archived = place(origin, path, 120, ("key=", &secret, "\u{7f}"));
    let evidence =
        Evidence { entropy: 3.5, structure: Some("JWT, alg HS256".to_owned()), ..Evidence::default() };
    finding(&rule, &secret, evidence, vec![binary, archived])
}

/// A key block over several lines on standard input.
fn key_block() -> Finding {
    let rule = rule("acme-private-key", "Acme private key", Severity::Low, SecretKind::PrivateKey, "");
    let secret = Secret::new(b"-----BEGIN\nxxxxxxxxxxxxxxxx\n-----END", rule.kind.mask());
    let at = place(Origin::stdin(), "-", 9, ("", &secret, ""));
    let location = Location { end_line: 11, end_column: 9, utf16_end_column: 9, ..at };
    let evidence = Evidence { entropy: 5.9, checksum: Some(false), ..Evidence::default() };
    finding(&rule, &secret, evidence, vec![location])
}

fn skip(path: &str, reason: SkipReason, detail: &str) -> SkipRecord {
    SkipRecord { path: path.to_owned(), reason, class: reason.class(), detail: detail.to_owned() }
}

pub(crate) fn outcome() -> Outcome {
    let skips = vec![
        skip(".git", SkipReason::GitDirectory, ""),
        skip("link", SkipReason::Symlink, ""),
        skip("locked\u{7}.env", SkipReason::Unreadable, "permission denied (os error 13)"),
        skip("run.sock", SkipReason::Special, "socket"),
        skip("sub/gone", SkipReason::Vanished, ""),
    ];
    Outcome {
        images: Vec::new(),
        targets: vec![".".to_owned(), "-".to_owned()],
        findings: vec![not_in_a_text_file(), widely_spread(), badly_named(), key_block()],
        allowed: Vec::new(),
        skips,
        stats: Stats {
            objects: 1204,
            bytes: 12_345_678,
            excluded: 17,
            gaps: 2,
            suppressed: Suppressed {
                inline: 2,
                ignore_file: 1,
                config: 5,
                baseline: 3,
                confidence: 4,
                severity: 0,
            },
        },
        interrupted: false,
    }
}

/// Nothing found, nothing missed.
pub(crate) fn clean() -> Outcome {
    Outcome {
        targets: vec![".".to_owned()],
        stats: Stats { objects: 1, bytes: 40, ..Stats::default() },
        ..Outcome::default()
    }
}

/// Nothing found, and not to the end.
pub(crate) fn interrupted() -> Outcome {
    Outcome { interrupted: true, ..clean() }
}
