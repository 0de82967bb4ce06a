//! The JSON Schema (draft 2020-12) of every document that is written, and of the files that people write. They are published in
//! `docs/schema`; tests make them from the types, so that a program does not have to.

#[cfg(test)]
pub(crate) mod made;

/// The documents that have a schema, by name: what a scan writes, what people write for it, and both for fleets.
pub static DOCUMENTS: &[(&str, &str)] = &[
    ("result", include_str!("../../../docs/schema/result.json")),
    ("diff", include_str!("../../../docs/schema/diff.json")),
    ("policy", include_str!("../../../docs/schema/policy.json")),
    (
        "settings",
        include_str!("../../../docs/schema/settings.json"),
    ),
    #[cfg(feature = "fleet")]
    (
        "organisation",
        include_str!("../../../docs/schema/organisation.json"),
    ),
    #[cfg(feature = "fleet")]
    ("news", include_str!("../../../docs/schema/news.json")),
    #[cfg(feature = "fleet")]
    ("fleet", include_str!("../../../docs/schema/fleet.json")),
];

/// The schema of a document.
pub fn published(name: &str) -> Option<&'static str> {
    let mut documents = DOCUMENTS.iter();
    documents.find_map(|(of, schema)| (*of == name).then_some(*schema))
}
