//! The pages of a library that rules know, and of one of its entries: what outputs name as `java/jca` and
//! `java/jca#javax.crypto.Cipher.getInstance`.

use std::fmt::Write as _;

use super::page::Page;
use super::{capital, library_note};
use crate::knowledge::Knowledge;
use crate::knowledge::rules::entry::{ArgRule, Entry, EntryKind, Library, Outside, Role, Symbol};

/// The page of a library or of an entry; `None` where there is none of that id.
pub(super) fn page(known: &Knowledge, id: &str) -> Option<String> {
    let (library_id, api) = id.split_once('#').map_or((id, None), |(l, a)| (l, Some(a)));
    let mut libraries = known.rules.libraries.iter();
    let index = libraries.position(|library| library.id == library_id)?;
    let library = &known.rules.libraries[index];
    match api {
        None => Some(library_page(known, index, library)),
        Some(api) => entry_page(known, index, library, api),
    }
}

fn library_page(known: &Knowledge, index: usize, library: &Library) -> String {
    let mut page = Page::new(&library.title);
    let package = library.package.as_ref();
    let package = package.map(|purl| format!(", the package {purl}"));
    page.section(
        "What it is",
        &format!(
            "A library of {} that rules know as {}{}.",
            language(&library.language),
            library.id,
            package.unwrap_or_default()
        ),
    );
    let anchors: Vec<&str> = library.anchors.iter().map(String::as_str).collect();
    page.section(
        "Where it is looked for",
        &format!(
            "In files that hold {}; and in binaries, by the names below.",
            anchors.join(" or ")
        ),
    );
    page.section(
        "Post-quantum cryptography",
        &library_note(&library.id, &known.catalog),
    );
    let mut names: Vec<&str> = known
        .rules
        .entries
        .iter()
        .filter(|entry| entry.library == index)
        .map(|entry| entry.path.as_str())
        .collect();
    let mut symbols: Vec<&str> = known
        .rules
        .all_symbols()
        .filter(|(_, symbol)| symbol.library == index)
        .map(|(name, _)| name.as_str())
        .collect();
    names.dedup();
    symbols.sort_unstable();
    symbols.dedup();
    if let Some(first) = names.first().or(symbols.first()) {
        page.section(
            &format!("Of each name below: pqscan explain {}#NAME", library.id),
            &format!(
                "As in pqscan explain {}. What all of them say at once: pqscan rules explain {}.",
                quoted(&format!("{}#{first}", library.id)),
                library.id
            ),
        )
    }
    if !names.is_empty() {
        page.section(
            &format!("Calls, by name ({})", names.len()),
            &names.join("\n"),
        )
    }
    if !symbols.is_empty() {
        page.section(
            &format!("Names that stand for a value ({})", symbols.len()),
            &symbols.join(", "),
        )
    }
    page.section("Sources", &library.docs.join("\n"));
    page.text
}

/// A name that a shell would cut, in quotation marks.
fn quoted(name: &str) -> String {
    format!("'{name}'")
}

fn entry_page(known: &Knowledge, index: usize, library: &Library, api: &str) -> Option<String> {
    let named = |path: &str| -> (Vec<&Entry>, Vec<&Symbol>) {
        let entries = known.rules.named(path);
        let symbols = known.rules.symbols(path).iter();
        (
            entries.filter(|entry| entry.library == index).collect(),
            symbols.filter(|symbol| symbol.library == index).collect(),
        )
    };
    let (entries, symbols) = match named(api) {
        // A package that lives under several names has its entries under one.
        (entries, symbols) if entries.is_empty() && symbols.is_empty() => {
            named(&known.rules.canonical(api))
        }
        found => found,
    };
    if entries.is_empty() && symbols.is_empty() {
        return None;
    }
    let mut page = Page::new(&format!("{}#{api}", library.id));
    page.section(
        "What it is",
        &format!(
            "A rule entry: a name of {} ({}), and what it says where code uses it or a binary has it. A rule says what is there; \
             what that means is judged by the catalogue and the policies.",
            library.title, library.id
        ),
    );
    for entry in entries {
        let (signature, lines) = described(entry);
        page.section(&signature, &lines.join("\n"));
    }
    for symbol in symbols {
        let facets = symbol.is.iter();
        let said: Vec<String> = facets
            .map(|(facet, value)| format!("{} {value}", facet.name()))
            .chain(symbol.operations.iter().map(|o| o.name().to_owned()))
            .collect();
        let mut lines = Vec::new();
        if !said.is_empty() {
            lines.push(format!("stands for: {}", said.join(", ")))
        }
        if let Some(returns) = &symbol.returns {
            lines.push(format!("is a {returns}, whose methods are known"))
        }
        page.section(api, &lines.join("\n"))
    }
    page.section(
        "More of the library",
        &format!("pqscan explain {}", library.id),
    );
    page.section("Sources", &library.docs.join("\n"));
    Some(page.text)
}

