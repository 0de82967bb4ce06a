//! JSON Web Keys (RFC 7517, RFC 7518, RFC 8037, RFC 9964), alone, in sets, and in the middle of other JSON.
//!
//! A key is an object with the member `kty`. Its beginning and end are found by a walk over the text around that word; only what is an
//! object by then is parsed.

use serde_json::{Map, Value as Json};

use super::seen::Seen;
use super::spki::{self, fingerprint, key};
use super::{Anchor, parts};
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Half, KeyId};
use crate::model::{Facet, Facets, Operation, SkipReason, Value, Why};

/// Bytes before `kty` that its object may begin in: certificates in `x5c` stand there now and then.
const MAX_BEFORE: usize = 16 << 10;
/// Bytes of a key.
const MAX_KEY: usize = 256 << 10;
/// Members of an object; a key has some ten.
const MAX_MEMBERS: usize = 64;
/// Objects and arrays in a key.
const MAX_DEPTH: usize = 4;

/// The anchor.
pub(super) struct Jwk;

impl Anchor for Jwk {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[b"\"kty\"", b"\\\"kty\\\"", b"'kty'"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let (from, end, json) = match text.get(at)? {
            b'"' => {
                let (from, end) = around(text, at)?;
                (from, end, text.get(from..end)?.to_vec())
            }
            quote => {
                let (from, end) = nearest(text, at)?;
                let inside = text.get(from..end)?;
                // A string in JSON, or a literal of Python or JavaScript.
                let plain = if *quote == b'\\' {
                    let string = [b"\"".as_slice(), inside, b"\""].concat();
                    serde_json::from_slice::<String>(&string).ok()?.into_bytes()
                } else {
                    inside
                        .iter()
                        .map(|byte| if *byte == b'\'' { b'"' } else { *byte })
                        .collect()
                };
                (from, end, plain)
            }
        };
        let Json::Object(members) = serde_json::from_slice(&json).ok()? else {
            return None;
        };
        seen.stand(text, from..end);
        seen.show(b"JWK");
        read(&members, at, seen)?;
        // The certificates in `x5c` are found like any other base64, before and behind this word.
        Some(at + 5)
    }
}

/// The object that the word at `at` is a member of.
fn around(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let colon = skip_blanks(text, at + 5);
    (text.get(colon)? == &b':').then_some(())?;
    (text.get(skip_blanks(text, colon + 1))? == &b'"').then_some(())?;
    let floor = at.saturating_sub(MAX_BEFORE);
    let mut to = at;
    // A brace may stand in a string, or belong to an object before the word.
    for _ in 0..4 {
        let from = floor + memchr::memrchr(b'{', text.get(floor..to)?)?;
        if let Some(end) = object(text, from)
            && end > at
        {
            return Some((from, end));
        }
        to = from;
    }
    None
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .take(64)
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// Where an object ends that looks like a key: few members, little depth, `kty` once.
fn object(text: &[u8], from: usize) -> Option<usize> {
    let text = text.get(..text.len().min(from + MAX_KEY))?;
    let mut open = [0_u8; MAX_DEPTH];
    let mut depth = 0;
    let mut members = 0;
    let mut types = 0;
    let mut at = from;
    loop {
        let byte = *text.get(at)?;
        match byte {
            b'{' | b'[' => {
                *open.get_mut(depth)? = byte;
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                (open.get(depth)? == &(byte - 2)).then_some(())?;
                if depth == 0 {
                    return (types == 1).then_some(at + 1);
                }
            }
            b':' => {
                members += 1;
                (members <= MAX_MEMBERS && open.get(depth.checked_sub(1)?)? == &b'{')
                    .then_some(())?
            }
            b'"' => {
                let start = at + 1;
                at = string_end(text, start)?;
                if depth == 1 && text.get(start..at)? == b"kty" {
                    types += 1;
                    (types == 1).then_some(())?
                }
            }
            byte if byte.is_ascii_whitespace() || byte.is_ascii_alphanumeric() => {}
            b',' | b'.' | b'-' | b'+' => {}
            _ => return None,
        }
        at += 1;
    }
}

fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr3(b'"', b'\\', b'\n', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => return None,
        }
    }
}

/// The object between the next braces.
fn nearest(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let floor = at.saturating_sub(MAX_BEFORE);
    let from = floor + memchr::memrchr(b'{', text.get(floor..at)?)?;
    let ahead = text.get(at..text.len().min(at + MAX_BEFORE))?;
    let end = at + memchr::memchr(b'}', ahead)? + 1;
    Some((from, end))
}

