use serde_json::{Value, json};

use crate::testing::{Client, names};

const API: &str = "/network/v2.0";
const CLOUD: &str = "\
identity: {project: {name: demo, id: p1}}
networks:
- {name: outside, id: ext, external: true, subnets: [{name: o4, id: s1, cidr: 192.0.2.0/24, no_dhcp: true}]}
";

async fn client() -> Client {
    Client::yaml(CLOUD).await
}

async fn create(client: &Client, kind: &str, body: Value) -> String {
    let path = format!("{API}/{}s", kind.replace('_', "-"));
    client.create(&path, json!({kind: body}), &format!("/{kind}/id")).await
}

/// Ids of a network, its subnet, a router and its interface.
async fn connected(client: &Client) -> [String; 4] {
    let network = create(client, "network", json!({"name": "n"})).await;
    let wanted = json!({"name": "s", "network_id": network, "ip_version": 4, "cidr": "10.1.0.0/24"});
    let subnet = create(client, "subnet", wanted).await;
    let wanted = json!({"name": "r", "external_gateway_info": {"network_id": "ext"}});
    let router = create(client, "router", wanted).await;
    let path = format!("{API}/routers/{router}/add_router_interface");
    let added = client.put(&path, json!({"subnet_id": subnet})).await;
    assert_eq!(added.outcome("/id"), (200, router.clone()));
    let port = added.outcome("/port_id").1;
    assert_eq!(added.json()["subnet_ids"], json!([subnet]));
    assert_eq!(
        (added.outcome("/subnet_id").1, added.outcome("/network_id").1),
        (subnet.clone(), network.clone())
    );
    [network, subnet, router, port]
}

async fn refused(client: &Client, kind: &str, body: Value) -> (u16, String) {
    let path = format!("{API}/{}s", kind.replace('_', "-"));
    client.post(&path, json!({kind: body})).await.outcome("/NeutronError/type")
}

#[tokio::test]
async fn networks_are_connected_and_taken_apart() {
    let client = client().await;
    let [network, subnet, router, port] = connected(&client).await;
    assert_eq!(client.inventory(), ["network n", "subnet s", "router r", "router_interface ", "port "]);
    let delete = async |kind: &str, id: &str| {
        let answer =
            client.send(reqwest::Method::DELETE, &format!("{API}/{kind}/{id}"), &[], String::new()).await;
        match answer.status {
            204 => "gone".into(),
            409 => answer.outcome("/NeutronError/type").1,
            other => panic!("{other}: {}", answer.text),
        }
    };
    assert_eq!(delete("routers", &router).await, "RouterInUse");
    assert_eq!(delete("subnets", &subnet).await, "SubnetInUse");
    assert_eq!(delete("networks", &network).await, "NetworkInUse");
    assert_eq!(delete("ports", &port).await, "ServicePortInUse");
    let path = format!("{API}/routers/{router}/remove_router_interface");
    let removed = client.put(&path, json!({"subnet_id": subnet})).await;
    assert_eq!(removed.outcome("/port_id"), (200, port.clone()));
    let again = client.put(&path, json!({"subnet_id": subnet})).await;
    assert_eq!(again.outcome("/NeutronError/type"), (404, "RouterInterfaceNotFoundForSubnet".into()));
    assert_eq!(delete("routers", &router).await, "gone");
    assert_eq!(delete("subnets", &subnet).await, "gone");
    let shown = client.get(&format!("{API}/networks/{network}")).await.json();
    assert_eq!(shown["network"]["subnets"], json!([]));
    assert_eq!(delete("networks", &network).await, "gone");
    assert!(client.inventory().is_empty(), "the port to the outside goes with the router");
    assert_eq!(client.delete(&format!("{API}/routers/{router}")).await, 404);
}

