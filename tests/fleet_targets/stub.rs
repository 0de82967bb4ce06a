//! A forge on loopback, which answers what a test tells it to, and a machine whose variables and time the test sets.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use pqscan::fleet::target::{Environment, Found, Target, find};

/// 2026-11-30 12:00:00 UTC.
pub(crate) const NOW: u64 = 1_796_040_000;

/// The machine: variables, and a time that passes only by waiting.
pub(crate) struct Machine {
    variables: BTreeMap<String, String>,
    now: Cell<u64>,
    /// How much later it is each time that somebody looks.
    pace: u64,
    pub(crate) waits: RefCell<Vec<u64>>,
}

impl Machine {
    pub(crate) fn with(variables: &[(&str, &str)]) -> Self {
        Self {
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            now: Cell::new(NOW),
            pace: 0,
            waits: RefCell::new(Vec::new()),
        }
    }
}

impl Machine {
    pub(crate) fn at_pace(self, pace: u64) -> Self {
        Self { pace, ..self }
    }
}

impl Environment for Machine {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn now(&self) -> u64 {
        let now = self.now.get();
        self.now.set(now + self.pace);
        now
    }

    fn wait(&self, time: Duration) {
        self.waits.borrow_mut().push(time.as_secs());
        self.now.set(self.now.get() + time.as_secs())
    }
}

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn json(value: serde_json::Value) -> Self {
        Self::status(200).body(value.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

type Handler = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// A forge on loopback.
pub(crate) struct Stub {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// Answers over HTTP; the handler gets each request and its number, the first is 0.
    pub(crate) fn new(handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(Arc::new(handler), None)
    }

    /// A proxy that takes `CONNECT` to any host, and then answers itself, over TLS where there is a configuration for it.
    pub(crate) fn proxy(
        tls: Option<Arc<rustls::ServerConfig>>,
        handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(
            Arc::new(handler),
            Some(Passage {
                tls,
                connects: true,
            }),
        )
    }

    /// Answers over TLS.
    pub(crate) fn tls(
        tls: Arc<rustls::ServerConfig>,
        handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(
            Arc::new(handler),
            Some(Passage {
                tls: Some(tls),
                connects: false,
            }),
        )
    }

    fn start(handler: Arc<Handler>, passage: Option<Passage>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, record, passage) =
                    (Arc::clone(&handler), Arc::clone(&record), passage.clone());
                thread::spawn(move || enter(stream, &*handler, &record, passage.as_ref()));
            }
        });
        Self { port, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("no test panics with it").clone()
    }

    /// Method, path and query of each request.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.seen()
            .iter()
            .map(|request| format!("{} {}", request.method, request.target))
            .collect()
    }
}

#[derive(Clone)]
struct Passage {
    tls: Option<Arc<rustls::ServerConfig>>,
    connects: bool,
}

fn enter(
    mut stream: TcpStream,
    handler: &Handler,
    record: &Mutex<Vec<Request>>,
    passage: Option<&Passage>,
) {
    if let Some(Passage { connects: true, .. }) = passage {
        let Some(request) = read(&mut stream) else {
            return;
        };
        assert_eq!(request.method, "CONNECT");
        record.lock().expect("no test panics with it").push(request);
        if stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_err() {
            return;
        }
    }
    match passage.and_then(|passage| passage.tls.clone()) {
        Some(tls) => {
            let connection = rustls::ServerConnection::new(tls).expect("a configuration");
            let mut stream = rustls::StreamOwned::new(connection, stream);
            serve(&mut stream, handler, record);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        None => serve(&mut stream, handler, record),
    }
}

/// One request a connection.
fn serve(stream: &mut (impl Read + Write), handler: &Handler, record: &Mutex<Vec<Request>>) {
    let Some(request) = read(stream) else {
        return;
    };
    let number = {
        let mut seen = record.lock().expect("no test panics with it");
        seen.push(request.clone());
        seen.iter()
            .filter(|request| request.method != "CONNECT")
            .count()
            - 1
    };
    let reply = handler(&request, number);
    let mut head = format!(
        "HTTP/1.1 {} Status\r\nconnection: close\r\ncontent-length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"))
    }
    head.push_str("\r\n");
    // Whoever asked may have had enough.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&reply.body))
        .and_then(|()| stream.flush());
}

/// Byte by byte at first: what follows a `CONNECT` is not ours.
fn read(stream: &mut impl Read) -> Option<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0])
    }
    let mut lines = BufReader::new(head.as_slice())
        .lines()
        .map_while(Result::ok);
    let first = lines.next()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| {
            line.split_once(':')
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        })
        .collect();
    let mut request = Request {
        method,
        target,
        headers,
        body: String::new(),
    };
    let length = request
        .header("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}

/// Targets, as `fleet.toml` has them.
pub(crate) fn targets(text: &str) -> Vec<Target> {
    #[derive(serde::Deserialize)]
    struct File {
        target: Vec<Target>,
    }
    toml::from_str::<File>(text)
        .expect("the settings are right")
        .target
}

/// What the targets have.
pub(crate) fn found(text: &str, machine: &Machine) -> Found {
    find(&targets(text), machine, &|_| {})
}

/// Names of what is to be scanned.
pub(crate) fn names(found: &Found) -> Vec<&str> {
    found
        .repositories
        .iter()
        .map(|repository| repository.name.as_str())
        .collect()
}

/// Names and reasons of what is not.
pub(crate) fn left_out(found: &Found) -> Vec<(&str, &str)> {
    found
        .left_out
        .iter()
        .map(|(repository, reason)| (repository.name.as_str(), reason.as_str()))
        .collect()
}
