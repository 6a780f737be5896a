//! A table as the statements that would fill it.

use std::io::{self, Read};

use crate::{Budget, Container};

use super::database::Database;
use super::record::{Value, values, write};
use super::schema::Table;

/// How much of the containers in a table is kept until it has been read.
const KEPT: usize = 16 << 20;

/// Reads the rows of a table, one a line unless there are lines in it.
pub(super) struct Rows<'d, 'a> {
    database: &'d mut Database<'a>,
    budget: &'d Budget,
    /// What each statement begins with.
    before: Vec<u8>,
    /// Pages that come next, the last one first.
    left: Vec<u32>,
    ready: Vec<u8>,
    at: usize,
    made: u64,
    /// Values that are containers themselves.
    containers: Vec<(Vec<u8>, Vec<u8>)>,
    kept: usize,
}

impl<'d, 'a> Rows<'d, 'a> {
    /// `made` bytes were made of the database before.
    pub(super) fn new(database: &'d mut Database<'a>, table: &Table, budget: &'d Budget, made: u64) -> Self {
        let columns = table.columns.as_deref().unwrap_or_default();
        // The schema stands there as it is.
        let (ready, left) =
            if table.root == 0 { (columns.to_vec(), Vec::new()) } else { (Vec::new(), vec![table.root]) };
        let before = match columns {
            [] => [b"INSERT INTO ", &table.name[..], b" VALUES ("].concat(),
            columns => [b"INSERT INTO ", &table.name[..], b" (", columns, b") VALUES ("].concat(),
        };
        Self { database, budget, before, left, ready, at: 0, made, containers: Vec::new(), kept: 0 }
    }

    pub(super) const fn made(&self) -> u64 {
        self.made
    }

    pub(super) fn containers(self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.containers
    }

    /// Reads one more page that has rows, if there is one.
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.at = 0;
        while let (true, Some(number)) = (self.ready.is_empty(), self.left.pop()) {
            let Some(page) = self.database.page(number) else { continue };
            self.left.extend(page.below.iter().rev());
            if page.rows {
                page.records.iter().for_each(|(row, record)| self.row(*row, record));
            }
        }
        let size = self.database.bytes().len() as u64;
        self.budget.made(size, self.made, self.ready.len() as u64)?;
        self.made += self.ready.len() as u64;
        Ok(())
    }

    fn row(&mut self, row: Option<i64>, record: &[u8]) {
        self.ready.extend_from_slice(&self.before);
        for (at, value) in values(record).into_iter().enumerate() {
            if at > 0 {
                self.ready.extend_from_slice(b", ");
            }
            match (value, row) {
                (Value::Blob(bytes), Some(row)) if self.keeps(bytes) => {
                    self.kept += bytes.len();
                    self.containers.push((format!("{row}/{at}").into_bytes(), bytes.to_vec()));
                    self.ready.extend_from_slice(b"X");
                }
                // The column that is the row's number has no value of its own.
                (Value::Null, Some(row)) if at == 0 => {
                    write(Value::Integer(row), self.database.encoding, &mut self.ready)
                }
                (value, _) => write(value, self.database.encoding, &mut self.ready),
            }
        }
        self.ready.extend_from_slice(b");\n");
    }

    /// Whether a value is opened as a container rather than looked at as it is.
    fn keeps(&self, bytes: &[u8]) -> bool {
        self.kept + bytes.len() <= KEPT
            && Container::of(bytes).is_some_and(|container| !container.may_be_none())
    }
}

impl Read for Rows<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() && !into.is_empty() {
            self.fill()?;
        }
        let count = into.len().min(self.ready.len() - self.at);
        into[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
