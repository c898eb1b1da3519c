//! The check against scripted clouds, with our lists and with others.

mod lists;
mod presence;
mod sources;

use serde_json::{Value, json};
use touchstone_sdk::Verdict;
use touchstone_sdk::testing::{Cloud, Report};

use crate::CHECK;

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

const V4: &str = include_str!("../../../scopes/assets/scs-0104-images-v4.yaml");
const V5: &str = include_str!("../../../scopes/assets/scs-0104-images-v5.yaml");

const NOBLE: &str =
    "https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-amd64.img";
const BOOKWORM: &str =
    "https://cloud.debian.org/images/cloud/bookworm/20250703-2162/debian-12-genericcloud-amd64.qcow2";
const CAPI: &str =
    "https://nbg1.your-objectstorage.com/osism/openstack-k8s-capi-images/ubuntu-2404-kube-v1.33/x.qcow2";

/// An image as glance lists it, from this source; spoil it by `with`.
fn image(name: &str, source: &str) -> Value {
    json!({"id": format!("id of {name}"), "name": name, "visibility": "public", "status": "active",
        "os_hidden": false, "image_source": source, "size": 7, "tags": ["os:x"]})
}

fn with(mut image: Value, key: &str, value: Value) -> Value {
    image[key] = value;
    image
}

fn cloud(images: &[Value]) -> Cloud {
    Cloud::new().get("image", "/images", json!({"images": images, "next": null}))
}

fn judge(images: &[Value], list: &str, testcase: &str) -> Report {
    cloud(images).asset("image_spec", list.as_bytes()).only(&[testcase]).run(&CHECK)
}

fn verdict(images: &[Value], list: &str, testcase: &str) -> Option<Verdict> {
    judge(images, list, testcase).verdict(testcase)
}
