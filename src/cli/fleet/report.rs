//! What a fleet knows: its status, answers of its database, reports, CBOMs.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;

use super::super::args::{PlanningArgs, Verbosity};
use super::super::{Outcome, counted};
use super::args::{ExportArgs, QueryArgs, ReportArgs, StatusArgs, TrendArgs};
use super::outputs::{self, Standing};
use super::owner::Owner;
use super::{ROWS, day, settings};
use crate::fleet::export as cboms;
use crate::fleet::run::{self, Judge};
use crate::fleet::settings::Settings;
use crate::fleet::state::{State, Table};
use crate::fleet::store::Store;

pub(super) async fn status(args: &StatusArgs) -> Result<Outcome> {
    let settings = settings(&args.place)?;
    let state = State::open(&settings.db).await?;
    let word = if args.metrics { "openmetrics" } else { "text" };
    let mut standing = Standing::of(&state, &settings.name);
    outputs::write(&outputs::outputs(&[word.to_owned()])?, &mut standing, 10).await?;
    Ok(Outcome::Done)
}

pub(super) async fn query(args: &QueryArgs) -> Result<Outcome> {
    let settings = settings(&args.place)?;
    let state = State::open(&settings.db).await?;
    let table = state.ask(&args.sql, args.max_rows).await?;
    outputs::table(&table, args.format)?;
    if table.is_cut {
        anstream::eprintln!(
            "pqscan: only the first {} rows are shown: --max-rows",
            args.max_rows
        )
    }
    Ok(Outcome::Done)
}

pub(super) async fn trend(args: &TrendArgs) -> Result<Outcome> {
    let settings = settings(&args.place)?;
    let state = State::open(&settings.db).await?;
    let table: Table = state
        .ask("SELECT * FROM v_trend ORDER BY run", usize::MAX)
        .await?;
    outputs::table(&table, args.format)?;
    Ok(Outcome::Done)
}

pub(super) async fn write_report(args: &ReportArgs, verbosity: Verbosity) -> Result<Outcome> {
    let outputs = match args.output.is_empty() {
        true => outputs::outputs(&["text".to_owned()])?,
        false => outputs::outputs(&args.output)?,
    };
    let settings = settings(&args.place)?;
    let (state, _) = judged(&settings, args.as_of, &args.planning, verbosity).await?;
    let mut standing = Standing::of(&state, &settings.name);
    outputs::write(&outputs, &mut standing, args.rows).await?;
    Ok(Outcome::Done)
}

/// What is there, judged by what counts now, on the day that was asked for, else that of the last run. Where that is not how the last run
/// judged, it is a copy: what others read of the database stays.
async fn judged(
    settings: &Settings,
    as_of: Option<Date>,
    args: &PlanningArgs,
    verbosity: Verbosity,
) -> Result<(State, Judge)> {
    let state = State::open(&settings.db).await?;
    let Some((last, _)) = state.last_run().await? else {
        bail!("there was no run yet: pqscan fleet run")
    };
    let owner = Owner::of(settings)?;
    let (day, moment) = day(Some(as_of.unwrap_or(last.day)))?;
    let judge = owner.judge(args, settings, day, moment)?;
    let standing = judge.standing()?;
    if state
        .standing()
        .await?
        .is_some_and(|now| now.id == standing.id)
    {
        return Ok((state, judge));
    }
    if verbosity > Verbosity::Quiet {
        anstream::eprintln!("pqscan: judged again, as of {day}")
    }
    let copy = state.copy().await?;
    let store = Store::open(&settings.store)?;
    let standing = run::judge(&copy, &store, &judge).await?;
    copy.show(&standing).await?;
    Ok((copy, judge))
}

pub(super) async fn export(args: &ExportArgs, verbosity: Verbosity) -> Result<Outcome> {
    let settings = settings(&args.place)?;
    let (state, judge) = judged(&settings, args.as_of, &args.planning, verbosity).await?;
    let store = Store::open(&settings.store)?;
    fs::create_dir_all(&args.cbom)
        .with_context(|| format!("cannot make {}", args.cbom.display()))?;
    let organisation = state.organisation(&settings.name, ROWS).await?;
    let put = |file: &Path, document: &[u8]| fs::write(args.cbom.join(file), document);
    let number = cboms::export(&state, &store, &judge, &organisation, &put).await?;
    if verbosity > Verbosity::Quiet {
        anstream::eprintln!(
            "pqscan: {} in {}",
            counted(number, "CBOM"),
            args.cbom.display()
        )
    }
    Ok(Outcome::Done)
}
