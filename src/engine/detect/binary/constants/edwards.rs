//! The curves of RFC 7748 and RFC 8032, and the groups of RFC 9496 upon them: what programs keep of them follows from a few numbers.

use num_bigint::BigUint;

use super::curves::number;
use super::known::{Collection, Parameter, Subject};
use super::layout::{Layout, Words, lay_machine, lay_number, lay_words};

/// RFC 8032 §5.1: the base point's x; y is 4/5.
const X_25519: &str = "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a";
/// RFC 8032 §5.2: the base point of edwards448.
const X_448: &str = "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e";
const Y_448: &str = "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14";
/// RFC 7748 §4.1 and §4.2: the second coordinate of the base points, which few programs need.
const V_25519: &str = "20ae19a1b8a086b4e01edd2c7748d14c923d4d7e6d7c61b229e9c5a27eced3d9";
const V_448: &str = "7d235d1295f5b1f66c98ab6e58326fcecbae5d34f55545d060f75dc28df3f6edb8027e2346430d211312c4b150677af76fd7223d457b5b1a";

/// Limbs of 51 bits (ref10 on 64 bits, donna, BoringSSL, dalek), of 26 and 25 by turns (donna on 32 bits), of 16 (TweetNaCl), and of 8 (the
/// reference of SUPERCOP, in OpenSSH and signify).
static FIELD_25519: &[Words] = &[
    Words::new(&[51], 8),
    Words::new(&[26, 25], 4),
    Words::new(&[16], 8),
    Words::new(&[8], 4),
];
/// Limbs of scalars: dalek's 52 and 29, ed25519-donna's 56 and 30, TweetNaCl's 8 and the reference's.
static SCALAR_25519: &[Words] = &[
    Words::new(&[52], 8),
    Words::new(&[29], 4),
    Words::new(&[56], 8),
    Words::new(&[30], 4),
    Words::new(&[8], 8),
    Words::new(&[8], 4),
];
/// Limbs of 56 and 28 bits (Goldilocks, OpenSSL, wolfSSL).
static FIELD_448: &[Words] = &[Words::new(&[56], 8), Words::new(&[28], 4)];

/// Adds the curves.
pub(super) fn collect(collection: &mut Collection) {
    collect_25519(collection);
    collect_448(collection);
}

fn curve(collection: &mut Collection, name: &str) -> usize {
    collection.subject(Subject {
        algorithms: vec!["EC".to_owned()],
        parameter: Parameter::Curve(vec![name.to_owned()]),
        enough: 2,
        note: "",
    })
}

fn collect_25519(collection: &mut Collection) {
    let edwards = curve(collection, "Edwards25519");
    let montgomery = curve(collection, "Curve25519");
    let ristretto = curve(collection, "Ristretto255");
    let field = Field25519::new();
    let one = BigUint::from(1u8);
    let d = field.divide(
        &field.minus(&BigUint::from(121_665u32)),
        &BigUint::from(121_666u32),
    );
    let y = field.divide(&BigUint::from(4u8), &BigUint::from(5u8));
    let x = number(X_25519);
    let d2 = &d + &d;
    // Points are kept as (y + x, y - x, 2dxy), as in ref10.
    let elements = [
        ("d", d.clone()),
        ("2d", d2.clone()),
        ("sqrt(-1)", field.root_of_minus_one()),
        ("Bx", x.clone()),
        ("By+Bx", &y + &x),
        ("By-Bx", &y + field.minus(&x)),
        ("2dBxBy", &d2 * &x % &field.p * &y),
    ];
    for (name, value) in elements {
        let constant = collection.constant(name, &[edwards]);
        field.lay(collection, constant, &value, name == "sqrt(-1)");
    }
    // RFC 7748 §4.1 takes one curve to the other with it.
    let map = field.root(&field.minus(&BigUint::from(486_664u32)));
    let constant = collection.constant("sqrt(-486664)", &[edwards, montgomery]);
    field.lay(collection, constant, &map, true);
    let constant = collection.constant("v", &[montgomery]);
    field.lay(collection, constant, &number(V_25519), false);

    // RFC 9496 §4.1, where a is -1.
    let ad_minus_one = field.minus(&(&d + &one));
    let of_ristretto = [
        ("sqrt(ad-1)", field.root(&ad_minus_one), true),
        (
            "1/sqrt(a-d)",
            field.root(&field.divide(&one, &ad_minus_one)),
            true,
        ),
        ("1-d²", &one + field.minus(&(&d * &d % &field.p)), false),
        (
            "(d-1)²",
            (&d + field.minus(&one)) * (&d + field.minus(&one)),
            false,
        ),
    ];
    for (name, value, signs) in of_ristretto {
        let constant = collection.constant(name, &[ristretto]);
        field.lay(collection, constant, &value, signs);
    }

    let order = (&one << 252) + 27_742_317_777_372_353_535_851_937_790_883_648_493u128;
    let constant = lay_order(collection, &order, edwards, montgomery);
    let mut take = |laid| collection.pattern(constant, laid);
    for words in SCALAR_25519 {
        words.lay(&order, Layout::Limbs, &mut take);
        let square = (&one << (2 * words.room(253).1)) % &order;
        words.lay(&square, Layout::MontgomerySquare, &mut take);
    }
    lay_machine(
        &((&one << 512) % &order),
        Layout::MontgomerySquare,
        &mut take,
    );
}

