//! The reports of an organisation keep their promises: every form reads with a parser that is not ours, says the same totals, and shows no
//! text of strangers as anything but text.

#![cfg(feature = "fleet")]
#![allow(clippy::print_stdout, reason = "the figures are for the reader")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use html5ever::tendril::TendrilSink as _;
use jiff::civil::{Date, date};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use pqscan::fleet::failure::Class;
use pqscan::fleet::organisation::{
    AssetRow, Cell, CertificateRow, Coverage, Deadline, FailureRow, Heat, Listed, Organisation,
    OwnerRow, Point, RepositoryRow, SharedKey, Totals,
};
use pqscan::fleet::report::{FORMS, Form, Options, form};
use pqscan::inventory::Band;
use pqscan::output::schema::published;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A text that would be markup, a formula, an order to a terminal or a service, or turn what follows, if anybody let it.
const EVIL: &str = "=cmd|' /C calc'!A0</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&\\ | [a](javascript:x) @team #1 ::error::x ##[add-mask]y\u{202e}\u{1b}[31m\r\n# z";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn listed<T>(of: u64, rows: Vec<T>) -> Listed<T> {
    Listed { rows, of }
}

fn totals(by_band: [u64; 5], broken: u64, ready: u64) -> Totals {
    let assets = by_band.iter().sum();
    Totals {
        assets,
        places: assets * 2,
        by_band,
        broken,
        ready,
    }
}

fn repository(name: &str, owner: &str, by_band: [u64; 5], broken: u64) -> RepositoryRow {
    RepositoryRow {
        name: name.to_owned(),
        owner: owner.to_owned(),
        totals: totals(by_band, broken, 1),
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        scanned_on: date(2026, 11, 29),
        is_stale: false,
        gaps: 2,
    }
}

fn asset(repository: &str, name: &str, band: Band) -> AssetRow {
    AssetRow {
        repository: repository.to_owned(),
        id: format!("id-of-{name}"),
        name: name.to_owned(),
        kind: "key".to_owned(),
        band,
        class: "rsa-key-transport".to_owned(),
        places: 3,
        place: "src/wrap.py:88".to_owned(),
    }
}

fn point(run: i64, day: Date, broken: u64, ready: u64) -> Point {
    Point {
        run,
        day,
        repositories: 6,
        totals: totals([4, 5, 6, 7, 8], broken, ready),
    }
}

/// Ten repositories, of which six have a result.
fn organisation() -> Organisation {
    Organisation {
        name: "Example".to_owned(),
        as_of: date(2026, 11, 30),
        policies: vec![
            ("nist-ir-8547".to_owned(), "NIST IR 8547".to_owned()),
            ("eo-14412".to_owned(), "EO 14412".to_owned()),
        ],
        quantum_year: 2035,
        engine: "0.1.0".to_owned(),
        rules: "ab12".repeat(16),
        coverage: Coverage {
            repositories: 10,
            scanned: 3,
            unchanged: 2,
            stale: 1,
            failed: 2,
            left_out: 1,
            waiting: 1,
            files: 1234,
            gaps: 5,
        },
        totals: totals([3, 5, 6, 7, 8], 17, 6),
        repositories: listed(
            6,
            vec![
                repository("git.example.org/shop/pay", "shop", [3, 2, 1, 0, 4], 6),
                RepositoryRow {
                    is_stale: true,
                    ..repository("git.example.org/shop/web", "shop", [0, 3, 5, 7, 4], 11)
                },
            ],
        ),
        owners: listed(
            1,
            vec![OwnerRow {
                owner: "shop".to_owned(),
                repositories: 2,
                totals: totals([3, 5, 6, 7, 8], 17, 6),
            }],
        ),
        heat: Heat {
            algorithms: vec!["RSA".to_owned(), "ML-KEM".to_owned()],
            algorithms_of: 7,
            rows: vec![(
                "git.example.org/shop/pay".to_owned(),
                vec![
                    Some(Cell {
                        band: Band::P0,
                        places: 1200,
                    }),
                    None,
                ],
            )],
            rows_of: 6,
        },
        trend: vec![
            point(1, date(2026, 9, 1), 20, 2),
            point(2, date(2026, 11, 1), 19, 5),
            point(3, date(2026, 11, 29), 17, 6),
        ],
        deadlines: vec![
            Deadline {
                day: date(2026, 1, 1),
                policy: "eo-14412".to_owned(),
                open: 1,
                repositories: 1,
            },
            Deadline {
                day: date(2031, 1, 1),
                policy: "nist-ir-8547".to_owned(),
                open: 12,
                repositories: 2,
            },
            Deadline {
                day: date(2036, 1, 1),
                policy: "nist-ir-8547".to_owned(),
                open: 17,
                repositories: 2,
            },
        ],
        new: listed(
            30,
            vec![asset("git.example.org/shop/pay", "RSA-1024", Band::P0)],
        ),
        gone: listed(1, vec![asset("git.example.org/shop/web", "MD5", Band::P2)]),
        certificates: listed(
            1,
            vec![CertificateRow {
                asset: asset("git.example.org/shop/pay", "CN=Example CA", Band::P1),
                not_after: date(2046, 3, 1),
                deadline: date(2031, 1, 1),
            }],
        ),
        shared_keys: listed(
            1,
            vec![SharedKey {
                id: "key-1".to_owned(),
                name: "RSA-2048".to_owned(),
                band: Band::P0,
                is_private: true,
                repositories: listed(
                    9,
                    vec![
                        "git.example.org/shop/pay".to_owned(),
                        "git.example.org/shop/web".to_owned(),
                    ],
                ),
            }],
        ),
        failures: listed(
            3,
            vec![FailureRow {
                repository: "git.example.org/shop/gone".to_owned(),
                class: Class::Permanent,
                reason: "404 Not Found".to_owned(),
                attempts: 1,
                since_run: 2,
                has_older: false,
            }],
        ),
    }
}

