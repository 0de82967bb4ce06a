//! What a worker does with a task: it is cloned and scanned, what comes out is put into the store, and the database told, in this order. A
//! crash before the last of it leaves objects that nobody names, and a task that somebody else does again; a crash after it, nothing.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::failure::Failure;
use super::queue;
use super::repository::Repository;
use super::state::{self, Finished, Next, Started, State, patiently};
use super::store::segment::{self, Whose};
use super::store::{Store, layout, result};
use super::target::{Process, Target, token_for};
use super::task::Task;
use super::work::{Checkout, Credential, Worker};
use crate::inventory;
use crate::knowledge::Knowledge;
use crate::model::SkipReason;
use crate::output::saved;

/// So often a task may be begun without coming to its end: then it is what kills its workers.
const STARTS: u32 = 8;

/// Everything that a task needs. Copies are cheap and the same.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The database.
    pub state: State,
    /// Where results go.
    pub store: Store,
    /// Clones and scans.
    pub worker: Arc<Worker>,
    /// What there is to know, to make segments.
    pub known: Arc<Knowledge>,
    /// Whose tokens clone what.
    pub targets: Arc<Vec<Target>>,
}

/// What came out of a task, before the database knows.
#[derive(Debug)]
pub struct Made {
    /// What the database keeps of it.
    pub finished: Finished,
    /// Objects for the store: name, content. Empty where they are there already.
    pub objects: Vec<(String, Bytes)>,
}

/// Why a task has no result, and where it could be split.
#[derive(Debug)]
struct Failed {
    failure: Failure,
    halves: Option<[Vec<String>; 2]>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            halves: None,
        }
    }
}

/// Who hears of each task that comes to its end: which repository, and what failed.
pub type Told = dyn Fn(&Repository, Result<(), &Failure>) + Send + Sync;

/// Seconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Works on the queue with so many hands until `stop` comes. `told` hears of each task that comes to its end.
///
/// # Errors
/// When the queue does not work.
pub async fn work(
    bench: &Bench,
    hands: usize,
    told: Arc<Told>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> state::Result<()> {
    let hand: queue::Hand = {
        let bench = bench.clone();
        Arc::new(move |id| {
            let (bench, told) = (bench.clone(), Arc::clone(&told));
            Box::pin(async move { bench.do_task(&id, &*told).await })
        })
    };
    let worked = queue::work(&bench.state, &name, hands.max(1), hand, stop).await;
    if worked.is_err() {
        // Nobody would take what comes of it.
        bench.worker.stop()
    }
    worked
}

/// A name that no worker ever had: the process, the time, and a random number.
pub(super) fn name() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    let moment = SystemTime::now().duration_since(UNIX_EPOCH);
    let moment = moment.map_or(0, |moment| moment.as_nanos());
    let random = RandomState::new().hash_one(moment);
    format!("pqscan-{}-{random:016x}", std::process::id())
}

impl Bench {
    /// Does a task, if there is anything to do.
    pub(super) async fn do_task(&self, id: &str, told: &Told) -> state::Result<()> {
        let state = &self.state;
        let Some(Started { task, attempts }) = patiently(|| state.start(id)).await? else {
            return Ok(());
        };
        if attempts > STARTS {
            let failure = Failure::poison(format!(
                "{} workers began with it and did not come back",
                attempts - 1
            ));
            told(&task.repository, Err(&failure));
            return patiently(|| state.fail(id, &task, &failure, None, now())).await;
        }
        let made = self.make(&task).await;
        if self.worker.is_stopped() && made.is_err() {
            return state.put_back(id).await;
        }
        let failed = match made {
            Ok(made) => match self.put(&made).await {
                Ok(()) => {
                    patiently(|| state.finish(id, &task, &made.finished, now())).await?;
                    told(&task.repository, Ok(()));
                    return Ok(());
                }
                Err(failure) => failure.into(),
            },
            Err(failed) => failed,
        };
        let failure = &failed.failure;
        match (Next::after(failure, attempts), &failed.halves) {
            (Next::Again(seconds), _) => {
                patiently(|| state.fail(id, &task, failure, Some(seconds), now())).await
            }
            (Next::Split, Some(halves)) => {
                patiently(|| state.split(id, &task, halves, failure)).await
            }
            (Next::Split | Next::GiveUp, _) => {
                let failure = named(failure, &task);
                told(&task.repository, Err(&failure));
                patiently(|| state.fail(id, &task, &failure, None, now())).await
            }
        }
    }

