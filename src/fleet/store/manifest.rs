//! Which content keys a part holds, in the order in which it holds them: a text beside it, written before it. Its name is its own hash, so
//! that one that was cut or changed is known.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;

use super::layout::{self, Kind};
use super::{Error, Result, Store};

/// The first line: what follows is a key and its number of rows in each.
const FIRST: &str = "pqscan keys 1";
/// Most bytes of one: a million keys have 40 MB.
const MAX_BYTES: u64 = 256 << 20;

/// A part and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) path: String,
    pub(super) manifest: String,
    pub(super) bytes: u64,
    pub(super) modified: i64,
    /// Keys and how many rows each has, in their order.
    pub(super) keys: Vec<(String, u64)>,
}

impl Held {
    /// How many rows it has.
    pub(super) fn rows(&self) -> u64 {
        self.keys.iter().map(|(_, rows)| rows).sum()
    }
}

/// The text of a manifest, and its hash.
pub(super) fn write(keys: &[(String, u64)]) -> (String, String) {
    let mut text = format!("{FIRST}\n");
    for (key, rows) in keys {
        text.push_str(&format!("{key} {rows}\n"))
    }
    let hash = hash(text.as_bytes());
    (text, hash)
}

fn hash(text: &[u8]) -> String {
    blake3::hash(text).to_hex()[..32].to_owned()
}

/// The keys of a manifest of that name.
fn read(path: &str, named: &str, text: &[u8]) -> Result<Vec<(String, u64)>> {
    let damaged = |why: &str| Error::Damaged {
        path: path.to_owned(),
        why: why.to_owned(),
    };
    if hash(text) != named {
        return Err(damaged("it is not what its name says"));
    }
    let text = std::str::from_utf8(text).map_err(|_| damaged("no text"))?;
    let mut lines = text.lines();
    if lines.next() != Some(FIRST) {
        return Err(damaged("another version of pqscan wrote it"));
    }
    let keys = lines.map(|line| {
        let (key, rows) = line.split_once(' ')?;
        let rows: u32 = rows.parse().ok()?;
        layout::is_key(key).then(|| (key.to_owned(), u64::from(rows)))
    });
    keys.collect::<Option<_>>()
        .ok_or_else(|| damaged("a line that is none"))
}

/// Every part with what it holds, by path; and the paths of those of which nothing tells.
pub(super) async fn parts(store: &Store) -> Result<(Vec<Held>, Vec<String>)> {
    let mut found = BTreeMap::new();
    let mut manifests = BTreeSet::new();
    let mut objects = store.list("part");
    while let Some(object) = objects.try_next().await? {
        match Kind::of(&object.path) {
            Some(Kind::Part { month, hash }) => {
                found.insert(object.path.clone(), (object, month, hash));
            }
            Some(Kind::Manifest { .. }) => {
                manifests.insert(object.path);
            }
            _ => {}
        }
    }
    let (mut held, mut odd) = (Vec::new(), Vec::new());
    for (path, (object, month, hash)) in found {
        let manifest = layout::manifest(&month, &hash);
        let text = match manifests.contains(&manifest) {
            true => store.get(&manifest, MAX_BYTES).await,
            false => Err(Error::Missing(manifest.clone())),
        };
        match text.and_then(|text| read(&manifest, &hash, &text)) {
            Ok(keys) => held.push(Held {
                path,
                manifest,
                bytes: object.bytes,
                modified: object.modified,
                keys,
            }),
            Err(Error::Missing(_) | Error::Damaged { .. } | Error::TooLarge { .. }) => {
                odd.push(path)
            }
            Err(error) => return Err(error),
        }
    }
    Ok((held, odd))
}

/// For each wanted key that a part holds, the one from which it is to be taken: several may hold it, where a compaction was cut short or two
/// ran at once. Parts of which most is wanted come first, so that what was merged into a new part is taken from there.
pub(super) fn cover(parts: &[Held], is_wanted: impl Fn(&str) -> bool) -> BTreeMap<&str, usize> {
    let wanted = |part: &Held| {
        let keys = part.keys.iter().filter(|(key, _)| is_wanted(key));
        keys.fold((0, 0), |(number, sum), (_, rows)| (number + 1, sum + rows))
    };
    let mut order: Vec<_> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            let (keys, rows): (u64, u64) = wanted(part);
            // By rows and keys, since there are keys without rows; in millionths.
            let all = part.rows() + part.keys.len() as u64;
            let share = (u128::from(rows + keys) * 1_000_000) / u128::from(all.max(1));
            (
                std::cmp::Reverse((share, rows, keys)),
                part.path.as_str(),
                at,
            )
        })
        .collect();
    order.sort();
    let mut from = BTreeMap::new();
    for (_, _, at) in order {
        let Some(part) = parts.get(at) else { continue };
        for (key, _) in part.keys.iter().filter(|(key, _)| is_wanted(key)) {
            from.entry(key.as_str()).or_insert(at);
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> String {
        format!("{number:032x}")
    }

    fn part(path: &str, keys: &[(u64, u64)]) -> Held {
        Held {
            path: path.to_owned(),
            manifest: String::new(),
            bytes: 0,
            modified: 0,
            keys: keys
                .iter()
                .map(|(number, rows)| (key(*number), *rows))
                .collect(),
        }
    }

    #[test]
    fn a_manifest_says_what_it_was_made_of_and_no_other_does() {
        let keys = vec![(key(2), 5), (key(1), 0)];
        let (text, name) = write(&keys);
        assert_eq!(
            text,
            "pqscan keys 1\n00000000000000000000000000000002 5\n00000000000000000000000000000001 0\n"
        );
        assert_eq!(read("it", &name, text.as_bytes()).unwrap(), keys);
        let cut = &text[..text.len() - 35];
        assert!(read("it", &name, cut.as_bytes()).is_err());
        for text in ["", "pqscan keys 2\n", "pqscan keys 1\nnone 1\n"] {
            let own = hash(text.as_bytes());
            assert!(read("it", &own, text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_was_merged_is_taken_from_where_it_was_merged_to() {
        let parts = [
            part("a", &[(1, 10), (2, 90)]),
            part("b", &[(3, 10)]),
            part("c", &[(1, 10), (3, 10)]),
        ];
        // Of 2 there is a newer scan.
        let from = cover(&parts, |wanted| wanted != key(2));
        let from: Vec<_> = from.values().copied().collect();
        assert_eq!(from, [2, 2]);
        // Keys without rows are keys.
        let parts = [part("a", &[(1, 0)]), part("b", &[(1, 0), (2, 0)])];
        let from = cover(&parts, |_| true);
        assert_eq!(from.values().copied().collect::<Vec<_>>(), [1, 1]);
    }
}
