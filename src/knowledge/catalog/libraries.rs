//! What libraries of cryptography could do, by their version.

use std::cmp::Ordering;

use serde::Deserialize;

use super::Catalog;

/// From which version on a library has post-quantum algorithms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// The first version that has any.
    pub since: String,
    /// Which: catalogue names, without parameter sets.
    pub algorithms: Vec<String>,
    /// Where that is said.
    pub source: Vec<String>,
}

impl Catalog {
    /// The post-quantum algorithms that a version of a library has: none of them in a version from before the first that has any. `None`
    /// where the library is not known, or the version is not one of numbers.
    pub fn post_quantum(&self, library: &str, version: &str) -> Option<&[String]> {
        let library = self.libraries.get(library)?;
        Some(match compare(version, &library.since)? {
            Ordering::Less => &[],
            Ordering::Equal | Ordering::Greater => &library.algorithms,
        })
    }

    /// Every library, with its name.
    pub(super) fn libraries(&self) -> impl Iterator<Item = (&String, &Library)> {
        self.libraries.iter()
    }
}

/// Compares versions number by number; what follows the numbers (`-beta1`, `p1`) does not count, and a missing number is zero.
fn compare(version: &str, other: &str) -> Option<Ordering> {
    let (one, two) = (numbers(version)?, numbers(other)?);
    let length = one.len().max(two.len());
    let at = |list: &[u64], n: usize| list.get(n).copied().unwrap_or(0);
    (0..length)
        .map(|n| at(&one, n).cmp(&at(&two, n)))
        .find(|order| order.is_ne())
        .or(Some(Ordering::Equal))
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    for part in version.split('.') {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        numbers.push(part[..end].parse().ok()?);
        if end < part.len() {
            break;
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_tells_what_it_has() {
        let catalog = Catalog::embedded().unwrap();
        let has = |library, version| {
            let algorithms = catalog.post_quantum(library, version)?;
            Some(algorithms.join(" "))
        };
        assert_eq!(
            has("OpenSSL", "3.5.0").as_deref(),
            Some("ML-KEM ML-DSA SLH-DSA")
        );
        assert_eq!(
            has("OpenSSL", "4.0").as_deref(),
            Some("ML-KEM ML-DSA SLH-DSA")
        );
        assert_eq!(has("OpenSSL", "3.0.19").as_deref(), Some(""));
        assert_eq!(has("OpenSSL", "1.1.1w").as_deref(), Some(""));
        assert_eq!(has("OpenSSH", "10.0p2").as_deref(), Some("ML-KEM"));
        assert_eq!(has("OpenSSH", "9.2p1").as_deref(), Some(""));
        assert_eq!(has("OpenSSL", "unknown"), None);
        assert_eq!(has("Nobody's", "1.0"), None);
    }
}
