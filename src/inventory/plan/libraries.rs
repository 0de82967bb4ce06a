//! Libraries that have to be upgraded before anybody can use post-quantum algorithms through them.

use super::change::{Change, What};
use super::gather::{Group, Groups};
use super::{Given, List};
use crate::inventory::Band;
use crate::inventory::assess::aside;
use crate::inventory::planning::Years;
use crate::knowledge::catalog::Catalog;
use crate::model::Location;

/// How long the upgrade of a library takes (`docs/priorities.md`).
const UPGRADE: Years = Years::hundredths(100);

/// Adds an item for each library of which a version without post-quantum algorithms was seen, in a binary or as a package.
pub(super) fn add(groups: &mut Groups<'_>, given: Given<'_>) {
    let parts = given
        .binaries
        .iter()
        .filter(|component| !aside(component.binary.context));
    for component in parts {
        for part in &component.binary.parts {
            let at = &component.binary.path;
            if let Some(version) = &part.version
                && lacks(given.catalog, &part.name, version)
            {
                group(groups, &part.name, version).places.push(Location {
                    path: at.clone(),
                    line: 0,
                    column: 0,
                    span: (0..0).into(),
                })
            }
        }
    }
    for shipped in given.packages {
        if let Some(version) = &shipped.package.version
            && lacks(given.catalog, &shipped.package.name, version)
        {
            let group = group(groups, &shipped.package.name, version);
            group.assets.extend(shipped.assets.iter().cloned())
        }
    }
}

/// Whether a version is known to have no post-quantum algorithm.
fn lacks(catalog: &Catalog, library: &str, version: &str) -> bool {
    catalog
        .post_quantum(library, version)
        .is_some_and(|has| has.is_empty())
}

fn group<'g, 'a>(groups: &'g mut Groups<'a>, name: &str, version: &str) -> &'g mut Group<'a> {
    let change = Change {
        // Until it is known what waits for it.
        list: List::Unresolved,
        class: None,
        what: What::Library(name.to_owned()),
    };
    let group = groups.entry(change).or_insert_with(Group::new);
    group.band = Band::P3;
    group.effort = Some(UPGRADE);
    group.words.insert(version.to_owned());
    group
}

/// Whether a library of the rules is one of that name: by its package, or by its own name.
pub(super) fn is_of_rules(name: &str, rules: &str, given: Given<'_>) -> bool {
    let library = given.libraries.get(rules);
    let package = library.and_then(|library| library.package.as_deref());
    let own = |text: &str| {
        text.rsplit('/')
            .next()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    match (name, package) {
        // What has no package there comes with the toolchain.
        ("Go", None) => rules.starts_with("go/"),
        (_, package) => own(rules) || package.is_some_and(own),
    }
}
