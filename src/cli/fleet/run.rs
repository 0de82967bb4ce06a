//! `pqscan fleet run` with a database, and `pqscan fleet worker`.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::super::Outcome;
use super::super::args::Verbosity;
use super::super::outputs::put;
use super::args::{RunArgs, WorkerArgs};
use super::outputs::{self, Standing};
use super::owner::Open;
use super::stop::{Stop, stopped};
use super::teller::Teller;
use super::{ROWS, day, settings};
use crate::fleet::organisation::Organisation;
use crate::fleet::settings::Settings;
use crate::fleet::state::State;
use crate::fleet::{report, run, target, worker};

pub(super) async fn whole_run(args: &RunArgs, verbosity: Verbosity) -> Result<Outcome> {
    let stop = Stop::of_process();
    match one_run(args, None, verbosity, &stop).await? {
        None => bail!("stopped; pqscan fleet run goes on where it was"),
        Some(Came { is_whole: false }) if args.strict => Ok(Outcome::Incomplete),
        Some(_) => Ok(Outcome::Done),
    }
}

/// What a run came to.
pub(super) struct Came {
    /// Whether all of the organisation was looked at.
    is_whole: bool,
}

/// A run, over a database that is open, or that of the settings; nothing where it was asked to stop.
pub(super) async fn one_run(
    args: &RunArgs,
    state: Option<State>,
    verbosity: Verbosity,
    stop: &Stop,
) -> Result<Option<Came>> {
    let (day, moment) = day(args.as_of)?;
    let outputs = outputs::outputs(&args.output)?;
    let open = match state {
        Some(state) => Open::with(settings(&args.place)?, state, &args.work, moment)?,
        None => Open::new(&args.place, &args.work, moment).await?,
    };
    let judge = open
        .owner
        .judge(&args.planning, &open.settings, day, moment)?;
    open.need_targets(&args.place)?;
    let teller = Teller::new(verbosity);
    let say = teller.clone();
    let found = tokio::select! {
        found = run::find(&open.bench, Arc::new(move |text| say.say(text))) => found,
        () = stop.asked() => return Ok(None),
    };
    let begun = run::begin(&open.bench, &open.engine, day, found).await?;
    teller.plan(&begun);
    let all = Arc::new(tokio::sync::Notify::new());
    let work = async {
        if args.no_work {
            return Ok(());
        }
        let (all, worker) = (Arc::clone(&all), Arc::clone(&open.bench.worker));
        let stop = stop.clone();
        let until = async move {
            tokio::select! {
                () = all.notified() => {}
                () = stop.asked() => worker.stop(),
            }
        };
        worker::work(&open.bench, open.hands, teller.tasks(), until).await
    };
    let wait = async {
        tokio::select! {
            waited = run::wait(&open.bench.state, run::LOOK) => waited,
            () = stop.asked() => Ok(()),
        }
    };
    tokio::pin!(work, wait);
    tokio::select! {
        // Where nobody works here, or nobody can any more.
        worked = &mut work => {
            worked?;
            wait.await?
        }
        waited = &mut wait => {
            if stop.is_asked() {
                open.bench.worker.stop()
            }
            all.notify_one();
            work.await?;
            waited?
        }
    }
    if stop.is_asked() {
        return Ok(None);
    }
    let (state, store) = (&open.bench.state, &open.bench.store);
    let judged = async {
        let standing = run::judge(state, store, &judge).await?;
        run::end(state, store, &begun.run, &standing).await
    };
    tokio::select! {
        judged = judged => judged?,
        // What is judged is kept as it comes: the next run goes on there.
        () = stop.asked() => return Ok(None),
    }
    let mut standing = Standing::of(state, &open.settings.name);
    outputs::write(&outputs, &mut standing, ROWS).await?;
    let organisation = standing.with_rows(ROWS).await?;
    tell_news(&open.settings, organisation, &teller)?;
    teller.coverage(organisation, &begun.run);
    let coverage = &organisation.coverage;
    let missing = coverage.stale + coverage.failed + coverage.waiting;
    Ok(Some(Came {
        is_whole: missing == 0 && begun.problems.is_empty(),
    }))
}

/// Tells who wants to know what is new.
fn tell_news(settings: &Settings, organisation: &Organisation, teller: &Teller) -> Result<()> {
    let form = report::form("news").context("the form `news`")?;
    let mut news = Vec::new();
    form.write(organisation, &report::Options::default(), &mut news)?;
    if let Some(file) = &settings.news.file {
        put(Some(file), |to| to.write_all(&news))?
    }
    if let Some(name) = &settings.news.webhook_env {
        let address = env::var(name).ok().filter(|address| !address.is_empty());
        let Some(address) = address else {
            bail!("the variable {name}, which news are to be sent to, is not set")
        };
        // The run is done, whoever hears of it.
        if let Err(failure) = target::send(&target::Secret::new(address), &news, &target::Process) {
            teller.say(&format!("news could not be sent: {}", failure.reason))
        }
    }
    Ok(())
}

pub(super) async fn work(args: &WorkerArgs, verbosity: Verbosity) -> Result<Outcome> {
    let (_, moment) = day(args.as_of)?;
    let open = Open::new(&args.place, &args.work, moment).await?;
    let teller = Teller::new(verbosity);
    let (state, worker) = (open.bench.state.clone(), Arc::clone(&open.bench.worker));
    let until_idle = args.until_idle;
    let until = async move {
        let idle = async {
            if !until_idle {
                std::future::pending::<()>().await
            }
            // Where the database does not say, the queue tells of it.
            while run::wait(&state, LOOK).await.is_err() {
                tokio::time::sleep(LOOK).await
            }
        };
        tokio::select! {
            () = idle => {}
            () = stopped() => worker.stop(),
        }
    };
    worker::work(&open.bench, open.hands, teller.tasks(), until).await?;
    Ok(Outcome::Done)
}

/// How often a worker looks whether anything waits.
const LOOK: Duration = Duration::from_millis(500);
