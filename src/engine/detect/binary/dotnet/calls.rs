//! Calls: what a method's name stands for, and the calls that are a compiler's or the class library's way of writing a value.

use super::execution::{Execution, Slot};
use super::metadata::Method;
use super::signature::{Signature, Type};
use super::unit::token;
use crate::detect::facts::build::Builder;
use crate::detect::facts::{Arg, ExprId, ExprKind, Key};

/// Arguments of one call that are kept: no method that the rules know takes as many.
const MAX_ARGUMENTS: usize = 64;

impl Execution<'_, '_, '_> {
    /// The type that a static member stands below.
    pub(super) fn owner(&mut self, member: &Method) -> ExprId {
        let here = member
            .owner_def
            .is_some_and(|ty| self.unit.classes.contains_key(&ty));
        let name = member.owner.to_string();
        self.add(if here {
            ExprKind::Name(name)
        } else {
            ExprKind::Path(name)
        })
    }

    /// The arguments, as the parameters' types say what they are; and the variables that the call may change.
    fn arguments(&mut self, method: &Method, params: &[Type]) -> (Vec<ExprId>, Vec<usize>) {
        // Overloads of what the rules know are told apart by the types that this one declares.
        let known = self.unit.assembly.rules.knows_type(&method.owner);
        let slots: Vec<Slot> = params.iter().map(|_| self.pop_slot()).collect();
        let mut changed = Vec::new();
        let mut args = Vec::with_capacity(slots.len());
        for (slot, ty) in slots.into_iter().rev().zip(params) {
            if matches!(ty, Type::ByRef(_)) {
                changed.extend(slot.variable)
            }
            let value = self.as_declared(slot.value, ty);
            args.push(if known {
                self.declared(value, ty)
            } else {
                value
            })
        }
        (args, changed)
    }

    /// `newobj`.
    pub(super) fn construct(&mut self, raw: u32) {
        let Some(callee) = self.unit.assembly.callee(raw) else {
            return self.push_kind(ExprKind::Other("call"));
        };
        let (method, signature) = &*callee;
        if signature.params.len() > MAX_ARGUMENTS {
            self.drop_many(signature.params.len());
            return self.push_kind(ExprKind::Other("call"));
        }
        let (args, _) = self.arguments(method, &signature.params);
        let made = self.made(method, signature, args);
        self.push(made)
    }

    /// A new instance; a delegate is its function, a view of constant bytes so many bytes, a collection an empty literal.
    fn made(&mut self, method: &Method, signature: &Signature, args: Vec<ExprId>) -> ExprId {
        let function = |id: ExprId| {
            matches!(
                self.b.facts.exprs[id].kind,
                ExprKind::Member { .. } | ExprKind::Function(_)
            )
        };
        if let ([Type::Plain("object"), Type::Plain("nint")], [_, second]) =
            (&signature.params[..], &args[..])
            && function(*second)
        {
            return *second;
        }
        let kind = match (&*method.owner, &args[..]) {
            ("System.ReadOnlySpan" | "System.Span", [_, length])
                if signature.params.first() == Some(&Type::Other) =>
            {
                match self.b.facts.exprs[*length].kind {
                    ExprKind::Int(length) => ExprKind::Bytes(u64::try_from(length).unwrap_or(0)),
                    _ => ExprKind::Other("memory"),
                }
            }
            ("System.Nullable", [value]) => return *value,
            (
                "System.ReadOnlySpan" | "System.Span" | "System.Memory" | "System.ReadOnlyMemory",
                [value],
            ) => return *value,
            (
                "System.Collections.Generic.List" | "System.Collections.Generic.HashSet",
                [] | [_],
            ) if args.is_empty() || signature.params.first() == Some(&Type::Plain("int")) => {
                ExprKind::List(Vec::new())
            }
            ("System.Collections.Generic.Dictionary", _)
                if args.is_empty() || signature.params.first() == Some(&Type::Plain("int")) =>
            {
                ExprKind::Object {
                    ty: None,
                    fields: Vec::new(),
                }
            }
            _ => {
                let callee = self.owner(method);
                ExprKind::Call {
                    callee,
                    args: args.into_iter().map(Builder::arg).collect(),
                    construct: true,
                }
            }
        };
        self.add(kind)
    }

    /// `calli`: a function that is known by its address alone.
    pub(super) fn call_pointer(&mut self, raw: u32) {
        let metadata = &self.unit.assembly.metadata;
        let at = metadata
            .tables
            .cell(super::tables::STAND_ALONE_SIG, token(raw).1, 0);
        let signature = at.and_then(|at| self.unit.assembly.signature(at));
        self.pop();
        if let Some(signature) = signature {
            self.call_unknown(&signature)
        }
    }

    fn drop_many(&mut self, count: usize) {
        for _ in 0..count {
            self.pop();
        }
    }

    /// A call of which no more is known than what it takes and gives.
    fn call_unknown(&mut self, signature: &Signature) {
        self.drop_many(signature.params.len() + usize::from(signature.instance));
        if !signature.result.is_void() {
            self.push_kind(ExprKind::Other("call"))
        }
    }

    /// `call`, `callvirt`.
    pub(super) fn call(&mut self, raw: u32) {
        let Some(callee) = self.unit.assembly.callee(raw) else {
            return;
        };
        let (method, signature) = &*callee;
        if signature.params.len() > MAX_ARGUMENTS {
            return self.call_unknown(signature);
        }
        let (args, changed) = self.arguments(method, &signature.params);
        let receiver = signature.instance.then(|| self.pop_slot());
        let result = self.result(method, signature, receiver, &args);
        for variable in changed {
            let unknown = self.unknown();
            self.set(variable, unknown)
        }
        if signature.result.is_void() {
            return;
        }
        match result {
            Some(value) => {
                let value = self.typed(value, &signature.result);
                self.push(value)
            }
            None => self.push_kind(ExprKind::Other("call")),
        }
    }

    fn result(
        &mut self,
        method: &Method,
        signature: &Signature,
        receiver: Option<Slot>,
        args: &[ExprId],
    ) -> Option<ExprId> {
        if &*method.name == ".ctor" {
            self.constructor(method, signature, receiver?, args);
            return None;
        }
        if let Some(same) = self.same(method, receiver, args) {
            return Some(same);
        }
        let of = match receiver {
            Some(slot) => slot.value,
            None => self.owner(method),
        };
        match (method.name.split_once('_'), args) {
            (Some(("get", "Current")), []) => return Some(self.add(ExprKind::Element(of))),
            (Some(("get", property)), []) => {
                return Some(self.add(ExprKind::Member {
                    of,
                    name: property.to_owned(),
                }));
            }
            (Some(("get", "Item")), [key]) => {
                return Some(self.add(ExprKind::Index { of, key: *key }));
            }
            (Some(("set", "Item")), [key, value]) => {
                self.put_at(of, *key, *value);
                return None;
            }
            (Some(("set", property)), [value]) => {
                self.assign(of, property, *value);
                return None;
            }
            _ => {}
        }
        let callee = self.add(ExprKind::Member {
            of,
            name: method.name.to_string(),
        });
        let args: Vec<Arg> = args.iter().map(|value| Builder::arg(*value)).collect();
        Some(self.add(ExprKind::Call {
            callee,
            args,
            construct: false,
        }))
    }

    /// A constructor that is called: of a struct where it stands, or of the same class or its base from another constructor.
    fn constructor(
        &mut self,
        method: &Method,
        signature: &Signature,
        receiver: Slot,
        args: &[ExprId],
    ) {
        if let Some(variable) = receiver.variable {
            let made = self.made(method, signature, args.to_vec());
            return self.set(variable, made);
        }
        if !matches!(self.b.facts.exprs[receiver.value].kind, ExprKind::This) {
            return;
        }
        let class = self.b.facts.class_around(self.b.scope);
        let own = method
            .owner_def
            .and_then(|ty| self.unit.classes.get(&ty))
            .copied();
        let callee = if own.is_some() && own == class {
            ExprKind::This
        } else {
            ExprKind::Super
        };
        let callee = self.add(callee);
        self.add(ExprKind::Call {
            callee,
            args: args.iter().map(|value| Builder::arg(*value)).collect(),
            construct: true,
        });
    }

    /// Calls that give back what they were given, in another form, or put texts together.
    fn same(&mut self, method: &Method, receiver: Option<Slot>, args: &[ExprId]) -> Option<ExprId> {
        let (owner, name) = (&*method.owner, &*method.name);
        match (receiver, args) {
            (Some(slot), []) => {
                let awaits = matches!(name, "GetAwaiter" | "GetResult" | "AsTask")
                    && (owner.starts_with("System.Threading.Tasks.")
                        || owner.starts_with("System.Runtime.CompilerServices."));
                let nullable =
                    owner == "System.Nullable" && matches!(name, "get_Value" | "GetValueOrDefault");
                let copies = matches!(
                    name,
                    "ToArray" | "AsSpan" | "AsMemory" | "get_Span" | "Clone"
                ) && owner.starts_with("System.");
                let goes_through = name == "GetEnumerator";
                (awaits || nullable || copies || goes_through).then_some(slot.value)
            }
            (Some(slot), [_]) if name == "ConfigureAwait" => Some(slot.value),
            (Some(_), [text]) if owner == "System.Text.Encoding" && name == "GetBytes" => {
                Some(*text)
            }
            (Some(slot), [value]) if name == "Add" && owner.starts_with("System.Collections.") => {
                self.put_in(slot.value, *value);
                None
            }
            (Some(slot), [key, value])
                if name == "Add" && owner.starts_with("System.Collections.") =>
            {
                self.put_at(slot.value, *key, *value);
                None
            }
            (None, [value]) => {
                let converts = matches!(name, "op_Implicit" | "op_Explicit");
                let copies = matches!(
                    (owner, name),
                    ("System.MemoryExtensions", "AsSpan" | "AsMemory")
                        | ("System.Linq.Enumerable", "ToArray" | "ToList")
                        | ("System.Convert", "ToInt32" | "ToInt64")
                        | ("System.Int32" | "System.Int64", "Parse")
                );
                (converts || copies).then_some(*value)
            }
            (None, [_, _, ..]) if owner == "System.String" && name == "Concat" => {
                Some(self.add(ExprKind::Concat(args.to_vec())))
            }
            _ => None,
        }
    }

    /// An entry of a table that is filled after it is made.
    fn put_at(&mut self, of: ExprId, key: ExprId, value: ExprId) {
        let key = match &self.b.facts.exprs[key].kind {
            ExprKind::Str(text) => Key::Name(text.clone()),
            _ => Key::Expr(key),
        };
        if let Some(expr) = self.b.facts.exprs.get_mut(of)
            && let ExprKind::Object { fields, .. } = &mut expr.kind
            && value != of
        {
            fields.push((Some(key), value))
        }
    }
}
