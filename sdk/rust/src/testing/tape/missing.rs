//! Why a tape holds no answer, for people.

use super::{Phase, is_same, is_same_body};
use crate::openstack::Request;

pub(super) const NEVER: &str =
    "no check asked for it when the tape was recorded; record again, or script an answer";

pub(super) const NOT_THE_SAME: &str = "the check itself did not ask for it when the tape was recorded, and others were \
                                       not always answered the same";

/// So much of a body is shown.
const MAX_SHOWN: usize = 200;

pub(super) fn too_often(recorded: usize) -> String {
    format!("the check created it {recorded} times when the tape was recorded")
}

/// What is different about what was asked for when the tape was recorded, and what is now.
pub(super) fn difference(
    (then, then_phase): (&Request, Phase),
    (now, now_phase): (&Request, Phase),
) -> String {
    if is_same(then, now) {
        return match (then_phase, now_phase) {
            (_, Phase::Creation) => "it was no creation when the tape was recorded",
            (Phase::Creation, _) => "it was a creation when the tape was recorded",
            (Phase::Since, _) => "the check asked for it only after it had created or changed something",
            (Phase::Before, _) => "it was asked for only before the check had created or changed something",
        }
        .to_owned();
    }
    let mut otherwise = Vec::new();
    if then.query != now.query {
        otherwise.push(format!("with the query {:?}, now {:?}", then.query, now.query));
    }
    if then.microversion != now.microversion {
        let shown = |request: &Request| request.microversion.clone().unwrap_or("none".into());
        otherwise.push(format!("with microversion {}, now {}", shown(then), shown(now)));
    }
    if then.headers != now.headers {
        otherwise.push(format!("with the headers {:?}, now {:?}", then.headers, now.headers));
    }
    if !is_same_body(then, now) {
        otherwise.push(format!("with the body `{}`, now `{}`", body(then), body(now)));
    }
    format!("it was asked for otherwise when the tape was recorded: {}", otherwise.join("; "))
}

fn body(request: &Request) -> String {
    let text = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
