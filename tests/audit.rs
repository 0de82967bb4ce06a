//! `corpus/audit/`: one project, whose whole report is written by hand, from what its files are and from the priority model.
//!
//! `expected.toml` there says every asset with its lists, bands, points and the sum that gives them, what policies say, the register of
//! accepted risks, the plan, and what the second of its two states changes; its README says what the words mean. Compared both ways: what
//! is missing fails, and so does what is there and was not written down. Where today's engine is known to differ, the label says how and
//! why in `engine`, and fails once they agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value as Json;
use tempfile::TempDir;

/// 2026-11-23, the day that everything is judged on.
const TODAY: &str = "1795392000";

/// The terms of a score that somebody says.
const TERMS: [&str; 6] = [
    "purpose",
    "lifetime",
    "effort",
    "exposure",
    "role",
    "criticality",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    asset: Vec<Asset>,
    implied: Vec<Implied>,
    waiver: Vec<Waiver>,
    work: Vec<Work>,
    unwanted: Vec<Unwanted>,
    federal: Federal,
    change: Change,
}

/// An asset that a file shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asset {
    is: String,
    /// Its places: `path:line`.
    at: Vec<String>,
    /// Why this is the truth, for the reader.
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader")]
    why: String,
    /// As which asset today's engine sees it instead.
    engine: Option<Engine>,
    judged: Vec<Judged>,
}

/// An algorithm that no place shows by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Implied {
    is: String,
    class: String,
    band: String,
    engine: Option<Engine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    class: String,
    list: String,
    band: String,
    sum: Option<Sum>,
    /// `2030 P0, 2040 P1`
    bands: Option<String>,
    /// What only a person knows: `shelf-life P2..P0`.
    #[serde(default)]
    needs: Vec<String>,
    /// Band, class and points under the policies of [`Federal`].
    federal: Option<String>,
    /// What today's engine says instead, and why that is wrong.
    engine: Option<Engine>,
}

/// How the points come about, worked out by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sum {
    need_by: f64,
    effort: f64,
    urgency: f64,
    exposure: u8,
    role: u8,
    criticality: u8,
    floor: Option<u8>,
    cap: Option<u8>,
    points: u8,
    /// The terms that the user says, and those that the files show, in the order of [`TERMS`]; the rest is assumed.
    #[serde(default)]
    user: Vec<String>,
    #[serde(default)]
    seen: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Engine {
    says: String,
    /// What it says under the policies of [`Federal`], where that differs too.
    federal: Option<String>,
    #[allow(dead_code, reason = "for the reader")]
    wrong: String,
}

/// An entry of the register.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiver {
    id: String,
    state: String,
    class: String,
    owner: String,
    until: String,
    /// The places that it is about.
    accepts: Vec<String>,
}

/// A work item.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Work {
    /// For the reader, and for `after`.
    name: String,
    list: String,
    band: String,
    owners: Vec<String>,
    places: Vec<String>,
    /// What has to be done before.
    #[serde(default)]
    after: Vec<String>,
    engine: Option<Engine>,
}

/// A work item that today's plan has and should not have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unwanted {
    /// List and band.
    is: String,
    places: Vec<String>,
    #[allow(dead_code, reason = "for the reader")]
    wrong: String,
}

/// Two policies at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Federal {
    policies: Vec<String>,
    /// What the second does not list, by asset.
    not_allowed: BTreeMap<String, Vec<String>>,
}

/// The second state, and what it changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Files of the first that are gone.
    removed_files: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
    moved: Vec<String>,
    spread: Vec<String>,
    judged: Vec<String>,
    new: Vec<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/audit")
}

fn expected() -> Expected {
    let text = fs::read_to_string(folder().join("expected.toml")).expect("readable");
    toml::from_str(&text).unwrap_or_else(|e| panic!("expected.toml: {e}"))
}

