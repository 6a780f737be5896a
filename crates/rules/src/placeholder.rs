//! Placeholders in examples: `{{alnum:36}}` stands for a token, so that no file of the repository holds one.
//!
//! | placeholder | becomes |
//! |---|---|
//! | `{{alnum:N}}` `{{alnumlower:N}}` `{{alnumupper:N}}` | N of `0-9A-Za-z`, `0-9a-z`, `0-9A-Z` |
//! | `{{lower:N}}` `{{upper:N}}` `{{digit:N}}` `{{hex:N}}` `{{HEX:N}}` | N letters, digits, hex digits |
//! | `{{base64:N}}` `{{base64url:N}}` `{{base32:N}}` | N of that alphabet, no padding |
//! | `{{words:N}}` `{{password:N}}` `{{uuid}}` | N words joined by `-`; N characters with one of `!#%+`; a UUID |
//! | `{{b64:TEXT}}` | base64 of TEXT, in which `(alnum:24)` stands for `{{alnum:24}}` |
//! | `{{jwt}}` `{{pem:LABEL}}` | a JSON Web Token; a text block of that label |
//! | `{{github:ghp}}` `{{github-fine}}` `{{npm}}` `{{gitlab-routable:glpat}}` `{{grafana:glsa}}` `{{nkey:SU}}` `{{stellar}}` | a valid token |
//! | `{{mnemonic}}` | a phrase of twelve words (BIP-39) |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keysieve_checksum::Checksum;

use crate::error::one_of;
use crate::generator;
use crate::random::Random;

/// The longest string that a placeholder makes.
const LONGEST: usize = 4096;

const NAMES: [&str; 25] = [
    "alnum",
    "alnumlower",
    "alnumupper",
    "lower",
    "upper",
    "digit",
    "hex",
    "HEX",
    "base64",
    "base64url",
    "base32",
    "words",
    "password",
    "uuid",
    "b64",
    "jwt",
    "pem",
    "github",
    "github-fine",
    "npm",
    "gitlab-routable",
    "grafana",
    "nkey",
    "stellar",
    "mnemonic",
];

/// Phrases that verify: they are among the published test vectors of BIP-39, and nobody's.
const MNEMONICS: [&str; 2] = [
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
];

/// A placeholder that cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceholderError {
    /// `{{` without `}}`.
    #[error("a placeholder is not closed: `{{{{{0}`")]
    Unclosed(String),
    /// No such placeholder.
    #[error("there is no placeholder `{name}`: {advice}")]
    Unknown {
        /// The name.
        name: String,
        /// A better one.
        advice: String,
    },
    /// The argument after the colon is missing or wrong.
    #[error("`{{{{{placeholder}}}}}`: {expected}")]
    Argument {
        /// The placeholder.
        placeholder: String,
        /// What stands after the colon.
        expected: String,
    },
}

/// Fills a template's placeholders; the same seed gives the same text. Braces before anything but a letter
/// (`${{ secrets.NAME }}`, `{{.Values}}`) are no placeholder.
///
/// # Errors
/// If a placeholder is unknown, not closed, or has a wrong argument.
pub fn fill(template: &str, seed: u64) -> Result<String, PlaceholderError> {
    let mut random = Random::new(seed);
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        let (before, from) = rest.split_at(open + 2);
        if !from.starts_with(|first: char| first.is_ascii_alphabetic()) {
            filled.push_str(before);
            rest = from;
            continue;
        }
        filled.push_str(&before[..open]);
        let Some(close) = from.find("}}") else {
            return Err(PlaceholderError::Unclosed(from.chars().take(20).collect()));
        };
        filled.push_str(&generate(&from[..close], &mut random)?);
        rest = &from[close + 2..];
    }
    filled.push_str(rest);
    Ok(filled)
}

