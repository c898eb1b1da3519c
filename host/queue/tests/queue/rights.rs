//! The rights that docs/workers.md gives to the users of the database are enough, and no more.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use touchstone_queue::{Ending, Queue, QueueError};

use crate::postgres::{NIGHT, Postgres, item, quick};

/// The SQL in the document that follows a mark.
fn from_docs(mark: &str) -> String {
    let docs = include_str!("../../../../docs/workers.md");
    let (_, after) = docs.split_once(&format!("<!-- {mark} -->")).expect("the document has the mark");
    let (_, sql) = after.split_once("```sql\n").expect("SQL follows");
    sql.split_once("```").expect("it ends").0.to_owned()
}

async fn run(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    // One by one: a database is not made in a transaction.
    for statement in sql.split(";\n").filter(|statement| !statement.trim().is_empty()) {
        connection
            .execute(AssertSqlSafe(statement))
            .await
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

async fn refused(url: &str, sql: &'static str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let error = connection.execute(sql).await.expect_err(sql);
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    assert_eq!(code, "42501", "{sql}: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_may_work_and_nothing_else() {
    let postgres = Postgres::new();
    let administrator = postgres.url_of("touchstone", "postgres");
    run(&administrator, from_docs("rights of the coordinator")).await;
    let coordinator_url = postgres.url_of("touchstone_coordinator", "touchstone");
    let worker_url = postgres.url_of("touchstone_worker", "touchstone");

    let missing = Queue::connect(&coordinator_url, quick()).await.unwrap_err();
    assert!(matches!(missing, QueueError::NotSetUp), "{missing}");
    let (one, another) =
        tokio::join!(Queue::set_up(&coordinator_url, quick()), Queue::set_up(&coordinator_url, quick()));
    let coordinator = one.unwrap();
    another.unwrap();
    coordinator.offer(&["a", "b", "c", "d"].map(|name| item(name, &[]))).await.unwrap();

    run(&administrator, "CREATE ROLE stranger LOGIN".into()).await;
    let stranger = Queue::connect(&postgres.url_of("stranger", "touchstone"), quick()).await.unwrap_err();
    assert!(matches!(stranger, QueueError::Rights(_)), "{stranger}");
    assert!(stranger.to_string().contains("docs/workers.md"), "{stranger}");

    run(&coordinator_url, from_docs("rights of workers")).await;
    let worker = Queue::connect(&worker_url, quick()).await.unwrap();
    let lease = worker.take(&[], "one").await.unwrap().unwrap();
    assert!(lease.tenure().is_still_ours().await.unwrap());
    assert_eq!(lease.give_back("for once").await.unwrap(), Ending::Counted);
    // The most that comes of an item: given back as often as it may be.
    let mut completed = 0;
    while let Some(lease) = worker.take(&[], "one").await.unwrap() {
        if lease.item().subject == "a" {
            lease.give_back("again").await.unwrap();
        } else {
            assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
            completed += 1;
        }
    }
    assert_eq!(completed, 3);
    assert_eq!(coordinator.abandoned(NIGHT).await.unwrap().len(), 1);
    assert_eq!(worker.outstanding(NIGHT).await.unwrap(), []);

    let error = worker.offer(&[item("smuggled", &[])]).await.unwrap_err();
    assert!(matches!(error, QueueError::Rights(_)), "{error}");
    for sql in [
        "INSERT INTO pgmq.q_touchstone (vt, message) VALUES (now(), '{}')",
        "UPDATE pgmq.q_touchstone SET message = '{}'",
        "UPDATE touchstone_queue.items SET subject = 'other'",
        "DELETE FROM touchstone_queue.items",
        "TRUNCATE pgmq.q_touchstone",
        "SELECT pgmq.drop_queue('touchstone')",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (id integer)",
    ] {
        refused(&worker_url, sql).await;
    }
}
