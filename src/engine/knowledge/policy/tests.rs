//! What is asked of a policy is answered as its file says.

use jiff::civil::date;

use super::*;

fn nist() -> Policy {
    let policies = Policy::embedded().unwrap();
    policies.into_iter().find(|p| p.id == DEFAULT).unwrap()
}

#[test]
fn the_built_in_policies_have_no_mistakes() {
    let catalog = Catalog::embedded().unwrap();
    let policies = Policy::embedded().unwrap();
    assert!(policies.iter().any(|policy| policy.id == DEFAULT));
    assert_eq!(lint_embedded(&catalog), []);
}

#[test]
fn low_strengths_are_deprecated_first() {
    let day = |ends, bits| {
        nist()
            .deadline(ends, Track::Authenticity, Purpose::Signature, bits, None)
            .map(|deadline| deadline.last_day)
    };
    assert_eq!(day(Ends::Deprecated, Some(112)), Some(date(2030, 12, 31)));
    assert_eq!(day(Ends::Deprecated, Some(128)), None);
    assert_eq!(day(Ends::Deprecated, None), None);
    assert_eq!(day(Ends::Disallowed, None), Some(date(2035, 12, 31)));
}

#[test]
fn a_policy_gets_old() {
    let policy = nist();
    assert!(!policy.is_stale(policy.last_verified));
    let later = policy
        .last_verified
        .checked_add(jiff::Span::new().days(181));
    assert!(policy.is_stale(later.unwrap()));
}

#[test]
fn a_policy_speaks_of_what_it_covers_only() {
    let catalog = Catalog::embedded().unwrap();
    for name in ["RSA", "RSASSA-PSS", "ECDSA", "X25519", "Ed448", "FFDH"] {
        assert!(nist().speaks_of(name, &catalog), "{name}");
    }
    for name in ["ElGamal", "SM2", "BLS"] {
        assert!(!nist().speaks_of(name, &catalog), "{name}");
    }
}