fn generate(placeholder: &str, random: &mut Random) -> Result<String, PlaceholderError> {
    let (name, argument) = match placeholder.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (placeholder, None),
    };
    let wrong = |expected: &str| PlaceholderError::Argument {
        placeholder: placeholder.to_owned(),
        expected: expected.to_owned(),
    };
    let length = || {
        argument
            .and_then(|text| text.parse().ok())
            .filter(|length| (1..=LONGEST).contains(length))
            .ok_or_else(|| wrong(&format!("a number from 1 to {LONGEST} follows the colon")))
    };
    if let Some(alphabet) = generator::alphabet(name) {
        return Ok(generator::class(&alphabet, length()?, random));
    }
    match (name, argument) {
        ("words", _) => Ok(generator::words(length()?, random)),
        ("password", _) => Ok(generator::password(length()?, random)),
        ("b64", Some(text)) => Ok(STANDARD.encode(fill_inner(text, random)?)),
        ("b64", None) => Err(wrong("the text to encode follows the colon")),
        ("pem", Some(label)) if !label.is_empty() => Ok(generator::pem(label, random)),
        ("pem", _) => Err(wrong("the block's label follows the colon, such as `RSA PRIVATE KEY`")),
        ("github", _) => checked(Checksum::GithubCrc32, '_', argument, random).map_err(|e| wrong(&e)),
        ("gitlab-routable", _) => {
            checked(Checksum::GitlabRoutable, '-', argument, random).map_err(|e| wrong(&e))
        }
        ("grafana", _) => checked(Checksum::GrafanaCrc32, '_', argument, random).map_err(|e| wrong(&e)),
        ("nkey", _) => checked(Checksum::NatsCrc16, '_', argument, random).map_err(|e| wrong(&e)),
        ("uuid" | "jwt" | "npm" | "github-fine" | "stellar" | "mnemonic", Some(_)) => {
            Err(wrong("it takes no argument"))
        }
        ("uuid", None) => Ok(generator::uuid(random)),
        ("jwt", None) => Ok(generator::jwt(random)),
        ("stellar", None) => Ok(generator::token(Checksum::StellarCrc16, "S", random)),
        ("mnemonic", None) => Ok((*random.pick(&MNEMONICS)).to_owned()),
        ("npm", None) => Ok(generator::token(Checksum::NpmCrc32, "npm_", random)),
        // Its inner structure is not published; only its shape is.
        ("github-fine", None) => {
            let alnum = generator::alphabet("alnum").unwrap_or_default();
            let mut part = |length| generator::class(&alnum, length, random);
            Ok(format!("github_pat_{}_{}", part(22), part(59)))
        }
        _ => Err(PlaceholderError::Unknown { name: name.to_owned(), advice: one_of(name, &NAMES) }),
    }
}

/// A valid token of one of a scheme's prefixes, named without its separator.
fn checked(
    checksum: Checksum,
    separator: char,
    prefix: Option<&str>,
    random: &mut Random,
) -> Result<String, String> {
    let known = checksum.prefixes();
    let bare = |known: &&'static str| known.trim_end_matches(separator);
    let meant = prefix.and_then(|prefix| known.iter().find(|known| bare(known) == prefix));
    meant.map(|prefix| generator::token(checksum, prefix, random)).ok_or_else(|| {
        let all: Vec<_> = known.iter().map(bare).collect();
        format!("one of these follows the colon: {}", all.join(", "))
    })
}

