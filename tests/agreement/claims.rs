//! What each form states of how much there is, read from its text.

use serde_json::Value as Json;

use super::{Numbers, add, list, text};

/// A form.
pub(crate) struct Form {
    name: &'static str,
    /// What it has to state; `band *` is every band that occurs.
    #[allow(dead_code, reason = "not every test that includes this asks")]
    pub(crate) states: &'static [&'static str],
    /// Reads what it states. The truth is for the sums of what is shown and what is said to be left out.
    pub(crate) read: fn(&str, &Numbers) -> Result<Numbers, String>,
}

/// Every form.
const FORMS: &[Form] = &[
    Form {
        name: "json",
        states: &["assets"],
        read: json,
    },
    Form {
        name: "cyclonedx",
        states: &["assets", "places", "band *", "list *", "waivers", "skipped"],
        read: cyclonedx,
    },
    Form {
        name: "text",
        states: &[
            "assets",
            "places",
            "rows P*",
            "rows *",
            "broken",
            "ready",
            "unresolved",
            "work items",
            "not read",
        ],
        read: terminal,
    },
    Form {
        name: "stdout",
        states: &[
            "assets",
            "places",
            "rows P*",
            "broken",
            "ready",
            "unresolved",
            "work items",
            "not read",
        ],
        read: terminal,
    },
    Form {
        name: "html",
        states: &[
            "assets",
            "places",
            "rows",
            "broken",
            "ready",
            "unresolved",
            "band P0",
            "band P1",
            "not read",
            "rows key-*",
            "rows w*",
            "rows q*",
            "rows u*",
            "rows f*",
        ],
        read: html,
    },
    Form {
        name: "table",
        states: &[
            "assets",
            "places",
            "band *",
            "broken",
            "ready",
            "unresolved",
        ],
        read: table,
    },
    Form {
        name: "tree",
        states: &[
            "assets",
            "places",
            "band *",
            "broken",
            "ready",
            "unresolved",
        ],
        read: tree,
    },
    Form {
        name: "csv",
        states: &[
            "findings",
            "findings *",
            "assets",
            "class *",
            "accepted by a waiver",
        ],
        read: csv,
    },
    Form {
        name: "pqcc",
        states: &["assets", "band *"],
        read: pqcc,
    },
    Form {
        name: "jsonl",
        states: &[
            "assets",
            "places",
            "rows",
            "findings",
            "band *",
            "list *",
            "broken",
            "ready",
            "unresolved",
            "waivers",
            "work items",
            "skipped",
        ],
        read: jsonl,
    },
    Form {
        name: "junit",
        states: &["findings", "open", "accepted", "class *"],
        read: junit,
    },
    Form {
        name: "github",
        states: &["open errors", "open warnings", "open notices"],
        read: github,
    },
    Form {
        name: "md",
        states: &[
            "assets",
            "places",
            "band *",
            "list *",
            "broken",
            "ready",
            "unresolved",
            "work items",
            "not read",
        ],
        read: markdown,
    },
    Form {
        name: "sarif",
        states: &[
            "findings", "assets", "places", "band *", "settled", "accepted", "needed",
        ],
        read: sarif,
    },
    Form {
        name: "gitlab",
        states: &["findings", "assets", "open", "accepted", "settled"],
        read: gitlab,
    },
    Form {
        name: "plan",
        states: &["work items", "work P*"],
        read: plan,
    },
    Form {
        name: "plan-md",
        states: &["work P*"],
        read: plan,
    },
];

pub(crate) fn of(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

/// The number that stands before a phrase: `1,234 work items`.
fn before(text: &str, phrase: &str) -> Option<u64> {
    text.match_indices(phrase).find_map(|(at, _)| {
        let start = text[..at].trim_end();
        let digits: String = start
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_digit() || *c == ',')
            .collect();
        let digits: String = digits.chars().rev().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// The first number after a phrase.
fn after(text: &str, phrase: &str) -> Option<u64> {
    text.match_indices(phrase)
        .find_map(|(at, _)| number(text[at + phrase.len()..].trim_start()))
}

/// The number that a text begins with.
fn number(text: &str) -> Option<u64> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == ','))
        .unwrap_or(text.len());
    text[..end].replace(',', "").parse().ok()
}

