use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A place on this machine that is not the cloud, and remembers every byte that it is sent.
#[derive(Debug)]
pub(crate) struct Recorder {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    bytes: Vec<u8>,
}

impl Recorder {
    /// Listens, and answers each request with what `answer` makes of it (the whole answer, as it goes over the wire).
    pub(crate) fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let noted = Arc::clone(&seen);
        let answer = Arc::new(answer);
        // Ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                noted.lock().expect("nobody panics here").connections += 1;
                std::thread::spawn(move || serve(stream, &noted, &*answer));
            }
        });
        Recorder { address, seen }
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().expect("nobody panics here").connections
    }

    /// All that it was sent.
    pub(crate) fn received(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("nobody panics here").bytes).into_owned()
    }
}

/// One request after the other, as long as they have no body.
fn serve(mut stream: TcpStream, seen: &Mutex<Seen>, answer: &dyn Fn(&str) -> String) {
    // Who connects and says nothing is not waited for for ever.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        seen.lock().expect("nobody panics here").bytes.extend_from_slice(&buffer[..length]);
        request.extend_from_slice(&buffer[..length]);
        if request.ends_with(b"\r\n\r\n") {
            let answer = answer(&String::from_utf8_lossy(&request));
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
            request.clear();
        }
    }
}
