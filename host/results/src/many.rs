//! Many rows in one statement.

use std::sync::OnceLock;

/// As many rows go into one statement; what is left, into smaller ones.
const AT_ONCE: [usize; 4] = [32, 8, 2, 1];

/// How rows are inserted: so many at a time, by statements whose text is the same each time, so that engines prepare each once.
pub(crate) struct Rows {
    insert: &'static str,
    /// Columns, the first ones, that have one value in all rows.
    shared: usize,
    /// The other columns.
    own: usize,
    statements: OnceLock<[String; AT_ONCE.len()]>,
}

impl Rows {
    /// `insert` names the table and its columns; `shared` of them, the first ones, have the same value in all rows and are bound once.
    pub(crate) const fn new(insert: &'static str, shared: usize, own: usize) -> Self {
        Rows { insert, shared, own, statements: OnceLock::new() }
    }

    /// Takes the next rows, and the statement that inserts them: bind what is shared, then row by row the rest.
    pub(crate) fn take<'r, T>(&self, rows: &mut &'r [T]) -> Option<(&'r [T], &str)> {
        let size = AT_ONCE.iter().position(|size| *size <= rows.len())?;
        let (now, later) = rows.split_at(AT_ONCE[size]);
        *rows = later;
        let statements = self.statements.get_or_init(|| AT_ONCE.map(|rows| self.statement(rows)));
        Some((now, &statements[size]))
    }

    fn statement(&self, rows: usize) -> String {
        let row = |row: usize| {
            let first = self.shared + row * self.own;
            let columns = (1..=self.shared).chain(first + 1..=first + self.own);
            let columns: Vec<String> = columns.map(|column| format!("${column}")).collect();
            format!("({})", columns.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("{} VALUES {}", self.insert, rows.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_taken_once() {
        let rows = Rows::new("INSERT INTO t (a, b, c)", 1, 2);
        let all: Vec<usize> = (0..77).collect();
        let (mut left, mut taken, mut sizes) = (all.as_slice(), Vec::new(), Vec::new());
        while let Some((now, statement)) = rows.take(&mut left) {
            assert_eq!(statement.matches('(').count(), now.len() + 1);
            taken.extend_from_slice(now);
            sizes.push(now.len());
        }
        assert_eq!(taken, all);
        assert_eq!(sizes, [32, 32, 8, 2, 2, 1]);
        assert_eq!(rows.statement(2), "INSERT INTO t (a, b, c) VALUES ($1, $2, $3), ($1, $4, $5)");
    }
}