/// No run, no repository.
fn empty() -> Organisation {
    Organisation {
        name: "Example".to_owned(),
        as_of: date(2026, 11, 30),
        ..Organisation::default()
    }
}

/// Repositories are known, and nothing has been scanned.
fn waiting() -> Organisation {
    Organisation {
        coverage: Coverage {
            repositories: 4,
            waiting: 3,
            left_out: 1,
            ..Coverage::default()
        },
        ..empty()
    }
}

/// Everything that is text is hostile.
fn hostile() -> Organisation {
    let mut organisation = organisation();
    let evil = || EVIL.to_owned();
    organisation.name = evil();
    organisation.engine = evil();
    organisation.rules = evil();
    organisation.policies = vec![(evil(), evil())];
    for row in &mut organisation.repositories.rows {
        row.name = evil();
        row.owner = evil();
        row.commit = evil();
    }
    for row in &mut organisation.owners.rows {
        row.owner = evil();
    }
    organisation.heat.algorithms = vec![evil(), evil()];
    for row in &mut organisation.heat.rows {
        row.0 = evil();
    }
    for deadline in &mut organisation.deadlines {
        deadline.policy = evil();
    }
    let assets = [&mut organisation.new, &mut organisation.gone];
    let assets = assets.into_iter().flat_map(|list| &mut list.rows);
    let certificates = organisation.certificates.rows.iter_mut();
    for row in assets.chain(certificates.map(|row| &mut row.asset)) {
        for text in [
            &mut row.repository,
            &mut row.id,
            &mut row.name,
            &mut row.kind,
            &mut row.class,
            &mut row.place,
        ] {
            *text = evil();
        }
    }
    for key in &mut organisation.shared_keys.rows {
        key.id = evil();
        key.name = evil();
        key.repositories.rows = vec![evil(), evil()];
    }
    for row in &mut organisation.failures.rows {
        row.repository = evil();
        row.reason = evil();
    }
    organisation
}

/// A thousand rows of each list, of 123,456.
fn huge() -> Organisation {
    with_rows(1_000, 123_456, 1_000)
}

/// So many rows of each list, of so many, after so many runs, with names of usual lengths.
fn with_rows(rows: u64, of: u64, runs: i32) -> Organisation {
    let name = |n: u64| format!("github.com/example-organisation/service-payments-{n}",);
    let band =
        |n: u64| [Band::P0, Band::P1, Band::P2, Band::P3][usize::try_from(n % 4).unwrap_or(0)];
    let asset = |n: u64| AssetRow {
        repository: name(n),
        id: format!("{n:032x}"),
        name: format!("RSA-2048 key transport number {n}"),
        kind: "algorithm".to_owned(),
        band: band(n),
        class: "rsa-key-transport".to_owned(),
        places: n,
        place: format!("services/payments/src/main/java/org/example/Wrapper{n}.java:{n}"),
    };
    let by_band = |n: u64| [n * 3, n * 5, n * 7, n * 11, n * 13];
    Organisation {
        repositories: listed(
            of,
            (0..rows)
                .map(|n| repository(&name(n), &format!("team-{}", n % 90), by_band(n), n))
                .collect(),
        ),
        owners: listed(
            of,
            (0..rows)
                .map(|n| OwnerRow {
                    owner: format!("team-{n}"),
                    repositories: n,
                    totals: totals(by_band(n), n, n),
                })
                .collect(),
        ),
        heat: Heat {
            algorithms: (0..100).map(|n| format!("Algorithm-{n}")).collect(),
            algorithms_of: 300,
            rows: (0..rows)
                .map(|n| {
                    let cell = |m: u64| {
                        (!m.is_multiple_of(3)).then(|| Cell {
                            band: band(m),
                            places: n * m,
                        })
                    };
                    (name(n), (0..100).map(cell).collect())
                })
                .collect(),
            rows_of: of,
        },
        trend: (0..runs)
            .map(|n: i32| {
                let before = runs - 1 - n;
                let day = date(2026, 11, 29) - jiff::Span::new().days(before);
                let broken = 17 + u64::from(before.unsigned_abs());
                point(i64::from(n), day, broken, 6)
            })
            .collect(),
        new: listed(of, (0..rows).map(asset).collect()),
        gone: listed(of, (0..rows).map(asset).collect()),
        certificates: listed(
            of,
            (0..rows)
                .map(|n| CertificateRow {
                    asset: asset(n),
                    not_after: date(2040, 1, 1),
                    deadline: date(2036, 1, 1),
                })
                .collect(),
        ),
        shared_keys: listed(
            of,
            (0..rows)
                .map(|n| SharedKey {
                    id: format!("{n:032x}"),
                    name: "RSA-2048".to_owned(),
                    band: band(n),
                    is_private: n.is_multiple_of(2),
                    repositories: listed(n + 2, (0..20).map(|m| name(n + m)).collect()),
                })
                .collect(),
        ),
        failures: listed(
            of,
            (0..rows)
                .map(|n| FailureRow {
                    repository: name(n),
                    class: Class::Poison,
                    reason: format!(
                        "the scan used more than 4 GiB of memory in services/payments/{n}"
                    ),
                    attempts: 3,
                    since_run: 7,
                    has_older: true,
                })
                .collect(),
        ),
        ..organisation()
    }
}

