//! Creates one of everything that the scope SCS-compatible IaaS needs, in an order in which each needs the one before, and
//! then does what the parameter `behaviour` says: ends well, traps, computes for ever, or tries what it must not be able
//! to do. The tests in `tests/e2e` say what must come of it.

use std::time::Duration;

use serde_json::{Value, json};
use touchstone_sdk::openstack::{Created, Creation, Method, Request, wait_for_status};
use touchstone_sdk::{Check, Context, Error, Parameter, Testcase};

const TESTCASE: &str = "creator-all";
const PATIENCE: Duration = Duration::from_secs(120);

/// Passes if all could be created.
pub const CHECK: Check = Check {
    id: "creator",
    version: env!("CARGO_PKG_VERSION"),
    title: "Creates one of everything",
    url: "https://example.org/creator",
    testcases: &[Testcase { id: TESTCASE, title: "Everything can be created." }],
    grants: &[
        "network GET /**",
        "network POST /networks max 1",
        "network POST /subnets max 1",
        "network POST /routers max 1",
        "network PUT /routers/*/add_router_interface max 1",
        "network PUT /routers/*/remove_router_interface",
        "block-storage GET /**",
        "block-storage POST /volumes max 2, 2 GiB",
        "block-storage DELETE /volumes/*",
        "block-storage POST /backups max 1",
        "compute GET /**",
        "compute POST /servers max 1",
        "compute POST /servers/*/action#os-getConsoleOutput",
        "image GET /**",
        "key-manager GET /**",
        "key-manager POST /secrets max 1",
    ],
    parameters: &[
        Parameter { name: "behaviour", description: "What to do when all is there.", required: true },
        Parameter { name: "stranger", description: "Id of a volume of somebody else.", required: false },
    ],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    let behaviour = cx.required_parameter("behaviour")?;
    let said = match behaviour.as_str() {
        "one-volume" => volume(cx, "one").map(|_| "made".to_owned()),
        "volume-then-trap" => {
            volume(cx, "one")?;
            panic!("half-way");
        }
        "volume-then-loop" => {
            volume(cx, "one")?;
            loop {
                std::hint::black_box(0);
            }
        }
        "volume-then-wait" => {
            volume(cx, "one")?;
            cx.pause(Duration::from_secs(3600));
            Ok(String::new())
        }
        "volume-then-fail" => {
            volume(cx, "one")?;
            Err(Error::new("could not go on"))
        }
        "one-too-many" => ["one", "two", "three"]
            .iter()
            .try_for_each(|name| volume(cx, name).map(drop))
            .map(|()| "all made".into()),
        "too-large" => create(cx, volume_of(&cx.prefix(), "large", 3)).map(|_| "made".into()),
        "without-prefix" => create(cx, volume_of("", "important", 1)).map(|_| "made".into()),
        "not-granted" => {
            let group = json!({"name": format!("{}group", cx.prefix())});
            create(cx, Creation::of("network", "/security-groups", "security_group", group))
                .map(|_| "made".into())
        }
        "plain-post" => {
            let body = json!({"volume": {"name": format!("{}one", cx.prefix()), "size": 1}});
            let request = Request::json(Method::Post, "block-storage", "/volumes", &body);
            Ok(cx.call(&request)?.status.to_string())
        }
        "delete-stranger" => {
            let stranger = cx.required_parameter("stranger")?;
            volume(cx, "one")?;
            let path = format!("/volumes/{stranger}");
            let request = Request { method: Method::Delete, ..Request::get("block-storage", &path) };
            Ok(cx.call(&request)?.status.to_string())
        }
        "undo-stranger" => {
            let stranger = cx.required_parameter("stranger")?;
            let mut creation = volume_of(&cx.prefix(), "one", 1);
            creation.undo.path = format!("/volumes/{stranger}");
            create(cx, creation).map(|_| "made".into())
        }
        "own-by-metadata" => {
            // The answer repeats the metadata: whose id is it that stands there?
            let stranger = cx.required_parameter("stranger")?;
            let name = format!("{}one", cx.prefix());
            let body = json!({"name": name, "size": 1, "metadata": {"id": stranger}});
            let mut creation = Creation::of("block-storage", "/volumes", "volume", body);
            creation.id_pointer = "/volume/metadata/id".into();
            create(cx, creation).map(|_| "made".into())
        }
        "backup-stranger" => {
            let stranger = cx.required_parameter("stranger")?;
            let body = json!({"name": format!("{}backup", cx.prefix()), "volume_id": stranger});
            create(cx, Creation::of("block-storage", "/backups", "backup", body)).map(|_| "made".into())
        }
        "bulk" => {
            let prefix = cx.prefix();
            let networks = json!([{"name": format!("{prefix}a")}, {"name": format!("{prefix}b")}]);
            create(cx, Creation::of("network", "/networks", "networks", networks)).map(|_| "made".into())
        }
        "everything" => everything(cx).map(|()| "made".to_owned()),
        other => Err(Error::new(format!("no behaviour `{other}`"))),
    };
    cx.judge(TESTCASE, |t| {
        t.summarize(said?);
        Ok(())
    });
    Ok(())
}

