//! What an expression is for a finding.

use std::borrow::Cow;

use memchr::memmem;

use crate::Finding;
use crate::tree::{Expression, Fact, Function, Operator};
use crate::value::{Unfit, Value};

/// A filter that is asked about a finding.
pub(crate) struct Run<'a> {
    finding: &'a Finding<'a>,
    variables: Vec<Value<'a>>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(finding: &'a Finding<'a>) -> Self {
        Self { finding, variables: Vec::new() }
    }

    pub(crate) fn value(&mut self, expression: &'a Expression) -> Result<Value<'a>, Unfit> {
        Ok(match expression {
            Expression::Nil => Value::Nil,
            Expression::Bool(truth) => Value::Bool(*truth),
            Expression::Number(number) => Value::Number(*number),
            Expression::Text(text) => Value::Text(Cow::Borrowed(text)),
            Expression::List(items) => Value::List(self.values(items)?),
            Expression::Fact(fact) => Value::Text(Cow::Borrowed(self.fact(*fact))),
            Expression::Variable(at) => self.variables[*at].clone(),
            Expression::Let(value, then) => {
                let value = self.value(value)?;
                self.variables.push(value);
                let value = self.value(then);
                self.variables.pop();
                return value;
            }
            Expression::Not(of) => Value::Bool(!self.value(of)?.bool()?),
            Expression::Minus(of) => Value::Number(-self.value(of)?.number()?),
            Expression::And(one, other) => {
                Value::Bool(self.value(one)?.bool()? && self.value(other)?.bool()?)
            }
            Expression::Or(one, other) => Value::Bool(self.value(one)?.bool()? || self.value(other)?.bool()?),
            Expression::Else(one, other) => match self.value(one)? {
                Value::Nil => self.value(other)?,
                value => value,
            },
            Expression::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                let truth = self.value(condition)?.bool()?;
                self.value(if truth { then } else { otherwise })?
            }
            Expression::Two(operator, one, other) => {
                let (one, other) = (self.value(one)?, self.value(other)?);
                two(*operator, one, other)?
            }
            Expression::Matches(of, regexes) => {
                let text = self.value(of)?.text()?;
                Value::Bool(regexes.iter().any(|regex| regex.is_match(&text)))
            }
            Expression::Find(of, regex) => {
                let text = self.value(of)?.text()?;
                let found = regex.find(&text).map(|found| found.as_bytes().to_vec());
                Value::Text(Cow::Owned(found.unwrap_or_default()))
            }
            Expression::Call(function, arguments) => call(*function, self.values(arguments)?)?,
            Expression::At(of, index) => {
                let (items, index) = (self.value(of)?.list()?, self.value(index)?.number()?);
                let index = whole(index)?;
                let index =
                    if index < 0 { index.checked_add_unsigned(items.len()).ok_or(Unfit)? } else { index };
                usize::try_from(index).ok().and_then(|index| items.get(index).cloned()).ok_or(Unfit)?
            }
            Expression::Slice(of, from, to) => {
                let of = self.value(of)?;
                let mut end = |expression: &'a Option<Box<Expression>>| match expression {
                    Some(expression) => whole(self.value(expression)?.number()?).map(Some),
                    None => Ok(None),
                };
                let (from, to) = (end(from)?, end(to)?);
                slice(of, from, to)?
            }
        })
    }

    fn values(&mut self, expressions: &'a [Expression]) -> Result<Vec<Value<'a>>, Unfit> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    fn fact(&self, fact: Fact) -> &'a [u8] {
        match fact {
            Fact::Secret => self.finding.secret,
            Fact::Match => self.finding.matched,
            Fact::Line => self.finding.line,
            Fact::Rule => self.finding.rule.as_bytes(),
            Fact::Path => self.finding.path,
        }
    }
}

