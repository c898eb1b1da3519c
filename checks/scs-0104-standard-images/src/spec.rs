//! The list of standard images: YAML as SCS-0104 v1 describes it, with one key of ours, `slug`.

use regex_lite::Regex;
use touchstone_sdk::Error;

use crate::yaml::{Node, Value, Wrong};

/// An entry of the list: a standard image, or a class of them.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    /// Its name, for people; without a scheme also that of the image.
    pub(crate) name: String,
    /// The end of the names of its testcases: `ubuntu-2404`.
    pub(crate) slug: String,
    scheme: Option<Regex>,
    /// With what `image_source` has to begin: one of these.
    pub(crate) sources: Vec<String>,
}

impl Spec {
    /// Whether an image of that name is meant. A scheme has to match the whole name.
    pub(crate) fn names(&self, name: &str) -> bool {
        match &self.scheme {
            Some(scheme) => scheme.is_match(name),
            None => self.name == name,
        }
    }

    /// Whether it is about a class of images.
    pub(crate) fn is_class(&self) -> bool {
        self.scheme.is_some()
    }

    /// What the names are that it means, for messages.
    pub(crate) fn of_what_name(&self) -> String {
        match &self.scheme {
            Some(scheme) => {
                let whole = scheme.as_str();
                let own = whole.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).unwrap_or(whole);
                format!("whose name matches `{own}`")
            }
            None => format!("named `{}`", self.name),
        }
    }
}

const BEGIN: &str = r"\A(?:";
const END: &str = r")\z";

/// The entry that a testcase is about.
pub(crate) fn find<'a>(specs: &'a [Spec], slug: &str) -> Result<&'a Spec, Error> {
    specs.iter().find(|spec| spec.slug == slug).ok_or_else(|| {
        let slugs: Vec<&str> = specs.iter().map(|spec| spec.slug.as_str()).collect();
        Error::new(format!(
            "the asset `image_spec` has no entry for `{slug}`; it has {}",
            if slugs.is_empty() { "none".to_owned() } else { slugs.join(", ") }
        ))
    })
}

/// Reads a list.
///
/// # Errors
/// It is not as the standard has it; the message says where.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<Spec>, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Error::new(format!("the asset `image_spec`: line {line} is not UTF-8"))
    })?;
    list(text).map_err(|wrong| Error::new(format!("the asset `image_spec`: {wrong}")))
}

fn list(text: &str) -> Result<Vec<Spec>, Wrong> {
    let root = Node::parse(text)?;
    let [images] = fields(&root, ["images"])?;
    let Some(Value::List(entries)) = images.map(|images| &images.value) else {
        return Err(images.unwrap_or(&root).wrong("`images` should be a list of images"));
    };
    let mut specs: Vec<Spec> = Vec::new();
    for entry in entries {
        let spec = spec(entry)?;
        if let Some(other) = specs.iter().find(|other| other.slug == spec.slug) {
            return Err(entry.wrong(format!(
                "`{}` and `{}` would have the same testcases: give one of them another `slug` than `{}`",
                other.name, spec.name, spec.slug
            )));
        }
        specs.push(spec);
    }
    Ok(specs)
}

fn spec(entry: &Node) -> Result<Spec, Wrong> {
    let [name, scheme, source, status, slug] =
        fields(entry, ["name", "name_scheme", "source", "status", "slug"])?;
    let name = text(name.ok_or_else(|| entry.wrong("an image has a `name`"))?)?.to_owned();
    let slug = match slug {
        Some(node) => {
            let slug = text(node)?;
            if !is_slug(slug) {
                return Err(node.wrong("a `slug` is lower-case letters, digits and `-`"));
            }
            slug.to_owned()
        }
        None => slug_of(&name),
    };
    if slug.is_empty() {
        return Err(entry.wrong(format!("of the name `{name}` no testcase can be named: give it a `slug`")));
    }
    let sources = sources(source.ok_or_else(|| entry.wrong("an image has a `source`"))?)?;
    let whole = |node: &Node| whole(text(node)?).map_err(|what| node.wrong(what));
    let scheme = scheme.map(whole).transpose()?;
    // What an entry is to a version of the scope, says that version, by its targets.
    if let Some(status) = status
        && !["mandatory", "recommended", "optional"].contains(&text(status)?)
    {
        return Err(status.wrong("`status` should be `mandatory`, `recommended` or `optional`"));
    }
    Ok(Spec { name, slug, scheme, sources })
}

