//! Subnets.

use std::net::IpAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{Given, invalid};
use super::{Change, bad_request, conflict, missing};
use crate::cloud::{Attributes, attributes, first, pool};
use crate::inventory::Kind;
use crate::reply::Reply;
use crate::state::{fixed_ips, text};

/// What may be said about a new subnet.
const KNOWN: [&str; 16] = [
    "name",
    "description",
    "network_id",
    "ip_version",
    "cidr",
    "gateway_ip",
    "enable_dhcp",
    "allocation_pools",
    "dns_nameservers",
    "host_routes",
    "ipv6_ra_mode",
    "ipv6_address_mode",
    "project_id",
    "tenant_id",
    "dns_publish_fixed_ip",
    "service_types",
];

/// `POST /subnets`
pub(super) fn create(change: &mut Change<'_>, _: &str) -> Result<Reply, Reply> {
    let given = Given::read(change.call, "subnet", &KNOWN)?;
    let network = given.required("network_id")?;
    let owner = change.net.networks.get(network).ok_or_else(|| missing("networks", network))?;
    change.check_owner(owner, "create_subnet")?;
    let cidr = given.required("cidr")?;
    let (version, start, end) =
        pool(cidr).ok_or_else(|| invalid("cidr", &format!("'{cidr}' is not a valid IP subnet.")))?;
    match given.value("ip_version") {
        None => {
            return Err(given
                .required("ip_version")
                .map_or_else(|missing| missing, |_| invalid("ip_version", "")));
        }
        Some(asked) if asked.as_u64() == Some(version.into()) || *asked == *version.to_string() => {}
        Some(asked) => {
            let problem = format!(
                "Invalid input for operation: cidr '{cidr}' does not match the ip_version '{asked}'."
            );
            return Err(bad_request("InvalidInput", &problem));
        }
    }
    check_overlap(change, network, cidr)?;
    let gateway = gateway(&given, cidr)?;
    let pools = match given.value("allocation_pools") {
        Some(Value::Array(pools)) if !pools.is_empty() => check_pools(pools, cidr)?,
        _ if gateway == Some(end) => json!([{"start": first(cidr), "end": before(end)}]),
        _ if gateway == first(cidr) => json!([{"start": start, "end": end}]),
        _ => json!([{"start": first(cidr), "end": end}]),
    };
    let project = change.project();
    let subnet = attributes(json!({
        "id": Uuid::new_v4(), "name": given.name()?, "description": given.text("description")?.unwrap_or_default(),
        "network_id": network, "project_id": project, "tenant_id": project, "ip_version": version, "cidr": cidr,
        "gateway_ip": gateway, "enable_dhcp": given.or("enable_dhcp", true), "allocation_pools": pools,
        "dns_nameservers": given.or("dns_nameservers", Vec::<Value>::new()),
        "host_routes": given.or("host_routes", Vec::<Value>::new()), "subnetpool_id": null,
        "ipv6_ra_mode": given.or("ipv6_ra_mode", Value::Null),
        "ipv6_address_mode": given.or("ipv6_address_mode", Value::Null), "router:external": false,
        "service_types": [], "tags": [], "created_at": change.now, "updated_at": change.now, "revision_number": 0,
    }));
    change.net.add(Kind::Subnet, subnet.clone());
    Ok(Reply::json(201, &json!({"subnet": subnet})))
}

/// `DELETE /subnets/ID`
pub(super) fn delete(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    let subnet = change.net.subnets.get(id).ok_or_else(|| missing("subnets", id))?;
    change.check_owner(subnet, "delete_subnet")?;
    if change.net.ports.values().any(|port| fixed_ips(port).any(|(subnet, _)| subnet == id)) {
        let problem = format!(
            "Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet."
        );
        return Err(conflict("SubnetInUse", &problem));
    }
    change.net.remove(Kind::Subnet, id);
    Ok(Reply::empty(204))
}

fn check_overlap(change: &Change<'_>, network: &str, cidr: &str) -> Result<(), Reply> {
    let others = change.net.subnets.values().filter(|subnet| text(subnet, "network_id") == network);
    if others.into_iter().any(|other| overlap(cidr, text(other, "cidr"))) {
        let problem = format!(
            "Invalid input for operation: Requested subnet with cidr: {cidr} for network: {network} overlaps with another subnet."
        );
        return Err(bad_request("InvalidInput", &problem));
    }
    Ok(())
}

/// Whether two subnets have addresses in common.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    match (pool(one), pool(other)) {
        (Some((_, start, end)), Some((_, other_start, other_end))) => {
            start.is_ipv4() == other_start.is_ipv4() && start <= other_end && other_start <= end
        }
        _ => false,
    }
}

/// None: there is none, as asked for.
fn gateway(given: &Given, cidr: &str) -> Result<Option<IpAddr>, Reply> {
    match given.value("gateway_ip") {
        None => Ok(first(cidr)),
        Some(Value::Null) => Ok(None),
        Some(value) => {
            let address = value.as_str().and_then(|text| text.parse().ok());
            let address = address
                .ok_or_else(|| invalid("gateway_ip", &format!("'{value}' is not a valid IP address.")))?;
            match contains(cidr, address) {
                true => Ok(Some(address)),
                false => Err(bad_request(
                    "InvalidInput",
                    "Invalid input for operation: Gateway is not valid on subnet.",
                )),
            }
        }
    }
}

fn check_pools(pools: &[Value], cidr: &str) -> Result<Value, Reply> {
    for pool in pools {
        let bound = |name: &str| pool[name].as_str().and_then(|text| text.parse::<IpAddr>().ok());
        let (Some(start), Some(end)) = (bound("start"), bound("end")) else {
            return Err(invalid("allocation_pools", "Invalid data format for IP pool."));
        };
        if !contains(cidr, start) || !contains(cidr, end) || start > end {
            let problem = format!("The allocation pool {start}-{end} spans beyond the subnet cidr {cidr}.");
            return Err(bad_request("OutOfBoundsAllocationPool", &problem));
        }
    }
    Ok(pools.into())
}

/// Whether an address can be that of something in a subnet.
pub(super) fn contains(cidr: &str, address: IpAddr) -> bool {
    let range = first(cidr).zip(pool(cidr));
    range.is_some_and(|(first, (_, _, end))| {
        first.is_ipv4() == address.is_ipv4() && first <= address && address <= end
    })
}

/// The subnet with this id.
pub(super) fn find<'a>(change: &'a Change<'_>, id: &str) -> Result<&'a Attributes, Reply> {
    change.net.subnets.get(id).ok_or_else(|| missing("subnets", id))
}

fn before(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits().saturating_sub(1)).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits().saturating_sub(1)).into()),
    }
}
