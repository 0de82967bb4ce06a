//! Clones, by the system's git: one that asks nobody, runs nothing, and knows no settings but ours.
//!
//! Settings stand in a file of ours, which counts as the user's (`GIT_CONFIG_GLOBAL`): so they also count for the git at the other end of a
//! `file:` address. What is secret stands in the environment of the one git that needs it (`GIT_CONFIG_COUNT`), which git itself takes away
//! from the other end.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use data_encoding::BASE64;
use url::Url;

use super::guard::Guard;
use super::process::{self, End, Keep, Sink, Within};
use super::scratch::Folder;
use super::{Checkout, Credential, Worker, own_trouble, parts, said, sized};
use crate::fleet::failure::Failure;
use crate::fleet::repository::Repository;
use crate::scan;

/// What counts for every git that runs here (`git-config(1)`).
///
/// Objects are not checked for form (`fetch.fsckObjects`): repositories of many years have harmless flaws that it refuses. What is
/// dangerous in a path, git refuses at checkout. Links stay links, which the scan does not follow.
const CONFIG: &str = "\
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tautocrlf = false
\teol = lf
\tprotectHFS = true
\tprotectNTFS = true
\tbigFileThreshold = 64m
\tlongpaths = true
[credential]
\thelper =
[safe]
\tdirectory = *
[submodule]
\trecurse = false
[fetch]
\trecurseSubmodules = false
\tunpackLimit = 1
[gc]
\tauto = 0
[maintenance]
\tauto = false
[transfer]
\tbundleURI = false
\tcredentialsInUrl = die
[http]
\tlowSpeedLimit = 1000
\tlowSpeedTime = 60
[init]
\tdefaultBranch = main
[advice]
\tdetachedHead = false
[pack]
\tthreads = 1
";

/// Variables of the user that git may see: proxies, certificates of authorities, the agent with keys.
const PASSED: &[&str] = &[
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "SSH_AUTH_SOCK",
];

/// The user's own `known_hosts` and keys, and no questions; a connection that stays behind for others would hold on to ours.
const SSH: &str = "ssh -oBatchMode=yes -oConnectTimeout=30 -oControlMaster=no -oControlPath=none -oForwardAgent=no -oClearAllForwardings=yes";

/// What we call what was fetched.
const FETCHED: &str = "refs/pqscan/head";

/// How much of a list of refs is read.
const REFS: usize = 1 << 20;

/// Writes the settings where every git finds them.
pub(super) fn write_config(scratch: &Path) -> io::Result<()> {
    fs::write(scratch.join("gitconfig"), CONFIG)
}

/// A repository somewhere else.
pub(super) struct Remote<'w> {
    worker: &'w Worker,
    repository: &'w Repository,
    /// Without user and password where it is of HTTP.
    address: String,
    protocol: String,
    /// Settings for this address that nobody else may see.
    settings: Vec<(String, String)>,
    /// What must not be in a message.
    hide: Vec<String>,
}

impl<'w> Remote<'w> {
    /// Judges the address.
    pub(super) fn new(
        worker: &'w Worker,
        repository: &'w Repository,
        credential: Option<&Credential>,
    ) -> Result<Self, Failure> {
        let (address, protocol, prefix) = address(&repository.url)?;
        let mut settings: Vec<(String, String)> = worker
            .how
            .authorities
            .iter()
            .map(|(below, file)| {
                let file = file.to_string_lossy().into_owned();
                (format!("http.{below}.sslCAInfo"), file)
            })
            .collect();
        let mut hide = vec![format!("{}/", worker.scratch.path().display())];
        if let (Some(credential), Some(prefix)) = (credential, prefix) {
            let pair = format!("{}:{}", credential.user, credential.secret);
            let basic = BASE64.encode(pair.as_bytes());
            hide.extend([credential.secret.clone(), pair, basic.clone()]);
            settings.push((
                format!("http.{prefix}.extraHeader"),
                format!("Authorization: Basic {basic}"),
            ));
            // git goes on with the same headers where it was led.
            settings.push(("http.followRedirects".to_owned(), "false".to_owned()));
        }
        if let Some(branch) = &repository.branch
            && !is_plain_ref(branch)
        {
            return Err(Failure::permanent("its branch has no name that git allows"));
        }
        Ok(Self {
            worker,
            repository,
            address,
            protocol,
            settings,
            hide,
        })
    }

