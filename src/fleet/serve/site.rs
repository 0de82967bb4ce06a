//! The pages of a server: where the organisation stands, for people, programs and monitoring. They are read only, have no users, and are
//! meant for the own machine; whoever shows them to others puts a proxy before them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Sleep;

use super::Now;
use super::schedule::shown;
use crate::fleet::report::{self, Options};
use crate::fleet::state::State;

/// Connections at once; others wait.
const CONNECTIONS: usize = 64;
/// For how long a connection may last.
const LIFE: Duration = Duration::from_secs(60);
/// For how long what was made of the database is shown.
const FRESH: Duration = Duration::from_secs(10);
/// For how long the database may take to say that it is there.
const HEALTH: Duration = Duration::from_secs(5);
/// Rows of each list; their number is always said.
const ROWS: u32 = 200;
/// So early a page states its policy.
const HEAD: usize = 512;
/// Names of the own machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What a page may do that loads nothing.
const NOTHING: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const NO_RUN: &str = "No run has come to its end yet.\n";
const INDEX: &str = "There is /, /status.json, /metrics and /healthz.\n";

/// What the pages show.
pub struct Site {
    state: State,
    name: String,
    /// The names that it answers to; empty: any.
    hosts: Vec<String>,
    now: watch::Receiver<Now>,
    /// What was made last, by form. Whoever makes something holds it: it is made once, however many ask.
    made: Mutex<BTreeMap<&'static str, (Instant, Made)>>,
}

#[derive(Debug, Clone)]
struct Made {
    body: Bytes,
    /// What its page may do.
    may: String,
}

/// A place to listen at.
pub struct Place {
    listener: TcpListener,
    address: String,
    is_loopback: bool,
}

impl Place {
    /// Listens at `HOST:PORT`.
    ///
    /// # Errors
    /// When the system does not let it.
    pub async fn bind(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let local = listener.local_addr()?;
        Ok(Self {
            listener,
            address: local.to_string(),
            is_loopback: local.ip().is_loopback(),
        })
    }

    /// The address, with the port that it got.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether only this machine reaches it.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

impl Site {
    /// The pages of an organisation of that name. They answer to the names of the own machine where only that reaches them, and to `hosts`.
    pub fn new(
        state: State,
        name: String,
        place: &Place,
        hosts: &[String],
        now: watch::Receiver<Now>,
    ) -> Self {
        let own = LOOPBACK.iter().map(|host| (*host).to_owned());
        let hosts = match place.is_loopback || !hosts.is_empty() {
            true => own
                .chain(hosts.iter().map(|host| host.to_ascii_lowercase()))
                .collect(),
            false => Vec::new(),
        };
        Self {
            state,
            name,
            hosts,
            now,
            made: Mutex::default(),
        }
    }

    /// Serves until `stop` comes.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        place: Place,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let site = Arc::new(self);
        let router = Router::new()
            .route("/", get(home))
            .route("/status.json", get(json))
            .route("/metrics", get(metrics))
            .route("/healthz", get(health))
            .fallback(|| async { plain(StatusCode::NOT_FOUND, INDEX) })
            .layer(middleware::from_fn_with_state(Arc::clone(&site), guard))
            .with_state(site);
        let gate = Gate {
            listener: place.listener,
            free: Arc::new(Semaphore::new(CONNECTIONS)),
        };
        axum::serve(gate, router).with_graceful_shutdown(stop).await
    }

    /// Whether a request means this server: a page elsewhere that has its name point here (DNS rebinding) does not know it.
    fn is_meant(&self, request: &Request) -> bool {
        if self.hosts.is_empty() {
            return true;
        }
        let mut named = request.headers().get_all(header::HOST).iter();
        let (host, more) = (named.next(), named.next());
        let Some(host) = host.and_then(|host| host.to_str().ok()) else {
            return false;
        };
        let is_known = |host: &str| {
            let host = host.to_ascii_lowercase();
            self.hosts.iter().any(|known| *known == without_port(&host))
        };
        more.is_none()
            && is_known(host)
            && request
                .uri()
                .authority()
                .is_none_or(|authority| is_known(authority.as_str()))
    }

    /// What a form makes of the present state; nothing where no run has come to its end.
    async fn make(&self, form: &'static str) -> Result<Option<Made>, StatusCode> {
        let mut made = self.made.lock().await;
        if let Some((at, made)) = made.get(form)
            && at.elapsed() < FRESH
        {
            return Ok(Some(made.clone()));
        }
        let failed = |_| StatusCode::SERVICE_UNAVAILABLE;
        if self.state.standing().await.map_err(failed)?.is_none() {
            return Ok(None);
        }
        let organisation = self.state.organisation(&self.name, ROWS).await;
        let organisation = organisation.map_err(failed)?;
        let writer = report::form(form).ok_or(StatusCode::NOT_FOUND)?;
        let body = tokio::task::spawn_blocking(move || {
            let mut body = Vec::new();
            writer
                .write(&organisation, &Options::default(), &mut body)
                .map(|()| body)
        });
        let body = body.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let body = body.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let may = stated(&body).map_or_else(
            || NOTHING.to_owned(),
            |may| format!("{may}; frame-ancestors 'none'"),
        );
        let fresh = Made {
            body: body.into(),
            may,
        };
        made.insert(form, (Instant::now(), fresh.clone()));
        Ok(Some(fresh))
    }
}

