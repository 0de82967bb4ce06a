//! The work on one task of a fleet: what is cloned and how, what a scan in a child process brings, what limits do, and what is left behind.
//!
//! Some tests need a worker with an environment of its own, or one that is killed: they start this file again, and the part of it that is the
//! worker (`as_a_worker`, ignored otherwise).
#![cfg(all(feature = "fleet", unix))]
#![allow(clippy::print_stdout, reason = "what a worker tells its test")]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be done for a test fails it"
)]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use pqscan::fleet::failure::{Class, Failure};
use pqscan::fleet::repository::{Origin, Repository};
use pqscan::fleet::work::{Credential, How, Limits, OpenError, Worker};
use serde_json::Value;
use tempfile::TempDir;

/// 2026-01-01.
const EPOCH: i64 = 1_767_225_600;

const JAVA: &str = "import java.security.KeyPairGenerator;

class Keys {
    void make() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(\"RSA\");
        generator.initialize(2048);
    }
}
";

fn how(scratch: &Path) -> How {
    How {
        program: env!("CARGO_BIN_EXE_pqscan").into(),
        scan_args: Vec::new(),
        trust_projects: false,
        scratch: scratch.to_owned(),
        cache: None,
        authorities: Vec::new(),
        limits: Limits::default(),
        epoch: EPOCH,
        threads: 2,
    }
}

fn repository(url: &str) -> Repository {
    Repository {
        name: "git.example.org/example/shop".to_owned(),
        url: url.to_owned(),
        origin: Origin::Git,
        owner: "example".to_owned(),
        branch: None,
        commit: None,
        archived: false,
        fork: false,
        kilobytes: None,
    }
}

fn git_command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Example")
        .env("GIT_AUTHOR_EMAIL", "example@example.org")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_NAME", "Example")
        .env("GIT_COMMITTER_EMAIL", "example@example.org")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .env_remove("GIT_DIR");
    command
}

