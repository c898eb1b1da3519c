use semver::Version;
use serde::{Deserialize, Serialize};
use touchstone_grants::Grant;

/// The name of the custom section of a component that holds its descriptor.
pub(crate) const SECTION: &str = "touchstone:descriptor";

/// The `format` of a descriptor.
const FORMAT: &str = "touchstone.descriptor/v1";

/// No descriptor that people read is larger.
const MAX_BYTES: usize = 1 << 20;

/// What a check says about itself: JSON in the custom section `touchstone:descriptor` of its component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// `touchstone.descriptor/v1`.
    pub format: String,
    /// Identifier of the check.
    pub id: String,
    /// Semantic version of the check.
    pub version: Version,
    /// One line.
    pub title: String,
    /// Where the standard's text is.
    pub url: String,
    /// The testcases that it judges.
    pub testcases: Vec<TestcaseSpec>,
    /// The calls that it needs, in the language of grants.
    pub grants: Vec<String>,
    /// Parameters that a scope version may or must give.
    pub parameters: Vec<ParameterSpec>,
    /// Assets that a scope version may or must give.
    pub assets: Vec<AssetSpec>,
}

/// A testcase in a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestcaseSpec {
    /// Unique in a scope. With `*` at its end it stands for all that begin with what is before: a family, whose members
    /// follow from an asset.
    pub id: String,
    /// What it asserts.
    pub title: String,
}

/// A parameter in a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterSpec {
    /// Its name.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Whether the check cannot work without it.
    pub required: bool,
}

/// An asset in a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetSpec {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Whether the check cannot work without it.
    pub required: bool,
}

/// A descriptor is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// The component has none.
    #[error(
        "it has no descriptor (custom section `{SECTION}`); `touchstone check build` puts one into a component"
    )]
    Missing,
    /// The component has more than one.
    #[error("it has more than one descriptor (custom section `{SECTION}`)")]
    Repeated,
    /// It is not what a descriptor is.
    #[error("its descriptor is malformed: {0}")]
    Malformed(String),
}

impl Descriptor {
    /// A descriptor with the current format.
    pub fn new(id: String, version: Version, title: String, url: String) -> Self {
        let (testcases, grants, parameters, assets) = Default::default();
        Descriptor { format: FORMAT.into(), id, version, title, url, testcases, grants, parameters, assets }
    }

    /// Reads and checks a descriptor.
    ///
    /// # Errors
    /// It is not JSON of the expected form, or something in it has no meaning.
    pub fn from_json(json: &[u8]) -> Result<Self, DescriptorError> {
        if json.len() > MAX_BYTES {
            return Err(DescriptorError::Malformed(format!("it is larger than {MAX_BYTES} bytes")));
        }
        let descriptor: Descriptor = touchstone_json::from_slice(json)
            .map_err(|error| DescriptorError::Malformed(error.to_string()))?;
        descriptor.check()?;
        Ok(descriptor)
    }

    /// The descriptor as JSON, always the same bytes for the same descriptor.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and lists are JSON")
    }

    /// Whether it judges the testcase of that id.
    pub fn has_testcase(&self, id: &str) -> bool {
        self.testcases.iter().any(|testcase| match testcase.id.strip_suffix('*') {
            Some(family) => id.len() > family.len() && id.starts_with(family),
            None => testcase.id == id,
        })
    }

    fn check(&self) -> Result<(), DescriptorError> {
        let wrong = |what: String| Err(DescriptorError::Malformed(what));
        if self.format != FORMAT {
            return wrong(format!("its format is `{}`, and this host reads `{FORMAT}`", self.format));
        }
        if !is_identifier(&self.id) {
            return wrong(format!(
                "`{}` is not an id (lower-case letters, digits, `-`, at most 100)",
                self.id
            ));
        }
        if self.testcases.is_empty() {
            return wrong("it lists no testcase".into());
        }
        for (i, testcase) in self.testcases.iter().enumerate() {
            if testcase.id.is_empty()
                || testcase.id.len() > 200
                || testcase.id.chars().any(|c| !c.is_ascii_graphic())
                || testcase.id.find('*').is_some_and(|at| at == 0 || at + 1 < testcase.id.len())
            {
                return wrong(format!("`{}` is not a testcase id", testcase.id.escape_debug()));
            }
            if self.testcases[..i].iter().any(|other| other.id == testcase.id) {
                return wrong(format!("it lists the testcase `{}` twice", testcase.id));
            }
        }
        for grant in &self.grants {
            if let Err(error) = grant.parse::<Grant>() {
                return wrong(format!("grant `{grant}`: {error}"));
            }
        }
        Ok(())
    }
}

fn is_identifier(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= 100 && text.chars().all(allowed) && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Descriptor {
        Descriptor {
            testcases: vec![TestcaseSpec { id: "t-1".into(), title: "T".into() }],
            grants: vec!["compute GET /flavors/**".into()],
            ..Descriptor::new(
                "a-check".into(),
                Version::new(1, 2, 0),
                "A".into(),
                "https://example.org".into(),
            )
        }
    }

    #[test]
    fn families_of_testcases() {
        let of = |id: &str| {
            let testcases = vec![TestcaseSpec { id: id.into(), title: "T".into() }];
            Descriptor::from_json(&Descriptor { testcases, ..example() }.to_json())
        };
        let family = of("image-*").expect("a family");
        assert!(family.has_testcase("image-debian-12"));
        assert!(!family.has_testcase("image-") && !family.has_testcase("source-debian-12"));
        for wrong in ["*", "a*b", "a**", "*a"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn json_and_back() {
        assert_eq!(Descriptor::from_json(&example().to_json()), Ok(example()));
    }

    #[test]
    fn what_has_no_meaning_is_refused() {
        type Change = (&'static str, fn(&mut Descriptor));
        let changes: [Change; 7] = [
            ("format", |d| d.format = "touchstone.descriptor/v2".into()),
            ("is not an id", |d| d.id = "A Check".into()),
            ("lists no testcase", |d| d.testcases.clear()),
            ("twice", |d| d.testcases.push(d.testcases[0].clone())),
            ("not a testcase id", |d| d.testcases[0].id = "\u{1b}[2J".into()),
            ("grant `compute`", |d| d.grants = vec!["compute".into()]),
            ("larger than", |d| d.title = "x".repeat(MAX_BYTES)),
        ];
        for (expected, change) in changes {
            let mut descriptor = example();
            change(&mut descriptor);
            let error = Descriptor::from_json(&descriptor.to_json()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