fn put(stated: &mut Numbers, what: &str, number: Option<u64>) {
    if let Some(number) = number {
        stated.insert(what.to_owned(), number);
    }
}

/// Our own: the assets, the implied ones among them.
fn json(text: &str, truth: &Numbers) -> Result<Numbers, String> {
    let json: Json = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let stated = |of: &Json, key: &str| of[key].as_u64().ok_or(format!("no {key}"));
    let totals = &json["totals"];
    let all = list(&json, "assets");
    let places: usize = all.iter().map(|a| list(a, "occurrences").len()).sum();
    let sum = |key: &str| -> u64 {
        let numbers = totals[key].as_object().into_iter().flatten();
        numbers.filter_map(|(_, n)| n.as_u64()).sum()
    };
    for (what, number) in [
        ("assets", stated(totals, "assets")?),
        ("assets by class", sum("byClass")),
        ("assets by priority", sum("byPriority")),
    ] {
        if number != all.len() as u64 {
            return Err(format!("{what}: {number}, and it lists {}", all.len()));
        }
    }
    if stated(totals, "occurrences")? != places as u64 {
        return Err(format!("occurrences: and it lists {places}"));
    }
    let implied = all
        .iter()
        .filter(|a| !list(a, "impliedBy").is_empty())
        .count();
    let mut numbers = Numbers::new();
    put(&mut numbers, "assets", Some((all.len() - implied) as u64));
    for what in ["work items", "waivers"] {
        put(&mut numbers, what, truth.get(what).copied());
    }
    Ok(numbers)
}

/// What a CBOM says in properties: of each component, and of the whole.
fn cyclonedx(document: &str, _: &Numbers) -> Result<Numbers, String> {
    let json: Json = serde_json::from_str(document).map_err(|e| e.to_string())?;
    let property = |of: &Json, name: &str| -> Option<String> {
        let properties = list(of, "properties").iter();
        let mut found = properties.filter(|p| text(p, "name") == name);
        found.next().map(|p| text(p, "value").to_owned())
    };
    let number =
        |of: &Json, name: &str| property(of, name).and_then(|value| value.parse::<u64>().ok());
    let mut numbers = Numbers::new();
    let assets = list(&json, "components")
        .iter()
        .filter(|c| text(c, "type") == "cryptographic-asset");
    for asset in assets.filter(|asset| property(asset, "pqscan:impliedBy").is_none()) {
        let places = number(asset, "pqscan:occurrences").ok_or("no number of occurrences")?;
        let written = list(&asset["evidence"], "occurrences").len() as u64;
        let said = number(asset, "pqscan:occurrencesWritten").unwrap_or(places);
        if written != said {
            return Err(format!(
                "{written} occurrences of {}, and it says {said}",
                text(asset, "name")
            ));
        }
        add(&mut numbers, "assets", 1);
        add(&mut numbers, "places", places);
        let band = property(asset, "pqscan:priority").unwrap_or_default();
        let class = property(asset, "pqscan:class").unwrap_or_default();
        add(&mut numbers, format!("band {band}"), 1);
        add(&mut numbers, format!("list {class}"), 1);
    }
    let metadata = &json["metadata"];
    put(
        &mut numbers,
        "waivers",
        number(metadata, "pqscan:waivers").or(Some(0)),
    );
    put(
        &mut numbers,
        "skipped",
        number(metadata, "pqscan:coverage:skipped").or(Some(0)),
    );
    Ok(numbers)
}

/// What the lists are called in forms for people.
const LISTS: &[(&str, &str)] = &[
    ("Quantum-broken key establishment", "key-establishment"),
    ("Quantum-broken signatures", "signature"),
    ("Quantum-broken, use not seen", "quantum-broken"),
    ("Weak already", "weak"),
    ("Unresolved", "unresolved"),
    ("Broken or weak, in libraries", "provided"),
    ("Sound, and not allowed", "not-allowed"),
    ("Post-quantum or hybrid", "post-quantum"),
    ("Not affected", "fine"),
];

/// The numbers of a line, in their order.
fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace()
        .filter_map(|word| match word {
            "·" => Some(0),
            word if word.starts_with(|c: char| c.is_ascii_digit()) => {
                word.replace(',', "").parse().ok()
            }
            _ => None,
        })
        .collect()
}

