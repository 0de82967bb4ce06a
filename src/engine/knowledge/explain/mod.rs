//! The page of `pqscan explain NAME`: what is known of an algorithm, a curve, a group, a protocol, a library, a finding class, a policy, an
//! object identifier, or a rule entry or reader that an output names, in words.
//!
//! Plain text of at most `WIDTH` columns, but for addresses. Prints nothing itself.

mod class;
mod page;
mod policy;
mod readers;
mod rules;

use jiff::civil::Date;

use self::page::Page;
use crate::knowledge::Knowledge;
use crate::knowledge::catalog::{
    Algorithm, Catalog, Curve, Group, Library, OidMeaning, Primitive, Protocol, Quantum, lacks,
    versions, what,
};
use crate::knowledge::policy::{Ends, Policy, year};
use crate::model::migration::{Criticality, Purpose, Track};
use crate::model::{Facet, FindingClass};

pub use self::policy::page as policy_page;
pub use self::rules::prose as entry_prose;

/// The heading of what policies say.
const DEADLINES: &str = "Deadlines, by policy (more of each: pqscan explain 'NAME')";

/// The page of whatever an output names: what [`explain`] knows, an object identifier, a library of rules (`java/jca`), one of its entries
/// (`java/jca#javax.crypto.Cipher.getInstance`), or a reader (`object/x509`). `None` where nothing is known by the name.
pub fn page(known: &Knowledge, today: Option<Date>, name: &str) -> Option<String> {
    let name = name.trim();
    if let Some(page) = oid_page(name, &known.catalog, &known.policies) {
        return Some(page);
    }
    if let Some(page) = rules::page(known, name) {
        return Some(page);
    }
    let mut readers = readers::READERS.iter();
    if let Some(reader) = readers.find(|reader| reader.id == name) {
        return Some(readers::page(reader));
    }
    explain(&known.catalog, &known.policies, today, name)
}

/// Every name that has a page and is written in one way, for suggestions: not the entries of rules, of which there are thousands, but those
/// of the library that the wanted name begins with.
pub fn names<'a>(known: &'a Knowledge, wanted: &str) -> Vec<std::borrow::Cow<'a, str>> {
    let catalog = &known.catalog;
    let mut names: Vec<std::borrow::Cow<'a, str>> = Vec::new();
    names.extend(FindingClass::ALL.iter().map(|class| class.name().into()));
    names.extend(
        known
            .policies
            .iter()
            .map(|policy| policy.id.as_str().into()),
    );
    names.extend(catalog.algorithms().map(|a| a.name.as_str().into()));
    names.extend(catalog.curves().map(|curve| curve.name.as_str().into()));
    names.extend(catalog.groups().map(|group| group.name.as_str().into()));
    names.extend(catalog.protocols().map(|p| p.name.as_str().into()));
    names.extend(catalog.libraries().map(|l| l.name.as_str().into()));
    names.extend(readers::READERS.iter().map(|reader| reader.id.into()));
    let libraries = &known.rules.libraries;
    names.extend(libraries.iter().map(|library| library.id.as_str().into()));
    if let Some((library, _)) = wanted.split_once('#')
        && let Some(index) = libraries.iter().position(|one| one.id == library)
    {
        let entries = known.rules.entries.iter();
        let entries = entries.filter(|entry| entry.library == index);
        names.extend(entries.map(|entry| format!("{library}#{}", entry.path).into()));
    }
    names
}

/// The page of what an object identifier names, and what it says beside the name.
fn oid_page(oid: &str, catalog: &Catalog, policies: &[Policy]) -> Option<String> {
    if !oid.starts_with(|c: char| c.is_ascii_digit()) || !oid.contains('.') {
        return None;
    }
    let (name, says) = match catalog.by_oid(oid)? {
        OidMeaning::Algorithm(name, facets) => {
            let says = facets.iter();
            let says: Vec<String> = says
                .map(|(facet, value)| format!("{} {value}", facet.name().replace('_', " ")))
                .collect();
            (name, says)
        }
        OidMeaning::Curve(name) => (name, Vec::new()),
    };
    let with = match says.is_empty() {
        true => String::new(),
        false => format!(" with {}", says.join(", ")),
    };
    let page = explain(catalog, policies, None, name)?;
    Some(format!(
        "{oid} is the object identifier of {name}{with}.\n\n{page}"
    ))
}

