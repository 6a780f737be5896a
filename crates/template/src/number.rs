//! Numbers as Go writes and reads them.

use crate::value::Value;

/// A number whose shortest digits are `digits` (as `1.5e3`) in Go's `%g`: with an exponent below -4, and from `from` on.
pub(crate) fn shortest(digits: &str, from: i32) -> String {
    let Some((mantissa, exponent)) = digits.split_once('e') else {
        return match digits {
            "inf" => "+Inf".to_owned(),
            "-inf" => "-Inf".to_owned(),
            other => other.to_owned(),
        };
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if exponent < -4 || exponent >= from {
        return format!("{mantissa}{}", exponent_of(exponent));
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    // Both are small, because the exponent is.
    let places = usize::try_from(exponent.unsigned_abs()).unwrap_or_default();
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(places - 1));
    }
    if digits.len() <= places + 1 {
        return format!("{sign}{digits}{}", "0".repeat(places + 1 - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..=places], &digits[places + 1..])
}

/// An exponent, which has a sign and two digits at least.
pub(crate) fn exponent_of(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.unsigned_abs())
}

/// A whole number, as sprig's functions take whatever they are given for one.
#[allow(clippy::cast_possible_truncation)] // as Go converts
pub(crate) fn whole(value: &Value) -> i64 {
    match value {
        Value::Bool(truth) => i64::from(*truth),
        Value::Int(number) | Value::Time(number) => *number,
        Value::Float(number) => *number as i64,
        Value::Single(number) => *number as i64,
        Value::Text(text) => {
            let text = match text.split_once('.') {
                Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
                _ => text,
            };
            crate::lexer::integer(&text.replace('_', "")).unwrap_or_default()
        }
        _ => 0,
    }
}

/// A number with a fraction, in the same way.
#[allow(clippy::cast_precision_loss)] // as Go converts
pub(crate) fn float(value: &Value) -> f64 {
    match value {
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Int(number) | Value::Time(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Single(number) => f64::from(*number),
        Value::Text(text) => text.parse().unwrap_or_default(),
        _ => 0.0,
    }
}
