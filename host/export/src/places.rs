//! Where the scope manifest asks for testcases.

use std::collections::BTreeMap;

use touchstone_report::Report;
use touchstone_scope::Span;

use crate::context::{Context, ManifestFile};
use crate::export::ExportError;

/// Where a manifest asks for testcases.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    file: ManifestFile<'a>,
    /// By version and testcase: the module, and the place.
    asked_for: BTreeMap<(&'a str, &'a str), (&'a str, Place)>,
}

/// A stretch of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
    /// The column after the last character.
    pub(crate) end_column: u32,
}

impl<'a> Places<'a> {
    /// None without a manifest.
    ///
    /// # Errors
    /// If the manifest is that of another scope.
    pub(crate) fn of(report: &Report, context: &Context<'a>) -> Result<Option<Places<'a>>, ExportError> {
        let Some(file) = context.manifest else { return Ok(None) };
        let found = file.manifest.uuid().to_string();
        if !found.eq_ignore_ascii_case(&report.scope.uuid) {
            let path = touchstone_report::printable(file.path);
            let wanted = touchstone_report::printable(&touchstone_report::cut(&report.scope.uuid, 60));
            return Err(ExportError::OtherScope { path, found, wanted });
        }
        let mut asked_for = BTreeMap::new();
        let judged = file.manifest.versions().iter().filter(|one| report.versions.contains_key(&one.name));
        for version in judged {
            let modules = version.includes.iter().filter_map(|include| file.manifest.module(&include.module));
            for module in modules {
                for required in module.targets.values().flatten() {
                    let place = place(required.span, &required.testcase);
                    let key = (version.name.as_str(), required.testcase.as_str());
                    asked_for.insert(key, (module.id.as_str(), place));
                }
            }
        }
        Ok(Some(Places { file, asked_for }))
    }

    /// The place that asks for a testcase in a version: the module's, else where the version has its name, else the beginning.
    pub(crate) fn of_testcase(&self, version: &str, testcase: &str) -> Place {
        if let Some((_, place)) = self.asked_for.get(&(version, testcase)) {
            return *place;
        }
        match self.file.manifest.version(version) {
            Some(version) => place(version.span, &version.name),
            None => Place { line: 1, column: 1, end_column: 2 },
        }
    }

    /// The identifier of the module that asks for a testcase in a version.
    pub(crate) fn module(&self, version: &str, testcase: &str) -> Option<&'a str> {
        self.asked_for.get(&(version, testcase)).map(|(module, _)| *module)
    }

    /// The file, as a reference to a URI (RFC 3986): what is relative stays relative.
    pub(crate) fn uri(&self) -> String {
        uri_of(self.file.path)
    }

    /// Whether the manifest is, to the byte, the one that the report was made with.
    pub(crate) fn is_that_of(&self, report: &Report) -> bool {
        self.file.manifest.digest().to_string() == report.scope.digest
    }
}

fn place(span: Span, text: &str) -> Place {
    let length = u32::try_from(text.chars().count().max(1)).unwrap_or(u32::MAX);
    Place {
        line: span.line.max(1),
        column: span.column.max(1),
        end_column: span.column.max(1).saturating_add(length),
    }
}

/// A file as a reference to a URI.
fn uri_of(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if uri.is_empty() { "scope.yaml".to_owned() } else { uri }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri_of("scopes/scs-compatible-iaas.yaml"), "scopes/scs-compatible-iaas.yaml");
        assert_eq!(uri_of("./a b/ü:?.yaml"), "a%20b/%C3%BC%3A%3F.yaml");
        assert_eq!(uri_of("/srv/scope.yaml"), "file:///srv/scope.yaml");
    }
}
