//! Undoing password-based encryption, to see which keys and certificates are behind a password that everybody knows or the user gave.
//! Work is bounded: whoever writes a file chooses how often a derivation iterates.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use super::cipher::{Cipher, iv_of};
use super::{Fixed, JCEKS_PROTECTOR, PBES2, PBKDF2, PBMAC1, SCRYPT};
use crate::detect::cert::algorithm;
use crate::detect::cert::der::{Node, tag};

/// Calls of a digest or HMAC that passwords of one file may cost: some seconds.
const MAX_WORK: u64 = 24_000_000;
/// Memory that one derivation may cost; the manuals' largest scrypt (N = 2^17, r = 8) needs 128 MiB.
const MAX_MEMORY: u64 = 128 << 20;

/// What may still be spent on one file.
pub(in crate::detect::cert) struct Work {
    left: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self { left: MAX_WORK }
    }
}

impl Work {
    pub(in crate::detect::cert) fn spend(&mut self, calls: u64) -> Result<(), Failure> {
        match self.left.checked_sub(calls) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Failure::WorkLimit),
        }
    }
}

/// Why something was not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect::cert) enum Failure {
    /// A scheme, digest or cipher that is not undone here.
    Unsupported,
    /// It costs more than may be spent.
    WorkLimit,
    /// The password does not fit.
    Wrong,
}

/// A password as it is tried.
#[derive(Clone, Copy)]
pub(in crate::detect::cert) enum Password<'p> {
    /// As text; the empty one is two zero bytes to PKCS #12.
    Text(&'p str),
    /// None at all, which PKCS #12 tells from the empty one.
    None,
    /// As BCFKS has it: the password and what the key is for, both as PKCS #12 writes passwords.
    For(&'p str, &'static str),
}

impl Password<'_> {
    /// What PBKDF and scrypt are given.
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::For(text, purpose) => {
                [Self::Text(text).bmp(), Self::Text(purpose).bmp()].concat()
            }
            Self::None => Vec::new(),
        }
    }

    /// RFC 7292 appendix B.1: UTF-16 with two zero bytes behind it.
    fn bmp(self) -> Vec<u8> {
        match self {
            Self::Text(text) | Self::For(text, _) => text
                .encode_utf16()
                .chain([0])
                .flat_map(u16::to_be_bytes)
                .collect(),
            Self::None => Vec::new(),
        }
    }
}

/// Runs with the digest of that catalogue name, and the size of its blocks.
macro_rules! with_digest {
    ($name:expr, $d:ident, $block:ident => $body:expr) => {
        match $name {
            "MD5" => run!(Md5, 64, $d, $block, $body),
            "SHA-1" => run!(Sha1, 64, $d, $block, $body),
            "SHA-224" => run!(Sha224, 64, $d, $block, $body),
            "SHA-256" => run!(Sha256, 64, $d, $block, $body),
            "SHA-384" => run!(Sha384, 128, $d, $block, $body),
            "SHA-512" => run!(Sha512, 128, $d, $block, $body),
            "SHA-512/224" => run!(Sha512_224, 128, $d, $block, $body),
            "SHA-512/256" => run!(Sha512_256, 128, $d, $block, $body),
            _ => Err(Failure::Unsupported),
        }
    };
}
macro_rules! run {
    ($digest:ty, $size:expr, $d:ident, $block:ident, $body:expr) => {{
        type $d = $digest;
        const $block: usize = $size;
        let _ = $block;
        $body
    }};
}

