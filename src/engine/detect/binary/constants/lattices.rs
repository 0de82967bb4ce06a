//! Post-quantum algorithms that keep tables of their own: the roots of unity of number-theoretic transforms, distributions of noise, and the
//! generators of a code. SLH-DSA, Classic McEliece and sntrup have nothing of the kind.

use super::field::times;
use super::known::Collection;
use super::layout::{Laid, Layout, lay_words};

/// x⁸ + x⁴ + x³ + x² + 1, without its highest power.
const HQC_FIELD: u8 = 0x1d;

/// A transform: a prime, a root of unity, its order as a power of two, and how often the polynomial splits.
struct Transform {
    q: i64,
    root: i64,
    levels: u32,
    /// Bits that Montgomery's reduction takes off.
    room: u32,
}

/// FIPS 203 §4.3: the 256th root 17 modulo 3329.
const ML_KEM: Transform = Transform {
    q: 3329,
    root: 17,
    levels: 7,
    room: 16,
};
/// FIPS 204 §7.5: the 512th root 1753 modulo 8380417.
const ML_DSA: Transform = Transform {
    q: 8_380_417,
    root: 1753,
    levels: 8,
    room: 32,
};
/// The reference implementation of Falcon: the 2048th root 7 modulo 12289.
const FALCON: Transform = Transform {
    q: 12_289,
    root: 7,
    levels: 10,
    room: 16,
};

/// FrodoKEM §2.2.4 ("Sampling from the error distribution"), of the parameter sets with 640 and 976; that with 1344 is too short to be certain.
static FRODO: &[&[i64]] = &[
    &[
        4643, 13363, 20579, 25843, 29227, 31145, 32103, 32525, 32689, 32745, 32762, 32766, 32767,
    ],
    &[
        5638, 15915, 23689, 28571, 31116, 32217, 32613, 32731, 32760, 32766, 32767,
    ],
];

/// HQC §3.3: how many errors the Reed-Solomon code of each parameter set corrects.
static HQC: &[(&str, usize)] = &[("HQC-128", 15), ("HQC-192", 16), ("HQC-256", 29)];

/// Adds the algorithms.
pub(super) fn collect(collection: &mut Collection) {
    let kem = collection.algorithm(&["ML-KEM"], 1, "Kyber has the same table");
    let constant = collection.constant("powers of 17", &[kem]);
    ML_KEM.collect(collection, constant, &[2, 4]);
    ML_KEM.collect_vectors(collection, constant);

    let dsa = collection.algorithm(&["ML-DSA"], 1, "Dilithium has the same table");
    let constant = collection.constant("powers of 1753", &[dsa]);
    ML_DSA.collect(collection, constant, &[4, 8]);

    let falcon = collection.algorithm(&["FN-DSA"], 1, "as Falcon");
    let constant = collection.constant("powers of 7", &[falcon]);
    let table: Vec<i64> = (0..16)
        .map(|i| FALCON.montgomery(FALCON.power(i)))
        .collect();
    lay(collection, constant, &table, &[2, 4], Layout::Montgomery);

    let frodo = collection.algorithm(&["FrodoKEM"], 1, "");
    let constant = collection.constant("distribution of the noise", &[frodo]);
    for table in FRODO {
        lay(collection, constant, table, &[2, 4], Layout::Table)
    }

    for (name, corrects) in HQC {
        let hqc = collection.algorithm(&[name], 1, "");
        let constant = collection.constant("generator of the code", &[hqc]);
        let generator = generator(*corrects);
        lay(collection, constant, &generator, &[1, 2], Layout::Table);
    }
}

fn lay(
    collection: &mut Collection,
    constant: usize,
    words: &[i64],
    units: &[usize],
    layout: Layout,
) {
    for unit in units {
        let mut take = |laid: Laid| {
            // An order of numbers is known by the order, not by how many bytes each of them takes.
            collection.pattern(constant, laid)
        };
        lay_words(words, *unit, layout, &mut take)
    }
}

impl Transform {
    /// The root to the power of `i` with its bits reversed: the order in which transforms need them.
    fn power(&self, i: u32) -> i64 {
        self.to_the(i.reverse_bits() >> (32 - self.levels))
    }

    fn to_the(&self, exponent: u32) -> i64 {
        (0..exponent).fold(1, |power, _| power * self.root % self.q)
    }

    fn montgomery(&self, value: i64) -> i64 {
        (value << self.room) % self.q
    }

    /// Between minus and plus the half of the prime.
    fn balanced(&self, value: i64) -> i64 {
        let value = value.rem_euclid(self.q);
        if value > self.q / 2 {
            value - self.q
        } else {
            value
        }
    }

