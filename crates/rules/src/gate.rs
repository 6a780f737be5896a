//! What a match must also satisfy.

use keysieve_checksum::Checksum;

use crate::error::one_of;
use crate::expression::{self, Role};
use crate::file::Strictness;
use crate::pattern::Found;
use crate::reader::Section;
use crate::rule::{ChecksumGate, Gates, OnInvalid, Structure};

/// Reads the gates; a rule of `value` and `context` asks for a digit unless it says otherwise.
pub(crate) fn read(section: &mut Section<'_>, context: bool, found: Option<&Found>) -> Gates {
    let entropy = entropy(section, found);
    let digit = section.boolean("digit").unwrap_or(context);
    let checksum = checksum(section);
    let structures = [
        ("jwt", Structure::Jwt),
        ("private-key", Structure::PrivateKey),
        ("basic-auth", Structure::BasicAuth),
        ("base64", Structure::Base64),
        ("mnemonic", Structure::Mnemonic),
        ("named-key", Structure::NamedKey),
    ];
    let structure = section.choice("structure", &structures);
    let (allow_regexes, stopwords) = allow(section);
    let keep_placeholders =
        section.choice("placeholders", &[("drop", false), ("keep", true)]).unwrap_or(false);
    Gates { entropy, digit, checksum, structure, allow_regexes, stopwords, keep_placeholders }
}

fn entropy(section: &mut Section<'_>, found: Option<&Found>) -> Option<f64> {
    let entropy = section.number("entropy")?;
    if !(0.0..=8.0).contains(&entropy.value) {
        let what = format!("`entropy` cannot be {}", entropy.value);
        section.report(
            entropy.at,
            what,
            "write bits per byte, from 0 to 8; random hex has nearly 4, base64 nearly 6",
        );
        return None;
    }
    if let Some(longest) = found.and_then(Found::longest_secret).filter(|&longest| longest < 256) {
        let most = f64::from(u32::try_from(longest).unwrap_or(u32::MAX)).log2();
        if entropy.value > most {
            let what = format!(
                "no secret of at most {longest} bytes has {} bits of entropy per byte",
                entropy.value
            );
            section.report(entropy.at, what, format!("the most is {most:.2}; write less"));
        }
    }
    Some(entropy.value)
}

fn checksum(section: &mut Section<'_>) -> Option<ChecksumGate> {
    let mut table = section.section("checksum")?;
    let name = table.text("name");
    let on_invalid = table.choice("on_invalid", &[("low", OnInvalid::Low), ("drop", OnInvalid::Drop)]);
    let names: Vec<_> = Checksum::ALL.iter().map(|checksum| checksum.name()).collect();
    match &name {
        None => table.missing("name", format!("known are: {}", names.join(", "))),
        Some(name) if Checksum::by_name(&name.value).is_none() => {
            table.report(
                name.at,
                format!("there is no checksum `{}`", name.value),
                one_of(&name.value, &names),
            );
        }
        Some(_) => {}
    }
    table.finish();
    Some(ChecksumGate { name: name?.value, on_invalid: on_invalid.unwrap_or(OnInvalid::Low) })
}

fn allow(section: &mut Section<'_>) -> (Vec<String>, Vec<String>) {
    let Some(mut table) = section.section("allow") else { return Default::default() };
    let regexes = table.strings("regexes").unwrap_or_default();
    for regex in &regexes {
        if let Err(complaints) = expression::check(&regex.value, Role::Allow, true, Strictness::User) {
            for (what, help) in complaints {
                table.report(regex.at, format!("`allow.regexes`: {what}"), help);
            }
        }
    }
    let stopwords = table.strings("stopwords").unwrap_or_default();
    for word in &stopwords {
        if word.value.len() < 3
            || word.value.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
        {
            let what = format!("the stop word `{}` is too short or not in lower case", word.value);
            table.report(word.at, what, "write at least three ASCII characters in lower case");
        }
    }
    table.finish();
    let values = |texts: Vec<crate::reader::At<String>>| texts.into_iter().map(|text| text.value).collect();
    (values(regexes), values(stopwords))
}
