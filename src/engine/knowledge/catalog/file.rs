//! The shape of `rules/catalog/*.toml`, and how files become one catalogue.
//!
//! Any file may hold any of the tables `[algorithm.NAME]`, `[curve.NAME]`, `[group.NAME]`, `[mode.NAME]`, `[padding.NAME]`,
//! `[mgf.NAME]`, `[protocol.NAME]`, `[library.NAME]`. A name said twice does not stop the loading: `lint` reports it.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use super::entries::{Algorithm, Basis, Curve, Group, Oid, Primitive, Protocol, Quantum, Word};
use super::libraries::{Library, package_key};
use super::{Catalog, CatalogError, OidOwner, Table, fold};
use crate::model::Facet;

/// The shape of a catalogue file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    algorithm: BTreeMap<String, AlgorithmEntry>,
    #[serde(default)]
    curve: BTreeMap<String, Curve>,
    #[serde(default)]
    group: BTreeMap<String, Group>,
    #[serde(default)]
    mode: BTreeMap<String, Word>,
    #[serde(default)]
    padding: BTreeMap<String, Word>,
    #[serde(default)]
    mgf: BTreeMap<String, Word>,
    #[serde(default)]
    protocol: BTreeMap<String, Protocol>,
    #[serde(default)]
    library: BTreeMap<String, Library>,
}

/// The shape of `[algorithm.NAME]`; what the fields mean stands at [`Algorithm`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlgorithmEntry {
    what: String,
    primitive: Primitive,
    family: Option<String>,
    /// The version of the CycloneDX schema whose list has the family first.
    family_since: Option<String>,
    based_on: Option<Basis>,
    quantum: Option<Quantum>,
    weak: Option<String>,
    uses: Option<String>,
    #[serde(default)]
    specialises: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
    parameters: Option<String>,
    curve: Option<String>,
    #[serde(default)]
    sizes: Vec<u64>,
    bits: Option<u32>,
    level: Option<u8>,
    #[serde(default)]
    strength: BTreeMap<u64, u32>,
    #[serde(default)]
    levels: BTreeMap<u64, u8>,
    #[serde(default)]
    implies: BTreeMap<String, String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    oids: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    old_oids: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    replacement: Vec<String>,
    source: Vec<String>,
}

impl AlgorithmEntry {
    fn algorithm(self, name: String) -> Result<Algorithm, String> {
        let family_new_in_1_7_1 = match self.family_since.as_deref() {
            None => false,
            Some("1.7.1") => true,
            Some(other) => {
                return Err(format!(
                    "algorithm {name}: family_since `{other}` is not 1.7.1"
                ));
            }
        };
        if self.uses.is_none() && (self.based_on.is_none() || self.quantum.is_none()) {
            return Err(format!(
                "algorithm {name}: without `uses` it needs `based_on` and `quantum`"
            ));
        }
        let named = |facets| {
            named_facets(facets)
                .map_err(|facet| format!("algorithm {name}: no facet is called `{facet}`"))
        };
        let mut oids = Vec::new();
        for (old, list) in [(false, self.oids), (true, self.old_oids)] {
            for (oid, facets) in list {
                oids.push(Oid {
                    oid,
                    facets: named(facets)?,
                    old,
                });
            }
        }
        let implies = named(self.implies)?;
        Ok(Algorithm {
            what: self.what,
            primitive: self.primitive,
            family: self.family,
            family_new_in_1_7_1,
            // `inherit` replaces both where `uses` names a key.
            based_on: self.based_on.unwrap_or(Basis::Other),
            quantum: self.quantum.unwrap_or(Quantum::Unknown),
            weak: self.weak,
            uses: self.uses,
            specialises: self.specialises,
            parts: self.parts,
            parameters: self.parameters,
            curve: self.curve,
            sizes: self.sizes,
            bits: self.bits,
            level: self.level,
            strength: self.strength,
            levels: self.levels,
            implies,
            aliases: self.aliases,
            prefixes: self.prefixes,
            oids,
            replacement: self.replacement,
            source: self.source,
            name,
        })
    }
}

fn named_facets(facets: BTreeMap<String, String>) -> Result<BTreeMap<Facet, String>, String> {
    facets
        .into_iter()
        .map(|(facet, value)| Ok((Facet::from_name(&facet).ok_or(facet)?, value)))
        .collect()
}

impl Catalog {
    pub(super) fn add(&mut self, path: &str, file: File) -> Result<(), CatalogError> {
        for (name, entry) in file.algorithm {
            let algorithm = entry
                .algorithm(name)
                .map_err(|message| CatalogError::Content {
                    file: path.to_owned(),
                    message,
                })?;
            let (name, aliases) = (algorithm.name.clone(), algorithm.aliases.clone());
            insert(
                &mut self.algorithms,
                &mut self.clashes,
                "algorithm",
                name,
                &aliases,
                algorithm,
            );
        }
        for (name, mut curve) in file.curve {
            curve.name.clone_from(&name);
            let aliases = curve.aliases.clone();
            insert(
                &mut self.curves,
                &mut self.clashes,
                "curve",
                name,
                &aliases,
                curve,
            );
        }
        for (name, mut group) in file.group {
            group.name.clone_from(&name);
            let aliases = group.aliases.clone();
            insert(
                &mut self.groups,
                &mut self.clashes,
                "group",
                name,
                &aliases,
                group,
            );
        }
        for (kind, words, table) in [
            ("mode", file.mode, &mut self.modes),
            ("padding", file.padding, &mut self.paddings),
            ("mgf", file.mgf, &mut self.mgfs),
        ] {
            for (name, mut word) in words {
                word.name.clone_from(&name);
                let aliases = word.aliases.clone();
                insert(table, &mut self.clashes, kind, name, &aliases, word);
            }
        }
        for (name, mut library) in file.library {
            library.name.clone_from(&name);
            self.index_library(&library);
            let aliases = library.aliases.clone();
            insert(
                &mut self.libraries,
                &mut self.clashes,
                "library",
                name,
                &aliases,
                library,
            );
        }
        for (name, mut protocol) in file.protocol {
            protocol.name.clone_from(&name);
            let aliases = protocol.aliases.clone();
            insert(
                &mut self.protocols,
                &mut self.clashes,
                "protocol",
                name,
                &aliases,
                protocol,
            );
        }
        Ok(())
    }

