use super::*;
use crate::openstack::api::Endpoint;

const PROJECT: &str = "4c99839ae59548b699609a664400da5d";

fn service(name: &str) -> ServiceType {
    name.parse().unwrap()
}

fn classified(name: &str, url: &str) -> String {
    match classify(&service(name), url, PROJECT) {
        None => "unusable".to_owned(),
        Some(Base::Ready(url)) => format!("ready {url}"),
        Some(Base::Unversioned { root, suffix, wanted }) => format!("{root} + v{} + {suffix}", wanted.major),
    }
}

fn catalog(entries: &[(&str, &str)]) -> Vec<Service> {
    let service = |(kind, url): &(&str, &str)| Service {
        service_type: (*kind).to_owned(),
        name: String::new(),
        endpoints: vec![Endpoint { interface: "public".into(), region: "R".into(), url: (*url).to_owned() }],
    };
    let mut catalog: Vec<_> = entries.iter().map(service).collect();
    catalog.sort();
    catalog
}

fn chosen(name: &str, entries: &[(&str, &str)]) -> String {
    match choose(&catalog(entries), &service(name), Some("R"), Interface::Public, PROJECT).unwrap() {
        Base::Ready(url) => url.to_string(),
        Base::Unversioned { root, .. } => format!("{root} (unversioned)"),
    }
}

#[test]
fn urls_with_the_wanted_version_are_ready() {
    assert_eq!(classified("compute", "http://h:8774/v2.1"), "ready http://h:8774/v2.1");
    assert_eq!(classified("compute", "http://h/compute/v2.1/"), "ready http://h/compute/v2.1/");
    assert_eq!(classified("compute", "http://h/v2/$(tenant_id)s"), format!("ready http://h/v2/{PROJECT}"));
    assert_eq!(
        classified("block-storage", "http://h/v3/%(project_id)s"),
        format!("ready http://h/v3/{PROJECT}")
    );
    assert_eq!(classified("object-store", "http://h/v1/AUTH_x"), "ready http://h/v1/AUTH_x");
    assert_eq!(classified("placement", "http://h/placement"), "ready http://h/placement");
    assert_eq!(classified("image", "http://h/v2?x=y#z"), "ready http://h/v2");
}

#[test]
fn urls_without_it_are_asked() {
    assert_eq!(classified("network", "http://h:9696"), "http://h:9696/ + v2 + ");
    assert_eq!(classified("image", "https://h/image/"), "https://h/image/ + v2 + ");
    assert_eq!(classified("identity", "http://h/identity/v2.0"), "http://h/identity + v3 + ");
    assert_eq!(
        classified("block-storage", &format!("http://h/v2/{PROJECT}")),
        format!("http://h/ + v3 + /{PROJECT}")
    );
    assert_eq!(classified("block-storage", "http://h/v2/somebody-else"), "http://h/ + v3 + ");
}

#[test]
fn what_is_no_url_of_a_service_is_unusable() {
    for url in
        ["", "h:8774", "//h", "ftp://h/", "file:///etc", "http://u:p@h/v2.1", "http://u@h/v2.1", "http://"]
    {
        assert_eq!(classified("compute", url), "unusable", "{url}");
    }
}

#[test]
fn the_wanted_version_goes_before_the_official_name() {
    let v2 = ("volumev2", "http://h/v2");
    let v3 = ("volumev3", "http://h/v3");
    assert_eq!(chosen("block-storage", &[v2, v3]), "http://h/v3");
    assert_eq!(chosen("volumev2", &[v3, v2]), "http://h/v3");
    assert_eq!(chosen("block-storage", &[v3, ("block-storage", "http://new/v3")]), "http://new/v3");
    assert_eq!(chosen("block-storage", &[v3, ("block-storage", "http://new")]), "http://h/v3");
    assert_eq!(chosen("block-storage", &[v2]), "http://h/ (unversioned)");
    assert_eq!(chosen("sharev2", &[("share", "http://h/v1"), ("sharev2", "http://h/v2")]), "http://h/v2");
}

#[test]
fn versions_of_segments() {
    assert_eq!(version_of("v2.1"), Some((2, 1)));
    assert_eq!(version_of("v3"), Some((3, 0)));
    for segment in ["", "v", "2.1", "V2", "v2.1.3", "v2.x", "v-1", "v+1", "v12345", "volume", "v2 "] {
        assert_eq!(version_of(segment), None, "{segment}");
    }
}
