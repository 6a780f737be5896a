//! Templates of Go's `text/template`, as reports of other tools are written with them.
//!
//! Actions, pipelines, variables, comments and trim markers are those of <https://pkg.go.dev/text/template>; functions
//! are the ones that are built in there and the ones about text, lists, numbers and JSON of
//! <https://masterminds.github.io/sprig/>. Nothing of a template reaches outside: no environment, no file, no network,
//! no random number. A function that is not known is an [`Error`] before anything is rendered, which names the template,
//! the line and the function. What a template may make of its data is [limited](Limits).
//!
//! ```
//! use keysieve_template::{Limits, Record, Template, Value};
//!
//! let template = Template::parse("report.tmpl", "{{ range . }}{{ .File | upper }}:{{ .Line }}\n{{ end }}")?;
//! let finding = Record::new("Finding", vec![("File", Value::text("a.env")), ("Line", Value::Int(3))]);
//! let findings = Value::list(vec![Value::record(finding)])?;
//! assert_eq!(template.render(findings, 0, Limits::default())?, "A.ENV:3\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Expressions of `regexMatch` and its kin see bytes, and fold the case of ASCII only. Times are in UTC.

mod budget;
mod calendar;
mod error;
mod functions;
mod json;
mod lexer;
mod number;
mod parser;
mod pieces;
mod pipeline;
mod printf;
mod quote;
mod run;
mod show;
mod template;
mod tree;
mod value;

pub use budget::Limits;
pub use error::Error;
pub use template::Template;
pub use value::{Nested, Record, Value};
