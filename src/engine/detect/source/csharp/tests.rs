use super::*;
use crate::detect::facts::{BindingKind, ExprKind};

fn facts(text: &str) -> Facts {
    crate::detect::source::facts_of(&CSharp, text)
}

/// An expression in a short form that shows its structure.
fn show(facts: &Facts, id: ExprId) -> String {
    let list = |ids: &[ExprId]| {
        let all: Vec<_> = ids.iter().map(|id| show(facts, *id)).collect();
        all.join(", ")
    };
    match &facts.exprs[id].kind {
        ExprKind::Str(text) => format!("{text:?}"),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Bytes(length) => format!("bytes({length})"),
        ExprKind::Name(name) | ExprKind::Path(name) => name.clone(),
        ExprKind::This => "this".to_owned(),
        ExprKind::Super => "base".to_owned(),
        ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
        ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
        ExprKind::Call {
            callee,
            args,
            construct,
        } => {
            let args: Vec<_> = args
                .iter()
                .map(|a| {
                    let name = a.name.as_ref().map(|n| format!("{n}: "));
                    format!("{}{}", name.unwrap_or_default(), show(facts, a.value))
                })
                .collect();
            let new = if *construct { "new " } else { "" };
            format!("{new}{}({})", show(facts, *callee), args.join(", "))
        }
        ExprKind::Binary { op, left, right } => {
            format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
        }
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::Concat(items) => format!("concat({})", list(items)),
        ExprKind::OneOf(items) => format!("oneof({})", list(items)),
        ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), list(types)),
        ExprKind::Assign { target, value } => {
            format!("{} = {}", show(facts, *target), show(facts, *value))
        }
        ExprKind::Function(index) => format!("fn {}", facts.functions[*index].name),
        other => format!("{other:?}"),
    }
}

fn shown(facts: &Facts, wanted: impl Fn(&ExprKind) -> bool) -> Vec<String> {
    (0..facts.exprs.len())
        .filter(|id| wanted(&facts.exprs[*id].kind))
        .map(|id| show(facts, id))
        .collect()
}

fn calls(facts: &Facts) -> Vec<String> {
    shown(facts, |kind| matches!(kind, ExprKind::Call { .. }))
}

fn assignments(facts: &Facts) -> Vec<String> {
    shown(facts, |kind| matches!(kind, ExprKind::Assign { .. }))
}

fn value(facts: &Facts, name: &str) -> String {
    let binding = facts.bindings.iter().rfind(|b| b.name == name);
    let value = binding.expect("bound").value;
    value.map(|value| show(facts, value)).unwrap_or_default()
}

fn in_method(body: &str) -> Facts {
    facts(&format!("class C {{ void M() {{ {body} }} }}"))
}

#[test]
fn every_kind_of_using_is_told_and_namespaces_bring_their_names() {
    let facts = facts(
        "global using A.B; using X = A.B.C; using static A.B.C; using G = global::A.D; namespace N.O; class C {}",
    );
    let imports: Vec<_> = facts
        .imports
        .iter()
        .skip(IMPLICIT_USINGS.len())
        .map(|i| (i.local.as_deref(), i.path.as_str()))
        .collect();
    assert_eq!(
        imports,
        [
            (None, "A.B"),
            (Some("X"), "A.B.C"),
            (None, "A.B.C"),
            (Some("G"), "A.D"),
            (None, "N"),
            (None, "N.O")
        ]
    );
}

#[test]
fn an_object_initialiser_assigns_after_the_constructor() {
    let facts =
        in_method("var a = new T(1) { Mode = M.X, Inner = { Size = 2 }, Names = { \"n\" } };");
    assert_eq!(value(&facts, "a"), "new T(1)");
    assert_eq!(
        assignments(&facts),
        [
            "new T(1).Mode = M.X",
            "new T(1).Inner.Size = 2",
            "new T(1).Names = [\"n\"]"
        ]
    );
}

