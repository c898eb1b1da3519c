//! Files with waivers.

use touchstone_diagnostics::{Diagnostics, printable};
use touchstone_scope::{Manifest, WaiverRules, Waivers};

use super::Linter;
use touchstone_diagnostics::suggestion;

impl Linter<'_> {
    pub(super) fn waivers(&mut self) {
        let config = self.config;
        // Where one cannot be read, waivers for it would all seem to be for a scope that there is not.
        let all_there = self.manifests.len() == config.scopes.len();
        let manifests: Vec<Manifest> =
            if all_there { self.manifests.values().cloned().collect() } else { Vec::new() };
        for (index, path) in config.waivers.iter().enumerate() {
            let place = ["waivers", &index.to_string()];
            let Some(bytes) = self.file(&place, path) else { continue };
            let file = path.display().to_string();
            let Ok(text) = String::from_utf8(bytes) else {
                self.error(
                    &place,
                    format!("{file} is not text (UTF-8)"),
                    "is it the list of waivers?".to_owned(),
                );
                continue;
            };
            let rules = WaiverRules { manifests: &manifests, on: self.known.today };
            let accepted = match Waivers::lint(&file, &text, &rules) {
                Ok(accepted) => accepted,
                Err(diagnostics) => {
                    self.error(&place, diagnostics.to_string(), Some(first_of(&diagnostics)));
                    continue;
                }
            };
            if let Some(warnings) = accepted.warnings {
                self.warning(&place, warnings.to_string(), &first_of(&warnings));
            }
            let names: Vec<&str> = config.subjects.iter().map(|subject| subject.name.as_str()).collect();
            for waiver in accepted.waivers.iter().filter(|waiver| !names.contains(&waiver.subject.as_str())) {
                let message = format!(
                    "{file}:{}:{}: there is no subject `{}`, for which `{}` is waived",
                    waiver.span.line, waiver.span.column, waiver.subject, waiver.testcase
                );
                let help = suggestion(&waiver.subject, &names).unwrap_or_default();
                self.warning(&place, message, &help);
            }
        }
    }
}

/// The first of some problems, and where the others are told.
fn first_of(diagnostics: &Diagnostics) -> String {
    let first = diagnostics.plain().lines().next().unwrap_or_default().to_owned();
    format!("{first}\n`touchstone waiver lint {}` has them all", printable(diagnostics.file()))
}