fn written(name: &str, organisation: &Organisation) -> String {
    let form = form(name).unwrap_or_else(|| panic!("no form {name}"));
    with(form, organisation, &Options::default())
}

fn with(form: &dyn Form, organisation: &Organisation, options: &Options) -> String {
    let mut bytes = Vec::new();
    form.write(organisation, options, &mut bytes)
        .expect("written");
    String::from_utf8(bytes).expect("UTF-8")
}

/// Characters that control, turn or hide text.
fn controls(text: &str) -> String {
    let bad = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
    };
    text.chars().filter(bad).collect()
}

// ---- All forms

#[test]
fn forms_have_names_of_their_own_and_give_the_same_bytes() {
    let mut words = BTreeSet::new();
    for one in FORMS {
        assert!(words.insert(one.name()), "{}", one.name());
        for alias in one.aliases() {
            assert!(words.insert(alias), "{alias}");
        }
        for organisation in [organisation(), empty(), waiting(), hostile(), huge()] {
            let first = with(*one, &organisation, &Options::default());
            assert_eq!(first, with(*one, &organisation, &Options::default()));
            assert!(!first.is_empty(), "{}", one.name());
        }
    }
    assert_eq!(form(".csv").map(Form::name), Some("csv"));
    assert!(form("xml").is_none());
}

#[test]
fn the_forms_say_the_same_totals() {
    let organisation = organisation();
    let page = Page::of(&organisation);
    // Written by hand from the organisation: 17 broken of 29 assets, 6 ready (26 % of 23), 5 of 9 covered (55 %), 12 open in 2.
    let tiles = page.text_of("header", None);
    for said in [
        "55%",
        "5 of 9 repositories",
        "2 failed, never scanned",
        "1 with old numbers",
        "17 of 29 assets",
        "6 post-quantum or hybrid",
        "26% of what needs",
        "2031-01-01 NIST IR 8547",
        "12 assets open in 2 repositories",
        "30 new",
        "1 gone",
        "−2 broken, +1 ready",
        "1 deadline over, with something open",
        "3 P0, 5 P1",
    ] {
        assert!(tiles.contains(said), "{said}: {tiles}");
    }
    for name in ["md", "text"] {
        let text = written(name, &organisation);
        for said in [
            "17",
            "29 assets",
            "55%",
            "26%",
            "2 never scanned",
            "1 waiting",
            "−2",
            "+1",
        ] {
            assert!(text.contains(said), "{name} {said}: {text}");
        }
    }
    for name in ["json", "news"] {
        let json: Value = serde_json::from_str(&written(name, &organisation)).expect("JSON");
        assert_eq!(json["totals"]["assets"], 29, "{name}");
        assert_eq!(json["totals"]["broken"], 17, "{name}");
        assert_eq!(json["totals"]["byPriority"]["P1"], 5, "{name}");
        assert_eq!(json["coverage"]["percent"], 55, "{name}");
        assert_eq!(json["change"]["broken"], -2, "{name}");
        assert_eq!(json["new"]["of"], 30, "{name}");
        assert_eq!(json["failures"]["of"], 3, "{name}");
    }
    let metrics = written("openmetrics", &organisation);
    for line in [
        "pqscan_organisation_broken_assets 17",
        "pqscan_organisation_assets{priority=\"P1\"} 5",
        "pqscan_organisation_coverage_ratio 0.5555",
        "pqscan_organisation_readiness_ratio 0.2608",
        "pqscan_organisation_repositories{state=\"failed\"} 2",
        "pqscan_organisation_deadline_open_assets{policy=\"nist-ir-8547\",day=\"2031-01-01\"} 12",
        // 2026-11-29 is 20,786 days after 1970-01-01.
        "pqscan_organisation_last_run_timestamp_seconds 1795910400",
    ] {
        assert!(metrics.lines().any(|is| is == line), "{line}: {metrics}");
    }
}