/// The project as a work tree of git: its first state, or its second.
fn project(second: Option<&Change>) -> TempDir {
    let to = TempDir::new().expect("a folder");
    copy(&folder().join("before"), to.path());
    if let Some(change) = second {
        for path in &change.removed_files {
            fs::remove_file(to.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        copy(&folder().join("after"), to.path());
    }
    let commit = if second.is_some() { "2" } else { "1" };
    let git = to.path().join(".git");
    fs::create_dir_all(git.join("refs/heads")).expect("writable");
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("writable");
    fs::write(git.join("refs/heads/main"), commit.repeat(40) + "\n").expect("writable");
    to
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&to).expect("writable");
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).expect("writable");
        }
    }
}

/// What a scan of the project reports, as our JSON has it, in a file.
fn scanned(root: &Path, arguments: &[&str], to: &Path) -> Json {
    let run = Command::new(assert_cmd::cargo::cargo_bin!("pqscan"))
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env("PQSCAN_NO_CACHE", "1")
        .args(["scan", "--quiet", "--format", "json", "-o"])
        .arg(to)
        .args(arguments)
        .arg(root)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{told}");
    serde_json::from_slice(&fs::read(to).expect("it was written")).expect("it is JSON")
}

fn report(root: &Path, arguments: &[&str]) -> Json {
    let folder = TempDir::new().expect("a folder");
    scanned(root, arguments, &folder.path().join("report.json"))
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

fn list<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json[key].as_array().map_or(&[], Vec::as_slice)
}

/// `algorithm AES key_bits=256 mode=GCM`: an asset by its kind and parameters.
fn brief(asset: &Json) -> String {
    let value = |value: &Json| {
        let one = |scalar: &Json| match &scalar["value"] {
            Json::Array(names) => {
                let names: Vec<&str> = names.iter().filter_map(Json::as_str).collect();
                names.join(",")
            }
            Json::String(name) => name.clone(),
            other => other.to_string(),
        };
        let mut all: Vec<String> = list(value, "values").iter().map(one).collect();
        if value["open"] == true {
            let why = &value["why"];
            all.push(match (text(why, "kind"), text(why, "detail")) {
                ("", _) => "…".to_owned(),
                (kind, "") => format!("?{kind}"),
                (kind, detail) => format!("?{kind}({detail})"),
            })
        }
        all.join("|")
    };
    let kind = text(asset, "kind");
    let lead = if kind == "protocol" {
        "protocol"
    } else {
        "algorithm"
    };
    let mut brief = kind.to_owned();
    let parameters = asset["parameters"].as_object();
    let mut rest = String::new();
    for (name, found) in parameters.into_iter().flatten() {
        if name == lead {
            let _ = write!(brief, " {}", value(found));
        } else {
            let _ = write!(rest, " {name}={}", value(found));
        }
    }
    brief + &rest
}

/// `path:line`, each once.
fn places(asset: &Json) -> BTreeSet<String> {
    let places = list(asset, "occurrences").iter();
    places.map(place).collect()
}

/// `path:line`, or the path where there are no lines.
fn place(at: &Json) -> String {
    let path = text(at, "path");
    match at["line"].as_u64() {
        Some(line) if line > 0 => format!("{path}:{line}"),
        _ => path.to_owned(),
    }
}

fn judgements(asset: &Json) -> Vec<&Json> {
    let found = &asset["assessment"];
    std::iter::once(found).chain(list(found, "also")).collect()
}

/// A judgement in the words of the labels.
fn shown(judged: &Json) -> String {
    let mut line = format!(
        "{} {} {}",
        text(judged, "priority"),
        text(judged, "class"),
        text(judged, "findingClass")
    );
    let score = &judged["score"];
    if !score.is_object() {
        return line;
    }
    let _ = write!(
        line,
        " need {:.2} effort {:.2}: {:.2} + {} + {} + {}",
        score["needBy"].as_f64().unwrap_or(f64::NAN),
        score["effort"]["value"].as_f64().unwrap_or(f64::NAN),
        score["urgency"].as_f64().unwrap_or(f64::NAN),
        score["exposure"]["value"],
        score["role"]["value"],
        score["criticality"]["value"],
    );
    for limit in list(score, "limits") {
        for (key, word) in [("atLeast", "least"), ("atMost", "most")] {
            if let Some(points) = limit[key].as_u64() {
                let _ = write!(line, ", at {word} {points}");
            }
        }
    }
    let _ = write!(line, " = {}", score["points"]);
    for (source, word) in [("user", "user"), ("observed", "seen")] {
        let said = TERMS.into_iter();
        let said: Vec<&str> = said
            .filter(|term| text(&score[*term], "source") == source)
            .collect();
        if !said.is_empty() {
            let _ = write!(line, "; {word} {}", said.join(" "));
        }
    }
    for at in list(score, "at") {
        let year = &at["quantumYear"];
        if year != 2035 {
            let _ = write!(line, "; {year} {}", text(at, "priority"));
        }
    }
    for need in list(score, "needsContext") {
        let bound = |key: &str| text(&need[key], "priority").to_owned();
        let (least, most) = (bound("least"), bound("most"));
        let _ = write!(line, "; {} {least}..{most}", text(need, "what"));
    }
    line
}

