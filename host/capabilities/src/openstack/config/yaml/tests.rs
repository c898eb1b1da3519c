use super::*;

fn parsed(text: &str, cloud: &str) -> Result<FileContent, ConfigError> {
    parse(Path::new("clouds.yaml"), text, "clouds", Some(cloud))
}

fn setting(text: &str, key: &str) -> Option<(String, String)> {
    let settings = parsed(text, "c").unwrap().settings.unwrap();
    settings.get(key).map(|setting| (setting.value.clone(), setting.place.to_string()))
}

fn problem(text: &str) -> String {
    parsed(text, "c").err().unwrap().to_string()
}

#[test]
fn settings_know_where_they_are() {
    let text = "clouds:\n  c:\n    auth:\n      username: me\n    region_name: R\n";
    assert_eq!(setting(text, "username"), Some(("me".into(), "clouds.yaml:4:17".into())));
    assert_eq!(setting(text, "region_name"), Some(("R".into(), "clouds.yaml:5:18".into())));
}

#[test]
fn scalars_are_the_texts_that_they_are() {
    for (written, value) in [
        ("12345", "12345"),
        ("007", "007"),
        ("1e5", "1e5"),
        ("'quoted # text'", "quoted # text"),
        ("\"a\\\"b\"", "a\"b"),
        ("true", "true"),
        ("${HOME}", "${HOME}"),
        ("0x10", "0x10"),
        ("2026-01-01", "2026-01-01"),
    ] {
        let text = format!("clouds:\n  c:\n    auth:\n      password: {written}\n");
        assert_eq!(setting(&text, "password").unwrap().0, value, "{written}");
    }
    assert_eq!(setting("clouds: {c: {auth: {password: null, username: me}}}", "password"), None);
}

#[test]
fn anchors_and_merges_work() {
    let text = "x-base: &base\n  region_name: R\n  auth: {username: me}\nclouds:\n  c:\n    <<: *base\n    interface: internal\n";
    assert_eq!(setting(text, "region_name").unwrap().0, "R");
    assert_eq!(setting(text, "username").unwrap().0, "me");
    assert_eq!(setting(text, "interface").unwrap().0, "internal");
}

#[test]
fn other_keys_and_other_clouds_may_be_anything() {
    let text = "cache: [1]\nclouds:\n  other: [what, is, this]\n  c:\n    networks: [{name: x}]\n    auth-type: password\n    auth: {auth-url: u}\n  empty:\n";
    let content = parsed(text, "c").unwrap();
    assert_eq!(content.names.into_iter().collect::<Vec<_>>(), ["c", "empty", "other"]);
    let keys: Vec<_> = content.settings.unwrap().into_keys().collect();
    assert_eq!(keys, ["auth_type", "auth_url"]);
    assert!(parsed(text, "empty").unwrap().settings.unwrap().is_empty());
    assert!(parsed(text, "missing").unwrap().settings.is_none());
}

#[test]
fn the_first_region_of_a_list_is_taken() {
    assert_eq!(setting("clouds: {c: {regions: [A, B]}}", "first_region").unwrap().0, "A");
    assert_eq!(setting("clouds: {c: {regions: [{name: A}, B]}}", "first_region").unwrap().0, "A");
    assert_eq!(setting("clouds: {c: {regions: []}}", "first_region"), None);
    assert!(
        problem("clouds: {c: {regions: [{name: A, values: {}}]}}")
            .contains("`values` of regions are not supported")
    );
}

#[test]
fn json_is_yaml() {
    let text = r#"{"clouds": {"c": {"auth": {"username": "me"}, "verify": false}}}"#;
    assert_eq!(setting(text, "username").unwrap().0, "me");
    assert_eq!(setting(text, "verify").unwrap().0, "false");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_never_quoted() {
    for (text, place) in [
        ("clouds: [hunter2]", "clouds.yaml:1:9"),
        ("clouds:\n  c: hunter2\n", "clouds.yaml:2:6"),
        ("clouds:\n  c:\n    auth: hunter2\n", "clouds.yaml:3:11"),
        ("clouds:\n  c:\n    auth:\n      password: [hunter2]\n", "clouds.yaml:4:17"),
        ("clouds:\n  c:\n    auth:\n      password: {hunter2: 1}\n", "clouds.yaml:4:17"),
        ("clouds:\n  c:\n    auth: {password: hunter2\n", "clouds.yaml:"),
        ("clouds:\n  c:\n    auth: {password: \"hunter2}\n", "clouds.yaml:"),
        ("clouds:\n  c:\n\tauth: hunter2\n", "clouds.yaml:"),
        ("clouds: *hunter2", "clouds.yaml:"),
        ("clouds:\n  c:\n    auth: {password: !!int hunter2}\n", ""),
    ] {
        let Err(error) = parsed(text, "c") else { continue };
        let (shown, debug) = (error.to_string(), format!("{error:?}"));
        assert!(shown.starts_with(place), "{shown} for {text:?}");
        assert!(!shown.contains("hunter2") && !debug.contains("hunter2"), "{shown}");
    }
}

#[test]
fn keys_that_are_there_twice_are_said() {
    assert!(
        problem("clouds:\n  c:\n    auth: {}\n    auth: {}\n").contains("the key \"auth\" is there twice")
    );
    assert!(problem("clouds:\n  c: {}\n---\nclouds: {}\n").contains("more than one YAML document"));
}
