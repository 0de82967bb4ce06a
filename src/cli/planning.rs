//! What people decided: the flags, `pqscan.toml` and CODEOWNERS become one [`Planning`].
//!
//! A flag takes the place of the settings' general key; what the settings say of some places stays, since it is about these places.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::args::PlanningArgs;
use super::bounded;
use super::settings::{ContextText, Owner, Settings};
use crate::inventory::combine::Decided;
use crate::inventory::places::{MAX_OWNERS, Owners, Places};
use crate::inventory::planning::{Context, Planning, Said, Years};
use crate::knowledge::Knowledge;
use crate::knowledge::policy::{self, Policy};

/// Where a repository says who owns what, in the order in which forges look.
const CODEOWNERS: &[&str] = &[
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".bitbucket/CODEOWNERS",
];
/// GitHub reads no larger file.
const MAX_CODEOWNERS: u64 = 3 << 20;
/// Larger files are no policies.
const MAX_POLICY: u64 = 1 << 20;
/// Nothing is planned for longer, in years.
const MAX_YEARS: f64 = 1_000.0;

/// The planning of a scan of a root.
///
/// # Errors
/// When a policy or a value is none.
pub(super) fn planning(
    args: &PlanningArgs,
    settings: &Settings,
    root: Option<&Path>,
    known: &Knowledge,
    timestamp: Option<i64>,
) -> Result<Planning> {
    let mut planning = Planning::usual(&known.policies, timestamp);
    let policies = policies(args, settings, known)?;
    if !policies.is_empty() {
        planning.policies = policies
    }
    if let Some(year) = quantum_year(args, settings)? {
        planning.quantum_year = year;
        planning.quantum_year_chosen = true;
    }
    planning.everywhere = everywhere(args, settings)?;
    planning.contexts = contexts(settings)?;
    planning.owners = root.map(owners).unwrap_or_default();
    Ok(planning)
}

/// The planning of a saved result, with what is decided now: flags take the place of what was said of everything, settings are added.
///
/// # Errors
/// When a policy or a value is none.
pub(super) fn again(
    planning: &mut Planning,
    args: &PlanningArgs,
    settings: &Settings,
    known: &Knowledge,
) -> Result<()> {
    let policies = policies(args, settings, known)?;
    let year = quantum_year(args, settings)?;
    let everywhere = everywhere(args, settings)?;
    let contexts = contexts(settings)?;
    let decide = |planning: &mut Planning| {
        if !policies.is_empty() {
            planning.policies.clone_from(&policies)
        }
        if let Some(year) = year {
            planning.quantum_year = year;
            planning.quantum_year_chosen = true;
        }
        planning.say(&everywhere);
        planning.contexts.extend(contexts.iter().cloned());
    };
    decide(planning);
    // What is decided now counts with and without what the scanned projects say.
    if let Some(without) = planning.without_project.as_deref_mut() {
        decide(without)
    }
    planning.waivers.extend(settings.waivers());
    Ok(())
}

/// What counts for all of several results, whatever each was judged by.
pub(super) fn decided(args: &PlanningArgs, settings: &Settings) -> Decided {
    let (names, files) = named(args, settings);
    Decided {
        quantum_year: args.quantum_year.or(settings.quantum_year),
        policies: !(names.is_empty() && files.is_empty()),
    }
}

/// The year of the quantum computer, where somebody says it.
fn quantum_year(args: &PlanningArgs, settings: &Settings) -> Result<Option<i16>> {
    match args.quantum_year.or(settings.quantum_year) {
        Some(year) if !(2020..=2100).contains(&year) => {
            bail!("quantum-year is a year from 2020 to 2100, not {year}")
        }
        year => Ok(year),
    }
}

/// What is said of everything.
fn everywhere(args: &PlanningArgs, settings: &Settings) -> Result<Said> {
    Ok(Said {
        shelf_life: years("shelf-life", args.shelf_life.or(settings.shelf_life))?,
        criticality: args.criticality.or(settings.criticality),
        exposure: args.exposure.or(settings.exposure),
        ..Said::default()
    })
}

