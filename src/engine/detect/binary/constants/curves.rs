//! Curves of Weierstrass form: `y² = x³ + ax + b` over prime fields, `y² + xy = x³ + ax² + b` over binary ones.

use std::collections::{BTreeMap, HashMap};

use num_bigint::BigUint;
use serde::Deserialize;

use super::known::{Collection, Parameter, Subject};
use super::layout::{Layout, Words, lay_end, lay_machine, lay_number};

/// The numbers, each once.
static CURVES: &str = include_str!("curves.toml");

/// The numbers of one curve, hexadecimal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Curve {
    /// Catalogue names.
    pub(super) names: Vec<String>,
    /// What kind of field.
    #[serde(default)]
    field: Field,
    /// The prime; the polynomial of a binary field.
    p: String,
    a: String,
    b: String,
    /// The base point.
    x: String,
    y: String,
    /// Its order.
    n: String,
    /// Other numbers that programs keep, by name.
    #[serde(default)]
    more: BTreeMap<String, String>,
    /// The standard.
    #[expect(dead_code, reason = "for the reader of the file")]
    source: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Field {
    #[default]
    Prime,
    Binary,
}

/// Dual_EC_DRBG's second point on P-256 (SP 800-90A, Appendix A.1.1).
const DUAL_EC: [(&str, &str); 2] = [
    (
        "Qx",
        "c97445f45cdef9f0d3e05e1e585fc297235b82b5be8ff3efca67c59852018192",
    ),
    (
        "Qy",
        "b28ef557ba31dfcbdd21ac46e2a91e3c304f44cb87058ada2cb815151e610046",
    ),
];

/// Limbs that programs compute with, by the bits of the prime: OpenSSL's nistp224 (56), nistp384 (56) and nistp521 (58), libsecp256k1 and
/// HotSpot's P-256 (52 and 26), wolfSSL's sp (52, 55, 58; 29, 26, 25), the Apache Milagro library's BLS12-381 (58
/// and 29). Only on curves that have code of their own.
static LIMBS: &[(u64, &[Words])] = &[
    (224, &[Words::new(&[56], 8), Words::new(&[28], 4)]),
    (
        256,
        &[
            Words::new(&[52], 8),
            Words::new(&[26], 4),
            Words::new(&[29], 4),
        ],
    ),
    (381, &[Words::new(&[58], 8), Words::new(&[29], 4)]),
    (
        384,
        &[
            Words::new(&[56], 8),
            Words::new(&[55], 8),
            Words::new(&[28], 4),
            Words::new(&[26], 4),
        ],
    ),
    (
        521,
        &[
            Words::new(&[58], 8),
            Words::new(&[28], 4),
            Words::new(&[25], 4),
        ],
    ),
];
const WITH_CODE_OF_THEIR_OWN: [&str; 7] = [
    "P-224",
    "P-256",
    "P-384",
    "P-521",
    "secp256k1",
    "SM2",
    "BLS12-381",
];

/// The curves of the file.
pub(super) fn curves() -> Vec<Curve> {
    #[derive(Deserialize)]
    struct Curves {
        curve: Vec<Curve>,
    }
    toml::from_str::<Curves>(CURVES)
        .map(|curves| curves.curve)
        .unwrap_or_default()
}

/// A number of a file of ours.
pub(super) fn number(hexadecimal: &str) -> BigUint {
    BigUint::parse_bytes(hexadecimal.as_bytes(), 16).unwrap_or_default()
}

/// Adds every curve.
pub(super) fn collect(collection: &mut Collection) {
    // Primes and orders are shared by several curves: of Brainpool, by the random one and its twist.
    let mut moduli: HashMap<BigUint, usize> = HashMap::new();
    for curve in curves() {
        let subject = collection.subject(Subject {
            algorithms: vec!["EC".to_owned()],
            parameter: Parameter::Curve(curve.names.clone()),
            enough: 2,
            note: "",
        });
        let p = number(&curve.p);
        let rooms = curve.rooms(&p);
        for (name, modulus) in [("p", &p), ("n", &number(&curve.n))] {
            if let Some(constant) = moduli.get(modulus) {
                collection.share(*constant, subject);
                continue;
            }
            let constant = collection.constant(name, &[subject]);
            moduli.insert(modulus.clone(), constant);
            curve.lay(collection, constant, modulus);
            if curve.field == Field::Prime {
                for words in curve.limbs(&p) {
                    words.lay(modulus, Layout::Limbs, &mut |laid| {
                        collection.pattern(constant, laid)
                    })
                }
                for (room, words) in &rooms {
                    lay_montgomery(collection, constant, modulus, *room, *words)
                }
            }
        }
        let coordinates = [
            ("a", &curve.a),
            ("b", &curve.b),
            ("Gx", &curve.x),
            ("Gy", &curve.y),
        ];
        let more = curve
            .more
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        for (name, value) in coordinates.into_iter().chain(more) {
            let constant = collection.constant(name, &[subject]);
            curve.element(collection, constant, &number(value), &p, &rooms);
        }
        if curve.names == ["P-256"] {
            let subject = collection.algorithm(&["Dual_EC_DRBG"], 2, "");
            for (name, value) in DUAL_EC {
                let constant = collection.constant(name, &[subject]);
                curve.element(collection, constant, &number(value), &p, &rooms);
            }
        }
    }
}

