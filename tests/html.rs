//! The HTML report keeps its promises: small enough for a mail, readable without its script, nothing of the scan in it unescaped, no
//! address but public forges, the totals of every other form, the same bytes for the same report.

use std::collections::BTreeSet;
use std::sync::Arc;

use data_encoding::BASE64;
use pqscan::inventory::{Report, report};
use pqscan::knowledge::Knowledge;
use pqscan::model::artifact::Range64;
use pqscan::model::object::{Certificate, Name};
use pqscan::model::{
    Asset, AssetKind, Confidence, Context, Facet, Finding, Fingerprint, Found, Location, Object,
    Operation, Origin, Subject, Technique, Value, Why,
};
use pqscan::output::{self, Options};
use sha2::{Digest as _, Sha256};

/// What mail servers take at most, with room for the rest of the mail.
const MAX_BYTES: usize = 5_000_000;

fn finding(asset: Asset, path: &str, line: u32, text: &str) -> Finding {
    Finding {
        asset,
        location: Location {
            path: path.into(),
            line,
            column: 9,
            span: Range64 {
                start: u64::from(line) * 40,
                end: u64::from(line) * 40 + 20,
            },
        },
        text: text.into(),
        library: "java/jca".into(),
        entry: "java/jca#java.security.KeyPairGenerator.getInstance".into(),
        symbol: "KeyPairGenerator.getInstance".into(),
        function: Some("initialiseTheKeys".into()),
        technique: Technique::SourceCode,
        confidence: Confidence::High,
        context: Context::Production,
        evidence: Vec::new(),
        uses: Vec::new(),
        provenance: Default::default(),
    }
}

fn asset(kind: AssetKind, facets: &[(Facet, Value)], operation: Operation) -> Asset {
    Asset {
        kind,
        facets: facets.iter().cloned().collect(),
        operations: [operation].into_iter().collect(),
        object: None,
    }
}

fn rsa(bits: u64) -> Asset {
    asset(
        AssetKind::Key,
        &[
            (Facet::Algorithm, Value::name("RSA", Origin::Literal)),
            (Facet::KeyBits, Value::number(bits, Origin::Literal)),
        ],
        Operation::Sign,
    )
}

fn of(findings: Vec<Finding>, subject: Subject) -> Report {
    let known = Knowledge::load(&[]).expect("the rules load");
    let mut found = Found {
        findings: vec![findings],
        subject,
        ..Found::default()
    };
    found.coverage.files_searched = 1;
    report(found, &known, Some(1_790_000_000))
}

fn page_by(report: &Report, options: &Options) -> String {
    let format = output::format("html").expect("the form is there");
    let mut bytes = Vec::new();
    format.write(report, options, &mut bytes).expect("written");
    String::from_utf8(bytes).expect("UTF-8")
}

fn page(report: &Report) -> String {
    page_by(report, &Options::default())
}

/// What stands between two texts, the first time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

fn data(page: &str) -> serde_json::Value {
    let json = between(
        page,
        r#"<script type="application/json" id="data">"#,
        "</script>",
    );
    serde_json::from_str(json).expect("JSON")
}

/// The page without what is ours and holds no text of the scan: style, script and charts' patterns stay out of searches for markup.
fn markup(page: &str) -> String {
    let style = between(page, "<style>", "</style>");
    let script = between(page, "</script>\n<script>", "</script>");
    page.replace(style, "").replace(script, "")
}

#[test]
fn ten_thousand_findings_in_few_assets_fit_in_a_mail() {
    let findings = (0..10_000_u32).map(|n| {
        let path = format!(
            "services/payments/src/main/java/org/example/part{}/Wrapper{}.java",
            n % 40,
            n % 800
        );
        let text = format!(
            "KeyPairGenerator generator{n} = KeyPairGenerator.getInstance(\"RSA\", provider);"
        );
        finding(
            rsa(2048 + u64::from(n % 300) * 8),
            &path,
            10 + n / 800 * 7,
            &text,
        )
    });
    let report = of(findings.collect(), Subject::default());
    let page = page(&report);
    assert!(page.len() < MAX_BYTES, "{} bytes", page.len());
    // Every place is there: its line of code stands in the page.
    for n in [0, 4_999, 9_999] {
        assert!(page.contains(&format!("generator{n} = ")), "{n}");
    }
    let data = data(&page);
    let places = data["assets"].as_array().expect("assets").iter();
    let places: usize = places
        .map(|asset| asset[3].as_array().expect("places").len())
        .sum();
    assert_eq!(places, 10_000);
}

