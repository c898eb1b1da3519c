//! Traces by OTLP over HTTP, where the environment asks for them.

mod client;

use std::env;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use self::client::Client;

/// How long spans that wait may take to be sent when the program ends.
const GOODBYE: Duration = Duration::from_secs(5);

/// Sends spans, until it is dropped.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
    client: Client,
}

impl Traces {
    /// Why spans could not be sent, the first time that happened.
    pub(crate) fn problem(&self) -> Option<String> {
        self.client.problem()
    }

    /// Sends what waits. The second time, there is nothing to do.
    pub(crate) fn finish(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(GOODBYE)
            && !matches!(error, OTelSdkError::AlreadyShutdown)
        {
            self.client.keep(&format!("traces that waited at the end were not sent: {error}"));
        }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A layer, and what sends its spans.
type Started<S> = (OpenTelemetryLayer<S, SdkTracer>, Traces);

/// The layer that makes spans of ours to OpenTelemetry's, if the environment says where to send them. The error is for people.
pub(crate) fn start<S>(version: &'static str) -> Result<Option<Started<S>>, String>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    if !is_wanted(|name| env::var(name).ok()) {
        return Ok(None);
    }
    let failed = |why: String| format!("traces are not sent: {why}");
    let client = Client::start().map_err(failed)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client.clone())
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let mut resource = Resource::builder();
    if env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("touchstone");
    }
    let resource = resource.with_attribute(opentelemetry::KeyValue::new("service.version", version)).build();
    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("touchstone"))
        .with_threads(false)
        .with_location(false);
    Ok(Some((layer, Traces { provider, client })))
}

/// Whether the environment asks for traces: it says where to, and does not say that it wants none.
fn is_wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is =
        |name: &str, word: &str| variable(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(word));
    let endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
    let somewhere = endpoints.iter().any(|name| variable(name).is_some_and(|value| !value.trim().is_empty()));
    somewhere && !is("OTEL_SDK_DISABLED", "true") && !is("OTEL_TRACES_EXPORTER", "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        let wanted = |set: &[(&str, &str)]| {
            is_wanted(|name| set.iter().find(|(is, _)| *is == name).map(|(_, value)| (*value).to_owned()))
        };
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        assert!(wanted(&[endpoint]));
        assert!(wanted(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces")]));
        assert!(!wanted(&[]));
        assert!(!wanted(&[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]));
        assert!(!wanted(&[("OTEL_SERVICE_NAME", "x"), ("OTEL_TRACES_EXPORTER", "otlp")]));
        assert!(!wanted(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]));
        assert!(!wanted(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]));
    }
}