/// Runs git for the tests' own ends.
fn git<S: AsRef<OsStr>>(dir: &Path, args: &[S]) -> String {
    let out = git_command(dir).args(args).output().expect("git runs");
    assert!(
        out.status.success(),
        "git {:?}: {}",
        args.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// Runs git with something on its stdin.
fn git_with(dir: &Path, args: &[&str], input: &[u8]) -> String {
    let mut child = git_command(dir)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "git {args:?}");
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// A folder with a repository, a scratch folder, and whatever a test wants to see afterwards.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("work")).unwrap();
        git(&dir.path().join("work"), &["init", "-q", "-b", "main"]);
        Self { dir }
    }

    fn work(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    fn scratch(&self) -> PathBuf {
        self.dir.path().join("scratch")
    }

    fn bare(&self) -> PathBuf {
        self.dir.path().join("shop.git")
    }

    fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> &Self {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Commits everything; the commit's id.
    fn commit(&self) -> String {
        git(&self.work(), &["add", "-A"]);
        git(&self.work(), &["commit", "-q", "--allow-empty", "-m", "x"]);
        git(&self.work(), &["rev-parse", "HEAD"])
    }

    /// The bare repository that is cloned from, and what says where it is.
    fn publish(&self) -> Repository {
        let _ = fs::remove_dir_all(self.bare());
        git(
            self.dir.path(),
            &["clone", "-q", "--bare", "work", "shop.git"],
        );
        self.repository()
    }

    fn repository(&self) -> Repository {
        repository(&format!("file://{}", self.bare().display()))
    }

    fn worker(&self) -> Worker {
        Worker::open(how(&self.scratch())).unwrap()
    }

    fn limited(&self, limit: impl FnOnce(&mut Limits)) -> Worker {
        let mut how = how(&self.scratch());
        limit(&mut how.limits);
        Worker::open(how).unwrap()
    }

    /// What lies in the parts of the scratch folder beside what every worker has.
    fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        for part in fs::read_dir(self.scratch()).unwrap().flatten() {
            if part.file_name() == "lock" {
                continue;
            }
            for entry in fs::read_dir(part.path()).unwrap().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if !["lock", "home", "gitconfig"].contains(&name.as_str()) {
                    left.push(name)
                }
            }
        }
        left
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// `path:line` of all places in a result, sorted.
fn places(result: &Value) -> Vec<String> {
    let mut places: Vec<String> = result["assets"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|asset| asset["occurrences"].as_array().unwrap())
        .map(|place| format!("{}:{}", place["path"].as_str().unwrap(), place["line"]))
        .collect();
    places.sort();
    places.dedup();
    places
}

fn permanent(failure: Failure) -> String {
    assert_eq!(failure.class, Class::Permanent, "{failure}");
    failure.reason
}

fn poison(failure: Failure) -> String {
    assert_eq!(failure.class, Class::Poison, "{failure}");
    failure.reason
}

#[test]
fn a_repository_is_cloned_scanned_and_leaves_nothing() {
    let place = Place::new();
    place.write("src/Keys.java", JAVA).write("README", "x");
    let commit = place.commit();
    let repository = place.publish();
    let worker = place.worker();

    assert_eq!(
        worker.head(&repository, None).unwrap(),
        Some(commit.clone())
    );
    let checkout = worker.checkout(&repository, None).unwrap();
    assert_eq!(checkout.commit, commit);
    assert_eq!(
        checkout.tree,
        git(&place.work(), &["rev-parse", "HEAD^{tree}"])
    );
    assert_eq!((checkout.files, checkout.bytes), (2, JAVA.len() as u64 + 1));
    let scanned = worker.scan(&checkout, &[]).unwrap();
    assert!(!scanned.is_empty);
    let result = json(&scanned.result);
    assert!(
        places(&result).contains(&"src/Keys.java:5".to_owned()),
        "{:?}",
        places(&result)
    );
    assert!(result.to_string().contains("RSA"));
    let cbom = json(&scanned.cbom);
    assert_eq!(cbom["bomFormat"], "CycloneDX");
    let text = fs::read_to_string(&scanned.result).unwrap();
    assert!(!text.contains(&*place.scratch().to_string_lossy()));

    assert_eq!(place.left().len(), 2);
    drop(scanned);
    drop(checkout);
    assert_eq!(place.left(), Vec::<String>::new());
    drop(worker);
    assert_eq!(
        fs::read_dir(place.scratch()).unwrap().count(),
        1,
        "the lock alone"
    );
}

#[test]
fn a_result_is_that_of_a_plain_scan_wherever_the_scratch_folder_is() {
    let place = Place::new();
    place.write("src/Keys.java", JAVA);
    place.commit();
    let repository = place.publish();
    let bytes = |scratch: &str| {
        let worker = Worker::open(how(&place.dir.path().join(scratch))).unwrap();
        let checkout = worker.checkout(&repository, None).unwrap();
        let scanned = worker.scan(&checkout, &[]).unwrap();
        let read = |path| fs::read_to_string(path).unwrap();
        (read(&scanned.result), read(&scanned.cbom))
    };
    let one = bytes("one");
    assert_eq!(one, bytes("an/other"));

    let url = format!("file://{}", place.bare().display());
    git(place.dir.path(), &["clone", "-q", &url, "shop"]);
    let plain = place.dir.path().join("plain.json");
    let status = Command::new(env!("CARGO_BIN_EXE_pqscan"))
        .args(["scan", "-q", "--no-project-config", "./shop", "-o"])
        .arg(format!("json={}", plain.display()))
        .current_dir(place.dir.path())
        .env("SOURCE_DATE_EPOCH", EPOCH.to_string())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(one.0, fs::read_to_string(plain).unwrap());
}

#[test]
fn the_commit_that_is_named_is_scanned_and_where_it_is_gone_the_head() {
    let place = Place::new();
    place.write("a.txt", "1");
    let first = place.commit();
    place.write("a.txt", "2");
    let second = place.commit();
    let mut repository = place.publish();
    let worker = place.worker();
    repository.commit = Some(first.clone());
    assert_eq!(worker.checkout(&repository, None).unwrap().commit, first);
    repository.commit = Some("0123456789012345678901234567890123456789".to_owned());
    assert_eq!(worker.checkout(&repository, None).unwrap().commit, second);

    git(&place.bare(), &["branch", "side", &first]);
    repository.branch = Some("side".to_owned());
    assert_eq!(
        worker.head(&repository, None).unwrap().as_ref(),
        Some(&first)
    );
    assert_eq!(worker.checkout(&repository, None).unwrap().commit, first);
    repository.commit = None;
    repository.branch = Some("none".to_owned());
    let reason = permanent(worker.head(&repository, None).unwrap_err());
    assert_eq!(reason, "it has no branch `none`");
    repository.branch = Some("a..b:c".to_owned());
    permanent(worker.head(&repository, None).unwrap_err());
}

#[test]
fn a_repository_with_ids_of_sha256_is_cloned() {
    let place = Place::new();
    fs::remove_dir_all(place.work()).unwrap();
    fs::create_dir(place.work()).unwrap();
    git(
        &place.work(),
        &["init", "-q", "-b", "main", "--object-format=sha256"],
    );
    place.write("src/Keys.java", JAVA);
    let commit = place.commit();
    let repository = place.publish();
    let worker = place.worker();
    let checkout = worker.checkout(&repository, None).unwrap();
    assert_eq!(checkout.commit, commit);
    assert_eq!(commit.len(), 64);
    assert!(!places(&json(&worker.scan(&checkout, &[]).unwrap().result)).is_empty());
}

#[test]
fn an_empty_repository_and_one_without_a_head_fail_for_good() {
    let place = Place::new();
    let repository = place.publish();
    let worker = place.worker();
    assert_eq!(worker.head(&repository, None).unwrap(), None);
    let reason = permanent(worker.checkout(&repository, None).unwrap_err());
    assert!(reason.starts_with("empty"), "{reason}");

    place.write("a", "1").commit();
    let repository = place.publish();
    git(&place.bare(), &["symbolic-ref", "HEAD", "refs/heads/gone"]);
    let reason = permanent(worker.checkout(&repository, None).unwrap_err());
    assert_eq!(reason, "its HEAD names no branch that is there");

    let commit = git(&place.bare(), &["rev-parse", "refs/heads/main"]);
    fs::write(place.bare().join("HEAD"), format!("{commit}\n")).unwrap();
    assert_eq!(worker.checkout(&repository, None).unwrap().commit, commit);

    let mut none = repository;
    none.url = format!("file://{}/none.git", place.dir.path().display());
    let reason = permanent(worker.checkout(&none, None).unwrap_err());
    assert!(
        reason.contains("does not appear to be a git repository"),
        "{reason}"
    );
    assert!(place.left().is_empty());
}

#[test]
fn a_repository_with_a_missing_object_fails_for_good() {
    let place = Place::new();
    place.write("src/Keys.java", JAVA).commit();
    let repository = place.publish();
    let blob = git(&place.work(), &["rev-parse", "HEAD:src/Keys.java"]);
    let object = place
        .bare()
        .join("objects")
        .join(&blob[..2])
        .join(&blob[2..]);
    fs::remove_file(object).unwrap();
    let worker = place.worker();
    let reason = permanent(worker.checkout(&repository, None).unwrap_err());
    assert!(!reason.contains("scratch"), "{reason}");
    assert!(place.left().is_empty());
}

#[test]
fn what_has_nothing_to_scan_has_an_empty_result() {
    let place = Place::new();
    place.commit();
    let repository = place.publish();
    let worker = place.worker();
    let checkout = worker.checkout(&repository, None).unwrap();
    let scanned = worker.scan(&checkout, &[]).unwrap();
    assert!(scanned.is_empty);
    let result = json(&scanned.result);
    assert_eq!(result["assets"], Value::Array(Vec::new()));
    assert_eq!(json(&scanned.cbom)["bomFormat"], "CycloneDX");
}

#[test]
fn names_that_are_globs_flags_or_lines_are_entries_like_any_other() {
    let place = Place::new();
    for folder in ["-o", "a*", "[b]", "c\nd", "{e,f}", "plain", "ab"] {
        place.write(format!("{folder}/Keys.java"), JAVA);
    }
    let odd = Path::new(OsStr::from_bytes(b"g\xff"));
    place.write(odd.join("Keys.java"), JAVA);
    place
        .write("Keys.java", JAVA)
        .write("plain/more/Keys.java", JAVA);
    place.commit();
    let repository = place.publish();
    let worker = place.worker();
    let checkout = worker.checkout(&repository, None).unwrap();
    let whole = places(&json(&worker.scan(&checkout, &[]).unwrap().result));
    assert!(whole.len() >= 10, "{whole:?}");
    let of = |entries: &[&str]| {
        let entries: Vec<String> = entries.iter().map(|e| (*e).to_owned()).collect();
        places(&json(&worker.scan(&checkout, &entries).unwrap().result))
    };
    let below = |folder: &str| -> Vec<String> {
        let whole = whole.iter();
        whole
            .filter(|p| p.starts_with(&format!("{folder}/")))
            .cloned()
            .collect()
    };
    for folder in ["-o", "a*", "[b]", "{e,f}", "plain", "plain/more"] {
        assert_eq!(of(&[folder]), below(folder), "{folder}");
        assert!(!below(folder).is_empty());
    }
    assert_eq!(of(&["c\nd"]).len(), below("plain/more").len());
    assert_eq!(of(&["g\u{fffd}"]).len(), below("plain/more").len());
    assert_eq!(of(&["Keys.java"]).len(), below("plain/more").len());

    // Halves of halves hold everything once.
    let (one, other) = checkout.halves(&[]).unwrap();
    let mut both: Vec<String> = [one, other]
        .iter()
        .flat_map(|half| places(&json(&worker.scan(&checkout, half).unwrap().result)))
        .collect();
    both.sort();
    assert_eq!(both, whole);
}

#[test]
fn the_owners_patterns_hold_within_entries() {
    let place = Place::new();
    place
        .write("a/Keys.java", JAVA)
        .write("a/Other.java", JAVA)
        .write("b/Keys.java", JAVA);
    place.commit();
    let repository = place.publish();
    let mut how = how(&place.scratch());
    how.scan_args = vec!["--include=Keys.java".into()];
    let worker = Worker::open(how).unwrap();
    let checkout = worker.checkout(&repository, None).unwrap();
    let found = places(&json(
        &worker.scan(&checkout, &["a".to_owned()]).unwrap().result,
    ));
    assert!(!found.is_empty());
    assert!(
        found.iter().all(|p| p.starts_with("a/Keys.java:")),
        "{found:?}"
    );
}

#[test]
fn a_projects_own_settings_count_only_where_the_owner_trusts_it() {
    let place = Place::new();
    place
        .write("Keys.java", JAVA)
        .write("pqscan.toml", "exclude = [\"*.java\"]\n");
    place
        .write("Other.java", JAVA)
        .write("a.py", "import hashlib\nhashlib.md5()\n");
    place.commit();
    let repository = place.publish();
    let found = |trust| {
        let mut how = how(&place.scratch());
        how.trust_projects = trust;
        let worker = Worker::open(how).unwrap();
        let checkout = worker.checkout(&repository, None).unwrap();
        places(&json(&worker.scan(&checkout, &[]).unwrap().result))
    };
    assert!(found(false).iter().any(|p| p.starts_with("Keys.java")));
    assert!(!found(true).iter().any(|p| p.starts_with("Keys.java")));

    let mut how = how(&place.scratch());
    how.scan_args = vec!["--config".into(), "/etc/pqscan.toml".into()];
    assert!(matches!(Worker::open(how), Err(OpenError::Config)));
}

#[test]
fn links_out_of_the_tree_stay_links_and_submodules_stay_empty() {
    let place = Place::new();
    fs::write(place.dir.path().join("Secret.java"), JAVA).unwrap();
    std::os::unix::fs::symlink("../../../../Secret.java", place.work().join("Out.java")).unwrap();
    std::os::unix::fs::symlink(place.dir.path(), place.work().join("folder")).unwrap();
    place
        .write("a.py", "import hashlib\nhashlib.md5()\n")
        .commit();
    let other = place.dir.path().join("other");
    fs::create_dir(&other).unwrap();
    git(&other, &["init", "-q", "-b", "main"]);
    fs::write(other.join("Sub.java"), JAVA).unwrap();
    git(&other, &["add", "-A"]);
    git(&other, &["commit", "-q", "-m", "x"]);
    let url = format!("file://{}", other.display());
    git(
        &place.work(),
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &url,
            "sub",
        ],
    );
    place.commit();
    let repository = place.publish();
    let worker = place.worker();
    let checkout = worker.checkout(&repository, None).unwrap();
    assert!(checkout.dir.join("Out.java").is_symlink());
    assert_eq!(fs::read_dir(checkout.dir.join("sub")).unwrap().count(), 0);
    let found = places(&json(&worker.scan(&checkout, &[]).unwrap().result));
    assert!(found.iter().any(|p| p.starts_with("a.py:")));
    assert!(!found.iter().any(|p| p.contains(".java")), "{found:?}");
    // Nothing behind a link is removed with the clone.
    drop(checkout);
    assert!(place.dir.path().join("Secret.java").exists());
}

#[test]
fn clones_of_others_are_cloned_from_shallow_or_with_a_work_tree() {
    let place = Place::new();
    place.write("Keys.java", JAVA).commit();
    place.write("Keys.java", format!("// More.\n{JAVA}"));
    let commit = place.commit();
    place.publish();
    let url = format!("file://{}", place.bare().display());
    git(
        place.dir.path(),
        &["clone", "-q", "--depth=1", &url, "a clone %"],
    );
    let clone = place.dir.path().join("a clone %");
    let worker = place.worker();
    let checkout = worker
        .checkout(&repository(clone.to_str().unwrap()), None)
        .unwrap();
    assert_eq!(checkout.commit, commit);
    assert!(checkout.dir.join("Keys.java").exists());
}

#[test]
fn paths_into_git_are_refused() {
    for name in [".git", ".GIT", "git~1"] {
        let place = Place::new();
        place.write("a", "1").commit();
        let blob = git(&place.work(), &["rev-parse", "HEAD:a"]);
        let inner = git_with(
            &place.work(),
            &["mktree"],
            format!("100755 blob {blob}\tpost-checkout\n").as_bytes(),
        );
        let hooks = git_with(
            &place.work(),
            &["mktree"],
            format!("040000 tree {inner}\thooks\n").as_bytes(),
        );
        let tree = git_with(
            &place.work(),
            &["mktree"],
            format!("040000 tree {hooks}\t{name}\n").as_bytes(),
        );
        let commit = git(&place.work(), &["commit-tree", "-m", "x", &tree]);
        git(&place.work(), &["update-ref", "refs/heads/main", &commit]);
        let repository = place.publish();
        let worker = place.worker();
        let reason = permanent(worker.checkout(&repository, None).unwrap_err());
        assert!(reason.contains("invalid path"), "{reason}");
        assert!(place.left().is_empty());
    }
}

#[test]
fn a_clone_beyond_its_limits_is_given_up() {
    // What packs well is known by its tree before it is written.
    let place = Place::new();
    place.write("zeros", vec![0; 32 << 20]).commit();
    let repository = place.publish();
    let worker = place.limited(|limits| limits.clone_bytes = 4 << 20);
    let reason = permanent(worker.checkout(&repository, None).unwrap_err());
    assert_eq!(reason, "its clone is larger than the limit of 4 MiB");
    drop(worker);

    // What does not pack is stopped while it comes.
    let mut state = 1u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    })
    .take(8 << 20)
    .collect();
    let place = Place::new();
    place.write("noise", noise).commit();
    let repository = place.publish();
    let worker = place.limited(|limits| limits.clone_bytes = 1 << 20);
    let reason = permanent(worker.checkout(&repository, None).unwrap_err());
    assert_eq!(reason, "its clone is larger than the limit of 1 MiB");
    assert!(place.left().is_empty());
}

