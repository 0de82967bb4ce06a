//! A call as the rules see it: arguments by name and position, and whether a signature accepts them.

use crate::detect::facts::resolve::{Alt, Atom, Resolver};
use crate::detect::facts::{Arg, ExprId, ExprKind, Key};
use crate::knowledge::rules::entry::Entry;
use crate::knowledge::rules::signature::{Guard, Kind, Param};

impl<'a> Resolver<'a> {
    /// A call's arguments, with known spreads written out.
    pub(super) fn call(&mut self, id: ExprId) -> Call {
        let facts = self.facts;
        let mut call = Call {
            args: Vec::new(),
            receiver: None,
            spread: false,
        };
        match &facts.exprs[id].kind {
            ExprKind::Call { callee, args, .. } => {
                call.receiver = match &facts.exprs[*callee].kind {
                    ExprKind::Member { of, .. } => Some(*of),
                    ExprKind::Generic { of, .. } => match &facts.exprs[*of].kind {
                        ExprKind::Member { of, .. } => Some(*of),
                        _ => None,
                    },
                    _ => None,
                };
                for arg in args {
                    self.spread(arg, &mut call)
                }
            }
            ExprKind::Object { fields, .. } => {
                for (key, value) in fields {
                    match key {
                        Some(Key::Name(name)) => call.args.push(Arg {
                            name: Some(name.clone()),
                            value: *value,
                            spread: false,
                        }),
                        Some(Key::Expr(_)) => {}
                        None => call.spread = true,
                    }
                }
                call.spread |= fields.iter().all(|(key, _)| key.is_none()) && !fields.is_empty();
            }
            ExprKind::Assign { target, value } => {
                if let ExprKind::Member { of, .. } = &facts.exprs[*target].kind {
                    call.receiver = Some(*of)
                }
                call.args.push(Arg {
                    name: None,
                    value: *value,
                    spread: false,
                });
            }
            _ => {}
        }
        call
    }

    pub(super) fn spread(&mut self, arg: &Arg, call: &mut Call) {
        if !arg.spread {
            call.args.push(arg.clone());
            return;
        }
        let value = self.eval(arg.value);
        if let [
            Alt {
                atom: Atom::Literal(literal),
                ..
            },
        ] = value.alts.as_slice()
        {
            match &self.facts.exprs[*literal].kind {
                ExprKind::List(items) => {
                    call.args.extend(items.iter().map(|i| Arg {
                        name: None,
                        value: *i,
                        spread: false,
                    }));
                    return;
                }
                ExprKind::Object { fields, .. } => {
                    for (key, value) in fields {
                        if let Some(Key::Name(name)) = key {
                            call.args.push(Arg {
                                name: Some(name.clone()),
                                value: *value,
                                spread: false,
                            });
                        }
                    }
                    return;
                }
                _ => {}
            }
        }
        call.spread = true;
    }

    pub(super) fn accepts(&mut self, entry: &Entry, call: &Call) -> bool {
        let (_, most) = entry.arity();
        if call.args.iter().filter(|a| a.name.is_none()).count() > most {
            return false;
        }
        let passed = |param: &Param| call.argument(entry, &param.name).is_some();
        if !call.spread && entry.params.iter().any(|p| !p.optional && !passed(p)) {
            return false;
        }
        if !entry.rest
            && call
                .args
                .iter()
                .filter_map(|a| a.name.as_ref())
                .any(|n| !entry.params.iter().any(|p| &p.name == n))
        {
            return false;
        }
        (0..entry.params.len()).all(|i| {
            match (entry.guard(i), call.argument(entry, &entry.params[i].name)) {
                (Some(guard), Some(value)) => self.passes(guard, value),
                (
                    Some(
                        Guard::Text(_)
                        | Guard::Bool(_)
                        | Guard::Number(_)
                        | Guard::Name(_)
                        | Guard::Null,
                    ),
                    None,
                ) => false,
                _ => true,
            }
        })
    }

