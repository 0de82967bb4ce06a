//! The names in reach while code is gone through, and how they come to their values. The same conventions as in the source: a name that a
//! function assigns is its own, `self.x = …` is a field of the class, a module's name that is assigned once is a constant.

use std::collections::HashSet;

use super::lower::Lowering;
use crate::detect::facts::{
    Arg, Binding, BindingKind, Expr, ExprId, ExprKind, Facts, Import, Scope, ScopeId, ScopeKind,
};

/// Expressions of one module: beyond them nothing is known.
const MAX_EXPRS: usize = 400_000;

/// What a frame of names belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Module,
    Class(usize),
    Function(usize),
    /// A comprehension that is a function of its own, as until 3.11: over what it goes.
    Comprehension(ExprId),
    /// A function that gives annotations.
    Annotations,
}

/// One of Python's own scopes.
pub(super) struct Frame {
    pub(super) scope: ScopeId,
    pub(super) place: Place,
    /// The first parameter of a method.
    pub(super) receiver: Option<String>,
    /// Names bound here so far.
    pub(super) own: HashSet<String>,
    /// Names that are others'.
    pub(super) others: HashSet<String>,
}

impl Frame {
    pub(super) fn new(scope: ScopeId, place: Place) -> Self {
        Self {
            scope,
            place,
            receiver: None,
            own: HashSet::new(),
            others: HashSet::new(),
        }
    }
}

