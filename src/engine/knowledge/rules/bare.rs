//! What a name says where nothing is known of the call: an import table, the functions of a binary.

use super::Rules;
use super::entry::{Entry, EntryKind, Role};
use super::signature::Guard;
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
    /// (`EVP_sha256`) becomes a mention; a refinement that names the algorithm (`RSA_size`) means that it is in use. Where several entries
    /// have the name, one of them holds: what one leaves open is unknown. Where each holds for certain arguments only, none may.
    pub fn bare(&self, language: &str, path: &str, why: &'static str) -> Option<(Asset, &Entry)> {
        let mut entries = self
            .named(path)
            .filter(|entry| self.libraries[entry.library].language == language)
            .filter_map(|entry| says(entry, why).map(|asset| (asset, entry)));
        let (mut asset, first) = entries.next()?;
        let mut is_sure = !is_conditional(first);
        let unknown = || Value::unknown(Why::new(why, first.path.as_str()));
        for (other, entry) in entries {
            is_sure |= !is_conditional(entry);
            if other.kind != asset.kind {
                return None;
            }
            let own: Vec<Facet> = asset.facets.keys().copied().collect();
            for facet in own {
                let Some(value) = asset.facets.get_mut(&facet) else {
                    continue;
                };
                match other.facets.get(&facet) {
                    Some(theirs) if !theirs.open && !value.open => value.union(theirs.clone()),
                    _ => *value = unknown(),
                }
            }
            for facet in other.facets.keys() {
                asset.facets.get_or_insert_with(*facet, unknown);
            }
            asset.operations.retain(|o| other.operations.contains(o));
        }
        (is_sure && tells(&asset)).then_some((asset, first))
    }

    /// What a name of a library in a language denotes where it is no API but a value, `kSecAttrKeyTypeRSA`; with the library's index.
    pub fn denoted(&self, language: &str, path: &str) -> Option<(Asset, usize)> {
        let mut symbols = self.symbols(path).iter();
        let symbol = symbols.find(|symbol| self.libraries[symbol.library].language == language)?;
        let mut asset = Asset::new(AssetKind::Mention);
        asset.facets = symbol.is.clone();
        asset.operations = symbol.operations.iter().copied().collect();
        tells(&asset).then_some((asset, symbol.library))
    }
}

/// Whether an entry holds only for certain arguments.
fn is_conditional(entry: &Entry) -> bool {
    let guards = entry.params.iter().filter_map(|param| param.guard.as_ref());
    let mut guards = guards.filter(|guard| !matches!(guard, Guard::Kind(_) | Guard::Type(_)));
    guards.next().is_some()
}

fn says(entry: &Entry, why: &'static str) -> Option<Asset> {
    let algorithm = |facets: &Facets| facets.contains_key(&Facet::Algorithm);
    let names_algorithm = algorithm(&entry.is) || algorithm(&entry.names);
    let kind = match entry.kind {
        EntryKind::Asset(kind) | EntryKind::Refine(Some(kind)) => kind,
        EntryKind::Value => AssetKind::Mention,
        EntryKind::Refine(None) if names_algorithm => AssetKind::Algorithm,
        EntryKind::Refine(None) => return None,
    };
    let mut asset = Asset::new(kind);
    asset.facets = entry.is.clone();
    for (facet, value) in &entry.names {
        asset.facets.get_or_insert_with(*facet, || value.clone());
    }
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
    fn a_constant_denotes_what_it_is_called_after() {
        let known = Knowledge::load(&[]).unwrap();
        let denoted = |language, path| {
            let (asset, _) = known.rules.denoted(language, path)?;
            Some(asset.brief())
        };
        let name = "kSecKeyAlgorithmECDHKeyExchangeStandard";
        assert_eq!(denoted("c", name).as_deref(), Some("mention ECDH"));
        assert_eq!(denoted("java", name), None);
        assert_eq!(denoted("c", "RSA_generate_key_ex"), None);
    }

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
        // A flag says whether it is a digest or a MAC.
        assert_eq!(bare("c", "gcry_md_open"), None);
        // A text says which algorithm, and may be another than those that are known.
        assert_eq!(bare("c", "gcry_sexp_build"), None);
        assert_eq!(bare("c", "RSA_size").as_deref(), Some("algorithm RSA"));
        assert_eq!(bare("go", "RSA_generate_key_ex"), None);
        assert_eq!(
            bare("go", "crypto/ed25519.Sign").as_deref(),
            Some("algorithm Ed25519 op=sign")
        );
    }

    #[test]
    fn a_setting_of_a_key_names_its_algorithm_where_no_call_is_seen() {
        let known = Knowledge::load(&[]).unwrap();
        let bare = |path| {
            let (asset, _) = known.rules.bare("c", path, "binary")?;
            Some(asset.brief())
        };
        assert_eq!(
            bare("EVP_PKEY_CTX_set_rsa_padding").as_deref(),
            Some("algorithm RSA padding=?binary(EVP_PKEY_CTX_set_rsa_padding)")
        );
        assert_eq!(
            bare("EVP_PKEY_CTX_set_dh_pad").as_deref(),
            Some("algorithm DH")
        );
        assert_eq!(
            bare("EVP_PKEY_get0_EC_KEY").as_deref(),
            Some("algorithm EC")
        );
        // These are said of any algorithm.
        assert_eq!(bare("EVP_PKEY_CTX_set_signature_md"), None);
        assert_eq!(bare("EVP_PKEY_dup"), None);
    }
}
