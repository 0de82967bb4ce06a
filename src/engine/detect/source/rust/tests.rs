//! What the lowering of Rust promises.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::Rust;
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Facts, Key};

fn lowered(code: &str) -> Facts {
    crate::detect::source::facts_of(&Rust, code)
}

/// An expression on one line: calls as `callee(args)`, members with `.`.
fn show(facts: &Facts, id: ExprId) -> String {
    let list = |ids: &[ExprId]| {
        ids.iter()
            .map(|id| show(facts, *id))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match &facts.exprs[id].kind {
        ExprKind::Str(text) => format!("{text:?}"),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Bytes(length) => format!("bytes[{length}]"),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Path(path) => format!("/{path}"),
        ExprKind::This => "self".into(),
        ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
        ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), list(types)),
        ExprKind::Call { callee, args, .. } => {
            format!(
                "{}({})",
                show(facts, *callee),
                list(&args.iter().map(|a| a.value).collect::<Vec<_>>())
            )
        }
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::OneOf(items) => format!("one of {}", list(items)),
        ExprKind::Concat(items) => format!("concat {}", list(items)),
        ExprKind::Item { of, index } => format!("{}#{index}", show(facts, *of)),
        ExprKind::Element(of) => format!("each {}", show(facts, *of)),
        ExprKind::Binary { op, left, right } => {
            format!("{op:?} {} {}", show(facts, *left), show(facts, *right))
        }
        ExprKind::Object { ty, fields } => {
            let fields = fields.iter().map(|(key, value)| match key {
                Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                _ => format!("..{}", show(facts, *value)),
            });
            format!(
                "{} {{{}}}",
                ty.map(|ty| show(facts, ty)).unwrap_or_default(),
                fields.collect::<Vec<_>>().join(", ")
            )
        }
        ExprKind::Assign { target, value } => {
            format!("{} = {}", show(facts, *target), show(facts, *value))
        }
        other => format!("{other:?}"),
    }
}

fn calls(facts: &Facts) -> Vec<String> {
    let calls =
        (0..facts.exprs.len()).filter(|id| matches!(facts.exprs[*id].kind, ExprKind::Call { .. }));
    calls.map(|id| show(facts, id)).collect()
}

fn bound(facts: &Facts, name: &str) -> Vec<String> {
    let values = facts
        .bindings
        .iter()
        .filter(|b| b.name == name)
        .filter_map(|b| b.value);
    values.map(|id| show(facts, id)).collect()
}

fn imports(facts: &Facts) -> Vec<String> {
    facts
        .imports
        .iter()
        .map(|i| format!("{} = {}", i.local.as_deref().unwrap_or("*"), i.path))
        .collect()
}

#[test]
fn use_trees_bring_in_every_name() {
    let facts = lowered(
        "use ring::{self, digest as d, signature::{Ed25519KeyPair, *}};\npub use ::rsa::RsaPrivateKey as Key;\n\
         use d::Context;\nuse crate::keys::Store;\nuse sha2::Digest as _;\nmod rsa;\nextern crate openssl as ssl;",
    );
    let expected = [
        "ring = ring",
        "d = ring.digest",
        "Ed25519KeyPair = ring.signature.Ed25519KeyPair",
        "* = ring.signature",
        "Key = rsa.RsaPrivateKey",
        "Context = ring.digest.Context",
        "Store = crate.keys.Store",
        "rsa = crate.rsa",
        "ssl = openssl",
    ];
    assert_eq!(imports(&facts), expected);
}

#[test]
fn names_of_the_outer_module_are_reached_from_the_inner_one() {
    let facts = lowered(
        "fn make() {}\nmod tests { use super::*; use super::make as build; fn t() { super::make(); build(); } }",
    );
    assert_eq!(imports(&facts), ["tests = crate.tests"]);
    assert_eq!(bound(&facts, "build"), ["make"]);
    assert_eq!(calls(&facts), ["make()", "build()"]);
}

#[test]
fn a_variable_does_not_hide_a_module_of_its_name() {
    let facts = lowered(
        "use ring::digest;\nfn f() { let digest = digest::digest(&digest::SHA256, b); digest::digest(&digest::SHA1, b); }",
    );
    let expected = "/ring.digest.digest(/ring.digest.SHA256, b)";
    assert_eq!(bound(&facts, "digest"), [expected]);
    assert_eq!(calls(&facts).len(), 2);
}

#[test]
fn a_module_of_the_file_is_looked_into() {
    let facts = lowered(
        "mod keys { pub fn make(bits: u32) {} }\nfn f() { keys::make(2048); keys::gone(); }",
    );
    assert_eq!(calls(&facts), ["make(2048)", "/crate.keys.gone()"]);
}

