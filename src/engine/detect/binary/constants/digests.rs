//! Hashes, by the numbers that they add and those that they begin with.

use num_bigint::BigUint;

use super::known::Collection;
use super::layout::{Laid, Layout, lay_words};

/// FIPS 180-4 §4.2.2 and §5.3: fractions of the roots of the first primes.
const PRIMES: [u32; 16] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];

/// Tables of words of 32 bits, each from the standard or the paper of its algorithm.
static WORDS: &[(&str, &str, &[u32])] = &[
    // FIPS 180-4 §4.2.1.
    (
        "SHA-1",
        "K",
        &[0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6],
    ),
    // Dobbertin, Bosselaers and Preneel (1996), Appendix A: the second line.
    (
        "RIPEMD-160",
        "K'",
        &[0x50a2_8be6, 0x5c4d_d124, 0x6d70_3ef3, 0x7a6d_76e9],
    ),
    // GB/T 32905-2016 §4.1.
    (
        "SM3",
        "IV",
        &[0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600],
    ),
    // GB/T 32905-2016 §4.2, turned by each round's number.
    (
        "SM3",
        "T",
        &[0x79cc_4519, 0xf398_8a32, 0xe731_1465, 0xce62_28cb],
    ),
];

/// Tables of bytes.
static BYTES: &[(&str, &str, &[u8])] = &[
    // RFC 1319 §3.2.
    (
        "MD2",
        "S",
        &[
            41, 46, 67, 201, 162, 216, 124, 1, 61, 54, 84, 161, 236, 240, 6, 19,
        ],
    ),
    // ISO/IEC 10118-3, dedicated hash-function 7.
    (
        "Whirlpool",
        "S-box",
        &[
            0x18, 0x23, 0xc6, 0xe8, 0x87, 0xb8, 0x01, 0x4f, 0x36, 0xa6, 0xd2, 0xf5, 0x79, 0x6f,
            0x91, 0x52,
        ],
    ),
    // Dobbertin, Bosselaers and Preneel (1996), Appendix A: the order of words in the second line.
    (
        "RIPEMD-160",
        "r'",
        &[5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12],
    ),
    // O'Connor and others, BLAKE3 (2020) Table 2.
    (
        "BLAKE3",
        "schedule",
        &[2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8],
    ),
];

/// RFC 7693 §2.7: the second row; the first is no order at all.
const SIGMA: [i64; 16] = [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3];

/// Adds the hashes.
pub(super) fn collect(collection: &mut Collection) {
    sha_2_and_blake_2(collection);
    keccak(collection);
    let md5 = collection.algorithm(&["MD5"], 1, "");
    let constant = collection.constant("T", &[md5]);
    // RFC 1321 §3.4.
    let sines = (1..9).map(|i| (f64::from(i).sin().abs() * 4_294_967_296.0) as i64);
    lay(collection, constant, &sines.collect::<Vec<i64>>(), 4);
    for (algorithm, name, words) in WORDS {
        let subject = collection.algorithm(&[algorithm], 1, "");
        let constant = collection.constant(name, &[subject]);
        let words: Vec<i64> = words.iter().map(|word| i64::from(*word)).collect();
        lay(collection, constant, &words, 4);
        // Programs with vectors have each as often as a vector has room for it.
        for times in [4, 8] {
            let often = words
                .iter()
                .flat_map(|word| std::iter::repeat_n(*word, times));
            lay(collection, constant, &often.collect::<Vec<i64>>(), 4);
        }
    }
    for (algorithm, name, bytes) in BYTES {
        let subject = collection.algorithm(&[algorithm], 1, "");
        let constant = collection.constant(name, &[subject]);
        let words: Vec<i64> = bytes.iter().map(|byte| i64::from(*byte)).collect();
        for unit in [1, 4, 8] {
            lay(collection, constant, &words, unit)
        }
    }
}

fn lay(collection: &mut Collection, constant: usize, words: &[i64], unit: usize) {
    let mut take = |laid: Laid| collection.pattern(constant, laid);
    lay_words(words, unit, Layout::Table, &mut take)
}

