//! What a judgement is made of: lists, bands, scores with every term, and what policies say. `assess` makes them.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::planning::Years;
use crate::knowledge::policy::{Binding, Ends};
use crate::model::FindingClass;
use crate::model::migration::{Criticality, Purpose, Track};

/// Which list a judgement is on. The lists are never added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Broken by a quantum computer, protects confidentiality: recorded today, decrypted then.
    KeyEstablishment,
    /// Broken by a quantum computer, protects authenticity: forged from then on.
    Signature,
    /// Broken by a quantum computer; its use was not seen.
    QuantumBroken,
    /// Broken or too weak already, whatever the computer.
    Weak,
    /// Broken or weak, and there for others to use: no use was seen.
    Provided,
    /// Sound, and not among what a chosen policy allows.
    NotAllowed,
    /// Post-quantum or hybrid.
    PostQuantum,
    /// Not affected.
    Fine,
    /// The algorithm is not in the code.
    Unresolved,
}

/// A priority. `P0` is the most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the bands are the words themselves")]
pub enum Band {
    P0,
    P1,
    P2,
    P3,
    P4,
}

/// What one asset is judged to be.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// On which lists, the most urgent first; at least one, and of each finding class at most one.
    judgements: Vec<Judgement>,
    /// Of a certificate: where it stands in time.
    pub lifetime: Option<Lifetime>,
    /// What each chosen policy says of it, in the order of the policies; only those that say something.
    pub verdicts: Vec<Verdict>,
}

impl Assessment {
    /// Of judgements in any order.
    pub fn new(first: Judgement, others: impl IntoIterator<Item = Judgement>) -> Self {
        let mut judgements = vec![first];
        judgements.extend(others);
        let mut assessment = Self {
            judgements,
            lifetime: None,
            verdicts: Vec::new(),
        };
        assessment.sort();
        assessment
    }

    /// The most urgent: what stands for the asset where there is room for one.
    pub fn main(&self) -> &Judgement {
        &self.judgements[0]
    }

    /// Every list that it is on, the most urgent first.
    pub fn judgements(&self) -> &[Judgement] {
        &self.judgements
    }

    /// Puts it on another list.
    pub(super) fn add(&mut self, judgement: Judgement) {
        self.judgements.push(judgement);
        self.sort();
    }

    /// Changes every judgement, and puts the most urgent first again.
    pub(super) fn change(&mut self, change: impl FnMut(&mut Judgement)) {
        self.judgements.iter_mut().for_each(change);
        self.sort();
    }

    fn sort(&mut self) {
        // What is weak already waits for no quantum computer.
        self.judgements
            .sort_by_key(|j| (j.band, j.class != Class::Weak, j.class, j.finding_class));
        self.judgements.dedup_by_key(|j| j.finding_class);
    }

    /// The most urgent of its priorities.
    pub fn band(&self) -> Band {
        self.main().band
    }

    /// The score, where a quantum computer breaks it.
    pub fn score(&self) -> Option<&Score> {
        self.judgements.iter().find_map(|j| j.score.as_deref())
    }

    /// Its judgement on a list.
    pub fn on(&self, class: Class) -> Option<&Judgement> {
        self.judgements.iter().find(|j| j.class == class)
    }
}

/// What an asset is judged to be on one list.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The list.
    pub class: Class,
    /// The priority.
    pub band: Band,
    /// What is wrong.
    pub finding_class: FindingClass,
    /// The sentences that justify the priority.
    pub reason: String,
    /// What replaces it, the preferred first: as the first of the chosen policies says that speaks of it, else as the catalogue does. Empty
    /// where nothing does yet.
    pub replacement: Vec<String>,
    /// What has to be known of that; where nothing replaces it, what to do until something does.
    pub note: Option<String>,
    /// How the priority came about, on the two lists of what a quantum computer breaks.
    pub score: Option<Box<Score>>,
}

impl Judgement {
    /// Without a score or a replacement.
    pub fn new(
        class: Class,
        band: Band,
        finding_class: FindingClass,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            class,
            band,
            finding_class,
            reason: reason.into(),
            replacement: Vec::new(),
            note: None,
            score: None,
        }
    }

    /// With what replaces it.
    pub fn replaced_by(mut self, replacement: impl IntoIterator<Item = String>) -> Self {
        self.replacement = replacement.into_iter().collect();
        self
    }

    /// What replaces it, in words.
    pub fn replacement(&self) -> Option<String> {
        (!self.replacement.is_empty()).then(|| self.replacement.join(" or "))
    }
}