/// Without colours.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = rest.find('m').map_or("", |end| &rest[end + 1..]);
    }
    out + rest
}

/// The report on a terminal.
fn terminal(text: &str, truth: &Numbers) -> Result<Numbers, String> {
    let text = plain(text);
    let mut stated = Numbers::new();
    for line in text.lines() {
        let words = line.trim_start();
        for (label, class) in LISTS.iter().filter(|(label, _)| words.starts_with(label)) {
            if let [.., assets, places] = numbers(&words[label.len()..])[..] {
                put(&mut stated, &format!("rows {class}"), Some(assets));
                put(&mut stated, &format!("findings {class}"), Some(places));
            }
        }
        let band = words
            .strip_prefix("● ")
            .and_then(|rest| rest.split_once(' '));
        if let Some((band, rest)) = band.filter(|(band, _)| is_band(band)) {
            let lists = numbers(
                rest.split("   ")
                    .filter(|part| !part.trim().is_empty())
                    .take(4)
                    .collect::<Vec<_>>()
                    .join(" ")
                    .as_str(),
            );
            put(
                &mut stated,
                &format!("rows {band}"),
                Some(lists.iter().take(4).sum()),
            );
        }
    }
    // Below the lists: `85 assets in 323 places; one on several lists counts on each`.
    let totals = text.lines().find(|line| {
        let noun = line.trim_start().split(' ').nth(1);
        line.contains(" in ") && noun.is_some_and(|noun| noun.starts_with("asset"))
    });
    let totals = totals.unwrap_or_default();
    put(&mut stated, "assets", before(totals, " asset"));
    put(&mut stated, "places", before(totals, " place"));
    put(&mut stated, "broken", before(&text, " quantum-vulnerable"));
    put(&mut stated, "ready", before(&text, " post-quantum, "));
    put(&mut stated, "unresolved", before(&text, " unresolved\n"));
    put(
        &mut stated,
        "work items",
        before(&text, " work item").or(Some(0)),
    );
    put(
        &mut stated,
        "waivers",
        after(&text, "Accepted risks:").or(Some(0)),
    );
    put(
        &mut stated,
        "not read",
        after(&text, "Not read:").or(Some(0)),
    );
    // The most urgent are shown, as excerpts or in lines, and it is said how many more there are.
    let is_shown = |line: &&str| {
        let (band, rest) = line.split_at_checked(2).unwrap_or_default();
        is_band(band) && (rest.starts_with('[') || rest.starts_with("  "))
    };
    let shown = text.lines().filter(is_shown).count() as u64;
    let more = before(&text, " more of P0 to P2").unwrap_or(0);
    // With `--all`, whatever its priority.
    if shown > 0 && shown != truth["rows"] && shown + more != truth["urgent"] {
        return Err(format!(
            "{shown} shown and {more} more of P0 to P2, and there are {}",
            truth["urgent"]
        ));
    }
    Ok(stated)
}

fn is_band(word: &str) -> bool {
    matches!(word, "P0" | "P1" | "P2" | "P3" | "P4")
}

/// The plan, as text and as Markdown.
fn plan(text: &str, truth: &Numbers) -> Result<Numbers, String> {
    let mut stated = Numbers::new();
    put(&mut stated, "work items", before(text, " work item"));
    let line = text
        .lines()
        .map(|line| line.trim_start_matches("- "))
        .find(|line| line.starts_with("Priority"));
    for part in line
        .unwrap_or_default()
        .trim_start_matches("Priority")
        .split(',')
    {
        if let Some((band, number)) = part.trim().split_once(' ') {
            put(&mut stated, &format!("work {band}"), self::number(number));
        }
    }
    // Items that are shown, and how many more.
    let is_item = |line: &&str| {
        let line = line.trim_start_matches("## ").trim_start();
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < line.len()
            && rest
                .strip_prefix(". ")
                .is_some_and(|rest| rest.get(..2).is_some_and(is_band))
    };
    let shown = text.lines().filter(is_item).count() as u64;
    let more = text
        .lines()
        .find_map(|line| before(line, " more (--all)"))
        .unwrap_or(0);
    if shown + more != truth["work items"] {
        return Err(format!(
            "{shown} items shown and {more} more, of {}",
            truth["work items"]
        ));
    }
    Ok(stated)
}

