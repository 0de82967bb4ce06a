//! Real uses that do not look like any.

use aws_lc_rs as ring;
use openssl::{hash as h, nid::Nid as N, rsa as r, symm};
use ring::{digest as d, signature as s};

type Maker = fn(u32) -> Result<r::Rsa<openssl::pkey::Private>, openssl::error::ErrorStack>;

const HALF: u32 = 512;
const MAKERS: &[(&str, Maker)] = &[("old", r::Rsa::generate)];

macro_rules! hash_with {
    ($algorithm:ident, $data:expr) => {
        d::digest(&d::$algorithm, $data)
    };
}

pub fn small() -> Option<()> {
    let bits = HALF << 1;
    let key = r::Rsa::generate(bits).ok()?;
    drop(key);
    let make = r::Rsa::generate;
    make(3 * 1024).map(drop).ok()
}

pub fn by_table(name: &str) -> Option<()> {
    let (_, make) = MAKERS.iter().find(|(n, _)| *n == name)?;
    make(2048).ok().map(drop)
}

pub fn curve(level: u8) -> Result<(), openssl::error::ErrorStack> {
    let nid = if level > 1 { N::SECP521R1 } else { N::X9_62_PRIME256V1 };
    let group = openssl::ec::EcGroup::from_curve_name(nid)?;
    openssl::ec::EcKey::generate(&group).map(drop)
}

pub fn by_name(name: &str, data: &[u8]) -> Option<Vec<u8>> {
    let full = concat!("SHA", "256");
    let fixed = h::MessageDigest::from_name(full)?;
    h::hash(fixed, data).ok()?;
    let chosen = h::MessageDigest::from_name(&format!("SHA{name}"))?;
    h::hash(chosen, data).ok().map(|digest| digest.to_vec())
}

pub fn sealed(key: &[u8], data: &[u8]) -> Vec<u8> {
    let run = |cipher: symm::Cipher| symm::encrypt(cipher, key, None, data).unwrap_or_default();
    run(symm::Cipher::des_ede3_cbc())
}

pub fn digests(data: &[u8]) {
    hash_with!(SHA1_FOR_LEGACY_USE_ONLY, data);
    let digest = d::digest(&d::SHA512, data);
    assert_eq!(digest.as_ref().len(), 64);
    let pair = s::Ed25519KeyPair::generate().expect("a key");
    println!("{:?}", pair.sign(data).as_ref());
}
