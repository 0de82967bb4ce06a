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
/// Bytes that are gone through to find out where things stand; ordinary files need a few times their size.
const MAX_SEARCHED: usize = 256 << 20;

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
        seen.enter(0, 0, false);
        seen.stand_in_file(0..length);
        let mut walk = Walk {
            left: MAX_ENVELOPES,
            has_bundle: false,
            places: Places {
                text: all,
                at: 0,
                left: MAX_SEARCHED,
            },
        };
        let values = serde_json::Deserializer::from_slice(all).into_iter::<Value>();
        for value in values.map_while(Result::ok) {
            walk.look(&value, 0, seen)
        }
        // All of a bundle is read. Beside other envelopes there may be keys and certificates: the file is searched like any other.
        walk.has_bundle
    }
}

struct Walk<'t> {
    /// Envelopes that may still be read.
    left: usize,
    /// Whether there was a bundle of Sigstore.
    has_bundle: bool,
    places: Places<'t>,
}

/// Where texts stand in the file: its values no longer say so.
pub(super) struct Places<'t> {
    text: &'t [u8],
    /// Where the last one ends: most come in the order of the file.
    at: usize,
    /// Bytes that may still be gone through.
    left: usize,
}

impl Places<'_> {
    /// Stands at a text that is some value in the file; at the file where it is not found.
    pub(super) fn stand(&mut self, value: Option<&str>, seen: &mut Seen<'_>) {
        match value.and_then(|value| self.find(value)) {
            Some(start) => {
                let end = start + value.map_or(0, str::len);
                seen.stand(self.text, start..end.min(self.text.len()))
            }
            None => seen.stand_in_file(0..self.text.len() as u64),
        }
    }

    fn find(&mut self, value: &str) -> Option<usize> {
        // Some writers escape the padding of base64, and slashes.
        let plain = value.trim_end_matches('=');
        if plain.is_empty() {
            return None;
        }
        let escaped = plain.replace('/', "\\/");
        let forms = [plain, escaped.as_str()];
        let forms = &forms[..1 + usize::from(escaped != plain)];
        for from in [self.at, 0] {
            for form in forms {
                if let Some(start) = self.search(form, from) {
                    self.at = start + form.len();
                    return Some(start);
                }
            }
        }
        None
    }

    fn search(&mut self, text: &str, from: usize) -> Option<usize> {
        let rest = self.text.get(from..)?;
        // Lines are counted from the beginning again after a step back.
        self.left = self.left.checked_sub(rest.len())?;
        memchr::memmem::find(rest, text.as_bytes()).map(|at| from + at)
    }
}

impl Walk<'_> {
    /// Reads an object that is one of these, or looks into it.
    fn look(&mut self, value: &Value, depth: usize, seen: &mut Seen<'_>) {
        if depth > MAX_DEPTH || self.left == 0 {
            return;
        }
        let places = &mut self.places;
        let is_bundle =
            sigstore::bundle(value, places, seen) || sigstore::cosign(value, places, seen);
        self.has_bundle |= is_bundle;
        if is_bundle
            || dsse::envelope(value, places, seen)
            || in_toto::metadata(value, places, seen)
        {
            self.left -= 1;
            return;
        }
        match value {
            Value::Object(fields) => fields
                .values()
                .for_each(|inner| self.look(inner, depth + 1, seen)),
            Value::Array(items) => items
                .iter()
                .for_each(|inner| self.look(inner, depth + 1, seen)),
            _ => {}
        }
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
