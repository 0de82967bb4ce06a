//! Mistakes in policies: dates that cannot be, names that nobody knows, targets that are no target, sentences in the wrong form.

use std::collections::BTreeSet;
use std::path::Path;

use super::{AllowedUntil, Binding, Deadline, Ends, Listed, Permit, Policy, Target};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive, Quantum};
use crate::knowledge::embedded::RULE_FILES;
use crate::model::migration::Purpose;

/// How the names of documents begin that are final: an algorithm or identifier without one of these among its sources is not standardised.
const FINAL: &[&str] = &["FIPS ", "SP 800-", "RFC ", "ISO/IEC "];
/// Signatures whose keys remember what they have signed.
const STATEFUL: &[&str] = &["LMS", "XMSS"];

/// What is wrong with a policy, each in a sentence.
pub fn lint(policy: &Policy, catalog: &Catalog) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut mistake = |text: String| mistakes.push(text);
    header(policy, &mut mistake);
    texts(policy, &mut mistake);
    for name in &policy.covers {
        if catalog.algorithm(name).is_none_or(|a| a.name != *name) {
            mistake(format!("covers: no algorithm is called `{name}`"))
        }
    }
    deadlines(policy, &mut mistake);
    allowed(policy, catalog, &mut mistake);
    targets(policy, catalog, &mut mistake);
    mistakes
}

/// Likewise, of a policy that stands in a file of its own.
pub fn lint_file(file: &str, policy: &Policy, catalog: &Catalog) -> Vec<String> {
    let mut mistakes = lint(policy, catalog);
    let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
    if stem != Some(&policy.id) {
        mistakes.push(format!("id: `{}` is not the file's name", policy.id))
    }
    mistakes
}

fn header(policy: &Policy, mistake: &mut dyn FnMut(String)) {
    if policy.schema != 1 {
        mistake(format!("schema: it is 1, not {}", policy.schema))
    }
    let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if policy.id.is_empty() || !policy.id.chars().all(is_kebab) {
        mistake("id: small letters, digits and `-`".to_owned())
    }
    if policy.source.is_empty() {
        mistake("source: at least one".to_owned())
    }
    for source in policy
        .source
        .iter()
        .chain(policy.targets.iter().map(|target| &target.source))
    {
        if !is_source(source) {
            mistake(format!(
                "source: `{source}` is neither an address nor a document with its number or date"
            ))
        }
    }
    if policy.last_verified < policy.date {
        mistake(format!(
            "last_verified: {} is before the document, {}",
            policy.last_verified, policy.date
        ))
    }
}

/// `https://…`, or what names a document: `RFC 9964`, `ISM-1995`, `FAQ of 2026-04-15`.
fn is_source(source: &str) -> bool {
    let address = source
        .strip_prefix("https://")
        .or_else(|| source.strip_prefix("http://"));
    // Drafts and registries have names, and neither numbers nor dates.
    let is_document = || {
        source.chars().any(|c| c.is_ascii_digit())
            || source.starts_with("draft-")
            || source.starts_with("IANA, ")
    };
    match address {
        Some(rest) => rest.contains('.') && !rest.contains(char::is_whitespace),
        None => is_document(),
    }
}

/// What people read fits into a sentence and does not end one.
fn texts(policy: &Policy, mistake: &mut dyn FnMut(String)) {
    let mut all: Vec<(&str, &str)> = vec![
        ("title", &policy.title),
        ("document", &policy.document),
        ("version", &policy.version),
        ("section", &policy.section),
        ("scope", &policy.scope),
        ("hybrids.words", &policy.hybrids.words),
    ];
    for deadline in &policy.deadlines {
        all.extend(deadline.case.iter().map(|case| ("case", case.as_str())));
        all.extend(deadline.section.iter().map(|s| ("section", s.as_str())));
    }
    for milestone in &policy.milestones {
        all.push(("words", &milestone.words));
        all.extend(milestone.section.iter().map(|s| ("section", s.as_str())));
    }
    for target in &policy.targets {
        all.extend(target.note.iter().map(|note| ("note", note.as_str())));
        all.push(("source", &target.source));
    }
    all.extend(policy.source.iter().map(|s| ("source", s.as_str())));
    for (key, text) in all {
        if text.trim().is_empty() {
            mistake(format!("{key}: it says nothing"))
        } else if text.ends_with('.') {
            mistake(format!("{key}: without a full stop: `{text}`"))
        }
        if text.chars().any(char::is_control) {
            mistake(format!("{key}: it holds a control character"))
        }
    }
}