    /// A rule file and a package lead to one library. What is no package URL is left to `lint`.
    fn index_library(&mut self, library: &Library) {
        let keys = library
            .packages
            .iter()
            .filter_map(|purl| package_key(purl))
            .map(|key| (key, true));
        let rules = library.rules.iter().map(|id| (id.clone(), false));
        for (key, is_package) in keys.chain(rules) {
            let index = if is_package {
                &mut self.library_packages
            } else {
                &mut self.library_rules
            };
            if let Some(other) = index.insert(key.clone(), library.name.clone()) {
                self.clashes.push(format!(
                    "library {}: {key} is of {other} already",
                    library.name
                ))
            }
        }
    }

    /// What a use takes over from its key: strength, and the verdict's ground.
    pub(super) fn inherit(&mut self) -> Result<(), CatalogError> {
        let missing = |name: &str, what: &str| CatalogError::Content {
            file: "catalog".to_owned(),
            message: format!("algorithm {name}: {what}"),
        };
        let keys: Vec<(String, String)> = self
            .algorithms()
            .filter_map(|a| Some((a.name.clone(), a.uses.clone()?)))
            .collect();
        for (name, key) in keys {
            let Some(key) = self.algorithms.entries.get(&key).cloned() else {
                return Err(missing(&name, "uses an algorithm that does not exist"));
            };
            if key.uses.is_some() {
                return Err(missing(&name, "uses an algorithm that uses another"));
            }
            let Some(algorithm) = self.algorithms.entries.get_mut(&name) else {
                continue;
            };
            algorithm.based_on = key.based_on;
            algorithm.quantum = key.quantum;
            if algorithm.strength.is_empty() {
                algorithm.strength = key.strength
            }
            if algorithm.sizes.is_empty() {
                algorithm.sizes = key.sizes
            }
        }
        Ok(())
    }

    /// An OID that a use shares with its key stands for the key: it says no use.
    pub(super) fn index_oids(&mut self) {
        let mut oids: HashMap<String, OidOwner> = HashMap::new();
        for algorithm in self.algorithms.entries.values() {
            for (variant, oid) in algorithm.oids.iter().enumerate() {
                let owner = OidOwner::Algorithm {
                    name: algorithm.name.clone(),
                    variant,
                    facets: OnceLock::new(),
                };
                match oids.get(&oid.oid) {
                    None => {
                        oids.insert(oid.oid.clone(), owner);
                    }
                    Some(OidOwner::Algorithm { name, .. })
                        if algorithm.uses.as_ref() == Some(name) => {}
                    Some(OidOwner::Algorithm { name, .. })
                        if self
                            .algorithms
                            .entries
                            .get(name)
                            .is_some_and(|a| a.uses.as_ref() == Some(&algorithm.name)) =>
                    {
                        oids.insert(oid.oid.clone(), owner);
                    }
                    Some(_) => self.clashes.push(format!(
                        "OID {} names two things, one of them {}",
                        oid.oid, algorithm.name
                    )),
                }
            }
        }
        for curve in self.curves.entries.values() {
            for oid in &curve.oids {
                if oids
                    .insert(oid.clone(), OidOwner::Curve(curve.name.clone()))
                    .is_some()
                {
                    self.clashes.push(format!(
                        "OID {oid} names two things, one of them {}",
                        curve.name
                    ));
                }
            }
        }
        self.oids = oids;
    }
}

fn insert<T>(
    table: &mut Table<T>,
    clashes: &mut Vec<String>,
    kind: &str,
    name: String,
    aliases: &[String],
    entry: T,
) {
    for spelling in aliases.iter().chain([&name]) {
        let folded = fold(spelling);
        match table.names.get(&folded) {
            Some(owner) if *owner != name => {
                clashes.push(format!("{kind} `{spelling}` names both {owner} and {name}"))
            }
            _ => {
                table.names.insert(folded, name.clone());
            }
        }
    }
    if table.entries.insert(name.clone(), entry).is_some() {
        clashes.push(format!("{kind} {name} is said twice"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_in_a_file_is_an_error_with_its_place() {
        let error = Catalog::from_files([("catalog/x.toml", "[algorithm.X]\nwaht = \"\"\n")])
            .expect_err("must fail");
        assert!(error.to_string().contains("catalog/x.toml"), "{error}");
        assert!(error.to_string().contains("waht"), "{error}");
    }
}
