//! The report that a person reads on a terminal: what was scanned, totals, the most urgent assets with their places, what could not be
//! told, what was not read, and the next step.
//!
//! Plain text; colour only where the options say so. Text of the code under scan is made harmless before it is shown, and lines are
//! cut to the terminal's width. Not for programs: its words may change with any version.

mod accepted;
pub(super) mod diff;
mod fit;
pub(super) mod markdown;
pub mod plan;
mod score;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use self::fit::{columns, counted, grouped, wrapped};

pub(crate) use self::accepted::lowered;
pub(crate) use self::fit::{cut, harmless};
use super::{Format, Options, assessed, band_name};
use crate::inventory::assumptions::assumptions;
use crate::inventory::binaries::Component;
use crate::inventory::{
    Assessment, Band, Class, InventoryAsset, Judgement, Occurrence, Report, Source, packages,
};
use crate::knowledge::policy::{Binding, Evidence};
use crate::model::object::{Half, Opened};
use crate::model::{Coverage, Facet, FindingClass, Location, Object, Value};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 100;
/// Most assets shown with an excerpt unless all are asked for, and of these most of one finding class.
const MAX_EXCERPTS: usize = 6;
const MAX_OF_A_CLASS: usize = 2;
/// Most further places named below an excerpt.
const MAX_PLACES: usize = 3;
/// Most characters of the instruction that made a layer.
const MAX_INSTRUCTION: usize = 80;
/// Most unresolved assets listed unless all are asked for.
const MAX_UNRESOLVED: usize = 8;

/// `--format text`.
#[derive(Debug)]
pub struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".txt"]
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::new(report, options);
        // Writing to a String cannot fail.
        let _ = page.write();
        to.write_all(page.out.as_bytes())
    }
}

/// The lists, in the order of the report, and what each means.
const CLASSES: [(Class, &str); 9] = [
    (
        Class::KeyEstablishment,
        "Quantum-broken key establishment (recorded today, read later)",
    ),
    (
        Class::Signature,
        "Quantum-broken signatures (forged from then on)",
    ),
    (Class::QuantumBroken, "Quantum-broken, use not seen"),
    (Class::Weak, "Weak already"),
    (Class::Unresolved, "Unresolved"),
    (
        Class::Provided,
        "Broken or weak, in libraries and programs, use not seen",
    ),
    (
        Class::NotAllowed,
        "Sound, and not allowed by a chosen policy",
    ),
    (Class::PostQuantum, "Post-quantum or hybrid"),
    (Class::Fine, "Not affected"),
];

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

const BANDS: [Band; 5] = [Band::P0, Band::P1, Band::P2, Band::P3, Band::P4];

/// An asset that is shown as itself, and one of its judgements: an asset on two lists has two rows.
#[derive(Clone, Copy)]
struct Row<'a> {
    /// The asset's number in the inventory.
    number: usize,
    asset: &'a InventoryAsset,
    assessment: &'a Assessment,
    judged: &'a Judgement,
}

impl Row<'_> {
    /// Whether it stands for the asset where each counts once.
    fn is_main(&self) -> bool {
        std::ptr::eq(self.judged, self.assessment.main())
    }
}

