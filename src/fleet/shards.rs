//! A fleet without a database: a plan in a file, parts of it scanned wherever there is room, and what they wrote put together again.
//!
//! A plan is JSON Lines: a head, then a task a line. A shard takes its share of the tasks, the same on every machine: the largest task goes to
//! the shard with the least so far, and so on. It writes objects as a worker does, and for each task an *outcome* beside them, once it has come
//! to its end; so a shard that is begun again goes on where it stopped, and shards may share a store.

use std::io::{self, BufRead, Write};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::repository::Repository;
use super::run::Error;
use super::state::{self, Outcome, State};
use super::store::{self, Store, layout};
use super::task::{Engine, Task};
use super::worker::{Bench, Told};

/// The schema's name and number.
const SCHEMA: &str = "pqscan/fleet-plan/1";
/// Where a shard puts the plan that it is of.
const PLAN: &str = "plan.jsonl";
/// Larger plans and outcomes are none.
const MAX_PLAN: u64 = 4 << 30;
const MAX_OUTCOME: u64 = 64 << 20;
/// Longer lines are no tasks.
const MAX_LINE: usize = 16 << 20;
/// What every task costs beside its size, in KiB: a clone and a process.
const COST: u64 = 2_048;
/// Pauses before what may pass is tried again, in seconds.
const PAUSE: u64 = 10;

/// What a plan begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    schema: String,
    day: Date,
    engine: Engine,
    is_whole: bool,
    left_out: Vec<(Repository, String)>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The day of the run.
    pub day: Date,
    /// By what is scanned.
    pub engine: Engine,
    /// Whether every target answered.
    pub is_whole: bool,
    /// Repositories that the settings leave out, and why.
    pub left_out: Vec<(Repository, String)>,
    /// What is scanned.
    pub tasks: Vec<Task>,
}

/// Why a plan cannot be used, as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotPlan(String);

impl Plan {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let head = Head {
            schema: SCHEMA.to_owned(),
            day: self.day,
            engine: self.engine.clone(),
            is_whole: self.is_whole,
            left_out: self.left_out.clone(),
        };
        serde_json::to_writer(&mut *to, &head)?;
        writeln!(to)?;
        for task in &self.tasks {
            serde_json::to_writer(&mut *to, task)?;
            writeln!(to)?;
        }
        Ok(())
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(from: &mut dyn BufRead) -> Result<Self, NotPlan> {
        let mut lines = from.lines().enumerate();
        let mut next = || -> Result<Option<(usize, String)>, NotPlan> {
            let Some((at, line)) = lines.next() else {
                return Ok(None);
            };
            let line = line.map_err(|error| NotPlan(error.to_string()))?;
            if line.len() > MAX_LINE {
                return Err(NotPlan(format!("line {}: too long for a task", at + 1)));
            }
            Ok(Some((at + 1, line)))
        };
        let wrong = |at: usize, error: &serde_json::Error| NotPlan(format!("line {at}: {error}"));
        let Some((at, first)) = next()? else {
            return Err(NotPlan("it is empty".to_owned()));
        };
        let head: Head = serde_json::from_str(&first).map_err(|error| wrong(at, &error))?;
        if head.schema != SCHEMA {
            return Err(NotPlan("it is no plan that this version reads".to_owned()));
        }
        let mut tasks = Vec::new();
        while let Some((at, line)) = next()? {
            tasks.push(serde_json::from_str(&line).map_err(|error| wrong(at, &error))?);
        }
        Ok(Self {
            day: head.day,
            engine: head.engine,
            is_whole: head.is_whole,
            left_out: head.left_out,
            tasks,
        })
    }

    /// The tasks of shard `index` (from 0) of `of`.
    pub fn shard(&self, index: usize, of: usize) -> Vec<&Task> {
        let mut sized: Vec<(u64, String, &Task)> = self
            .tasks
            .iter()
            .map(|task| {
                let size = task.repository.kilobytes.unwrap_or(0);
                (size.saturating_add(COST), task.id(), task)
            })
            .collect();
        sized.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut loads = vec![0_u64; of.max(1)];
        let mut mine = Vec::new();
        for (size, _, task) in sized {
            let least = loads
                .iter()
                .enumerate()
                .min_by_key(|(at, load)| (**load, *at));
            let least = least.map_or(0, |(at, _)| at);
            loads[least] = loads[least].saturating_add(size);
            if least == index {
                mine.push(task)
            }
        }
        mine
    }
}

/// What a shard came to, in tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Came {
    /// That came to their end now.
    pub done: u64,
    /// That had come to their end before.
    pub before: u64,
    /// That failed.
    pub failed: u64,
}

fn outcome_name(task: &str) -> String {
    format!("outcome/{}/{task}.json", &task[..2])
}

