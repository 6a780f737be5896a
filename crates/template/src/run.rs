//! Renders a template.

use std::collections::HashMap;
use std::rc::Rc;

use crate::budget::{Budget, Limits};
use crate::calendar;
use crate::error::At;
use crate::functions::{Call, Function, Host};
use crate::show;
use crate::tree::{Branch, Command, Node, Operand, Pipe};
use crate::value::{Maps, Value};

/// A template that is being rendered.
pub(crate) struct Run<'t> {
    defined: &'t HashMap<Rc<str>, Vec<Node>>,
    host: Host,
    out: String,
    variables: Vec<(Rc<str>, Value)>,
    depth: u32,
}

/// What comes next in a loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

impl<'t> Run<'t> {
    pub(crate) fn new(defined: &'t HashMap<Rc<str>, Vec<Node>>, now: i64, limits: Limits) -> Self {
        let host = Host { maps: Maps::default(), budget: Budget::new(limits), now };
        Self { defined, host, out: String::new(), variables: Vec::new(), depth: 0 }
    }

    pub(crate) fn all(mut self, data: Value, main: &[Node]) -> Result<String, At> {
        self.variables.push(("".into(), data.clone()));
        self.nodes(&data, main)?;
        Ok(self.out)
    }

    fn nodes(&mut self, dot: &Value, nodes: &[Node]) -> Result<Flow, At> {
        self.depth += 1;
        let known = self.variables.len();
        let mut flow = Flow::Next;
        for node in nodes {
            flow = self.node(dot, node)?;
            if flow != Flow::Next {
                break;
            }
        }
        self.variables.truncate(known);
        self.depth -= 1;
        Ok(flow)
    }

