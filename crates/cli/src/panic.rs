//! What is said when keysieve itself is at fault.

use std::panic::{self, PanicHookInfo};

use crate::messages;

/// Replaces the standard hook, which prints the payload: that could hold bytes of what was scanned.
pub(crate) fn install_hook() {
    panic::set_hook(Box::new(|info| messages::error(&text(info))));
}

fn text(info: &PanicHookInfo<'_>) -> String {
    let place =
        info.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
    format!("internal error{place}; please report it with this line")
}
