use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor,
};
use serde_json::{Map, Value};

use super::{Request, Response};
use crate::{Context, Error};

/// More pages than any list has that a person would look at: a server that always offers a next page ends here.
const MAX_PAGES: usize = 2_000;

/// Reads a list to its end, page by page, as the OpenStack APIs offer them: `{"flavors": […], "flavors_links":
/// [{"rel": "next", "href": …}]}` (compute, block storage, network) or `{"images": […], "next": "…"}` (image).
///
/// Of each item only what `T` asks for is kept: a struct with `#[derive(Deserialize)]`, or a [`Value`] for all of it.
///
/// The query of a next link is followed; its host and path are not, so that a proxy's wrong base URL does no harm.
///
/// # Errors
/// A page cannot be had, is not what the API promises, holds an item that is no `T`, or leads back to itself.
pub fn pages<T: DeserializeOwned>(
    cx: &mut Context,
    request: Request,
    collection: &str,
) -> Result<Vec<T>, Error> {
    let first = cx.call(&request)?;
    pages_from(cx, request, first, collection)
}

/// As [`pages`], when the first page is already here.
pub(super) fn pages_from<T: DeserializeOwned>(
    cx: &mut Context,
    request: Request,
    first: Response,
    collection: &str,
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    each_page(cx, request, first, collection, |mut page| {
        items.append(&mut page);
        Ok(())
    })?;
    Ok(items)
}

/// Hands over page by page. No more than one is in memory at a time.
pub(super) fn each_page<T: DeserializeOwned>(
    cx: &mut Context,
    mut request: Request,
    first: Response,
    collection: &str,
    mut each: impl FnMut(Vec<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut answer = first;
    for _ in 0..MAX_PAGES {
        let page = answer.expect_as(&request, 200, Members { collection, of: PhantomData })?;
        drop(answer);
        let Some(items) = page.items else {
            return Err(Error::new(format!("{request}: the answer has no list `{collection}`")));
        };
        each(items)?;
        let Some(query) = next_query(&request, &page.links, collection)? else { return Ok(()) };
        request.query = query;
        answer = cx.call(&request)?;
    }
    Err(Error::new(format!("{request}: more than {MAX_PAGES} pages")))
}

/// A page, parsed straight into what is wanted: a tree of JSON values would take several times as much time and memory.
struct Page<T> {
    items: Option<Vec<T>>,
    /// What may lead to the next page.
    links: Map<String, Value>,
}

/// Reads the members of a page whose names are those of the collection and of links; there may be others.
struct Members<'c, T> {
    collection: &'c str,
    of: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Members<'_, T> {
    type Value = Page<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Page<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Members<'_, T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list `{}`", self.collection)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Page<T>, A::Error> {
        let links = link_names(self.collection);
        let mut page = Page { items: None, links: Map::new() };
        while let Some(name) = members.next_key::<String>()? {
            let was_there = if name == self.collection {
                page.items.replace(members.next_value()?).is_some()
            } else if links.contains(&name) {
                page.links.insert(name.clone(), members.next_value()?).is_some()
            } else {
                members.next_value::<IgnoredAny>()?;
                false
            };
            // Nobody can tell which of the two lists is the whole list.
            if was_there {
                return Err(A::Error::custom(format!("`{name}` is in it twice")));
            }
        }
        Ok(page)
    }
}

/// The query of the next page, or nothing if this was the last one.
fn next_query(
    request: &Request,
    page: &Map<String, Value>,
    collection: &str,
) -> Result<Option<Vec<(String, String)>>, Error> {
    let link = match next_link(page, collection) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(link)) => link,
        // A list whose end cannot be told is not a whole list.
        Some(_) => return Err(Error::new(format!("{request}: the link to the next page is not a URL"))),
    };
    let query = query_of(link);
    if query.is_empty() || query == request.query {
        return Err(Error::new(format!("{request}: the link to the next page leads back to the same page")));
    }
    Ok(Some(query))
}

/// The members that may lead to the next page, in the order in which they are believed. `next` is glance's.
fn link_names(collection: &str) -> [String; 4] {
    // cinder calls the links of its `volume_types` `volume_type_links`.
    let singular = collection.strip_suffix('s').unwrap_or(collection);
    [format!("{collection}_links"), format!("{singular}_links"), "links".into(), "next".into()]
}

fn next_link<'a>(page: &'a Map<String, Value>, collection: &str) -> Option<&'a Value> {
    let [named @ .., next] = link_names(collection);
    let links = named.iter().find_map(|name| page.get(name));
    let in_links = match links {
        Some(Value::Array(links)) => links
            .iter()
            .find(|link| link.get("rel").and_then(Value::as_str) == Some("next"))
            .map(|link| link.get("href").filter(|href| !href.is_null()).unwrap_or(&NOT_A_URL)),
        // keystone
        Some(Value::Object(links)) => links.get("next"),
        _ => None,
    };
    in_links.or_else(|| page.get(&next))
}

