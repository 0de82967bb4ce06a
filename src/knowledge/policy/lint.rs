//! Mistakes in policies.

use super::{Binding, Policy};
use crate::knowledge::catalog::Catalog;

/// What is wrong with a policy, each in a sentence.
pub fn lint(policy: &Policy, catalog: &Catalog) -> Vec<String> {
    let mut mistakes = Vec::new();
    if policy.schema != 1 {
        mistakes.push(format!("schema is 1, not {}", policy.schema));
    }
    for name in &policy.covers {
        if catalog.algorithm(name).is_none_or(|a| a.name != *name) {
            mistakes.push(format!("no algorithm is called `{name}`"));
        }
    }
    if policy.deadlines.is_empty() && policy.binding != Binding::Proposed {
        mistakes.push("it has no deadline".to_owned());
    }
    mistakes
}