#[test]
fn a_tree_that_holds_itself_a_million_times_is_given_up() {
    let place = Place::new();
    place.write("a", "1").commit();
    let blob = git(&place.work(), &["rev-parse", "HEAD:a"]);
    let mut tree = {
        let lines: String = (0..10)
            .map(|n| format!("100644 blob {blob}\t{n}\n"))
            .collect();
        git_with(&place.work(), &["mktree"], lines.as_bytes())
    };
    for _ in 0..9 {
        let lines: String = (0..10)
            .map(|n| format!("040000 tree {tree}\t{n}\n"))
            .collect();
        tree = git_with(&place.work(), &["mktree"], lines.as_bytes());
    }
    let commit = git(&place.work(), &["commit-tree", "-m", "x", &tree]);
    git(&place.work(), &["update-ref", "refs/heads/main", &commit]);
    let repository = place.publish();
    let worker = place.limited(|limits| limits.clone_files = 10_000);
    let begun = Instant::now();
    let reason = permanent(worker.checkout(&repository, None).unwrap_err());
    assert_eq!(reason, "it has more files than the limit of 10000");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn artefacts_are_scanned_where_they_stand() {
    let place = Place::new();
    let dir = place.dir.path().join("image:out");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("Keys.java"), JAVA).unwrap();
    let mut repository = repository(&dir.to_string_lossy());
    repository.origin = Origin::Artefacts;
    let worker = place.worker();
    let checkout = worker.checkout(&repository, None).unwrap();
    assert_eq!(checkout.tree.len(), 64);
    let found = places(&json(&worker.scan(&checkout, &[]).unwrap().result));
    assert!(found.contains(&"Keys.java:5".to_owned()), "{found:?}");
    drop(checkout);
    assert!(dir.join("Keys.java").exists());
}

