//! `pqscan fleet tidy`.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::args::Verbosity;
use super::super::{Outcome, counted};
use super::args::TidyArgs;
use super::settings;
use super::teller::Teller;
use crate::fleet::state::State;
use crate::fleet::store::retain::Rule;
use crate::fleet::store::{Store, compact, retain};
use crate::fleet::worker;

pub(super) async fn tidy(args: &TidyArgs, verbosity: Verbosity) -> Result<Outcome> {
    let settings = settings(&args.place)?;
    let state = State::open(&settings.db).await?;
    let store = Store::open(&settings.store)?;
    let teller = Teller::new(verbosity);
    let now = worker::now();
    let days = u64::from(settings.keep.days);
    let older = Duration::from_secs(days.saturating_mul(24 * 3600));
    if !args.dry_run {
        let forgotten = state
            .forget_results(now.saturating_sub_unsigned(older.as_secs()))
            .await?;
        teller.say(&format!(
            "{forgotten} results of earlier heads are forgotten"
        ));
    }
    if args.compact && !args.dry_run {
        let current = state.current().await?;
        let current = current
            .into_iter()
            .map(|entry| (entry.key, entry.repository))
            .collect();
        let month = TimeZone::UTC
            .to_datetime(Timestamp::from_second(now)?)
            .date();
        let month = format!("{:04}-{:02}", month.year(), month.month());
        let done = compact::compact(&store, &current, &compact::Plan::of(month)).await?;
        teller.say(&format!(
            "{} with {} rows of {} keys were made",
            counted(done.parts.len(), "part"),
            done.rows,
            done.keys
        ));
        for damaged in &done.damaged {
            teller.say(damaged)
        }
    }
    let keep = state.kept_keys().await?;
    let rule = Rule {
        now,
        older_than: older,
        dry_run: args.dry_run,
    };
    let done = retain::retain(&store, &keep, &rule, |object, why| {
        if verbosity == Verbosity::Verbose || args.dry_run {
            teller.say(&format!("{}: {}", object.path, why.name()))
        }
    })
    .await?;
    let would = if args.dry_run { "would be" } else { "were" };
    teller.say(&format!(
        "{} objects ({} bytes) {would} removed; {} are kept, {} too young to go",
        done.removed, done.bytes, done.kept, done.young
    ));
    Ok(Outcome::Done)
}