#[test]
fn parts_that_do_not_add_up_are_told() {
    let mut organisation = organisation();
    organisation.coverage.repositories = 12;
    let said = "The parts come to 10, and the targets name 12";
    for name in ["html", "md", "text", "json"] {
        let text = written(name, &organisation);
        assert!(text.contains(said), "{name}");
        assert!(!written(name, &self::organisation()).contains("The parts come to"));
    }
}

#[test]
fn nothing_is_said_to_be_nothing() {
    let nothing = Page::of(&empty());
    let page = nothing.text_of("body", None);
    for said in [
        "The targets name no repository",
        "No run has finished yet",
        "The policies that count have no deadlines",
        "No repository has a result yet",
        "Nothing has failed so far",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = Page::of(&waiting()).text_of("body", None);
    assert!(
        page.contains("Nothing has been scanned yet: no result of any of the 4 repositories."),
        "{page}"
    );
    let mut once = organisation();
    once.trend.truncate(1);
    once.new = Listed::default();
    let page = Page::of(&once).text_of("body", None);
    assert!(
        page.contains("There was one run only: a trend shows from the second on."),
        "{page}"
    );
    for name in ["md", "text"] {
        assert!(!written(name, &once).contains("New since"), "{name}");
    }
    let json: Value = serde_json::from_str(&written("json", &once)).expect("JSON");
    assert!(json.get("change").is_none());
}

// ---- The page

struct Page {
    text: String,
    dom: RcDom,
}

impl Page {
    fn of(organisation: &Organisation) -> Self {
        let text = written("html", organisation);
        let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
            .one(text.as_str());
        Self { text, dom }
    }

    fn all(&self) -> Vec<Handle> {
        let mut all = Vec::new();
        walk(&self.dom.document, &mut |node| all.push(node.clone()));
        all
    }

    /// Elements of a name, within the element of that id.
    fn elements(&self, name: &str, within: Option<&str>) -> Vec<Handle> {
        let from = match within {
            None => self.dom.document.clone(),
            Some(id) => {
                let mut all = self.all().into_iter();
                all.find(|node| attribute(node, "id").as_deref() == Some(id))
                    .unwrap_or_else(|| panic!("nothing has the id {id}"))
            }
        };
        let mut found = Vec::new();
        walk(&from, &mut |node| {
            if element(node).as_deref() == Some(name) {
                found.push(node.clone())
            }
        });
        found
    }

    /// The text that is shown in elements of a name, spaces as one.
    fn text_of(&self, name: &str, within: Option<&str>) -> String {
        let mut text = String::new();
        for node in self.elements(name, within) {
            shown(&node, &mut text);
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    }
}

fn walk(node: &Handle, use_it: &mut impl FnMut(&Handle)) {
    use_it(node);
    for child in node.children.borrow().iter() {
        walk(child, use_it);
    }
}

fn element(node: &Handle) -> Option<String> {
    match &node.data {
        NodeData::Element { name, .. } => Some(name.local.to_string()),
        _ => None,
    }
}

fn attributes(node: &Handle) -> Vec<(String, String)> {
    match &node.data {
        NodeData::Element { attrs, .. } => {
            let attrs = attrs.borrow();
            let attrs = attrs.iter();
            attrs
                .map(|a| (a.name.local.to_string(), a.value.to_string()))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn attribute(node: &Handle, name: &str) -> Option<String> {
    let mut all = attributes(node).into_iter();
    all.find(|(is, _)| is == name).map(|(_, value)| value)
}

fn shown(node: &Handle, text: &mut String) {
    if matches!(element(node).as_deref(), Some("script" | "style" | "svg")) {
        return;
    }
    if let NodeData::Text { contents } = &node.data {
        text.push_str(&contents.borrow());
    }
    for child in node.children.borrow().iter() {
        shown(child, text);
    }
    text.push(' ');
}

#[test]
fn the_page_holds_to_its_policy() {
    for organisation in [organisation(), empty(), hostile(), huge()] {
        let page = Page::of(&organisation);
        let scripts = page.elements("script", None);
        assert_eq!(scripts.len(), 1, "the script");
        let mut script = String::new();
        for child in scripts[0].children.borrow().iter() {
            if let NodeData::Text { contents } = &child.data {
                script.push_str(&contents.borrow());
            }
        }
        let hash = BASE64.encode(&Sha256::digest(script.as_bytes()));
        let metas = page.elements("meta", None);
        let policy = metas.iter().find(|meta| {
            attribute(meta, "http-equiv").as_deref() == Some("Content-Security-Policy")
        });
        let policy = policy
            .and_then(|meta| attribute(meta, "content"))
            .expect("a policy");
        assert!(
            policy.contains(&format!("script-src 'sha256-{hash}'")),
            "{policy}"
        );
        assert!(policy.contains("default-src 'none'"));
        assert!(!script.contains("innerHTML") && !script.contains("eval("));
        for node in page.all() {
            let name = element(&node).unwrap_or_default();
            assert!(
                !["img", "iframe", "object", "link", "base", "form"].contains(&&*name),
                "{name}"
            );
            for (attribute, value) in attributes(&node) {
                assert!(!attribute.starts_with("on"), "{attribute}={value}");
                if ["href", "src", "action"].contains(&&*attribute) {
                    assert!(value.starts_with('#'), "{attribute}={value}");
                }
            }
        }
        assert_eq!(controls(&page.text), "", "control characters");
    }
}

#[test]
fn ids_stand_once_and_links_lead_somewhere() {
    for organisation in [organisation(), empty(), waiting(), hostile(), huge()] {
        let page = Page::of(&organisation);
        let all = page.all();
        let ids: Vec<String> = all
            .iter()
            .filter_map(|node| attribute(node, "id"))
            .collect();
        let unique: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(ids.len(), unique.len(), "an id stands twice");
        for link in all.iter().filter_map(|node| attribute(node, "href")) {
            assert!(unique.contains(&link[1..]), "{link} leads nowhere");
        }
        for node in &all {
            for name in ["aria-labelledby", "aria-describedby"] {
                for id in attribute(node, name).unwrap_or_default().split_whitespace() {
                    assert!(unique.contains(id), "{name}={id}");
                }
            }
        }
    }
}

#[test]
fn hostile_texts_are_shown_as_text() {
    let page = Page::of(&hostile());
    for id in [
        "repositories",
        "owners",
        "heat",
        "new",
        "gone",
        "certificates",
        "shared-keys",
        "failures",
    ] {
        let text = page.text_of("table", Some(id));
        assert!(
            text.contains("<img src=x onerror") || text.contains("=cmd|' /C calc'!A0</script"),
            "{id}: {text}"
        );
    }
}

#[test]
fn a_thousand_rows_of_each_list_stay_below_two_megabytes() {
    let page = Page::of(&huge());
    println!("{} bytes", page.text.len());
    assert!(page.text.len() < 2_000_000, "{} bytes", page.text.len());
    for id in [
        "repositories",
        "owners",
        "new",
        "gone",
        "certificates",
        "shared-keys",
        "failures",
    ] {
        // And the row of the headings.
        assert_eq!(page.elements("tr", Some(id)).len(), 1_001, "{id}");
        let text = page.text_of("section", Some(id));
        assert!(text.contains("This page has 1,000 of 123,456"), "{id}");
        assert_eq!(
            page.text_of("h2", Some(id)).split(' ').next_back(),
            Some("123,456"),
            "{id}"
        );
    }
    let heat = page.text_of("section", Some("heat"));
    assert!(
        heat.contains("Rows: 200 of 123,456 repositories"),
        "{heat:.300}"
    );
    assert!(
        heat.contains("Columns: 24 of 300 algorithms"),
        "{heat:.300}"
    );
    // 1,000 runs are 59 at distances of 17, the last among them.
    let trend = page.text_of("section", Some("trend"));
    assert!(trend.contains("Shown: 59 of 1,000 runs"), "{trend:.300}");
    assert!(trend.contains("2026-11-29"), "the last");
}

#[test]
fn gigantic_texts_are_cut_in_the_page() {
    let mut organisation = organisation();
    let long = "W".repeat(3_000_000);
    organisation.repositories.rows[0].name = long.clone();
    organisation.failures.rows[0].reason = long.clone();
    organisation.heat.algorithms[0] = long.clone();
    organisation.shared_keys.rows[0].repositories.rows[1] = long;
    let page = Page::of(&organisation);
    assert!(page.text.len() < 200_000, "{}", page.text.len());
}

#[test]
fn a_heat_map_says_in_words_what_its_colours_say() {
    let page = Page::of(&organisation());
    let cells: Vec<String> = page
        .elements("td", Some("heat"))
        .iter()
        .map(|cell| {
            let mut text = String::new();
            shown(cell, &mut text);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(cells, ["P0 1,200", ""]);
}

// ---- Tables

fn table(name: &str, organisation: &Organisation) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let text = written(name, organisation);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings: Vec<String> = reader
        .headers()
        .expect("headings")
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader.records().map(|row| {
        let row = row.expect("as many cells as headings");
        let cells = row.iter().map(str::to_owned);
        headings.iter().cloned().zip(cells).collect()
    });
    (headings.clone(), rows.collect())
}

fn tables() -> Vec<&'static str> {
    let names = FORMS.iter().map(|form| form.name());
    names.filter(|name| name.starts_with("csv")).collect()
}

#[test]
fn tables_have_a_row_for_each_thing() {
    let organisation = organisation();
    let rows = |name: &str| table(name, &organisation).1;
    let expected = [
        ("csv", 2),
        ("csv-owners", 1),
        ("csv-heat", 1),
        ("csv-trend", 3),
        ("csv-deadlines", 3),
        ("csv-new", 1),
        ("csv-gone", 1),
        ("csv-certificates", 1),
        ("csv-shared-keys", 2),
        ("csv-failures", 1),
    ];
    assert_eq!(tables(), expected.map(|(name, _)| name));
    for (name, number) in expected {
        assert_eq!(rows(name).len(), number, "{name}");
        assert!(table(name, &empty()).1.is_empty(), "{name}");
        assert!(form(name).is_some_and(Form::is_whole));
    }
    let repositories = rows("csv");
    let web = &repositories[1];
    for (column, value) in [
        ("name", "git.example.org/shop/web"),
        ("owner", "shop"),
        ("assets", "19"),
        ("places", "38"),
        ("p0", "0"),
        ("p3", "7"),
        ("broken", "11"),
        ("is_stale", "true"),
        ("scanned_on", "2026-11-29"),
    ] {
        assert_eq!(web[column], value, "{column}");
    }
    assert_eq!(rows("csv-heat")[0]["places"], "1200");
    assert_eq!(rows("csv-shared-keys")[1]["repositories"], "9");
    assert_eq!(rows("csv-certificates")[0]["not_after"], "2046-03-01");
}

#[test]
fn no_cell_is_a_formula_or_has_two_lines() {
    for name in tables() {
        let (_, rows) = table(name, &hostile());
        for (column, cell) in rows.iter().flatten() {
            let first = cell.trim_start().chars().next();
            assert!(
                !first.is_some_and(|c| "=+-@".contains(c)),
                "{name} {column}: {cell}"
            );
            assert!(
                !cell.contains(['\n', '\r', '\u{1b}', '\u{202e}']),
                "{name} {column}: {cell}"
            );
        }
        assert!(!rows.is_empty(), "{name}");
    }
}

// ---- JSON

#[test]
fn documents_hold_to_their_schemas() {
    for (name, form) in [("organisation", "json"), ("news", "news")] {
        let schema: Value =
            serde_json::from_str(published(name).expect("published")).expect("JSON");
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("a schema");
        for organisation in [organisation(), empty(), waiting(), hostile(), huge()] {
            let document: Value =
                serde_json::from_str(&written(form, &organisation)).expect("JSON");
            let wrong: Vec<String> = validator
                .iter_errors(&document)
                .take(3)
                .map(|error| format!("{}: {error:.200}", error.instance_path()))
                .collect();
            assert_eq!(wrong, [""; 0], "{name}");
            assert_eq!(document["schema"], format!("pqscan/{name}/1"));
        }
        // What is not so is refused.
        let mut document: Value =
            serde_json::from_str(&written(form, &organisation())).expect("JSON");
        document["totals"]["broken"] = Value::from("17");
        assert!(!validator.is_valid(&document), "{name}");
    }
}

#[test]
fn the_json_has_everything_as_it_was_found() {
    let json: Value = serde_json::from_str(&written("json", &hostile())).expect("JSON");
    assert_eq!(json["repositories"]["rows"][0]["name"], EVIL);
    assert_eq!(json["failures"]["rows"][0]["reason"], EVIL);
    let json: Value = serde_json::from_str(&written("json", &huge())).expect("JSON");
    for list in [
        "repositories",
        "owners",
        "new",
        "gone",
        "certificates",
        "sharedKeys",
        "failures",
    ] {
        assert_eq!(json[list]["of"], 123_456, "{list}");
        assert_eq!(
            json[list]["rows"].as_array().map(Vec::len),
            Some(1_000),
            "{list}"
        );
    }
    assert_eq!(json["heat"]["rowsOf"], 123_456);
    assert_eq!(json["trend"].as_array().map(Vec::len), Some(1_000));
    let json: Value = serde_json::from_str(&written("json", &organisation())).expect("JSON");
    assert_eq!(json["deadlines"][0]["daysLeft"], -333);
    assert_eq!(json["deadlines"][1]["daysLeft"], 1493);
    // 12 in 49.05 months.
    assert_eq!(json["deadlines"][1]["aMonth"], 1);
    assert_eq!(json["sharedKeys"]["rows"][0]["repositories"]["of"], 9);
    assert_eq!(json["heat"]["rows"][0]["cells"][0]["priority"], "P0");
}

#[test]
fn news_are_small_and_harmless() {
    let text = written("news", &huge());
    assert!(text.len() < 20_000, "{}", text.len());
    let news: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(news["new"]["of"], 123_456);
    assert_eq!(news["new"]["rows"].as_array().map(Vec::len), Some(10));
    let text = written("news", &hostile());
    let news: Value = serde_json::from_str(&text).expect("JSON");
    let name = news["new"]["rows"][0]["name"].as_str().expect("a name");
    assert_eq!(controls(name), "");
    assert!(name.chars().count() <= 200);
    assert!(!name.contains('\n'));
    let mut gigantic = organisation();
    gigantic.new.rows[0].place = "x".repeat(1_000_000);
    assert!(written("news", &gigantic).len() < 20_000);
}

// ---- Text for people

#[test]
fn markdown_has_no_markup_of_strangers() {
    use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};
    let text = written("md", &hostile());
    assert_eq!(controls(&text), "");
    let mut tables = 0;
    for event in Parser::new_ext(&text, Extensions::all()) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("HTML: {html}"),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                panic!("a link: {dest_url}")
            }
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Text(text) => {
                assert!(
                    !text.contains('@') && !text.contains("#1"),
                    "no code: {text}"
                )
            }
            _ => {}
        }
    }
    // Standing, deadlines, repositories, new, gone, certificates, keys, failures.
    assert_eq!(tables, 8, "{text}");
    for capped in ["(1 of 30)", "(2 of 6)", "(1 of 3)"] {
        assert!(text.contains(capped), "{capped}: {text}");
    }
    let long = written("md", &huge());
    assert!(long.contains("Most urgent repositories (10 of 123,456)"));
    assert!(long.len() < 20_000, "{}", long.len());
    for organisation in [empty(), waiting()] {
        assert!(written("md", &organisation).contains("Post-quantum readiness"));
    }
}

#[test]
fn text_fits_the_terminal_and_does_not_control_it() {
    for width in [60, 80, 120] {
        for organisation in [organisation(), hostile(), huge(), empty(), waiting()] {
            let options = Options {
                width: Some(width),
                ..Options::default()
            };
            let form = form("text").expect("the form");
            let text = with(form, &organisation, &options);
            assert_eq!(controls(&text), "");
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert!(
                    !line.starts_with("::error") && !line.contains("##["),
                    "{line}"
                );
            }
            let color = Options {
                color: true,
                ..options
            };
            let colored = with(form, &organisation, &color);
            assert!(colored.contains("\u{1b}[1m"), "bold");
        }
    }
    let text = written("text", &organisation());
    assert!(text.contains("1 of 30"), "{text}");
    assert!(text.contains("1 of 3"), "{text}");
}