/// A checkout that takes a scan seconds: many files of our own sources and corpus.
fn large(place: &Place) -> Repository {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for copy in 0..2 {
        copy_tree(&root.join("src"), &place.work().join(format!("src{copy}")));
        copy_tree(
            &root.join("corpus"),
            &place.work().join(format!("corpus{copy}")),
        );
    }
    place.commit();
    place.publish()
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => copy_tree(&entry.path(), &to),
            kind if kind.is_file() => drop(fs::copy(entry.path(), to).unwrap()),
            _ => {}
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_scan_that_uses_up_a_limit_is_poison_and_says_which() {
    let place = Place::new();
    let repository = large(&place);
    let mut how = how(&place.scratch());
    let cloner = Worker::open(how.clone()).unwrap();
    let checkout = cloner.checkout(&repository, None).unwrap();
    let mut failed = |limit: fn(&mut Limits)| {
        how.limits = Limits::default();
        limit(&mut how.limits);
        let worker = Worker::open(how.clone()).unwrap();
        let reason = poison(worker.scan(&checkout, &[]).unwrap_err());
        assert_eq!(place.left().len(), 1, "the checkout alone");
        reason
    };
    assert_eq!(
        failed(|limits| limits.memory = 16 << 20),
        "the scan needs more memory than the limit of 16 MiB"
    );
    assert_eq!(
        failed(|limits| limits.cpu = Duration::from_secs(1)),
        "the scan used more CPU time than the limit of 1 s"
    );
    assert_eq!(
        failed(|limits| limits.wall = Duration::from_millis(500)),
        "the scan took longer than the limit of 0.5 s"
    );
    assert_eq!(
        failed(|limits| limits.output_bytes = 20_000),
        "the scan wrote more than the limit of 19 KiB into a file"
    );
}

#[test]
fn what_is_stopped_may_pass() {
    let place = Place::new();
    let repository = large(&place);
    let worker = place.worker();
    let checkout = worker.checkout(&repository, None).unwrap();
    let failure = thread::scope(|scope| {
        let scan = scope.spawn(|| worker.scan(&checkout, &[]));
        thread::sleep(Duration::from_millis(300));
        worker.stop();
        scan.join().unwrap().unwrap_err()
    });
    assert_eq!(
        (failure.class, &*failure.reason),
        (Class::Transient, "stopped")
    );
    assert_eq!(children_of(std::process::id()), Vec::<u32>::new());
}

/// Processes whose parent this is, by `/proc`; of tests that run beside each other only those that scan below a folder can be told apart, so
/// zombies alone are looked for.
fn children_of(parent: u32) -> Vec<u32> {
    let mut zombies = Vec::new();
    for (pid, stat) in processes() {
        let fields: Vec<&str> = stat
            .rsplit(") ")
            .next()
            .unwrap_or_default()
            .split(' ')
            .collect();
        if fields.first() == Some(&"Z") && fields.get(1) == Some(&&*parent.to_string()) {
            zombies.push(pid)
        }
    }
    // One that ends this moment is reaped in the next.
    zombies.retain(|pid| {
        thread::sleep(Duration::from_millis(200));
        Path::new(&format!("/proc/{pid}")).exists()
    });
    zombies
}

fn processes() -> Vec<(u32, String)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((pid, stat))
        })
        .collect()
}

