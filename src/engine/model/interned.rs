//! Texts of the program itself, such as the names of formats, as they come back from a saved document.
//!
//! The model names them by `&'static str`, which costs nothing to copy. What is read again is kept once for the life of the program, and
//! only so many of them, none of them long: a document of a stranger cannot fill the memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::de::{Deserialize, Deserializer, Error};

/// A text of the program itself. (By this name, since serde's derive takes a reference for one into the document.)
pub type Static = &'static str;

/// Most different texts.
const MAX_TEXTS: usize = 10_000;
/// Longest text, in bytes.
const MAX_TEXT: usize = 200;

static KEPT: Mutex<BTreeSet<Static>> = Mutex::new(BTreeSet::new());

/// The text that lives as long as the program; `None` where it is too long for one, or there are too many.
pub fn interned(text: &str) -> Option<Static> {
    // What one thread left behind is whole: a set of texts.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return Some(known);
    }
    if text.len() > MAX_TEXT || kept.len() >= MAX_TEXTS {
        return None;
    }
    let new: Static = Box::leak(text.into());
    kept.insert(new);
    Some(new)
}

struct Interned(Static);

impl<'de> Deserialize<'de> for Interned {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        let none = || D::Error::custom("a word that no version of this program has");
        interned(&text).map(Self).ok_or_else(none)
    }
}

/// Reads one.
///
/// # Errors
/// When it is no text, or none that can be kept.
pub(super) fn one<'de, D: Deserializer<'de>>(from: D) -> Result<Static, D::Error> {
    Interned::deserialize(from).map(|text| text.0)
}

/// Reads a list.
///
/// # Errors
/// As of one.
pub(super) fn list<'de, D, C>(from: D) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    C: FromIterator<Static>,
{
    let all = Vec::<Interned>::deserialize(from)?;
    Ok(all.into_iter().map(|text| text.0).collect())
}

/// Reads how many there are of each.
///
/// # Errors
/// As of one.
pub fn counts<'de, D>(from: D) -> Result<BTreeMap<Static, u64>, D::Error>
where
    D: Deserializer<'de>,
{
    let all = BTreeMap::<String, u64>::deserialize(from)?;
    let none = || D::Error::custom("a word that no version of this program has");
    let all = all.into_iter();
    all.map(|(text, number)| Ok((interned(&text).ok_or_else(none)?, number)))
        .collect()
}
