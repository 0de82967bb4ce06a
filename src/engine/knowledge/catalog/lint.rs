//! What `rules lint` asks of the catalogue: every name leads to one thing, every link leads somewhere, every fact has a source.

use std::cmp::Ordering;

use super::libraries::{Has, Library, package_key};
use super::version::compare;
use super::{Algorithm, Capability, Catalog, Quantum};
use crate::knowledge::embedded::RULE_FILES;

/// What is wrong with the catalogue; nothing, if all is well.
pub fn lint(catalog: &Catalog) -> Vec<String> {
    let mut faults = catalog.clashes.clone();
    for algorithm in catalog.algorithms() {
        lint_algorithm(algorithm, catalog, &mut |fault| {
            faults.push(format!("algorithm {}: {fault}", algorithm.name))
        });
    }
    for curve in catalog.curves() {
        if curve.source.is_empty() {
            faults.push(format!("curve {}: no source", curve.name))
        }
        if curve
            .key
            .as_deref()
            .is_some_and(|key| catalog.algorithm(key).is_none())
        {
            faults.push(format!(
                "curve {}: its key algorithm does not exist",
                curve.name
            ));
        }
    }
    for library in catalog.libraries() {
        lint_library(library, catalog, &mut |fault| {
            faults.push(format!("library {}: {fault}", library.name))
        });
    }
    for group in catalog.groups() {
        if group.source.is_empty() {
            faults.push(format!("group {}: no source", group.name))
        }
        if catalog
            .algorithm(&group.algorithm)
            .is_none_or(|a| a.name != group.algorithm)
        {
            faults.push(format!(
                "group {}: no algorithm is called `{}`",
                group.name, group.algorithm
            ));
        }
        if group
            .curve
            .as_deref()
            .is_some_and(|curve| catalog.curve(curve).is_none_or(|c| c.name != curve))
        {
            faults.push(format!("group {}: its curve does not exist", group.name));
        }
    }
    faults
}

fn lint_algorithm(algorithm: &Algorithm, catalog: &Catalog, fault: &mut dyn FnMut(String)) {
    if algorithm.source.is_empty() {
        fault("no source".to_owned())
    }
    if algorithm.what.is_empty() || algorithm.what.ends_with('.') {
        fault("`what` is one sentence without a full stop".to_owned())
    }
    let links = algorithm
        .specialises
        .iter()
        .chain(&algorithm.parts)
        .chain(&algorithm.replacement)
        .chain(&algorithm.uses);
    for name in links {
        if catalog
            .algorithm(name)
            .is_none_or(|other| other.name != *name)
        {
            fault(format!("no algorithm is called `{name}`"))
        }
    }
    for name in &algorithm.replacement {
        if catalog
            .algorithm(name)
            .is_some_and(|other| other.quantum == Quantum::Shor || other.weak.is_some())
        {
            fault(format!("`{name}` is no better"));
        }
    }
    if algorithm.quantum == Quantum::Hybrid && algorithm.parts.len() != 2 {
        fault("a hybrid has two parts".to_owned())
    }
    if algorithm.quantum == Quantum::Shor
        && (algorithm.level.is_some() || !algorithm.levels.is_empty())
    {
        fault("what Shor's algorithm breaks has no level".to_owned());
    }
    if algorithm
        .level
        .into_iter()
        .chain(algorithm.levels.values().copied())
        .any(|level| level > 5)
    {
        fault("NIST has five categories".to_owned());
    }
    if algorithm
        .curve
        .as_deref()
        .is_some_and(|curve| catalog.curve(curve).is_none_or(|c| c.name != curve))
    {
        fault("its curve does not exist".to_owned());
    }
    for (facet, value) in algorithm
        .implies
        .iter()
        .chain(algorithm.oids.iter().flat_map(|oid| &oid.facets))
    {
        if !facet.is_number() && catalog.canonical(*facet, value).as_ref() != Some(value) {
            fault(format!("{} has no `{value}`", facet.name()));
        }
    }
    for oid in &algorithm.oids {
        if !oid.oid.split('.').all(|arc| arc.parse::<u64>().is_ok()) {
            fault(format!("`{}` is no OID", oid.oid))
        }
    }
}

fn lint_library(library: &Library, catalog: &Catalog, fault: &mut dyn FnMut(String)) {
    let says = !library.lacks.is_empty() || library.rests_on.is_some();
    if says && library.source.is_empty() {
        fault("no source".to_owned())
    }
    if !says && library.has.is_empty() {
        fault("it says nothing".to_owned())
    }
    for lacked in &library.lacks {
        if library
            .has
            .iter()
            .any(|has| has.capability.contains(lacked))
        {
            fault("it lacks what it has".to_owned())
        }
    }
    for has in &library.has {
        lint_step(has, catalog, &mut |what| {
            fault(format!("from {}: {what}", has.since))
        });
    }
    for pair in library.has.windows(2) {
        if compare(&pair[0].since, &pair[1].since) == Some(Ordering::Greater) {
            fault(format!("{} stands before {}", pair[0].since, pair[1].since))
        }
    }
    for id in &library.rules {
        let is_there = |(path, _): &(&str, &str)| path.strip_suffix(".toml") == Some(id);
        if !RULE_FILES.iter().any(is_there) {
            fault(format!("there are no rules `{id}`"))
        }
    }
    for purl in &library.packages {
        if package_key(purl).is_none() || purl.contains(['@', '?', '#']) {
            fault(format!("`{purl}` is no package URL without version"))
        }
    }
    for name in library.instead.iter().chain(&library.rests_on) {
        if catalog
            .library(name)
            .is_none_or(|other| other.name != *name || other.name == library.name)
        {
            fault(format!("no other library is called `{name}`"))
        }
    }
}

