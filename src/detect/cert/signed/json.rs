//! Signatures in JSON: bundles of Sigstore, DSSE envelopes, metadata of in-toto and TUF; one in a file, one a line, or inside of others.

use serde_json::Value;

use super::{dsse, in_toto, sigstore};
use crate::detect::Source;
use crate::detect::cert::Form;
use crate::detect::cert::seen::Seen;
use crate::model::Artifact;

/// A file of more bytes is none of these.
const MAX_FILE: u64 = 16 << 20;
/// Objects in objects that are looked into.
const MAX_DEPTH: usize = 5;
/// Envelopes of one file.
const MAX_ENVELOPES: usize = 10_000;

/// A JSON file with signatures.
pub(in crate::detect::cert) struct Json;

impl Form for Json {
    fn is(&self, _artifact: &Artifact, head: &[u8], length: u64) -> bool {
        let start = head.trim_ascii_start();
        let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
        length <= MAX_FILE
            && matches!(start.first(), Some(b'{' | b'['))
            && (has(b"application/vnd.dev.sigstore")
                || has(b"\"payload")
                || has(b"\"dsseEnvelope\"")
                || has(b"\"verificationMaterial\"")
                || has(b"\"base64Signature\"")
                || has(b"\"signatures\"")
                || has(b"\"signed\"") && has(b"\"_type\""))
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let length = bytes.len();
        let Ok(all) = bytes.read_at(0..length) else {
            return false;
        };
        let has = |word: &[u8]| memchr::memmem::find(all, word).is_some();
        if !(has(b"\"payloadType\"")
            || has(b"\"verificationMaterial\"")
            || has(b"\"base64Signature\"")
            || has(b"\"signatures\"") && has(b"\"signed\""))
        {
            return false;
        }
        seen.stand_in_file(0..length);
        let mut left = MAX_ENVELOPES;
        let values = serde_json::Deserializer::from_slice(all).into_iter::<Value>();
        for value in values.map_while(Result::ok) {
            look(&value, 0, &mut left, seen)
        }
        // Keys and certificates in PEM may stand in the same file: it is searched like any other.
        false
    }
}

/// Reads an object that is one of these, or looks into it.
fn look(value: &Value, depth: usize, left: &mut usize, seen: &mut Seen<'_>) {
    if depth > MAX_DEPTH || *left == 0 {
        return;
    }
    let readers: [fn(&Value, &mut Seen<'_>) -> bool; 4] = [
        sigstore::bundle,
        sigstore::cosign,
        dsse::envelope,
        in_toto::metadata,
    ];
    if readers.iter().any(|reader| reader(value, seen)) {
        *left -= 1;
        return;
    }
    match value {
        Value::Object(fields) => {
            for inner in fields.values() {
                look(inner, depth + 1, left, seen)
            }
        }
        Value::Array(items) => {
            for inner in items {
                look(inner, depth + 1, left, seen)
            }
        }
        _ => {}
    }
}

/// A text in an object in an object.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter()
        .try_fold(value, |value, name| value.get(name))?
        .as_str()
}

/// The elements of a list in an object; none where there is no such list.
pub(super) fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    path.iter()
        .try_fold(value, |value, name| value.get(name))
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
