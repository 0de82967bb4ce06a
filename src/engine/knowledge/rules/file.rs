//! The shape of one rule file, as written. Unknown keys are errors; meaning is given by `compile`.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Version of the format: 1.
    pub schema: u32,
    /// The folder's name.
    pub language: String,
    /// The file's name.
    pub library: String,
    /// For people.
    pub title: String,
    /// The package that brings the library, as a purl without version.
    pub package: Option<String>,
    /// What the library is for, where that decides what takes the place of what it does.
    pub speaks: Option<Speaks>,
    /// Where the signatures were read.
    pub docs: Vec<String>,
    /// Literals without which a file is not looked at for this library.
    pub anchors: Vec<String>,
    /// Other names of the same package: prefix, and the prefix that the entries are written with.
    #[serde(default)]
    pub same_as: BTreeMap<String, String>,
    /// Names that denote a parameter value: prefix, name, facets.
    #[serde(default)]
    pub symbols: BTreeMap<String, BTreeMap<String, Spanned<BTreeMap<String, toml::Value>>>>,
    /// Calls that denote a parameter value.
    #[serde(default)]
    pub value: Vec<Spanned<EntryText>>,
    /// Calls that mean an asset is in use.
    #[serde(default)]
    pub asset: Vec<Spanned<EntryText>>,
    /// Calls that tell more about an asset.
    #[serde(default)]
    pub refine: Vec<Spanned<EntryText>>,
    /// Code, and what must be found in it.
    #[serde(default)]
    pub example: Vec<Spanned<ExampleText>>,
}

/// The format or interface that a whole library is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Speaks {
    /// JSON Web Signatures, Encryption and Tokens.
    Jose,
    /// The Cryptographic Message Syntax, S/MIME.
    Cms,
    /// OpenPGP.
    #[serde(rename = "openpgp")]
    OpenPgp,
    /// Secure Shell.
    Ssh,
    /// PKCS#11 and other interfaces to keys in hardware.
    Hardware,
}

/// An entry as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryText {
    /// One signature or several.
    pub api: OneOrMany,
    /// The kind of asset, for `[[asset]]`; for a `[[refine]]`, what it is where there is nothing to refine.
    pub asset: Option<String>,
    /// Fixed algorithm.
    pub algorithm: Option<String>,
    /// Fixed operations.
    pub operation: Option<OneOrMany>,
    /// Fixed facets.
    #[serde(default)]
    pub is: BTreeMap<String, toml::Value>,
    /// Parameter (or path into one) to role.
    #[serde(default)]
    pub args: BTreeMap<String, ArgText>,
    /// Documented defaults.
    #[serde(default)]
    pub defaults: BTreeMap<String, toml::Value>,
    /// The type of the result.
    pub returns: Option<String>,
    /// Whose asset is refined.
    pub of: Option<String>,
    /// The algorithm that the name of a `[[refine]]` says, where the name is all that is seen.
    pub names: Option<String>,
    /// The parameter whose variable holds the asset from now on.
    pub into: Option<String>,
    /// The parameter that is refined when the algorithm's argument is null.
    pub else_refine: Option<String>,
    /// `env` or `config`: the value comes from outside.
    pub from: Option<String>,
    /// For people.
    pub note: Option<String>,
}

/// A string or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// As a slice.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// What an argument is, as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ArgText {
    /// Just the role, or roles.
    Role(OneOrMany),
    /// With its spelling or unit.
    Full(FullArg),
}

/// What an argument is, in full.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullArg {
    /// The role, or roles.
    pub role: OneOrMany,
    /// How texts are read.
    pub spelling: Option<String>,
    /// `bits` or `bytes`.
    pub unit: Option<String>,
}

/// An example as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleText {
    /// A sentence.
    pub name: String,
    /// The code with its marks.
    pub code: String,
    /// The language, where the folder has several: a file name extension such as `tsx` or `cpp`.
    pub extension: Option<String>,
}