    /// Where it lies on this machine, if it does.
    fn path(&self) -> Option<PathBuf> {
        Url::parse(&self.repository.url)
            .ok()
            .filter(|url| url.scheme() == "file")?
            .to_file_path()
            .ok()
    }

    /// The commit at the head of its branch; `None` where it has no branch at all.
    pub(super) fn head(&self) -> Result<Option<String>, Failure> {
        // Thousands of clones on one machine are asked faster so.
        if let Some(path) = self.path()
            && let Some(id) = scan::head(&path, self.repository.branch.as_deref())
        {
            return Ok(Some(id));
        }
        let wanted = self.wanted();
        let listed = self.list(&["ls-remote", "-q", "--", &self.address, &wanted])?;
        let found = listed.lines().find_map(|line| {
            let (id, name) = line.split_once('\t')?;
            (name == wanted && is_id(id)).then(|| id.to_owned())
        });
        if found.is_some() {
            return Ok(found);
        }
        let branches = self.list(&["ls-remote", "-q", "--heads", "--", &self.address])?;
        if branches.is_empty() {
            return Ok(None);
        }
        Err(Failure::permanent(match &self.repository.branch {
            Some(branch) => said::line(&format!("it has no branch `{branch}`"), &[]),
            None => "its HEAD names no branch that is there".to_owned(),
        }))
    }

    /// A clone of one commit, without history.
    pub(super) fn checkout(&self) -> Result<Checkout, Failure> {
        let known = self.repository.commit.as_deref().filter(|id| is_id(id));
        let id = match known {
            Some(id) => id.to_ascii_lowercase(),
            None => {
                let head = self.head()?;
                head.ok_or_else(|| Failure::permanent("empty: it has no branch"))?
            }
        };
        let folder = self.worker.scratch.folder();
        let folder = folder.map_err(|e| own_trouble("cannot make a folder for the clone", &e))?;
        let dir = folder.path().join(folder_name(&self.repository.name));
        let format = if id.len() == 64 { "sha256" } else { "sha1" };
        let format = format!("--object-format={format}");
        let shown = dir.to_string_lossy().into_owned();
        self.quick(None, &["init", "-q", "--template=", &format, "--", &shown])?;
        self.quick(Some(&dir), &["config", "remote.origin.url", &self.address])?;
        match self.fetch(&dir, &folder, &id) {
            Ok(()) => {}
            // It was moved away from, or the server gives out branches only.
            Err(Unfetched {
                is_missing: true, ..
            }) => self
                .fetch(&dir, &folder, &self.wanted())
                .map_err(|unfetched| unfetched.failure)?,
            Err(unfetched) => return Err(unfetched.failure),
        }
        let commit = format!("{FETCHED}^{{commit}}");
        let tree = format!("{FETCHED}^{{tree}}");
        let ids = self.quick(Some(&dir), &["rev-parse", &commit, &tree])?;
        let mut ids = ids.lines();
        let (Some(commit), Some(tree)) = (ids.next(), ids.next()) else {
            return Err(Failure::permanent("git does not name what it fetched"));
        };
        let (commit, tree) = (commit.to_owned(), tree.to_owned());
        let (files, bytes) = self.size(&dir, &tree)?;
        self.files(&dir, &folder)?;
        Ok(Checkout {
            dir,
            commit,
            tree,
            files,
            bytes,
            _folder: Some(folder),
        })
    }

    fn wanted(&self) -> String {
        match &self.repository.branch {
            Some(branch) => format!("refs/heads/{branch}"),
            None => "HEAD".to_owned(),
        }
    }

