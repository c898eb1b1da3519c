use touchstone_capabilities::openstack::{CloudConfig, Env};
use touchstone_runner::{Job, Task};
use touchstone_scope::Manifest;
use touchstone_simulator::{Scenario, Simulator};
use touchstone_store::Store;

use super::{components, run};
use crate::args::DemoArgs;
use crate::exit::{Exit, Failure};
use crate::terminal;

const SCOPE: &str = "scopes/scs-compatible-iaas.yaml";

/// The same as `run`, with a simulated cloud in this process, and the scope and the components that came along.
pub(crate) async fn demo(args: DemoArgs) -> Result<Exit, Failure> {
    let ours =
        |error: &dyn std::fmt::Display| Exit::OwnFault.because(format!("the demo cannot start: {error}"));
    let folder = tempfile::tempdir().map_err(|error| ours(&error))?;
    touchstone_embedded::PUBLISHED.write_to(folder.path()).map_err(|error| ours(&error))?;
    touchstone_embedded::SCOPES.write_to(folder.path()).map_err(|error| ours(&error))?;
    let store = Store::open(folder.path().join("checks/published")).map_err(|error| ours(&error))?;
    let text = touchstone_embedded::SCOPES.text(SCOPE).unwrap_or_default();
    let manifest = Manifest::parse(SCOPE, text).map_err(|error| ours(&error))?;

    let scenario = Scenario::demo();
    let cloud = Simulator::new(&scenario).map_err(|error| ours(&error))?;
    let cloud = cloud.start(([127, 0, 0, 1], 0).into()).await.map_err(|error| ours(&error))?;
    let clouds_yaml = folder.path().join("clouds.yaml");
    std::fs::write(&clouds_yaml, cloud.clouds_yaml()).map_err(|error| ours(&error))?;
    let env = Env::new(folder.path());
    let config = CloudConfig::load(Some("demo"), &env).map_err(|error| ours(&error))?;

    if !args.output.quiet {
        terminal::note(&format!(
            "A simulated cloud, {}, runs at {} while this lasts.",
            scenario.name,
            cloud.base_url()
        ));
    }
    let file = folder.path().join(SCOPE).display().to_string();
    let job = run::job(manifest, file, &args.selection, config, folder.path().join("journal"))?;
    let job = Job { task: Task { subject: scenario.name.clone(), ..job.task }, ..job };
    let exit = run::finish(&components::runner_of(None, vec![store])?, job, &args.output).await;
    cloud.stop().await;
    exit
}
