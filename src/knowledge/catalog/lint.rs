//! What `rules lint` asks of the catalogue: every name leads to one thing, every link leads somewhere, every fact has a source.

use super::{Algorithm, Catalog, Quantum};

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
    for (name, library) in catalog.libraries() {
        if library.source.is_empty() {
            faults.push(format!("library {name}: no source"))
        }
        for algorithm in &library.algorithms {
            if catalog.algorithm(algorithm).is_none() {
                faults.push(format!("library {name}: {algorithm} does not exist"))
            }
        }
        if catalog.post_quantum(name, &library.since).is_none() {
            faults.push(format!("library {name}: its version is none of numbers"))
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_has_no_faults() {
        let faults = lint(&Catalog::embedded().expect("the embedded catalogue loads"));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
