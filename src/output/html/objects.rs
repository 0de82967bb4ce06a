//! Certificates, keys and keystores: how many, until when, and which of them act first.

use std::collections::BTreeMap;

use askama::Template;

use super::breakdown::encoded;
use super::chart::{self, Bar};
use super::deadlines::at;
use super::facets::{Facts, KINDS};
use super::sheet::{Sheet, clean, named};
use crate::inventory::{Assessment, InventoryAsset};
use crate::model::object::Certificate;
use crate::model::{AssetKind, Object};
use crate::output::fit::{counted, cut, grouped};
use crate::output::{band_name, rfc3339};

/// Most certificates in the table: the lists have all of them.
const MAX_CERTIFICATES: usize = 200;
/// Most keys of several certificates.
const MAX_SHARED: usize = 50;
/// Most columns of a name.
const MAX_NAME: usize = 100;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="objects">
<h2 id="objects-h">Certificates and keys</h2>
{% if counts.is_empty() %}<p>None was found.</p>{% else -%}
<ul>{% for count in counts %}<li><a href="#{{ count.link }}">{{ count.text }}</a>{% for (text, link) in count.states %}{% if loop.first %}: {% else %}, {% endif %}<a href="#{{ link }}">{{ text }}</a>{% endfor %}</li>{% endfor %}</ul>
{%- endif %}
{% if let Some(chart) = chart %}<h3 id="expiry">Certificates by the year of their end</h3><div class="figure">{{ chart|safe }}</div>{% endif %}
{% if !certificates.is_empty() -%}
<h3 id="certificates-h">Certificates, those that outlive a deadline first</h3>
{% if let Some(capped) = capped %}<p>{{ capped }} <a href="#kind=certificate">All of them</a> are in the lists.</p>{% endif %}
<div class="scroll" tabindex="0" role="group" aria-labelledby="certificates-h">
<table class="wide"><thead><tr><th scope="col">Certificate<th scope="col">Role<th scope="col">Priority<th scope="col">Valid from<th scope="col">until<th scope="col">Says</thead><tbody>
{%- for row in certificates %}
<tr><th scope="row">{% if let Some(anchor) = row.anchor %}<a href="#r{{ anchor }}">{{ row.name }}</a>{% else %}{{ row.name }}{% endif %}<td>{{ row.role }}<td><span class="band {{ row.band }}">{{ row.band }}</span><td class="day">{{ row.from }}<td class="day">{{ row.until }}<td>{{ row.says }}
{%- endfor %}</tbody></table></div>
{%- endif %}
{% if !shared.is_empty() -%}
<h3 id="shared-h">Keys in several certificates</h3>
<p>They are replaced together.</p>
<ul>{% for (text, anchor) in shared %}<li>{% if let Some(anchor) = anchor %}<a href="#r{{ anchor }}">{{ text }}</a>{% else %}{{ text }}{% endif %}</li>{% endfor %}</ul>
{%- if shared_more > 0 %}<p>And {{ shared_more }} more.</p>{% endif %}
{%- endif %}
</section>"##
)]
pub(super) struct Objects {
    counts: Vec<CountView>,
    /// Made by `chart`, which escapes.
    chart: Option<String>,
    certificates: Vec<RowView>,
    capped: Option<String>,
    shared: Vec<(String, Option<usize>)>,
    shared_more: usize,
}

struct CountView {
    text: String,
    link: String,
    /// How many are in which state, and a link to them.
    states: Vec<(String, String)>,
}

struct RowView {
    name: String,
    anchor: Option<usize>,
    role: &'static str,
    band: &'static str,
    from: String,
    until: String,
    says: String,
}

/// A certificate.
struct Seen<'a> {
    number: usize,
    asset: &'a InventoryAsset,
    assessment: &'a Assessment,
    certificate: &'a Certificate,
}

