//! Records runs, one after the other, until it is killed; after each it says so. For the tests of what a killed program loses.
//!
//! `writer STATE_URL NIGHT`

#![allow(clippy::unwrap_used, reason = "what the tests share does")]

#[path = "../tests/support/sample.rs"]
#[allow(dead_code, reason = "the tests need all of it")]
mod sample;

use std::io::Write as _;

use touchstone_results::{Kind, Letter, Recorded, Results, RunRecord};
use touchstone_scope::Verdict;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(night)) = (arguments.next(), arguments.next()) else {
        return Err("writer STATE_URL NIGHT".into());
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(write(&url, &night))
}

async fn write(url: &str, night: &str) -> Result<(), Box<dyn std::error::Error>> {
    let results = Results::open(&url.parse()?).await?;
    let scope = sample::Scope::new(&[("v1", "effective")], &[("a", "week"), ("b", "week"), ("c", "week")]);
    results.begin_night(&scope.night(night, &[])).await?;
    for number in 0.. {
        let subject = format!("subject-{number}");
        let Some(_held) = results.hold(&subject).await? else { continue };
        let report = scope.all(
            &subject,
            &format!("{subject}-{}", std::process::id()),
            sample::at(night),
            Verdict::Pass,
        );
        let letters = [Letter {
            kind: Kind::Monitor,
            destination: "scs".to_owned(),
            payload: vec![1; 1000],
            dedup_key: subject.clone(),
        }];
        let record = RunRecord { letters: &letters, ..RunRecord::of(night, &report) };
        if results.record(&record).await? == Recorded::New {
            let mut stdout = std::io::stdout().lock();
            writeln!(stdout, "{subject}")?;
            stdout.flush()?;
        }
    }
    Ok(())
}
