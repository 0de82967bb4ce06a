//! `pqscan fleet serve`: a run, the pages, who is given none, and the end.
#![cfg(all(feature = "fleet", unix))]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(120);

fn git(folder: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is there");
    assert!(
        done.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// A fleet of one repository with one RSA key, and one key exchange; its name would be markup.
fn fleet() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("git/shop");
    fs::create_dir_all(&clone).expect("writable");
    fs::write(
        clone.join("keys.py"),
        "from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n",
    )
    .expect("writable");
    git(&clone, &["init", "--quiet", "--initial-branch=main"]);
    git(&clone, &["add", "."]);
    git(&clone, &["commit", "--quiet", "--message=1"]);
    fs::write(
        folder.path().join("fleet.toml"),
        "name = \"<b>Example</b> organisation\"\n[work]\nhands = 1\nscratch = \"scratch\"\n[[target]]\nkind = \"clones\"\nfolders = [\"git\"]\n",
    )
    .expect("writable");
    folder
}

struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn begin(folder: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pqscan"))
            .args(["fleet", "serve", "--listen", "127.0.0.1:0"])
            .args(more)
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let mut heard = String::new();
        let port = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {heard}"));
            let line = line.expect("UTF-8");
            if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                let port = rest.split('/').next().unwrap_or_default();
                break port.parse().expect("a port");
            }
            heard += &line;
        };
        // Nobody waits for the server to be heard.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }

    fn ask(&self, request: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a timeout");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let answer = String::from_utf8(answer).expect("UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        (
            status.parse().expect("a number"),
            head.to_ascii_lowercase(),
            body.to_owned(),
        )
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
            self.port
        ))
    }

    fn wait_for(&self, word: &str) -> String {
        let begun = Instant::now();
        loop {
            let (_, _, body) = self.get("/healthz");
            if body.contains(word) {
                return body;
            }
            assert!(begun.elapsed() < PATIENCE, "{word}: {body}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Asks it to stop, and gives its exit code.
    fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill is there");
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not stop");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_runs_shows_and_stops() {
    let folder = fleet();
    let server = Server::begin(
        folder.path(),
        &["--now", "--cron", "0 0 29 2 *", "-o", "markdown=after.md"],
    );
    let health = server.wait_for("last run ended: ");
    assert!(health.starts_with("ok\n"), "{health}");
    assert!(health.contains("\nnext run: "), "{health}");
    assert!(health.contains("-02-29T00:00:00Z\n"), "{health}");
    assert!(folder.path().join("after.md").exists());

    let (status, head, page) = server.get("/");
    assert_eq!(status, 200);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("&#60;b&#62;Example"));
    assert!(!page.contains("<b>Example"));
    for line in [
        "content-type: text/html; charset=utf-8",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "x-frame-options: deny",
        "cache-control: no-store",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    // The header says what the page says of itself, and that nobody frames it.
    let (_, policy) = page
        .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
        .expect("a policy");
    let (policy, _) = policy.split_once('"').expect("its end");
    assert!(policy.contains("script-src 'sha256-"));
    let header = format!(
        "content-security-policy: {}; frame-ancestors 'none'\r\n",
        policy.to_ascii_lowercase()
    );
    assert!(head.contains(&header), "{header} {head}");

    let (status, head, body) = server.get("/status.json");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/json"));
    assert!(head.contains("content-security-policy: default-src 'none'; frame-ancestors 'none'"));
    let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(json["schema"], "pqscan/organisation/1");

    let (status, head, body) = server.get("/metrics");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0"));
    assert!(body.ends_with("# EOF\n"));

    let port = server.port;
    let request = |method: &str, path: &str, host: &str| {
        server
            .ask(&format!(
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            ))
    };
    let (status, head, body) = request("HEAD", "/", "127.0.0.1");
    assert_eq!((status, body.as_str()), (200, ""));
    assert!(head.contains("content-security-policy: "));
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        for path in ["/", "/status.json", "/metrics", "/healthz"] {
            assert_eq!(request(method, path, "localhost").0, 405, "{method} {path}");
        }
    }
    let (status, head, _) = request("GET", "/../etc/passwd", "localhost");
    assert_eq!(status, 404);
    assert!(head.contains("x-content-type-options: nosniff"));

    // A name elsewhere that points here.
    for host in [
        "rebind.example".to_owned(),
        format!("rebind.example:{port}"),
        "localhost.example.org".to_owned(),
        "127.0.0.1.example.org".to_owned(),
        String::new(),
    ] {
        let (status, _, body) = request("GET", "/", &host);
        assert_eq!(status, 421, "{host}");
        assert!(!body.contains("Example"), "{host}");
    }
    for host in ["LOCALHOST".to_owned(), format!("[::1]:{port}")] {
        assert_eq!(request("GET", "/healthz", &host).0, 200, "{host}");
    }
    let twice =
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: rebind.example\r\nConnection: close\r\n\r\n";
    assert_ne!(server.ask(twice).0, 200);
    let absolute =
        "GET http://rebind.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(server.ask(absolute).0, 421);
    assert_ne!(server.ask("GET / HTTP/1.0\r\n\r\n").0, 200);

    assert_eq!(server.stop(), Some(0));

    // Nothing was due meanwhile: a server that is begun again shows what there is, and does not run.
    let server = Server::begin(
        folder.path(),
        &["--cron", "0 0 29 2 *", "--host", "status.example.org"],
    );
    assert_eq!(server.get("/").0, 200);
    let (_, _, health) = server.get("/healthz");
    assert!(!health.contains("running since"), "{health}");
    let named = "GET /healthz HTTP/1.1\r\nHost: status.example.org\r\nConnection: close\r\n\r\n";
    assert_eq!(server.ask(named).0, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn before_the_first_run_there_is_nothing_to_show() {
    let folder = fleet();
    let server = Server::begin(folder.path(), &["--cron", "0 0 29 2 *"]);
    for path in ["/", "/status.json", "/metrics"] {
        let (status, _, body) = server.get(path);
        assert_eq!(
            (status, body.as_str()),
            (503, "No run has come to its end yet.\n")
        );
    }
    assert_eq!(server.get("/healthz").0, 200);
    // Whoever says nothing keeps nobody from being served.
    let silent: Vec<TcpStream> = (0..20)
        .map(|_| TcpStream::connect(("127.0.0.1", server.port)).expect("it listens"))
        .collect();
    assert_eq!(server.get("/healthz").0, 200);
    drop(silent);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_cannot_be_served_is_said_at_once() {
    let folder = fleet();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_pqscan"))
            .args(["fleet", "serve"])
            .args(args)
            .current_dir(folder.path())
            .output()
            .expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    for (args, why) in [
        (&["--cron", "0 3 * *"][..], "five fields"),
        (&["--cron", "0 0 30 2 *"], "it never comes"),
        (&["--time-zone", "Mars/Olympus"], "no time zone"),
        (&["--listen", "nowhere"], "cannot listen at nowhere"),
        (&["-o", "html"], "to files"),
        (&["--policy", "no-such"], "no-such"),
    ] {
        let (code, said) = run(args);
        assert_eq!(code, Some(2), "{args:?}: {said}");
        assert!(said.contains(why), "{args:?}: {said}");
    }
}
