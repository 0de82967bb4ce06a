//! A fleet without a database: `pqscan fleet plan`, `pqscan fleet run --plan`, `pqscan fleet merge`.

use std::env;
use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};

use super::super::Outcome;
use super::super::args::Verbosity;
use super::super::outputs::put;
use super::args::{MergeArgs, PlanFileArgs, RunArgs, WorkArgs};
use super::outputs::{self, Standing};
use super::owner::{Open, Owner};
use super::stop::stopped;
use super::teller::{Teller, counted_repositories};
use super::{ROWS, day, settings};
use crate::fleet::repository::Repository;
use crate::fleet::settings::Settings;
use crate::fleet::state::State;
use crate::fleet::store::Store;
use crate::fleet::task::Task;
use crate::fleet::{run, shards, worker};
use crate::output::fit::harmless;

pub(super) async fn plan_file(args: &PlanFileArgs, verbosity: Verbosity) -> Result<Outcome> {
    let (day, moment) = day(None)?;
    let settings = settings(&args.place)?;
    let work = WorkArgs {
        hands: None,
        threads: None,
        no_cache: true,
    };
    let open = Open::with(settings, State::in_memory().await?, &work, moment)?;
    let teller = Teller::new(verbosity);
    let say = teller.clone();
    let found = run::find(&open.bench, Arc::new(move |text| say.say(text))).await;
    teller.problems(&found.problems);
    let tasks = found.repositories.into_iter();
    let plan = shards::Plan {
        day,
        engine: open.engine.clone(),
        is_whole: found.problems.is_empty(),
        left_out: found.left_out,
        tasks: tasks
            .map(|repository| Task::whole(repository, open.engine.clone()))
            .collect(),
    };
    put(Some(&args.output), |to| plan.write(to))?;
    teller.say(&format!(
        "{} to scan, {} left out",
        counted_repositories(plan.tasks.len() as u64),
        plan.left_out.len()
    ));
    Ok(Outcome::Done)
}

/// `3/16`, counted from 1.
fn share(text: &str) -> Result<(usize, usize)> {
    let wrong = || anyhow!("a shard is I/N, counted from 1: 3/16, not `{text}`");
    let (index, of) = text.split_once('/').ok_or_else(wrong)?;
    let (index, of): (usize, usize) = (
        index.trim().parse().map_err(|_| wrong())?,
        of.trim().parse().map_err(|_| wrong())?,
    );
    if index == 0 || index > of {
        return Err(wrong());
    }
    Ok((index - 1, of))
}

pub(super) async fn shard(args: &RunArgs, plan: &Path, verbosity: Verbosity) -> Result<Outcome> {
    let (index, of) = match &args.shard {
        Some(text) => share(text)?,
        None => shards::from_environment(|name| env::var(name).ok()).context(
            "which shard is this? --shard I/N, or what Kubernetes (with PQSCAN_SHARDS), GitLab, AWS Batch, Cloud Run or Slurm set",
        )?,
    };
    let shown = plan.display().to_string();
    let file = fs::File::open(plan).with_context(|| format!("cannot read {shown}"))?;
    let plan = shards::Plan::read(&mut BufReader::new(file)).with_context(|| shown.clone())?;
    let (_, moment) = day(Some(plan.day))?;
    // What it needs of settings is what decides what is read; a shard may do without the file where the plan was made without one of its own.
    let mut settings = match fs::exists(&args.place.config) {
        Ok(true) => settings(&args.place)?,
        _ => Settings::default(),
    };
    if let Some(out) = &args.out {
        settings.store.clone_from(out)
    }
    let open = Open::with(settings, State::in_memory().await?, &args.work, moment)?;
    if open.engine != plan.engine {
        return Ok(failed_for_good(&format!(
            "{shown} was made by another version, with other rules or settings than these: plan again"
        )));
    }
    let mine = plan.shard(index, of);
    let teller = Teller::new(verbosity);
    teller.say(&format!(
        "shard {} of {of}: {} of {}",
        index + 1,
        mine.len(),
        counted_repositories(plan.tasks.len() as u64)
    ));
    let tasks = teller.tasks();
    let scan = shards::scan(&open.bench, &plan, &mine, open.hands, &*tasks);
    let worker = Arc::clone(&open.bench.worker);
    let came = tokio::select! {
        came = scan => came?,
        () = stopped() => {
            worker.stop();
            bail!("stopped; the same command goes on where it was")
        }
    };
    teller.say(&format!(
        "shard {} of {of}: {} scanned, {} before, {} failed",
        index + 1,
        came.done,
        came.before,
        came.failed
    ));
    Ok(Outcome::Done)
}

/// What no other attempt mends.
fn failed_for_good(why: &str) -> Outcome {
    anstream::eprintln!("pqscan: {}", harmless(why));
    Outcome::ForGood
}

pub(super) async fn merge(args: &MergeArgs, verbosity: Verbosity) -> Result<Outcome> {
    let outputs = outputs::outputs(&args.output)?;
    let settings = settings(&args.place)?;
    let state = State::open(&settings.db).await?;
    let store = Store::open(&settings.store)?;
    let mut from = Vec::new();
    for address in &args.from {
        from.push(Store::open(address)?)
    }
    let Some(first) = from.first() else {
        bail!("nothing to merge")
    };
    let plan = shards::plan_of(first)
        .await
        .with_context(|| format!("{}: no shard wrote there", first.address()))?;
    for other in &from[1..] {
        if shards::plan_of(other)
            .await
            .with_context(|| other.address().to_owned())?
            != plan
        {
            bail!(
                "{} and {} are of different plans",
                first.address(),
                other.address()
            )
        }
    }
    let owner = Owner::of(&settings)?;
    let (day, moment) = day(Some(args.as_of.unwrap_or(plan.day)))?;
    let judge = owner.judge(&args.planning, &settings, day, moment)?;
    let teller = Teller::new(verbosity);
    let run = state.begin_run(&plan.engine, day, worker::now()).await?;
    let found: Vec<Repository> = plan
        .tasks
        .iter()
        .map(|task| task.repository.clone())
        .collect();
    state
        .plan(&run, &found, &plan.left_out, &plan.engine, plan.is_whole)
        .await?;
    let mut number = 0;
    for from in &from {
        number += shards::merge(&state, &store, from).await?
    }
    let standing = run::judge(&state, &store, &judge).await?;
    run::end(&state, &store, &run, &standing).await?;
    let mut standing = Standing::of(&state, &settings.name);
    outputs::write(&outputs, &mut standing, ROWS).await?;
    teller.say(&format!("{number} outcomes of shards"));
    teller.coverage(standing.with_rows(ROWS).await?, &run);
    Ok(Outcome::Done)
}
