//! What every section of the page is made of: the rows in the order of the page, their anchors, and which places are shown.
//!
//! A row is an asset on one list, as in every form for people. Rows of a list that say the same (priority, finding class, why, what to do,
//! by when) are one group, so that a sentence stands once and not a thousand times.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::chart::escaped;
use crate::inventory::{
    Assessment, Band, Class, Due, InventoryAsset, Judgement, Occurrence, Report,
};
use crate::output::fit::{cut, harmless};
use crate::output::rows::{Row, Totals, rows};
use crate::output::words::{CLASSES, short_digests};
use crate::output::{band_name, class_name};

/// Most columns of a name.
const MAX_NAME: usize = 160;

/// The report, laid out for the page.
pub(super) struct Sheet<'a> {
    pub(super) report: &'a Report,
    pub(super) totals: Totals,
    /// The lists that have rows, in the order of reports.
    pub(super) lists: Vec<List<'a>>,
    /// Rows on the page: the most urgent, where there are more than was asked for.
    pub(super) rows: usize,
    /// The places of each asset on the page that are shown, the most telling first.
    pub(super) places: BTreeMap<usize, Vec<&'a Occurrence>>,
    /// How many these are.
    pub(super) places_shown: usize,
    /// Of each asset on the page, the anchor of its first row.
    anchors: BTreeMap<usize, usize>,
    /// Numbers of assets, by id.
    numbers: HashMap<&'a str, usize>,
    /// Those too that are not on the page.
    all: Vec<Row<'a>>,
}

/// A list of the report.
pub(super) struct List<'a> {
    pub(super) class: Class,
    pub(super) words: &'static str,
    /// How many assets are on it; there may be fewer on the page.
    assets: usize,
    pub(super) groups: Vec<Group<'a>>,
}

/// Rows that say the same.
pub(super) struct Group<'a> {
    pub(super) band: Band,
    /// What all of them say.
    pub(super) judged: &'a Judgement,
    pub(super) due: Option<&'a Due>,
    /// How many rows it has; there may be fewer on the page.
    pub(super) size: usize,
    pub(super) entries: Vec<Entry<'a>>,
}

/// A row of the page.
pub(super) struct Entry<'a> {
    /// Its number on the page, from 0, in the order of the page.
    pub(super) anchor: usize,
    pub(super) row: Row<'a>,
}

impl<'a> Sheet<'a> {
    /// Of a report, with at most so many rows, and so many places.
    pub(super) fn of(report: &'a Report, most: usize) -> Self {
        let all = rows(report);
        let totals = Totals::of(&all);
        let kept = &all[..all.len().min(most)];
        let places = places(kept, most);
        let places_shown = places.values().map(Vec::len).sum();
        let mut lists = lists(&all, kept.len());
        let mut anchors = BTreeMap::new();
        let entries = lists.iter_mut().flat_map(|list| &mut list.groups);
        for (anchor, entry) in entries.flat_map(|group| &mut group.entries).enumerate() {
            entry.anchor = anchor;
            anchors.entry(entry.row.number).or_insert(anchor);
        }
        let assets = report.inventory.assets.iter().enumerate();
        Self {
            report,
            totals,
            lists,
            rows: kept.len(),
            places,
            places_shown,
            anchors,
            numbers: assets.map(|(number, asset)| (&*asset.id, number)).collect(),
            all,
        }
    }

    /// Every row, on the page or not: what is counted is counted here.
    pub(super) fn all(&self) -> &[Row<'a>] {
        &self.all
    }

    /// The assets, by number, on the page or not.
    pub(super) fn assets(
        &self,
    ) -> impl Iterator<Item = (usize, &'a InventoryAsset, &'a Assessment)> {
        let main = self.all.iter().filter(|row| row.is_main());
        let assets: BTreeMap<_, _> = main
            .map(|row| (row.number, (row.asset, row.assessment)))
            .collect();
        assets.into_iter().map(|(number, (a, b))| (number, a, b))
    }

    /// Those on the page.
    pub(super) fn shown(
        &self,
    ) -> impl Iterator<Item = (usize, &'a InventoryAsset, &'a Assessment)> {
        let assets = self.assets();
        assets.filter(|(number, ..)| self.places.contains_key(number))
    }

    /// The asset with that id, if it is on the page.
    pub(super) fn asset(&self, id: &str) -> Option<(usize, &'a InventoryAsset)> {
        let number = *self.numbers.get(id)?;
        self.anchors.get(&number)?;
        Some((number, self.report.inventory.assets.get(number)?))
    }

    /// The anchor of the first row of an asset.
    pub(super) fn anchor(&self, number: usize) -> Option<usize> {
        self.anchors.get(&number).copied()
    }

