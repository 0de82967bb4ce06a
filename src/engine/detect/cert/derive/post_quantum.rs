//! The public half of the keys of FIPS 203 to 205, in every private encoding that their RFCs allow (RFC 9881 §6, RFC 9935 §6, RFC 9909
//! §4): a seed, the expanded key, or both; and in those that were written before the RFCs: the bare bytes, with or without the public key
//! behind them.

use ml_dsa::{ExpandedSigningKey, MlDsa44, MlDsa65, MlDsa87, SigningKey};
use ml_kem::kem::KeyExport as _;

use crate::detect::cert::der::{Node, tag};

/// The two halves of a key as PKCS #8 holds it.
struct Private<'a> {
    seed: Option<&'a [u8]>,
    expanded: Option<&'a [u8]>,
}

/// The public key of an algorithm, by its catalogue name, as its own standard writes it.
pub(super) fn public(name: &str, private: &[u8]) -> Option<Vec<u8>> {
    let name = name.strip_prefix("Hash").unwrap_or(name);
    if let Some(set) = name.strip_prefix("SLH-DSA-") {
        return slh_dsa(set, private);
    }
    match name {
        "ML-DSA-44" => {
            let key = choice(private, 32, 2560, 1312)?;
            ml_dsa::<MlDsa44>(&key, 2, 8)
        }
        "ML-DSA-65" => {
            let key = choice(private, 32, 4032, 1952)?;
            ml_dsa::<MlDsa65>(&key, 4, 11)
        }
        "ML-DSA-87" => {
            let key = choice(private, 32, 4896, 2592)?;
            ml_dsa::<MlDsa87>(&key, 2, 15)
        }
        "ML-KEM-512" => ml_kem(&choice(private, 64, 1632, 800)?, 512),
        "ML-KEM-768" => ml_kem(&choice(private, 64, 2400, 1184)?, 768),
        "ML-KEM-1024" => ml_kem(&choice(private, 64, 3168, 1568)?, 1024),
        _ => None,
    }
}

/// What of seed and expanded key there is, told apart by tag or by length.
fn choice(private: &[u8], seed: usize, expanded: usize, public: usize) -> Option<Private<'_>> {
    let bare = |bytes| sorted(bytes, seed, expanded, public);
    let Some(node) = Node::only(private) else {
        return bare(private);
    };
    if node.is_context(0) {
        return Some(Private {
            seed: (node.body.len() == seed).then_some(node.body),
            expanded: None,
        });
    }
    if node.is(tag::OCTET_STRING) {
        return bare(node.body);
    }
    if node.is(tag::SEQUENCE) {
        let first = node.child(0)?;
        let second = node.child(1)?;
        return Some(Private {
            seed: (first.body.len() == seed).then_some(first.body),
            expanded: (second.body.len() == expanded).then_some(second.body),
        });
    }
    bare(private)
}

fn sorted(bytes: &[u8], seed: usize, expanded: usize, public: usize) -> Option<Private<'_>> {
    let nothing = Private {
        seed: None,
        expanded: None,
    };
    match bytes.len() {
        length if length == seed => Some(Private {
            seed: Some(bytes),
            ..nothing
        }),
        length if length == expanded || length == expanded + public => Some(Private {
            expanded: bytes.get(..expanded),
            ..nothing
        }),
        length if length == seed + expanded => Some(Private {
            seed: bytes.get(..seed),
            ..nothing
        }),
        _ => None,
    }
}

/// `eta` and `polynomials` (k + l) are those of FIPS 204 table 1.
fn ml_dsa<P: ml_dsa::MlDsaParams>(
    key: &Private<'_>,
    eta: u8,
    polynomials: usize,
) -> Option<Vec<u8>> {
    if let Some(seed) = key.seed {
        let seed = ml_dsa::Seed::try_from(seed).ok()?;
        let key = SigningKey::<P>::from_seed(&seed);
        return Some(key.expanded_key().verifying_key().encode().to_vec());
    }
    let expanded = key.expanded?;
    if !in_range(expanded, eta, polynomials) {
        return None;
    }
    let expanded = ml_dsa::ExpandedSigningKeyBytes::<P>::try_from(expanded).ok()?;
    #[allow(deprecated, reason = "RFC 9881 still has the expanded form")]
    let key = ExpandedSigningKey::<P>::from_expanded(&expanded);
    Some(key.verifying_key().encode().to_vec())
}

/// Whether the coefficients of s1 and s2 are those of a key (FIPS 204 algorithm 25): the crate panics where they are not.
fn in_range(expanded: &[u8], eta: u8, polynomials: usize) -> bool {
    let bits = if eta == 2 { 3 } else { 4 };
    // Behind rho, K and tr.
    let Some(packed) = expanded.get(128..128 + polynomials * 32 * bits) else {
        return false;
    };
    packed.chunks(bits).all(|group| {
        // Three bytes hold eight coefficients of three bits; four hold eight of four.
        let mut value = group
            .iter()
            .rev()
            .fold(0u32, |value, byte| value << 8 | u32::from(*byte));
        let mask = (1 << bits) - 1;
        (0..8).all(|_| {
            let coefficient = value & mask;
            value >>= bits;
            coefficient <= 2 * u32::from(eta)
        })
    })
}

fn ml_kem(key: &Private<'_>, set: usize) -> Option<Vec<u8>> {
    if let Some(expanded) = key.expanded {
        // dk is dk_PKE, ek, H(ek) and z (FIPS 203 algorithm 16).
        let k = set / 256;
        return Some(expanded.get(384 * k..768 * k + 32)?.to_vec());
    }
    let seed = ml_kem::Seed::try_from(key.seed?).ok()?;
    Some(match set {
        512 => {
            let key = ml_kem::DecapsulationKey512::from_seed(seed);
            key.encapsulation_key().to_bytes().to_vec()
        }
        768 => {
            let key = ml_kem::DecapsulationKey768::from_seed(seed);
            key.encapsulation_key().to_bytes().to_vec()
        }
        _ => {
            let key = ml_kem::DecapsulationKey1024::from_seed(seed);
            key.encapsulation_key().to_bytes().to_vec()
        }
    })
}

/// The second half of the private key is the public key (FIPS 205 §9.1).
fn slh_dsa(set: &str, private: &[u8]) -> Option<Vec<u8>> {
    let n = match set.rsplit('-').next()?.trim_end_matches(['s', 'f']) {
        "128" => 16,
        "192" => 24,
        "256" => 32,
        _ => return None,
    };
    let inner = Node::only(private).filter(|node| node.is(tag::OCTET_STRING));
    let key = inner.map_or(private, |node| node.body);
    (key.len() == 4 * n)
        .then(|| key.get(2 * n..).map(<[u8]>::to_vec))
        .flatten()
}
