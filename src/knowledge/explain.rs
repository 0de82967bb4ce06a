//! interim
/// Page.
pub fn explain(_c: &super::catalog::Catalog, _n: &str) -> Option<String> { None }
