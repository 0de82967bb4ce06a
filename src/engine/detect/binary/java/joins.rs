//! Values where ways meet: one of several, and at the head of a loop those that come back as well.

use std::collections::HashSet;

use super::{Lowering, MAX_COMPARED, MAX_EITHER, MAX_JOINED};
use crate::detect::facts::{Expr, ExprId, ExprKind};

impl Lowering<'_> {
    /// One of several values.
    pub(in crate::detect::binary) fn one_of(&mut self, values: Vec<ExprId>) -> ExprId {
        let id = self.expr(ExprKind::OneOf(values));
        self.joins.insert(id);
        id
    }

    /// One of two values; the value where they are the same.
    pub(in crate::detect::binary) fn either(&mut self, one: ExprId, other: ExprId) -> ExprId {
        if one == other || self.is_same(one, other) {
            return one;
        }
        let known = |id: ExprId| match &self.facts.exprs.get(id)?.kind {
            ExprKind::OneOf(values) if self.joins.contains(&id) => Some(values),
            _ => None,
        };
        match (known(one), known(other)) {
            (Some(values), _) if values.contains(&other) => one,
            (_, Some(values)) if values.contains(&one) => other,
            _ => self.one_of(vec![one, other]),
        }
    }

    /// Whether two expressions are the same literal.
    pub(super) fn is_same(&self, one: ExprId, other: ExprId) -> bool {
        match (self.facts.exprs.get(one), self.facts.exprs.get(other)) {
            (Some(one), Some(other)) => match (&one.kind, &other.kind) {
                (ExprKind::Int(a), ExprKind::Int(b)) => a == b,
                (ExprKind::Str(a), ExprKind::Str(b)) => a.len() <= MAX_COMPARED && a == b,
                (ExprKind::Null, ExprKind::Null) => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// A place at the head of a loop, and what it holds at first.
    pub(super) fn head_of_loop(&mut self, first: ExprId) -> ExprId {
        let id = self.one_of(vec![first]);
        self.heads.insert(id);
        id
    }

    /// A place at the head of a loop may hold another value, too.
    pub(super) fn may_be(&mut self, either: ExprId, value: ExprId) {
        if either != value
            && let Some(Expr {
                kind: ExprKind::OneOf(values),
                ..
            }) = self.facts.exprs.get_mut(either)
            && values.len() < MAX_EITHER
            && !values.contains(&value)
        {
            values.push(value);
        }
    }

    /// Writes out what a place at the head of a loop may hold, through the joins that hold that place themselves.
    pub(super) fn settle(&mut self, either: ExprId) {
        if self.is_full() {
            // What it holds is not looked for any more; the first expression is the unknown one.
            if let Some(Expr {
                kind: ExprKind::OneOf(values),
                ..
            }) = self.facts.exprs.get_mut(either)
            {
                *values = vec![0];
            }
            return;
        }
        let mut queue = vec![either];
        let mut seen = HashSet::from([either]);
        let mut leaves = Vec::new();
        while let Some(id) = queue.pop() {
            match self.facts.exprs.get(id).map(|e| &e.kind) {
                Some(ExprKind::OneOf(values)) if self.joins.contains(&id) => {
                    queue.extend(values.iter().rev().filter(|id| seen.insert(**id)));
                }
                _ => leaves.push(id),
            }
            if leaves.len() > MAX_EITHER || seen.len() > MAX_JOINED {
                // The first expression is the unknown one.
                leaves.push(0);
                break;
            }
        }
        self.work(seen.len());
        if let Some(Expr {
            kind: ExprKind::OneOf(values),
            ..
        }) = self.facts.exprs.get_mut(either)
        {
            *values = leaves;
        }
    }
}
