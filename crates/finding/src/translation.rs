//! Which files hold the texts of a program in one of its languages.

/// The directories that such texts are kept in.
const DIRECTORIES: &[&[u8]] = &[
    b"i18n",
    b"l10n",
    b"lang",
    b"langs",
    b"language",
    b"languages",
    b"lc_messages",
    b"locale",
    b"locales",
    b"localization",
    b"nls",
    b"translation",
    b"translations",
];
/// What such texts are written in: data, and code that holds nothing else.
const FORMATS: &[&[u8]] = &[
    b"csv",
    b"ftl",
    b"ini",
    b"js",
    b"json",
    b"json5",
    b"php",
    b"properties",
    b"rb",
    b"strings",
    b"toml",
    b"ts",
    b"txt",
    b"xml",
    b"yaml",
    b"yml",
];
/// Formats that are made for nothing else: gettext, Flutter's and Qt's files, XLIFF.
const OWN_FORMATS: &[&[u8]] = &[b"arb", b"po", b"pot", b"qm", b"xlf", b"xliff"];
/// What bundles of messages are called, before the language.
const BUNDLES: &[&[u8]] = &[
    b"bundle",
    b"constant",
    b"errors",
    b"labels",
    b"lang",
    b"language",
    b"locale",
    b"messages",
    b"resources",
    b"strings",
    b"texts",
    b"translation",
    b"translations",
    b"validationmessages",
];
/// Codes of languages (ISO 639-1), of those that programs are translated into.
const LANGUAGES: &[u8] =
    b"afamarazbebgbncacscydadeeleneoeseteufafifrgaglguhehihrhuhyiditisjakakkkmknkokulolt\
    lvmkmlmnmrmsnbnenlnnnopaplptrorusisksqsrsvswtatethtltruguruzvizh";

/// Whether a path, whose last part is `name`, leads to texts of a program in a language.
pub(crate) fn is_translation(path: &[u8], name: &[u8]) -> bool {
    let Some(dot) = name.iter().rposition(|&byte| byte == b'.') else { return false };
    let among = |words: &[&[u8]], text: &[u8]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let (stem, format) = (&name[..dot], &name[dot + 1..]);
    if among(OWN_FORMATS, format) {
        return true;
    }
    if !among(FORMATS, format) {
        return false;
    }
    let directories = path[..path.len() - name.len()].split(|&byte| byte == b'/');
    let android = |part: &[u8]| {
        // `values-de/strings.xml`; those of no language, `values/strings.xml`, hold settings, too.
        part.strip_prefix(b"values-").is_some_and(is_language)
    };
    if directories
        .into_iter()
        .any(|part| among(DIRECTORIES, part) || part.ends_with(b".lproj") || android(part))
    {
        return true;
    }
    if is_language(stem) {
        return !format.eq_ignore_ascii_case(b"js") && !format.eq_ignore_ascii_case(b"rb");
    }
    // `messages_de.properties`, `locale.constant-pt_BR.json`
    (1..stem.len()).any(|at| {
        matches!(stem[at], b'_' | b'-' | b'.')
            && is_language(&stem[at + 1..])
            && stem[..at].rsplit(|byte| matches!(byte, b'_' | b'-' | b'.')).any(|word| among(BUNDLES, word))
    })
}

/// `de`, `pt_BR`, `zh-Hans`, `de-rAT`.
fn is_language(text: &[u8]) -> bool {
    let (language, region) = text.split_at(text.len().min(2));
    let known = LANGUAGES.chunks(2).any(|known| known.eq_ignore_ascii_case(language));
    let is_region =
        |region: &[u8]| matches!(region.len(), 2..=4) && region.iter().all(u8::is_ascii_alphanumeric);
    known && (region.is_empty() || matches!(region, [b'_' | b'-', region @ ..] if is_region(region)))
}

#[cfg(test)]
mod tests {
    use super::is_translation;

    #[test]
    fn texts_of_a_language_are_known_by_their_path() {
        let is = |path: &str| {
            let path = path.as_bytes();
            is_translation(path, path.rsplit(|&byte| byte == b'/').next().unwrap_or(path))
        };
        for path in [
            "ui/assets/locale/locale.constant-de_DE.json",
            "locale.constant-de_DE.json",
            "src/i18n/messages_nl.properties",
            "messages_nl.properties",
            "config/locales/en.yml",
            "lang/en/auth.php",
            "res/values-de/strings.xml",
            "app/de.lproj/Localizable.strings",
            "po/fr.po",
            "public/zh-CN.json",
        ] {
            assert!(is(path), "{path}");
        }
        for path in [
            "res/values/strings.xml",
            "src/messages.properties",
            "lang/parser.go",
            "config.json",
            "my_id.json",
            "application-de.yml",
            "user.json",
            "db.json",
        ] {
            assert!(!is(path), "{path}");
        }
    }
}