fn collect_448(collection: &mut Collection) {
    let edwards = curve(collection, "Edwards448");
    let montgomery = curve(collection, "Curve448");
    for (name, value, subject) in [
        ("Bx", X_448, edwards),
        ("By", Y_448, edwards),
        ("v", V_448, montgomery),
    ] {
        let constant = collection.constant(name, &[subject]);
        let mut take = |laid| collection.pattern(constant, laid);
        lay_number(&number(value), &mut take);
        for words in FIELD_448 {
            words.lay(&number(value), Layout::Limbs, &mut take)
        }
    }
    // RFC 7748 §4.2.
    let less = number("8335dc163bb124b65129c96fde933d8d723a70aadc873d6d54a7bb0d");
    let one = BigUint::from(1u8);
    let order: BigUint = (&one << 446) - less;
    let constant = lay_order(collection, &order, edwards, montgomery);
    for words in FIELD_448 {
        words.lay(&order, Layout::Limbs, &mut |laid| {
            collection.pattern(constant, laid)
        })
    }
    let constant = collection.constant("R² mod order", &[edwards]);
    lay_machine(
        &((&one << 896) % &order),
        Layout::MontgomerySquare,
        &mut |laid| collection.pattern(constant, laid),
    );
}

/// Both curves have one order. Lists of curves write it for either; but only Edwards' forms compute with it, since agreement needs no
/// arithmetic of scalars. The number of the constant for the latter.
fn lay_order(
    collection: &mut Collection,
    order: &BigUint,
    edwards: usize,
    montgomery: usize,
) -> usize {
    let listed = collection.constant("order", &[edwards, montgomery]);
    let computed = collection.constant("order", &[edwards]);
    lay_number(order, &mut |laid| {
        let list = laid.layout.is_text() || laid.layout == Layout::BigEndian;
        collection.pattern(if list { listed } else { computed }, laid)
    });
    computed
}

/// Numbers modulo 2²⁵⁵ - 19.
struct Field25519 {
    p: BigUint,
}

impl Field25519 {
    fn new() -> Self {
        let p = (BigUint::from(1u8) << 255) - 19u8;
        Self { p }
    }

    fn minus(&self, value: &BigUint) -> BigUint {
        &self.p - value % &self.p
    }

    fn divide(&self, value: &BigUint, by: &BigUint) -> BigUint {
        value * by.modpow(&(&self.p - 2u8), &self.p) % &self.p
    }

    /// 2 is no square, so its power is a root of -1.
    fn root_of_minus_one(&self) -> BigUint {
        BigUint::from(2u8).modpow(&((&self.p - 1u8) / 4u8), &self.p)
    }

