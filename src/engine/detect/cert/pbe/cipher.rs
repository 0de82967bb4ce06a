//! The ciphers of password-based encryption, undone.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, InnerIvInit as _, KeyInit as _, KeyIvInit as _};
use ccm::aead::{Aead as _, Nonce};
use ccm::consts::{U8, U12, U16};

use super::open::Failure;
use super::{DES_CBC, Fixed, RC2_CBC, TRIPLE_DES_CBC, effective_bits};
use crate::detect::cert::der::{Node, tag};

/// A cipher with what is needed to run it.
pub(super) enum Cipher {
    Aes(usize),
    TripleDes,
    TripleDesTwoKeys,
    Des,
    /// Effective bits, and bytes of the key.
    Rc2(usize),
    Rc4(usize),
    /// AES with a key of 256 bits in CCM: bytes of the tag.
    Ccm(usize),
}

/// The IV of CBC; of RC2 behind its version (RFC 2268 §6).
pub(super) fn iv_of(scheme: &Node<'_>) -> Option<Vec<u8>> {
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
    pub(super) fn of(scheme: &Node<'_>) -> Option<Self> {
        Some(match scheme.child(0)?.oid()?.as_str() {
            "2.16.840.1.101.3.4.1.2" => Self::Aes(16),
            "2.16.840.1.101.3.4.1.22" => Self::Aes(24),
            "2.16.840.1.101.3.4.1.42" => Self::Aes(32),
            "2.16.840.1.101.3.4.1.47" => {
                // RFC 5084 §3.1: 12, where it is not said.
                let tag = scheme.child(1)?.child(1);
                Self::Ccm(usize::try_from(tag.map_or(Some(12), |tag| tag.small())?).ok()?)
            }
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

    pub(super) fn of_fixed(scheme: &Fixed) -> Option<Self> {
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

    pub(super) fn key_length(&self) -> usize {
        match self {
            Self::Aes(bytes) | Self::Rc4(bytes) => *bytes,
            Self::Ccm(_) => 32,
            Self::TripleDes => 24,
            Self::TripleDesTwoKeys => 16,
            Self::Des => 8,
            Self::Rc2(bits) => bits.div_ceil(8),
        }
    }

    pub(super) fn block(&self) -> usize {
        match self {
            Self::Aes(_) | Self::Ccm(_) => 16,
            Self::Rc4(_) => 0,
            _ => 8,
        }
    }

    pub(super) fn decrypt(
        &self,
        key: &[u8],
        iv: &[u8],
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        macro_rules! cbc {
            ($cipher:ty) => {
                cbc::Decryptor::<$cipher>::new_from_slices(key, iv)
                    .map_err(|_| Failure::Unsupported)?
                    .decrypt_padded_vec::<Pkcs7>(ciphertext)
                    .map_err(|_| Failure::Wrong)
            };
        }
        // With a nonce of 12 bytes, as Bouncy Castle takes it.
        macro_rules! ccm {
            ($tag:ty) => {{
                type Ccm = ccm::Ccm<aes::Aes256, $tag, U12>;
                let cipher = Ccm::new_from_slice(key).map_err(|_| Failure::Unsupported)?;
                let nonce = Nonce::<Ccm>::try_from(iv).map_err(|_| Failure::Unsupported)?;
                cipher
                    .decrypt(&nonce, ciphertext)
                    .map_err(|_| Failure::Wrong)
            }};
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
            Self::Ccm(8) => ccm!(U8),
            Self::Ccm(12) => ccm!(U12),
            Self::Ccm(16) => ccm!(U16),
            Self::Ccm(_) => Err(Failure::Unsupported),
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
