//! Asking a forge: one request after the other, with patience where that helps, and with the token for this forge alone.
//!
//! Redirects are followed on the same scheme, host and port only. What an answer may weigh and how long it may take is bounded.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use url::Url;

use super::address;
use super::environment::Environment;
use super::secret::Secret;
use crate::fleet::failure::{Class, Failure};
use crate::output::fit::harmless;

/// An answer may weigh this much, unpacked. Azure DevOps lists all repositories of an organisation in one: 1 KiB each.
const MAX_ANSWER: u64 = 64 << 20;
/// Headers of an answer.
const MAX_HEADERS: usize = 64 << 10;
/// A file of certificate authorities: those that browsers trust are 0.2 MiB.
const MAX_CA: u64 = 4 << 20;
/// Characters of what a forge says that are repeated.
const MAX_QUOTED: usize = 200;
/// Redirects of one request.
const MAX_REDIRECTS: usize = 5;
/// How often one request is tried.
const ATTEMPTS: u32 = 5;
/// The longest that a run stands still for one request, in seconds. Who asks for more is left alone until the next run.
const MAX_WAIT: u64 = 300;
/// The longest that it stands still for one forge in all, in seconds.
const MAX_WAITS: u64 = 1_800;
/// The longest that one forge is asked in all, in seconds: 1,000 pages of a slow one take less than an hour.
const MAX_TIME: u64 = 7_200;
/// What GitHub asks for where it does not say how long to wait, in seconds.
/// <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately>
const LIMITED_WAIT: u64 = 60;

/// Whoever asks one forge.
pub(super) struct Client<'a> {
    agent: ureq::Agent,
    host: String,
    authorization: Option<Secret>,
    token: Option<Secret>,
    token_env: String,
    accept: &'static str,
    environment: &'a dyn Environment,
    say: &'a dyn Fn(&str),
    /// Until when the forge asks to be left alone, in seconds since 1970.
    rest_until: Cell<u64>,
    waited: Cell<u64>,
    started: u64,
}

/// What a client is made of.
pub(super) struct Access<'a, 's> {
    /// Any address of the forge.
    pub(super) api: &'s Url,
    /// Certificate authorities beside the built-in ones.
    pub(super) ca: Option<&'s Path>,
    /// The token, and the header `Authorization` that holds it.
    pub(super) token: Option<(Secret, Secret)>,
    /// The variable that the token is from, or would be.
    pub(super) token_env: &'s str,
    /// The header `Accept`.
    pub(super) accept: &'static str,
    pub(super) environment: &'a dyn Environment,
    pub(super) say: &'a dyn Fn(&str),
}

/// What a forge answered.
pub(super) struct Answer {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: Vec<u8>,
}

/// A request without a good answer.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The status, where there was an answer.
    pub(super) status: Option<u16>,
    pub(super) failure: Failure,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.failure
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            status: None,
            failure,
        }
    }
}