    /// A square root, where there is one (RFC 8032 §5.1.3).
    fn root(&self, value: &BigUint) -> BigUint {
        let root = value.modpow(&((&self.p + 3u8) / 8u8), &self.p);
        if &root * &root % &self.p == value % &self.p {
            root
        } else {
            root * self.root_of_minus_one() % &self.p
        }
    }

    /// An element in every layout; of a root both, since either may be chosen.
    fn lay(&self, collection: &mut Collection, constant: usize, value: &BigUint, signs: bool) {
        let value = value % &self.p;
        let other = signs.then(|| self.minus(&value));
        for value in std::iter::once(&value).chain(&other) {
            let mut take = |laid| collection.pattern(constant, laid);
            lay_number(value, &mut take);
            for words in FIELD_25519 {
                words.lay(value, Layout::Limbs, &mut take)
            }
            lay_words(&self.balanced(value), 4, Layout::SignedLimbs, &mut take);
        }
    }

    /// ref10's limbs: 26 and 25 bits by turns, each between minus and plus the half of what it can hold.
    fn balanced(&self, value: &BigUint) -> Vec<i64> {
        let digits = Words::new(&[26, 25], 4).digits(value);
        let mut limbs: Vec<i64> = digits.iter().map(|digit| *digit as i64).collect();
        limbs.resize(10, 0);
        let mut carry = 0;
        for (at, limb) in limbs.iter_mut().enumerate() {
            let bits = 26 - at % 2;
            *limb += carry;
            carry = (*limb + (1 << (bits - 1))) >> bits;
            *limb -= carry << bits;
        }
        if let Some(lowest) = limbs.first_mut() {
            *lowest += 19 * carry
        }
        limbs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of the reference implementation of Ed25519 begin with it.
    #[test]
    fn limbs_are_balanced_like_those_of_the_reference() {
        let field = Field25519::new();
        let d = field.divide(
            &field.minus(&BigUint::from(121_665u32)),
            &BigUint::from(121_666u32),
        );
        assert_eq!(
            field.balanced(&d),
            [
                -10_913_610,
                13_857_413,
                -15_372_611,
                6_949_391,
                114_729,
                -8_787_816,
                -6_275_908,
                -3_247_719,
                -18_696_448,
                -12_055_116
            ]
        );
    }

    #[test]
    fn base_points_are_on_their_curves() {
        let field = Field25519::new();
        let p = &field.p;
        let one = BigUint::from(1u8);
        let d = field.divide(
            &field.minus(&BigUint::from(121_665u32)),
            &BigUint::from(121_666u32),
        );
        let y = field.divide(&BigUint::from(4u8), &BigUint::from(5u8));
        let x = number(X_25519);
        let (x2, y2) = (&x * &x % p, &y * &y % p);
        assert_eq!(
            (&y2 + field.minus(&x2)) % p,
            (one.clone() + d * &x2 % p * &y2) % p
        );
        // v² = u³ + 486662u² + u at u = 9.
        let v = number(V_25519);
        assert_eq!(&v * &v % p, BigUint::from(729u32 + 486_662 * 81 + 9));

        let p = (&one << 448) - (&one << 224) - 1u8;
        let (x, y) = (number(X_448), number(Y_448));
        let (x2, y2) = (&x * &x % &p, &y * &y % &p);
        assert_eq!(
            (&x2 + &y2) % &p,
            (&p + 1u8 - BigUint::from(39_081u32) * &x2 % &p * &y2 % &p) % &p
        );
        // v² = u³ + 156326u² + u at u = 5.
        let v = number(V_448);
        assert_eq!(&v * &v % &p, BigUint::from(125u32 + 156_326 * 25 + 5));
    }

    #[test]
    fn roots_are_roots() {
        let field = Field25519::new();
        let value = field.minus(&BigUint::from(486_664u32));
        let root = field.root(&value);
        assert_eq!(&root * &root % &field.p, value);
        let root = field.root_of_minus_one();
        assert_eq!(&root * &root % &field.p, &field.p - 1u8);
    }
}
