//! The names in reach, and how they come to their values: imports, assignments, patterns, fields.

use std::collections::HashSet;

use tree_sitter::Node;

use super::expressions::expr;
use super::field;
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Facts, ScopeId};
use crate::detect::source::lower::{Builder, named};

/// What a frame of names belongs to.
#[derive(PartialEq)]
pub(super) enum Place {
    Module,
    Class,
    Function,
}

/// One of Python's own scopes: arms and loops are none.
pub(super) struct Frame {
    pub(super) scope: ScopeId,
    pub(super) place: Place,
    /// The first parameter of a method.
    pub(super) receiver: Option<String>,
    /// Names bound here so far.
    pub(super) own: HashSet<String>,
    /// Names that `global` or `nonlocal` says are others'.
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

/// The names in reach.
pub(super) struct Names {
    /// The module's first, the innermost last.
    pub(super) frames: Vec<Frame>,
    /// Classes of this file that derive from `Enum`: their members' `.value` is what was assigned.
    pub(super) enums: HashSet<String>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self {
            frames: vec![Frame::new(0, Place::Module)],
            enums: HashSet::new(),
        }
    }

    pub(super) fn here(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Whether a name is the instance or class that the method around is called on.
    pub(super) fn is_receiver(&self, name: &str) -> bool {
        for frame in self
            .frames
            .iter()
            .rev()
            .filter(|f| f.place == Place::Function)
        {
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
        !self
            .frames
            .iter()
            .any(|f| f.place != Place::Class && f.own.contains(name))
    }

    /// The scope of the class around.
    pub(super) fn class(&self) -> Option<ScopeId> {
        self.frames
            .iter()
            .rev()
            .find(|f| f.place == Place::Class)
            .map(|f| f.scope)
    }
}

/// A module's name that is assigned once is taken as a constant: Python has no word for it.
pub(super) fn mark_constants(facts: &mut Facts, names: &Names) {
    let is_module = |facts: &Facts, scope| {
        facts.function_around(scope).is_none() && facts.class_around(scope).is_none()
    };
    let mut once: HashSet<String> = HashSet::new();
    let mut again: HashSet<String> = names.frames[0].others.clone();
    for binding in &facts.bindings {
        if binding.value.is_some()
            && is_module(facts, binding.scope)
            && !once.insert(binding.name.clone())
        {
            again.insert(binding.name.clone());
        }
    }
    for i in 0..facts.bindings.len() {
        if is_module(facts, facts.bindings[i].scope) {
            facts.bindings[i].private = true;
            facts.bindings[i].constant = !again.contains(&facts.bindings[i].name);
        }
    }
}

/// Python has no word for private or constant either, but everyone writes them so: `_name`, `NAME`.
pub(super) fn is_private(name: &str) -> bool {
    name.starts_with('_') && !name.starts_with("__")
}

fn is_constant(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase)
}

/// `import a.b` binds `a`; `import a.b as c` binds `c` to all of it.
pub(super) fn import(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    for child in named(node) {
        if child.kind() == "aliased_import" {
            if let (Some(name), Some(alias)) = (field(child, "name"), field(child, "alias")) {
                let (path, alias) = (b.text(name), b.text(alias));
                bring(b, names, Some(&alias), path);
            }
        } else {
            let path = b.text(child);
            let first = path.split('.').next().unwrap_or_default().to_owned();
            bring(b, names, Some(&first), first.clone());
        }
    }
}

/// `from a.b import c as d`. A relative module keeps its dots: `.keys.load` is nobody's library.
pub(super) fn import_from(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let Some(module) = field(node, "module_name") else {
        return;
    };
    let module_text = b.text(module);
    let join = |name: &str| {
        if module_text.ends_with('.') {
            format!("{module_text}{name}")
        } else {
            format!("{module_text}.{name}")
        }
    };
    for child in named(node) {
        match child.kind() {
            "wildcard_import" => bring(b, names, None, module_text.clone()),
            "aliased_import" => {
                if let (Some(name), Some(alias)) = (field(child, "name"), field(child, "alias")) {
                    let (path, alias) = (join(&b.text(name)), b.text(alias));
                    bring(b, names, Some(&alias), path);
                }
            }
            _ if child == module => {}
            _ => {
                let name = b.text(child);
                bring(b, names, Some(&name), join(&name));
            }
        }
    }
}

/// An import holds in all of the function, class or module, in whichever arm it stands (`try: import … except ImportError`).
fn bring(b: &mut Builder<'_>, names: &mut Names, local: Option<&str>, path: String) {
    let here = names.here();
    here.own.extend(local.map(str::to_owned));
    let scope = std::mem::replace(&mut b.scope, here.scope);
    b.import(local, path);
    b.scope = scope;
}

pub(super) fn others_names(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    for child in named(node) {
        let name = b.text(child);
        if node.kind() == "global_statement" {
            // A function may be the first to give the module's name a value.
            if names.frames[0].own.insert(name.clone()) {
                b.bind_in(0, name.clone(), 0, None, BindingKind::Declare);
            }
            names.frames[0].others.insert(name.clone());
        }
        names.here().others.insert(name);
    }
}

/// Gives a name a value from the end of `statement` on.
pub(super) fn assign(
    b: &mut Builder<'_>,
    names: &mut Names,
    name: &str,
    statement: Node<'_>,
    value: Option<ExprId>,
    ty: Option<ExprId>,
) {
    let (at, scope) = (statement.end_byte(), b.scope);
    let frame = names.here();
    if frame.place == Place::Class {
        frame.own.insert(name.to_owned());
        let binding = b.bind_in(frame.scope, name, at, value, BindingKind::Field);
        binding.ty = ty;
        (binding.private, binding.constant) = (is_private(name), is_constant(name));
        return;
    }
    let known = frame.others.contains(name) || !frame.own.insert(name.to_owned());
    if !known && scope != frame.scope {
        b.bind_in(
            frame.scope,
            name,
            statement.start_byte(),
            None,
            BindingKind::Declare,
        )
        .private = true;
    }
    let kind = if known || scope != frame.scope {
        BindingKind::Assign
    } else {
        BindingKind::Declare
    };
    let binding = b.bind(name, at, value, kind);
    binding.ty = ty;
    binding.private = true;
}

/// Gives a value to whatever stands left of a `=`, after `as` or between `for` and `in`.
pub(super) fn bind_pattern(
    b: &mut Builder<'_>,
    names: &mut Names,
    pattern: Node<'_>,
    value: ExprId,
    ty: Option<ExprId>,
    statement: Node<'_>,
) {
    b.deeper((), |b| match pattern.kind() {
        "identifier" => {
            let name = b.text(pattern);
            assign(b, names, &name, statement, Some(value), ty);
        }
        "attribute" | "subscript" => {
            let target = expr(b, names, pattern);
            set_field(b, names, target, value, statement);
            b.expr(ExprKind::Assign { target, value }, statement.byte_range());
        }
        "list_splat_pattern" | "list_splat" => {
            for child in named(pattern) {
                let rest = b.other("unpacked", child);
                bind_pattern(b, names, child, rest, None, statement);
            }
        }
        _ => {
            let parts = named(pattern);
            let items = match &b.facts.exprs[value].kind {
                ExprKind::List(items) if items.len() == parts.len() => items.clone(),
                _ => Vec::new(),
            };
            let single = parts.len() == 1
                && pattern.kind() != "pattern_list"
                && pattern.kind() != "list_pattern"
                && !b.text(pattern).contains(',');
            let mut after_splat = false;
            for (index, part) in parts.into_iter().enumerate() {
                after_splat |= part.kind() == "list_splat_pattern";
                let item = match items.get(index) {
                    _ if single => value,
                    _ if after_splat => b.other("unpacked", part),
                    Some(item) => *item,
                    None => b.expr(ExprKind::Item { of: value, index }, part.byte_range()),
                };
                bind_pattern(b, names, part, item, None, statement);
            }
        }
    });
}

/// `self.x = value` is the class's field.
pub(super) fn set_field(
    b: &mut Builder<'_>,
    names: &Names,
    target: ExprId,
    value: ExprId,
    statement: Node<'_>,
) {
    let ExprKind::Member { of, name } = &b.facts.exprs[target].kind else {
        return;
    };
    if !matches!(b.facts.exprs[*of].kind, ExprKind::This) {
        return;
    }
    let name = name.clone();
    if let Some(class) = names.class() {
        let private = is_private(&name);
        let binding = b.bind_in(
            class,
            name,
            statement.end_byte(),
            Some(value),
            BindingKind::Field,
        );
        binding.private = private;
    }
}
