//! What the script reads: by what each row is filtered, and the places of every asset. Numbers into lists of texts, so that a text that
//! a thousand places share stands once.
//!
//! The shape is between this file and `script.js`, and no interface for others: they have the JSON result.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use serde::Serialize;

use super::facets::{Facts, KINDS};
use super::files::Files;
use super::forge::Forge;
use super::sheet::{Sheet, clean, named, path};
use crate::inventory::{InventoryAsset, Judgement, Occurrence, Score, Source, Term};
use crate::model::{Context, Location};
use crate::output::words::parameter;
use crate::output::{band_name, class_name};

/// By what rows themselves are told apart, before [`KINDS`].
const OF_ROWS: [(&str, &str, bool); 4] = [
    ("band", "Priority", true),
    ("list", "List", true),
    ("class", "Finding class", true),
    ("due", "Deadline", false),
];

#[derive(Serialize)]
struct DataOut<'a> {
    facets: Vec<FacetOut>,
    /// Texts that others refer to by number; the first is empty.
    texts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    forge: Option<ForgeOut<'a>>,
    /// Of each group of rows, in the order of the page: a value of each facet of rows (-1: none).
    groups: Vec<[i32; OF_ROWS.len()]>,
    /// Of each row, in the order of the page, the asset and the score.
    rows: Vec<usize>,
    /// Values of each facet of assets, which many assets have in common.
    kinds: Vec<[Vec<usize>; KINDS.len()]>,
    assets: Vec<AssetOut>,
    /// By what places were seen: library, rule entry, and in which way.
    ways: Vec<[usize; 3]>,
    /// The assets of each work item.
    work: BTreeMap<&'a str, Vec<usize>>,
}

#[derive(Serialize)]
struct FacetOut {
    key: &'static str,
    label: &'static str,
    offered: bool,
    values: Vec<String>,
}

#[derive(Serialize)]
struct ForgeOut<'a> {
    base: &'a str,
    line: &'a str,
}

/// Values of facets, parameters, how many places there are, and those that are shown.
#[derive(Serialize)]
struct AssetOut(usize, usize, usize, Vec<PlaceOut>);

/// File, line (0: none), column or byte, text of the function, the way, and where else something was told.
#[derive(Serialize)]
struct PlaceOut(usize, u32, u64, usize, usize, Vec<ToldOut>);

/// A place in the same file, or in another one: a file by its number, or below 0 by its path among the texts.
#[derive(Serialize)]
#[serde(untagged)]
enum ToldOut {
    Here(u32, u64),
    There(u32, u64, i64),
}