    /// Whether an argument may be what a guard asks for.
    pub(super) fn passes(&mut self, guard: &Guard, value: ExprId) -> bool {
        if let Guard::Name(names) = guard {
            return self
                .last_name(value)
                .is_some_and(|name| names.iter().any(|n| n == name));
        }
        let value = self.eval(value);
        let known_to_be = |wanted: &dyn Fn(&Atom) -> bool| {
            !value.open && !value.alts.is_empty() && value.alts.iter().all(|a| wanted(&a.atom))
        };
        match guard {
            Guard::Kind(kind) => {
                let mut kinds = value
                    .alts
                    .iter()
                    .filter_map(|alt| self.kind_of(alt))
                    .peekable();
                kinds.peek().is_none() || kinds.any(|k| k == *kind)
            }
            Guard::Type(ty) => {
                let other = |alt: &Alt| match &alt.ty {
                    Some(known) => **known != **ty,
                    None => matches!(
                        alt.atom,
                        Atom::Str(_)
                            | Atom::Int(_)
                            | Atom::Bytes(_)
                            | Atom::Bool(_)
                            | Atom::Literal(_)
                    ),
                };
                value.alts.is_empty() || !value.alts.iter().all(other)
            }
            Guard::Text(text) => known_to_be(&|atom| matches!(atom, Atom::Str(s) if **s == **text)),
            Guard::Bool(truth) => known_to_be(&|atom| *atom == Atom::Bool(*truth)),
            Guard::Name(_) => false,
            Guard::Null => known_to_be(&|atom| matches!(atom, Atom::Null | Atom::Int(0))),
            Guard::Number(number) => known_to_be(&|atom| *atom == Atom::Int(*number)),
        }
    }

    pub(super) fn kind_of(&self, alt: &Alt) -> Option<Kind> {
        Some(match &alt.atom {
            Atom::Str(_) => Kind::Str,
            Atom::Int(_) => Kind::Int,
            Atom::Bytes(_) => Kind::Bytes,
            Atom::Literal(id) => {
                if matches!(self.facts.exprs[*id].kind, ExprKind::List(_)) {
                    Kind::List
                } else {
                    Kind::Object
                }
            }
            Atom::Bag(_) | Atom::Asset(_) | Atom::Instance(_) => Kind::Object,
            Atom::Typed | Atom::Path(_) => match alt.ty.as_ref()?.trim_start_matches("globalThis.")
            {
                "number" | "i32" | "i64" | "u8" | "int" | "long" | "short"
                | "java.lang.Integer" | "java.lang.Long" | "usize" | "u32" | "u64" | "size_t"
                | "uint" | "int32" | "int64" => Kind::Int,
                "java.lang.String" | "str" | "string" | "String" | "java.lang.CharSequence" => {
                    Kind::Str
                }
                "byte[]" | "bytes" | "[]byte" | "bytearray" | "Buffer" | "Uint8Array"
                | "ArrayBuffer" => Kind::Bytes,
                "list" | "String[]" | "java.util.List" | "[]string" => Kind::List,
                _ => Kind::Object,
            },
            Atom::Bool(_) | Atom::Null | Atom::Function(_) | Atom::Class(_) | Atom::Result => {
                return None;
            }
        })
    }
}

/// A call's arguments by name and position.
pub(super) struct Call {
    pub(super) args: Vec<Arg>,
    pub(super) receiver: Option<ExprId>,
    /// More arguments may be passed than are seen.
    pub(super) spread: bool,
}

impl Call {
    pub(super) fn argument(&self, entry: &Entry, name: &str) -> Option<ExprId> {
        if name == "self" {
            return self.receiver;
        }
        if let Some(arg) = self.args.iter().find(|a| a.name.as_deref() == Some(name)) {
            return Some(arg.value);
        }
        let index = entry.params.iter().position(|p| p.name == name)?;
        self.args
            .iter()
            .filter(|a| a.name.is_none())
            .nth(index)
            .filter(|a| !a.spread)
            .map(|a| a.value)
    }
}
