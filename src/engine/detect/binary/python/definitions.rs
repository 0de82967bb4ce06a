//! Functions and classes: they are defined where their code is put together with its defaults, as in the source.

use super::LONGEST_NAME;
use super::lower::{Lowering, Pending, Slot};
use super::marshal::Code;
use super::names::{Frame, Place, is_private};
use crate::detect::facts::{Class, ExprId, ExprKind, Function, Key, Param, ScopeKind};

/// A function takes any number of arguments, or of named ones (`CO_VARARGS`, `CO_VARKEYWORDS`).
const REST: u32 = 0x4;
const NAMED_REST: u32 = 0x8;
/// Functions that are defined while others are: in their code, or as defaults of their parameters.
const MAX_DEFINING: usize = 40;
/// How deep the types in a type are followed.
const MAX_TYPES: usize = 8;
/// Parameters of one function; before 3.7 there could be no more than 255.
const MAX_PARAMS: usize = 1000;

impl Lowering<'_> {
    /// Flags say what stands below the code on the stack: defaults, those of keywords, annotations, a closure.
    pub(super) fn make_function(&mut self, flags: usize) {
        if self.minor < 11 {
            self.pop();
        }
        let Slot::Const(code) = self.pop() else {
            return self.push(Slot::Unknown);
        };
        let mut pending = Pending {
            code,
            ..Pending::default()
        };
        if self.minor < 13 {
            if flags & 8 != 0 {
                self.pop();
            }
            if flags & 4 != 0 {
                pending.annotations = Some(self.pop())
            }
            if flags & 2 != 0 {
                pending.keyword_defaults = Some(self.pop())
            }
            if flags & 1 != 0 {
                pending.defaults = Some(self.pop())
            }
        }
        self.pending.push(pending);
        self.push(Slot::Function(self.pending.len() - 1))
    }

    /// Since 3.13 each is given by itself.
    pub(super) fn function_attribute(&mut self, flag: usize) {
        let (function, value) = (self.pop(), self.pop());
        if let Slot::Function(index) = function
            && let Some(pending) = self.pending.get_mut(index)
        {
            match flag {
                1 => pending.defaults = Some(value),
                2 => pending.keyword_defaults = Some(value),
                4 => pending.annotations = Some(value),
                16 => pending.annotate = Some(value),
                _ => {}
            }
        }
        self.push(function)
    }

    /// The name that `def` gave.
    pub(super) fn function_name(&self, index: usize) -> String {
        let code = self.pending.get(index).map(|pending| pending.code);
        let name = code
            .and_then(|code| self.objects.code(code))
            .map(|code| self.objects.name(code.name));
        name.unwrap_or_default().to_owned()
    }

    /// Defines a function, once.
    pub(super) fn function(&mut self, index: usize) -> ExprId {
        let Some(pending) = self.pending.get(index) else {
            return 0;
        };
        if let Some(defined) = pending.defined {
            return defined;
        }
        let pending = pending.clone();
        let Some(code) = self.objects.code(pending.code) else {
            return 0;
        };
        // The default of a parameter may be a function, whose parameter has a default.
        if self.defining >= MAX_DEFINING {
            self.exhausted = true;
            return 0;
        }
        self.defining += 1;
        let value = self.define(index, &pending, code);
        self.defining -= 1;
        self.pending[index].defined = Some(value);
        value
    }

    fn define(&mut self, index: usize, pending: &Pending, code: &Code) -> ExprId {
        let is = |word: &str| {
            let mut all = pending.decorators.iter();
            all.any(|d| d == word || d.ends_with(&format!(".{word}")))
        };
        let class = match self.frames.last().map(|frame| frame.place) {
            Some(Place::Class(class)) => Some(class),
            _ => None,
        };
        let (mut params, result) = self.params(code, pending);
        let is_lambda = self.function_name(index) == "<lambda>";
        let is_method = class.is_some() && !is_lambda && !is("staticmethod");
        let receiver =
            (is_method && params.first().is_some_and(|p| !p.rest)).then(|| params.remove(0).name);
        let mut name = self.function_name(index);
        if is_lambda {
            name.clear()
        }
        if class.is_some() && name == "__init__" {
            name = "<init>".to_owned()
        }
        let number = self.facts.functions.len();
        let scope = self.open(self.scope, ScopeKind::Function(number));
        let mut frame = Frame::new(scope, Place::Function(number));
        for (index, param) in params.iter().enumerate() {
            self.bind_param(scope, &param.name, index, param.ty);
            frame.own.insert(param.name.clone());
        }
        frame.receiver = receiver;
        self.facts.functions.push(Function {
            private: is_private(&name),
            name,
            scope,
            class,
            params,
            returns: Vec::new(),
            result,
        });
        self.frames.push(frame);
        self.code(pending.code, scope);
        self.frames.pop();
        let mut value = self.add(ExprKind::Function(number));
        if class.is_some() && (is("property") || is("cached_property")) {
            value = self.add(ExprKind::Call {
                callee: value,
                args: Vec::new(),
                construct: false,
            })
        }
        value
    }

    /// The parameters with their types and defaults, and the type of the result.
    fn params(&mut self, code: &Code, pending: &Pending) -> (Vec<Param>, Option<ExprId>) {
        let annotations = match pending.annotate {
            Some(Slot::Function(index)) => self.annotations(index),
            _ => pending.annotations,
        };
        let mut types = self.types(annotations);
        let mut ty = |name: &str| {
            let index = types.iter().position(|(of, _)| of == name)?;
            Some(types.swap_remove(index).1)
        };
        let defaults = match pending.defaults.map(|slot| self.expr(slot)) {
            Some(id) => match self.kind(id) {
                ExprKind::List(items) => items.clone(),
                _ => Vec::new(),
            },
            None => Vec::new(),
        };
        let named = match pending.keyword_defaults.map(|slot| self.expr(slot)) {
            Some(id) => match self.kind(id) {
                ExprKind::Object { fields, .. } => fields.clone(),
                _ => Vec::new(),
            },
            None => Vec::new(),
        };
        let positional = code.arguments.min(code.variables.len()).min(MAX_PARAMS);
        let keyword_only = code.keyword_only.min(code.variables.len() - positional);
        let keyword_only = keyword_only.min(MAX_PARAMS);
        self.work += positional + keyword_only * named.len().max(1);
        let first_default = positional.saturating_sub(defaults.len());
        let name = |index: usize| {
            let name = code.variables.get(index);
            let name = name.map(|id| self.objects.name(*id));
            name.unwrap_or_default().to_owned()
        };
        let mut params = Vec::new();
        for index in 0..positional + keyword_only {
            let name = name(index);
            let default = match index.checked_sub(first_default) {
                Some(place) if index < positional => defaults.get(place).copied(),
                _ => named
                    .iter()
                    .find(|(key, _)| matches!(key, Some(Key::Name(n)) if *n == name))
                    .map(|(_, value)| *value)
                    .filter(|_| index >= positional),
            };
            params.push(Param {
                ty: ty(&name),
                name,
                default,
                rest: false,
            })
        }
        // Those that take the rest stand behind all others; in the source the first does before those that are only named.
        let mut rest = positional + keyword_only;
        for (flag, at) in [(REST, positional), (NAMED_REST, usize::MAX)] {
            if code.flags & flag == 0 {
                continue;
            }
            let param = Param {
                name: name(rest),
                ty: None,
                default: None,
                rest: true,
            };
            params.insert(at.min(params.len()), param);
            rest += 1;
        }
        let result = ty("return");
        (params, result)
    }

    /// What a function of annotations gives.
    fn annotations(&mut self, function: usize) -> Option<Slot> {
        let code = self.pending.get(function)?.code;
        let scope = self.open(self.scope, ScopeKind::Block);
        self.frames.push(Frame::new(scope, Place::Annotations));
        self.annotated = None;
        self.code(code, scope);
        self.frames.pop();
        self.annotated.take()
    }

    /// Names and types: in a tuple one after the other, or until 3.9 in a dictionary.
    fn types(&mut self, annotations: Option<Slot>) -> Vec<(String, ExprId)> {
        let Some(slot) = annotations else {
            return Vec::new();
        };
        let id = self.expr(slot);
        let pairs: Vec<(String, ExprId)> = match self.kind(id) {
            ExprKind::List(items) => items
                .chunks_exact(2)
                .filter_map(|pair| match self.kind(pair[0]) {
                    ExprKind::Str(name) => Some((name.clone(), pair[1])),
                    _ => None,
                })
                .collect(),
            ExprKind::Object { fields, .. } => fields
                .iter()
                .filter_map(|(key, value)| match key {
                    Some(Key::Name(name)) => Some((name.clone(), *value)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let ty = |(name, value)| Some((name, self.annotation(value, 0)?));
        pairs.into_iter().filter_map(ty).collect()
    }

    /// A type as names; `Optional[T]`, `T | None` and the like are `T`. What is one of several types is not said.
    pub(super) fn annotation(&mut self, id: ExprId, depth: usize) -> Option<ExprId> {
        self.work += 8;
        if depth > MAX_TYPES || self.is_spent() {
            return None;
        }
        match self.kind(id).clone() {
            ExprKind::Name(_) | ExprKind::Member { .. } => Some(id),
            ExprKind::Str(text) => {
                let is_name = |part: &str| {
                    !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric())
                };
                let text = text.strip_suffix(" | None").unwrap_or(&text);
                let text = text
                    .strip_prefix("Optional[")
                    .and_then(|text| text.strip_suffix(']'))
                    .unwrap_or(text);
                if !text.split('.').all(is_name) {
                    return None;
                }
                let mut parts = text.split('.');
                let first = parts.next().unwrap_or_default().to_owned();
                let mut of = self.add(ExprKind::Name(first));
                for name in parts.take(16) {
                    let name = name.to_owned();
                    of = self.add(ExprKind::Member { of, name })
                }
                Some(of)
            }
            ExprKind::Binary { left, right, .. } => {
                match (self.kind(left).clone(), self.kind(right).clone()) {
                    (ExprKind::Null, _) => self.annotation(right, depth + 1),
                    (_, ExprKind::Null) => self.annotation(left, depth + 1),
                    _ => None,
                }
            }
            ExprKind::Index { of, key } => {
                let name = match self.kind(of) {
                    ExprKind::Name(name) | ExprKind::Member { name, .. } => name.as_str(),
                    _ => return None,
                };
                match name {
                    "Optional" | "Final" | "ClassVar" => self.annotation(key, depth + 1),
                    "Annotated" => match self.kind(key).clone() {
                        ExprKind::List(items) => self.annotation(*items.first()?, depth + 1),
                        _ => None,
                    },
                    "Union" | "Type" | "type" | "Literal" => None,
                    _ => {
                        let keys = match self.kind(key).clone() {
                            ExprKind::List(items) => items,
                            _ => vec![key],
                        };
                        self.work += keys.len();
                        let types = keys.into_iter();
                        let types = types
                            .filter_map(|ty| self.annotation(ty, depth + 1))
                            .collect();
                        Some(self.add(ExprKind::Generic { of, types }))
                    }
                }
            }
            _ => None,
        }
    }

    /// `class name(bases…)`: the function of its body, its name, its bases.
    pub(super) fn class(&mut self, body: usize, slots: &[Slot], named: usize) -> ExprId {
        let name = slots.get(1).and_then(|name| self.text(*name));
        let name = name.filter(|name| name.len() <= LONGEST_NAME);
        let name = name.unwrap_or_default().to_owned();
        let end = slots.len().saturating_sub(named);
        let bases: Vec<ExprId> = slots
            .get(2..end)
            .unwrap_or_default()
            .iter()
            .map(|base| self.expr(*base))
            .collect();
        let is_enum = bases.iter().any(|base| match self.kind(*base) {
            ExprKind::Name(base) | ExprKind::Member { name: base, .. } => {
                base.ends_with("Enum") || base.ends_with("Flag")
            }
            _ => false,
        });
        let index = self.facts.classes.len();
        if is_enum {
            self.enums.insert(index);
            self.enum_names.insert(name.clone());
        }
        let scope = self.open(self.scope, ScopeKind::Class(index));
        self.facts.classes.push(Class { name, scope, bases });
        self.frames.push(Frame::new(scope, Place::Class(index)));
        if let Some(pending) = self.pending.get(body) {
            self.code(pending.code, scope)
        }
        self.frames.pop();
        self.add(ExprKind::Class(index))
    }

    /// A comprehension that is a function of its own: it runs here, any number of times.
    pub(super) fn comprehension(&mut self, body: usize, over: ExprId) {
        let scope = self.open(self.scope, ScopeKind::Loop);
        self.frames
            .push(Frame::new(scope, Place::Comprehension(over)));
        if let Some(pending) = self.pending.get(body) {
            self.code(pending.code, scope)
        }
        self.frames.pop();
    }
}