/// The command lines of processes that hold a text.
fn command_lines_with(text: &str) -> Vec<String> {
    processes()
        .into_iter()
        .filter_map(|(pid, _)| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            line.contains(text).then_some(line)
        })
        .collect()
}

/// What a worker is told to do, by tests that start one: see the top.
const URL: &str = "PQSCAN_TEST_URL";
const SCRATCH: &str = "PQSCAN_TEST_SCRATCH";

/// A worker in a process of its own.
fn worker_process(url: &str, scratch: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "as_a_worker", "--nocapture"])
        .env(URL, url)
        .env(SCRATCH, scratch)
        .stdout(Stdio::piped());
    command
}

#[test]
#[ignore = "started by other tests"]
fn as_a_worker() {
    let (Ok(url), Ok(scratch)) = (std::env::var(URL), std::env::var(SCRATCH)) else {
        return;
    };
    let worker = Worker::open(how(Path::new(&scratch))).unwrap();
    let checkout = worker.checkout(&repository(&url), None).unwrap();
    println!("cloned {}", checkout.dir.display());
    let scanned = worker.scan(&checkout, &[]).unwrap();
    println!("scanned {}", places(&json(&scanned.result)).len());
}

#[test]
fn what_the_user_set_for_git_runs_nothing_and_changes_nothing() {
    let place = Place::new();
    let mark = place.dir.path().join("mark");
    let touch = format!("touch {}", mark.display());
    place.write("a.txt", "plain\n").write("Keys.java", JAVA);
    place.write(
        ".gitattributes",
        "*.txt filter=evil eol=crlf\n*.java filter=evil diff=evil\n",
    );
    place.commit();
    let url = place.publish().url;
    // A hook in the template of new repositories, in a folder of hooks, a filter, a helper, a monitor, an editor of addresses.
    let home = place.dir.path().join("home");
    let hooks = home.join("template/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for name in [
        "post-checkout",
        "reference-transaction",
        "post-index-change",
    ] {
        let hook = hooks.join(name);
        fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let config = format!(
        "[init]\n\ttemplateDir = {home}/template\n[core]\n\thooksPath = {home}/template/hooks\n\tfsmonitor = {touch}\n\tautocrlf = true\n\
         [filter \"evil\"]\n\tsmudge = {touch}; cat\n\tprocess = {touch}\n\trequired = true\n[credential]\n\thelper = \"!{touch}\"\n\
         [url \"file:///nowhere/\"]\n\tinsteadOf = file://\n",
        home = home.display()
    );
    fs::write(home.join(".gitconfig"), config).unwrap();
    // The trap is one: a plain git steps into it.
    let _ = Command::new("git")
        .args(["clone", "-q", "work", "trapped"])
        .current_dir(place.dir.path())
        .env("HOME", &home)
        .output()
        .unwrap();
    assert!(mark.exists());
    fs::remove_file(&mark).unwrap();
    let out = worker_process(&url, &place.scratch())
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", &home)
        .env("GIT_TEMPLATE_DIR", home.join("template"))
        .env("GIT_TRACE", place.dir.path().join("trace"))
        .env("GIT_SSH_COMMAND", &touch)
        .env("GIT_EXTERNAL_DIFF", &touch)
        .env("GIT_DIR", place.work().join(".git"))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.fsmonitor")
        .env("GIT_CONFIG_VALUE_0", &touch)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(said.contains("scanned "), "{said}");
    assert!(!mark.exists());
    assert!(!place.dir.path().join("trace").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_worker_leaves_no_process_and_the_next_removes_its_files() {
    use rustix::process::{Pid, Signal, kill_process};

    let place = Place::new();
    let url = large(&place).url;
    let mut worker = worker_process(&url, &place.scratch()).spawn().unwrap();
    let mut lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("cloned ")));
    // Its scan runs: known by the path of its result.
    let scratch = place.scratch().canonicalize().unwrap();
    let scratch = scratch.to_str().unwrap();
    until(|| {
        command_lines_with(scratch)
            .iter()
            .any(|line| line.contains(" scan "))
    });
    assert!(!place.left().is_empty());
    // A worker that starts beside it leaves it alone.
    drop(place.worker());
    assert!(!place.left().is_empty());
    kill_process(Pid::from_child(&worker), Signal::KILL).unwrap();
    worker.wait().unwrap();
    until(|| command_lines_with(scratch).is_empty());
    assert!(!place.left().is_empty());
    drop(place.worker());
    assert_eq!(
        fs::read_dir(place.scratch()).unwrap().count(),
        1,
        "the lock alone"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_killed_while_it_clones_leaves_no_process() {
    use rustix::process::{Pid, Signal, kill_process};

    let place = Place::new();
    let (port, told) = server(|_| {
        thread::sleep(Duration::from_secs(300));
        String::new()
    });
    let address = format!("127.0.0.1:{port}");
    let url = format!("http://{address}/shop.git");
    let mut worker = worker_process(&url, &place.scratch()).spawn().unwrap();
    told.recv_timeout(Duration::from_secs(30)).unwrap();
    // The guard, git, and the program that git leaves HTTP to.
    assert!(command_lines_with(&address).len() >= 3);
    kill_process(Pid::from_child(&worker), Signal::KILL).unwrap();
    worker.wait().unwrap();
    until(|| command_lines_with(&address).is_empty());
}

/// Waits for something, not for ever.
fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it did not come");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A server on loopback: answers each request with what `answer` says of its head, and tells the heads.
fn server(answer: impl Fn(&str) -> String + Send + 'static) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
            let _ = tell.send(head.clone());
            let mut stream = reader.into_inner();
            let _ = stream.write_all(answer(&head).as_bytes());
        }
    });
    (port, told)
}

