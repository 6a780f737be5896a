//! What is kept of a finding until its path is known.

use std::fmt;

use keysieve_filter::{Filter, Finding};
use zeroize::Zeroizing;

use crate::Found;

/// What a filter asks of a finding besides its path. It holds the secret, and says nothing of it.
#[derive(Clone)]
pub(crate) struct Kept {
    rule: String,
    secret: Zeroizing<Vec<u8>>,
    matched: Zeroizing<Vec<u8>>,
    line: Zeroizing<Vec<u8>>,
}

impl Kept {
    pub(crate) fn of(found: &Found<'_>) -> Self {
        let kept = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        Self {
            rule: found.rule.to_owned(),
            secret: kept(found.secret),
            matched: kept(found.matched),
            line: kept(found.line),
        }
    }

    /// A finding as filters see it.
    pub(crate) fn finding<'a>(found: &Found<'a>, path: &'a [u8]) -> Finding<'a> {
        Finding { rule: found.rule, secret: found.secret, matched: found.matched, line: found.line, path }
    }

    pub(crate) fn drops(&self, filter: &Filter, path: &[u8]) -> bool {
        let Self { rule, secret, matched, line } = self;
        filter.drops(&Finding { rule, secret, matched, line, path })
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("rule", &self.rule).finish_non_exhaustive()
    }
}
