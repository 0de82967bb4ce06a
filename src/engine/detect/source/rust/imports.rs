//! Names brought in: `use` trees, modules, and the first names of paths.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::{Lowering, code, starts_upper};
use crate::detect::facts::{BindingKind, ExprKind, ScopeId, ScopeKind};

impl Lowering<'_> {
    /// A `use` tree: one import for each name it brings in.
    pub(super) fn uses(&mut self, node: Node<'_>, prefix: &[String]) {
        let joined = |l: &Self, path: Option<Node<'_>>| {
            let mut parts = prefix.to_vec();
            parts.extend(path.into_iter().flat_map(|p| l.segments(p)));
            parts
        };
        match node.kind() {
            "use_list" => {
                for part in code(node) {
                    self.deeper((), |l| l.uses(part, prefix));
                }
            }
            "scoped_use_list" => {
                let prefix = joined(self, node.child_by_field_name("path"));
                if let Some(list) = node.child_by_field_name("list") {
                    self.deeper((), |l| l.uses(list, &prefix));
                }
            }
            "use_as_clause" => {
                let alias = node
                    .child_by_field_name("alias")
                    .map(|alias| self.ident(alias));
                let path = joined(self, node.child_by_field_name("path"));
                if let Some(alias) = alias.filter(|a| a != "_") {
                    self.import(Some(&alias), path, node);
                }
            }
            "use_wildcard" => {
                let path = joined(self, code(node).first().copied());
                self.import(None, path, node);
            }
            _ => {
                let path = joined(self, Some(node));
                let local = path.iter().rev().find(|part| *part != "self").cloned();
                if let Some(local) = local {
                    self.import(Some(&local), path, node);
                }
            }
        }
    }

    /// The parts of a path; the first is empty if it starts with `::`.
    pub(super) fn segments(&self, node: Node<'_>) -> Vec<String> {
        let text: String = self
            .b
            .text(node)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        text.split("::")
            .map(|s| s.strip_prefix("r#").unwrap_or(s).to_owned())
            .collect()
    }

    /// Brings `path` in as `local`. Names of a module around this one in the same file need no import: the scopes have them.
    pub(super) fn import(&mut self, local: Option<&str>, path: Vec<String>, node: Node<'_>) {
        let mut parts: &[String] = &path;
        if let Some((last, before)) = parts.split_last()
            && last == "self"
            && !before.is_empty()
        {
            parts = before;
        }
        if let Some((first, rest)) = parts.split_first()
            && first.is_empty()
        {
            self.absolute.insert(self.b.facts.imports.len());
            parts = rest;
        }
        let Some(first) = parts.first() else { return };
        let supers = parts.iter().take_while(|part| *part == "super").count();
        if supers > 0 && supers <= self.modules && parts.len() <= supers + 1 {
            if let (Some(local), Some(name)) = (local, parts.get(supers))
                && local != name
            {
                let value = self.name_expr(name.clone(), node);
                self.b
                    .bind(local, node.end_byte(), Some(value), BindingKind::Declare)
                    .constant = true;
            }
            return;
        }
        let own = ["crate", "self", "super"].contains(&first.as_str());
        let rest = parts
            .iter()
            .skip_while(|part| ["crate", "self", "super"].contains(&part.as_str()));
        let named: Vec<&str> = own
            .then_some("crate")
            .into_iter()
            .chain(rest.map(String::as_str))
            .collect();
        self.b.import(local, named.join("."));
    }

    pub(super) fn extern_crate(&mut self, node: Node<'_>) {
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.ident(name))
        else {
            return;
        };
        let local = node
            .child_by_field_name("alias")
            .map(|alias| self.ident(alias))
            .unwrap_or_else(|| name.clone());
        if local != "_" && name != "self" {
            self.b.import(Some(&local), name);
        }
    }

    /// `mod name;` and `mod name { … }`: the name is the project's own from here on.
    pub(super) fn module(&mut self, node: Node<'_>) {
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.ident(name))
        else {
            return;
        };
        self.b.import(Some(&name), format!("crate.{name}"));
        if let Some(body) = node.child_by_field_name("body") {
            self.modules += 1;
            let of_trait = std::mem::replace(&mut self.of_trait, false);
            let scope = self.b.open(ScopeKind::Block);
            self.inline.insert((self.b.scope, name), scope);
            self.inside(scope, |l| l.statements(body));
            self.of_trait = of_trait;
            self.modules -= 1;
        }
    }

    /// Imports may start at a name that another import brings in (`use ring::digest; use digest::Context;`).
    pub(super) fn qualify_imports(&mut self) {
        let facts = &mut self.b.facts;
        let known: HashMap<(ScopeId, String), String> = facts
            .imports
            .iter()
            .filter_map(|i| Some(((i.scope, i.local.clone()?), i.path.clone())))
            .collect();
        for index in (0..facts.imports.len()).filter(|index| !self.absolute.contains(index)) {
            let (first, rest) = match facts.imports[index].path.split_once('.') {
                Some((first, rest)) => (first.to_owned(), format!(".{rest}")),
                None => (facts.imports[index].path.clone(), String::new()),
            };
            let scope = facts.imports[index].scope;
            let outer = facts
                .outwards(scope)
                .find_map(|s| known.get(&(s, first.clone())));
            let own = facts
                .outwards(scope)
                .any(|s| self.types.contains_key(&(s, first.clone())));
            // `use pbkdf2::{pbkdf2, pbkdf2_hmac}`: the first name is the crate's, whatever else is called so.
            let outer = outer.filter(|path| path.split('.').next() != Some(&first));
            if let Some(outer) = outer {
                facts.imports[index].path = format!("{outer}{rest}");
            } else if own {
                facts.imports[index].path = format!("crate.{first}{rest}");
            }
        }
    }

    /// `digest::digest(…)` means the module, also where a variable is called `digest`.
    pub(super) fn qualify_roots(&mut self) {
        let facts = &mut self.b.facts;
        let mut known: HashMap<(ScopeId, &str), Vec<&str>> = HashMap::new();
        for import in &facts.imports {
            let local = import.local.as_deref().unwrap_or("*");
            known
                .entry((import.scope, local))
                .or_default()
                .push(&import.path);
        }
        let bound: HashSet<(ScopeId, &str)> = facts
            .bindings
            .iter()
            .filter(|_| !self.inline.is_empty())
            .map(|binding| (binding.scope, binding.name.as_str()))
            .collect();
        let mut paths = Vec::new();
        let mut inside = Vec::new();
        for (root, member) in &self.roots {
            let ExprKind::Name(name) = &facts.exprs[*root].kind else {
                continue;
            };
            let module = facts
                .outwards(facts.exprs[*root].scope)
                .find_map(|scope| self.inline.get(&(scope, name.clone())));
            if let (Some(module), ExprKind::Member { name, .. }) =
                (module, &facts.exprs[*member].kind)
                && bound.contains(&(*module, name.as_str()))
            {
                inside.push((*member, *module, name.clone()));
                continue;
            }
            // A type may have a name of its own in this file; a module or crate has none but an import's.
            if starts_upper(name) {
                continue;
            }
            let of = |local| {
                facts
                    .outwards(facts.exprs[*root].scope)
                    .find_map(|scope| known.get(&(scope, local)))
            };
            match of(name).map(Vec::as_slice) {
                Some([path]) => paths.push((*root, (*path).to_owned())),
                None if of("*").is_none() => paths.push((*root, name.clone())),
                _ => {}
            }
        }
        for (root, path) in paths {
            facts.exprs[root].kind = ExprKind::Path(path);
        }
        // What a module of this very file declares is looked up from inside it.
        for (member, module, name) in inside {
            facts.exprs[member].kind = ExprKind::Name(name);
            facts.exprs[member].scope = module;
        }
    }
}