fn status(line: &str, more: &str) -> String {
    format!("HTTP/1.1 {line}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn token() -> Credential {
    Credential {
        user: "x-access-token".to_owned(),
        secret: "t0ken-of-a-test".to_owned(),
    }
}

/// `x-access-token:t0ken-of-a-test`, by `printf … | base64`.
const BASIC: &str = "eC1hY2Nlc3MtdG9rZW46dDBrZW4tb2YtYS10ZXN0";

#[test]
fn a_token_goes_to_its_host_alone_and_stands_nowhere() {
    let place = Place::new();
    let worker = place.worker();
    let (other, other_told) = server(|_| status("404 Not Found", ""));
    let (port, told) = server(move |head| {
        thread::sleep(Duration::from_millis(300));
        match head {
            _ if head.starts_with("GET /moved/") => status(
                "302 Found",
                &format!(
                    "Location: http://localhost:{other}/x.git/info/refs?service=git-upload-pack\r\n"
                ),
            ),
            _ if head.starts_with("GET /busy/") => {
                status("429 Too Many Requests", "Retry-After: 7\r\n")
            }
            _ if head.starts_with("GET /broken/") => status("503 Service Unavailable", ""),
            _ if head.starts_with("GET /closed/") => status(
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=\"x\"\r\n",
            ),
            _ => status("404 Not Found", ""),
        }
    });
    let of = |path: &str| repository(&format!("http://127.0.0.1:{port}/{path}.git"));

    // While it runs, no command line holds it; all of them are looked at until it ends.
    let seen = thread::scope(|scope| {
        let cloning = scope.spawn(|| worker.checkout(&of("shop/a"), Some(&token())));
        let mut seen = Vec::new();
        while !cloning.is_finished() {
            seen.extend(command_lines_with(&format!("127.0.0.1:{port}")));
            thread::sleep(Duration::from_millis(5));
        }
        let reason = permanent(cloning.join().unwrap().unwrap_err());
        assert!(reason.contains("not found"), "{reason}");
        seen
    });
    if cfg!(target_os = "linux") {
        assert!(
            seen.iter().any(|line| line.contains("ls-remote")),
            "{seen:?}"
        );
    }
    for line in seen {
        assert!(!line.contains("t0ken") && !line.contains(BASIC), "{line}");
    }
    let head = told.recv().unwrap();
    assert!(head.starts_with("GET /shop/a.git/info/refs"), "{head}");
    assert!(
        head.contains(&format!("Authorization: Basic {BASIC}\r\n")),
        "{head}"
    );

    // Led elsewhere, it does not follow.
    let failure = worker.head(&of("moved/a"), Some(&token())).unwrap_err();
    assert!(!failure.reason.contains("t0ken"), "{failure}");
    assert!(other_told.try_recv().is_err());
    // Without a token it does, and has none to bring.
    worker.head(&of("moved/a"), None).unwrap_err();
    let head = other_told.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(!head.contains("Authorization"), "{head}");

    for path in ["busy/a", "broken/a"] {
        let failure = worker.head(&of(path), Some(&token())).unwrap_err();
        assert_eq!(failure.class, Class::Transient, "{failure}");
    }
    let reason = permanent(worker.head(&of("closed/a"), Some(&token())).unwrap_err());
    assert!(
        !reason.contains("t0ken") && !reason.contains(BASIC),
        "{reason}"
    );
    assert_eq!(format!("{:?}", token()), "Credential(***)");
    // No file of the scratch folder holds it.
    let mut waiting = vec![place.scratch()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().flatten().map(|e| e.path()));
        } else {
            let text = fs::read_to_string(path).unwrap();
            assert!(!text.contains("t0ken") && !text.contains(BASIC));
        }
    }
}

