//! What filters drop is what betterleaks 2.0.0-rc.4 drops, where this knows them; all else is an error.

#![allow(clippy::unwrap_used, missing_docs)]

use keysieve_filter::{Filter, Finding};

/// `acme_` and 20 characters, as the secret of a line of a file.
fn finding(secret: &[u8]) -> Finding<'_> {
    Finding { rule: "acme-key", secret, matched: secret, line: b"KEY=acme end", path: b"tree/sub/b.txt" }
}

fn drops(filter: &str) -> bool {
    Filter::parse(filter).unwrap().drops(&finding(b"acme_0123456789abcdefghij"))
}

#[test]
fn filters_drop_what_they_are_true_of() {
    for filter in [
        r#"matchesAny(finding["secret"], ["^zeta_", "^acme_"])"#,
        r#"containsAny(finding["secret"], ["ACME_"])"#,
        r#"findMatch(finding["secret"], "acme_(.)") startsWith "acme_""#,
        r#"findMatch(finding["secret"], "zz") == """#,
        r#"len(finding["secret"]) == 25"#,
        r#"finding["secret"][0:5] == "acme_""#,
        r#"let s = finding["secret"]; s[:5] == "acme_" && len(s) > 3"#,
        r#"let a = ["^acme"]; matchesAny(finding.secret, a)"#,
        r#"finding.secret[len(finding.secret)-1:] != "" and finding.secret[-3:] == "hij""#,
        r#"min(1, 2) == 1 and max([1, 2]) == 2"#,
        r#"(get(finding, "secret") ?? "") != """#,
        r#"entropy(finding["secret"]) <= 100"#,
        r#"finding["secret"] matches "^acme""#,
        r#"1 + 2 * 3 == 7 and not false or true"#,
        r#"5 / 2 == 2.5 && 7 % 2 == 1 && -1 < 0"#,
        r#"matchesAny(finding["secret"], ["^acme_"]) ? true : false"#,
        r#"finding.secret not contains "zz" && "me" in ["me"]"#,
        r#"trim(" a ") == "a" && lower("A") == 'a' && len("é") == 1"#,
        r#"hasPrefix(finding.secret, "acme") && hasSuffix(attributes["path"], ".txt")"#,
        r#"attributes["path"] startsWith "tree/" // a comment"#,
        r#"finding.rule_id == "acme-key" && finding.line contains "KEY""#,
        r#"finding["secret"][2:100] != """#,
        r#"matchesAny(attributes["path"] ?? "", ["(?i)B\\.TXT$"])"#,
    ] {
        assert!(drops(filter), "{filter}");
    }
}

#[test]
fn what_they_are_not_true_of_counts_and_so_does_what_they_cannot_judge() {
    for filter in [
        r#"entropy(finding["secret"]) < 1"#,
        r#"!containsAny(finding.match, ["acme"])"#,
        r#"finding["secret"] in ["a"]"#,
        r#"true ? false : true"#,
        r#"finding.secret[0] == "a""#,
        r#"containsAny(finding.secret, "acme")"#,
        r#"len(nil) == 0"#,
        r#"nil < 3"#,
        r#"7 % 0 == 0"#,
        r#""é"[0:1] == "é""#,
    ] {
        assert!(!drops(filter), "{filter}");
    }
    // At its threshold.
    let of_two = finding(b"abab");
    assert!(!Filter::parse("entropy(finding.secret) < 1").unwrap().drops(&of_two));
    assert!(Filter::parse("entropy(finding.secret) <= 1").unwrap().drops(&of_two));
}

#[test]
fn what_is_not_supported_is_named_with_its_place() {
    for (filter, error) in [
        (r#"tokenRatio(finding.secret) < 2"#, "the function `tokenRatio` is not supported, at byte 0 of it"),
        (r#"true || http.get("x")"#, "`http` is not known, at byte 8 of it"),
        (r#"finding["captures"] == nil"#, "`finding[\"captures\"]` is not known here, at byte 7 of it"),
        (r#"attributes["git.sha"] == "a""#, "`attributes[\"git.sha\"]` is not known here, at byte 10 of it"),
        (r#"any([1], # == 1)"#, "the function `any` is not supported, at byte 0 of it"),
        (r#"finding == nil"#, "`==` follows `finding`, of which only fields are known, at byte 8 of it"),
        (r#"finding.secret"#, "it is neither true nor false, at byte 0 of it"),
        (r#"matchesAny(finding.secret, ["("])"#, "an expression does not compile, at byte 27 of it"),
        (
            r#"matchesAny(finding.secret, finding.line)"#,
            "the expressions are no list of texts, at byte 27 of it",
        ),
        (r#"len(finding.secret) < "#, "the end means nothing here, at byte 22 of it"),
        (r#"entropy()"#, "`entropy` is given 0 arguments, at byte 0 of it"),
        (r#"true true"#, "`true` is one too many, at byte 5 of it"),
        (r#"nosuch"#, "`nosuch` is not known, at byte 0 of it"),
        (
            r#"!failsTokenEfficiency(finding.secret)"#,
            "the function `failsTokenEfficiency` is not supported where it keeps a finding, at byte 1 of it",
        ),
        (
            r#"failsTokenEfficiency(finding.secret) ? false : true"#,
            "`false` follows what is not known here, at byte 39 of it",
        ),
        (
            r#"failsTokenEfficiency(finding.secret) == false"#,
            "`==` follows what is not known here, at byte 37 of it",
        ),
    ] {
        let found = Filter::parse(filter).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(found, Err(error.to_owned()), "{filter}");
    }
    let deep = format!("{}true{}", "(".repeat(100), ")".repeat(100));
    assert!(Filter::parse(&deep).is_err());
}

#[test]
fn what_cannot_be_judged_here_keeps_the_finding_and_says_so() {
    let filter =
        Filter::parse(r#"entropy(finding.secret) <= 1 || failsTokenEfficiency(finding.secret)"#).unwrap();
    assert_eq!(filter.left_out(), ["failsTokenEfficiency"]);
    assert!(!filter.drops(&finding(b"acme_0123456789abcdefghij")) && filter.drops(&finding(b"aaaa")));
}