// ---- Metrics

#[test]
fn metrics_have_few_series_whatever_there_is() {
    let series = |organisation: &Organisation| {
        let text = written("openmetrics", organisation);
        assert!(text.ends_with("# EOF\n"));
        assert!(!text.contains("\n\n") && !text.contains('\r'));
        assert_eq!(controls(&text), "");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let names: BTreeSet<String> = lines
            .map(|line| {
                line.rsplit_once(' ')
                    .map_or(line, |(name, _)| name)
                    .to_owned()
            })
            .collect();
        assert_eq!(
            names.len(),
            text.lines().filter(|line| !line.starts_with('#')).count()
        );
        names.len()
    };
    assert_eq!(series(&organisation()), series(&huge()));
    assert!(series(&empty()) < series(&organisation()));
    series(&hostile());
}

/// Type, labels and value of a sample.
type Sample = (String, BTreeMap<String, String>, f64);

/// Reads with the parser of `prometheus_client`, which `.ci/run` puts there.
#[test]
#[ignore = "needs prometheus_client in target/validators: .ci/run"]
fn the_reference_parser_reads_the_metrics() {
    const READ: &str = "
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
found = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.documentation, family.name
    for sample in family.samples:
        found.setdefault(sample.name, []).append([family.type, sample.labels, float(sample.value)])
print(json.dumps(found))
";
    let python = root().join("target/validators/bin/python");
    for organisation in [organisation(), empty(), waiting(), hostile(), huge()] {
        let text = written("openmetrics", &organisation);
        let output = assert_cmd::Command::new(&python)
            .args(["-c", READ])
            .write_stdin(text.clone())
            .output()
            .expect("Python runs");
        assert!(
            output.status.success(),
            "{}\n{text}",
            String::from_utf8_lossy(&output.stderr)
        );
        let found: BTreeMap<String, Vec<Sample>> =
            serde_json::from_slice(&output.stdout).expect("JSON");
        let repositories = &found["pqscan_organisation_repositories"];
        let sum: f64 = repositories.iter().map(|sample| sample.2).sum();
        assert!(
            (sum - organisation.coverage.repositories as f64).abs() < 0.5,
            "{sum}"
        );
        assert!(repositories.iter().all(|sample| sample.0 == "gauge"));
        assert_eq!(found["pqscan_organisation_info"][0].0, "info");
    }
    // The escapes of labels come back as the text.
    assert!(written("openmetrics", &hostile()).contains("\\\\ | [a]"));
}

