//! What objects are called. Two digits of the key make a folder, so that none has too many files.

/// The folders at the top of a store.
pub const FOLDERS: [&str; 4] = ["result", "segment", "cbom", "part"];

/// Which content keys are current: see [`super::current`].
pub const CURRENT: &str = "current.parquet";

/// Whether a text is a content key, or the id of a repository: 32 hexadecimal digits in lower case.
pub fn is_key(text: &str) -> bool {
    text.len() == 32 && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The JSON result of a content key: `result/3f/3f….json.zst`.
pub fn result(key: &str) -> String {
    format!("result/{}/{key}.json.zst", bucket(key))
}

/// The findings of a content key: `segment/3f/3f….parquet`.
pub fn segment(key: &str) -> String {
    format!("segment/{}/{key}.parquet", bucket(key))
}

/// The CBOM of a content key: `cbom/REPOSITORY/3f….cdx.json.zst`.
pub fn cbom(repository: &str, key: &str) -> String {
    format!("cbom/{repository}/{key}.cdx.json.zst")
}

/// The findings of many content keys: `part/2027-01/3f-3f….parquet`; `hash` is that of what it holds, `month` when it was made.
pub fn part(month: &str, hash: &str) -> String {
    format!("part/{month}/{}-{hash}.parquet", bucket(hash))
}

/// Which content keys a part holds: `part/2027-01/3f-3f….keys`.
pub fn manifest(month: &str, hash: &str) -> String {
    format!("part/{month}/{}-{hash}.keys", bucket(hash))
}

fn bucket(key: &str) -> &str {
    key.get(..2).unwrap_or(key)
}

/// What an object is, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The JSON result of a content key.
    Result(String),
    /// The findings of a content key.
    Segment(String),
    /// The CBOM of a content key.
    Cbom(String),
    /// The findings of many content keys.
    Part {
        /// When it was made: `2027-01`.
        month: String,
        /// The hash of its keys.
        hash: String,
    },
    /// Which content keys a part holds.
    Manifest {
        /// When it was made.
        month: String,
        /// The hash of it.
        hash: String,
    },
    /// Which content keys are current.
    Current,
}

impl Kind {
    /// What a name tells; `None` where the object is not ours.
    pub fn of(path: &str) -> Option<Self> {
        if path == CURRENT {
            return Some(Self::Current);
        }
        let mut parts = path.split('/');
        let (folder, middle, name) = (parts.next()?, parts.next()?, parts.next()?);
        let key = |ending: &str| {
            let key = name.strip_suffix(ending)?;
            is_key(key).then(|| key.to_owned())
        };
        let kind = match folder {
            "result" => Self::Result(key(".json.zst")?),
            "segment" => Self::Segment(key(".parquet")?),
            "cbom" => Self::Cbom(key(".cdx.json.zst")?),
            "part" => {
                let (_, name) = name.split_once('-')?;
                let month = middle.to_owned();
                let (hash, ending) = name.split_once('.')?;
                let hash = is_key(hash).then(|| hash.to_owned())?;
                match ending {
                    "parquet" => Self::Part { month, hash },
                    "keys" => Self::Manifest { month, hash },
                    _ => return None,
                }
            }
            _ => return None,
        };
        // Only what we would call so ourselves.
        let same = match &kind {
            Self::Result(key) => result(key) == path,
            Self::Segment(key) => segment(key) == path,
            Self::Cbom(key) => is_key(middle) && cbom(middle, key) == path,
            Self::Part { month, hash } => is_month(month) && part(month, hash) == path,
            Self::Manifest { month, hash } => is_month(month) && manifest(month, hash) == path,
            Self::Current => true,
        };
        same.then_some(kind)
    }
}

/// `2027-01`.
pub(super) fn is_month(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range)
            .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
    };
    text.len() == 7 && digits(0..4) && text.get(4..5) == Some("-") && digits(5..7)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "3f00112233445566778899aabbccddee";

    #[test]
    fn a_name_tells_what_it_was_made_of() {
        assert_eq!(
            result(KEY),
            "result/3f/3f00112233445566778899aabbccddee.json.zst"
        );
        assert_eq!(Kind::of(&result(KEY)), Some(Kind::Result(KEY.to_owned())));
        assert_eq!(Kind::of(&segment(KEY)), Some(Kind::Segment(KEY.to_owned())));
        assert_eq!(Kind::of(&cbom(KEY, KEY)), Some(Kind::Cbom(KEY.to_owned())));
        let part_of = |path: &str| match Kind::of(path) {
            Some(Kind::Part { month, hash }) => Some((month, hash)),
            _ => None,
        };
        let whole = ("2027-01".to_owned(), KEY.to_owned());
        assert_eq!(part_of(&part("2027-01", KEY)), Some(whole));
        assert!(matches!(
            Kind::of(&manifest("2027-01", KEY)),
            Some(Kind::Manifest { .. })
        ));
        assert_eq!(Kind::of("current.parquet"), Some(Kind::Current));
    }

    #[test]
    fn what_is_not_ours_is_nothing() {
        for path in [
            "",
            "README.md",
            "result",
            "result/3f",
            // Another folder than the key's own.
            "result/aa/3f00112233445566778899aabbccddee.json.zst",
            "segment/3F/3F00112233445566778899AABBCCDDEE.parquet",
            "segment/3f/3f00112233445566778899aabbccddee.parquet/more",
            "segment/3f/3f00112233445566778899aabbccddee.parquet.bak",
            "segment/3f/3f00112233445566778899aabbccdde.parquet",
            "cbom/shop/3f00112233445566778899aabbccddee.cdx.json.zst",
            "part/2027/3f-3f00112233445566778899aabbccddee.parquet",
            "part/2027-01/aa-3f00112233445566778899aabbccddee.parquet",
            "part/2027-01/3f00112233445566778899aabbccddee.parquet",
            "somewhere/2027-01/3f-3f00112233445566778899aabbccddee.keys",
        ] {
            assert_eq!(Kind::of(path), None, "{path}");
        }
    }
}
