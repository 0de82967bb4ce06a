//! What lies in files as an object: how long a certificate lives, and what is only a container of things that are judged by themselves.

use jiff::Timestamp;
use jiff::civil::Date;

use super::algorithm::{possible_algorithms, worst};
use super::broken::least_bits;
use super::{Judgements, View, limits};
use crate::inventory::{Band, Class, Judgement, Lifetime, Outlives};
use crate::knowledge::catalog::Quantum;
use crate::knowledge::policy::{Ends, Policy};
use crate::model::migration::{Purpose, Track};
use crate::model::object::{Certificate, Opened};
use crate::model::{Facet, FindingClass, Object};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What an object is, as far as its judgement rests on it beside its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Aspect {
    Certificate {
        self_signed: bool,
        /// `valid`, `expired` or `not yet valid`.
        state: Option<&'static str>,
        ends: Option<End>,
    },
    Crl {
        /// It is past its next update.
        past: bool,
    },
    Request,
    Keystore {
        locked: bool,
    },
    Ciphertext,
}

/// The day on which a certificate ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum End {
    /// Days since 1970.
    On(i64),
    /// Likewise; beyond what the calendar here knows.
    Beyond(i64),
    Never,
}

impl Aspect {
    /// Of an object, where `now` (seconds since 1970) is known with its place in time; `None` for what is judged by its algorithm alone.
    pub(super) fn of(object: &Object, now: Option<i64>) -> Option<Self> {
        Some(match object {
            Object::Certificate(found) => Self::Certificate {
                self_signed: found.is_self_signed(),
                state: now.and_then(|now| state(found, now)),
                ends: found.not_after.map(End::of),
            },
            Object::Crl(crl) => Self::Crl {
                past: now.zip(crl.next_update).is_some_and(|(now, end)| end < now),
            },
            Object::Request(_) => Self::Request,
            Object::Keystore(store) => Self::Keystore {
                locked: store.opened == Opened::Locked,
            },
            Object::Ciphertext(_) => Self::Ciphertext,
            Object::Key(_) | Object::Signature(_) => return None,
        })
    }

    /// Judges an asset of which this is the aspect.
    pub(super) fn judge(self, view: View<'_>) -> Judgements {
        match self {
            Self::Certificate {
                self_signed,
                state,
                ends,
            } => certificate(view, self_signed, state, ends),
            Self::Crl { past: false } => worst(view),
            Self::Crl { past: true } => past(
                view,
                "it is past its next update",
                " It is past its next update.",
            ),
            Self::Request => past(
                view,
                "a request",
                " A request's signature only shows that whoever asks has the key, which is judged by itself.",
            ),
            Self::Keystore { locked: true } => Judgements::quantum(Judgement::new(
                Class::Unresolved,
                Band::P3,
                FindingClass::LockedKeystore,
                "It is locked, and not everything in it could be seen; give its password with --keystore-password-file.",
            )),
            Self::Keystore { locked: false } => {
                container("A container: the keys and certificates in it are judged by themselves.")
            }
            Self::Ciphertext => {
                container("The algorithms that it is encrypted with are judged by themselves.")
            }
        }
    }
}

fn container(reason: &str) -> Judgements {
    Judgements::quantum(Judgement::new(
        Class::Fine,
        Band::P4,
        FindingClass::NotAffected,
        reason,
    ))
}

fn certificate(
    view: View<'_>,
    self_signed: bool,
    state: Option<&'static str>,
    ends: Option<End>,
) -> Judgements {
    let outlives = outlives(ends, view);
    let expired = state == Some("expired");
    let anchor = view.observed.is_root && !expired && !outlives.is_empty();
    let mut limits = view.limits.to_vec();
    limits.extend(anchor.then(limits::outliving_anchor));
    limits.extend(expired.then(|| limits::past("it has expired")));
    // Nobody checks the signature that a root puts on itself: it is trusted by being there. Its key is judged by itself.
    let mut without = view.asset.clone();
    if self_signed {
        without.facets.remove(&Facet::Digest);
        without.facets.remove(&Facet::MgfDigest);
    }
    let view = View {
        asset: &without,
        limits: &limits,
        ..view
    };
    let mut judged = worst(view);
    let day = || ends.map(End::day).unwrap_or_default();
    if expired {
        at_most_p3(&mut judged, &format!(" It expired on {}.", day()));
    } else if judged.quantum.class != Class::PostQuantum {
        for outlives in &outlives {
            judged.quantum.reason.push_str(&match outlives.days {
                Some(days) => format!(
                    " It is valid until {}, {} past the last day that {} leaves.",
                    day(),
                    in_words(days),
                    outlives.policy
                ),
                None => " It never expires.".to_owned(),
            })
        }
        if !outlives.is_empty() && judged.quantum.class == Class::Signature {
            judged.quantum.finding_class = FindingClass::CertificateOutlivesDeadline
        }
    }
    if self_signed {
        judged
            .quantum
            .reason
            .push_str(" It is self-signed: what counts is the key, and where it is trusted.")
    }
    judged.lifetime = Some(Lifetime { state, outlives });
    judged
}

