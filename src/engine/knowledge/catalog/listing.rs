//! The table of libraries as Markdown: what `docs/libraries.md` shows.

use super::Catalog;
use super::advice::{Wanted, list};
use super::libraries::{Capability, Evidence, Has, Library};

/// One row a step, in the order of the libraries' names.
pub fn library_table(catalog: &Catalog) -> String {
    let mut libraries: Vec<&Library> = catalog.libraries().collect();
    libraries.sort_by_key(|library| (library.name.to_lowercase(), library.name.clone()));
    let mut table = String::from("| library | version | has | source |\n|---|---|---|---|\n");
    for library in libraries {
        let mut name = library.name.as_str();
        for has in &library.has {
            row(
                &mut table,
                name,
                &versions(has),
                &what(has, catalog),
                &has.source,
            );
            name = "";
        }
        if let Some(base) = &library.rests_on {
            let text = format!("what its {base} has");
            row(&mut table, name, "", &text, &library.source);
        }
        if !library.lacks.is_empty() {
            let seen = format!("up to {}", library.looked_at);
            row(&mut table, name, &seen, &lacks(library), &library.source);
        }
    }
    table
}

/// "from 3.5.0 (2025-04-08)".
pub(in crate::knowledge) fn versions(has: &Has) -> String {
    let mut text = format!("from {}", has.since);
    if let Some(released) = &has.released {
        text += &format!(" ({released})")
    }
    if let Some(until) = &has.until {
        text += &format!(" to before {until}")
    }
    text
}

/// "KEM: ML-KEM; TLS by default: X25519MLKEM768".
pub(in crate::knowledge) fn what(has: &Has, catalog: &Catalog) -> String {
    let mut parts: Vec<String> = Vec::new();
    for capability in &has.capability {
        let (words, wanted) = words(*capability);
        parts.push(format!("{words}: {}", list(&has.names(wanted, catalog))));
    }
    let mut text = parts.join("; ");
    if let Some(needs) = &has.needs {
        text += &format!(", where {needs}")
    }
    match has.evidence {
        Evidence::Primary => {}
        Evidence::SecondHand => text += " (second-hand)",
        Evidence::Unconfirmed => text += " (unconfirmed)",
    }
    text
}

/// "no KEM, no signatures; see aws-lc-rs".
pub(in crate::knowledge) fn lacks(library: &Library) -> String {
    let none: Vec<String> = library
        .lacks
        .iter()
        .map(|capability| match capability {
            Capability::SshHybrid => "no hybrid in SSH".to_owned(),
            Capability::TlsHybrid => "no hybrid in TLS".to_owned(),
            other => format!("no {}", words(*other).0),
        })
        .collect();
    let others: Vec<&str> = library.instead.iter().map(String::as_str).collect();
    match others.as_slice() {
        [] => none.join(", "),
        others => format!("{}; see {}", none.join(", "), list(others)),
    }
}

/// The words of a table, and what they answer.
fn words(capability: Capability) -> (&'static str, Wanted) {
    match capability {
        Capability::Kem => ("KEM", Wanted::Kem),
        Capability::Signature => ("signatures", Wanted::Signature),
        Capability::Verify => ("checks signatures", Wanted::Signature),
        Capability::TlsHybrid => ("TLS, when told to", Wanted::TlsHybrid),
        Capability::TlsHybridDefault => ("TLS by default", Wanted::TlsHybrid),
        Capability::SshHybrid => ("SSH, when told to", Wanted::SshHybrid),
        Capability::SshHybridDefault => ("SSH by default", Wanted::SshHybrid),
        Capability::Ike => ("IKEv2", Wanted::Ike),
        Capability::Openpgp => ("OpenPGP", Wanted::Openpgp),
        Capability::X509 => ("certificates", Wanted::X509),
    }
}

fn row(table: &mut String, name: &str, versions: &str, what: &str, source: &[String]) {
    let cells = [name, versions, what, &source.join("; ")].map(|cell| cell.replace('|', "\\|"));
    *table += &format!("| {} |\n", cells.join(" | "));
}