fn two<'a>(operator: Operator, one: Value<'a>, other: Value<'a>) -> Result<Value<'a>, Unfit> {
    use Operator as O;
    Ok(Value::Bool(match operator {
        O::Equal => one.equals(&other),
        O::NotEqual => !one.equals(&other),
        O::In => other.list()?.iter().any(|item| item.equals(&one)),
        O::Contains => memmem::find(&one.text()?, &other.text()?).is_some(),
        O::StartsWith => one.text()?.starts_with(&other.text()?),
        O::EndsWith => one.text()?.ends_with(&other.text()?),
        O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual => {
            let order = match (one, other) {
                (Value::Text(one), Value::Text(other)) => Some(one.cmp(&other)),
                (one, other) => one.number()?.partial_cmp(&other.number()?),
            };
            order.is_some_and(|order| match operator {
                O::Less => order.is_lt(),
                O::LessOrEqual => order.is_le(),
                O::Greater => order.is_gt(),
                _ => order.is_ge(),
            })
        }
        O::Add => {
            return Ok(match (one, other) {
                (Value::Text(one), Value::Text(other)) => Value::Text(Cow::Owned([one, other].concat())),
                (one, other) => Value::Number(one.number()? + other.number()?),
            });
        }
        O::Subtract => return Ok(Value::Number(one.number()? - other.number()?)),
        O::Multiply => return Ok(Value::Number(one.number()? * other.number()?)),
        O::Divide => return Ok(Value::Number(one.number()? / other.number()?)),
        O::Remainder => {
            let (one, by) = (whole(one.number()?)?, whole(other.number()?)?);
            #[allow(clippy::cast_precision_loss)] // they came from such numbers
            return Ok(Value::Number(one.checked_rem(by).ok_or(Unfit)? as f64));
        }
    }))
}

fn call<'a>(function: Function, arguments: Vec<Value<'a>>) -> Result<Value<'a>, Unfit> {
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().ok_or(Unfit);
    Ok(match function {
        Function::Entropy => Value::Number(entropy(&next()?.text()?)),
        Function::ContainsAny => {
            let (text, words) = (next()?.text()?.to_ascii_lowercase(), next()?.list()?);
            let mut found = false;
            for word in words {
                found |= memmem::find(&text, &word.text()?.to_ascii_lowercase()).is_some();
            }
            Value::Bool(found)
        }
        Function::Len => Value::Number(match next()? {
            // Characters, as far as the bytes are any.
            Value::Text(text) => length(String::from_utf8_lossy(&text).chars().count()),
            Value::List(items) => length(items.len()),
            _ => return Err(Unfit),
        }),
        Function::Min | Function::Max => {
            let first = next()?;
            let items = match first {
                Value::List(items) => items,
                first => std::iter::once(first).chain(arguments).collect(),
            };
            let numbers = items.into_iter().map(Value::number).collect::<Result<Vec<_>, _>>()?;
            let pick = if function == Function::Min { f64::min } else { f64::max };
            Value::Number(numbers.into_iter().reduce(pick).ok_or(Unfit)?)
        }
        Function::Lower => Value::Text(Cow::Owned(next()?.text()?.to_ascii_lowercase())),
        Function::Upper => Value::Text(Cow::Owned(next()?.text()?.to_ascii_uppercase())),
        Function::Trim => Value::Text(Cow::Owned(next()?.text()?.trim_ascii().to_vec())),
        Function::HasPrefix => Value::Bool(next()?.text()?.starts_with(&next()?.text()?)),
        Function::HasSuffix => Value::Bool(next()?.text()?.ends_with(&next()?.text()?)),
    })
}

#[allow(clippy::cast_precision_loss)] // no text is that long
fn length(count: usize) -> f64 {
    count as f64
}

#[allow(clippy::cast_possible_truncation)] // what is no whole number was refused
fn whole(number: f64) -> Result<isize, Unfit> {
    if number.fract() == 0.0 && number.abs() < 1e15 { Ok(number as isize) } else { Err(Unfit) }
}

/// Shannon's entropy in bits per byte.
fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    text.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let all = length(text.len());
    let share = |count: &u32| f64::from(*count) / all;
    -counts.iter().filter(|count| **count > 0).map(share).map(|share| share * share.log2()).sum::<f64>()
}

/// A part of a text, in bytes, or of a list. Negative places count from the end, and what is beyond it is none.
fn slice<'a>(of: Value<'a>, from: Option<isize>, to: Option<isize>) -> Result<Value<'a>, Unfit> {
    let length = match &of {
        Value::Text(text) => text.len(),
        Value::List(items) => items.len(),
        _ => return Err(Unfit),
    };
    let place = |at: isize| match usize::try_from(at) {
        Ok(at) => at.min(length),
        Err(_) => length.saturating_sub(at.unsigned_abs()),
    };
    let to = to.map_or(length, place);
    let from = from.map_or(0, place).min(to);
    Ok(match of {
        Value::Text(text) => Value::Text(Cow::Owned(text[from..to].to_vec())),
        Value::List(mut items) => Value::List(items.drain(from..to).collect()),
        _ => return Err(Unfit),
    })
}
