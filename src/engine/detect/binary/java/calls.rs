//! Calls: methods, constructors, lambdas. A call's arguments and result have the types of its descriptor, which tells more than a
//! source does.

use super::{Callee, Constant, Invoked, Lowering, MAX_NESTED, Slot, arg, dotted, inlined, types};
use crate::detect::facts::{ExprId, ExprKind};

/// What an object is before its constructor has run.
const FRESH: &str = "new object";

impl Lowering<'_> {
    /// `new T`, whose constructor is called later.
    pub(in crate::detect::binary) fn new_object(&mut self, class: &str) -> ExprId {
        let id = self.unknown(FRESH);
        self.fresh.insert(id, class.to_owned());
        id
    }

    /// Calls a method; of a static one there is no receiver.
    pub(in crate::detect::binary) fn invoke(
        &mut self,
        callee: Callee<'_>,
        receiver: Option<ExprId>,
        args: Vec<ExprId>,
    ) -> Invoked {
        self.work(callee.descriptor.len());
        let (params, result) = types::signature(callee.descriptor);
        let args = self.arguments(callee, &params, args);
        if let Some(object) = receiver
            && callee.name == "<init>"
        {
            return self.construct(callee, object, args);
        }
        let written = match receiver {
            Some(of) => self
                .on_text(of, callee, &args)
                .or_else(|| self.same_as_receiver(of, callee, &args)),
            None => self.written_value(callee, &args),
        };
        if let Some(written) = written {
            return written;
        }
        for value in &args {
            self.escapes(*value);
        }
        let own = self.by_name.get(callee.class).copied();
        let name = match own {
            Some(class) => self.method_name(class, callee.name, callee.descriptor),
            None => callee.name.to_owned(),
        };
        let of = match receiver {
            Some(object) if callee.special && own.is_none() => match self.is_this(object) {
                true => self.expr(ExprKind::Super),
                false => object,
            },
            Some(object) if own.is_none() => self.receiver(object, callee.class),
            Some(object) => object,
            None => self.class_named(callee.class),
        };
        let target = self.member(of, &name);
        let call = self.call(target, args, false);
        if result == "V" {
            return Invoked::default();
        }
        let id = match types::class_of(result) {
            Some(class) if own.is_none() && self.rules.knows_type(&dotted(class)) => {
                self.of_type(call, result)
            }
            _ => call,
        };
        Invoked {
            value: Some(Slot {
                id,
                wide: types::is_wide(result),
            }),
            change: None,
        }
    }

    fn is_this(&self, id: ExprId) -> bool {
        matches!(
            self.facts.exprs.get(id).map(|e| &e.kind),
            Some(ExprKind::This)
        )
    }

    fn call(&mut self, callee: ExprId, args: Vec<ExprId>, construct: bool) -> ExprId {
        self.expr(ExprKind::Call {
            callee,
            args: args.into_iter().map(arg).collect(),
            construct,
        })
    }

    /// What the instruction knows of a receiver's type, where the rules know it.
    fn receiver(&mut self, object: ExprId, class: &str) -> ExprId {
        if self.rules.knows_type(&dotted(class)) {
            self.of_type(object, &format!("L{class};"))
        } else {
            object
        }
    }

    /// The arguments as the descriptor means them.
    fn arguments(&mut self, callee: Callee<'_>, params: &[&str], args: Vec<ExprId>) -> Vec<ExprId> {
        let is_known = self.is_known(callee);
        let mut heard = Vec::with_capacity(args.len());
        for (index, value) in args.into_iter().enumerate() {
            let ty = params.get(index).copied().unwrap_or("Ljava/lang/Object;");
            let mut value = self.as_type(value, ty);
            if is_known {
                value = self.by_name(callee, index, value, MAX_NESTED);
            }
            if is_known && self.is_untyped(value) && says_what_it_is(ty) {
                value = self.of_type(value, ty);
            }
            heard.push(value);
        }
        heard
    }

    /// An argument that is a constant that the compiler copied, or one of several, by its name.
    fn by_name(&mut self, callee: Callee<'_>, index: usize, value: ExprId, depth: usize) -> ExprId {
        if let Some(constant) = self.constant_at(value) {
            return match inlined::name_of(callee.class, callee.name, index, &constant) {
                Some((class, name)) => {
                    let of = self.expr(ExprKind::Path(class.to_owned()));
                    self.member(of, name)
                }
                None => value,
            };
        }
        let Some(values) = self.alternatives(value).filter(|_| depth > 0) else {
            return value;
        };
        let named: Vec<ExprId> = values
            .iter()
            .map(|value| self.by_name(callee, index, *value, depth - 1))
            .collect();
        if named == values {
            value
        } else {
            self.expr(ExprKind::OneOf(named))
        }
    }

    /// What a value may be where ways meet; nothing at the head of a loop, to which others may still come.
    pub(super) fn alternatives(&self, id: ExprId) -> Option<Vec<ExprId>> {
        match &self.facts.exprs.get(id)?.kind {
            ExprKind::OneOf(values) if self.joins.contains(&id) && !self.heads.contains(&id) => {
                Some(values.clone())
            }
            _ => None,
        }
    }

    /// The constant that an expression is.
    fn constant_at(&self, id: ExprId) -> Option<Constant> {
        match &self.facts.exprs.get(id)?.kind {
            ExprKind::Int(number) => Some(Constant::Int(*number)),
            ExprKind::Str(text) => Some(Constant::Text(text.clone())),
            _ => None,
        }
    }

    /// Whether the rules know calls of that name.
    fn is_known(&self, callee: Callee<'_>) -> bool {
        let class = self.rules.canonical(&dotted(callee.class));
        let path = match callee.name {
            "<init>" => class,
            name => format!("{class}.{name}"),
        };
        self.rules.named(&path).next().is_some()
    }

    /// Whether nothing says of what type an expression is.
    fn is_untyped(&self, id: ExprId) -> bool {
        matches!(
            self.facts.exprs.get(id).map(|e| &e.kind),
            Some(
                ExprKind::Call {
                    construct: false,
                    ..
                } | ExprKind::Other(_)
                    | ExprKind::Index { .. }
                    | ExprKind::OneOf(_)
            )
        )
    }

    /// A constructor's call: of a new object, or of this class's or its superclass's other constructor.
    fn construct(&mut self, callee: Callee<'_>, object: ExprId, args: Vec<ExprId>) -> Invoked {
        if self.is_this(object) && !self.fresh.contains_key(&object) {
            let own = self.classes.get(self.class).map(|c| c.name.as_str());
            let kind = if own == Some(callee.class) {
                ExprKind::This
            } else {
                ExprKind::Super
            };
            // `super()` is there whether or not anyone wrote it.
            if !args.is_empty() || matches!(kind, ExprKind::This) {
                let target = self.expr(kind);
                self.call(target, args, true);
            }
            return Invoked::default();
        }
        let made = match self.new_text(callee.class, callee.descriptor, &args) {
            Some(text) => text,
            None => {
                for value in &args {
                    self.escapes(*value);
                }
                let target = self.class_named(callee.class);
                self.call(target, args, true)
            }
        };
        self.fresh.remove(&object);
        Invoked {
            value: None,
            change: Some((object, made)),
        }
    }

    /// A value that is cast to a class.
    pub(in crate::detect::binary) fn cast(&mut self, value: ExprId, class: &str) -> ExprId {
        if class.starts_with('[') || !self.rules.knows_type(&dotted(class)) {
            return value;
        }
        self.of_type(value, &format!("L{class};"))
    }

    /// A lambda, or a method that is handed on without being called: what the lambda takes from around it are arguments that its
    /// method is given.
    pub(in crate::detect::binary) fn lambda(
        &mut self,
        callee: Callee<'_>,
        is_static: bool,
        taken: Vec<ExprId>,
    ) -> ExprId {
        let Some(class) = self.by_name.get(callee.class).copied() else {
            let of = self.class_named(callee.class);
            return match callee.name {
                "<init>" => self.unknown("method reference"),
                name => self.member(of, name),
            };
        };
        let name = self.method_name(class, callee.name, callee.descriptor);
        let mut taken = taken.into_iter();
        let of = match is_static {
            true => Some(self.class_named(callee.class)),
            false => taken.next(),
        };
        if let Some(of) = of {
            let target = self.member(of, &name);
            self.call(target, taken.collect(), false);
        }
        self.unknown("lambda")
    }
}

/// Whether the rules tell overloads apart by a parameter of the type.
fn says_what_it_is(descriptor: &str) -> bool {
    matches!(descriptor, "I" | "J" | "S" | "[B" | "Ljava/lang/String;")
}
