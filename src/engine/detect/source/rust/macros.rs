//! Macros: their arguments are parsed with the same grammar, or read token by token.

use std::ops::Range;

use tree_sitter::{Node, Parser, Tree};

use super::{LEAVING, Lowering, NEVER, code};
use crate::detect::facts::{Arg, ExprId, ExprKind, ScopeKind};
use crate::detect::source::lower::Builder;

/// Macros inside macros that are parsed; each level reads its tokens once more.
const MAX_MACRO_DEPTH: usize = 8;

/// Bytes of a macro's arguments that are parsed; what is larger is read token by token.
const MAX_MACRO_BYTES: usize = 64 * 1024;

impl Lowering<'_> {
    pub(super) fn macro_call(&mut self, node: Node<'_>) -> ExprId {
        let name = node
            .child_by_field_name("macro")
            .map(|name| self.segments(name))
            .unwrap_or_default();
        let tokens = code(node)
            .into_iter()
            .find(|inner| inner.kind() == "token_tree");
        let args = tokens
            .map(|tokens| self.token_args(tokens))
            .unwrap_or_default();
        let span = node.byte_range();
        let values: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
        match name.last().map(String::as_str).unwrap_or_default() {
            "vec" | "smallvec" => match values[..] {
                // `vec![0u8; 32]` is read as an array already.
                [only]
                    if matches!(
                        self.b.facts.exprs[only].kind,
                        ExprKind::Bytes(_) | ExprKind::Other("array")
                    ) =>
                {
                    only
                }
                _ => self.b.expr(ExprKind::List(values), span),
            },
            "format" | "format_args" | "formatcp" => self.format(&args, span),
            "concat" | "concatcp" => self.b.expr(ExprKind::Concat(values), span),
            "hex" => match values.first().map(|first| &self.b.facts.exprs[*first].kind) {
                Some(ExprKind::Str(digits)) => {
                    let digits = digits.chars().filter(char::is_ascii_hexdigit).count() as u64;
                    self.b.expr(ExprKind::Bytes(digits / 2), span)
                }
                _ => self.b.other("bytes", node),
            },
            "dbg" => values
                .last()
                .copied()
                .unwrap_or_else(|| self.b.other("nothing", node)),
            name if LEAVING.contains(&name) => self.b.other(NEVER, node),
            "" => self.b.other("macro", node),
            _ => {
                let mut path = name;
                if let Some(last) = path.last_mut() {
                    last.push('!');
                }
                let callee = self.b.expr(
                    ExprKind::Path(path.join(".")),
                    span.start..tokens.map_or(span.end, |t| t.start_byte()),
                );
                self.b.expr(
                    ExprKind::Call {
                        callee,
                        args,
                        construct: false,
                    },
                    span,
                )
            }
        }
    }

    /// `format!("{}-{size}", name)`: the text with what stands in its braces.
    pub(super) fn format(&mut self, args: &[Arg], span: Range<usize>) -> ExprId {
        let template = args
            .first()
            .map(|first| self.b.facts.exprs[first.value].kind.clone());
        let Some(ExprKind::Str(template)) = template else {
            return self.b.expr(ExprKind::Other("text"), span);
        };
        let mut positional = args[1..].iter().filter(|arg| arg.name.is_none());
        let mut parts = Vec::new();
        let mut rest = template.replace("{{", "\u{1}").replace("}}", "\u{2}");
        let literal = |l: &mut Self, text: &str, parts: &mut Vec<ExprId>| {
            let text = text.replace('\u{1}', "{").replace('\u{2}', "}");
            if !text.is_empty() {
                parts.push(l.b.expr(ExprKind::Str(text), span.clone()));
            }
        };
        while let Some((before, after)) = rest.split_once('{') {
            literal(self, before, &mut parts);
            let (hole, after) = after.split_once('}').unwrap_or((after, ""));
            let hole = hole.split(':').next().unwrap_or_default();
            let by_index = hole
                .parse::<usize>()
                .ok()
                .and_then(|index| args.get(index + 1))
                .map(|arg| arg.value);
            let by_name = args
                .iter()
                .find(|arg| arg.name.as_deref() == Some(hole))
                .map(|arg| arg.value);
            let value = if hole.is_empty() {
                positional.next().map(|arg| arg.value)
            } else {
                by_index.or(by_name)
            };
            parts.push(
                value.unwrap_or_else(|| self.b.expr(ExprKind::Name(hole.to_owned()), span.clone())),
            );
            rest = after.to_owned();
        }
        literal(self, &rest, &mut parts);
        self.b.expr(ExprKind::Concat(parts), span)
    }

    /// What macros of this file expand to; their parameters are unknown.
    pub(super) fn macro_definition(&mut self, node: Node<'_>) {
        for rule in code(node)
            .into_iter()
            .filter(|inner| inner.kind() == "macro_rule")
        {
            if let Some(right) = rule.child_by_field_name("right") {
                self.within(ScopeKind::Block, |l| l.token_args(right));
            }
        }
    }

    /// The arguments in a macro's token tree: expressions if they parse as such, else what the single tokens say.
    /// Braces hold statements, which are lowered in the present scope (`lazy_static!`, `thread_local!`, `cfg_if!`).
    pub(super) fn token_args(&mut self, tokens: Node<'_>) -> Vec<Arg> {
        self.deeper(Vec::new(), |l| {
            l.macro_depth += 1;
            let parsed = l.reparse(tokens);
            let args = match parsed
                .as_ref()
                .and_then(|tree| code(tree.root_node()).first().copied())
            {
                Some(statement) => l.parsed_args(statement),
                None => l
                    .loose_tokens(tokens)
                    .into_iter()
                    .map(Builder::arg)
                    .collect(),
            };
            l.macro_depth -= 1;
            args
        })
    }

    pub(super) fn parsed_args(&mut self, statement: Node<'_>) -> Vec<Arg> {
        let whole = match statement.kind() {
            "expression_statement" => code(statement).first().copied().unwrap_or(statement),
            _ => statement,
        };
        match whole.kind() {
            "parenthesized_expression" | "tuple_expression" => code(whole)
                .into_iter()
                .map(|arg| self.macro_arg(arg))
                .collect(),
            "array_expression" if whole.child_by_field_name("length").is_none() => {
                // A long `vec!` of numbers is a list of bytes, as in an array.
                let value = self.array(whole);
                match self.b.facts.exprs[value].kind.clone() {
                    ExprKind::List(items) => items.into_iter().map(Builder::arg).collect(),
                    _ => vec![Builder::arg(value)],
                }
            }
            "block" => self
                .statements(whole)
                .map(Builder::arg)
                .into_iter()
                .collect(),
            "unit_expression" => Vec::new(),
            _ => vec![Builder::arg(self.expr(whole))],
        }
    }

    /// An argument; `name = value` is a named one.
    pub(super) fn macro_arg(&mut self, node: Node<'_>) -> Arg {
        let left = node
            .child_by_field_name("left")
            .filter(|left| node.kind() == "assignment_expression" && left.kind() == "identifier");
        match (left, node.child_by_field_name("right")) {
            (Some(name), Some(value)) => Arg {
                name: Some(self.ident(name)),
                value: self.expr(value),
                spread: false,
            },
            _ => Builder::arg(self.expr(node)),
        }
    }

    /// The token tree parsed on its own, with its offsets in the file; `None` if it is no expression, array or block.
    pub(super) fn reparse(&self, tokens: Node<'_>) -> Option<Tree> {
        let range = tokens.byte_range();
        if self.macro_depth > MAX_MACRO_DEPTH || range.len() > MAX_MACRO_BYTES {
            return None;
        }
        let mut text = self.b.text[range.clone()].to_vec();
        blank_static_ref(&mut text);
        text.push(b';');
        let (start_point, mut end_point) = (tokens.start_position(), tokens.end_position());
        end_point.column += 1;
        let included = tree_sitter::Range {
            start_byte: range.start,
            end_byte: range.end + 1,
            start_point,
            end_point,
        };
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_rust::LANGUAGE.into())
            .ok()?;
        parser.set_included_ranges(&[included]).ok()?;
        let mut read = |at: usize, _| {
            at.checked_sub(range.start)
                .and_then(|at| text.get(at..))
                .unwrap_or_default()
        };
        let tree = parser.parse_with_options(&mut read, None, None)?;
        (!tree.root_node().has_error()).then_some(tree)
    }

    /// Paths, literals, members and calls in tokens that are no expression as a whole.
    pub(super) fn loose_tokens(&mut self, tokens: Node<'_>) -> Vec<ExprId> {
        let mut cursor = tokens.walk();
        let children: Vec<Node<'_>> = tokens.children(&mut cursor).collect();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(token) = children.get(at).copied() {
            at += 1;
            let next = children.get(at).copied();
            match token.kind() {
                "identifier" | "crate" | "self" | "super"
                    if next.is_some_and(|n| n.kind() == "!")
                        && children
                            .get(at + 1)
                            .is_some_and(|n| n.kind() == "token_tree") =>
                {
                    found.extend(
                        self.token_args(children[at + 1])
                            .into_iter()
                            .map(|arg| arg.value),
                    );
                    at += 2;
                }
                "identifier" | "crate" | "self" | "super" => {
                    let (value, used) = self.loose_path(token, &children[at..]);
                    found.push(value);
                    at += used;
                }
                "token_tree" => {
                    found.extend(self.token_args(token).into_iter().map(|arg| arg.value))
                }
                kind if kind.ends_with("_literal") => found.push(self.expr(token)),
                _ => {}
            }
        }
        found
    }

    /// A path, call or chain of calls that starts at `first`; also how many of the tokens after it belong to it.
    pub(super) fn loose_path(&mut self, first: Node<'_>, rest: &[Node<'_>]) -> (ExprId, usize) {
        let mut value = self.path(first);
        let mut used = 0;
        loop {
            match rest[used..] {
                [sign, name, ..]
                    if matches!(sign.kind(), "::" | ".") && name.kind() == "identifier" =>
                {
                    value = self.member(value, name);
                    used += 2;
                }
                [args, ..]
                    if args.kind() == "token_tree" && self.b.text[args.start_byte()] == b'(' =>
                {
                    let callee = value;
                    let args_at = args.end_byte();
                    let args = self.token_args(args);
                    let start = self.b.facts.exprs[callee].span.start;
                    value = self.b.expr(
                        ExprKind::Call {
                            callee,
                            args,
                            construct: false,
                        },
                        start..args_at,
                    );
                    used += 1;
                }
                _ => return (value, used),
            }
        }
    }
}

/// `lazy_static!` writes `static ref NAME`; without the `ref` it is a static like any other.
fn blank_static_ref(text: &mut [u8]) {
    let found: Vec<usize> = memchr::memmem::find_iter(text, b"static ref ")
        .map(|at| at + b"static ".len())
        .collect();
    for at in found {
        text[at..at + 3].fill(b' ');
    }
}
