//! What an asset is called: the catalogue's name with the parameters that the code shows, in the order that the CycloneDX
//! registry's patterns have (`AES-256-GCM`, `ECDSA-P-256-SHA-256`, `RSASSA-PSS-SHA-256-2048`), and in words what is not one known value.
//!
//! A name is made from the asset's identity alone, so it does not change when other assets come or go. What is shortened or replaced
//! ends in a piece of the identity's hash, so that two assets never share a name. Names hold no `@`: a consumer cuts them there.

use data_encoding::HEXLOWER;

use super::identity::Identity;
use crate::model::object::KeyId;
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Scalar, Value};

/// Longest text that came from the code under scan.
const MAX_DETAIL: usize = 48;
/// Longest list that is written out.
const MAX_LIST: usize = 3;
/// Most alternatives that are written out.
const MAX_ALTERNATIVES: usize = 4;

/// The name of an asset that the code shows.
pub(super) fn of(asset: &Asset) -> String {
    let mut writer = Writer { shortened: false };
    let mut name = match asset.kind {
        AssetKind::Algorithm => writer.algorithm(&asset.facets),
        AssetKind::Key if !asset.facets.contains_key(&Facet::Algorithm) => {
            writer.with_lead(&asset.facets, Facet::Algorithm, "key")
        }
        AssetKind::Key => format!("{} key", writer.algorithm(&asset.facets)),
        AssetKind::Certificate if !asset.facets.contains_key(&Facet::Algorithm) => {
            writer.with_lead(&asset.facets, Facet::Algorithm, "certificate")
        }
        AssetKind::Certificate => format!("{} certificate", writer.algorithm(&asset.facets)),
        AssetKind::Request
        | AssetKind::Crl
        | AssetKind::Keystore
        | AssetKind::Signature
        | AssetKind::Ciphertext => asset.kind.name().to_owned(),
        AssetKind::Protocol => writer.protocol(&asset.facets),
        AssetKind::Mention => format!("{} (mentioned)", writer.mention(&asset.facets)),
    };
    if writer.shortened {
        name += &format!(" [{}]", &Identity::of(asset).hex()[..8]);
    }
    name
}

/// The name of an algorithm with these parameters.
pub(super) fn of_algorithm(facets: &Facets) -> String {
    Writer { shortened: false }.algorithm(facets)
}

/// Writes the name of what was read from its own encoding: who or what it is, its kind and algorithm, and a piece of its fingerprint.
pub(super) fn of_object(object: &Object, algorithm: &str, identity: &Identity, out: &mut String) {
    let [a, b, c, d, ..] = match object {
        Object::Certificate(certificate) => certificate.fingerprint.0,
        Object::Request(request) => request.fingerprint.0,
        Object::Crl(crl) => crl.fingerprint.0,
        Object::Key(key) => {
            let (KeyId::Spki(id) | KeyId::Itself(id, _)) = key.id;
            id.0
        }
        Object::Keystore(store) => store.fingerprint.0,
        Object::Signature(_) | Object::Ciphertext(_) => identity.head(),
    };
    match object {
        Object::Certificate(certificate) => {
            out.extend(["certificate "]);
            clean(&certificate.subject.text, out);
            out.extend([" (", algorithm, ")"]);
        }
        Object::Request(request) => {
            out.extend(["certificate request "]);
            clean(&request.subject.text, out);
            out.extend([" (", algorithm, ")"]);
        }
        Object::Crl(crl) => {
            out.extend(["CRL of "]);
            clean(&crl.issuer.text, out);
            out.extend([" (", algorithm, ")"]);
        }
        Object::Key(_) => out.extend([algorithm, " key"]),
        Object::Keystore(store) => out.extend([store.form, " keystore"]),
        Object::Signature(signature) => {
            out.extend([signature.form, " signature by "]);
            clean(signature.signer.as_deref().unwrap_or("unknown"), out);
            out.extend([" (", algorithm, ")"]);
        }
        Object::Ciphertext(ciphertext) => out.extend([ciphertext.form, " ciphertext"]),
    }
    out.push(' ');
    HEXLOWER.encode_append(&[a, b, c, d], out);
}