/// How a priority came about: every term, and who says it.
///
/// `points = urgency + exposure + role + criticality`, then floors and caps; `urgency = 60 · clamp(1 − slack / 10)`,
/// `slack = need_by − effort − today`, `need_by = min(quantum year − lifetime, deadline)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// What is lost.
    pub track: Track,
    /// What it is used for.
    pub purpose: Term<Purpose>,
    /// 0 to 100.
    pub points: u8,
    /// For how long what is encrypted must stay secret, or a signature is checked by what cannot be updated.
    pub lifetime: Term<Years>,
    /// How long the change takes.
    pub effort: Term<Years>,
    /// The deadline that counts, the strictest of the chosen policies.
    pub deadline: Option<Due>,
    /// When the change has to be done.
    pub need_by: Years,
    /// How much time is left to begin; negative: it should have begun.
    pub slack: Years,
    /// Points for time, in hundredths.
    pub urgency: u16,
    /// Points for who can reach it.
    pub exposure: Term<u8>,
    /// Points for what rests on it.
    pub role: Term<u8>,
    /// Points for how much depends on the system.
    pub criticality: Term<u8>,
    /// Floors and caps that changed the points.
    pub limits: Vec<Limit>,
    /// The band if a quantum computer comes earlier or later.
    pub at: Vec<(i16, Band)>,
    /// What only a person knows and the band depends on.
    pub needs_context: Vec<Need>,
}

/// A term of a score.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term<T> {
    /// Its value.
    pub value: T,
    /// Who says so.
    pub source: Source,
    /// Why it has this value, in a few words.
    pub because: Cow<'static, str>,
}

/// Who says a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The files under scan.
    Observed,
    /// The user.
    User,
    /// Nobody: it is assumed.
    Default,
}

impl Source {
    /// Every source.
    pub const ALL: &[Self] = &[Self::Observed, Self::User, Self::Default];

    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::User => "user",
            Self::Default => "default",
        }
    }
}

/// A deadline that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The policy's id.
    pub policy: Arc<str>,
    /// The policy, as a sentence cites it.
    pub cited: Arc<str>,
    /// The last day that it leaves.
    pub last_day: Date,
}

/// A floor or a cap that changed the points.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// At least (a floor) or at most (a cap) so many points.
    pub points: u8,
    /// Whether it is a floor.
    pub floor: bool,
    /// Why.
    pub because: Cow<'static, str>,
}

/// Something that only a person knows and the band depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The key of the settings that answers it: `shelf-life`, `criticality`, `purpose`.
    pub what: &'static str,
    /// The least urgent band that an answer can give, and that answer.
    pub least: (Band, Cow<'static, str>),
    /// The most urgent band that an answer can give, and that answer.
    pub most: (Band, Cow<'static, str>),
}

/// What a policy says of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its id.
    pub policy: Arc<str>,
    /// As a sentence cites it.
    pub cited: Arc<str>,
    /// How much it binds whom it addresses.
    pub binding: Binding,
    /// What it ends of the asset, and the last day on which it is still so; the earliest first.
    pub ends: Vec<(Ends, Date)>,
    /// Of a case that no file shows (criticality): what it would end earlier.
    pub if_critical: Option<(Criticality, Date)>,
    /// What of the asset is not among what it allows, for what it ends nothing of: `AES-128`.
    pub not_allowed: Vec<String>,
    /// What it wants instead; empty where it names nothing, or there is no standard yet.
    pub targets: Vec<String>,
    /// What has to be known of that.
    pub note: Option<String>,
}

impl Verdict {
    /// Whether the policy will not have the asset stay as it is.
    pub fn objects(&self) -> bool {
        !self.ends.is_empty() || !self.not_allowed.is_empty()
    }
}

/// Where a certificate stands in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// `valid`, `expired` or `not yet valid`; `None` where the time of the report is left out, or the certificate does not say.
    pub state: Option<&'static str>,
    /// The deadlines that it reaches beyond.
    pub outlives: Vec<Outlives>,
}

/// A deadline that a certificate reaches beyond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlives {
    /// The policy, as a sentence cites it.
    pub policy: String,
    /// The last year in which the policy allows the algorithm.
    pub year: u16,
    /// By how many days; `None` where the certificate never ends.
    pub days: Option<i64>,
}