#[test]
fn ten_thousand_assets_fit_in_a_mail() {
    let findings = (0..10_000_u32).map(|n| {
        let path = format!(
            "services/payments/src/main/java/org/example/Wrapper{}.java",
            n % 2_000
        );
        let text =
            format!("generator.initialize(parameters.of({n}), SecureRandom.getInstanceStrong());");
        let mut asset = rsa(2048);
        let why = Why::new("parameter", format!("keySizeOfTenant{n}"));
        asset.facets.insert(Facet::KeyBits, Value::unknown(why));
        finding(asset, &path, 10 + n / 2_000 * 9, &text)
    });
    let report = of(findings.collect(), Subject::default());
    let page = page(&report);
    assert!(page.len() < MAX_BYTES, "{} bytes", page.len());
    // Every row stands in the page itself.
    let rows = page.matches("<tr id=\"asset-").count();
    assert_eq!(
        2 * rows,
        data(&page)["rows"].as_array().expect("rows").len()
    );
    assert!(rows >= 10_000, "{rows}");
}

#[test]
fn a_line_of_code_stands_once() {
    let text = "Signature once = Signature.getInstance(\"SHA256withRSA\");";
    let findings = (0..50).map(|n| finding(rsa(2048 + n * 64), "src/Once.java", 7, text));
    let page = page(&of(findings.collect(), Subject::default()));
    assert_eq!(page.matches("Signature once = ").count(), 1);
}

#[test]
fn what_is_capped_says_the_true_numbers() {
    let findings = (0..300_u32).map(|n| {
        finding(
            rsa(2048 + u64::from(n / 3) * 8),
            "src/Many.java",
            n + 1,
            "x();",
        )
    });
    let report = of(findings.collect(), Subject::default());
    let options = Options {
        max_findings: 40,
        ..Options::default()
    };
    let page = page_by(&report, &options);
    assert_eq!(page.matches("<tr id=\"asset-").count(), 40);
    assert!(
        page.contains("This page has 40 of 100 rows and 40 of 300 places"),
        "capped"
    );
    assert!(page.contains("100 assets in 300 places"), "totals");
    // The breakdowns count what has no row here too: all 100 keys are in Java.
    let language = between(&page, "id=\"by-language\"", "</section>");
    assert!(
        language.contains("<a href=\"#language=Java\">100</a>"),
        "{language}"
    );
    assert!(page.contains("Both count everything"), "said");
    // Without a cap nothing is said of one.
    assert!(!self::page(&report).contains("This page has"));
}

#[test]
fn hostile_texts_stay_texts() {
    let evil =
        "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u{202e}\u{1b}[31m";
    let mut asset = rsa(2048);
    asset
        .facets
        .insert(Facet::Padding, Value::name(evil, Origin::Literal));
    let mut findings = vec![
        finding(asset, &format!("src/{evil}/a.java"), 3, evil),
        finding(rsa(4096), "javascript:alert(3)", 3, "ok();"),
    ];
    let mut certificate = Certificate::new("X.509", Fingerprint([7; 32]));
    certificate.subject = Name {
        text: format!("CN={evil}"),
        id: [1; 16],
    };
    certificate.not_after = Some(4_000_000_000);
    let mut object = self::asset(
        AssetKind::Certificate,
        &[(Facet::Algorithm, Value::name("ECDSA", Origin::Literal))],
        Operation::Verify,
    );
    object.object = Some(Arc::new(Object::Certificate(Box::new(certificate))));
    findings.push(finding(object, "certs/a.pem", 1, ""));
    findings[0].function = Some(evil.into());
    let subject = Subject {
        name: evil.to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        remote: Some("https://git.example.org/a/b".into()),
        ..Subject::default()
    };
    let page = page(&of(findings, subject));
    let markup = markup(&page);
    assert!(!markup.contains("<script>alert"), "a script came in");
    assert!(!markup.contains("<img"), "an image came in");
    assert!(
        !markup.contains('\u{202e}') && !markup.contains('\u{1b}'),
        "control characters"
    );
    assert!(
        !markup.contains("\\u202e"),
        "control characters in the data"
    );
    assert!(
        markup.contains("&#60;img src=x onerror=alert(2)&#62;")
            && markup.contains("&lt;img src=x onerror=alert(2)&gt;"),
        "the text is shown"
    );
    assert_eq!(
        page.matches("<script").count(),
        2,
        "the data and the script"
    );
    // Links lead into the page only: the host is no public forge.
    for link in links(&markup) {
        assert!(link.starts_with('#'), "{link}");
    }
}