/// A power of two by which numbers are multiplied, and the limbs where these are no whole words.
type Room = (u64, Option<Words>);

impl Curve {
    fn limbs(&self, p: &BigUint) -> &'static [Words] {
        let own = self
            .names
            .iter()
            .any(|name| WITH_CODE_OF_THEIR_OWN.contains(&name.as_str()));
        let limbs = LIMBS.iter().find(|(bits, _)| own && *bits == p.bits());
        limbs.map_or(&[], |(_, limbs)| limbs)
    }

    /// The powers that Montgomery's reduction is done with: words of 64 and of 32 bits, and the limbs of the curve.
    fn rooms(&self, p: &BigUint) -> Vec<Room> {
        if self.field == Field::Binary {
            return Vec::new();
        }
        let mut rooms: Vec<Room> = vec![(p.bits().div_ceil(64) * 64, None)];
        let narrow = (p.bits().div_ceil(32) * 32, None);
        if narrow.0 != rooms[0].0 {
            rooms.push(narrow)
        }
        for words in self.limbs(p) {
            rooms.push((words.room(p.bits()).1, Some(*words)))
        }
        rooms
    }

    /// A number as it is.
    fn lay(&self, collection: &mut Collection, constant: usize, value: &BigUint) {
        let mut take = |laid| collection.pattern(constant, laid);
        match self.field {
            Field::Prime => lay_number(value, &mut take),
            // Polynomials are never written as decimal numbers.
            Field::Binary => lay_end(value, &mut take),
        }
    }

    /// An element of the field.
    fn element(
        &self,
        collection: &mut Collection,
        constant: usize,
        value: &BigUint,
        p: &BigUint,
        rooms: &[Room],
    ) {
        self.lay(collection, constant, value);
        for (room, words) in rooms {
            let mut take = |laid| collection.pattern(constant, laid);
            let shifted = (value << *room) % p;
            match words {
                Some(words) => {
                    words.lay(value, Layout::Limbs, &mut take);
                    words.lay(&shifted, Layout::Montgomery, &mut take)
                }
                None => lay_machine(&shifted, Layout::Montgomery, &mut take),
            }
        }
    }
}

