//! Containers that cannot be read in order, and so have to be in memory as a whole.

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::{Budget, Input, Inside, Trouble};

/// Takes a container into memory. One that is too large for that is looked at as it is, and named: then nothing is left
/// to be done but what the flow says.
///
/// # Errors
/// What the reader says.
pub(crate) fn take<R: Read>(
    input: &mut Input<R>,
    what: &str,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> io::Result<Result<Vec<u8>, ControlFlow<()>>> {
    let most = budget.limits().held;
    let bytes = input.take_bytes(most)?;
    if bytes.len() < most || input.peek(1)?.is_empty() {
        return Ok(Ok(bytes));
    }
    let why = format!(
        "{what} of more than {most} bytes, which has to be held in memory; it was looked at as it is"
    );
    inside.skipped(None, Trouble::limit(why).0);
    Ok(Err(inside.loose(0, &mut bytes.chain(input))))
}
