use std::path::Path;

/// What the source of a check is written in, by what lies in its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// A crate. Also where nothing says anything: the message then names what is missing.
    Rust,
    /// No source: a component that some toolchain built already.
    Component,
}

impl Language {
    pub(crate) fn of(source: &Path) -> Self {
        if source.is_file() { Language::Component } else { Language::Rust }
    }
}
