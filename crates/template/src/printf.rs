//! `printf`, as Go's `fmt` does it. <https://pkg.go.dev/fmt>

use crate::budget::Made;
use crate::error::Problem;
use crate::functions::Host;
use crate::number::{exponent_of, shortest};
use crate::value::Value;
use crate::{quote, show};

/// The greatest width and precision.
const MAX_WIDTH: usize = 100_000;

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    plus: bool,
    minus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
}

pub(crate) fn printf(format: &str, values: &[Value], host: &Host) -> Result<String, Problem> {
    let mut out = host.budget.text();
    let mut values = values.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push(&rest[..at])?;
        rest = &rest[at + 1..];
        let mut flags = Flags::default();
        rest = flags.read(rest, &mut values)?;
        let Some(verb) = rest.chars().next() else {
            out.push("%!(NOVERB)")?;
            return Ok(out.finish());
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push("%")?;
            continue;
        }
        match values.next() {
            Some(value) => one(verb, flags, value, host, &mut out)?,
            None => out.push_shown(format_args!("%!{verb}(MISSING)"))?,
        }
    }
    out.push(rest)?;
    let left: Vec<&Value> = values.collect();
    if !left.is_empty() {
        out.push("%!(EXTRA ")?;
        for (at, value) in left.iter().enumerate() {
            out.push(if at > 0 { ", " } else { "" })?;
            out.push(value.kind())?;
            out.push("=")?;
            show::plain(value, &host.maps, &mut out)?;
        }
        out.push(")")?;
    }
    Ok(out.finish())
}

