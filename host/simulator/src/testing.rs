//! A client for the tests of this crate.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::{Running, Scenario, Simulator};

/// A client of a simulated cloud.
pub(crate) struct Client {
    pub(crate) cloud: Running,
    http: reqwest::Client,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Client {
    /// Of a cloud of this scenario, logged in as the first user with the password.
    pub(crate) async fn new(scenario: &Scenario) -> Self {
        let mut client = Self::anonymous(scenario).await;
        let user = &scenario.identity.users[0];
        client.token = Some(client.log_in(&user.name, &user.password).await);
        client
    }

    /// As [`Client::new`], for a scenario in YAML.
    pub(crate) async fn yaml(yaml: &str) -> Self {
        Self::new(&Scenario::parse("test.yaml", yaml).unwrap()).await
    }

    /// Without a token.
    pub(crate) async fn anonymous(scenario: &Scenario) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let cloud = Simulator::new(scenario).unwrap().start(([127, 0, 0, 1], 0).into()).await.unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { cloud, http, token: None }
    }

    /// A token from name and password.
    pub(crate) async fn log_in(&self, name: &str, password: &str) -> String {
        let answer = self.post_login(&password_login(name, password)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.header("x-subject-token").into()
    }

    pub(crate) async fn post_login(&self, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, "/identity/v3/auth/tokens", &headers, body.to_string()).await
    }

    /// The same cloud with another token.
    pub(crate) fn with_token(mut self, token: Option<&str>) -> Self {
        self.token = token.map(Into::into);
        self
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[("content-type", "application/json")], body.to_string()).await
    }

    /// The status of a deletion.
    pub(crate) async fn delete(&self, path: &str) -> u16 {
        self.send(Method::DELETE, path, &[], String::new()).await.status
    }

    /// Creates something, and returns the field of the answer.
    pub(crate) async fn create(&self, path: &str, body: Value, pointer: &str) -> String {
        let answer = self.post(path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
        answer.outcome(pointer).1
    }

    /// Waits until what there is is this.
    pub(crate) async fn until_there_is(&self, wanted: &[&str]) {
        let start = std::time::Instant::now();
        while self.inventory() != wanted {
            assert!(start.elapsed().as_secs() < 20, "{:?} instead of {wanted:?}", self.inventory());
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Waits until a field (a JSON pointer) of the answer has this value.
    pub(crate) async fn until(&self, path: &str, pointer: &str, wanted: &str) {
        let start = std::time::Instant::now();
        loop {
            let now = self.get(path).await.outcome(pointer).1;
            if now == wanted {
                return;
            }
            assert!(start.elapsed().as_secs() < 20, "{path} is {now} instead of {wanted}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// What there is: `kind name`.
    pub(crate) fn inventory(&self) -> Vec<String> {
        self.cloud.inventory().iter().map(|thing| format!("{} {}", thing.kind, thing.name)).collect()
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, String::new()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let response = self.try_send(method, path, headers, body).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// As [`Client::send`], without reading the body.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> reqwest::Result<reqwest::Response> {
        let url =
            if path.starts_with("http") { path.into() } else { format!("{}{path}", self.cloud.base_url()) };
        let mut all = HeaderMap::new();
        if let Some(token) = &self.token {
            all.insert("x-auth-token", token.parse().unwrap());
        }
        for (name, value) in headers {
            all.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        self.http.request(method, url).headers(all).body(body).send().await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap()
    }

    /// The status, and one field (a JSON pointer) as text.
    pub(crate) fn outcome(&self, pointer: &str) -> (u16, String) {
        let json = self.json();
        let field = json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {json}"));
        (self.status, field.as_str().map_or_else(|| field.to_string(), Into::into))
    }
}

/// The body of a login with a password, for the project `demo`.
pub(crate) fn password_login(name: &str, password: &str) -> Value {
    json!({"auth": {"identity": {"methods": ["password"], "password": {
        "user": {"name": name, "domain": {"id": "default"}, "password": password}}}}})
}

/// The names of the items of a list.
pub(crate) fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}
