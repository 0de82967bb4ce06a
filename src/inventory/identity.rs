//! What makes an asset that asset: a versioned canonical form of its kind and parameters, and the hash of that form.
//!
//! Operations, places and the way a value was found are not part of what an asset is. This module knows nothing of what parameters mean.

use std::fmt::Write as _;
use std::hash::{Hash, Hasher};

use crate::model::{Asset, Facet, Scalar, Value};

/// What makes an asset that asset: the BLAKE3 hash of its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity([u8; 32]);

impl Identity {
    /// Of an asset.
    pub(super) fn of(asset: &Asset) -> Self {
        Self(*blake3::hash(canonical(asset).as_bytes()).as_bytes())
    }

    /// In hexadecimal.
    pub(super) fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The first bytes of it, which tell it from nearly all others.
    pub(super) fn head<const N: usize>(&self) -> [u8; N] {
        std::array::from_fn(|n| self.0.get(n).copied().unwrap_or_default())
    }
}

impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // It is a hash already.
        state.write_u64(u64::from_be_bytes(self.head()))
    }
}

/// The canonical form of what makes an asset that asset. Any change of this text changes every id: raise the version then.
///
/// An object that was read from its own encoding is told by its fingerprint. Facets stand in the order of their names and scalars in the
/// order of their encoding, both independent of how the enums are declared; every text carries its length, so that no content can imitate
/// the form.
fn canonical(asset: &Asset) -> String {
    let mut out = String::with_capacity(192);
    out.push_str("pqscan-asset/1\n");
    out.push_str(asset.kind.name());
    out.push('\n');
    if let Some(object) = &asset.object {
        out.push_str("object=");
        text(&object.identity(), &mut out);
        out.push('\n');
        if object.says_all() {
            return out;
        }
    }
    let mut facets: Vec<(&Facet, &Value)> = asset.facets.iter().collect();
    facets.sort_by_key(|(facet, _)| facet.name());
    for (facet, value) in facets {
        let mut scalars: Vec<String> = value.scalars.keys().map(encode).collect();
        scalars.sort();
        let _ = write!(out, "{}={}", facet.name(), scalars.join("|"));
        if value.open {
            out.push('+')
        }
        if let Some(why) = &value.why {
            out.push('?');
            text(why.kind, &mut out);
            text(&why.detail, &mut out);
        }
        out.push('\n');
    }
    out
}

fn encode(scalar: &Scalar) -> String {
    let mut out = String::new();
    match scalar {
        Scalar::Number(number) => out = format!("n{number};"),
        Scalar::Name(name) => {
            out.push('s');
            text(name, &mut out);
        }
        Scalar::List(names) => {
            let _ = write!(out, "l{};", names.len());
            for name in names {
                text(name, &mut out)
            }
        }
    }
    out
}

fn text(text: &str, out: &mut String) {
    let _ = write!(out, "{}:", text.len());
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssetKind, Origin};

    #[test]
    fn no_content_can_imitate_the_canonical_form() {
        let key = |facets: &[(Facet, Value)]| Asset {
            facets: facets.iter().cloned().collect(),
            ..Asset::new(AssetKind::Key)
        };
        let name = |text: &str| (Facet::Algorithm, Value::name(text, Origin::Literal));
        let size = (Facet::KeyBits, Value::number(2048, Origin::Literal));
        let a = key(&[name("RSA\nkey_bits=n2048;")]);
        let b = key(&[name("RSA"), size]);
        assert_ne!(Identity::of(&a), Identity::of(&b));
    }
}
