//! Uploads a report to a compliance monitor, and compares what the monitor says of each version with what we say.
//!
//! `by_hand REPORT.json URL ACCOUNT KEY SUBJECT`; the API key is `$SCS_MONITOR_API_KEY`. `docs/monitor.md` says how to start a monitor.

use std::error::Error;
use std::io::Write as _;

use reqwest::Client;
use serde_json::Value;
use touchstone_export::{ScsContext, scs, scs_differing};
use touchstone_monitor::{Credentials, Monitor, MonitorConfig, sign};
use touchstone_report::Report;
use touchstone_scope::Verdict;
use touchstone_sign::SigningKey;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, url, account, key, subject] = arguments.as_slice() else {
        return Err("by_hand REPORT.json URL ACCOUNT KEY SUBJECT".into());
    };
    let mut out = std::io::stdout();
    let report = Report::parse(&std::fs::read_to_string(file)?)?;
    let yaml = scs(&report, &ScsContext { subject: Some(subject), scope_url: None })?;
    std::fs::write(format!("{file}.yaml"), &yaml)?;
    for one in scs_differing(&report) {
        writeln!(out, "versions differ: {} {:?}, told {:?}", one.testcase, one.versions, one.told)?;
    }
    let signed = sign(yaml.as_bytes(), &SigningKey::parse(&std::fs::read_to_string(key)?, None)?)?;
    let credentials = Credentials::new(account, &std::env::var("SCS_MONITOR_API_KEY")?)?;
    let monitor = Monitor::new(url, credentials, MonitorConfig::default())?;
    match monitor.upload(&signed).await {
        Ok(accepted) => writeln!(out, "{file}: {} bytes, {accepted:?}", signed.as_bytes().len())?,
        Err(error) => writeln!(out, "{file}: retryable: {}, {error}", error.is_retryable())?,
    }
    let status = status(url, subject, &report.scope.uuid).await?;
    writeln!(out, "{:8} {:11} {:12} {:8} {:8}", "version", "state", "target", "ours", "monitor's")?;
    for (name, version) in &report.versions {
        for (target, judged) in &version.targets {
            let theirs = &status[subject][&report.scope.uuid]["versions"][name]["targets"];
            let theirs =
                theirs.get(target.to_string()).map_or("(none)".to_owned(), |one| word(&one["result"]));
            let same = if theirs == judged.verdict.to_string() { "" } else { "  <-- differs" };
            let state = version.state.map_or("-".to_owned(), |state| state.to_string());
            writeln!(out, "{name:8} {state:11} {target:12} {:8} {theirs:8}{same}", judged.verdict)?;
        }
    }
    Ok(())
}

/// What the monitor says to everybody.
async fn status(url: &str, subject: &str, scope: &str) -> Result<Value, Box<dyn Error>> {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let client = Client::builder().tls_backend_preconfigured(tls).no_proxy().build()?;
    let url = format!("{}/status?subject={subject}&scopeuuid={scope}", url.trim_end_matches('/'));
    Ok(serde_json::from_str(
        &client.get(url).header("accept", "application/json").send().await?.text().await?,
    )?)
}

/// A result of the monitor, in our words.
fn word(result: &Value) -> String {
    let verdict = match result.as_i64() {
        Some(1) => Verdict::Pass,
        Some(0) => Verdict::Dnf,
        Some(-1) => Verdict::Fail,
        None => Verdict::Miss,
        Some(other) => return other.to_string(),
    };
    verdict.to_string()
}
