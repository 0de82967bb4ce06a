//! The list of files with their digests.

use sha2::{Digest, Sha256, Sha512};
use std::collections::BTreeMap;

#[derive(Clone, Copy)]
pub enum Format {
    Legacy,
    Standard,
    Long,
}

pub struct Manifest {
    entries: BTreeMap<String, String>,
    format: Format,
}

impl Manifest {
    pub fn new(format: Format) -> Self {
        Self { entries: BTreeMap::new(), format }
    }

    pub fn add(&mut self, name: &str, content: &[u8]) {
        let digest = match self.format {
            Format::Legacy => hex(&sha1::Sha1::digest(content)),
            Format::Standard => hex(&Sha256::digest(content)),
            Format::Long => {
                let mut hasher = Sha512::new();
                hasher.update(content);
                hex(&hasher.finalize())
            }
        };
        self.entries.insert(name.to_owned(), digest);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