    fn node(&mut self, dot: &Value, node: &Node) -> Result<Flow, At> {
        match node {
            Node::Text(text, line) => self.write(text).map_err(|what| At::new(*line, what))?,
            Node::Action(pipe) => {
                let value = self.pipe(dot, pipe)?;
                if pipe.variables.is_empty() {
                    let text = show::output(&value, &self.host).map_err(|what| At::new(pipe.line, what))?;
                    // It is paid for.
                    self.out.push_str(&text);
                }
            }
            Node::If(branch) | Node::With(branch) => {
                let known = self.variables.len();
                let value = self.pipe(dot, &branch.pipe)?;
                let truth = self.host.maps.is_true(&value);
                let inner = if matches!(node, Node::With(_)) && truth { &value } else { dot };
                let flow =
                    self.deeper(inner, if truth { &branch.then } else { &branch.otherwise }, branch)?;
                self.variables.truncate(known);
                return Ok(flow);
            }
            Node::Range(branch) => {
                let known = self.variables.len();
                let flow = self.range(dot, branch)?;
                self.variables.truncate(known);
                return Ok(flow);
            }
            Node::Call { name, with, line } => self.call_template(dot, name, with.as_ref(), *line)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn deeper(&mut self, dot: &Value, nodes: &[Node], branch: &Branch) -> Result<Flow, At> {
        self.host.budget.depth(self.depth).map_err(|what| At::new(branch.pipe.line, what))?;
        self.nodes(dot, nodes)
    }

    fn write(&mut self, text: &str) -> Result<(), String> {
        self.host.budget.bytes(text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    fn range(&mut self, dot: &Value, branch: &Branch) -> Result<Flow, At> {
        let line = branch.pipe.line;
        let known = self.variables.len();
        let over = self.pipe(dot, &branch.pipe)?;
        // The variables are those of each element.
        self.variables.truncate(known);
        let count = match &over {
            Value::List(list) => list.items.len(),
            Value::Int(number) => usize::try_from(*number).unwrap_or_default(),
            Value::Map(id) => self.host.maps.get(*id).len(),
            other => return Err(At::new(line, format!("range cannot iterate over {}", other.kind()))),
        };
        if count == 0 {
            return self.deeper(dot, &branch.otherwise, branch);
        }
        // Of a map, what it holds now.
        let entries: Vec<(Value, Value)> = match &over {
            Value::Map(id) => {
                let map = self.host.maps.get(*id);
                map.iter().map(|(key, value)| (Value::Text(key.clone()), value.clone())).collect()
            }
            _ => Vec::new(),
        };
        for at in 0..count {
            self.host.budget.steps(1).map_err(|what| At::new(line, what))?;
            let (key, element) = element(&over, &entries, at);
            match branch.pipe.variables.as_slice() {
                [] => {}
                names if branch.pipe.assigns => {
                    if let [name, _] = names {
                        self.assign(name, &key);
                    }
                    self.assign(&names[names.len() - 1], &element);
                }
                [name] => self.variables.push((name.clone(), element.clone())),
                [first, second, ..] => {
                    self.variables.push((first.clone(), key));
                    self.variables.push((second.clone(), element.clone()));
                }
            }
            let flow = self.deeper(&element, &branch.then, branch)?;
            self.variables.truncate(known);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }

    fn call_template(&mut self, dot: &Value, name: &str, with: Option<&Pipe>, line: u32) -> Result<(), At> {
        let defined = self.defined;
        let Some(nodes) = defined.get(name) else {
            return Err(At::new(line, format!("no template \"{name}\"")));
        };
        let data = match with {
            Some(pipe) => self.pipe(dot, pipe)?,
            None => Value::Nil,
        };
        self.host.budget.depth(self.depth).map_err(|what| At::new(line, what))?;
        let variables = std::mem::replace(&mut self.variables, vec![("".into(), data.clone())]);
        self.nodes(&data, nodes)?;
        self.variables = variables;
        Ok(())
    }

    fn assign(&mut self, name: &str, value: &Value) {
        if let Some((_, held)) = self.variables.iter_mut().rev().find(|(known, _)| **known == *name) {
            *held = value.clone();
        }
    }

    fn pipe(&mut self, dot: &Value, pipe: &Pipe) -> Result<Value, At> {
        self.depth += 1;
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value)?);
        }
        self.depth -= 1;
        let value = value.unwrap_or(Value::Nil);
        // In a range they are set for each element.
        if let [name] = pipe.variables.as_slice() {
            match pipe.assigns {
                true => self.assign(name, &value),
                false => self.variables.push((name.clone(), value.clone())),
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Value, command: &Command, last: Option<Value>) -> Result<Value, At> {
        let at = |what: String| At::new(command.line, what);
        self.host.budget.steps(command.operands.len()).map_err(at)?;
        self.host.budget.depth(self.depth).map_err(at)?;
        let (first, rest) = (&command.operands[0], &command.operands[1..]);
        match first {
            Operand::Function(function) => self.call(dot, function, rest, last, command.line),
            Operand::Fields(of, fields) => {
                let (name, before) = fields.split_last().expect("there is one, because the parser saw it");
                let mut of = self.operand(dot, of, command.line)?;
                for name in before {
                    of = self.field(&of, name).map_err(at)?;
                }
                if let Value::Time(seconds) = of {
                    let mut arguments = self.operands(dot, rest, command.line)?;
                    arguments.extend(last);
                    return calendar::method(seconds, name, &arguments).map_err(at);
                }
                if !rest.is_empty() || last.is_some() {
                    return Err(at(format!("{name} is not a method but has arguments")));
                }
                self.field(&of, name).map_err(at)
            }
            Operand::Value(Value::Nil) => Err(at("nil is not a command".to_owned())),
            _ if !rest.is_empty() || last.is_some() => {
                Err(at("what is given arguments is no function".to_owned()))
            }
            _ => self.operand(dot, first, command.line),
        }
    }

    fn call(
        &mut self,
        dot: &Value,
        function: &Function,
        rest: &[Operand],
        last: Option<Value>,
        line: u32,
    ) -> Result<Value, At> {
        let count = rest.len() + usize::from(last.is_some());
        let at = |what: String| At::new(line, format!("{}: {what}", function.name));
        function.takes(count).map_err(at)?;
        let call = match function.call {
            Call::All(call) => call,
            // These two look at no more than they need.
            Call::While(truth) => {
                let mut value = Value::Nil;
                for operand in rest {
                    value = self.operand(dot, operand, line)?;
                    if self.host.maps.is_true(&value) != truth {
                        return Ok(value);
                    }
                }
                return Ok(last.unwrap_or(value));
            }
        };
        let mut arguments = self.operands(dot, rest, line)?;
        arguments.extend(last);
        call(&mut self.host, &arguments).map_err(at)
    }

    fn operands(&mut self, dot: &Value, operands: &[Operand], line: u32) -> Result<Vec<Value>, At> {
        operands.iter().map(|operand| self.operand(dot, operand, line)).collect()
    }

    fn operand(&mut self, dot: &Value, operand: &Operand, line: u32) -> Result<Value, At> {
        Ok(match operand {
            Operand::Value(value) => value.clone(),
            Operand::Dot => dot.clone(),
            Operand::Variable(name) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                known.map_or(Value::Nil, |(_, value)| value.clone())
            }
            Operand::Function(function) => self.call(dot, function, &[], None, line)?,
            Operand::Pipe(pipe) => self.pipe(dot, pipe)?,
            Operand::Fields(of, fields) => {
                let mut value = self.operand(dot, of, line)?;
                for name in fields {
                    value = match value {
                        Value::Time(seconds) => calendar::method(seconds, name, &[]),
                        value => self.field(&value, name),
                    }
                    .map_err(|what| At::new(line, what))?;
                }
                value
            }
        })
    }

    fn field(&self, of: &Value, name: &str) -> Result<Value, String> {
        match of {
            Value::Record(record) => {
                let known = record.get(name).cloned();
                known.ok_or_else(|| format!("cannot evaluate field {name} in type {}", record.kind))
            }
            Value::Map(id) => Ok(self.host.maps.get(*id).get(name).cloned().unwrap_or(Value::Nil)),
            other => Err(format!("cannot evaluate field {name} in type {}", other.kind())),
        }
    }
}

/// What a loop goes over, one by one: where it is, and what is there.
fn element(over: &Value, entries: &[(Value, Value)], at: usize) -> (Value, Value) {
    let number = Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
    match over {
        Value::List(list) => (number, list.items[at].clone()),
        Value::Map(_) => entries[at].clone(),
        _ => (number.clone(), number),
    }
}
