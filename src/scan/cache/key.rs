//! What decides what a file brings, in one hash. Two runs of which anything differs that could matter have nothing in common.

use std::sync::Arc;

use blake3::Hasher;

use crate::scan::image::Platform;
use crate::scan::look::Looked;
use crate::scan::unpack::limits::Limits;
use crate::scan::walk::{Entry, Selection};

/// The number of the form of keys and values.
const FORM: &str = "pqscan cache 1";

/// Bytes of what names the program, in segments.
pub(super) const ENGINE: usize = 16;

/// Bytes of a key that come of all but the file's own.
pub(super) const BEGIN: usize = 8;

/// Options that decide what a file brings.
pub(in crate::scan) struct Options<'o> {
    /// The hash of the rules.
    pub(in crate::scan) rules: &'o str,
    /// Whether the passwords that everybody knows are tried.
    pub(in crate::scan) common_passwords: bool,
    /// Whether archives are opened.
    pub(in crate::scan) archives: bool,
    pub(in crate::scan) limits: &'o Limits,
    pub(in crate::scan) platforms: &'o [Platform],
    pub(in crate::scan) selection: &'o Selection,
}

/// The beginnings of all keys of a scan.
pub(in crate::scan) struct Keys {
    engine: [u8; ENGINE],
    file: Hasher,
    /// What is in archives depends on more.
    archive: Hasher,
}

impl Keys {
    /// For the program of that hash.
    pub(super) fn new(engine: &blake3::Hash, options: &Options<'_>) -> Self {
        let mut file = Hasher::new();
        field(&mut file, FORM.as_bytes());
        field(&mut file, env!("CARGO_PKG_VERSION").as_bytes());
        field(&mut file, engine.as_bytes());
        field(&mut file, options.rules.as_bytes());
        file.update(&[options.common_passwords.into(), options.archives.into()]);
        let mut archive = file.clone();
        field(&mut archive, format!("{:?}", options.limits).as_bytes());
        field(&mut archive, format!("{:?}", options.platforms).as_bytes());
        field(&mut archive, options.selection.told().as_bytes());
        let mut short = [0; ENGINE];
        short.copy_from_slice(&engine.as_bytes()[..ENGINE]);
        Self {
            engine: short,
            file,
            archive,
        }
    }

    pub(super) fn engine(&self) -> [u8; ENGINE] {
        self.engine
    }

    /// What is known of a file's key before its bytes are.
    pub(in crate::scan) fn of(&self, found: &Entry, length: u64, is_archive: bool) -> Hint {
        let mut hasher = if is_archive {
            self.archive.clone()
        } else {
            self.file.clone()
        };
        field(&mut hasher, found.shown.as_bytes());
        hasher.update(&[found.selected.into(), is_archive.into()]);
        hasher.update(&length.to_le_bytes());
        let mut begin = [0; BEGIN];
        begin.copy_from_slice(&hasher.finalize().as_bytes()[..BEGIN]);
        Hint {
            hasher,
            begin,
            path: found.shown.clone(),
            length,
        }
    }
}

/// A key but for a file's bytes. Where no key begins so, nobody has to hash them to know that it is not there.
pub(in crate::scan) struct Hint {
    hasher: Hasher,
    begin: [u8; BEGIN],
    path: Arc<str>,
    length: u64,
}

impl Hint {
    /// How the key begins.
    pub(super) fn begin(&self) -> &[u8; BEGIN] {
        &self.begin
    }

    /// The key where `content` hashes the bytes; `None` where it cannot.
    pub(in crate::scan) fn key(&self, content: impl FnOnce(&mut Hasher) -> bool) -> Option<Key> {
        let mut hasher = self.hasher.clone();
        content(&mut hasher).then(|| {
            let mut hash = [0; 32];
            hash[..BEGIN].copy_from_slice(&self.begin);
            hash[BEGIN..].copy_from_slice(&hasher.finalize().as_bytes()[..32 - BEGIN]);
            Key {
                hash,
                path: self.path.clone(),
                length: self.length,
            }
        })
    }
}

/// Where one ends and the next begins can be told.
fn field(hasher: &mut Hasher, bytes: &[u8]) {
    hasher
        .update(&(bytes.len() as u64).to_le_bytes())
        .update(bytes);
}

/// What an entry is found by.
pub(in crate::scan) struct Key {
    hash: [u8; 32],
    path: Arc<str>,
    length: u64,
}

impl Key {
    pub(super) fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// What is brought by a file that was searched and holds nothing, which is most of them.
    pub(super) fn nothing(&self) -> Looked {
        Looked {
            searched: Some(self.length),
            ..Looked::at(self.path.clone(), 0)
        }
    }
}
