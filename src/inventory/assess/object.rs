//! What lies in files as an object: how long a certificate lives, and what is only a container of things that are judged by themselves.

use super::{possible_algorithms, worst};
use crate::inventory::{Assessment, Band, Class, InventoryAsset, Lifetime, Outlives};
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Certificate, Opened};
use crate::model::{Asset, Facet, Object};

/// Seconds of a day and of a year of the calendar.
const DAY: i64 = 86_400;

/// Judges an object, with its place in time where `now` (seconds since 1970) is known; `None` for what is judged by its algorithm alone.
pub(super) fn judge(
    asset: &InventoryAsset,
    catalog: &Catalog,
    now: Option<i64>,
) -> Option<Assessment> {
    match asset.asset.object.as_deref()? {
        Object::Certificate(found) => Some(certificate(&asset.asset, found, catalog, now)),
        Object::Crl(crl) => {
            let judged = worst(&asset.asset, catalog);
            let past = now.zip(crl.next_update).is_some_and(|(now, end)| end < now);
            Some(if past {
                at_most_p3(judged, " It is past its next update.")
            } else {
                judged
            })
        }
        Object::Request(_) => Some(at_most_p3(
            worst(&asset.asset, catalog),
            " A request's signature only shows that whoever asks has the key, which is judged by itself.",
        )),
        Object::Keystore(store) if store.opened == Opened::Locked => Some(Assessment {
            class: Class::Unresolved,
            band: Band::P3,
            reason: "It is locked, and not everything in it could be seen; give its password with --keystore-password-file."
                .to_owned(),
            replacement: None,
            finding_class: "locked-keystore",
            lifetime: None,
        }),
        Object::Keystore(_) => Some(container(
            "A container: the keys and certificates in it are judged by themselves.",
        )),
        Object::Ciphertext(_) => Some(container(
            "The algorithms that it is encrypted with are judged by themselves.",
        )),
        Object::Key(_) | Object::Signature(_) => None,
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
    found: &Certificate,
    catalog: &Catalog,
    now: Option<i64>,
) -> Assessment {
    // Nobody checks the signature that a root puts on itself: it is trusted by being there. Its key is judged by itself.
    let trusted_as_is = found.is_self_signed();
    let mut judged = if trusted_as_is {
        let mut without = asset.clone();
        without.facets.remove(&Facet::Digest);
        without.facets.remove(&Facet::MgfDigest);
        worst(&without, catalog)
    } else {
        worst(asset, catalog)
    };
    let lifetime = lifetime(asset, found, catalog, now);
    match lifetime.state {
        Some("expired") => {
            let day = found.not_after.map(day).unwrap_or_default();
            judged = at_most_p3(judged, &format!(" It expired on {day}."));
        }
        _ if judged.class != Class::PostQuantum => {
            for outlives in &lifetime.outlives {
                judged.reason.push_str(&match outlives.days {
                    Some(days) => format!(
                        " It is valid until {}, {} past the last day that {} leaves.",
                        found.not_after.map(day).unwrap_or_default(),
                        in_words(days),
                        outlives.policy
                    ),
                    None => " It never expires.".to_owned(),
                })
            }
        }
        _ => {}
    }
    if trusted_as_is {
        judged
            .reason
            .push_str(" It is self-signed: what counts is the key, and where it is trusted.")
    }
    judged.lifetime = Some(lifetime);
    judged
}

/// The state of a certificate at a time, and how far it reaches beyond the deadlines for its algorithm.
fn lifetime(asset: &Asset, found: &Certificate, catalog: &Catalog, now: Option<i64>) -> Lifetime {
    let state = now.and_then(|now| {
        Some(match (found.not_before, found.not_after?) {
            (_, end) if end < now => "expired",
            (Some(start), _) if start > now => "not yet valid",
            _ => "valid",
        })
    });
    let policy = possible_algorithms(asset, catalog).find_map(|a| catalog.policy(&a.name));
    let outlives = policy.zip(found.not_after).and_then(|(policy, end)| {
        let last = year_begins(i64::from(policy.signature.disallowed_after) + 1);
        (end >= last).then(|| Outlives {
            policy: policy.cited(),
            year: policy.signature.disallowed_after,
            days: (end != i64::MAX).then_some((end - last) / DAY),
        })
    });
    Lifetime {
        state,
        outlives: outlives.into_iter().collect(),
    }
}

fn at_most_p3(mut judged: Assessment, why: &str) -> Assessment {
    if judged.band < Band::P3 {
        judged.band = Band::P3
    }
    judged.reason.push_str(why);
    judged
}

/// Seconds since 1970 at the beginning of a year of the Gregorian calendar.
fn year_begins(year: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
    ((year - 1970) * 365 + leap_days) * DAY
}

/// `2036-01-31`.
fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_else(|_| "a day beyond the calendar".to_owned())
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
        assert_eq!(year_begins(2000), 946_684_800);
        assert_eq!(year_begins(2036), 2_082_758_400);
        assert_eq!(year_begins(2101), 4_133_980_800);
        assert_eq!(day(2_082_758_400), "2036-01-01");
    }

    #[test]
    fn a_span_is_told_in_days_or_years() {
        assert_eq!(in_words(12), "12 days");
        assert_eq!(in_words(1972), "5.4 years");
    }
}
