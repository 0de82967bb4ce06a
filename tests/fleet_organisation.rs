//! An organisation of repositories on this machine, from the first run to the third, and the same inventory however it came about: from one
//! process, from workers, from shards, after kills, and after the store was made compact.
//!
//! The large one is ignored otherwise, since it takes hours in a debug build. With a release build:
//!
//! ```text
//! PQSCAN_BIN=target/release/pqscan N=2000 SHARDS=16 KILLS=10 cargo test --test fleet_organisation -- --ignored --nocapture
//! ```
#![cfg(all(feature = "fleet", target_os = "linux"))]
#![allow(clippy::print_stdout, reason = "the figures are for the reader")]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be done for a test fails it"
)]

#[path = "fleet_organisation/numbers.rs"]
mod numbers;
#[path = "fleet_organisation/organisation.rs"]
mod organisation;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use numbers::Numbers;
use organisation::{Kind, Organisation};
use serde_json::Value;
use tempfile::TempDir;

/// The day of all runs.
const DAY: &str = "--as-of=2026-11-30";
/// Forms that are compared. OpenMetrics tells moments of runs; of the text form the width is fixed.
const FORMS: &[&str] = &["json", "csv", "md", "csv-failures", "html", "text"];

fn program() -> PathBuf {
    let set = env::var_os("PQSCAN_BIN").map(|program| fs::canonicalize(program).unwrap());
    set.unwrap_or_else(|| env!("CARGO_BIN_EXE_pqscan").into())
}

/// What a command took: wall time, and CPU time of it and all that it waited for.
#[derive(Debug, Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (wall, cpu) = (self.wall.as_secs_f64(), self.cpu.as_secs_f64());
        write!(f, "{wall:.1} s, CPU {cpu:.1} s")
    }
}

/// CPU time of all children that ended (proc_pid_stat(5): `cutime` and `cstime`).
fn children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    let ticks: u64 = fields[13].parse::<u64>().unwrap() + fields[14].parse::<u64>().unwrap();
    // The unit is 1/100 s on every Linux of today.
    Duration::from_millis(ticks * 10)
}

/// A fleet: settings, database and store in a folder of its own; the organisation is elsewhere.
struct Fleet {
    dir: TempDir,
}

impl Fleet {
    fn of(organisation: &Organisation) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = format!(
            "name = \"Example\"\n[work]\nhands = 2\nscratch = \"scratch\"\n[[target]]\nkind = \"clones\"\nfolders = [{:?}]\n",
            organisation.root
        );
        fs::write(dir.path().join("fleet.toml"), settings).unwrap();
        Self { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .arg("fleet")
            .args(args)
            .current_dir(self.path())
            .env_remove("PQSCAN_CACHE_DIR")
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to its end and has to do it well. Gives what it said.
    fn does(&self, args: &[&str]) -> (String, Cost) {
        let (begun, before) = (Instant::now(), children());
        let out = self.command(args).output().unwrap();
        let cost = Cost {
            wall: begun.elapsed(),
            cpu: children() - before,
        };
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(0), "{args:?}: {said}");
        let mut all = String::from_utf8_lossy(&out.stdout).into_owned();
        all += &said;
        (all, cost)
    }

    fn run(&self) -> Cost {
        self.does(&["run", DAY]).1
    }

    fn starts(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// The first value that the database answers with.
    fn asks(&self, sql: &str) -> Option<i64> {
        let out = self
            .command(&["query", "--format=csv", sql])
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        text.lines().nth(1)?.trim().parse().ok()
    }

    /// Repositories by state.
    fn states(&self) -> BTreeMap<String, u64> {
        let sql = "SELECT state, COUNT(*) AS n FROM v_repositories GROUP BY state";
        let (text, _) = self.does(&["query", "--format=jsonl", sql]);
        let rows = text.lines().map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let number = row["n"].as_str().unwrap().parse().unwrap();
            (row["state"].as_str().unwrap().to_owned(), number)
        });
        rows.collect()
    }

    /// Tasks that anybody ever began with.
    fn begun(&self) -> i64 {
        self.asks("SELECT SUM(attempts) AS n FROM tasks").unwrap()
    }

    /// Everything that others read of the inventory, by the file's name.
    fn inventory(&self) -> BTreeMap<String, Vec<u8>> {
        let out = self.path().join("out");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).unwrap();
        self.does(&["export", "--cbom=out"]);
        let mut args = vec!["report".to_owned()];
        for form in FORMS {
            args.extend(["-o".to_owned(), format!("{form}=out/organisation.{form}")]);
        }
        self.does(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let files = fs::read_dir(&out).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        });
        files.collect()
    }
}

/// Days of today as others tell them: a repository's row tells the day on which it was scanned, and a test may last over midnight.
fn undated(bytes: &[u8], days: &[String]) -> Vec<u8> {
    let mut text = String::from_utf8(bytes.to_vec()).unwrap();
    for day in days {
        text = text.replace(day.as_str(), "the day")
    }
    text.into_bytes()
}

fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = jiff::Timestamp::from_second(now.unwrap().as_secs().cast_signed()).unwrap();
    now.to_string()[..10].to_owned()
}

/// Whether it is the same, byte for byte; else where it differs first.
fn same(
    what: &str,
    expected: &BTreeMap<String, Vec<u8>>,
    got: &BTreeMap<String, Vec<u8>>,
    days: &[String],
) {
    let names = |of: &BTreeMap<String, Vec<u8>>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(expected), names(got), "{what}");
    for (name, one) in expected {
        let (one, other) = (undated(one, days), undated(&got[name], days));
        if one != other {
            let at = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
            let around = |bytes: &[u8]| {
                let part = &bytes[at.saturating_sub(200)..(at + 200).min(bytes.len())];
                String::from_utf8_lossy(part).into_owned()
            };
            panic!(
                "{what}: {name} differs at byte {at}:\n{}\n--- and\n{}",
                around(&one),
                around(&other)
            );
        }
    }
}

/// Four workers, and a process that plans and judges.
fn by_workers(fleet: &Fleet, workers: usize) -> Cost {
    let (begun, before) = (Instant::now(), children());
    let mut run = fleet.starts(&["run", DAY, "--no-work"]);
    // Workers that begin before anything is planned have nothing to do.
    while fleet
        .asks("SELECT COUNT(*) AS n FROM v_repositories")
        .unwrap_or(0)
        == 0
    {
        assert!(run.try_wait().unwrap().is_none(), "nothing was planned");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut workers: Vec<Child> = (0..workers)
        .map(|_| fleet.starts(&["worker", DAY, "--until-idle", "--hands=1"]))
        .collect();
    assert!(run.wait().unwrap().success());
    for worker in &mut workers {
        assert!(worker.wait().unwrap().success())
    }
    Cost {
        wall: begun.elapsed(),
        cpu: children() - before,
    }
}

/// A plan, each shard into a folder of its own, and all of it put together.
fn by_shards(fleet: &Fleet, shards: usize) -> Cost {
    let (begun, before) = (Instant::now(), children());
    fleet.does(&["plan", "-o", "plan.jsonl"]);
    let mut merge = vec!["merge".to_owned(), DAY.to_owned()];
    for shard in 1..=shards {
        let (shard, out) = (format!("--shard={shard}/{shards}"), format!("part-{shard}"));
        fleet.does(&["run", "--plan=plan.jsonl", &shard, &format!("--out={out}")]);
        merge.push(out)
    }
    fleet.does(&merge.iter().map(String::as_str).collect::<Vec<_>>());
    Cost {
        wall: begun.elapsed(),
        cpu: children() - before,
    }
}

/// A run that is killed so many times at random moments, and begun again until it comes to its end. Gives how often it was killed while it
/// worked.
fn by_kills(fleet: &Fleet, kills: usize, longest: Duration, numbers: &mut Numbers) -> usize {
    let mut killed = 0;
    let longest = u64::try_from(longest.as_millis()).unwrap().max(2);
    for _ in 0..kills {
        let mut run = fleet.starts(&["run", DAY]);
        std::thread::sleep(Duration::from_millis(1 + numbers.below(longest)));
        if run.try_wait().unwrap().is_none() {
            killed += 1;
            run.kill().unwrap();
        }
        run.wait().unwrap();
        if fleet.asks("SELECT COUNT(*) AS n FROM v_runs WHERE finished_at IS NOT NULL") == Some(1) {
            return killed;
        }
    }
    fleet.run();
    killed
}

fn number(name: &str, otherwise: usize) -> usize {
    env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[test]
fn a_second_run_scans_nothing_and_a_third_what_changed() {
    let dir = tempfile::tempdir().unwrap();
    let mut all = Organisation::make(&dir.path().join("git"), 24, 1);
    let broken = all.kinds.iter().filter(|kind| kind.is_broken()).count() as u64;
    let empty = all
        .kinds
        .iter()
        .filter(|kind| matches!(kind, Kind::Empty))
        .count() as u64;
    assert_eq!((broken, empty), (2, 1), "{:?}", all.kinds);
    let whole = 24 - broken - empty;
    let fleet = Fleet::of(&all);
    fleet.run();
    let states = BTreeMap::from([
        ("failed".to_owned(), broken),
        ("left out".to_owned(), empty),
        ("scanned".to_owned(), whole),
    ]);
    assert_eq!(fleet.states(), states);
    let before = fleet.begun();
    assert_eq!(u64::try_from(before).unwrap(), whole + broken);
    let first = fleet.inventory();

    let (said, _) = fleet.does(&["run", DAY]);
    assert!(
        said.contains(&format!("{broken} to scan, {whole} unchanged")),
        "{said}"
    );
    let states = BTreeMap::from([
        ("failed".to_owned(), broken),
        ("left out".to_owned(), empty),
        ("unchanged".to_owned(), whole),
    ]);
    assert_eq!(fleet.states(), states);

    let changed: Vec<usize> = (0..24)
        .filter(|i| matches!(all.kinds[*i], Kind::Plain(2..)))
        .take(2)
        .collect();
    for index in &changed {
        all.change(*index)
    }
    let (said, _) = fleet.does(&["run", DAY, "-o", "json=third.json"]);
    assert!(
        said.contains(&format!("{} to scan, {} unchanged", broken + 2, whole - 2)),
        "{said}"
    );
    let states = fleet.states();
    assert_eq!((states["scanned"], states["unchanged"]), (2, whole - 2));
    // What the commits brought, and nothing else, is new.
    let third: Value =
        serde_json::from_slice(&fs::read(fleet.path().join("third.json")).unwrap()).unwrap();
    assert_eq!(third["new"]["of"].as_u64(), Some(2), "{}", third["new"]);
    let third = fleet.inventory();
    let differ = first
        .iter()
        .filter(|(name, bytes)| third[*name] != **bytes && !name.starts_with("organisation"));
    assert_eq!(differ.count(), 2);
}

#[test]
fn the_same_inventory_however_it_came_about() {
    let dir = tempfile::tempdir().unwrap();
    let all = Organisation::make(&dir.path().join("git"), number("SMALL", 12), 2);
    let begun = today();
    let one = Fleet::of(&all);
    let took = one.run();
    let expected = one.inventory();
    let days = || [begun.clone(), today()];
    assert!(expected.len() > FORMS.len() + 1);

    let workers = Fleet::of(&all);
    by_workers(&workers, 4);
    same("four workers", &expected, &workers.inventory(), &days());

    let shards = Fleet::of(&all);
    by_shards(&shards, 4);
    same("four shards", &expected, &shards.inventory(), &days());

    // A run that was killed while it tried what cannot be scanned has tried it once more. The next run begins to count anew.
    one.run();
    let expected = one.inventory();
    let killed = Fleet::of(&all);
    let times = by_kills(&killed, 4, took.wall, &mut Numbers(3));
    killed.run();
    same(
        &format!("{times} kills"),
        &expected,
        &killed.inventory(),
        &days(),
    );

    one.does(&["tidy", "--compact"]);
    same("tidy --compact", &expected, &one.inventory(), &days());
}

/// The large organisation: figures for docs/scale.md.
#[test]
#[ignore = "takes long; see the top of the file"]
fn a_large_organisation() {
    let (many, shards, kills) = (
        number("N", 2_000),
        number("SHARDS", 16),
        number("KILLS", 10),
    );
    let dir = tempfile::tempdir().unwrap();
    let (made, before) = (Instant::now(), children());
    let mut all = Organisation::make(&dir.path().join("git"), many, 7);
    let made = Cost {
        wall: made.elapsed(),
        cpu: children() - before,
    };
    println!(
        "made {many} repositories, {} files, {} MB: {made}",
        all.files,
        all.bytes / 1_000_000
    );
    let begun = today();
    let one = Fleet::of(&all);
    let first = one.run();
    println!("first run: {first}; {:?}", one.states());
    let expected = one.inventory();
    let days = || [begun.clone(), today()];
    let share = |cost: &Cost| 100.0 * cost.cpu.as_secs_f64() / first.cpu.as_secs_f64();
    let second = one.run();
    println!(
        "second run, nothing changed: {second}; {:.1} % of the first's CPU",
        share(&second)
    );
    // As above: the kills are compared after another run.
    let again = one.inventory();
    let skipped = env::var("SKIP").unwrap_or_default();
    if !skipped.contains("workers") {
        let fleet = Fleet::of(&all);
        println!("four workers: {}", by_workers(&fleet, 4));
        same("four workers", &expected, &fleet.inventory(), &days());
    }
    if !skipped.contains("shards") {
        let fleet = Fleet::of(&all);
        println!("{shards} shards: {}", by_shards(&fleet, shards));
        same("shards", &expected, &fleet.inventory(), &days());
    }
    if !skipped.contains("kills") {
        let fleet = Fleet::of(&all);
        let longest = first.wall / u32::try_from(kills.max(1)).unwrap();
        let times = by_kills(&fleet, kills, longest, &mut Numbers(11));
        println!("killed {times} times");
        fleet.run();
        same("kills", &again, &fleet.inventory(), &days());
    }
    let changed: Vec<usize> = (0..many)
        .filter(|i| matches!(all.kinds[*i], Kind::Plain(2..)))
        .step_by(50)
        .take(many / 50)
        .collect();
    for index in &changed {
        all.change(*index)
    }
    let third = one.run();
    println!(
        "third run, {} changed: {third}; {:.1} % of the first's CPU; {:?}",
        changed.len(),
        share(&third),
        one.states()
    );
    let before = one.inventory();
    println!("tidy --compact: {}", one.does(&["tidy", "--compact"]).1);
    same("tidy --compact", &before, &one.inventory(), &days());
}