/// Fills `(alnum:24)` inside of `{{b64:…}}`; parentheses around anything else are text.
fn fill_inner(text: &str, random: &mut Random) -> Result<String, PlaceholderError> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let (before, from) = rest.split_at(open + 1);
        let inner = from.split_once(')').filter(|(inner, _)| {
            let name = inner.split(':').next().unwrap_or_default();
            NAMES.contains(&name) && name != "b64"
        });
        match inner {
            Some((inner, after)) => {
                filled.push_str(&before[..open]);
                filled.push_str(&generate(inner, random)?);
                rest = after;
            }
            None => {
                filled.push_str(before);
                rest = from;
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_fills_to_its_form() {
        let form = |template: &str, expected: &str| {
            let expected = regex::Regex::new(&format!("^(?:{expected})$")).unwrap();
            for seed in 0..200 {
                let filled = fill(template, seed).unwrap();
                assert!(expected.is_match(&filled), "{template} became {filled}");
                assert_eq!(filled, fill(template, seed).unwrap());
            }
        };
        form("{{alnum:36}}", "[0-9A-Za-z]{36}");
        form("{{hex:1}}", "[0-9a-f]");
        form("{{hex:32}}", "[0-9a-f]*[0-9][0-9a-f]*");
        form("{{HEX:2}}", "[0-9][A-F]|[A-F][0-9]");
        form("{{digit:9}}-{{lower:8}}-{{upper:20}}", "[0-9]{9}-[a-z]{8}-[A-Z]{20}");
        form("{{alnumlower:40}}{{alnumupper:16}}", "[0-9a-z]{40}[0-9A-Z]{16}");
        form("{{base64:40}}", "[0-9A-Za-z][0-9A-Za-z+/]{38}[0-9A-Za-z]");
        form("{{base64url:43}}", "[0-9A-Za-z][0-9A-Za-z_-]{41}[0-9A-Za-z]");
        form("{{base32:16}}", "[A-Z2-7]{16}");
        form("{{uuid}}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        form("{{words:3}}", "[a-z]+-[a-z]+-[a-z]+");
        form("{{password:16}}", "[0-9A-Za-z]+[!#%+][0-9A-Za-z]+");
        form("{{jwt}}", r"eyJ[0-9A-Za-z_-]+\.eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]{42}[0-9A-Za-z_]");
        form("{{github:ghs}}", "ghs_[0-9A-Za-z]{36}");
        form("{{github-fine}}", "github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}");
        form("{{npm}}", "npm_[0-9A-Za-z]{36}");
        form("{{gitlab-routable:glpat}}", r"glpat-[0-9A-Za-z_-]{27,300}\.01\.[0-9a-z]{9}");
        form("{{grafana:glsa}}", "glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}");
        form(
            "{{pem:RSA PRIVATE KEY}}",
            "-----BEGIN RSA PRIVATE KEY-----\nMII[0-9A-Za-z+/\n]{700,760}=*\n-----END RSA PRIVATE KEY-----",
        );
    }

    #[test]
    fn base64_of_a_text_is_filled_inside() {
        let filled = fill("{{b64:deploy:(alnum:24) (or so)}}", 7).unwrap();
        let text = String::from_utf8(STANDARD.decode(filled).unwrap()).unwrap();
        assert!(text.starts_with("deploy:") && text.ends_with(" (or so)"), "{text}");
        assert_eq!(text.len(), "deploy:".len() + 24 + " (or so)".len());
    }

    #[test]
    fn braces_of_other_languages_are_text() {
        let text = "token: ${{ secrets.TOKEN }} {{.Values.token}} {{- end }}";
        assert_eq!(fill(text, 1).unwrap(), text);
    }

    #[test]
    fn what_cannot_be_filled_is_said() {
        let message = |template: &str| fill(template, 0).unwrap_err().to_string();
        assert_eq!(message("{{alnun:4}}"), "there is no placeholder `alnun`: did you mean `alnum`?");
        assert_eq!(message("{{alnum}}"), "`{{alnum}}`: a number from 1 to 4096 follows the colon");
        assert_eq!(message("{{hex:0}}"), "`{{hex:0}}`: a number from 1 to 4096 follows the colon");
        assert_eq!(message("x {{hex:3 y"), "a placeholder is not closed: `{{hex:3 y`");
        assert_eq!(message("{{uuid:3}}"), "`{{uuid:3}}`: it takes no argument");
        assert_eq!(
            message("{{github:xyz}}"),
            "`{{github:xyz}}`: one of these follows the colon: ghp, gho, ghu, ghs, ghr"
        );
    }
}