    fn fetch(&self, dir: &Path, folder: &Folder, what: &str) -> Result<(), Unfetched> {
        let refspec = format!("+{what}:{FETCHED}");
        let args = [
            "fetch",
            "-q",
            "--depth=1",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--no-write-fetch-head",
            "--",
            &self.address,
            &refspec,
        ];
        let most = self.worker.how.limits.clone_bytes.max(1);
        let mut watch = || parts::size(folder.path(), most, u64::MAX).0 <= most;
        let ended = self.run(Some(dir), &args, Keep::of(1 << 10), Some(&mut watch));
        let ended = ended.map_err(|failure| Unfetched {
            is_missing: false,
            failure,
        })?;
        match self.judged(&args, ended.end, &ended.said) {
            Ok(()) => Ok(()),
            // The git below this one met the limit of a file's size, which this one does not tell.
            Err(_) if parts::size(folder.path(), most - 1, u64::MAX).0 >= most => Err(Unfetched {
                is_missing: false,
                failure: self.too_large(),
            }),
            Err(failure) => Err(Unfetched {
                is_missing: said::is_missing_ref(&ended.said),
                failure,
            }),
        }
    }

    /// How much a tree would write, before anything of it is written: the same subtree may stand in it a million times.
    fn size(&self, dir: &Path, tree: &str) -> Result<(u64, u64), Failure> {
        let limits = &self.worker.how.limits;
        let args = ["ls-tree", "-r", "-l", "-z", "--full-tree", tree];
        let fetched = parts::size(dir, u64::MAX, u64::MAX).0;
        let tally = Tally {
            most_files: limits.clone_files,
            most_bytes: limits.clone_bytes.saturating_sub(fetched),
            ..Tally::default()
        };
        let ended = self.run(Some(dir), &args, tally, None)?;
        if ended.sink.files > limits.clone_files {
            return Err(Failure::permanent(format!(
                "it has more files than the limit of {}",
                limits.clone_files
            )));
        }
        if ended.sink.bytes > ended.sink.most_bytes {
            return Err(self.too_large());
        }
        self.judged(&args, ended.end, &ended.said)?;
        Ok((ended.sink.files, ended.sink.bytes))
    }

    fn files(&self, dir: &Path, folder: &Folder) -> Result<(), Failure> {
        let args = ["checkout", "-q", "--force", "--detach", FETCHED];
        let most = self.worker.how.limits.clone_bytes;
        // Attributes may make a file larger than its object; what is counted is that, the index and what was fetched.
        let mut watch = || parts::size(folder.path(), most, u64::MAX).0 <= most;
        let ended = self.run(Some(dir), &args, Keep::of(1 << 10), Some(&mut watch))?;
        self.judged(&args, ended.end, &ended.said)
    }

    /// What git lists of the other side, as much as is read.
    fn list(&self, args: &[&str]) -> Result<String, Failure> {
        let ended = self.run(None, args, Keep::of(REFS), None)?;
        if ended.end != End::Enough {
            self.judged(args, ended.end, &ended.said)?
        }
        Ok(String::from_utf8_lossy(&ended.sink.bytes).into_owned())
    }

    /// A step that waits for nobody.
    fn quick(&self, dir: Option<&Path>, args: &[&str]) -> Result<String, Failure> {
        let ended = self.run(dir, args, Keep::of(4 << 10), None)?;
        self.judged(args, ended.end, &ended.said)?;
        Ok(String::from_utf8_lossy(&ended.sink.bytes).into_owned())
    }