    /// Clones and scans, unless the same tree was scanned before.
    async fn make(&self, task: &Task) -> Result<Made, Failed> {
        let checkout = {
            let (bench, task) = (self.clone(), task.clone());
            blocking(move || {
                let credential = bench.credential(&task.repository);
                bench.worker.checkout(&task.repository, credential.as_ref())
            })
            .await?
        };
        let key = task.content_key(&checkout.tree);
        let before = self.state.result(&key).await;
        if let Some(finished) = before.map_err(|e| Failure::transient(e.to_string()))? {
            // It is about to be relied on: retention must not take it for forgotten meanwhile.
            if self
                .store
                .claim(&layout::result(&key))
                .await
                .map_err(Failure::from)?
            {
                return Ok(Made {
                    finished,
                    objects: Vec::new(),
                });
            }
        }
        let bench = self.clone();
        let task = task.clone();
        blocking_or(move || {
            bench.scan(&task, &checkout, key).map_err(|failure| {
                let halves = match failure.class {
                    super::failure::Class::Poison => checkout.halves(&task.entries),
                    _ => None,
                };
                Failed {
                    failure,
                    halves: halves.map(|(first, second)| [first, second]),
                }
            })
        })
        .await
    }

    /// The token that clones a repository.
    pub(super) fn credential(&self, repository: &Repository) -> Option<Credential> {
        let (user, secret) = token_for(&repository.url, &self.targets, &Process)?;
        Some(Credential {
            user,
            secret: secret.reveal().to_owned(),
        })
    }

    /// Scans a checkout, and makes objects of what came out.
    ///
    /// # Errors
    /// When the scan fails, or brings what this program does not read.
    pub fn scan(&self, task: &Task, checkout: &Checkout, key: String) -> Result<Made, Failure> {
        let scanned = self.worker.scan(checkout, &task.entries)?;
        let read = |path: &std::path::Path| {
            std::fs::read(path).map_err(|error| Failure::transient(format!("the result: {error}")))
        };
        let document = read(&scanned.result)?;
        let cbom = read(&scanned.cbom)?;
        let packed = result::pack(&document)?;
        let kept = saved::read_result(&document)
            .map_err(|error| Failure::permanent(format!("the scan's result: {error}")))?;
        drop(document);
        let coverage = &kept.found.coverage;
        let mut finished = Finished {
            key: key.clone(),
            commit: checkout.commit.clone(),
            tree: checkout.tree.clone(),
            files: coverage.files_seen,
            bytes: coverage.bytes_seen,
            gaps: coverage.not_read(SkipReason::is_gap).files,
            places: 0,
        };
        let report = inventory::report_of(
            kept.found,
            &self.known,
            kept.rules,
            kept.timestamp,
            kept.planning,
        );
        let places = report.inventory.assets.iter();
        let places = places.filter(|asset| asset.implied_by.is_empty());
        finished.places = places.map(|asset| asset.occurrences.len() as u64).sum();
        let whose = Whose {
            key: &key,
            repository: &task.repository,
            commit: Some(checkout.commit.as_str()).filter(|commit| !commit.is_empty()),
            engine: &task.engine,
        };
        let segment = segment::of(&report, &whose)
            .map_err(|error| Failure::permanent(format!("the segment: {error}")))?;
        let objects = vec![
            (layout::segment(&key), segment.into()),
            (
                layout::cbom(&task.repository.id(), &key),
                result::pack(&cbom)?.into(),
            ),
            // The last: where it is, the others are.
            (layout::result(&key), packed.into()),
        ];
        Ok(Made { finished, objects })
    }

    /// Puts objects into the store, where they are not there already.
    ///
    /// # Errors
    /// When the store does not take them.
    pub async fn put(&self, made: &Made) -> Result<(), Failure> {
        for (name, content) in &made.objects {
            self.store.put_new(name, Bytes::clone(content)).await?;
        }
        Ok(())
    }
}

/// A failure of a part says which part it is.
fn named(failure: &Failure, task: &Task) -> Failure {
    let mut failure = failure.clone();
    if let [entry] = task.entries.as_slice() {
        let entry = crate::output::fit::harmless(entry);
        failure.reason = format!("{entry}: {}", failure.reason);
    }
    failure
}

/// Does on a thread of its own what blocks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    blocking_or(work).await
}

async fn blocking_or<T: Send + 'static, E: From<Failure> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // A fault of ours: the repository is not to blame, and the fleet goes on.
        Err(error) => Err(Failure::permanent(format!("a fault of pqscan: {error}")).into()),
    }
}