fn lint_step(has: &Has, catalog: &Catalog, fault: &mut dyn FnMut(String)) {
    if has.source.is_empty() {
        fault("no source".to_owned())
    }
    if has.capability.is_empty() {
        fault("no capability".to_owned())
    }
    let starts = has.covers(&has.since);
    if starts != Some(true) {
        fault("the version is none of numbers, or not before `until`".to_owned())
    }
    let exchange = |capability: &Capability| {
        matches!(
            capability,
            Capability::TlsHybrid
                | Capability::TlsHybridDefault
                | Capability::SshHybrid
                | Capability::SshHybridDefault
        )
    };
    if has.capability.iter().any(exchange) == has.exchanges.is_empty() {
        fault("`exchanges` are those of TLS and SSH".to_owned())
    }
    if has.capability.iter().any(|c| !exchange(c)) == has.algorithms.is_empty() {
        fault("`algorithms` are those of all but TLS and SSH".to_owned())
    }
    let wants = |signs: bool| {
        has.capability.iter().any(|capability| match capability {
            Capability::Kem => !signs,
            Capability::Signature | Capability::Verify => signs,
            other => !exchange(other),
        })
    };
    for name in &has.algorithms {
        match catalog.algorithm(name) {
            Some(found) if found.name == *name => {
                if !wants(catalog.signs(name)) {
                    fault(format!("`{name}` fits no capability"))
                }
            }
            _ => fault(format!("no algorithm is called `{name}`")),
        }
    }
    for name in &has.exchanges {
        let group = catalog.group(name).map(|group| &group.name);
        let method = catalog.algorithm(name).map(|method| &method.name);
        if group != Some(name) && method != Some(name) {
            fault(format!("no group and no key exchange is called `{name}`"))
        }
    }
    let is_day = |text: &str| {
        let parts: Vec<&str> = text.split('-').collect();
        (2..=3).contains(&parts.len())
            && parts[0].len() == 4
            && parts[1..].iter().all(|part| part.len() == 2)
            && parts
                .iter()
                .all(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    if has.released.as_deref().is_some_and(|text| !is_day(text)) {
        fault("`released` is a day or a month: 2025-04-08".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_has_no_faults() {
        let faults = lint(&Catalog::embedded().expect("the embedded catalogue loads"));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn what_a_table_of_libraries_gets_wrong_is_told() {
        let text = r#"
[algorithm.ML-KEM]
what      = "A KEM"
primitive = "kem"
based_on  = "lattice"
quantum   = "post-quantum"
source    = ["FIPS 203"]

[library.One]
looked_at = "2.0"
rules     = ["python/nobody"]
packages  = ["pkg:pypi/one@1.0", "one"]
instead   = ["Nobody"]
rests_on  = "One"

[[library.One.has]]
since      = "2.0"
until      = "1.0"
released   = "April"
capability = ["signature", "tls-hybrid"]
algorithms = ["ML-KEM", "Nothing"]
source     = []

[[library.One.has]]
since      = "1.9"
capability = []
exchanges  = ["none"]
source     = ["x"]

[library.Two]
looked_at = "1"
lacks     = ["kem"]
packages  = ["pkg:pypi/two"]

[library.Four]
looked_at = "1"

[library.Three]
looked_at = "1"
packages  = ["pkg:pypi/Two"]
source    = ["x"]
"#;
        let catalog = Catalog::from_files([("catalog/x.toml", text)]).expect("the shape is right");
        let faults = lint(&catalog).join("\n");
        for part in [
            "there are no rules `python/nobody`",
            "`pkg:pypi/one@1.0` is no package URL",
            "`one` is no package URL",
            "no other library is called `Nobody`",
            "no other library is called `One`",
            "library One: no source",
            "from 2.0: no source",
            "from 2.0: the version is none of numbers, or not before `until`",
            "from 2.0: `released`",
            "from 2.0: `exchanges`",
            "from 2.0: `ML-KEM` fits no capability",
            "from 2.0: no algorithm is called `Nothing`",
            "2.0 stands before 1.9",
            "from 1.9: no capability",
            "no group and no key exchange is called `none`",
            "library Two: no source",
            "library Four: it says nothing",
            "is of",
        ] {
            assert!(faults.contains(part), "{part} in:\n{faults}");
        }
    }
}
