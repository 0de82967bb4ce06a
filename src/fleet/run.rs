//! A run: what the targets have is planned, worked on until nothing waits, judged, and made the standing view.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::civil::Date;
use rayon::prelude::*;

use super::failure::Failure;
use super::queue;
use super::repository::{Origin, Repository};
use super::rollup::{self, Decide};
use super::settings::Settings;
use super::state::{self, Pending, Planned, Run, Standing, State, patiently};
use super::store::{self, Store, current, layout, result};
use super::target::{self, EMPTY, Found, Problem, Process};
use super::task::Engine;
use super::worker::{Bench, blocking, now};
use crate::inventory::Report;
use crate::inventory::planning::Planning;
use crate::knowledge::Knowledge;

/// Heads that are asked for at once, where targets do not tell them; and results.
const HEADS: usize = 8;
/// Repositories whose results are in memory together: each may be large.
pub(super) const TOGETHER: usize = 64;
/// Most bytes of a packed result.
const MAX_PACKED: u64 = 1 << 30;
/// How often it is looked whether anything waits.
pub const LOOK: Duration = Duration::from_millis(200);
/// Looks after which it is counted what the queue has, which reads many rows.
const COUNTED: u32 = 25;
/// So many times nothing was on its way, one after the other: what waits is queued again.
const LOST: u32 = 2;

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    State(#[from] state::Error),
    /// The store.
    #[error("the store: {0}")]
    Store(#[from] store::Error),
    /// What was found cannot be judged.
    #[error("{repository}: {why}")]
    NotJudged {
        /// Which.
        repository: String,
        /// Why.
        why: String,
    },
}

/// What a run came to.
#[derive(Debug)]
pub struct Begun {
    /// The run.
    pub run: Run,
    /// What was planned.
    pub planned: Planned,
    /// What targets did not answer.
    pub problems: Vec<Problem>,
}

/// Asks all targets, and for the heads that they do not tell; what turns out to be empty is left out, as where a forge says so. Blocks where
/// targets do.
pub async fn find(bench: &Bench, say: Arc<dyn Fn(&str) + Send + Sync>) -> Found {
    let targets = Arc::clone(&bench.targets);
    let tell = Arc::clone(&say);
    let found = blocking(move || Ok(target::find(&targets, &Process, &*tell))).await;
    let mut found = found.unwrap_or_else(|failure| Found {
        problems: vec![Problem {
            target: "all".to_owned(),
            scope: vec![String::new()],
            failure,
        }],
        ..Found::default()
    });
    let unknown = |repository: &Repository| {
        repository.commit.is_none() && repository.origin != Origin::Artefacts
    };
    let missing: Vec<(usize, Repository)> = found
        .repositories
        .iter()
        .enumerate()
        .filter(|(_, repository)| unknown(repository))
        .map(|(at, repository)| (at, repository.clone()))
        .collect();
    if !missing.is_empty() {
        say(&format!(
            "asking for the heads of {} repositories",
            missing.len()
        ));
    }
    let heads = stream::iter(missing).map(|(at, repository)| {
        let bench = bench.clone();
        async move {
            let head = blocking(move || {
                let credential = bench.credential(&repository);
                bench.worker.head(&repository, credential.as_ref())
            });
            (at, head.await)
        }
    });
    let heads: Vec<(usize, Result<Option<String>, Failure>)> =
        heads.buffer_unordered(HEADS).collect().await;
    let mut empty = BTreeSet::new();
    for (at, head) in heads {
        match head {
            Ok(Some(head)) => found.repositories[at].commit = Some(head),
            Ok(None) => {
                empty.insert(at);
            }
            // It is planned all the same: its task says what is wrong with it.
            Err(_) => {}
        }
    }
    found.leave_out(&empty, EMPTY);
    found
}

/// Begins a run, or goes on with the one that did not come to its end, and plans what has to be scanned.
///
/// # Errors
/// When the database does not do it.
pub async fn begin(
    bench: &Bench,
    engine: &Engine,
    day: Date,
    found: Found,
) -> Result<Begun, Error> {
    let state = &bench.state;
    let run = patiently(|| state.begin_run(engine, day, now())).await?;
    let is_whole = found.problems.is_empty();
    let planned = patiently(|| {
        let (there, left_out) = (&found.repositories, &found.left_out);
        state.plan(&run, there, left_out, engine, is_whole)
    })
    .await?;
    Ok(Begun {
        run,
        planned,
        problems: found.problems,
    })
}

/// Waits until no task waits, looking every so often. What is lost on the way is queued again.
///
/// # Errors
/// When the database does not say.
pub async fn wait(state: &State, look: Duration) -> Result<(), Error> {
    let mut lost = 0;
    loop {
        for _ in 0..COUNTED {
            if !patiently(|| state.is_waiting()).await? {
                return Ok(());
            }
            tokio::time::sleep(look).await;
        }
        lost = match patiently(|| queue::on_its_way(state)).await? {
            0 => lost + 1,
            _ => 0,
        };
        if lost >= LOST {
            patiently(|| state.queue_again()).await?;
            lost = 0;
        }
    }
}

/// By which policies, settings and day everything is judged.
#[derive(Clone)]
pub struct Judge {
    /// What there is to know.
    pub known: Arc<Knowledge>,
    /// What the owner decided.
    pub decide: Decide,
    /// The moment of the judgement, in seconds since 1970: the beginning of the day.
    pub moment: i64,
    /// The day.
    pub day: Date,
}

impl Judge {
    /// What is judged by, in short.
    ///
    /// # Errors
    /// When what was decided is not possible.
    pub fn standing(&self) -> Result<Standing, Error> {
        let mut planning = Planning::usual(&self.known.policies, Some(self.moment));
        (self.decide)(&mut planning).map_err(|why| Error::NotJudged {
            repository: "the settings".to_owned(),
            why,
        })?;
        let written = serde_json::to_vec(&planning).unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&written);
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.update(self.known.hash.as_bytes());
        let policies = planning.policies.iter();
        Ok(Standing {
            id: hasher.finalize().to_hex()[..32].to_owned(),
            day: self.day,
            policies: policies
                .map(|policy| (policy.id.to_string(), policy.title.to_string()))
                .collect(),
            quantum_year: planning.quantum_year,
        })
    }

    /// What a repository's results say, judged.
    ///
    /// # Errors
    /// When a result cannot be read, or what was decided is not possible.
    pub(super) fn report(&self, fetched: &Fetched) -> Result<Report, Error> {
        let parts = fetched.packed.iter();
        let parts = parts.map(|(name, packed)| result::unpack(name, packed));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        rollup::report(parts, &self.known, &self.decide, self.moment).map_err(|error| {
            Error::NotJudged {
                repository: fetched.of.name.clone(),
                why: error.to_string(),
            }
        })
    }
}

