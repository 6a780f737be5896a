//! What authors of rule files are told.

use std::path::{Path, PathBuf};

use keysieve_rules::{Pack, RuleFile, Strictness};

const GOOD: &str = r#"provider = "Acme"
docs = "https://docs.example.com/keys"

[[rule]]
id = "acme-api-key"
name = "Acme API key"
severity = "high"
regex = '\b(?P<secret>acme_[0-9a-z]{32})\b'
keywords = ["acme_"]
entropy = 3
about = "Acts as the account. Revoke it under Settings."
[rule.examples]
positive = ['key: «acme_{{alnumlower:32}}»']
negative = ['acme_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']

[[rule]]
id = "acme-legacy-key"
name = "Acme API key (legacy)"
severity = "medium"
value = '[0-9a-f]{32}'
context = ["acme_key", "acme.secret"]
about = "Acts as the account. Revoke it under Settings."
[rule.examples]
positive = ['ACME_KEY=«{{hex:32}}»', '''
acme:
  secret: "«{{hex:32}}»"''']
negative = ['acme {{hex:32}}']
"#;

fn parse(text: &str, strictness: Strictness) -> Result<RuleFile, keysieve_rules::Errors> {
    RuleFile::parse(Path::new("rules/acme.toml"), text, strictness)
}

/// The messages for the good file with one text put in place of another.
fn messages(good: &str, bad: &str) -> String {
    assert_eq!(GOOD.matches(good).count(), 1, "{good} stands once in the good file");
    parse(&GOOD.replace(good, bad), Strictness::Pack).expect_err("the file is wrong").to_string()
}

#[test]
fn a_good_file_has_no_error() {
    let file = parse(GOOD, Strictness::Pack).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(file.rules.len(), 2);
    assert_eq!(file.lines, [4, 16]);
    assert_eq!(file.examples[1].positive[1].line, 24);
    assert_eq!(file.rules[0].keywords, ["acme_"]);
    assert!(file.rules[1].gates.digit && !file.rules[0].gates.digit);
}

#[test]
fn an_unknown_key_is_told_what_it_may_have_meant() {
    assert_eq!(
        messages("keywords =", "keyword ="),
        "rules/acme.toml:9: rule `acme-api-key`: unknown key `keyword`\n  help: did you mean `keywords`?"
    );
}

#[test]
fn all_errors_of_a_file_come_at_once() {
    let bad = GOOD
        .replace("severity = \"high\"", "severity = \"hgih\"")
        .replace("about = \"Acts as the account. Revoke it under Settings.\"\n", "")
        .replace(
            "context = [\"acme_key\", \"acme.secret\"]",
            "context = [\"Acme\", \"acme_key\", \"acme-key\"]\nwithin = 500",
        );
    assert_eq!(
        parse(&bad, Strictness::Pack).unwrap_err().to_string(),
        "rules/acme.toml:4: rule `acme-api-key`: `about` is missing
  help: say what the secret opens and how to rotate it
rules/acme.toml:7: rule `acme-api-key`: `severity` cannot be `hgih`
  help: write one of critical, high, medium, low; did you mean `high`?
rules/acme.toml:15: rule `acme-legacy-key`: `about` is missing
  help: say what the secret opens and how to rotate it
rules/acme.toml:20: rule `acme-legacy-key`: the context word `Acme` is not of the right form
  help: at least three lower-case letters or digits, with `-`, `_`, `.` or a space only between them
rules/acme.toml:20: rule `acme-legacy-key`: the context words `acme_key` and `acme-key` are the same
  help: separators stand for each other: keep one of the two
rules/acme.toml:21: rule `acme-legacy-key`: `within` cannot be 500
  help: write a whole number from 1 to 128"
    );
}

#[test]
fn an_expression_must_compile_be_bounded_and_match_bytes() {
    let at = "rules/acme.toml:8: rule `acme-api-key`: `regex`:";
    assert_eq!(
        messages("acme_[0-9a-z]{32})", "acme_[0-9a-z]{32}"),
        format!(
            "{at} the expression does not compile: unclosed group at `(`\n  help: correct the expression"
        )
    );
    assert_eq!(
        messages("acme_[0-9a-z]{32})", "acme_[0-9a-z]{32,})"),
        format!(
            "{at} `[0-9a-z]{{32,}}` has no upper bound\n  help: write one, such as {{1,200}}; a block that runs over \
             lines takes lookahead = \"open\""
        )
    );
    assert_eq!(
        messages("acme_[0-9a-z]{32})", r"acme_\p{L}{32})"),
        format!(
            "{at} the expression does not compile: Unicode is off at `\\p{{L}}`\n  help: expressions match bytes: write \
             ASCII classes such as [A-Za-z] in place of \\p{{…}} or (?u), and name letters beyond ASCII outside of \
             classes; (?i) folds ASCII only"
        )
    );
    assert_eq!(
        messages("(?P<secret>acme_[0-9a-z]{32})", "(?:(?P<secret>acme_[0-9a-z]{32})|acme_x{40})"),
        format!(
            "{at} the group `secret` is not in every match\n  help: write it once, outside of alternatives and optional \
             parts"
        )
    );
}

