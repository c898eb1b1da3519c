use super::*;

#[test]
fn dots_in_versions_make_no_packages() {
    assert_eq!(class(&["SCS-compatible IaaS", "v5.1", "main"]), "SCS-compatible IaaS.v5_1.main");
}
