//! Colours and links, where the terminal wants them.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};
use keysieve_finding::{Location, Origin, Severity};

use crate::{Context, path};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GUTTER: Style = AnsiColor::Blue.on_default().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const TROUBLE: Style = AnsiColor::Yellow.on_default().bold();

pub(super) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Magenta.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::Cyan.on_default().bold(),
    }
}

/// Paints or does not.
#[derive(Clone, Copy)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    pub(super) fn with<T: Display>(self, style: Style, value: T) -> Painted<T> {
        Painted { style: self.0.then_some(style), value }
    }
}

/// A value in a style.
pub(super) struct Painted<T> {
    style: Option<Style>,
    value: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            Some(style) => {
                write!(f, "{style}")?;
                self.value.fmt(f)?;
                write!(f, "{style:#}")
            }
            None => self.value.fmt(f),
        }
    }
}

/// A value that leads to a file when it is clicked at.
pub(super) struct Link<T> {
    target: Option<String>,
    value: T,
}

impl<T: Display> Link<T> {
    /// To the file that holds a location, or the file that holds its outermost container, if it is known where the
    /// files are. A path with something hidden in it leads nowhere.
    pub(super) fn to(location: &Location, context: &Context, value: T) -> Self {
        let target = context.root.as_deref().filter(|_| context.hyperlinks).and_then(|root| {
            let mut outermost = &location.origin;
            while let Origin::Entry { outer, .. } = outermost {
                outermost = outer;
            }
            let Origin::File { path: file } = outermost else { return None };
            path::is_whole(location).then(|| file_url(root, file))
        });
        Self { target, value }
    }
}

fn file_url(root: &str, file: &[u8]) -> String {
    if file.starts_with(b"/") {
        return format!("file://{}", path::uri(file));
    }
    let root = root.trim_end_matches('/');
    // `C:/work` is `/C:/work` in a URL.
    let slash = if root.starts_with('/') || root.is_empty() { "" } else { "/" };
    format!("file://{slash}{}/{}", path::uri(root.as_bytes()), path::uri(file))
}

impl<T: Display> Display for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(f, "\x1b]8;;{target}\x1b\\{}\x1b]8;;\x1b\\", self.value),
            None => self.value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_url_is_absolute_and_encoded() {
        assert_eq!(file_url("/work dir/", b"a b.txt"), "file:///work%20dir/a%20b.txt");
        assert_eq!(file_url("/", b"etc/x"), "file:///etc/x");
        assert_eq!(file_url("/work", b"/etc/x"), "file:///etc/x");
        assert_eq!(file_url("C:/work", b"x"), "file:///C%3A/work/x");
    }
}
