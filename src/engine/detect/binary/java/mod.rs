//! What Java's two bytecodes share: how the values, calls and fields of a method become the facts that a source's lowering makes,
//! so that the rules for Java serve both.
//!
//! A reader ([`super::jvm`], [`super::dex`]) goes through a method's instructions and says here what each of them does to the
//! frame; the values in a frame are expressions. What a source would call a local variable is no more than where such a value lies.
//! Nothing is run. The readers know their formats; this knows neither.

mod calls;
mod declarations;
mod fields;
mod flow;
mod inlined;
mod joins;
mod report;
#[cfg(test)]
mod tests;
mod texts;
mod types;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

pub(super) use flow::{Block, Flow};
pub(super) use report::{Place, report};
pub(super) use types::{dotted, outermost, parameter_widths, result_of};

use crate::detect::facts::{
    Arg, Binding, BindingKind, Expr, ExprId, ExprKind, Facts, Op, Scope, ScopeId, ScopeKind,
};
use crate::knowledge::rules::Rules;

/// Expressions of one file, or of one class and those in it; the largest class that compilers can write stays below.
const MAX_EXPRS: usize = 400_000;
/// Places of frames that are copied or compared in one file, in sum: what large methods of real programs need is a hundredth.
const MAX_WORK: usize = 50_000_000;
/// Bytes of names and texts, and elements of lists, that expressions of one file hold, in sum.
const MAX_HELD: usize = 64 << 20;
/// Bytes of a text that is told from another that stands elsewhere.
const MAX_COMPARED: usize = 256;
/// Values of one place at the head of a loop.
const MAX_EITHER: usize = 64;
/// Joins of joins that are looked into for constants and texts.
const MAX_NESTED: usize = 4;
/// Joins that are gone through to find the values at the head of a loop.
const MAX_JOINED: usize = 1024;
/// Bytes of a text that is looked at: names of algorithms are short, and lists of cipher suites not endless.
const MAX_TEXT: usize = 16 << 10;

/// A value on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) id: ExprId,
    /// Takes two places, as `long` and `double` do.
    pub(super) wide: bool,
}

/// What is known at a point of a method: the values of its locals or registers, and those on its stack.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    pub(super) locals: Vec<Option<ExprId>>,
    pub(super) stack: Vec<Slot>,
}

impl Frame {
    /// An object has become another value wherever it lies: a constructor has run, a text has grown.
    pub(super) fn replace(&mut self, change: (ExprId, ExprId)) {
        let (from, to) = change;
        for local in self.locals.iter_mut().flatten().filter(|id| **id == from) {
            *local = to;
        }
        for slot in self.stack.iter_mut().filter(|slot| slot.id == from) {
            slot.id = to;
        }
    }
}

/// A class as its file declares it. Names and descriptors are the platform's own (`java/security/Key`, `(I)V`).
#[derive(Debug, Default, Clone)]
pub(super) struct ClassHead {
    pub(super) name: String,
    /// The superclass and the interfaces.
    pub(super) bases: Vec<String>,
    pub(super) fields: Vec<FieldHead>,
    pub(super) methods: Vec<MethodHead>,
}

/// A field.
#[derive(Debug, Clone)]
pub(super) struct FieldHead {
    pub(super) name: String,
    pub(super) descriptor: String,
    pub(super) access: u32,
    /// The value that the file gives a static field without code.
    pub(super) constant: Option<Constant>,
}

/// A method.
#[derive(Debug, Clone)]
pub(super) struct MethodHead {
    pub(super) name: String,
    pub(super) descriptor: String,
    pub(super) access: u32,
    /// The parameters' names, as far as they are told; the receiver is none of them.
    pub(super) params: Vec<Option<String>>,
}

/// Access flags (JVMS §4.1 and §4.6; the Dalvik format has the same numbers).
pub(super) const PRIVATE: u32 = 0x0002;
pub(super) const STATIC: u32 = 0x0008;
pub(super) const FINAL: u32 = 0x0010;

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constant {
    Int(i128),
    Text(String),
    Null,
    /// Of another kind: a floating-point number, a method.
    Other,
}

