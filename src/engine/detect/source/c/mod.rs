//! C and C++: how their syntax trees become facts.
//!
//! One lowering serves both. It does not preprocess: every branch of an `#if` that could be compiled is read, a macro is
//! a name with a value (or a function), and an include is only noted. It knows no library.

mod declarations;
mod expressions;
mod preprocessor;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, MAX_DEPTH, errors, named};
use crate::detect::facts::{Facts, ScopeId, ScopeKind};
use preprocessor::MacroParser;

/// C.
pub(super) struct C;

impl Language for C {
    fn name(&self) -> &'static str {
        "C"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["c"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["c", "h"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_c::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text, &self.grammar())
    }
}

/// C++.
pub(super) struct Cpp;

impl Language for Cpp {
    fn name(&self) -> &'static str {
        "C++"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["c"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &[
            "cc", "cpp", "cxx", "c++", "hpp", "hh", "hxx", "h++", "inl", "ipp",
        ]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_cpp::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let mut facts = lower(tree, text, &self.grammar());
        facts.implicit_this = true;
        facts
    }
}

fn lower(tree: &Tree, text: &[u8], grammar: &tree_sitter::Language) -> Facts {
    let mut lowering = Lowering {
        b: Builder::new(text),
        depth: 0,
        macros: MacroParser::new(grammar),
        conditional: false,
        hidden: false,
        header: false,
        sizes: BTreeMap::new(),
        changeable: BTreeSet::new(),
        owners: BTreeSet::new(),
    };
    let root = tree.root_node();
    lowering.statement(root);
    lowering.b.facts.errors = errors(root);
    lowering.b.facts
}

/// The walk over one file.
struct Lowering<'t> {
    b: Builder<'t>,
    depth: usize,
    macros: MacroParser,
    /// Directly inside a branch of an `#if`: what is declared here is seen after it, but perhaps not there.
    conditional: bool,
    /// Only this file can name what is declared here: an unnamed namespace, a private section of a class.
    hidden: bool,
    /// The file guards itself against being included twice: others include it and use its macros.
    header: bool,
    /// Arrays of bytes and their lengths, for `sizeof`; `None` where one name has several.
    sizes: BTreeMap<String, Option<u64>>,
    /// Variables that hold a number or a pointer, which a call that gets their address may change.
    changeable: BTreeSet<String>,
    /// Names for smart pointers (`using KeyPtr = std::unique_ptr<…>`): such a variable is what it owns.
    owners: BTreeSet<String>,
}

impl Lowering<'_> {
    /// Runs `visit` one level deeper, or gives up with `otherwise` at the limit.
    fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.b.facts.too_deep = true;
            return otherwise;
        }
        self.depth += 1;
        let result = visit(self);
        self.depth -= 1;
        result
    }

    /// Runs `visit` in that scope and returns to the present one.
    fn within<T>(&mut self, scope: ScopeId, visit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.b.scope, scope);
        let conditional = std::mem::replace(&mut self.conditional, false);
        let result = visit(self);
        self.b.scope = outer;
        self.conditional = conditional;
        result
    }

    fn in_class_body(&self) -> bool {
        matches!(self.b.facts.scopes[self.b.scope].kind, ScopeKind::Class(_))
    }

    fn in_function(&self) -> bool {
        self.b.facts.function_around(self.b.scope).is_some()
    }
}

/// The named children without comments.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    named(node)
        .into_iter()
        .filter(|n| n.kind() != "comment")
        .collect()
}

