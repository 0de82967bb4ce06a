//! Building [`Facts`] piece by piece: what the lowerings of source code and of bytecode share, with a limit on depth.

use std::ops::Range;

use super::{
    Arg, Binding, BindingKind, Class, Expr, ExprId, ExprKind, Facts, Function, Import, Op, Param,
    Scope, ScopeId, ScopeKind,
};

/// Nesting that a lowering follows. Code written by people stays below 60; the limit keeps hostile input off the stack.
pub(crate) const MAX_DEPTH: usize = 200;

/// Builds facts; keeps the current scope.
pub(crate) struct Builder<'t> {
    /// The file's bytes.
    pub(crate) text: &'t [u8],
    /// What has been said so far.
    pub(crate) facts: Facts,
    /// The scope that new expressions and bindings stand in.
    pub(crate) scope: ScopeId,
    depth: usize,
    groups: usize,
}

impl<'t> Builder<'t> {
    /// A builder with the module scope.
    pub(crate) fn new(text: &'t [u8]) -> Self {
        let facts = Facts {
            scopes: vec![Scope {
                parent: None,
                kind: ScopeKind::Module,
            }],
            ..Facts::default()
        };
        Self {
            text,
            facts,
            scope: 0,
            depth: 0,
            groups: 0,
        }
    }

    /// Runs `visit` one level deeper, or gives up with `otherwise` at the limit.
    pub(crate) fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.facts.too_deep = true;
            return otherwise;
        }
        self.depth += 1;
        let result = visit(self);
        self.depth -= 1;
        result
    }

    /// Adds an expression in the current scope.
    pub(crate) fn expr(&mut self, kind: ExprKind, span: Range<usize>) -> ExprId {
        self.facts.exprs.push(Expr {
            kind,
            span,
            scope: self.scope,
        });
        self.facts.exprs.len() - 1
    }

    /// A name of dotted or `::` parts, as `Name` and `Member`s.
    pub(crate) fn path(&mut self, parts: &[&str], span: Range<usize>) -> Option<ExprId> {
        let (first, rest) = parts.split_first()?;
        let mut id = self.expr(ExprKind::Name((*first).to_owned()), span.clone());
        for part in rest {
            id = self.expr(
                ExprKind::Member {
                    of: id,
                    name: (*part).to_owned(),
                },
                span.clone(),
            );
        }
        Some(id)
    }

    /// A positional argument.
    pub(crate) fn arg(value: ExprId) -> Arg {
        Arg {
            name: None,
            value,
            spread: false,
        }
    }

    /// The value of literals and of one operation on them (`new byte[256 / 8]`).
    pub(crate) fn constant(&self, expr: ExprId) -> Option<u64> {
        let literal = |expr: ExprId| match self.facts.exprs[expr].kind {
            ExprKind::Int(value) => u64::try_from(value).ok(),
            _ => None,
        };
        match self.facts.exprs[expr].kind {
            ExprKind::Binary {
                op: Op::Div,
                left,
                right,
            } => literal(left)?.checked_div(literal(right)?),
            ExprKind::Binary {
                op: Op::Mul,
                left,
                right,
            } => literal(left)?.checked_mul(literal(right)?),
            _ => literal(expr),
        }
    }

    /// Runs `visit` in a new scope and returns to the present one.
    pub(crate) fn within<T>(&mut self, kind: ScopeKind, visit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope;
        self.scope = self.open(kind);
        let result = visit(self);
        self.scope = outer;
        result
    }

    /// A new scope inside the present one, which stays current.
    pub(crate) fn open(&mut self, kind: ScopeKind) -> ScopeId {
        self.facts.scopes.push(Scope {
            parent: Some(self.scope),
            kind,
        });
        self.facts.scopes.len() - 1
    }

    /// A new group of arms.
    pub(crate) fn group(&mut self) -> usize {
        self.groups += 1;
        self.groups
    }

    /// Brings a name in from elsewhere.
    pub(crate) fn import(&mut self, local: Option<&str>, path: impl Into<String>) {
        self.facts.imports.push(Import {
            local: local.map(str::to_owned),
            path: path.into(),
            scope: self.scope,
        });
    }

    /// Gives a value to a name, from `at` on, in the current scope.
    pub(crate) fn bind(
        &mut self,
        name: impl Into<String>,
        at: usize,
        value: Option<ExprId>,
        kind: BindingKind,
    ) -> &mut Binding {
        let scope = self.scope;
        self.bind_in(scope, name, at, value, kind)
    }

    /// Gives a value to a name in another scope: a field, from inside a method.
    pub(crate) fn bind_in(
        &mut self,
        scope: ScopeId,
        name: impl Into<String>,
        at: usize,
        value: Option<ExprId>,
        kind: BindingKind,
    ) -> &mut Binding {
        let index = self.facts.bindings.len();
        self.facts.bindings.push(Binding {
            name: name.into(),
            scope,
            at,
            value,
            ty: None,
            kind,
            constant: false,
            private: false,
        });
        &mut self.facts.bindings[index]
    }

    /// Opens a function: registers it, binds its parameters, runs `body` in its scope; gives its index.
    pub(crate) fn function(
        &mut self,
        name: impl Into<String>,
        params: Vec<Param>,
        at: usize,
        body: impl FnOnce(&mut Self, usize),
    ) -> usize {
        let index = self.facts.functions.len();
        let class = match self.facts.scopes[self.scope].kind {
            ScopeKind::Class(class) => Some(class),
            _ => None,
        };
        let scope = self.open(ScopeKind::Function(index));
        for (i, param) in params.iter().enumerate() {
            let binding = self.bind_in(scope, param.name.clone(), at, None, BindingKind::Param(i));
            binding.ty = param.ty;
        }
        self.facts.functions.push(Function {
            name: name.into(),
            scope,
            class,
            params,
            returns: Vec::new(),
            result: None,
            private: false,
        });
        let outer = self.scope;
        self.scope = scope;
        body(self, index);
        self.scope = outer;
        index
    }

    /// Opens a class (or reopens one of that name in this scope, as Rust's `impl` does): runs `body` in its scope; gives its index.
    pub(crate) fn class(&mut self, name: &str, body: impl FnOnce(&mut Self, usize)) -> usize {
        let here = self.scope;
        let known = self
            .facts
            .classes
            .iter()
            .position(|c| c.name == name && self.facts.scopes[c.scope].parent == Some(here));
        let index = known.unwrap_or_else(|| {
            let index = self.facts.classes.len();
            let scope = self.open(ScopeKind::Class(index));
            self.facts.classes.push(Class {
                name: name.to_owned(),
                scope,
                bases: Vec::new(),
            });
            index
        });
        self.scope = self.facts.classes[index].scope;
        body(self, index);
        self.scope = here;
        index
    }

    /// Adds what the innermost function returns.
    pub(crate) fn returns(&mut self, value: ExprId) {
        if let Some(function) = self.facts.function_around(self.scope) {
            self.facts.functions[function].returns.push(value);
        }
    }

    /// Remembers a string literal that holds a PEM block, so that it is not shown.
    pub(crate) fn note_embedded(&mut self, range: Range<usize>) {
        if memchr::memmem::find(&self.text[range.clone()], b"-----BEGIN ").is_some() {
            self.facts.embedded.push(range);
        }
    }
}
