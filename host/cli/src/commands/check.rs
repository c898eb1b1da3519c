mod diff;

use std::path::{Path, PathBuf};

use serde_json::json;
use touchstone_builder::{BuildError, Sdk};
use touchstone_report::printable;
use touchstone_runtime::CompileLimits;
use touchstone_store::{Component, Store, StoreError, media};

use super::{runtime, stores};
use crate::args::{CheckCommand, Lang};
use crate::exit::{Exit, Failure};
use crate::terminal;

pub(crate) async fn check(command: CheckCommand) -> Result<Exit, Failure> {
    match command {
        CheckCommand::Inspect { component, json, stores } => inspect(&component, json, &stores.store),
        CheckCommand::Build { folder, output } => {
            let component = build(&folder).await?;
            let descriptor = component.descriptor();
            let file =
                output.unwrap_or_else(|| format!("{}-{}.wasm", descriptor.id, descriptor.version).into());
            std::fs::write(&file, component.bytes())
                .map_err(|error| Exit::OwnFault.because(format!("{}: {error}", file.display())))?;
            terminal::print(&format!("{}  {}\n", component.digest(), file.display()));
            Ok(Exit::Pass)
        }
        CheckCommand::Publish { folder, replace, store } => publish(&folder, replace, store).await,
        CheckCommand::Sign { component, key, store } => sign(&component, &key, store),
        CheckCommand::Test { folder } => match touchstone_builder::test(&folder) {
            Ok(true) => Ok(Exit::Pass),
            Ok(false) => Ok(Exit::Fail),
            Err(error) => Err(Exit::Refused.because(error)),
        },
        CheckCommand::Diff { before, after, tapes, scope, components } => {
            diff::diff(&before, &after, &tapes, scope.as_deref(), &components).await
        }
        CheckCommand::Rebuild { component, source, stores } => {
            rebuild(&component, &source, &stores.store).await
        }
        CheckCommand::New { name, lang, sdk } => new(&name, lang, sdk.as_deref()),
    }
}

async fn build(folder: &Path) -> Result<Component, Failure> {
    touchstone_builder::build(folder, &runtime(CompileLimits::default())?).await.map_err(
        |error| match error {
            BuildError::Toolchain(_) | BuildError::Program { .. } | BuildError::OldNode { .. } => {
                Exit::OwnFault.because(error)
            }
            error => Exit::Refused.because(error),
        },
    )
}

async fn publish(folder: &Path, replace: bool, store: Option<PathBuf>) -> Result<Exit, Failure> {
    let target = stores::folder(store, folder)?;
    let component = build(folder).await?;
    let published =
        Store::open_or_create(target).and_then(|store| Ok((store.publish(&component, replace)?, store)));
    let (published, store) = published.map_err(|error| match error {
        StoreError::Io { .. } => Exit::OwnFault.because(error),
        error => Exit::Refused.because(error),
    })?;
    terminal::print(&format!(
        "{} {}: {} ({} bytes) in {}\n",
        published.id,
        published.version,
        published.component,
        component.bytes().len(),
        store.folder().display()
    ));
    Ok(Exit::Pass)
}

fn inspect(named: &str, as_json: bool, named_stores: &[PathBuf]) -> Result<Exit, Failure> {
    let component = stores::component(named, named_stores, Path::new("."))?;
    terminal::print(&if as_json { described_as_json(&component) } else { described(&component) });
    Ok(Exit::Pass)
}

/// Signs as the publisher.
fn sign(named: &str, key: &Path, store: Option<PathBuf>) -> Result<Exit, Failure> {
    let folder = stores::folder(store, Path::new("."))?;
    let component = stores::component(named, std::slice::from_ref(&folder), Path::new("."))?;
    let key = super::sign::key(key)?;
    let descriptor = component.descriptor();
    let digest = touchstone_runner::digest_of(&component);
    let envelope = touchstone_trust::publish(&key, &descriptor.id, &descriptor.version, digest);
    Store::open(folder)
        .and_then(|store| {
            store.attach(component.digest(), media::PUBLICATION, media::DSSE, envelope.into_bytes())
        })
        .map_err(|error| Exit::Refused.because(error))?;
    terminal::print(&printable(&format!(
        "{} {}: {} signed by {}",
        descriptor.id,
        descriptor.version,
        component.digest(),
        key.fingerprint()
    )));
    terminal::print("\n");
    Ok(Exit::Pass)
}