/// The first child of that kind.
fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    children(node).into_iter().find(|n| n.kind() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::facts::{ExprId, ExprKind, Key};

    fn facts(language: &dyn Language, code: &str) -> Facts {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&language.grammar()).expect("grammar");
        let tree = parser.parse(code, None).expect("tree");
        language.lower(&tree, code.as_bytes())
    }

    fn c(code: &str) -> Facts {
        facts(&C, code)
    }

    fn cpp(code: &str) -> Facts {
        facts(&Cpp, code)
    }

    /// An expression as text, near to how C writes it.
    fn show(facts: &Facts, id: ExprId) -> String {
        let all = |ids: &[ExprId]| {
            ids.iter()
                .map(|&i| show(facts, i))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Int(number) => number.to_string(),
            ExprKind::Bytes(length) => format!("bytes {length}"),
            ExprKind::Null => "null".into(),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), all(types)),
            ExprKind::Call {
                callee,
                args,
                construct,
            } => {
                let args: Vec<ExprId> = args.iter().map(|a| a.value).collect();
                format!(
                    "{}{}({})",
                    if *construct { "new " } else { "" },
                    show(facts, *callee),
                    all(&args)
                )
            }
            ExprKind::Object { ty, fields } => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| match key {
                        Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                        _ => show(facts, *value),
                    })
                    .collect();
                format!(
                    "{}{{{}}}",
                    ty.map(|t| show(facts, t)).unwrap_or_default(),
                    fields.join(", ")
                )
            }
            ExprKind::List(items) => format!("[{}]", all(items)),
            ExprKind::Binary { left, right, op } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::OneOf(items) => format!("one of ({})", all(items)),
            ExprKind::Concat(items) => format!("concat ({})", all(items)),
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            ExprKind::Element(of) => format!("element of {}", show(facts, *of)),
            ExprKind::Function(index) => format!("function {}", facts.functions[*index].name),
            ExprKind::Class(index) => format!("class {}", facts.classes[*index].name),
            other => format!("{other:?}"),
        }
    }

    /// All that a name is bound to, in order.
    fn bound(facts: &Facts, name: &str) -> Vec<String> {
        facts
            .bindings
            .iter()
            .filter(|b| b.name == name)
            .map(|b| b.value.map_or("nothing".into(), |v| show(facts, v)))
            .collect()
    }

    fn calls(facts: &Facts) -> Vec<String> {
        let call = |id: &ExprId| matches!(facts.exprs[*id].kind, ExprKind::Call { .. });
        (0..facts.exprs.len())
            .filter(call)
            .map(|id| show(facts, id))
            .collect()
    }

    #[test]
    fn macros_are_constants_and_functions() {
        let f = c(
            "#define BITS (1024 * 2) // of the key\n#define NAME \"aes-\" \"256\"\n#define MD EVP_sha256() /* x */\n\
                   #define CURVES { NID_a, NID_b }\n#define ALIAS RSA_new\n#define HASH(d, n) SHA256((d), (n), NULL)\n\
                   #define RUN(k) do { gen(k, 512); } while (0)\n#define ON\n#define LAST 4096",
        );
        assert_eq!(bound(&f, "BITS"), ["(1024 Mul 2)"]);
        assert_eq!(bound(&f, "NAME"), ["\"aes-256\""]);
        assert_eq!(bound(&f, "MD"), ["EVP_sha256()"]);
        assert_eq!(bound(&f, "CURVES"), ["[NID_a, NID_b]"]);
        assert_eq!(bound(&f, "ALIAS"), ["RSA_new"]);
        assert_eq!(bound(&f, "LAST"), ["4096"]);
        assert_eq!(bound(&f, "HASH"), ["function HASH"]);
        assert_eq!(show(&f, f.functions[0].returns[0]), "SHA256(d, n, null)");
        assert!(calls(&f).contains(&"gen(k, 512)".to_owned()));
        assert!(bound(&f, "ON").is_empty());
    }

    #[test]
    fn dead_branches_are_not_read_and_the_others_are() {
        let f = c(
            "#if 0\nvoid dead(void) { old(); }\n#else\nvoid live(void) { now(); }\n#endif\n#ifdef BIG\n#define N 4096\n#else\n#define N 2048\n#endif\n",
        );
        assert_eq!(calls(&f), ["now()"]);
        assert_eq!(bound(&f, "N"), ["4096", "2048"]);
        let arms: Vec<_> = f
            .bindings
            .iter()
            .filter(|b| b.name == "N")
            .map(|b| f.scopes[b.scope].kind)
            .collect();
        assert!(
            arms.iter().all(|k| matches!(
                k,
                ScopeKind::Arm {
                    exhaustive: true,
                    ..
                }
            )),
            "{arms:?}"
        );
    }

    #[test]
    fn an_include_guard_is_no_branch() {
        let f =
            c("#ifndef KEYS_H\n#define KEYS_H\n#include <openssl/rsa.h>\n#define N 2048\n#endif\n");
        assert_eq!(f.imports[0].path, "<openssl/rsa.h>");
        assert_eq!(f.bindings[0].scope, 0);
    }

    #[test]
    fn prototypes_are_no_calls_and_statics_are_private() {
        let f = c(
            "int RSA_generate_key_ex(RSA *rsa, int bits);\nstatic int make(RSA *r, int bits) { return RSA_generate_key_ex(r, bits); }\n",
        );
        assert_eq!(calls(&f), ["RSA_generate_key_ex(r, bits)"]);
        assert_eq!(
            (
                f.functions.len(),
                f.functions[0].private,
                f.functions[0].params.len()
            ),
            (1, true, 2)
        );
        assert!(bound(&f, "RSA_generate_key_ex").is_empty());
    }

    #[test]
    fn addresses_and_casts_are_transparent_and_fields_are_assigned() {
        let f = c(
            "void f(struct s *s) { EVP_PKEY *k = NULL; gen((void *)&k, *s->n); set(h, (PBYTE)&n, 4); s->md = EVP_sha1(); *s->out = 1; }",
        );
        assert!(calls(&f).contains(&"gen(k, s.n)".to_owned()));
        assert!(calls(&f).contains(&"set(h, n, 4)".to_owned()));
        let assigns: Vec<String> = (0..f.exprs.len())
            .map(|i| show(&f, i))
            .filter(|t| t.contains(" = "))
            .collect();
        assert_eq!(assigns, ["s.md = EVP_sha1()", "s.out = 1"]);
    }

    #[test]
    fn a_number_whose_address_is_given_away_may_change() {
        let f = c(
            "void f(void) { int bits = 2048; EVP_PKEY *k = NULL; read_config(\"bits\", &bits); make(bits, &k); }",
        );
        assert_eq!(bound(&f, "bits"), ["2048", "nothing"]);
        assert_eq!(bound(&f, "k"), ["null", "nothing"]);
    }

    #[test]
    fn arms_of_one_statement_share_a_group_and_those_that_leave_do_not_count() {
        let f = c(
            "int f(int t) { int b; if (t == 1) b = 1024; else if (t == 2) { b = 2048; } else { return -1; } switch (t) { case 1: case 2: b = 1; break; default: b = 2; } return b; }",
        );
        let arms: Vec<_> = f
            .scopes
            .iter()
            .filter_map(|s| match s.kind {
                ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
                _ => None,
            })
            .collect();
        assert_eq!(arms.len(), 5);
        assert_eq!(arms[0], arms[1]);
        assert!(arms[0].1 && !arms[2].1 && arms[2].0 != arms[0].0);
        assert!(arms[3].1 && arms[3] == arms[4]);
    }

    #[test]
    fn structs_enums_and_arrays() {
        let f = c(
            "enum { SMALL = 1024, NEXT };\nstruct opts { int bits; };\nstatic const struct opts o = { .bits = 2048, .name = \"rsa\" };\n\
                   static const int nids[] = { NID_a, NID_b, 0 };\nstatic const unsigned char key[32] = { 0 };\nstatic char *later[4] = { NULL };\n\
                   static const CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };\nint n = sizeof(key) * 8;\n",
        );
        assert_eq!(bound(&f, "NEXT"), ["1025"]);
        assert_eq!(bound(&f, "o"), ["opts{bits: 2048, name: \"rsa\"}"]);
        assert_eq!(bound(&f, "nids"), ["[NID_a, NID_b]"]);
        assert_eq!(bound(&f, "key"), ["bytes 32"]);
        assert_eq!(bound(&f, "later"), ["nothing"]);
        assert_eq!(bound(&f, "p256"), ["\"1.2.840.10045.3.1.7\""]);
        assert_eq!(bound(&f, "n"), ["(32 Mul 8)"]);
    }

    #[test]
    fn k_and_r_parameters_have_types() {
        let f = c("int make(r, bits) RSA *r; int bits; { return gen(r, bits); }");
        let names: Vec<_> = f.functions[0]
            .params
            .iter()
            .map(|p| p.ty.map(|t| show(&f, t)).unwrap_or_default())
            .collect();
        assert_eq!(names, ["RSA", "int"]);
    }

    #[test]
    fn what_stands_around_an_error_is_kept() {
        let f = c(
            "int a(void) { first(1); }\nint b(void) { @@ ( ; second(2); }\nint c(void) { third(3); }\n",
        );
        assert!(f.errors > 0);
        for call in ["first(1)", "second(2)", "third(3)"] {
            assert!(
                calls(&f).contains(&call.to_owned()),
                "{call}: {:?}",
                calls(&f)
            );
        }
    }

    #[test]
    fn constructors_in_all_their_forms() {
        let f = cpp(
            "#include <botan/rsa.h>\nusing namespace Botan;\nusing std::string;\nnamespace B = Botan;\n\
                     void f(int n) { RSA_PrivateKey a(rng, 2048); Botan::RSA_PrivateKey b{rng, n}; auto c = std::make_unique<Botan::X>(rng, 3);\n\
                     auto d = new B::Y(rng); RSASS<PSS, SHA256>::Signer e(key); std::vector<int> v{1, 2}; EVP_PKEY_ptr p(EVP_new(), g); ECDH<ECP>::Domain dh(ASN1::secp256r1());\n\
                     Key k(EVP_PKEY_Q(EVP_PKEY_RSA, nullptr, bits(n)), free_key); CK_MECHANISM m{CKM_RSA, nullptr, 0}; }",
        );
        assert_eq!(bound(&f, "a"), ["new RSA_PrivateKey(rng, 2048)"]);
        assert_eq!(bound(&f, "b"), ["new Botan.RSA_PrivateKey(rng, n)"]);
        assert_eq!(bound(&f, "c"), ["new Botan.X(rng, 3)"]);
        assert_eq!(bound(&f, "d"), ["new B.Y(rng)"]);
        assert_eq!(bound(&f, "e"), ["new RSASS<PSS, SHA256>.Signer(key)"]);
        assert_eq!(bound(&f, "v"), ["[1, 2]"]);
        let key = "new Key(EVP_PKEY_Q(EVP_PKEY_RSA, null, bits(n)), free_key)";
        assert_eq!(bound(&f, "k"), [key]);
        assert_eq!(bound(&f, "m"), ["[CKM_RSA, null, 0]"]);
        assert_eq!(bound(&f, "dh"), ["new ECDH<ECP>.Domain(ASN1.secp256r1())"]);
        let imports: Vec<_> = f
            .imports
            .iter()
            .map(|i| (i.local.as_deref(), i.path.as_str()))
            .collect();
        assert_eq!(
            imports,
            [
                (None, "<botan/rsa.h>"),
                (None, "Botan"),
                (Some("string"), "std.string"),
                (Some("B"), "Botan")
            ]
        );
    }

    #[test]
    fn a_smart_pointer_is_what_it_owns() {
        let f = cpp(
            "using Ctx = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;\n\
                     void f() { Ctx a(EVP_PKEY_CTX_new_id(6, nullptr), EVP_PKEY_CTX_free); std::unique_ptr<RSA, D> b{RSA_new()}; use(a.get(), std::move(b)); }",
        );
        assert_eq!(bound(&f, "a"), ["EVP_PKEY_CTX_new_id(6, null)"]);
        assert_eq!(bound(&f, "b"), ["RSA_new()"]);
        assert!(
            calls(&f).contains(&"use(a, b)".to_owned()),
            "{:?}",
            calls(&f)
        );
    }

    #[test]
    fn classes_hold_their_fields_and_methods() {
        let f = cpp(
            "class Keys : public Base { public: Keys(int n) : bits_(n) {} static constexpr int kMin = 2048; enum class Alg { Rsa = 1, Ec };\n\
                     private: int bits_ = 0; void grow() { this->bits_ = 4096; } };\nvoid Keys::make() { gen(bits_); }\nvoid g() { auto l = [](int x) { return h(x); }; for (auto c : curves) use(c); }",
        );
        assert_eq!(bound(&f, "bits_"), ["n", "0", "4096"]);
        assert_eq!(bound(&f, "kMin"), ["2048"]);
        assert_eq!(bound(&f, "Ec"), ["2"]);
        assert_eq!(bound(&f, "c"), ["element of curves"]);
        let keys = f.classes.iter().position(|c| c.name == "Keys");
        let methods: Vec<_> = f
            .functions
            .iter()
            .filter(|m| m.class == keys)
            .map(|m| (m.name.as_str(), m.private))
            .collect();
        assert_eq!(
            methods,
            [("<init>", false), ("grow", true), ("make", false)]
        );
        assert_eq!(
            f.functions
                .iter()
                .filter(|m| m.name.is_empty())
                .map(|m| m.returns.len())
                .collect::<Vec<_>>(),
            [1]
        );
    }

    #[test]
    fn deep_nesting_stops_and_says_so() {
        let f = c(&format!(
            "int x = {}1{};",
            "(".repeat(5000),
            ")".repeat(5000)
        ));
        assert!(f.too_deep);
        let long = format!("int x = {} g();", "f() && ".repeat(3000));
        assert_eq!(calls(&c(&long)).len(), 3001);
    }

    #[test]
    fn a_pem_block_in_several_literals_is_one_range() {
        let f = c(
            "static const char *pem = \"-----BEGIN PUBLIC KEY-----\\n\"\n  \"MIIB\\n\"\n  \"-----END PUBLIC KEY-----\\n\";",
        );
        assert_eq!(f.embedded.len(), 1);
        assert!(f.embedded[0].len() > 60);
    }
}