/// A repository, and its results as the store has them: by name, packed.
pub(super) struct Fetched {
    pub(super) of: Pending,
    packed: Vec<(String, Bytes)>,
}

/// Results of some repositories from the store, in their order.
///
/// # Errors
/// When one is not there.
pub(super) async fn fetch(store: &Store, some: &[Pending]) -> Result<Vec<Fetched>, Error> {
    let fetched = stream::iter(some.to_vec()).map(|of| async {
        let mut packed = Vec::with_capacity(of.keys.len());
        for key in &of.keys {
            let name = layout::result(key);
            let bytes = store.get(&name, MAX_PACKED).await?;
            packed.push((name, bytes));
        }
        Ok(Fetched { of, packed })
    });
    fetched.buffered(HEADS).try_collect().await
}

/// Judges what is not judged yet by what counts now.
///
/// # Errors
/// When a result cannot be read or judged, or the database does not keep it. What was judged before stays.
pub async fn judge(state: &State, store: &Store, judge: &Judge) -> Result<Standing, Error> {
    let standing = judge.standing()?;
    patiently(|| state.know(&standing)).await?;
    let pending = patiently(|| state.pending(&standing)).await?;
    for some in pending.chunks(TOGETHER) {
        let fetched = fetch(store, some).await?;
        let judge = judge.clone();
        let judged = tokio::task::spawn_blocking(move || {
            fetched
                .into_par_iter()
                .map(|fetched| {
                    let judged = rollup::judged(&judge.report(&fetched)?);
                    Ok((fetched.of, judged))
                })
                .collect::<Result<Vec<_>, Error>>()
        });
        let judged = judged.await.map_err(|error| Error::NotJudged {
            repository: "a fault of pqscan".to_owned(),
            why: error.to_string(),
        })??;
        patiently(|| state.keep(&standing, &judged)).await?;
    }
    Ok(standing)
}

/// Ends a run: what was judged is what the views show, and the store says which results are current.
///
/// # Errors
/// When the database or the store do not do it.
pub async fn end(
    state: &State,
    store: &Store,
    run: &Run,
    standing: &Standing,
) -> Result<(), Error> {
    patiently(|| state.stand(standing, run.number)).await?;
    current::put(store, &patiently(|| state.current()).await?).await?;
    patiently(|| state.finish_run(run, now())).await?;
    patiently(|| queue::clear(state)).await?;
    Ok(())
}

/// What decides, beside the files, what a scan finds: this program, its rules, and the flags of scans.
pub fn engine(known: &Knowledge, settings: &Settings, scan_args: &[std::ffi::OsString]) -> Engine {
    let mut hasher = blake3::Hasher::new();
    for arg in scan_args {
        let arg = arg.to_string_lossy();
        hasher.update(&(arg.len() as u64).to_le_bytes());
        hasher.update(arg.as_bytes());
    }
    hasher.update(&[u8::from(settings.trust_projects)]);
    Engine {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        rules: known.hash.clone(),
        settings: hasher.finalize().to_hex().to_string(),
    }
}
