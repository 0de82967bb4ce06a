//! By what rows are filtered and counted: what an asset is, in which languages, libraries, folders and contexts, and whose it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::sheet::{Sheet, clean, named};
use crate::detect::source::language_of;
use crate::inventory::{Assessment, InventoryAsset, Occurrence};
use crate::model::object::{Half, Opened};
use crate::model::{Facet, Object, Scalar, Technique};
use crate::output::band_name;

/// A way to tell assets apart.
pub(super) struct Kind {
    /// The word in links.
    pub(super) key: &'static str,
    /// What the page calls it.
    pub(super) label: &'static str,
    /// Whether the bar of filters has it; the others are reached by links.
    pub(super) is_offered: bool,
}

const fn kind(key: &'static str, label: &'static str, is_offered: bool) -> Kind {
    Kind {
        key,
        label,
        is_offered,
    }
}

/// Those of assets, in the order of [`Facts::values`].
pub(super) const KINDS: [Kind; 10] = [
    kind("kind", "Kind", true),
    kind("language", "Language", true),
    kind("library", "Library", true),
    kind("context", "Context", true),
    kind("owner", "Owner", true),
    kind("algorithm", "Algorithm", false),
    kind("size", "Key", false),
    kind("folder", "Folder", false),
    kind("state", "State", false),
    // An asset on two lists counts once in totals, by this.
    kind("urgency", "Most urgent priority", false),
];

/// What an asset is, by each of [`KINDS`].
pub(super) struct Facts {
    pub(super) values: [BTreeSet<String>; KINDS.len()],
}

/// The facts of each asset, on the page or not, by its number.
pub(super) fn facts(sheet: &Sheet<'_>) -> BTreeMap<usize, Facts> {
    let lead = lead(sheet);
    let mut owners: HashMap<&str, Vec<String>> = HashMap::new();
    let assets = sheet.assets();
    assets
        .map(|(number, asset, assessment)| {
            let mut languages = BTreeSet::new();
            let mut libraries = BTreeSet::new();
            let mut contexts = BTreeSet::new();
            let mut own = BTreeSet::new();
            let mut folders = BTreeSet::new();
            for place in &asset.occurrences {
                languages.insert(language(place).to_owned());
                if !place.library.is_empty() {
                    libraries.insert(clean(&place.library));
                }
                contexts.insert(place.context.name().to_owned());
                let path = &*place.location.path;
                let of_path = owners.entry(path).or_insert_with(|| {
                    let owners = sheet.report.planning.owners(path).iter();
                    owners.map(|owner| clean(owner)).collect()
                });
                own.extend(of_path.iter().cloned());
                folders.insert(folder(path, lead));
            }
            let values = [
                BTreeSet::from([asset.asset.kind.name().to_owned()]),
                languages,
                libraries,
                contexts,
                own,
                BTreeSet::from([algorithm(asset)]),
                BTreeSet::from_iter(size(asset)),
                folders,
                states(asset, assessment),
                BTreeSet::from([band_name(assessment.band()).to_owned()]),
            ];
            (number, Facts { values })
        })
        .collect()
}

/// The programming language of a place, in the words that say what was parsed; where it has none, what the place is.
fn language(place: &Occurrence) -> &str {
    let name = place.location.path.rsplit(['/', '#']).next();
    let extension = name.and_then(|name| name.rsplit_once('.'));
    let extension = extension.map(|(_, extension)| extension.to_ascii_lowercase());
    let parsed = extension.and_then(|extension| language_of(&extension));
    match (place.library.split_once('/'), place.technique) {
        (_, Technique::Encoding) => "no language: certificates, keys and such",
        (Some((folder, _)), _) => match parsed {
            Some(language) => language.name(),
            None => match folder {
                "c" => "C",
                "csharp" => "C#",
                "go" => "Go",
                "java" => "Java",
                "javascript" => "JavaScript",
                "python" => "Python",
                "rust" => "Rust",
                other => other,
            },
        },
        (None, Technique::SourceCode) => parsed.map_or("other source", |language| language.name()),
        (None, _) => "no language: binaries",
    }
}

