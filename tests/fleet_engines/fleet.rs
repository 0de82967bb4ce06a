//! An organisation of small repositories, and fleets that scan it with the real program.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::slice;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::database::{Database, Engine};

/// The day of all runs.
const DAY: &str = "2026-11-30";
/// Longer than anything here takes, also where many tests share two cores.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Repositories in a folder, and a git that a test can make slow, deaf or deadly.
pub(crate) struct Organisation {
    dir: TempDir,
}

impl Organisation {
    /// Repositories of one file each: `r0` has RSA with 2048 bits, `r1` one with 2049, and so on.
    pub(crate) fn new(repositories: usize) -> Self {
        let organisation = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for folder in ["git", "bin", "gates", "work"] {
            fs::create_dir(organisation.dir.path().join(folder)).unwrap();
        }
        for number in 0..repositories {
            organisation.repository(
                &format!("r{number}"),
                &[("src/Keys.java", &java(2048 + number))],
            );
        }
        organisation.wrap_git();
        organisation
    }

    /// A bare repository with one commit of these files.
    pub(crate) fn repository(&self, name: &str, files: &[(&str, &str)]) {
        let work = self.dir.path().join("work").join(name);
        for (path, text) in files {
            let path = work.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let bare = self.bare(name);
        git(&[
            "init",
            "-q",
            "--bare",
            "-b",
            "main",
            &bare.to_string_lossy(),
        ]);
        let place = [
            format!("--git-dir={}", bare.display()),
            format!("--work-tree={}", work.display()),
        ];
        let within = |args: &[&str]| {
            let place = place.iter().map(String::as_str);
            git(&place.chain(args.iter().copied()).collect::<Vec<_>>())
        };
        within(&["add", "-A"]);
        within(&["commit", "-q", "-m", "x"]);
    }

    /// Where a repository is.
    pub(crate) fn bare(&self, name: &str) -> PathBuf {
        self.dir.path().join("git").join(format!("{name}.git"))
    }

    /// The same folder for all fleets, so that repositories have the same names.
    fn folder(&self) -> PathBuf {
        self.dir.path().join("git")
    }

    /// A git that does what gates say: where `gates/slow-NAME` is, a fetch of NAME takes 3 s; where `gates/shut-NAME` is, it takes until that
    /// is gone; where `gates/deaf-NAME` is, the host of NAME is not found; where `gates/kill-NAME` is, the worker that fetches NAME is killed.
    /// What gates there are can change at any time.
    fn wrap_git(&self) {
        let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join("git"))
            .find(|path| path.exists())
            .expect("git is installed");
        let gates = self.dir.path().join("gates");
        // The parent is the guard, its parent the worker: the second field behind the name in parentheses (proc(5)).
        let script = format!(
            r#"#!/bin/sh
case " $* " in *" fetch "*)
  for gate in "{gates}"/*; do
    name=${{gate##*/}}
    case "$*" in *"/${{name#*-}}.git"*) ;; *) continue ;; esac
    case "$name" in
      slow-*) sleep 3 ;;
      shut-*) while [ -e "$gate" ]; do sleep 0.1; done ;;
      deaf-*) echo "fatal: unable to access '$name': Could not resolve host: git.example.org" >&2; exit 128 ;;
      kill-*) kill -9 "$(sed 's/.*) //' "/proc/$PPID/stat" | cut -d' ' -f2)"; exit 1 ;;
    esac
  done ;;
esac
exec "{real}" "$@"
"#,
            gates = gates.display(),
            real = real.display(),
        );
        let program = self.dir.path().join("bin/git");
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Sets a gate.
    pub(crate) fn gate(&self, gate: &str) {
        fs::write(self.dir.path().join("gates").join(gate), "").unwrap()
    }

    /// Takes a gate away.
    pub(crate) fn no_gate(&self, gate: &str) {
        fs::remove_file(self.dir.path().join("gates").join(gate)).unwrap()
    }

    /// Fetches of so many repositories, from `r0` on, wait from now on.
    pub(crate) fn shut(&self, repositories: usize) {
        (0..repositories).for_each(|number| self.gate(&format!("shut-r{number}")))
    }

    /// They go on.
    pub(crate) fn open(&self, repositories: usize) {
        (0..repositories).for_each(|number| self.no_gate(&format!("shut-r{number}")))
    }

    /// What a fleet on SQLite says of it that nothing disturbs.
    pub(crate) fn undisturbed(&self) -> BTreeMap<String, Vec<u8>> {
        let fleet = Fleet::new(Engine::Sqlite, self);
        fleet.run();
        fleet.inventory()
    }
}

