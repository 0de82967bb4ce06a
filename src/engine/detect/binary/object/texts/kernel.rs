//! Algorithms that a module of the Linux kernel asks the kernel for, by the names under which others register them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::registered;
use super::pieces;
use crate::detect::Source;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::model::{Asset, AssetKind, Confidence, SkipReason, Technique};

/// The functions that take a name (`include/crypto/`).
pub(super) const ALLOCATING: &[&str] = &[
    "crypto_alloc_akcipher",
    "crypto_alloc_sig",
    "crypto_alloc_kpp",
    "crypto_alloc_shash",
    "crypto_alloc_ahash",
    "crypto_alloc_skcipher",
    "crypto_alloc_sync_skcipher",
    "crypto_alloc_aead",
];
/// The longest name that is known.
const LONGEST: usize = 40;

pub(super) fn read(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    taking: &[&'static str],
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let mut found: BTreeMap<String, Range<u64>> = BTreeMap::new();
    pieces(bytes, places, |piece, at| {
        let mut start = 0;
        for end in memchr::memchr_iter(0, piece) {
            let from = std::mem::replace(&mut start, end + 1);
            let text = piece.get(from..end).unwrap_or_default();
            if text.len() <= LONGEST
                && let Ok(text) = std::str::from_utf8(text)
                && registered::is_asked_for(text)
            {
                let span = at + from as u64..at + end as u64;
                found.entry(text.to_owned()).or_insert(span);
            }
        }
    })?;
    let asking = taking.iter().find(|name| ALLOCATING.contains(name));
    let asking = asking.copied().unwrap_or_default();
    for (name, span) in found {
        let Some(facets) = registered::facets(&name, seen) else {
            continue;
        };
        seen.add(Sighting {
            asset: Asset {
                facets,
                ..Asset::new(AssetKind::Algorithm)
            },
            technique: Technique::Imports,
            confidence: Confidence::Medium,
            at: span,
            library: "c/linux-crypto".to_owned(),
            entry: "binary/kernel-module".to_owned(),
            text: format!("\"{name}\" in a module that imports {asking}"),
            symbol: name,
            function: None,
        });
    }
    Ok(())
}