#[test]
fn a_server_that_is_not_there_or_says_nothing_may_be_there_later() {
    let place = Place::new();
    let worker = place.limited(|limits| limits.clone_wall = Duration::from_secs(2));
    let port = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let failure = worker
        .head(&repository(&format!("http://127.0.0.1:{port}/a.git")), None)
        .unwrap_err();
    assert_eq!(failure.class, Class::Transient, "{failure}");

    let (port, _told) = server(|_| {
        thread::sleep(Duration::from_secs(60));
        String::new()
    });
    let failure = worker
        .head(&repository(&format!("http://127.0.0.1:{port}/a.git")), None)
        .unwrap_err();
    assert_eq!(failure.class, Class::Transient);
    assert_eq!(
        failure.reason,
        "git ls-remote took longer than the limit of 2 s"
    );
}

#[test]
fn addresses_that_git_would_run_are_refused() {
    let place = Place::new();
    let worker = place.worker();
    let mark = place.dir.path().join("mark");
    for url in [
        format!("ext::sh -c touch% {}", mark.display()),
        format!("--upload-pack=touch {}", mark.display()),
        format!("ssh://-oProxyCommand=touch${{IFS}}{}/x", mark.display()),
        format!("-oProxyCommand=touch {}:x", mark.display()),
    ] {
        permanent(worker.checkout(&repository(&url), None).unwrap_err());
        assert!(!mark.exists(), "{url}");
    }
}
