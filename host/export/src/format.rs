//! The formats that a report can be had in.

use std::fmt;
use std::str::FromStr;

/// A format that a report can be had in. Its word is what people write on the command line, and in `nightly.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Our own JSON, `touchstone.report/v1`: the only one in which nothing is left out.
    Json,
    /// JUnit XML, as Jenkins and GitLab read it.
    Junit,
    /// SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it.
    Sarif,
    /// OSCAL assessment results (NIST), as JSON.
    Oscal,
    /// Common Test Report Format, JSON.
    Ctrf,
    /// Markdown, for people.
    Markdown,
    /// One HTML page, for people.
    Html,
    /// The YAML report of the SCS compliance monitor.
    Scs,
}

impl Format {
    /// All of them.
    pub const ALL: &[Format] = &[
        Format::Json,
        Format::Junit,
        Format::Sarif,
        Format::Oscal,
        Format::Ctrf,
        Format::Markdown,
        Format::Html,
        Format::Scs,
    ];

    /// The word for it: `json`, `junit`, `sarif`, `oscal`, `ctrf`, `markdown`, `html`, `scs`.
    pub const fn word(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Oscal => "oscal",
            Format::Ctrf => "ctrf",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Scs => "scs",
        }
    }

    /// How names of files in this format end, without a leading dot. No two formats have the same.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Junit => "junit.xml",
            Format::Sarif => "sarif",
            Format::Oscal => "oscal.json",
            Format::Ctrf => "ctrf.json",
            Format::Markdown => "md",
            Format::Html => "html",
            Format::Scs => "scs.yaml",
        }
    }

    /// The media type. `application/sarif+json` is registered for SARIF; OSCAL, CTRF and our own JSON have none of their own.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Json | Format::Oscal | Format::Ctrf => "application/json",
            Format::Junit => "application/xml",
            Format::Sarif => "application/sarif+json",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Html => "text/html; charset=utf-8",
            Format::Scs => "application/yaml",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Format, UnknownFormat> {
        let same = |format: &&Format| format.word() == text;
        Format::ALL.iter().find(same).copied().ok_or_else(|| UnknownFormat { given: text.to_owned() })
    }
}

/// A word that is no format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat {
    given: String,
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
        let given = touchstone_report::printable(&touchstone_report::cut(&self.given, 60));
        write!(f, "`{given}` is not a format; known are {}", known.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(*format));
        }
        let message = "sarif2".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            message,
            "`sarif2` is not a format; known are json, junit, sarif, oscal, ctrf, markdown, html, scs"
        );
        assert!("JSON".parse::<Format>().is_err());
    }

    #[test]
    fn no_two_formats_write_the_same_file() {
        let extensions: std::collections::BTreeSet<&str> =
            Format::ALL.iter().map(|format| format.extension()).collect();
        assert_eq!(extensions.len(), Format::ALL.len());
    }
}
