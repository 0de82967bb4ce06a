//! `pqscan policy list|show|init`.

use std::io::{self, Write};

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Outcome;
use super::args::{PolicyArgs, PolicyCommand};
use super::explain::did_you_mean;
use crate::knowledge::policy::{self, Concern, Ends, Policy, STALE_DAYS};
use crate::knowledge::{Knowledge, explain};

/// What `policy init` prints; a test reads it as a policy.
const EXAMPLE: &str = include_str!("policy-example.toml");

/// Runs the subcommand.
pub(super) fn run(args: &PolicyArgs) -> Result<Outcome> {
    let mut out = anstream::stdout().lock();
    match &args.command {
        PolicyCommand::List { format } if format == "md" => {
            write_table(&Knowledge::load(&[])?.policies, &mut out)?
        }
        PolicyCommand::List { .. } => {
            write_list(&Knowledge::load(&[])?.policies, today()?, &mut out)?
        }
        PolicyCommand::Show { id } => {
            let policies = Knowledge::load(&[])?.policies;
            let Some(policy) = policies.iter().find(|policy| policy.id == *id) else {
                let ids = policies.iter().map(|policy| policy.id.as_str());
                bail!(
                    "no policy is called `{id}`{}; `pqscan policy list` has them all",
                    did_you_mean(id, ids, 3)
                );
            };
            let page = explain::policy_page(policy, Some(today()?));
            out.write_all(page.as_bytes())?
        }
        PolicyCommand::Init => out.write_all(EXAMPLE.as_bytes())?,
    }
    Ok(Outcome::Done)
}

/// The day: that of `SOURCE_DATE_EPOCH`, else today's.
pub(super) fn today() -> Result<Date> {
    let now = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(epoch) if !epoch.is_empty() => {
            let seconds = epoch.parse().ok();
            seconds
                .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
                .with_context(|| format!("SOURCE_DATE_EPOCH is no number of seconds: `{epoch}`"))?
        }
        _ => jiff::Timestamp::now(),
    };
    Ok(TimeZone::UTC.to_datetime(now).date())
}

fn write_list(policies: &[Policy], today: Date, out: &mut dyn Write) -> io::Result<()> {
    for (index, policy) in policies.iter().enumerate() {
        if index > 0 {
            writeln!(out)?
        }
        let default = if policy.id == policy::DEFAULT {
            ", the default"
        } else {
            ""
        };
        writeln!(
            out,
            "{}  {} ({}{default})",
            policy.id,
            policy.title,
            policy.binding.name()
        )?;
        let (next, what) = match (policy.next_day(today), policy.deadlines.is_empty()) {
            (Some(day), false) => (day.to_string(), "next deadline"),
            (Some(day), true) => (day.to_string(), "no deadlines; next date"),
            (None, _) => ("none left".to_owned(), "next date"),
        };
        writeln!(out, "    {what}: {next}")?;
        let age = policy.age(today);
        let old = if age > STALE_DAYS {
            format!(", {age} days ago: see whether it still says this")
        } else {
            String::new()
        };
        writeln!(
            out,
            "    last looked at: {}, {}{old}",
            policy.last_verified,
            policy.evidence.name()
        )?;
        for line in folded(&policy.scope) {
            writeln!(out, "    {line}")?
        }
    }
    Ok(())
}

/// Lines that fit beside an indentation of four.
fn folded(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let is_full = lines.last().is_some_and(|line| {
            !line.is_empty() && line.chars().count() + word.chars().count() > 75
        });
        if is_full {
            lines.push(String::new())
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ')
            }
            line.push_str(word)
        }
    }
    lines
}

/// The policies as a table: that of `docs/policies.md` is this text.
fn write_table(policies: &[Policy], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| policy | document | it is | key establishment | signatures | software and firmware | hybrids | read | last looked at |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for policy in policies {
        let firmware = days(policy, Concern::FirmwareSigning);
        writeln!(
            out,
            "| `{}` | {}, {} | {} | {} | {} | {} | {} | {} | {} |",
            policy.id,
            policy.title,
            policy.date,
            policy.binding.name(),
            days(policy, Concern::KeyEstablishment).unwrap_or_else(|| "–".to_owned()),
            days(policy, Concern::Signature).unwrap_or_else(|| "–".to_owned()),
            firmware.unwrap_or_else(|| "as signatures".to_owned()),
            policy.hybrids.position.name(),
            policy.evidence.name(),
            policy.last_verified
        )?
    }
    Ok(())
}

/// `2035-12-31; criticality high: 2030-12-31`; `None` where it has no deadline of that concern.
fn days(policy: &Policy, concern: Concern) -> Option<String> {
    let mut of: Vec<_> = policy
        .deadlines
        .iter()
        .filter(|deadline| deadline.concerns.contains(&concern))
        .collect();
    of.sort_by_key(|d| (d.ends != Ends::Disallowed, d.criticality, d.up_to_bits));
    let said = of.iter().map(|deadline| {
        let mut text = String::new();
        if let Some(bits) = deadline.up_to_bits {
            text += &format!("{bits} bits: ")
        }
        if let Some(criticality) = deadline.criticality {
            text += &format!("criticality {}: ", criticality.name())
        }
        if deadline.ends == Ends::Deprecated {
            text += "deprecated after "
        }
        text + &deadline.last_day.to_string()
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join("; "))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::knowledge::catalog::Catalog;

    #[test]
    fn the_example_of_an_own_policy_is_one() {
        let catalog = Catalog::embedded().unwrap();
        let own = Policy::own("policy-example.toml", EXAMPLE, &catalog);
        let own = own.unwrap_or_else(|error| panic!("{error}"));
        assert!(!own.deadlines.is_empty() && !own.targets.is_empty());
    }

    #[test]
    fn the_list_warns_of_what_nobody_looked_at_for_long() {
        let policies = Policy::embedded().unwrap();
        let list = |today| {
            let mut out = Vec::new();
            write_list(&policies, today, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let soon = list(date(2026, 11, 30));
        assert!(
            soon.contains("nist-ir8547  NIST IR 8547 (draft, the default)"),
            "{soon}"
        );
        assert!(!soon.contains("days ago"), "{soon}");
        assert!(list(date(2027, 6, 1)).contains("days ago: see whether it still says this"));
        assert!(
            soon.lines().all(|line| line.chars().count() <= 80),
            "{soon}"
        );
    }
}