/// SHA-224 adds what SHA-256 adds, and BLAKE2s and BLAKE3 begin as SHA-256 begins: only together do the two prove it. So it is with SHA-384,
/// SHA-512 and BLAKE2b.
fn sha_2_and_blake_2(collection: &mut Collection) {
    let mut subject = |name: &str| collection.algorithm(&[name], 1, "");
    let (sha_224, sha_256) = (subject("SHA-224"), subject("SHA-256"));
    let (sha_384, sha_512) = (subject("SHA-384"), subject("SHA-512"));
    let (blake_2s, blake_2b, blake_3) = (subject("BLAKE2s"), subject("BLAKE2b"), subject("BLAKE3"));
    let cube = |prime: &u32, bits: u32| (BigUint::from(*prime) << (3 * bits)).cbrt();
    let square = |prime: &u32, bits: u32| (BigUint::from(*prime) << (2 * bits)).sqrt();
    let fraction = |root: BigUint, bits: u32| low(&root, bits);
    let cubes = |count: usize, bits: u32| -> Vec<i64> {
        let primes = PRIMES.iter().take(count);
        primes.map(|p| fraction(cube(p, bits), bits)).collect()
    };
    let squares = |from: usize, bits: u32| -> Vec<i64> {
        let primes = PRIMES.iter().skip(from).take(8);
        primes.map(|p| fraction(square(p, bits), bits)).collect()
    };
    let begin_384 = squares(8, 64);
    let begin_224: Vec<i64> = begin_384.iter().map(|word| word & 0xffff_ffff).collect();
    for (bits, long, short, others, short_begins) in [
        (32, sha_256, sha_224, vec![blake_2s, blake_3], begin_224),
        (64, sha_512, sha_384, vec![blake_2b], begin_384),
    ] {
        let unit = bits as usize / 8;
        let added = collection.constant("K", &[short, long]);
        lay(collection, added, &cubes(16 / unit, bits), unit);
        let begins = collection.constant("IV", &[&[long], others.as_slice()].concat());
        lay(collection, begins, &squares(0, bits), unit);
        collection.together([added, begins], long);
        let constant = collection.constant("IV", &[short]);
        lay(collection, constant, &short_begins, unit);
    }
    let constant = collection.constant("σ", &[blake_2s, blake_2b]);
    for unit in [1, 4, 8] {
        lay(collection, constant, &SIGMA, unit)
    }
}

fn low(number: &BigUint, bits: u32) -> i64 {
    let low = number.iter_u64_digits().next().unwrap_or(0);
    if bits >= 64 {
        low as i64
    } else {
        (low & ((1 << bits) - 1)) as i64
    }
}

/// FIPS 202 §3.2.5: the constants of the rounds come from a shift register.
fn keccak(collection: &mut Collection) {
    let subject = collection.algorithm(
        &["SHA-3"],
        1,
        "SHAKE, Keccak and all that is built on them have the same constants",
    );
    let constant = collection.constant("RC", &[subject]);
    let rounds: Vec<u64> = round_constants();
    let words: Vec<i64> = rounds.iter().map(|round| *round as i64).collect();
    lay(collection, constant, &words, 8);
    // Processors with 32 bits take the even bits and the odd ones apart.
    let apart = rounds.iter().flat_map(|round| {
        let every_other = |from: u64| {
            (0..32).fold(0, |word, bit| word | (round >> (2 * bit + from) & 1) << bit) as i64
        };
        [every_other(0), every_other(1)]
    });
    lay(collection, constant, &apart.collect::<Vec<i64>>(), 4);
}

/// The first sixteen of them.
fn round_constants() -> Vec<u64> {
    let mut register = 1u8;
    let mut rounds = Vec::with_capacity(16);
    for _ in 0..16 {
        let mut round = 0;
        for j in 0..7 {
            if register & 1 == 1 {
                round |= 1 << ((1 << j) - 1)
            }
            let carry = register >> 7;
            register = (register << 1) ^ (carry * 0x71);
        }
        rounds.push(round)
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 202, as every implementation has them.
    #[test]
    fn rounds_of_keccak_are_those_of_the_standard() {
        assert_eq!(
            round_constants()[..5],
            [
                1,
                0x8082,
                0x8000_0000_0000_808a,
                0x8000_0000_8000_8000,
                0x808b
            ]
        );
    }

    /// FIPS 180-4 §4.2.2, §4.2.3 and §5.3.
    #[test]
    fn roots_are_those_of_the_standard() {
        let cube = |prime: u32, bits: u32| low(&(BigUint::from(prime) << (3 * bits)).cbrt(), bits);
        let square =
            |prime: u32, bits: u32| low(&(BigUint::from(prime) << (2 * bits)).sqrt(), bits);
        assert_eq!(cube(2, 32), 0x428a_2f98);
        assert_eq!(cube(2, 64) as u64, 0x428a_2f98_d728_ae22);
        assert_eq!(square(2, 32), 0x6a09_e667);
        assert_eq!(square(3, 64) as u64, 0xbb67_ae85_84ca_a73b);
        assert_eq!(square(23, 64) as u64, 0xcbbb_9d5d_c105_9ed8);
    }
}
