//! Metadata of in-toto and of TUF: `signed`, `signatures`, and the keys that later metadata is signed by
//! (<https://github.com/in-toto/specification>, <https://theupdateframework.github.io/specification/latest/>).

use serde_json::Value;

use super::json::{Places, list, text};
use super::{add, algorithm, unknown, with_digest};
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki;
use crate::model::Facets;
use crate::model::object::Half;

const ENTRY: &str = "object/in-toto";
/// Keys and signatures of one file.
const MAX_PARTS: usize = 1000;

/// Reads metadata.
pub(super) fn metadata(value: &Value, places: &mut Places<'_>, seen: &mut Seen<'_>) -> bool {
    let Some(signed) = value.get("signed") else {
        return false;
    };
    let Some(kind) = text(signed, &["_type"]) else {
        return false;
    };
    let signatures = list(value, &["signatures"]);
    if !value.get("signatures").is_some_and(Value::is_array) {
        return false;
    }
    let form = match kind.to_ascii_lowercase().as_str() {
        "layout" | "link" => "in-toto",
        "root" | "targets" | "snapshot" | "timestamp" | "mirrors" | "mirror" => "TUF",
        _ => return false,
    };
    let keys = signed.get("keys").and_then(Value::as_object);
    for key in keys
        .into_iter()
        .flat_map(|keys| keys.values())
        .take(MAX_PARTS)
    {
        self::key(key, form, places, seen)
    }
    for signature in signatures.iter().take(MAX_PARTS) {
        let Some(id) = text(signature, &["keyid"]) else {
            continue;
        };
        let scheme = text(signature, &["method"]).or_else(|| text(keys?.get(id)?, &["scheme"]));
        let facets = match scheme {
            Some(scheme) => by_scheme(scheme, seen),
            None => unknown("unsaid", "the metadata names no algorithm"),
        };
        places.stand(text(signature, &["sig"]), seen);
        add(facets, Some(&format!("key {id}")), form, ENTRY, seen);
    }
    true
}

/// Keys in PEM are found as such; those of Ed25519 are hexadecimal.
fn key(key: &Value, form: &'static str, places: &mut Places<'_>, seen: &mut Seen<'_>) {
    if text(key, &["keytype"]) != Some("ed25519") {
        return;
    }
    let encoded = text(key, &["keyval", "public"]);
    let bytes = encoded.filter(|text| text.len() == 64).and_then(|text| {
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .ok()
    });
    let read = bytes
        .and_then(|bytes| spki::raw("1.3.101.112", &bytes))
        .and_then(|info| spki::read(&info, seen.catalog()));
    if let Some(read) = read {
        places.stand(encoded, seen);
        seen.add(read.asset(Half::Public, form), ENTRY);
    }
}

fn by_scheme(scheme: &str, seen: &Seen<'_>) -> Facets {
    match scheme {
        "ed25519" => algorithm("Ed25519", seen),
        "ecdsa-sha2-nistp224" => with_digest("ECDSA", "SHA-224", seen),
        "ecdsa-sha2-nistp256" | "ecdsa" => with_digest("ECDSA", "SHA-256", seen),
        "ecdsa-sha2-nistp384" => with_digest("ECDSA", "SHA-384", seen),
        "ecdsa-sha2-nistp521" => with_digest("ECDSA", "SHA-512", seen),
        "rsassa-pss-sha256" => with_digest("RSASSA-PSS", "SHA-256", seen),
        "rsassa-pss-sha512" => with_digest("RSASSA-PSS", "SHA-512", seen),
        "rsa-pkcs1v15-sha256" | "rsassa-pkcs1v15-sha256" => {
            with_digest("RSASSA-PKCS1", "SHA-256", seen)
        }
        other => {
            let other: String = other.chars().take(40).collect();
            unknown("scheme", other)
        }
    }
}