/// Reads a key; `None` where it is none.
fn read(members: &Map<String, Json>, at: usize, seen: &mut Seen<'_>) -> Option<()> {
    let catalog = seen.catalog();
    let text = |name: &str| members.get(name).and_then(Json::as_str);
    let bytes = |name: &str| text(name).and_then(|text| parts::base64(text.as_bytes()));
    let kind = text("kty")?;
    let spoilt = |name: &&str| text(name).is_some() && bytes(name).is_none();
    if let Some(name) = ["n", "e", "x", "y", "pub"]
        .into_iter()
        .find(|name| spoilt(name))
    {
        if matches!(kind, "RSA" | "EC" | "OKP" | "AKP") {
            seen.skip(
                SkipReason::Damaged,
                format!("`{name}` of the JWK is not base64"),
            )
        }
        return None;
    }
    let label = text("kid").unwrap_or_default();
    let algorithm = text("alg").unwrap_or_default();
    if kind == "oct" {
        let secret = bytes("k").filter(|secret| !secret.is_empty())?;
        let mut facets = if algorithm.is_empty() {
            Facets::from([(
                Facet::Algorithm,
                Value::unknown(Why::new("unstated", "alg")),
            )])
        } else {
            parts::spelled("jose", algorithm, catalog)
        };
        facets = parts::with(facets, Facet::KeyBits, secret.len() as u64 * 8);
        let place = format!("{}\n{at}\n{label}", seen.artifact.path);
        let asset = parts::secret(facets, &place, "JWK");
        seen.add(parts::labelled(asset, label), "object/jwk");
        return Some(());
    }
    let private = ["d", "priv"].iter().any(|name| text(name).is_some());
    let half = if private { Half::Private } else { Half::Public };
    let info = match kind {
        "RSA" => spki::rsa(&bytes("n").filter(|n| n.len() >= 32)?, &bytes("e")?),
        "EC" => {
            let curve = catalog.curve(text("crv")?);
            let size = curve.map_or(0, |curve| {
                usize::try_from(curve.field).unwrap_or(0).div_ceil(8)
            });
            let mut point = vec![4];
            for name in ["x", "y"] {
                let number = bytes(name)?;
                point.extend(std::iter::repeat_n(0, size.saturating_sub(number.len())));
                point.extend(number);
            }
            match curve.and_then(|curve| curve.oids.first()) {
                Some(oid) if point.len() == 1 + 2 * size => spki::ec(oid, &point)?,
                _ => return unknown(members, "crv", half, label, seen),
            }
        }
        "OKP" => {
            let oid = match text("crv")? {
                "Ed25519" => "1.3.101.112",
                "Ed448" => "1.3.101.113",
                "X25519" => "1.3.101.110",
                "X448" => "1.3.101.111",
                _ => return unknown(members, "crv", half, label, seen),
            };
            spki::raw(oid, &bytes("x")?)?
        }
        "AKP" => {
            let public = bytes("pub")?;
            let oid = catalog
                .algorithm(algorithm)
                .filter(|found| found.name == algorithm)
                .and_then(|found| found.oids.first());
            match oid {
                Some(oid) => spki::raw(&oid.oid, &public)?,
                None => return unknown(members, "alg", half, label, seen),
            }
        }
        _ => return None,
    };
    let key = spki::read(&info, catalog)?;
    let mut asset = parts::labelled(key.asset(half, "JWK"), label);
    // RFC 7517 §4.2.
    match text("use") {
        Some("sig") => asset.operations = [Operation::Verify].into(),
        Some("enc") => asset.operations = [Operation::Encrypt].into(),
        _ => {}
    }
    seen.add(asset, "object/jwk");
    Some(())
}

/// A key of a type whose standard is not known: by the name that it gives itself.
fn unknown(
    members: &Map<String, Json>,
    named_by: &str,
    half: Half,
    label: &str,
    seen: &mut Seen<'_>,
) -> Option<()> {
    let name = members.get(named_by)?.as_str()?;
    let public = ["x", "y", "pub"]
        .iter()
        .filter_map(|name| members.get(*name)?.as_str())
        .collect::<Vec<_>>()
        .join(".");
    let facets = match known(name, seen.catalog()) {
        Some(name) => parts::named(&name, seen.catalog()),
        None => parts::unnamed(name),
    };
    let told = if public.is_empty() {
        seen.place_of(&[label.as_bytes()])
    } else {
        fingerprint(public.as_bytes())
    };
    let id = KeyId::Itself(told, "encoding of the key type not known");
    let asset = key(facets, id, half, "JWK");
    seen.add(parts::labelled(asset, label), "object/jwk");
    Some(())
}

