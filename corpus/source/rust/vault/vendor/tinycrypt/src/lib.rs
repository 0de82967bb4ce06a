//! Reads the format that vaults had before version 1.

use aes::cipher::{block_padding::Pkcs7, BlockDecryptMut, KeyIvInit};
use md5::{Digest, Md5};

type Decryptor = cbc::Decryptor<aes::Aes128>;

pub fn open(passphrase: &[u8], iv: &[u8; 16], body: &mut [u8]) -> Option<Vec<u8>> {
    let key = Md5::digest(passphrase);
    let decryptor = Decryptor::new(&key.into(), iv.into());
    decryptor.decrypt_padded_mut::<Pkcs7>(body).ok().map(|plain| plain.to_vec())
}