/// Parameters that follow the algorithm with hyphens, in this order, where exactly one value is possible.
const PARAMETERS: [Facet; 5] = [
    Facet::Curve,
    Facet::Group,
    Facet::Mac,
    Facet::Kdf,
    Facet::Digest,
];
/// Those of a cipher.
const CIPHER_PARAMETERS: [Facet; 2] = [Facet::Mode, Facet::Padding];

struct Writer {
    shortened: bool,
}

impl Writer {
    fn algorithm(&mut self, facets: &Facets) -> String {
        self.with_lead(facets, Facet::Algorithm, "unknown algorithm")
    }

    fn protocol(&mut self, facets: &Facets) -> String {
        self.with_lead(facets, Facet::Protocol, "unknown protocol")
    }

    /// A mention often names a parameter alone: a curve, a digest, a mode.
    fn mention(&mut self, facets: &Facets) -> String {
        let leads = [
            Facet::Algorithm,
            Facet::Protocol,
            Facet::Curve,
            Facet::Group,
            Facet::Padding,
            Facet::Mode,
        ];
        let lead = leads
            .into_iter()
            .chain(Facet::ALL)
            .find(|facet| facets.contains_key(facet));
        let Some(lead) = lead else {
            return "something".to_owned();
        };
        let says_itself = matches!(
            lead,
            Facet::Algorithm | Facet::Protocol | Facet::Curve | Facet::Group | Facet::Digest
        );
        let name = self.with_lead(facets, lead, &format!("unknown {}", words(lead)));
        if says_itself {
            name
        } else {
            format!("{} {name}", words(lead))
        }
    }

    fn with_lead(&mut self, facets: &Facets, lead: Facet, nameless: &str) -> String {
        let mut notes = Vec::new();
        let mut name = match facets.get(&lead) {
            None => nameless.to_owned(),
            Some(value) if value.is_unknown() => {
                notes.extend(self.reason(value));
                nameless.to_owned()
            }
            Some(value) => self.value(value),
        };
        let mut written = vec![lead];
        // Behind several alternatives a parameter would read as if it belonged to the last.
        let follow = facets
            .get(&lead)
            .is_some_and(|value| value.scalars.len() < 2);
        let suffixes = if follow { suffixes(facets) } else { Vec::new() };
        for facet in suffixes {
            if written.contains(&facet) {
                continue;
            }
            let Some(scalar) = facets.get(&facet).and_then(Value::single) else {
                continue;
            };
            written.push(facet);
            if facet == Facet::Padding && implied_padding(facets, scalar) {
                continue;
            }
            name.push('-');
            name += &self.scalar(scalar);
        }
        let mut rest: Vec<(&Facet, &Value)> = facets
            .iter()
            .filter(|(facet, _)| !written.contains(facet))
            .collect();
        rest.sort_by_key(|(facet, _)| facet.name());
        for (facet, value) in rest {
            let text = if value.is_unknown() {
                self.reason(value).map_or_else(
                    || "unknown".to_owned(),
                    |reason| format!("unknown, {reason}"),
                )
            } else {
                self.value(value)
            };
            notes.push(format!("{} {text}", words(*facet)));
        }
        if notes.is_empty() {
            name
        } else {
            format!("{name} ({})", notes.join("; "))
        }
    }

    fn value(&mut self, value: &Value) -> String {
        if value.scalars.len() > MAX_ALTERNATIVES {
            self.shortened = true
        }
        let mut words: Vec<String> = value
            .scalars
            .keys()
            .take(MAX_ALTERNATIVES)
            .map(|scalar| self.scalar(scalar))
            .collect();
        if value.scalars.len() > MAX_ALTERNATIVES {
            words.push(format!("{} others", value.scalars.len() - MAX_ALTERNATIVES))
        }
        let mut text = words.join(" or ");
        if value.open {
            text += " or unknown";
            if let Some(reason) = self.reason(value) {
                text += &format!(", {reason}")
            }
        }
        text
    }