/// The value of an attribute, with or without quotes.
fn value(rest: &str) -> &str {
    let value = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split([' ', '>']).next(),
    };
    value.unwrap_or_default()
}

fn links(markup: &str) -> Vec<&str> {
    let links = markup.split("href=\"").skip(1);
    links
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect()
}

#[test]
fn links_inside_the_page_lead_somewhere() {
    let findings = (0..40_u32).map(|n| {
        finding(
            rsa(2048 + u64::from(n % 7) * 8),
            "src/A.java",
            n + 1,
            "x();",
        )
    });
    let page = page(&of(findings.collect(), Subject::default()));
    let markup = markup(&page);
    let ids: Vec<&str> = markup.split(" id=").skip(1).map(value).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id occurs twice");
    let facets: BTreeSet<String> = data(&page)["facets"]
        .as_array()
        .expect("facets")
        .iter()
        .map(|facet| facet["key"].as_str().expect("a key").to_owned())
        .collect();
    for link in links(&markup) {
        let Some(fragment) = link.strip_prefix('#') else {
            panic!("{link}")
        };
        let is_filter = fragment.split("&#38;").all(|part| {
            let key = part.split_once('=').map(|(key, _)| key);
            key.is_some_and(|key| key == "work" || facets.contains(key))
        });
        assert!(
            unique.contains(fragment) || is_filter,
            "{link} leads nowhere"
        );
    }
}

#[test]
fn the_policy_of_content_names_the_script_that_is_there() {
    let page = page(&of(
        vec![finding(rsa(2048), "src/A.java", 1, "x();")],
        Subject::default(),
    ));
    let script = between(&page, "</script>\n<script>", "</script>");
    let hash = BASE64.encode(&Sha256::digest(script.as_bytes()));
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")));
    assert!(page.contains("default-src 'none'"));
    assert!(!script.contains("innerHTML") && !script.contains("eval("));
}

#[test]
fn a_public_forge_is_linked_at_the_commit() {
    let subject = Subject {
        name: "app".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        remote: Some("https://github.com/example/app.git".into()),
        ..Subject::default()
    };
    let page = page(&of(
        vec![finding(rsa(2048), "src/A.java", 1, "x();")],
        subject,
    ));
    assert!(page.contains(
        "href=\"https://github.com/example/app/blob/0123456789abcdef0123456789abcdef01234567/src/A.java\" rel=\"noreferrer\""
    ));
}

#[test]
fn the_same_report_gives_the_same_bytes_and_an_empty_one_a_page() {
    let findings = || {
        (0..60_u32).map(|n| {
            finding(
                rsa(2048 + u64::from(n % 9) * 8),
                &format!("src/{}.java", n % 5),
                n + 1,
                "x();",
            )
        })
    };
    let one = page(&of(findings().collect(), Subject::default()));
    let two = page(&of(findings().rev().collect(), Subject::default()));
    assert!(one == two, "the order of findings shows");
    let empty = page(&of(Vec::new(), Subject::default()));
    assert!(empty.contains("No cryptography was found in the 1 file that was searched."));
}
