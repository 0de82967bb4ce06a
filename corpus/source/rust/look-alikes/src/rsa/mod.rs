//! Radio signal analysis. Nothing here is a cipher.

pub struct RsaPrivateKey {
    pub band: usize,
}

impl RsaPrivateKey {
    pub fn new(_source: &mut u8, band: usize) -> Self {
        Self { band }
    }
}

pub fn generate(bits: u32) -> u32 {
    bits / 2
}
