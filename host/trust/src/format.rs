//! A policy as it is written: structure only, each text with its place. The JSON Schema comes from here.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

/// A text, and where it stands.
pub(crate) type Text = Spanned<String>;
/// A list of texts, and where it begins.
pub(crate) type Texts = Spanned<Vec<Text>>;

/// The JSON Schema (2020-12) of a policy; published as `docs/schemas/trust.schema.json`. It says everything about the
/// structure, and little about keys, patterns and grants: `touchstone trust lint` says more.
pub fn json_schema() -> serde_json::Value {
    // What is left out has no value: `null` is none either.
    let transform = RecursiveTransform(|schema: &mut Schema| {
        if schema.get("default").is_some_and(serde_json::Value::is_null) {
            schema.remove("default");
        }
    });
    let settings = SchemaSettings::draft2020_12().with_transform(transform);
    settings.into_generator().into_root_schema_for::<File>().to_value()
}

/// Who may publish which checks, and what they may be granted. A component that no publisher signed and that is not
/// accepted here does not run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "touchstone.trust/v1")]
pub(crate) struct File {
    /// Name and version of this format.
    #[schemars(with = "Format")]
    pub(crate) format: Text,
    /// Who may publish components. Default: nobody.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<Publisher>", length(min = 1))]
    pub(crate) publishers: Option<Spanned<Vec<Publisher>>>,
    /// Rules for components, whoever published them. All that match an id hold. Default: none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<Rule>", length(min = 1))]
    pub(crate) components: Option<Spanned<Vec<Rule>>>,
    /// Components that somebody here reviewed. They need no signature; the rules for components hold. Default: none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<Accepted>", length(min = 1))]
    pub(crate) accepted: Option<Spanned<Vec<Accepted>>>,
    /// What compiling a component that is not trusted may cost.
    #[serde(default)]
    pub(crate) compile: Compile,
}

// Only for the schema.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema is made of it")]
enum Format {
    #[schemars(rename = "touchstone.trust/v1")]
    V1,
}

/// Somebody who may publish components.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publisher {
    /// Name, for people. No two are the same.
    #[schemars(with = "String", regex(pattern = r"\S"))]
    pub(crate) name: Text,
    /// Public keys, as they are in the files: lines `ssh-ed25519 AAAA…`, or PEM of Ed25519 or ECDSA P-256 (`cosign.pub`).
    /// No key is that of two publishers.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub(crate) keys: Texts,
    /// Ids of components that it may publish: exact, or with `*` at the end.
    #[schemars(with = "Vec<PatternText>", length(min = 1))]
    pub(crate) components: Texts,
    /// Whether its components are compiled in the host's own process, without limits. Default: `false`, in a child process.
    #[serde(default)]
    pub(crate) trusted: bool,
    /// Kinds of grants that its components never get. Default: none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<KindText>", length(min = 1))]
    pub(crate) never: Option<Texts>,
    /// Grants that cover all that its components ask for and get. Default: no ceiling.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub(crate) at_most: Option<Texts>,
}

/// What holds for components, whoever published them. It says at least one thing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Id of the components: exact, or with `*` at the end. No two rules have the same.
    #[schemars(with = "PatternText")]
    pub(crate) id: Text,
    /// The oldest version that may run. Default: any.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "String")]
    pub(crate) minimum: Option<Text>,
    /// Components that may never run, whatever their id. Default: none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<Revoked>", length(min = 1))]
    pub(crate) revoked: Option<Spanned<Vec<Revoked>>>,
    /// Kinds of grants that they never get. Default: none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<KindText>", length(min = 1))]
    pub(crate) never: Option<Texts>,
    /// Grants that cover all that they ask for and get. Default: no ceiling.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub(crate) at_most: Option<Texts>,
}

/// A component that may never run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoked {
    /// The SHA-256 of its bytes.
    #[schemars(with = "HashText")]
    pub(crate) component: Text,
    /// Why; it is in the message.
    #[schemars(with = "String", regex(pattern = r"\S"))]
    pub(crate) reason: Text,
}

/// A component that may run without a signature.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    /// The SHA-256 of its bytes.
    #[schemars(with = "HashText")]
    pub(crate) component: Text,
    /// Who reviewed it, and why it may run.
    #[schemars(with = "String", regex(pattern = r"\S"))]
    pub(crate) reason: Text,
    /// Whether it is compiled in the host's own process. Default: `false`.
    #[serde(default)]
    pub(crate) trusted: bool,
}

/// What compiling one component in a child process may cost.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Compile {
    /// Wall time: a number with `ms`, `s`, `m` or `h`. Default: `120s`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "String", regex(pattern = r"^[0-9]+(ms|s|m|h)$"))]
    pub(crate) wall: Option<Text>,
    /// Memory of the child: a number with `B`, `KiB`, `MiB` or `GiB`. Default: `2GiB`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "String", regex(pattern = r"^[0-9]+(B|KiB|MiB|GiB)$"))]
    pub(crate) memory: Option<Text>,
}

/// A key that stands there has a value: `at_most:` with nothing behind it is a mistake, and not the default.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

// Only for the schema.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "the schema is made of it")]
struct PatternText(#[schemars(regex(pattern = r"^([a-z0-9][a-z0-9-]*\*?|\*)$"))] String);

// Only for the schema.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "the schema is made of it")]
struct HashText(#[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))] String);

// Only for the schema.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
#[expect(dead_code, reason = "the schema is made of it")]
enum KindText {
    Read,
    Change,
    Create,
    Probe,
}
