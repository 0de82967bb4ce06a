//! The arithmetic of priorities: how much time is left, and what rests on the asset. Deterministic, in whole hundredths.
//!
//! What breaks at all is decided before; nothing here looks at an asset. More exposure, a longer life, an earlier deadline never make
//! anything less urgent.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::inventory::planning::{Planning, Years};
use crate::inventory::{Band, Due, Limit, Need, Score, Source, Term};
use crate::model::migration::{Criticality, Exposure, Purpose, Track};

/// The years for which every band is shown, so that a reader sees what hangs on the date.
pub(super) const SHOWN_YEARS: [i16; 3] = [2030, 2035, 2040];
/// Points that a signature gets for exposure at most: to forge one takes a quantum computer at that moment, a recording does not.
const MOST_EXPOSURE_OF_SIGNATURES: u8 = 5;
/// Shelf lives between which most data lies, to see whether the band hangs on it.
const SHORT_LIFE: Years = Years::hundredths(100);
const LONG_LIFE: Years = Years::hundredths(2_500);

/// What a score is worked out from.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    pub(super) track: Track,
    pub(super) purpose: Term<Purpose>,
    pub(super) lifetime: Term<Years>,
    pub(super) effort: Term<Years>,
    pub(super) exposure: Term<u8>,
    pub(super) role: Term<u8>,
    pub(super) criticality: Term<Option<Criticality>>,
    pub(super) limits: Vec<Limit>,
}

/// Works out a score. The deadline may hang on how critical the system is.
pub(super) fn score(
    inputs: &Inputs,
    due: &dyn Fn(Option<Criticality>) -> Option<Due>,
    planning: &Planning,
) -> Score {
    let deadline = due(inputs.criticality.value);
    let chosen = planning.quantum_year;
    let result = points(inputs, deadline.as_ref(), chosen, planning);
    let mut years: Vec<i16> = SHOWN_YEARS.to_vec();
    years.push(chosen);
    years.sort_unstable();
    years.dedup();
    let at = years
        .into_iter()
        .map(|year| {
            let points = points(inputs, deadline.as_ref(), year, planning).points;
            (year, band(points))
        })
        .collect();
    Score {
        track: inputs.track,
        purpose: inputs.purpose.clone(),
        points: result.points,
        lifetime: inputs.lifetime.clone(),
        effort: inputs.effort.clone(),
        need_by: result.need_by,
        slack: result.slack,
        urgency: result.urgency,
        exposure: exposure(inputs),
        role: inputs.role.clone(),
        criticality: Term {
            value: weight(inputs.criticality.value),
            source: inputs.criticality.source,
            because: inputs.criticality.because.clone(),
        },
        limits: inputs
            .limits
            .iter()
            .filter(|limit| result.limited.contains(limit))
            .cloned()
            .collect(),
        at,
        needs_context: needs(inputs, due, planning),
        deadline,
    }
}

/// The band of so many points.
pub(super) fn band(points: u8) -> Band {
    match points {
        75.. => Band::P0,
        55.. => Band::P1,
        35.. => Band::P2,
        15.. => Band::P3,
        _ => Band::P4,
    }
}

/// Points for who can reach it.
pub(super) fn reach(exposure: Exposure) -> u8 {
    match exposure {
        Exposure::Internet => 15,
        Exposure::Internal | Exposure::AtRest => 8,
        Exposure::Local => 3,
    }
}

/// Points for how much depends on a system; in between where nobody says.
fn weight(criticality: Option<Criticality>) -> u8 {
    match criticality {
        Some(Criticality::High) => 10,
        Some(Criticality::Medium) | None => 5,
        Some(Criticality::Low) => 0,
    }
}

fn exposure(inputs: &Inputs) -> Term<u8> {
    let mut term = inputs.exposure.clone();
    if inputs.track == Track::Authenticity {
        term.value = term.value.min(MOST_EXPOSURE_OF_SIGNATURES)
    }
    term
}

struct Points<'a> {
    need_by: Years,
    slack: Years,
    urgency: u16,
    points: u8,
    limited: Vec<&'a Limit>,
}

