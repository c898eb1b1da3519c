//! What a stranger has created before.

use jiff::Timestamp;
use serde_json::{Map, json};

use super::{Backup, Course, Secret, Server, State, Volume};
use crate::cloud::{Cloud, Identified, NewGroup, attributes, derived_id, pool};
use crate::inventory::Kind;
use crate::scenario::{Existing, ExistingKind};

/// Who has created it: nobody who can log in.
const STRANGER: &str = "5742a9e7c0ff4ee1a5dab0d1e5ca1ab1";

impl State {
    /// Adds something that is there already.
    pub(super) fn add_existing(&mut self, cloud: &Cloud, thing: &Identified<Existing>) {
        let Identified { id, it } = thing;
        let created = Timestamp::now().checked_sub(it.age).unwrap_or(Timestamp::UNIX_EPOCH);
        let (name, now) = (Some(it.name.clone()), self.now);
        let zone = cloud.zones.first().cloned().unwrap_or_default();
        match it.kind {
            ExistingKind::Server => self.servers.push(Server {
                id: id.clone(),
                name: it.name.clone(),
                description: None,
                user: STRANGER.into(),
                flavor: cloud.flavors.first().map(|flavor| flavor.id.clone()).unwrap_or_default(),
                image: cloud.images.first().map(|image| image.id.clone()),
                zone,
                metadata: Map::new(),
                tags: Vec::new(),
                groups: vec!["default".into()],
                config_drive: false,
                user_data: None,
                created,
                disks: Vec::new(),
                own_ports: Vec::new(),
                course: Course::steady("ACTIVE", now),
                deleting: false,
            }),
            ExistingKind::Volume => self.volumes.push(Volume {
                id: id.clone(),
                name,
                description: None,
                size: 1,
                kind: cloud.default_volume_type().map(|kind| kind.id.clone()),
                zone,
                metadata: Map::new(),
                image: None,
                source: None,
                user: STRANGER.into(),
                created,
                attached: None,
                course: Course::steady("available", now),
            }),
            ExistingKind::Backup => self.backups.push(Backup {
                id: id.clone(),
                name,
                description: None,
                container: "volumebackups".into(),
                volume: derived_id(&[id, "volume"]).to_string(),
                parent: None,
                size: 1,
                zone,
                user: STRANGER.into(),
                created,
                course: Course::steady("available", now),
            }),
            ExistingKind::Secret => self.secrets.push(Secret {
                id: id.clone(),
                name,
                secret_type: "opaque".into(),
                algorithm: None,
                bit_length: None,
                mode: None,
                expiration: None,
                payload: Some(("text/plain".into(), b"of a stranger".to_vec())),
                creator: STRANGER.into(),
                created,
            }),
            ExistingKind::Network => self.add_network(cloud, id, &it.name, created),
            ExistingKind::Subnet => self.add_subnet(cloud, id, it, created),
            ExistingKind::Router => {
                let router = json!({
                    "id": id, "name": it.name, "admin_state_up": true, "status": "ACTIVE", "routes": [],
                    "external_gateway_info": null, "project_id": cloud.project.id, "tenant_id": cloud.project.id,
                    "ha": false, "distributed": false, "availability_zones": [], "availability_zone_hints": [],
                    "flavor_id": null, "description": "", "tags": [], "created_at": seconds(created),
                    "updated_at": seconds(created), "revision_number": 1,
                });
                self.net.add(Kind::Router, attributes(router));
            }
            ExistingKind::SecurityGroup => {
                let created = &seconds(created);
                let new = NewGroup { id, name: &it.name, description: "", created };
                self.net.add_group(cloud.networking.security_group(new, false));
            }
        }
    }

    fn add_network(&mut self, cloud: &Cloud, id: &str, name: &str, created: Timestamp) {
        let project = &cloud.project.id;
        let network = json!({
            "id": id, "name": name, "description": "", "project_id": project, "tenant_id": project,
            "admin_state_up": true, "status": "ACTIVE", "mtu": 1442, "subnets": [], "shared": false,
            "router:external": false, "availability_zone_hints": [], "availability_zones": cloud.zones,
            "ipv4_address_scope": null, "ipv6_address_scope": null, "port_security_enabled": true,
            "qos_policy_id": null, "dns_domain": "", "l2_adjacency": true, "tags": [],
            "created_at": seconds(created), "updated_at": seconds(created), "revision_number": 1,
        });
        self.net.add(Kind::Network, attributes(network));
    }

    fn add_subnet(&mut self, cloud: &Cloud, id: &str, it: &Existing, created: Timestamp) {
        let before = cloud.existing.iter().take_while(|other| other.id != id);
        let network = match before.filter(|other| other.it.kind == ExistingKind::Network).last() {
            Some(network) => network.id.clone(),
            None => {
                let network = derived_id(&[id, "network"]).to_string();
                self.add_network(cloud, &network, &it.name, created);
                network
            }
        };
        let cidr = format!("10.99.{}.0/24", self.net.subnets.len() % 256);
        let pool = pool(&cidr).map(|(_, start, end)| json!([{"start": start, "end": end}]));
        let project = &cloud.project.id;
        let subnet = json!({
            "id": id, "name": it.name, "description": "", "network_id": network, "project_id": project,
            "tenant_id": project, "ip_version": 4, "cidr": cidr, "gateway_ip": null, "enable_dhcp": true,
            "allocation_pools": pool, "dns_nameservers": [], "host_routes": [], "subnetpool_id": null,
            "ipv6_ra_mode": null, "ipv6_address_mode": null, "router:external": false, "service_types": [],
            "tags": [], "created_at": seconds(created), "updated_at": seconds(created), "revision_number": 0,
        });
        self.net.add(Kind::Subnet, attributes(subnet));
    }
}

/// As neutron writes it.
fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