/// The words of a page, without markup, script and style.
fn words(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        out.push(' ');
        let skipped = ["script", "style"]
            .iter()
            .find(|name| after.starts_with(**name));
        let after = match skipped {
            Some(name) => after
                .split_once(&format!("</{name}"))
                .map_or("", |(_, after)| after),
            None => after,
        };
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page: its first screen, what stands above the lists, and each list's number.
fn html(page: &str, truth: &Numbers) -> Result<Numbers, String> {
    let text = words(page);
    let mut stated = Numbers::new();
    let tile = |title: &str| text.find(title).map(|at| &text[at + title.len()..]);
    if let Some(rest) = tile("Broken by a quantum computer ") {
        put(&mut stated, "broken", number(rest));
        put(&mut stated, "assets", after(rest, " of "));
    }
    let urgent = tile("Most urgent ").unwrap_or_default();
    put(&mut stated, "band P0", before(urgent, " P0"));
    put(&mut stated, "band P1", before(urgent, " P1"));
    put(&mut stated, "ready", tile("Ready ").and_then(number));
    put(
        &mut stated,
        "unresolved",
        tile("Not known ").and_then(number),
    );
    put(
        &mut stated,
        "not read",
        before(&text, " files not, or not wholly, read")
            .or(before(&text, " file not, or not wholly, read")),
    );
    put(
        &mut stated,
        "places",
        before(&text, " places. An asset on two lists")
            .or(before(&text, " place. An asset on two lists")),
    );
    put(
        &mut stated,
        "rows",
        before(&text, " rows in all").or(before(&text, " row in all")),
    );
    for (label, class) in LISTS {
        // A list's heading, and the part of a tile that leads to it.
        let heading = page.split("<h3").skip(1).find_map(|part| {
            let heading = words(&format!("<h3{}", part.split("</h3>").next()?));
            heading
                .starts_with(label)
                .then(|| numbers(&heading).last().copied())?
        });
        put(&mut stated, &format!("rows {class}"), heading);
    }
    for (words, class) in [
        (" keep secrets", "key-establishment"),
        (" sign: forged", "signature"),
        (" of unseen use", "quantum-broken"),
        (" weak already, of any", "weak"),
    ] {
        let said = before(&text, words);
        let right = truth.get(&format!("rows {class}")).copied().unwrap_or(0);
        if let Some(said) = said.filter(|said| *said != right) {
            return Err(format!("a tile says {said}{words}, and there are {right}"));
        }
    }
    // With and without quotation marks.
    let shown = page.matches("<td id=\"r").count() + page.matches("<td id=r").count();
    let shown = shown as u64;
    let said = after(&text, "This page has ").unwrap_or(truth["rows"]);
    if shown != said {
        return Err(format!("{shown} rows, and it says {said}"));
    }
    Ok(stated)
}

/// Rows with their cells by heading.
fn rows(text: &str) -> Result<Vec<std::collections::BTreeMap<String, String>>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|row| row.map_err(|e| e.to_string()))
        .collect()
}

/// A row for each finding.
fn csv(text: &str, _: &Numbers) -> Result<Numbers, String> {
    let mut stated = Numbers::new();
    let mut assets = std::collections::BTreeSet::new();
    add(&mut stated, "accepted by a waiver", 0);
    for row in rows(text)? {
        add(&mut stated, "findings", 1);
        add(&mut stated, format!("findings {}", row["priority"]), 1);
        add(&mut stated, format!("findings {}", row["list"]), 1);
        add(&mut stated, format!("class {}", row["finding_class"]), 1);
        if !row["accepted_by"].is_empty() {
            add(&mut stated, "accepted by a waiver", 1);
        }
        assets.insert(row["asset_id"].clone());
    }
    add(&mut stated, "assets", assets.len() as u64);
    Ok(stated)
}

/// A row for each asset.
fn pqcc(text: &str, _: &Numbers) -> Result<Numbers, String> {
    let mut stated = Numbers::new();
    for row in rows(text)? {
        add(&mut stated, "assets", 1);
        add(&mut stated, format!("band {}", row["Asset Priority"]), 1);
    }
    Ok(stated)
}

