//! What object stores answer.

use touchstone_sdk::Check;

use super::*;

const NOT_FOUND: &[u8] = b"<html><h1>Not Found</h1><p>The resource could not be found.</p></html>";
const DENIED: &[u8] =
    b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Resource>/</Resource></Error>";
const BUCKETS: &[u8] =
    b"<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>anonymous\
    </ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>";
const WITH_S3: &[u8] = br#"{"swift": {"version": "2.37.4"}, "s3api": {"s3_acl": false}}"#;
const WITHOUT_S3: &[u8] = br#"{"swift": {"version": "2.37.4"}, "tempurl": {}}"#;

fn store(root: (u16, &[u8]), info: (u16, &[u8])) -> Report {
    let catalog = perfect().into_iter().chain([service("object-store")]).collect();
    Cloud::new()
        .catalog(catalog)
        .probe("object-store", "/", root.0, root.1)
        .probe("object-store", "/info", info.0, info.1)
        .only(&[SWIFT_S3])
        .run(&CHECK)
}

#[test]
fn a_host_that_answers_in_s3_at_its_root_passes_at_once() {
    for (status, body, how) in [
        (200, BUCKETS, "GET / gave a list of buckets"),
        (403, DENIED, "GET / gave the error `AccessDenied` of S3"),
        (
            400,
            &b"<Error><Code>InvalidRequest</Code></Error>"[..],
            "GET / gave the error `InvalidRequest` of S3",
        ),
    ] {
        let report = store((status, body), (500, b""));
        assert_eq!(report.verdict(SWIFT_S3), PASS);
        assert_eq!(report.reason(SWIFT_S3), how);
        assert_eq!(report.calls, ["PROBE object-store /"]);
    }
}

#[test]
fn swift_says_in_its_info_whether_it_has_s3() {
    let with = store((404, NOT_FOUND), (200, WITH_S3));
    assert_eq!(with.verdict(SWIFT_S3), PASS);
    assert_eq!(with.calls, ["PROBE object-store /", "PROBE object-store /info"]);
    assert_eq!(store((404, NOT_FOUND), (200, br#"{"swift3": {}}"#)).verdict(SWIFT_S3), PASS);

    let without = store((404, NOT_FOUND), (200, WITHOUT_S3));
    assert_eq!(without.verdict(SWIFT_S3), FAIL);
    let reason = without.reason(SWIFT_S3);
    assert!(
        reason.starts_with("the host of the object store does not speak S3: it answered 404 to GET /"),
        "{reason}"
    );
    assert!(reason.ends_with("that the catalog has `object-store-s3` is not looked at here"), "{reason}");
}

#[test]
fn what_cannot_be_told_without_credentials_is_dnf() {
    for info in [
        (404, NOT_FOUND),
        (403, WITH_S3),
        (401, b""),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, br#"{"s3api": null}"#),
        (200, br#"{"swift": "s3api"}"#),
        (500, WITHOUT_S3),
    ] {
        for root in [
            (404, NOT_FOUND),
            (200, b""),
            (301, b""),
            (412, b"Bad URL"),
            (400, b"<Error><Code>X</Code></Error>"),
        ] {
            let report = store(root, info);
            assert_eq!(report.verdict(SWIFT_S3), DNF, "{root:?} {info:?}");
            assert!(report.reason(SWIFT_S3).contains("cannot be found out without credentials"));
        }
    }
    for body in [&b""[..], DENIED, BUCKETS] {
        let ill = store((503, body), (200, WITH_S3));
        assert_eq!(ill.verdict(SWIFT_S3), DNF);
        assert_eq!(ill.reason(SWIFT_S3), "the host of the object store answered 503 to GET /");
    }
}

#[test]
fn without_an_answer_it_is_dnf() {
    for grants in [&[][..], &["object-store PROBE /"], &["object-store PROBE /info"]] {
        let catalog = vec![service("object-store")];
        let cloud =
            Cloud::new().catalog(catalog).probe("object-store", "/", 404, NOT_FOUND).only(&[SWIFT_S3]);
        let report = cloud.run(&Check { grants, ..CHECK });
        assert_eq!(report.verdict(SWIFT_S3), DNF, "{grants:?}");
        assert!(report.reason(SWIFT_S3).contains("no PROBE among the grants"), "{}", report.reason(SWIFT_S3));
    }
}

#[test]
fn without_an_object_store_there_is_nothing_to_look_at() {
    let report = self::report(perfect());
    assert_eq!(report.verdict(SWIFT_S3), PASS);
    assert!(report.calls.is_empty() && report.findings(SWIFT_S3).is_empty());
    let without_s3 = perfect().into_iter().filter(|entry| entry.service_type != "object-store-s3").collect();
    let report = self::report(without_s3);
    assert_eq!(report.verdict(SWIFT_S3), PASS);
    let [warning] = &messages(&report, SWIFT_S3, Severity::Warning)[..] else { panic!("one warning") };
    assert!(warning.contains("S3 is mandatory"), "{warning}");
}