/// What a call did.
#[derive(Debug, Default)]
pub(super) struct Invoked {
    /// What it gives back; nothing for `void`.
    pub(super) value: Option<Slot>,
    /// What became of an object: a constructor has run on it, a text has grown.
    pub(super) change: Option<(ExprId, ExprId)>,
}

/// A method that is called, as the file names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callee<'c> {
    pub(super) class: &'c str,
    pub(super) name: &'c str,
    pub(super) descriptor: &'c str,
    /// Calls the method of exactly that class: a superclass's, a private one, a constructor.
    pub(super) special: bool,
}

/// The facts so far.
pub(super) struct Lowering<'k> {
    pub(super) facts: Facts,
    rules: &'k Rules,
    /// The scope that new expressions stand in.
    scope: ScopeId,
    /// The bytes of the present instruction.
    pub(super) at: Range<usize>,
    classes: Vec<ClassHead>,
    by_name: HashMap<String, usize>,
    /// Names that several methods of a class have.
    overloaded: HashSet<(usize, String)>,
    /// The class whose method is gone through.
    class: usize,
    /// Objects without a constructor's call so far, and their class.
    fresh: HashMap<ExprId, String>,
    /// `StringBuilder`s and what they hold so far.
    texts: HashSet<ExprId>,
    /// Those of them that other code may have changed.
    escaped: HashSet<ExprId>,
    /// Iterators, and what they go through.
    iterators: HashMap<ExprId, ExprId>,
    /// Values at the heads of loops, to which others may still come.
    heads: HashSet<ExprId>,
    /// Values where ways meet.
    joins: HashSet<ExprId>,
    /// Values that were said to be of a type: value and type, and the name for it.
    typed: HashMap<(ExprId, String), ExprId>,
    names: usize,
    spent: usize,
    held: usize,
}

impl<'k> Lowering<'k> {
    /// Facts of classes that belong together: one class, or an outermost class and those in it.
    pub(super) fn new(rules: &'k Rules, classes: Vec<ClassHead>) -> Self {
        let mut facts = Facts {
            scopes: vec![Scope {
                parent: None,
                kind: ScopeKind::Module,
            }],
            ..Facts::default()
        };
        // What is said where there is no room for more.
        facts.exprs.push(Expr {
            kind: ExprKind::Other("limit"),
            span: 0..0,
            scope: 0,
        });
        let by_name = classes.iter().enumerate();
        let mut once = HashSet::new();
        let mut overloaded = HashSet::new();
        for (class, head) in classes.iter().enumerate() {
            for method in &head.methods {
                if !once.insert((class, method.name.as_str())) {
                    overloaded.insert((class, method.name.clone()));
                }
            }
        }
        let mut lowering = Self {
            facts,
            rules,
            scope: 0,
            at: 0..0,
            by_name: by_name.map(|(i, c)| (c.name.clone(), i)).collect(),
            overloaded,
            classes,
            class: 0,
            fresh: HashMap::new(),
            texts: HashSet::new(),
            escaped: HashSet::new(),
            iterators: HashMap::new(),
            heads: HashSet::new(),
            joins: HashSet::new(),
            typed: HashMap::new(),
            names: 0,
            spent: 0,
            held: 0,
        };
        lowering.declare();
        lowering
    }

    /// Whether a limit was reached: what follows is not lowered.
    pub(super) fn is_full(&self) -> bool {
        self.facts.exprs.len() >= MAX_EXPRS || self.spent > MAX_WORK || self.held > MAX_HELD
    }

    /// How much work was counted, expressions included.
    pub(super) fn spent(&self) -> usize {
        self.spent.saturating_add(self.facts.exprs.len())
    }

    /// Counts work that makes no expressions.
    pub(super) fn work(&mut self, amount: usize) {
        self.spent = self.spent.saturating_add(amount);
    }

    /// Adds an expression, at the present instruction.
    pub(super) fn expr(&mut self, kind: ExprKind) -> ExprId {
        if self.is_full() {
            return 0;
        }
        self.held += match &kind {
            ExprKind::Name(text)
            | ExprKind::Path(text)
            | ExprKind::Str(text)
            | ExprKind::Member { name: text, .. } => text.len(),
            ExprKind::Concat(all) | ExprKind::List(all) | ExprKind::OneOf(all) => all.len() * 8,
            ExprKind::Call { args, .. } => args.len() * 8,
            ExprKind::Object { fields, .. } => fields.len() * 8,
            _ => 0,
        };
        self.facts.exprs.push(Expr {
            kind,
            span: self.at.clone(),
            scope: self.scope,
        });
        self.facts.exprs.len() - 1
    }