async fn rebuild(named: &str, source: &Path, named_stores: &[PathBuf]) -> Result<Exit, Failure> {
    let start = if named_stores.is_empty() { source } else { Path::new(".") };
    let released = stores::component(named, named_stores, start)?;
    let built = build(source).await?;
    let name = |component: &Component| {
        let descriptor = component.descriptor();
        printable(&format!("{} {}", descriptor.id, descriptor.version))
    };
    if built.digest() == released.digest() {
        terminal::print(&format!("{}: {} is what its source makes\n", name(&released), released.digest()));
        return Ok(Exit::Pass);
    }
    let (was, is) = (released.bytes(), built.bytes());
    let place = was.iter().zip(is.iter()).position(|(was, is)| was != is).unwrap_or(was.len().min(is.len()));
    terminal::print(&format!(
        "{}: NOT what its source makes\n  released {} ({} bytes)\n  built    {} ({} bytes){}\n  they differ from byte {place} on\n",
        name(&released),
        released.digest(),
        was.len(),
        built.digest(),
        is.len(),
        if name(&built) == name(&released) { String::new() } else { format!(", which is {}", name(&built)) },
    ));
    Ok(Exit::Fail)
}

fn described(component: &Component) -> String {
    use std::fmt::Write as _;
    let descriptor = component.descriptor();
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "{label:<11}{}", printable(value));
    };
    line("check", &format!("{} {}", descriptor.id, descriptor.version));
    line("title", &descriptor.title);
    line("url", &descriptor.url);
    line("component", &component.digest().to_string());
    line("size", &format!("{} bytes", component.bytes().len()));
    line("contract", &format!("touchstone:check@{}", component.contract()));
    let mut list = |label: &str, values: Vec<String>| {
        for (i, value) in values.iter().enumerate() {
            line(if i == 0 { label } else { "" }, value);
        }
        if values.is_empty() {
            line(label, "none");
        }
    };
    let (frozen, offered): (Vec<_>, Vec<_>) = component.imports().iter().partition(|i| i.is_frozen());
    list("imports", offered.iter().map(ToString::to_string).collect());
    if !frozen.is_empty() {
        list(
            "empty",
            frozen.iter().map(|import| format!("{import} (frozen: nothing is behind it)")).collect(),
        );
    }
    list("asks for", descriptor.grants.clone());
    let needed = |name: &str, required: bool, description: &str| {
        format!("{name}{}: {description}", if required { " (required)" } else { "" })
    };
    list(
        "parameters",
        descriptor.parameters.iter().map(|p| needed(&p.name, p.required, &p.description)).collect(),
    );
    list("assets", descriptor.assets.iter().map(|a| needed(&a.name, a.required, &a.description)).collect());
    list("testcases", descriptor.testcases.iter().map(|t| format!("{}: {}", t.id, t.title)).collect());
    text
}

fn described_as_json(component: &Component) -> String {
    let imports: Vec<String> = component.imports().iter().map(ToString::to_string).collect();
    let value = json!({
        "component": component.digest().to_string(),
        "size": component.bytes().len(),
        "wit": component.contract().to_string(),
        "imports": imports,
        "descriptor": component.descriptor(),
    });
    format!("{value:#}\n")
}

fn new(name: &str, lang: Lang, checkout: Option<&Path>) -> Result<Exit, Failure> {
    let (lang, files) = match lang {
        Lang::Rust => (touchstone_builder::Lang::Rust, touchstone_embedded::SDK),
        Lang::Python => (touchstone_builder::Lang::Python, touchstone_embedded::SDK_PYTHON),
        Lang::Javascript => (touchstone_builder::Lang::JavaScript, touchstone_embedded::SDK_JAVASCRIPT),
    };
    let carried: Vec<(&str, &[u8])> = files.iter().collect();
    let sdk = checkout.map_or(Sdk::Carried(&carried), Sdk::Checkout);
    let folder = touchstone_builder::create(Path::new(""), name, lang, sdk).map_err(|error| match error {
        touchstone_builder::CreateError::Io { .. } => Exit::OwnFault.because(error),
        error => Exit::Usage.because(error),
    })?;
    terminal::print(&format!(
        "{name}: a check that passes its tests. Next:\n  \
         touchstone check test {folder}\n  touchstone check publish {folder} --store components\n",
        folder = folder.display()
    ));
    Ok(Exit::Pass)
}
