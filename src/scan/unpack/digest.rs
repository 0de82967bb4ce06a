//! Blobs of images are named by the digest of their bytes, which is held against them while they are read.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

/// The digest that a blob's name states; other algorithms than SHA-256 are registered and not used.
pub(super) fn stated(name: &str) -> Option<[u8; 32]> {
    let (folder, hex) = name.rsplit_once("blobs/sha256/")?;
    if !folder.is_empty() && !folder.ends_with('/') {
        return None;
    }
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(digest)
}

/// A reader that computes the digest of what goes through it.
pub(super) struct Sha256Of<R> {
    inner: R,
    sha256: Sha256,
}

impl<R: Read> Sha256Of<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            sha256: Sha256::new(),
        }
    }

    /// The digest, also of what nobody has read; `None` where it cannot be read.
    pub(super) fn finish(mut self) -> Option<[u8; 32]> {
        io::copy(&mut self, &mut io::sink()).ok()?;
        Some(self.sha256.finalize().into())
    }
}

impl<R: Read> Read for Sha256Of<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.sha256.update(&buf[..read]);
        Ok(read)
    }
}
