//! What templates work on.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::error::Problem;

/// How deep lists may be in one another.
const MAX_NESTED: u8 = 32;

/// A value, of one of the kinds that Go tells apart.
#[derive(Clone, Debug)]
pub enum Value {
    /// `nil`.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `float64`.
    Float(f64),
    /// `float32`, which is shown with fewer digits.
    Single(f32),
    /// `string`.
    Text(Rc<str>),
    /// A list; [`Value::list`] makes one.
    List(Rc<List>),
    /// A `map`, which the renderer holds: a template can change it.
    Map(MapId),
    /// A `struct`.
    Record(Rc<Record>),
    /// `time.Time`: seconds since the beginning of 1970, in UTC.
    Time(i64),
}

/// A list.
#[derive(Clone, Debug)]
pub struct List {
    pub(crate) items: Vec<Value>,
    /// How many lists are in one another here, this one included.
    depth: u8,
}

/// Which map it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapId(usize);

/// Lists are too deep in one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("lists are more than {MAX_NESTED} deep in one another")]
pub struct Nested;

/// A value with named fields.
#[derive(Clone, Debug)]
pub struct Record {
    /// What it is called in errors: `report.Finding`.
    pub(crate) kind: &'static str,
    pub(crate) fields: Vec<(&'static str, Value)>,
    /// Fields that its JSON leaves out if they are empty.
    pub(crate) optional: &'static [&'static str],
    /// Fields that its JSON never has.
    pub(crate) hidden: &'static [&'static str],
}

impl Record {
    /// A record, its fields in order.
    #[must_use]
    pub const fn new(kind: &'static str, fields: Vec<(&'static str, Value)>) -> Self {
        Self { kind, fields, optional: &[], hidden: &[] }
    }

    /// Fields that its JSON leaves out if they are empty, as Go's `omitempty` does.
    #[must_use]
    pub const fn optional(mut self, names: &'static [&'static str]) -> Self {
        self.optional = names;
        self
    }

    /// Fields that templates see and its JSON does not have, as with Go's `json:"-"`.
    #[must_use]
    pub const fn hidden(mut self, names: &'static [&'static str]) -> Self {
        self.hidden = names;
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A record.
    #[must_use]
    pub fn record(record: Record) -> Self {
        Self::Record(Rc::new(record))
    }

    /// A list.
    ///
    /// # Errors
    /// [`Nested`], if lists are more than 32 deep in one another: whatever goes through one goes as deep itself.
    pub fn list(items: Vec<Self>) -> Result<Self, Nested> {
        let deepest = |item: &Self| match item {
            Self::List(list) => list.depth,
            _ => 0,
        };
        let depth = items.iter().map(deepest).max().unwrap_or_default() + 1;
        if depth > MAX_NESTED {
            return Err(Nested);
        }
        Ok(Self::List(Rc::new(List { items, depth })))
    }

    /// A list that a function makes.
    pub(crate) fn listed(items: Vec<Self>) -> Result<Self, Problem> {
        Self::list(items).map_err(|nested| nested.to_string())
    }

    /// A list of texts.
    pub(crate) fn texts<T: Into<Rc<str>>>(texts: impl IntoIterator<Item = T>) -> Self {
        let items = texts.into_iter().map(|text| Self::Text(text.into())).collect();
        Self::List(Rc::new(List { items, depth: 1 }))
    }

    /// What Go calls its type.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Single(_) => "float32",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Record(record) => record.kind,
            Self::Time(_) => "time.Time",
        }
    }
}

/// The maps of a template that is being rendered. Nothing else holds them, so that one that holds itself does no harm.
#[derive(Debug, Default)]
pub(crate) struct Maps(Vec<BTreeMap<Rc<str>, Value>>);

impl Maps {
    pub(crate) fn add(&mut self, map: BTreeMap<Rc<str>, Value>) -> Value {
        self.0.push(map);
        Value::Map(MapId(self.0.len() - 1))
    }

    pub(crate) fn get(&self, id: MapId) -> &BTreeMap<Rc<str>, Value> {
        &self.0[id.0]
    }

    pub(crate) fn get_mut(&mut self, id: MapId) -> &mut BTreeMap<Rc<str>, Value> {
        &mut self.0[id.0]
    }

    /// Whether an `if` takes it for true: Go's `IsTrue`.
    pub(crate) fn is_true(&self, value: &Value) -> bool {
        match value {
            Value::Nil => false,
            Value::Bool(truth) => *truth,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Single(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(list) => !list.items.is_empty(),
            Value::Map(id) => !self.get(*id).is_empty(),
            Value::Record(_) | Value::Time(_) => true,
        }
    }
}