/// The policies that are named, by id and by file: those of the command line, or of the settings where it names none.
fn named<'a>(args: &'a PlanningArgs, settings: &'a Settings) -> (&'a [String], &'a [PathBuf]) {
    match args.policy.is_empty() && args.policy_file.is_empty() {
        true => (&settings.policy, &settings.policy_file),
        false => (&args.policy, &args.policy_file),
    }
}

/// The chosen policies: those named on the command line, else those of the settings; a user's own are chosen by being named.
fn policies(args: &PlanningArgs, settings: &Settings, known: &Knowledge) -> Result<Vec<Policy>> {
    let (names, files) = named(args, settings);
    let mut chosen: Vec<Policy> = Vec::new();
    for name in names {
        let Some(policy) = known.policies.iter().find(|policy| policy.id == *name) else {
            bail!("no policy is called `{name}`{}", close(name, known))
        };
        if !chosen.iter().any(|one| one.id == policy.id) {
            chosen.push(policy.clone())
        }
    }
    for file in files {
        let read = || -> Result<String> {
            let Some(bytes) = bounded::read(fs::File::open(file)?, MAX_POLICY)? else {
                bail!("it is too large for a policy")
            };
            Ok(String::from_utf8(bytes)?)
        };
        let shown = file.display().to_string();
        let text = read().with_context(|| format!("cannot read {shown}"))?;
        let policy = Policy::own(&shown, &text, &known.catalog)?;
        if known.policies.iter().any(|one| one.id == policy.id) {
            bail!("{shown}: `{}` is the id of a built-in policy", policy.id)
        }
        chosen.push(policy)
    }
    Ok(chosen)
}

fn close(name: &str, known: &Knowledge) -> String {
    let nearest = known
        .policies
        .iter()
        .map(|policy| (strsim::damerau_levenshtein(name, &policy.id), &policy.id))
        .min();
    match nearest {
        Some((0..=4, id)) => format!("; did you mean `{id}`?"),
        _ => format!(
            "; pqscan policy list names them, and {} is the default",
            policy::DEFAULT
        ),
    }
}

/// What the settings say of some places.
fn contexts(settings: &Settings) -> Result<Vec<Context>> {
    settings.contexts.iter().map(context).collect()
}

fn context(text: &ContextText) -> Result<Context> {
    if text.paths.is_empty() {
        bail!("a [[context]] in the settings names no paths")
    }
    if matches!(&text.owner, Owner::Several(owners) if owners.len() > MAX_OWNERS) {
        bail!("a [[context]] in the settings names over {MAX_OWNERS} owners")
    }
    Ok(Context {
        places: Places::of(&text.paths)?,
        said: Said {
            shelf_life: years("shelf-life", text.shelf_life)?,
            verification_life: years("verification-life", text.verification_life)?,
            effort: years("effort", text.effort)?,
            exposure: text.exposure,
            criticality: text.criticality,
            purpose: text.purpose,
        },
        owners: match &text.owner {
            Owner::Nobody => Vec::new(),
            Owner::One(owner) => vec![owner.clone()],
            Owner::Several(owners) => owners.clone(),
        },
    })
}

fn years(key: &str, years: Option<f64>) -> Result<Option<Years>> {
    match years {
        Some(years) if !(0.0..=MAX_YEARS).contains(&years) => {
            bail!("{key} is a number of years from 0 to {MAX_YEARS}, not {years}")
        }
        years => Ok(years.and_then(Years::of)),
    }
}

/// Who owns what below a root. A link leads elsewhere, and opening a pipe waits for ever: neither is read.
fn owners(root: &Path) -> Owners {
    let text = CODEOWNERS.iter().find_map(|name| {
        let path = root.join(name);
        let is_file = fs::symlink_metadata(&path).ok()?.is_file();
        let file = is_file.then(|| fs::File::open(&path))?.ok()?;
        bounded::read(file, MAX_CODEOWNERS).ok()?
    });
    text.map(|text| Owners::parse(&String::from_utf8_lossy(&text)))
        .unwrap_or_default()
}
