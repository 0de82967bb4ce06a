//! What our own CBOMs say in properties, as a result would say it.

use std::collections::BTreeMap;

use super::Property;
use crate::inventory::snapshot::{Saved, family};
use crate::model::{Facet, FindingClass};
use crate::output::band_of;

/// Our properties of a component, by name.
pub(super) struct Properties(BTreeMap<String, Vec<String>>);

impl Properties {
    pub(super) fn of(all: Vec<Property>) -> Self {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for property in all {
            by_name
                .entry(property.name)
                .or_default()
                .push(property.value)
        }
        Self(by_name)
    }

    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// What a result would say of the asset, as far as the CBOM has it.
    pub(super) fn say(&self, saved: &mut Saved) {
        let property = |name: &str| self.first(&format!("pqscan:{name}"));
        let Some(kind) = property("kind") else { return };
        saved.kind = kind.into();
        saved.is_object = property("format").is_some();
        saved.implied = property("seen") == Some("implied");
        saved.is_cut = property("occurrencesWritten").is_some();
        let fields = std::mem::take(&mut saved.parameters);
        for facet in Facet::ALL {
            let name = facet.name();
            let value = match property(&format!("parameter:{name}")) {
                Some(value) => value.to_owned(),
                None => match property(&format!("unknown:{name}")) {
                    Some(why) => format!("?{why}"),
                    None => continue,
                },
            };
            saved.parameters.insert(name, value);
        }
        if saved.is_object {
            let kept = ["subject", "issuer", "not_before", "not_after"];
            let fields = fields.into_iter().filter(|(name, _)| kept.contains(name));
            saved.parameters.extend(fields);
            let said = [
                ("serial", property("certificate:serial")),
                ("subject", property("request:subject")),
                ("issuer", property("crl:issuer")),
                (
                    "next_update",
                    property("crl:nextUpdate").and_then(|time| time.get(..10)),
                ),
                ("opened", property("keystore:opened")),
                ("signer", property("signature:signer")),
            ];
            for (name, value) in said {
                if let Some(value) = value {
                    saved.parameters.insert(name, value.to_owned());
                }
            }
            if let Some(halves) = self.0.get("pqscan:key:half") {
                saved.parameters.insert("halves", halves.join("; "));
            }
        }
        let called = saved
            .parameters
            .get(Facet::Algorithm.name())
            .or_else(|| saved.parameters.get(Facet::Protocol.name()));
        saved.family = family(property("family"), called.map(String::as_str)).into();
        let class = property("findingClass").and_then(FindingClass::from_name);
        let band = property("priority").and_then(band_of);
        saved.judgements = class.zip(band).into_iter().collect();
    }
}