impl Implied {
    /// What today's engine says: the truth, but where the label knows better.
    fn today(&self) -> String {
        match &self.engine {
            Some(engine) => engine.says.clone(),
            None => format!("{} {}", self.band, self.class),
        }
    }
}

impl Judged {
    fn shown(&self) -> String {
        let mut line = format!("{} {} {}", self.band, self.list, self.class);
        if let Some(sum) = &self.sum {
            let _ = write!(
                line,
                " need {:.2} effort {:.2}: {:.2} + {} + {} + {}",
                sum.need_by, sum.effort, sum.urgency, sum.exposure, sum.role, sum.criticality
            );
            for (limit, word) in [(sum.floor, "least"), (sum.cap, "most")] {
                if let Some(points) = limit {
                    let _ = write!(line, ", at {word} {points}");
                }
            }
            let _ = write!(line, " = {}", sum.points);
            for (said, word) in [(&sum.user, "user"), (&sum.seen, "seen")] {
                if !said.is_empty() {
                    let _ = write!(line, "; {word} {}", said.join(" "));
                }
            }
        }
        for at in self.bands.iter().flat_map(|bands| bands.split(", ")) {
            let _ = write!(line, "; {at}");
        }
        for need in &self.needs {
            let _ = write!(line, "; {need}");
        }
        line
    }
}

/// The arithmetic of a label: it must be right by itself, whatever the engine says.
fn adds_up(asset: &Asset, judged: &Judged, wrong: &mut Vec<String>) {
    let Some(sum) = &judged.sum else {
        return;
    };
    let slack = sum.need_by - sum.effort - 2026.89;
    let urgency = (60.0 * (1.0 - slack / 10.0)).clamp(0.0, 60.0);
    let rest = f64::from(sum.exposure) + f64::from(sum.role) + f64::from(sum.criticality);
    let mut points = (urgency + rest).round().min(100.0);
    if let Some(floor) = sum.floor {
        points = points.max(f64::from(floor))
    }
    if let Some(cap) = sum.cap {
        points = points.min(f64::from(cap))
    }
    let band = match points as u8 {
        75.. => "P0",
        55.. => "P1",
        35.. => "P2",
        15.. => "P3",
        _ => "P4",
    };
    if (urgency - sum.urgency).abs() > 0.006
        || points != f64::from(sum.points)
        || band != judged.band
    {
        wrong.push(format!(
            "{}: the label does not add up: urgency {urgency:.2}, {points} points, {band}",
            asset.is
        ))
    }
}

