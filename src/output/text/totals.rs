//! How much there is: by list and by priority, how ready, by which policies and on what assumptions, which objects and binaries.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use anstyle::Style;

use super::{Page, band_style};
use crate::inventory::assumptions::assumptions;
use crate::inventory::binaries::Component;
use crate::inventory::{Assessment, Class, Source};
use crate::knowledge::policy::{Binding, Evidence};
use crate::model::Object;
use crate::model::object::{Half, Opened};
use crate::output::band_name;
use crate::output::fit::{columns, counted, cut, grouped, harmless, wrapped};
use crate::output::rows::{Row, Totals, first};
use crate::output::words::{BANDS, CLASSES};

/// The columns of the table of priorities: what a quantum computer reads, what it forges, what is broken already, and the rest.
const LISTS: [(&[Class], &str); 4] = [
    (&[Class::KeyEstablishment], "secrets"),
    (&[Class::Signature], "signatures"),
    (&[Class::Weak], "weak"),
    (
        &[
            Class::QuantumBroken,
            Class::Unresolved,
            Class::Provided,
            Class::NotAllowed,
            Class::PostQuantum,
            Class::Fine,
        ],
        "other",
    ),
];

/// So many policies are not all named in an overview.
const MANY_POLICIES: usize = 4;

impl<'a> Page<'a> {
    pub(super) fn classes(&mut self) -> fmt::Result {
        writeln!(self.out)?;
        let head = self.paint(
            Style::new().bold(),
            &format!(" {:<64} {:>7} {:>8}", "Class", "assets", "places"),
        );
        writeln!(self.out, "{head}")?;
        for (class, words) in CLASSES {
            let rows = || self.rows.iter().filter(|row| row.judged.class == class);
            let assets = rows().count();
            if assets == 0 {
                continue;
            }
            let places: usize = rows().map(|row| row.asset.occurrences.len()).sum();
            writeln!(
                self.out,
                " {words:<64} {:>7} {:>8}",
                grouped(assets as u64),
                grouped(places as u64)
            )?;
        }
        let totals = Totals::of(&self.rows);
        let several = match totals.judgements > totals.assets {
            true => "; one on several lists counts on each",
            false => "",
        };
        writeln!(
            self.out,
            " {} in {}{several}",
            counted(totals.assets as u64, "asset"),
            counted(totals.places as u64, "place")
        )
    }

    /// Bands against lists, which are never added up.
    pub(super) fn priorities(&mut self) -> fmt::Result {
        writeln!(self.out)?;
        let mut head = format!(" {:<9}", "Priority");
        for (_, words) in LISTS {
            let _ = write!(head, " {words:>10}");
        }
        let head = self.paint(Style::new().bold(), &format!("{head}   example"));
        writeln!(self.out, "{head}")?;
        for band in BANDS {
            let rows = || self.rows.iter().filter(|row| row.judged.band == band);
            let Some(Row { asset, .. }) = rows().next() else {
                continue;
            };
            let mut numbers = String::new();
            for (classes, _) in LISTS {
                let number = rows().filter(|r| classes.contains(&r.judged.class)).count();
                let shown = match number {
                    0 => "·".to_owned(),
                    number => grouped(number as u64),
                };
                let _ = write!(numbers, " {shown:>10}");
            }
            let place = first(asset)
                .map(|occurrence| self.place(occurrence))
                .unwrap_or_default();
            let room = self
                .width
                .saturating_sub(12 + columns(&numbers) + 3 + columns(&place));
            let place = match first(asset) {
                Some(occurrence) => self.linked(&occurrence.location, &place),
                None => place,
            };
            let example = format!("{}  {place}", cut(&harmless(&asset.name), room.max(24)));
            let sign = self.paint(band_style(band), "●");
            writeln!(
                self.out,
                " {sign} {:<7}{numbers}   {example}",
                band_name(band)
            )?;
        }
        Ok(())
    }

    /// Whose deadlines count, and what is taken for granted.
    pub(super) fn planning(&mut self) -> fmt::Result {
        let planning = &self.report.planning;
        let policies: Vec<String> = planning
            .policies
            .iter()
            .map(|policy| {
                let mut doubts: Vec<String> = Vec::new();
                if matches!(policy.binding, Binding::Draft | Binding::Proposed) {
                    doubts.push(policy.binding.name().to_owned())
                }
                if policy.evidence != Evidence::Primary {
                    doubts.push(policy.evidence.name().to_owned())
                }
                if planning.today_is_now && policy.is_stale(planning.today) {
                    let day = policy.last_verified;
                    doubts.push(format!("last looked at {day}: it may have changed since"))
                }
                match doubts.is_empty() {
                    true => policy.title.clone(),
                    false => format!("{} ({})", policy.title, doubts.join("; ")),
                }
            })
            .collect();
        let policies = match policies.len() {
            number @ MANY_POLICIES.. if self.is_overview() => {
                let more = number - (MANY_POLICIES - 1);
                let named = policies.into_iter().take(MANY_POLICIES - 1);
                named.chain([format!("and {more} more   --all")]).collect()
            }
            _ => policies,
        };
        self.listed("Policies", &policies)?;
        let assessments = self.report.assessment.iter().map(AsRef::as_ref);
        let assumed: Vec<String> = assumptions(planning, assessments)
            .into_iter()
            .filter(|assumption| assumption.source == Source::Default)
            .map(|assumption| match assumption.assets {
                Some(number) => format!("{} ({})", assumption.words, grouped(number as u64)),
                None => assumption.words,
            })
            .collect();
        let assumed = match &assumed[..] {
            [] => None,
            [first, rest @ ..] if !rest.is_empty() && self.is_overview() => Some(format!(
                "{first}; and {} more   --all",
                grouped(rest.len() as u64)
            )),
            all => Some(all.join("; ")),
        };
        self.listed("Assumed", assumed.as_slice())
    }

