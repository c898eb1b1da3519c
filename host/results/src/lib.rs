//! What many runs found out, kept in SQLite or PostgreSQL, and the score card that is made of it.
//!
//! [`Results::open`] opens the database that a [`StateUrl`] names. A nightly runner begins a night, records each run once and
//! only once ([`Results::record`]), together with the letters that are to be sent because of it ([`Letter`]), and ends the
//! night. Whatever a function said was written is there after a crash of the program or of the machine.
//!
//! Two programs on one database never run the same subject at once, if each asks [`Results::hold`] first. The locks are the
//! operating system's (SQLite), or the server's (PostgreSQL): they end with the process, or with its connection.
//!
//! All points in time are kept to the microsecond.

#![forbid(unsafe_code)]

mod card;
mod db;
mod diff;
mod error;
mod explain;
mod history;
mod hold;
mod many;
mod migrate;
mod night;
mod outbox;
mod prune;
mod reading;
mod record;
mod rows;
mod schema;
mod situation;
mod status;
mod stored;
mod table;
mod text;
mod url;
mod verdicts;

pub use card::{Card, CardTarget, CardTestcase, CardVersion, ScopeAt};
pub use db::Results;
pub use diff::{DiffFormat, Difference, TestcaseChange};
pub use error::ResultsError;
pub use explain::{
    Expiring, ExplainedVersion, Explanation, ExplanationFormat, LastRun, Obstacle, Passed, Seen,
};
pub use history::{History, HistoryFormat, HistoryNight, HistoryRun, HistoryVersion};
pub use hold::Held;
pub use night::{Begun, Night, NightScope, NightStart, SubjectInfo};
pub use outbox::{Backlog, Delivery, Kind, Letter};
pub use prune::Pruned;
pub use reading::{Attempt, RunSummary};
pub use record::{Recorded, RunRecord};
pub use schema::to_json;
pub use status::{Status, StatusCell, StatusFormat, StatusRow, StatusScope, StatusVersion};
pub use url::{StateUrl, StateUrlError};
pub use verdicts::{CardVerdict, VerdictChange};
