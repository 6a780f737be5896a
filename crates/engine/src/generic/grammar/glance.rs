//! Whether anything can be assigned to a name at all, told from the few bytes after it. Most names have nothing, and
//! nothing more is read of those.

use memchr::{memchr, memchr2};

use super::super::name;
use super::columns::ends_column;
use super::{LONGEST_VALUE, Text};

/// How far behind an expression a string is looked for that stands in its place.
const CHOSEN: usize = 96;

/// What stands behind a name.
pub(in super::super) struct Glance {
    /// Where the name ends.
    end: usize,
    /// Where it is closed.
    at: usize,
    /// Where something stands again, behind blanks.
    after: usize,
    /// Whether what stands there assigns.
    assigns: Assigns,
}

/// Whether something assigns, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Assigns {
    No,
    Yes,
    /// That takes more than a few bytes to tell.
    Unknown {
        closed: bool,
    },
}

impl Glance {
    /// What stands behind a name that ends at `end`.
    #[inline]
    pub(in super::super) fn behind(haystack: &[u8], end: usize) -> Self {
        let text = Text(haystack);
        let (at, closed) = text.close_name(end);
        let after = text.blanks(at);
        let (one, two) = (text.byte(after), text.byte(after + 1));
        let assigns = match one {
            b'=' => two != b'~',
            b':' => two != b':',
            b'+' | b'.' | b'~' | b'!' => two == b'=',
            b'?' => matches!(two, b'=' | b'?' | b':'),
            b'<' => matches!(two, b'-' | b'/'),
            b'|' => matches!(two, b' ' | b'|'),
            b'>' => true,
            b'{' => text.starts(after, b"{ get"),
            _ => false,
        };
        let assigns = match one {
            _ if assigns || closed && one != 0 => Assigns::Yes,
            b'(' | b')' | b',' | b'\n' | b'\r' => Assigns::Unknown { closed },
            b';' | b'|' if ends_column(one, two) => Assigns::Unknown { closed },
            _ => Assigns::No,
        };
        Self { end, at, after, assigns }
    }

    /// Whether, whatever stands there, nothing is assigned to the name.
    #[inline]
    pub(in super::super) fn is_nothing(&self) -> bool {
        self.assigns == Assigns::No && self.after == self.at
    }

    /// Whether [`read`](super::read) can find a value that is assigned to the name; `before` is the byte before it.
    #[inline]
    pub(in super::super) fn may_assign(&self, haystack: &[u8], before: Option<u8>) -> bool {
        let text = Text(haystack);
        let assigns = match self.assigns {
            Assigns::No => false,
            Assigns::Yes => true,
            Assigns::Unknown { closed } => {
                text.may_assign_there(self.after, closed) || text.may_be_column(self.end)
            }
        };
        assigns
            || self.after > self.at
                && (haystack[self.at..self.after].contains(&b'\t') && text.may_be_column(self.end)
                    || text.may_stand_beside(before, self.at, self.after))
    }
}