/// What each line is, and the last, which says how many there are.
fn jsonl(document: &str, _: &Numbers) -> Result<Numbers, String> {
    let lines: Result<Vec<Json>, _> = document.lines().map(serde_json::from_str).collect();
    let lines = lines.map_err(|e| e.to_string())?;
    let of = |kind: &str| -> Vec<&Json> {
        lines
            .iter()
            .filter(|line| text(line, "type") == kind)
            .collect()
    };
    let totals = of("totals").first().copied().ok_or("no totals")?.clone();
    for (key, kind) in [
        ("assets", "asset"),
        ("findings", "finding"),
        ("skips", "skip"),
        ("workItems", "workItem"),
    ] {
        let (said, listed) = (totals[key].as_u64(), of(kind).len() as u64);
        if said != Some(listed) {
            return Err(format!("{key}: {said:?}, and there are {listed} lines"));
        }
    }
    let mut stated = Numbers::new();
    for (key, what) in [
        ("seen", "assets"),
        ("places", "places"),
        ("judgements", "rows"),
        ("findings", "findings"),
        ("quantumBroken", "broken"),
        ("postQuantum", "ready"),
        ("unresolved", "unresolved"),
        ("workItems", "work items"),
    ] {
        put(&mut stated, what, totals[key].as_u64());
    }
    for (key, what) in [("byPriority", "band"), ("byClass", "list")] {
        for (name, number) in totals[key].as_object().into_iter().flatten() {
            put(&mut stated, &format!("{what} {name}"), number.as_u64());
        }
    }
    add(&mut stated, "waivers", of("waiver").len() as u64);
    let skipped = of("skip")
        .iter()
        .map(|skip| skip["number"].as_u64().unwrap_or(1))
        .sum();
    add(&mut stated, "skipped", skipped);
    Ok(stated)
}

/// A suite for each finding class, a case for each finding, and one suite that says whether all was read.
fn junit(text: &str, _: &Numbers) -> Result<Numbers, String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut stated = Numbers::new();
    for what in ["open", "accepted", "findings"] {
        add(&mut stated, what, 0);
    }
    // The suite that is open: its name, and what it says of cases and failures.
    let mut suite: Option<(String, u64, u64)> = None;
    let mut case = String::new();
    loop {
        let event = reader.read_event().map_err(|e| e.to_string())?;
        let (tag, is_empty) = match &event {
            Event::Eof => break,
            Event::Start(tag) => (tag, false),
            Event::Empty(tag) => (tag, true),
            Event::End(tag) if tag.name().as_ref() == "testsuite" => {
                if let Some((name, cases, failures)) = suite
                    .take()
                    .filter(|(_, cases, failures)| cases + failures > 0)
                {
                    return Err(format!(
                        "{name} lacks {cases} cases and {failures} failures of those it states"
                    ));
                }
                continue;
            }
            _ => continue,
        };
        let attribute = |name: &str| -> String {
            let found = tag.attributes().flatten().find(|a| a.key.as_ref() == name);
            found
                .and_then(|a| a.normalized_value(quick_xml::XmlVersion::default()).ok())
                .map(|v| v.into_owned())
                .unwrap_or_default()
        };
        let counted = |name: &str| attribute(name).parse::<u64>().unwrap_or(0);
        match tag.name().as_ref() {
            "testsuite" => {
                let name = attribute("name");
                let class = name.rsplit('.').next().unwrap_or_default().to_owned();
                suite = (!is_empty).then_some((class, counted("tests"), counted("failures")));
            }
            "testcase" => {
                let Some((name, cases, _)) = &mut suite else {
                    return Err("a case in no suite".to_owned());
                };
                *cases = cases
                    .checked_sub(1)
                    .ok_or(format!("{name} has more cases than it states"))?;
                case.clone_from(name);
                if !is_coverage(&case) {
                    add(&mut stated, "findings", 1);
                    add(&mut stated, format!("class {case}"), 1);
                }
            }
            "failure" => {
                if let Some((_, _, failures)) = &mut suite {
                    *failures = failures.saturating_sub(1);
                }
                if !is_coverage(&case) {
                    add(&mut stated, "open", 1);
                }
            }
            "skipped" if attribute("message").starts_with("accepted") => {
                add(&mut stated, "accepted", 1)
            }
            _ => {}
        }
    }
    Ok(stated)
}

