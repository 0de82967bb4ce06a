//! Where an organisation stands, as JSON: schema `pqscan/organisation/1`, described in `docs/fleet-report.md`.
//!
//! The shape only grows: fields are added, never renamed or given another meaning, without a new schema number. A value that is not known
//! is absent, never null. Texts are as they were found: who shows them makes them harmless.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::figures::{
    Change, a_month, change, covered, current, days_left, in_scope, not_adding_up, readiness,
};
use super::{Form, Options};
use crate::fleet::organisation::{
    AssetRow, ByBand, CertificateRow, Coverage, Deadline, FailureRow, Heat, Listed, Organisation,
    OwnerRow, Point, RepositoryRow, SharedKey, Totals,
};
use crate::inventory::Band;
#[cfg(test)]
use crate::output::json::closed;
use crate::output::words::BANDS;
use crate::output::{band_name, stream};

/// The schema's name and number.
const SCHEMA: &str = "pqscan/organisation/1";

/// All of it, for programs.
#[derive(Debug)]
pub struct Json;

impl Form for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".json"]
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn write(
        &self,
        organisation: &Organisation,
        _options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        stream::pretty(to, &document(organisation))
    }
}

/// Where an organisation stands. Fields are added within a schema number, never renamed; a value that is not known is absent, never null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct OrganisationOut<'a> {
    /// The schema's name and number.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// What wrote it.
    tool: ToolOut<'a>,
    /// What the fleet's settings call it.
    name: &'a str,
    /// The day of the judgement.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    as_of: String,
    /// The policies that count.
    policies: Vec<PolicyOut<'a>>,
    /// The year from which on a quantum computer is expected: a date to plan with.
    quantum_year: i16,
    /// What was looked at.
    coverage: CoverageOut,
    /// Totals of all repositories.
    totals: TotalsOut,
    /// How much of what needs a post-quantum answer has one, in whole percent; absent where nothing needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    readiness: Option<u64>,
    /// The deadlines of the policies, the earliest first, and what is open for each.
    deadlines: Vec<DeadlineOut<'a>>,
    /// A point for each run that has finished, the oldest first.
    trend: Vec<PointOut>,
    /// What is different since the run before; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeOut>,
    /// The most urgent first.
    repositories: ListOut<RepositoryOut<'a>>,
    /// Those with the most urgent repositories first.
    owners: ListOut<OwnerOut<'a>>,
    /// Repository and algorithm.
    heat: HeatOut<'a>,
    /// What is there since the last run, and was not before; the most urgent first.
    new: ListOut<AssetOut<'a>>,
    /// What was there in the run before, and no more.
    gone: ListOut<AssetOut<'a>>,
    /// Certificates that are valid beyond a deadline that counts for them; the most urgent first.
    certificates: ListOut<CertificateOut<'a>>,
    /// Keys that are in several repositories; those in most first.
    shared_keys: ListOut<SharedKeyOut<'a>>,
    /// What failed, the longest ago first.
    failures: ListOut<FailureOut<'a>>,
}

/// What wrote a document.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ToolOut<'a> {
    /// `pqscan`.
    name: &'static str,
    /// Its version.
    version: &'a str,
    /// BLAKE3 of every rule, the catalogue and the policies that were loaded.
    rules_hash: &'a str,
}

/// A policy that counts.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct PolicyOut<'a> {
    /// What `--policy` calls it.
    id: &'a str,
    /// For people.
    title: &'a str,
}

