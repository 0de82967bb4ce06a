//! Groups of finite fields. The primes of a family begin alike, so it is by their ends that they are known.

use num_bigint::BigUint;
use serde::Deserialize;

use super::curves::number;
use super::known::{Collection, Parameter, Subject};
use super::layout::{Layout, lay_end};

static GROUPS: &str = include_str!("groups.toml");

/// Bits of a prime's end that tell the group, and bits that make it certain.
const ENDS: [(&str, u64); 2] = [("end of p", 320), ("longer end of p", 640)];

/// One group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    /// The catalogue name.
    pub(super) name: String,
    /// The last 640 bits of the prime.
    end: Option<String>,
    /// All of it.
    prime: Option<String>,
    /// The base, where it is no small number.
    base: Option<String>,
    /// The standard.
    #[expect(dead_code, reason = "for the reader of the file")]
    source: String,
}

/// The groups of the file.
pub(super) fn groups() -> Vec<Group> {
    #[derive(Deserialize)]
    struct Groups {
        group: Vec<Group>,
    }
    toml::from_str::<Groups>(GROUPS)
        .map(|groups| groups.group)
        .unwrap_or_default()
}

/// Adds every group.
pub(super) fn collect(collection: &mut Collection) {
    for group in groups() {
        // RFC 5054 took the primes of RFC 3526 for its larger groups, and says so.
        let shared = matches!(
            group.name.as_str(),
            "modp15" | "modp16" | "modp17" | "modp18"
        );
        let subject = collection.subject(Subject {
            algorithms: vec!["DH".to_owned()],
            parameter: Parameter::Group(vec![group.name.clone()]),
            enough: 2,
            note: if shared { "SRP has the same prime" } else { "" },
        });
        let prime = group.prime.as_deref().or(group.end.as_deref());
        let prime = number(prime.unwrap_or_default());
        for (name, bits) in ENDS {
            let end = &prime % (BigUint::from(1u8) << bits);
            let constant = collection.constant(name, &[subject]);
            lay_end(&end, &mut |laid| collection.pattern(constant, laid));
        }
        if let Some(base) = &group.base {
            let end = number(base) % (BigUint::from(1u8) << 320);
            let constant = collection.constant("end of g", &[subject]);
            lay_end(&end, &mut |laid| collection.pattern(constant, laid));
        }
        // The last digits, where there is the whole prime to take them from.
        if group.prime.is_some() {
            let digits = prime.to_str_radix(10).into_bytes();
            let constant = collection.constant("last digits of p", &[subject]);
            let end = digits.get(digits.len().saturating_sub(96)..);
            let bytes = end.unwrap_or_default().to_vec();
            let layout = Layout::Decimal;
            collection.pattern(constant, super::layout::Laid { bytes, layout });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use sha2::{Digest, Sha256};

    /// The fraction of `bits` bits of π by Machin's formula (RFC 2412 Appendix E.6 names another; the number is the same).
    fn pi(bits: u64) -> BigUint {
        let arctan = |of: u32| {
            let square = of * of;
            let mut power = (BigUint::from(1u8) << (bits + 64)) / of;
            let (mut plus, mut minus) = (power.clone(), BigUint::from(0u8));
            for n in 1u32.. {
                power /= square;
                let term = &power / (2 * n + 1);
                if term == BigUint::from(0u8) {
                    break;
                }
                if n % 2 == 0 {
                    plus += term
                } else {
                    minus += term
                }
            }
            plus - minus
        };
        ((arctan(5) * 16u8 - arctan(239) * 4u8) >> 64) as BigUint
    }

    fn e(bits: u64) -> BigUint {
        let mut term = BigUint::from(1u8) << (bits + 64);
        let mut sum = BigUint::from(0u8);
        for n in 1u32.. {
            if term == BigUint::from(0u8) {
                break;
            }
            sum += &term;
            term /= n;
        }
        sum >> 64
    }

    /// RFC 2409 §6.1 and §6.2, RFC 3526, RFC 7919 Appendix A: 2ᵇ - 2ᵇ⁻⁶⁴ + (⌊2ᵇ⁻¹³⁰ c⌋ + x) 2⁶⁴ - 1.
    const CLOSED_FORMS: [(&str, u64, u32); 13] = [
        ("modp1", 768, 149_686),
        ("modp2", 1024, 129_093),
        ("modp5", 1536, 741_804),
        ("modp14", 2048, 124_476),
        ("modp15", 3072, 1_690_314),
        ("modp16", 4096, 240_904),
        ("modp17", 6144, 929_484),
        ("modp18", 8192, 4_743_158),
        ("ffdhe2048", 2048, 560_316),
        ("ffdhe3072", 3072, 2_625_351),
        ("ffdhe4096", 4096, 5_736_041),
        ("ffdhe6144", 6144, 15_705_020),
        ("ffdhe8192", 8192, 10_965_728),
    ];

    #[test]
    fn primes_are_those_of_their_closed_forms() {
        let groups = groups();
        let one = BigUint::from(1u8);
        for (name, bits, x) in CLOSED_FORMS {
            let digits = if name.starts_with("modp") { pi } else { e };
            let prime =
                (&one << bits) - (&one << (bits - 64)) + ((digits(bits - 130) + x) << 64) - 1u8;
            let group = groups.iter().find(|g| g.name == name).expect(name);
            let end = number(group.end.as_deref().expect(name));
            assert_eq!(end, prime % (&one << 640), "{name}");
        }
        let other = groups.iter().filter(|group| group.end.is_none());
        assert_eq!(CLOSED_FORMS.len() + other.count(), groups.len());
    }

    /// The catalogue's digests were computed from other sources.
    #[test]
    fn groups_are_those_of_the_catalogue() {
        let known = Knowledge::load(&[]).expect("the rules are right");
        for group in groups() {
            let held = known.catalog.group(&group.name).expect(&group.name);
            if let (Some(prime), Some(digest)) = (&group.prime, &held.prime) {
                let digest_here = Sha256::digest(number(prime).to_bytes_be());
                let hexadecimal: String = digest_here.iter().map(|b| format!("{b:02x}")).collect();
                assert_eq!(&hexadecimal, digest, "{}", group.name);
            }
        }
    }

    /// RFC 5054 Appendix A: safe primes, tried with the base 2 (a wrong digit would not pass).
    #[test]
    fn primes_without_a_closed_form_are_primes() {
        for group in groups() {
            let Some(prime) = &group.prime else { continue };
            let p = number(prime);
            let two = BigUint::from(2u8);
            assert_eq!(
                two.modpow(&(&p - 1u8), &p),
                BigUint::from(1u8),
                "{}",
                group.name
            );
        }
    }
}