impl Flags {
    /// Reads them, and gives what follows.
    fn read<'f, 'v>(
        &mut self,
        format: &'f str,
        values: &mut impl Iterator<Item = &'v Value>,
    ) -> Result<&'f str, Problem> {
        let mut rest = format;
        while let Some(c) = rest.chars().next() {
            match c {
                '+' => self.plus = true,
                '-' => self.minus = true,
                '0' => self.zero = true,
                ' ' => self.space = true,
                '#' => self.sharp = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        let (width, rest) = number(rest, values)?;
        self.width = width.unwrap_or_default();
        let Some(after) = rest.strip_prefix('.') else { return Ok(rest) };
        let (precision, rest) = number(after, values)?;
        self.precision = Some(precision.unwrap_or_default());
        Ok(rest)
    }
}

/// A number, or `*` for one that is given.
fn number<'f, 'v>(
    format: &'f str,
    values: &mut impl Iterator<Item = &'v Value>,
) -> Result<(Option<usize>, &'f str), Problem> {
    let (number, rest) = match format.strip_prefix('*') {
        Some(rest) => match values.next() {
            Some(Value::Int(number)) => (usize::try_from(*number).ok(), rest),
            _ => return Err("`*` is given no whole number".to_owned()),
        },
        None => {
            let end = format.find(|c: char| !c.is_ascii_digit()).unwrap_or(format.len());
            if end == 0 {
                return Ok((None, format));
            }
            (format[..end].parse().ok(), &format[end..])
        }
    };
    let fits = number.filter(|number| *number <= MAX_WIDTH);
    Ok((Some(fits.ok_or_else(|| format!("a width is greater than {MAX_WIDTH}"))?), rest))
}

fn one(verb: char, mut flags: Flags, value: &Value, host: &Host, out: &mut Made<'_>) -> Result<(), Problem> {
    if let (Value::List(list), false) = (value, matches!(verb, 'v' | 'T')) {
        out.push("[")?;
        for (at, item) in list.items.iter().enumerate() {
            out.push(if at > 0 { " " } else { "" })?;
            one(verb, flags, item, host, out)?;
        }
        return out.push("]");
    }
    // It asks for the names of fields there, and not for a sign.
    flags.plus &= verb != 'v';
    let shown = match (verb, value) {
        ('v', Value::Text(text)) if flags.sharp => quoted(text, host)?,
        ('v', Value::Int(_)) => signed(value, flags, 'd').unwrap_or_default(),
        ('v', Value::Float(_) | Value::Single(_)) => signed(value, flags, 'g').unwrap_or_default(),
        ('v', _) => show::string(value, host)?,
        ('T', _) => value.kind().to_owned(),
        ('t', Value::Bool(truth)) => truth.to_string(),
        ('s', Value::Text(text)) => match flags.precision {
            Some(most) => text.chars().take(most).collect(),
            None => host_copy(text, host)?,
        },
        ('s', Value::Map(_) | Value::Record(_) | Value::Time(_)) => show::string(value, host)?,
        ('q', Value::Text(text)) => quoted(text, host)?,
        ('x' | 'X', Value::Text(text)) => {
            host.budget.bytes(text.len().saturating_mul(2))?;
            let digit = |byte| if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") };
            text.bytes().map(digit).collect()
        }
        ('c', Value::Int(code)) => char_of(*code).to_string(),
        ('q', Value::Int(code)) => format!("'{}'", char_of(*code)),
        ('U', Value::Int(code)) => format!("U+{code:04X}"),
        _ => match signed(value, flags, verb) {
            Some(shown) => shown,
            None => return wrong(verb, value, host, out),
        },
    };
    padded(&shown, flags, matches!(value, Value::Int(_) | Value::Float(_) | Value::Single(_)), out)
}

fn host_copy(text: &str, host: &Host) -> Result<String, Problem> {
    host.budget.bytes(text.len())?;
    Ok(text.to_owned())
}

fn quoted(text: &str, host: &Host) -> Result<String, Problem> {
    let mut out = host.budget.text();
    quote::quote(text, &mut out)?;
    Ok(out.finish())
}

fn char_of(code: i64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

/// A number with its sign, if the verb is for such numbers.
fn signed(value: &Value, flags: Flags, verb: char) -> Option<String> {
    let (negative, digits) = match *value {
        Value::Int(number) => {
            let size = number.unsigned_abs();
            let digits = match verb {
                'd' => size.to_string(),
                'x' => format!("{}{size:x}", if flags.sharp { "0x" } else { "" }),
                'X' => format!("{}{size:X}", if flags.sharp { "0X" } else { "" }),
                'o' => format!("{size:o}"),
                'b' => format!("{size:b}"),
                _ => return None,
            };
            let missing = flags.precision.unwrap_or_default().saturating_sub(digits.len());
            (number < 0, format!("{}{digits}", "0".repeat(missing)))
        }
        Value::Float(number) => {
            (number.is_sign_negative(), float(number, format!("{:e}", number.abs()), flags, verb)?)
        }
        Value::Single(number) => {
            let digits = format!("{:e}", number.abs());
            (number.is_sign_negative(), float(f64::from(number), digits, flags, verb)?)
        }
        _ => return None,
    };
    let sign = match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    Some(format!("{sign}{digits}"))
}

/// A number without its sign; `digits` are its shortest ones.
fn float(number: f64, digits: String, flags: Flags, verb: char) -> Option<String> {
    let size = number.abs();
    Some(match (verb, flags.precision) {
        ('f' | 'F', precision) => format!("{size:.*}", precision.unwrap_or(6)),
        ('e' | 'E', precision) => {
            let shown = format!("{size:.*e}", precision.unwrap_or(6));
            let (mantissa, exponent) = shown.split_once('e')?;
            let shown = format!("{mantissa}{}", exponent_of(exponent.parse().ok()?));
            if verb == 'E' { shown.to_uppercase() } else { shown }
        }
        ('G', _) => float(number, digits, flags, 'g')?.to_uppercase(),
        // As if six digits were asked for.
        ('g' | 'v', None) => shortest(&digits, 6),
        ('g' | 'v', Some(precision)) => {
            let precision = precision.max(1);
            let shown = format!("{size:.*e}", precision - 1);
            let (mantissa, exponent) = shown.split_once('e')?;
            let mantissa = match mantissa.contains('.') {
                true => mantissa.trim_end_matches('0').trim_end_matches('.'),
                false => mantissa,
            };
            shortest(&format!("{mantissa}e{exponent}"), i32::try_from(precision).ok()?)
        }
        _ => return None,
    })
}

/// `%!d(string=text)`.
fn wrong(verb: char, value: &Value, host: &Host, out: &mut Made<'_>) -> Result<(), Problem> {
    out.push_shown(format_args!("%!{verb}("))?;
    if !matches!(value, Value::Nil) {
        out.push(value.kind())?;
        out.push("=")?;
    }
    show::plain(value, &host.maps, out)?;
    out.push(")")
}

fn padded(shown: &str, flags: Flags, number: bool, out: &mut Made<'_>) -> Result<(), Problem> {
    let missing = flags.width.saturating_sub(shown.chars().count());
    if flags.minus {
        out.push(shown)?;
        return out.fill(' ', missing);
    }
    if flags.zero && number {
        let (sign, digits) = shown.split_at(shown.len() - shown.trim_start_matches(['-', '+', ' ']).len());
        out.push(sign)?;
        out.fill('0', missing)?;
        return out.push(digits);
    }
    out.fill(if flags.zero { '0' } else { ' ' }, missing)?;
    out.push(shown)
}
