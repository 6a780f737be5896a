//! Containers that cannot be read in order, and so have to be in memory as a whole.

use std::io::Read;
use std::ops::ControlFlow;

use crate::{Budget, Input, Inside, Trouble};

/// Opens a container that is taken into memory. One that is too large for that is looked at as it is, and named.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    what: &str,
    budget: &Budget,
    inside: &mut dyn Inside,
    look: impl FnOnce(&[u8], &mut dyn Inside) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let most = budget.room();
    let taken = input.take_bytes(most).and_then(|bytes| {
        let whole = bytes.len() < most || input.peek(1)?.is_empty();
        Ok((bytes, whole))
    });
    match taken {
        Ok((bytes, true)) => {
            let _holding = budget.hold(bytes.len());
            look(&bytes, inside)
        }
        Ok((bytes, false)) => {
            let why = format!(
                "{what} of more than {most} bytes, which has to be held in memory; it was looked at as it is"
            );
            inside.skipped(None, Trouble::limit(why).0);
            inside.loose(0, &mut bytes.chain(input))
        }
        Err(error) => Trouble::or_flow(Err(error), inside),
    }
}
