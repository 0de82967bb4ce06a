//! Executables and libraries as components: what they are, what they depend on, and what they provide.
//!
//! A binary `dependsOn` the assets that it uses, the libraries of the scan that it needs and what was built into it; it `provides` the
//! assets that its code implements, whether anything uses them or not.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::{Component, Dependency, Hash, Property};
use super::{clean, distinct, package_ref};
use crate::inventory::Report;
use crate::inventory::binaries;
use crate::model::binary::{Part, Role};

/// Most libraries that a binary needs listed by name.
const MAX_NEEDED: usize = 200;

/// The reference of the component with a path.
pub(super) fn binary_ref(path: &str) -> String {
    format!("binary/{}", distinct(path, 1000))
}

/// Every binary, and every library that was built into one.
pub(super) fn components(report: &Report) -> Vec<Component> {
    let parts: BTreeMap<String, Component> = report
        .binaries
        .iter()
        .flat_map(|component| &component.binary.parts)
        .filter_map(|part| {
            let own = part_ref(part, report).strip_prefix("part/")?.to_owned();
            Some((own, part_component(part)))
        })
        .collect();
    let binaries = report.binaries.iter().map(binary_component);
    binaries.chain(parts.into_values()).collect()
}

fn binary_component(component: &binaries::Component) -> Component {
    let binary = &component.binary;
    // Two of one name in two folders are two.
    let (folder, file) = match binary.path.rsplit_once('/') {
        Some((folder, file)) => (Some(folder), file),
        None => (None, &*binary.path),
    };
    let mut properties = Vec::new();
    let mut say = |name: &str, value: String| {
        properties.push(Property::new(format!("pqscan:binary:{name}"), value))
    };
    say("format", binary.format.to_owned());
    say("role", binary.role.name().to_owned());
    for architecture in &binary.architectures {
        say("architecture", (*architecture).to_owned())
    }
    if let Some(name) = &binary.name {
        say("name", clean(name, 300))
    }
    if let Some(id) = &binary.build_id {
        say("buildId", clean(id, 200))
    }
    say("context", binary.context.name().to_owned());
    for needed in binary.needs.iter().take(MAX_NEEDED) {
        say("needs", clean(needed, 300))
    }
    if !component.through.is_empty() {
        let chain: Vec<String> = component
            .through
            .iter()
            .map(|path| clean(path, 500))
            .collect();
        say("through", chain.join(" > "));
    }
    for (part, could) in binary.parts.iter().zip(&component.could) {
        let version = part.version.as_deref().unwrap_or("of unknown version");
        let place = match part.at {
            0 => String::new(),
            at => format!(" at byte {at}"),
        };
        let could = match could.as_deref() {
            None => String::new(),
            Some([]) => "; no post-quantum algorithm".to_owned(),
            Some(algorithms) => format!("; has {}", algorithms.join(", ")),
        };
        let told = format!("{} {version} ({}{place}){could}", part.name, part.told_by);
        say("part", clean(&told, 500))
    }
    Component {
        kind: match binary.role {
            Role::Program => "application",
            Role::Library | Role::KernelModule => "library",
            Role::Object | Role::Blob => "file",
        },
        bom_ref: binary_ref(&binary.path),
        group: folder.map(|folder| distinct(folder, 1000)),
        name: distinct(file, 300),
        version: binary.version.as_deref().map(|text| clean(text, 200)),
        hashes: binary
            .sha256
            .map(|digest| Hash {
                alg: "SHA-256",
                content: digest.to_string(),
            })
            .into_iter()
            .collect(),
        properties,
        ..Component::default()
    }
}

fn part_component(part: &Part) -> Component {
    Component {
        kind: "library",
        bom_ref: own_ref(part),
        name: distinct(&part.name, 300),
        version: part.version.as_deref().map(|text| distinct(text, 200)),
        purl: part.purl.as_deref().map(|purl| clean(purl, 500)),
        ..Component::default()
    }
}

fn own_ref(part: &Part) -> String {
    let version = part.version.as_deref().unwrap_or_default();
    format!(
        "part/{}",
        distinct(&format!("{}@{version}", part.name), 600)
    )
}

/// A part is the package that is a component already, or one of its own.
fn part_ref(part: &Part, report: &Report) -> String {
    let package = part.purl.as_deref().and_then(|purl| {
        // They are sorted by id.
        let at = report
            .packages
            .binary_search_by(|shipped| shipped.id.as_str().cmp(purl));
        report.packages.get(at.ok()?)
    });
    package.map_or_else(|| own_ref(part), |shipped| package_ref(&shipped.id))
}

/// What each binary depends on and provides.
pub(super) fn dependencies(report: &Report) -> Vec<Dependency> {
    let mut dependencies = Vec::new();
    let mut parts: BTreeSet<String> = BTreeSet::new();
    for component in &report.binaries {
        let mut depends_on: Vec<String> = component.uses.iter().map(|id| id.to_string()).collect();
        depends_on.extend(component.needs.iter().map(|path| binary_ref(path)));
        for part in &component.binary.parts {
            let reference = part_ref(part, report);
            if reference.starts_with("part/") {
                parts.insert(reference.clone());
            }
            depends_on.push(reference);
        }
        let own = binary_ref(&component.binary.path);
        depends_on.retain(|reference| *reference != own);
        depends_on.sort();
        depends_on.dedup();
        dependencies.push(Dependency {
            reference: own,
            depends_on,
            provides: component.provides.iter().map(|id| id.to_string()).collect(),
        });
    }
    dependencies.extend(parts.into_iter().map(|reference| Dependency {
        reference,
        depends_on: Vec::new(),
        provides: Vec::new(),
    }));
    dependencies
}