/// The policy that a page states of itself in its head, before anything that comes from elsewhere.
fn stated(page: &[u8]) -> Option<&str> {
    const BEFORE: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"";
    let head = page.get(..HEAD.min(page.len()))?;
    let at = memchr::memmem::find(head, BEFORE.as_bytes())? + BEFORE.len();
    let length = memchr::memchr(b'"', &head[at..])?;
    std::str::from_utf8(&head[at..at + length]).ok()
}

fn without_port(host: &str) -> &str {
    // `[::1]:8080` has colons before its port.
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    (status, [(header::CONTENT_TYPE, kind)], text.into()).into_response()
}

/// What every answer has, and whom none is given.
async fn guard(Shared(site): Shared<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match site.is_meant(&request) {
        true => next.run(request).await,
        false => plain(
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not go by that name.\n",
        ),
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, NOTHING);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    response
}

async fn answer(site: &Site, form: &'static str, kind: &'static str) -> Response {
    match site.make(form).await {
        Ok(Some(made)) => {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            if let Ok(may) = HeaderValue::from_str(&made.may) {
                headers.insert(header::CONTENT_SECURITY_POLICY, may);
            }
            (headers, made.body).into_response()
        }
        Ok(None) => plain(StatusCode::SERVICE_UNAVAILABLE, NO_RUN),
        Err(status) => plain(status, "The database does not answer.\n"),
    }
}

async fn home(Shared(site): Shared<Arc<Site>>) -> Response {
    answer(&site, "html", "text/html; charset=utf-8").await
}

async fn json(Shared(site): Shared<Arc<Site>>) -> Response {
    answer(&site, "json", "application/json").await
}

async fn metrics(Shared(site): Shared<Arc<Site>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    answer(&site, "openmetrics", kind).await
}

/// Whether the database answers, and what the server is at.
async fn health(Shared(site): Shared<Arc<Site>>) -> Response {
    let answered = tokio::time::timeout(HEALTH, site.state.last_tick()).await;
    if !matches!(answered, Ok(Ok(_))) {
        return plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "The database does not answer.\n",
        );
    }
    let now = *site.now.borrow();
    let mut text = "ok\n".to_owned();
    let mut line = |what: &str, moment: Option<i64>| {
        if let Some(moment) = moment {
            let _ = writeln!(text, "{what}: {}", shown(moment));
        }
    };
    line("running since", now.running_since);
    match now.last {
        Some((ended, true)) => line("last run ended", Some(ended)),
        Some((ended, false)) => line("last run failed", Some(ended)),
        None => {}
    }
    line("next run", now.next);
    plain(StatusCode::OK, text)
}

/// Lets in so many connections at once.
struct Gate {
    listener: TcpListener,
    free: Arc<Semaphore>,
}

impl axum::serve::Listener for Gate {
    type Io = Guest;
    type Addr = ();

    async fn accept(&mut self) -> (Guest, ()) {
        loop {
            let Ok(permit) = Arc::clone(&self.free).acquire_owned().await else {
                return std::future::pending().await;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let guest = Guest {
                        stream,
                        until: Box::pin(tokio::time::sleep(LIFE)),
                        _permit: permit,
                    };
                    return (guest, ());
                }
                // Out of file descriptors, mostly: others will end.
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection that ends, whatever its other side does.
struct Guest {
    stream: TcpStream,
    until: Pin<Box<Sleep>>,
    _permit: OwnedSemaphorePermit,
}

impl Guest {
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.until.as_mut().poll(context).is_ready()
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_an_organisation_states_its_policy() {
        let mut page = Vec::new();
        let organisation = crate::fleet::organisation::Organisation {
            name: "\" content=\"default-src *".to_owned(),
            ..Default::default()
        };
        let html = report::form("html").unwrap();
        html.write(&organisation, &Options::default(), &mut page)
            .unwrap();
        let policy = stated(&page).unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains("script-src 'sha256-"), "{policy}");
        assert_eq!(stated(b"{}"), None);
    }

    #[test]
    fn ports_are_no_part_of_names() {
        for (host, name) in [
            ("localhost", "localhost"),
            ("localhost:8080", "localhost"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[::1]:8080", "[::1]"),
            ("evil.example:8080", "evil.example"),
            ("localhost:8080:9", "localhost:8080"),
        ] {
            assert_eq!(without_port(host), name);
        }
    }
}
