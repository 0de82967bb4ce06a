//! Checks of what leaks or misleads: secrets, paths, dates; and of places that are missing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Found;
use super::bom::{Component, Document, items, objects, word};

pub(super) fn secret(document: &Document<'_>, found: &mut Found<'_>) {
    const SECRETS: [&str; 9] = [
        "private-key",
        "secret-key",
        "key",
        "password",
        "credential",
        "token",
        "shared-secret",
        "seed",
        "unknown",
    ];
    for component in document.assets() {
        let Some(material) = component
            .crypto()
            .and_then(|crypto| crypto.get("relatedCryptoMaterialProperties"))
        else {
            continue;
        };
        if material.get("value").is_some() && SECRETS.contains(&word(material, "type")) {
            found.error(
                component.at(),
                format!(
                    "has a `value`, and is a {}: the secret itself is in this document",
                    word(material, "type")
                ),
            );
        }
    }
    for (pointer, object) in objects(document.root) {
        for (key, value) in object {
            let holds = value.as_str().is_some_and(|text| {
                text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") && text.len() > 120
            });
            if holds {
                found.error(format!("{pointer}/{key}"), "holds a private key")
            }
        }
    }
}

fn occurrences(component: Component<'_>) -> impl Iterator<Item = &Value> {
    component
        .value
        .get("evidence")
        .into_iter()
        .flat_map(|evidence| items(evidence, "occurrences"))
}

pub(super) fn no_occurrence(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        if occurrences(component).next().is_none() {
            found.warning(
                component.at(),
                "has no occurrence: nobody can tell where it is",
            )
        }
    }
}

pub(super) fn absolute_path(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        for occurrence in occurrences(component) {
            let location = word(occurrence, "location");
            let drive = location.as_bytes().get(1) == Some(&b':')
                && location.as_bytes()[0].is_ascii_alphabetic();
            if drive || location.starts_with(['/', '\\', '~']) || location.starts_with("file:") {
                found.warning(component.at(), format!("location \"{location}\" is a path of one machine: viewers cannot link it, and it tells who scanned"));
            }
        }
    }
}

pub(super) fn date(document: &Document<'_>, found: &mut Found<'_>) {
    const DATES: [&str; 11] = [
        "timestamp",
        "notValidBefore",
        "notValidAfter",
        "creationDate",
        "activationDate",
        "deactivationDate",
        "revocationDate",
        "destructionDate",
        "updateDate",
        "expirationDate",
        "modifiedDate",
    ];
    for (pointer, object) in objects(document.root) {
        let mut times: BTreeMap<&str, jiff::Timestamp> = BTreeMap::new();
        for key in DATES {
            let Some(text) = object.get(key).and_then(Value::as_str) else {
                continue;
            };
            match text.parse() {
                Ok(time) => {
                    times.insert(key, time);
                }
                // The end of time (RFC 5280 §4.1.2.5) is a second beyond what can be counted with.
                Err(_) if text == "9999-12-31T23:59:59Z" => {}
                Err(_) => found.error(
                    format!("{pointer}/{key}"),
                    format!("\"{text}\" is not a date and time of RFC 3339"),
                ),
            }
        }
        if let (Some(from), Some(to)) = (times.get("notValidBefore"), times.get("notValidAfter"))
            && from > to
        {
            // A fault of the certificate, it may be, and not of the document.
            found.warning(pointer, "`notValidAfter` is before `notValidBefore`");
        }
    }
}