/// One text or a list of them.
fn sources(source: &Node) -> Result<Vec<String>, Wrong> {
    let url = |node: &Node| match text(node)? {
        url if url.contains("://") => Ok(url.to_owned()),
        _ => Err(node.wrong("`source` should be the beginning of a URL")),
    };
    match &source.value {
        Value::List(sources) if !sources.is_empty() => sources.iter().map(url).collect(),
        _ => Ok(vec![url(source)?]),
    }
}

/// The values of keys; a key that the standard does not have may be a slip, and then something else is meant.
fn fields<'a, const N: usize>(node: &'a Node, names: [&str; N]) -> Result<[Option<&'a Node>; N], Wrong> {
    let Value::Map(entries) = &node.value else {
        return Err(node.wrong(format!("here should be a mapping with `{}`", names[0])));
    };
    if let Some((key, value)) = entries.iter().find(|(key, _)| !names.contains(&&**key)) {
        return Err(value.wrong(format!("the key `{key}` is unknown; here may be `{}`", names.join("`, `"))));
    }
    Ok(names.map(|name| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)))
}

fn text(node: &Node) -> Result<&str, Wrong> {
    match &node.value {
        Value::Text(text) if !text.is_empty() => Ok(text),
        _ => Err(node.wrong("here should be a text")),
    }
}