impl Seen<'_> {
    fn is_expired(&self) -> bool {
        let lifetime = self.assessment.lifetime.as_ref();
        lifetime.is_some_and(|lifetime| lifetime.state == Some("expired"))
    }

    fn is_late(&self) -> bool {
        let lifetime = self.assessment.lifetime.as_ref();
        !self.is_expired() && lifetime.is_some_and(|lifetime| !lifetime.outlives.is_empty())
    }
}

impl Objects {
    pub(super) fn of(sheet: &Sheet<'_>, facts: &BTreeMap<usize, Facts>) -> Self {
        let mut certificates: Vec<Seen<'_>> = sheet
            .assets()
            .filter_map(
                |(number, asset, assessment)| match asset.asset.object.as_deref()? {
                    Object::Certificate(certificate) => Some(Seen {
                        number,
                        asset,
                        assessment,
                        certificate,
                    }),
                    _ => None,
                },
            )
            .collect();
        let chart = expiries(&certificates);
        // Those that act first: beyond a deadline before the rest, authorities before what they signed, then by priority and end.
        certificates.sort_by_key(|seen| {
            (
                (seen.is_expired(), !seen.is_late()),
                seen.certificate.ca != Some(true),
                seen.assessment.band(),
                seen.certificate.not_after,
                &seen.asset.name,
            )
        });
        let all = certificates.len();
        let capped = (all > MAX_CERTIFICATES)
            .then(|| format!("The first {MAX_CERTIFICATES} of {}.", grouped(all as u64)));
        let rows = certificates.iter().take(MAX_CERTIFICATES);
        let (shared, shared_more) = shared(sheet);
        Self {
            counts: counts(sheet, facts),
            chart,
            capped,
            certificates: rows.map(|seen| row(seen, sheet)).collect(),
            shared,
            shared_more,
        }
    }
}

fn row(seen: &Seen<'_>, sheet: &Sheet<'_>) -> RowView {
    let day = |seconds: Option<i64>| match seconds {
        None => "not known".to_owned(),
        Some(i64::MAX) => "never ends".to_owned(),
        Some(seconds) => {
            let time = rfc3339(seconds).unwrap_or_default();
            time.split('T').next().unwrap_or_default().to_owned()
        }
    };
    let mut says = Vec::new();
    if let Some(lifetime) = &seen.assessment.lifetime {
        says.extend(
            lifetime
                .state
                .filter(|state| *state != "valid")
                .map(str::to_owned),
        );
        for outlives in lifetime.outlives.iter().filter(|_| !seen.is_expired()) {
            let by = match outlives.days {
                Some(days) => format!(
                    "{} beyond",
                    counted(u64::try_from(days).unwrap_or_default(), "day")
                ),
                None => "without end beyond".to_owned(),
            };
            says.push(format!(
                "{by} {}, {}",
                outlives.year,
                clean(&outlives.policy)
            ))
        }
    }
    RowView {
        name: cut(&named(&seen.asset.name), MAX_NAME),
        anchor: sheet.anchor(seen.number),
        role: seen.certificate.role().unwrap_or("not said"),
        band: band_name(seen.assessment.band()),
        from: day(seen.certificate.not_before),
        until: day(seen.certificate.not_after),
        says: says.join("; "),
    }
}

/// `12 certificates: 2 expired, 3 outlive their deadline`, each with a link to them.
fn counts(sheet: &Sheet<'_>, facts: &BTreeMap<usize, Facts>) -> Vec<CountView> {
    let at = |key: &str| KINDS.iter().position(|kind| kind.key == key);
    let (Some(kind), Some(state)) = (at("kind"), at("state")) else {
        return Vec::new();
    };
    let mut numbers: BTreeMap<(AssetKind, Option<&str>), usize> = BTreeMap::new();
    for (number, asset, _) in sheet.assets() {
        if asset.asset.object.is_none() {
            continue;
        }
        let of_kind = asset.asset.kind;
        *numbers.entry((of_kind, None)).or_default() += 1;
        let states = facts.get(&number).map(|facts| &facts.values[state]);
        for state in states.into_iter().flatten() {
            *numbers.entry((of_kind, Some(state))).or_default() += 1;
        }
    }
    let mut counts: Vec<CountView> = Vec::new();
    for ((of_kind, state), number) in numbers {
        let link = format!("{}={}", KINDS[kind].key, encoded(of_kind.name()));
        match (state, counts.last_mut()) {
            // Those of a kind follow the kind.
            (Some(state), Some(count)) => count.states.push((
                match state {
                    "outlives its deadline" if number > 1 => {
                        format!("{} outlive their deadline", grouped(number as u64))
                    }
                    state => format!("{} {state}", grouped(number as u64)),
                },
                format!("{link}&state={}", encoded(state)),
            )),
            _ => counts.push(CountView {
                text: objects(of_kind, number),
                link,
                states: Vec::new(),
            }),
        }
    }
    counts
}

