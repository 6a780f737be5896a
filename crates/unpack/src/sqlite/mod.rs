//! SQLite databases (<https://www.sqlite.org/fileformat2.html>).
//!
//! In a page, values stand side by side with nothing between them, and long ones go on in other pages. Each table is
//! read as the statements that would fill it, one a row; whatever belongs to no row, such as what was deleted, as it
//! is. Indexes repeat what tables say.

mod database;
mod free;
mod record;
mod schema;
mod table;

use std::io::Read;
use std::ops::ControlFlow;

use crate::{Budget, Input, Inside, Trouble, whole};
use database::Database;
use schema::Table;
use table::Rows;

/// How it begins.
pub(crate) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Hands over what is in a database.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    whole::open(input, "a database", budget, inside, |mut bytes, inside| match Database::of(bytes) {
        Some(database) => tables(database, budget, inside),
        None => {
            inside.skipped(None, Trouble::broken("the header of the database is damaged").0);
            inside.loose(0, &mut bytes)
        }
    })
}

fn tables(mut database: Database<'_>, budget: &Budget, inside: &mut dyn Inside) -> ControlFlow<()> {
    let schema = schema::read(&mut database);
    let mut made = 0;
    for item in &schema {
        match item {
            Table { columns: Some(_), .. } => {
                if let Err(trouble) = budget.entry() {
                    inside.skipped(None, trouble.0);
                    return ControlFlow::Continue(());
                }
                let mut rows = Rows::new(&mut database, item, budget, made);
                inside.entry(Some(&item.name), &mut rows)?;
                made = rows.made();
                for (name, value) in rows.containers() {
                    inside.entry(Some(&name), &mut value.as_slice())?;
                }
            }
            // What is in an index is in its table, too.
            index => database.pass_over(index.root),
        }
    }
    free::hand_over(&database, inside)
}
