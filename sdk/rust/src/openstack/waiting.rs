use std::time::Duration;

use serde_json::Value;

use super::request::Request;
use crate::{Context, Error};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Asks again and again, with growing pauses of 0.5 s to 5 s, until there is an answer; `None` if there is none after
/// `limit`. Time is counted by the pauses, so that it is the same when a run is replayed.
///
/// # Errors
/// Those of `ask`, at once.
pub fn wait<T>(
    cx: &mut Context,
    limit: Duration,
    mut ask: impl FnMut(&mut Context) -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
    loop {
        if let Some(answer) = ask(cx)? {
            return Ok(Some(answer));
        }
        if waited >= limit {
            return Ok(None);
        }
        let now = pause.min(limit.saturating_sub(waited));
        cx.pause(now);
        waited += now;
        pause = longer(pause).min(LONGEST_PAUSE);
    }
}

/// Waits until the text at `pointer` (`/volume/status`) in the answer to a read is one of `wanted`, or is one of those in
/// which it will stay: any that holds `error`, in whatever case. Gives the text with which it ended.
///
/// # Errors
/// The read fails or answers another status than 200, or the text is still another one after `limit`.
pub fn wait_for_status(
    cx: &mut Context,
    request: &Request,
    pointer: &str,
    wanted: &[&str],
    limit: Duration,
) -> Result<String, Error> {
    let mut last = String::new();
    let found = wait(cx, limit, |cx| {
        let body: Value = cx.call(request)?.expect(request, 200)?;
        let status = body.pointer(pointer).and_then(Value::as_str);
        let status =
            status.ok_or_else(|| Error::new(format!("{request}: the answer has no text at {pointer}")))?;
        last = status.to_owned();
        let is_final = wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(status))
            || status.to_ascii_lowercase().contains("error");
        Ok(is_final.then(|| status.to_owned()))
    })?;
    found.ok_or_else(|| {
        let (wanted, seconds) = (wanted.join("` or `"), limit.as_secs());
        Error::new(format!("{request}: still `{last}` after {seconds} s, not `{wanted}`"))
    })
}

/// Half as long again, in whole milliseconds: a pause has no finer time.
fn longer(pause: Duration) -> Duration {
    Duration::from_millis(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX) / 2 * 3)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Cloud;
    use crate::{Check, Testcase};

    const CHECK: Check = Check {
        id: "c",
        version: "1.0.0",
        title: "",
        url: "",
        testcases: &[Testcase { id: "t", title: "" }],
        grants: &["block-storage GET /volumes/*"],
        parameters: &[],
        assets: &[],
        run,
    };

    fn run(cx: &mut Context) -> Result<(), Error> {
        let request = Request::get("block-storage", "/volumes/1");
        let limit = Duration::from_secs(60);
        let status = wait_for_status(cx, &request, "/volume/status", &["available"], limit);
        cx.judge("t", |t| {
            t.summarize(status?);
            Ok(())
        });
        Ok(())
    }

    fn reason(statuses: &[&str]) -> (String, u128) {
        let cloud = statuses.iter().fold(Cloud::new(), |cloud, status| {
            cloud.get("block-storage", "/volumes/1", json!({"volume": {"status": status}}))
        });
        let report = cloud.run(&CHECK);
        (report.reason("t"), report.paused.as_millis())
    }

    #[test]
    fn it_waits_until_the_status_is_final() {
        assert_eq!(reason(&["available"]), ("available".into(), 0));
        assert_eq!(reason(&["creating", "creating", "available"]), ("available".into(), 500 + 750));
        assert_eq!(reason(&["creating", "ERROR_deleting"]).0, "ERROR_deleting");
        let (reason, paused) = reason(&["creating"]);
        assert_eq!(reason, "block-storage GET /volumes/1: still `creating` after 60 s, not `available`");
        assert_eq!(paused, 60_000);
    }
}
