//! An organisation of 100,000 repositories by simulation: what is planned, queued, committed, judged and reported, with results that were made
//! up instead of clones. The figures are in docs/scale.md. It is ignored otherwise, since it takes minutes in a release build:
//!
//! ```text
//! N=100000 cargo test --release --test fleet_scale -- --ignored --nocapture
//! ```
#![cfg(all(feature = "fleet", target_os = "linux"))]
#![allow(clippy::print_stdout, reason = "the figures are for the reader")]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be done for a test fails it"
)]

#[path = "fleet_organisation/numbers.rs"]
mod numbers;

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use numbers::Numbers;
use pqscan::fleet::failure::Failure;
use pqscan::fleet::report::{self, Options};
use pqscan::fleet::repository::{Origin, Repository};
use pqscan::fleet::rollup::{Counted, Judged, JudgedAsset};
use pqscan::fleet::state::{Finished, Standing, State};
use pqscan::fleet::store::Store;
use pqscan::fleet::task::{Engine, Task};
use pqscan::fleet::work::{How, Limits, Worker};
use pqscan::fleet::worker::{self, Bench};
use pqscan::knowledge::Knowledge;

/// 2026-11-30.
const MOMENT: i64 = 1_795_996_800;

fn number(name: &str, otherwise: usize) -> usize {
    env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

/// CPU time of this process (proc_pid_stat(5): `utime` and `stime`, in 1/100 s).
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// The most memory that this process had since [`Clock::start`], in MB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() / 1_000
}

/// Prints what a step took.
struct Clock {
    begun: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        // The peak is set back (proc(5), clear_refs).
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self {
            begun: Instant::now(),
            cpu: cpu(),
        }
    }

    fn tell(&self, step: &str, units: usize) {
        let (wall, cpu) = (self.begun.elapsed().as_secs_f64(), cpu() - self.cpu);
        let rate = units as f64 / wall.max(0.001);
        println!(
            "{step:<48} {wall:>8.2} s wall {cpu:>8.2} s CPU {:>6} MB peak  {rate:>9.0}/s of {units}",
            peak()
        );
    }
}

fn repository(index: usize, revision: u64) -> Repository {
    Repository {
        name: format!("git.example.org/team-{}/service-{index:06}", index % 400),
        url: format!(
            "https://git.example.org/team-{}/service-{index:06}.git",
            index % 400
        ),
        origin: Origin::Git,
        owner: format!("team-{}", index % 400),
        branch: Some("main".to_owned()),
        commit: Some(format!("{:040x}", (index as u64) << 8 | revision)),
        archived: false,
        fork: index.is_multiple_of(11),
        kilobytes: Some(500),
    }
}

fn engine() -> Engine {
    Engine {
        version: "simulated".to_owned(),
        rules: "r".repeat(64),
        settings: "s".repeat(64),
    }
}

fn task(index: usize, revision: u64) -> Task {
    Task {
        repository: repository(index, revision),
        entries: Vec::new(),
        engine: engine(),
    }
}

/// Most repositories have a handful of assets, a few have a hundred: 16 in the mean.
fn assets(index: usize) -> Vec<JudgedAsset> {
    let mut numbers = Numbers(index as u64 ^ 0x5eed);
    let many = match numbers.below(100) {
        0..50 => 2 + numbers.below(5),
        50..80 => 5 + numbers.below(16),
        80..95 => 20 + numbers.below(31),
        _ => 50 + numbers.below(101),
    };
    let algorithms = [
        "RSA", "ECDSA", "SHA-256", "MD5", "SHA-1", "AES", "TLS", "HMAC", "X25519", "Ed25519",
        "3DES", "DH", "ML-KEM", "RC4", "PBKDF2", "DSA",
    ];
    let mut all: Vec<JudgedAsset> = (0..many)
        .map(|at| {
            // One in six is a key or certificate, which stands in one repository, but for one in fifty.
            let is_key = numbers.below(6) == 0;
            let which = usize::try_from(numbers.below(16)).unwrap();
            let algorithm = algorithms[which];
            let size = 1_024 << numbers.below(3);
            let print = match numbers.below(50) {
                0 => format!("{:064x}", numbers.below(2_000)),
                _ => format!("{:064x}", (index as u64) << 20 | at),
            };
            let broken = matches!(
                algorithm,
                "RSA" | "ECDSA" | "X25519" | "Ed25519" | "DH" | "DSA" | "TLS"
            );
            let is_certificate = is_key && numbers.below(2) == 0;
            JudgedAsset {
                id: match is_key {
                    true => format!("pq1-{}{at:02x}", &print[..30]),
                    false => format!("pq1-{:026x}{:06x}", which, size + at % 3),
                },
                name: format!("{algorithm}-{size}"),
                kind: match (is_key, is_certificate) {
                    (true, true) => "certificate",
                    (true, false) => "key",
                    _ => "algorithm",
                },
                algorithm: Some(algorithm.to_owned()),
                seen: "used",
                band: u8::try_from(numbers.below(5)).unwrap(),
                list: if broken { "broken" } else { "weak" },
                class: "weak-hash",
                broken,
                ready: algorithm == "ML-KEM",
                is_private: is_key && !is_certificate && numbers.below(3) == 0,
                public_key: is_key.then(|| print.clone()),
                last_day: broken.then(|| {
                    (
                        ["2029-12-31", "2030-12-31", "2034-12-31"][which % 3].to_owned(),
                        "nist-ir-8547".to_owned(),
                    )
                }),
                not_after: is_certificate.then(|| "2031-05-01".to_owned()),
                outlives: (is_certificate && broken).then(|| "2030-12-31".to_owned()),
                places: 1 + numbers.below(9),
                place: format!(
                    "src/main/java/org/example/service/Module{at}.java:{}",
                    numbers.below(900)
                ),
            }
        })
        .collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.dedup_by(|a, b| a.id == b.id);
    all
}

