//! Fingerprints: by what a finding is recognised in the next version of the code, in a baseline, in a waiver.
//!
//! A finding is an asset at a place, judged to be of a finding class. Its fingerprint is made of what the asset is, the class, the text of the
//! place with white space collapsed, and a number among places that are equal in all of these. Neither path nor line is in it, so that it
//! survives lines that move, code that is indented anew and files that are renamed; a copy is a further place, and so has another number.
//! A certificate, a key or another object is told by what it is alone, wherever it lies and however often.

use std::collections::HashMap;
use std::fmt;

use super::InventoryAsset;
use super::identity::Identity;
use crate::model::FindingClass;

/// What a fingerprint begins with: whoever changes how it is made raises the number.
const PREFIX: &str = "pq1:";
/// What is hashed begins with this, so that no other hash of ours can be the same.
const DOMAIN: &[u8] = b"pqscan-finding/1\n";

/// What a finding is recognised by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint that a text writes; `None` where it is none of this version.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix(PREFIX)?;
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// `pq1:` and 32 hexadecimal digits in lower case.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a place says, without how it is set: equal for code that was indented anew. Not the text itself, which may be long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snippet([u8; 16]);

impl Snippet {
    /// Of the text of a place; where a file has no lines, of the name that was called.
    pub fn of(text: &str, symbol: &str) -> Self {
        let text = if text.trim().is_empty() { symbol } else { text };
        let mut hasher = blake3::Hasher::new();
        for word in text.split_whitespace() {
            hasher.update(word.as_bytes());
            hasher.update(b" ");
        }
        Self(head(&hasher))
    }
}

/// The fingerprints of an asset, by finding class and place.
#[derive(Debug)]
pub struct Fingerprints {
    identity: [u8; 32],
    /// One for each place; one for all where the asset is an object.
    places: Vec<(Snippet, u32)>,
    is_object: bool,
}

impl Fingerprints {
    /// Of an asset with all of its places.
    pub fn of(asset: &InventoryAsset) -> Self {
        let is_object = asset.asset.object.is_some();
        // Places are in the order of paths and lines.
        let snippets = asset
            .occurrences
            .iter()
            .map(|place| Snippet::of(&place.text, &place.symbol));
        let places = match asset.occurrences.len() {
            _ if is_object => Vec::new(),
            1 => snippets.map(|snippet| (snippet, 0)).collect(),
            _ => numbered(snippets, |_| true),
        };
        Self {
            identity: Identity::of(&asset.asset).head(),
            places,
            is_object,
        }
    }

    /// The same as if some places were all that there are: those of one of several results. Of other places they say nothing.
    pub(super) fn among(&self, is_one: impl Fn(usize) -> bool) -> Self {
        let snippets = self.places.iter().map(|(snippet, _)| *snippet);
        Self {
            places: numbered(snippets, is_one),
            ..*self
        }
    }

    /// The fingerprint of what is judged to be of that class at the place with that index.
    pub fn get(&self, class: FindingClass, place: usize) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        hasher.update(DOMAIN);
        hasher.update(&self.identity);
        hasher.update(&(class.name().len() as u64).to_le_bytes());
        hasher.update(class.name().as_bytes());
        if let Some((snippet, ordinal)) = self.places.get(place) {
            hasher.update(&snippet.0);
            hasher.update(&ordinal.to_le_bytes());
        }
        Fingerprint(head(&hasher))
    }

    /// Whether all places have the same fingerprints: the asset is an object that is the same wherever it lies.
    pub const fn is_one(&self) -> bool {
        self.is_object
    }

    /// What the place with that index says; `None` for the places of objects.
    pub fn snippet(&self, place: usize) -> Option<Snippet> {
        self.places.get(place).map(|(snippet, _)| *snippet)
    }
}

/// Numbers places among those that say the same; only those that count are counted.
fn numbered(
    snippets: impl Iterator<Item = Snippet>,
    counts: impl Fn(usize) -> bool,
) -> Vec<(Snippet, u32)> {
    let mut seen: HashMap<Snippet, u32> = HashMap::new();
    let number = |(place, snippet)| {
        let next = seen.entry(snippet).or_default();
        let ordinal = *next;
        *next += u32::from(counts(place));
        (snippet, ordinal)
    };
    snippets.enumerate().map(number).collect()
}

fn head(hasher: &blake3::Hasher) -> [u8; 16] {
    let hash = hasher.finalize();
    std::array::from_fn(|n| hash.as_bytes()[n])
}
