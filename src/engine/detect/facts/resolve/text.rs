//! Arithmetic, flags, concatenation, and the few methods of texts that programs build algorithm names with.

use super::{Alt, Atom, Bag, MAX_ALTERNATIVES, Resolver, Val};
use crate::detect::facts::{Arg, ExprId, ExprKind, Op};
use crate::model::{Origin, Why};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn binary(&mut self, op: Op, left: ExprId, right: ExprId) -> Val {
        let at = left;
        let (left, right) = (self.eval(left), self.eval(right));
        if op == Op::Or
            && let Some(flags) = self.flags(at, &left, &right)
        {
            return flags;
        }
        combine(op, &left, &right, false)
    }

    /// `PADDING | MODE`: both say what they say.
    pub(super) fn flags(&mut self, at: ExprId, left: &Val, right: &Val) -> Option<Val> {
        let (
            [
                Alt {
                    atom: Atom::Bag(a), ..
                },
            ],
            [
                Alt {
                    atom: Atom::Bag(b), ..
                },
            ],
        ) = (left.alts.as_slice(), right.alts.as_slice())
        else {
            return None;
        };
        let (first, second) = (self.bags[*a].clone(), self.bags[*b].clone());
        // Two flags for one facet are alternatives, as elsewhere.
        if second
            .facets
            .keys()
            .any(|facet| first.facets.contains_key(facet))
        {
            return None;
        }
        for bag in [*a, *b] {
            self.bags[bag].consumed = true
        }
        let mut both = Bag {
            expr: at,
            symbol: format!("{}|{}", first.symbol, second.symbol),
            ..first
        };
        both.facets.extend(second.facets);
        both.operations.extend(second.operations);
        both.consumed = false;
        let index = self.bag(both);
        Some(Val::one(Atom::Bag(index), Origin::Literal))
    }

    /// The few methods of texts that programs build algorithm names with.
    pub(super) fn text_method(&mut self, callee: ExprId, args: &[Arg]) -> Option<Val> {
        let ExprKind::Member { of, name } = &self.facts.exprs[callee].kind else {
            return None;
        };
        let change: fn(&str) -> String = match name.as_str() {
            "upper" | "toUpperCase" | "to_uppercase" | "to_ascii_uppercase" => |s| s.to_uppercase(),
            "lower" | "toLowerCase" | "to_lowercase" | "to_ascii_lowercase" => |s| s.to_lowercase(),
            "strip" | "trim" | "toString" | "to_string" | "to_owned" | "intern" | "encode"
            | "decode" | "getBytes" | "as_bytes" | "as_str" | "valueOf" | "c_str" | "name" => {
                |s| s.to_owned()
            }
            "concat" => {
                let right = self.eval(args.first()?.value);
                let left = self.eval(*of);
                return left
                    .alts
                    .iter()
                    .any(|a| matches!(a.atom, Atom::Str(_)))
                    .then(|| combine(Op::Add, &left, &right, true));
            }
            "get" | "getOrDefault" => return self.look_up(*of, args),
            "replace" | "replaceAll" => return self.replace(*of, args),
            "join" => return self.join(*of, args),
            "split" => return self.split(*of, args),
            "format" => return self.format(*of, args),
            _ => return None,
        };
        let base = self.eval(*of);
        if !base.alts.iter().any(|a| matches!(a.atom, Atom::Str(_))) {
            return None;
        }
        let alts = base
            .alts
            .iter()
            .filter_map(|a| match &a.atom {
                Atom::Str(s) => Some(Alt {
                    atom: Atom::Str(change(s).into()),
                    ty: None,
                    origin: a.origin,
                }),
                _ => None,
            })
            .collect();
        Some(Val {
            alts,
            open: base.open,
            why: base.why.clone(),
        })
    }

    pub(super) fn one_text(&mut self, id: ExprId) -> Option<Rc<str>> {
        let value = self.eval(id);
        match value.alts.as_slice() {
            [
                Alt {
                    atom: Atom::Str(s), ..
                },
            ] if !value.open => Some(s.clone()),
            _ => None,
        }
    }

    pub(super) fn replace(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let [from, to] = args else { return None };
        let (text, from, to) = (
            self.one_text(of)?,
            self.one_text(from.value)?,
            self.one_text(to.value)?,
        );
        if from.is_empty() || text.len() > 4096 || to.len() > 256 {
            return None;
        }
        Some(Val::one(
            Atom::Str(text.replace(&*from, &to).into()),
            Origin::Constant,
        ))
    }

    /// `":".join(list)` and `list.join(":")`.
    pub(super) fn join(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let first = args.first()?.value;
        let (glue, items) = match self.items(of) {
            Some(items) => (self.one_text(first)?, items),
            None => (self.one_text(of)?, self.items(first)?),
        };
        let texts: Option<Vec<Rc<str>>> = items.into_iter().map(|i| self.one_text(i)).collect();
        Some(Val::one(
            Atom::Str(texts?.join(&*glue).into()),
            Origin::Constant,
        ))
    }

    /// `"a:b".split(":")`, kept as the text it was: lists inside texts are understood where lists are.
    pub(super) fn split(&mut self, of: ExprId, _args: &[Arg]) -> Option<Val> {
        let text = self.one_text(of)?;
        Some(Val::one(Atom::Str(text), Origin::Constant))
    }

    /// `"{}-{}".format(a, b)`, `"%s/%s".formatted(a, b)`, `String.format("%s/%s", a, b)`.
    pub(super) fn format(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let (pattern, rest) = match self.one_text(of) {
            Some(pattern) => (pattern, args),
            None => (self.one_text(args.first()?.value)?, &args[1..]),
        };
        let mut whole = Val::one(Atom::Str("".into()), Origin::Constant);
        let mut next = 0;
        let mut plain = String::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            let hole = match c {
                '%' if chars.peek().is_some_and(|c| matches!(c, 's' | 'd' | 'v')) => {
                    chars.next().map(|_| None)
                }
                '{' => {
                    let inner: String = chars.by_ref().take_while(|c| *c != '}').take(64).collect();
                    Some(Some(inner))
                }
                _ => None,
            };
            let Some(field) = hole else {
                plain.push(c);
                continue;
            };
            let part = match field.as_deref().filter(|f| !f.is_empty()) {
                Some(name) => rest
                    .iter()
                    .find(|a| a.name.as_deref() == Some(name))
                    .or_else(|| name.parse().ok().and_then(|i: usize| rest.get(i))),
                None => rest.get(next),
            }?;
            next += 1;
            whole = combine(
                Op::Add,
                &whole,
                &Val::one(
                    Atom::Str(std::mem::take(&mut plain).into()),
                    Origin::Constant,
                ),
                true,
            );
            let part = self.eval(part.value);
            whole = combine(Op::Add, &whole, &part, true);
        }
        Some(combine(
            Op::Add,
            &whole,
            &Val::one(Atom::Str(plain.into()), Origin::Constant),
            true,
        ))
    }
}