fn judged(index: usize) -> Judged {
    let assets = assets(index);
    let count = |of: &dyn Fn(&JudgedAsset) -> bool| assets.iter().filter(|a| of(a)).count() as u64;
    let totals = Counted {
        assets: assets.len() as u64,
        places: assets.iter().map(|a| a.places).sum(),
        by_band: [0, 1, 2, 3, 4].map(|band| count(&|a| a.band == band)),
        broken: count(&|a| a.broken),
        ready: count(&|a| a.ready),
        files: 400,
        gaps: 1,
    };
    Judged { totals, assets }
}

fn standing(day: Date) -> Standing {
    Standing {
        id: blake3::hash(day.to_string().as_bytes()).to_hex()[..32].to_owned(),
        day,
        policies: vec![("nist-ir-8547".to_owned(), "NIST IR 8547".to_owned())],
        quantum_year: 2035,
    }
}

async fn judge(state: &State, standing: &Standing, step: &str) {
    let clock = Clock::start();
    state.know(standing).await.unwrap();
    let pending = state.pending(standing).await.unwrap();
    clock.tell(&format!("{step}: what is to be judged"), pending.len());
    // As the run does it: 64 repositories a transaction.
    let (mut made, begun) = (0.0, Clock::start());
    let mut rows = 0;
    for some in pending.chunks(64) {
        let before = Instant::now();
        let some: Vec<_> = some
            .iter()
            .map(|pending| {
                let index = pending.name.rsplit('-').next().unwrap().parse().unwrap();
                (pending.clone(), judged(index))
            })
            .collect();
        rows += some
            .iter()
            .map(|(_, judged)| judged.assets.len())
            .sum::<usize>();
        made += before.elapsed().as_secs_f64();
        state.keep(standing, &some).await.unwrap()
    }
    begun.tell(&format!("{step}: kept ({made:.1} s of it made up)"), rows);
}

