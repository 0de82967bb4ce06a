//! What every form for people is made of: the assets that were seen by themselves with each of their judgements, and how many there are.
//!
//! Forms that cap their rows say the totals of this module, so that all of them agree.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::assessed;
use crate::inventory::{Assessment, Band, Class, InventoryAsset, Judgement, Occurrence, Report};

/// An asset that is shown as itself, and one of its judgements: an asset on two lists has two rows.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    /// The asset's number in the inventory.
    pub(crate) number: usize,
    pub(crate) asset: &'a InventoryAsset,
    pub(crate) assessment: &'a Assessment,
    pub(crate) judged: &'a Judgement,
}

impl Row<'_> {
    /// Whether it stands for the asset where each counts once.
    pub(crate) fn is_main(&self) -> bool {
        std::ptr::eq(self.judged, self.assessment.main())
    }

    /// Whether somebody has to do something about it: not where it is post-quantum or not affected, nor where it only stands ready for
    /// others and no use was seen.
    pub(crate) fn needs_action(&self) -> bool {
        let ready = [Class::Provided, Class::PostQuantum, Class::Fine];
        self.judged.band < Band::P4 && !ready.contains(&self.judged.class)
    }

    /// Whether a waiver accepts it at the place with that index.
    pub(crate) fn is_accepted(&self, report: &Report, place: usize) -> bool {
        let class = self.judged.finding_class;
        report.waivers.accepts(self.number, class, place)
    }
}

/// Every row, the most urgent first. What is only implied by another asset has none: it is in the machine forms.
pub(crate) fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = assessed(report)
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
    // The first place of an asset is looked for among all: once a row.
    rows.sort_by_cached_key(|row| {
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
    rows
}

/// The place to show: production before the rest, a use before what could be used, then the first.
pub(crate) fn first(asset: &InventoryAsset) -> Option<&Occurrence> {
    asset
        .occurrences
        .iter()
        .map(AsRef::as_ref)
        .min_by_key(|o: &&Occurrence| (o.context, o.tier(), &o.location))
}

/// The lists of what a quantum computer breaks.
pub(crate) const BROKEN: &[Class] = &[
    Class::KeyEstablishment,
    Class::Signature,
    Class::QuantumBroken,
];

/// How much there is. Each asset counts once, by the most urgent of its judgements; what is only implied by others does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Assets that were seen by themselves.
    pub(crate) assets: usize,
    /// Their places.
    pub(crate) places: usize,
    /// Judgements of them: an asset that is weak and quantum-broken has two.
    pub(crate) judgements: usize,
    /// Places of judgements: how many findings there are, as forms count that have a row for each.
    pub(crate) findings: usize,
    /// Assets, by the most urgent of their priorities.
    pub(crate) by_band: BTreeMap<Band, usize>,
    /// Assets, by the list of the most urgent of their judgements.
    pub(crate) by_class: BTreeMap<Class, usize>,
    /// Assets that a quantum computer breaks.
    pub(crate) broken: usize,
    /// Assets that are post-quantum or hybrid.
    pub(crate) ready: usize,
    /// Assets whose algorithm the code does not show.
    pub(crate) unresolved: usize,
}

impl Totals {
    /// Of rows as [`rows`] makes them.
    pub(crate) fn of(rows: &[Row<'_>]) -> Self {
        let mut totals = Self {
            judgements: rows.len(),
            findings: rows.iter().map(|row| row.asset.occurrences.len()).sum(),
            ..Self::default()
        };
        for row in rows.iter().filter(|row| row.is_main()) {
            let has = |classes: &[Class]| {
                let judgements = row.assessment.judgements().iter();
                usize::from(judgements.into_iter().any(|j| classes.contains(&j.class)))
            };
            totals.assets += 1;
            totals.places += row.asset.occurrences.len();
            totals.broken += has(BROKEN);
            totals.ready += has(&[Class::PostQuantum]);
            totals.unresolved += has(&[Class::Unresolved]);
            *totals.by_band.entry(row.judged.band).or_default() += 1;
            *totals.by_class.entry(row.judged.class).or_default() += 1;
        }
        totals
    }

    /// How much of what has a quantum answer already has it, in whole percent; none where nothing has.
    pub(crate) fn readiness(&self) -> Option<usize> {
        (self.ready * 100).checked_div(self.broken + self.ready)
    }
}