/// The plaintext of what was encrypted with such a scheme.
pub(in crate::detect::cert) fn decrypt(
    identifier: &Node<'_>,
    ciphertext: &[u8],
    password: Password<'_>,
    work: &mut Work,
) -> Result<Vec<u8>, Failure> {
    let oid = identifier.child(0).and_then(|node| node.oid());
    let parameters = identifier.child(1).ok_or(Failure::Unsupported)?;
    let oid = oid.ok_or(Failure::Unsupported)?;
    work.spend(ciphertext.len() as u64 / 64)?;
    if oid == PBES2 {
        let kdf = parameters.child(0).ok_or(Failure::Unsupported)?;
        let scheme = parameters.child(1).ok_or(Failure::Unsupported)?;
        let cipher = Cipher::of(&scheme).ok_or(Failure::Unsupported)?;
        let key = derive(&kdf, password, cipher.key_length(), work)?;
        let iv = iv_of(&scheme).ok_or(Failure::Unsupported)?;
        return cipher.decrypt(&key, &iv, ciphertext);
    }
    let scheme = Fixed::of(&oid).ok_or(Failure::Unsupported)?;
    let salt = parameters
        .child(0)
        .filter(|node| node.is(tag::OCTET_STRING));
    let salt = salt.ok_or(Failure::Unsupported)?.body;
    let iterations = parameters.child(1).as_ref().and_then(Node::small);
    let iterations = iterations.ok_or(Failure::Unsupported)?;
    let cipher = Cipher::of_fixed(scheme).ok_or(Failure::Unsupported)?;
    let (key, iv) = if scheme.is_pkcs12() {
        let mut derive =
            |id, length| pkcs12_key(scheme.digest, password, salt, iterations, id, length, work);
        let key = derive(1, cipher.key_length())?;
        (key, derive(2, cipher.block())?)
    } else if oid == JCEKS_PROTECTOR {
        let both = jceks_key(password, salt, iterations, work)?;
        let (key, iv) = both.split_at_checked(24).ok_or(Failure::Unsupported)?;
        (key.to_vec(), iv.to_vec())
    } else if matches!(cipher, Cipher::Des | Cipher::Rc2(_)) {
        let both = pbkdf1(scheme.digest, password, salt, iterations, work)?;
        let key = both.get(..8).ok_or(Failure::Unsupported)?.to_vec();
        (key, both.get(8..16).ok_or(Failure::Unsupported)?.to_vec())
    } else {
        return Err(Failure::Unsupported);
    };
    cipher.decrypt(&key, &iv, ciphertext)
}

/// Whether the MAC of PKCS #12 (RFC 7292 §4) is right for a password.
pub(in crate::detect::cert) fn pkcs12_mac_fits(
    mac: &Mac<'_>,
    content: &[u8],
    password: Password<'_>,
    work: &mut Work,
) -> Result<(), Failure> {
    if let Some(parameters) = mac.pbmac1 {
        return pbmac1_fits(&parameters, mac.value, content, password, work);
    }
    work.spend(content.len() as u64 / 64)?;
    with_digest!(mac.digest, D, BLOCK => {
        let length = <D as Digest>::output_size();
        let key = pkcs12_key(mac.digest, password, mac.salt, mac.iterations, 3, length, work)?;
        let mut hmac = Hmac::<D>::new_from_slice(&key).map_err(|_| Failure::Unsupported)?;
        hmac.update(content);
        hmac.verify_slice(mac.value).map_err(|_| Failure::Wrong)
    })
}

/// What the integrity of a PKCS #12 rests on.
pub(in crate::detect::cert) struct Mac<'a> {
    /// The digest by its catalogue name.
    pub(in crate::detect::cert) digest: &'a str,
    pub(in crate::detect::cert) value: &'a [u8],
    pub(in crate::detect::cert) salt: &'a [u8],
    pub(in crate::detect::cert) iterations: u64,
    /// The parameters of PBMAC1, which make salt and iterations void (RFC 9579 §4).
    pub(in crate::detect::cert) pbmac1: Option<Node<'a>>,
}

fn pbmac1_fits(
    parameters: &Node<'_>,
    value: &[u8],
    content: &[u8],
    password: Password<'_>,
    work: &mut Work,
) -> Result<(), Failure> {
    let kdf = parameters.child(0).ok_or(Failure::Unsupported)?;
    let mac = parameters.child(1).and_then(|scheme| scheme.child(0));
    let digest = mac
        .and_then(|oid| hmac_digest(&oid.oid()?))
        .ok_or(Failure::Unsupported)?;
    work.spend(content.len() as u64 / 64)?;
    with_digest!(digest, D, BLOCK => {
        let key = derive(&kdf, password, <D as Digest>::output_size(), work)?;
        let mut hmac = Hmac::<D>::new_from_slice(&key).map_err(|_| Failure::Unsupported)?;
        hmac.update(content);
        hmac.verify_slice(value).map_err(|_| Failure::Wrong)
    })
}

