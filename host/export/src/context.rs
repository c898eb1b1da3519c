//! What a report does not say itself.

use touchstone_scope::Manifest;

/// What a report does not say itself and some formats want to know. All of it is optional; what nobody says is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The manifest of the scope, for the places that ask for testcases. SARIF cannot do without it.
    pub manifest: Option<ManifestFile<'a>>,
    /// How people call the subject. Default: its name in the report.
    pub display_name: Option<&'a str>,
    /// Who operates the subject.
    pub operator: Option<&'a str>,
    /// What the subject is.
    pub description: Option<&'a str>,
    /// Where a health monitor of the subject is (URL).
    pub health_monitor: Option<&'a str>,
    /// The subject's name at the SCS compliance monitor. Default: its name in the report.
    pub monitor_subject: Option<&'a str>,
    /// Where the manifest of the scope is, for people (URL). Default: what the manifest says.
    pub scope_url: Option<&'a str>,
}

/// A manifest, and the file that it was read from.
#[derive(Clone, Copy, Debug)]
pub struct ManifestFile<'a> {
    /// The manifest.
    pub manifest: &'a Manifest,
    /// The file, as it was given: for GitHub, relative to the root of the repository.
    pub path: &'a str,
}

impl<'a> Context<'a> {
    /// Nothing but the manifest and its file.
    pub fn of_manifest(manifest: &'a Manifest, path: &'a str) -> Context<'a> {
        Context { manifest: Some(ManifestFile { manifest, path }), ..Context::default() }
    }

    /// Where the manifest of the scope is, for people.
    pub(crate) fn scope_url(&self) -> Option<&'a str> {
        self.scope_url.or_else(|| self.manifest.map(|file| file.manifest.url()))
    }
}
