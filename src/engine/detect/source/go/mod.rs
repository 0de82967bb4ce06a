//! Go: how its syntax tree becomes facts.
//!
//! One pass over the tree, after a look at the file's type declarations (a method may stand before its type). It knows the
//! language and its built-in functions, and of the standard library only `fmt.Sprintf`, which writes texts. It does not follow
//! packages: a name of another file of the package stays a name that nothing binds.

mod calls;
mod declarations;
mod expressions;
mod imports;
mod literals;
mod statements;
mod types;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, errors, named};
use crate::detect::facts::Facts;
use declarations::{declare_class, receiver};

/// Go.
pub(super) struct Go;

impl Language for Go {
    fn name(&self) -> &'static str {
        "Go"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_go::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let root = tree.root_node();
        let mut b = Builder::new(text);
        let file = File::new(&mut b, root);
        for node in named(root) {
            file.statement(&mut b, node);
        }
        file.import_by_package_name(&mut b);
        if root.has_error() {
            b.facts.errors = errors(root);
        }
        b.facts
    }
}

/// What must be known of the whole file, and of the place in it.
struct File<'t> {
    /// The file's own types: what stands behind the name.
    types: BTreeMap<String, Node<'t>>,
    /// The classes made for them and for the receivers of methods.
    classes: BTreeMap<String, usize>,
    /// Names that unaliased imports probably have, where the path's end is no identifier.
    guessed: RefCell<Vec<(String, String)>>,
    /// The fields of struct types in their order, by the type's node.
    positions: RefCell<BTreeMap<usize, Rc<[String]>>>,
    /// Whether `fmt` is the standard library's.
    has_fmt: Cell<bool>,
    /// The value of `iota`.
    iota: Cell<i128>,
    /// The receiver's name and class inside a method.
    receiver: RefCell<Option<(String, usize)>>,
    /// The named results of the function that is being read.
    results: RefCell<Vec<String>>,
}

impl<'t> File<'t> {
    fn new(b: &mut Builder<'_>, root: Node<'t>) -> Self {
        let mut types = BTreeMap::new();
        let mut classes = BTreeMap::new();
        for node in named(root) {
            match node.kind() {
                "type_declaration" => {
                    for spec in named(node) {
                        let (Some(name), Some(ty)) = (part(spec, "name"), part(spec, "type"))
                        else {
                            continue;
                        };
                        let name = b.text(name);
                        if spec.kind() == "type_spec" {
                            classes
                                .insert(name.clone(), declare_class(b, &name, spec.byte_range()));
                        }
                        types.insert(name, ty);
                    }
                }
                "method_declaration" => {
                    if let Some((_, ty)) = receiver(b, node)
                        && !classes.contains_key(&ty)
                    {
                        let class = declare_class(b, &ty, node.byte_range());
                        classes.insert(ty, class);
                    }
                }
                _ => {}
            }
        }
        Self {
            types,
            classes,
            guessed: RefCell::default(),
            positions: RefCell::default(),
            has_fmt: Cell::new(false),
            iota: Cell::new(0),
            receiver: RefCell::default(),
            results: RefCell::default(),
        }
    }
}

/// The part of a node that the grammar names.
fn part<'t>(node: Node<'t>, field: &str) -> Option<Node<'t>> {
    node.child_by_field_name(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::facts::{Binding, ExprId, ExprKind, Key};

    pub(super) fn facts(code: &str) -> Facts {
        crate::detect::source::facts_of(&Go, code)
    }

    /// Writes an expression so that a person can compare it.
    pub(super) fn show(facts: &Facts, id: ExprId) -> String {
        let all = |ids: &[ExprId]| {
            ids.iter()
                .map(|id| show(facts, *id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "nil".to_owned(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Name(name) | ExprKind::Path(name) => name.clone(),
            ExprKind::This => "this".to_owned(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), all(types)),
            ExprKind::Call { callee, args, .. } => {
                let args: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
                format!("{}({})", show(facts, *callee), all(&args))
            }
            ExprKind::Object { ty, fields } => {
                let fields = fields.iter().map(|(key, value)| match key {
                    Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                    Some(Key::Expr(key)) => {
                        format!("[{}]: {}", show(facts, *key), show(facts, *value))
                    }
                    None => show(facts, *value),
                });
                let fields = fields.collect::<Vec<_>>().join(", ");
                format!(
                    "{}{{{fields}}}",
                    ty.map(|ty| show(facts, ty)).unwrap_or_default()
                )
            }
            ExprKind::List(values) => format!("[{}]", all(values)),
            ExprKind::Concat(parts) => format!("concat({})", all(parts)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            ExprKind::Item { of, index } => format!("{}#{index}", show(facts, *of)),
            ExprKind::Element(of) => format!("each {}", show(facts, *of)),
            ExprKind::Function(_) => "func".to_owned(),
            ExprKind::Class(_) => "type".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// Every value that the file gives to a name, with the type after a colon.
    pub(super) fn values(facts: &Facts, name: &str) -> Vec<String> {
        let with_type = |binding: &Binding| {
            let value = binding
                .value
                .map(|value| show(facts, value))
                .unwrap_or_default();
            binding
                .ty
                .map_or(value.clone(), |ty| format!("{value}: {}", show(facts, ty)))
        };
        facts
            .bindings
            .iter()
            .filter(|binding| binding.name == name)
            .map(with_type)
            .collect()
    }

    #[test]
    fn no_call_is_lost() {
        let code = "package p\nvar a = []func(){func() { call() }}\nfunc f() (x int, err error) {\n\tdefer call()\n\tgo func() { call() }()\n\tfor i := call(); call(); i++ { ch <- call() }\n\tselect {\n\tcase v := <-call():\n\t\tcall(v)\n\t}\nagain:\n\tm[call()] = call()\n\tx.y.z = T{call(): {call()}}\n\tif v := call(); v[call():] == nil { return }\n\tgoto again\n}\n";
        let facts = facts(code);
        let calls = facts.exprs.iter().filter(|expr| matches!(&expr.kind, ExprKind::Call { callee, .. } if show(&facts, *callee) == "call")).count();
        assert_eq!(calls, code.matches("call(").count());
        assert_eq!(facts.errors, 0);
    }

    #[test]
    fn what_surrounds_an_error_is_read() {
        let facts =
            facts("package p\nfunc f() {\n\tx := := 3\n\tk := rsa.GenerateKey(nil, 2048)\n}\n");
        assert!(facts.errors > 0);
        assert_eq!(values(&facts, "k"), ["rsa.GenerateKey(nil, 2048)"]);
    }

    #[test]
    fn deep_literals_are_given_up() {
        let facts = facts(&format!(
            "package p\nvar x = T{}1{}\n",
            "{".repeat(5_000),
            "}".repeat(5_000)
        ));
        assert!(facts.too_deep);
    }

    #[test]
    fn deep_nesting_is_given_up() {
        let facts = facts(&format!(
            "package p\nvar x = {}1{}\n",
            "f(".repeat(5_000),
            ")".repeat(5_000)
        ));
        assert!(facts.too_deep);
    }
}
