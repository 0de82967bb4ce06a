//! `--link`: the SBOM refers to CBOMs that stay documents of their own, by BOM-Link (RFC 8141 namespace `cdx`).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::edges::places;
use super::index::{Index, Position};
use super::parts::{head, numbered};
use super::{Refused, Source, Work};
use crate::output::cyclonedx::document::{Version, add, bom_link, is_asset, word};

impl Work<'_> {
    /// Refers to a CBOM: the document to the whole, each component to what the CBOM says of it or of assets in it.
    pub(super) fn link(&mut self, cbom: &Source, called: &str) -> Result<(), Refused> {
        self.names.push(std::collections::BTreeMap::new());
        let Some(link) = bom_link(&Value::Object(head(&cbom.bom))) else {
            return Err(Refused::NoSerial(called.to_owned()));
        };
        let root = self.options.root.as_deref();
        let index = Index::new(&self.root, root);
        let mut links: BTreeSet<(Position, String)> = BTreeSet::new();
        let mut open = numbered(&cbom.bom, &[]);
        while let Some((path, component)) = open.pop() {
            open.extend(numbered(component, &path));
            let reference = word(component, "bom-ref");
            if reference.is_empty() {
                continue;
            }
            if !is_asset(component) {
                if let Some((position, _)) = index.software(component, root)
                    && !position.is_root()
                {
                    links.insert((position.clone(), reference.to_owned()));
                }
                continue;
            }
            let found: Vec<Position> = places(component, &index, root)
                .into_iter()
                .map(|(position, _)| position)
                .collect();
            if found.is_empty() {
                self.tally.assets_of_subject += 1
            } else {
                self.tally.assets_of_components += 1;
                self.tally.assets_by_place += 1
            }
            links.extend(found.into_iter().map(|at| (at, reference.to_owned())));
        }
        let has_hashes =
            Version::of(&Value::Object(spec_version(&self.root))) != Some(Version::V1_2);
        let mut whole =
            json!({ "type": "bom", "url": link, "comment": "Cryptography bill of materials" });
        if has_hashes && let Value::Object(whole) = &mut whole {
            let hash = json!({ "alg": "SHA-256", "content": cbom.hash });
            add(whole, "hashes", hash);
        }
        add(&mut self.root, "externalReferences", whole);
        self.tally.links += 1;
        for (position, reference) in links {
            let Some(component) = self.component(&position)? else {
                continue;
            };
            let url = format!("{link}#{}", fragment(&reference));
            add(
                component,
                "externalReferences",
                json!({ "type": "bom", "url": url }),
            );
            self.tally.links += 1
        }
        Ok(())
    }
}

fn spec_version(bom: &Map<String, Value>) -> Map<String, Value> {
    let version = bom.get("specVersion").cloned();
    version
        .into_iter()
        .map(|version| ("specVersion".to_owned(), version))
        .collect()
}

/// A `bom-ref` as the fragment of a URI (RFC 3986 §3.5).
fn fragment(reference: &str) -> String {
    let mut text = String::with_capacity(reference.len());
    for byte in reference.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            text.push(char::from(byte))
        } else {
            text.push_str(&format!("%{byte:02X}"))
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_becomes_a_fragment() {
        assert_eq!(
            fragment("package/pkg:npm/%40s/a b@1#é"),
            "package/pkg:npm/%2540s/a%20b@1%23%C3%A9"
        );
    }
}