    /// How much of what has a quantum answer already has it.
    pub(super) fn readiness(&mut self) -> fmt::Result {
        let totals = Totals::of(&self.rows);
        let Some(percent) = totals.readiness() else {
            return Ok(());
        };
        let Totals {
            broken,
            ready,
            unresolved,
            ..
        } = totals;
        let tenths = percent / 10;
        let bar: String = (0..10)
            .map(|n| if n < tenths { '█' } else { '░' })
            .collect();
        writeln!(
            self.out,
            " Readiness {percent}%  {bar}   {broken} quantum-vulnerable, {ready} post-quantum, {unresolved} unresolved"
        )
    }

    /// ` Objects: 12 certificates (2 expired, 9 outlive 2035), 3 private keys (1 in the open), 2 keystores (1 locked)`.
    pub(super) fn objects(&mut self) -> fmt::Result {
        let count = |wanted: &dyn Fn(&Object, &Assessment) -> bool| {
            self.rows
                .iter()
                .filter(|row| {
                    let object = row.asset.asset.object.as_deref();
                    row.is_main() && object.is_some_and(|object| wanted(object, row.assessment))
                })
                .count()
        };
        let state = |assessment: &Assessment| assessment.lifetime.as_ref().and_then(|l| l.state);
        let is_certificate = |object: &Object| matches!(object, Object::Certificate(_));
        let has_half = |object: &Object, halves: &[Half]| match object {
            Object::Key(key) => halves.iter().any(|half| key.halves.contains(half)),
            _ => false,
        };
        let private = [Half::Private, Half::EncryptedPrivate];
        type Kind = (&'static str, usize, Vec<(usize, &'static str)>);
        let kinds: [Kind; 6] = [
            (
                "certificate",
                count(&|object, _| is_certificate(object)),
                vec![
                    (
                        count(&|o, a| is_certificate(o) && state(a) == Some("expired")),
                        "expired",
                    ),
                    (
                        count(&|o, a| {
                            is_certificate(o)
                                && state(a) != Some("expired")
                                && a.lifetime.as_ref().is_some_and(|l| !l.outlives.is_empty())
                        }),
                        "outlive their deadline",
                    ),
                ],
            ),
            (
                "private key",
                count(&|object, _| has_half(object, &private)),
                vec![(
                    count(&|object, _| has_half(object, &[Half::Private])),
                    "in the open",
                )],
            ),
            (
                "keystore",
                count(&|object, _| matches!(object, Object::Keystore(_))),
                vec![(
                    count(
                        &|object, _| matches!(object, Object::Keystore(s) if s.opened == Opened::Locked),
                    ),
                    "locked",
                )],
            ),
            (
                "kind of signature",
                count(&|object, _| matches!(object, Object::Signature(_))),
                Vec::new(),
            ),
            (
                "request",
                count(&|object, _| matches!(object, Object::Request(_))),
                Vec::new(),
            ),
            (
                "revocation list",
                count(&|object, _| matches!(object, Object::Crl(_))),
                Vec::new(),
            ),
        ];
        let parts: Vec<String> = kinds
            .into_iter()
            .filter(|(_, number, _)| *number > 0)
            .map(|(kind, number, details)| {
                let details: Vec<String> = details
                    .into_iter()
                    .filter(|(number, _)| *number > 0)
                    .map(|(number, words)| format!("{} {words}", grouped(number as u64)))
                    .collect();
                let counted = match (kind, number) {
                    ("kind of signature", 2..) => {
                        format!("{} kinds of signatures", grouped(number as u64))
                    }
                    _ => counted(number as u64, kind),
                };
                if details.is_empty() {
                    counted
                } else {
                    format!("{counted} ({})", details.join(", "))
                }
            })
            .collect();
        self.listed("Objects", &parts)
    }

    /// ` Binaries  3 that use public-key cryptography, 2 that only provide it, 41 that reach it through libraries`.
    pub(super) fn binaries(&mut self) -> fmt::Result {
        let asymmetric: BTreeSet<&str> = self
            .report
            .inventory
            .assets
            .iter()
            .filter(|asset| asset.known.symmetric == Some(false))
            .map(|asset| &*asset.id)
            .collect();
        let any = |ids: &[Arc<str>]| ids.iter().any(|id| asymmetric.contains(&**id));
        let count = |wanted: &dyn Fn(&Component) -> bool| {
            let binaries = self.report.binaries.iter();
            binaries.filter(|component| wanted(component)).count() as u64
        };
        let kinds = [
            (count(&|c| any(&c.uses)), "that use public-key cryptography"),
            (
                count(&|c| !any(&c.uses) && any(&c.provides)),
                "that hold an implementation of it",
            ),
            (
                count(&|c| !c.through.is_empty()),
                "that reach it through libraries",
            ),
        ];
        let parts: Vec<String> = kinds
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, words)| format!("{} {words}", grouped(number)))
            .collect();
        self.listed("Binaries", &parts)
    }

    /// A line with a head and a list, if there is anything in it.
    pub(super) fn listed(&mut self, head: &str, parts: &[String]) -> fmt::Result {
        if parts.is_empty() {
            return Ok(());
        }
        let width = head.len();
        let wrapped = wrapped(&parts.join(", "), self.width.saturating_sub(head.len() + 3));
        for (n, line) in wrapped.iter().enumerate() {
            let head = if n == 0 { head } else { "" };
            writeln!(self.out, " {head:<width$}  {line}")?;
        }
        Ok(())
    }
}