/// What stands for a next link that is there and names nothing.
static NOT_A_URL: Value = Value::Bool(false);

fn query_of(link: &str) -> Vec<(String, String)> {
    let Some((_, query)) = link.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or("");
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// Decodes `application/x-www-form-urlencoded`; what is not valid stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |b: &u8| (*b as char).to_digit(16).unwrap_or(0) as u8;
                bytes.push(digit(high) << 4 | digit(low));
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_link_has_several_names() {
        let next = json!([{"rel": "self", "href": "no"}, {"rel": "next", "href": "yes"}]);
        for (collection, name) in
            [("flavors", "flavors_links"), ("volume_types", "volume_type_links"), ("users", "links")]
        {
            let page = json!({name: next, collection: []}).as_object().cloned().unwrap_or_default();
            assert_eq!(next_link(&page, collection).and_then(Value::as_str), Some("yes"), "{name}");
        }
        let page =
            json!({"images": [], "next": "/v2/images?marker=1"}).as_object().cloned().unwrap_or_default();
        assert_eq!(next_link(&page, "images").and_then(Value::as_str), Some("/v2/images?marker=1"));
        let keystone = json!({"links": {"next": "https://k/v3/users?marker=1"}});
        assert!(keystone.as_object().and_then(|page| next_link(page, "users")).is_some());
        let last = json!({"links": {"next": null, "self": "x"}}).as_object().cloned().unwrap_or_default();
        assert_eq!(next_link(&last, "users"), Some(&Value::Null));
    }

    #[test]
    fn a_list_whose_end_cannot_be_told_is_an_error() {
        use crate::testing::Cloud;
        use crate::{Check, Testcase, Verdict, openstack};
        const CHECK: Check = Check {
            id: "pages",
            version: "1.0.0",
            title: "",
            url: "",
            testcases: &[Testcase { id: "t", title: "" }],
            grants: openstack::IMAGE_GRANTS,
            parameters: &[],
            assets: &[],
            run: |cx| {
                openstack::images(cx)?;
                cx.judge("t", |_| Ok(()));
                Ok(())
            },
        };
        let judge = |page: Value| Cloud::new().get("image", "/images", page).run(&CHECK).verdict("t");
        assert_eq!(judge(json!({"images": []})), Some(Verdict::Pass));
        assert_eq!(judge(json!({"images": [], "next": null})), Some(Verdict::Pass));
        // Names that are not links say nothing, whatever they hold.
        assert_eq!(judge(json!({"images": [], "first": {"a": 1}, "schema": "/v2"})), Some(Verdict::Pass));
        for page in [
            json!({"images": [], "next": {}}),
            json!({"images": [], "next": 7}),
            json!({"images": [], "images_links": [{"rel": "next", "href": null}]}),
            json!({"images": [], "images_links": [{"rel": "next"}]}),
            json!({"images": [], "next": (0..200).fold(json!(7), |inner, _| json!([inner]))}),
            json!({"images": [], "next": "/v2/images"}),
        ] {
            assert_eq!(judge(page.clone()), Some(Verdict::Dnf), "{page}");
        }
    }

    #[test]
    fn a_page_has_each_member_once() {
        let read = |text: &str| {
            let mut json = serde_json::Deserializer::from_str(text);
            let page = Members { collection: "images", of: PhantomData::<Value> }.deserialize(&mut json);
            page.map(|page| page.items.map(|items| items.len())).map_err(|error| error.to_string())
        };
        assert_eq!(read(r#"{"images": [1, 2], "x": 1e999, "x": "\ud800", "next": null}"#), Ok(Some(2)));
        assert_eq!(read(r#"{"image": [1]}"#), Ok(None));
        for twice in [
            r#"{"images": [1], "images": []}"#,
            r#"{"images": [], "next": "/v2/images?marker=1", "next": null}"#,
            r#"{"images": [], "links": {}, "links": {}}"#,
        ] {
            let error = read(twice).unwrap_err();
            assert!(error.contains("is in it twice"), "{twice}: {error}");
        }
        let list = read("[]").unwrap_err();
        assert!(list.contains("expected an object with a list `images`"), "{list}");
    }

    #[test]
    fn a_query_is_decoded() {
        let link = "https://internal.example:8774/v2.1/flavors/detail?limit=1000&marker=a%2Fb+c%2&x#frag";
        let expected = [("limit", "1000"), ("marker", "a/b c%2"), ("x", "")];
        assert_eq!(query_of(link), expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(query_of("https://host/path").is_empty());
    }
}