#[test]
fn a_rule_has_one_pattern() {
    assert_eq!(
        messages("keywords = [\"acme_\"]", "value = '[0-9a-f]{32}'"),
        "rules/acme.toml:9: rule `acme-api-key`: `regex` and `value` exclude each other\n  help: keep one of them"
    );
    assert_eq!(
        messages("keywords = [\"acme_\"]", "within = 3"),
        "rules/acme.toml:9: rule `acme-api-key`: `within` belongs to a `value`, not to a `regex`\n  \
         help: take it out, or write `value` in place of `regex`"
    );
}

#[test]
fn a_keyword_must_be_in_every_match() {
    assert_eq!(
        messages("keywords = [\"acme_\"]", "keywords = [\"other\"]"),
        "rules/acme.toml:9: rule `acme-api-key`: the positive example in line 13 contains none of the keywords\n  \
         help: every match must contain a keyword: add the missing one"
    );
}

#[test]
fn gates_must_make_sense() {
    assert_eq!(
        messages("entropy = 3", "entropy = 5.9"),
        "rules/acme.toml:10: rule `acme-api-key`: no secret of at most 37 bytes has 5.9 bits of entropy per byte\n  \
         help: the most is 5.21; write less"
    );
    assert_eq!(
        messages("entropy = 3", "checksum = { name = \"github_crc32\" }"),
        "rules/acme.toml:10: rule `acme-api-key`: there is no checksum `github_crc32`\n  \
         help: did you mean `github-crc32`?"
    );
    assert_eq!(
        messages("entropy = 3", "digit = \"yes\""),
        "rules/acme.toml:10: rule `acme-api-key`: `digit` is of type string\n  help: write true or false"
    );
}

#[test]
fn examples_must_be_well_formed() {
    let at = "rules/acme.toml:13: rule `acme-api-key`:";
    assert_eq!(
        messages("«acme_{{alnumlower:32}}»", "acme_{{alnumlower:32}}"),
        format!(
            "{at} a positive example has no secret\n  help: put exactly what the rule captures between « and »"
        )
    );
    assert_eq!(
        messages("«acme_{{alnumlower:32}}»", "«acme_{{alnunlower:32}}»"),
        format!(
            "{at} a positive example: there is no placeholder `alnunlower`: did you mean `alnumlower`?\n  \
             help: correct the example"
        )
    );
    assert_eq!(
        messages("negative = ['acme {{hex:32}}']\n", ""),
        "rules/acme.toml:23: rule `acme-legacy-key`: there is no negative example\n  help: add at least one near miss"
    );
}

#[test]
fn broken_toml_is_told_by_line() {
    let message = messages("severity = \"high\"", "severity = high");
    assert!(message.starts_with("rules/acme.toml:7: not TOML: "), "{message}");
}

#[test]
fn ids_are_unique_over_all_files() {
    let texts = ["rules/a.toml", "rules/b.toml"].map(|path| (PathBuf::from(path), GOOD.to_owned()));
    assert_eq!(
        Pack::from_texts(texts.to_vec(), Strictness::Pack).unwrap_err().to_string(),
        "rules/b.toml:4: rule `acme-api-key`: the id `acme-api-key` is already taken by the rule at rules/a.toml:4
  help: ids and aliases are unique over all files: choose another
rules/b.toml:16: rule `acme-legacy-key`: the id `acme-legacy-key` is already taken by the rule at rules/a.toml:16
  help: ids and aliases are unique over all files: choose another"
    );
}

#[test]
fn a_user_may_leave_out_what_only_documents() {
    let text = "[[rule]]\nid = 'acme-key'\nregex = 'acme_[0-9a-z]+'\n";
    let file = parse(text, Strictness::User).unwrap_or_else(|errors| panic!("{errors}"));
    let info = &file.rules[0].info;
    assert_eq!(
        (info.name.as_str(), info.provider.as_str(), info.severity.as_str()),
        ("acme-key", "acme", "high")
    );
    let strict = parse(text, Strictness::Pack).unwrap_err();
    let missing: Vec<_> = strict.problems.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(
        missing,
        [
            "`provider` is missing",
            "`name` is missing",
            "`severity` is missing",
            "`about` is missing",
            "`docs` is missing",
            "`examples` is missing",
            "`regex`: `[0-9a-z]+` has no upper bound",
        ]
    );
}

#[test]
fn no_beginning_of_a_file_makes_the_parser_panic() {
    for (end, _) in GOOD.char_indices() {
        let _ = parse(&GOOD[..end], Strictness::User);
    }
}

#[test]
fn the_digest_depends_on_names_and_texts_but_not_on_line_ends() {
    let digest = |name: &str, text: &str| {
        let texts = vec![(PathBuf::from(name), text.to_owned())];
        Pack::from_texts(texts, Strictness::Pack).unwrap_or_else(|errors| panic!("{errors}")).digest()
    };
    let plain = digest("rules/a.toml", GOOD);
    assert_eq!(plain.len(), 64);
    assert_eq!(plain, digest("elsewhere/a.toml", &GOOD.replace('\n', "\r\n")));
    assert_ne!(plain, digest("rules/b.toml", GOOD));
    assert_ne!(plain, digest("rules/a.toml", &GOOD.replace("high", "low")));
}
