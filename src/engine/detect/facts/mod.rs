//! Language-neutral facts of one source file: what is imported, what is bound, what is called, with which arguments.
//!
//! A lowering (below `detect/source/`) writes these; [`resolve`] gives names and values to them; [`matcher`]
//! holds them against the rules. Nothing here knows a language or a library.

pub(crate) mod build;
pub mod matcher;
pub mod resolve;

use std::ops::Range;

/// Index into [`Facts::exprs`].
pub type ExprId = usize;
/// Index into [`Facts::scopes`]; 0 is the module.
pub type ScopeId = usize;

/// Everything a lowering says of a file.
#[derive(Debug, Default)]
pub struct Facts {
    /// Names brought in from elsewhere.
    pub imports: Vec<Import>,
    /// Nested scopes; a parent comes before its children.
    pub scopes: Vec<Scope>,
    /// Expressions; operands come before the expression that uses them.
    pub exprs: Vec<Expr>,
    /// Names given to values, in the order of the source.
    pub bindings: Vec<Binding>,
    /// Functions, methods, constructors, lambdas.
    pub functions: Vec<Function>,
    /// Classes, structs, enums, traits' implementations.
    pub classes: Vec<Class>,
    /// What a name that nothing binds is qualified with: empty, or `globalThis.` in JavaScript.
    pub free_prefix: &'static str,
    /// Whether a bare name inside a method may mean a field of its class (Java, C++).
    pub implicit_this: bool,
    /// Byte ranges of test code (`#[cfg(test)] mod`, `@Test`).
    pub tests: Vec<Range<usize>>,
    /// Byte ranges of string literals that hold PEM blocks, which no line of output may show.
    pub embedded: Vec<Range<usize>>,
    /// Syntax errors in the tree.
    pub errors: usize,
    /// Nested deeper than the lowering follows.
    pub too_deep: bool,
}

/// A name brought in from elsewhere. Paths are joined with `.` whatever the language writes; a module name that holds
/// slashes or dots keeps them (`golang.org/x/crypto/ssh`, `node:crypto`).
#[derive(Debug, Clone)]
pub struct Import {
    /// The name used here; `None` brings in everything below `path` (star, dot, wildcard, glob, `using namespace`).
    pub local: Option<String>,
    /// What it stands for.
    pub path: String,
    /// Where it holds.
    pub scope: ScopeId,
}

/// What a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// The file.
    Module,
    /// A class body; index into [`Facts::classes`].
    Class(usize),
    /// A function body with its parameters; index into [`Facts::functions`].
    Function(usize),
    /// Plain braces: names declared in it end with it, and it always runs.
    Block,
    /// One arm of `if`/`switch`/`match`/`try`; arms of one statement share `group`. Exhaustive: one arm always runs.
    Arm {
        /// The statement that the arm belongs to.
        group: usize,
        /// Whether one of the group's arms always runs.
        exhaustive: bool,
    },
    /// A loop body: runs any number of times.
    Loop,
}

/// A scope.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The one around it; `None` for the module.
    pub parent: Option<ScopeId>,
    /// What it is.
    pub kind: ScopeKind,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Bytes in the file.
    pub span: Range<usize>,
    /// The scope it stands in.
    pub scope: ScopeId,
}