/// A network with a subnet behind a router, a volume with a backup, a server on the network with a volume of an image, a secret.
fn everything(cx: &mut Context) -> Result<(), Error> {
    let prefix = cx.prefix();
    let name = |what: &str| format!("{prefix}{what}");
    let network = create(cx, Creation::of("network", "/networks", "network", json!({"name": name("net")})))?;
    let subnet =
        json!({"name": name("subnet"), "network_id": network, "ip_version": 4, "cidr": "10.9.0.0/24"});
    let subnet = create(cx, Creation::of("network", "/subnets", "subnet", subnet))?;
    let router = create(cx, Creation::of("network", "/routers", "router", json!({"name": name("router")})))?;
    let interface = |verb: &str| {
        let path = format!("/routers/{router}/{verb}_router_interface");
        Request::json(Method::Put, "network", &path, &json!({"subnet_id": subnet}))
    };
    let (request, undo) = (interface("add"), interface("remove"));
    create(cx, Creation { request, id_pointer: "/id".into(), undo })?;
    let first = volume(cx, "first")?;
    let backup = json!({"name": name("backup"), "volume_id": first});
    let backup = create(cx, Creation::of("block-storage", "/backups", "backup", backup))?;
    await_status(cx, &format!("/backups/{backup}"), "/backup/status")?;
    let image = first_id(cx, "image", "/images", "images")?;
    let disk = json!({"name": name("disk"), "size": 1, "imageRef": image});
    let disk = create(cx, Creation::of("block-storage", "/volumes", "volume", disk))?;
    await_status(cx, &format!("/volumes/{disk}"), "/volume/status")?;
    let flavor = first_id(cx, "compute", "/flavors", "flavors")?;
    let disk = json!({"uuid": disk, "source_type": "volume", "destination_type": "volume", "boot_index": 0,
                      "delete_on_termination": false});
    let server = json!({"name": name("server"), "flavorRef": flavor, "networks": [{"uuid": network}],
                        "block_device_mapping_v2": [disk]});
    create(cx, Creation::of("compute", "/servers", "server", server))?;
    let secret = json!({"name": name("secret"), "payload": "x", "payload_content_type": "text/plain"});
    create(
        cx,
        Creation {
            request: Request::json(Method::Post, "key-manager", "/secrets", &secret),
            id_pointer: "/secret_ref".into(),
            undo: Request { method: Method::Delete, ..Request::get("key-manager", "/secrets/{id}") },
        },
    )?;
    Ok(())
}

fn volume_of(prefix: &str, name: &str, gib: u32) -> Creation {
    let body = json!({"name": format!("{prefix}{name}"), "size": gib});
    Creation::of("block-storage", "/volumes", "volume", body)
}

/// A volume of 1 GiB, when it is available.
fn volume(cx: &mut Context, name: &str) -> Result<String, Error> {
    let creation = volume_of(&cx.prefix(), name, 1);
    let id = create(cx, creation)?;
    await_status(cx, &format!("/volumes/{id}"), "/volume/status")?;
    Ok(id)
}

fn await_status(cx: &mut Context, path: &str, pointer: &str) -> Result<(), Error> {
    let request = Request::get("block-storage", path);
    match wait_for_status(cx, &request, pointer, &["available"], PATIENCE)?.as_str() {
        "available" => Ok(()),
        other => Err(Error::new(format!("{path} is {other}"))),
    }
}

fn first_id(cx: &mut Context, service: &str, path: &str, collection: &str) -> Result<String, Error> {
    let request = Request::get(service, path);
    let list: Value = cx.call(&request)?.expect(&request, 200)?;
    let id = list[collection][0]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Error::new(format!("{request}: nothing is there")))
}

fn create(cx: &mut Context, creation: Creation) -> Result<String, Error> {
    let created: Created = cx.create(&creation)?;
    created.expect(&creation.request).map(str::to_owned)
}
