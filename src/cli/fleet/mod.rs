//! `pqscan fleet`: many repositories over time.

pub(super) mod args;
mod outputs;
mod owner;
mod report;
mod run;
mod serve;
mod shards;
mod stop;
mod teller;
mod tidy;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::args::{FleetArgs, FleetCommand, InitArgs, Where};
use super::Outcome;
use super::args::Verbosity;
use crate::fleet::settings::{FILE_NAME, Settings};

/// What `init` writes.
const EXAMPLE: &str = include_str!("fleet-example.toml");

/// Does what was asked.
pub(super) fn run(args: &FleetArgs, verbosity: Verbosity) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let outcome = runtime.block_on(async {
        match &args.command {
            FleetCommand::Init(args) => init(args),
            FleetCommand::Run(args) => match &args.plan {
                Some(plan) => shards::shard(args, plan, verbosity).await,
                None => run::whole_run(args, verbosity).await,
            },
            FleetCommand::Worker(args) => run::work(args, verbosity).await,
            FleetCommand::Serve(args) => serve::serve(args, verbosity).await,
            FleetCommand::Status(args) => report::status(args).await,
            FleetCommand::Query(args) => report::query(args).await,
            FleetCommand::Report(args) => report::write_report(args, verbosity).await,
            FleetCommand::Export(args) => report::export(args, verbosity).await,
            FleetCommand::Trend(args) => report::trend(args).await,
            FleetCommand::Tidy(args) => tidy::tidy(args, verbosity).await,
            FleetCommand::Plan(args) => shards::plan_file(args, verbosity).await,
            FleetCommand::Merge(args) => shards::merge(args, verbosity).await,
        }
    });
    // A forge that does not answer keeps nobody who was asked to stop.
    runtime.shutdown_timeout(LAST);
    outcome
}

/// For how long threads are waited for that are still at something at the end.
const LAST: Duration = Duration::from_secs(5);

/// Rows of lists in what a run writes.
const ROWS: u32 = 200;

fn init(args: &InitArgs) -> Result<Outcome> {
    let shown = args.file.display();
    let mut file =
        fs::File::create_new(&args.file).with_context(|| format!("cannot make {shown}"))?;
    file.write_all(EXAMPLE.as_bytes())
        .with_context(|| format!("cannot write {shown}"))?;
    anstream::eprintln!(
        "pqscan: {shown} is written: say in it where your repositories are, then pqscan fleet run"
    );
    Ok(Outcome::Done)
}

/// The fleet's settings, with what the command line says instead.
fn settings(place: &Where) -> Result<Settings> {
    let is_default = place.config == Path::new(FILE_NAME);
    let mut settings = match fs::exists(&place.config) {
        Ok(false) if is_default && place.db.is_some() => Settings::default(),
        Ok(false) if is_default => bail!(
            "there is no {}: pqscan fleet init writes one",
            place.config.display()
        ),
        _ => Settings::read(&place.config)?,
    };
    if let Some(db) = &place.db {
        settings.db.clone_from(db)
    }
    if let Some(store) = &place.store {
        settings.store.clone_from(store)
    }
    Ok(settings)
}

/// A day, or today; and its first second.
fn day(as_of: Option<Date>) -> Result<(Date, i64)> {
    let day = as_of.unwrap_or_else(|| TimeZone::UTC.to_datetime(Timestamp::now()).date());
    let moment = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?;
    Ok((day, moment.as_second()))
}
