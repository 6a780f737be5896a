//! Secrets in names.

use std::ops::ControlFlow;

use keysieve_engine::{Engine, Scratch};
use keysieve_finding::{MaskKind, Span};

use crate::snippet::Hidden;

/// Replaces every secret in a text by its mask: for paths, arguments and messages, which can hold one too.
#[must_use]
pub fn mask_text(engine: &Engine, text: &str) -> String {
    mask(engine, &mut Scratch::new(engine), text.as_bytes())
}

/// As [`mask_text`], for raw bytes, which become lossy UTF-8.
pub(crate) fn mask(engine: &Engine, scratch: &mut Scratch, bytes: &[u8]) -> String {
    let hidden = hidden(engine, scratch, bytes);
    crate::snippet::masked(bytes, Span::new(0, bytes.len()), &hidden)
}

/// As [`mask_text`], for names, in which what cannot be shown is written out.
pub(crate) fn mask_name(engine: &Engine, scratch: &mut Scratch, name: &[u8]) -> String {
    let hidden = hidden(engine, scratch, name);
    crate::snippet::masked_name(name, &hidden)
}

/// Whether there is a secret in a text.
pub(crate) fn is_masked(engine: &Engine, scratch: &mut Scratch, bytes: &[u8]) -> bool {
    !hidden(engine, scratch, bytes).is_empty()
}

fn hidden(engine: &Engine, scratch: &mut Scratch, bytes: &[u8]) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    let _ = engine.scan(bytes, scratch, |found| {
        let kind = match found.decoded {
            Some(_) => MaskKind::Password,
            None => engine.rule(found.rule).info.kind.mask(),
        };
        hidden.push(Hidden { span: found.hidden(), kind });
        ControlFlow::Continue(())
    });
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_path_is_masked() {
        let engine = Engine::builtin();
        let path = format!("logs/https://ci:{}@host/x.txt", ["hunter", "2-of-", "7kQ"].concat());
        assert_eq!(mask_text(&engine, &path), "logs/https://ci:…@host/x.txt");
        assert_eq!(mask_text(&engine, "src/main.rs"), "src/main.rs");
    }
}
