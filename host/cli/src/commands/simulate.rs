use std::io::Write;
use std::path::Path;

use touchstone_simulator::{Scenario, Simulator};

use crate::args::SimulateArgs;
use crate::exit::{Exit, Failure};
use crate::terminal;

pub(crate) async fn simulate(args: SimulateArgs) -> Result<Exit, Failure> {
    let scenario = match args.scenario.as_str() {
        "demo" => Scenario::demo(),
        "perfect" => Scenario::perfect(),
        file => {
            let text = std::fs::read_to_string(Path::new(file)).map_err(|error| {
                Exit::Usage
                    .because(format!("{file}: {error}; scenarios that come along are `demo` and `perfect`"))
            })?;
            Scenario::parse(file, &text).map_err(|error| Exit::Refused.because(error))?
        }
    };
    let cloud = Simulator::new(&scenario).map_err(|error| Exit::Refused.because(error))?;
    let cloud = cloud
        .start(([127, 0, 0, 1], args.port).into())
        .await
        .map_err(|error| Exit::OwnFault.because(error))?;
    let yaml = cloud.clouds_yaml();
    if let Some(file) = &args.clouds_yaml {
        let new = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
        new.and_then(|mut new| new.write_all(yaml.as_bytes())).map_err(|error| {
            Exit::OwnFault
                .because(format!("{}: {error}; a file that is there is not replaced", file.display()))
        })?;
    }
    terminal::print(&format!(
        "# {} answers at {} until Ctrl-C.\n# A clouds.yaml for its clients:\n{yaml}",
        scenario.name,
        cloud.auth_url()
    ));
    tokio::signal::ctrl_c().await.map_err(|error| Exit::OwnFault.because(error))?;
    cloud.stop().await;
    Ok(Exit::Pass)
}
