//! What an asset is judged to be by its algorithm: broken by a quantum computer, weak already, ready, sound, or not known.

use super::{Judgements, View, broken, weak};
use crate::inventory::{Band, Class, Judgement};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive, Quantum};
use crate::model::{Asset, AssetKind, Facet, FindingClass, Operation, Scalar, Value};

/// Each algorithm that the asset may be, judged; the most urgent stands for it.
pub(super) fn worst(view: View<'_>) -> Judgements {
    let Some(value) = view.asset.facets.get(&Facet::Algorithm) else {
        return without_algorithm(view);
    };
    let judged = possible_algorithms(view.asset, view.catalog).map(|a| judge(a, view));
    worst_of(judged).unwrap_or_else(|| Judgements::quantum(unresolved(view.asset, value)))
}

fn worst_of(judged: impl Iterator<Item = Judgements>) -> Option<Judgements> {
    judged.reduce(|one, other| {
        let worse = |one: Judgement, other: Judgement| {
            if (other.band, other.class) < (one.band, one.class) {
                other
            } else {
                one
            }
        };
        Judgements {
            quantum: worse(one.quantum, other.quantum),
            weak: one
                .weak
                .into_iter()
                .chain(other.weak)
                .reduce(worse)
                .into_iter()
                .collect(),
            lifetime: None,
        }
    })
}

/// Every algorithm that the asset may be.
pub(super) fn possible_algorithms<'a>(
    asset: &'a Asset,
    catalog: &'a Catalog,
) -> impl Iterator<Item = &'a Algorithm> {
    facet_names(asset, Facet::Algorithm).filter_map(|name| catalog.algorithm(name))
}

/// A mention of a digest, a group or a curve by itself.
fn without_algorithm(view: View<'_>) -> Judgements {
    let catalog = view.catalog;
    let named = |facet| view.asset.facets.get(&facet).into_iter().flat_map(names);
    let digests = named(Facet::Digest).filter_map(|name| catalog.digest(name));
    let groups =
        named(Facet::Group).filter_map(|name| catalog.algorithm(&catalog.group(name)?.algorithm));
    let curves = named(Facet::Curve).filter_map(|_| catalog.algorithm("EC"));
    let judged = digests.chain(groups).chain(curves).map(|a| judge(a, view));
    worst_of(judged)
        .unwrap_or_else(|| Judgements::quantum(unresolved(view.asset, &Value::default())))
}

fn judge(algorithm: &Algorithm, view: View<'_>) -> Judgements {
    Judgements {
        quantum: quantum(algorithm, view),
        weak: weak::weakness(algorithm, view.asset, view.catalog)
            .into_iter()
            .collect(),
        lifetime: None,
    }
}

/// What a quantum computer means for it.
fn quantum(algorithm: &Algorithm, view: View<'_>) -> Judgement {
    match algorithm.quantum {
        Quantum::Shor => broken::judge(algorithm, view),
        Quantum::PostQuantum | Quantum::Hybrid => post_quantum(algorithm),
        Quantum::Fine => Judgement::new(
            Class::Fine,
            Band::P4,
            FindingClass::NotAffected,
            fine(algorithm),
        ),
        Quantum::Unknown => composed(algorithm, view),
    }
}

/// HPKE and the like: judged by the curve or group that the code names, otherwise not settled.
fn composed(algorithm: &Algorithm, view: View<'_>) -> Judgement {
    if facet_names(view.asset, Facet::Curve).next().is_some() {
        return broken::judge(algorithm, view);
    }
    let catalog = view.catalog;
    let of_group = facet_names(view.asset, Facet::Group)
        .find_map(|name| catalog.algorithm(&catalog.group(name)?.algorithm));
    match of_group.map(|found| (found, found.quantum)) {
        Some((_, Quantum::Shor)) => broken::judge(algorithm, view),
        Some((found, Quantum::PostQuantum | Quantum::Hybrid)) => post_quantum(found),
        _ => Judgement::new(
            Class::Unresolved,
            Band::P2,
            FindingClass::UnresolvedAlgorithm,
            format!("{}; the code does not show which.", algorithm.what),
        )
        .replaced_by(replacement(algorithm)),
    }
}