#[test]
fn collections_are_lists_and_tables() {
    let list = in_method("var a = new List<string> { \"RSA\", \"EC\" };");
    assert_eq!(value(&list, "a"), "[\"RSA\", \"EC\"]");
    let table = in_method(
        "var a = new Dictionary<string, int> { [\"x\"] = 1, [\"y\"] = 2 }; var b = new D<string, int> { { \"k\", 3 } };",
    );
    assert!(
        value(&table, "a").starts_with("Object"),
        "{}",
        value(&table, "a")
    );
    assert!(
        value(&table, "b").starts_with("Object"),
        "{}",
        value(&table, "b")
    );
}

#[test]
fn new_without_a_type_is_of_the_declared_one() {
    let facts = facts(
        "class C { T f = new(1); U P { get; } = new(2); V M() => new(3); V N() { return new(4); } }",
    );
    assert_eq!(
        calls(&facts),
        ["new T(1)", "new U(2)", "new V(3)", "new V(4)"]
    );
}

#[test]
fn flags_of_one_type_are_a_set_and_numbers_are_not() {
    let facts = in_method("var a = P.Tls12 | P.Tls13; var b = 1 | 2; var c = x.A | y.B;");
    assert_eq!(value(&facts, "a"), "[P.Tls12, P.Tls13]");
    assert_eq!(value(&facts, "b"), "(1 Or 2)");
    assert_eq!(value(&facts, "c"), "(x.A Or y.B)");
}

#[test]
fn texts_and_numbers_are_read_in_all_their_forms() {
    let facts = in_method(
        "var a = @\"c:\\x\"\"y\"; var b = $\"{n}-{1}\"; var c = \"a\\tb\"u8; var d = 0x800; var e = 1_024L; var f = 010; var g = \"\"\"\n    in\n    \"\"\";",
    );
    assert_eq!(value(&facts, "a"), "\"c:\\\\x\\\"y\"");
    assert_eq!(value(&facts, "b"), "concat(n, \"-\", 1)");
    assert_eq!(value(&facts, "c"), "\"a\\tb\"");
    assert_eq!(value(&facts, "d"), "2048");
    assert_eq!(value(&facts, "e"), "1024");
    assert_eq!(value(&facts, "f"), "10");
    assert_eq!(value(&facts, "g"), "\"in\"");
}

#[test]
fn arrays_of_bytes_have_a_length_where_it_is_written() {
    let facts = in_method(
        "var a = new byte[256 / 8]; byte[] b = { 1, 2, 3 }; byte[] c = [1, 2]; var d = new byte[N]; Span<byte> e = stackalloc byte[16]; var f = Encoding.UTF8.GetBytes(\"abc\");",
    );
    assert_eq!(value(&facts, "a"), "bytes(32)");
    assert_eq!(value(&facts, "b"), "bytes(3)");
    assert_eq!(value(&facts, "c"), "bytes(2)");
    assert_eq!(value(&facts, "d"), "new byte[](N)");
    assert_eq!(value(&facts, "e"), "bytes(16)");
    assert_eq!(value(&facts, "f"), "\"abc\"");
}

#[test]
fn questions_after_a_value_are_calls_of_it() {
    let facts =
        in_method("var a = x?.B(1)?.C; var d = y ?? F(); G(x!.H(), ref i, out var o, name: 2);");
    assert_eq!(value(&facts, "a"), "x.B(1).C");
    assert_eq!(value(&facts, "d"), "oneof(y, F())");
    assert!(
        calls(&facts).contains(&"G(x.H(), i, o, name: 2)".to_owned()),
        "{:?}",
        calls(&facts)
    );
}

#[test]
fn a_switch_expression_is_one_of_its_values() {
    let facts =
        in_method("var s = k switch { 1 => \"RSA\", E.B when f() => \"EC\", _ => throw new X() };");
    assert_eq!(value(&facts, "s"), "oneof(\"RSA\", \"EC\")");
}