impl Answer {
    /// A header, where it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn number(&self, names: &[&str]) -> Option<u64> {
        names
            .iter()
            .find_map(|name| self.header(name)?.trim().parse().ok())
    }

    /// The body, as JSON.
    ///
    /// # Errors
    ///
    /// It is not of that shape.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // The error repeats words of the answer.
            let at = format!("line {}, column {}", error.line(), error.column());
            let what = if error.is_data() {
                "is not of the shape that its documentation says"
            } else {
                "is no JSON"
            };
            Failure::permanent(format!(
                "its answer {what} ({at}): is `url` the address of the forge?"
            ))
        })
    }

    /// For how many seconds the forge asks to be left alone.
    fn retry_after(&self, now: u64) -> Option<u64> {
        let text = self.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(seconds);
        }
        // RFC 9110 section 10.2.3: a date is possible too.
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        let then = u64::try_from(date.timestamp().as_second()).ok()?;
        Some(then.saturating_sub(now))
    }

    /// Seconds until requests are allowed again, where none is left: GitHub's `x-ratelimit-*`, GitLab's `RateLimit-*`
    /// (<https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers>).
    fn exhausted(&self, now: u64) -> Option<u64> {
        if self.number(&["x-ratelimit-remaining", "ratelimit-remaining"])? > 0 {
            return None;
        }
        let reset = self.number(&["x-ratelimit-reset", "ratelimit-reset"])?;
        // Both are times; a number this small is a span, as drafts of the IETF have it.
        Some(
            if reset < 1_000_000_000 {
                reset
            } else {
                reset.saturating_sub(now)
            }
            .max(1),
        )
    }

    fn is_limit(&self) -> bool {
        match self.status {
            429 => true,
            403 => {
                let limit = b"rate limit";
                let has_limit = || {
                    self.body
                        .windows(limit.len())
                        .any(|window| window.eq_ignore_ascii_case(limit))
                };
                self.headers.contains_key("retry-after")
                    || self.number(&["x-ratelimit-remaining", "ratelimit-remaining"]) == Some(0)
                    || has_limit()
            }
            _ => false,
        }
    }
}

impl<'a> Client<'a> {
    /// # Errors
    ///
    /// The token, the proxy or the file of certificate authorities is none.
    pub(super) fn new(access: Access<'a, '_>) -> Result<Self, Failure> {
        let tls = match access.ca {
            Some(path) => TlsConfig::builder().root_certs(roots(path)?).build(),
            None => TlsConfig::default(),
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_response_header_size(MAX_HEADERS)
            .user_agent(concat!("pqscan/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy(access.api, access.environment)?)
            .tls_config(tls)
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(Duration::from_secs(90)))
            .timeout_global(Some(Duration::from_secs(300)))
            .build();
        let (token, authorization) = access.token.unzip();
        if let Some(token) = &token
            && !token.reveal().bytes().all(|b| b.is_ascii_graphic())
        {
            return Err(Failure::permanent(format!(
                "the token in {} holds characters that no token has",
                access.token_env
            )));
        }
        Ok(Self {
            agent: config.new_agent(),
            host: host(access.api),
            authorization,
            token,
            token_env: access.token_env.to_owned(),
            accept: access.accept,
            environment: access.environment,
            say: access.say,
            rest_until: Cell::new(0),
            waited: Cell::new(0),
            started: access.environment.now(),
        })
    }

    /// Whether requests carry a token.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// # Errors
    ///
    /// No answer, or none that says yes, however often it was tried.
    pub(super) fn get(&self, url: &Url) -> Result<Answer, Refusal> {
        self.follow(url, None)
    }

    /// # Errors
    ///
    /// No answer, or none that says yes, however often it was tried.
    pub(super) fn post(&self, url: &Url, body: &serde_json::Value) -> Result<Answer, Refusal> {
        self.follow(url, Some(&body.to_string()))
    }

    /// Waits as long as a forge wants that said in an answer that it had enough. How often, the caller bounds.
    ///
    /// # Errors
    ///
    /// That is too long.
    pub(super) fn wait_for_limit(&self, answer: &Answer) -> Result<(), Failure> {
        let now = self.environment.now();
        let seconds = answer
            .retry_after(now)
            .or_else(|| answer.exhausted(now))
            .unwrap_or(LIMITED_WAIT);
        self.wait(
            seconds,
            &Failure::transient(format!("{}: its rate limit is used up", self.host)),
        )
    }

    fn follow(&self, url: &Url, body: Option<&str>) -> Result<Answer, Refusal> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.insist(&url, body)?;
            let moved = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            if !moved {
                return self.judge(answer);
            }
            if body.is_some() && answer.status < 307 {
                return Err(self.refusal(
                    answer.status,
                    "the forge lies somewhere else: is `url` right?",
                ));
            }
            let location = answer.header("location").unwrap_or_default();
            let Ok(next) = url.join(location) else {
                return Err(self.refusal(answer.status, "it redirects to what is no address"));
            };
            if !address::same_origin(&url, &next)
                || !next.username().is_empty()
                || next.password().is_some()
            {
                let to = format!(
                    "it redirects to {}://{}, which is not shown the token: is `url` right, and the token valid?",
                    next.scheme(),
                    host(&next)
                );
                return Err(self.refusal(answer.status, &to));
            }
            url = next
        }
        Err(self.refusal(302, "it redirects in a circle"))
    }

