//! `pqscan fleet serve`: runs at the ticks of a schedule, and a page.

use anyhow::{Context as _, Result, bail};
use tokio::sync::watch;

use super::super::Outcome;
use super::super::args::Verbosity;
use super::args::{RunArgs, ServeArgs};
use super::owner::Open;
use super::run::one_run;
use super::stop::Stop;
use super::teller::Teller;
use super::{day, outputs, settings};
use crate::fleet::serve::schedule::{Cron, shown};
use crate::fleet::serve::site::{Place, Site};
use crate::fleet::serve::{Ended, Now, Ticks};
use crate::fleet::state::State;
use crate::fleet::worker;
use crate::output::fit::harmless;

/// For how long open connections are waited for at the end.
const LAST: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) async fn serve(args: &ServeArgs, verbosity: Verbosity) -> Result<Outcome> {
    let cron = Cron::parse(&args.cron, &args.time_zone)?;
    let stop = Stop::of_process();
    let run = RunArgs {
        place: args.place.clone(),
        work: args.work.clone(),
        as_of: None,
        no_work: args.no_work,
        output: args.output.clone(),
        strict: false,
        plan: None,
        shard: None,
        out: None,
        planning: args.planning.clone(),
    };
    if outputs::outputs(&run.output)?
        .iter()
        .any(outputs::Output::is_stdout)
    {
        bail!("a server writes reports to files: -o html=organisation.html")
    }
    let settings = settings(&run.place)?;
    let state = State::open(&settings.db).await?;
    // What is wrong with the settings is said now, and not at night.
    let (today, moment) = day(None)?;
    let open = Open::with(settings, state.clone(), &run.work, moment)?;
    open.owner
        .judge(&run.planning, &open.settings, today, moment)?;
    open.need_targets(&run.place)?;
    let place = Place::bind(&args.listen)
        .await
        .with_context(|| format!("cannot listen at {}", args.listen))?;
    let teller = Teller::new(verbosity);
    let next = cron.next(worker::now()).map(shown);
    teller.say(&format!(
        "http://{}/, the next run at {}",
        place.address(),
        next.unwrap_or_default()
    ));
    if !place.is_loopback() {
        teller.say("whoever reaches this address sees the page: it has no users")
    }
    let (tell, now) = watch::channel(Now::default());
    let name = open.settings.name.clone();
    drop(open);
    let site = Site::new(state.clone(), name, &place, &args.host, now);
    let until = stop.clone();
    let mut site = tokio::spawn(site.serve(place, async move { until.asked().await }));
    let ticks = Ticks {
        state: &state,
        cron: &cron,
        shown: &tell,
        say: &|text| teller.say(text),
    };
    let tick = |at| {
        let (run, state, stop, teller) = (&run, &state, &stop, &teller);
        async move {
            teller.say(&format!("the run of {}", shown(at)));
            match one_run(run, Some(state.clone()), verbosity, stop).await {
                Ok(Some(_)) => Ended::Done,
                Ok(None) => Ended::Stopped,
                Err(error) => {
                    let why = harmless(&format!("{error:#}"));
                    anstream::eprintln!("pqscan: the run of {} failed: {why}", shown(at));
                    Ended::Failed
                }
            }
        }
    };
    let ticking = ticks.run(args.now, tick, stop.asked());
    tokio::pin!(ticking);
    tokio::select! {
        () = &mut ticking => {}
        served = &mut site => {
            served?.context("the page")?;
            if !stop.is_asked() {
                bail!("the page ended")
            }
            // What is being done is put back.
            ticking.await
        }
    }
    if !site.is_finished() && tokio::time::timeout(LAST, &mut site).await.is_err() {
        site.abort()
    }
    teller.say("stopped");
    Ok(Outcome::Done)
}