fn points<'a>(
    inputs: &'a Inputs,
    deadline: Option<&Due>,
    quantum_year: i16,
    planning: &Planning,
) -> Points<'a> {
    let safe_until = Years::whole(i32::from(quantum_year)) - inputs.lifetime.value;
    let need_by = deadline
        .map(|due| begins_after(due.last_day))
        .map_or(safe_until, |end| end.min(safe_until));
    let slack = need_by - inputs.effort.value - Years::at(planning.today);
    // 60 points for what should have begun, 6 fewer for each year that is left.
    let urgency = 6_000_i64 - 6 * i64::from(slack.in_hundredths());
    let urgency = u16::try_from(urgency.clamp(0, 6_000)).unwrap_or(6_000);
    let rest = [
        exposure(inputs).value,
        inputs.role.value,
        weight(inputs.criticality.value),
    ];
    let rest: u32 = rest.iter().map(|points| u32::from(*points)).sum();
    let whole = (u32::from(urgency) + 100 * rest + 50) / 100;
    let mut points = u8::try_from(whole).unwrap_or(u8::MAX).min(100);
    let mut limited = Vec::new();
    // Floors first: what is only a test is no trust anchor.
    for limit in inputs.limits.iter().filter(|limit| limit.floor) {
        if points < limit.points {
            points = limit.points;
            limited.push(limit)
        }
    }
    for limit in inputs.limits.iter().filter(|limit| !limit.floor) {
        if points > limit.points {
            points = limit.points;
            limited.push(limit)
        }
    }
    Points {
        need_by,
        slack,
        urgency,
        points,
        limited,
    }
}

/// The point of time at which the day after begins.
fn begins_after(last_day: Date) -> Years {
    Years::at(last_day.checked_add(1.day()).unwrap_or(last_day))
}

