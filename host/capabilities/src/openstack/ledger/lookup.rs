//! Finding something by its name.

use async_trait::async_trait;
use serde_json::Value;
use touchstone_grants::Method;
use url::form_urlencoded;

use super::super::api::{Request, Response};
use super::id_pointer::{is_id, last_segment};
use super::undoing::describe;

/// Pages of a list that are read at most.
const MAX_PAGES: usize = 50;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lookup<'a> {
    pub(crate) service: &'a str,
    pub(crate) path: &'a str,
    pub(crate) name: &'a str,
}

/// Who asks the subject. (A trait, since futures of async closures cannot be said to be `Send`.)
#[async_trait]
pub(crate) trait Caller: Sync {
    /// Makes a call; the error is a sentence.
    async fn call(&self, request: Request) -> Result<Response, String>;
}

/// Ids of all things that have exactly this name.
///
/// Services differ in what they make of `name` in the query (equal, contains, a regular expression, nothing), so that what
/// they answer is looked at.
///
/// # Errors
/// A sentence, if the list cannot be read whole.
pub(crate) async fn find(wanted: Lookup<'_>, caller: &impl Caller) -> Result<Vec<String>, String> {
    let by_name = vec![("name".to_owned(), wanted.name.to_owned())];
    match list(wanted.service, wanted.path, by_name, caller).await {
        // The service does not know how to filter by name.
        Err(Failure::Status(400, _)) => list(wanted.service, wanted.path, Vec::new(), caller).await,
        other => other,
    }
    .map(|items| {
        let named = |item: &&Value| item.get("name").and_then(Value::as_str) == Some(wanted.name);
        items.iter().filter(named).filter_map(id_of).collect()
    })
    .map_err(Failure::into_text)
}

/// All items of a list, through all its pages.
pub(crate) async fn list(
    service: &str,
    path: &str,
    query: Vec<(String, String)>,
    caller: &impl Caller,
) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    let mut query = query;
    for _ in 0..MAX_PAGES {
        let request = Request { query: query.clone(), ..Request::new(service, Method::Get, path) };
        let answer = caller.call(request).await.map_err(Failure::Other)?;
        if !(200..300).contains(&answer.status) {
            return Err(Failure::Status(answer.status, describe(&answer)));
        }
        let no_list = || Failure::Other(format!("{service} GET {path}: the answer is no list"));
        let body: Value = touchstone_json::from_slice(&answer.body).map_err(|_| no_list())?;
        let members = body.as_object().ok_or_else(no_list)?;
        let page = (members.iter()).find_map(
            |(name, member)| {
                if name.ends_with("_links") { None } else { member.as_array() }
            },
        );
        let page = page.ok_or_else(no_list)?;
        items.extend(page.iter().cloned());
        match next_query(&body) {
            Some(next) if !page.is_empty() && next != query => query = next,
            _ => return Ok(items),
        }
    }
    Err(Failure::Other(format!("{service} GET {path}: the list has more than {MAX_PAGES} pages")))
}

/// Why there is no list.
pub(crate) enum Failure {
    Status(u16, String),
    Other(String),
}

impl Failure {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Status(_, text) | Self::Other(text) => text,
        }
    }
}

/// The id of an item of a list.
pub(crate) fn id_of(item: &Value) -> Option<String> {
    let reference = || {
        let mut references = item.as_object()?.iter().filter(|(name, _)| name.ends_with("_ref"));
        last_segment(references.next()?.1.as_str()?)
    };
    let id = item.get("id").and_then(Value::as_str).or_else(reference)?;
    is_id(id).then(|| id.to_owned())
}

/// The query of the next page. Only the query is taken from a link: where to ask is not the answer's to say.
fn next_query(body: &Value) -> Option<Vec<(String, String)>> {
    let members = body.as_object()?;
    let in_links = members.iter().filter(|(name, _)| name.ends_with("_links")).find_map(|(_, links)| {
        let is_next = |link: &&Value| link.get("rel").and_then(Value::as_str) == Some("next");
        links.as_array()?.iter().find(is_next)?.get("href")?.as_str()
    });
    let link = in_links.or_else(|| body.get("next").and_then(Value::as_str))?;
    let (_, query) = link.split_once('?')?;
    Some(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}
