//! What each chosen policy says of an asset: what it ends and when, what it does not allow, what it wants instead.
//!
//! Never whether somebody complies: whom a policy addresses stands in no file.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::View;
use super::algorithm::possible_algorithms;
use super::broken::least_bits;
use crate::inventory::{Assessment, Band, Class, Judgement, Verdict};
use crate::knowledge::catalog::{Algorithm, Primitive, Quantum};
use crate::knowledge::policy::{Ends, Listed, Permit, Policy};
use crate::model::migration::{Criticality, Purpose, Track};
use crate::model::{Facet, FindingClass, Scalar};

/// Of every chosen policy that says something.
pub(super) fn verdicts(view: View<'_>, assessment: &Assessment) -> Vec<Verdict> {
    let policies = view.planning.policies.iter();
    let verdicts = policies.map(|policy| verdict(policy, view, assessment));
    verdicts
        .filter(|v| v.objects() || v.if_critical.is_some())
        .collect()
}

fn verdict(policy: &Policy, view: View<'_>, assessment: &Assessment) -> Verdict {
    let broken = assessment.judgements().iter().find(|j| is_broken(j));
    let mut verdict = Verdict {
        policy: policy.id.as_str().into(),
        cited: policy.cited().into(),
        binding: policy.binding,
        ends: Vec::new(),
        if_critical: None,
        not_allowed: Vec::new(),
        targets: Vec::new(),
        note: None,
    };
    match broken.and_then(|judged| Some((judged.class, judged.score.as_deref()?))) {
        Some((class, score)) => {
            let (track, purpose) = (score.track, score.purpose.value);
            let speaks = view
                .asset
                .algorithm()
                .is_none_or(|name| policy.speaks_of(name, view.catalog));
            if speaks {
                verdict.ends = ends(policy, track, purpose, view);
                verdict.if_critical = if_critical(policy, track, purpose, view, &verdict.ends);
            }
            // What is of unseen use may keep secrets: a target for signatures would be a guess.
            let target = policy.target(purpose);
            if let Some(target) = target.filter(|_| class != Class::QuantumBroken) {
                verdict.targets = target.names.clone();
                verdict.note = target.note.clone();
            }
        }
        None if assessment
            .judgements()
            .iter()
            .any(|j| j.class == Class::Provided) => {}
        None => {
            let (not_allowed, until) = missing(policy, view);
            verdict.not_allowed = not_allowed;
            verdict.ends = until
                .map(|day| (Ends::Disallowed, day))
                .into_iter()
                .collect();
        }
    }
    verdict
}

/// The judgement where a policy does not allow what no quantum computer breaks.
pub(super) fn not_allowed(assessment: &Assessment) -> Option<Judgement> {
    let is_old = |j: &Judgement| j.finding_class == FindingClass::PreStandardPostQuantum;
    if assessment.judgements().iter().any(is_old) {
        // That is why it is in no list.
        return None;
    }
    let objections: Vec<String> = assessment
        .verdicts
        .iter()
        .filter(|verdict| !verdict.not_allowed.is_empty())
        .map(|v| format!("{} does not list {}", v.cited, v.not_allowed.join(", ")))
        .collect();
    (!objections.is_empty()).then(|| {
        Judgement::new(
            Class::NotAllowed,
            Band::P3,
            FindingClass::NotAllowedByPolicy,
            format!(
                "{}. No quantum computer known of breaks it.",
                objections.join("; ")
            ),
        )
    })
}

fn is_broken(judged: &Judgement) -> bool {
    matches!(
        judged.class,
        Class::KeyEstablishment | Class::Signature | Class::QuantumBroken
    )
}

fn strength(view: View<'_>) -> Option<u32> {
    possible_algorithms(view.asset, view.catalog)
        .filter_map(|algorithm| least_bits(algorithm, view.asset, view.catalog))
        .min()
}

fn ends(policy: &Policy, track: Track, purpose: Purpose, view: View<'_>) -> Vec<(Ends, Date)> {
    let bits = strength(view);
    let mut ends: Vec<(Ends, Date)> = [Ends::Deprecated, Ends::Disallowed]
        .into_iter()
        .filter_map(|end| {
            let deadline = policy.deadline(end, track, purpose, bits, view.said.criticality)?;
            Some((end, deadline.last_day))
        })
        .collect();
    ends.sort_by_key(|(_, day)| *day);
    ends
}

/// Where nobody said how critical the system is: what would hold of a critical one.
fn if_critical(
    policy: &Policy,
    track: Track,
    purpose: Purpose,
    view: View<'_>,
    ends: &[(Ends, Date)],
) -> Option<(Criticality, Date)> {
    if view.said.criticality.is_some() {
        return None;
    }
    let high = Criticality::High;
    let deadline = policy.deadline(Ends::Disallowed, track, purpose, strength(view), Some(high))?;
    let plain = ends.iter().find(|(end, _)| *end == Ends::Disallowed);
    let is_earlier = plain.is_none_or(|(_, day)| deadline.last_day < *day);
    is_earlier.then_some((high, deadline.last_day))
}

/// What of an asset that no quantum computer breaks is not in the policy's lists, and until when the rest stays in them, where that ends.
fn missing(policy: &Policy, view: View<'_>) -> (Vec<String>, Option<Date>) {
    let purpose = view.said.purpose.or(view.observed.purpose);
    let names = possible_algorithms(view.asset, view.catalog)
        .flat_map(|algorithm| listed_names(algorithm, policy, view));
    let mut missing = BTreeSet::new();
    let mut until: Option<Date> = None;
    for (list, name) in names {
        match policy.permits(list, &name, purpose, view.catalog) {
            Permit::Allowed | Permit::Unsaid => {}
            Permit::Until(day) if day >= view.planning.today => {
                until = Some(until.map_or(day, |earlier| earlier.min(day)));
            }
            Permit::Until(_) | Permit::No => {
                missing.insert(name);
            }
        }
    }
    (missing.into_iter().collect(), until)
}

/// The names by which an algorithm would stand in a policy's lists.
fn listed_names(algorithm: &Algorithm, policy: &Policy, view: View<'_>) -> Vec<(Listed, String)> {
    let itself = |list| vec![(list, algorithm.name.clone())];
    match algorithm.primitive {
        Primitive::Kem if algorithm.quantum == Quantum::PostQuantum => itself(Listed::Kem),
        Primitive::Signature if algorithm.quantum == Quantum::PostQuantum => {
            itself(Listed::Signature)
        }
        Primitive::Hash | Primitive::Xof => itself(Listed::Hash),
        Primitive::BlockCipher | Primitive::StreamCipher | Primitive::Ae => {
            let sizes = view.asset.facets.get(&Facet::KeyBits);
            let sizes = sizes.into_iter().flat_map(|value| value.scalars.keys());
            let named = sizes.filter_map(|size| match size {
                Scalar::Number(bits) => {
                    Some((Listed::Cipher, format!("{}-{bits}", algorithm.name)))
                }
                Scalar::Name(_) | Scalar::List(_) => None,
            });
            let mut named: Vec<_> = named.collect();
            let some_size = format!("{}-", algorithm.name);
            let is_open = |listed: &String| listed.starts_with(&some_size);
            // Of unknown size, where no size of it is in the list.
            if named.is_empty() && !policy.allowed.cipher.iter().any(is_open) {
                named = itself(Listed::Cipher)
            }
            named
        }
        _ => Vec::new(),
    }
}
