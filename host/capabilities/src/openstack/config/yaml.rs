//! Files of clouds: the one place that knows the YAML library.
//!
//! Only the asked-for cloud is looked into: what is wrong with another one is no reason to refuse this one. Scalars are
//! read as texts exactly as they are written, whether quoted or not, so that a password of digits stays what it is.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error as YamlError, Location, Spanned};

use super::error::{ConfigError, Place};
use super::settings::{Setting, Settings, is_known};

/// What a file says about one cloud.
#[derive(Default)]
pub(crate) struct FileContent {
    /// The names of all clouds (or public clouds) in the file.
    pub(crate) names: BTreeSet<String>,
    /// The settings of the cloud, if the file has it.
    pub(crate) settings: Option<Settings>,
}

/// Reads the text of a file: `section` is `clouds` or `public-clouds`.
///
/// # Errors
/// If it is not YAML, or not of the shape of a file of clouds.
pub(crate) fn parse(
    path: &Path,
    text: &str,
    section: &str,
    cloud: Option<&str>,
) -> Result<FileContent, ConfigError> {
    let mut document = Document { path, section, cloud, content: FileContent::default() };
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        Table(&mut document).deserialize(deserializer)
    })
    .map_err(|error| malformed(path, &error))?;
    Ok(document.content)
}

/// A mapping whose entries are looked at one by one. Null is an empty mapping.
trait Entries<'de> {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error>;
}

struct Table<'t, T>(&'t mut T);

impl<'de, T: Entries<'de>> DeserializeSeed<'de> for Table<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Entries<'de>> Visitor<'de> for Table<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping (`key: value` lines)")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.entry(key, &mut map)?;
        }
        Ok(())
    }
}

/// The whole file.
struct Document<'a> {
    path: &'a Path,
    section: &'a str,
    cloud: Option<&'a str>,
    content: FileContent,
}

impl<'de> Entries<'de> for Document<'_> {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if key == self.section { map.next_value_seed(Table(&mut Clouds(self))) } else { ignore(map) }
    }
}

/// The clouds by name.
struct Clouds<'d, 'a>(&'d mut Document<'a>);

impl<'de> Entries<'de> for Clouds<'_, '_> {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        let wanted = self.0.cloud == Some(key.as_str());
        self.0.content.names.insert(key);
        if !wanted {
            return ignore(map);
        }
        let mut cloud = Cloud { path: self.0.path, settings: Settings::new() };
        map.next_value_seed(Table(&mut cloud))?;
        self.0.content.settings = Some(cloud.settings);
        Ok(())
    }
}

/// One cloud, and its `auth` as well: what is known of both goes into one set of settings.
struct Cloud<'a> {
    path: &'a Path,
    settings: Settings,
}

impl<'de> Entries<'de> for Cloud<'_> {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        // openstacksdk takes `-` for `_`, too.
        let key = key.replace('-', "_");
        if key == "auth" {
            return map.next_value_seed(Table(self));
        }
        if key == "regions" {
            let regions = map.next_value::<Option<Spanned<Regions>>>()?;
            let first = regions.and_then(|regions| Some((regions.value.0?, regions.referenced)));
            if let Some((name, at)) = first {
                self.settings.insert("first_region".to_owned(), self.setting(name, at));
            }
            return Ok(());
        }
        if !is_known(&key) {
            return ignore(map);
        }
        if let Some(text) = map.next_value::<Option<Spanned<String>>>()? {
            self.settings.insert(key, self.setting(text.value, text.referenced));
        }
        Ok(())
    }
}

impl Cloud<'_> {
    fn setting(&self, value: String, at: Location) -> Setting {
        let place = Place::File { path: self.path.to_owned(), line: at.line(), column: at.column() };
        Setting { value, place }
    }
}

/// The name of the first region of a list, whose members are names or mappings with a `name`.
struct Regions(Option<String>);

impl<'de> serde::Deserialize<'de> for Regions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RegionsVisitor)
    }
}

struct RegionsVisitor;

impl<'de> Visitor<'de> for RegionsVisitor {
    type Value = Regions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of regions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Regions, A::Error> {
        let first = seq.next_element::<Region>()?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Regions(first.map(|region| region.0)))
    }
}

struct Region(String);

impl<'de> serde::Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RegionVisitor)
    }
}

struct RegionVisitor;

impl<'de> Visitor<'de> for RegionVisitor {
    type Value = Region;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a region")
    }

    fn visit_str<E>(self, name: &str) -> Result<Region, E> {
        Ok(Region(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Region, A::Error> {
        let mut name = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => name = Some(map.next_value::<String>()?),
                "values" => {
                    return Err(A::Error::custom(
                        "`values` of regions are not supported; write a cloud for each region",
                    ));
                }
                _ => ignore(&mut map)?,
            }
        }
        name.map(Region).ok_or_else(|| A::Error::custom("a region needs a `name`"))
    }
}

fn ignore<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// Where it is wrong and what was expected; never what was found, which may be a password.
fn malformed(path: &Path, error: &YamlError) -> ConfigError {
    let error = match error.without_snippet() {
        YamlError::AliasError { error, .. } => error.as_ref(),
        error => error,
    };
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let problem = match error {
        YamlError::ExternalMessage { msg, .. } => format!("not YAML: {msg}"),
        YamlError::Message { msg, .. } => msg.clone(),
        YamlError::Eof { .. } => "the file ends too early".to_owned(),
        YamlError::DuplicateMappingKey { key: Some(key), .. } => format!("the key {key:?} is there twice"),
        YamlError::SerdeInvalidType { expected, .. } => format!("expected {expected}"),
        YamlError::Unexpected { expected, .. } => format!("expected {expected}"),
        YamlError::UnknownAnchor { .. } => "the alias (`*name`) has no anchor (`&name`)".to_owned(),
        YamlError::MultipleDocuments { .. } => "more than one YAML document (`---`)".to_owned(),
        _ => "not of the shape of a file of clouds".to_owned(),
    };
    ConfigError::Malformed {
        path: path.to_owned(),
        line: location.line(),
        column: location.column(),
        problem,
    }
}

#[cfg(test)]
mod tests;