    fn scalar(&mut self, scalar: &Scalar) -> String {
        match scalar {
            Scalar::Number(number) => number.to_string(),
            Scalar::Name(name) => self.clean(name),
            Scalar::List(names) if names.len() <= MAX_LIST => names
                .iter()
                .map(|name| self.clean(name))
                .collect::<Vec<_>>()
                .join(", "),
            Scalar::List(names) => {
                self.shortened = true;
                format!("{} and {} more", self.clean(&names[0]), names.len() - 1)
            }
        }
    }

    fn reason(&mut self, value: &Value) -> Option<String> {
        let why = value.why.as_ref()?;
        let detail = self.clean(&why.detail);
        Some(match (why.kind, detail.is_empty()) {
            (kind, true) => kind.to_owned(),
            ("binary", _) => format!("given to {detail}"),
            (kind, _) => format!("{kind} {detail}"),
        })
    }

    /// Text of the code under scan, made fit for a name.
    fn clean(&mut self, text: &str) -> String {
        let mut out = String::new();
        self.shortened |= !clean(text, &mut out);
        out
    }
}

/// Writes text of what is under scan, made fit for a name; whether that is all of it.
fn clean(text: &str, out: &mut String) -> bool {
    let mut whole = true;
    for (n, c) in text.chars().enumerate() {
        if n == MAX_DETAIL {
            out.push('…');
            return false;
        }
        // A consumer cuts names at '@'; brackets and parentheses are ours; control and direction characters deceive the eye.
        let plain = c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '-' | '_' | '.' | '/' | ':' | '+' | ',' | '*' | '#' | '=' | '$'
            );
        whole &= plain;
        out.push(if plain { c } else { '_' });
    }
    whole
}

fn words(facet: Facet) -> String {
    facet.name().replace('_', " ")
}

/// The facets that follow the name, in order. A cipher's key size comes first (`AES-256-GCM`), any other's last (`RSASSA-PSS-SHA-256-2048`).
fn suffixes(facets: &Facets) -> Vec<Facet> {
    let mut order = Vec::new();
    if facets.contains_key(&Facet::Mode) {
        order.push(Facet::KeyBits)
    }
    order.extend(PARAMETERS);
    order.extend(CIPHER_PARAMETERS);
    order.push(Facet::KeyBits);
    order
}