/// What the versions of a library that rules know have, in a sentence.
fn library_note(rules: &str, catalog: &Catalog) -> String {
    match catalog.library_of_rules(rules) {
        Some(library) => format!("Which versions have it: pqscan explain '{}'.", library.name),
        None => "Which versions have it has not been looked at.".to_owned(),
    }
}

/// The page of that name or alias; `None` where nothing is known by it. With a day, a policy's page says how old it is.
pub fn explain(
    catalog: &Catalog,
    policies: &[Policy],
    today: Option<Date>,
    name: &str,
) -> Option<String> {
    if let Some(class) = FindingClass::from_name(name) {
        return Some(class::page(class, policies));
    }
    let is_it = |policy: &&Policy| {
        let names = [&policy.id, &policy.title, &policy.cited()];
        names.iter().any(|own| own.eq_ignore_ascii_case(name))
    };
    if let Some(policy) = policies.iter().find(is_it) {
        return Some(policy_page(policy, today));
    }
    if let Some(algorithm) = catalog.algorithm(name) {
        return Some(algorithm_page(algorithm, catalog, policies));
    }
    if let Some(curve) = catalog.curve(name) {
        return Some(curve_page(curve, catalog, policies));
    }
    if let Some(group) = catalog.group(name) {
        return Some(group_page(group, catalog));
    }
    if let Some(protocol) = catalog.protocol(name) {
        return Some(protocol_page(protocol, catalog));
    }
    if let Some(library) = catalog.library(name) {
        return Some(library_page(library, catalog));
    }
    let reading = catalog.reading(Facet::Algorithm, name)?;
    let algorithm = catalog.algorithm(reading.facets.get(&Facet::Algorithm)?.single_name()?)?;
    Some(algorithm_page(algorithm, catalog, policies))
}

fn algorithm_page(algorithm: &Algorithm, catalog: &Catalog, policies: &[Policy]) -> String {
    let mut page = Page::new(&algorithm.name);
    page.section("What it is", &format!("{}.", algorithm.what));
    page.section("Why it matters", &matters(algorithm));
    if let Some(weak) = &algorithm.weak {
        page.section("Weak already", &format!("{}.", capital(weak)))
    }
    page.table("Strength", &strengths(algorithm));
    let narrower: Vec<&str> = catalog
        .algorithms()
        .filter(|other| {
            other
                .specialises
                .iter()
                .chain(&other.uses)
                .any(|wider| *wider == algorithm.name)
        })
        .map(|other| other.name.as_str())
        .collect();
    if !narrower.is_empty() {
        page.section("Cases of it", &narrower.join(", "))
    }
    if !algorithm.parts.is_empty() {
        page.section("Made of", &algorithm.parts.join(" and "))
    }
    if !algorithm.replacement.is_empty() {
        page.section("What replaces it", &replacements(algorithm, catalog))
    }
    page.table(DEADLINES, &deadlines(algorithm, catalog, policies));
    if !algorithm.aliases.is_empty() {
        page.section("Also written", &algorithm.aliases.join(", "))
    }
    let oids: Vec<(String, String)> = algorithm
        .oids
        .iter()
        .map(|oid| {
            let says: Vec<String> = oid
                .facets
                .iter()
                .map(|(facet, value)| format!("{} {value}", facet.name()))
                .collect();
            (oid.oid.clone(), says.join(", "))
        })
        .collect();
    page.table("Object identifiers", &oids);
    page.section("Sources", &algorithm.source.join("; "));
    page.text
}

fn matters(algorithm: &Algorithm) -> String {
    let basis = algorithm.based_on.name();
    match (algorithm.quantum, algorithm.primitive) {
        (Quantum::Shor, Primitive::KeyAgree | Primitive::Kem | Primitive::Pke) => format!(
            "It rests on {basis}, which Shor's algorithm solves on a quantum computer, at any size. What it protects can be \
             recorded today and decrypted then, so how long the data must stay secret decides how soon it has to go."
        ),
        (Quantum::Shor, Primitive::Signature) => format!(
            "It rests on {basis}, which Shor's algorithm solves on a quantum computer, at any size. From then on signatures \
             can be forged; those checked before stay true. Keys that must be trusted for long, and cannot be replaced where \
             they are checked, come first."
        ),
        (Quantum::Shor, _) => format!(
            "It rests on {basis}, which Shor's algorithm solves on a quantum computer, at any size. Where it encrypts or \
             agrees on keys, recordings of today can be decrypted then; where it signs, signatures can be forged from then on."
        ),
        (Quantum::Fine, Primitive::Hash | Primitive::Xof) => {
            "No quantum computer known of breaks a sound hash: finding collisions and preimages stays out of reach.".to_owned()
        }
        (Quantum::Fine, _) => "A quantum computer can at best search its keys somewhat faster (Grover's algorithm), and that runs \
             badly in parallel. NIST counts even 128-bit keys as category 1; nothing has to change for quantum computers' sake."
            .to_owned(),
        (Quantum::PostQuantum, _) => format!("It rests on {basis}, for which no quantum algorithm is known that would break it."),
        (Quantum::Hybrid, _) => "It holds while either part does: the classical part against surprises in the new mathematics, the \
             post-quantum part against quantum computers."
            .to_owned(),
        (Quantum::Unknown, _) => "Whether a quantum computer breaks it depends on what the name does not say, or is not settled.".to_owned(),
    }
}