fn size(path: &Path) -> u64 {
    let sum = ["", "-wal"].iter().map(|end| {
        let file = format!("{}{end}", path.display());
        fs::metadata(file).map_or(0, |about| about.len())
    });
    sum.sum::<u64>() / 1_000_000
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long; see the top of the file"]
async fn a_hundred_thousand_repositories() {
    let many = number("N", 100_000);
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("fleet.db");
    let state = State::open(db.to_str().unwrap()).await.unwrap();
    let found: Vec<Repository> = (0..many).map(|index| repository(index, 0)).collect();
    let day = date(2026, 11, 30);

    let clock = Clock::start();
    let run = state.begin_run(&engine(), day, MOMENT).await.unwrap();
    let planned = state
        .plan(&run, &found, &[], &engine(), true)
        .await
        .unwrap();
    assert_eq!(planned.new as usize, many);
    clock.tell("plan, everything new, with the queue", many);
    println!("database: {} MB", size(&db));

    let clock = Clock::start();
    for _ in 0..20 {
        state.progress(run.number).await.unwrap();
    }
    clock.tell("how far the run is (asked every 200 ms)", 20);

    let clock = Clock::start();
    let mut failed = 0;
    for index in 0..many {
        let task = task(index, 0);
        let id = task.id();
        state.start(&id).await.unwrap().unwrap();
        if index % 200 == 0 {
            failed += 1;
            let failure = Failure::permanent("404: there is no such repository");
            state
                .fail(&id, &task, &failure, None, MOMENT)
                .await
                .unwrap();
            continue;
        }
        let finished = Finished {
            key: task.content_key(&format!("{index:040x}")),
            commit: task.repository.commit.clone().unwrap(),
            tree: format!("{index:040x}"),
            files: 400,
            bytes: 3_000_000,
            gaps: 1,
            places: 75,
        };
        state.finish(&id, &task, &finished, MOMENT).await.unwrap()
    }
    clock.tell("begun and committed, one after the other", many);
    println!("database: {} MB", size(&db));

    // Deliveries of what is done already: the queue alone, as deep as it is.
    let limit = number("DELIVERIES", 3_000);
    deliveries(&state, dir.path(), limit).await;

    judge(&state, &standing(day), "roll-up").await;
    println!("database: {} MB", size(&db));
    let clock = Clock::start();
    state.stand(&standing(day), run.number).await.unwrap();
    clock.tell("made the standing view, spans, trend", many);
    println!("database: {} MB", size(&db));
    let clock = Clock::start();
    let current = state.current().await.unwrap();
    assert_eq!(current.len(), many - failed);
    let store = Store::open(dir.path().join("store").to_str().unwrap()).unwrap();
    pqscan::fleet::store::current::put(&store, &current)
        .await
        .unwrap();
    clock.tell("said which results are current", current.len());
    state.finish_run(&run, MOMENT).await.unwrap();

    for (step, rows) in [
        ("organisation, 200 rows", 200),
        ("organisation, all rows", 10_000_000),
    ] {
        let clock = Clock::start();
        let organisation = state.organisation("Example", rows).await.unwrap();
        clock.tell(step, many);
        assert_eq!(organisation.coverage.repositories as usize, many);
        assert_eq!(organisation.failures.of as usize, failed);
        for form in report::FORMS {
            if form.is_whole() != (rows > 200) {
                continue;
            }
            let clock = Clock::start();
            let mut written = Vec::new();
            form.write(&organisation, &Options::default(), &mut written)
                .unwrap();
            clock.tell(
                &format!("  report as {} ({} KB)", form.name(), written.len() / 1_000),
                many,
            );
        }
    }
    for sql in [
        "SELECT * FROM v_coverage",
        "SELECT * FROM v_deadlines",
        "SELECT * FROM v_failures",
        "SELECT * FROM v_shared_keys ORDER BY repositories DESC LIMIT 20",
        "SELECT * FROM v_certificates ORDER BY not_after LIMIT 100",
        "SELECT algorithm, COUNT(*) AS n, COUNT(DISTINCT repository) AS r FROM v_assets GROUP BY algorithm ORDER BY 2 DESC",
        "SELECT * FROM v_assets WHERE repository = 'git.example.org/team-7/service-000007'",
        "SELECT * FROM v_repositories ORDER BY p0 DESC LIMIT 20",
    ] {
        let clock = Clock::start();
        let table = state.ask(sql, 10_000).await.unwrap();
        clock.tell(
            &format!("  {}", &sql[..sql.len().min(46)]),
            table.rows.len(),
        );
    }

    // The next day: one in fifty has moved on, and the day alone makes another standing of everything.
    let next = date(2026, 12, 1);
    let clock = Clock::start();
    let run = state.begin_run(&engine(), next, MOMENT).await.unwrap();
    let found: Vec<Repository> = (0..many)
        .map(|index| repository(index, u64::from(index % 50 == 1)))
        .collect();
    let planned = state
        .plan(&run, &found, &[], &engine(), true)
        .await
        .unwrap();
    assert_eq!(planned.unchanged as usize, many - failed - many / 50);
    clock.tell("plan, 2 % changed", many);
    judge(&state, &standing(next), "the next day's roll-up").await;
    let clock = Clock::start();
    state.stand(&standing(next), run.number).await.unwrap();
    clock.tell("the next day's standing view", many);
    println!("database: {} MB", size(&db));
}

/// Lets a worker take deliveries until it has had so many, and says how long that took.
async fn deliveries(state: &State, dir: &Path, many: usize) {
    let how = How {
        program: env!("CARGO_BIN_EXE_pqscan").into(),
        scan_args: Vec::new(),
        trust_projects: false,
        scratch: dir.join("scratch"),
        cache: None,
        authorities: Vec::new(),
        limits: Limits::default(),
        epoch: MOMENT,
        threads: 1,
    };
    let bench = Bench {
        state: state.clone(),
        store: Store::open(dir.join("store").to_str().unwrap()).unwrap(),
        worker: Arc::new(Worker::open(how).unwrap()),
        known: Arc::new(Knowledge::load(&[]).unwrap()),
        targets: Arc::default(),
    };
    let done = "SELECT COUNT(*) AS n FROM Jobs WHERE status = 'Done'";
    let (clock, had) = (Clock::start(), Arc::new(AtomicUsize::new(0)));
    let until = {
        let (state, had) = (state.clone(), Arc::clone(&had));
        async move {
            while had.load(Ordering::Relaxed) < many
                && clock.begun.elapsed() < Duration::from_secs(20)
            {
                tokio::time::sleep(Duration::from_millis(500)).await;
                let table = state.ask(done, 1).await.unwrap();
                let number = table.rows[0][0].as_deref().unwrap().parse().unwrap();
                had.store(number, Ordering::Relaxed)
            }
            clock.tell(
                "deliveries by the queue, 2 hands",
                had.load(Ordering::Relaxed),
            )
        }
    };
    worker::work(&bench, 2, Arc::new(|_, _| {}), until)
        .await
        .unwrap()
}
