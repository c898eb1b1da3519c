//! What the coordinator puts into the queue.

use std::collections::BTreeMap;

use pgmq::PGMQueueExt;

use crate::engine::{NAME, persistently};
use crate::error::QueueError;
use crate::item::{Item, Message};
use crate::queue::Queue;

impl Queue {
    /// Puts items into the queue, all or none. An item whose night and subject were offered before is left as it is, whatever
    /// became of it: a coordinator that starts anew offers everything again. Returns how many are new.
    ///
    /// # Errors
    ///
    /// If an item has what the database does not keep, or the database does not answer.
    pub async fn offer(&self, items: &[Item]) -> Result<u64, QueueError> {
        items.iter().try_for_each(Item::check)?;
        // In one order, so that two coordinators do not wait for each other.
        let items: BTreeMap<(&str, &str), &Item> =
            items.iter().map(|item| ((item.night.as_str(), item.subject.as_str()), item)).collect();
        let limit = self.settings().timeout;
        persistently(limit, limit, || self.offer_once(&items)).await
    }

    async fn offer_once(&self, items: &BTreeMap<(&str, &str), &Item>) -> Result<u64, QueueError> {
        let (nights, subjects): (Vec<&str>, Vec<&str>) = items.keys().copied().unzip();
        let mut transaction = self.pool().begin().await?;
        let fresh: Vec<(String, String)> = sqlx::query_as(
            "INSERT INTO touchstone_queue.items (night, subject, most_deliveries) \
             SELECT night, subject, $3 FROM unnest($1::text[], $2::text[]) AS offered (night, subject) \
             ON CONFLICT DO NOTHING RETURNING night, subject",
        )
        .bind(&nights)
        .bind(&subjects)
        .bind(self.settings().most_deliveries())
        .fetch_all(&mut *transaction)
        .await?;

        if fresh.is_empty() {
            return Ok(0);
        }
        let messages: Vec<Message> = fresh
            .iter()
            .map(|(night, subject)| Message::from(items[&(night.as_str(), subject.as_str())]))
            .collect();
        let queues = PGMQueueExt::new_with_pool(self.pool().clone()).await;
        let ids = queues.send_batch_with_cxn(NAME, &messages, &mut *transaction).await?;
        if ids.len() != fresh.len() {
            return Err(sqlx::Error::Protocol(
                "PGMQ took another number of messages than it was given".into(),
            )
            .into());
        }

        let (nights, subjects): (Vec<String>, Vec<String>) = fresh.into_iter().unzip();
        sqlx::query(
            "UPDATE touchstone_queue.items AS items SET message_id = sent.id \
             FROM unnest($1::text[], $2::text[], $3::bigint[]) AS sent (night, subject, id) \
             WHERE items.night = sent.night AND items.subject = sent.subject",
        )
        .bind(&nights)
        .bind(&subjects)
        .bind(&ids)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ids.len() as u64)
    }
}