    /// One request, until there is an answer that will not change.
    fn insist(&self, url: &Url, body: Option<&str>) -> Result<Answer, Failure> {
        let mut attempt = 0;
        loop {
            self.rest()?;
            if self.environment.now().saturating_sub(self.started) > MAX_TIME {
                return Err(Failure::transient(format!(
                    "{}: its list takes longer than {} hours",
                    self.host,
                    MAX_TIME / 3_600
                )));
            }
            let result = self.once(url, body);
            let now = self.environment.now();
            let (failure, asked) = match result {
                Ok(answer) if answer.is_limit() => {
                    let asked = answer.retry_after(now).or_else(|| answer.exhausted(now));
                    let failure = Failure::transient(format!(
                        "{}: its rate limit is used up (HTTP {})",
                        self.host, answer.status
                    ));
                    (failure, asked.or(Some(LIMITED_WAIT << attempt)))
                }
                Ok(answer) if answer.status >= 500 => (
                    Failure::transient(format!("{}: HTTP {}", self.host, answer.status)),
                    answer.retry_after(now),
                ),
                Ok(answer) => {
                    if let Some(seconds) = answer.exhausted(now) {
                        self.rest_until.set(now.saturating_add(seconds))
                    }
                    return Ok(answer);
                }
                Err(failure) if failure.class == Class::Transient => (failure, None),
                Err(failure) => return Err(failure),
            };
            attempt += 1;
            if attempt == ATTEMPTS {
                return Err(Failure {
                    retry_after: asked,
                    ..failure
                });
            }
            self.wait(asked.unwrap_or(1 << (attempt - 1)), &failure)?
        }
    }

    /// Waits until the forge allows requests again, where the last answer said that none is left.
    fn rest(&self) -> Result<(), Failure> {
        let left = self.rest_until.get().saturating_sub(self.environment.now());
        if left > 0 {
            self.rest_until.set(0);
            self.wait(
                left,
                &Failure::transient(format!("{}: its rate limit is used up", self.host)),
            )?
        }
        Ok(())
    }

    fn wait(&self, seconds: u64, why: &Failure) -> Result<(), Failure> {
        let seconds = seconds.max(1);
        let waited = self.waited.get().saturating_add(seconds);
        if seconds > MAX_WAIT || waited > MAX_WAITS {
            return Err(Failure {
                retry_after: Some(seconds),
                ..why.clone()
            });
        }
        (self.say)(&format!("{why}; waiting {seconds} s"));
        self.waited.set(waited);
        self.environment.wait(Duration::from_secs(seconds));
        Ok(())
    }