struct Page<'a> {
    report: &'a Report,
    options: &'a Options,
    width: usize,
    /// What was seen by itself, most urgent first. What is only implied is in the machine forms.
    rows: Vec<Row<'a>>,
    out: String,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, options: &'a Options) -> Self {
        let mut rows: Vec<Row<'a>> = assessed(report)
            .enumerate()
            .filter(|(_, (asset, _))| asset.implied_by.is_empty())
            .filter_map(|(number, (asset, assessment))| Some((number, asset, assessment?)))
            .flat_map(|(number, asset, assessment)| {
                let judgements = assessment.judgements().iter();
                judgements.map(move |judged| Row {
                    number,
                    asset,
                    assessment,
                    judged,
                })
            })
            .collect();
        rows.sort_by_key(|row| {
            let context = first(row.asset).map(|occurrence| occurrence.context);
            let class = row.judged.finding_class;
            (
                row.judged.band,
                // What somebody has accepted comes after what nobody has looked at.
                report.waivers.accepts_all(row.number, class),
                !row.asset.is_used(),
                context,
                row.judged.class,
                Reverse(row.judged.score.as_deref().map(|score| score.points)),
                Reverse(row.asset.occurrences.len()),
                &row.asset.name,
            )
        });
        let width = options.width.unwrap_or(WIDTH).max(40);
        Self {
            report,
            options,
            width,
            rows,
            out: String::new(),
        }
    }

    fn write(&mut self) -> fmt::Result {
        self.header()?;
        if self.report.inventory.assets.is_empty() {
            let read = match &self.report.subject.since {
                Some(_) => "changed",
                None => "was read",
            };
            writeln!(self.out, "\nNo cryptography found in what {read}.")?;
            self.accepted()?;
            return self.skipped();
        }
        self.classes()?;
        self.priorities()?;
        self.readiness()?;
        self.planning()?;
        self.objects()?;
        self.binaries()?;
        self.listed("Plan", plan::summary(self.report).as_slice())?;
        self.excerpts()?;
        self.accepted()?;
        self.unresolved()?;
        self.skipped()?;
        self.next_step()
    }

    fn header(&mut self) -> fmt::Result {
        let coverage = &self.report.coverage;
        let mut facts = Vec::new();
        if let Some(commit) = &self.report.subject.commit {
            facts.push(format!(
                "git {}",
                harmless(&commit.chars().take(7).collect::<String>())
            ));
        }
        facts.push(counted(coverage.files_seen, "file"));
        if coverage.archives > 0 {
            facts.push(format!(
                "{} of them in {}",
                grouped(coverage.members),
                counted(coverage.archives, "archive")
            ));
        }
        facts.push(format!("{} searched", grouped(coverage.files_searched)));
        facts.push(format!("{} parsed", grouped(coverage.files_parsed)));
        let elapsed = self
            .options
            .elapsed
            .map(|time| format!("   {:.1} s", time.as_secs_f64()))
            .unwrap_or_default();
        let tool = self.paint(
            Style::new().bold(),
            &format!("pqscan {}", env!("CARGO_PKG_VERSION")),
        );
        let shown = harmless(&self.report.subject.shown);
        writeln!(self.out, "{tool}  {shown}  ({}){elapsed}", facts.join(", "))?;
        if let Some(since) = &self.report.subject.since {
            let commit: String = since.commit.chars().take(7).collect();
            let rev = cut(&harmless(&since.rev), 60);
            let files = counted(since.files, "file");
            let line = format!("Only what changed since {rev} (merge base {commit}): {files}");
            writeln!(self.out, "{line}")?
        }
        self.not_read(coverage)?;
        self.by_project()
    }

    /// `Not read: 3 files (2 too large for parsing, 1 unreadable)`.
    fn not_read(&mut self, coverage: &Coverage) -> fmt::Result {
        for (gap, words) in [(true, "Not read"), (false, "Read in part, or no file")] {
            let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
            for skip in coverage
                .skips
                .iter()
                .filter(|skip| skip.reason.is_gap() == gap)
            {
                *reasons.entry(skip.reason.name()).or_default() += skip.number;
            }
            if reasons.is_empty() {
                continue;
            }
            let total: u64 = reasons.values().sum();
            let list: Vec<String> = reasons
                .iter()
                .map(|(reason, count)| format!("{} {reason}", grouped(*count)))
                .collect();
            let hint = if self.options.show_skipped {
                ""
            } else {
                "   --show-skipped"
            };
            let label = if gap {
                self.paint(AnsiColor::Yellow.on_default(), words)
            } else {
                words.to_owned()
            };
            writeln!(
                self.out,
                "{label}: {} ({}){hint}",
                counted(total, "file"),
                list.join(", ")
            )?;
        }
        Ok(())
    }

    fn classes(&mut self) -> fmt::Result {
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
        Ok(())
    }

    /// Bands against lists, which are never added up.
    fn priorities(&mut self) -> fmt::Result {
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
    fn planning(&mut self) -> fmt::Result {
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
        let assumed = (!assumed.is_empty()).then(|| assumed.join("; "));
        self.listed("Assumed", assumed.as_slice())
    }

    /// How much of what has a quantum answer already has it.
    fn readiness(&mut self) -> fmt::Result {
        let count = |classes: &[Class]| {
            self.rows
                .iter()
                .filter(|row| classes.contains(&row.judged.class))
                .count()
        };
        let broken = count(&[
            Class::KeyEstablishment,
            Class::Signature,
            Class::QuantumBroken,
        ]);
        let ready = count(&[Class::PostQuantum]);
        let unresolved = count(&[Class::Unresolved]);
        if broken + ready == 0 {
            return Ok(());
        }
        let tenths = (ready * 10) / (broken + ready);
        let bar: String = (0..10)
            .map(|n| if n < tenths { '█' } else { '░' })
            .collect();
        let percent = (ready * 100) / (broken + ready);
        writeln!(
            self.out,
            " Readiness {percent}%  {bar}   {broken} quantum-vulnerable, {ready} post-quantum, {unresolved} unresolved"
        )
    }

    /// ` Objects: 12 certificates (2 expired, 9 outlive 2035), 3 private keys (1 in the open), 2 keystores (1 locked)`.
    fn objects(&mut self) -> fmt::Result {
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
    fn binaries(&mut self) -> fmt::Result {
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
    fn listed(&mut self, head: &str, parts: &[String]) -> fmt::Result {
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

    /// The most urgent assets, of several kinds: forty keys of one kind tell no more than two.
    fn excerpts(&mut self) -> fmt::Result {
        let all = self.options.all;
        let urgent = |row: &Row<'_>| {
            all || (row.judged.band <= Band::P2
                && row.judged.class != Class::Unresolved
                && row.asset.is_used())
        };
        let urgent: Vec<Row<'a>> = self.rows.iter().copied().filter(urgent).collect();
        let mut of_a_class: BTreeMap<FindingClass, usize> = BTreeMap::new();
        let mut shown = 0;
        for row in &urgent {
            let count = of_a_class.entry(row.judged.finding_class).or_default();
            *count += 1;
            if !all && (*count > MAX_OF_A_CLASS || shown == MAX_EXCERPTS) {
                continue;
            }
            shown += 1;
            self.excerpt(row)?;
        }
        if urgent.len() > shown {
            writeln!(
                self.out,
                "\n… {} more of P0 to P2 (--all)",
                urgent.len() - shown
            )?
        }
        Ok(())
    }

    /// One asset, as a compiler shows an error.
    fn excerpt(&mut self, row: &Row<'a>) -> fmt::Result {
        let (asset, judged) = (row.asset, row.judged);
        let style = band_style(judged.band).bold();
        let label = self.paint(
            style,
            &format!(
                "{}[{}]",
                band_name(judged.band),
                judged.finding_class.name()
            ),
        );
        writeln!(
            self.out,
            "\n{label}: {}",
            self.paint(Style::new().bold(), &harmless(&asset.name))
        )?;
        let blue = AnsiColor::Blue.on_default().bold();
        let Some(occurrence) = first(asset) else {
            return Ok(());
        };
        let line = match occurrence.location.line {
            0 => " ".to_owned(),
            line => line.to_string(),
        };
        let pad = " ".repeat(line.len());
        let bar = self.paint(blue, "|");
        writeln!(
            self.out,
            "{pad}{} {}",
            self.paint(blue, "-->"),
            self.place(occurrence)
        )?;
        if !occurrence.text.is_empty() {
            let (text, marks) = self.marked(occurrence, line.len() + 3);
            writeln!(self.out, "{pad} {bar}")?;
            writeln!(self.out, "{} {bar} {text}", self.paint(blue, &line))?;
            writeln!(self.out, "{pad} {bar} {}", self.paint(style, &marks))?;
        }
        if occurrence.context != crate::model::Context::Production {
            self.note(&pad, "in", occurrence.context.name())?;
        }
        if let Some(shipped) = shipped(occurrence) {
            self.note(&pad, "part of", &shipped)?;
        }
        self.note(&pad, "why", &judged.reason)?;
        if let Some(replacement) = judged.replacement() {
            self.note(&pad, "do", &replacement)?
        }
        if let Some(note) = &judged.note {
            self.note(&pad, "note", note)?
        }
        if let Some(score) = judged.score.as_deref() {
            self.note(&pad, "score", &score::line(score))?;
            if !score.needs_context.is_empty() {
                self.note(&pad, "needs-context", &score::needs(&score.needs_context))?
            }
        }
        if let Some(accepted) = self.acceptance(row.number, judged) {
            self.note(&pad, "accepted", &accepted)?
        }
        for (facet, value) in asset.unresolved() {
            self.note(&pad, "unknown", &unknown(facet, value))?
        }
        if self.options.explain {
            self.note(&pad, "seen by", &occurrence.entry)?
        }
        for evidence in occurrence.evidence.iter().filter(|_| self.options.explain) {
            self.note(
                &pad,
                "and",
                &format!("{}  {}", self.path(&evidence.location), evidence.entry),
            )?;
        }
        let others: Vec<&Occurrence> = asset
            .occurrences
            .iter()
            .map(AsRef::as_ref)
            .filter(|other| *other != occurrence)
            .collect();
        if !others.is_empty() {
            let shown = if self.options.all {
                others.len()
            } else {
                MAX_PLACES
            };
            let places: Vec<String> = others.iter().take(shown).map(|o| self.place(o)).collect();
            self.places(&pad, &places, others.len() - places.len())?;
        }
        Ok(())
    }

    /// The line, and marks below the name that was called; below the whole line where the name is not in it.
    fn marked(&self, occurrence: &Occurrence, indent: usize) -> (String, String) {
        let text = cut(
            &harmless(&occurrence.text),
            self.width.saturating_sub(indent).max(20),
        );
        let called = occurrence
            .symbol
            .rsplit(['.', ' '])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        let (before, len) = match word(&text, called) {
            Some(at) if !called.is_empty() => (columns(&text[..at]), columns(called)),
            _ => (0, columns(&text)),
        };
        (
            text,
            format!("{}{}", " ".repeat(before), "^".repeat(len.max(1))),
        )
    }

    /// `   = why: …`, wrapped.
    fn note(&mut self, pad: &str, label: &str, text: &str) -> fmt::Result {
        let head = format!("{pad} = {label}: ");
        let room = self.width.saturating_sub(columns(&head)).max(20);
        let indent = " ".repeat(columns(&head));
        let label = self.paint(Style::new().bold(), label);
        for (n, line) in wrapped(&harmless(text), room).iter().enumerate() {
            if n == 0 {
                writeln!(self.out, "{pad} = {label}: {line}")?
            } else {
                writeln!(self.out, "{indent}{line}")?
            }
        }
        Ok(())
    }

    /// `   = also: …`. A place is never cut or broken, so that it can be clicked.
    fn places(&mut self, pad: &str, places: &[String], more: usize) -> fmt::Result {
        let label = self.paint(Style::new().bold(), "also");
        write!(self.out, "{pad} = {label}:")?;
        let indent = columns(pad) + " = also:".len();
        let mut used = indent;
        for (n, place) in places.iter().enumerate() {
            let comma = if n + 1 < places.len() { "," } else { "" };
            let needed = columns(place) + comma.len() + 1;
            if used > indent && used + needed > self.width {
                write!(self.out, "\n{}", " ".repeat(indent))?;
                used = indent;
            }
            write!(self.out, " {place}{comma}")?;
            used += needed;
        }
        if more > 0 {
            write!(self.out, " and {} more", grouped(more as u64))?
        }
        writeln!(self.out)
    }

    fn unresolved(&mut self) -> fmt::Result {
        let open: Vec<Row<'a>> = self
            .rows
            .iter()
            .copied()
            .filter(|row| row.is_main() && row.asset.unresolved().next().is_some())
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let head = self.paint(Style::new().bold(), "Not resolved");
        writeln!(
            self.out,
            "\n{head}: {} with a parameter that the code does not show",
            counted(open.len() as u64, "asset")
        )?;
        let shown = if self.options.all {
            open.len()
        } else {
            MAX_UNRESOLVED
        };
        for Row { asset, .. } in open.iter().take(shown) {
            let what: Vec<String> = asset
                .unresolved()
                .map(|(facet, value)| unknown(facet, value))
                .collect();
            let place = first(asset)
                .map(|occurrence| self.place(occurrence))
                .unwrap_or_default();
            let more = if asset.occurrences.len() > 1 {
                format!(" (+{})", asset.occurrences.len() - 1)
            } else {
                String::new()
            };
            let kind = asset.asset.kind.name();
            let name = asset.asset.algorithm().unwrap_or(kind);
            let said = cut(
                &harmless(&format!("{name}: {}", what.join("; "))),
                self.width.saturating_sub(2),
            );
            // A place is never cut or broken, so that it can be clicked; it gets its own line where both do not fit.
            let fits = columns(&said) + columns(&place) + columns(&more) + 4 <= self.width;
            writeln!(
                self.out,
                "  {said}{}{place}{more}",
                if fits { "  " } else { "\n      " }
            )?;
        }
        if open.len() > shown {
            writeln!(self.out, "  … {} more (--all)", open.len() - shown)?
        }
        Ok(())
    }

    fn skipped(&mut self) -> fmt::Result {
        if !self.options.show_skipped || self.report.coverage.skips.is_empty() {
            return Ok(());
        }
        let head = self.paint(Style::new().bold(), "Skipped");
        writeln!(self.out, "\n{head}:")?;
        for skip in &self.report.coverage.skips {
            let detail = if skip.detail.is_empty() {
                String::new()
            } else {
                format!(" ({})", skip.detail)
            };
            writeln!(
                self.out,
                "  {}: {}{}",
                self.joined(&skip.path),
                skip.reason.name(),
                harmless(&detail)
            )?;
        }
        Ok(())
    }

    fn next_step(&mut self) -> fmt::Result {
        let root = harmless(&self.report.subject.shown);
        writeln!(self.out)?;
        if let Some(Row { asset, .. }) = self.rows.first().filter(|row| row.judged.band <= Band::P2)
            && let Some(algorithm) = asset.asset.algorithm()
        {
            writeln!(self.out, "Next: pqscan explain {}", harmless(algorithm))?;
            writeln!(self.out, "      pqscan scan {root} -o cbom.json")
        } else {
            writeln!(self.out, "Next: pqscan scan {root} -o cbom.json")
        }
    }

    /// `payments/src/wrap.rs:88:18`, from where the user stands, so that a terminal or editor opens it.
    fn place(&self, occurrence: &Occurrence) -> String {
        self.path(&occurrence.location)
    }

    fn path(&self, location: &Location) -> String {
        place(self.report, location)
    }

    fn joined(&self, path: &str) -> String {
        joined(self.report, path)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// A place, from where the user stands.
pub(crate) fn place(report: &Report, location: &Location) -> String {
    let path = joined(report, &location.path);
    match (location.line, location.span.start) {
        (0, 0) => path,
        // A file without lines.
        (0, start) => format!("{path} at byte {start}"),
        (line, _) => format!("{path}:{line}:{}", location.column),
    }
}

fn joined(report: &Report, path: &str) -> String {
    let path = short_digests(&harmless(path));
    format!("{}{path}", harmless(&report.subject.base))
}

/// Where a word stands in a text, by itself where it does so anywhere: `agree` in `agreement::agree(key)`.
fn word(text: &str, word: &str) -> Option<usize> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let whole = text.match_indices(word).map(|(at, _)| at).find(|at| {
        !part(text[..*at].chars().next_back()) && !part(text[at + word.len()..].chars().next())
    });
    whole.or_else(|| text.find(word))
}

/// The place to show: production before the rest, a use before what could be used, then the first.
fn first(asset: &InventoryAsset) -> Option<&Occurrence> {
    asset
        .occurrences
        .iter()
        .map(AsRef::as_ref)
        .min_by_key(|o: &&Occurrence| (o.context, o.tier(), &o.location))
}

/// A path in an image, with twelve digits of the layer's digest, which is what image tools show.
fn short_digests(path: &str) -> String {
    const SHOWN: usize = 12;
    let mut out = String::new();
    for (number, part) in path.split('/').enumerate() {
        if number > 0 {
            out.push('/')
        }
        let hex = part
            .strip_prefix("sha256:")
            .and_then(|rest| rest.strip_suffix('!'));
        match hex.filter(|hex| hex.len() == 64 && hex.is_ascii()) {
            Some(hex) => {
                let _ = write!(out, "sha256:{}…!", &hex[..SHOWN]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// The packages that a place lies in, and the layer that brought it.
fn shipped(occurrence: &Occurrence) -> Option<String> {
    let provenance = &occurrence.provenance;
    let mut parts: Vec<String> = provenance
        .packages
        .iter()
        .map(|package| packages::id(package))
        .collect();
    if let Some(layer) = &provenance.layer {
        // Twelve digits are what image tools show.
        let digest = layer
            .digest
            .split_once(':')
            .map_or(&*layer.digest, |(_, hex)| hex);
        let digest: String = digest.chars().take(12).collect();
        parts.push(match &layer.instruction {
            Some(instruction) => format!("layer {digest} ({})", cut(instruction, MAX_INSTRUCTION)),
            None => format!("layer {digest}"),
        })
    }
    (!parts.is_empty()).then(|| parts.join(", in "))
}

fn band_style(band: Band) -> Style {
    match band {
        Band::P0 => AnsiColor::Red.on_default(),
        Band::P1 => AnsiColor::Yellow.on_default(),
        Band::P2 => AnsiColor::Cyan.on_default(),
        Band::P3 => AnsiColor::Blue.on_default(),
        Band::P4 => AnsiColor::Green.on_default(),
    }
}

/// ``key size comes from parameter `bits` ``; ``curve is P-256, or another that comes from field `curve` ``.
fn unknown(facet: Facet, value: &Value) -> String {
    let what = match facet {
        Facet::KeyBits => "key size".to_owned(),
        facet => facet.name().replace('_', " "),
    };
    let known: Vec<String> = value.scalars.keys().map(ToString::to_string).collect();
    let also = if known.is_empty() {
        String::new()
    } else {
        format!(" is {}, or another that", known.join(", "))
    };
    let Some(why) = &value.why else {
        return format!("{what}{also} is not said");
    };
    let because = match (why.kind, why.detail.as_str()) {
        ("unseen", _) => "is not in the code".to_owned(),
        ("binary", detail) => format!("is given to `{detail}` by machine code"),
        ("call", "") => "comes from a call".to_owned(),
        ("name", "") => "comes from a name that this file does not define".to_owned(),
        ("parameter", detail) => format!("comes from parameter `{detail}`"),
        ("env", detail) => format!("comes from environment variable {detail}"),
        ("config", detail) => format!("comes from configuration `{detail}`"),
        ("call", detail) => format!("comes from a call of `{detail}`"),
        ("field", detail) => format!("comes from field `{detail}`"),
        ("name", detail) => format!("comes from `{detail}`, which this file does not define"),
        ("oid", detail) => format!("has the OID {detail}, which the catalogue does not know"),
        ("unrecognised", detail) => {
            format!("is `{detail}`, which the catalogue does not know")
        }
        (kind, "") => format!("is computed ({kind})"),
        (kind, detail) => format!("is computed ({kind} {detail})"),
    };
    format!("{what}{also} {because}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_itself_before_it_is_found_in_another() {
        assert_eq!(word("agreement::agree(key)", "agree"), Some(11));
        assert_eq!(word("_agreement", "agree"), Some(1));
        assert_eq!(word("sign(key)", "verify"), None);
    }

    #[test]
    fn an_unknown_parameter_says_where_it_comes_from() {
        let value = |kind, detail: &str| Value::unknown(crate::model::Why::new(kind, detail));
        assert_eq!(
            unknown(Facet::KeyBits, &value("parameter", "bits")),
            "key size comes from parameter `bits`"
        );
        assert_eq!(
            unknown(Facet::Algorithm, &value("env", "SIGN_ALG")),
            "algorithm comes from environment variable SIGN_ALG"
        );
        assert_eq!(
            unknown(Facet::Curve, &value("call", "")),
            "curve comes from a call"
        );
        assert_eq!(
            unknown(Facet::Curve, &value("expression", "")),
            "curve is computed (expression)"
        );
    }
}