/// Whether an identifier is that of PBMAC1; its parameters.
pub(in crate::detect::cert) fn pbmac1<'a>(identifier: &Node<'a>) -> Option<Node<'a>> {
    (identifier.child(0)?.oid()? == PBMAC1).then(|| identifier.child(1))?
}

/// The digest of hmacWithSHA… (RFC 8018 appendix B.1.2).
fn hmac_digest(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "1.2.840.113549.2.7" => "SHA-1",
        "1.2.840.113549.2.8" => "SHA-224",
        "1.2.840.113549.2.9" => "SHA-256",
        "1.2.840.113549.2.10" => "SHA-384",
        "1.2.840.113549.2.11" => "SHA-512",
        "1.2.840.113549.2.12" => "SHA-512/224",
        "1.2.840.113549.2.13" => "SHA-512/256",
        _ => return None,
    })
}

/// PBKDF2 or scrypt.
fn derive(
    kdf: &Node<'_>,
    password: Password<'_>,
    wanted: usize,
    work: &mut Work,
) -> Result<Vec<u8>, Failure> {
    let oid = kdf.child(0).and_then(|node| node.oid());
    let parameters = kdf.child(1).ok_or(Failure::Unsupported)?;
    let salt = parameters
        .child(0)
        .filter(|node| node.is(tag::OCTET_STRING));
    let salt = salt.ok_or(Failure::Unsupported)?.body;
    let number = |n| parameters.child(n).as_ref().and_then(Node::small);
    let password = password.bytes();
    work.spend(salt.len() as u64 / 64)?;
    match oid.as_deref() {
        Some(PBKDF2) => {
            let iterations = number(1).and_then(|n| u32::try_from(n).ok());
            let iterations = iterations.filter(|n| *n > 0).ok_or(Failure::Unsupported)?;
            let prf = parameters.children().skip(2).find(algorithm::is_identifier);
            let digest = match prf {
                Some(prf) => prf
                    .child(0)
                    .and_then(|oid| hmac_digest(&oid.oid()?))
                    .ok_or(Failure::Unsupported)?,
                None => "SHA-1",
            };
            let mut key = vec![0; wanted];
            with_digest!(digest, D, BLOCK => {
                let blocks = wanted.div_ceil(<D as Digest>::output_size());
                work.spend(u64::from(iterations) * blocks as u64)?;
                pbkdf2::pbkdf2_hmac::<D>(&password, salt, iterations, &mut key);
                Ok(())
            })?;
            Ok(key)
        }
        Some(SCRYPT) => {
            let numbers = number(1).zip(number(2)).zip(number(3));
            let ((n, r), p) = numbers.ok_or(Failure::Unsupported)?;
            let once = n.checked_mul(r).ok_or(Failure::WorkLimit)?;
            if once
                .checked_mul(128)
                .is_none_or(|memory| memory > MAX_MEMORY)
                || r.saturating_mul(p) > 1 << 16
            {
                return Err(Failure::WorkLimit);
            }
            work.spend(once.checked_mul(p).ok_or(Failure::WorkLimit)?)?;
            let (r, p) = u32::try_from(r)
                .ok()
                .zip(u32::try_from(p).ok())
                .ok_or(Failure::Unsupported)?;
            if !n.is_power_of_two() {
                return Err(Failure::Unsupported);
            }
            let parameters = scrypt::Params::new(n.trailing_zeros() as u8, r, p)
                .map_err(|_| Failure::Unsupported)?;
            let mut key = vec![0; wanted];
            scrypt::scrypt(&password, salt, &parameters, &mut key)
                .map_err(|_| Failure::Unsupported)?;
            Ok(key)
        }
        _ => Err(Failure::Unsupported),
    }
}

/// RFC 8018 §5.1.
fn pbkdf1(
    digest: &str,
    password: Password<'_>,
    salt: &[u8],
    iterations: u64,
    work: &mut Work,
) -> Result<Vec<u8>, Failure> {
    work.spend(iterations.saturating_add(salt.len() as u64 / 64))?;
    let start = [&password.bytes(), salt].concat();
    with_digest!(digest, D, BLOCK => {
        let mut key = D::digest(&start);
        for _ in 1..iterations {
            key = D::digest(key)
        }
        Ok(key.to_vec())
    })
}

