//! What the readers of texts share: assets for algorithms that only have a name, labels, lines.

use std::sync::Arc;

use super::spki::{fingerprint, key};
use crate::knowledge::catalog::Catalog;
use crate::knowledge::spelling::spelling;
use crate::model::object::{Half, KeyId};
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Origin, Value, Why};

/// Characters of a label that are kept.
const MAX_LABEL: usize = 120;
/// Bytes of a line that are read: what stands in one line of a million bytes is looked at once, and not again for every word in it.
const MAX_LINE: usize = 16 << 10;

/// An algorithm by its name in the catalogue, with what comes with the name.
pub(super) fn named(name: &str, catalog: &Catalog) -> Facets {
    let mut facets = Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))]);
    for (facet, text) in catalog.implied(name) {
        facets.insert(*facet, Value::name(text, Origin::Implied));
    }
    facets
}

/// An algorithm as one of the world's spellings writes it; unknown, with the name, where the spelling does not know it.
pub(super) fn spelled(how: &str, text: &str, catalog: &Catalog) -> Facets {
    spelling(how)
        .and_then(|spelling| spelling.read(text, Facet::Algorithm, catalog))
        .map_or_else(|| unnamed(text), |reading| reading.facets)
}

/// An algorithm that nobody knows, by the name that it has there.
pub(super) fn unnamed(text: &str) -> Facets {
    Facets::from([(
        Facet::Algorithm,
        Value::unknown(Why::new("name", clean(text))),
    )])
}

/// Adds a number to facets.
pub(super) fn with(mut facets: Facets, facet: Facet, number: u64) -> Facets {
    facets.insert(facet, Value::number(number, Origin::Literal));
    facets
}

/// Adds a name to facets.
pub(super) fn with_name(mut facets: Facets, facet: Facet, name: &str) -> Facets {
    facets.insert(facet, Value::name(name, Origin::Literal));
    facets
}

/// An algorithm in use.
pub(super) fn algorithm(facets: Facets) -> Asset {
    Asset {
        facets,
        ..Asset::new(AssetKind::Algorithm)
    }
}

/// Says what a key is called.
pub(super) fn labelled(mut asset: Asset, label: &str) -> Asset {
    let label = clean(label);
    if !label.is_empty()
        && let Some(object) = &mut asset.object
        && let Object::Key(key) = Arc::make_mut(object)
    {
        key.labels.insert(label);
    }
    asset
}

/// A key that both sides share, in plain sight. Nothing of it may be told: it is told from others by where it is and what it is called.
pub(super) fn secret(facets: Facets, place: &str, form: &'static str) -> Asset {
    let id = KeyId::Itself(fingerprint(place.as_bytes()), "a secret in plain sight");
    key(facets, id, Half::Secret, form)
}

/// A text as it may be shown.
pub(super) fn clean(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_LABEL)
        .collect()
}

/// The line from `at` on, without its end, and where the next begins. Lines end in LF, CR LF or CR; longer ones are cut.
pub(super) fn line(text: &[u8], at: usize) -> (&[u8], usize) {
    let rest = text.get(at..).unwrap_or_default();
    let rest = &rest[..rest.len().min(MAX_LINE)];
    let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else {
        return (rest, at + rest.len());
    };
    let both = rest[end] == b'\r' && text.get(at + end + 1) == Some(&b'\n');
    (&rest[..end], at + end + 1 + usize::from(both))
}

/// Where the line of a byte begins, at most so many bytes before it.
pub(super) fn line_start(text: &[u8], at: usize, most: usize) -> Option<usize> {
    let from = at.saturating_sub(most);
    match memchr::memrchr2(b'\n', b'\r', text.get(from..at)?) {
        Some(end) => Some(from + end + 1),
        None => (from == 0).then_some(0),
    }
}

/// Base64 of either alphabet, padded or not.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let plain: Vec<u8> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && **byte != b'=')
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        })
        .collect();
    LENIENT.decode(&plain).ok()
}

