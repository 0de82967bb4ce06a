//! Which of two versions comes first, whatever ecosystem wrote them: `3.5.0`, `1.1.1w`, `10.0p2`, `1.8.0_402`, `go1.24.4`, `1:9.2p1-2+deb12u3`.
//!
//! The numbers decide. A version before a release (`1.24rc1`) comes before later and after earlier ones, and is not compared with its own
//! release: what a release candidate had is not known from the notes of the release. Nothing is known of what distributions add.

use std::cmp::Ordering;

use super::MAX_NAME;

/// What stands in front of the first number, in the versions of some.
const PREFIXES: [&str; 4] = ["go", "v", "jdk-", "jdk"];

/// The words of versions that are no release yet.
const UNFINISHED: [&str; 13] = [
    "rc",
    "alpha",
    "beta",
    "pre",
    "preview",
    "dev",
    "devel",
    "snapshot",
    "ea",
    "cr",
    "milestone",
    "nightly",
    "canary",
];

/// How `version` stands to `other`; a number that is missing is zero. `None` where one is not written in numbers, and where they have the
/// same numbers and one is no release yet.
pub(super) fn compare(version: &str, other: &str) -> Option<Ordering> {
    let (one, two) = (Version::read(version)?, Version::read(other)?);
    let length = one.numbers.len().max(two.numbers.len());
    let at = |list: &[u64], n: usize| list.get(n).copied().unwrap_or(0);
    let order = (0..length)
        .map(|n| at(&one.numbers, n).cmp(&at(&two.numbers, n)))
        .find(|order| order.is_ne());
    match order {
        None if one.unfinished || two.unfinished => None,
        order => Some(order.unwrap_or(Ordering::Equal)),
    }
}

struct Version {
    numbers: Vec<u64>,
    unfinished: bool,
}

impl Version {
    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_NAME {
            return None;
        }
        let text = text.trim();
        let bare = match text.split_once(':') {
            // The epoch of a distribution's package.
            Some((epoch, rest)) if epoch.bytes().all(|b| b.is_ascii_digit()) => rest,
            _ => text,
        };
        let bare = PREFIXES
            .iter()
            .find_map(|prefix| {
                let head = bare.get(..prefix.len())?;
                let rest = &bare[prefix.len()..];
                (head.eq_ignore_ascii_case(prefix) && starts_with_digit(rest)).then_some(rest)
            })
            .unwrap_or(bare);
        let (mut numbers, mut rest) = (Vec::new(), bare);
        while starts_with_digit(rest) {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            numbers.push(rest[..end].parse().ok()?);
            rest = &rest[end..];
            match rest.strip_prefix('.') {
                Some(next) if starts_with_digit(next) => rest = next,
                _ => break,
            }
        }
        (!numbers.is_empty()).then(|| Self {
            numbers,
            unfinished: is_unfinished(rest),
        })
    }
}

/// Whether what follows the numbers says that this is no release. `p1`, `w`, `_402`, `-27.el9`, `.Final` and `+7` do not.
fn is_unfinished(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['.', '-', '~', '_']);
    let end = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (word, after) = (rest[..end].to_ascii_lowercase(), &rest[end..]);
    UNFINISHED.contains(&word.as_str())
        // Python's `1.0b1` and Maven's `2.0.0-M1`; OpenSSL's `1.0.2b` is a release.
        || (matches!(word.as_str(), "a" | "b" | "m") && starts_with_digit(after))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_decide_whatever_stands_around_them() {
        for (version, other, order) in [
            ("3.5.0", "3.5.0", Ordering::Equal),
            ("3.5", "3.5.0", Ordering::Equal),
            ("1.1.1w", "3.5.0", Ordering::Less),
            ("1.0.2k-fips", "1.0.2", Ordering::Equal),
            ("3.10.0", "3.9", Ordering::Greater),
            ("10.0p2", "9.9", Ordering::Greater),
            ("9.2p1", "9.9", Ordering::Less),
            ("1:9.2p1-2+deb12u3", "9.9", Ordering::Less),
            ("1.8.0_402", "17.0.21", Ordering::Less),
            ("8u402", "24", Ordering::Less),
            ("17.0.10+7", "17.0.21", Ordering::Less),
            ("jdk-21.0.13", "21.0.13", Ordering::Equal),
            ("go1.24.4", "1.24", Ordering::Greater),
            ("v0.38.0", "0.38.0", Ordering::Equal),
            ("1.79", "1.79.1", Ordering::Less),
            ("4.1.100.Final", "4.1.100", Ordering::Equal),
            ("3.0.7-27.el9", "3.5.0", Ordering::Less),
            ("2025.88", "2025.87", Ordering::Greater),
            ("0.20240913.0", "0.20260713.0", Ordering::Less),
            ("10.0.26100.8514", "10.0.26100", Ordering::Greater),
        ] {
            assert_eq!(compare(version, other), Some(order), "{version} {other}");
        }
    }

    #[test]
    fn a_version_before_a_release_is_not_compared_with_it() {
        for version in [
            "1.24rc1",
            "go1.24rc1",
            "1.24-beta1",
            "1.24.0-rc.0",
            "1.24~rc1-1",
            "1.24a1",
            "1.24-SNAPSHOT",
            "1.24-M2",
            "1.24-ea",
        ] {
            assert_eq!(compare(version, "1.24"), None, "{version}");
            assert_eq!(
                compare(version, "1.23.9"),
                Some(Ordering::Greater),
                "{version}"
            );
            assert_eq!(compare(version, "1.25"), Some(Ordering::Less), "{version}");
        }
    }

    #[test]
    fn what_is_no_version_is_not_compared() {
        let endless = format!("1.{}", "9".repeat(400));
        for version in [
            "",
            "unknown",
            "latest",
            ":",
            "v",
            "é1",
            "goé",
            "99999999999999999999999",
            endless.as_str(),
        ] {
            assert_eq!(compare(version, "1"), None, "{version}");
        }
    }
}
