//! Removing what was created: newest first, each until it is gone or there is no more time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::time::Instant;
use touchstone_grants::Method;

use super::super::api::{Openstack, Request, Response};
use super::journal::Journal;
use super::lookup::{self, Caller, Lookup};
use super::record::{Entry, Intent, UndoRecord};
use super::things::{Ephemeral, LedgerEvent, Left, Thing, UndoOptions};

/// In one round, each thing has at least so much time.
const LEAST_SLICE: Duration = Duration::from_secs(5);
/// So much of a service's answer is quoted.
const QUOTED: usize = 300;

/// Something to be removed.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Its number in the journal, if there is one.
    pub(crate) n: u64,
    pub(crate) thing: Thing,
    /// What its name begins with.
    pub(crate) prefix: String,
    pub(crate) undo: UndoRecord,
    pub(crate) find: Option<String>,
    /// If its id is not known: until then it may still come into being.
    pub(crate) late_until: Instant,
    /// Whether it is known to have been created.
    pub(crate) existed: bool,
    pub(crate) state: State,
    why: String,
    /// Ids that were found by its name.
    found: Vec<String>,
    /// Ids whose removal was accepted in this round.
    accepted: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Gone,
    /// There is nothing of it, as far as one can see.
    Never,
    Hopeless,
}

/// Asks until a deadline.
struct UntilThen<'u> {
    undoing: &'u Undoing<'u>,
    deadline: Instant,
}

#[async_trait]
impl Caller for UntilThen<'_> {
    async fn call(&self, request: Request) -> Result<Response, String> {
        self.undoing.call(request, self.deadline).await
    }
}

enum Step {
    Gone,
    Never,
    Hopeless(String),
    Again(String),
    /// It is on its way: look again soon.
    Accepted,
}

impl Item {
    pub(crate) fn new(intent: &Intent, id: Option<String>, prefix: &str, late_until: Instant) -> Self {
        Self {
            n: intent.n,
            existed: id.is_some(),
            thing: Thing::of(intent, id),
            prefix: prefix.to_owned(),
            undo: intent.undo.clone(),
            find: intent.find.clone(),
            late_until,
            state: State::Open,
            why: String::new(),
            found: Vec::new(),
            accepted: BTreeSet::new(),
        }
    }

    fn left(&self) -> Left {
        let Thing { service, kind, id, name } = self.thing.clone();
        Left { service, kind, id: id.or_else(|| self.found.first().cloned()), name, why: self.why.clone() }
    }
}

/// Removes things.
pub(crate) struct Undoing<'a> {
    pub(crate) openstack: Arc<dyn Openstack>,
    pub(crate) journal: Option<&'a Journal>,
    pub(crate) options: &'a UndoOptions,
    pub(crate) on: &'a (dyn Fn(LedgerEvent) + Send + Sync),
}