/// What an asset is made of, without its parameters.
fn algorithm(asset: &InventoryAsset) -> String {
    match asset.asset.made_of() {
        Some(name) => named(name),
        None => match asset.asset.facets.get(&Facet::Algorithm) {
            Some(_) => "not known".to_owned(),
            None => asset.asset.kind.name().to_owned(),
        },
    }
}

/// The key of a public-key algorithm: `RSA 2048`, `P-256`.
fn size(asset: &InventoryAsset) -> Option<String> {
    if asset.known.symmetric != Some(false) {
        return None;
    }
    let single = |facet| {
        asset
            .asset
            .facets
            .get(&facet)
            .and_then(|value| value.single())
    };
    let algorithm = asset.asset.algorithm()?;
    for facet in [Facet::Curve, Facet::Group] {
        if let Some(name) = single(facet) {
            return Some(named(&name.to_string()));
        }
    }
    Some(match single(Facet::KeyBits) {
        Some(Scalar::Number(bits)) => format!("{} {bits}", named(algorithm)),
        _ => match &asset.known.parameter_set {
            Some(set) if !algorithm.contains(set.as_str()) => named(&format!("{algorithm} {set}")),
            Some(_) => named(algorithm),
            // Where the strength is known, the algorithm has no other size.
            None if asset.known.classical_bits.is_some() => named(algorithm),
            None => format!("{}, size not known", named(algorithm)),
        },
    })
}

/// Where a certificate stands in time, how much of a key lies open, whether a keystore opened.
fn states(asset: &InventoryAsset, assessment: &Assessment) -> BTreeSet<String> {
    let mut states = BTreeSet::new();
    if let Some(lifetime) = &assessment.lifetime {
        states.extend(lifetime.state.map(str::to_owned));
        if !lifetime.outlives.is_empty() && lifetime.state != Some("expired") {
            states.insert("outlives its deadline".to_owned());
        }
    }
    match asset.asset.object.as_deref() {
        Some(Object::Key(key)) => {
            if key.halves.contains(&Half::Private) {
                states.insert("private, in the open".to_owned());
            }
            if key.halves.contains(&Half::EncryptedPrivate) {
                states.insert("private, encrypted".to_owned());
            }
        }
        Some(Object::Keystore(store)) if store.opened == Opened::Locked => {
            states.insert("locked".to_owned());
        }
        _ => {}
    }
    states
}

/// The folder that everything lies in, with its `/`; empty where there is no such.
fn lead<'a>(sheet: &Sheet<'a>) -> &'a str {
    let mut paths = sheet
        .assets()
        .flat_map(|(_, asset, _)| &asset.occurrences)
        .map(|place| &*place.location.path);
    let Some(mut lead) = paths.next().map(parent) else {
        return "";
    };
    for path in paths {
        while !path.starts_with(lead) {
            lead = parent(lead.trim_end_matches('/'));
        }
    }
    lead
}

fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// The folder below the lead that a path lies in.
fn folder(path: &str, lead: &str) -> String {
    let rest = path.strip_prefix(lead).unwrap_or(path);
    match rest.split_once('/') {
        Some((first, _)) => super::sheet::path(&format!("{lead}{first}")),
        None => match lead {
            "" => "(top)".to_owned(),
            lead => super::sheet::path(lead.trim_end_matches('/')),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_the_first_below_what_holds_everything() {
        assert_eq!(parent("a/b/c.rs"), "a/b/");
        assert_eq!(parent("c.rs"), "");
        assert_eq!(folder("a/b/x/c.rs", "a/b/"), "a/b/x");
        assert_eq!(folder("a/b/c.rs", "a/b/"), "a/b");
        assert_eq!(folder("c.rs", ""), "(top)");
    }
}
