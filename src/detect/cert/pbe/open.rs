//! Undoing password-based encryption, to see which keys and certificates are behind a password that everybody knows or the user gave.
//! Work is bounded: whoever writes a file chooses how often a derivation iterates.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, InnerIvInit as _, KeyIvInit as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use super::{
    DES_CBC, Fixed, PBES2, PBKDF2, PBMAC1, RC2_CBC, SCRYPT, TRIPLE_DES_CBC, effective_bits,
};
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
}

impl Password<'_> {
    fn utf8(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::None => Vec::new(),
        }
    }

    /// RFC 7292 appendix B.1: UTF-16 with two zero bytes behind it.
    fn bmp(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text
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
    let password = password.utf8();
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
    let start = [&password.utf8(), salt].concat();
    with_digest!(digest, D, BLOCK => {
        let mut key = D::digest(&start);
        for _ in 1..iterations {
            key = D::digest(key)
        }
        Ok(key.to_vec())
    })
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

/// A cipher with what is needed to run it.
enum Cipher {
    Aes(usize),
    TripleDes,
    TripleDesTwoKeys,
    Des,
    /// Effective bits, and bytes of the key.
    Rc2(usize),
    Rc4(usize),
}

/// The IV of CBC; of RC2 behind its version (RFC 2268 §6).
fn iv_of(scheme: &Node<'_>) -> Option<Vec<u8>> {
    let parameters = scheme.child(1)?;
    let iv = if parameters.is(tag::SEQUENCE) {
        parameters
            .children()
            .find(|node| node.is(tag::OCTET_STRING))?
    } else {
        parameters
    };
    iv.is(tag::OCTET_STRING).then(|| iv.body.to_vec())
}

impl Cipher {
    fn of(scheme: &Node<'_>) -> Option<Self> {
        Some(match scheme.child(0)?.oid()?.as_str() {
            "2.16.840.1.101.3.4.1.2" => Self::Aes(16),
            "2.16.840.1.101.3.4.1.22" => Self::Aes(24),
            "2.16.840.1.101.3.4.1.42" => Self::Aes(32),
            TRIPLE_DES_CBC => Self::TripleDes,
            DES_CBC => Self::Des,
            RC2_CBC => {
                let bits = effective_bits(scheme.child(1)?)?;
                // RC2 takes keys of up to 128 bytes; a scheme's key is as long as its effective bits.
                Self::Rc2(usize::try_from(bits).ok().filter(|bits| *bits <= 1024)?)
            }
            _ => return None,
        })
    }

    fn of_fixed(scheme: &Fixed) -> Option<Self> {
        let bits = usize::try_from(scheme.key_bits).ok()?;
        Some(match scheme.cipher {
            "AES" => Self::Aes(bits / 8),
            "3DES" if bits == 112 => Self::TripleDesTwoKeys,
            "3DES" => Self::TripleDes,
            "DES" => Self::Des,
            "RC2" => Self::Rc2(bits),
            "RC4" => Self::Rc4(bits / 8),
            _ => return None,
        })
    }

    fn key_length(&self) -> usize {
        match self {
            Self::Aes(bytes) | Self::Rc4(bytes) => *bytes,
            Self::TripleDes => 24,
            Self::TripleDesTwoKeys => 16,
            Self::Des => 8,
            Self::Rc2(bits) => bits.div_ceil(8),
        }
    }

    fn block(&self) -> usize {
        match self {
            Self::Aes(_) => 16,
            Self::Rc4(_) => 0,
            _ => 8,
        }
    }

    fn decrypt(&self, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
        macro_rules! cbc {
            ($cipher:ty) => {
                cbc::Decryptor::<$cipher>::new_from_slices(key, iv)
                    .map_err(|_| Failure::Unsupported)?
                    .decrypt_padded_vec::<Pkcs7>(ciphertext)
                    .map_err(|_| Failure::Wrong)
            };
        }
        match self {
            Self::Aes(16) => cbc!(aes::Aes128),
            Self::Aes(24) => cbc!(aes::Aes192),
            Self::Aes(_) => cbc!(aes::Aes256),
            Self::TripleDes => cbc!(des::TdesEde3),
            Self::TripleDesTwoKeys => cbc!(des::TdesEde2),
            Self::Des => cbc!(des::Des),
            Self::Rc2(bits) => {
                let cipher = rc2::Rc2::new_with_eff_key_len(key, *bits);
                cbc::Decryptor::<rc2::Rc2>::inner_iv_slice_init(cipher, iv)
                    .map_err(|_| Failure::Unsupported)?
                    .decrypt_padded_vec::<Pkcs7>(ciphertext)
                    .map_err(|_| Failure::Wrong)
            }
            Self::Rc4(_) => Ok(rc4(key, ciphertext)),
        }
    }
}

/// RC4. The libraries for it take keys of one length each.
fn rc4(key: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|n| n as u8);
    let mut j = 0_u8;
    for (i, byte) in (0..=255_u8).zip(key.iter().copied().cycle()) {
        j = j.wrapping_add(state[usize::from(i)]).wrapping_add(byte);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    ciphertext
        .iter()
        .map(|byte| {
            i = i.wrapping_add(1);
            j = j.wrapping_add(state[usize::from(i)]);
            state.swap(usize::from(i), usize::from(j));
            let k = state[usize::from(i)].wrapping_add(state[usize::from(j)]);
            byte ^ state[usize::from(k)]
        })
        .collect()
}