/// A file that makes an RSA key.
pub(crate) fn java(bits: usize) -> String {
    format!(
        "import java.security.KeyPairGenerator;

class Keys {{
    void make() throws Exception {{
        KeyPairGenerator generator = KeyPairGenerator.getInstance(\"RSA\");
        generator.initialize({bits});
    }}
}}
"
    )
}

fn git(args: &[&str]) {
    let out = Command::new("git")
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Example")
        .env("GIT_AUTHOR_EMAIL", "example@example.org")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_NAME", "Example")
        .env("GIT_COMMITTER_EMAIL", "example@example.org")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .env_remove("GIT_DIR")
        .output()
        .expect("git runs");
    assert!(
        out.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
}

/// A fleet: its settings, database, store and scratch folder.
pub(crate) struct Fleet {
    dir: TempDir,
    path: std::ffi::OsString,
    pub(crate) database: Database,
}

impl Fleet {
    /// One that scans the organisation.
    pub(crate) fn new(engine: Engine, organisation: &Organisation) -> Self {
        Self::with(engine, organisation, "", "")
    }

    /// One with more to say below `[work]`, and more targets.
    pub(crate) fn with(
        engine: Engine,
        organisation: &Organisation,
        work: &str,
        targets: &str,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = engine.database(dir.path());
        let settings = format!(
            "name = \"Example\"\ndb = {:?}\nstore = \"store\"\n[work]\nhands = 2\nscratch = \"scratch\"\n{work}\n[[target]]\nkind = \"clones\"\nfolders = [{:?}]\n{targets}\n",
            database.url(),
            organisation.folder(),
        );
        fs::write(dir.path().join("fleet.toml"), settings).unwrap();
        let mut path = organisation.dir.path().join("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        Self {
            dir,
            path,
            database,
        }
    }

    /// `pqscan fleet …`, in a folder of its own.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pqscan"));
        command
            .args(["fleet", args[0], "--config"])
            .arg(self.dir.path().join("fleet.toml"))
            .args(&args[1..])
            .current_dir(self.dir.path())
            .env("PATH", &self.path)
            .envs(self.database.variables())
            .stdin(Stdio::null());
        command
    }

    /// Starts it; what it says goes to a file.
    pub(crate) fn start(&self, args: &[&str]) -> Process {
        let said = tempfile::NamedTempFile::new_in(self.dir.path()).unwrap();
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(said.reopen().unwrap());
        Process {
            child: command.spawn().unwrap(),
            said,
            what: args.join(" "),
        }
    }

    /// Starts a run that leaves the work to others, and waits until everything is planned.
    pub(crate) fn planner(&self) -> Process {
        let mut planner = self.start(&["run", "--no-work", "--as-of", DAY]);
        let planned = "SELECT COUNT(*) FROM tasks WHERE state = 'waiting'";
        until(
            "everything is planned",
            slice::from_mut(&mut planner),
            |_| {
                let number = self.database.try_ask(planned);
                number.is_ok_and(|rows| rows[0][0] != "0")
            },
        );
        planner
    }

    /// Starts a run that does the work too.
    pub(crate) fn runner(&self) -> Process {
        self.start(&["run", "--as-of", DAY])
    }

    /// Starts a worker.
    pub(crate) fn worker(&self, until_idle: bool) -> Process {
        let args = ["worker", "--as-of", DAY, "--until-idle"];
        self.start(if until_idle { &args } else { &args[..3] })
    }

    /// A run from beginning to end; what it said.
    pub(crate) fn run(&self) -> String {
        self.runner().ends_well()
    }

    /// A command from beginning to end.
    pub(crate) fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The files of `fleet export --cbom`, and that of `fleet report -o json=`.
    pub(crate) fn inventory(&self) -> BTreeMap<String, Vec<u8>> {
        let folder = self.dir.path().join("cbom");
        let _ = fs::remove_dir_all(&folder);
        let report = self.dir.path().join("report.json");
        let output = format!("json={}", report.display());
        for args in [
            ["export", "--cbom", &folder.to_string_lossy()],
            ["report", "-o", &output],
        ] {
            let out = self.output(&args);
            assert!(
                out.status.success(),
                "{args:?}: {}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
        let mut files = BTreeMap::new();
        collect(&folder, &folder, &mut files);
        files.insert("report".to_owned(), fs::read(&report).unwrap());
        files
    }

    /// Where anything was left behind for a clone or a result.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.dir.path().join("scratch")
    }

    /// States of tasks and how many have it: `done 5, failed 1`.
    pub(crate) fn states(&self) -> String {
        let rows = self
            .database
            .ask("SELECT state, COUNT(*) FROM tasks GROUP BY state ORDER BY state");
        let rows = rows.iter().map(|row| row.join(" "));
        rows.collect::<Vec<_>>().join(", ")
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files)
        } else {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// A process that is killed when nobody holds it any more.
pub(crate) struct Process {
    child: Child,
    said: tempfile::NamedTempFile,
    what: String,
}

impl Process {
    /// Kills it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as `kill` does.
    pub(crate) fn terminate(&self) {
        let id = i32::try_from(self.child.id()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// What it said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.said.path()).unwrap()
    }

    /// Whether it is still there.
    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end: the exit code (none where it was killed), and what it said.
    pub(crate) fn ends(&mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        while self.lives() {
            assert!(
                Instant::now() < deadline,
                "{} does not end: {}",
                self.what,
                self.said()
            );
            thread::sleep(Duration::from_millis(50));
        }
        (self.child.wait().unwrap().code(), self.said())
    }

    /// Waits for its end, which is a good one; what it said.
    pub(crate) fn ends_well(mut self) -> String {
        let (code, said) = self.ends();
        assert_eq!(code, Some(0), "{}: {said}", self.what);
        said
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, while all of those live who can bring it about.
pub(crate) fn until(
    what: &str,
    processes: &mut [Process],
    mut is_so: impl FnMut(&[Process]) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        // Asked first: what somebody did before it ended is done.
        let ended = processes.iter_mut().position(|process| !process.lives());
        if is_so(processes) {
            return;
        }
        if let Some(ended) = ended.map(|at| &processes[at]) {
            panic!("`{}` ended before {what}: {}", ended.what, ended.said())
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Says which files differ, not what stands in all of them.
pub(crate) fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    for (name, bytes) in one {
        let texts = [bytes, &other[name]].map(|bytes| String::from_utf8_lossy(bytes));
        assert!(
            texts[0] == texts[1],
            "{name}:\n{}\n---\n{}",
            texts[0],
            texts[1]
        );
    }
}
