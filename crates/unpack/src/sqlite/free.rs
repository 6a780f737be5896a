//! What belongs to no row: pages that are free, and the room between cells, where what was deleted stays.

use std::ops::{ControlFlow, Range};

use super::database::Database;
use crate::Inside;

/// How many bytes that are not zero make it worth a look.
const LEAST: usize = 8;

/// Hands over what no table has used.
pub(super) fn hand_over(database: &Database<'_>, inside: &mut dyn Inside) -> ControlFlow<()> {
    let bytes = database.bytes();
    let mut run: Range<usize> = 0..0;
    for index in 0..database.used.len() {
        let place = database.place(index);
        match &database.used[index] {
            None => run.end = place.end,
            Some(used) => {
                give(bytes, run, inside)?;
                run = place.end..place.end;
                let mut used = used.clone();
                used.sort_unstable_by_key(|range| range.start);
                let mut from = place.start;
                for range in used {
                    give(bytes, from..range.start.max(from), inside)?;
                    from = from.max(range.end);
                }
                give(bytes, from.min(place.end)..place.end, inside)?;
            }
        }
    }
    give(bytes, run, inside)
}

fn give(bytes: &[u8], range: Range<usize>, inside: &mut dyn Inside) -> ControlFlow<()> {
    let offset = range.start as u64;
    let free = &bytes[range];
    if free.iter().filter(|byte| **byte != 0).take(LEAST).count() < LEAST {
        return ControlFlow::Continue(());
    }
    inside.loose(offset, &mut &*free)
}
