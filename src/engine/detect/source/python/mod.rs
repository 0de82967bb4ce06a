//! Python: how its syntax tree becomes facts.
//!
//! A name assigned in a function is the function's own unless `global` or `nonlocal` says otherwise; arms and loops
//! give no scope to names; class bodies do, but only to themselves. What Python writes as a call of a builtin
//! (`dict(a=1)`, `getattr(m, "x")`, `"a".join(…)`, `int(x)`) is said as what it means. Generators' values, metaclasses and
//! `exec` are not followed.

mod calls;
mod definitions;
mod expressions;
mod names;
mod statements;
mod texts;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, errors};
use crate::detect::facts::Facts;
use names::{Names, mark_constants};
use statements::block;

/// Python.
pub(super) struct Python;

impl Language for Python {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["python"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["py", "pyi", "pyw"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_python::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "#"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let mut builder = Builder::new(text);
        let mut names = Names::new();
        block(&mut builder, &mut names, tree.root_node());
        builder.facts.errors = errors(tree.root_node());
        mark_constants(&mut builder.facts, &names);
        builder.facts
    }
}

fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key, ScopeKind};

    fn lower(code: &str) -> Facts {
        crate::detect::source::facts_of(&Python, code)
    }

    /// An expression as text, for assertions.
    fn show(facts: &Facts, id: ExprId) -> String {
        let all = |ids: &[ExprId]| {
            ids.iter()
                .map(|id| show(facts, *id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Null => "None".to_owned(),
            ExprKind::Name(name) | ExprKind::Path(name) => name.clone(),
            ExprKind::This => "self".to_owned(),
            ExprKind::Super => "super".to_owned(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Call { callee, args, .. } => {
                let args: Vec<String> = args
                    .iter()
                    .map(|arg| {
                        let name = arg
                            .name
                            .as_ref()
                            .map(|n| format!("{n}="))
                            .unwrap_or_default();
                        format!(
                            "{}{name}{}",
                            if arg.spread { "*" } else { "" },
                            show(facts, arg.value)
                        )
                    })
                    .collect();
                format!("{}({})", show(facts, *callee), args.join(", "))
            }
            ExprKind::List(items) => format!("[{}]", all(items)),
            ExprKind::OneOf(items) => format!("one of [{}]", all(items)),
            ExprKind::Concat(items) => format!("concat [{}]", all(items)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::Item { of, index } => format!("{}#{index}", show(facts, *of)),
            ExprKind::Element(of) => format!("element of {}", show(facts, *of)),
            ExprKind::Object { fields, .. } => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| match key {
                        Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                        Some(Key::Expr(key)) => {
                            format!("[{}]: {}", show(facts, *key), show(facts, *value))
                        }
                        None => format!("..{}", show(facts, *value)),
                    })
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            other => format!("{other:?}"),
        }
    }

    fn value(facts: &Facts, name: &str) -> Vec<String> {
        facts
            .bindings
            .iter()
            .filter(|b| b.name == name)
            .filter_map(|b| b.value)
            .map(|id| show(facts, id))
            .collect()
    }

    fn calls(facts: &Facts) -> Vec<String> {
        (0..facts.exprs.len())
            .filter(|id| matches!(facts.exprs[*id].kind, ExprKind::Call { .. }))
            .map(|id| show(facts, id))
            .collect()
    }

    fn imports(facts: &Facts) -> Vec<(Option<&str>, &str)> {
        facts
            .imports
            .iter()
            .map(|i| (i.local.as_deref(), i.path.as_str()))
            .collect()
    }

    #[test]
    fn every_form_of_import_gives_a_full_path() {
        let facts = lower(
            "import a.b.c\nimport a.b as x\nfrom p.q import r, s as t\nfrom m import *\nfrom .keys import load\nfrom . import rsa\n",
        );
        assert_eq!(
            imports(&facts),
            [
                (Some("a"), "a"),
                (Some("x"), "a.b"),
                (Some("r"), "p.q.r"),
                (Some("t"), "p.q.s"),
                (None, "m"),
                (Some("load"), ".keys.load"),
                (Some("rsa"), ".rsa"),
            ]
        );
    }

    #[test]
    fn an_import_in_an_arm_holds_in_the_whole_module() {
        let facts = lower("try:\n    from A import X\nexcept ImportError:\n    from B import X\n");
        assert!(facts.imports.iter().all(|i| i.scope == 0));
        assert_eq!(imports(&facts), [(Some("X"), "A.X"), (Some("X"), "B.X")]);
    }

    #[test]
    fn keyword_spread_and_nested_calls_are_all_reached() {
        let facts = lower(
            "f(1, *rest, key_size=g(2048), **{'a': 3}, **opts)\nif h(): pass\nraise E(k())\n",
        );
        assert_eq!(
            calls(&facts),
            [
                "g(2048)",
                "f(1, *rest, key_size=g(2048), a=3, *opts)",
                "h()",
                "k()",
                "E(k())"
            ]
        );
    }

    #[test]
    fn the_receiver_is_no_parameter_and_its_attributes_are_fields() {
        let facts = lower(
            "class K:\n    bits = 2048\n    def __init__(self, size, curve='P-256'):\n        self.size = size\n    @staticmethod\n    def make(n): return n\n",
        );
        let init = &facts.functions[0];
        assert_eq!(init.name, "<init>");
        assert_eq!(
            init.params
                .iter()
                .map(|p| p.name.as_str())
                .collect::<Vec<_>>(),
            ["size", "curve"]
        );
        assert_eq!(facts.functions[1].params.len(), 1);
        let field = facts
            .bindings
            .iter()
            .find(|b| b.name == "size" && b.kind == BindingKind::Field)
            .unwrap();
        assert_eq!(field.scope, facts.classes[0].scope);
        assert_eq!(value(&facts, "bits"), ["2048"]);
    }

    #[test]
    fn a_property_is_the_call_of_its_function() {
        let facts = lower(
            "class K:\n    @property\n    def key(self): return f()\n    @key.setter\n    def key(self, v): pass\n",
        );
        assert_eq!(value(&facts, "key"), ["Function(0)()"]);
    }

    #[test]
    fn texts_are_put_together() {
        let facts = lower(
            "a = 'x' \"y\"\nb = f'rsa-{n}'\nc = '{}-{k}'.format(1, k=2)\nd = '%s/%d' % (p, 3)\ne = b'ab\\x00' * 4\ng = ':'.join([u, v])\nh = bytes(16)\ni = 'é'.encode()\n",
        );
        assert_eq!(value(&facts, "a"), ["\"xy\""]);
        assert_eq!(value(&facts, "b"), ["concat [\"rsa-\", n]"]);
        assert_eq!(value(&facts, "c"), ["concat [1, \"-\", 2]"]);
        assert_eq!(value(&facts, "d"), ["concat [p, \"/\", 3]"]);
        assert_eq!(value(&facts, "e"), ["bytes(12)"]);
        assert_eq!(value(&facts, "g"), ["[u, v]"]);
        assert_eq!(value(&facts, "h"), ["bytes(16)"]);
        assert_eq!(value(&facts, "i"), ["bytes(2)"]);
    }

    #[test]
    fn unpacking_gives_each_name_its_part() {
        let facts = lower(
            "a, b = f()\nc, d = 1, 2\n(e, *g) = xs\nfor i, v in enumerate(ys): pass\nx = y = 3\n",
        );
        assert_eq!(value(&facts, "b"), ["f()#1"]);
        assert_eq!(value(&facts, "d"), ["2"]);
        assert_eq!(value(&facts, "e"), ["xs#0"]);
        assert_eq!(value(&facts, "v"), ["element of ys"]);
        assert_eq!(
            (value(&facts, "x"), value(&facts, "y")),
            (vec!["3".to_owned()], vec!["3".to_owned()])
        );
    }

    #[test]
    fn arms_are_grouped_and_only_an_else_makes_them_exhaustive() {
        let facts =
            lower("if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 3\nif c:\n    y = 1\n");
        let arms: Vec<(usize, bool)> = facts
            .scopes
            .iter()
            .filter_map(|s| match s.kind {
                ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
                _ => None,
            })
            .collect();
        assert_eq!(arms, [(1, true), (1, true), (1, true), (2, false)]);
    }

    #[test]
    fn a_local_of_the_modules_name_is_the_functions_own() {
        let facts =
            lower("bits = 1024\ndef f(c):\n    if c:\n        bits = 2048\n    return bits\n");
        let function = facts.functions[0].scope;
        assert!(
            facts
                .bindings
                .iter()
                .any(|b| b.name == "bits" && b.scope == function && b.kind == BindingKind::Declare)
        );
        assert!(
            facts
                .bindings
                .iter()
                .any(|b| b.name == "bits" && b.scope == 0 && b.constant)
        );
    }

    #[test]
    fn builtins_say_what_they_mean_unless_shadowed() {
        let facts = lower(
            "a = int('2048')\nb = getattr(m, 'x')\nc = dict(k=1)\nd = __import__('hashlib')\ne = os.environ['K']\nimport x as dict\nf = dict(k=1)\n",
        );
        assert_eq!(value(&facts, "a"), ["2048"]);
        assert_eq!(value(&facts, "b"), ["m.x"]);
        assert_eq!(value(&facts, "c"), ["{k: 1}"]);
        assert_eq!(value(&facts, "d"), ["hashlib"]);
        assert_eq!(value(&facts, "e"), ["os.environ.__getitem__(\"K\")"]);
        assert_eq!(value(&facts, "f"), ["dict(k=1)"]);
    }

    #[test]
    fn isinstance_gives_a_type() {
        let facts = lower(
            "def f(key):\n    if isinstance(key, rsa.RSAPrivateKey):\n        key.sign()\n    if not isinstance(key, EC):\n        raise E\n    key.x()\n",
        );
        let types: Vec<String> = facts
            .bindings
            .iter()
            .filter(|b| b.name == "key")
            .filter_map(|b| b.ty)
            .map(|ty| show(&facts, ty))
            .collect();
        assert_eq!(types, ["rsa.RSAPrivateKey", "EC"]);
    }

    #[test]
    fn an_enums_value_is_the_member() {
        let facts = lower("class A(str, Enum):\n    RS = 'RS256'\nx = A.RS.value\n");
        assert_eq!(value(&facts, "x"), ["A.RS"]);
        assert!(facts.bindings.iter().any(|b| b.name == "RS" && b.constant));
    }

    #[test]
    fn a_slice_is_no_element_and_a_cast_is_its_value_with_a_type() {
        let facts = lower("a = key[:32]\nb = cast('rsa.RSAPrivateKey', k())\nc: int\n");
        assert!(value(&facts, "a")[0].starts_with("Other"));
        assert_eq!(value(&facts, "b"), ["k()"]);
        let binding = facts.bindings.iter().find(|x| x.name == "b").unwrap();
        assert_eq!(show(&facts, binding.ty.unwrap()), "rsa.RSAPrivateKey");
        assert!(
            facts
                .bindings
                .iter()
                .any(|x| x.name == "c" && x.ty.is_some())
        );
    }

    #[test]
    fn broken_code_keeps_what_can_be_read() {
        let facts = lower("def f(:\n    k = g(1)\nx = h(2\n");
        assert!(facts.errors > 0);
        assert!(calls(&facts).iter().any(|c| c == "g(1)"));
    }

    #[test]
    fn deep_nesting_is_cut_and_said() {
        let facts = lower(&format!("x = {}1{}\n", "(".repeat(5000), ")".repeat(5000)));
        assert!(facts.too_deep);
        let long = lower(&format!("x = {}f()\n", "a + ".repeat(5000)));
        assert!(!long.too_deep);
        assert_eq!(calls(&long).len(), 1);
    }

    #[test]
    fn pem_blocks_in_texts_are_remembered() {
        let facts = lower("k = '''-----BEGIN PUBLIC KEY-----\nAA==\n'''\n");
        assert_eq!(facts.embedded.len(), 1);
    }
}
