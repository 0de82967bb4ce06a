//! What people decide and files cannot tell: which policies count, from when on a quantum computer is expected, what a system is worth.
//!
//! No files are read here: `cli` reads settings and CODEOWNERS and fills this in. Nothing here judges.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::places::{Owners, Places};
use super::waiver::Waiver;
use crate::knowledge::policy::{self, Policy};
use crate::model::migration::{Criticality, Exposure, Purpose};

/// A span or a point of time in hundredths of a year: exact enough for plans, and exact to compare.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Years(i32);

impl Years {
    /// The longest span and the last year that count; later ones are taken for these.
    const MOST: i32 = 10_000 * 100;

    /// Of hundredths of a year.
    pub const fn hundredths(hundredths: i32) -> Self {
        Self(hundredths)
    }

    /// Of whole years.
    pub fn whole(years: i32) -> Self {
        Self(years.clamp(-10_000, 10_000) * 100)
    }

    /// The nearest; `None` for what is no number.
    pub fn of(years: f64) -> Option<Self> {
        let most = f64::from(Self::MOST);
        // Within the bounds above, so nothing is lost.
        (!years.is_nan()).then(|| Self((years * 100.0).round().clamp(-most, most) as i32))
    }

    /// The point of time at which a day begins.
    pub fn at(day: Date) -> Self {
        let into = i32::from(day.day_of_year() - 1) * 100 / i32::from(day.days_in_year());
        Self(i32::from(day.year()) * 100 + into)
    }

    /// In years.
    pub fn in_years(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// In hundredths of a year.
    pub const fn in_hundredths(self) -> i32 {
        self.0
    }
}

impl std::ops::Add for Years {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Years {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// `0.25`, `3`, `-19.9`.
impl fmt::Display for Years {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match part {
            0 => write!(f, "{sign}{whole}"),
            _ if part % 10 == 0 => write!(f, "{sign}{whole}.{}", part / 10),
            _ => write!(f, "{sign}{whole}.{part:02}"),
        }
    }
}

/// What somebody says of a place, as far as they say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Said {
    /// For how long what is encrypted must stay secret.
    pub shelf_life: Option<Years>,
    /// For how long a signature is checked by what cannot be updated.
    pub verification_life: Option<Years>,
    /// How long the change takes.
    pub effort: Option<Years>,
    /// Who can reach it.
    pub exposure: Option<Exposure>,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// What it is used for.
    pub purpose: Option<Purpose>,
}

impl Said {
    /// What this says, and where it says nothing, what the other says.
    pub fn or(self, other: &Self) -> Self {
        Self {
            shelf_life: self.shelf_life.or(other.shelf_life),
            verification_life: self.verification_life.or(other.verification_life),
            effort: self.effort.or(other.effort),
            exposure: self.exposure.or(other.exposure),
            criticality: self.criticality.or(other.criticality),
            purpose: self.purpose.or(other.purpose),
        }
    }
}

/// What somebody says of some places.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Context {
    /// Which.
    pub places: Places,
    /// What of them.
    pub said: Said,
    /// Who owns them, where somebody says so.
    pub owners: Vec<String>,
}

/// Everything that people decide before anything is judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Planning {
    /// The policies that count, in the order in which they were asked for; at least one.
    pub policies: Vec<Policy>,
    /// The day of the judgement.
    pub today: Date,
    /// Whether that day is the day of the run, rather than one that was set or taken from the policies.
    pub today_is_now: bool,
    /// From the first day of this year on, a quantum computer is expected: a date to plan with, no forecast.
    pub quantum_year: i16,
    /// Whether somebody chose that year.
    pub quantum_year_chosen: bool,
    /// What is said of everything.
    pub everywhere: Said,
    /// What is said of some places; the last that matches and says something counts.
    pub contexts: Vec<Context>,
    /// Who owns which places.
    pub owners: Owners,
    /// What is accepted, as settings say.
    pub waivers: Vec<Waiver>,
    /// Whether comments in the code that accept something are left aside.
    pub ignore_comments: bool,
    /// Where the scanned project itself says something of all this: what would count without.
    pub without_project: Option<Box<Self>>,
    /// Where several results are one report: what counts below each of its folders instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beneath: Vec<Beneath>,
}

/// What is said of the places below a folder, as if it were the root.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beneath {
    /// The folder's name, without a slash at its end.
    pub folder: Arc<str>,
    /// What is said of it.
    pub planning: Planning,
}

/// The year that policies cluster on, and nothing else is known of.
pub const QUANTUM_YEAR: i16 = 2035;
/// For how long data must stay secret where nobody says: years.
pub const SHELF_LIFE: Years = Years::hundredths(500);