    /// How many assets have a row of a list and priority, on the page or not.
    pub(super) fn count(&self, wanted: impl Fn(Class, Band) -> bool) -> usize {
        let rows = self.all.iter();
        let rows = rows.filter(|row| wanted(row.judged.class, row.judged.band));
        rows.map(|row| row.number).collect::<BTreeSet<_>>().len()
    }
}

impl Entry<'_> {
    /// What a link to it ends in: the same in every run.
    pub(super) fn id(&self) -> String {
        let id = harmless(&self.row.asset.id);
        match self.row.is_main() {
            true => format!("asset-{id}"),
            false => format!("asset-{id}~{}", self.row.judged.finding_class.name()),
        }
    }
}

impl List<'_> {
    /// What a link to it ends in; the script takes the same for a filter.
    pub(super) fn link(&self) -> String {
        format!("list={}", class_name(self.class))
    }

    /// Likewise, to what is of one priority in it.
    pub(super) fn link_to(&self, band: Band) -> String {
        format!("list={}&band={}", class_name(self.class), band_name(band))
    }

    /// How many assets are on it, on the page or not.
    pub(super) fn assets(&self) -> usize {
        self.assets
    }
}

/// Text of the scan as the page shows it.
pub(crate) fn clean(text: &str) -> String {
    harmless(text)
}

/// Such text as HTML: what stands between backticks is code.
pub(crate) fn marked(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len());
    for (n, part) in parts.iter().enumerate() {
        let part = escaped(part);
        match n % 2 {
            0 => out.push_str(&part),
            // One without a partner means itself.
            _ if n + 1 == parts.len() => out.push_str(&format!("`{part}")),
            _ => out.push_str(&format!("<code>{part}</code>")),
        }
    }
    out
}

/// A name: harmless, and cut.
pub(crate) fn named(name: &str) -> String {
    cut(&harmless(name), MAX_NAME)
}

/// A path in what was scanned.
pub(super) fn path(path: &str) -> String {
    short_digests(&harmless(path))
}

/// Each asset has its most telling place, and the most urgent have further ones, until there are enough.
fn places<'a>(rows: &[Row<'a>], most: usize) -> BTreeMap<usize, Vec<&'a Occurrence>> {
    let mut places: BTreeMap<usize, Vec<&Occurrence>> = BTreeMap::new();
    let assets: BTreeSet<usize> = rows.iter().map(|row| row.number).collect();
    let mut further = most.saturating_sub(assets.len());
    for row in rows {
        places.entry(row.number).or_insert_with(|| {
            let mut all: Vec<&Occurrence> =
                row.asset.occurrences.iter().map(AsRef::as_ref).collect();
            all.sort_by_key(|o| (o.context, o.tier(), &o.location));
            let more = all.len().saturating_sub(1).min(further);
            further -= more;
            all.truncate(1 + more);
            all
        });
    }
    places
}

fn lists<'a>(rows: &[Row<'a>], most: usize) -> Vec<List<'a>> {
    let mut lists = Vec::new();
    for (class, words) in CLASSES {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut known = HashMap::new();
        let mut assets = BTreeSet::new();
        let rows = rows.iter().enumerate();
        for (number, row) in rows.filter(|(_, row)| row.judged.class == class) {
            let judged = row.judged;
            assets.insert(row.number);
            let due = judged
                .score
                .as_deref()
                .and_then(|score| score.deadline.as_ref());
            let key = (
                (judged.band, judged.finding_class, &judged.reason),
                (&judged.replacement, &judged.note),
                due.map(|due| (due.last_day, &due.policy)),
            );
            let at = *known.entry(key).or_insert_with(|| {
                groups.push(Group {
                    band: judged.band,
                    judged,
                    due,
                    size: 0,
                    entries: Vec::new(),
                });
                groups.len() - 1
            });
            groups[at].size += 1;
            if number < most {
                groups[at].entries.push(Entry {
                    anchor: 0,
                    row: *row,
                })
            }
        }
        groups.retain(|group| !group.entries.is_empty());
        // Rows come by priority; the first of each group keeps its place.
        groups.sort_by_key(|group| group.band);
        if !assets.is_empty() {
            lists.push(List {
                class,
                words,
                assets: assets.len(),
                groups,
            })
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_else_is_markup() {
        assert_eq!(
            marked("comes from `bits<1>`, not & from `x"),
            "comes from <code>bits&lt;1&gt;</code>, not &amp; from `x"
        );
        assert_eq!(marked("`<b>`"), "<code>&lt;b&gt;</code>");
        assert_eq!(marked("plain"), "plain");
    }
}
