//! Words that every form for people shares: what the lists are called, where a place is, what an unknown parameter comes from.

use std::fmt::Write as _;

use super::fit::{counted, grouped, harmless};
use crate::inventory::{Band, Class, Report};
use crate::model::{Facet, Location, NotRead, Value};

/// The bands, the most urgent first.
pub(crate) const BANDS: [Band; 5] = [Band::P0, Band::P1, Band::P2, Band::P3, Band::P4];

/// The lists, in the order of the report, and what each means.
pub(in crate::output) const CLASSES: [(Class, &str); 9] = [
    (
        Class::KeyEstablishment,
        "Quantum-broken key establishment (recorded today, read later)",
    ),
    (
        Class::Signature,
        "Quantum-broken signatures (forged from then on)",
    ),
    (Class::QuantumBroken, "Quantum-broken, use not seen"),
    (Class::Weak, "Weak already"),
    (Class::Unresolved, "Unresolved"),
    (
        Class::Provided,
        "Broken or weak, in libraries and programs, use not seen",
    ),
    (
        Class::NotAllowed,
        "Sound, and not allowed by a chosen policy",
    ),
    (Class::PostQuantum, "Post-quantum or hybrid"),
    (Class::Fine, "Not affected"),
];

/// `2 assets would be P0 without what the project's own settings say of them`.
pub(crate) fn lowered(number: usize) -> String {
    format!(
        "{} would be P0 without what the project's own settings say",
        counted(number as u64, "asset")
    )
}

/// Of each reason, how much was not read for it: `2 too large for parsing, 1 unreadable`.
pub(in crate::output) fn reasons(not_read: &NotRead) -> String {
    let reasons = not_read.by_reason.iter();
    let reasons = reasons.map(|(reason, number)| format!("{} {reason}", grouped(*number)));
    reasons.collect::<Vec<_>>().join(", ")
}

/// What a parameter is called in a sentence.
pub(in crate::output) fn parameter(facet: Facet) -> String {
    match facet {
        Facet::KeyBits => "key size".to_owned(),
        facet => facet.name().replace('_', " "),
    }
}

/// A place, from where the user stands.
pub(crate) fn place(report: &Report, location: &Location) -> String {
    format!("{}{}", harmless(&report.subject.base), at(location))
}

/// A place, from the scanned root: the same wherever the tree lies.
pub(in crate::output) fn at(location: &Location) -> String {
    let path = short_digests(&harmless(&location.path));
    match (location.line, location.span.start) {
        (0, 0) => path,
        // A file without lines.
        (0, start) => format!("{path} at byte {start}"),
        (line, _) => format!("{path}:{line}:{}", location.column),
    }
}

/// A path, from where the user stands.
pub(in crate::output) fn joined(report: &Report, path: &str) -> String {
    let path = short_digests(&harmless(path));
    format!("{}{path}", harmless(&report.subject.base))
}

/// A path in an image, with twelve digits of the layer's digest, which is what image tools show.
pub(in crate::output) fn short_digests(path: &str) -> String {
    const SHOWN: usize = 12;
    let mut out = String::new();
    for (number, part) in path.split('/').enumerate() {
        if number > 0 {
            out.push('/')
        }
        let hex = part
            .strip_prefix("sha256:")
            .and_then(|rest| rest.strip_suffix('!'));
        match hex.filter(|hex| hex.len() == 64 && hex.is_ascii()) {
            Some(hex) => {
                let _ = write!(out, "sha256:{}…!", &hex[..SHOWN]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// ``key size comes from parameter `bits` ``; ``curve is P-256, or another that comes from field `curve` ``.
pub(in crate::output) fn unknown(facet: Facet, value: &Value) -> String {
    let what = parameter(facet);
    let known: Vec<String> = value.scalars.keys().map(ToString::to_string).collect();
    let also = if known.is_empty() {
        String::new()
    } else {
        format!(" is {}, or another that", known.join(", "))
    };
    let Some(why) = &value.why else {
        return format!("{what}{also} is not said");
    };
    let because = match (why.kind, why.detail.as_str()) {
        ("unseen", _) => "is not in the code".to_owned(),
        ("binary", detail) => format!("is given to `{detail}` by machine code"),
        ("call", "") => "comes from a call".to_owned(),
        ("name", "") => "comes from a name that this file does not define".to_owned(),
        ("parameter", detail) => format!("comes from parameter `{detail}`"),
        ("env", detail) => format!("comes from environment variable {detail}"),
        ("config", detail) => format!("comes from configuration `{detail}`"),
        ("call", detail) => format!("comes from a call of `{detail}`"),
        ("field", detail) => format!("comes from field `{detail}`"),
        ("name", detail) => format!("comes from `{detail}`, which this file does not define"),
        ("oid", detail) => format!("has the OID {detail}, which the catalogue does not know"),
        ("unrecognised", detail) => {
            format!("is `{detail}`, which the catalogue does not know")
        }
        (kind, "") => format!("is computed ({kind})"),
        (kind, detail) => format!("is computed ({kind} {detail})"),
    };
    format!("{what}{also} {because}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_parameter_says_where_it_comes_from() {
        let value = |kind, detail: &str| Value::unknown(crate::model::Why::new(kind, detail));
        assert_eq!(
            unknown(Facet::KeyBits, &value("parameter", "bits")),
            "key size comes from parameter `bits`"
        );
        assert_eq!(
            unknown(Facet::Algorithm, &value("env", "SIGN_ALG")),
            "algorithm comes from environment variable SIGN_ALG"
        );
        assert_eq!(
            unknown(Facet::Curve, &value("call", "")),
            "curve comes from a call"
        );
        assert_eq!(
            unknown(Facet::Curve, &value("expression", "")),
            "curve is computed (expression)"
        );
    }
}