fn deadlines(policy: &Policy, mistake: &mut dyn FnMut(String)) {
    if policy.deadlines.is_empty()
        && policy.milestones.is_empty()
        && policy.binding != Binding::Proposed
    {
        mistake("it has neither a deadline nor a milestone".to_owned())
    }
    for (index, deadline) in policy.deadlines.iter().enumerate() {
        let day = deadline.last_day;
        if deadline.concerns.is_empty() {
            mistake(format!("deadline {day}: it concerns nothing"))
        }
        if day <= policy.date {
            mistake(format!("deadline {day}: it is before the document"))
        }
        for other in &policy.deadlines[..index] {
            if of_the_same(deadline, other)
                && deadline.ends == other.ends
                && deadline.criticality == other.criticality
                && deadline.up_to_bits == other.up_to_bits
            {
                mistake(format!(
                    "deadline {day}: another of the same kind says {}",
                    other.last_day
                ))
            }
        }
        for other in policy.deadlines.iter().filter(|o| of_the_same(deadline, o)) {
            if deadline.ends == Ends::Deprecated
                && other.ends == Ends::Disallowed
                && holds_for_all_of(other, deadline)
                && other.last_day <= day
            {
                mistake(format!(
                    "deadline {day}: it is deprecated when it is disallowed already"
                ))
            }
            let is_stricter = deadline.criticality > other.criticality
                || (deadline.up_to_bits.is_some() && other.up_to_bits.is_none());
            if deadline.ends == other.ends
                && is_stricter
                && holds_for_all_of(other, deadline)
                && other.last_day <= day
            {
                mistake(format!(
                    "deadline {day}: the general one, {}, comes first, so that it never counts",
                    other.last_day
                ))
            }
        }
    }
    for pair in policy.milestones.windows(2) {
        if pair[0].day > pair[1].day {
            mistake(format!(
                "milestone {}: it comes after {}",
                pair[1].day, pair[0].day
            ))
        }
    }
}

fn of_the_same(one: &Deadline, other: &Deadline) -> bool {
    one.concerns.iter().any(|c| other.concerns.contains(c))
}

/// Whether the wide one holds wherever the narrow one does.
fn holds_for_all_of(wide: &Deadline, narrow: &Deadline) -> bool {
    wide.criticality <= narrow.criticality
        && wide
            .up_to_bits
            .is_none_or(|most| narrow.up_to_bits.is_some_and(|bits| bits <= most))
}

fn allowed(policy: &Policy, catalog: &Catalog, mistake: &mut dyn FnMut(String)) {
    for list in Listed::ALL {
        let name = list.name();
        for listed in policy.allowed.list(*list) {
            if !fits(*list, listed, catalog) {
                mistake(format!(
                    "allowed.{name}: the catalogue has no such algorithm `{listed}`"
                ))
            }
        }
        for AllowedUntil { last_day, what } in &policy.allowed_until {
            let until = what.list(*list);
            if !until.is_empty() && policy.allowed.list(*list).is_empty() {
                mistake(format!(
                    "allowed_until {last_day}: `allowed.{name}` is empty, so that all is allowed for good"
                ))
            }
            for listed in until {
                if !fits(*list, listed, catalog) {
                    mistake(format!(
                        "allowed_until {last_day}: the catalogue has no such algorithm `{listed}`"
                    ))
                }
                if policy.allowed.list(*list).contains(listed) {
                    mistake(format!(
                        "allowed_until {last_day}: `{listed}` is allowed for good"
                    ))
                }
            }
        }
    }
    for until in &policy.allowed_until {
        if until.last_day <= policy.date {
            mistake(format!(
                "allowed_until {}: it is before the document",
                until.last_day
            ))
        }
    }
}

fn fits(list: Listed, name: &str, catalog: &Catalog) -> bool {
    let exact = |name: &str| catalog.algorithm(name).filter(|a| a.name == name);
    let is_cipher = |a: &Algorithm| {
        matches!(
            a.primitive,
            Primitive::BlockCipher | Primitive::StreamCipher | Primitive::Ae
        )
    };
    match (list, exact(name)) {
        (Listed::Kem, Some(a)) => {
            matches!(
                a.primitive,
                Primitive::Kem | Primitive::Pke | Primitive::Combiner
            )
        }
        (Listed::Signature | Listed::Firmware, Some(a)) => {
            matches!(a.primitive, Primitive::Signature | Primitive::Combiner)
        }
        (Listed::Hash, Some(a)) => matches!(a.primitive, Primitive::Hash | Primitive::Xof),
        (Listed::Cipher, Some(a)) => is_cipher(a) && a.sizes.is_empty(),
        (Listed::Cipher, None) => name
            .rsplit_once('-')
            .and_then(|(name, size)| Some((exact(name)?, size.parse::<u64>().ok()?)))
            .is_some_and(|(a, size)| is_cipher(a) && a.sizes.contains(&size)),
        (_, None) => false,
    }
}

