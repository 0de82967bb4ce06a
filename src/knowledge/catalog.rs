//! stub
use std::collections::{BTreeMap,BTreeSet};
use crate::model::{Facet, Operation};
use crate::knowledge::spelling::Reading;
/// c
#[derive(Debug, Default)]
pub struct Catalog { none: BTreeMap<Facet,String> }
/// e
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct CatalogError;
impl Catalog {
 /// x
 pub fn embedded() -> Result<Self, CatalogError> { Ok(Self::default()) }
 /// x
 pub fn canonical(&self, _f: Facet, t: &str) -> Option<String> { Some(t.to_owned()) }
 /// x
 pub fn reading(&self, f: Facet, t: &str) -> Option<Reading> { let mut r = Reading::default(); r.facets.insert(f, crate::model::Value::name(t, crate::model::Origin::Literal)); Some(r) }
 /// x
 pub fn specialises(&self, _n: &str, _w: &str) -> bool { false }
 /// x
 pub fn use_of(&self, _k: &str, _o: &BTreeSet<Operation>, _p: Option<&str>) -> Option<&str> { None }
 /// x
 pub fn implied(&self, _a: &str) -> &BTreeMap<Facet, String> { &self.none }
}
