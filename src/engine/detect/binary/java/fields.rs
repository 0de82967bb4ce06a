//! Fields and arrays: what is read from them and written to them.

use super::{Constant, Lowering, binding, types};
use crate::detect::facts::{BindingKind, ExprId, ExprKind};

/// Elements of an array literal that are kept.
const MAX_ELEMENTS: usize = 2048;

impl Lowering<'_> {
    /// A constant as the value of a field: a truth value is stored as a number.
    pub(super) fn constant_of(&mut self, constant: &Constant, descriptor: &str) -> ExprId {
        let id = self.constant(constant);
        self.as_type(id, descriptor)
    }

    /// A literal number where a truth value or a character is meant, or nothing, which Dalvik writes as zero.
    pub(super) fn as_type(&mut self, value: ExprId, descriptor: &str) -> ExprId {
        match (descriptor, self.int_of(value)) {
            ("Z", Some(number @ (0 | 1))) => self.expr(ExprKind::Bool(number == 1)),
            (ty, Some(0)) if ty.starts_with(['L', '[']) => self.expr(ExprKind::Null),
            ("C", Some(number)) => {
                let c = u32::try_from(number).ok().and_then(char::from_u32);
                match c {
                    Some(c) => self.expr(ExprKind::Str(c.to_string())),
                    None => value,
                }
            }
            _ => value,
        }
    }

    /// Reads a field; `of` is the object, nothing for a static field.
    pub(in crate::detect::binary) fn get_field(
        &mut self,
        of: Option<ExprId>,
        class: &str,
        name: &str,
    ) -> ExprId {
        let of = match of {
            Some(object) => object,
            None => self.class_named(class),
        };
        self.member(of, name)
    }

    /// Writes a field; `of` is the object, nothing for a static field.
    pub(in crate::detect::binary) fn put_field(
        &mut self,
        of: Option<ExprId>,
        class: &str,
        name: &str,
        descriptor: &str,
        value: ExprId,
    ) {
        let mut value = self.as_type(value, descriptor);
        if self.texts.contains(&value) {
            // Whatever is done to it in a field is not followed.
            self.escapes(value);
            value = self.unknown("expression");
        }
        let is_this = |id: ExprId| {
            matches!(
                self.facts.exprs.get(id).map(|e| &e.kind),
                Some(ExprKind::This)
            )
        };
        let own = self.by_name.get(class).copied();
        let of = match (of, own) {
            (None, Some(class)) => return self.bind_field(class, name, value),
            (Some(object), Some(class)) if is_this(object) => {
                return self.bind_field(class, name, value);
            }
            (None, None) => self.class_named(class),
            (Some(object), _) => object,
        };
        let target = self.member(of, name);
        self.expr(ExprKind::Assign { target, value });
    }

    fn bind_field(&mut self, class: usize, name: &str, value: ExprId) {
        let Some(scope) = self.facts.classes.get(class).map(|c| c.scope) else {
            return;
        };
        if self.is_full() {
            return;
        }
        self.work(name.len() + 1);
        let mut bound = binding(name.to_owned(), scope, self.at.end, BindingKind::Field);
        bound.value = Some(value);
        self.facts.bindings.push(bound);
    }

    /// `new T[length]`; `element` is the descriptor of the elements.
    pub(in crate::detect::binary) fn new_array(&mut self, element: &str, length: ExprId) -> ExprId {
        if element == "B"
            && let Some(length) = self.int_of(length).and_then(|n| u64::try_from(n).ok())
        {
            return self.expr(ExprKind::Bytes(length));
        }
        let name = format!("{}[]", types::written(element));
        let callee = self.expr(ExprKind::Name(name));
        self.expr(ExprKind::Call {
            callee,
            args: vec![super::arg(length)],
            construct: true,
        })
    }

    /// `{a, b}`; of bytes only the length is kept.
    pub(in crate::detect::binary) fn array_of(
        &mut self,
        element: &str,
        items: Vec<ExprId>,
    ) -> ExprId {
        if element == "B" {
            return self.expr(ExprKind::Bytes(items.len() as u64));
        }
        let items = items.into_iter().take(MAX_ELEMENTS);
        let items = items.map(|item| self.as_type(item, element)).collect();
        self.expr(ExprKind::List(items))
    }

    /// `array[index] = value`: an array that is filled from its first element on, one after the other, is a literal.
    pub(in crate::detect::binary) fn put_element(
        &mut self,
        array: ExprId,
        index: ExprId,
        value: ExprId,
    ) {
        let position = self.int_of(index).and_then(|n| usize::try_from(n).ok());
        let empty = self.is_sized_array(array);
        let kind = self.facts.exprs.get_mut(array).map(|e| &mut e.kind);
        match (kind, position) {
            (Some(ExprKind::Bytes(_)), _) => {}
            (Some(ExprKind::List(items)), Some(n)) if n == items.len() && n < MAX_ELEMENTS => {
                items.push(value);
            }
            (Some(kind), Some(0)) if empty => *kind = ExprKind::List(vec![value]),
            // Filled in another way, it holds more than what was seen.
            (Some(kind @ ExprKind::List(_)), _) => *kind = ExprKind::Other("array"),
            (Some(_), _) => {
                let target = self.expr(ExprKind::Index {
                    of: array,
                    key: index,
                });
                self.expr(ExprKind::Assign { target, value });
            }
            (None, _) => {}
        }
    }

    /// `array[index]`.
    pub(in crate::detect::binary) fn element(&mut self, array: ExprId, index: ExprId) -> ExprId {
        self.expr(ExprKind::Index {
            of: array,
            key: index,
        })
    }

    /// Whether an expression is `new T[n]` with a written `n`, to which nothing was written yet.
    fn is_sized_array(&self, array: ExprId) -> bool {
        let kind = |id: ExprId| self.facts.exprs.get(id).map(|e| &e.kind);
        match kind(array) {
            Some(ExprKind::Call { callee, args, .. }) => {
                let length = args.first().and_then(|arg| self.int_of(arg.value));
                length.is_some()
                    && matches!(kind(*callee), Some(ExprKind::Name(name)) if name.ends_with("[]"))
            }
            _ => false,
        }
    }
}