    /// The tables of programs without vectors: the powers, plain or in Montgomery's form, with signs or without, forwards and inverse; and the
    /// moduli of the last products. Of each, sixteen from the second on, since the first is 1, or 0 because it is never used.
    fn collect(&self, collection: &mut Collection, constant: usize, units: &[usize]) {
        let powers: Vec<i64> = (1..17).map(|i| self.power(i)).collect();
        let order = 1 << (self.levels + 1);
        let reversed = |i: u32| i.reverse_bits() >> (32 - self.levels);
        let inverse: Vec<i64> = (1..17).map(|i| self.to_the(order - reversed(i))).collect();
        let moduli: Vec<i64> = (0..16).map(|i| self.to_the(2 * reversed(i) + 1)).collect();
        for (table, layout) in [
            (powers, Layout::Table),
            (inverse, Layout::Table),
            (moduli, Layout::Table),
        ] {
            let balanced: Vec<i64> = table.iter().map(|v| self.balanced(*v)).collect();
            let montgomery: Vec<i64> = table.iter().map(|v| self.montgomery(*v)).collect();
            let both: Vec<i64> = montgomery.iter().map(|v| self.balanced(*v)).collect();
            lay(collection, constant, &table, units, layout);
            lay(collection, constant, &balanced, units, layout);
            lay(collection, constant, &montgomery, units, Layout::Montgomery);
            lay(collection, constant, &both, units, Layout::Montgomery);
        }
        // mlkem-native and mldsa-native on AArch64: each with its quotient by the prime, in as many bits as a word has less one.
        let unit = units.first().copied().unwrap_or(4);
        let one = 1i64 << (8 * unit - 1);
        let pairs = (1..8).flat_map(|i| {
            let power = self.balanced(self.power(i));
            let twice = 2 * power * one;
            [power, (twice + self.q * power.signum()) / (2 * self.q)]
        });
        let pairs: Vec<i64> = pairs.take(if unit == 2 { 14 } else { 6 }).collect();
        lay(collection, constant, &pairs, &[unit], Layout::Table);
    }

    /// The table of programs with vectors of 256 bits: each number with its product by the prime's inverse, four times each.
    fn collect_vectors(&self, collection: &mut Collection, constant: usize) {
        // 3329 · 62209 = 1 modulo 2¹⁶.
        let times_inverse = |value: i64| (value * 62_209) & 0xffff;
        let table = (1..5).flat_map(|i| {
            let value = self.balanced(self.montgomery(self.power(i)));
            let four = |value: i64| std::iter::repeat_n(value, 4);
            four(times_inverse(value)).chain(four(value))
        });
        let table: Vec<i64> = table.collect();
        lay(collection, constant, &table, &[2], Layout::Montgomery);
    }
}

/// The generator of a Reed-Solomon code over GF(2⁸) with x⁸ + x⁴ + x³ + x² + 1, lowest coefficient first: the product of (x - αⁱ) for i from
/// 1 to twice the errors that it corrects.
fn generator(corrects: usize) -> Vec<i64> {
    let mut coefficients = vec![1u8];
    let mut root = 1;
    for _ in 0..2 * corrects {
        root = times(root, 2, HQC_FIELD);
        let mut product = vec![0; coefficients.len() + 1];
        for (at, coefficient) in coefficients.iter().enumerate() {
            product[at + 1] ^= coefficient;
            product[at] ^= times(*coefficient, root, HQC_FIELD);
        }
        coefficients = product;
    }
    coefficients.into_iter().map(i64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 203 Appendix A, FIPS 204 Appendix B.
    #[test]
    fn powers_are_those_of_the_standards() {
        let of =
            |transform: &Transform| -> Vec<i64> { (1..8).map(|i| transform.power(i)).collect() };
        assert_eq!(of(&ML_KEM), [1729, 2580, 3289, 2642, 630, 1897, 848]);
        assert_eq!(
            of(&ML_DSA),
            [
                4_808_194, 3_765_607, 3_761_513, 5_178_923, 5_496_691, 5_234_739, 5_178_987
            ]
        );
    }

    /// The reference implementations of Kyber, Dilithium and Falcon keep these.
    #[test]
    fn montgomerys_form_is_that_of_the_reference_implementations() {
        let of = |transform: &Transform| -> Vec<i64> {
            let of = |i| transform.balanced(transform.montgomery(transform.power(i)));
            (1..6).map(of).collect()
        };
        assert_eq!(of(&ML_KEM), [-758, -359, -1517, 1493, 1422]);
        assert_eq!(
            of(&ML_DSA),
            [25_847, -2_608_894, -518_909, 237_124, -777_960]
        );
        let falcon: Vec<i64> = (0..5).map(|i| FALCON.montgomery(FALCON.power(i))).collect();
        assert_eq!(falcon, [4091, 7888, 11_060, 11_208, 6960]);
    }

    /// The reference implementation of HQC-128 keeps this.
    #[test]
    fn the_generator_is_that_of_the_reference_implementation() {
        assert_eq!(
            generator(15),
            [
                89, 69, 153, 116, 176, 117, 111, 75, 73, 233, 242, 233, 65, 210, 21, 139, 103, 173,
                67, 118, 105, 210, 174, 110, 74, 69, 228, 82, 255, 181, 1
            ]
        );
    }
}
