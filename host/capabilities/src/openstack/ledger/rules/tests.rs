use serde_json::{Value, json};

use super::super::fake_cloud::PREFIX;
use super::super::fake_instance::{creation as usual, interface, with_body};
use super::*;

const OWN: &str = "0a0a0a0a-own";

const GRANTS: &[&str] = &[
    "compute POST /servers max 2",
    "compute POST /servers/*/os-volume_attachments max 1",
    "compute POST /servers/*/action#os-getConsoleOutput",
    "compute POST /servers/*/action#createImage",
    "compute DELETE /servers/*",
    "compute PUT /servers/*",
    "block-storage POST /volumes max 2, 4 GiB",
    "block-storage POST /backups max 1",
    "block-storage POST /backups/*/restore",
    "block-storage POST /volumes/*/action",
    "network POST /networks max 1",
    "network POST /subnets max 1",
    "network POST /routers max 1",
    "network POST /ports max 1",
    "network POST /security-groups max 1",
    "network PUT /routers/*/add_router_interface max 1",
    "network PUT /routers/*/remove_router_interface",
    "key-manager POST /secrets max 1",
    "image POST /images max 1",
    "image PUT /quotas max 1",
    "shared-file-system POST /shares max 1, 1 GiB",
];

fn with_standing<T>(with: impl FnOnce(&Standing<'_>) -> T) -> T {
    let grants: Vec<_> = GRANTS.iter().map(|grant| grant.parse().unwrap()).collect();
    with(&Standing { prefix: PREFIX, owns: &|id| id == OWN, grants: &grants })
}

fn plan(creation: Creation) -> Result<Planned, CallError> {
    with_standing(|standing| super::creation(creation, standing)).map(|(planned, _)| planned)
}

#[track_caller]
fn refused(creation: Creation, message: &str) {
    let error = plan(creation).unwrap_err();
    assert!(error.message.contains(message), "{}", error.message);
}

/// The creation of a server that follows the rules, with members added or replaced.
fn server(more: Value) -> Creation {
    let mut members = json!({"flavorRef": "f", "imageRef": "i", "networks": [{"uuid": OWN}]});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    usual("server", members)
}

fn body_of(creation: &mut Creation, body: &str) {
    creation.request.body = Some(Bytes::copy_from_slice(body.as_bytes()));
}

#[test]
fn what_follows_the_rules_is_planned() {
    let planned =
        plan(usual("volume", json!({"size": 2, "imageRef": "i", "metadata": {"any_id": "x"}}))).unwrap();
    assert_eq!((planned.kind.as_str(), planned.gib), ("volume", Some(2)));
    assert_eq!(planned.name.unwrap(), format!("{PREFIX}volume"));
    assert!(planned.undo.by_id && planned.undo.request.path == "/volumes");
    let device =
        json!([{"source_type": "volume", "destination_type": "volume", "uuid": OWN, "boot_index": 0}]);
    plan(server(json!({"block_device_mapping_v2": device, "imageRef": ""}))).unwrap();
    let device = json!([{"source_type": "image", "destination_type": "local", "uuid": "i", "boot_index": 0}]);
    plan(server(json!({"block_device_mapping_v2": device}))).unwrap();
    plan(server(json!({"networks": "none", "security_groups": [{"name": "default"}], "user_data": "eA=="})))
        .unwrap();
    plan(usual("router", json!({"external_gateway_info": {"network_id": "public", "enable_snat": true}})))
        .unwrap();
    plan(usual("subnet", json!({"network_id": OWN, "cidr": "10.0.0.0/24", "ip_version": 4}))).unwrap();
    plan(usual("backup", json!({"volume_id": OWN, "force": true}))).unwrap();
    let secret =
        plan(usual("secret", json!({"payload": "x", "payload_content_type": "text/plain"}))).unwrap();
    assert_eq!(secret.kind, "secret");
    let interface = plan(interface(OWN, OWN)).unwrap();
    assert_eq!(
        (interface.kind.as_str(), interface.name, interface.undo.by_id),
        ("router interface", None, false)
    );
}

#[test]
fn bulk_is_refused() {
    let mut bulk = usual("network", json!({}));
    body_of(&mut bulk, &json!({"networks": [{"name": format!("{PREFIX}a")}, {"name": "b"}]}).to_string());
    refused(bulk, "one request creates one thing");
    for member in ["min_count", "max_count", "return_reservation_id", "block_device_mapping"] {
        refused(server(json!({ member: 2 })), member);
    }
}

#[test]
fn names_begin_with_the_prefix_and_are_plain() {
    let bad = [
        json!(null),
        json!(7),
        json!(""),
        json!("net"),
        json!(PREFIX),
        json!(format!("x{PREFIX}a")),
        json!("touchstone-ffffffffffff-a"),
        json!(format!("{PREFIX}a+b")),
        json!(format!("{PREFIX}a b")),
        json!(format!("{PREFIX}ä")),
        json!(format!("{PREFIX}{}", "a".repeat(200))),
        json!([format!("{PREFIX}a")]),
    ];
    for name in bad {
        refused(usual("network", json!({"name": name})), "name");
    }
    let mut nameless = usual("network", json!({}));
    body_of(&mut nameless, r#"{"network": {}}"#);
    refused(nameless, "has a `name` that begins with");
    refused(usual("volume", json!({"size": 1, "display_name": "x"})), "display_name");
    refused(usual("network", json!({"more": [{"name": "other"}]})), "prefix");
}

#[test]
fn the_body_is_json_that_means_one_thing() {
    let name = format!("{PREFIX}x");
    for (body, message) in [
        ("", "no JSON"),
        ("name=x", "no JSON"),
        ("[]", "no object"),
        ("{}", "one member"),
        (r#"{"volume": 1}"#, "one member"),
        (r#"{"volume": {"name": "x"}, "volume": {"name": "x"}}"#, "twice"),
        (r#"{"volume": {"name": "a", "name": "b"}}"#, "twice"),
        (r#"{"volume": {"name": "NAME"}, "OS-SCH-HNT:scheduler_hints": {}}"#, "one member"),
        (r#"{"name": "NAME", "volume": {"name": "x", "size": 1}}"#, "one member"),
        (r#"{"name": "NAME", "size": 1}"#, "one member"),
    ] {
        let mut creation = usual("volume", json!({"size": 1}));
        body_of(&mut creation, &body.replace("NAME", &name));
        refused(creation, message);
    }
    let mut flat = usual("secret", json!({}));
    body_of(&mut flat, &json!({"name": name, "secret": {"name": "x"}}).to_string());
    refused(flat, "one member");
    let mut none = usual("volume", json!({"size": 1}));
    none.request.body = None;
    refused(none, "has a body");
    let mut other = usual("volume", json!({"size": 1}));
    other.request.headers = vec![("content-type".into(), "application/xml".into())];
    refused(other, "application/json");
    let mut queried = usual("volume", json!({"size": 1}));
    queried.request.query = vec![("a".into(), "b".into())];
    refused(queried, "no query");
}

#[test]
fn what_is_sent_is_what_was_judged() {
    let mut creation = usual("volume", json!({}));
    body_of(&mut creation, &format!(" {{\"v\\u006flume\": {{\"size\":1.0e0, \"name\": \"{PREFIX}x\"}}}}\n"));
    refused(creation, "whole number");
    let mut creation = usual("volume", json!({}));
    body_of(&mut creation, &format!(" {{\"v\\u006flume\": {{\"size\":1, \"name\": \"{PREFIX}x\"}}}}\n"));
    creation.request.path = "/%76olumes".into();
    creation.request.service = "volumev3".into();
    creation.undo.path = "/volumes/{id}".into();
    let sent = plan(creation).unwrap().request;
    assert_eq!((sent.service.as_str(), sent.path.as_str()), ("block-storage", "/volumes"));
    let expected = format!("{{\"volume\":{{\"name\":\"{PREFIX}x\",\"size\":1}}}}");
    assert_eq!(sent.body.unwrap(), expected);
}

#[test]
fn the_id_is_that_of_what_is_created() {
    for pointer in
        ["/volume/metadata/id", "/metadata/id", "/id", "/volume_ref", "/volume/name", "", "volume/id"]
    {
        refused(
            Creation { id_pointer: pointer.into(), ..usual("volume", json!({"size": 1})) },
            "the pointer to the id",
        );
    }
    for pointer in ["/transport_key_ref", "/secret/id", "/name"] {
        refused(
            Creation { id_pointer: pointer.into(), ..usual("secret", json!({})) },
            "the pointer to the id",
        );
    }
}

#[test]
fn the_undo_is_that_of_what_is_created() {
    let volume = || usual("volume", json!({"size": 1}));
    let undo = |service: &str, method, path: &str| Request::new(service, method, path);
    for undo in [
        undo("block-storage", Method::Delete, "/volumes/stranger"),
        undo("block-storage", Method::Delete, "/volumes"),
        undo("block-storage", Method::Delete, "/volumes/{id}/x"),
        undo("block-storage", Method::Delete, "/volumes/{id}/{id}"),
        undo("block-storage", Method::Delete, "/volumes/%7Bid%7D"),
        undo("block-storage", Method::Delete, "/volumes/x{id}"),
        undo("block-storage", Method::Delete, "/backups/{id}"),
        undo("block-storage", Method::Delete, "/backups/../volumes/{id}"),
        undo("block-storage", Method::Delete, "//volumes/{id}"),
        undo("compute", Method::Delete, "/volumes/{id}"),
        undo("block-storage", Method::Get, "/volumes/{id}"),
        undo("block-storage", Method::Post, "/volumes/{id}"),
        undo("compute", Method::Delete, &format!("/servers/{OWN}")),
        Request {
            query: vec![("cascade".into(), "1".into())],
            ..undo("block-storage", Method::Delete, "/volumes/{id}")
        },
        with_body(undo("block-storage", Method::Delete, "/volumes/{id}"), &json!({})),
    ] {
        let shown = format!("{undo:?}");
        assert!(plan(Creation { undo, ..volume() }).is_err(), "{shown}");
    }
    let other = |path: &str, body: Value| {
        let undo = with_body(Request::new("network", Method::Put, path), &body);
        plan(Creation { undo, ..interface(OWN, OWN) })
    };
    let removes = format!("/routers/{OWN}/remove_router_interface");
    other(&removes, json!({"subnet_id": OWN})).unwrap();
    other(&removes, json!({})).unwrap_err();
    other("/routers/stranger/remove_router_interface", json!({"subnet_id": OWN})).unwrap_err();
    other(&format!("/routers/{OWN}/add_router_interface"), json!({"subnet_id": OWN})).unwrap_err();
    plan(Creation { undo: Request::new("network", Method::Get, "/x"), ..interface(OWN, OWN) }).unwrap_err();
    plan(Creation {
        undo: Request::new("compute", Method::Delete, format!("/servers/{OWN}")),
        ..interface(OWN, OWN)
    })
    .unwrap_err();
}

#[test]
fn only_own_things_are_referred_to() {
    let strangers = [
        ("subnet", json!({"network_id": "stranger"})),
        ("subnet", json!({"network_id": {"id": "stranger"}})),
        ("subnet", json!({"network_id": 7})),
        ("subnet", json!({"subnetpool_id": "stranger"})),
        ("backup", json!({"volume_id": "stranger"})),
        ("backup", json!({"volume_id": [OWN, "stranger"]})),
        ("backup", json!({"volumeId": "stranger"})),
        ("backup", json!({"snapshot_id": "stranger"})),
        ("volume", json!({"size": 1, "source_volid": "stranger"})),
        ("volume", json!({"size": 1, "snapshot_id": "stranger"})),
        ("volume", json!({"size": 1, "metadata": {"a": {"volume_id": "stranger"}}})),
        ("network", json!({"project_id": "stranger"})),
        ("network", json!({"tenant_id": "stranger"})),
        ("network", json!({"id": "stranger"})),
        (
            "router",
            json!({"external_gateway_info": {"network_id": "p", "external_fixed_ips": [{"subnet_id": "s"}]}}),
        ),
        ("router", json!({"external_gateway_info": {"network_id": {"id": "p"}}})),
        ("router", json!({"external_gateway_info": "p"})),
        ("network", json!({"a": [[{"port_id": "stranger"}]]})),
    ];
    for (kind, more) in strangers {
        let shown = more.to_string();
        assert_eq!(plan(usual(kind, more)).unwrap_err().kind, ErrorKind::Denied, "{kind} {shown}");
    }
    refused(interface("stranger", OWN), "must have created itself");
    refused(interface(OWN, "stranger"), "`subnet_id`");
}

#[test]
fn servers_make_nothing_by_the_way() {
    for networks in [
        json!("auto"),
        json!(null),
        json!([]),
        json!({}),
        json!([{}]),
        json!([{"tag": "x"}]),
        json!([{"uuid": "stranger"}]),
        json!([{"uuid": OWN}, {"uuid": "stranger"}]),
        json!([{"port": "stranger"}]),
        json!([{"uuid": OWN, "port": "stranger"}]),
    ] {
        let shown = networks.to_string();
        assert!(plan(server(json!({"networks": networks}))).is_err(), "{shown}");
    }
    let mut without = server(json!({}));
    body_of(&mut without, &json!({"server": {"name": format!("{PREFIX}a")}}).to_string());
    refused(without, "a server has `networks`");
    for device in [
        json!({"source_type": "image", "destination_type": "volume", "uuid": "i"}),
        json!({"source_type": "image", "uuid": "i"}),
        json!({"source_type": "blank", "destination_type": "volume"}),
        json!({"source_type": "snapshot", "destination_type": "volume", "uuid": OWN}),
        json!({"source_type": "volume", "destination_type": "volume", "uuid": "stranger"}),
        json!({"source_type": "volume", "destination_type": "volume"}),
        json!({"source_type": "volume", "destination_type": "volume", "uuid": OWN, "volume_id": "stranger"}),
        json!({"source_type": "image", "destination_type": "local", "uuid": "i", "snapshot_id": "stranger"}),
        json!("volume"),
    ] {
        let shown = device.to_string();
        assert!(plan(server(json!({"block_device_mapping_v2": [device]}))).is_err(), "{shown}");
    }
    refused(server(json!({"block_device_mapping_v2": {"0": {}}})), "block_device_mapping_v2");
    refused(server(json!({"security_groups": [{"name": "stranger"}]})), "security_groups");
    refused(server(json!({"security_groups": [{"name": "default", "id": "stranger"}]})), "security_groups");
    refused(server(json!({"key_name": "stranger"})), "key_name");
    refused(server(json!({"server": {"networks": "auto"}})), "networks");
}

#[test]
fn what_has_a_size_says_it() {
    for size in [json!(null), json!(0), json!(-1), json!("1"), json!(1.5), json!(1e12), json!([1])] {
        let shown = size.to_string();
        assert!(plan(usual("volume", json!({"size": size}))).is_err(), "{shown}");
    }
    refused(usual("volume", json!({})), "size");
    let share = Creation {
        request: with_body(
            Request::new("share", Method::Post, "/shares"),
            &json!({"share": {"name": format!("{PREFIX}s"), "share_proto": "NFS"}}),
        ),
        id_pointer: "/share/id".into(),
        undo: Request::new("share", Method::Delete, "/shares/{id}"),
    };
    refused(share, "size");
}

#[test]
fn nothing_is_shown_to_others() {
    for more in [json!({"shared": true}), json!({"router:external": true}), json!({"shared": "yes"})] {
        refused(usual("network", more), "other projects");
    }
    plan(usual("network", json!({"shared": false}))).unwrap();
    let image = |visibility: &str| Creation {
        request: with_body(
            Request::new("image", Method::Post, "/images"),
            &json!({"name": format!("{PREFIX}i"), "visibility": visibility}),
        ),
        id_pointer: "/id".into(),
        undo: Request::new("image", Method::Delete, "/images/{id}"),
    };
    refused(image("public"), "visibility");
    plan(image("private")).unwrap();
}

#[test]
fn what_is_not_granted_is_not_created() {
    let mut other = usual("volume", json!({"size": 1}));
    other.request.path = "/snapshots".into();
    refused(other, "grants no such creation");
    let mut put = usual("secret", json!({}));
    put.request =
        Request { service: "image".into(), method: Method::Put, path: "/quotas".into(), ..put.request };
    refused(put, "by PUT");
    let mut tokens = usual("secret", json!({}));
    tokens.request = Request { service: "identity".into(), path: "/auth/tokens".into(), ..tokens.request };
    refused(tokens, "tokens");
}

fn change(service: &str, method: Method, path: &str, body: Option<Value>) -> Result<Request, CallError> {
    let request = Request::new(service, method, path);
    let request = body.map_or(request.clone(), |body| with_body(request, &body));
    with_standing(|standing| super::change(request, standing))
}

#[test]
fn own_things_are_changed() {
    let action = format!("/servers/{OWN}/action");
    change("compute", Method::Post, &action, Some(json!({"os-getConsoleOutput": {"length": 9}}))).unwrap();
    change("compute", Method::Delete, &format!("/servers/{OWN}"), None).unwrap();
    change(
        "compute",
        Method::Put,
        &format!("/servers/{OWN}"),
        Some(json!({"server": {"name": format!("{PREFIX}b")}})),
    )
    .unwrap();
    let restore = json!({"restore": {"volume_id": OWN}});
    change("block-storage", Method::Post, &format!("/backups/{OWN}/restore"), Some(restore)).unwrap();
}

#[test]
fn everything_else_is_not_changed() {
    let own = |path: &str| path.replace("OWN", OWN);
    let console = json!({"os-getConsoleOutput": {}});
    for (service, method, path, body, message) in [
        ("compute", Method::Delete, "/servers/stranger", None, "must have created itself"),
        ("compute", Method::Delete, "/servers/{id}", None, "path"),
        ("compute", Method::Delete, "/servers", None, "does not grant"),
        ("compute", Method::Delete, "/servers/OWN", Some(json!({})), "no body"),
        ("compute", Method::Post, "/servers", Some(json!({"server": {}})), "by `create` only"),
        (
            "compute",
            Method::Post,
            "/servers/stranger/action",
            Some(console.clone()),
            "must have created itself",
        ),
        ("compute", Method::Post, "/servers/OWN/action", None, "another action"),
        ("compute", Method::Post, "/servers/OWN/action", Some(json!({"reboot": {}})), "another action"),
        (
            "compute",
            Method::Post,
            "/servers/OWN/action",
            Some(json!({"os-getConsoleOutput": {}, "reboot": {}})),
            "another action",
        ),
        ("compute", Method::Post, "/servers/OWN/action", Some(json!({"createImage": {}})), "cannot undo"),
        (
            "block-storage",
            Method::Post,
            "/volumes/OWN/action",
            Some(json!({"os-extend": {"new_size": 9}})),
            "cannot undo",
        ),
        ("block-storage", Method::Post, "/volumes/OWN/action", Some(json!({"a": {}, "b": {}})), "one member"),
        (
            "block-storage",
            Method::Post,
            "/volumes/OWN/action",
            Some(json!({"os-attach": {"instance_uuid": "stranger"}})),
            "instance_uuid",
        ),
        ("compute", Method::Put, "/servers/OWN", Some(json!({"server": {"name": "x"}})), "prefix"),
        ("compute", Method::Put, "/servers/OWN", Some(json!([])), "no object"),
        (
            "network",
            Method::Put,
            "/routers/OWN/add_router_interface",
            Some(json!({"subnet_id": OWN})),
            "by `create` only",
        ),
        ("block-storage", Method::Post, "/backups/OWN/restore", Some(json!({"restore": {}})), "volume_id"),
        (
            "block-storage",
            Method::Post,
            "/backups/OWN/restore",
            Some(json!({"restore": {"volume_id": null}})),
            "volume_id",
        ),
        ("block-storage", Method::Post, "/backups/OWN/restore", None, "volume_id"),
        (
            "block-storage",
            Method::Post,
            "/backups/OWN/restore",
            Some(json!({"restore": {"volume_id": "stranger"}})),
            "volume_id",
        ),
        (
            "block-storage",
            Method::Post,
            "/backups/OWN/restore",
            Some(json!({"restore": {"volume_id": OWN}, "Restore": {}})),
            "volume_id",
        ),
    ] {
        let error = change(service, method, &own(path), body).unwrap_err();
        assert!(error.message.contains(message), "{path}: {}", error.message);
    }
    let twice = Request {
        body: Some(Bytes::from_static(br#"{"os-getConsoleOutput": {}, "os-getConsoleOutput": {}}"#)),
        ..Request::new("compute", Method::Post, own("/servers/OWN/action"))
    };
    with_standing(|standing| super::change(twice, standing)).unwrap_err();
    let queried = Request {
        query: vec![("user_id".into(), "x".into())],
        ..Request::new("compute", Method::Delete, own("/servers/OWN"))
    };
    with_standing(|standing| super::change(queried, standing)).unwrap_err();
}