#[test]
fn every_label_adds_up() {
    let expected = expected();
    let mut wrong = Vec::new();
    for asset in &expected.asset {
        for judged in &asset.judged {
            adds_up(asset, judged, &mut wrong)
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_asset_has_its_lists_bands_and_points() {
    let expected = expected();
    let root = project(None);
    let report = report(root.path(), &[]);
    let mut wrong = Vec::new();
    let mut labels: BTreeMap<(String, BTreeSet<String>), &Asset> = BTreeMap::new();
    for asset in &expected.asset {
        let is = asset
            .engine
            .as_ref()
            .map_or(&asset.is, |engine| &engine.says);
        labels.insert((is.clone(), asset.at.iter().cloned().collect()), asset);
    }
    assert_eq!(labels.len(), expected.asset.len(), "a label is there twice");
    let mut implied: BTreeMap<&str, &Implied> =
        expected.implied.iter().map(|i| (&*i.is, i)).collect();
    for asset in list(&report, "assets") {
        let is = brief(asset);
        if text(asset, "seen") == "implied" {
            let found = &asset["assessment"];
            let told = format!(
                "{} {}",
                text(found, "priority"),
                text(found, "findingClass")
            );
            match implied.remove(&*is) {
                Some(label) if label.today() == told => {}
                _ => wrong.push(format!("implied: {is}: {}", shown(found))),
            }
            continue;
        }
        let places = places(asset);
        let told: Vec<String> = judgements(asset).into_iter().map(shown).collect();
        let Some(label) = labels.remove(&(is.clone(), places.clone())) else {
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            wrong.push(format!(
                "not written down: {is}\n    at {}\n    {}",
                places.join(" "),
                told.join("\n    ")
            ));
            continue;
        };
        differences(label, &told, &mut wrong)
    }
    wrong.extend(
        labels
            .values()
            .map(|l| format!("missing: {} at {}", l.is, l.at.join(" "))),
    );
    wrong.extend(implied.keys().map(|is| format!("missing, implied: {is}")));
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What of an asset's judgements is not what its label says.
fn differences(label: &Asset, told: &[String], wrong: &mut Vec<String>) {
    let mut told: Vec<&str> = told.iter().map(String::as_str).collect();
    for judged in &label.judged {
        let right = judged.shown();
        let today = match &judged.engine {
            Some(engine) if told.contains(&&*right) => {
                wrong.push(format!(
                    "{}: it is right now, and the label still says: {}",
                    label.is, engine.says
                ));
                continue;
            }
            Some(engine) => engine.says.clone(),
            None => right,
        };
        match told.iter().position(|told| *told == today) {
            Some(at) => {
                told.remove(at);
            }
            None => wrong.push(format!(
                "{} at {}\n    wanted {today}",
                label.is,
                label.at.join(" ")
            )),
        }
    }
    wrong.extend(
        told.iter()
            .map(|told| format!("{} at {}\n    told   {told}", label.is, label.at.join(" "))),
    );
}

/// The places of a work item: `path:line`.
fn item_places(item: &Json) -> BTreeSet<String> {
    list(item, "places").iter().map(place).collect()
}

fn words(json: &Json, key: &str) -> Vec<String> {
    let words = list(json, key).iter().filter_map(Json::as_str);
    words.map(str::to_owned).collect()
}

impl Work {
    /// List, band, and what it waits for.
    fn shown(&self) -> String {
        waits(&format!("{} {}", self.list, self.band), self.after.clone())
    }

    /// Whether today's plan has it with these places.
    fn is_there(&self) -> bool {
        let engine = self.engine.as_ref();
        engine
            .is_none_or(|engine| !engine.says.ends_with("item") && !engine.says.ends_with("items"))
    }
}

fn waits(is: &str, mut after: Vec<String>) -> String {
    after.sort();
    match after.is_empty() {
        true => is.to_owned(),
        false => format!("{is} after {}", after.join(", ")),
    }
}

#[test]
fn the_plan_has_one_item_for_each_change_in_order() {
    let expected = expected();
    let root = project(None);
    let report = report(root.path(), &[]);
    let items = list(&report, "plan");
    let mut wrong = Vec::new();
    let mut left: Vec<&Work> = expected.work.iter().collect();
    let mut unwanted: Vec<&Unwanted> = expected.unwanted.iter().collect();
    let set = |places: &[String]| places.iter().cloned().collect::<BTreeSet<_>>();
    // The name that each item has in the labels, by its id.
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut pairs: Vec<(&Json, &Work)> = Vec::new();
    for item in items {
        let places = item_places(item);
        let is = format!("{} {}", text(item, "list"), text(item, "priority"));
        let on = |work: &Work| match &work.engine {
            Some(engine) if work.is_there() => engine.says.starts_with(text(item, "list")),
            _ => work.list == text(item, "list"),
        };
        let label = left
            .iter()
            .position(|work| on(work) && set(&work.places) == places);
        let known = unwanted
            .iter()
            .position(|u| u.is == is && set(&u.places) == places);
        if let Some(at) = label {
            let work = left.remove(at);
            names.insert(text(item, "id"), &work.name);
            pairs.push((item, work));
        } else if let Some(at) = known {
            unwanted.remove(at);
        } else {
            wrong.push(format!(
                "not written down: {is}: {}\n    {places:?}",
                text(item, "title")
            ))
        }
    }
    left.retain(|work| work.is_there());
    wrong.extend(left.iter().map(|work| format!("missing: {}", work.name)));
    wrong.extend(
        unwanted
            .iter()
            .map(|u| format!("gone, and still said to be there: {} {:?}", u.is, u.places)),
    );
    for (item, work) in &pairs {
        let after = words(item, "after").into_iter();
        let after = after.map(|id| names.get(&*id).copied().unwrap_or("?").to_owned());
        let is = format!("{} {}", text(item, "list"), text(item, "priority"));
        let told = waits(&is, after.collect());
        match &work.engine {
            Some(_) if told == work.shown() => {
                wrong.push(format!("{}: it is right now: {told}", work.name))
            }
            Some(engine) if told == engine.says => {}
            None if told == work.shown() => {}
            _ => wrong.push(format!(
                "{}: wanted {}\n    told   {told}",
                work.name,
                work.shown()
            )),
        }
        if words(item, "owners") != work.owners {
            wrong.push(format!("{}: owners {:?}", work.name, words(item, "owners")))
        }
    }
    // Nothing comes before what it waits for, and what is less urgent comes before what is more urgent only for the sake of others.
    let at = |id: &str| items.iter().position(|item| text(item, "id") == id);
    for (number, item) in items.iter().enumerate() {
        for before in words(item, "after") {
            if at(&before).is_none_or(|before| before >= number) {
                wrong.push(format!(
                    "{} waits for what comes later",
                    text(item, "title")
                ))
            }
        }
        let Some(next) = items.get(number + 1) else {
            continue;
        };
        let is_hurried = text(next, "priority") < text(item, "priority");
        if is_hurried && list(item, "unblocks").is_empty() && list(next, "after").is_empty() {
            wrong.push(format!(
                "{} comes before {}",
                text(item, "title"),
                text(next, "title")
            ))
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What `pqscan diff` tells, without what is only implied in both states.
#[test]
fn the_second_state_differs_as_written_down() {
    let expected = expected();
    let folder = TempDir::new().expect("a folder");
    let (old, new) = (
        folder.path().join("old.json"),
        folder.path().join("new.json"),
    );
    let before = scanned(project(None).path(), &[], &old);
    let after = scanned(project(Some(&expected.change)).path(), &[], &new);
    let run = pqscan(&["diff", "--format", "json"], &[&old, &new]);
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let diff: Json = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let assets: BTreeMap<&str, &Json> = [&before, &after]
        .into_iter()
        .flat_map(|report| list(report, "assets"))
        .filter(|asset| text(asset, "seen") != "implied")
        .map(|asset| (text(asset, "id"), asset))
        .collect();
    // What is implied in one of the two states has its other places there.
    let told = |key: &str, line: &dyn Fn(&Json, &str) -> Vec<String>| -> BTreeSet<String> {
        list(&diff, key)
            .iter()
            .filter_map(|entry| {
                let asset = if entry["new"].is_object() {
                    &entry["new"]
                } else {
                    entry
                };
                let asset = assets.get(text(asset, "id"))?;
                Some(line(entry, &brief(asset)))
            })
            .flatten()
            .collect()
    };
    let at = |entry: &Json, is: &str| -> Vec<String> {
        let places = list(entry, "places").iter();
        places.map(|at| format!("{is} at {}", place(at))).collect()
    };
    let changed = |entry: &Json, is: &str| -> Vec<String> {
        let is: Vec<&str> = is.split(' ').take(2).collect();
        let places: Vec<String> = list(entry, "places")
            .iter()
            .map(|p| place(&p["new"]))
            .collect();
        let parameters = entry["parameters"].as_object().into_iter().flatten();
        let parameters: Vec<String> = parameters
            .map(|(name, values)| {
                format!("{name} {} to {}", text(values, "old"), text(values, "new"))
            })
            .collect();
        vec![format!(
            "{} at {}: {}",
            is.join(" "),
            places.join(", "),
            parameters.join(", ")
        )]
    };
    let moved = |entry: &Json, is: &str| -> Vec<String> {
        let places = list(entry, "places").iter();
        places
            .map(|p| format!("{is} from {} to {}", place(&p["old"]), place(&p["new"])))
            .collect()
    };
    let spread = |entry: &Json, is: &str| -> Vec<String> {
        let gained = list(entry, "gained").iter();
        gained
            .map(|at| format!("{is} also at {}", place(at)))
            .collect()
    };
    let judged = |entry: &Json, is: &str| -> Vec<String> {
        let judgements = list(entry, "judgements").iter();
        judgements
            .map(|j| {
                format!(
                    "{is}: {} {} to {}",
                    text(j, "findingClass"),
                    text(j, "old"),
                    text(j, "new")
                )
            })
            .collect()
    };
    let change = &expected.change;
    let mut wrong = Vec::new();
    compare("added", &change.added, told("added", &at), &mut wrong);
    compare("removed", &change.removed, told("removed", &at), &mut wrong);
    compare(
        "changed",
        &change.changed,
        told("changed", &changed),
        &mut wrong,
    );
    compare("moved", &change.moved, told("moved", &moved), &mut wrong);
    compare(
        "spread",
        &change.spread,
        told("spread", &spread),
        &mut wrong,
    );
    compare(
        "judged",
        &change.judged,
        told("judged", &judged),
        &mut wrong,
    );
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn compare(what: &str, wanted: &[String], told: BTreeSet<String>, wrong: &mut Vec<String>) {
    let wanted: BTreeSet<String> = wanted.iter().cloned().collect();
    wrong.extend(
        wanted
            .difference(&told)
            .map(|line| format!("{what}: missing: {line}")),
    );
    wrong.extend(
        told.difference(&wanted)
            .map(|line| format!("{what}: not written down: {line}")),
    );
}

fn pqscan(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("pqscan"))
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env("PQSCAN_NO_CACHE", "1")
        .args(arguments)
        .args(paths)
        .output()
        .expect("it runs")
}

#[test]
fn two_policies_at_once_give_the_strictest() {
    let expected = expected();
    let federal = &expected.federal;
    let root = project(None);
    let report = report(root.path(), &["--policy", &federal.policies.join(",")]);
    let mut wrong = Vec::new();
    let mut not_allowed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut told: BTreeMap<BTreeSet<String>, Vec<(String, String)>> = BTreeMap::new();
    for asset in list(&report, "assets") {
        let is = brief(asset);
        for verdict in list(&asset["assessment"], "policies") {
            let names = words(verdict, "notAllowed");
            if !names.is_empty() && text(verdict, "policy") == federal.policies[1] {
                not_allowed.entry(is.clone()).or_default().extend(names)
            }
        }
        if text(asset, "seen") != "implied" {
            let scored = judgements(asset)
                .into_iter()
                .filter(|j| j["score"].is_object());
            let scored = scored.map(|judged| {
                let (band, class) = (text(judged, "priority"), text(judged, "findingClass"));
                (
                    is.clone(),
                    format!("{band} {class} {}", judged["score"]["points"]),
                )
            });
            told.entry(places(asset)).or_default().extend(scored)
        }
    }
    for asset in &expected.asset {
        let is = asset
            .engine
            .as_ref()
            .map_or(&asset.is, |engine| &engine.says);
        for judged in &asset.judged {
            let today = judged
                .engine
                .as_ref()
                .and_then(|engine| engine.federal.as_ref());
            let Some(wanted) = today.or(judged.federal.as_ref()) else {
                continue;
            };
            let at: BTreeSet<String> = asset.at.iter().cloned().collect();
            let all = told.get(&at).map_or(&[][..], Vec::as_slice);
            if !all.iter().any(|(one, line)| one == is && line == wanted) {
                wrong.push(format!(
                    "{is} at {}: wanted {wanted}, told {all:?}",
                    asset.at.join(" ")
                ))
            }
        }
    }
    for (is, names) in &federal.not_allowed {
        if not_allowed.remove(is).as_ref() != Some(names) {
            wrong.push(format!("{is}: not said to be not allowed: {names:?}"))
        }
    }
    wrong.extend(
        not_allowed
            .into_iter()
            .map(|(is, names)| format!("{is}: said to be not allowed: {names:?}")),
    );
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_register_has_every_waiver_with_what_it_accepts() {
    let expected = expected();
    let root = project(None);
    let report = report(root.path(), &[]);
    let assets: BTreeMap<&str, &Json> = list(&report, "assets")
        .iter()
        .map(|asset| (text(asset, "id"), asset))
        .collect();
    let told: Vec<String> = list(&report, "waivers")
        .iter()
        .map(|waiver| {
            let about = words(&waiver["accepts"], "assets");
            let places: BTreeSet<String> = about
                .iter()
                .filter_map(|id| assets.get(&**id))
                .flat_map(|asset| places(asset))
                .collect();
            let places: Vec<String> = places.into_iter().collect();
            register_line(
                [
                    text(waiver, "id"),
                    text(waiver, "state"),
                    &words(waiver, "class").join(" "),
                    text(waiver, "owner"),
                    text(waiver, "until"),
                ],
                &places,
            )
        })
        .collect();
    let wanted: Vec<String> = expected
        .waiver
        .iter()
        .map(|w| register_line([&w.id, &w.state, &w.class, &w.owner, &w.until], &w.accepts))
        .collect();
    assert_eq!(told, wanted);
}

fn register_line(words: [&str; 5], accepts: &[String]) -> String {
    format!("{}: {}", words.join(" "), accepts.join(" "))
}

#[test]
fn the_gate_counts_what_is_urgent_and_names_the_waiver_that_expired() {
    let expected = expected();
    let root = project(None);
    let run = pqscan(&["check", "--fail-on", "P1"], &[root.path()]);
    assert_eq!(run.status.code(), Some(1));
    let told = String::from_utf8_lossy(&run.stderr).into_owned();
    let is_urgent = |line: &str| line.starts_with("P0") || line.starts_with("P1");
    let urgent = |judged: &Judged| match &judged.engine {
        Some(engine) => is_urgent(&engine.says),
        None => is_urgent(&judged.band),
    };
    let seen = expected.asset.iter();
    let seen = seen.filter(|asset| asset.judged.iter().any(urgent)).count();
    // What is only implied fails with what implies it.
    let gate = format!("gate P1: {seen} assets ");
    for wanted in [
        &*gate,
        "waiver expired on 2026-06-30: pqscan.toml#2",
        "1 unmatched",
    ] {
        assert!(told.contains(wanted), "{wanted}:\n{told}");
    }
}

/// Only what is new fails against the first state: what moved within its file, or into another, is not.
#[test]
fn against_the_first_state_only_what_is_new_fails() {
    let expected = expected();
    let folder = TempDir::new().expect("a folder");
    let old = folder.path().join("old.json");
    scanned(project(None).path(), &[], &old);
    let second = project(Some(&expected.change));
    let after = report(second.path(), &[]);
    let known = prints(&serde_json::from_slice(&fs::read(&old).expect("readable")).expect("JSON"));
    let new: BTreeSet<String> = prints(&after)
        .into_iter()
        .filter(|(print, _)| !known.contains_key(print))
        .map(|(_, line)| line)
        .filter(|line| line.starts_with(['P']) && line.as_str() < "P3")
        .collect();
    let mut wrong = Vec::new();
    compare("new", &expected.change.new, new, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Fingerprints of what is seen by itself: band, finding class and place of each.
fn prints(report: &Json) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let seen = list(report, "assets").iter();
    for asset in seen.filter(|asset| text(asset, "seen") != "implied") {
        for occurrence in list(asset, "occurrences") {
            for (class, print) in occurrence["fingerprints"].as_object().into_iter().flatten() {
                let judged = judgements(asset).into_iter();
                let band = judged
                    .filter(|judged| text(judged, "findingClass") == class)
                    .map(|judged| text(judged, "priority"))
                    .next()
                    .unwrap_or("?");
                let line = format!("{band} {class} {}", place(occurrence));
                all.insert(print.as_str().unwrap_or_default().to_owned(), line);
            }
        }
    }
    all
}
