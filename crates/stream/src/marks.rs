//! Words in a block of lines that say that it must be looked at line by line.

use std::sync::OnceLock;

use aho_corasick::packed::Searcher;

/// Which of them stand in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Perhaps records that are a part of a line.
    pub(crate) records: bool,
    /// Perhaps the begin of a private key.
    pub(crate) key: bool,
    /// Perhaps Kubernetes audit events with a Secret in them.
    pub(crate) audit: bool,
    /// Perhaps something in the midst of a secret that is not seen where it is shown.
    pub(crate) unseen: bool,
}

const WORDS: [&str; 7] =
    ["stdout P", "stderr P", "{\"log\":", "PRIVATE KEY", "Private-Lines: ", "audit.k8s.io/", ":\\/\\/"];

/// Looks for them. One pass of vector instructions, because it is made over every byte of a stream.
pub(crate) fn marks(block: &[u8]) -> Marks {
    static WORDS_OF_ALL: OnceLock<Option<Searcher>> = OnceLock::new();
    let searcher = WORDS_OF_ALL.get_or_init(|| Searcher::new(WORDS));
    let mut marks = Marks { unseen: memchr::memchr(0x1B, block).is_some(), ..Marks::default() };
    let Some(searcher) = searcher else {
        return Marks { records: true, key: true, audit: true, unseen: true };
    };
    for found in searcher.find_iter(block) {
        match found.pattern().as_usize() {
            0..=2 => marks.records = true,
            3 | 4 => marks.key = true,
            5 => marks.audit = true,
            _ => marks.unseen = true,
        }
        if marks.records && marks.key && marks.audit && marks.unseen {
            break;
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found() {
        assert_eq!(marks(b"nothing of note\n"), Marks::default());
        assert!(marks(b"x stdout P y").records && marks(b"\n{\"log\":\"a").records);
        assert!(marks(b"a \x1b]0;b").unseen && marks(br"http:\/\/a").unseen);
        assert!(marks(b"BEGIN PRIVATE KEY").key && marks(b"audit.k8s.io/v1").audit);
    }
}
