//! `pqscan explain`.

use std::borrow::Cow;
use std::io::Write;

use anyhow::{Result, bail};

use super::Outcome;
use super::args::ExplainArgs;
use crate::knowledge::{Knowledge, explain};
use crate::output::fit::harmless;

/// Prints the page of an algorithm, a finding class, a policy, or whatever else an output names.
pub(super) fn run(args: &ExplainArgs) -> Result<Outcome> {
    let known = Knowledge::load(&args.rules)?;
    let today = super::policy::today()?;
    let Some(page) = explain::page(&known, Some(today), &args.name) else {
        let names = explain::names(&known, &args.name);
        bail!(
            "nothing is known of `{}`{}",
            harmless(&args.name),
            did_you_mean_any(&args.name, &names)
        );
    };
    anstream::stdout().lock().write_all(page.as_bytes())?;
    Ok(Outcome::Done)
}

/// Most names suggested.
const MAX_SUGGESTED: usize = 3;

/// `; did you mean …?` with the names that are close, and those that hold what is wanted.
fn did_you_mean_any(wanted: &str, names: &[Cow<'_, str>]) -> String {
    let wanted = wanted.to_lowercase();
    // A third of the letters may be wrong.
    let most = (wanted.chars().count() / 3).clamp(1, 3);
    let mut close: Vec<(usize, &str)> = names
        .iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &wanted);
            let holds = wanted.len() >= 3 && lower.contains(&wanted);
            (distance <= most || holds).then_some((distance, &**name))
        })
        .collect();
    close.sort_unstable();
    close.dedup();
    let close: Vec<String> = close
        .iter()
        .take(MAX_SUGGESTED)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    match close.is_empty() {
        true => {
            "; `pqscan rules list` and `pqscan policy list` name libraries and policies".to_owned()
        }
        false => format!("; did you mean {}?", close.join(" or ")),
    }
}

/// `; did you mean …?` where a name is close: at most so many letters are wrong.
pub(super) fn did_you_mean<'a>(
    wanted: &str,
    names: impl Iterator<Item = &'a str>,
    most: usize,
) -> String {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| {
            let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &wanted);
            (distance, name)
        })
        .min()
        .filter(|(distance, _)| *distance <= most)
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}
