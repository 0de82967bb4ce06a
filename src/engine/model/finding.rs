//! A finding: an asset seen at a place, by an entry, with its evidence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::artifact::{Context, Location};
use super::asset::{Asset, Confidence};
use super::package::SharedProvenance;

/// Another place that told something about the asset: where a generator was given its size, where a cipher was initialised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// Where.
    pub location: Location,
    /// The rule entry that saw it, `java/jca#java.security.KeyPairGenerator.initialize`.
    pub entry: Arc<str>,
}

/// What kind of thing a place shows of an asset, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The asset itself lies there: a certificate, a key.
    Material,
    /// Code there uses it.
    Calls,
    /// Code there is it: whoever links or loads the code could use it.
    Implements,
    /// It is named there.
    Mentions,
}

impl Tier {
    /// Every tier, the strongest first.
    pub const ALL: &[Self] = &[
        Self::Material,
        Self::Calls,
        Self::Implements,
        Self::Mentions,
    ];

    /// The word in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Material => "material",
            Self::Calls => "calls",
            Self::Implements => "implements",
            Self::Mentions => "mentions",
        }
    }
}

/// How a place was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Technique {
    /// Its own encoding was parsed.
    Encoding,
    /// Source code was parsed.
    SourceCode,
    /// Bytecode was read like source code.
    Bytecode,
    /// The names of the functions that a compiler put into a binary.
    FunctionNames,
    /// The same, of functions that only the standard library of the language uses: TLS brings RSA along.
    LinkedFunctions,
    /// The names that a binary imports.
    Imports,
    /// The names that a library exports.
    Exports,
    /// Constants of an algorithm among the bytes of a binary.
    Constants,
    /// Paths of source files that a compiler put into a binary beside the code that it made of them.
    SourcePaths,
    /// Texts that name it.
    Strings,
}

impl Technique {
    /// Every technique.
    pub const ALL: &[Self] = &[
        Self::Encoding,
        Self::SourceCode,
        Self::Bytecode,
        Self::FunctionNames,
        Self::LinkedFunctions,
        Self::Imports,
        Self::Exports,
        Self::Constants,
        Self::SourcePaths,
        Self::Strings,
    ];

    /// The words in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::SourceCode => "source code",
            Self::Bytecode => "bytecode",
            Self::FunctionNames => "function names",
            Self::LinkedFunctions => "linked functions",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::Constants => "constants",
            Self::SourcePaths => "source paths",
            Self::Strings => "strings",
        }
    }

    /// What it shows of an asset whose use or mention it saw.
    pub const fn tier(self) -> Tier {
        match self {
            Self::Encoding => Tier::Material,
            Self::SourceCode | Self::Bytecode | Self::FunctionNames | Self::Imports => Tier::Calls,
            Self::LinkedFunctions | Self::Exports | Self::Constants | Self::SourcePaths => {
                Tier::Implements
            }
            Self::Strings => Tier::Mentions,
        }
    }
}

/// An asset seen at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was seen.
    pub asset: Asset,
    /// Where.
    pub location: Location,
    /// The text of that line, trimmed, secrets replaced.
    pub text: Arc<str>,
    /// The library, as `language/library`.
    pub library: Arc<str>,
    /// The rule entry that saw it: `language/library#api`, without parameters.
    pub entry: Arc<str>,
    /// The name called, as the rule writes it.
    pub symbol: Arc<str>,
    /// The function it stands in, if any.
    pub function: Option<Arc<str>>,
    /// How the place was read.
    pub technique: Technique,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// Production, test, vendored …
    pub context: Context,
    /// Where else something was learnt about it.
    pub evidence: Vec<Evidence>,
    /// Indices of findings of the same artifact that this one uses: the key of a signature.
    pub uses: Vec<usize>,
    /// What ships the place, where anything tells. Known only when all of a scan is.
    pub provenance: SharedProvenance,
}
