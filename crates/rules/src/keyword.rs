//! Keywords of an expression: proof that every match contains one, and those that can be read from it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The most strings that one part of an expression is spelled out into.
const MAX_STRINGS: usize = 512;

/// Whether every match of the expression contains one of the keywords, in either case. `false` means that it could
/// not be shown: the expression is spelled out only as far as its parts are few and finite.
pub(crate) fn proven(hir: &Hir, keywords: &[String]) -> bool {
    let keywords: Vec<Vec<u8>> = keywords.iter().map(|word| word.to_ascii_lowercase().into_bytes()).collect();
    requires(hir, &keywords)
}

/// The most keywords that are read from an expression.
const MOST_DERIVED: usize = 32;
/// From this length on a keyword is rare.
const RARE: usize = 5;
/// Shorter ones would stand in nearly every text.
const SHORTEST_DERIVED: usize = 3;

/// Strings of which every match of the expression contains one, in either case: the best that can be read from it, or
/// none.
pub(crate) fn derived(hir: &Hir) -> Vec<String> {
    let strings = best(hir).unwrap_or_default();
    strings.into_iter().filter_map(|string| String::from_utf8(string).ok()).collect()
}

fn best(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    if let Some(strings) = spelled(hir).and_then(usable) {
        return Some(strings);
    }
    match hir.kind() {
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) => (repetition.min > 0).then(|| best(&repetition.sub)).flatten(),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(best(branch)?);
            }
            usable(all)
        }
        HirKind::Concat(parts) => {
            let mut candidates = Vec::new();
            let mut run = vec![Vec::new()];
            for part in parts {
                let strings = spelled(part);
                match strings.as_ref().and_then(|strings| product(&run, strings)) {
                    Some(joined) => {
                        candidates.extend(usable(std::mem::replace(&mut run, joined)));
                    }
                    None => {
                        candidates.extend(usable(std::mem::take(&mut run)));
                        candidates.extend(best(part));
                        run = strings.unwrap_or_else(|| vec![Vec::new()]);
                    }
                }
            }
            candidates.extend(usable(run));
            let shortest = |strings: &Vec<Vec<u8>>| strings.iter().map(Vec::len).min().unwrap_or(0);
            // Of those that are long enough to be rare the fewest, for they are looked for together.
            candidates.into_iter().max_by_key(|strings| {
                let shortest = shortest(strings);
                (shortest.min(RARE), usize::MAX - strings.len(), shortest)
            })
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

/// The strings without those that contain another of them, if they can be keywords.
fn usable(mut strings: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    strings.sort_unstable_by_key(Vec::len);
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for string in strings {
        let contains = |word: &Vec<u8>| string.windows(word.len().max(1)).any(|window| window == word);
        if string.len() < SHORTEST_DERIVED || !string.is_ascii() {
            return None;
        }
        if !kept.iter().any(contains) {
            kept.push(string);
        }
    }
    ((1..=MOST_DERIVED).contains(&kept.len())).then_some(kept)
}

fn requires(hir: &Hir, keywords: &[Vec<u8>]) -> bool {
    if let Some(strings) = spelled(hir) {
        return all_contain(&strings, keywords);
    }
    match hir.kind() {
        HirKind::Capture(capture) => requires(&capture.sub, keywords),
        HirKind::Repetition(repetition) => repetition.min > 0 && requires(&repetition.sub, keywords),
        HirKind::Alternation(branches) => branches.iter().all(|branch| requires(branch, keywords)),
        HirKind::Concat(parts) => {
            // Runs of parts that can be spelled out are looked at as one, other parts each for itself.
            let mut run = vec![Vec::new()];
            for part in parts {
                let joined = spelled(part).and_then(|strings| product(&run, &strings));
                match joined {
                    Some(joined) => run = joined,
                    None => {
                        if all_contain(&run, keywords) || requires(part, keywords) {
                            return true;
                        }
                        run = spelled(part).unwrap_or_else(|| vec![Vec::new()]);
                    }
                }
            }
            all_contain(&run, keywords)
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

fn all_contain(strings: &[Vec<u8>], keywords: &[Vec<u8>]) -> bool {
    strings.iter().all(|string| {
        keywords.iter().any(|keyword| string.windows(keyword.len().max(1)).any(|window| window == keyword))
    })
}

/// Every string that the expression matches, in lower case, if they are few.
fn spelled(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut strings = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Vec::new()],
        HirKind::Literal(literal) => vec![literal.0.to_ascii_lowercase()],
        HirKind::Class(class) => spelled_class(class)?,
        HirKind::Capture(capture) => spelled(&capture.sub)?,
        HirKind::Repetition(repetition) => {
            let max = repetition.max.filter(|&max| max <= 4)?;
            let once = spelled(&repetition.sub)?;
            let mut power = vec![Vec::new()];
            let mut all = if repetition.min == 0 { power.clone() } else { Vec::new() };
            for times in 1..=max {
                power = product(&power, &once)?;
                if times >= repetition.min {
                    all.extend_from_slice(&power);
                }
            }
            all
        }
        HirKind::Concat(parts) => {
            let mut joined = vec![Vec::new()];
            for part in parts {
                joined = product(&joined, &spelled(part)?)?;
            }
            joined
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(spelled(branch)?);
            }
            all
        }
    };
    strings.sort_unstable();
    strings.dedup();
    (strings.len() <= MAX_STRINGS).then_some(strings)
}

/// The bytes of a class. Alternatives of single ASCII characters come as a class of characters.
fn spelled_class(class: &Class) -> Option<Vec<Vec<u8>>> {
    let bytes = match class {
        Class::Bytes(class) => class.clone(),
        Class::Unicode(class) => class.to_byte_class()?,
    };
    let members = bytes.ranges().iter().flat_map(|range| range.start()..=range.end());
    Some(members.map(|byte| vec![byte.to_ascii_lowercase()]).collect())
}

fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    (left.len() * right.len() <= MAX_STRINGS)
        .then(|| left.iter().flat_map(|head| right.iter().map(|tail| [&head[..], tail].concat())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, keywords: &[&str]) -> bool {
        let hir = crate::plan::parse(expression).unwrap();
        proven(&hir, &keywords.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn keywords_are_read_where_every_match_has_one() {
        let words = |expression: &str| derived(&crate::plan::parse(expression).unwrap());
        assert_eq!(words(r"(?i)\bfoo(?:pass|pwd)[ \t]{0,40}=(?P<secret>\S{4,80})"), ["foopwd", "foopass"]);
        assert_eq!(words(r"(?m)^[a-z]{1,60}[ \t]{1,8}(?:secret|key=)[0-9]{4,90}"), ["key=", "secret"]);
        assert_eq!(
            words(r"(?i)(?:^|[^0-9a-z_])(?:db[-_. ]?pass|secret)[=:]\S{4,80}"),
            ["dbpass", "secret", "db pass", "db-pass", "db.pass", "db_pass"]
        );
        assert_eq!(words(r"(?m)^[a-z]{1,60}=\S{3,80}"), Vec::<String>::new());
        assert_eq!(words(r"(?:abc)?[0-9]{8}"), Vec::<String>::new());
    }

    #[test]
    fn a_keyword_in_a_literal_prefix_middle_or_end_is_seen() {
        assert!(check(r"\b(?P<secret>ghp_[0-9A-Za-z]{36})\b", &["ghp_"]));
        assert!(check(r"[a-z]{20,40}\.example\.com/[0-9]{9}", &[".example.com"]));
        assert!(check(r"[0-9]{20,40}=end", &["=end"]));
        assert!(!check(r"\bghp_[0-9A-Za-z]{36}\b", &["gho_"]));
    }

    #[test]
    fn every_branch_needs_a_keyword() {
        assert!(check(r"\bgh[pou]_[0-9a-z]{36}", &["ghp_", "gho_", "ghu_"]));
        assert!(!check(r"\bgh[pou]_[0-9a-z]{36}", &["ghp_", "gho_"]));
        assert!(check(r"(?:abc[0-9]{99}|[0-9]{99}xyz)", &["abc", "xyz"]));
        assert!(!check(r"(?:abc[0-9]{99}|[0-9]{99})", &["abc"]));
    }

    #[test]
    fn case_and_joints_between_parts_do_not_matter() {
        assert!(check(r"(?i)AccountKey=[0-9a-z]{80}", &["accountkey"]));
        assert!(check(r"\bsk(?:_|-)live_[0-9a-z]{24}", &["sk_live", "sk-live"]));
        assert!(check(r"\bxox[bp]-[0-9]{10}", &["xoxb-", "xoxp-"]));
    }

    #[test]
    fn an_optional_part_proves_nothing() {
        assert!(!check(r"(?:key-)?[0-9a-f]{32}", &["key-"]));
        assert!(check(r"(?:key-){1,2}[0-9a-f]{32}", &["key-"]));
    }
}
