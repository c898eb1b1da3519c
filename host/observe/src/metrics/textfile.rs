//! The file for node_exporter's textfile collector.

use std::io::{self, Write as _};
use std::path::Path;

use super::Metrics;

impl Metrics {
    /// Writes all of it to a file, which is replaced at once: who reads it sees the old one or the new one. node_exporter reads
    /// files that end in `.prom`; the new one is written beside it under another name, first.
    ///
    /// # Errors
    /// If the file cannot be written; then the old one stays.
    pub fn write_textfile(&self, path: &Path) -> io::Result<()> {
        let name =
            path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it is no file"))?;
        let mut part = name.to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(part);
        let written = write(&part, &self.text()).and_then(|()| std::fs::rename(&part, path));
        if written.is_err() {
            // It is of no use any more; that it cannot be removed is not what went wrong.
            let _ = std::fs::remove_file(&part);
        }
        written
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