/// The state of a certificate at a time.
fn state(found: &Certificate, now: i64) -> Option<&'static str> {
    Some(match (found.not_before, found.not_after?) {
        (_, end) if end < now => "expired",
        (Some(start), _) if start > now => "not yet valid",
        _ => "valid",
    })
}

/// How far a certificate reaches beyond the deadlines for its algorithm.
fn outlives(ends: Option<End>, view: View<'_>) -> Vec<Outlives> {
    let of = |policy: &Policy| {
        let mut algorithms = possible_algorithms(view.asset, view.catalog);
        let algorithm = algorithms
            .find(|a| a.quantum == Quantum::Shor && policy.speaks_of(&a.name, view.catalog))?;
        let bits = least_bits(algorithm, view.asset, view.catalog);
        let purpose = view.observed.purpose.unwrap_or(Purpose::LeafCertificate);
        let deadline = policy.deadline(
            Ends::Disallowed,
            Track::Authenticity,
            purpose,
            bits,
            view.said.criticality,
        )?;
        let after = days_since_1970(deadline.last_day) + 1;
        let days = match ends? {
            End::Never => None,
            End::On(day) | End::Beyond(day) if day >= after => Some(day - after),
            End::On(_) | End::Beyond(_) => return None,
        };
        Some(Outlives {
            policy: policy.cited(),
            year: u16::try_from(deadline.last_day.year()).unwrap_or_default(),
            days,
        })
    };
    view.planning.policies.iter().filter_map(of).collect()
}

/// What counts no more.
fn past(view: View<'_>, because: &'static str, why: &str) -> Judgements {
    let mut limits = view.limits.to_vec();
    limits.push(limits::past(because));
    let mut judged = worst(View {
        limits: &limits,
        ..view
    });
    at_most_p3(&mut judged, why);
    judged
}

fn at_most_p3(judged: &mut Judgements, why: &str) {
    for judgement in std::iter::once(&mut judged.quantum).chain(&mut judged.weak) {
        judgement.band = judgement.band.max(Band::P3);
        judgement.reason.push_str(why);
    }
}

fn days_since_1970(day: Date) -> i64 {
    let begin = Date::constant(1970, 1, 1);
    begin
        .until(day)
        .map_or(0, |span| i64::from(span.get_days()))
}

impl End {
    /// Of seconds since 1970, where the highest number stands for never.
    fn of(seconds: i64) -> Self {
        let day = seconds.div_euclid(DAY);
        match Timestamp::from_second(seconds) {
            _ if seconds == i64::MAX => Self::Never,
            Ok(_) => Self::On(day),
            Err(_) => Self::Beyond(day),
        }
    }

    /// `2036-01-31`.
    fn day(self) -> String {
        let seconds = match self {
            Self::On(day) => day.checked_mul(DAY),
            Self::Beyond(_) | Self::Never => None,
        };
        seconds
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .map_or_else(
                || "a day beyond the calendar".to_owned(),
                |time| time.strftime("%Y-%m-%d").to_string(),
            )
    }
}

/// `5.4 years`, or days below one.
fn in_words(days: i64) -> String {
    match days {
        0..=364 => format!("{days} days"),
        _ => format!("{:.1} years", days as f64 / 365.25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let seconds = |year| days_since_1970(Date::constant(year, 1, 1)) * DAY;
        assert_eq!(seconds(1970), 0);
        assert_eq!(seconds(2000), 946_684_800);
        assert_eq!(seconds(2036), 2_082_758_400);
        assert_eq!(seconds(2101), 4_133_980_800);
        assert_eq!(End::of(2_082_758_400).day(), "2036-01-01");
        assert_eq!(End::of(2_082_758_399).day(), "2035-12-31");
        assert_eq!(End::of(i64::MAX - 1).day(), "a day beyond the calendar");
    }

    #[test]
    fn a_span_is_told_in_days_or_years() {
        assert_eq!(in_words(12), "12 days");
        assert_eq!(in_words(1972), "5.4 years");
    }
}