    fn run<'a, S: Sink>(
        &'a self,
        dir: Option<&Path>,
        args: &[&str],
        sink: S,
        watch: Option<&'a mut dyn FnMut() -> bool>,
    ) -> Result<process::Ended<S>, Failure> {
        let within = Within {
            wall: self.worker.how.limits.clone_wall,
            stopped: &self.worker.stopped,
            watch,
        };
        process::run(self.command(dir, args), sink, within)
            .map_err(|error| own_trouble("cannot run git", &error))
    }

    fn command(&self, dir: Option<&Path>, args: &[&str]) -> Command {
        let how = &self.worker.how;
        let scratch = self.worker.scratch.path();
        let guard = Guard {
            memory: Some(how.limits.memory),
            cpu: None,
            file_size: Some(how.limits.clone_bytes),
            parent: Some(std::process::id()),
        };
        let mut command = guard.command(&how.program, Path::new("git"));
        let passed = PASSED
            .iter()
            .filter_map(|name| Some((name, env::var_os(name)?)));
        command
            .args(args)
            .current_dir(dir.unwrap_or(scratch))
            .envs(passed)
            .env("HOME", self.worker.scratch.home())
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", scratch.join("gitconfig"))
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "")
            .env("SSH_ASKPASS_REQUIRE", "never")
            .env("GCM_INTERACTIVE", "never")
            .env("GIT_SSH_COMMAND", SSH)
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_ALLOW_PROTOCOL", &self.protocol)
            // Not the repository that the scratch folder may lie in.
            .env("GIT_CEILING_DIRECTORIES", scratch)
            .env("GIT_CONFIG_COUNT", self.settings.len().to_string());
        if env::var_os("GIT_SSL_CAINFO").is_none()
            && let Some(file) = env::var_os("SSL_CERT_FILE")
        {
            // Not every build of git's HTTP library knows the other one.
            command.env("GIT_SSL_CAINFO", file);
        }
        for (number, (key, value)) in self.settings.iter().enumerate() {
            command
                .env(format!("GIT_CONFIG_KEY_{number}"), key)
                .env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        command
    }

    fn judged(&self, args: &[&str], end: End, said: &[u8]) -> Result<(), Failure> {
        let step = format!("git {}", args.first().copied().unwrap_or_default());
        let limits = &self.worker.how.limits;
        Err(match end {
            End::Exited(0) => return Ok(()),
            End::Exited(127) => Failure::permanent(format!(
                "{step}: {}",
                said::line(&String::from_utf8_lossy(said), &self.hide)
            )),
            End::Exited(_) if is_too_large(said) => self.too_large(),
            End::Exited(_) => said::of_git(&step, said, &self.hide),
            End::Wall => Failure::transient(format!(
                "{step} took longer than the limit of {}",
                seconds(limits.clone_wall)
            )),
            End::Stopped => Failure::transient("stopped"),
            End::Watched | End::Signal(25) => self.too_large(),
            End::Enough => Failure::permanent(format!("{step} says more than it should")),
            End::Signal(number) => {
                Failure::transient(format!("{step} was ended by signal {number}"))
            }
        })
    }

    fn too_large(&self) -> Failure {
        let most = self.worker.how.limits.clone_bytes;
        Failure::permanent(format!(
            "its clone is larger than the limit of {}",
            sized(most)
        ))
    }
}

/// Why nothing was fetched.
struct Unfetched {
    /// The other side does not give out what was asked for.
    is_missing: bool,
    failure: Failure,
}

/// Counts what a tree holds.
#[derive(Debug, Default)]
struct Tally {
    files: u64,
    bytes: u64,
    most_files: u64,
    most_bytes: u64,
    /// The beginning of an entry, up to its path.
    head: Vec<u8>,
    in_path: bool,
}

impl Sink for Tally {
    fn take(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            match byte {
                0 => {
                    self.in_path = false;
                    self.head.clear()
                }
                _ if self.in_path => {}
                b'\t' => {
                    self.in_path = true;
                    // `100644 blob <id>   <bytes>`; a submodule has `-`.
                    let head = String::from_utf8_lossy(&self.head);
                    let size = head.rsplit(' ').next().and_then(|s| s.parse::<u64>().ok());
                    self.bytes = self.bytes.saturating_add(size.unwrap_or(0));
                    self.files += 1
                }
                _ => self.head.push(*byte),
            }
        }
        self.files <= self.most_files && self.bytes <= self.most_bytes
    }
}

/// Whether a git below the one that we know met the limit of a file's size.
fn is_too_large(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said);
    said.contains("died of signal 25") || said.contains("File too large")
}

