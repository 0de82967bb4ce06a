//! `corpus/reports/`: what a reviewer, an auditor and whoever answers for it must find in each form of output, written by hand in
//! `expected.toml` there; its README says what the words mean.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

#[path = "agreement/claims.rs"]
mod claims;
#[path = "forms/mod.rs"]
mod forms;
#[path = "forms/read.rs"]
mod read;
#[path = "agreement/truth.rs"]
mod truth;

use self::truth::{Numbers, add, list, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    totals: BTreeMap<String, u64>,
    must: Vec<Must>,
}

/// What somebody must learn.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Must {
    who: String,
    says: String,
    /// Words that stand together.
    together: Vec<String>,
    forms: Vec<String>,
}

#[test]
fn every_form_says_what_its_readers_must_know() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/reports");
    let expected = fs::read_to_string(folder.join("expected.toml")).expect("readable");
    let expected: Expected = toml::from_str(&expected).expect("as written above");
    let written = forms::written(&folder.join("project"), &["--all", "--show-skipped"]);
    let json: Json = serde_json::from_str(&written.forms["json"]).expect("it is JSON");
    let truth = truth::truth(&json);
    let mut wrong = Vec::new();
    for (what, right) in &expected.totals {
        let listed = truth.get(what).copied().unwrap_or(0);
        if listed != *right {
            wrong.push(format!(
                "{what}: the result lists {listed}, and there are {right}"
            ))
        }
    }
    for (name, text) in &written.forms {
        let Some(form) = claims::of(name) else {
            wrong.push(format!("nobody says what `{name}` states"));
            continue;
        };
        let stated: Numbers = match (form.read)(text, &truth) {
            Ok(stated) => stated,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (what, right) in &expected.totals {
            if let Some(number) = stated.get(what).filter(|number| *number != right) {
                wrong.push(format!(
                    "{name} states {number} {what}, and there are {right}"
                ))
            }
        }
    }
    for must in &expected.must {
        for form in &must.forms {
            let Some(text) = written.forms.get(form.as_str()) else {
                wrong.push(format!("there is no form `{form}`"));
                continue;
            };
            let records = read::records(form, text);
            let has = |record: &String| {
                must.together
                    .iter()
                    .all(|word| record.contains(word.as_str()))
            };
            if !records.iter().any(has) {
                let missing: Vec<&String> = must
                    .together
                    .iter()
                    .filter(|word| !text.contains(word.as_str()))
                    .collect();
                wrong.push(format!(
                    "{form} does not tell the {} that {}; nowhere: {missing:?}",
                    must.who, must.says
                ))
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(expected.must.len() >= 9 && written.forms.len() >= 5);
}

/// What stands apart is not together.
#[test]
fn words_of_different_rows_are_not_together() {
    let records = read::records("csv", "a,b\r\nRSA,P0\r\nMD5,P3\r\n");
    assert!(
        records
            .iter()
            .any(|r| r.contains("RSA") && r.contains("P0"))
    );
    assert!(
        !records
            .iter()
            .any(|r| r.contains("MD5") && r.contains("P0"))
    );
    let records = read::records("jsonl", "{\"a\":\"RSA\"}\n{\"a\":\"P0\"}\n");
    assert!(
        !records
            .iter()
            .any(|r| r.contains("RSA") && r.contains("P0"))
    );
}