fn strengths(algorithm: &Algorithm) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let level = |level: Option<u8>| match (algorithm.quantum, level) {
        (Quantum::Shor, _) => ", no NIST category".to_owned(),
        (_, Some(0)) => ", no NIST category".to_owned(),
        (_, Some(level)) => format!(", NIST category {level}"),
        (_, None) => String::new(),
    };
    match (algorithm.bits, algorithm.level) {
        (Some(bits), fixed) => rows.push((
            "classical".to_owned(),
            format!("{bits} bits{}", level(fixed)),
        )),
        (None, Some(fixed)) if fixed > 0 => {
            rows.push(("quantum".to_owned(), format!("NIST category {fixed}")))
        }
        _ => {}
    }
    for (size, bits) in &algorithm.strength {
        rows.push((
            format!("{size} bits"),
            format!(
                "{bits} bits of strength{}",
                level(algorithm.levels.get(size).copied())
            ),
        ));
    }
    rows
}

fn replacements(algorithm: &Algorithm, catalog: &Catalog) -> String {
    let with_sentence = |name: &String| match catalog.algorithm(name) {
        Some(found) => format!("{name}: {}.", lower(&found.what)),
        None => name.clone(),
    };
    algorithm
        .replacement
        .iter()
        .map(with_sentence)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What each policy says of the end of an algorithm, as rows.
fn deadlines(
    algorithm: &Algorithm,
    catalog: &Catalog,
    policies: &[Policy],
) -> Vec<(String, String)> {
    if algorithm.quantum != Quantum::Shor {
        return Vec::new();
    }
    let (keeps_secrets, signs) = match algorithm.primitive {
        Primitive::Signature => (false, true),
        Primitive::KeyAgree | Primitive::Kem | Primitive::Pke => (true, false),
        _ => (true, true),
    };
    let row = |policy: &Policy| {
        let of = |track| end(policy, track, algorithm.bits);
        let secrets = keeps_secrets.then(|| of(Track::Confidentiality)).flatten();
        let signatures = signs.then(|| of(Track::Authenticity)).flatten();
        let text = match (secrets, signatures) {
            (Some(one), Some(other)) if one == other => one,
            (Some(secrets), Some(signatures)) => {
                format!("keeping secrets: {secrets}; signing: {signatures}")
            }
            (one, other) => one.or(other)?,
        };
        Some((policy.cited(), text))
    };
    policies
        .iter()
        .filter(|policy| policy.speaks_of(&algorithm.name, catalog))
        .filter_map(row)
        .collect()
}

/// `disallows it after 2035`, and what holds of critical systems where that is earlier.
fn end(policy: &Policy, track: Track, bits: Option<u32>) -> Option<String> {
    let of = |criticality| {
        policy
            .deadline(
                Ends::Disallowed,
                track,
                Purpose::Signature,
                bits,
                criticality,
            )
            .map(|deadline| deadline.last_day)
    };
    let critical = of(Some(Criticality::High))?;
    Some(match of(None) {
        None => format!("{} where criticality is high", policy.end(critical)),
        Some(day) if critical < day => {
            let earlier = year(critical);
            format!("{}, {earlier} where criticality is high", policy.end(day))
        }
        Some(day) => policy.end(day),
    })
}

fn curve_page(curve: &Curve, catalog: &Catalog, policies: &[Policy]) -> String {
    let mut page = Page::new(&curve.name);
    page.section("What it is", &format!("{}.", curve.what));
    page.section("Why it matters", "Shor's algorithm solves discrete logarithms on every elliptic curve, whatever its size or form. What \
        replaces it depends on what the key is used for: see ECDH and ECDSA.");
    let mut rows = vec![
        ("field".to_owned(), format!("{} bits", curve.field)),
        ("form".to_owned(), curve.form.clone()),
    ];
    if let Some(bits) = curve.bits {
        rows.push((
            "classical".to_owned(),
            format!("{bits} bits of strength, no NIST category"),
        ))
    }
    if let Some(name) = &curve.family {
        rows.push(("CycloneDX".to_owned(), name.clone()))
    }
    page.table("Facts", &rows);
    if let Some(keys) = catalog.algorithm("EC") {
        page.table(DEADLINES, &deadlines(keys, catalog, policies))
    }
    if !curve.aliases.is_empty() {
        page.section("Also written", &curve.aliases.join(", "))
    }
    if !curve.oids.is_empty() {
        page.section("Object identifiers", &curve.oids.join(", "))
    }
    page.section("Sources", &curve.source.join("; "));
    page.text
}

fn group_page(group: &Group, catalog: &Catalog) -> String {
    let mut page = Page::new(&group.name);
    page.section("What it is", &format!("{}.", group.what));
    if let Some(algorithm) = catalog.algorithm(&group.algorithm) {
        page.section("Why it matters", &matters(algorithm));
        if !algorithm.replacement.is_empty() {
            page.section("What replaces it", &replacements(algorithm, catalog))
        }
    }
    let mut rows = vec![("algorithm".to_owned(), group.algorithm.clone())];
    if let Some(curve) = &group.curve {
        rows.push(("curve".to_owned(), curve.clone()))
    }
    if let Some(size) = group.size {
        rows.push(("prime".to_owned(), format!("{size} bits")))
    }
    if let Some(bits) = group.bits {
        rows.push(("classical".to_owned(), format!("{bits} bits of strength")))
    }
    if let Some(tls) = group.tls {
        rows.push(("TLS".to_owned(), format!("0x{tls:04X}")))
    }
    page.table("Facts", &rows);
    if !group.aliases.is_empty() {
        page.section("Also written", &group.aliases.join(", "))
    }
    page.section("Sources", &group.source.join("; "));
    page.text
}

fn protocol_page(protocol: &Protocol, catalog: &Catalog) -> String {
    let mut page = Page::new(&protocol.name);
    page.section("What it is", &format!("{}.", protocol.what));
    if let Some(weak) = &protocol.weak {
        page.section("Weak already", &format!("{}.", capital(weak)))
    }
    let family = protocol.of.as_deref().unwrap_or(&protocol.name);
    let exchange = match family {
        "TLS" | "DTLS" | "QUIC" => catalog
            .group("X25519MLKEM768")
            .map(|group| format!("TLS 1.3 with the group {}.", group.name)),
        "SSH" => catalog
            .algorithm("mlkem768x25519-sha256")
            .map(|method| format!("The key exchange {}.", method.name)),
        _ => None,
    };
    if let Some(exchange) = exchange {
        page.section("Post-quantum key exchange", &exchange)
    }
    if !protocol.aliases.is_empty() {
        page.section("Also written", &protocol.aliases.join(", "))
    }
    page.section("Sources", &protocol.source.join("; "));
    page.text
}

fn library_page(library: &Library, catalog: &Catalog) -> String {
    let mut page = Page::new(&library.name);
    let rules = match library.rules.is_empty() {
        true => String::new(),
        false => format!(
            " Its calls and names: pqscan explain {}.",
            library.rules.join(", ")
        ),
    };
    page.section(
        "What it is",
        &format!("A library, platform or program. Below is which of its versions has which post-quantum algorithms.{rules}"),
    );
    // Steps of one version are one.
    let mut steps: Vec<(String, String)> = Vec::new();
    for has in &library.has {
        let (versions, what) = (capital(&versions(has)), capital(&what(has, catalog)));
        match steps.last_mut() {
            Some((same, lines)) if *same == versions => lines.push_str(&format!("\n{what}.")),
            _ => steps.push((versions, format!("{what}."))),
        }
    }
    for (versions, lines) in steps {
        page.section(&versions, &lines)
    }
    if let Some(base) = &library.rests_on {
        page.section(
            "Post-quantum cryptography",
            &format!("What its {base} has: see `pqscan explain {base}`."),
        )
    }
    if !library.lacks.is_empty() {
        page.section(
            &format!("Up to {}", library.looked_at),
            &format!("{}.", capital(&lacks(library))),
        )
    }
    if let Some(note) = &library.note {
        page.section("Note", note)
    }
    page.section("Looked at up to", &library.looked_at);
    if !library.aliases.is_empty() {
        page.section("Also written", &library.aliases.join(", "))
    }
    if !library.packages.is_empty() {
        page.section("Packages", &library.packages.join(", "))
    }
    let mut sources: Vec<&str> = Vec::new();
    for source in library
        .has
        .iter()
        .flat_map(|has| &has.source)
        .chain(&library.source)
    {
        if !sources.contains(&source.as_str()) {
            sources.push(source)
        }
    }
    page.section("Sources", &sources.join("\n"));
    page.text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// For the middle of a sentence; names that begin with two capitals or hold a digit stay as they are.
fn lower(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let is_name = first
        .chars()
        .skip(1)
        .any(|c| c.is_uppercase() || c.is_ascii_digit());
    if is_name {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::page::WIDTH;
    use super::*;

    fn known() -> (Catalog, Vec<Policy>) {
        (
            Catalog::embedded().expect("the embedded catalogue loads"),
            Policy::embedded().expect("the embedded policies load"),
        )
    }

    fn page(name: &str) -> Option<String> {
        let (catalog, policies) = known();
        explain(&catalog, &policies, None, name)
    }

    #[test]
    fn a_page_says_what_why_and_what_instead() {
        let page = page("rsa").expect("RSA has a page");
        for part in [
            "RSA\n===",
            "factoring",
            "Shor's algorithm",
            "2048 bits",
            "112 bits of strength",
            "ML-KEM-768",
            "(draft)",
            "2035",
            "RFC 8017",
        ] {
            assert!(page.contains(part), "{part} in:\n{page}");
        }
    }

    #[test]
    fn what_policies_say_of_an_algorithm_depends_on_what_it_does() {
        let words = |name: &str| {
            let page = page(name).expect("it has a page");
            page.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(words("ECDSA").contains("EO 14412 asks for its replacement by the end of 2031"));
        assert!(words("ECDH").contains("EO 14412 asks for its replacement by the end of 2030"));
        assert!(words("RSA").contains(
            "EO 14412 keeping secrets: asks for its replacement by the end of 2030; signing: asks"
        ));
        assert!(words("ECDH").contains("2035, 2030 where criticality is high"));
        assert!(words("ECDH").contains("ASD ISM disallows it after 2030"));
        assert!(!words("ML-KEM-768").contains("Deadlines"));
    }

    #[test]
    fn aliases_compounds_curves_groups_protocols_and_libraries_have_pages() {
        for (name, part) in [
            ("AES_256_GCM", "AES"),
            ("prime256v1", "P-256"),
            ("ffdhe2048", "0x0100"),
            ("TLSv1.2", "post-quantum"),
            ("Kyber768", "ML-KEM-768"),
            ("openssl", "From 3.5.0 (2025-04-08)"),
            ("Mbed TLS", "No KEM, no signatures."),
            ("nginx", "What its OpenSSL has"),
        ] {
            assert!(page(name).is_some_and(|page| page.contains(part)), "{name}");
        }
        assert_eq!(page("no such thing"), None);
    }

    #[test]
    fn classes_and_policies_have_pages_and_hide_no_algorithm() {
        let (catalog, policies) = known();
        let classes = FindingClass::ALL.iter().map(|class| class.name());
        let ids = policies.iter().map(|policy| policy.id.as_str());
        for name in classes.chain(ids) {
            assert!(page(name).is_some(), "{name}");
            let hidden = catalog.algorithm(name).filter(|a| a.name == name);
            assert!(hidden.is_none(), "{name}");
        }
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let (catalog, policies) = known();
        let algorithms = catalog.algorithms().map(|a| a.name.clone());
        let classes = FindingClass::ALL.iter().map(|c| c.name().to_owned());
        let ids = policies.iter().map(|policy| policy.id.clone());
        for name in algorithms.chain(classes).chain(ids) {
            let page = explain(&catalog, &policies, None, &name).expect("it has a page");
            for line in page.lines() {
                let is_one_word = line.split_whitespace().count() == 1;
                assert!(line.chars().count() <= WIDTH || is_one_word, "{line}");
            }
        }
    }
}