#[tokio::test]
async fn a_network_takes_its_subnets_along() {
    let client = client().await;
    let network = create(&client, "network", json!({"name": "n"})).await;
    let wanted =
        json!({"network_id": network, "ip_version": 6, "cidr": "fd00::/64", "ipv6_ra_mode": "slaac"});
    create(&client, "subnet", wanted).await;
    assert_eq!(client.delete(&format!("{API}/networks/{network}")).await, 204);
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn subnets_are_as_they_are_asked_for() {
    let client = client().await;
    let network = create(&client, "network", json!({"name": "n"})).await;
    let subnet = async |body: Value| {
        let mut wanted = json!({"network_id": network, "ip_version": 4});
        wanted.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let id = create(&client, "subnet", wanted).await;
        client.get(&format!("{API}/subnets/{id}")).await.json()["subnet"].clone()
    };
    let usual = subnet(json!({"cidr": "10.1.0.0/24", "dns_nameservers": ["9.9.9.9"]})).await;
    assert_eq!((&usual["gateway_ip"], &usual["dns_nameservers"]), (&json!("10.1.0.1"), &json!(["9.9.9.9"])));
    assert_eq!(usual["allocation_pools"], json!([{"start": "10.1.0.2", "end": "10.1.0.254"}]));
    let own = json!({"cidr": "10.2.0.0/24", "gateway_ip": "10.2.0.254",
                     "allocation_pools": [{"start": "10.2.0.100", "end": "10.2.0.199"}]});
    let own = subnet(own).await;
    assert_eq!(
        (&own["gateway_ip"], &own["allocation_pools"][0]["start"]),
        (&json!("10.2.0.254"), &json!("10.2.0.100"))
    );
    let last = subnet(json!({"cidr": "10.3.0.0/24", "gateway_ip": "10.3.0.254"})).await;
    assert_eq!(last["allocation_pools"], json!([{"start": "10.3.0.1", "end": "10.3.0.253"}]));
    let none = subnet(json!({"cidr": "10.4.0.0/24", "gateway_ip": null})).await;
    assert_eq!(
        (&none["gateway_ip"], &none["allocation_pools"][0]["start"]),
        (&json!(null), &json!("10.4.0.1"))
    );
    let shown = client.get(&format!("{API}/networks/{network}")).await.json();
    assert_eq!(shown["network"]["subnets"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_neutron_does_not_take() {
    let client = client().await;
    let network = create(&client, "network", json!({"name": "n"})).await;
    let subnet = |body: Value| {
        let mut wanted = json!({"network_id": network, "ip_version": 4, "cidr": "10.1.0.0/24"});
        wanted.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        wanted
    };
    create(&client, "subnet", subnet(json!({}))).await;
    for (kind, body, status, error) in [
        ("network", json!({"colour": "red"}), 400, "HTTPBadRequest"),
        ("network", json!({"name": 7}), 400, "HTTPBadRequest"),
        ("network", json!({"shared": true}), 403, "PolicyNotAuthorized"),
        ("subnet", subnet(json!({})), 400, "InvalidInput"),
        ("subnet", subnet(json!({"cidr": "10.1.0.128/25"})), 400, "InvalidInput"),
        ("subnet", subnet(json!({"cidr": "10.2.0.0"})), 400, "HTTPBadRequest"),
        ("subnet", subnet(json!({"cidr": "10.2.0.0/24", "ip_version": 6})), 400, "InvalidInput"),
        ("subnet", subnet(json!({"cidr": "10.2.0.0/24", "gateway_ip": "10.3.0.1"})), 400, "InvalidInput"),
        ("subnet", subnet(json!({"network_id": "nope"})), 404, "NetworkNotFound"),
        ("subnet", subnet(json!({"network_id": "ext"})), 403, "PolicyNotAuthorized"),
        ("subnet", json!({"network_id": network, "cidr": "10.2.0.0/24"}), 400, "HTTPBadRequest"),
        ("router", json!({"external_gateway_info": {"network_id": network}}), 400, "BadRequest"),
        ("router", json!({"external_gateway_info": {"network_id": "nope"}}), 404, "NetworkNotFound"),
        ("port", json!({"network_id": "nope"}), 404, "NetworkNotFound"),
        ("port", json!({"network_id": network, "security_groups": ["nope"]}), 404, "SecurityGroupNotFound"),
        ("security_group", json!({"name": "default"}), 409, "SecurityGroupDefaultAlreadyExists"),
        (
            "security_group_rule",
            json!({"security_group_id": "nope", "direction": "ingress"}),
            404,
            "SecurityGroupNotFound",
        ),
    ] {
        assert_eq!(refused(&client, kind, body.clone()).await, (status, error.into()), "{kind} {body}");
    }
    let bulk = client.post(&format!("{API}/networks"), json!({"networks": [{"name": "a"}]})).await;
    assert_eq!(bulk.outcome("/NeutronError/message"), (400, "Bulk operation not supported".into()));
    assert_eq!(client.delete(&format!("{API}/networks/ext")).await, 403);
    assert_eq!(client.inventory().len(), 2);
}

#[tokio::test]
async fn what_routers_do_not_connect() {
    let client = client().await;
    let [network, subnet, router, _] = connected(&client).await;
    let wanted = json!({"network_id": network, "ip_version": 4, "cidr": "10.2.0.0/24", "gateway_ip": null});
    let closed = create(&client, "subnet", wanted).await;
    let path = format!("{API}/routers/{router}/add_router_interface");
    for (body, status, error) in [
        (json!({"subnet_id": subnet}), 400, "BadRequest"),
        (json!({"subnet_id": closed}), 400, "BadRequest"),
        (json!({}), 400, "BadRequest"),
        (json!({"subnet_id": "nope"}), 404, "SubnetNotFound"),
        (json!({"port_id": "nope"}), 404, "PortNotFound"),
    ] {
        let answer = client.put(&path, body.clone()).await;
        assert_eq!(answer.outcome("/NeutronError/type"), (status, error.into()), "{body}");
    }
    let other = create(&client, "router", json!({"name": "r2"})).await;
    let taken = client
        .put(&format!("{API}/routers/{other}/add_router_interface"), json!({"subnet_id": subnet}))
        .await;
    assert_eq!(taken.outcome("/NeutronError/type"), (409, "IpAddressAlreadyAllocated".into()));
    let port = create(&client, "port", json!({"network_id": network, "name": "p"})).await;
    let path = format!("{API}/routers/{other}");
    let added = client.put(&format!("{path}/add_router_interface"), json!({"port_id": port})).await;
    assert_eq!(added.outcome("/port_id"), (200, port.clone()));
    let removed = client.put(&format!("{path}/remove_router_interface"), json!({"port_id": port})).await;
    assert_eq!(removed.status, 200);
    assert_eq!(client.get(&format!("{API}/ports/{port}")).await.status, 404);
}

#[tokio::test]
async fn routers_get_and_lose_their_way_to_the_outside() {
    let client = client().await;
    let router = create(&client, "router", json!({"name": "r"})).await;
    let path = format!("{API}/routers/{router}");
    let gateway = json!({"router": {"external_gateway_info": {"network_id": "ext"}, "name": "q"}});
    let info = "/router/external_gateway_info/external_fixed_ips/0/ip_address";
    assert_eq!(client.put(&path, gateway.clone()).await.outcome(info), (200, "192.0.2.2".into()));
    assert_eq!(client.put(&path, gateway).await.status, 200);
    assert_eq!(client.inventory(), ["router q", "port "]);
    let closed = client.put(&path, json!({"router": {"external_gateway_info": {}}})).await;
    assert_eq!(closed.json()["router"]["external_gateway_info"], Value::Null);
    assert_eq!(client.inventory(), ["router q"]);
}

#[tokio::test]
async fn ports_have_addresses_and_are_found_by_them() {
    let client = client().await;
    let [network, subnet, router, interface] = connected(&client).await;
    let wanted = json!({"network_id": network, "name": "p", "fixed_ips": [{"ip_address": "10.1.0.7"}]});
    let port = create(&client, "port", wanted.clone()).await;
    let next = create(&client, "port", json!({"network_id": network})).await;
    let shown = client.get(&format!("{API}/ports/{next}")).await.json()["port"].clone();
    assert_eq!(shown["fixed_ips"], json!([{"subnet_id": subnet, "ip_address": "10.1.0.2"}]));
    assert_eq!(refused(&client, "port", wanted).await, (409, "IpAddressAlreadyAllocated".into()));
    let outside = json!({"network_id": network, "fixed_ips": [{"ip_address": "10.9.0.7"}]});
    assert_eq!(refused(&client, "port", outside).await, (400, "InvalidInput".into()));
    let found = async |query: &str| {
        let list = client.get(&format!("{API}/ports?{query}")).await.json()["ports"].clone();
        let ids = list.as_array().unwrap().iter().map(|port| port["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(found("name=p").await, std::slice::from_ref(&port));
    assert_eq!(found(&format!("device_id={router}")).await, [interface], "the gateway's port is not shown");
    assert_eq!(found("fixed_ips=ip_address%3D10.1.0.7").await, std::slice::from_ref(&port));
    assert_eq!(found(&format!("network_id={network}")).await.len(), 3);
    assert_eq!(client.delete(&format!("{API}/ports/{port}")).await, 204);
    assert!(found("name=p").await.is_empty());
}

#[tokio::test]
async fn addresses_may_run_out() {
    let client = client().await;
    let network = create(&client, "network", json!({})).await;
    let wanted = json!({"network_id": network, "ip_version": 4, "cidr": "10.1.0.0/30"});
    create(&client, "subnet", wanted).await;
    create(&client, "port", json!({"network_id": network})).await;
    let full = refused(&client, "port", json!({"network_id": network})).await;
    assert_eq!(full, (409, "IpAddressGenerationFailure".into()));
}

#[tokio::test]
async fn security_groups_and_their_rules() {
    let client = client().await;
    let group = create(&client, "security_group", json!({"name": "g", "description": "d"})).await;
    let path = format!("{API}/security-groups/{group}");
    let rules = async || client.get(&path).await.json()["security_group"]["security_group_rules"].clone();
    let first = rules().await;
    let directions: Vec<_> = first.as_array().unwrap().iter().map(|rule| &rule["direction"]).collect();
    assert_eq!(directions, ["egress", "egress"]);
    let wanted = json!({"security_group_id": group, "direction": "ingress", "protocol": "tcp",
                        "port_range_min": 22, "port_range_max": 22});
    let rule = create(&client, "security_group_rule", wanted.clone()).await;
    assert_eq!(rules().await.as_array().unwrap().len(), 3);
    assert_eq!(client.inventory(), ["security_group g", "security_group_rule "]);
    assert_eq!(
        refused(&client, "security_group_rule", wanted).await,
        (409, "SecurityGroupRuleExists".into())
    );
    assert_eq!(client.delete(&format!("{API}/security-group-rules/{rule}")).await, 204);
    assert_eq!(rules().await.as_array().unwrap().len(), 2);
    let network = create(&client, "network", json!({})).await;
    let port = create(&client, "port", json!({"network_id": network, "security_groups": [group]})).await;
    let used = client.send(reqwest::Method::DELETE, &path, &[], String::new()).await;
    assert_eq!(used.outcome("/NeutronError/type"), (409, "SecurityGroupInUse".into()));
    assert_eq!(client.delete(&format!("{API}/ports/{port}")).await, 204);
    assert_eq!((client.delete(&path).await, client.delete(&path).await), (204, 404));
    let of_group = client.get(&format!("{API}/security-group-rules?security_group_id={group}")).await.json();
    assert_eq!(of_group["security_group_rules"], json!([]));
    let default = client.get(&format!("{API}/security-groups?name=default")).await;
    let default = default.outcome("/security_groups/0/id").1;
    assert_eq!(client.delete(&format!("{API}/security-groups/{default}")).await, 409);
}

#[tokio::test]
async fn readers_only_read() {
    let client = Client::yaml(
        "identity: {users: [{name: r, password: x, roles: [reader]}]}\nexisting: [{kind: router, name: s}]",
    )
    .await;
    let routers = client.get(&format!("{API}/routers")).await.json();
    assert_eq!(names(&routers["routers"]), ["s"]);
    let path = format!("{API}/routers/{}", routers["routers"][0]["id"].as_str().unwrap());
    let answer = client.post(&format!("{API}/networks"), json!({"network": {}})).await;
    let rule = "rule:create_network is disallowed by policy";
    assert_eq!(answer.outcome("/NeutronError/message"), (403, rule.into()));
    let answer = client.put(&format!("{path}/add_router_interface"), json!({})).await;
    let rule = "rule:add_router_interface is disallowed by policy";
    assert_eq!(answer.outcome("/NeutronError/message"), (403, rule.into()));
    assert_eq!((client.delete(&path).await, client.inventory().len()), (403, 1));
}
