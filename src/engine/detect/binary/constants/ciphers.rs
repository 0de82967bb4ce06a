//! Symmetric ciphers that keep tables: S-boxes, what is derived from them, and texts.

use super::field::times;
use super::known::Collection;
use super::layout::{Laid, Layout, lay_words};

/// x⁸ + x⁴ + x³ + x + 1, without its highest power (FIPS 197 §4.2).
const AES_FIELD: u8 = 0x1b;

/// A table of bytes, and the algorithms that have it.
struct Bytes {
    /// Subjects, each with the names that it may be.
    subjects: &'static [&'static [&'static str]],
    name: &'static str,
    /// Its beginning, hexadecimal.
    begins: &'static str,
    /// Whether a byte may take four.
    wide: bool,
}

/// Beginnings of tables, each from the standard or the paper of its algorithm.
static BYTES: &[Bytes] = &[
    // GB/T 32907-2016 §6.2.
    bytes(&[&["SM4"]], "S-box", "d690e9fecce13db716b614c228fb2c05"),
    // RFC 3713 §2.4.1.
    bytes(
        &[&["Camellia"]],
        "SBOX1",
        "70822cecb327c0e5e4855735ea0cae41",
    ),
    // RFC 5794 §2.4.2 and §2.3.
    bytes(&[&["ARIA"]], "SB2", "e24e54fc94c24acc620d6a463c4d8bd1"),
    bytes(&[&["ARIA"]], "C1", "517cc1b727220a94fe13abe8fa9a6ee0"),
    // RFC 2268 §2.
    bytes(&[&["RC2"]], "PITABLE", "d978f9c419ddb5ed28e9fd794aa0d89d"),
    // Schneier and others, Twofish (1998) §4.3.5.
    bytes(&[&["Twofish"]], "q0", "a967b3e804fda3769a928078e4ddd138"),
    // SKIPJACK and KEA specifications (1998).
    bytes(&[&["Skipjack"]], "F", "a3d70983f848f6f4b321157899b1aff9"),
    // STB 34.101.31-2011 §5.3.
    bytes(&[&["BelT"]], "H", "b194bac80a08f53b366d008e584a5de4"),
    // 3GPP TS 35.222 §3.4.1.
    bytes(&[&["ZUC"]], "S0", "3e725b47cae0003304d1549809b96dcb"),
    // RFC 7801 §4.1 and RFC 6986 §6.2: one permutation, two algorithms of three names.
    bytes(
        &[&["Kuznyechik"], &["Streebog-256", "Streebog-512"]],
        "π",
        "fceedd11cf6e3116fbc4fada23c5044d",
    ),
    // RFC 7801 §4.1: the inverse, which only the cipher needs.
    bytes(
        &[&["Kuznyechik"]],
        "π⁻¹",
        "a52d328f0e30384c54e69e39557e5291",
    ),
    // RFC 8891 §4.1, the first row.
    Bytes {
        subjects: &[&["Magma"]],
        name: "π",
        begins: "0c0406020a050b090e080d0700030f01",
        wide: false,
    },
    // FIPS 46-3, Appendix 1: two rows of S1.
    Bytes {
        subjects: &[&["3DES", "DES"]],
        name: "S1",
        begins: "0e040d01020f0b08030a060c05090007000f07040e020d010a060c0b09050308",
        wide: false,
    },
];

/// A table of words of 32 bits, by its beginning.
static WORDS: &[(&[&str], &str, &[u32])] = &[
    // Schneier, Fast Software Encryption 1993: the digits of π from the third S-box on, which HAVAL's do not reach.
    (
        &["Blowfish"],
        "S2",
        &[0x4b7a_70e9, 0xb5b3_2944, 0xdb75_092e, 0xc419_2623],
    ),
    // RFC 2144 Appendix A.
    (
        &["CAST5"],
        "S1",
        &[0x30fb_40d4, 0x9fa0_ff0b, 0x6bec_cd2f, 0x3f25_8c7a],
    ),
    // RFC 4269 §2.2.
    (
        &["SEED"],
        "SS0",
        &[0x2989_a1a8, 0x0585_8184, 0x16c6_d2d4, 0x13c3_d3d0],
    ),
    // FIPS 46-3's S1 after its permutation P, in the two orders of bits that programs have (Outerbridge's, and Young's with a rotation).
    (
        &["3DES", "DES"],
        "SP1",
        &[
            0x0101_0400,
            0,
            0x0001_0000,
            0x0101_0404,
            0x0101_0004,
            0x0001_0404,
            4,
            0x0001_0000,
        ],
    ),
    (
        &["3DES", "DES"],
        "SP1",
        &[
            0x0208_0800,
            0x0008_0000,
            0x0200_0002,
            0x0208_0802,
            0x0200_0000,
            0x0008_0802,
            0x0008_0002,
            0x0200_0002,
        ],
    ),
];

/// Texts that are a part of an algorithm.
static TEXTS: &[(&[&str], &str)] = &[
    // RFC 8439 §2.3, and Bernstein, Salsa20 specification (2005) §9.
    (&["ChaCha20", "Salsa20"], "expand 32-byte k"),
    (&["ChaCha20", "Salsa20"], "expand 16-byte k"),
    // Provos and Mazières, USENIX 1999.
    (&["bcrypt"], "OrpheanBeholderScryDoubt"),
    // OpenBSD's bcrypt_pbkdf(3).
    (&["bcrypt-pbkdf"], "OxychromaticBlowfishSwatDynamite"),
    // RFC 8032 §2: dom2.
    (&["Ed25519"], "SigEd25519 no Ed25519 collisions"),
];

const fn bytes(
    subjects: &'static [&'static [&'static str]],
    name: &'static str,
    begins: &'static str,
) -> Bytes {
    Bytes {
        subjects,
        name,
        begins,
        wide: true,
    }
}

/// Adds the ciphers.
pub(super) fn collect(collection: &mut Collection) {
    aes(collection);
    for table in BYTES {
        let values = values(table.begins);
        let subjects = table.subjects.iter();
        let subjects: Vec<usize> = subjects.map(|names| subject(collection, names)).collect();
        let constant = collection.constant(table.name, &subjects);
        lay(collection, constant, &values, 1);
        if table.wide {
            lay(collection, constant, &values, 4);
            // One byte in three of four places, and the fourth empty: Camellia's SP tables, and those of ARIA.
            for empty in 0..4 {
                let word = |value: &i64| value * (0x0101_0101 & !(0xff << (8 * empty)));
                let words: Vec<i64> = values.iter().map(word).collect();
                lay(collection, constant, &words, 4);
            }
        }
    }
    sm4_rounds(collection);
    for (algorithms, name, begins) in WORDS {
        // Others took digits of π too, Randen as many as this: that they are Blowfish's is likely, not certain.
        let enough = if *algorithms == ["Blowfish"] { 2 } else { 1 };
        let subject = collection.algorithm(algorithms, enough, "");
        let constant = collection.constant(name, &[subject]);
        let words: Vec<i64> = begins.iter().map(|word| i64::from(*word)).collect();
        lay(collection, constant, &words, 4);
    }
    for (algorithms, text) in TEXTS {
        let subject = subject(collection, algorithms);
        let constant = collection.constant(text, &[subject]);
        collection.pattern(
            constant,
            Laid {
                bytes: text.as_bytes().to_vec(),
                layout: Layout::Text,
            },
        );
        // A text that is read as words of a processor with the other order.
        let swapped = text.as_bytes().chunks(4).flat_map(|word| word.iter().rev());
        collection.pattern(
            constant,
            Laid {
                bytes: swapped.copied().collect(),
                layout: Layout::Table,
            },
        );
    }
}

/// SM4's S-box with its linear transform (GB/T 32907-2016 §6.2), in the four places that a byte may have.
fn sm4_rounds(collection: &mut Collection) {
    let values = values("d690e9fecce13db716b614c228fb2c05");
    let subject = subject(collection, &["SM4"]);
    let constant = collection.constant("round table", &[subject]);
    for turned in [0, 8, 16, 24] {
        let word = |value: &i64| {
            let b = (*value as u32) << 24;
            let l =
                b ^ b.rotate_left(2) ^ b.rotate_left(10) ^ b.rotate_left(18) ^ b.rotate_left(24);
            i64::from(l.rotate_right(turned))
        };
        let words: Vec<i64> = values.iter().map(word).collect();
        lay(collection, constant, &words, 4);
    }
}

/// Tables of one algorithm are one subject.
fn subject(collection: &mut Collection, algorithms: &[&str]) -> usize {
    collection.algorithm(algorithms, 1, "")
}

fn lay(collection: &mut Collection, constant: usize, words: &[i64], unit: usize) {
    let mut take = |laid| collection.pattern(constant, laid);
    lay_words(words, unit, Layout::Table, &mut take)
}

fn values(hexadecimal: &str) -> Vec<i64> {
    let digits: Vec<i64> = hexadecimal
        .chars()
        .filter_map(|digit| digit.to_digit(16).map(i64::from))
        .collect();
    let (pairs, _) = digits.as_chunks::<2>();
    pairs.iter().map(|[high, low]| high << 4 | low).collect()
}

/// AES: the S-boxes, which other ciphers and hashes took over, and the tables of whole rounds, which are its own.
fn aes(collection: &mut Collection) {
    let subject = collection.algorithm(&["AES"], 2, "");
    let forward: Vec<u8> = (0..=255).map(s_box).collect();
    let mut inverse = vec![0u8; 256];
    for (value, of) in (0..=255).zip(&forward) {
        inverse[usize::from(*of)] = value
    }
    let constant = collection.constant("S-box", &[subject]);
    let first =
        |table: &[u8]| -> Vec<i64> { table.iter().take(32).map(|v| i64::from(*v)).collect() };
    for table in [&forward, &inverse] {
        lay(collection, constant, &first(table), 1);
        lay(collection, constant, &first(table), 4);
    }
    // FIPS 197 §5.1.3 and §5.3.3: what a byte becomes in a column.
    for (name, table, column) in [
        ("round table", &forward, [2, 1, 1, 3]),
        ("inverse round table", &inverse, [14, 9, 13, 11]),
    ] {
        let constant = collection.constant(name, &[subject]);
        for turned in [0, 8, 16, 24] {
            let word = |value: &u8| {
                let bytes = column.map(|by| times(*value, by, AES_FIELD));
                i64::from(u32::from_be_bytes(bytes).rotate_right(turned))
            };
            let words: Vec<i64> = table.iter().take(8).map(word).collect();
            lay(collection, constant, &words, 4);
            // OpenSSL's assembly has each twice, so that a shifted read sees it turned.
            let twice: Vec<i64> = words.iter().flat_map(|word| [*word; 2]).collect();
            lay(collection, constant, &twice, 4);
        }
    }
}

/// FIPS 197 §5.1.1.
fn s_box(value: u8) -> u8 {
    // The inverse is the 254th power, and 0 for 0.
    let inverse = (0..253).fold(value, |power, _| times(power, value, AES_FIELD));
    let turned = |by| inverse.rotate_left(by);
    inverse ^ turned(1) ^ turned(2) ^ turned(3) ^ turned(4) ^ 0x63
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197 Figure 7, and the tables of its reference code.
    #[test]
    fn the_s_box_is_that_of_the_standard() {
        let first: Vec<u8> = (0..8).map(s_box).collect();
        assert_eq!(first, [0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5]);
        assert_eq!(
            [2, 1, 1, 3].map(|by| times(0x63, by, AES_FIELD)),
            [0xc6, 0x63, 0x63, 0xa5]
        );
        assert_eq!(
            [14, 9, 13, 11].map(|by| times(0x52, by, AES_FIELD)),
            [0x51, 0xf4, 0xa7, 0x50]
        );
    }

    #[test]
    fn what_is_written_down_is_whole() {
        for table in BYTES {
            let values = values(table.begins);
            assert!(values.len() == 16 || values.len() == 32, "{}", table.begins);
            if values.len() == 16 {
                let mut different = values.clone();
                different.sort_unstable();
                different.dedup();
                assert_eq!(different.len(), 16, "{} is a permutation", table.begins);
            }
        }
    }
}