/// Base64 whose last bits need not be zero, and that needs no padding.
pub(super) static LENIENT: std::sync::LazyLock<data_encoding::Encoding> =
    std::sync::LazyLock::new(|| {
        let mut specification = data_encoding::BASE64_NOPAD.specification();
        specification.check_trailing_bits = false;
        specification
            .encoding()
            .unwrap_or(data_encoding::BASE64_NOPAD)
    });

/// Whether a byte is of base64, padding aside.
pub(super) const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Detector, Material};
    use crate::detect::{Detection, Means, Passwords};
    use crate::knowledge::Knowledge;
    use crate::model::object::KeyId;
    use crate::model::{Artifact, AssetKind, Context, Object};

    /// All that leaves the detector, however deep it lies.
    pub(in crate::detect::cert) fn told(path: &str, bytes: &[u8]) -> String {
        format!("{:?}", detection(path, bytes))
    }

    fn detection(path: &str, bytes: &[u8]) -> Detection {
        static KNOWN: std::sync::LazyLock<Knowledge> =
            std::sync::LazyLock::new(|| Knowledge::load(&[]).expect("the knowledge loads"));
        let artifact = Artifact::file(path, Context::default());
        let passwords = Passwords::default();
        let means = Means {
            known: &KNOWN,
            passwords: &passwords,
        };
        let mut source = bytes;
        Material.detect(&artifact, &mut source, &means)
    }

    /// What a file of that name shows: one line a finding, then the skips.
    pub(in crate::detect::cert) fn seen(path: &str, bytes: &[u8]) -> Vec<String> {
        let detection = detection(path, bytes);
        let mut lines: Vec<String> = detection
            .findings
            .iter()
            .map(|finding| {
                let asset = &finding.asset;
                let mut words = vec![format!("{}:", finding.location.line)];
                words.push(asset.kind.name().to_owned());
                for (facet, value) in &asset.facets {
                    words.push(format!("{}={value}", facet.name()))
                }
                match asset.object.as_deref() {
                    Some(Object::Key(key)) => {
                        words.extend(key.halves.iter().map(|half| format!("({})", half.name())));
                        words.extend(key.labels.iter().map(|label| format!("{label:?}")));
                        words.push(match key.id {
                            KeyId::Spki(id) => id.to_string()[..12].to_owned(),
                            KeyId::Itself(_, why) => format!("[{why}]"),
                        });
                    }
                    Some(Object::Certificate(c)) => words.push(format!(
                        "{} of {} by {} {:?}..{:?} {:?} {:?} {}",
                        c.serial,
                        c.subject.text,
                        c.issuer.text,
                        c.not_before,
                        c.not_after,
                        c.extended_key_usage,
                        c.alternative_names,
                        c.key
                            .map_or(String::new(), |key| key.to_string()[..12].to_owned()),
                    )),
                    Some(Object::Signature(s)) => words.push(format!(
                        "{} by {}",
                        s.form,
                        s.signer.as_deref().unwrap_or("?")
                    )),
                    Some(Object::Ciphertext(c)) => {
                        words.push(format!("{} for {}", c.form, c.recipients))
                    }
                    Some(Object::Keystore(s)) => {
                        words.push(format!("{} with {}", s.form, s.entries))
                    }
                    _ => {}
                }
                if asset.kind != AssetKind::Algorithm && !finding.uses.is_empty() {
                    words.push(format!("uses {}", finding.uses.len()))
                }
                words.join(" ")
            })
            .collect();
        lines.extend(
            detection
                .skips
                .iter()
                .map(|skip| format!("skip {}: {}", skip.reason.name(), skip.detail)),
        );
        lines
    }

    /// Reads every truncation and many changed copies, none of which may panic.
    pub(in crate::detect::cert) fn survives(path: &str, bytes: &[u8]) {
        let step = (bytes.len() / 150).max(1);
        for at in (0..bytes.len()).step_by(step) {
            seen(path, &bytes[..at]);
            for change in [0x01, 0x80, 0xff] {
                let mut changed = bytes.to_vec();
                changed[at] ^= change;
                seen(path, &changed);
            }
        }
    }
}
