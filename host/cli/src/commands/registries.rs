//! Components on their way: to and from registries, and in files.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use touchstone_registry::{Reference, RegistryError};
use touchstone_store::{Artifact, Digest, Published, Store, StoreError};

use super::{components, stores};
use crate::args::{LoadArgs, PullArgs, PushArgs, SaveArgs};
use crate::exit::{Exit, Failure};
use crate::terminal;

pub(crate) async fn push(args: PushArgs) -> Result<Exit, Failure> {
    let to: Reference = args.to.parse().map_err(|error| Exit::Usage.because(error))?;
    let component = stores::component(&args.component, &args.stores.store, Path::new("."))?;
    let artifact = if Path::new(&args.component).exists() {
        Artifact::of(&component)
    } else {
        let opened = stores::open(&args.stores.store, Path::new("."))?;
        Store::find_artifact(&opened, component.digest()).map_err(refused)?
    };
    let to = match to.tag() {
        Some(_) => to,
        None => {
            // Tags know no `+`.
            let tag = component.descriptor().version.to_string().replace('+', "_");
            to.with_tag(&tag).map_err(|error| Exit::Usage.because(error))?
        }
    };
    let pushed =
        components::registry(&args.registry).push(&to, &artifact, args.replace).await.map_err(unfetched)?;
    let said = match artifact.referrers().len() {
        0 => "no signature".to_owned(),
        1 => "1 signature".to_owned(),
        more => format!("{more} signatures"),
    };
    terminal::print(&format!("{}\n  component: {}\n  with {said}\n", pushed.reference, component.digest()));
    Ok(Exit::Pass)
}

pub(crate) async fn pull(args: PullArgs) -> Result<Exit, Failure> {
    let from: Reference = args.from.parse().map_err(|error| Exit::Usage.because(error))?;
    let expected = args.component.map(|digest| digest.parse::<Digest>()).transpose();
    let expected = expected.map_err(|error| Exit::Usage.because(error))?;
    let folder = stores::folder(args.store, Path::new("."))?;
    let artifact = components::registry(&args.registry).pull(&from, expected).await.map_err(unfetched)?;
    for left_out in artifact.left_out() {
        terminal::note(&format!("left out: {left_out}"));
    }
    let store = Store::open_or_create(folder).map_err(refused)?;
    let published = store.add(&artifact, args.replace).map_err(refused)?;
    tell(&published, &store);
    Ok(Exit::Pass)
}

pub(crate) fn save(args: &SaveArgs) -> Result<Exit, Failure> {
    let folder = stores::folder(args.store.clone(), Path::new("."))?;
    let store = Store::open(&folder).map_err(refused)?;
    let digests = if args.components.is_empty() {
        store.published().map_err(refused)?.into_iter().map(|one| one.component).collect()
    } else {
        let named = |name: &String| stores::component(name, std::slice::from_ref(&folder), Path::new("."));
        let components = args.components.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        components.iter().map(touchstone_store::Component::digest).collect::<Vec<_>>()
    };
    let broken =
        |error: &dyn std::fmt::Display| Exit::OwnFault.because(format!("{}: {error}", args.output.display()));
    let file = File::create(&args.output).map_err(|error| broken(&error))?;
    let mut writer = BufWriter::new(file);
    store.save_archive(&digests, &mut writer).map_err(refused)?;
    writer.into_inner().map_err(|error| broken(&error))?.sync_all().map_err(|error| broken(&error))?;
    terminal::print(&format!("{}: {} components\n", args.output.display(), digests.len()));
    Ok(Exit::Pass)
}

pub(crate) fn load(args: &LoadArgs) -> Result<Exit, Failure> {
    let folder = stores::folder(args.store.clone(), Path::new("."))?;
    let file = File::open(&args.file)
        .map_err(|error| Exit::Usage.because(format!("{}: {error}", args.file.display())))?;
    let store = Store::open_or_create(folder).map_err(refused)?;
    for published in store.load_archive(file, args.replace).map_err(refused)? {
        tell(&published, &store);
    }
    Ok(Exit::Pass)
}

fn tell(published: &Published, store: &Store) {
    let Published { id, version, component, .. } = published;
    let folder = store.folder().display();
    terminal::print(&touchstone_report::printable(&format!("{id} {version}: {component} in {folder}")));
    terminal::print("\n");
}

fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::Io { .. } => Exit::OwnFault.because(error),
        error => Exit::Refused.because(error),
    }
}

fn unfetched(error: RegistryError) -> Failure {
    match error {
        RegistryError::Setup(_) => Exit::OwnFault.because(error),
        RegistryError::Reference(_) => Exit::Usage.because(error),
        error => Exit::Refused.because(error),
    }
}