/// What share of the organisation was looked at. `scanned`, `unchanged`, `stale`, `failed`, `waiting` and `leftOut` add up to `repositories`.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct CoverageOut {
    /// Repositories that the targets name.
    repositories: u64,
    /// Whose current head was scanned in this run.
    scanned: u64,
    /// Whose current head was scanned by an earlier run.
    unchanged: u64,
    /// Of which an older head was scanned and the present one was not: their numbers are old.
    stale: u64,
    /// Of which nothing could ever be scanned.
    failed: u64,
    /// That still wait.
    waiting: u64,
    /// That the settings leave out: archived, forks, patterns.
    left_out: u64,
    /// All but those that are left out.
    in_scope: u64,
    /// Whose current head was scanned: `scanned` and `unchanged`.
    current: u64,
    /// `current` of `inScope`, in whole percent; absent where there is nothing to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u64>,
    /// Files that were read, in all repositories.
    files: u64,
    /// Files that could not be read, or not wholly.
    gaps: u64,
    /// What is wrong, where the parts do not add up.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// How much there is.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct TotalsOut {
    /// Assets: an asset in three repositories counts three times.
    assets: u64,
    /// Their places.
    places: u64,
    /// Assets by the most urgent of their priorities.
    #[cfg_attr(test, schemars(with = "BTreeMap<closed::Priority, u64>"))]
    by_priority: BTreeMap<&'static str, u64>,
    /// Assets that a quantum computer breaks.
    broken: u64,
    /// Assets that are post-quantum or hybrid.
    ready: u64,
}

/// A deadline of a policy.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct DeadlineOut<'a> {
    /// The day from which on it is not allowed any more.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    day: String,
    /// The policy's id.
    pub(super) policy: Cow<'a, str>,
    /// How many assets are to be changed by then and are not.
    open: u64,
    /// In how many repositories.
    repositories: u64,
    /// Days from `asOf` until then; negative where it is over.
    days_left: i64,
    /// How many would have to be changed each month so that nothing is open then; absent where it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    a_month: Option<u64>,
}

/// Where the organisation stood after a run.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct PointOut {
    /// The run's number.
    run: i64,
    /// Its day.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    day: String,
    /// Repositories with a result.
    repositories: u64,
    /// How much there was.
    totals: TotalsOut,
}

/// What is different since the run before. Numbers may be negative.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeOut {
    /// The number of the run before.
    since_run: i64,
    /// Its day.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    since: String,
    /// Assets that are new.
    new: u64,
    /// Assets that are gone.
    gone: u64,
    /// How many more assets a quantum computer breaks.
    broken: i64,
    /// How many more assets are post-quantum or hybrid.
    ready: i64,
}

/// A list, and how many there are in all.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, schemars(rename = "ListOf{T}"))]
pub(super) struct ListOut<T> {
    /// How many there are.
    of: u64,
    /// Those that are listed.
    rows: Vec<T>,
}

/// A repository.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct RepositoryOut<'a> {
    /// Unique in the fleet.
    name: &'a str,
    /// Who owns it; absent where nobody does.
    #[serde(skip_serializing_if = "str::is_empty")]
    owner: &'a str,
    /// The commit that was scanned; absent where there is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    commit: &'a str,
    /// When it was scanned.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    scanned_on: String,
    /// Whether the head has moved on since.
    is_stale: bool,
    /// Files that could not be read, or not wholly.
    gaps: u64,
    /// How much is in it.
    totals: TotalsOut,
}

/// All repositories of an owner.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct OwnerOut<'a> {
    /// Who; empty where nobody is known to own the repositories.
    owner: &'a str,
    /// How many repositories with a result.
    repositories: u64,
    /// How much is in them.
    totals: TotalsOut,
}

/// Repository and algorithm: the most urgent rows and the most frequent columns.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct HeatOut<'a> {
    /// How many algorithms there are.
    algorithms_of: u64,
    /// The columns: names of algorithms.
    algorithms: &'a [String],
    /// How many repositories there are with any of them.
    rows_of: u64,
    /// The rows.
    rows: Vec<HeatRowOut<'a>>,
}

/// A repository's algorithms.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct HeatRowOut<'a> {
    /// Its name.
    repository: &'a str,
    /// Those of `algorithms` that are in it.
    cells: Vec<CellOut<'a>>,
}

/// An algorithm in a repository.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct CellOut<'a> {
    /// Which.
    algorithm: &'a str,
    /// The most urgent priority.
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
    /// Places.
    places: u64,
}

