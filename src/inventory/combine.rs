//! Several results become one: each keeps its places below a folder of its own, and what was decided for it counts there.
//!
//! Assets are not added up from results: findings are, and they are folded again, so that a key that two of them have is one key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::planning::{Beneath, Planning};
use crate::knowledge::policy::Policy;
use crate::model::{ByProject, Coverage, Finding, Found, Location, Part, Since, Subject};

/// What cannot be one report.
#[derive(Debug, thiserror::Error)]
pub enum NotCombined {
    /// Urgency is counted up to a year, and there is only one.
    #[error(
        "the results were planned for different years: {0} and {1}; --quantum-year says which counts"
    )]
    Years(i16, i16),
    /// Policies of one's own, or those of different versions of the program.
    #[error(
        "the results were judged by different policies of the name `{0}`; --policy or --policy-file says which counts"
    )]
    Policies(String),
    /// What is left out of one is in no other: the whole would look complete.
    #[error(
        "`{0}` has only what changed since a revision, and the others have not: whatever else is in it would be missing"
    )]
    Since(String),
}

/// What is decided now for all results, whatever was decided for each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decided {
    /// The year of the quantum computer, where somebody says it.
    pub quantum_year: Option<i16>,
    /// Whether somebody says which policies count.
    pub policies: bool,
}

/// Makes one of several: the places of each below a folder with its subject's name. A single one stays as it is.
///
/// # Errors
/// When they contradict each other.
pub fn combine(
    mut parts: Vec<(Found, Planning)>,
    decided: Decided,
) -> Result<(Found, Planning), NotCombined> {
    if parts.len() <= 1 {
        return Ok(parts.pop().unwrap_or_default());
    }
    let folders = folders(parts.iter().map(|(found, _)| &*found.subject.name));
    let (mut found, plannings): (Vec<Found>, Vec<Planning>) = parts.into_iter().unzip();
    let planning = together(&folders, plannings, decided)?;
    let subjects = found.iter_mut();
    let subjects = subjects.map(|part| std::mem::take(&mut part.subject));
    let mut all = Found {
        subject: subject(&folders, subjects.collect())?,
        ..Found::default()
    };
    for ((folder, mut part), below) in folders.iter().zip(found).zip(&planning.beneath) {
        move_to(&mut part, folder);
        all.findings.append(&mut part.findings);
        all.binaries.append(&mut part.binaries);
        if !below.planning.ignore_comments {
            all.accepted.append(&mut part.accepted)
        }
        add(&mut all.coverage, part.coverage);
    }
    sort(&mut all);
    Ok((all, planning))
}

/// Makes the result of a whole tree of those of its parts: each has some of the entries at its top, so their paths are of one root. What was
/// decided for the first counts.
pub fn whole(parts: Vec<(Found, Planning)>) -> (Found, Planning) {
    let mut parts = parts.into_iter();
    let (mut all, planning) = parts.next().unwrap_or_default();
    for (mut part, _) in parts {
        all.findings.append(&mut part.findings);
        all.binaries.append(&mut part.binaries);
        all.accepted.append(&mut part.accepted);
        add(&mut all.coverage, part.coverage);
    }
    sort(&mut all);
    (all, planning)
}

/// As a scan of one root would have them.
fn sort(all: &mut Found) {
    all.findings.sort_by(|a, b| path(a).cmp(&path(b)));
    all.binaries.sort_by(|a, b| a.path.cmp(&b.path));
    all.accepted.sort();
    all.coverage.skips.sort();
}

fn path(findings: &[Finding]) -> Option<&str> {
    findings.first().map(|finding| &*finding.location.path)
}

/// A name for each, as the subjects are called; numbered where that is not enough.
fn folders<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Arc<str>> {
    let mut taken = BTreeSet::new();
    names
        .map(|name| {
            let name = match name.trim_matches(['/', '.']) {
                "" => "result".to_owned(),
                name => name.replace(['/', '!'], "_"),
            };
            let mut folder: Arc<str> = name.as_str().into();
            let mut number = 2;
            while !taken.insert(folder.clone()) {
                folder = format!("{name}-{number}").into();
                number += 1;
            }
            folder
        })
        .collect()
}

/// Names of subjects that are listed in the name of all, at most.
const NAMED: usize = 3;

fn subject(folders: &[Arc<str>], subjects: Vec<Subject>) -> Result<Subject, NotCombined> {
    let since = since(&subjects)?;
    let named: Vec<&str> = folders.iter().take(NAMED).map(AsRef::as_ref).collect();
    let name = match folders.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    };
    let parts = folders.iter().zip(subjects);
    let parts = parts.map(|(folder, subject)| Part {
        folder: folder.clone(),
        subject,
    });
    Ok(Subject {
        shown: name.clone(),
        name,
        since,
        parts: parts.collect(),
        ..Subject::default()
    })
}

/// What all of them are narrowed to: of one repository, folder by folder, it is the same.
fn since(subjects: &[Subject]) -> Result<Option<Since>, NotCombined> {
    let Some(narrowed) = subjects.iter().find(|subject| subject.since.is_some()) else {
        return Ok(None);
    };
    let mut all: Option<Since> = None;
    for subject in subjects {
        match (&subject.since, &mut all) {
            (Some(since), None) => all = Some(since.clone()),
            (Some(since), Some(all)) if (&since.rev, &since.commit) == (&all.rev, &all.commit) => {
                all.files = all.files.saturating_add(since.files)
            }
            _ => return Err(NotCombined::Since(narrowed.name.clone())),
        }
    }
    Ok(all)
}