    /// A value of which nothing is known; the word says what it is.
    pub(super) fn unknown(&mut self, what: &'static str) -> ExprId {
        self.expr(ExprKind::Other(what))
    }

    /// A number.
    pub(super) fn int(&mut self, number: i128) -> ExprId {
        self.expr(ExprKind::Int(number))
    }

    /// A constant.
    pub(super) fn constant(&mut self, constant: &Constant) -> ExprId {
        match constant {
            Constant::Int(number) => self.int(*number),
            Constant::Text(text) if text.len() <= MAX_TEXT => {
                self.expr(ExprKind::Str(text.clone()))
            }
            Constant::Text(_) => self.unknown("text"),
            Constant::Null => self.expr(ExprKind::Null),
            Constant::Other => self.unknown("number"),
        }
    }

    /// `T.class`.
    pub(super) fn class_literal(&mut self, class: &str) -> ExprId {
        let of = self.class_named(class);
        self.member(of, "class")
    }

    /// `a op b`.
    pub(super) fn binary(&mut self, op: Op, left: ExprId, right: ExprId) -> ExprId {
        self.expr(ExprKind::Binary { op, left, right })
    }

    /// `-a`.
    pub(super) fn negated(&mut self, value: ExprId) -> ExprId {
        match self.int_of(value) {
            Some(number) => self.int(number.saturating_neg()),
            None => self.unknown("expression"),
        }
    }

    /// A literal number's value.
    pub(super) fn int_of(&self, id: ExprId) -> Option<i128> {
        match self.facts.exprs.get(id)?.kind {
            ExprKind::Int(number) => Some(number),
            _ => None,
        }
    }

    fn member(&mut self, of: ExprId, name: &str) -> ExprId {
        let name = name.to_owned();
        self.expr(ExprKind::Member { of, name })
    }

    /// A class as an expression: by its name here where the file declares it, else by its name in the world.
    fn class_named(&mut self, class: &str) -> ExprId {
        if self.by_name.contains_key(class) {
            self.expr(ExprKind::Name(types::simple(class).to_owned()))
        } else {
            self.expr(ExprKind::Path(dotted(class)))
        }
    }

    /// A declared type as names.
    fn type_named(&mut self, descriptor: &str) -> ExprId {
        match types::class_of(descriptor) {
            Some(class) if self.by_name.contains_key(class) => self.class_named(class),
            _ => self.expr(ExprKind::Path(types::written(descriptor))),
        }
    }

    /// Says that a value is of a type: what a source says by declaring a variable.
    fn of_type(&mut self, value: ExprId, descriptor: &str) -> ExprId {
        let key = (value, descriptor.to_owned());
        if let Some(known) = self.typed.get(&key) {
            return *known;
        }
        if self.is_full() {
            return value;
        }
        self.held += descriptor.len();
        let ty = self.type_named(descriptor);
        self.names += 1;
        let name = format!("#{}", self.names);
        let mut binding = binding(
            name.clone(),
            self.scope,
            self.at.start,
            BindingKind::Declare,
        );
        binding.value = Some(value);
        binding.ty = Some(ty);
        binding.private = true;
        self.facts.bindings.push(binding);
        let id = self.expr(ExprKind::Name(name));
        self.typed.insert(key, id);
        id
    }
}

/// A method's name without what tells it apart from others of that name.
pub(super) fn plain(name: &str) -> &str {
    name.split('(').next().unwrap_or(name)
}

fn binding(name: String, scope: ScopeId, at: usize, kind: BindingKind) -> Binding {
    Binding {
        name,
        scope,
        at,
        value: None,
        ty: None,
        kind,
        constant: false,
        private: false,
    }
}

fn arg(value: ExprId) -> Arg {
    Arg {
        name: None,
        value,
        spread: false,
    }
}
