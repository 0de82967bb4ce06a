//! How facets come together: what narrows, what is an alternative, what a default gives way to.

use crate::knowledge::Knowledge;
use crate::knowledge::rules::entry::Entry;
use crate::model::{Facet, Facets, Origin, Scalar, Value};

/// Of the versions in a list the lowest or the highest: their names sort as they follow each other, protocol by protocol.
pub(super) fn bound(facet: Facet, mut names: Vec<String>) -> Value {
    names.sort();
    let name = if facet == Facet::MinVersion {
        names.first()
    } else {
        names.last()
    };
    Value::name(name.cloned().unwrap_or_default(), Origin::Literal)
}

/// A digest given where an algorithm is asked for is the algorithm, and so on: the value's one name takes the role's place.
pub(super) fn rename(facets: &mut Facets, role: Facet) {
    if facets.contains_key(&role) {
        return;
    }
    let others: &[Facet] = match role {
        Facet::Algorithm | Facet::Mac | Facet::Kdf => &[Facet::Digest],
        Facet::Digest | Facet::MgfDigest => &[Facet::Digest, Facet::Algorithm],
        Facet::Group | Facet::Groups => &[Facet::Group, Facet::Curve, Facet::Algorithm],
        Facet::Kex => &[Facet::Group, Facet::Algorithm],
        Facet::HostKeys | Facet::SignatureSchemes | Facet::CipherSuites => &[Facet::Algorithm],
        Facet::MinVersion | Facet::MaxVersion => &[Facet::Protocol],
        _ => return,
    };
    if let Some(value) = others.iter().find_map(|from| facets.remove(from)) {
        facets.insert(role, value);
    }
}

/// Documented defaults for what the call leaves out. A default algorithm is one with its parameters: they hold together or not at all.
pub(super) fn with_defaults(facets: &mut Facets, entry: &Entry) {
    if entry.defaults.contains_key(&Facet::Algorithm) && facets.contains_key(&Facet::Algorithm) {
        return;
    }
    for (facet, value) in &entry.defaults {
        facets.get_or_insert_with(*facet, || value.clone());
    }
}

/// A second call that sets a known facet to something unknown: the first value is no longer all there is.
pub(super) fn open_by_unknown(known: &mut Facets, more: &Facets) {
    for (facet, value) in more.iter().filter(|(_, value)| value.is_unknown()) {
        if let Some(present) = known.get_mut(facet).filter(|p| !p.is_unknown()) {
            present.open = true;
            present.why.clone_from(&value.why);
        }
    }
}

/// Merges what is newly learnt into what is known.
pub(super) fn merge(known: &mut Facets, more: Facets, knowledge: &Knowledge) {
    for (facet, value) in more {
        let Some(present) = known.get_mut(&facet) else {
            known.insert(facet, value);
            continue;
        };
        let default =
            |v: &Value| !v.scalars.is_empty() && v.scalars.values().all(|o| *o == Origin::Default);
        if present.is_unknown() || (default(present) && !value.is_unknown() && !default(&value)) {
            if !value.is_unknown() || present.why.is_none() {
                *present = value
            }
            continue;
        }
        if value.is_unknown() || default(&value) {
            continue;
        }
        if narrows(facet, &value, present, knowledge) {
            *present = value;
        } else if !narrows(facet, present, &value, knowledge) {
            present.union(value);
        }
    }
}

/// Two calls that set one offer (`set_cipher_list` for TLS 1.2, `set_ciphersuites` for 1.3) add up: takes those lists out of
/// what is newly learnt.
pub(super) fn join_lists(known: &mut Facets, more: &mut Facets) {
    more.retain(|facet, value| {
        let present = known.get_mut(facet).filter(|_| facet.is_list());
        match present.and_then(|present| Some((joined(present, value)?, present))) {
            Some((both, present)) => {
                *present = both;
                false
            }
            None => true,
        }
    });
}

fn joined(first: &Value, second: &Value) -> Option<Value> {
    let list = |value: &Value| match value.scalars.iter().next() {
        Some((Scalar::List(names), origin)) if value.scalars.len() == 1 => {
            Some((names.clone(), *origin))
        }
        _ => None,
    };
    let ((mut names, origin), (more, other)) = (list(first)?, list(second)?);
    let known = names.clone();
    names.extend(more.into_iter().filter(|name| !known.contains(name)));
    let mut both = Value::known(Scalar::List(names), origin.max(other));
    both.open = first.open || second.open;
    both.why = first.why.clone().or_else(|| second.why.clone());
    Some(both)
}

/// Whether every alternative of one value is a case of the other: X25519 of XDH, TLS1.3 of TLS.
pub(super) fn narrows(facet: Facet, narrow: &Value, wide: &Value, knowledge: &Knowledge) -> bool {
    let Some(wide) = wide.single_name() else {
        return false;
    };
    let catalog = &knowledge.catalog;
    let case = |name: &str| match facet {
        Facet::Algorithm => catalog.specialises(name, wide),
        Facet::Protocol => catalog
            .protocol(name)
            .is_some_and(|p| p.of.as_deref() == Some(wide)),
        _ => false,
    };
    !narrow.scalars.is_empty()
        && narrow
            .scalars
            .keys()
            .all(|scalar| matches!(scalar, Scalar::Name(name) if case(name)))
}