/// `90 s`.
pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn is_id(text: &str) -> bool {
    (text.len() == 40 || text.len() == 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether git would take it behind `refs/heads/`, and as nothing but a name (`git-check-ref-format(1)`).
fn is_plain_ref(name: &str) -> bool {
    let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    !name.is_empty()
        && !name.contains(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains("//")
        && !name.starts_with('/')
        && !name.ends_with(['/', '.'])
}

/// A name for the folder: the end of the repository's, for the scan calls what it scans after it.
fn folder_name(name: &str) -> String {
    let end = name.trim_end_matches('/').rsplit('/').next();
    let end = end.unwrap_or_default().trim_end_matches(".git");
    let fit: String = end
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c,
            _ => '_',
        })
        .take(100)
        .collect();
    match fit.trim_start_matches(['.', '-']) {
        "" => "repository".to_owned(),
        fit => fit.to_owned(),
    }
}

/// The address for git, its protocol, and for HTTP what all addresses of the host begin with.
fn address(text: &str) -> Result<(String, String, Option<String>), Failure> {
    let refused = |why: &str| Err(Failure::permanent(format!("its address {why}")));
    if text.starts_with('-') || text.contains(char::is_control) || text.is_empty() {
        return refused("is none");
    }
    if Path::new(text).is_absolute() {
        // A path, and not a copy of the folder by hard links: what is shallow has to be fetched.
        return match Url::from_file_path(PathBuf::from(text)) {
            Ok(url) => Ok((url.to_string(), "file".to_owned(), None)),
            Err(()) => refused("is none"),
        };
    }
    if !text.contains("://") {
        // `user@host:path`, and not `helper::address`, which would run a program.
        return match text.split_once(':') {
            Some((host, path))
                if !host.is_empty() && !host.contains('/') && !path.starts_with(':') =>
            {
                Ok((text.to_owned(), "ssh".to_owned(), None))
            }
            _ => refused("is none that can be fetched from"),
        };
    }
    let Ok(mut url) = Url::parse(text) else {
        return refused("is none");
    };
    if url.password().is_some() {
        return refused("holds a password; tokens come from the environment");
    }
    match url.scheme() {
        "https" | "http" => {
            // A name without a password would make git ask for one.
            if url.set_username("").is_err() {
                return refused("is none");
            }
            let prefix = url.origin().ascii_serialization() + "/";
            let protocol = url.scheme().to_owned();
            Ok((url.to_string(), protocol, Some(prefix)))
        }
        scheme @ ("ssh" | "git" | "file") => Ok((text.to_owned(), scheme.to_owned(), None)),
        _ => refused("has a protocol that is not fetched from"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_would_run_something_or_hold_a_password_are_refused() {
        for text in [
            "ext::sh -c id",
            "-u/tmp",
            "--upload-pack=id",
            "https://joe:secret@git.example.org/x",
            "fd::17",
            "relative/path",
            "gopher://git.example.org/x",
            "https://git.example.org/\nx",
            "",
        ] {
            let failure = address(text).unwrap_err();
            assert!(!failure.reason.contains("secret"), "{}", failure.reason);
        }
        let of = |text| address(text).unwrap();
        assert_eq!(
            of("https://joe@git.example.org:8443/a/b.git"),
            (
                "https://git.example.org:8443/a/b.git".to_owned(),
                "https".to_owned(),
                Some("https://git.example.org:8443/".to_owned())
            )
        );
        assert_eq!(of("git@git.example.org:a/b.git").1, "ssh");
        assert_eq!(of("/srv/a b%/c.git").0, "file:///srv/a%20b%25/c.git");
    }

    #[test]
    fn a_tree_is_counted_across_pieces() {
        let text = "100644 blob aaaa      12\ta\tb\n\x00160000 commit bbbb       -\tsub\x00100644 blob cccc     100\tc\0";
        for piece in [1, 7, 1000] {
            let mut tally = Tally {
                most_files: 10,
                most_bytes: 1000,
                ..Tally::default()
            };
            for piece in text.as_bytes().chunks(piece) {
                assert!(tally.take(piece));
            }
            assert_eq!((tally.files, tally.bytes), (3, 112));
        }
    }

    #[test]
    fn folders_are_called_after_repositories_and_never_like_flags_or_parents() {
        assert_eq!(folder_name("github.com/example/shop"), "shop");
        assert_eq!(folder_name("file:///srv/git/shop.git"), "shop");
        assert_eq!(folder_name("x/.."), "repository");
        assert_eq!(folder_name("x/-rf"), "rf");
        assert_eq!(folder_name("x/a:b\u{202e}c"), "a_b_c");
    }
}