/// The suite about what was read.
fn is_coverage(suite: &str) -> bool {
    pqscan::model::FindingClass::from_name(suite).is_none()
}

/// The notice with the totals, and the annotations.
fn github(text: &str, _: &Numbers) -> Result<Numbers, String> {
    let totals = text
        .lines()
        .find(|line| line.contains("Findings that need something"))
        .ok_or("no totals")?;
    let totals = totals.split("something:").nth(1).unwrap_or_default();
    let mut stated = Numbers::new();
    for (kind, what) in [
        ("error", "open errors"),
        ("warning", "open warnings"),
        ("notice", "open notices"),
    ] {
        let said = before(totals, &format!(" {kind}")).ok_or(format!("no number of {kind}s"))?;
        let written = text
            .lines()
            .filter(|line| line.starts_with(&format!("::{kind} ")));
        let shown = written
            .filter(|line| !line.contains("Findings that need something"))
            .count() as u64;
        let part = totals
            .split(',')
            .find(|part| part.contains(kind))
            .unwrap_or_default();
        let said_shown = before(part, " shown)").unwrap_or(said);
        if shown != said_shown {
            return Err(format!("{shown} {kind}s, and it says {said_shown}"));
        }
        put(&mut stated, what, Some(said));
    }
    Ok(stated)
}

/// The summary.
fn markdown(text: &str, _: &Numbers) -> Result<Numbers, String> {
    let mut stated = Numbers::new();
    put(
        &mut stated,
        "assets",
        before(text, " assets in ").or(before(text, " asset in ")),
    );
    put(
        &mut stated,
        "places",
        before(text, " places. ").or(before(text, " place. ")),
    );
    put(&mut stated, "broken", before(text, " quantum-vulnerable"));
    put(&mut stated, "ready", before(text, " post-quantum, "));
    put(&mut stated, "unresolved", before(text, " unresolved."));
    put(
        &mut stated,
        "work items",
        before(text, " work item").or(Some(0)),
    );
    put(
        &mut stated,
        "waivers",
        after(text, "**Accepted risks**:").or(Some(0)),
    );
    put(
        &mut stated,
        "not read",
        after(text, "**Not wholly read**:").or(Some(0)),
    );
    let mut shown = 0;
    let mut open = 0;
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let [name, number] = cells[..] {
            let list = LISTS.iter().find(|(label, _)| name.starts_with(label));
            let what = list
                .map(|(_, class)| format!("list {class}"))
                .or(is_band(name).then(|| format!("band {name}")));
            if let Some(what) = what {
                put(&mut stated, &what, self::number(number));
            }
        } else if cells.first().is_some_and(|cell| is_band(cell)) {
            shown += 1;
        }
    }
    if let Some(number) = after(text, "What needs something (") {
        open = number;
    }
    let said = text.lines().find_map(|line| {
        let (_, rest) = text.split_once("### What needs something")?;
        let section = rest.split("\n### ").next()?;
        (section.contains(line) && line.ends_with(" are shown.")).then(|| number(line))?
    });
    if shown != said.unwrap_or(open) {
        return Err(format!("{shown} rows of {open}, and it says {said:?}"));
    }
    Ok(stated)
}

/// The results, and what the run says of those that are not there.
fn sarif(document: &str, truth: &Numbers) -> Result<Numbers, String> {
    let json: Json = serde_json::from_str(document).map_err(|e| e.to_string())?;
    let run = &json["runs"][0];
    let properties = &run["properties"];
    let stated_by = |key: &str| properties[key].as_u64().ok_or(format!("no {key}"));
    let results = list(run, "results");
    let (written, dropped) = (stated_by("results")?, stated_by("dropped")?);
    if written != results.len() as u64 {
        return Err(format!(
            "{written} results, and there are {}",
            results.len()
        ));
    }
    let mut stated = Numbers::new();
    for key in ["findings", "assets", "places"] {
        put(&mut stated, key, properties[key].as_u64());
    }
    put(&mut stated, "settled", properties["leftOut"].as_u64());
    put(&mut stated, "needed", Some(written + dropped));
    for (name, number) in properties["assetsByPriority"]
        .as_object()
        .into_iter()
        .flatten()
    {
        put(&mut stated, &format!("band {name}"), number.as_u64());
    }
    let accepted = results
        .iter()
        .filter(|result| !list(result, "suppressions").is_empty())
        .count() as u64;
    // Where results were dropped, accepted ones may be among them.
    let accepted = if dropped == 0 {
        accepted
    } else {
        truth["accepted"]
    };
    put(&mut stated, "accepted", Some(accepted));
    // It is said in words too, for those who see no properties.
    let told = list(&run["invocations"][0], "toolExecutionNotifications");
    let told: String = told
        .iter()
        .map(|note| text(&note["message"], "text"))
        .collect::<Vec<_>>()
        .join("\n");
    let said = before(&told, " that need something are not among the results").is_some()
        || told.contains("are not among the results");
    if (dropped > 0) != said {
        return Err(format!("{dropped} dropped, and the notes say: {told}"));
    }
    if before(&told, " findings in ").or(before(&told, " finding in "))
        != properties["findings"].as_u64()
    {
        return Err("the notes have another number of findings".to_owned());
    }
    Ok(stated)
}