/// Arithmetic and concatenation over alternatives.
pub(super) fn combine(op: Op, left: &Val, right: &Val, text: bool) -> Val {
    let mut value = Val {
        alts: Vec::new(),
        open: left.open || right.open,
        why: left.why.clone().or_else(|| right.why.clone()),
    };
    for a in &left.alts {
        for b in &right.alts {
            if value.alts.len() >= MAX_ALTERNATIVES {
                value.open = true;
                return value;
            }
            let origin = a.origin.max(b.origin);
            let atom = match (&a.atom, &b.atom) {
                (Atom::Int(x), Atom::Int(y)) if !text => arithmetic(op, *x, *y).map(Atom::Int),
                (Atom::Str(x), Atom::Str(y)) if op == Op::Add && x.len() + y.len() <= 4096 => {
                    Some(Atom::Str(format!("{x}{y}").into()))
                }
                (Atom::Str(x), Atom::Int(y)) if op == Op::Add => {
                    Some(Atom::Str(format!("{x}{y}").into()))
                }
                (Atom::Int(x), Atom::Str(y)) if op == Op::Add => {
                    Some(Atom::Str(format!("{x}{y}").into()))
                }
                (Atom::Bytes(x), Atom::Bytes(y)) if op == Op::Add => {
                    x.checked_add(*y).map(Atom::Bytes)
                }
                // Flags joined by `|`: what a symbol says holds still.
                (Atom::Bag(_), _) if matches!(op, Op::Or) => Some(a.atom.clone()),
                (_, Atom::Bag(_)) if matches!(op, Op::Or) => Some(b.atom.clone()),
                _ => None,
            };
            match atom {
                Some(atom) => value.alts.push(Alt {
                    atom,
                    ty: None,
                    origin,
                }),
                None => value.open = true,
            }
        }
    }
    if value.alts.is_empty() {
        value.open = true;
        if value.why.is_none() {
            value.why = Some(Why::new("expression", ""))
        }
    }
    value
}

pub(super) fn arithmetic(op: Op, x: i128, y: i128) -> Option<i128> {
    match op {
        Op::Add => x.checked_add(y),
        Op::Sub => x.checked_sub(y),
        Op::Mul => x.checked_mul(y),
        Op::Div => x.checked_div(y),
        Op::Rem => x.checked_rem(y),
        Op::Shl => u32::try_from(y)
            .ok()
            .filter(|y| *y < 64)
            .and_then(|y| x.checked_mul(1_i128 << y)),
        Op::Shr => u32::try_from(y).ok().filter(|y| *y < 64).map(|y| x >> y),
        Op::Or => Some(x | y),
        Op::And => Some(x & y),
        Op::Other => None,
    }
}