fn fine(algorithm: &Algorithm) -> String {
    match algorithm.primitive {
        Primitive::Hash | Primitive::Xof => {
            "No quantum computer known of breaks it: finding collisions stays out of reach."
                .to_owned()
        }
        _ => {
            "No quantum computer known of breaks it: searching its keys gets easier on paper only."
                .to_owned()
        }
    }
}

fn post_quantum(algorithm: &Algorithm) -> Judgement {
    if algorithm.replacement.is_empty() {
        let reason = match algorithm.quantum {
            Quantum::Hybrid => "Holds while either of its parts does, and one is post-quantum.",
            _ => "Made to withstand quantum computers.",
        };
        return Judgement::new(
            Class::PostQuantum,
            Band::P4,
            FindingClass::PostQuantum,
            reason,
        );
    }
    let reason = format!(
        "{}. It withstands quantum computers as far as anybody knows, and is not the standard.",
        algorithm.what
    );
    Judgement::new(
        Class::PostQuantum,
        Band::P3,
        FindingClass::PreStandardPostQuantum,
        reason,
    )
    .replaced_by(replacement(algorithm))
}

fn unresolved(asset: &Asset, value: &Value) -> Judgement {
    let public_key = asset.kind == AssetKind::Certificate
        || asset.operations.iter().any(|operation| {
            matches!(
                operation,
                Operation::Sign
                    | Operation::Verify
                    | Operation::Agree
                    | Operation::Encapsulate
                    | Operation::Decapsulate
            )
        });
    let why = value
        .why
        .as_ref()
        .map(|why| reason_in_words(why.kind, &why.detail))
        .unwrap_or_default();
    Judgement::new(
        Class::Unresolved,
        if public_key { Band::P2 } else { Band::P3 },
        FindingClass::UnresolvedAlgorithm,
        format!("Which algorithm this is does not stand in the code{why}; somebody must look."),
    )
}

fn reason_in_words(kind: &str, detail: &str) -> String {
    match kind {
        "parameter" => format!(": it comes through the parameter `{detail}`"),
        "env" => format!(": it comes from the environment variable `{detail}`"),
        "config" => format!(": it comes from the configuration `{detail}`"),
        "call" => format!(": it comes from a call of `{detail}`"),
        "field" => format!(": it comes from the field `{detail}`"),
        "name" => format!(": nothing in the file says what `{detail}` is"),
        "binary" => format!(": machine code gives it to `{detail}`"),
        "oid" => format!(": the catalogue does not know the OID {detail}"),
        "unrecognised" => format!(": the catalogue does not know `{detail}`"),
        _ => String::new(),
    }
}

pub(super) fn replacement(algorithm: &Algorithm) -> Vec<String> {
    algorithm.replacement.clone()
}

pub(super) fn facet_names(asset: &Asset, facet: Facet) -> impl Iterator<Item = &str> {
    asset.facets.get(&facet).into_iter().flat_map(names)
}

/// Every name among a value's alternatives, those in lists included.
fn names(value: &Value) -> impl Iterator<Item = &str> {
    value.scalars.keys().flat_map(|scalar| match scalar {
        Scalar::Name(name) => std::slice::from_ref(name).iter().map(String::as_str),
        Scalar::List(names) => names.iter().map(String::as_str),
        Scalar::Number(_) => <&[String]>::default().iter().map(String::as_str),
    })
}

pub(super) fn numbers(value: &Value) -> impl Iterator<Item = u64> {
    value.scalars.keys().filter_map(|scalar| match scalar {
        Scalar::Number(number) => Some(*number),
        Scalar::Name(_) | Scalar::List(_) => None,
    })
}
