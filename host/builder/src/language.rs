use std::path::Path;

/// What a check is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// A crate. Also where nothing says anything: the message then names what is missing.
    Rust,
    /// A folder with `pyproject.toml`.
    Python,
    /// A folder with `package.json`.
    JavaScript,
    /// No source: a component that some toolchain built already.
    Component,
}

impl Language {
    /// By what lies in the folder of its source; a file is a component.
    pub(crate) fn of(source: &Path) -> Self {
        let has = |name: &str| source.join(name).exists();
        match () {
            () if source.is_file() => Language::Component,
            () if has("Cargo.toml") => Language::Rust,
            () if has("pyproject.toml") => Language::Python,
            () if has("package.json") => Language::JavaScript,
            () => Language::Rust,
        }
    }
}