/// What programs keep of a modulus for Montgomery's reduction: the power itself and its square.
fn lay_montgomery(
    collection: &mut Collection,
    constant: usize,
    modulus: &BigUint,
    room: u64,
    words: Option<Words>,
) {
    for (power, layout) in [
        (room, Layout::Montgomery),
        (2 * room, Layout::MontgomerySquare),
    ] {
        let value = (BigUint::from(1u8) << power) % modulus;
        let mut take = |laid| collection.pattern(constant, laid);
        match words {
            Some(words) => words.lay(&value, layout, &mut take),
            None => lay_machine(&value, layout, &mut take),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use sha2::{Digest, Sha256};

    type Point = Option<(BigUint, BigUint)>;

    fn inverse(value: &BigUint, p: &BigUint) -> BigUint {
        value.modpow(&(p - 2u8), p)
    }

    /// The sum of two points of a curve over a prime field (SEC 1 §2.2.1); `None` is the point at infinity.
    fn sum(one: &Point, other: &Point, a: &BigUint, p: &BigUint) -> Point {
        let (Some((x, y)), Some((x2, y2))) = (one, other) else {
            return one.clone().or(other.clone());
        };
        if x == x2 && (y + y2) % p == BigUint::from(0u8) {
            return None;
        }
        let slope = if x == x2 {
            (x * x * 3u8 + a) * inverse(&(y * 2u8 % p), p) % p
        } else {
            (p + y2 - y) * inverse(&((p + x2 - x) % p), p) % p
        };
        let x3 = (&slope * &slope + p + p - x - x2) % p;
        let y3 = (slope * (p + x - &x3) + p - y) % p;
        Some((x3, y3))
    }

    /// A point as often as a number says.
    fn multiple(times: &BigUint, point: &Point, a: &BigUint, p: &BigUint) -> Point {
        let bits = (0..times.bits()).rev();
        bits.fold(None, |doubled, bit| {
            let doubled = sum(&doubled, &doubled, a, p);
            if times.bit(bit) {
                sum(&doubled, point, a, p)
            } else {
                doubled
            }
        })
    }

    /// A product of polynomials modulo another.
    fn binary_product(one: &BigUint, other: &BigUint, p: &BigUint) -> BigUint {
        let degree = p.bits() - 1;
        (0..other.bits())
            .rev()
            .fold(BigUint::from(0u8), |mut product, bit| {
                product <<= 1;
                if product.bit(degree) {
                    product ^= p
                }
                if other.bit(bit) {
                    product ^ one
                } else {
                    product
                }
            })
    }

    #[test]
    fn base_points_are_on_their_curves() {
        for curve in curves() {
            let [p, a, b, x, y] =
                [&curve.p, &curve.a, &curve.b, &curve.x, &curve.y].map(|text| number(text));
            let holds = match curve.field {
                Field::Prime => &y * &y % &p == (&x * &x * &x + a * &x + b) % &p,
                Field::Binary => {
                    let times = |one: &BigUint, other: &BigUint| binary_product(one, other, &p);
                    let x2 = times(&x, &x);
                    times(&y, &y) ^ times(&x, &y) == times(&x2, &x) ^ times(&a, &x2) ^ b
                }
            };
            assert!(holds, "{:?}", curve.names);
        }
    }

    /// The catalogue's digests are of parameters from other sources. Where it has none, the point's order shows that nothing is miswritten.
    #[test]
    fn curves_are_those_of_the_catalogue() {
        let known = Knowledge::load(&[]).expect("the rules are right");
        for curve in curves() {
            let held = curve.names.iter().map(|name| {
                let held = known.catalog.curve(name).expect(name);
                assert_eq!(&held.name, name);
                held
            });
            let domains: Vec<&String> = held.filter_map(|held| held.domain.as_ref()).collect();
            let numbers =
                [&curve.p, &curve.a, &curve.b, &curve.n, &curve.x].map(|text| number(text));
            if let [domain] = domains.as_slice() {
                let mut text = Vec::new();
                for number in &numbers {
                    let bytes = match number.bits() {
                        0 => Vec::new(),
                        _ => number.to_bytes_be(),
                    };
                    text.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
                    text.extend_from_slice(&bytes);
                }
                let digest = Sha256::digest(&text);
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(&&digest, domain, "{:?}", curve.names);
            } else {
                assert_eq!(curve.field, Field::Prime);
                let [p, a, _, n, x] = numbers;
                let point = Some((x, number(&curve.y)));
                assert_eq!(multiple(&n, &point, &a, &p), None, "{:?}", curve.names);
            }
        }
    }

    /// Cube roots of one, modulo the prime and the order of secp256k1 (Hankerson, Menezes and Vanstone §3.5).
    #[test]
    fn more_numbers_are_what_they_are_called() {
        let curves = curves();
        let more: Vec<&Curve> = curves
            .iter()
            .filter(|curve| !curve.more.is_empty())
            .collect();
        let [curve] = more.as_slice() else {
            panic!("one curve has more")
        };
        let one = BigUint::from(1u8);
        for (name, modulus) in [("beta", &curve.p), ("lambda", &curve.n)] {
            let value = number(&curve.more[name]);
            assert_eq!(value.modpow(&BigUint::from(3u8), &number(modulus)), one);
            assert_ne!(value, one);
        }
    }

    #[test]
    fn the_second_point_of_dual_ec_is_on_p_256() {
        let curves = curves();
        let curve = curves
            .iter()
            .find(|c| c.names == ["P-256"])
            .expect("it is there");
        let [p, a, b] = [&curve.p, &curve.a, &curve.b].map(|text| number(text));
        let [x, y] = [DUAL_EC[0].1, DUAL_EC[1].1].map(number);
        assert_eq!(&y * &y % &p, (&x * &x * &x + a * &x + b) % &p);
    }
}