/// The scheme must be right by itself: `a)|(b` is not, but would be in parentheses.
fn whole(scheme: &str) -> Result<Regex, String> {
    let explain =
        |error: regex_lite::Error| format!("the `name_scheme` `{scheme}` is no regular expression: {error}");
    Regex::new(scheme).map_err(explain)?;
    Regex::new(&format!("{BEGIN}{scheme}{END}")).map_err(explain)
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `Ubuntu 24.04` is `ubuntu-2404`: points are dropped, and whatever else is no letter or digit becomes a dash.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().filter(|c| *c != '.') {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slugs_are_those_of_the_testcases() {
        for (name, slug) in [
            ("Ubuntu 24.04", "ubuntu-2404"),
            ("Debian 12", "debian-12"),
            ("ubuntu-capi-image", "ubuntu-capi-image"),
            ("openSUSE Leap 15.6 (x86)", "opensuse-leap-156-x86"),
            ("  Ä 1", "1"),
            ("...", ""),
        ] {
            assert_eq!(slug_of(name), slug);
        }
    }

    fn scheme(pattern: &str) -> Spec {
        Spec {
            name: "x".into(),
            slug: "x".into(),
            scheme: Some(whole(pattern).unwrap()),
            sources: Vec::new(),
        }
    }

    #[test]
    fn a_scheme_matches_whole_names() {
        let capi = scheme(r"ubuntu-capi-image v[0-9]\.[0-9]+(\.[0-9]+)?");
        for name in ["ubuntu-capi-image v1.28", "ubuntu-capi-image v1.28.15"] {
            assert!(capi.names(name), "{name}");
        }
        for name in [
            "ubuntu-capi-image v1.28.15 old",
            "my ubuntu-capi-image v1.28",
            "ubuntu-capi-image v1.28\n",
            "ubuntu-capi-image v1.",
            "x",
        ] {
            assert!(!capi.names(name), "{name}");
        }
        let either = scheme("a|bc");
        assert!(either.names("a") && either.names("bc") && !either.names("ac") && !either.names("abc"));
        assert_eq!(either.of_what_name(), "whose name matches `a|bc`");
        for wrong in ["a)|(b", "(", "[", "(?=a)", r"(a)\1", "*"] {
            assert!(whole(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
    }

    fn error(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn the_form_of_the_standard_is_read() {
        let text = r#"
images:
- name: "Ubuntu 22.04"
  source:
  - https://one/
  - https://other/
  status: mandatory
- name: class
  name_scheme: "class v[0-9]\\.[0-9]+"
  source: https://classes/v
  status: recommended
- {name: Debian 12, slug: bookworm, source: [https://d/], status: optional}
"#;
        let specs = parse(text.as_bytes()).unwrap();
        let read: Vec<(&str, &str, Vec<&str>)> = specs
            .iter()
            .map(|spec| {
                (&*spec.name, &*spec.slug, spec.sources.iter().map(String::as_str).collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            read,
            [
                ("Ubuntu 22.04", "ubuntu-2204", vec!["https://one/", "https://other/"]),
                ("class", "class", vec!["https://classes/v"]),
                ("Debian 12", "bookworm", vec!["https://d/"]),
            ]
        );
        assert!(specs[1].names("class v1.2") && !specs[1].names("class"));
        assert!(specs[0].names("Ubuntu 22.04") && !specs[0].names("Ubuntu 22.04 "));
        assert!(find(&specs, "bookworm").is_ok());
        assert_eq!(
            find(&specs, "debian-12").unwrap_err().to_string(),
            "the asset `image_spec` has no entry for `debian-12`; it has ubuntu-2204, class, bookworm"
        );
    }

    #[test]
    fn what_is_no_list_is_an_error_with_its_place() {
        let images = |entry: &str| format!("images:\n- name: A\n  source: https://a/\n- {entry}\n");
        for (text, part) in [
            (String::new(), "image_spec`: there is nothing in it"),
            ("images".into(), "line 1, column 1: here should be a mapping with `images`"),
            ("pictures: []".into(), "line 1, column 11: the key `pictures` is unknown"),
            ("images: {}".into(), "line 1, column 9: `images` should be a list"),
            ("images: ".into(), "`images` should be a list"),
            ("{}".into(), "`images` should be a list"),
            ("images:\n- name: [\n".into(), "line "),
            (images("Debian"), "line 4, column 3: here should be a mapping with `name`"),
            (images("name: B"), "line 4, column 3: an image has a `source`"),
            (images("source: https://b/"), "line 4, column 3: an image has a `name`"),
            (images("{name: [], source: https://b/}"), "line 4, column 10: here should be a text"),
            (images("{name: '', source: https://b/}"), "line 4, column 10: here should be a text"),
            (
                images("{name: B, source: 7.5}"),
                "line 4, column 21: `source` should be the beginning of a URL",
            ),
            (images("{name: B, source: ''}"), "line 4, column 21: here should be a text"),
            (images("{name: B, source: []}"), "line 4, column 21: here should be a text"),
            (images("{name: B, source: [[]]}"), "line 4, column 22: here should be a text"),
            (images("{name: B, source: https://b/, state: optional}"), "line 4, column 40: the key `state`"),
            (
                images("{name: B, source: https://b/, status: forbidden}"),
                "line 4, column 41: `status` should",
            ),
            (
                images("{name: B, name: C, source: https://b/}"),
                "line 4, column 13: the key `name` is there twice",
            ),
            (images("{name: '!', source: https://b/}"), "line 4, column 3: of the name `!` no testcase"),
            (images("{name: B, slug: B, source: https://b/}"), "line 4, column 19: a `slug` is"),
            (images("{name: B, slug: a, source: https://b/}"), "line 4, column 3: `A` and `B` would have"),
            (images("{name: a, source: https://b/}"), "line 4, column 3: `A` and `a` would have"),
            (
                images("{name: B, name_scheme: 'b(', source: https://b/}"),
                "line 4, column 26: the `name_scheme`",
            ),
        ] {
            assert!(error(&text).contains(part), "{text}\n{}", error(&text));
        }
        assert!(parse(b"images:\n- name: \xff").unwrap_err().to_string().contains("line 2 is not UTF-8"));
        assert!(parse(b"images: []").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn a_slug_that_is_not_given_is_one(name in ".{0,20}") {
            let slug = slug_of(&name);
            prop_assert!(slug.is_empty() || is_slug(&slug));
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
        }

        #[test]
        fn nothing_panics(text in "[-a-z:\\[\\]{}\"' \n&*!|>]{0,60}") {
            let _ = parse(text.as_bytes());
            let _ = parse(format!("images:\n- name: {text}\n  source: {text}").as_bytes());
        }
    }
}
