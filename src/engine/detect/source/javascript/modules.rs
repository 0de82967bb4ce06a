//! Modules: `import`, `require`, `import()`, `export`, and how rules name a module.

use tree_sitter::Node;

use super::super::lower::{Builder, named};
use super::classes::qualified;
use super::declarations::{How, pattern};
use super::expressions::{plain, string};
use super::first;
use super::statements::statement;

pub(super) fn import(b: &mut Builder<'_>, node: Node<'_>) {
    let source = node
        .child_by_field_name("source")
        .map(|s| module_path(&string(b, s)));
    for clause in named(node) {
        match (clause.kind(), &source) {
            ("import_require_clause", _) => {
                let module = clause
                    .child_by_field_name("source")
                    .map(|s| module_path(&string(b, s)));
                let local = named(clause)
                    .into_iter()
                    .find(|n| n.kind() == "identifier")
                    .map(|n| b.text(n));
                if let (Some(module), Some(local)) = (module, local) {
                    b.import(Some(&local), module)
                }
            }
            ("import_clause", Some(module)) => {
                for part in named(clause) {
                    import_part(b, part, module)
                }
            }
            _ => {}
        }
    }
}

pub(super) fn import_part(b: &mut Builder<'_>, part: Node<'_>, module: &str) {
    match part.kind() {
        "identifier" => {
            let local = b.text(part);
            b.import(Some(&local), module);
        }
        "namespace_import" => {
            for name in named(part) {
                import_part(b, name, module)
            }
        }
        "named_imports" => specifiers(b, part, module),
        _ => {}
    }
}

/// `{ a, b as c, default as d }` of an import or of a re-export.
pub(super) fn specifiers(b: &mut Builder<'_>, clause: Node<'_>, module: &str) {
    for specifier in named(clause) {
        let Some(name) = specifier.child_by_field_name("name").map(|n| plain(b, n)) else {
            continue;
        };
        let local = specifier
            .child_by_field_name("alias")
            .map_or_else(|| name.clone(), |n| plain(b, n));
        let path = if name == "default" {
            module.to_owned()
        } else {
            format!("{module}.{name}")
        };
        b.import(Some(&local), path);
    }
}

/// TypeScript's `import key = crypto.KeyObject`.
pub(super) fn import_alias(b: &mut Builder<'_>, node: Node<'_>) {
    let parts = named(node);
    if let [name, value, ..] = parts[..] {
        let value = qualified(b, value);
        pattern(b, name, value, node.end_byte(), How::Const);
    }
}

pub(super) fn export(b: &mut Builder<'_>, node: Node<'_>) {
    if let Some(source) = node.child_by_field_name("source") {
        let module = module_path(&string(b, source));
        for part in named(node) {
            match part.kind() {
                "export_clause" => specifiers(b, part, &module),
                "namespace_export" => {
                    import_part(b, named(part).first().copied().unwrap_or(part), &module)
                }
                _ => {}
            }
        }
        return;
    }
    for child in named(node) {
        if child.kind() == "export_clause" {
            for name in named(child)
                .into_iter()
                .filter_map(|s| s.child_by_field_name("name"))
            {
                b.name(name);
            }
        } else {
            statement(b, child);
            mention_declared(b, child);
        }
    }
}

/// An exported function is used by others: its name stands outside a call (see `open_what_escapes`).
pub(super) fn mention_declared(b: &mut Builder<'_>, declaration: Node<'_>) {
    if let Some(name) = declaration.child_by_field_name("name") {
        b.name(name);
    }
    for declarator in named(declaration)
        .into_iter()
        .filter(|n| n.kind() == "variable_declarator")
    {
        mention_declared(b, declarator);
    }
}

/// The module named by `require('m')`, `require(`m`)` or `import('m')`.
pub(super) fn required(b: &Builder<'_>, call: Node<'_>) -> Option<String> {
    let function = call.child_by_field_name("function")?;
    let loads = match function.kind() {
        "import" => true,
        "identifier" => &b.text[function.byte_range()] == b"require",
        _ => false,
    };
    let name = first(call.child_by_field_name("arguments").filter(|_| loads)?)?;
    let literal = name.kind() == "string"
        || name.kind() == "template_string"
            && !named(name)
                .iter()
                .any(|n| n.kind() == "template_substitution");
    literal.then(|| module_path(&string(b, name)))
}

/// A module as rules name it: no `node:` or `npm:`, no version, no file ending below a package (`@noble/hashes/sha2.js`).
pub(super) fn module_path(specifier: &str) -> String {
    let name = ["node:", "npm:", "jsr:"]
        .iter()
        .find_map(|scheme| specifier.strip_prefix(scheme))
        .unwrap_or(specifier);
    let package = if name.starts_with('@') { 2 } else { 1 };
    let mut parts: Vec<&str> = name.split('/').collect();
    if name.len() < specifier.len()
        && let Some(last) = parts.get_mut(package - 1)
    {
        *last = last
            .get(1..)
            .and_then(|rest| rest.find('@'))
            .map_or(*last, |at| &last[..at + 1]);
    }
    if !name.starts_with('.')
        && parts.len() > package
        && let Some(last) = parts.last_mut()
    {
        *last = [".js", ".mjs", ".cjs"]
            .iter()
            .find_map(|ending| last.strip_suffix(ending))
            .unwrap_or(last);
    }
    parts.join("/")
}
