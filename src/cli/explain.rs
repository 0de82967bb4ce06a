//! `pqscan explain`.

use std::io::Write;

use anyhow::{Result, bail};

use super::Outcome;
use super::args::ExplainArgs;
use crate::knowledge::{Knowledge, explain};
use crate::model::FindingClass;

/// Prints the page of an algorithm, a finding class or a policy.
pub(super) fn run(args: &ExplainArgs) -> Result<Outcome> {
    let known = Knowledge::load(&[])?;
    let today = super::policy::today()?;
    let page = explain::explain(&known.catalog, &known.policies, Some(today), &args.name);
    let Some(page) = page else {
        let algorithms = known.catalog.algorithms().map(|a| a.name.as_str());
        let classes = FindingClass::ALL.iter().map(|class| class.name());
        let policies = known.policies.iter().map(|policy| policy.id.as_str());
        let names = algorithms.chain(classes).chain(policies);
        bail!(
            "nothing is known of `{}`{}",
            args.name,
            did_you_mean(&args.name, names)
        );
    };
    anstream::stdout().lock().write_all(page.as_bytes())?;
    Ok(Outcome::Done)
}

/// `; did you mean …?` where a name is close.
pub(super) fn did_you_mean<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| {
            let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &wanted);
            (distance, name)
        })
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}
