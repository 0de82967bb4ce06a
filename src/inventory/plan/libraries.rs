//! Libraries that have to be upgraded before anybody can use post-quantum algorithms through them.

use super::change::{Change, Decider, Task, What};
use super::gather::{Group, Groups};
use super::{Given, List};
use crate::inventory::Band;
use crate::inventory::assess::aside;
use crate::inventory::planning::Years;
use crate::knowledge::catalog::{Catalog, Library, Wanted};
use crate::model::Location;
use crate::model::migration::Purpose;

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

/// What the library of a change has of what the change needs, by version; nothing where the catalogue does not say.
pub(super) fn advice(change: &Change, group: &Group<'_>, given: Given<'_>) -> Vec<String> {
    let catalog = given.catalog;
    let said = |library: Option<&Library>, version: Option<&str>, wanted: Option<Wanted>| {
        Some(catalog.advice(library?, version, wanted?)?.sentence)
    };
    let mut sentences: Vec<String> = match &change.what {
        What::Code(code) => {
            let library = catalog.library_of_rules(&code.library);
            said(library, None, wanted(code.task)).into_iter().collect()
        }
        What::Question(Decider::Default(name)) => {
            let library = catalog
                .library_of_rules(name)
                .or_else(|| catalog.library_of_package(name));
            let wanted = group.purposes.iter().find_map(|p| exchange(*p));
            said(library, None, wanted).into_iter().collect()
        }
        What::Library(name) => {
            let library = catalog.library(name);
            let wanted = [
                Wanted::Kem,
                Wanted::Signature,
                Wanted::TlsHybrid,
                Wanted::SshHybrid,
            ];
            let versions = group.words.iter();
            versions
                .flat_map(|version| wanted.map(|wanted| said(library, Some(version), Some(wanted))))
                .flatten()
                .collect()
        }
        _ => Vec::new(),
    };
    sentences.dedup();
    sentences
}

/// What a library has to have for a change of code.
fn wanted(task: Task) -> Option<Wanted> {
    Some(match task {
        Task::Secret(Purpose::OpenPgp) | Task::Sign(Purpose::OpenPgp) => Wanted::Openpgp,
        Task::Verify(Purpose::OpenPgp) => Wanted::Openpgp,
        Task::Secret(purpose) => exchange(purpose).unwrap_or(Wanted::Kem),
        Task::Sign(purpose) | Task::Verify(purpose) => match purpose {
            Purpose::CertificationAuthority | Purpose::LeafCertificate => Wanted::X509,
            _ => Wanted::Signature,
        },
        Task::Named | Task::Unseen | Task::Weak => return None,
    })
}

/// The key exchange of a protocol.
fn exchange(purpose: Purpose) -> Option<Wanted> {
    Some(match purpose {
        Purpose::TlsKeyExchange | Purpose::OldTls => Wanted::TlsHybrid,
        Purpose::SshKeyExchange => Wanted::SshHybrid,
        Purpose::IkeKeyExchange => Wanted::Ike,
        _ => return None,
    })
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