/// What only a person knows, was not said, and would give another band.
fn needs(
    inputs: &Inputs,
    due: &dyn Fn(Option<Criticality>) -> Option<Due>,
    planning: &Planning,
) -> Vec<Need> {
    let band_of = |inputs: &Inputs| {
        let deadline = due(inputs.criticality.value);
        let points = points(inputs, deadline.as_ref(), planning.quantum_year, planning).points;
        band(points)
    };
    let mut needs = Vec::new();
    if inputs.track == Track::Confidentiality && inputs.lifetime.source == Source::Default {
        let of = |life| {
            let mut inputs = inputs.clone();
            inputs.lifetime.value = life;
            band_of(&inputs)
        };
        needs.push(Need {
            what: "shelf-life",
            least: (of(SHORT_LIFE), "1 year".into()),
            most: (of(LONG_LIFE), "25 years".into()),
        });
    }
    if inputs.criticality.source == Source::Default {
        let of = |criticality| {
            let mut inputs = inputs.clone();
            inputs.criticality.value = Some(criticality);
            band_of(&inputs)
        };
        needs.push(Need {
            what: "criticality",
            least: (of(Criticality::Low), "low".into()),
            most: (of(Criticality::High), "high".into()),
        });
    }
    needs.retain(|need| need.least.0 != need.most.0);
    needs
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn term<T>(value: T, source: Source) -> Term<T> {
        Term {
            value,
            source,
            because: "".into(),
        }
    }

    fn planning(quantum_year: i16) -> Planning {
        let mut planning = Planning::new(Vec::new(), date(2026, 11, 23));
        planning.quantum_year = quantum_year;
        planning
    }

    fn due(last_day: Option<Date>) -> Option<Due> {
        Some(Due {
            policy: Arc::from("p"),
            cited: Arc::from("P"),
            last_day: last_day?,
        })
    }

    fn floor(points: u8) -> Limit {
        Limit {
            points,
            floor: true,
            because: "".into(),
        }
    }

    fn cap(points: u8) -> Limit {
        Limit {
            floor: false,
            ..floor(points)
        }
    }

    /// A row of the examples that the model was agreed on with.
    struct Row {
        track: Track,
        lifetime: i32,
        effort: i32,
        exposure: u8,
        role: u8,
        criticality: Option<Criticality>,
        limits: Vec<Limit>,
    }

    impl Row {
        fn inputs(&self) -> Inputs {
            Inputs {
                track: self.track,
                purpose: term(Purpose::Signature, Source::Observed),
                lifetime: term(Years::hundredths(self.lifetime), Source::User),
                effort: term(Years::hundredths(self.effort), Source::User),
                exposure: term(self.exposure, Source::User),
                role: term(self.role, Source::User),
                criticality: term(self.criticality, Source::User),
                limits: self.limits.clone(),
            }
        }

        fn at(&self, deadline: Option<Date>, quantum_year: i16) -> (u8, Band) {
            let score = score(&self.inputs(), &|_| due(deadline), &planning(quantum_year));
            (score.points, band(score.points))
        }

        /// Points and band under the federal dates of the United States, under NIST's draft, and the bands at 2030 and 2040 under the latter.
        fn all(&self) -> [(u8, Band); 2] {
            let federal = match self.track {
                Track::Confidentiality => date(2030, 12, 31),
                Track::Authenticity => date(2031, 12, 31),
            };
            [
                self.at(Some(federal), 2035),
                self.at(Some(date(2035, 12, 31)), 2035),
            ]
        }

        fn bands(&self) -> [Band; 2] {
            let nist = Some(date(2035, 12, 31));
            [self.at(nist, 2030).1, self.at(nist, 2040).1]
        }
    }

    const HIGH: Option<Criticality> = Some(Criticality::High);

    #[test]
    fn the_worked_examples() {
        use Band::{P0, P1, P2, P3};
        use Track::{Authenticity, Confidentiality};
        let row = |track, lifetime, effort, exposure, role, criticality| Row {
            track,
            lifetime,
            effort,
            exposure,
            role,
            criticality,
            limits: Vec::new(),
        };
        // 1: an envelope of RSA-2048-OAEP around records that stay secret for 25 years.
        let envelope = row(Confidentiality, 2500, 300, 8, 12, HIGH);
        assert_eq!(envelope.all(), [(90, P0), (90, P0)]);
        assert_eq!(envelope.bands(), [P0, P0]);
        // 2: the groups of an nginx.
        let nginx = row(Confidentiality, 500, 25, 15, 6, None);
        assert_eq!(nginx.all(), [(69, P1), (69, P1)]);
        assert_eq!(nginx.bands(), [P0, P2]);
        // 3: a public TLS certificate of 90 days.
        let leaf = row(Authenticity, 25, 100, 5, 2, None);
        assert_eq!(leaf.all(), [(47, P2), (31, P3)]);
        assert_eq!(leaf.bands(), [P1, P3]);
        // 4: a private root that is valid until 2041.
        let mut root = row(Authenticity, 0, 400, 5, 15, None);
        root.limits = vec![floor(70)];
        assert_eq!(root.all(), [(78, P0), (70, P1)]);
        assert_eq!(root.bands(), [P0, P1]);
        // 5: firmware that is verified by a key in ROM for 15 years.
        let firmware = row(Authenticity, 1500, 300, 5, 15, HIGH);
        assert_eq!(firmware.all(), [(90, P0), (90, P0)]);
        assert_eq!(firmware.bands(), [P0, P0]);
        // 6: tokens that live 15 minutes.
        let tokens = row(Authenticity, 0, 200, 5, 8, None);
        assert_eq!(tokens.all(), [(59, P1), (41, P2)]);
        assert_eq!(tokens.bands(), [P1, P2]);
        // 7: the key exchange of an sshd.
        let sshd = row(Confidentiality, 500, 10, 15, 6, None);
        assert_eq!(sshd.all(), [(68, P1), (68, P1)]);
        assert_eq!(sshd.bands(), [P0, P2]);
        // 8: a backup encrypted with OpenPGP and RSA-2048.
        let backup = row(Confidentiality, 1000, 200, 8, 12, None);
        assert_eq!(backup.all(), [(85, P0), (85, P0)]);
        assert_eq!(backup.bands(), [P0, P0]);
        // 9: an OpenSSL that is bundled and could do RSA.
        let mut bundled = row(Confidentiality, 500, 100, 8, 12, None);
        bundled.limits = vec![cap(34)];
        assert_eq!(bundled.all(), [(34, P3), (34, P3)]);
    }

    #[test]
    fn the_slack_of_the_worked_examples() {
        let row = Row {
            track: Track::Confidentiality,
            lifetime: 2500,
            effort: 300,
            exposure: 8,
            role: 12,
            criticality: HIGH,
            limits: Vec::new(),
        };
        let score = score(
            &row.inputs(),
            &|_| due(Some(date(2030, 12, 31))),
            &planning(2035),
        );
        assert_eq!(score.need_by, Years::whole(2010));
        assert_eq!(score.slack.to_string(), "-19.89");
        assert_eq!(score.urgency, 6_000);
    }

    #[test]
    fn a_band_that_hangs_on_what_nobody_said_says_so() {
        let mut inputs = Row {
            track: Track::Confidentiality,
            lifetime: 500,
            effort: 200,
            exposure: 8,
            role: 6,
            criticality: None,
            limits: Vec::new(),
        }
        .inputs();
        inputs.lifetime.source = Source::Default;
        let scored = score(&inputs, &|_| None, &planning(2035));
        let needs: Vec<_> = scored
            .needs_context
            .iter()
            .map(|n| (n.what, n.least.0, n.most.0))
            .collect();
        assert_eq!(needs, [("shelf-life", Band::P2, Band::P0)]);
        inputs.lifetime.source = Source::User;
        assert_eq!(score(&inputs, &|_| None, &planning(2035)).needs_context, []);
    }

    fn inputs() -> impl Strategy<Value = (Inputs, Option<i16>)> {
        let limit = (0_u8..=100, any::<bool>()).prop_map(|(points, is_floor)| {
            if is_floor { floor(points) } else { cap(points) }
        });
        (
            any::<bool>(),
            (0_i32..6_000, 0_i32..1_000, 0_u8..=15, 0_u8..=15, 0_usize..4),
            proptest::collection::vec(limit, 0..2),
            proptest::option::of(2026_i16..2050),
        )
            .prop_map(
                |(secret, (lifetime, effort, exposure, role, criticality), limits, year)| {
                    let row = Row {
                        track: if secret {
                            Track::Confidentiality
                        } else {
                            Track::Authenticity
                        },
                        lifetime,
                        effort,
                        exposure,
                        role,
                        criticality: Criticality::ALL.get(criticality).copied(),
                        limits,
                    };
                    (row.inputs(), year)
                },
            )
    }

    fn points_of(inputs: &Inputs, year: Option<i16>, quantum_year: i16) -> u8 {
        let last_day = year.map(|year| date(year, 12, 31));
        score(inputs, &|_| due(last_day), &planning(quantum_year)).points
    }

    proptest! {
        #[test]
        fn more_is_never_less_urgent((inputs, year) in inputs(), more in 1_u8..20, earlier in 1_i16..10) {
            let before = points_of(&inputs, year, 2035);
            let grown = |change: &dyn Fn(&mut Inputs)| {
                let mut inputs = inputs.clone();
                change(&mut inputs);
                points_of(&inputs, year, 2035)
            };
            prop_assert!(grown(&|i| i.exposure.value += more) >= before);
            prop_assert!(grown(&|i| i.role.value += more) >= before);
            let longer = Years::hundredths(i32::from(more) * 37);
            prop_assert!(grown(&|i| i.lifetime.value = i.lifetime.value + longer) >= before);
            prop_assert!(grown(&|i| i.effort.value = i.effort.value + longer) >= before);
            prop_assert!(grown(&|i| i.criticality.value = Some(Criticality::High)) >= before);
            let deadline = year.map_or(2045, |year| year) - earlier;
            prop_assert!(points_of(&inputs, Some(deadline), 2035) >= before);
            prop_assert!(points_of(&inputs, year, 2035 - earlier) >= before);
        }
    }
}