    fn once(&self, url: &Url, body: Option<&str>) -> Result<Answer, Failure> {
        let result = match body {
            None => {
                let mut request = self.agent.get(url.as_str()).header("accept", self.accept);
                if let Some(secret) = &self.authorization {
                    request = request.header("authorization", secret.reveal())
                }
                request.call()
            }
            Some(body) => {
                let mut request = self
                    .agent
                    .post(url.as_str())
                    .header("accept", self.accept)
                    .header("content-type", "application/json");
                if let Some(secret) = &self.authorization {
                    request = request.header("authorization", secret.reveal())
                }
                request.send(body)
            }
        };
        let response = result.map_err(|error| self.failure(&error))?;
        let (parts, body) = response.into_parts();
        let body = body
            .into_with_config()
            .limit(MAX_ANSWER)
            .read_to_vec()
            .map_err(|error| self.failure(&error))?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        })
    }

    fn judge(&self, answer: Answer) -> Result<Answer, Refusal> {
        let variable = &self.token_env;
        let words = match (answer.status, self.has_token()) {
            // Azure DevOps answers a token that it does not know with a page to sign in, and 203.
            (203 | 401, true) => format!("the token in {variable} is not accepted"),
            (203 | 401, false) => format!("it wants a token: set {variable}"),
            (200..=299, _) => return Ok(answer),
            (403, true) => format!("the token in {variable} does not allow this"),
            (403, false) => format!("it does not allow this without a token: set {variable}"),
            (404, true) => format!("there is none, or the token in {variable} may not see it"),
            (404, false) => format!("there is none, or it takes a token to see it: set {variable}"),
            _ => "it does not answer this".to_owned(),
        };
        let said = self.message(&answer.body);
        let said = if said.is_empty() {
            said
        } else {
            format!(": “{said}”")
        };
        Err(self.refusal(answer.status, &format!("{words}{said}")))
    }

    fn refusal(&self, status: u16, words: &str) -> Refusal {
        Refusal {
            status: Some(status),
            failure: Failure::permanent(format!("{}: {words} (HTTP {status})", self.host)),
        }
    }

    /// What the forge says to people, made harmless; it is a stranger's word.
    fn message(&self, body: &[u8]) -> String {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
            return String::new();
        };
        let text = ["message", "error_description", "error"]
            .iter()
            .find_map(|key| value.get(key)?.as_str());
        self.quoted(text.unwrap_or_default())
    }

    /// A text of the forge as it may be repeated: short, harmless, without the token.
    pub(super) fn quoted(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in [&self.token, &self.authorization].into_iter().flatten() {
            text = secret.without(&text)
        }
        harmless(&text).chars().take(MAX_QUOTED).collect()
    }

    fn failure(&self, error: &ureq::Error) -> Failure {
        let host = &self.host;
        match error {
            ureq::Error::Timeout(_) => Failure::transient(format!("{host}: no answer in time")),
            ureq::Error::HostNotFound => Failure::transient(format!("{host}: no such host")),
            ureq::Error::ConnectionFailed => Failure::transient(format!("{host}: no connection")),
            ureq::Error::ConnectProxyFailed(_) => {
                Failure::transient(format!("{host}: the proxy does not connect to it"))
            }
            ureq::Error::BodyExceedsLimit(_) => Failure::permanent(format!(
                "{host}: its answer is bigger than {} MiB",
                MAX_ANSWER >> 20
            )),
            ureq::Error::LargeResponseHeader(..) => Failure::permanent(format!(
                "{host}: the header of its answer is bigger than {} KiB",
                MAX_HEADERS >> 10
            )),
            ureq::Error::Io(error) => {
                let text = self.quoted(&error.to_string());
                if text.contains("certificate") {
                    return Failure::permanent(format!(
                        "{host}: its certificate is not trusted ({text}); `ca` names a file of certificate authorities that are"
                    ));
                }
                Failure::transient(format!("{host}: no connection, or it broke off ({text})"))
            }
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
                Failure::permanent(format!("{host}: TLS is not possible with it"))
            }
            ureq::Error::Http(_) | ureq::Error::BadUri(_) => {
                Failure::permanent(format!("{host}: the request cannot be written"))
            }
            _ => Failure::transient(format!("{host}: its answer breaks off, or is no HTTP")),
        }
    }
}

/// Host and port, as people are told.
fn host(url: &Url) -> String {
    let host = harmless(url.host_str().unwrap_or_default());
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// The built-in certificate authorities and those of a file.
fn roots(path: &Path) -> Result<RootCerts, Failure> {
    use std::io::Read;
    let shown = harmless(&path.display().to_string());
    let unreadable = |error: std::io::Error| {
        Failure::permanent(format!("`ca` {shown} cannot be read: {}", error.kind()))
    };
    let mut pem = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_CA)
        .read_to_end(&mut pem)
        .map_err(unreadable)?;
    let none = || Failure::permanent(format!("`ca` {shown} holds no certificate in PEM"));
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in ureq::tls::parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| none())? {
            certificates.push(certificate)
        }
    }
    if certificates.is_empty() {
        return Err(none());
    }
    certificates.extend(
        webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .map(|der| Certificate::from_der(der)),
    );
    Ok(RootCerts::Specific(Arc::new(certificates)))
}

