//! An entry with its meaning: what the matcher works with.

use std::sync::Arc;

use crate::knowledge::spelling::Spelling;
use crate::model::{AssetKind, Facet, Facets, Operation};

use super::file::Speaks;
use super::signature::{Form, Guard, Param};

/// A library: one rule file.
#[derive(Debug)]
pub struct Library {
    /// `java/jca`.
    pub id: String,
    /// The folder: `java`.
    pub language: String,
    /// For people.
    pub title: String,
    /// What it is for, where that decides what takes the place of what it does.
    pub speaks: Option<Speaks>,
    /// Purl without version.
    pub package: Option<String>,
    /// Where the signatures were read.
    pub docs: Vec<String>,
    /// See the rule format.
    pub anchors: Vec<String>,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Denotes a parameter value.
    Value,
    /// Means that an asset is in use.
    Asset(AssetKind),
    /// Tells more about an asset; where there is none to be seen, is one of this kind itself.
    Refine(Option<AssetKind>),
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A facet's value.
    Facet(Facet),
    /// What is done.
    Operation,
    /// The asset that made the key.
    Key,
    /// Raw key bytes: only the length counts.
    KeyMaterial,
    /// Everything it says is merged.
    Parameters,
    /// Replaced in snippets.
    Secret,
    /// The default of a value that comes from outside.
    Fallback,
}

impl Role {
    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "operation" => Self::Operation,
            "key" => Self::Key,
            "key_material" => Self::KeyMaterial,
            "parameters" => Self::Parameters,
            "secret" => Self::Secret,
            "fallback" => Self::Fallback,
            _ => Self::Facet(Facet::from_name(name)?),
        })
    }
}

/// One argument's meaning.
#[derive(Clone)]
pub struct ArgRule {
    /// The parameter's name; `self` is the receiver.
    pub param: String,
    /// Fields to go through in a literal object.
    pub fields: Vec<String>,
    /// What it is; several where one argument says several things (a list of versions is its lowest and its highest).
    pub roles: Vec<Role>,
    /// How texts are read.
    pub spelling: &'static dyn Spelling,
    /// The number counts bytes.
    pub bytes: bool,
}

impl std::fmt::Debug for ArgRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}{}: {:?} ({})",
            self.param,
            self.fields.concat(),
            self.roles,
            self.spelling.name()
        )
    }
}

/// Where a value that is not in the code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// The environment.
    Env,
    /// A configuration.
    Config,
}

/// One signature of an entry, with what it means.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Index of the library.
    pub library: usize,
    /// Where the entry stands in its file, in bytes: identifies it for coverage, and orders entries.
    pub at: usize,
    /// What it does.
    pub kind: EntryKind,
    /// The qualified name.
    pub path: String,
    /// How the name is used.
    pub form: Form,
    /// Type parameters.
    pub types: Vec<String>,
    /// Parameters.
    pub params: Arc<[Param]>,
    /// Anything may follow.
    pub rest: bool,
    /// Fixed facets.
    pub is: Facets,
    /// Fixed operations.
    pub operations: Vec<Operation>,
    /// What the arguments mean.
    pub args: Arc<[ArgRule]>,
    /// Documented defaults.
    pub defaults: Facets,
    /// The type of the result.
    pub returns: Option<String>,
    /// Whose asset is refined.
    pub of: Option<String>,
    /// What the name says where nothing is seen of the call. Where the call is seen, it narrows nothing: it may stand in one branch of code
    /// that deals with several algorithms.
    pub names: Facets,
    /// The parameter whose variable holds the asset from now on.
    pub into: Option<String>,
    /// The parameter refined when the algorithm's argument is null.
    pub else_refine: Option<String>,
    /// The value comes from outside.
    pub from: Option<Outside>,
    /// For people.
    pub note: Option<Arc<str>>,
}

impl Entry {
    /// How many positional arguments it takes: least and most.
    pub fn arity(&self) -> (usize, usize) {
        let least = self.params.iter().filter(|p| !p.optional).count();
        (
            least,
            if self.rest {
                usize::MAX
            } else {
                self.params.len()
            },
        )
    }

    /// The parameter's guard.
    pub fn guard(&self, index: usize) -> Option<&Guard> {
        self.params.get(index)?.guard.as_ref()
    }
}

/// What a name denotes.
#[derive(Debug, Clone)]
pub struct Symbol {
    /// Index of the library.
    pub library: usize,
    /// Where it stands in its file, in bytes.
    pub at: usize,
    /// Facets.
    pub is: Facets,
    /// Operations.
    pub operations: Vec<Operation>,
    /// The type of the value, if methods are called on it.
    pub returns: Option<String>,
}