/// The language of a folder, as people write it.
fn language(folder: &str) -> String {
    match folder {
        "csharp" => "C# and the other languages of .NET".to_owned(),
        "c" => "C and C++".to_owned(),
        "javascript" => "JavaScript and TypeScript".to_owned(),
        "java" => "Java and the other languages of the JVM".to_owned(),
        other => capital(other),
    }
}

/// One entry in prose, as `rules explain` prints it.
pub fn prose(entry: &Entry) -> String {
    let (signature, lines) = described(entry);
    let mut text = format!("{signature}\n");
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {line}");
    }
    text
}

/// The signature of an entry, and what it says, a line each.
fn described(entry: &Entry) -> (String, Vec<String>) {
    let params: Vec<String> = entry
        .params
        .iter()
        .map(|p| {
            if p.optional {
                format!("{}?", p.name)
            } else {
                p.name.clone()
            }
        })
        .chain(entry.rest.then(|| "...".to_owned()))
        .collect();
    let facets: Vec<String> = entry
        .is
        .iter()
        .map(|(f, v)| format!("{} {v}", f.name()))
        .chain(entry.operations.iter().map(|o| o.name().to_owned()))
        .collect();
    let what = match entry.kind {
        EntryKind::Value => match entry.from {
            Some(Outside::Env) => "gives a value from the environment",
            Some(Outside::Config) => "gives a value from a configuration",
            None => "denotes a value",
        },
        EntryKind::Asset(kind) => match kind.name() {
            "key" => "means that a key is made or used",
            "protocol" => "means that a protocol is set up",
            "certificate" => "means that a certificate is made or used",
            _ => "means that an algorithm is in use",
        },
        EntryKind::Refine(_) => "tells more about an asset found before",
    };
    let facets = if facets.is_empty() {
        String::new()
    } else {
        format!(": {}", facets.join(", "))
    };
    let mut lines = vec![format!("{what}{facets}")];
    lines.extend(entry.args.iter().map(argument));
    lines.extend(entry.defaults.iter().map(|(facet, value)| {
        format!(
            "where the call does not say, the {} is {}",
            facet.name().replace('_', " "),
            value.to_string().replace("@default", "")
        )
    }));
    lines.extend(entry.names.iter().map(|(facet, value)| {
        format!(
            "its name alone, as in a binary, says: {} {value}",
            facet.name()
        )
    }));
    lines.extend(entry.note.as_deref().map(str::to_owned));
    (format!("{}({})", entry.path, params.join(", ")), lines)
}

/// `options.modulusLength is the key bits, in bytes`.
fn argument(arg: &ArgRule) -> String {
    let name = match arg.param.as_str() {
        "self" => "what it is called on",
        param => param,
    };
    let name: String = std::iter::once(name)
        .chain(arg.fields.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(".");
    let roles: Vec<String> = arg.roles.iter().map(|role| said(*role)).collect();
    let spelling = match arg.spelling.name() {
        "name" => String::new(),
        spelling => format!(", read as `{spelling}` writes it"),
    };
    let unit = if arg.bytes { ", in bytes" } else { "" };
    format!("{name} is {}{unit}{spelling}", roles.join(" and "))
}

fn said(role: Role) -> String {
    match role {
        Role::Facet(facet) => format!("the {}", facet.name().replace('_', " ")),
        Role::Operation => "what is done".to_owned(),
        Role::Key => "the key".to_owned(),
        Role::KeyMaterial => "the key's bytes, of which only the length is looked at".to_owned(),
        Role::Parameters => "a value whose parameters are taken over".to_owned(),
        Role::Secret => "a secret, which no report shows".to_owned(),
        Role::Fallback => "the value where nothing is set".to_owned(),
    }
}
