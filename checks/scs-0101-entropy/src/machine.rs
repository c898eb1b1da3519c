//! The server: it is made, boots, and says on its console what it found.

use std::time::Duration;

use serde_json::{Value, json};
use touchstone_sdk::openstack::{Creation, Method, Request, wait, wait_for_status};
use touchstone_sdk::{Context, Error, Resource};

use crate::choice::Choice;
use crate::console::{Sections, has_ended, tail};
use crate::network;
use crate::user_data::{USER_DATA, base64};

// Together they are less than what an operator lets a check have, 15 minutes.
pub(crate) const VOLUME: Duration = Duration::from_secs(240);
pub(crate) const SERVER: Duration = Duration::from_secs(240);
pub(crate) const CONSOLE: Duration = Duration::from_secs(300);

/// What the server said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) sections: Sections,
    pub(crate) server: Resource,
    /// As messages call it: what it was made of.
    pub(crate) called: String,
}

/// Why there is nothing that it said.
#[derive(Debug)]
pub(crate) struct Silence {
    pub(crate) error: Error,
    /// If there was a server.
    pub(crate) last: Option<Box<LastLines>>,
}

/// What a console ends with.
#[derive(Debug)]
pub(crate) struct LastLines {
    pub(crate) server: Resource,
    pub(crate) lines: Vec<String>,
}

impl From<Error> for Silence {
    fn from(error: Error) -> Self {
        Silence { error, last: None }
    }
}

pub(crate) fn run(cx: &mut Context, choice: &Choice) -> Result<Said, Silence> {
    let called = format!("a server of image `{}` and flavor `{}`", choice.image, choice.flavor);
    let network = network::make(cx)?;
    let volume = boot_volume(cx, choice)?;
    let name = format!("{}server", cx.prefix());
    let id = boot(cx, choice, &name, &network, &volume)?;
    let server =
        Resource { service: "compute".into(), kind: "server".into(), id: Some(id.clone()), name: Some(name) };
    let silence = |error: Error, console: &str| {
        let last = LastLines { server: server.clone(), lines: tail(console) };
        Silence { error, last: Some(Box::new(last)) }
    };
    wait_until_active(cx, &id, &called).map_err(|error| silence(error, ""))?;
    let mut last = String::new();
    match listen(cx, &id, &mut last) {
        Ok(true) => Ok(Said { sections: Sections::of(&last), server, called }),
        Ok(false) => {
            let seconds = CONSOLE.as_secs();
            let problem = format!("{called} did not print all it should on its console within {seconds} s");
            Err(silence(Error::new(problem), &last))
        }
        Err(error) => Err(silence(error, &last)),
    }
}

fn boot_volume(cx: &mut Context, choice: &Choice) -> Result<String, Error> {
    let body = json!({
        "name": format!("{}boot", cx.prefix()),
        "size": choice.volume_gib,
        "imageRef": choice.image_id,
    });
    let creation = Creation::of("block-storage", "/volumes", "volume", body);
    let id = cx.create(&creation)?.expect(&creation.request)?.to_owned();
    let request = Request::get("block-storage", &format!("/volumes/{id}"));
    let status = wait_for_status(cx, &request, "/volume/status", &["available"], VOLUME)?;
    if status.eq_ignore_ascii_case("available") {
        return Ok(id);
    }
    Err(Error::new(format!(
        "the boot volume of image `{}` ended as `{status}`: nothing can be booted",
        choice.image
    )))
}

fn boot(cx: &mut Context, choice: &Choice, name: &str, network: &str, volume: &str) -> Result<String, Error> {
    let body = json!({
        "name": name,
        "flavorRef": choice.flavor_id,
        "networks": [{"uuid": network}],
        "block_device_mapping_v2": [{
            "uuid": volume,
            "source_type": "volume",
            "destination_type": "volume",
            "boot_index": 0,
            "delete_on_termination": false,
        }],
        "user_data": base64(USER_DATA.as_bytes()),
    });
    let creation = Creation::of("compute", "/servers", "server", body);
    Ok(cx.create(&creation)?.expect(&creation.request)?.to_owned())
}

fn wait_until_active(cx: &mut Context, id: &str, called: &str) -> Result<(), Error> {
    let request = Request::get("compute", &format!("/servers/{id}"));
    let status = wait_for_status(cx, &request, "/server/status", &["ACTIVE"], SERVER)?;
    if status.eq_ignore_ascii_case("ACTIVE") {
        return Ok(());
    }
    let body: Value = cx.call(&request)?.expect(&request, 200)?;
    let fault = body.pointer("/server/fault/message").and_then(Value::as_str);
    let fault: String = fault.unwrap_or("no fault is told").chars().take(300).collect();
    Err(Error::new(format!("{called} ended as `{status}`: {fault}")))
}

/// Reads the console until everything is there; false if it is not in time. `last` is what was read last.
fn listen(cx: &mut Context, id: &str, last: &mut String) -> Result<bool, Error> {
    let request = Request::json(
        Method::Post,
        "compute",
        &format!("/servers/{id}/action"),
        &json!({"os-getConsoleOutput": {}}),
    );
    let end = wait(cx, CONSOLE, |cx| {
        let answer = cx.call(&request)?;
        // So nova says that there is no console yet.
        if matches!(answer.status, 404 | 409) {
            return Ok(None);
        }
        let body: Value = answer.expect(&request, 200)?;
        let output = body.get("output").and_then(Value::as_str);
        let output =
            output.ok_or_else(|| Error::new(format!("{request}: the answer has no text `output`")))?;
        last.clear();
        last.push_str(output);
        Ok(has_ended(last).then_some(()))
    })?;
    Ok(end.is_some())
}
