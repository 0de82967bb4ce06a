//! How much there is, added up from what the JSON result lists.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Numbers by what they are of: `assets`, `band P0`, `rows weak`.
pub(crate) type Numbers = BTreeMap<String, u64>;

/// The lists of what a quantum computer breaks.
const BROKEN: [&str; 3] = ["key-establishment", "signature", "quantum-broken"];

pub(crate) fn list<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json[key].as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

pub(crate) fn add(numbers: &mut Numbers, what: impl Into<String>, number: u64) {
    *numbers.entry(what.into()).or_default() += number
}

/// How much there is, asset by asset. What is only implied by another asset does not count, as no form for people lists it.
pub(crate) fn truth(json: &Json) -> Numbers {
    let mut numbers = Numbers::new();
    for what in [
        "assets",
        "places",
        "rows",
        "findings",
        "broken",
        "ready",
        "unresolved",
        "waivers",
        "urgent",
        "open",
        "accepted",
        "settled",
        "not read",
        "read in part",
        "skipped",
        "work items",
    ] {
        add(&mut numbers, what, 0)
    }
    for asset in list(json, "assets")
        .iter()
        .filter(|a| list(a, "impliedBy").is_empty())
    {
        let places = list(asset, "occurrences").len() as u64;
        let main = &asset["assessment"];
        let judgements: Vec<&Json> = std::iter::once(main).chain(list(main, "also")).collect();
        let classes: Vec<&str> = judgements.iter().map(|j| text(j, "class")).collect();
        add(&mut numbers, "assets", 1);
        add(&mut numbers, "places", places);
        add(&mut numbers, format!("band {}", text(main, "priority")), 1);
        add(&mut numbers, format!("list {}", text(main, "class")), 1);
        let has = |wanted: &[&str]| u64::from(classes.iter().any(|class| wanted.contains(class)));
        add(&mut numbers, "broken", has(&BROKEN));
        add(&mut numbers, "ready", has(&["post-quantum"]));
        add(&mut numbers, "unresolved", has(&["unresolved"]));
        for judged in judgements {
            let is_urgent = ["P0", "P1", "P2"].contains(&text(judged, "priority"))
                && text(judged, "class") != "unresolved"
                && text(asset, "seen") == "used";
            add(&mut numbers, "urgent", u64::from(is_urgent));
            let need = needs(text(judged, "priority"), text(judged, "class"));
            let (open, accepted) = open(asset, text(judged, "findingClass"));
            if need {
                add(&mut numbers, "open", open);
                add(
                    &mut numbers,
                    format!("open {}", text(judged, "priority")),
                    open,
                );
                add(&mut numbers, "accepted", accepted);
            } else {
                add(&mut numbers, "settled", places);
            }
            add(&mut numbers, "accepted by a waiver", accepted);
            let (band, class) = (text(judged, "priority"), text(judged, "class"));
            add(&mut numbers, "rows", 1);
            add(&mut numbers, "findings", places);
            add(&mut numbers, format!("rows {band}"), 1);
            add(&mut numbers, format!("rows {class}"), 1);
            add(&mut numbers, format!("findings {band}"), places);
            add(&mut numbers, format!("findings {class}"), places);
            add(
                &mut numbers,
                format!("class {}", text(judged, "findingClass")),
                places,
            );
        }
    }
    let needed = numbers["open"] + numbers["accepted"];
    add(&mut numbers, "needed", needed);
    for (what, bands) in [
        ("open errors", &["P0", "P1"][..]),
        ("open warnings", &["P2"]),
        ("open notices", &["P3"]),
    ] {
        let open = bands
            .iter()
            .filter_map(|band| numbers.get(&format!("open {band}")))
            .sum();
        add(&mut numbers, what, open);
    }
    for waiver in list(json, "waivers") {
        add(&mut numbers, "waivers", 1);
        add(
            &mut numbers,
            format!("waivers {}", text(waiver, "state")),
            1,
        );
    }
    // A file counts once, however much of it was not read; a note that stands for many counts as them.
    let mut files = std::collections::BTreeSet::new();
    for skip in list(&json["coverage"], "skips") {
        let kind = if skip["gap"] == true {
            "not read"
        } else {
            "read in part"
        };
        let number = skip["number"].as_u64().unwrap_or(1);
        if number > 1 || files.insert((kind, text(skip, "path"))) {
            add(&mut numbers, kind, number);
        }
        add(&mut numbers, "skipped", number);
    }
    for item in list(json, "plan") {
        add(&mut numbers, "work items", 1);
        add(&mut numbers, format!("work {}", text(item, "priority")), 1);
    }
    numbers
}

/// Whether somebody has to do something about it.
pub(crate) fn needs(band: &str, class: &str) -> bool {
    band != "P4" && !["provided", "post-quantum", "fine"].contains(&class)
}

/// The places of an asset that nobody accepts for a finding class, and those that somebody does.
fn open(asset: &Json, class: &str) -> (u64, u64) {
    let places = list(asset, "occurrences");
    let is_accepted = |place: &&Json| place["acceptedBy"].get(class).is_some();
    let accepted = places.iter().filter(is_accepted).count();
    ((places.len() - accepted) as u64, accepted as u64)
}
