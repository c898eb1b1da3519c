use touchstone_results::{Kind, Letter};

use crate::on_both;
use crate::support::sample::{Scope, at};

const NIGHT: &str = "2026-11-26T02:30:00Z";

fn letter(kind: Kind, destination: &str, key: &str) -> Letter {
    Letter { kind, destination: destination.to_owned(), payload: vec![0, 255, 7], dedup_key: key.to_owned() }
}

on_both! {
    async fn a_letter_is_kept_until_it_is_accepted(empty: Empty) {
        let results = empty.open().await;
        let (now, later) = (at("2026-11-26T03:00:00Z"), at("2026-11-26T04:00:00Z"));
        let first = letter(Kind::Monitor, "scs", "a");
        assert!(results.put_letter(&first, now).await.unwrap());
        assert!(!results.put_letter(&letter(Kind::Mail, "other", "a"), now).await.unwrap(), "the key is known");
        assert!(results.put_letter(&letter(Kind::Webhook, "hook", "b"), later).await.unwrap());

        assert!(results.due_letters(at("2026-11-26T02:59:59Z"), 10).await.unwrap().is_empty());
        let due = results.due_letters(now, 10).await.unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!((&due[0].letter, due[0].attempts, due[0].created_at), (&first, 0, now));
        assert_eq!(results.due_letters(later, 10).await.unwrap().len(), 2);
        assert_eq!(results.due_letters(later, 1).await.unwrap()[0].letter, first);

        results.letter_failed(due[0].id, "503 \0", now, Some(later)).await.unwrap();
        assert!(results.due_letters(now, 10).await.unwrap().is_empty());
        let backlog = results.backlog().await.unwrap();
        assert_eq!(backlog.len(), 2);
        assert_eq!((backlog[0].kind, backlog[0].waiting, backlog[0].oldest), (Kind::Monitor, 1, Some(now)));
        assert_eq!(backlog[0].last_error.as_deref(), Some("503 \u{fffd}"));

        let due = results.due_letters(later, 10).await.unwrap();
        let again = due.iter().find(|due| due.letter == first).unwrap();
        assert_eq!(again.attempts, 1);
        results.letter_accepted(again.id, later).await.unwrap();
        // Who comes late does not change that.
        results.letter_failed(again.id, "late", later, Some(later)).await.unwrap();
        assert_eq!(results.due_letters(later, 10).await.unwrap().len(), 1);
        assert!(!results.put_letter(&first, later).await.unwrap(), "it was sent");

        let other = due.iter().find(|due| due.letter != first).unwrap();
        results.letter_failed(other.id, "gone", later, None).await.unwrap();
        assert!(results.due_letters(at("2030-01-01T00:00:00Z"), 10).await.unwrap().is_empty());
        let backlog = results.backlog().await.unwrap();
        assert_eq!((backlog.len(), backlog[0].waiting, backlog[0].given_up), (1, 0, 1));
        assert_eq!(backlog[0].last_error.as_deref(), Some("gone"));
    }
}

on_both! {
    async fn a_night_that_ends_twice_sends_once(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&Scope::new(&[("v1", "effective")], &[("a", "week")]).night(NIGHT, &[])).await.unwrap();
        let letters = [letter(Kind::Mail, "ops", "night"), letter(Kind::Mail, "ops", "night")];
        let ends = (0..4).map(|_| {
            let (results, letters) = (results.clone(), letters.clone());
            tokio::spawn(async move { results.end_night(NIGHT, at(NIGHT), &letters).await.unwrap() })
        });
        let mut ended = 0;
        for end in ends.collect::<Vec<_>>() {
            ended += usize::from(end.await.unwrap());
        }
        assert_eq!(ended, 1);
        assert_eq!(results.due_letters(at("2026-12-01T00:00:00Z"), 10).await.unwrap().len(), 1);
    }
}