impl Lowering<'_> {
    /// Adds an expression at the present instruction. The first expression, of which nothing is known, stands for all beyond the limit.
    pub(super) fn add(&mut self, kind: ExprKind) -> ExprId {
        if self.facts.exprs.len() >= MAX_EXPRS {
            self.exhausted = true;
            return 0;
        }
        self.work += match &kind {
            ExprKind::Name(text)
            | ExprKind::Path(text)
            | ExprKind::Str(text)
            | ExprKind::Member { name: text, .. } => text.len(),
            ExprKind::Concat(all) | ExprKind::List(all) | ExprKind::OneOf(all) => all.len(),
            ExprKind::Call { args, .. } => args.len() * 8,
            ExprKind::Object { fields, .. } => fields.len() * 8,
            _ => 0,
        };
        if self.is_spent() {
            self.exhausted = true;
            return 0;
        }
        self.facts.exprs.push(Expr {
            kind,
            span: self.at..self.at + 1,
            scope: self.scope,
        });
        self.facts.exprs.len() - 1
    }

    pub(super) fn kind(&self, id: ExprId) -> &ExprKind {
        static NONE: ExprKind = ExprKind::Other("expression");
        self.facts.exprs.get(id).map_or(&NONE, |expr| &expr.kind)
    }

    pub(super) fn other(&mut self, what: &'static str) -> ExprId {
        self.add(ExprKind::Other(what))
    }

    pub(super) fn open(&mut self, parent: ScopeId, kind: ScopeKind) -> ScopeId {
        let around = self.nesting.get(parent).copied().unwrap_or(0);
        self.nesting.push(around + 1);
        let parent = Some(parent);
        self.facts.scopes.push(Scope { parent, kind });
        self.facts.scopes.len() - 1
    }

    fn bind(
        &mut self,
        scope: ScopeId,
        name: &str,
        value: Option<ExprId>,
        kind: BindingKind,
    ) -> &mut Binding {
        self.work += name.len();
        let index = self.facts.bindings.len();
        self.facts.bindings.push(Binding {
            name: name.to_owned(),
            scope,
            at: self.at,
            value,
            ty: None,
            kind,
            constant: false,
            private: false,
        });
        &mut self.facts.bindings[index]
    }

    /// Binds a parameter in the scope of its function.
    pub(super) fn bind_param(
        &mut self,
        scope: ScopeId,
        name: &str,
        index: usize,
        ty: Option<ExprId>,
    ) {
        self.bind(scope, name, None, BindingKind::Param(index)).ty = ty
    }

    /// Whether a name is the instance or class that the method around is called on.
    pub(super) fn is_receiver(&self, name: &str) -> bool {
        for frame in self.frames.iter().rev() {
            if !matches!(frame.place, Place::Function(_) | Place::Comprehension(_)) {
                continue;
            }
            if frame.receiver.as_deref() == Some(name) {
                return true;
            }
            if frame.own.contains(name) {
                return false;
            }
        }
        false
    }

    /// Whether nothing in the file gives the name another meaning than Python's own.
    pub(super) fn is_builtin(&self, name: &str) -> bool {
        let classes = |frame: &&Frame| !matches!(frame.place, Place::Class(_));
        !self
            .frames
            .iter()
            .filter(classes)
            .any(|f| f.own.contains(name))
    }

    fn class_around(&self) -> Option<ScopeId> {
        let mut frames = self.frames.iter().rev();
        frames
            .find(|frame| matches!(frame.place, Place::Class(_)))
            .map(|frame| frame.scope)
    }

    /// Gives a name a value.
    pub(super) fn assign(&mut self, name: &str, value: ExprId) {
        let scope = self.scope;
        let changed = self.changed.contains(&value);
        let ty = self.casts.get(&value).copied();
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let own_scope = frame.scope;
        if let Place::Class(class) = frame.place {
            frame.own.insert(name.to_owned());
            let constant = is_constant(name) || self.enums.contains(&class);
            let binding = self.bind(own_scope, name, Some(value), BindingKind::Field);
            (binding.private, binding.constant) = (is_private(name), constant);
            return;
        }
        let known = frame.others.contains(name) || !frame.own.insert(name.to_owned());
        if !known && scope != own_scope {
            self.bind(own_scope, name, None, BindingKind::Declare)
                .private = true
        }
        let kind = match () {
            () if changed => BindingKind::Change,
            () if known || scope != own_scope => BindingKind::Assign,
            () => BindingKind::Declare,
        };
        let binding = self.bind(scope, name, Some(value), kind);
        (binding.ty, binding.private) = (ty, true);
    }

    /// Gives a name of the module a value, from inside a function that says `global`.
    pub(super) fn assign_global(&mut self, name: &str, value: ExprId) {
        if self.frames.len() > 1 {
            let module = &mut self.frames[0];
            module.others.insert(name.to_owned());
            if module.own.insert(name.to_owned()) {
                self.bind(0, name, None, BindingKind::Declare).at = 0
            }
            self.foreign(name)
        }
        self.assign(name, value)
    }

    /// Says that a name belongs to a function around.
    pub(super) fn foreign(&mut self, name: &str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.others.insert(name.to_owned());
        }
    }

    /// `target.name = value`; of `self` it is a field.
    pub(super) fn assign_member(&mut self, of: ExprId, name: &str, value: ExprId) {
        if matches!(self.kind(of), ExprKind::This)
            && let Some(class) = self.class_around()
        {
            let private = is_private(name);
            self.bind(class, name, Some(value), BindingKind::Field)
                .private = private;
        }
        let target = self.add(ExprKind::Member {
            of,
            name: name.to_owned(),
        });
        self.add(ExprKind::Assign { target, value });
    }

    /// The type that an annotation of the class or module gives to a name.
    pub(super) fn annotate(&mut self, name: &str, ty: ExprId) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let scope = frame.scope;
        let kind = match frame.place {
            Place::Class(_) => BindingKind::Field,
            _ => BindingKind::Declare,
        };
        let last = self.facts.bindings.last_mut();
        match last.filter(|binding| binding.name == name && binding.scope == scope) {
            Some(binding) => binding.ty = Some(ty),
            None => {
                let binding = self.bind(scope, name, None, kind);
                binding.ty = Some(ty);
                binding.private = is_private(name);
            }
        }
    }

    /// A name is known to be of a type, in this arm or from here on: `isinstance` said so.
    pub(super) fn narrow(&mut self, name: &str, ty: ExprId, from_here: bool) {
        if self.is_receiver(name) {
            return;
        }
        let value = self.add(ExprKind::Name(name.to_owned()));
        let own = self.frames.last().is_some_and(|f| f.own.contains(name));
        // In an arm it holds for the arm alone.
        let kind = match own && from_here {
            true => BindingKind::Assign,
            false => BindingKind::Declare,
        };
        let binding = self.bind(self.scope, name, Some(value), kind);
        (binding.ty, binding.private) = (Some(ty), true);
        // The value is the one before.
        binding.at += 1;
    }

    /// An import holds in all of the function, class or module.
    pub(super) fn import(&mut self, local: Option<&str>, path: &str) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.own.extend(local.map(str::to_owned));
        let scope = frame.scope;
        self.facts.imports.push(Import {
            local: local.map(str::to_owned),
            path: path.to_owned(),
            scope,
        });
    }
}

/// A module's name that is assigned once is taken as a constant: Python has no word for it.
pub(super) fn mark_constants(facts: &mut Facts, of_functions: &HashSet<String>) {
    let module: Vec<bool> = facts
        .bindings
        .iter()
        .map(|b| facts.function_around(b.scope).is_none() && facts.class_around(b.scope).is_none())
        .collect();
    let mut once = HashSet::new();
    let mut again = of_functions.clone();
    for (binding, is_module) in facts.bindings.iter().zip(&module) {
        if *is_module && binding.value.is_some() && !once.insert(binding.name.clone()) {
            again.insert(binding.name.clone());
        }
    }
    for (binding, is_module) in facts.bindings.iter_mut().zip(&module) {
        if *is_module {
            binding.private = true;
            binding.constant = !again.contains(&binding.name);
        }
    }
}

/// A positional argument.
pub(super) const fn arg(value: ExprId) -> Arg {
    Arg {
        name: None,
        value,
        spread: false,
    }
}

/// Python has no word for private or constant either, but everyone writes them so: `_name`, `NAME`.
pub(super) fn is_private(name: &str) -> bool {
    name.starts_with('_') && !name.starts_with("__")
}

fn is_constant(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase)
}
