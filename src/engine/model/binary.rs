//! An executable, library or object as a component of what was scanned: what it is called, what it is built for, what it needs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::artifact::Context;
use super::interned::{self, Static};
use super::object::Fingerprint;

/// What a binary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Is started.
    Program,
    /// Is linked or loaded by others.
    Library,
    /// Is a part that a linker puts together with others.
    Object,
    /// Is loaded into the kernel of an operating system.
    KernelModule,
    /// Bytes of no known format: an image of a device's memory, a table.
    Blob,
}

impl Role {
    /// Every role.
    pub const ALL: &[Self] = &[
        Self::Program,
        Self::Library,
        Self::Object,
        Self::KernelModule,
        Self::Blob,
    ];

    /// The words in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Library => "library",
            Self::Object => "object",
            Self::KernelModule => "kernel module",
            Self::Blob => "blob",
        }
    }
}

/// A library that was built into a binary, as the binary itself tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// Its name, as its project spells it: `OpenSSL`, `golang.org/x/crypto`, `ring`.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// The package URL, with the version where it is known.
    pub purl: Option<String>,
    /// What told: `version banner`, `Go build information`, `cargo-auditable`, `path of a source file`.
    #[serde(deserialize_with = "interned::one")]
    pub told_by: Static,
    /// Where it stands in the file, in bytes.
    pub at: u64,
}

/// A binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binary {
    /// The artifact's path.
    pub path: Arc<str>,
    /// Its format: `ELF`, `PE`, `Mach-O`, `WebAssembly` …
    #[serde(deserialize_with = "interned::one")]
    pub format: Static,
    /// What it is for.
    pub role: Role,
    /// What processors it is built for, one unless it is a universal binary: `x86-64`, `aarch64` …
    #[serde(deserialize_with = "interned::list")]
    pub architectures: Vec<Static>,
    /// What it calls itself: a shared library's SONAME, a module's name.
    pub name: Option<String>,
    /// The version that it states of itself.
    pub version: Option<String>,
    /// What its linker identified the build by, hexadecimal: the GNU build id, the PDB's GUID, the Mach-O UUID.
    pub build_id: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Option<Fingerprint>,
    /// The libraries that it needs, as it names them.
    pub needs: Vec<String>,
    /// Where it wants them looked for, first of all (RPATH, RUNPATH, LC_RPATH), as it names them.
    pub search_paths: Vec<String>,
    /// What was built into it.
    pub parts: Vec<Part>,
    /// Production, test, vendored …
    pub context: Context,
}

impl Binary {
    /// A binary of which nothing else is known yet.
    pub fn new(path: Arc<str>, format: &'static str, role: Role, context: Context) -> Self {
        Self {
            path,
            format,
            role,
            architectures: Vec::new(),
            name: None,
            version: None,
            build_id: None,
            sha256: None,
            needs: Vec::new(),
            search_paths: Vec::new(),
            parts: Vec::new(),
            context,
        }
    }
}