/// What an expression is. Parentheses, casts, `await`, `&x`, `*x`, `x?`, `x.unwrap()`, `x.clone()` are transparent: a lowering
/// returns the inner expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// Text, unescaped.
    Str(String),
    /// An integer.
    Int(i128),
    /// `true`, `false`.
    Bool(bool),
    /// `null`, `nil`, `None`, `NULL`, `undefined`.
    Null,
    /// Bytes of a known length: a byte string, `new byte[16]`, `[0u8; 16]`. The content is not kept.
    Bytes(u64),
    /// A name to look up in the scopes.
    Name(String),
    /// A qualified name that needs no looking up (`require("crypto")` gives the path `crypto`).
    Path(String),
    /// `this`, `self`, `cls`, `Self`: the enclosing class's instance or itself.
    This,
    /// `super`.
    Super,
    /// `of.name`, `of::name`, `of->name`. The span ends where the name ends.
    Member {
        /// Of what.
        of: ExprId,
        /// The name.
        name: String,
    },
    /// `of[key]`.
    Index {
        /// Of what.
        of: ExprId,
        /// Which.
        key: ExprId,
    },
    /// A path with type arguments: `Hmac<Sha256>`.
    Generic {
        /// Of what.
        of: ExprId,
        /// The type arguments.
        types: Vec<ExprId>,
    },
    /// A call, or a constructor's call (`new T(…)`, `T(…)`, a decorator or attribute with arguments).
    Call {
        /// What is called.
        callee: ExprId,
        /// The arguments.
        args: Vec<Arg>,
        /// `new`, or whatever the language uses to make an instance: the callee is a type.
        construct: bool,
    },
    /// An object, dict or composite literal; `ty` where the language names it (`tls.Config{…}`, `Config { … }`).
    Object {
        /// The type.
        ty: Option<ExprId>,
        /// Keys and values; a `None` key spreads the value into the object.
        fields: Vec<(Option<Key>, ExprId)>,
    },
    /// A list, array, tuple or set literal.
    List(Vec<ExprId>),
    /// Arithmetic on integers, or concatenation of texts (`+`).
    Binary {
        /// Which.
        op: Op,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// Template, f-string, `format!`, `String.format`, `%`: the parts in order.
    Concat(Vec<ExprId>),
    /// Conditional expression, `a or b`, the values of `match`/`switch` arms: one of these.
    OneOf(Vec<ExprId>),
    /// `target = value` on a member (`ctx.minimum_version = v`). Plain names become [`Binding`]s instead.
    Assign {
        /// A `Member` or `Index`.
        target: ExprId,
        /// The value.
        value: ExprId,
    },
    /// The n-th of several results or of a tuple (`k, err := f()`).
    Item {
        /// Of what.
        of: ExprId,
        /// Which, from 0.
        index: usize,
    },
    /// One of the elements of a collection: the variable of a for loop.
    Element(ExprId),
    /// A function, lambda or closure; index into [`Facts::functions`].
    Function(usize),
    /// A class; index into [`Facts::classes`].
    Class(usize),
    /// Anything else; the word says what, for people (`"expression"`).
    Other(&'static str),
}

/// A key of an object literal.
#[derive(Debug, Clone)]
pub enum Key {
    /// Written as a name or a literal.
    Name(String),
    /// Computed.
    Expr(ExprId),
}

/// An argument.
#[derive(Debug, Clone)]
pub struct Arg {
    /// For keyword arguments.
    pub name: Option<String>,
    /// The value.
    pub value: ExprId,
    /// `*args`, `...args`: stands for any number of arguments.
    pub spread: bool,
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the words themselves")]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    Or,
    And,
    Other,
}

/// How a name came to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingKind {
    /// Declared here: `int x = …`, `let x = …`, `x := …`, `def`, `class`; in Python the assignment itself (see `Assign`).
    Declare,
    /// Assigned; the name belongs to the nearest scope that declares it, else to the enclosing function or module.
    Assign,
    /// Changed in place (`x += …`): the old value no longer holds alone.
    Change,
    /// A parameter of the function whose scope it is in; index into its `params`.
    Param(usize),
    /// A field of the class whose scope it is in: declared there, or assigned through `this`.
    Field,
}

/// A name given to a value.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// The scope it was written in (for `Field`: the class's).
    pub scope: ScopeId,
    /// The byte where it begins to hold: the end of the statement or declarator.
    pub at: usize,
    /// The value; `None` for a declaration without one.
    pub value: Option<ExprId>,
    /// The declared type, as names (`Member`/`Name`/`Generic`).
    pub ty: Option<ExprId>,
    /// How.
    pub kind: BindingKind,
    /// `final`, `const`, `static final`, `#define`, an enum's constant: cannot change.
    pub constant: bool,
    /// Only code of this file can assign it (`private`, not exported, a local).
    pub private: bool,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The declared type.
    pub ty: Option<ExprId>,
    /// The default value.
    pub default: Option<ExprId>,
    /// Takes the rest of the arguments.
    pub rest: bool,
}

/// A function, method, constructor or lambda. A method's receiver (`self`, `this`) is not among `params`.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name; `<init>` for a constructor in every language, empty for a lambda.
    pub name: String,
    /// Its scope: parameters and body.
    pub scope: ScopeId,
    /// The class it belongs to; index into [`Facts::classes`].
    pub class: Option<usize>,
    /// The parameters.
    pub params: Vec<Param>,
    /// What it returns or yields as its last expression.
    pub returns: Vec<ExprId>,
    /// The declared result type.
    pub result: Option<ExprId>,
    /// Only this file can call it.
    pub private: bool,
}

/// A class, struct, enum, or `impl` block's type.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its scope: fields and methods.
    pub scope: ScopeId,
    /// What it extends or implements.
    pub bases: Vec<ExprId>,
}

impl Facts {
    /// The scopes from `scope` outwards, itself first.
    pub fn outwards(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        std::iter::successors(Some(scope), |&s| self.scopes[s].parent)
    }

    /// The innermost class around `scope`.
    pub fn class_around(&self, scope: ScopeId) -> Option<usize> {
        self.outwards(scope)
            .find_map(|s| match self.scopes[s].kind {
                ScopeKind::Class(class) => Some(class),
                _ => None,
            })
    }

    /// The innermost function around `scope`.
    pub fn function_around(&self, scope: ScopeId) -> Option<usize> {
        self.outwards(scope)
            .find_map(|s| match self.scopes[s].kind {
                ScopeKind::Function(function) => Some(function),
                _ => None,
            })
    }
}
