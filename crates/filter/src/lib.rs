//! Expressions that say which findings do not count, as betterleaks has them in `filter` and `prefilter`: the part of
//! <https://expr-lang.org/docs/language-definition> that such filters are written in.
//!
//! | what | how |
//! |---|---|
//! | the finding | `finding["secret"]`, `finding.match`, `finding.line`, `finding.rule_id`; `attributes["path"]` |
//! | values | texts, numbers, `true`, `false`, `nil`, lists, slices `s[1:4]`, `let x = …;` |
//! | operators | `or` `and` `not`, `==` `!=` `<` `<=` `>` `>=`, `in` `contains` `startsWith` `endsWith` `matches`, `+ - * / %`, `??`, `?:` |
//! | functions | `entropy` `matchesAny` `containsAny` `findMatch` `len` `get` `min` `max` `lower` `upper` `trim` `hasPrefix` `hasSuffix` |
//!
//! Everything else is an [`Error`], which names it and its place. What cannot be done with the values that a finding has,
//! such as the length of nothing, makes a filter false: the finding counts.
//!
//! ```
//! use keysieve_filter::{Filter, Finding};
//!
//! let filter = Filter::parse(r#"entropy(finding["secret"]) < 3 || matchesAny(attributes["path"], ["_test\\.go$"])"#)?;
//! assert!(filter.asks_for_path());
//! let finding = Finding { rule: "acme-key", secret: b"aaaa", matched: b"key=aaaa", line: b"key=aaaa", path: b"a" };
//! assert!(filter.drops(&finding));
//! # Ok::<(), keysieve_filter::Error>(())
//! ```

mod filter;
mod lexer;
mod operand;
mod parser;
mod run;
mod tree;
mod value;

pub use filter::{Error, Filter, Finding};
