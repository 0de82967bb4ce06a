//! A repository's results, judged by what counts today, become the rows that the database keeps of it: one an asset, and totals.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::inventory::combine::whole;
use crate::inventory::planning::Planning;
use crate::inventory::snapshot::day;
use crate::inventory::{self, Assessment, Class, InventoryAsset, Report, Rules};
use crate::knowledge::Knowledge;
use crate::model::object::{Half, KeyId};
use crate::model::{Object, SkipReason};
use crate::output::class_name;
use crate::output::rows::{BROKEN, Totals, first, rows};
use crate::output::saved::Kept;

/// A repository, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How much there is, each asset counted by the most urgent of its judgements.
    pub totals: Counted,
    /// Its assets that were seen by themselves, by id.
    pub assets: Vec<JudgedAsset>,
}

/// How much there is in a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Assets.
    pub assets: u64,
    /// Places.
    pub places: u64,
    /// Assets by band, `P0` first.
    pub by_band: [u64; 5],
    /// Assets that a quantum computer breaks.
    pub broken: u64,
    /// Assets that are post-quantum or hybrid.
    pub ready: u64,
    /// Files that were seen.
    pub files: u64,
    /// Files that could not be read, or not wholly.
    pub gaps: u64,
}

/// An asset of a repository, by the most urgent of its judgements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedAsset {
    /// Its id: the same in every repository.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it is made of, without parameters: the algorithm or protocol; none where that is not known.
    pub algorithm: Option<String>,
    /// How it came into the inventory: `used`, `provided` or `mentioned`.
    pub seen: &'static str,
    /// The band, 0 to 4.
    pub band: u8,
    /// The list that it is on.
    pub list: &'static str,
    /// The finding class.
    pub class: &'static str,
    /// Whether a quantum computer breaks it.
    pub broken: bool,
    /// Whether it is post-quantum or hybrid.
    pub ready: bool,
    /// Whether it is a key whose private half lies open.
    pub is_private: bool,
    /// Of a key, and of the key in a certificate: SHA-256 of its public half (SubjectPublicKeyInfo), hexadecimal, by which it is the same
    /// everywhere.
    pub public_key: Option<String>,
    /// The last day that the strictest policy leaves, and that policy's id.
    pub last_day: Option<(String, String)>,
    /// Of a certificate: the last day on which it is valid; `9999-12-31` where it never ends.
    pub not_after: Option<String>,
    /// Of a certificate that is not expired: the end of the last year in which a policy allows its algorithm, where it is valid beyond it.
    pub outlives: Option<String>,
    /// Places.
    pub places: u64,
    /// The place to look at first: path and line.
    pub place: String,
}

/// What cannot be judged, as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotJudged(String);

/// How results are judged: what the fleet's owner decided, put into each result's own planning.
pub type Decide = Arc<dyn Fn(&mut Planning) -> Result<(), String> + Send + Sync>;

/// Puts the parts of a repository together, and judges them on a day.
///
/// # Errors
/// When what was decided is not possible.
pub fn report(
    parts: Vec<Kept>,
    known: &Knowledge,
    decide: &Decide,
    now: i64,
) -> Result<Report, NotJudged> {
    let mut rules = Rules::default();
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        rules.hash = part.rules.hash;
        rules.libraries.extend(part.rules.libraries);
        found.push((part.found, part.planning));
    }
    let (found, mut planning) = whole(found);
    decide(&mut planning).map_err(NotJudged)?;
    let today = Timestamp::from_second(now).map_err(|error| NotJudged(error.to_string()))?;
    planning.judge_at(TimeZone::UTC.to_datetime(today).date(), true);
    Ok(inventory::report_of(
        found,
        known,
        rules,
        Some(now),
        planning,
    ))
}

/// The rows of a report.
pub fn judged(report: &Report) -> Judged {
    let rows = rows(report);
    let totals = Totals::of(&rows);
    let number = |number: usize| number as u64;
    let bands = [0_u8, 1, 2, 3, 4].map(|band| {
        let mut of = totals.by_band.iter();
        of.find(|(one, _)| **one as u8 == band)
            .map_or(0, |(_, assets)| number(*assets))
    });
    let mut assets: Vec<JudgedAsset> = rows
        .iter()
        .filter(|row| row.is_main())
        .map(|row| {
            let has = |classes: &[Class]| {
                let mut judgements = row.assessment.judgements().iter();
                judgements.any(|judgement| classes.contains(&judgement.class))
            };
            let due = row
                .assessment
                .score()
                .and_then(|score| score.deadline.as_ref());
            JudgedAsset {
                id: row.asset.id.to_string(),
                name: row.asset.name.to_string(),
                kind: row.asset.asset.kind.name(),
                algorithm: row.asset.asset.made_of().map(str::to_owned),
                seen: row.asset.seen(),
                band: row.judged.band as u8,
                list: class_name(row.judged.class),
                class: row.judged.finding_class.name(),
                broken: has(BROKEN),
                ready: has(&[Class::PostQuantum]),
                is_private: is_private(row.asset),
                public_key: public_key(row.asset),
                last_day: due.map(|due| (due.last_day.to_string(), due.policy.to_string())),
                not_after: not_after(row.asset),
                outlives: outlives(row.assessment),
                places: number(row.asset.occurrences.len()),
                place: first(row.asset).map_or_else(String::new, |occurrence| {
                    let location = &occurrence.location;
                    match location.line {
                        0 => location.path.to_string(),
                        line => format!("{}:{line}", location.path),
                    }
                }),
            }
        })
        .collect();
    assets.sort_by(|a, b| a.id.cmp(&b.id));
    Judged {
        totals: Counted {
            assets: number(totals.assets),
            places: number(totals.places),
            by_band: bands,
            broken: number(totals.broken),
            ready: number(totals.ready),
            files: report.coverage.files_seen,
            gaps: report.coverage.not_read(SkipReason::is_gap).files,
        },
        assets,
    }
}

fn is_private(asset: &InventoryAsset) -> bool {
    match asset.asset.object.as_deref() {
        Some(Object::Key(key)) => key.halves.contains(&Half::Private),
        _ => false,
    }
}

fn public_key(asset: &InventoryAsset) -> Option<String> {
    match asset.asset.object.as_deref()? {
        Object::Key(key) => match key.id {
            KeyId::Spki(print) => Some(print.hex()),
            KeyId::Itself(..) => None,
        },
        Object::Certificate(certificate) => certificate.key.map(|print| print.hex()),
        _ => None,
    }
}

fn not_after(asset: &InventoryAsset) -> Option<String> {
    let Some(Object::Certificate(certificate)) = asset.asset.object.as_deref() else {
        return None;
    };
    day(certificate.not_after?)
}

fn outlives(assessment: &Assessment) -> Option<String> {
    let lifetime = assessment.lifetime.as_ref()?;
    if lifetime.state == Some("expired") {
        return None;
    }
    let year = lifetime.outlives.iter().map(|one| one.year).min()?;
    Some(format!("{year:04}-12-31"))
}
