//! A configuration of gitleaks in its full grammar, made up for this test.

use std::path::Path;

use keysieve_rules::{AllowTarget, Driver, Imported};

const FULL: &str = r#"
title = "ours"
description = "everything that can be said"
minVersion = "v8.25.0"

[extend]
useDefault = true
disabledRules = ["old-rule"]

[[rules]]
id = "Acme_Key.v2"
description = "Acme key"
regex = '''(?i)acme[\w-.]{0,5}\s*[:=]\s*['"]?([a-z0-9]{32})\b'''
secretGroup = 1
entropy = 3.5
keywords = ["ACME"]
tags = ["key", "acme"]
[[rules.required]]
id = "key-store"
withinLines = 5
withinColumns = 40

[[rules]]
ID = "either"
Regex = '''left-([0-9a-f]{16})|right-([0-9a-f]{16})'''
path = '''(?i)\.(?:env|conf)$'''
[[rules.AllowLists]]
Condition = "AND"
RegexTarget = "line"
Regexes = ['''sandbox''']
Paths = ['''^tests/''']
StopWords = ["DEAD"]
[rules.allowlist]
commits = ["0123456789012345678901234567890123456789"]

[[rules]]
id = "key-store"
path = '''\.p12$'''
skipReport = true
colour = "red"

[[rules]]
id = "only-exceptions"
[[rules.allowlists]]
stopwords = ["x"]

[[allowlists]]
description = "fixtures"
targetRules = ["either", "key-store"]
paths = ['''fixtures/''']

[allowlist]
regexTarget = "match"
regexes = ['''EXAMPLE$''']
"#;

#[test]
fn every_key_works() {
    let imported = Imported::from_gitleaks(Path::new(".gitleaks.toml"), FULL)
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert!(imported.use_default && imported.disabled == ["old-rule"]);
    let ids: Vec<&str> = imported.rules.iter().map(|rule| rule.info.id.as_str()).collect();
    assert_eq!(ids, ["Acme_Key.v2", "either", "key-store"]);
    let acme = &imported.rules[0];
    assert_eq!((acme.info.name.as_str(), acme.gates.entropy), ("Acme key", Some(3.5)));
    assert!(acme.gates.keep_placeholders && acme.keywords == ["acme"]);
    assert!(matches!(imported.rules[1].plan.driver, Driver::Search), "either group can be the secret");
    let at: Vec<&str> = imported.paths.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(at, ["either", "key-store"]);
    let allows: Vec<_> =
        imported.allows.iter().map(|allow| (allow.rules.join(","), allow.all, allow.target)).collect();
    assert_eq!(
        allows,
        [
            ("either".to_owned(), true, AllowTarget::Line),
            ("either".to_owned(), false, AllowTarget::Secret),
            ("only-exceptions".to_owned(), false, AllowTarget::Secret),
            ("either,key-store".to_owned(), false, AllowTarget::Secret),
            (String::new(), false, AllowTarget::Match),
        ]
    );
    assert_eq!(imported.allows[0].stopwords, ["dead"]);
    assert_eq!(imported.allows[1].commits, ["0123456789".repeat(4)]);
    let part = &imported.parts[0];
    assert_eq!((part.of.as_str(), part.needs.as_str(), part.lines), ("Acme_Key.v2", "key-store", Some(5)));
    assert_eq!(imported.silent, ["key-store"]);
    let said: Vec<&str> = imported.notes.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(said, ["`tags` counts for nothing", "the key `colour` is not known and counts for nothing"]);
}

#[test]
fn what_has_no_translation_is_an_error_that_names_rule_and_line() {
    let error =
        |text: &str| Imported::from_gitleaks(Path::new("g.toml"), text).expect_err("an error").to_string();
    let rule = |rest: &str| format!("title = 'x'\n[[rules]]\nid = 'a'\n[[rules]]\nid = 'b'\n{rest}\n");
    assert!(error(&rule("regex = 'a(?=b)'")).starts_with("g.toml:6: rule `b`: `regex`: look-around"));
    assert!(
        error(&rule("regex = 'ab'\n[[rules.required]]\nwithinLines = 2"))
            .contains("g.toml:7: rule `b`: `required` without `id`")
    );
    assert!(error(&rule("regex = '(a)b'\nsecretGroup = 2")).contains("the secret is group 2"));
    let filter = error(&rule("regex = 'abc'\nfilter = '!tokenRatio(finding.secret)'"));
    assert!(
        filter.starts_with(
            "g.toml:7: rule `b`: `filter`: the function `tokenRatio` is not supported, at byte 1"
        ),
        "{filter}"
    );
    assert!(error("prefilter = 'path'").contains("`prefilter`: `path` is not known"));
    let component = error(&rule("regex = 'abc'\n[[rules.components]]\nid = 'a'\nwithin = '5X'"));
    assert!(component.contains("rule `b`: `within` cannot be `5X`"), "{component}");
    assert!(error(&rule("regex = 'abc'\nconfidence = 'sure'")).contains("`confidence` cannot be `sure`"));
    assert!(
        error(&rule("regex = 'abc'\n[[rules.allowlists]]\ndescription = 'none'")).contains("allows nothing")
    );
    assert!(error(&rule("regex = '[[:greek:]]'")).contains("rule `b`"));
    assert!(error("title = [").starts_with("g.toml:1: not TOML"));
}

/// What betterleaks has and gitleaks has not.
const BETTER: &str = r#"
betterleaksMinVersion = "2.0.0"
prefilter = 'attributes["path"] endsWith ".md"'
[[rules]]
id = 'acme'
regex = 'acme-([0-9a-z]{20})-(x)'
valueGroup = 1
confidence = 'low'
specificity = 3
filter = 'entropy(finding["secret"]) <= 2.5'
validate = 'http.get("https://acme.example")'
[[rules.components]]
id = 'store'
within = '100C'
[[rules.components]]
id = 'store'
optional = true
[[rules]]
id = 'store'
regex = 'store-[0-9]{6}'
skipReport = true
filter = '''
let s = finding["secret"];
entropy(s) < 1 || matchesAny(s, ['^store-0[\\w-.]+$']) || failsTokenEfficiency(s)'''
"#;

#[test]
fn filters_and_what_else_betterleaks_has_are_read() {
    let imported = Imported::from_gitleaks(Path::new(".betterleaks.toml"), BETTER)
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(imported.rules[0].gates.entropy, Some(2.5), "a plain filter is the engine's");
    let filters: Vec<_> =
        imported.allows.iter().map(|allow| (allow.rules.join(","), allow.filter.is_some())).collect();
    assert_eq!(filters, [("store".to_owned(), true), (String::new(), true)]);
    let part = &imported.parts[..];
    assert_eq!((part.len(), part[0].lines, part[0].columns), (1, Some(0), Some(100)));
    let said: Vec<&str> = imported.notes.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(
        said,
        [
            "`validate` counts for nothing",
            "`specificity` counts for nothing",
            "`filter`: the function `failsTokenEfficiency` counts as false"
        ]
    );
}