#[test]
fn declared_types_complete_the_call() {
    let facts = lowered(
        "struct S { mac: Hmac<Sha256> }\nimpl S { fn new(k: &[u8]) -> Self { Self { mac: Hmac::new(k) } } }\n\
         fn f() -> Result<SigningKey<Sha512>, E> { let x: Oaep<Sha1> = Oaep::new()?; Ok(SigningKey::new(k)) }",
    );
    let expected = [
        "Hmac<Sha256>.new(k)",
        "Oaep<Sha1>.new()",
        "SigningKey<Sha512>.new(k)",
    ];
    assert_eq!(calls(&facts), expected);
}

#[test]
fn what_a_variant_holds_has_its_type() {
    let facts = lowered(
        "enum Key { Rsa(RsaPrivateKey), None }\nfn f(k: Key) { match k { Key::Rsa(rsa) => g(rsa), Key::None => {} } }",
    );
    let ty = facts
        .bindings
        .iter()
        .find(|b| b.name == "rsa")
        .unwrap()
        .ty
        .unwrap();
    assert_eq!(show(&facts, ty), "RsaPrivateKey");
}

#[test]
fn wrappers_are_transparent() {
    let facts = lowered(
        "async fn f() { let k = Arc::new(Some(rsa::RsaPrivateKey::new(&mut rng, 2048 as usize)?.clone())); \
         let b = std::env::var(\"BITS\").unwrap_or_else(|_| \"3072\".to_string()); \
         let p = Rsa::generate(2048).and_then(PKey::from_rsa).await.expect(\"no key\"); }",
    );
    assert_eq!(bound(&facts, "k"), ["/rsa.RsaPrivateKey.new(rng, 2048)"]);
    assert_eq!(
        bound(&facts, "b"),
        ["one of /std.env.var(\"BITS\"), \"3072\""]
    );
    assert_eq!(bound(&facts, "p"), ["PKey.from_rsa(Rsa.generate(2048))"]);
}

#[test]
fn type_arguments_are_kept() {
    let facts = lowered(
        "type HmacSha256 = Hmac<Sha256>;\nfn f() { Hmac::<Sha256>::new_from_slice(k); Oaep::new::<Sha256>(); \
         <HmacSha256 as Mac>::new_from_slice(k); let k: Result<Arc<Key<Aes256>>, E> = g(); }",
    );
    assert_eq!(bound(&facts, "HmacSha256"), ["Hmac<Sha256>"]);
    assert_eq!(
        calls(&facts),
        [
            "Hmac<Sha256>.new_from_slice(k)",
            "Oaep.new<Sha256>()",
            "HmacSha256.new_from_slice(k)",
            "g()"
        ]
    );
    let ty = facts
        .bindings
        .iter()
        .find(|b| b.name == "k")
        .unwrap()
        .ty
        .unwrap();
    assert_eq!(show(&facts, ty), "Key<Aes256>");
}

#[test]
fn branches_are_alternatives_and_errors_are_none() {
    let facts = lowered(
        "fn bits(kind: &str) -> Result<usize, E> { match kind { \"old\" => Ok(1024), \"new\" if x => Ok(3072), _ => Err(E) } }\n\
         fn g() { let n = if a { 1 } else if let Some(v) = b { v } else { return }; }",
    );
    assert_eq!(
        show(&facts, facts.functions[0].returns[0]),
        "one of 1024, 3072"
    );
    assert_eq!(facts.functions[0].returns.len(), 1);
    assert_eq!(bound(&facts, "n"), ["one of 1, v"]);
    assert_eq!(bound(&facts, "v"), ["b"]);
}

#[test]
fn fields_get_their_values_from_struct_expressions() {
    let facts = lowered(
        "struct Keys { bits: usize, pub name: String }\nimpl Keys { const MAX: usize = 4096;\n\
         fn new(bits: usize) -> Self { Self { bits, name: \"a\".into() } }\nfn set(&mut self) { self.bits = Self::MAX; } }\n\
         impl Default for Keys { fn default() -> Self { Keys { bits: 2048, ..other() } } }",
    );
    assert_eq!(facts.classes.len(), 1);
    assert_eq!(bound(&facts, "bits"), ["bits", "self.MAX", "2048"]);
    assert_eq!(bound(&facts, "name"), ["\"a\""]);
    assert_eq!(calls(&facts), ["other()"]);
    let private = |name: &str| {
        facts
            .bindings
            .iter()
            .filter(|b| b.name == name && b.kind == BindingKind::Field)
            .all(|b| b.private)
    };
    assert!(private("bits") && !private("name"));
}