#[test]
fn arms_are_grouped_and_one_always_runs_with_else_or_default() {
    let arms = |body: &str| {
        let facts = in_method(body);
        let arms = facts.scopes.iter().filter_map(|s| match s.kind {
            ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
            _ => None,
        });
        arms.collect::<Vec<_>>()
    };
    assert_eq!(arms("if (a) x = 1; else x = 2;"), [(1, true), (1, true)]);
    assert_eq!(
        arms("if (a) x = 1; else throw e();"),
        [(1, true), (2, false)]
    );
    assert_eq!(
        arms("switch (a) { case 1: x = 1; break; default: x = 2; break; }"),
        [(1, true), (1, true)]
    );
    assert_eq!(arms("switch (a) { case 1: x = 1; break; }"), [(1, false)]);
}

#[test]
fn properties_are_fields_or_what_computes_them() {
    let facts = facts(
        "class C { int A { get; set; } = 1; int B => F(2); int D { get { return G(3); } set { H(value); } } private readonly int e = 4; }",
    );
    assert_eq!(value(&facts, "A"), "1");
    assert_eq!(value(&facts, "B"), "get_B()");
    assert_eq!(value(&facts, "D"), "get_D()");
    let getter = facts
        .functions
        .iter()
        .find(|f| f.name == "get_D")
        .expect("a getter");
    assert_eq!(show(&facts, getter.returns[0]), "G(3)");
    let told: Vec<_> = facts
        .bindings
        .iter()
        .filter(|b| ["A", "e"].contains(&b.name.as_str()))
        .map(|b| (b.kind, b.constant))
        .collect();
    assert_eq!(
        told,
        [(BindingKind::Field, false), (BindingKind::Field, true)]
    );
}

#[test]
fn constructors_call_one_another_and_primary_ones_fill_fields() {
    let facts = facts("class C(string alg) : B(alg) { C() : this(\"RSA\") { } D d = new D(alg); }");
    assert_eq!(
        calls(&facts),
        ["new base(alg)", "new this(\"RSA\")", "new D(alg)"]
    );
    assert!(
        facts
            .bindings
            .iter()
            .any(|b| b.name == "alg" && b.kind == BindingKind::Field)
    );
}

#[test]
fn test_methods_mark_their_class_as_test_code() {
    let facts = facts("class T { [Fact] public void A() { } [Obsolete] void B() { } }");
    assert_eq!(facts.tests.len(), 2);
}

#[test]
fn conditional_compilation_is_read_whole() {
    let facts = facts(
        "using A;\n#if NET\nusing B;\n#endif\nclass C { void M() {\n#if NET\n f(1);\n#else\n g(2);\n#endif\n } }",
    );
    assert!(facts.imports.iter().any(|i| i.path == "B"));
    assert_eq!(calls(&facts), ["f(1)", "g(2)"]);
}

#[test]
fn what_stands_around_an_error_is_still_read() {
    let facts = facts("class C { void M() { f(1); int = ; g(2); } }");
    assert!(facts.errors > 0);
    let calls = calls(&facts);
    assert!(calls.contains(&"f(1)".to_owned()) && calls.contains(&"g(2)".to_owned()));
}

#[test]
fn endless_chains_and_nesting_stay_off_the_stack() {
    let chain = format!("x{};", ".A()".repeat(5_000));
    let made = in_method(&chain).exprs.into_iter();
    let made = made.filter(|e| matches!(e.kind, ExprKind::Call { .. }));
    assert_eq!(made.count(), 5_000);
    let text = format!("var s = \"a\"{};", " + \"b\"".repeat(5_000));
    assert!(!in_method(&text).too_deep);
    let nested = format!("{}1{};", "f(".repeat(5_000), ")".repeat(5_000));
    assert!(in_method(&nested).too_deep);
}
