//! The packages that the places of assets lie in: which asset belongs to which, and which package came inside which.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Inventory, InventoryAsset};
use crate::model::Package;

/// A package in which an asset was found, or which holds such a one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// Its package URL; where its ecosystem would ask for more than is known, a name of the same shape without `pkg:`.
    pub id: String,
    /// The package.
    pub package: Arc<Package>,
    /// The id of the package that it came inside of, if all its places are in that one.
    pub inside: Option<String>,
    /// Ids of the assets whose use was seen in it and in no package inside of it; sorted.
    pub assets: Vec<Arc<str>>,
}

/// What a package is called in outputs.
pub fn id(package: &Package) -> String {
    package.purl().unwrap_or_else(|| {
        let mut id = package.kind.to_owned();
        for part in package.namespace.iter().chain([&package.name]) {
            id.push('/');
            id.push_str(part)
        }
        for (sign, part) in [('@', &package.version), ('?', &package.arch)] {
            if let Some(part) = part {
                id.push(sign);
                id.push_str(part)
            }
        }
        id
    })
}

/// Every package, by id.
pub(super) fn packages(inventory: &Inventory) -> Vec<Shipped> {
    #[derive(Default)]
    struct Seen {
        package: Option<Arc<Package>>,
        around: BTreeSet<Option<String>>,
        assets: BTreeSet<Arc<str>>,
    }
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    // What is implied has the places of what was seen.
    let seen_itself = |asset: &&InventoryAsset| asset.implied_by.is_empty();
    for asset in inventory.assets.iter().filter(seen_itself) {
        for occurrence in &asset.occurrences {
            let chain = &occurrence.provenance.packages;
            for (number, package) in chain.iter().enumerate() {
                let entry = seen.entry(id(package)).or_default();
                entry.around.insert(chain.get(number + 1).map(|p| id(p)));
                if number == 0 && asset.is_used() {
                    entry.assets.insert(asset.id.clone());
                }
                entry.package.get_or_insert_with(|| package.clone());
            }
        }
    }
    seen.into_iter()
        .filter_map(|(id, seen)| {
            let mut around = seen.around.into_iter();
            let inside = match (around.next(), around.next()) {
                (Some(one), None) => one,
                _ => None,
            };
            Some(Shipped {
                id,
                package: seen.package?,
                inside,
                assets: seen.assets.into_iter().collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_package_url_has_a_name_all_the_same() {
        let package = |namespace: Option<&str>| Package {
            kind: "maven",
            namespace: namespace.map(str::to_owned),
            name: "codec".to_owned(),
            version: Some("1.2".to_owned()),
            arch: None,
        };
        assert_eq!(
            id(&package(Some("org.example"))),
            "pkg:maven/org.example/codec@1.2"
        );
        assert_eq!(id(&package(None)), "maven/codec@1.2");
    }
}