impl Undoing<'_> {
    /// Removes things, of which the last is the newest; each is marked with what came of it.
    pub(crate) async fn run(&self, items: &mut [Item]) -> Ephemeral {
        let deadline = Instant::now() + self.options.within;
        let mut round = 0;
        while items.iter().any(|item| item.state == State::Open) && Instant::now() < deadline {
            self.round(items, round, deadline).await;
            round += 1;
        }
        let mut ephemeral = Ephemeral::default();
        for item in items.iter_mut().rev() {
            ephemeral.created += u64::from(item.existed);
            match item.state {
                State::Gone => ephemeral.deleted += u64::from(item.existed),
                State::Never => self.note(Entry::Removed { n: item.n }).await,
                State::Open | State::Hopeless => {
                    let left = item.left();
                    self.note(Entry::Left { n: item.n, why: left.why.clone() }).await;
                    (self.on)(LedgerEvent::Left(left.clone()));
                    ephemeral.left.push(left);
                }
            }
        }
        ephemeral
    }

    /// Tries each thing once more, newest first. When something could not be removed, what seemed never to have come into
    /// being is looked for again: it may be in the way.
    async fn round(&self, items: &mut [Item], round: u32, deadline: Instant) {
        let mut open = items.iter().filter(|item| item.state == State::Open).count();
        for item in items.iter_mut().rev() {
            match item.state {
                State::Open => {
                    let now = Instant::now();
                    // So that there is time for another round.
                    let shares = u32::try_from(open + 1).unwrap_or(u32::MAX);
                    let share = deadline.saturating_duration_since(now) / shares;
                    open -= 1;
                    self.undo(item, deadline.min(now + share.max(LEAST_SLICE)), deadline, round).await;
                }
                State::Never if round > 0 && open > 0 => {
                    item.state = State::Open;
                    self.undo(item, Instant::now(), deadline, round).await;
                }
                _ => {}
            }
        }
    }

    /// Tries until it is gone, or there is no hope, or no time; at least once.
    async fn undo(&self, item: &mut Item, until: Instant, deadline: Instant, round: u32) {
        if round == 0 {
            (self.on)(LedgerEvent::Removing(item.thing.clone()));
        }
        item.accepted.clear();
        let mut wait = self.options.first_wait;
        loop {
            match self.step(item, deadline).await {
                Step::Gone => {
                    item.state = State::Gone;
                    self.note(Entry::Removed { n: item.n }).await;
                    return (self.on)(LedgerEvent::Removed(item.thing.clone()));
                }
                Step::Never => return item.state = State::Never,
                Step::Hopeless(why) => {
                    item.why = why;
                    return item.state = State::Hopeless;
                }
                Step::Accepted => wait = self.options.first_wait,
                // It was cut short, which tells less than what was known before.
                Step::Again(_) if Instant::now() >= deadline && !item.why.is_empty() => {}
                Step::Again(why) => {
                    if item.why != why {
                        (self.on)(LedgerEvent::Waiting { thing: item.thing.clone(), why: why.clone() });
                    }
                    item.why = why;
                }
            }
            let now = Instant::now();
            if now >= until {
                return;
            }
            tokio::time::sleep_until(until.min(now + wait)).await;
            wait = self.options.max_wait.min(wait * 2);
        }
    }

    async fn step(&self, item: &mut Item, deadline: Instant) -> Step {
        if !item.undo.path.ends_with("/{id}") {
            return self.step_without_id(item, deadline).await;
        }
        if let Some(id) = item.thing.id.clone() {
            return self.remove(item, &id, deadline).await;
        }
        if item.found.is_empty() {
            let Some((path, name)) = item.find.clone().zip(item.thing.name.clone()) else {
                // It goes with the thing below which it is.
                return Step::Never;
            };
            let wanted = Lookup { service: &item.thing.service, path: &path, name: &name };
            let found = lookup::find(wanted, &UntilThen { undoing: self, deadline }).await;
            match found {
                Err(why) => return Step::Again(format!("it is not known whether it was created: {why}")),
                Ok(ids) if ids.is_empty() && Instant::now() >= item.late_until => return Step::Never,
                Ok(ids) if ids.is_empty() => {
                    return Step::Again(
                        "its creation was not answered; it may still come into being".to_owned(),
                    );
                }
                Ok(ids) => item.found = ids,
            }
            item.existed = true;
        }
        while let Some(id) = item.found.last().cloned() {
            match self.remove(item, &id, deadline).await {
                Step::Gone => drop(item.found.pop()),
                other => return other,
            }
        }
        Step::Gone
    }

    /// Takes something off a thing of the check's own.
    async fn step_without_id(&self, item: &mut Item, deadline: Instant) -> Step {
        let Some(request) = item.undo.request(None) else {
            return Step::Hopeless("the journal does not say how to remove it".to_owned());
        };
        match self.call(request, deadline).await {
            Ok(answer) if !item.existed && is_absent(&answer) => {
                if Instant::now() >= item.late_until {
                    return Step::Never;
                }
                Step::Again("its creation was not answered; it may still come into being".to_owned())
            }
            Ok(answer) if is_success(&answer) || is_absent(&answer) => {
                item.existed = true;
                Step::Gone
            }
            Ok(answer) if is_final(&answer) => Step::Hopeless(describe(&answer)),
            Ok(answer) => Step::Again(describe(&answer)),
            Err(why) => Step::Again(why),
        }
    }

    /// Looks at something, and has it deleted if it is there and is what it should be.
    async fn remove(&self, item: &mut Item, id: &str, deadline: Instant) -> Step {
        let Some(delete) = item.undo.request(Some(id)) else {
            return Step::Hopeless(format!("{id:?} is no id"));
        };
        let look = Request { method: Method::Get, body: None, ..delete.clone() };
        let accepted = item.accepted.contains(id);
        match self.call(look, deadline).await {
            Ok(answer) if is_absent(&answer) => return Step::Gone,
            Ok(answer) if is_success(&answer) => {
                let seen = Seen::of(&answer);
                if let Some(name) = seen.name.filter(|name| !name.starts_with(&item.prefix))
                    && !(name.is_empty() && item.thing.name.is_none())
                {
                    return Step::Hopeless(format!(
                        "it is not touched: its name, {name:?}, does not begin with {:?}",
                        item.prefix
                    ));
                }
                let status = seen.status.unwrap_or_default();
                // Nova leaves the volumes of a server that is deleted while it is built `reserved` for ever. One that is
                // never built is deleted when half of the time is over.
                let left = deadline.saturating_duration_since(Instant::now());
                if !accepted && status == "BUILD" && left > self.options.within / 2 {
                    return Step::Again("it is still being built".to_owned());
                }
                if accepted && !status.to_ascii_lowercase().contains("error_deleting") {
                    return Step::Again(match &*status {
                        "" => "the service has accepted its deletion, but it is still there".to_owned(),
                        status => format!(
                            "the service has accepted its deletion, but it is still there, with the status {status:?}"
                        ),
                    });
                }
            }
            // There is no way to look at it.
            Ok(answer) if matches!(answer.status, 405 | 501) && accepted => return Step::Gone,
            Ok(answer) if !accepted && !is_passing(answer.status) => {}
            Ok(answer) => return Step::Again(format!("it cannot be looked at: {}", describe(&answer))),
            Err(why) => return Step::Again(why),
        }
        match self.call(delete, deadline).await {
            Ok(answer) if is_absent(&answer) => Step::Gone,
            Ok(answer) if is_success(&answer) => {
                let first = item.accepted.insert(id.to_owned());
                item.why = "the service has accepted its deletion, but it is still there".to_owned();
                if first {
                    Step::Accepted
                } else {
                    Step::Again("its deletion failed, and was asked for again".to_owned())
                }
            }
            Ok(answer) if is_final(&answer) => Step::Hopeless(describe(&answer)),
            Ok(answer) => Step::Again(describe(&answer)),
            Err(why) => Step::Again(why),
        }
    }

    async fn call(&self, request: Request, deadline: Instant) -> Result<Response, String> {
        match tokio::time::timeout_at(deadline, self.openstack.call(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.message),
            Err(_) => Err("no answer before the time for removing things was over".to_owned()),
        }
    }

    async fn note(&self, entry: Entry) {
        if let Some(journal) = self.journal {
            journal.note(entry).await;
        }
    }
}