fn known(name: &str, catalog: &Catalog) -> Option<String> {
    catalog.algorithm(name).map(|found| found.name.clone())
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    #[test]
    fn every_type_in_a_set() {
        assert_eq!(
            seen("e_jwks.json", r#"{
  "keys": [
    {
      "kty": "EC",
      "crv": "P-256",
      "x": "qe8e_qPP_lovd3M6W8QoHtf-AZS0o5eXA_iDMDiAffk",
      "y": "aBK43mgkfPxZsRQA8TRiev1qUJHfPysYltmMP6ACl9k",
      "d": "AAAA",
      "kid": "k1",
      "use": "sig"
    },
    {
      "kid": "r1",
      "x5c": [
        "MIIC+TCCAeGgAwIBAgIUSO3VhgFuk12qgukGY8yAUCkKRbkwDQYJKoZIhvcNAQELBQAwDDEKMAgGA1UEAwwBcjAeFw0yNjExMjkxOTQ0MTRaFw0zNjExMjYxOTQ0MTRaMAwxCjAIBgNVBAMMAXIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDcBz7vTE8N+uOjJW7g3M1De5wEsWOs0K0LUjfzGVVgM22gNiaIuYCTL97/h336bMTgY0p2CRrPRFGBJtfoEi1yQEGi2k0IXCBksVdVHdUJY5BJlimWv+Y/gvxO8gaUgNC36nHVe7qfU+i8cmiHfppj/kzldFEG+i+/wfJhFG3nZU/1Q+43tHnXciybCPYedFWcQnMP9wNMWwDhYuSbvnzpC0mv6IqLvt4XtNU9ck/eNi4+e19awMwZbsT1Hx5m1O6xOmePl4bKwDn2m7b3gzANbeHOctoUSaMKgcuk6hzPfcffZUOJAO6LlZjxDj4qbQq0ixSfcoGv9aTOtqoy2jWhAgMBAAGjUzBRMB0GA1UdDgQWBBSNVAxWuAtmDHoKkAGQ61KBjN7KmjAfBgNVHSMEGDAWgBSNVAxWuAtmDHoKkAGQ61KBjN7KmjAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQAjjx9q6hZItSjliD4wV3tVrQm/xgj4mfSBUWcGzApGRQngrQviktFQahAdsHrm/wWc3ZShpA0TRfwWnSvWiLPgfre9Dbh2h1cCcoQynRP6JyV1yXcqSXJJaFkCTOBVBqcWJZAvBbRefcbF1ZMYl4DB6rPs1mNuzKHNyNAZLrL7RimqhYp7r0N9VPWI4Z7IsUCORx3wjOHjl7OeE2K6dPA5l42AEkC+oYWtl3l/GvGBq6PI2hIS+gVP58LH4CZrQlTJGSphWUyC/rUedhnJ2SunkENBgCPTRMxR8TUI7yyUlVz5X2KRWcMAcWvioJI3iAEeEYLjAPdBk/Jzc1aOSz5R"
      ],
      "n": "3Ac-70xPDfrjoyVu4NzNQ3ucBLFjrNCtC1I38xlVYDNtoDYmiLmAky_e_4d9-mzE4GNKdgkaz0RRgSbX6BItckBBotpNCFwgZLFXVR3VCWOQSZYplr_mP4L8TvIGlIDQt-px1Xu6n1PovHJoh36aY_5M5XRRBvovv8HyYRRt52VP9UPuN7R513Ismwj2HnRVnEJzD_cDTFsA4WLkm7586QtJr-iKi77eF7TVPXJP3jYuPntfWsDMGW7E9R8eZtTusTpnj5eGysA59pu294MwDW3hznLaFEmjCoHLpOocz33H32VDiQDui5WY8Q4-Km0KtIsUn3KBr_WkzraqMto1oQ",
      "e": "AQAB",
      "kty": "RSA",
      "alg": "RS256",
      "ext": {
        "a": [
          1,
          2
        ]
      }
    },
    {
      "kty": "oct",
      "k": "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA",
      "alg": "HS256",
      "kid": "s"
    },
    {
      "kty": "OKP",
      "crv": "Ed25519",
      "x": "VBiKEXbbpw4GeuPCRjW0oq2GsyD8SXAEkxDL7tYliss"
    },
    {
      "kty": "AKP",
      "alg": "ML-DSA-44",
      "pub": "cXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcQ",
      "priv": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"
    },
    {
      "kty": "OKP",
      "crv": "Ed999",
      "x": "MTExMTExMTExMTExMTExMTExMTE"
    }
  ]
}"#.as_bytes()),
            [
                r#"3: key algorithm=EC curve=P-256 (private) "k1" 0464229f919a"#,
                "15: certificate algorithm=RSASSA-PKCS1 digest=SHA-256 padding=PKCS1v15 48edd586016e935daa82e90663cc8050290a45b9 of CN=r by CN=r Some(1795981454)..Some(2111341454) [] [] 9f4bcf7571ac uses 1",
                "15: key algorithm=RSA key_bits=2048 (public) 9f4bcf7571ac",
                r#"12: key algorithm=RSA key_bits=2048 (public) "r1" 9f4bcf7571ac"#,
                r#"28: key algorithm=HMAC digest=SHA-256 key_bits=256 (secret) "s" [a secret in plain sight]"#,
                "34: key algorithm=Ed25519 (public) 8774c6bd8fdc",
                "39: key algorithm=ML-DSA-44 (private) bbb092a56611",
                "45: key algorithm=?name(Ed999) (public) [encoding of the key type not known]",
            ]
        );
    }

    #[test]
    fn in_strings_and_in_literals() {
        assert_eq!(
            seen("e_jwkstr.json", r#"{"v": "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"qe8e_qPP_lovd3M6W8QoHtf-AZS0o5eXA_iDMDiAffk\", \"y\": \"aBK43mgkfPxZsRQA8TRiev1qUJHfPysYltmMP6ACl9k\", \"d\": \"AAAA\", \"kid\": \"k1\", \"use\": \"sig\"}, {\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": \"VBiKEXbbpw4GeuPCRjW0oq2GsyD8SXAEkxDL7tYliss\"}]}"}"#.as_bytes()),
            [
                r#"1: key algorithm=EC curve=P-256 (private) "k1" 0464229f919a"#,
                "1: key algorithm=Ed25519 (public) 8774c6bd8fdc",
            ]
        );
        assert_eq!(
            seen("e_jwk.py", "KEY = {'kty': 'EC', 'crv': 'P-256', 'x': 'qe8e_qPP_lovd3M6W8QoHtf-AZS0o5eXA_iDMDiAffk', 'y': 'aBK43mgkfPxZsRQA8TRiev1qUJHfPysYltmMP6ACl9k', 'd': 'AAAA', 'kid': 'k1', 'use': 'sig'}
".as_bytes()),
            [
                r#"1: key algorithm=EC curve=P-256 (private) "k1" 0464229f919a"#,
            ]
        );
        assert_eq!(
            seen(
                "e_notjwk.txt",
                r#"The "kty" (key type) parameter is {"kty":"RSA", ...}
"#
                .as_bytes()
            ),
            Vec::<String>::new()
        );
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"eyJ2IjogIntcImtleXNcIjogW3tcImt0eVwiOiBcIkVDXCIsIFwiY3J2XCI6IFwiUC0yNTZcIiwgXCJ4XCI6IFwicWU4ZV9xUFBfbG92ZDNNNlc4UW9IdGYtQVpTMG81ZVhBX2lETURpQWZma1wiLCBcInlcIjogXCJhQks0M21na2ZQeFpzUlFBOFRSaWV2MXFVSkhmUHlzWWx0bU1QNkFDbDlrXCIsIFwiZFwiOiBcIkFBQUFcIiwgXCJraWRcIjogXCJrMVwiLCBcInVzZVwiOiBcInNpZ1wifSwge1wia3R5XCI6IFwiT0tQXCIsIFwiY3J2XCI6IFwiRWQyNTUxOVwiLCBcInhcIjogXCJWQmlLRVhiYnB3NEdldVBDUmpXMG9xMkdzeUQ4U1hBRWt4REw3dFlsaXNzXCJ9XX0ifQ==").expect("base64"));
    }
}