fn together(
    folders: &[Arc<str>],
    plannings: Vec<Planning>,
    decided: Decided,
) -> Result<Planning, NotCombined> {
    let mut years = plannings.iter().map(|planning| planning.quantum_year);
    if let (Some(year), None) = (years.next(), decided.quantum_year)
        && let Some(other) = years.find(|other| *other != year)
    {
        return Err(NotCombined::Years(year, other));
    }
    if !decided.policies {
        policies_agree(&plannings)?
    }
    let by_project = plannings.iter().any(|p| p.without_project.is_some());
    let without = by_project.then(|| {
        let own = plannings.iter();
        let own = own.map(|p| p.without_project.as_deref().unwrap_or(p).clone());
        let mut all = below(folders, own.collect());
        // It says how urgent something would be, not what is accepted.
        all.waivers.clear();
        Box::new(all)
    });
    Ok(Planning {
        without_project: without,
        ..below(folders, plannings)
    })
}

/// Policies of one name are one policy, whenever somebody last looked at it.
fn policies_agree(plannings: &[Planning]) -> Result<(), NotCombined> {
    let mut known: BTreeMap<&str, &Policy> = BTreeMap::new();
    for policy in plannings.iter().flat_map(|planning| &planning.policies) {
        let first = *known.entry(&policy.id).or_insert(policy);
        let as_old = Policy {
            last_verified: first.last_verified,
            ..policy.clone()
        };
        if as_old != *first {
            return Err(NotCombined::Policies(policy.id.clone()));
        }
    }
    Ok(())
}

/// What counts below each folder; of everything, what all of them say, the latest of their days, the first of their years, and all of
/// their policies.
fn below(folders: &[Arc<str>], plannings: Vec<Planning>) -> Planning {
    let mut all = Planning::default();
    if let Some(latest) = plannings.iter().max_by_key(|planning| planning.today) {
        all.today = latest.today;
        all.today_is_now = latest.today_is_now;
    }
    if let Some(first) = plannings
        .iter()
        .min_by_key(|planning| planning.quantum_year)
    {
        all.quantum_year = first.quantum_year;
        all.quantum_year_chosen = first.quantum_year_chosen;
    }
    for policy in plannings.iter().flat_map(|planning| &planning.policies) {
        if !all.policies.iter().any(|other| other.id == policy.id) {
            all.policies.push(policy.clone())
        }
    }
    for (folder, mut planning) in folders.iter().zip(plannings) {
        let waivers = std::mem::take(&mut planning.waivers).into_iter();
        all.waivers
            .extend(waivers.map(|waiver| waiver.beneath(folder)));
        planning.without_project = None;
        all.beneath.push(Beneath {
            folder: folder.clone(),
            planning,
        })
    }
    // Where all of them say the same, it is said of everything.
    let mut said = all.beneath.iter().map(|below| &below.planning.everywhere);
    if let Some(first) = said.next()
        && said.all(|other| other == first)
    {
        all.everywhere = first.clone()
    }
    all
}

/// Puts everything below a folder.
fn move_to(found: &mut Found, folder: &str) {
    let mut last: Option<(Arc<str>, Arc<str>)> = None;
    let mut moved = |path: &Arc<str>| -> Arc<str> {
        // Nearly all are of the file of the one before.
        if let Some((from, to)) = &last
            && Arc::ptr_eq(from, path)
        {
            return to.clone();
        }
        let to: Arc<str> = format!("{folder}/{path}").into();
        last = Some((path.clone(), to.clone()));
        to
    };
    let at = |location: &mut Location, moved: &mut dyn FnMut(&Arc<str>) -> Arc<str>| {
        location.path = moved(&location.path)
    };
    for finding in found.findings.iter_mut().flatten() {
        at(&mut finding.location, &mut moved);
        for evidence in &mut finding.evidence {
            at(&mut evidence.location, &mut moved)
        }
    }
    for binary in &mut found.binaries {
        binary.path = moved(&binary.path)
    }
    for comment in &mut found.accepted {
        comment.path = moved(&comment.path)
    }
    for skip in &mut found.coverage.skips {
        skip.path = moved(&skip.path)
    }
}

fn add(all: &mut Coverage, part: Coverage) {
    let Coverage {
        files_seen,
        bytes_seen,
        archives,
        by_form,
        members,
        bytes_unpacked,
        files_searched,
        bytes_searched,
        files_parsed,
        bytes_parsed,
        by_language,
        files_other,
        mut skips,
        by_project,
    } = part;
    let sums = [
        (&mut all.files_seen, files_seen),
        (&mut all.bytes_seen, bytes_seen),
        (&mut all.archives, archives),
        (&mut all.members, members),
        (&mut all.bytes_unpacked, bytes_unpacked),
        (&mut all.files_searched, files_searched),
        (&mut all.bytes_searched, bytes_searched),
        (&mut all.files_parsed, files_parsed),
        (&mut all.bytes_parsed, bytes_parsed),
        (&mut all.files_other, files_other),
    ];
    for (sum, number) in sums {
        *sum = sum.saturating_add(number)
    }
    for (form, number) in by_form {
        let sum = all.by_form.entry(form).or_default();
        *sum = sum.saturating_add(number)
    }
    for (language, number) in by_language {
        let sum = all.by_language.entry(language).or_default();
        *sum = sum.saturating_add(number)
    }
    all.skips.append(&mut skips);
    let ByProject {
        keys,
        left_out,
        is_ignored,
        comments_beyond,
    } = by_project;
    let own = &mut all.by_project;
    for key in keys {
        if !own.keys.contains(&key) {
            own.keys.push(key)
        }
    }
    own.left_out = own.left_out.saturating_add(left_out);
    own.is_ignored |= is_ignored;
    own.comments_beyond = own.comments_beyond.saturating_add(comments_beyond);
}