/// Looks at the page in a browser, which `.ci/run` puts there with the libraries; the pictures stay in `target/browser/`.
#[test]
#[ignore = "needs a browser: .ci/run"]
fn the_page_does_what_it_promises_in_a_browser() {
    let out = root().join("target/browser");
    assert!(
        out.join("node_modules/playwright-core").is_dir(),
        "the libraries are missing: cp tests/browser/package*.json target/browser/ && npm ci --prefix target/browser"
    );
    for (name, rows, organisation) in [
        ("organisation", 40, with_rows(40, 40, 30)),
        ("organisation-huge", 1_000, huge()),
    ] {
        // A thousand rows take a browser long to sort by every column of every list.
        let (checks, least): (&[&str], usize) = match rows {
            1_000 => (&["every list", "a search", "no errors"], 3),
            _ => (&[], 12),
        };
        let page = out.join(format!("{name}.html"));
        fs::write(&page, written("html", &organisation)).expect("written");
        let checked = std::process::Command::new("node")
            .arg(root().join("tests/browser/organisation.mjs"))
            .arg(&page)
            .arg(rows.to_string())
            .arg(&out)
            .args(checks)
            .output()
            .expect("Node runs");
        let said = String::from_utf8_lossy(&checked.stdout);
        println!("{name}\n{said}{}", String::from_utf8_lossy(&checked.stderr));
        let passed = said.lines().filter(|line| line.starts_with("ok ")).count();
        assert!(
            checked.status.success() && passed >= least,
            "{passed} passed"
        );
    }
}