/// `12 certificates`.
fn objects(kind: AssetKind, number: usize) -> String {
    let number = number as u64;
    match kind {
        AssetKind::Crl => counted(number, "revocation list"),
        AssetKind::Signature | AssetKind::Ciphertext if number != 1 => {
            format!("{} kinds of {}s", grouped(number), kind.name())
        }
        AssetKind::Signature | AssetKind::Ciphertext => format!("1 kind of {}", kind.name()),
        kind => counted(number, kind.name()),
    }
}

/// How many certificates end in each year.
fn expiries(certificates: &[Seen<'_>]) -> Option<String> {
    let mut years: BTreeMap<i32, [u64; 3]> = BTreeMap::new();
    let mut never = [0; 3];
    for seen in certificates {
        let series = match (seen.is_late(), seen.is_expired()) {
            (true, _) => 0,
            (_, true) => 2,
            _ => 1,
        };
        match seen.certificate.not_after {
            Some(i64::MAX) => never[series] += 1,
            Some(seconds) => {
                // Years of four digits.
                let year = at(seconds).map(|year| year as i32);
                if let Some(year) = year {
                    years.entry(year).or_default()[series] += 1
                }
            }
            None => {}
        }
    }
    let bar = |label: String, numbers: [u64; 3]| Bar {
        label,
        parts: numbers
            .into_iter()
            .enumerate()
            .filter(|(_, n)| *n > 0)
            .collect(),
        href: None,
    };
    let mut columns: Vec<Bar> = Vec::new();
    let (first, last) = (*years.keys().next()?, *years.keys().next_back()?);
    // Gaps are time, too, but for a handful of years far away.
    let is_dense = last - first < 60;
    let span: Vec<i32> = match is_dense {
        true => (first..=last).collect(),
        false => years.keys().copied().collect(),
    };
    for year in span {
        columns.push(bar(
            year.to_string(),
            years.get(&year).copied().unwrap_or_default(),
        ))
    }
    if never != [0; 3] {
        columns.push(bar("never".to_owned(), never))
    }
    Some(chart::columns(
        "expiries",
        "Certificates by the year of their end",
        "The table below has the days, and the lists have every certificate.",
        &["outlives a deadline", "within it", "expired"],
        &columns,
    ))
}

/// Keys that several certificates are about.
fn shared(sheet: &Sheet<'_>) -> (Vec<(String, Option<usize>)>, usize) {
    let mut keys: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, asset, _) in sheet.assets() {
        if let (AssetKind::Certificate, Some(key)) = (asset.asset.kind, &asset.subject_key) {
            *keys.entry(key).or_default() += 1
        }
    }
    let mut shared: Vec<(&str, u64)> = keys.into_iter().filter(|(_, n)| *n > 1).collect();
    shared.sort_by_key(|(id, number)| (std::cmp::Reverse(*number), *id));
    let more = shared.len().saturating_sub(MAX_SHARED);
    let shown = shared.iter().take(MAX_SHARED).map(|(id, number)| {
        let key = sheet.asset(id);
        let name = key.map_or_else(|| clean(id), |(_, asset)| named(&asset.name));
        let text = format!("{name}: {}", counted(*number, "certificate"));
        (text, key.and_then(|(number, _)| sheet.anchor(number)))
    });
    (shown.collect(), more)
}
