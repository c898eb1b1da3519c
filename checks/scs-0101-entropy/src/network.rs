//! A network for the server, with a way to the outside if there is one.

use serde_json::{Value, json};
use touchstone_sdk::openstack::{Creation, Method, Request, pages};
use touchstone_sdk::{Context, Error};

/// Makes a network, a subnet and a router, and gives the id of the network.
///
/// To the outside leads a gateway, if the cloud has an external network: the server needs it only where its image lacks
/// `rngtest`, which then has to be installed.
pub(crate) fn make(cx: &mut Context) -> Result<String, Error> {
    let outside = external(cx)?;
    let prefix = cx.prefix();
    let network = create(cx, "/networks", "network", json!({"name": format!("{prefix}network")}))?;
    let subnet = json!({
        "name": format!("{prefix}subnet"),
        "network_id": network,
        "ip_version": 4,
        "cidr": "10.1.0.0/24",
        "enable_dhcp": true,
        "dns_nameservers": ["9.9.9.9"],
    });
    let subnet = create(cx, "/subnets", "subnet", subnet)?;
    let mut router = json!({"name": format!("{prefix}router")});
    if let Some(outside) = outside {
        router["external_gateway_info"] = json!({"network_id": outside});
    }
    let router = create(cx, "/routers", "router", router)?;
    connect(cx, &router, &subnet)?;
    Ok(network)
}

fn external(cx: &mut Context) -> Result<Option<String>, Error> {
    let request = Request::get("network", "/networks").query("router:external", "true");
    Ok(first_external(&pages(cx, request, "networks")?))
}

/// The first external network, by name.
fn first_external(networks: &[Value]) -> Option<String> {
    let external =
        networks.iter().filter(|network| network.get("router:external") == Some(&Value::Bool(true)));
    let named = external.filter_map(|network| {
        let text = |name: &str| network.get(name).and_then(Value::as_str);
        Some((text("name").unwrap_or_default(), text("id")?))
    });
    named.min().map(|(_, id)| id.to_owned())
}

fn create(cx: &mut Context, path: &str, kind: &str, body: Value) -> Result<String, Error> {
    let creation = Creation::of("network", path, kind, body);
    Ok(cx.create(&creation)?.expect(&creation.request)?.to_owned())
}

fn connect(cx: &mut Context, router: &str, subnet: &str) -> Result<(), Error> {
    let body = json!({"subnet_id": subnet});
    let change =
        |what: &str| Request::json(Method::Put, "network", &format!("/routers/{router}/{what}"), &body);
    let creation = Creation {
        request: change("add_router_interface"),
        id_pointer: "/id".into(),
        undo: change("remove_router_interface"),
    };
    cx.create(&creation)?.expect(&creation.request)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_external_network_by_name_leads_to_the_outside() {
        let network = |name: &str, external: Value| json!({"id": format!("n-{name}"), "name": name, "router:external": external});
        let own = network("a", json!(false));
        let first = |networks: &[Value]| first_external(networks);
        assert_eq!(
            first(&[own.clone(), network("c", json!(true)), network("b", json!(true))]).as_deref(),
            Some("n-b")
        );
        assert_eq!(first(&[own, network("b", json!("true")), json!({"id": "n", "name": "0"})]), None);
        assert_eq!(first(&[]), None);
        let nameless =
            [json!({"id": "y", "router:external": true}), json!({"id": "x", "router:external": true})];
        assert_eq!(first(&nameless).as_deref(), Some("x"));
    }
}
