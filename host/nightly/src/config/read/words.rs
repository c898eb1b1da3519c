//! Names, days, addresses, and secrets that should not be there.

use std::net::IpAddr;

use touchstone_diagnostics::{Problem, Span, is_treacherous};
use touchstone_scope::LimitOverrides;
use url::Url;

use super::{Reader, StatePlace};
use crate::config::Day;
use crate::config::conform::is_secret;
use crate::config::tree::{Node, Value};
use touchstone_diagnostics::suggestion;

/// The longest name.
const NAME: usize = 63;

impl Reader {
    /// The name of a subject, a scope or a preset.
    pub(super) fn name(&mut self, node: &Node) -> Option<String> {
        let name = node.text()?;
        let first =
            name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if first && name.len() <= NAME && name.bytes().all(allowed) {
            return Some(name.to_owned());
        }
        let problem = Problem::new(node.span, format!("`{name}` is not a name"));
        self.problems.push(problem.help(format!(
            "write lower-case letters, digits, `.`, `_` and `-`, beginning with a letter or a digit, at most {NAME}, e.g. `gx-scs`"
        )));
        None
    }

    pub(super) fn day(&mut self, node: &Node) -> Option<Day> {
        let word = node.text()?;
        let day = Day::ALL.into_iter().find(|day| day.word() == word);
        if day.is_none() {
            let known = Day::ALL.map(Day::word);
            let problem = Problem::new(node.span, format!("`{word}` is not a day of the week"));
            self.problems.push(suggestion(word, &known).into_iter().fold(problem, Problem::help));
        }
        day
    }

    /// Where the runner keeps what it remembers.
    pub(super) fn state(&mut self, node: &Node) -> Option<StatePlace> {
        let text = self.text(node)?;
        if !text.contains("://") {
            return Some(StatePlace::Sqlite(self.folder.join(text)));
        }
        let scheme = text.split("://").next().unwrap_or_default();
        if !matches!(scheme, "postgres" | "postgresql") {
            // What stands behind it may be a password.
            self.secrets.push(node.span);
            let problem = Problem::new(node.span, format!("there is no database for `{scheme}://`"));
            let help = "write the path of a file (SQLite), or `postgres://USER@HOST/DATABASE`";
            self.problems.push(problem.help(help));
            return None;
        }
        let url = self.url(node)?;
        if url.query_pairs().any(|(key, _)| is_secret(&key)) {
            self.secret(node, "a password", "it is in `PGPASSWORD`, or in the file that `PGPASSFILE` names");
            return None;
        }
        Some(StatePlace::Postgres(text))
    }

    /// An address of the web. If it begins with `http`, on another machine, and something is said for that case, it is a problem.
    pub(super) fn web(&mut self, node: &Node, unencrypted: Option<(&str, &str)>) -> Option<Url> {
        let url = self.url(node)?;
        match (url.scheme(), unencrypted) {
            ("https", _) | ("http", None) => Some(url),
            ("http", _) if url.host_str().is_some_and(is_this_machine) => Some(url),
            ("http", Some((message, help))) => {
                self.problems.push(Problem::new(node.span, message).help(help));
                None
            }
            (other, _) => {
                let problem = Problem::new(node.span, format!("`{other}:` is not an address of the web"));
                self.problems.push(problem.help("write `https://HOST/PATH`"));
                None
            }
        }
    }

    /// An address without a password.
    fn url(&mut self, node: &Node) -> Option<Url> {
        let text = self.text(node)?;
        let url = match Url::parse(&text) {
            Ok(url) => url,
            // It may hold a password: it is not repeated.
            Err(error) => {
                self.secrets.push(node.span);
                self.problems.push(
                    Problem::new(node.span, format!("not an address: {error}"))
                        .help("write `https://HOST/PATH`"),
                );
                return None;
            }
        };
        let is_database = url.scheme().starts_with("postgres");
        let found = match url.password() {
            Some(_) => "a password",
            None if !url.username().is_empty() && !is_database => "a user",
            None => return Some(url),
        };
        let help = match is_database {
            true => "it is in `PGPASSWORD`, or in the file that `PGPASSFILE` names",
            false => {
                "give user and password where this configuration has keys for them, the password in a file"
            }
        };
        self.secret(node, found, help);
        None
    }

    fn secret(&mut self, node: &Node, found: &str, help: &str) {
        self.secrets.push(node.span);
        let message = format!("there is {found} in this address, and there are no secrets in this file");
        self.problems.push(Problem::new(node.span, message).help(help));
    }

    /// Notes what stands behind keys such as `password`, so that it is not shown when the key is refused.
    pub(super) fn find_secrets(&mut self, node: &Node) {
        for item in node.items() {
            self.find_secrets(item);
        }
        for (key, value) in node.entries() {
            if key.text().is_some_and(is_secret) {
                self.hide(value);
            }
            self.find_secrets(value);
        }
    }

    fn hide(&mut self, node: &Node) {
        match &node.value {
            Value::Text(_) | Value::Number(_) => self.secrets.push(node.span),
            _ => {
                node.items().iter().for_each(|item| self.hide(item));
                node.entries().iter().for_each(|(_, value)| self.hide(value));
            }
        }
    }
}

/// Whether a host, as addresses name it, is this machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The text, with stars instead of what stands at some places; offsets, lines and columns stay.
pub(super) fn without(text: &str, places: &[Span]) -> String {
    let hidden = |at: usize| places.iter().any(|span| (span.offset..span.offset + span.len).contains(&at));
    text.char_indices().map(|(at, c)| if hidden(at) { starred(c) } else { c }).collect()
}

/// The text with stars instead of everything but its lines.
pub(super) fn blanked(text: &str) -> String {
    text.chars().map(starred).collect()
}

/// A star of as many bytes.
fn starred(c: char) -> char {
    match c.len_utf8() {
        _ if matches!(c, '\n' | '\r' | ' ') => c,
        1 if is_treacherous(c) => ' ',
        1 => '*',
        2 => '\u{d7}',
        3 => '\u{2217}',
        _ => '\u{10ffff}',
    }
}

/// Whether a text is a duration of nothing.
pub(super) fn is_zero(text: &str) -> bool {
    let unit = text.trim_start_matches('0');
    unit.len() < text.len() && matches!(unit, "ms" | "s" | "m" | "h")
}

/// Adds one limit to others.
pub(super) fn set(limits: &mut LimitOverrides, one: LimitOverrides) {
    limits.wall = one.wall.or(limits.wall);
    limits.memory = one.memory.or(limits.memory);
    limits.calls = one.calls.or(limits.calls);
    limits.response_bytes = one.response_bytes.or(limits.response_bytes);
    limits.log_bytes = one.log_bytes.or(limits.log_bytes);
    limits.findings = one.findings.or(limits.findings);
    limits.in_flight = one.in_flight.or(limits.in_flight);
}
