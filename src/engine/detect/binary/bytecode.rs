//! What the readers of bytecode share when what the rules see in it becomes findings.

use std::collections::HashMap;

use super::seen::Seen;
use crate::detect::facts::matcher::Match;
use crate::detect::facts::{ExprId, ExprKind, Facts};

/// The calls, by the byte where each begins.
pub(super) fn calls(facts: &Facts) -> HashMap<usize, ExprId> {
    facts
        .exprs
        .iter()
        .enumerate()
        .filter(|(_, expr)| matches!(expr.kind, ExprKind::Call { .. }))
        .map(|(id, expr)| (expr.span.start, id))
        .collect()
}

/// Says which findings use which: `added` has, for every match, the number of its finding.
pub(super) fn relate(found: &[Match], added: &[Option<usize>], seen: &mut Seen<'_>) {
    for (found, user) in found.iter().zip(added) {
        for used in &found.uses {
            if let (Some(user), Some(Some(used))) = (user, added.get(*used)) {
                seen.uses(*user, *used);
            }
        }
    }
}
