//! DSSE envelopes (<https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>): what was signed, and signatures that say nothing
//! of how they were made.

use serde_json::Value;

use super::json::{Places, list, text};
use super::{add, by_key, unknown};
use crate::detect::cert::seen::Seen;
use crate::model::Facets;

const ENTRY: &str = "object/dsse";
/// Signatures of one envelope.
const MAX_SIGNATURES: usize = 1000;

/// Reads an envelope by itself.
pub(super) fn envelope(value: &Value, places: &mut Places<'_>, seen: &mut Seen<'_>) -> bool {
    let is_one = text(value, &["payloadType"]).is_some()
        && text(value, &["payload"]).is_some()
        && list(value, &["signatures"])
            .iter()
            .any(|signature| text(signature, &["sig"]).is_some());
    if is_one {
        signatures(value, None, places, seen);
    }
    is_one
}

/// Adds the signatures of an envelope; `key` is what signed them, where it lies beside. Their numbers.
pub(super) fn signatures(
    value: &Value,
    key: Option<&Facets>,
    places: &mut Places<'_>,
    seen: &mut Seen<'_>,
) -> Vec<usize> {
    let mut added = Vec::new();
    for signature in list(value, &["signatures"]).iter().take(MAX_SIGNATURES) {
        let encoded = text(signature, &["sig"]);
        if encoded.is_none() {
            continue;
        }
        places.stand(encoded, seen);
        let facets = match key {
            Some(key) => by_key(key, seen),
            None => unknown("unsaid", "the envelope names no algorithm"),
        };
        let signer = text(signature, &["keyid"]);
        added.push(add(facets, signer, "DSSE", ENTRY, seen))
    }
    added
}