impl Default for Planning {
    fn default() -> Self {
        Self::new(Vec::new(), Date::default())
    }
}

impl Planning {
    /// With nothing said: the default policy, and the default year.
    pub fn new(policies: Vec<Policy>, today: Date) -> Self {
        Self {
            policies,
            today,
            today_is_now: true,
            quantum_year: QUANTUM_YEAR,
            quantum_year_chosen: false,
            everywhere: Said::default(),
            contexts: Vec::new(),
            owners: Owners::default(),
            waivers: Vec::new(),
            ignore_comments: false,
            without_project: None,
            beneath: Vec::new(),
        }
    }

    /// What counts where nobody chose: the policy of [`policy::DEFAULT`] among those given, on the day of a time in seconds since 1970.
    /// Where the time is left out, on the day when the newest of the policies was last looked at, so that the same input gives the same
    /// judgement.
    pub fn usual(policies: &[Policy], timestamp: Option<i64>) -> Self {
        let chosen = policies.iter().filter(|p| p.id == policy::DEFAULT);
        let verified = policies.iter().map(|policy| policy.last_verified).max();
        let now = timestamp
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .map(|now| TimeZone::UTC.to_datetime(now).date());
        let today = now.or(verified).unwrap_or_default();
        let mut planning = Self::new(chosen.cloned().collect(), today);
        planning.today_is_now = now.is_some();
        planning
    }

    /// What is said of a path.
    pub fn said(&self, path: &str) -> Said {
        let matching = self.contexts.iter().rev();
        let matching = matching.filter(|context| context.places.contain(path));
        let said = matching.fold(Said::default(), |said, context| said.or(&context.said));
        match self.beneath(path) {
            Some((planning, path)) => said.or(&planning.said(path)),
            None => said.or(&self.everywhere),
        }
    }

    /// Sets the day of the judgement.
    pub fn judge_at(&mut self, today: Date, is_now: bool) {
        self.today = today;
        self.today_is_now = is_now;
        if let Some(without) = &mut self.without_project {
            without.judge_at(today, is_now)
        }
    }

    /// Says something of everything, whatever was said of everything before.
    pub fn say(&mut self, said: &Said) {
        self.everywhere = said.clone().or(&self.everywhere);
        for below in &mut self.beneath {
            below.planning.say(said)
        }
    }

    /// The planning of the folder that a path lies below, and the path from there.
    fn beneath<'p>(&self, path: &'p str) -> Option<(&Self, &'p str)> {
        self.beneath.iter().find_map(|below| {
            let rest = path.strip_prefix(&*below.folder)?.strip_prefix('/')?;
            Some((&below.planning, rest))
        })
    }

    /// Whether what is said depends on the path.
    pub fn depends_on_path(&self) -> bool {
        !(self.contexts.is_empty() && self.beneath.is_empty())
    }

    /// Who owns a path: as the last context says that names an owner, else as the repository does. Nobody where none of them says.
    pub fn owners(&self, path: &str) -> &[String] {
        let contexts = self.contexts.iter().rev();
        let said = contexts
            .filter(|context| !context.owners.is_empty())
            .find(|context| context.places.contain(path));
        match (said, self.beneath(path)) {
            (Some(context), _) => &context.owners,
            (None, Some((planning, path))) => planning.owners(path),
            (None, None) => self.owners.of(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn years_are_written_shortly() {
        let shown = |hundredths| Years::hundredths(hundredths).to_string();
        assert_eq!(shown(25), "0.25");
        assert_eq!(shown(300), "3");
        assert_eq!(shown(-1990), "-19.9");
        assert_eq!(Years::at(date(2026, 11, 23)).to_string(), "2026.89");
        assert_eq!(Years::of(f64::NAN), None);
        assert_eq!(Years::of(1e300), Some(Years::whole(10_000)));
    }

    #[test]
    fn the_last_pattern_that_says_something_counts() {
        let context = |pattern: &str, shelf_life, exposure| Context {
            places: Places::of(&[pattern.to_owned()]).unwrap(),
            owners: Vec::new(),
            said: Said {
                shelf_life,
                exposure,
                ..Said::default()
            },
        };
        let mut planning = Planning::new(Vec::new(), date(2026, 11, 23));
        planning.everywhere.shelf_life = Some(Years::whole(1));
        planning.contexts = vec![
            context("api/**", Some(Years::whole(7)), Some(Exposure::Internet)),
            context("api/logs/**", Some(Years::whole(2)), None),
        ];
        let said = planning.said("api/logs/a.jar!/A.class");
        assert_eq!(said.shelf_life, Some(Years::whole(2)));
        assert_eq!(said.exposure, Some(Exposure::Internet));
        assert_eq!(planning.said("web/a.js").shelf_life, Some(Years::whole(1)));
    }
}