impl Text<'_> {
    /// Whether a bracket, a comma or the end of a line may stand between the name and its value.
    fn may_assign_there(&self, after: usize, closed: bool) -> bool {
        match self.byte(after) {
            b'(' => self.may_be_argument(after + 1),
            b',' => {
                closed
                    || self.may_be_tuple(after)
                    || self.may_be_pair(after + 1)
                    || self.may_be_argument(after + 1)
                    || self.values_behind(after).is_some()
            }
            b')' => self.values_behind(after).is_some(),
            _ => self.may_be_pair(after) || self.may_be_tagged(after),
        }
    }

    /// Whether a string begins at a place, or stands on its line behind an expression.
    fn may_be_argument(&self, from: usize) -> bool {
        let at = self.blanks(from);
        let rest = self.0.get(at..).unwrap_or_default();
        let begins = |&byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'&' | b'\\' | b'\r' | b'\n');
        if rest.iter().take(4).any(begins) {
            return rest[0] != b')';
        }
        let rest = &rest[..rest.len().min(LONGEST_VALUE + CHOSEN)];
        memchr2(b'"', b'\'', &rest[..memchr(b'\n', rest).unwrap_or(rest.len())]).is_some()
    }

    /// `, name = `
    fn may_be_tuple(&self, at: usize) -> bool {
        let rest = self.0.get(at..).unwrap_or_default();
        let names =
            rest.iter().take(81).position(|&byte| !name::is_name(byte) && !matches!(byte, b' ' | b','));
        names.is_some_and(|length| rest[length] == b'=')
    }

    /// Whether a word that a value's name begins with may stand here or on the next line.
    fn may_be_pair(&self, at: usize) -> bool {
        let at = self.space(at);
        let at = at + usize::from(matches!(self.byte(at), b'"' | b'\''));
        matches!(self.byte(at), b'v' | b'V' | b'd' | b'c' | b'P')
    }

    /// Whether a tag ends near.
    fn may_be_tagged(&self, at: usize) -> bool {
        self.0.get(at..self.0.len().min(at + 64)).is_some_and(|near| memchr(b'>', near).is_some())
    }

    /// What can follow a name and blanks.
    fn may_stand_beside(&self, before: Option<u8>, at: usize, after: usize) -> bool {
        const WORDS: &[&[u8]] = &[b"or ", b"value", b"Value", b"VALUE", b"default", b"content"];
        let byte = self.byte(after);
        if before == Some(b'-') || matches!(byte, b'"' | b'\'' | b'@') {
            return true;
        }
        let may_be_word =
            matches!(byte | 0x20, b'o' | b'v' | b'd' | b'c' | b'i' | b'f' | b't' | b'k' | b's' | b'p');
        may_be_word
            && (WORDS.iter().any(|word| self.starts(after, word))
                || self.sentence(after).is_some()
                || self.more_words(at) > at)
            || self.may_be_alone(after)
            || self.outstanding(after).is_some()
            || self.may_be_tagged(after)
            || self.may_be_annotated(after)
    }

    /// Whether something without blanks goes up to the end of the line.
    fn may_be_alone(&self, from: usize) -> bool {
        let rest = self.0.get(from..).unwrap_or_default();
        let stops =
            |byte: u8| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|');
        let end = from + rest.iter().take(LONGEST_VALUE + 1).take_while(|&&byte| !stops(byte)).count();
        end > from && matches!(self.byte(self.blanks(end)), b'\n' | b'\r' | 0)
    }

    /// Whether what may be a type goes up to an equals sign.
    fn may_be_annotated(&self, from: usize) -> bool {
        let near = self.0.get(from..self.0.len().min(from + 96)).unwrap_or_default();
        memchr(b'=', near).is_some() && self.annotation(from) > from
    }
}

#[cfg(test)]
mod tests {
    use keysieve_finding::Span;
    use proptest::prelude::*;

    use super::super::read;
    use super::*;

    /// Pieces of which assignments are made.
    const PIECES: &[&str] = &[
        "key",
        "value",
        "=",
        ":",
        "==",
        "=>",
        ":=",
        "<-",
        "->",
        "::",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "{ get; set; } =",
        "\"",
        "'",
        "`",
        "\\\"",
        " ",
        "\t",
        "\n",
        "\r\n",
        ",",
        ";",
        "|",
        "||=",
        "??=",
        "?=",
        "+=",
        ".",
        ".=",
        "-",
        "--",
        "<",
        ">",
        "</",
        "<value>",
        "string",
        "string =",
        "is ",
        "export ",
        "a1b2",
        "&quot;",
        "@\"",
        "*",
        "**",
        "default",
        "!=",
        "=~",
        "/",
        "x || ",
        "f(",
        "name",
        "\u{e4}",
        "or ",
        "|| ",
        "for ",
        ".or(",
        "[4]",
        "login ",
        "input[name=",
        ") values (",
        "(a, ",
        "'x', ",
        "#",
        ",b\nv1,v2",
        "\tb\nv1\tv2",
        ";b\nv1;v2",
        "|\n|---|\n|v|",
        "|-\n  v1",
        "\n  - v1",
        " a1b2c3d4e5f6a7b8c9d0",
        "}",
        "$h->{",
        "\"}",
        "set :",
        "\"\t\"v1\"",
        "\"><value>v1<",
        "\">name</a><b name=\"x.value\">v1<",
    ];

    proptest! {
        #[test]
        fn nothing_is_read_where_a_glance_sees_nothing(
            before in proptest::collection::vec(0..PIECES.len(), 0..4),
            after in proptest::collection::vec(0..PIECES.len(), 0..9),
        ) {
            let text = |pieces: Vec<usize>| pieces.into_iter().map(|piece| PIECES[piece]).collect::<String>();
            let (before, after) = (text(before), text(after));
            let whole = format!("{before}token{after}");
            let haystack = whole.as_bytes();
            let at = before.len();
            let span = Span::new(name::start(haystack, at), name::end(haystack, at));
            let byte = span.start.checked_sub(1).map(|place| haystack[place]);
            if let Some(found) = read(haystack, span) {
                let glance = Glance::behind(haystack, span.end);
                prop_assert!(!glance.is_nothing() && glance.may_assign(haystack, byte), "{whole:?}: {found:?}");
            }
        }
    }
}