/// The proxy for an address, as the variables say that curl and git read too: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, in either case, and
/// `NO_PROXY`. None for this machine: what may go there unencrypted is not to leave it.
fn proxy(url: &Url, environment: &dyn Environment) -> Result<Option<ureq::Proxy>, Failure> {
    if address::is_loopback(url) {
        return Ok(None);
    }
    let either = |name: &str| {
        let lower = name.to_ascii_lowercase();
        environment
            .variable(&lower)
            .or_else(|| environment.variable(name))
    };
    let own = if url.scheme() == "https" {
        "HTTPS_PROXY"
    } else {
        "HTTP_PROXY"
    };
    let Some((name, value)) = [own, "ALL_PROXY"]
        .into_iter()
        .find_map(|name| Some((name, either(name)?)))
    else {
        return Ok(None);
    };
    if either("NO_PROXY").is_some_and(|list| is_exempt(url, &list)) {
        return Ok(None);
    }
    match ureq::Proxy::new(&value) {
        Ok(proxy) => Ok(Some(proxy)),
        // The value may hold a password.
        Err(_) => Err(Failure::permanent(format!(
            "{name} is no address of a proxy"
        ))),
    }
}

/// Whether `NO_PROXY` names a host: itself or a domain that it is below, with or without a dot before it, perhaps with a port; `*` is all.
fn is_exempt(url: &Url, list: &str) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default();
    list.split([',', ' '])
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .any(|entry| {
            if entry == "*" {
                return true;
            }
            let (name, wanted) = match entry.rsplit_once(':') {
                Some((name, digits))
                    if !name.contains(':')
                        && !digits.is_empty()
                        && digits.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    (name, digits.parse().ok())
                }
                _ => (entry, None),
            };
            let name = name
                .trim_matches(['[', ']'])
                .trim_start_matches('*')
                .trim_start_matches('.')
                .to_ascii_lowercase();
            let below = host
                .strip_suffix(name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            below && !name.is_empty() && (wanted.is_none() || wanted == port)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_names_hosts_and_the_domains_that_they_are_below() {
        let url = Url::parse("https://git.example.org/x").unwrap();
        for list in [
            "*",
            "example.org",
            ".example.org",
            "*.example.org",
            "a, git.example.org",
            "git.example.org:443",
            "EXAMPLE.org",
        ] {
            assert!(is_exempt(&url, list), "{list}")
        }
        for list in [
            "",
            "ample.org",
            "git.example.org:8443",
            "x.git.example.org",
            "org.example",
            "10.0.0.1",
            ":443",
        ] {
            assert!(!is_exempt(&url, list), "{list}")
        }
        assert!(is_exempt(&Url::parse("http://[::1]:80/").unwrap(), "::1"));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let answer = |value: &'static str| {
            let mut headers = ureq::http::HeaderMap::new();
            headers.insert("retry-after", ureq::http::HeaderValue::from_static(value));
            Answer {
                status: 429,
                headers,
                body: Vec::new(),
            }
        };
        assert_eq!(answer("120").retry_after(0), Some(120));
        // The example of RFC 9110 section 10.2.3: 1999-12-31 23:59:59 UTC is 946684799.
        assert_eq!(
            answer("Fri, 31 Dec 1999 23:59:59 GMT").retry_after(946_684_790),
            Some(9)
        );
        assert_eq!(
            answer("Fri, 31 Dec 1999 23:59:59 GMT").retry_after(946_684_800),
            Some(0)
        );
        assert_eq!(answer("soon").retry_after(0), None);
    }
}
