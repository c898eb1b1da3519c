use futures::future::join_all;

use super::*;
use crate::openstack::fake::{Asked, logged_in, service, slowly};

/// A cloud that accepts the tokens of some generations only, and logs in so many times.
async fn cloud(accepts: impl Fn(&Asked) -> bool + Send + Sync + 'static, logins: usize) -> Fake {
    Fake::start(move |asked| {
        if asked.is_login() {
            let nova = service("compute", &format!("http://{}/v2.1", asked.headers["host"]));
            return if asked.before < logins {
                slowly(30, logged_in(asked.before, &[nova]))
            } else {
                answer(401, "{}")
            };
        }
        if accepts(asked) { answer(200, "{}") } else { slowly(10, answer(401, "{}")) }
    })
    .await
}

async fn call_often(session: &Session, times: usize) -> Vec<Result<Response, CallError>> {
    join_all((0..times).map(|number| session.call(get("compute", &format!("/flavors/{number}"))))).await
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all() {
    let fake = cloud(|asked| asked.token() == token(1), 99).await;
    let session = connect_with(&fake, &SessionOptions { max_in_flight: 20, ..quick() }).await;
    for result in call_often(&session, 20).await {
        let response = result.unwrap();
        assert_eq!((response.status, response.attempts), (200, 2));
    }
    assert_eq!((fake.logins(), session.logins()), (2, 2));
    assert_eq!(session.call(get("compute", "/flavors")).await.unwrap().attempts, 1);
}

#[tokio::test]
async fn a_token_can_be_renewed_again_and_again() {
    let fake =
        cloud(|asked| asked.target != format!("/v2.1/flavors/{}", asked.token().chars().last().unwrap()), 99)
            .await;
    let session = connect(&fake).await;
    for number in 0..4 {
        assert_eq!(session.call(get("compute", &format!("/flavors/{number}"))).await.unwrap().status, 200);
    }
    assert_eq!(fake.logins(), 5);
}

#[tokio::test]
async fn changes_are_repeated_after_401_as_well() {
    let fake = cloud(|asked| asked.token() == token(1), 99).await;
    let request = Request { body: Some("{}".into()), ..Request::new("compute", Method::Post, "/servers") };
    assert_eq!(connect(&fake).await.call(request).await.unwrap().status, 200);
    assert_eq!(fake.asked().last().unwrap().body, "{}");
}

#[tokio::test]
async fn a_service_that_accepts_no_token_costs_one_login() {
    let fake = cloud(|_| false, 99).await;
    let session = connect(&fake).await;
    for _ in 0..3 {
        for result in call_often(&session, 5).await {
            assert_eq!(result.unwrap().status, 401);
        }
    }
    assert!(fake.logins() <= 3, "{}", fake.logins());
}

#[tokio::test]
async fn a_service_that_refused_two_tokens_may_accept_the_next_one() {
    let fake = cloud(|asked| asked.token() == token(2), 99).await;
    let session = connect(&fake).await;
    for _ in 0..3 {
        assert_eq!(session.call(get("compute", "/flavors")).await.unwrap().status, 401);
    }
    assert_eq!(fake.logins(), 2, "it is not asked for again and again");
    // As if that was a while ago.
    for (_, at) in session.refusing.lock().unwrap().values_mut() {
        *at -= REST_AFTER_REFUSAL;
    }
    assert_eq!(session.call(get("compute", "/flavors")).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_login_that_fails_is_not_tried_by_everybody() {
    let fake = cloud(|_| false, 1).await;
    let session = connect_with(&fake, &SessionOptions { max_in_flight: 20, ..quick() }).await;
    for result in call_often(&session, 20).await {
        let error = result.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable);
        assert!(
            error.message.contains("logging in again failed") && !error.message.contains(PASSWORD),
            "{error}"
        );
    }
    assert_eq!(fake.logins(), 2);
}

#[tokio::test]
async fn when_the_caller_that_logs_in_is_dropped_another_one_does() {
    let fake = cloud(|asked| asked.token() != token(0), 99).await;
    let session = connect(&fake).await;
    let other = Arc::clone(&session);
    let first = tokio::spawn(async move { other.call(get("compute", "/flavors")).await });
    while fake.logins() < 2 {
        tokio::task::yield_now().await;
    }
    let second = session.call(get("compute", "/servers"));
    first.abort();
    assert_eq!(second.await.unwrap().status, 200);
}

#[tokio::test]
async fn the_newest_token_is_looked_for_in_answers() {
    let fake = Fake::cloud(NOVA, |asked| match asked.token() == token(1) {
        true => answer(200, asked.token()),
        false => answer(401, ""),
    })
    .await;
    let error = connect(&fake).await.call(get("compute", "/flavors")).await.unwrap_err();
    assert!(error.message.contains("withheld"), "{error}");
}