/// Things, each once.
struct Once<T> {
    all: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T: Clone + Eq + Hash> Once<T> {
    fn new() -> Self {
        Self {
            all: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    fn number(&mut self, one: T) -> usize {
        if let Some(number) = self.numbers.get(&one) {
            return *number;
        }
        let number = self.all.len();
        self.all.push(one.clone());
        self.numbers.insert(one, number);
        number
    }
}

type Texts = Once<String>;

/// The data as text that can stand in a script element.
pub(super) fn data(
    sheet: &Sheet<'_>,
    files: &Files<'_>,
    facts: &BTreeMap<usize, Facts>,
    forge: Option<&Forge>,
) -> Result<String, serde_json::Error> {
    let mut texts = Texts::new();
    texts.number(String::new());
    let mut of_rows: [Texts; OF_ROWS.len()] = std::array::from_fn(|_| Texts::new());
    let mut of_assets: [Texts; KINDS.len()] = std::array::from_fn(|_| Texts::new());
    // In the order of their words, so that lists of them are sorted.
    for (kind, known) in of_assets.iter_mut().enumerate() {
        let shown = sheet.shown().filter_map(|(number, ..)| facts.get(&number));
        let values = shown.flat_map(|facts| &facts.values[kind]);
        for value in BTreeSet::from_iter(values) {
            known.number(value.clone());
        }
    }
    let mut numbers = BTreeMap::new();
    let mut assets = Vec::new();
    let mut kinds = Once::new();
    let mut ways = Once::new();
    for (number, asset, _) in sheet.shown() {
        numbers.insert(number, assets.len());
        let values = facts.get(&number).map(|facts| &facts.values);
        let values: [Vec<usize>; KINDS.len()] = std::array::from_fn(|kind| {
            let values = values.into_iter().flat_map(|values| &values[kind]);
            let values = values.map(|value| of_assets[kind].number(value.clone()));
            values.collect()
        });
        let shown = sheet.places.get(&number).map(Vec::as_slice);
        let shown = shown.unwrap_or_default().iter();
        let shown = shown.map(|place| place_out(place, files, &mut texts, &mut ways));
        let shown = shown.collect();
        let parameters = texts.number(parameters(asset));
        let places = asset.occurrences.len();
        assets.push(AssetOut(kinds.number(values), parameters, places, shown));
    }
    let mut groups = Vec::new();
    let mut rows = Vec::new();
    for list in &sheet.lists {
        for group in &list.groups {
            let of = |text: &str, known: &mut Texts| {
                i32::try_from(known.number(text.to_owned())).unwrap_or(-1)
            };
            let [bands, lists, classes, dues] = &mut of_rows;
            let due = group.due.map(|due| of(&due_value(due), dues));
            groups.push([
                of(band_name(group.band), bands),
                of(class_name(list.class), lists),
                of(group.judged.finding_class.name(), classes),
                due.unwrap_or(-1),
            ]);
            for entry in &group.entries {
                let score = score_of(entry.row.judged).unwrap_or_default();
                rows.push(numbers.get(&entry.row.number).copied().unwrap_or_default());
                rows.push(texts.number(score));
            }
        }
    }
    let rows_facets = OF_ROWS.iter().zip(of_rows);
    let rows_facets = rows_facets.map(|((key, label, offered), known)| FacetOut {
        key,
        label,
        offered: *offered,
        values: known.all,
    });
    let assets_facets = KINDS.iter().zip(of_assets);
    let assets_facets = assets_facets.map(|(kind, known)| FacetOut {
        key: kind.key,
        label: kind.label,
        offered: kind.is_offered,
        values: known.all,
    });
    let work = sheet.report.plan.iter().map(|item| {
        let assets = item.assets.iter().filter_map(|id| sheet.asset(id));
        let assets = assets.filter_map(|(number, _)| numbers.get(&number).copied());
        (&*item.id, assets.collect())
    });
    let out = DataOut {
        facets: rows_facets.chain(assets_facets).collect(),
        texts: &texts.all,
        forge: forge.map(|forge| ForgeOut {
            base: &forge.base,
            line: forge.line,
        }),
        groups,
        rows,
        kinds: kinds.all,
        assets,
        ways: ways.all,
        work: work.collect(),
    };
    Ok(inert(&serde_json::to_string(&out)?))
}

/// What a link to what is due then holds.
pub(super) fn due_value(due: &crate::inventory::Due) -> String {
    format!("{} {}", due.last_day, clean(&due.policy))
}

/// JSON that neither ends a script element nor a line of a script. Only texts hold these characters.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out
}

fn place_out(
    place: &Occurrence,
    files: &Files<'_>,
    texts: &mut Texts,
    ways: &mut Once<[usize; 3]>,
) -> PlaceOut {
    let at = &place.location;
    let column = |at: &Location| match at.line {
        0 => at.span.start,
        _ => u64::from(at.column),
    };
    let told = place.evidence.iter().map(|evidence| {
        let there = &evidence.location;
        if there.path == at.path {
            return ToldOut::Here(there.line, column(there));
        }
        let file = files.number(&there.path);
        let file = file.and_then(|number| i64::try_from(number).ok());
        let file = file.unwrap_or_else(|| {
            let text = texts.number(path(&there.path));
            -1 - i64::try_from(text).unwrap_or_default()
        });
        ToldOut::There(there.line, column(there), file)
    });
    let told = told.collect();
    let context = match place.context {
        Context::Production => String::new(),
        context => format!(", {}", context.name()),
    };
    let seen = format!(
        "{}, {}, confidence {}{context}",
        place.tier().name(),
        place.technique.name(),
        place.confidence.name(),
    );
    let way = [
        texts.number(clean(&place.library)),
        texts.number(named(&place.entry)),
        texts.number(seen),
    ];
    PlaceOut(
        files.number(&at.path).unwrap_or_default(),
        at.line,
        column(at),
        texts.number(place.function.as_deref().map(named).unwrap_or_default()),
        ways.number(way),
        told,
    )
}

/// `key bits 2048 (default); digest SHA-256`: what is known of each parameter, and where a value came from that does not stand at the place.
fn parameters(asset: &InventoryAsset) -> String {
    let facets = asset.asset.facets.iter();
    let known = facets.filter(|(_, value)| !value.is_unknown());
    let parts = known.map(|(facet, value)| {
        let values = value
            .scalars
            .iter()
            .take(8)
            .map(|(scalar, origin)| match origin.mark() {
                "" => scalar.to_string(),
                _ => format!("{scalar} ({})", origin.name()),
            });
        let values: Vec<String> = values.collect();
        let what = parameter(*facet);
        let open = if value.open { " or another" } else { "" };
        named(&format!("{what} {}{open}", values.join(" or ")))
    });
    let mut parts: Vec<String> = parts.collect();
    let operations: Vec<&str> = asset.asset.operations.iter().map(|o| o.name()).collect();
    if !operations.is_empty() {
        parts.push(format!("operations {}", operations.join(", ")))
    }
    parts.join("; ")
}

/// How a priority came about, with who says each term.
fn score_of(judged: &Judgement) -> Option<String> {
    Some(score(judged.score.as_deref()?))
}

fn score(score: &Score) -> String {
    let slack = score.slack.in_years();
    let time = match slack < 0.0 {
        true => format!("{:.1} years late", -slack),
        false => format!("{slack:.1} years left to begin"),
    };
    let mut parts = vec![
        format!("time {:.1} ({time})", f64::from(score.urgency) / 100.0),
        format!(
            "exposure {}",
            term(&score.exposure, &score.exposure.value.to_string())
        ),
        format!("role {}", term(&score.role, &score.role.value.to_string())),
        format!(
            "criticality {}",
            term(&score.criticality, &score.criticality.value.to_string())
        ),
    ];
    for limit in &score.limits {
        let word = if limit.floor { "at least" } else { "at most" };
        parts.push(format!("{word} {}: {}", limit.points, limit.because))
    }
    let mut out = format!("{} points: {}.", score.points, parts.join(", "));
    out.push_str(&format!(
        " Lifetime {}, effort {}, in years.",
        term(&score.lifetime, &score.lifetime.value.to_string()),
        term(&score.effort, &score.effort.value.to_string()),
    ));
    let years: Vec<String> = score
        .at
        .iter()
        .map(|(year, band)| format!("{} if a quantum computer comes in {year}", band_name(*band)))
        .collect();
    if !years.is_empty() {
        out.push_str(&format!(" {}.", years.join(", ")))
    }
    clean(&out)
}

fn term<T>(term: &Term<T>, value: &str) -> String {
    let who = match term.source {
        Source::Observed => "",
        Source::User => "said: ",
        Source::Default => "assumed: ",
    };
    match &*term.because {
        "" if who.is_empty() => value.to_owned(),
        "" => format!("{value} ({})", who.trim_end_matches(": ")),
        because => format!("{value} ({who}{because})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_end_its_element() {
        let json = serde_json::to_string("</script><!--&\u{2028}").unwrap();
        let inert = inert(&json);
        assert_eq!(inert, "\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\"");
        let back: String = serde_json::from_str(&inert).unwrap();
        assert_eq!(back, "</script><!--&\u{2028}");
    }
}
