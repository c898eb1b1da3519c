//! The tables of `touchstone.waivers/v1`, and its JSON Schema.

use crate::format::schema;
use crate::format::tables::{DATE, ID, TEXT};
use crate::format::{Field, Kind, Scalar, Shape};

pub(super) static FORMAT: Scalar =
    Scalar::choice("a format that this program reads", &["touchstone.waivers/v1"]);

pub(super) static FILE: Shape = Shape {
    id: "file",
    what: "the file",
    about: "Testcases that are known not to be passed, each with a reason, somebody who approved it, and an end.",
    fields: &[
        Field::required("format", Kind::Scalar(&FORMAT), "Name and version of this format."),
        Field::required(
            "waivers",
            Kind::List { of: &Kind::Object(&WAIVER), at_least: 0 },
            "The waivers. No two are about the same testcase of the same subject in the same scope.",
        ),
    ],
};

static WAIVER: Shape = Shape {
    id: "waiver",
    what: "a waiver",
    about: "One testcase of one subject in one scope that may stay as it is until a day.",
    fields: &[
        Field::required("testcase", Kind::Scalar(&ID), "Identifier of the testcase, as the manifest has it."),
        Field::required("subject", Kind::Scalar(&TEXT), "The subject, as reports name it."),
        Field::required(
            "scope",
            Kind::Scalar(&TEXT),
            "The scope, by the `uuid` or the `name` of its manifest.",
        ),
        Field::required(
            "reason",
            Kind::Scalar(&TEXT),
            "Why the testcase may stay as it is. It is in every report.",
        ),
        Field::required("author", Kind::Scalar(&TEXT), "Who wrote the waiver."),
        Field::required("approver", Kind::Scalar(&TEXT), "Who approved it: somebody else than the author."),
        Field::required(
            "expires",
            Kind::Scalar(&DATE),
            "The last day on which it counts (UTC), at most a year away.",
        ),
    ],
};

/// The JSON Schema (2020-12) of waivers; published as `docs/schemas/waivers.schema.json`. It says everything about the
/// structure and about notations: `touchstone waiver lint` says more.
pub fn waivers_json_schema() -> serde_json::Value {
    schema::document(&FILE, "docs/schemas/waivers.schema.json", "touchstone.waivers/v1")
}
