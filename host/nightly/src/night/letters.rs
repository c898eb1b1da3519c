//! What leaves the house because of a run: files, and letters.

use std::borrow::Cow;

use jiff::tz::Offset;
use touchstone_export::{Context, Format, ManifestFile, export};
use touchstone_report::Report;
use touchstone_results::{Kind, Letter};

use super::Shared;
use crate::config::Subject;

/// The outputs of a run: the end of the file's name, and the content. What is excused is shown in all of them; then the report
/// as it was recorded (`json`), which `touchstone verify` takes, is there as well.
///
/// # Errors
/// The report cannot be had in one of the formats; the others are there all the same.
pub(super) fn outputs(
    shared: &Shared,
    subject: &Subject,
    scope: &str,
    report: &Report,
    json: &str,
) -> Vec<Result<(String, Vec<u8>), String>> {
    let day = Offset::UTC.to_datetime(report.run.started_at).date();
    let annotated = match shared.waivers.is_empty() {
        true => Cow::Borrowed(report),
        false => Cow::Owned(report.with_waivers(&shared.waivers, day)),
    };
    let is_annotated = annotated.waivers != report.waivers;
    let context = context(shared, subject, scope);
    let mut outputs = Vec::new();
    if is_annotated {
        outputs.push(Ok(("recorded.json".to_owned(), json.into())));
    }
    let formats = shared.nightly.config.outputs.iter();
    outputs.extend(formats.map(|name| {
        let format: Format = name.parse().map_err(|error| format!("{error}"))?;
        let bytes = match format {
            Format::Json if !is_annotated => json.into(),
            _ => export(&annotated, format, &context).map_err(|error| format!("{name}: {error}"))?,
        };
        Ok((format.extension().to_owned(), bytes))
    }));
    outputs
}

/// What is to be sent because of a run: the report, to the compliance monitor. It is signed when it is sent.
pub(super) fn of_run(shared: &Shared, subject: &Subject, scope: &str, report: &Report) -> Vec<Letter> {
    let Some(upload) = shared.nightly.config.upload.as_ref().filter(|_| subject.upload) else {
        return Vec::new();
    };
    match export(report, Format::Scs, &context(shared, subject, scope)) {
        Ok(payload) => vec![Letter {
            kind: Kind::Monitor,
            destination: upload.url.to_string(),
            payload,
            dedup_key: format!("monitor {}", report.run.id),
        }],
        Err(error) => {
            tracing::warn!(%error, "the report is not for the compliance monitor");
            Vec::new()
        }
    }
}

fn context<'s>(shared: &'s Shared, subject: &'s Subject, scope: &str) -> Context<'s> {
    let scope = shared.scopes.named(scope);
    Context {
        manifest: Some(ManifestFile { manifest: &scope.manifest, path: &scope.file }),
        display_name: Some(&subject.display_name),
        operator: subject.operator.as_deref(),
        description: subject.description.as_deref(),
        health_monitor: subject.health.as_deref(),
        monitor_subject: Some(&subject.monitor_subject),
        ..Context::default()
    }
}
