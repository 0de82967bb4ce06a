//! How texts name algorithms: one small pure function for each of the world's ways.

use crate::knowledge::catalog::Catalog;
use crate::model::{Facet, Facets, Operation};

/// What a text says, facet by facet; and operations where it says those (`"RSA_SIGN"`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The facets.
    pub facets: Facets,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// A way to write names.
pub trait Spelling: Sync {
    /// The word in rule files.
    fn name(&self) -> &'static str;
    /// All that `text` says when it is given for `role`; `None` where it is not one of this spelling's names.
    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading>;
    /// The names in a text that is a list, each as its standard spells it, in order. Unknown names stay as written.
    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String>;
}

/// Every spelling.
pub static SPELLINGS: &[&dyn Spelling] = &[];
struct N;
impl Spelling for N { fn name(&self) -> &'static str {"name"} fn read(&self, t:&str, r: Facet, c:&Catalog)->Option<Reading>{c.reading(r,t)} fn list(&self,t:&str,_r:Facet,_c:&Catalog)->Vec<String>{t.split([',',':']).map(str::to_owned).collect()} }
/// x
pub fn spelling(_n:&str)->Option<&'static dyn Spelling>{Some(&N)}
