//! A compliance monitor of our own: it takes what the real one takes (commit 077174d), and refuses the rest in the same order, with the
//! same statuses and words. Signatures are verified by `ssh-keygen`, as there.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const SEPARATOR: &str = "-----END SSH SIGNATURE-----\n&";

/// Whoever may talk to the monitor; all have the API key [`API_KEY`].
#[derive(Clone, Default)]
pub(crate) struct Account {
    pub(crate) name: &'static str,
    /// As in a `.pub` file.
    pub(crate) keys: Vec<String>,
    pub(crate) may_append_any: bool,
    /// The subjects that have this account among their delegates.
    pub(crate) delegated: BTreeSet<&'static str>,
}

pub(crate) const API_KEY: &str = "night-secret";

/// A result, as it is stored: subject, scope, testcase, when, result.
pub(crate) type Row = (String, String, String, String, Option<i64>);

/// The monitor.
#[derive(Clone)]
pub(crate) struct Fake {
    accounts: Arc<Vec<Account>>,
    /// By identifier.
    reports: Arc<Mutex<BTreeMap<String, Vec<Row>>>>,
}

/// Status, and what FastAPI says; nothing is `null`.
type Answer = (u16, Option<String>);

impl Fake {
    pub(crate) fn new(accounts: Vec<Account>) -> Fake {
        Fake { accounts: Arc::new(accounts), reports: Arc::default() }
    }

    /// All results that are stored.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.reports.lock().unwrap().values().flatten().cloned().collect()
    }

    /// Serves on a port of this machine, until the test ends; gives the URL.
    pub(crate) async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let fake = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let fake = fake.clone();
                let service = service_fn(move |request| fake.clone().answer(request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        url
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (status, detail) = self.judge(request).await.unwrap_or_else(|answer| answer);
        let response = Response::builder().status(status);
        let response = match (status, detail) {
            (500, _) => response
                .header("content-type", "text/plain; charset=utf-8")
                .body("Internal Server Error".into()),
            (_, None) => response.header("content-type", "application/json").body("null".into()),
            (_, Some(detail)) => response
                .header("content-type", "application/json")
                .body(json!({ "detail": detail }).to_string().into()),
        };
        Ok(response.unwrap())
    }

    async fn judge(&self, request: Request<Incoming>) -> Result<Answer, Answer> {
        let say = |status, detail: &str| (status, Some(detail.to_owned()));
        match (request.uri().path(), request.method()) {
            ("/reports", &Method::POST) => {}
            ("/reports", _) => return Err(say(405, "Method Not Allowed")),
            _ => return Err(say(404, "Not Found")),
        }
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let basic =
            header("authorization").and_then(|header| Some(header.strip_prefix("Basic ")?.to_owned()));
        let basic = basic.ok_or_else(|| say(401, "Not authenticated"))?;
        let account = self.account(&basic).ok_or_else(|| say(401, "Incorrect username or password"))?;
        // The monitor looks into a dictionary of headers.
        let media_type = header("content-type").ok_or((500, None))?;
        if !["application/x-signed-yaml", "application/x-signed-json"].contains(&media_type.as_str()) {
            return Err(say(415, "Unsupported Media Type"));
        }
        let body = request.into_body().collect().await.map_err(|_| (500, None))?.to_bytes();
        let body = std::str::from_utf8(&body).map_err(|_| (500, None))?;
        let cut = body.find(SEPARATOR).ok_or_else(|| say(401, "missing signature"))? + SEPARATOR.len();
        if !holds(&account.keys, &body[..cut - 1], &body[cut..]) {
            return Err(say(401, "verification failed"));
        }
        let documents: Vec<Value> = match media_type.ends_with("-json") {
            true => vec![serde_json::from_str(&body[cut..]).map_err(|_| (500, None))?],
            false => serde_saphyr::from_multiple(&body[cut..]).map_err(|_| (500, None))?,
        };
        if documents.is_empty() {
            return Err(say(200, "empty reports"));
        }
        for document in &documents {
            let subject = document["subject"].as_str().ok_or((500, None))?;
            if subject != account.name && !account.may_append_any {
                return Err(say(401, "Permission denied"));
            }
            if subject != account.name && !account.delegated.contains(subject) {
                return Err(say(401, "delegation problem?"));
            }
        }
        self.store(&documents)
    }

    fn account(&self, basic: &str) -> Option<&Account> {
        let pair = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
        let (name, key) = pair.split_once(':')?;
        self.accounts.iter().find(|account| account.name == name && key == API_KEY)
    }

    /// All documents, or none: it is one transaction.
    fn store(&self, documents: &[Value]) -> Result<Answer, Answer> {
        let mut reports = self.reports.lock().unwrap();
        let mut stored = reports.clone();
        for document in documents {
            let is_storable =
                super::schema("read").is_valid(document) && !document.to_string().contains("\\u0000");
            if !is_storable {
                return Err((500, None));
            }
            let uuid = document["run"]["uuid"].as_str().unwrap().to_owned();
            if stored.insert(uuid, rows(document)).is_some() {
                return Err((409, Some("Conflict: report already present".into())));
            }
        }
        *reports = stored;
        Ok((200, None))
    }
}

fn rows(document: &Value) -> Vec<Row> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |testcase: &String, result: &Value| {
        let (subject, scope) = (text(&document["subject"]), text(&document["spec"]["uuid"]));
        (subject, scope, testcase.clone(), text(&document["checked_at"]), result.as_i64())
    };
    let results = |value: &Value| value.as_object().unwrap().clone();
    match document.get("versions") {
        Some(versions) => {
            let all = results(versions).into_iter().flat_map(|(_, version)| results(&version));
            all.map(|(testcase, result)| of(&testcase, &result["result"])).collect()
        }
        None => {
            let invocations = results(&document["run"]["invocations"]).into_iter();
            let all = invocations.flat_map(|(_, invocation)| results(&invocation["results"]));
            // One for each testcase: the last.
            let all: BTreeMap<String, Value> = all.collect();
            all.iter().map(|(testcase, result)| of(testcase, result)).collect()
        }
    }
}

/// What `ssh-keygen` says.
fn holds(keys: &[String], signature: &str, report: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let signers: String = keys.iter().map(|key| format!("somebody {key}\n")).collect();
    let (signers, signature) = (file("signers", &signers), file("signature", signature));
    let report = File::open(file("report", report)).unwrap();
    let mut verify = Command::new("ssh-keygen");
    verify
        .args(["-Y", "verify", "-I", "somebody", "-n", "report", "-f"])
        .arg(signers)
        .arg("-s")
        .arg(signature);
    let status = verify.stdin(report).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("ssh-keygen is installed (Debian: openssh-client)").success()
}