/// An asset in a repository.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AssetOut<'a> {
    /// The repository's name.
    repository: &'a str,
    /// The asset's id.
    id: &'a str,
    /// Its name.
    name: &'a str,
    /// Its kind.
    kind: &'a str,
    /// The most urgent priority.
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
    /// The finding class of that judgement.
    finding_class: &'a str,
    /// Places.
    places: u64,
    /// The first of them: path and line.
    place: &'a str,
}

/// A certificate that is valid beyond a deadline.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct CertificateOut<'a> {
    /// It.
    asset: AssetOut<'a>,
    /// Until when it is valid.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    not_after: String,
    /// The deadline.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    deadline: String,
}

/// A key in several repositories.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct SharedKeyOut<'a> {
    /// Its id.
    id: &'a str,
    /// Its name.
    name: &'a str,
    /// The most urgent priority anywhere.
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
    /// Whether its private half lies somewhere.
    is_private: bool,
    /// Where it is.
    repositories: NamesOut<'a>,
}

/// Names of repositories, and how many there are in all.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct NamesOut<'a> {
    /// How many there are.
    of: u64,
    /// Those that are named.
    rows: Vec<&'a str>,
}

/// What failed.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct FailureOut<'a> {
    /// The repository's name.
    repository: &'a str,
    /// How it is treated: `transient` (tried again, later), `permanent` (not before the next run), `poison` (the scan of it crashed).
    #[cfg_attr(test, schemars(extend("enum" = ["transient", "permanent", "poison"])))]
    class: &'static str,
    /// What happened.
    reason: &'a str,
    /// How often it was tried in this run.
    attempts: u32,
    /// Since which run its head could not be scanned.
    since_run: i64,
    /// Whether an older result stands in for it.
    has_older: bool,
}

fn tool(organisation: &Organisation) -> ToolOut<'_> {
    ToolOut {
        name: "pqscan",
        version: &organisation.engine,
        rules_hash: &organisation.rules,
    }
}

pub(super) fn coverage(coverage: &Coverage) -> CoverageOut {
    CoverageOut {
        repositories: coverage.repositories,
        scanned: coverage.scanned,
        unchanged: coverage.unchanged,
        stale: coverage.stale,
        failed: coverage.failed,
        waiting: coverage.waiting,
        left_out: coverage.left_out,
        in_scope: in_scope(coverage),
        current: current(coverage),
        percent: covered(coverage),
        files: coverage.files,
        gaps: coverage.gaps,
        warning: not_adding_up(coverage),
    }
}

pub(super) fn totals(totals: &Totals) -> TotalsOut {
    TotalsOut {
        assets: totals.assets,
        places: totals.places,
        by_priority: by_priority(&totals.by_band),
        broken: totals.broken,
        ready: totals.ready,
    }
}

fn by_priority(bands: &ByBand) -> BTreeMap<&'static str, u64> {
    let names = BANDS.iter().map(|band: &Band| band_name(*band));
    names.zip(bands.iter().copied()).collect()
}

pub(super) fn deadline<'a>(organisation: &Organisation, deadline: &'a Deadline) -> DeadlineOut<'a> {
    DeadlineOut {
        day: deadline.day.to_string(),
        policy: Cow::Borrowed(&deadline.policy),
        open: deadline.open,
        repositories: deadline.repositories,
        days_left: days_left(organisation, deadline),
        a_month: a_month(organisation, deadline),
    }
}

pub(super) fn point(point: &Point) -> PointOut {
    PointOut {
        run: point.run,
        day: point.day.to_string(),
        repositories: point.repositories,
        totals: totals(&point.totals),
    }
}

pub(super) fn changed(organisation: &Organisation) -> Option<ChangeOut> {
    let Change {
        since,
        broken,
        ready,
    } = change(organisation)?;
    Some(ChangeOut {
        since_run: since.run,
        since: since.day.to_string(),
        new: organisation.new.of,
        gone: organisation.gone.of,
        broken,
        ready,
    })
}

pub(super) fn list<'a, T, O>(
    listed: &'a Listed<T>,
    most: usize,
    out: impl Fn(&'a T) -> O,
) -> ListOut<O> {
    ListOut {
        of: listed.of,
        rows: listed.rows.iter().take(most).map(out).collect(),
    }
}

