//! The HTTP client for spans: on a thread and a runtime of its own, so that it works wherever the exporter calls it from, and in
//! whatever state the program's own runtime is.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hyper::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::redirect::Policy;
use tokio::sync::{mpsc, oneshot};

/// How long one request may take; the exporter's own time-out (`OTEL_EXPORTER_OTLP_TIMEOUT`) is for all its attempts.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of an answer, at most: what does not fit is an error.
const MAX_ANSWER: usize = 1 << 20;

type Answer = Result<Response<Bytes>, HttpError>;

/// Cheap to clone. The thread ends when all clones are gone.
#[derive(Clone, Debug)]
pub(super) struct Client {
    jobs: mpsc::UnboundedSender<(Request<Bytes>, oneshot::Sender<Answer>)>,
    problem: Arc<OnceLock<String>>,
}

impl Client {
    /// The error is for people.
    pub(super) fn start() -> Result<Client, String> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(touchstone_outgoing::trusting(&[])?)
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| format!("cannot set up HTTP: {error}"))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("cannot start a runtime: {error}"))?;
        let (jobs, mut open) = mpsc::unbounded_channel::<(Request<Bytes>, oneshot::Sender<Answer>)>();
        let thread = std::thread::Builder::new().name("traces".to_owned());
        let work = move || {
            runtime.block_on(async {
                while let Some((request, reply)) = open.recv().await {
                    // Who does not wait any more does not need the answer.
                    let _ = reply.send(send(&client, request).await);
                }
            });
        };
        thread.spawn(work).map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(Client { jobs, problem: Arc::default() })
    }

    pub(super) fn problem(&self) -> Option<String> {
        self.problem.get().cloned()
    }

    /// Keeps what went wrong, if it is the first.
    pub(super) fn keep(&self, problem: &str) {
        let _ = self.problem.set(crate::escape::one_line(problem));
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Answer {
        let to = request.uri().authority().map_or_else(String::new, ToString::to_string);
        let (reply, answer) = oneshot::channel();
        self.jobs.send((request, reply)).map_err(|_| "the thread that sends is gone")?;
        let answer = answer.await.map_err(|_| "the thread that sends is gone")?;
        let problem = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = problem {
            self.keep(&format!("traces were not sent to {to}: {problem}"));
        }
        answer
    }
}

async fn send(client: &reqwest::Client, request: Request<Bytes>) -> Answer {
    let mut response = client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let mut answer = Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        *headers = std::mem::take(response.headers_mut());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            return Err(format!("the answer has more than {MAX_ANSWER} bytes").into());
        }
    }
    Ok(answer.body(Bytes::from(body))?)
}
