//! The tables of `touchstone.scope/v1`.

use super::{Field, Kind, Scalar, Shape};
use crate::words::{Lifetime, Section, State, Target};

/// The name of the format that this crate reads.
pub(crate) const FORMAT_NAME: &str = "touchstone.scope/v1";

pub(crate) static FORMAT: Scalar = Scalar::choice("a format that this program reads", &[FORMAT_NAME]);
pub(crate) static UUID: Scalar = Scalar::text(
    "a UUID",
    "`50393e6f-2ae1-4c5c-a62c-3b75f2abef3f`, 36 characters in lower case",
    "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
);
pub(crate) static TEXT: Scalar = Scalar::text("text", "at least one character that is not a blank", "\\S");
pub(crate) static URL: Scalar =
    Scalar::text("a URL", "beginning with `https://` or `http://`", "^https?://[^\\s/]+\\S*$");
pub(crate) static ID: Scalar = Scalar::text(
    "an identifier",
    "letters, digits, `.`, `_` and `-`, beginning with a letter or a digit, at most 128, e.g. `scs-0100-v3.1`",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
);
pub(crate) static CHECK_ID: Scalar = Scalar::text(
    "the identifier of a check",
    "lower-case letters, digits and `-`, beginning with a letter or a digit, at most 128, e.g. `scs-0100-flavor-naming`",
    "^[a-z0-9][a-z0-9-]{0,127}$",
);
pub(crate) static NAME: Scalar = Scalar::text(
    "a name",
    "letters, digits, `_` and `-`, beginning with a letter, at most 64, e.g. `image_spec`",
    "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
);
pub(crate) static SEMVER: Scalar = Scalar::text(
    "a semantic version",
    "three numbers, e.g. `3.1.0` or `3.1.0-rc.1`",
    "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)([-+][0-9A-Za-z.+-]+)?$",
);
pub(crate) static HASH: Scalar = Scalar::text(
    "a SHA-256",
    "`sha256:` and 64 lower-case hexadecimal digits, as `touchstone check publish` prints it",
    "^sha256:[0-9a-f]{64}$",
);
pub(crate) static SOURCE: Scalar = Scalar::text(
    "a place in a registry",
    "`oci://`, host, repository, and tag or digest, e.g. `oci://registry.example.org/checks/tls:1.2.0`",
    "^oci://[^\\s/]+/[^\\s]+$",
);
pub(crate) static GRANT: Scalar = Scalar::text(
    "a grant",
    "service, method and path, e.g. `compute GET /flavors/detail`, `compute DELETE /servers/*`; to create with a budget, e.g. `block-storage POST /volumes max 2, 4 GiB`",
    "^[ \\t]*[a-z0-9-]+[ \\t]+(GET|HEAD|POST|PUT|PATCH|DELETE|PROBE)[ \\t]+/\\S*([ \\t]+max[ \\t]+[1-9][0-9]{0,3}(,[ \\t]+[1-9][0-9]{0,3}[ \\t]+GiB)?)?[ \\t]*$",
);
pub(crate) static DATE: Scalar =
    Scalar::text("a date", "year, month and day, e.g. `2026-06-11`", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
pub(crate) static DURATION: Scalar = Scalar::text(
    "a duration",
    "a number with its unit, e.g. `500ms`, `60s`, `2m`, `1h`",
    "^[0-9]+(ms|s|m|h)$",
);
pub(crate) static SIZE: Scalar = Scalar::text(
    "a size",
    "a number with its unit, e.g. `64KiB`, `64MiB`, `1GiB`",
    "^[0-9]+(B|KiB|MiB|GiB)$",
);
pub(crate) static COUNT: Scalar = Scalar::number("a count", "a whole number from 1, e.g. `500`");
pub(crate) static PATH: Scalar = Scalar::text(
    "a path",
    "relative to the manifest, with `/`, staying below its folder, e.g. `assets/images.yaml`",
    "^[^/\\\\]+(/[^/\\\\]+)*$",
);
pub(crate) static LIFETIME: Scalar = Scalar::choice("a lifetime", Lifetime::WORDS);
pub(crate) static SECTION: Scalar = Scalar::choice("a section", Section::WORDS);
pub(crate) static STATE: Scalar = Scalar::choice("a state", State::WORDS);
pub(crate) static TARGET: Scalar = Scalar::choice("a target", Target::WORDS);

pub(crate) static MANIFEST: Shape = Shape {
    id: "manifest",
    what: "a manifest",
    about: "What a subject has to fulfil for a scope, version by version, and which checks find that out.",
    fields: &[
        Field::required("format", Kind::Scalar(&FORMAT), "Name and version of this format."),
        Field::required("uuid", Kind::Scalar(&UUID), "Identifies the scope for ever."),
        Field::required("name", Kind::Scalar(&TEXT), "Name of the scope, for people."),
        Field::required("url", Kind::Scalar(&URL), "Where the newest edition of this manifest is."),
        Field::optional(
            "variables",
            Kind::List { of: &Kind::Scalar(&NAME), at_least: 0 },
            "Names whose values a runner must give for a subject.",
        ),
        Field::required(
            "checks",
            Kind::List { of: &Kind::Object(&CHECK), at_least: 1 },
            "The checks, each with the testcases that it provides. Only versions of the same check provide the same testcases.",
        ),
        Field::required(
            "modules",
            Kind::List { of: &Kind::Object(&MODULE), at_least: 1 },
            "The modules: what one version of one standard asks for.",
        ),
        Field::required(
            "versions",
            Kind::List { of: &Kind::Object(&VERSION), at_least: 1 },
            "The versions of the scope, each a list of modules.",
        ),
        Field::required(
            "timeline",
            Kind::List { of: &Kind::Object(&ENTRY), at_least: 1 },
            "Which versions are in which state from when on. On a date, the newest entry that is not later rules.",
        ),
    ],
};

static CHECK: Shape = Shape {
    id: "check",
    what: "a check",
    about: "A WebAssembly component that finds out the verdicts of its testcases, or, if `manual`, people who do.",
    fields: &[
        Field::required("id", Kind::Scalar(&CHECK_ID), "Identifier of the check, as its descriptor has it."),
        Field::required(
            "version",
            Kind::Scalar(&SEMVER),
            "Version of the check; it begins with that of the standard.",
        ),
        Field::optional(
            "manual",
            Kind::Flag,
            "`true`: people find it out and attest it; there is no component. Default: `false`.",
        ),
        Field::optional(
            "component",
            Kind::Scalar(&HASH),
            "The component, by the SHA-256 of its bytes. Without it the testcases are MISS. `touchstone scope pin` writes it.",
        ),
        Field::optional(
            "source",
            Kind::Scalar(&SOURCE),
            "Where the component is fetched from if no store has it: an OCI registry.",
        ),
        Field::optional(
            "grants",
            Kind::List { of: &Kind::Scalar(&GRANT), at_least: 0 },
            "The API calls that the check may make; everything else is denied. What a check creates is removed again; it can change only that.",
        ),
        Field::optional("limits", Kind::Object(&LIMITS), "Limits that differ from the host's defaults."),
        Field::optional(
            "evidence",
            Kind::Map { keys: &NAME, of: &Kind::Scalar(&TEXT) },
            "Results of other tools that `touchstone run --evidence NAME=FILE` hands in, each with a description.",
        ),
        Field::required(
            "testcases",
            Kind::List { of: &Kind::Object(&TESTCASE), at_least: 1 },
            "The testcases whose verdicts the check finds out.",
        ),
    ],
};

static LIMITS: Shape = Shape {
    id: "limits",
    what: "limits",
    about: "Limits of one run of the check. The operator's ceiling bounds them.",
    fields: &[
        Field::optional("wall", Kind::Scalar(&DURATION), "Wall time."),
        Field::optional("memory", Kind::Scalar(&SIZE), "Linear memory of the component."),
        Field::optional("calls", Kind::Scalar(&COUNT), "Calls to the API of the subject."),
        Field::optional("response_bytes", Kind::Scalar(&SIZE), "All answers of the subject together."),
        Field::optional("log_bytes", Kind::Scalar(&SIZE), "The log."),
        Field::optional("findings", Kind::Scalar(&COUNT), "Number of findings."),
        Field::optional("in_flight", Kind::Scalar(&COUNT), "Calls at the same time."),
    ],
};

static TESTCASE: Shape = Shape {
    id: "testcase",
    what: "a testcase",
    about: "Propositions about a subject that are tested together (SCS-0003).",
    fields: &[
        Field::required(
            "id",
            Kind::Scalar(&ID),
            "Identifier; unique in the scope but for versions of one check, and never changed.",
        ),
        Field::required(
            "description",
            Kind::Scalar(&TEXT),
            "What holds if it passes, in one sentence; Markdown.",
        ),
        Field::required("url", Kind::Scalar(&URL), "Where the standard, or its supplement, speaks of it."),
        Field::optional(
            "lifetime",
            Kind::Scalar(&LIFETIME),
            "How long a result counts: to the end of the next period. Default: `week`.",
        ),
        Field::optional(
            "section",
            Kind::Scalar(&SECTION),
            "What running it costs the subject. Default: `light`.",
        ),
    ],
};

static MODULE: Shape = Shape {
    id: "module",
    what: "a module",
    about: "What one version of one standard asks for.",
    fields: &[
        Field::required("id", Kind::Scalar(&ID), "Identifier, for the `include` of versions."),
        Field::required("name", Kind::Scalar(&TEXT), "Name of the standard, for people."),
        Field::required("url", Kind::Scalar(&URL), "Where the standard is."),
        Field::optional(
            "parameters",
            Kind::Map { keys: &NAME, of: &Kind::Scalar(&TEXT) },
            "Parameters that an include must give, each with a description.",
        ),
        Field::optional(
            "assets",
            Kind::Map { keys: &NAME, of: &Kind::Scalar(&TEXT) },
            "Files that an include must give, each with a description.",
        ),
        Field::required(
            "targets",
            Kind::Map { keys: &TARGET, of: &Kind::List { of: &Kind::Scalar(&ID), at_least: 0 } },
            "The testcases of each target.",
        ),
    ],
};

static VERSION: Shape = Shape {
    id: "version",
    what: "a version",
    about: "A version of the scope. What it asks for is the union of its modules.",
    fields: &[
        Field::required("version", Kind::Scalar(&ID), "Its name, e.g. `v5.1`."),
        Field::optional(
            "stabilized_at",
            Kind::Scalar(&DATE),
            "The day after which it is stable and does not change any more. Needed before it can be effective.",
        ),
        Field::required("include", Kind::List { of: &Kind::Object(&INCLUDE), at_least: 1 }, "Its modules."),
    ],
};

static INCLUDE: Shape = Shape {
    id: "include",
    what: "an include",
    about: "A module, with the values of its parameters and assets, and with which versions of checks.",
    fields: &[
        Field::required("module", Kind::Scalar(&ID), "Identifier of the module."),
        Field::optional(
            "parameters",
            Kind::Map { keys: &NAME, of: &Kind::Scalar(&TEXT) },
            "Values of the module's parameters: all of them.",
        ),
        Field::optional(
            "assets",
            Kind::Map { keys: &NAME, of: &Kind::Object(&ASSET) },
            "The module's assets: all of them.",
        ),
        Field::optional(
            "checks",
            Kind::Map { keys: &CHECK_ID, of: &Kind::Scalar(&SEMVER) },
            "Which version finds out the module's testcases, by check. Needed where several versions of a check provide them.",
        ),
    ],
};

static ASSET: Shape = Shape {
    id: "asset",
    what: "an asset",
    about: "A file that the check can read, pinned by its hash.",
    fields: &[
        Field::required("path", Kind::Scalar(&PATH), "Where it is, relative to the manifest."),
        Field::required("sha256", Kind::Scalar(&HASH), "The SHA-256 of its bytes."),
    ],
};

static ENTRY: Shape = Shape {
    id: "entry",
    what: "an entry of the timeline",
    about: "The states of the versions from a day on, until the next entry.",
    fields: &[
        Field::required("date", Kind::Scalar(&DATE), "The day from which it rules."),
        Field::required(
            "versions",
            Kind::Map { keys: &ID, of: &Kind::Scalar(&STATE) },
            "The state of each version. One that is not listed is not tested any more.",
        ),
    ],
};