/// What a look at something shows.
struct Seen {
    name: Option<String>,
    status: Option<String>,
}

impl Seen {
    fn of(answer: &Response) -> Self {
        let body: Value = touchstone_json::from_slice(&answer.body).unwrap_or_default();
        let only_member =
            body.as_object().filter(|body| body.len() == 1).and_then(|body| body.values().next());
        let thing = only_member.filter(|member| member.is_object()).unwrap_or(&body);
        let text = |name: &str| thing.get(name).and_then(Value::as_str).map(str::to_owned);
        Self { name: text("name"), status: text("status").or_else(|| text("provisioning_status")) }
    }
}

fn is_success(answer: &Response) -> bool {
    (200..300).contains(&answer.status)
}

fn is_absent(answer: &Response) -> bool {
    matches!(answer.status, 404 | 410)
}

/// A look may show more next time.
fn is_passing(status: u16) -> bool {
    matches!(status, 401 | 408 | 425 | 429) || (status >= 500 && status != 501)
}

/// To ask again would not help.
fn is_final(answer: &Response) -> bool {
    matches!(answer.status, 403 | 405)
}

/// What the service said, shortened.
pub(crate) fn describe(answer: &Response) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUOTED).collect();
    match text.is_empty() {
        true => format!("the service answers {}", answer.status),
        false => format!("the service answers {}: {text}", answer.status),
    }
}

#[cfg(test)]
mod tests;