fn asset(row: &AssetRow) -> AssetOut<'_> {
    AssetOut {
        repository: &row.repository,
        id: &row.id,
        name: &row.name,
        kind: &row.kind,
        priority: band_name(row.band),
        finding_class: &row.class,
        places: row.places,
        place: &row.place,
    }
}

fn failure(row: &FailureRow) -> FailureOut<'_> {
    FailureOut {
        repository: &row.repository,
        class: row.class.name(),
        reason: &row.reason,
        attempts: row.attempts,
        since_run: row.since_run,
        has_older: row.has_older,
    }
}

fn repository(row: &RepositoryRow) -> RepositoryOut<'_> {
    RepositoryOut {
        name: &row.name,
        owner: &row.owner,
        commit: &row.commit,
        scanned_on: row.scanned_on.to_string(),
        is_stale: row.is_stale,
        gaps: row.gaps,
        totals: totals(&row.totals),
    }
}

fn owner(row: &OwnerRow) -> OwnerOut<'_> {
    OwnerOut {
        owner: &row.owner,
        repositories: row.repositories,
        totals: totals(&row.totals),
    }
}

fn heat(heat: &Heat) -> HeatOut<'_> {
    let rows = heat.rows.iter().map(|(repository, cells)| {
        let cells = heat.algorithms.iter().zip(cells);
        let cells = cells.filter_map(|(algorithm, cell)| {
            let cell = cell.as_ref()?;
            Some(CellOut {
                algorithm,
                priority: band_name(cell.band),
                places: cell.places,
            })
        });
        HeatRowOut {
            repository,
            cells: cells.collect(),
        }
    });
    HeatOut {
        algorithms_of: heat.algorithms_of,
        algorithms: &heat.algorithms,
        rows_of: heat.rows_of,
        rows: rows.collect(),
    }
}

fn certificate(row: &CertificateRow) -> CertificateOut<'_> {
    CertificateOut {
        asset: asset(&row.asset),
        not_after: row.not_after.to_string(),
        deadline: row.deadline.to_string(),
    }
}

fn shared_key(row: &SharedKey) -> SharedKeyOut<'_> {
    SharedKeyOut {
        id: &row.id,
        name: &row.name,
        priority: band_name(row.band),
        is_private: row.is_private,
        repositories: NamesOut {
            of: row.repositories.of,
            rows: row.repositories.rows.iter().map(String::as_str).collect(),
        },
    }
}

fn document(organisation: &Organisation) -> OrganisationOut<'_> {
    const ALL: usize = usize::MAX;
    let policies = organisation.policies.iter();
    let deadlines = organisation.deadlines.iter();
    OrganisationOut {
        schema: SCHEMA,
        tool: tool(organisation),
        name: &organisation.name,
        as_of: organisation.as_of.to_string(),
        policies: policies
            .map(|(id, title)| PolicyOut { id, title })
            .collect(),
        quantum_year: organisation.quantum_year,
        coverage: coverage(&organisation.coverage),
        totals: totals(&organisation.totals),
        readiness: readiness(&organisation.totals),
        deadlines: deadlines.map(|one| deadline(organisation, one)).collect(),
        trend: organisation.trend.iter().map(point).collect(),
        change: changed(organisation),
        repositories: list(&organisation.repositories, ALL, repository),
        owners: list(&organisation.owners, ALL, owner),
        heat: heat(&organisation.heat),
        new: list(&organisation.new, ALL, asset),
        gone: list(&organisation.gone, ALL, asset),
        certificates: list(&organisation.certificates, ALL, certificate),
        shared_keys: list(&organisation.shared_keys, ALL, shared_key),
        failures: list(&organisation.failures, ALL, failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::made::of_written;

    #[test]
    fn its_published_schema_is_that_of_the_type() {
        of_written::<OrganisationOut<'_>>(
            "organisation",
            "Where an organisation stands, by pqscan (pqscan/organisation/1)",
        );
    }
}