/// That of JCEKS: each half of the salt on its own gives 16 bytes.
fn jceks_key(
    password: Password<'_>,
    salt: &[u8],
    iterations: u64,
    work: &mut Work,
) -> Result<Vec<u8>, Failure> {
    let (one, two) = salt.split_at_checked(4).ok_or(Failure::Unsupported)?;
    if two.len() != 4 || one == two {
        // Equal halves are mixed up in a way of their own; they do not come up by chance.
        return Err(Failure::Unsupported);
    }
    work.spend(iterations.saturating_mul(2))?;
    let password = password.bytes();
    let derive = |half: &[u8]| {
        let mut digest = half.to_vec();
        for _ in 0..iterations {
            let md5 = Md5::new().chain_update(&digest).chain_update(&password);
            digest = md5.finalize().to_vec()
        }
        digest
    };
    Ok([derive(one), derive(two)].concat())
}

/// RFC 7292 appendix B.2.
fn pkcs12_key(
    digest: &str,
    password: Password<'_>,
    salt: &[u8],
    iterations: u64,
    id: u8,
    length: usize,
    work: &mut Work,
) -> Result<Vec<u8>, Failure> {
    let password = password.bmp();
    with_digest!(digest, D, BLOCK => {
        let fill = |bytes: &[u8]| -> Vec<u8> {
            let whole = bytes.len().div_ceil(BLOCK) * BLOCK;
            bytes.iter().copied().cycle().take(whole).collect()
        };
        let mut input = [fill(salt), fill(&password)].concat();
        let blocks = length.div_ceil(<D as Digest>::output_size()) as u64;
        let once = iterations.saturating_add(input.len() as u64 / 16);
        work.spend(once.saturating_mul(blocks))?;
        let mut key = Vec::new();
        while key.len() < length {
            let mut a = D::new().chain_update([id; BLOCK]).chain_update(&input).finalize();
            for _ in 1..iterations {
                a = D::digest(a)
            }
            key.extend_from_slice(&a);
            let b: Vec<u8> = a.iter().copied().cycle().take(BLOCK).collect();
            for chunk in input.chunks_mut(BLOCK) {
                add_one_and(chunk, &b)
            }
        }
        key.truncate(length);
        Ok(key)
    })
}

/// `number += other + 1`, without what overflows.
fn add_one_and(number: &mut [u8], other: &[u8]) {
    let mut carry = 1;
    for (byte, other) in number.iter_mut().zip(other).rev() {
        let sum = u16::from(*byte) + u16::from(*other) + carry;
        *byte = sum.to_be_bytes()[1];
        carry = sum >> 8;
    }
}

/// The plaintext of a PEM block that OpenSSL encrypted after RFC 1421: the key is EVP_BytesToKey with MD5, one round, and the first eight
/// bytes of the IV as its salt.
pub(in crate::detect::cert) fn decrypt_pem(
    cipher: &str,
    iv: &[u8],
    ciphertext: &[u8],
    password: Password<'_>,
    work: &mut Work,
) -> Result<Vec<u8>, Failure> {
    let cipher = match cipher {
        "AES-128-CBC" => Cipher::Aes(16),
        "AES-192-CBC" => Cipher::Aes(24),
        "AES-256-CBC" => Cipher::Aes(32),
        "DES-EDE3-CBC" => Cipher::TripleDes,
        "DES-CBC" => Cipher::Des,
        _ => return Err(Failure::Unsupported),
    };
    let salt = iv.get(..8).ok_or(Failure::Unsupported)?;
    work.spend(1 + ciphertext.len() as u64 / 64)?;
    let mut key = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while key.len() < cipher.key_length() {
        last.extend_from_slice(&password.bytes());
        last.extend_from_slice(salt);
        last = Md5::digest(&last).to_vec();
        key.extend_from_slice(&last);
    }
    key.truncate(cipher.key_length());
    cipher.decrypt(&key, iv, ciphertext)
}
