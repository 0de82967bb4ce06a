//! Where an organisation stands: what its reports are made of. Filled from the database, judged by the policies of the day.
//!
//! Lists are as long as a page can show; every list says how many there are in all.

use jiff::civil::Date;

use super::failure::Class;
use crate::inventory::Band;

/// How many assets there are by band, `P0` first.
pub type ByBand = [u64; 5];

/// The whole of it.
#[derive(Debug, Clone, Default)]
pub struct Organisation {
    /// What the fleet's settings call it.
    pub name: String,
    /// The day of the judgement.
    pub as_of: Date,
    /// The policies that count: id, title.
    pub policies: Vec<(String, String)>,
    /// The year from which on a quantum computer is expected: a date to plan with.
    pub quantum_year: i16,
    /// The version of pqscan.
    pub engine: String,
    /// blake3 of the rules.
    pub rules: String,
    /// What was looked at.
    pub coverage: Coverage,
    /// Totals of all repositories.
    pub totals: Totals,
    /// The most urgent repositories first.
    pub repositories: Listed<RepositoryRow>,
    /// The owners with the most urgent repositories first.
    pub owners: Listed<OwnerRow>,
    /// Repository × algorithm.
    pub heat: Heat,
    /// One point for each run that has finished, the oldest first.
    pub trend: Vec<Point>,
    /// The deadlines of the policies, the earliest first, and what is open for each.
    pub deadlines: Vec<Deadline>,
    /// What is there since the last run, and was not before; the most urgent first.
    pub new: Listed<AssetRow>,
    /// What was there in the last run, and no more.
    pub gone: Listed<AssetRow>,
    /// Certificates that are valid beyond a deadline that counts for them; the most urgent first.
    pub certificates: Listed<CertificateRow>,
    /// Keys that stand in several repositories; those in most first.
    pub shared_keys: Listed<SharedKey>,
    /// What failed, the longest ago first.
    pub failures: Listed<FailureRow>,
}

/// Rows, and how many there are in all.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// Those that are shown.
    pub rows: Vec<T>,
    /// How many there are.
    pub of: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            of: 0,
        }
    }
}

/// What share of the organisation was looked at. The parts add up to `repositories`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// That the targets name.
    pub repositories: u64,
    /// Whose current head was scanned in this run.
    pub scanned: u64,
    /// Whose current head was scanned by an earlier run: nothing changed.
    pub unchanged: u64,
    /// Of which an older head was scanned and the present one was not: their numbers are old.
    pub stale: u64,
    /// Of which nothing could ever be scanned.
    pub failed: u64,
    /// That are left out: archived, forks and patterns where the settings say so, and what the forge says is empty, disabled or no git.
    pub left_out: u64,
    /// That still wait.
    pub waiting: u64,
    /// Files that were read, in all repositories.
    pub files: u64,
    /// Files that could not be read, or not wholly.
    pub gaps: u64,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Assets: an asset in three repositories counts three times.
    pub assets: u64,
    /// Places.
    pub places: u64,
    /// Assets by the most urgent of their bands.
    pub by_band: ByBand,
    /// Assets that a quantum computer breaks.
    pub broken: u64,
    /// Assets that are post-quantum or hybrid.
    pub ready: u64,
}

/// A repository.
#[derive(Debug, Clone)]
pub struct RepositoryRow {
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: String,
    /// How much is in it.
    pub totals: Totals,
    /// The commit that was scanned.
    pub commit: String,
    /// When it was scanned.
    pub scanned_on: Date,
    /// Whether the head has moved on since.
    pub is_stale: bool,
    /// Files that could not be read, or not wholly.
    pub gaps: u64,
}

/// All repositories of an owner.
#[derive(Debug, Clone)]
pub struct OwnerRow {
    /// Who.
    pub owner: String,
    /// How many repositories with a result.
    pub repositories: u64,
    /// How much is in them.
    pub totals: Totals,
}

/// Repository × algorithm: the most urgent rows and the most frequent columns.
#[derive(Debug, Clone, Default)]
pub struct Heat {
    /// The columns: names of algorithms.
    pub algorithms: Vec<String>,
    /// How many algorithms there are.
    pub algorithms_of: u64,
    /// The rows: a repository and a cell for each column.
    pub rows: Vec<(String, Vec<Option<Cell>>)>,
    /// How many repositories there are with any of them.
    pub rows_of: u64,
}

/// An algorithm in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The most urgent band.
    pub band: Band,
    /// Places.
    pub places: u64,
}

/// Where the organisation stood after a run.
#[derive(Debug, Clone)]
pub struct Point {
    /// The run's number.
    pub run: i64,
    /// Its day.
    pub day: Date,
    /// Repositories with a result.
    pub repositories: u64,
    /// How much there was.
    pub totals: Totals,
}

/// A deadline of a policy.
#[derive(Debug, Clone)]
pub struct Deadline {
    /// The day from which on it is not allowed any more.
    pub day: Date,
    /// Which policy, by id.
    pub policy: String,
    /// How many assets are to be changed by then and are not.
    pub open: u64,
    /// In how many repositories.
    pub repositories: u64,
}

/// An asset in a repository.
#[derive(Debug, Clone)]
pub struct AssetRow {
    /// The repository's name.
    pub repository: String,
    /// The asset's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The most urgent band.
    pub band: Band,
    /// The finding class of that judgement, by name.
    pub class: String,
    /// Places.
    pub places: u64,
    /// The first of them: path and line.
    pub place: String,
}

/// A certificate that is valid beyond a deadline.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// It.
    pub asset: AssetRow,
    /// Until when it is valid.
    pub not_after: Date,
    /// The deadline.
    pub deadline: Date,
}

/// A key in several repositories.
#[derive(Debug, Clone)]
pub struct SharedKey {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The most urgent band anywhere.
    pub band: Band,
    /// Whether its private half lies somewhere.
    pub is_private: bool,
    /// Names of repositories; `of` says in how many it is.
    pub repositories: Listed<String>,
}

/// What failed.
#[derive(Debug, Clone)]
pub struct FailureRow {
    /// The repository's name.
    pub repository: String,
    /// How it is treated.
    pub class: Class,
    /// What happened.
    pub reason: String,
    /// How often it was tried in this run.
    pub attempts: u32,
    /// Since which run its head could not be scanned.
    pub since_run: i64,
    /// Whether an older result stands in for it.
    pub has_older: bool,
}
