//! What an import brings in, and under which name: the package's own where the import gives none.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::expressions::text_literal;
use super::{File, part};
use crate::detect::source::lower::Builder;

impl<'t> File<'t> {
    pub(super) fn import(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(path) = part(node, "path").and_then(|path| text_literal(b, path)) else {
            return;
        };
        let (path, segment) = import_path(&path);
        match part(node, "name") {
            Some(name) if name.kind() == "dot" => b.import(None, path),
            Some(name) if name.kind() == "blank_identifier" => {}
            Some(name) => {
                let name = b.text(name);
                b.import(Some(&name), path);
            }
            None if is_identifier(&segment) => {
                self.has_fmt.set(self.has_fmt.get() || path == "fmt");
                b.import(Some(&segment), path);
            }
            None => self.guessed.borrow_mut().extend(
                package_names(&segment)
                    .into_iter()
                    .map(|name| (name, path.clone())),
            ),
        }
    }

    /// Names guessed from paths give way to names that are written.
    pub(super) fn import_by_package_name(&self, b: &mut Builder<'_>) {
        let written: BTreeSet<String> = b
            .facts
            .imports
            .iter()
            .filter_map(|import| import.local.clone())
            .collect();
        for (name, path) in self.guessed.take() {
            if !written.contains(&name) {
                b.import(Some(&name), path);
            }
        }
    }
}

/// An import's path without its major version, and the segment that its package is probably named after.
pub(super) fn import_path(path: &str) -> (String, String) {
    let is_major = |segment: &str| {
        segment
            .strip_prefix('v')
            .is_some_and(|n| n.parse::<u32>().is_ok_and(|n| n > 1))
    };
    let kept: Vec<&str> = path
        .split('/')
        .enumerate()
        .filter(|(i, segment)| *i == 0 || !is_major(segment))
        .map(|(_, segment)| segment)
        .collect();
    (
        kept.join("/"),
        kept.last().copied().unwrap_or_default().to_owned(),
    )
}

/// The names a package is likely to have when its path ends in something that is no identifier: `go-jose.v2` is `jose`.
pub(super) fn package_names(segment: &str) -> Vec<String> {
    let stem = match segment.rsplit_once('.') {
        Some((stem, version)) if version.starts_with('v') || version == "go" => stem,
        _ => segment,
    };
    let bare = stem
        .strip_prefix("go-")
        .or_else(|| stem.strip_prefix("go."))
        .unwrap_or(stem);
    let bare = bare
        .strip_suffix("-go")
        .or_else(|| bare.strip_suffix(".go"))
        .unwrap_or(bare);
    let last = bare.rsplit(['-', '.']).next().unwrap_or(bare);
    let first = bare.split(['-', '.']).next().unwrap_or(bare);
    let names = BTreeSet::from([
        bare.to_owned(),
        bare.replace(['-', '.'], ""),
        bare.replace(['-', '.'], "_"),
        last.to_owned(),
        first.to_owned(),
    ]);
    names
        .into_iter()
        .filter(|name| is_identifier(name))
        .collect()
}

pub(super) fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;

    fn imports(code: &str) -> Vec<(Option<String>, String)> {
        facts(code)
            .imports
            .into_iter()
            .map(|import| (import.local, import.path))
            .collect()
    }

    #[test]
    fn an_import_is_known_by_its_package_name() {
        let some = |local: &str, path: &str| (Some(local.to_owned()), path.to_owned());
        assert_eq!(
            imports(
                "package p\nimport (\n\t\"crypto/rsa\"\n\tec \"crypto/ecdsa\"\n\t. \"crypto/tls\"\n\t_ \"crypto/md5\"\n)\n"
            ),
            [
                some("rsa", "crypto/rsa"),
                some("ec", "crypto/ecdsa"),
                (None, "crypto/tls".to_owned())
            ]
        );
        assert_eq!(
            imports("package p\nimport \"github.com/golang-jwt/jwt/v5\"\n"),
            [some("jwt", "github.com/golang-jwt/jwt")]
        );
        assert_eq!(
            imports("package p\nimport \"github.com/lestrrat-go/jwx/v2/jwa\"\n"),
            [some("jwa", "github.com/lestrrat-go/jwx/jwa")]
        );
        assert!(
            imports("package p\nimport \"gopkg.in/square/go-jose.v2\"\n")
                .contains(&some("jose", "gopkg.in/square/go-jose.v2"))
        );
    }

    #[test]
    fn a_guessed_package_name_gives_way_to_a_written_one() {
        let found = imports("package p\nimport (\n\t\"example.com/go-rsa\"\n\t\"crypto/rsa\"\n)\n");
        assert!(found.contains(&(Some("rsa".to_owned()), "crypto/rsa".to_owned())));
        assert!(!found.contains(&(Some("rsa".to_owned()), "example.com/go-rsa".to_owned())));
    }
}