/// Scans a shard's tasks into the bench's store, with so many hands. `told` hears of each that comes to its end.
///
/// # Errors
/// When the store does not take what came out.
pub async fn scan(
    bench: &Bench,
    plan: &Plan,
    mine: &[&Task],
    hands: usize,
    told: &Told,
) -> Result<Came, Error> {
    let mut written = Vec::new();
    plan.write(&mut written)
        .map_err(|error| Error::Store(store::Error::Unavailable(error.to_string())))?;
    bench.store.replace(PLAN, written).await?;
    // What a worker asks a database, this asks one that is gone at the end.
    let repositories: Vec<Repository> = mine.iter().map(|task| task.repository.clone()).collect();
    let run = bench
        .state
        .begin_run(&plan.engine, plan.day, super::worker::now())
        .await?;
    bench
        .state
        .plan(&run, &repositories, &[], &plan.engine, true)
        .await?;
    let tasks = stream::iter(mine.iter().copied());
    let came = tasks.map(|task| async move {
        let id = task.id();
        let name = outcome_name(&id);
        // Without a commit, only the files say whether they are the same.
        if task.repository.commit.is_some()
            && let Some(before) = outcome(&bench.store, &name).await?
            && before.parts.iter().any(|part| part.finished.is_some())
        {
            let came = Came {
                before: 1,
                ..Came::default()
            };
            return Ok::<_, Error>(came);
        }
        loop {
            let waiting = bench.state.waiting(&id).await?;
            if waiting.is_empty() || bench.worker.is_stopped() {
                break;
            }
            for one in &waiting {
                bench.do_task(one, told).await?;
            }
            if bench
                .state
                .waiting(&id)
                .await?
                .iter()
                .any(|one| waiting.contains(one))
            {
                tokio::time::sleep(std::time::Duration::from_secs(PAUSE)).await;
            }
        }
        let Some(outcome) = bench.state.outcome(&id).await? else {
            return Ok(Came::default());
        };
        let is_failed = outcome.parts.iter().all(|part| part.finished.is_none());
        let bytes = serde_json::to_vec(&outcome).unwrap_or_default();
        bench.store.replace(&name, bytes).await?;
        Ok(Came {
            done: u64::from(!is_failed),
            failed: u64::from(is_failed),
            before: 0,
        })
    });
    let came: Vec<Came> = came.buffer_unordered(hands.max(1)).try_collect().await?;
    let sum = |of: fn(&Came) -> u64| came.iter().map(of).sum();
    Ok(Came {
        done: sum(|came| came.done),
        before: sum(|came| came.before),
        failed: sum(|came| came.failed),
    })
}

/// An outcome, where it is there.
async fn outcome(store: &Store, name: &str) -> Result<Option<Outcome>, Error> {
    match store.get(name, MAX_OUTCOME).await {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(store::Error::Missing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The plan that shards left in a store.
///
/// # Errors
/// When there is none, or it cannot be read.
pub async fn plan_of(from: &Store) -> Result<Plan, Error> {
    let bytes = from.get(PLAN, MAX_PLAN).await?;
    Plan::read(&mut &*bytes).map_err(|error| {
        Error::Store(store::Error::Damaged {
            path: PLAN.to_owned(),
            why: error.to_string(),
        })
    })
}

/// Takes over into the database what shards wrote, and copies their objects into its store where that is another one. The run has been begun
/// and planned. Gives how many outcomes there were.
///
/// # Errors
/// When a store or the database does not do it.
pub async fn merge(state: &State, store: &Store, from: &Store) -> Result<u64, Error> {
    let mut number = 0;
    let mut objects = from.list("outcome");
    while let Some(object) = objects.try_next().await? {
        let Some(outcome) = outcome(from, &object.path).await? else {
            return Err(Error::Store(store::Error::Damaged {
                path: object.path,
                why: "no outcome of a task".to_owned(),
            }));
        };
        let repository = outcome.task.repository.id();
        for finished in outcome
            .parts
            .iter()
            .filter_map(|part| part.finished.as_ref())
        {
            let key = &finished.key;
            if !layout::is_key(key) {
                return Err(Error::State(state::Error::Content(format!(
                    "a key `{key}`"
                ))));
            }
            for name in [
                layout::segment(key),
                layout::cbom(&repository, key),
                layout::result(key),
            ] {
                if store.address() != from.address() && !store.exists(&name).await? {
                    let bytes = from.get(&name, MAX_PLAN).await?;
                    store.put_new(&name, bytes).await?;
                }
            }
        }
        state.adopt(&outcome).await?;
        number += 1;
    }
    Ok(number)
}

/// Which shard this is, as the scheduler says it: index from 0, and how many there are. Kubernetes (Indexed Job), GitLab (`parallel`), AWS
/// Batch (array job), Cloud Run (tasks) and Slurm (array).
pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Option<(usize, usize)> {
    let number = |name: &str| variable(name)?.trim().parse::<usize>().ok();
    // Index from 0; how many there are, where the scheduler says it. Others are told by PQSCAN_SHARDS.
    let zero_based = [
        ("JOB_COMPLETION_INDEX", "PQSCAN_SHARDS"),
        ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
        ("CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT"),
    ];
    let many = |name: &str| number(name).or_else(|| number("PQSCAN_SHARDS"));
    let found = zero_based
        .iter()
        .find_map(|(index, of)| Some((number(index)?, many(of)?)));
    // GitLab counts from 1 (CI_NODE_INDEX); Slurm from what the user chose (SLURM_ARRAY_TASK_MIN).
    let found = found
        .or_else(|| {
            Some((
                number("CI_NODE_INDEX")?.checked_sub(1)?,
                number("CI_NODE_TOTAL")?,
            ))
        })
        .or_else(|| {
            let least = number("SLURM_ARRAY_TASK_MIN").unwrap_or(0);
            let index = number("SLURM_ARRAY_TASK_ID")?.checked_sub(least)?;
            Some((index, number("SLURM_ARRAY_TASK_COUNT")?))
        });
    found.filter(|(index, of)| index < of)
}