/// Whether the algorithm's own name says the padding.
fn implied_padding(facets: &Facets, padding: &Scalar) -> bool {
    let (Some(algorithm), Scalar::Name(padding)) = (
        facets.get(&Facet::Algorithm).and_then(Value::single_name),
        padding,
    ) else {
        return false;
    };
    matches!(
        (algorithm, padding.as_str()),
        ("RSASSA-PKCS1" | "RSAES-PKCS1", "PKCS1v15")
            | ("RSASSA-PSS", "PSS")
            | ("RSAES-OAEP", "OAEP")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Why};

    fn named(kind: AssetKind, facets: &[(Facet, Value)]) -> String {
        of(&Asset {
            facets: facets.iter().cloned().collect(),
            ..Asset::new(kind)
        })
    }

    fn name(text: &str) -> Value {
        Value::name(text, Origin::Literal)
    }

    fn bits(number: u64) -> Value {
        Value::number(number, Origin::Literal)
    }

    #[test]
    fn known_parameters_follow_in_the_order_of_the_registry() {
        use Facet::{Algorithm, Curve, Digest, KeyBits, Mode, Padding};
        let algorithm = |facets: &[(Facet, Value)]| named(AssetKind::Algorithm, facets);
        assert_eq!(
            algorithm(&[
                (Algorithm, name("AES")),
                (KeyBits, bits(256)),
                (Mode, name("GCM"))
            ]),
            "AES-256-GCM"
        );
        assert_eq!(
            algorithm(&[
                (Algorithm, name("AES")),
                (KeyBits, bits(128)),
                (Mode, name("CBC")),
                (Padding, name("PKCS7"))
            ]),
            "AES-128-CBC-PKCS7"
        );
        assert_eq!(
            algorithm(&[
                (Algorithm, name("ECDSA")),
                (Curve, name("P-256")),
                (Digest, name("SHA-256"))
            ]),
            "ECDSA-P-256-SHA-256"
        );
        assert_eq!(
            algorithm(&[
                (Algorithm, name("RSASSA-PSS")),
                (Padding, name("PSS")),
                (Digest, name("SHA-256")),
                (KeyBits, bits(2048))
            ]),
            "RSASSA-PSS-SHA-256-2048"
        );
    }

    #[test]
    fn what_is_not_one_known_value_is_said_in_words() {
        let key = |size: Value| {
            named(
                AssetKind::Key,
                &[(Facet::Algorithm, name("RSA")), (Facet::KeyBits, size)],
            )
        };
        assert_eq!(key(bits(2048)), "RSA-2048 key");
        assert_eq!(
            key(Value::unknown(Why::new("parameter", "bits"))),
            "RSA (key bits unknown, parameter bits) key"
        );
        let mut either = bits(2048);
        either.union(bits(4096));
        assert_eq!(key(either.clone()), "RSA (key bits 2048 or 4096) key");
        either.open = true;
        assert_eq!(key(either), "RSA (key bits 2048 or 4096 or unknown) key");
        assert_eq!(
            named(
                AssetKind::Algorithm,
                &[(Facet::Algorithm, Value::unknown(Why::new("env", "ALG")))]
            ),
            "unknown algorithm (env ALG)"
        );
        let mut algorithms = name("AES");
        algorithms.union(name("RSA"));
        assert_eq!(
            named(
                AssetKind::Key,
                &[(Facet::Algorithm, algorithms), (Facet::KeyBits, bits(256))]
            ),
            "AES or RSA (key bits 256) key"
        );
    }

    #[test]
    fn a_mention_says_what_it_names() {
        assert_eq!(
            named(AssetKind::Mention, &[(Facet::Curve, name("P-256"))]),
            "P-256 (mentioned)"
        );
        assert_eq!(
            named(AssetKind::Mention, &[(Facet::Mode, name("GCM"))]),
            "mode GCM (mentioned)"
        );
        let oaep = [
            (Facet::Padding, name("OAEP")),
            (Facet::Digest, name("SHA-256")),
            (Facet::Mgf, name("MGF1")),
        ];
        assert_eq!(
            named(AssetKind::Mention, &oaep),
            "padding OAEP-SHA-256 (mgf MGF1) (mentioned)"
        );
        assert_eq!(
            named(AssetKind::Mention, &[(Facet::KeyBits, bits(2048))]),
            "key bits 2048 (mentioned)"
        );
    }

    #[test]
    fn a_key_or_certificate_of_an_unseen_algorithm_is_just_that() {
        assert_eq!(
            named(AssetKind::Key, &[(Facet::KeyBits, bits(2048))]),
            "key (key bits 2048)"
        );
        assert_eq!(named(AssetKind::Certificate, &[]), "certificate");
        assert_eq!(
            named(AssetKind::Certificate, &[(Facet::Digest, name("SHA-256"))]),
            "certificate (digest SHA-256)"
        );
    }

    #[test]
    fn a_long_list_is_counted_and_told_apart_by_a_hash() {
        let list = |names: &[&str]| {
            Value::known(
                Scalar::List(names.iter().map(ToString::to_string).collect()),
                Origin::Literal,
            )
        };
        let tls = |suites| {
            named(
                AssetKind::Protocol,
                &[
                    (Facet::Protocol, name("TLS")),
                    (Facet::CipherSuites, suites),
                ],
            )
        };
        let (one, other) = (
            tls(list(&["A", "B", "C", "D"])),
            tls(list(&["A", "B", "C", "E"])),
        );
        assert!(
            one.starts_with("TLS (cipher suites A and 3 more) ["),
            "{one}"
        );
        assert_ne!(one, other);
    }
}
