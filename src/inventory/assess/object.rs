//! What lies in files as an object: how long a certificate lives, and what is only a container of things that are judged by themselves.

use jiff::Timestamp;

use super::{possible_algorithms, worst};
use crate::inventory::{Assessment, Band, Class, Lifetime, Outlives};
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Certificate, Opened};
use crate::model::{Asset, Facet, Object};

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
    pub(super) fn judge(self, asset: &Asset, catalog: &Catalog) -> Assessment {
        match self {
            Self::Certificate {
                self_signed,
                state,
                ends,
            } => {
                let lifetime = Lifetime {
                    state,
                    outlives: outlives(asset, ends, catalog).into_iter().collect(),
                };
                certificate(asset, self_signed, ends, lifetime, catalog)
            }
            Self::Crl { past: false } => worst(asset, catalog),
            Self::Crl { past: true } => {
                at_most_p3(worst(asset, catalog), " It is past its next update.")
            }
            Self::Request => at_most_p3(
                worst(asset, catalog),
                " A request's signature only shows that whoever asks has the key, which is judged by itself.",
            ),
            Self::Keystore { locked: true } => Assessment {
                class: Class::Unresolved,
                band: Band::P3,
                reason: "It is locked, and not everything in it could be seen; give its password with --keystore-password-file."
                    .to_owned(),
                replacement: None,
                finding_class: "locked-keystore",
                lifetime: None,
            },
            Self::Keystore { locked: false } => {
                container("A container: the keys and certificates in it are judged by themselves.")
            }
            Self::Ciphertext => {
                container("The algorithms that it is encrypted with are judged by themselves.")
            }
        }
    }
}

fn container(reason: &str) -> Assessment {
    Assessment {
        class: Class::Fine,
        band: Band::P4,
        reason: reason.to_owned(),
        replacement: None,
        finding_class: "not-affected",
        lifetime: None,
    }
}

fn certificate(
    asset: &Asset,
    self_signed: bool,
    ends: Option<End>,
    lifetime: Lifetime,
    catalog: &Catalog,
) -> Assessment {
    // Nobody checks the signature that a root puts on itself: it is trusted by being there. Its key is judged by itself.
    let mut judged = if self_signed {
        let mut without = asset.clone();
        without.facets.remove(&Facet::Digest);
        without.facets.remove(&Facet::MgfDigest);
        worst(&without, catalog)
    } else {
        worst(asset, catalog)
    };
    let day = || ends.map(End::day).unwrap_or_default();
    match lifetime.state {
        Some("expired") => {
            judged = at_most_p3(judged, &format!(" It expired on {}.", day()));
        }
        _ if judged.class != Class::PostQuantum => {
            for outlives in &lifetime.outlives {
                judged.reason.push_str(&match outlives.days {
                    Some(days) => format!(
                        " It is valid until {}, {} past the last day that {} leaves.",
                        day(),
                        in_words(days),
                        outlives.policy
                    ),
                    None => " It never expires.".to_owned(),
                })
            }
        }
        _ => {}
    }
    if self_signed {
        judged
            .reason
            .push_str(" It is self-signed: what counts is the key, and where it is trusted.")
    }
    judged.lifetime = Some(lifetime);
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

/// How far a certificate reaches beyond the deadline for its algorithm.
fn outlives(asset: &Asset, ends: Option<End>, catalog: &Catalog) -> Option<Outlives> {
    let policy = possible_algorithms(asset, catalog).find_map(|a| catalog.policy(&a.name))?;
    let last = year_begins(i64::from(policy.signature.disallowed_after) + 1);
    let days = match ends? {
        End::Never => None,
        End::On(day) | End::Beyond(day) if day >= last => Some(day - last),
        End::On(_) | End::Beyond(_) => return None,
    };
    Some(Outlives {
        policy: policy.cited(),
        year: policy.signature.disallowed_after,
        days,
    })
}

fn at_most_p3(mut judged: Assessment, why: &str) -> Assessment {
    if judged.band < Band::P3 {
        judged.band = Band::P3
    }
    judged.reason.push_str(why);
    judged
}

/// Days since 1970 at the beginning of a year of the Gregorian calendar.
fn year_begins(year: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
    (year - 1970) * 365 + leap_days
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
    fn years_begin_where_the_calendar_says() {
        assert_eq!(year_begins(1970), 0);
        assert_eq!(year_begins(2000) * DAY, 946_684_800);
        assert_eq!(year_begins(2036) * DAY, 2_082_758_400);
        assert_eq!(year_begins(2101) * DAY, 4_133_980_800);
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
