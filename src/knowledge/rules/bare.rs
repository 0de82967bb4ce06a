//! What a name says where nothing is known of the call: an import table, the functions of a binary.

use super::Rules;
use super::entry::{Entry, EntryKind, Role};
use crate::model::{Asset, AssetKind, Facet, Facets, Value, Why};

/// Facets of which one has to be known for a name to tell anything: a generic name (`EVP_PKEY_sign`) proves no algorithm.
const TELLING: [Facet; 5] = [
    Facet::Algorithm,
    Facet::Protocol,
    Facet::Curve,
    Facet::Group,
    Facet::Digest,
];

impl Rules {
    /// What the API of a qualified name in a language says of itself, and the entry that says it; `None` where there is no such API, or
    /// where everything depends on its arguments.
    ///
    /// An argument that would have told a facet leaves it unknown, with `why` and the API's name as the reason. What is a value
    /// (`EVP_sha256`) becomes a mention. Where several entries have the name, what they agree on holds, and what they do not is one of
    /// theirs.
    pub fn bare(&self, language: &str, path: &str, why: &'static str) -> Option<(Asset, &Entry)> {
        let mut entries = self
            .named(path)
            .filter(|entry| self.libraries[entry.library].language == language);
        let first = entries.next()?;
        let mut asset = says(first, why)?;
        for other in entries.filter_map(|entry| says(entry, why)) {
            if other.kind != asset.kind {
                continue;
            }
            let open = |value: &mut Value| {
                value.open = true;
                value
                    .why
                    .get_or_insert_with(|| Why::new(why, first.path.as_str()));
            };
            let own: Facets = asset.facets.clone();
            for (facet, _) in &own {
                let Some(value) = asset.facets.get_mut(facet) else {
                    continue;
                };
                match other.facets.get(facet) {
                    Some(theirs) => value.union(theirs.clone()),
                    None => open(value),
                }
            }
            for (facet, mut value) in other.facets {
                if !own.contains_key(&facet) {
                    open(&mut value);
                    asset.facets.insert(facet, value);
                }
            }
            asset.operations.retain(|o| other.operations.contains(o));
        }
        tells(&asset).then_some((asset, first))
    }
}

fn says(entry: &Entry, why: &'static str) -> Option<Asset> {
    let kind = match entry.kind {
        EntryKind::Asset(kind) | EntryKind::Refine(Some(kind)) => kind,
        EntryKind::Value => AssetKind::Mention,
        EntryKind::Refine(None) => return None,
    };
    let mut asset = Asset::new(kind);
    asset.facets = entry.is.clone();
    asset.operations = entry.operations.iter().copied().collect();
    for role in entry.args.iter().flat_map(|arg| &arg.roles) {
        if let Role::Facet(facet) = role {
            asset.facets.get_or_insert_with(*facet, || {
                Value::unknown(Why::new(why, entry.path.as_str()))
            });
        }
    }
    Some(asset)
}

fn tells(asset: &Asset) -> bool {
    let known = |facet: &Facet| asset.facets.get(facet).is_some_and(|v| !v.is_unknown());
    TELLING.iter().any(known)
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    #[test]
    fn a_name_says_what_does_not_depend_on_arguments() {
        let known = Knowledge::load(&[]).unwrap();
        let bare = |language, path| {
            let (asset, entry) = known.rules.bare(language, path, "binary")?;
            assert_eq!(known.rules.libraries[entry.library].language, language);
            Some(asset.brief())
        };
        assert_eq!(
            bare("c", "RSA_generate_key_ex").as_deref(),
            Some("key RSA key_bits=?binary(RSA_generate_key_ex) op=keygen")
        );
        assert_eq!(
            bare("c", "ECDSA_do_sign").as_deref(),
            Some("algorithm ECDSA op=sign")
        );
        assert_eq!(
            bare("c", "EVP_aes_256_gcm").as_deref(),
            Some("mention AES key_bits=256 mode=GCM")
        );
        assert_eq!(bare("c", "EVP_PKEY_sign"), None);
        assert_eq!(bare("go", "RSA_generate_key_ex"), None);
        assert_eq!(
            bare("go", "crypto/ed25519.Sign").as_deref(),
            Some("algorithm Ed25519 op=sign")
        );
    }
}
