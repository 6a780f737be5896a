//! Which group of an expression is the secret.

/// A group that captures: where it begins, and how long what begins it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Opening {
    at: usize,
    length: usize,
}

/// The expression with the secret's groups named `secret`, `secret2`, … and the others not capturing. With a number,
/// that group is the secret; without, the first one that captured anything is, so all of them are named. The number of
/// named groups comes with it; `None` if there is no group of this number.
pub(super) fn name_secret(expression: &str, number: usize) -> Option<(String, usize)> {
    let openings = openings(expression);
    if number > openings.len() {
        return None;
    }
    let mut named = String::with_capacity(expression.len() + 16 * openings.len());
    let (mut from, mut count) = (0, 0);
    for (index, opening) in (1..).zip(&openings) {
        named.push_str(&expression[from..opening.at]);
        if number == 0 || number == index {
            count += 1;
            match count {
                1 => named.push_str("(?P<secret>"),
                more => named.push_str(&format!("(?P<secret{more}>")),
            }
        } else {
            named.push_str("(?:");
        }
        from = opening.at + opening.length;
    }
    named.push_str(&expression[from..]);
    Some((named, count))
}

/// How many groups capture.
pub(super) fn count(expression: &str) -> usize {
    openings(expression).len()
}

/// The number of the group with a name.
pub(super) fn position(expression: &str, name: &str) -> Option<usize> {
    let named = |opening: &Opening| {
        let opening = &expression[opening.at..opening.at + opening.length];
        opening.trim_matches(['(', '?', 'P', '<', '>']) == name
    };
    openings(expression).iter().position(named).map(|index| index + 1)
}

fn openings(expression: &str) -> Vec<Opening> {
    let bytes = expression.as_bytes();
    let (mut openings, mut at, mut class) = (Vec::new(), 0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            // Translated classes hold no bracket but escaped ones and those of `[:name:]`.
            b'[' => class += 1,
            b']' => class = class.saturating_sub(1),
            b'(' if class == 0 => {
                openings.extend(opening_length(&expression[at..]).map(|length| Opening { at, length }));
            }
            _ => {}
        }
        at += 1;
    }
    openings
}

/// The length of `(`, `(?P<name>` or `(?<name>`; `None` for a group that does not capture.
fn opening_length(rest: &str) -> Option<usize> {
    let Some(after) = rest.strip_prefix("(?") else { return Some(1) };
    let name = after.strip_prefix("P<").or_else(|| after.strip_prefix('<'))?;
    Some(rest.len() - name.len() + name.find('>')? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_group_is_named_and_the_others_do_not_capture() {
        let named = |expression, number| name_secret(expression, number);
        assert_eq!(
            named(r"a(b)(?:c)(?i:d)(?P<e>f)", 2),
            Some((r"a(?:b)(?:c)(?i:d)(?P<secret>f)".to_owned(), 1))
        );
        assert_eq!(named(r"(a)|\((b[(])", 0), Some((r"(?P<secret>a)|\((?P<secret2>b[(])".to_owned(), 2)));
        assert_eq!(named("abc", 0), Some(("abc".to_owned(), 0)));
        assert_eq!(named("(abc)", 2), None);
    }
}
