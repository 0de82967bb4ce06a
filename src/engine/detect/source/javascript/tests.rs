//! What the lowering promises, in short forms of the facts.

use super::{Facts, JavaScript, Language, Tsx, TypeScript};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key};

fn facts(language: &dyn Language, code: &str) -> Facts {
    let mut parser = tree_sitter::Parser::new();
    parser
        .set_language(&language.grammar())
        .expect("the grammar loads");
    let tree = parser.parse(code, None).expect("no time limit is set");
    language.lower(&tree, code.as_bytes())
}

/// An expression in short: names as they are, everything else in a form of its own.
fn show(f: &Facts, id: ExprId) -> String {
    let list = |ids: &[ExprId]| {
        ids.iter()
            .map(|i| show(f, *i))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match &f.exprs[id].kind {
        ExprKind::Str(text) => format!("'{text}'"),
        ExprKind::Int(number) => number.to_string(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Bytes(length) => format!("bytes({length})"),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Path(path) => format!("<{path}>"),
        ExprKind::This => "this".into(),
        ExprKind::Member { of, name } => format!("{}.{name}", show(f, *of)),
        ExprKind::Index { of, key } => format!("{}[{}]", show(f, *of), show(f, *key)),
        ExprKind::Generic { of, types } => format!("{}<{}>", show(f, *of), list(types)),
        ExprKind::Call {
            callee,
            args,
            construct,
        } => {
            let args: Vec<String> = args
                .iter()
                .map(|a| format!("{}{}", if a.spread { "..." } else { "" }, show(f, a.value)))
                .collect();
            format!(
                "{}{}({})",
                if *construct { "new " } else { "" },
                show(f, *callee),
                args.join(", ")
            )
        }
        ExprKind::Object { fields, .. } => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| match key {
                    Some(Key::Name(name)) => format!("{name}: {}", show(f, *value)),
                    Some(Key::Expr(key)) => format!("[{}]: {}", show(f, *key), show(f, *value)),
                    None => format!("...{}", show(f, *value)),
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::Binary { op, left, right } => {
            format!("({} {op:?} {})", show(f, *left), show(f, *right))
        }
        ExprKind::Concat(parts) => format!("concat({})", list(parts)),
        ExprKind::OneOf(values) => format!("oneof({})", list(values)),
        ExprKind::Assign { target, value } => {
            format!("{} = {}", show(f, *target), show(f, *value))
        }
        ExprKind::Item { of, index } => format!("{}#{index}", show(f, *of)),
        ExprKind::Element(of) => format!("each({})", show(f, *of)),
        ExprKind::Function(index) => format!("fn {}", f.functions[*index].name),
        ExprKind::Class(index) => format!("class {}", f.classes[*index].name),
        ExprKind::Null => "null".into(),
        ExprKind::Super => "super".into(),
        ExprKind::Other(what) => format!("<{what}>"),
    }
}

/// The last value given to a name, in short.
fn value(f: &Facts, name: &str) -> String {
    let binding = f
        .bindings
        .iter()
        .rev()
        .find(|b| b.name == name && b.value.is_some());
    binding
        .and_then(|b| b.value)
        .map_or_else(|| "nothing".into(), |v| show(f, v))
}

fn calls(f: &Facts) -> Vec<String> {
    (0..f.exprs.len())
        .filter(|i| matches!(f.exprs[*i].kind, ExprKind::Call { .. }))
        .map(|i| show(f, i))
        .collect()
}

fn js(code: &str) -> Facts {
    facts(&JavaScript, code)
}

fn ts(code: &str) -> Facts {
    facts(&TypeScript, code)
}

#[test]
fn every_way_to_import_gives_the_module_path() {
    let f = js(
        "import c, { sign as s, default as d } from 'node:crypto'; import * as n from '@noble/curves/p256.js'; import './x.js'; export { hash } from 'npm:jose@5/jwt';",
    );
    let imports: Vec<_> = f
        .imports
        .iter()
        .map(|i| format!("{}={}", i.local.as_deref().unwrap_or("*"), i.path))
        .collect();
    assert_eq!(
        imports,
        [
            "c=crypto",
            "s=crypto.sign",
            "d=crypto",
            "n=@noble/curves/p256",
            "hash=jose/jwt.hash"
        ]
    );
    let f = ts("import c = require('crypto'); import K = c.KeyObject;");
    assert_eq!(
        (f.imports[0].path.as_str(), value(&f, "K").as_str()),
        ("crypto", "c.KeyObject")
    );
}

#[test]
fn require_and_dynamic_import_are_paths_wherever_they_occur() {
    let f = js(
        "const { a: b, c = 1 } = require('node:crypto'); const d = (await import(/* chunk */ 'jose')).default; import('m').then(({ k }) => k(1));",
    );
    assert_eq!(value(&f, "b"), "<crypto>.a");
    assert_eq!(value(&f, "c"), "oneof(<crypto>.c, 1)");
    assert_eq!(value(&f, "d"), "<jose>");
    assert_eq!(value(&f, "{ k }"), "<m>");
    let f = js(
        "const crypto_1 = __importDefault(require('crypto')); (0, crypto_1.default.createHash)('md5');",
    );
    assert_eq!(
        calls(&f).last().map(String::as_str),
        Some("crypto_1.createHash('md5')")
    );
}

#[test]
fn the_global_object_has_one_name_unless_it_is_something_else() {
    assert_eq!(
        calls(&js("window.crypto.subtle.digest('SHA-256', x)")),
        ["<globalThis>.crypto.subtle.digest('SHA-256', x)"]
    );
    assert_eq!(
        calls(&js("const self = this; self.crypto.sign(x)")),
        ["self.crypto.sign(x)"]
    );
}

#[test]
fn callbacks_get_what_the_call_hands_them() {
    let f = js(
        "generateKeyPair('rsa', {}, (err, pub, key) => use(key)); pbkdf2(p, (err, bits) => 0); ['md5'].forEach(alg => hash(alg));",
    );
    assert_eq!(value(&f, "key"), "generateKeyPair('rsa', {}, fn )#1");
    assert_eq!(value(&f, "bits"), "pbkdf2(p, fn )");
    assert_eq!(value(&f, "alg"), "each(['md5'])");
}

#[test]
fn promises_are_their_values() {
    let f = js(
        "const k = gen().then(p => p.privateKey).catch(e => 0); const [a, b] = await Promise.all([x(), y()]); const p = new Promise((ok, no) => g((err, v) => ok(v)));",
    );
    assert_eq!(value(&f, "k"), "p.privateKey");
    assert_eq!(value(&f, "b"), "[x(), y()]#1");
    assert_eq!(value(&f, "p"), "v");
    assert_eq!(
        value(&js("const g = util.promisify(crypto.generateKeyPair)"), "g"),
        "crypto.generateKeyPair"
    );
}

#[test]
fn options_keep_their_shape() {
    let f = js(
        "const o = { ...base, 'a': 1, b, [k]: -7, c: x ?? y || 'z', d: t ? 1 : u ? 2 : 3, e: `A${n}` }; const q = o['a'];",
    );
    assert_eq!(
        value(&f, "o"),
        "{...base, a: 1, b: b, [k]: -7, c: oneof(x, y, 'z'), d: oneof(1, 2, 3), e: concat('A', n)}"
    );
    assert_eq!(value(&f, "q"), "o.a");
    assert_eq!(
        value(&js("const a = Object.assign({}, x, { y: 1e5 })"), "a"),
        "{...{}, ...x, ...{y: 100000}}"
    );
}

#[test]
fn fields_come_from_declarations_constructors_and_parameters() {
    let f = ts(
        "class A extends B implements C { static readonly X = 'x'; #k?: KeyObject | null; constructor(private readonly bits: number) { super(); this.alg = 'y'; } get mode(): string { return 'gcm'; } private run() {} }",
    );
    let field = |name: &str| {
        f.bindings
            .iter()
            .find(|b| b.name == name && b.kind == BindingKind::Field)
            .expect(name)
    };
    assert!(field("X").constant && !field("X").private);
    assert!(field("#k").private && field("bits").private && field("bits").constant);
    assert_eq!(show(&f, field("#k").ty.expect("declared")), "KeyObject");
    assert_eq!(
        (value(&f, "alg").as_str(), value(&f, "mode").as_str()),
        ("'y'", "'gcm'")
    );
    assert_eq!(f.functions[0].name, "<init>");
    assert_eq!(f.classes[0].bases.len(), 2);
}

#[test]
fn enums_and_namespaces_are_classes_with_constants() {
    let f = ts("enum Alg { A = -7, B, C = 'c' } namespace N { export const bits = 2048; }");
    assert_eq!(
        [
            value(&f, "A"),
            value(&f, "B"),
            value(&f, "C"),
            value(&f, "bits")
        ],
        ["-7", "-6", "'c'", "2048"]
    );
    assert_eq!(value(&f, "N"), "class N");
}

#[test]
fn arms_of_one_statement_share_a_group() {
    use crate::detect::facts::ScopeKind;
    let arms = |code: &str| {
        js(code)
            .scopes
            .iter()
            .filter_map(|s| match s.kind {
                ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        arms("if (a) b(); else if (c) d(); else e();"),
        [(1, true); 3]
    );
    assert_eq!(
        arms("if (a) b(); switch (x) { case 1: y(); case 2: z() }"),
        [(1, false), (2, false), (2, false)]
    );
}

#[test]
fn a_var_belongs_to_its_function() {
    let f = js("function g() { if (x) { var a = 1; } return a; }");
    let kinds: Vec<_> = f
        .bindings
        .iter()
        .filter(|b| b.name == "a")
        .map(|b| (b.scope, b.kind))
        .collect();
    assert_eq!(kinds[0], (1, BindingKind::Declare));
    assert_eq!(kinds[1].1, BindingKind::Assign);
}

#[test]
fn only_what_never_leaves_the_file_is_private() {
    let f = js(
        "import x from 'x'; function own(a) {} own(1); export function open() {} function given() {} on(given); const late = () => 1; late();",
    );
    let private: Vec<_> = f
        .functions
        .iter()
        .filter(|f| f.private)
        .map(|f| f.name.as_str())
        .collect();
    assert_eq!(private, ["own", "late"]);
    assert!(!js("function everybodys(a) {}").functions[0].private);
}

#[test]
fn bytes_are_counted_and_not_kept() {
    let f = js(
        "const a = Buffer.from('00112233', 'hex'), b = new Uint8Array(32), c = Buffer.alloc(16);",
    );
    assert_eq!(
        [value(&f, "a"), value(&f, "b"), value(&f, "c")],
        ["bytes(4)", "bytes(32)", "bytes(16)"]
    );
}

#[test]
fn no_call_is_lost_in_jsx_decorators_errors_or_odd_statements() {
    let f = facts(
        &Tsx,
        "@D(a()) class X { @P() y = b(); static { c(); } } const v = <T x={d()} {...e()}>{f() && <U/>}</T>; lbl: for (;;) { throw g() } with (h()) {} if (i(] j()) { k() }",
    );
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "k"] {
        assert!(
            calls(&f).contains(&format!("{name}()")),
            "{name} in {:?}",
            calls(&f)
        );
    }
    assert!(f.errors > 0);
}

#[test]
fn test_code_and_embedded_keys_are_noted() {
    let f =
        js("describe('x', () => { it('y', () => {}) }); const k = '-----BEGIN PUBLIC KEY-----';");
    assert_eq!((f.tests.len(), f.embedded.len()), (1, 1));
}

#[test]
fn deep_nesting_gives_up_and_long_chains_do_not() {
    assert!(
        js(&"[".repeat(5000)).too_deep
            || js(&format!("x = {}1{}", "[".repeat(5000), "]".repeat(5000))).too_deep
    );
    let f = js(&format!("x = a{}", ".b()".repeat(2000)));
    assert!(!f.too_deep);
    assert!(!js(&format!("x = 'a'{}", " + 'b'".repeat(2000))).too_deep);
}

#[test]
fn a_function_called_where_it_is_written_has_its_arguments() {
    let f = js(
        "(function (root, factory) { factory(require('crypto')); })(this, function (c) { c.createHash('md5'); });",
    );
    assert_eq!(value(&f, "factory"), "fn factory");
    assert!(calls(&f).contains(&"factory(<crypto>)".to_owned()));
}
