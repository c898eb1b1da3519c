//! A worker as a process of its own: this test binary once more.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures::FutureExt;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgPool;
use touchstone_queue::{Ending, Queue};

use crate::postgres::{NIGHT, quick};

const URL: &str = "TOUCHSTONE_TEST_QUEUE";
const NAME: &str = "TOUCHSTONE_TEST_WORKER";

/// How long a worker works on a subject.
const WORK: Duration = Duration::from_millis(500);

/// A worker. It ends with this, at the latest.
pub(crate) struct Worker(Child);

impl Worker {
    pub(crate) fn start(url: &str, name: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "worker::works", "--nocapture"])
            .env(URL, url)
            .env(NAME, name)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap(), signal).unwrap();
    }

    /// Whether it ended well, when it has ended.
    pub(crate) async fn ended(&mut self, patience: Duration) -> bool {
        let until = std::time::Instant::now() + patience;
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            assert!(std::time::Instant::now() < until, "a worker does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What workers write: the results, of which the first counts, and a diary.
pub(crate) async fn prepare(pool: &PgPool) {
    let results = "CREATE TABLE results (night text, subject text, scope text, worker text, PRIMARY KEY (night, subject, scope))";
    let diary = "CREATE TABLE diary (id serial PRIMARY KEY, worker text, subject text, delivery integer, \
                 taken timestamptz, ending text, recorded boolean, lost boolean)";
    sqlx::query(results).execute(pool).await.unwrap();
    sqlx::query(diary).execute(pool).await.unwrap();
}

/// Works until the night is over. A stubborn one: it goes on when the item is lost, and records what it has, late.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a worker for other tests, which start it as a process of its own"]
async fn works() {
    let url = std::env::var(URL).expect("other tests start this one");
    let name = std::env::var(NAME).unwrap();
    let queue = Queue::connect(&url, quick()).await.unwrap();
    let pool = PgPool::connect(&url).await.unwrap();
    loop {
        let Some(lease) = queue.take(&[], &name).await.unwrap() else {
            if queue.outstanding(NIGHT).await.unwrap().is_empty() {
                return;
            }
            continue;
        };
        // When the queue handed it out: to write it down may take long.
        let entry: i32 = sqlx::query_scalar(
            "INSERT INTO diary (worker, subject, delivery, taken) SELECT $1, subject, $3, last_read_at \
             FROM pgmq.q_touchstone JOIN touchstone_queue.items ON message_id = msg_id WHERE subject = $2 RETURNING id",
        )
        .bind(&name)
        .bind(&lease.item().subject)
        .bind(i32::try_from(lease.delivery()).unwrap())
        .fetch_one(&pool)
        .await
        .unwrap();
        tokio::time::sleep(WORK).await;
        let recorded = sqlx::query("INSERT INTO results VALUES ($1, $2, 'iaas', $3) ON CONFLICT DO NOTHING")
            .bind(&lease.item().night)
            .bind(&lease.item().subject)
            .bind(&name)
            .execute(&pool)
            .await
            .unwrap();
        let lost = !lease.tenure().is_still_ours().await.unwrap();
        assert_eq!(lost, lease.lost().now_or_never().is_some());
        let ending = lease.complete().await.unwrap();
        sqlx::query("UPDATE diary SET ending = $2, recorded = $3, lost = $4 WHERE id = $1")
            .bind(entry)
            .bind(if ending == Ending::Counted { "counted" } else { "too late" })
            .bind(recorded.rows_affected() == 1)
            .bind(lost)
            .execute(&pool)
            .await
            .unwrap();
    }
}
