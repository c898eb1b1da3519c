//! A server that says whatever a test wants, over TCP or TLS, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    how: How,
}

/// How a body is sent.
enum How {
    Whole,
    /// Content-Length says so many bytes.
    Claiming(u64),
    /// The body again and again, in chunks, with a pause after each.
    Endless(Duration),
    /// The connection is closed without an answer.
    Nothing,
    /// Nothing is ever said.
    Silence,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Answer { status, headers: Vec::new(), body: body.into(), how: How::Whole }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn claiming(self, length: u64) -> Self {
        Answer { how: How::Claiming(length), ..self }
    }

    pub(crate) fn endless(self, pause: Duration) -> Self {
        Answer { how: How::Endless(pause), ..self }
    }

    pub(crate) fn nothing() -> Self {
        Answer { how: How::Nothing, ..Answer::new(0, "") }
    }

    pub(crate) fn silence() -> Self {
        Answer { how: How::Silence, ..Answer::new(0, "") }
    }
}

type Answers = dyn FnMut(&Asked) -> Answer + Send;

/// The server. It ends when this goes.
pub(crate) struct Server {
    host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Bytes that came, whatever they were.
    received: Arc<Mutex<usize>>,
    task: AbortHandle,
    authority: Option<String>,
}

impl Server {
    /// A server without TLS, at a port of its own.
    pub(crate) async fn start(answers: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        Self::serve("127.0.0.1", None, None, false, Box::new(answers)).await
    }

    /// A server without TLS that waits for more when it is greeted in TLS.
    pub(crate) async fn start_deaf(answers: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        Self::serve("127.0.0.1", None, None, true, Box::new(answers)).await
    }

    /// A server with TLS, as `localhost`, with a certificate of an authority of its own.
    pub(crate) async fn start_tls(answers: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap().pem();
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::serve("localhost", Some(acceptor), Some(authority), false, Box::new(answers)).await
    }

    async fn serve(
        name: &str,
        tls: Option<TlsAcceptor>,
        authority: Option<String>,
        deaf: bool,
        answers: Box<Answers>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("{name}:{}", listener.local_addr().unwrap().port());
        let (asked, received) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let answers = Arc::new(Mutex::new(answers));
        let (log, count) = (asked.clone(), received.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answers, log, count, tls) = (answers.clone(), log.clone(), count.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => talk(stream, &answers, &log, &count).await,
                            Err(_) => return,
                        },
                        None if is_tls(&stream).await && deaf => std::future::pending().await,
                        None if is_tls(&stream).await => return,
                        None => talk(stream, &answers, &log, &count).await,
                    };
                });
            }
        });
        Server { host, asked, received, task: task.abort_handle(), authority }
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The certificate of the authority, as PEM.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_deref().expect("it has TLS")
    }

    /// What it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many bytes it got.
    pub(crate) fn received(&self) -> usize {
        *self.received.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Clients look first whether a registry on this machine speaks TLS: that is no question.
async fn is_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    stream.peek(&mut first).await.is_ok_and(|count| count == 1 && first[0] == 0x16)
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &Mutex<Box<Answers>>,
    log: &Mutex<Vec<Asked>>,
    count: &Mutex<usize>,
) -> Option<()> {
    while let Some(asked) = read(&mut stream, count).await {
        log.lock().unwrap().push(asked.clone());
        let answer = (answers.lock().unwrap())(&asked);
        write(&mut stream, &asked, answer).await?;
    }
    None
}

async fn read(stream: &mut (impl AsyncRead + Unpin), count: &Mutex<usize>) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let got = stream.read_buf(&mut bytes).await.ok().filter(|got| *got > 0)?;
        *count.lock().unwrap() += got;
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    let mut body = bytes[end + 4..].to_vec();
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    while body.len() < length {
        let got = stream.read_buf(&mut body).await.ok().filter(|got| *got > 0)?;
        *count.lock().unwrap() += got;
    }
    Some(Asked { method, path, authorization: header("authorization"), body })
}

/// Nothing when the connection ends with the answer.
async fn write(stream: &mut (impl AsyncWrite + Unpin), asked: &Asked, answer: Answer) -> Option<()> {
    let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    match answer.how {
        How::Nothing => None,
        How::Silence => std::future::pending().await,
        How::Whole | How::Claiming(_) => {
            let claimed =
                if let How::Claiming(length) = answer.how { length } else { answer.body.len() as u64 };
            head += &format!("content-length: {claimed}\r\n\r\n");
            // In one piece: a second one would wait until the first is acknowledged.
            let body = if asked.method == "HEAD" { &[][..] } else { &answer.body };
            stream.write_all(&[head.as_bytes(), body].concat()).await.ok()?;
            stream.flush().await.ok()?;
            (claimed == answer.body.len() as u64).then_some(())
        }
        How::Endless(pause) => {
            head += "transfer-encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).await.ok()?;
            let chunk = [format!("{:x}\r\n", answer.body.len()).as_bytes(), &answer.body, b"\r\n"].concat();
            loop {
                stream.write_all(&chunk).await.ok()?;
                stream.flush().await.ok()?;
                tokio::time::sleep(pause).await;
            }
        }
    }
}