/// The vulnerabilities, and what the messages say of the others.
fn gitlab(document: &str, _: &Numbers) -> Result<Numbers, String> {
    let json: Json = serde_json::from_str(document).map_err(|e| e.to_string())?;
    let messages = list(&json["scan"], "messages");
    let totals = messages
        .iter()
        .map(|m| text(m, "value"))
        .find(|m| m.contains("need something"))
        .ok_or("no totals")?;
    let written = list(&json, "vulnerabilities").len() as u64;
    let mut stated = Numbers::new();
    put(&mut stated, "findings", before(totals, " finding"));
    put(&mut stated, "assets", before(totals, " asset"));
    put(&mut stated, "open", Some(written));
    put(&mut stated, "accepted", before(totals, " are accepted"));
    put(&mut stated, "settled", before(totals, " need nothing"));
    if before(totals, " need something") != Some(written) {
        return Err(format!("{written} vulnerabilities: {totals}"));
    }
    Ok(stated)
}

/// The line below a table or tree: `85 assets in 323 places: 1 P0, 6 P1; 54 quantum-vulnerable, 0 post-quantum, 5 unresolved`.
fn summary(text: &str) -> Result<Numbers, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.rfind(" quantum-vulnerable").ok_or("no totals")?;
    let start = text[..end].rfind(" in ").ok_or("no totals")?;
    let (assets, rest) = (&text[..start], &text[start..]);
    let mut stated = Numbers::new();
    put(
        &mut stated,
        "assets",
        before(&format!("{assets}$"), " assets$").or(before(&format!("{assets}$"), " asset$")),
    );
    put(&mut stated, "places", before(rest, " place"));
    for band in ["P0", "P1", "P2", "P3", "P4"] {
        put(
            &mut stated,
            &format!("band {band}"),
            before(rest, &format!(" {band}")),
        );
    }
    put(&mut stated, "broken", before(rest, " quantum-vulnerable"));
    put(&mut stated, "ready", before(rest, " post-quantum"));
    put(&mut stated, "unresolved", before(rest, " unresolved"));
    Ok(stated)
}

/// A row for each asset, or as many as it says.
fn table(text: &str, truth: &Numbers) -> Result<Numbers, String> {
    let shown = text
        .lines()
        .filter(|line| line.get(..2).is_some_and(is_band))
        .count() as u64;
    let said = text.lines().find_map(|line| {
        let (shown, rest) = line.split_once(" of ")?;
        number(rest)?;
        number(shown).filter(|_| shown.chars().all(|c| c.is_ascii_digit() || c == ','))
    });
    if shown != said.unwrap_or(truth["assets"]) {
        return Err(format!(
            "{shown} rows of {}, and it says {said:?}",
            truth["assets"]
        ));
    }
    summary(text)
}

/// Folders and files; what stands beside those of the first level adds up to all places.
fn tree(text: &str, truth: &Numbers) -> Result<Numbers, String> {
    let first = text
        .lines()
        .filter(|line| line.starts_with("├── ") || line.starts_with("└── "));
    let is_cut = text.lines().any(|line| line.starts_with("└── … "));
    let places: u64 = first.filter_map(|line| before(line, " place")).sum();
    if !is_cut && places != truth["places"] {
        return Err(format!(
            "{places} places in the first level, of {}",
            truth["places"]
        ));
    }
    summary(text)
}
