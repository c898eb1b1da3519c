//! What is beyond a limit is the same in every run, in whatever order answers arrive.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Answers each call after so many milliseconds, with so many bytes; or not at all.
struct Late {
    answers: Vec<(u64, Option<usize>)>,
}

#[async_trait]
impl Openstack for Late {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        let number: usize = request.path.rsplit('/').next().unwrap().parse().unwrap();
        let (delay, size) = self.answers[number];
        tokio::time::sleep(Duration::from_millis(delay)).await;
        let size = size.ok_or_else(|| CallError::new(ErrorKind::Unreachable, &request.path, "lost"))?;
        Ok(Response { status: 200, headers: Vec::new(), body: Bytes::from(vec![b'x'; size]), attempts: 1 })
    }

    async fn probe(&self, _service: String, path: String) -> Result<Response, CallError> {
        self.call(Request::new("probe", Method::Get, path)).await
    }

    fn catalog(&self) -> Vec<Service> {
        Vec::new()
    }

    fn identity(&self) -> Identity {
        Identity::default()
    }
}

/// What a check asks for at once: how late and long each answer is, and whether it is granted.
#[derive(Debug, Clone)]
struct Asked {
    answers: Vec<(u64, Option<usize>, bool)>,
    limits: CallLimits,
    room: usize,
}

type Came = (Vec<Result<usize, ErrorKind>>, Usage, u64);

/// What comes of it when the answers are late by this.
fn came(asked: &Asked, delay: impl Fn(usize, u64) -> u64) -> Came {
    let late =
        asked.answers.iter().enumerate().map(|(number, (ms, size, _))| (delay(number, *ms), *size)).collect();
    let grants = vec!["compute GET /granted/*".parse().unwrap()];
    let granted = Granted::new(Arc::new(Late { answers: late }), grants, asked.limits.clone());
    let path = |(number, (.., granted)): (usize, &(u64, Option<usize>, bool))| {
        get(&format!("/{}/{number}", if *granted { "granted" } else { "not" }))
    };
    let requests = asked.answers.iter().enumerate().map(path).collect();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let answers = runtime.block_on(granted.call_all(requests, asked.room));
    let told = |answer: Result<Response, CallError>| {
        answer.map(|answer| answer.body.len()).map_err(|error| error.kind)
    };
    let usage = granted.usage();
    (answers.into_iter().map(told).collect(), usage, granted.audit().total)
}

/// What should come of it: each after the other.
fn expected(asked: &Asked) -> (Vec<Result<usize, ErrorKind>>, u64) {
    let Asked { answers, limits, mut room } = asked.clone();
    let mut bytes = 0;
    let one = |(number, (_, size, granted)): (usize, (u64, Option<usize>, bool))| {
        if number as u64 >= limits.max_calls || bytes >= limits.max_response_bytes {
            return Err(ErrorKind::Exhausted);
        }
        if !granted {
            return Err(ErrorKind::Denied);
        }
        let size = size.ok_or(ErrorKind::Unreachable)?;
        if size > limits.max_answer_bytes {
            return Err(ErrorKind::TooLarge);
        }
        bytes += size as u64;
        if bytes > limits.max_response_bytes {
            bytes = limits.max_response_bytes;
            return Err(ErrorKind::Exhausted);
        }
        room = room.checked_sub(size).ok_or(ErrorKind::TooLarge)?;
        Ok(size)
    };
    let all = answers.into_iter().enumerate().map(one).collect();
    (all, bytes)
}

fn asked() -> impl Strategy<Value = Asked> {
    let size = proptest::option::weighted(0.9, prop_oneof![Just(0), 1..400_usize]);
    let answers = vec((0..50_u64, size, prop::bool::weighted(0.9)), 0..100);
    let limits = (0..120_u64, 1..12_usize, 100..500_usize, 0..20_000_u64);
    (answers, limits, 0..20_000_usize).prop_map(|(answers, limits, room)| {
        let (max_calls, max_in_flight, max_answer_bytes, max_response_bytes) = limits;
        let limits = CallLimits { max_calls, max_in_flight, max_answer_bytes, max_response_bytes };
        Asked { answers, limits, room }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_beyond_a_limit_is_the_same_in_every_run(asked in asked()) {
        let (answers, bytes) = expected(&asked);
        let (random, usage, denied) = came(&asked, |_, ms| ms);
        prop_assert_eq!(&random, &answers);
        prop_assert_eq!(usage.response_bytes, bytes);
        let runs = [
            came(&asked, |_, _| 0),
            came(&asked, |number, _| number as u64),
            came(&asked, |number, _| 200 - number as u64),
            came(&asked, |number, _| if number % 2 == 0 { 1000 } else { 0 }),
        ];
        for (answers, usage, of_run) in runs {
            prop_assert_eq!(&answers, &random);
            prop_assert_eq!((usage.response_bytes, of_run), (bytes, denied));
        }
    }
}

#[test]
fn room_is_given_in_the_order_of_the_requests() {
    let answers = [300, 200, 400, 100, 1].map(|size| (0, Some(size), true)).to_vec();
    let asked = Asked { answers, limits: CallLimits::default(), room: 600 };
    // The third has no room; what is smaller and comes later has.
    let expected = [Ok(300), Ok(200), Err(ErrorKind::TooLarge), Ok(100), Err(ErrorKind::TooLarge)];
    for reversed in [false, true] {
        let (answers, usage, _) =
            came(&asked, |number, _| if reversed { 5 - number as u64 } else { number as u64 });
        assert_eq!(answers, expected);
        assert_eq!(usage.response_bytes, 1001, "it was fetched all the same");
    }
}

#[test]
fn the_last_byte_may_be_used() {
    let answers = vec![(0, Some(500), true), (0, Some(500), true), (0, Some(0), true)];
    for (max_response_bytes, second) in [(1000, Ok(500)), (999, Err(ErrorKind::Exhausted))] {
        let limits = CallLimits { max_response_bytes, ..CallLimits::default() };
        let (answers, usage, _) =
            came(&Asked { answers: answers.clone(), limits, room: 1000 }, |number, _| 9 - number as u64);
        assert_eq!(answers, [Ok(500), second, Err(ErrorKind::Exhausted)]);
        assert_eq!(usage.response_bytes, max_response_bytes);
    }
}
