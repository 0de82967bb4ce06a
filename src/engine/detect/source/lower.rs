//! What the lowerings of source code share: reading nodes of a syntax tree, and literals.

use tree_sitter::Node;

use crate::detect::facts::{ExprId, ExprKind, Op};

pub(crate) use crate::detect::facts::build::{Builder, MAX_DEPTH};

impl Builder<'_> {
    /// The node's text; bytes that are not UTF-8 are replaced.
    pub(crate) fn text(&self, node: Node<'_>) -> String {
        String::from_utf8_lossy(&self.text[node.byte_range()]).into_owned()
    }

    /// `Other`, for what no lowering knows; `what` is for people.
    pub(crate) fn other(&mut self, what: &'static str, node: Node<'_>) -> ExprId {
        self.expr(ExprKind::Other(what), node.byte_range())
    }

    /// A name to look up.
    pub(crate) fn name(&mut self, node: Node<'_>) -> ExprId {
        let text = self.text(node);
        self.expr(ExprKind::Name(text), node.byte_range())
    }

    /// `of.name`; the span ends with the name.
    pub(crate) fn member(&mut self, of: ExprId, name: Node<'_>) -> ExprId {
        let start = self.facts.exprs[of].span.start.min(name.start_byte());
        let text = self.text(name);
        self.expr(ExprKind::Member { of, name: text }, start..name.end_byte())
    }
}

/// The operator that a token writes.
pub(crate) fn operator(token: &str) -> Op {
    match token {
        "+" => Op::Add,
        "-" => Op::Sub,
        "*" => Op::Mul,
        "/" | "//" => Op::Div,
        "%" => Op::Rem,
        "<<" => Op::Shl,
        ">>" | ">>>" => Op::Shr,
        "|" => Op::Or,
        "&" => Op::And,
        _ => Op::Other,
    }
}

/// An integer literal of any of the languages: `2048`, `0x800`, `2_048`, `2048L`, `0b1`, `0o7`, `2048u32`, `1e3` is none.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let text: String = text
        .chars()
        .filter(|c| *c != '_' && *c != '\'')
        .collect::<String>()
        .to_ascii_lowercase();
    let (radix, digits) = match text.get(..2) {
        Some("0x") => (16, &text[2..]),
        Some("0b") => (2, &text[2..]),
        Some("0o") => (8, &text[2..]),
        _ => (10, text.as_str()),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let suffix = &digits[end..];
    let known = [
        "", "l", "ll", "u", "ul", "ull", "lu", "n", "usize", "isize", "z", "uz", "zu",
    ]
    .contains(&suffix)
        || suffix
            .strip_prefix(['u', 'i'])
            .is_some_and(|bits| ["8", "16", "32", "64", "128"].contains(&bits));
    if !known || end == 0 {
        return None;
    }
    if radix == 10 && end > 1 && digits.starts_with('0') {
        return i128::from_str_radix(&digits[1..end], 8).ok();
    }
    i128::from_str_radix(&digits[..end], radix).ok()
}

/// A string literal's content with the common escapes undone; `body` is what stands between the quotes.
pub(crate) fn unescape(body: &str) -> String {
    if !body.contains('\\') {
        return body.to_owned();
    }
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('\n') | None => {}
            Some('x') => push_code(&mut out, &mut chars, 2),
            Some('u') if chars.peek() == Some(&'{') => {
                chars.next();
                let digits: String = chars.by_ref().take_while(|c| *c != '}').take(6).collect();
                out.extend(
                    u32::from_str_radix(&digits, 16)
                        .ok()
                        .and_then(char::from_u32),
                );
            }
            Some('u') => push_code(&mut out, &mut chars, 4),
            Some(other) => out.push(other),
        }
    }
    out
}

fn push_code(
    out: &mut String,
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    length: usize,
) {
    let mut digits = String::new();
    while digits.len() < length
        && let Some(c) = chars.next_if(char::is_ascii_hexdigit)
    {
        digits.push(c)
    }
    out.extend(
        u32::from_str_radix(&digits, 16)
            .ok()
            .and_then(char::from_u32),
    );
}

/// The node's named children.
pub(crate) fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// How many places of the tree the parser could not read, found without visiting what is well-formed.
pub(crate) fn errors(root: Node<'_>) -> usize {
    let mut count = 0;
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        count += usize::from(node.is_error() || node.is_missing());
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return count;
            }
        }
    }
}

/// A name without the blanks that may stand in it.
pub(crate) fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