fn targets(policy: &Policy, catalog: &Catalog, mistake: &mut dyn FnMut(String)) {
    let mut seen = BTreeSet::new();
    for target in &policy.targets {
        if target.purposes.is_empty() {
            mistake("target: it is for nothing".to_owned())
        }
        for purpose in &target.purposes {
            if !seen.insert(*purpose) {
                mistake(format!("target {}: there are two", purpose.name()))
            }
            let mut here = |text: String| mistake(format!("target {}: {text}", purpose.name()));
            of_target(policy, *purpose, target, catalog, &mut here)
        }
    }
}

fn of_target(
    policy: &Policy,
    purpose: Purpose,
    target: &Target,
    catalog: &Catalog,
    mistake: &mut dyn FnMut(String),
) {
    if target.names.is_empty() && target.note.is_none() {
        mistake("it names nothing, and no note says why".to_owned())
    }
    for (index, name) in target.names.iter().enumerate() {
        if target.names[..index].contains(name) {
            mistake(format!("`{name}` stands there twice"))
        }
        let (algorithm, sources) = match resolved(name, catalog) {
            Ok(found) => found,
            Err(why) => {
                mistake(why);
                continue;
            }
        };
        if !matches!(algorithm.quantum, Quantum::PostQuantum | Quantum::Hybrid)
            || algorithm.weak.is_some()
        {
            mistake(format!("`{name}` does not withstand quantum computers"));
            continue;
        }
        let is_final = |source: &String| FINAL.iter().any(|begin| source.starts_with(begin));
        if !sources.iter().any(is_final) && !is_named(policy, algorithm, catalog) {
            mistake(format!(
                "`{name}` is no final standard, and `allowed` does not name it"
            ))
        }
        let is_stateful =
            |wide: &&str| algorithm.name == **wide || catalog.specialises(&algorithm.name, wide);
        if STATEFUL.iter().any(is_stateful)
            && (purpose != Purpose::FirmwareSigning || target.note.is_none())
        {
            mistake(format!(
                "`{name}` keeps state: it is for firmware only, and a note has to say so"
            ))
        }
        for part in post_quantum_parts(algorithm, catalog) {
            let list = match part.primitive {
                Primitive::Kem => Listed::Kem,
                _ => Listed::Signature,
            };
            match policy.permits(list, &part.name, Some(purpose), catalog) {
                Permit::Allowed | Permit::Unsaid => {}
                Permit::No => mistake(format!("`{name}` is not among what it allows")),
                Permit::Until(day) => mistake(format!("`{name}` is allowed until {day} only")),
            }
        }
    }
}

/// The algorithm of an exact name or identifier, and where that is specified.
fn resolved<'a>(name: &str, catalog: &'a Catalog) -> Result<(&'a Algorithm, &'a [String]), String> {
    if let Some(group) = catalog.group(name).filter(|group| group.name == name)
        && let Some(algorithm) = catalog.algorithm(&group.algorithm)
    {
        return Ok((algorithm, &group.source));
    }
    match catalog.algorithm(name) {
        Some(algorithm) if algorithm.name == name => Ok((algorithm, &algorithm.source)),
        Some(algorithm) => Err(format!("`{name}` is written `{}`", algorithm.name)),
        None => Err(format!("the catalogue has no `{name}`")),
    }
}

/// Whether a policy's own lists have the algorithm, exactly or as a case of something wider.
fn is_named(policy: &Policy, algorithm: &Algorithm, catalog: &Catalog) -> bool {
    [Listed::Kem, Listed::Signature, Listed::Firmware]
        .iter()
        .flat_map(|list| policy.allowed.list(*list))
        .any(|listed| *listed == algorithm.name || catalog.specialises(&algorithm.name, listed))
}

fn post_quantum_parts<'a>(
    algorithm: &'a Algorithm,
    catalog: &'a Catalog,
) -> impl Iterator<Item = &'a Algorithm> {
    let own = (algorithm.quantum == Quantum::PostQuantum).then_some(algorithm);
    let parts = algorithm.parts.iter();
    let parts = parts.filter_map(|part| catalog.algorithm(part));
    own.into_iter()
        .chain(parts.filter(|part| part.quantum == Quantum::PostQuantum))
}

/// What is wrong with the policies inside the binary, each with its file.
pub fn lint_embedded(catalog: &Catalog) -> Vec<(String, String)> {
    let files = RULE_FILES
        .iter()
        .filter(|(path, _)| path.starts_with("policy/"));
    let mistakes = files.flat_map(|(path, text)| {
        let mistakes = match Policy::parse(path, text) {
            Ok(policy) => lint_file(path, &policy, catalog),
            Err(error) => vec![error.to_string()],
        };
        mistakes
            .into_iter()
            .map(move |mistake| (format!("rules/{path}"), mistake))
    });
    mistakes.collect()
}