// ---- The dashboard

/// The views and their columns, as the documentation has them.
fn views() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("docs/fleet-report.md")).expect("readable");
    let rows = text.lines().filter(|line| line.starts_with("| `v_"));
    let views: BTreeMap<String, Vec<String>> = rows
        .map(|row| {
            let mut names = row.split('`').skip(1).step_by(2).map(str::to_owned);
            (names.next().expect("a view"), names.collect())
        })
        .collect();
    assert_eq!(views.len(), 8, "{views:?}");
    views
}

fn dashboard() -> Value {
    let file: PathBuf = root().join("docs/deploy/grafana.json");
    serde_json::from_str(&fs::read_to_string(file).expect("readable")).expect("JSON")
}

/// Every query of the dashboard, with the values of its variables in their places.
fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let queries = targets.map(|target| target["rawSql"].as_str().expect("SQL"));
    let variables = dashboard["templating"]["list"]
        .as_array()
        .expect("variables");
    let variables = variables
        .iter()
        .filter(|variable| variable["type"] == "query");
    let of_variables = variables.map(|variable| variable["query"].as_str().expect("SQL"));
    queries
        .chain(of_variables)
        .map(|sql| sql.replace("${owner:sqlstring}", "'shop','it''s'"))
        .collect()
}

#[test]
fn the_dashboard_is_one_that_grafana_can_draw() {
    let dashboard = dashboard();
    assert!(dashboard["schemaVersion"].as_u64().expect("a number") >= 36);
    assert!(dashboard["title"].is_string() && dashboard["uid"].is_string());
    let names: BTreeSet<&str> = dashboard["templating"]["list"]
        .as_array()
        .expect("variables")
        .iter()
        .filter_map(|variable| variable["name"].as_str())
        .collect();
    assert_eq!(names, BTreeSet::from(["datasource", "owner"]));
    let kinds = ["stat", "timeseries", "table", "barchart"];
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        assert!(ids.insert(panel["id"].as_u64().expect("a number")));
        assert!(kinds.contains(&panel["type"].as_str().expect("a type")));
        for key in ["title", "description"] {
            assert!(panel[key].as_str().is_some_and(|text| !text.is_empty()));
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}");
        let at = |key: &str| panel["gridPos"][key].as_u64().expect("a number");
        assert!(at("x") + at("w") <= 24);
        for x in at("x")..at("x") + at("w") {
            for y in at("y")..at("y") + at("h") {
                assert!(taken.insert((x, y)), "{} lies on another", panel["title"]);
            }
        }
        for target in panel["targets"].as_array().expect("targets") {
            let format = target["format"].as_str().expect("a format");
            assert_eq!(format == "time_series", panel["type"] == "timeseries");
            let sql = target["rawSql"].as_str().expect("SQL");
            assert_eq!(format == "time_series", sql.contains("AS \"time\""));
        }
    }
    assert!(ids.len() > 10);
}

#[test]
fn the_queries_of_the_dashboard_run_on_the_documented_columns() {
    use sqlx::Connection as _;
    let (views, queries) = (views(), queries(&dashboard()));
    let used: BTreeSet<&str> = queries
        .iter()
        .flat_map(|sql| sql.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| word.starts_with("v_"))
        .collect();
    let known: BTreeSet<&str> = views.keys().map(String::as_str).collect();
    assert_eq!(used, known, "every view is used, and no other");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut database = sqlx::SqliteConnection::connect("sqlite::memory:")
            .await
            .expect("a database");
        for (view, columns) in &views {
            let columns: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
            let create = format!("CREATE TABLE {view} ({})", columns.join(", "));
            sqlx::raw_sql(sqlx::AssertSqlSafe(create))
                .execute(&mut database)
                .await
                .expect("created");
        }
        for sql in &queries {
            // SQLite takes a name in double quotes that it does not know for a text: such stand for headings only.
            let ran = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone()))
                .execute(&mut database)
                .await;
            assert!(ran.is_ok(), "{sql}: {ran:?}");
        }
    });
}