#[test]
fn patterns_take_values_apart() {
    let facts = lowered(
        "fn f() { let (sk, Pair { public, .. }) = make(); for k in keys.iter() { use_it(k); } if let Some(x) = y {} }",
    );
    assert_eq!(bound(&facts, "sk"), ["make()#0"]);
    assert_eq!(bound(&facts, "public"), ["make()#1.public"]);
    assert_eq!(bound(&facts, "k"), ["each keys"]);
    assert_eq!(bound(&facts, "x"), ["y"]);
}

#[test]
fn an_arm_that_does_not_come_back_is_nobodys_value() {
    let facts = lowered(
        "fn f(name: &str) { let bits = match name { \"small\" => 2048, \"large\" => 4096, _ => { panic!(\"{name}\"); } }; }",
    );
    assert_eq!(bound(&facts, "bits"), ["one of 2048, 4096"]);
}

#[test]
fn no_call_in_a_macro_is_lost() {
    let facts = lowered(
        "lazy_static! { static ref KEY: RsaPrivateKey = RsaPrivateKey::new(&mut rng, 2048).unwrap(); }\n\
         fn f() { print!(\"{}\", hex::encode(Sha256::digest(b))); let v = vec![Nid::X9_62_PRIME256V1, nid()]; \
         tokio::select! { k = rsa::generate(1024) => {} } let n = format!(\"{}-{bits}\", \"RSA\"); assert!(verify(k)); \
         let z = [0u8; 32]; let h = hex!(\"00 11\"); }",
    );
    assert_eq!(bound(&facts, "KEY"), ["RsaPrivateKey.new(rng, 2048)"]);
    assert_eq!(bound(&facts, "v"), ["[Nid.X9_62_PRIME256V1, nid()]"]);
    assert_eq!(bound(&facts, "n"), ["concat \"RSA\", \"-\", bits"]);
    assert_eq!(
        (bound(&facts, "z"), bound(&facts, "h")),
        (vec!["bytes[32]".into()], vec!["bytes[2]".into()])
    );
    for call in ["Sha256.digest(b)", "rsa.generate(1024)", "verify(k)"] {
        assert!(
            calls(&facts).contains(&call.to_owned()),
            "{call} in {:?}",
            calls(&facts)
        );
    }
}

#[test]
fn spans_in_macros_are_those_of_the_file() {
    let code = "fn f() { assert!(ok, \"{}\", make(1)); }";
    let facts = lowered(code);
    let call = facts
        .exprs
        .iter()
        .rfind(|e| matches!(&e.kind, ExprKind::Call { args, .. } if args.len() == 1))
        .unwrap();
    assert_eq!(&code[call.span.clone()], "make(1)");
}

#[test]
fn tests_are_known_as_such_and_dead_code_is_silent() {
    let code = "#[cfg(test)]\nmod tests {}\n#[tokio::test]\nasync fn t() {}\n#[cfg(not(test))]\nfn p() {}\n#[cfg(any())]\nfn dead() { gone(); }";
    let facts = lowered(code);
    let texts: Vec<&str> = facts
        .tests
        .iter()
        .map(|range| &code[range.clone()])
        .collect();
    assert_eq!(
        texts,
        [
            "#[cfg(test)]\nmod tests {}",
            "#[tokio::test]\nasync fn t() {}"
        ]
    );
    assert_eq!(calls(&facts).len(), 0);
}

#[test]
fn hostile_nesting_is_cut_off_and_said() {
    let deep = 50_000;
    for (open, close) in [
        ("(", ")"),
        ("vec![", "]"),
        ("{", "}"),
        ("a::<", ">"),
        ("!", ""),
        ("f(|| ", ")"),
        ("x!{", "}"),
    ] {
        let code = format!(
            "fn f() {{ let a = {}1{}; }}",
            open.repeat(deep),
            close.repeat(deep)
        );
        lowered(&code);
    }
    assert!(
        lowered(&format!(
            "fn f() {{ {}1{}; }}",
            "(".repeat(deep),
            ")".repeat(deep)
        ))
        .too_deep
    );
    lowered(&format!("fn f() {{ a{}; }}", ".b()".repeat(deep)));
    lowered(&format!("use {}a;", "a::".repeat(deep)));
    lowered(&format!(
        "use {}a{};",
        "a::{".repeat(deep),
        "}".repeat(deep)
    ));
}

#[test]
fn what_stands_around_a_syntax_error_is_read() {
    let facts = lowered("fn f() { good(1); let x = ; also(2); }\nfn g() { more(3) }");
    assert!(facts.errors > 0);
    for call in ["good(1)", "also(2)", "more(3)"] {
        assert!(
            calls(&facts).contains(&call.to_owned()),
            "{call} in {:?}",
            calls(&facts)
        );
    }
}
