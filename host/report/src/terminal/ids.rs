//! Which testcases, where the same is known about several.

use touchstone_scope::NotRun;

use super::name_of;
use super::page::{Page, Style};
use crate::entries::Entry;
use crate::layout::columns;

/// More ids than these are not listed one by one.
const IDS: usize = 20;

/// Which testcases, by where they matter.
pub(super) fn ids(page: &mut Page, group: &[&Entry<'_>], verbose: bool) {
    let reason = group.first().map_or("", |entry| entry.reason());
    if reason == NotRun::NotSelected.to_string() && !verbose {
        // The user knows which: they were left out by request.
        return;
    }
    let mut by_role: Vec<(String, Vec<String>)> = Vec::new();
    for entry in group {
        let (roles, id) = (entry.roles_text(), name_of(entry.id));
        match by_role.iter_mut().find(|(known, _)| *known == roles) {
            Some((_, ids)) => ids.push(id),
            None => by_role.push((roles, vec![id])),
        }
    }
    let indent = page.indent();
    let several = by_role.len() > 1;
    for (roles, ids) in by_role {
        let indent = if several || !roles.is_empty() {
            let roles = if roles.is_empty() { "main" } else { &roles };
            page.prose(indent, &format!("{roles}:"), Style::Faint);
            indent + 2
        } else {
            indent
        };
        if ids.len() > IDS && !verbose {
            let text = format!("{}; -v lists them", families(&ids));
            page.prose(indent, &text, Style::Plain);
            continue;
        }
        for row in columns(&ids, page.width.saturating_sub(indent)) {
            page.line(format!("{}{row}", " ".repeat(indent)));
        }
    }
}

/// Ids in short: `scs-0102-* (20), scs-0116-presence`.
fn families(ids: &[String]) -> String {
    let family = |id: &str| id.match_indices('-').nth(1).map_or(id.len(), |(end, _)| end);
    let mut families: Vec<(&str, Vec<&str>)> = Vec::new();
    for id in ids {
        let name = &id[..family(id)];
        match families.iter_mut().find(|(known, _)| *known == name) {
            Some((_, ids)) => ids.push(id),
            None => families.push((name, vec![id])),
        }
    }
    let families = families.iter().map(|(name, ids)| match ids.as_slice() {
        [id] => (*id).to_owned(),
        ids => format!("{name}-* ({})", ids.len()),
    });
    families.collect::<Vec<_>>().join(", ")
}
