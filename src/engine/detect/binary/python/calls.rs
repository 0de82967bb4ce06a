//! Calls, and what those of Python's own functions and methods mean: said as the lowering of the source says it.

use super::lower::{Lowering, Slot, Test};
use super::names::arg;
use crate::detect::facts::{Arg, ExprId, ExprKind, Key, Op};

/// Names of the functions that comprehensions are until 3.11.
const COMPREHENSIONS: [&str; 4] = ["<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"];

/// Decorators of one function that are kept.
const MAX_DECORATORS: usize = 16;
/// Bytes of a text that is put together of others.
const MAX_FORMAT: usize = 8192;

impl Lowering<'_> {
    /// Until 3.10: what is called stands below its arguments.
    pub(super) fn call_plain(&mut self, count: usize, names: Option<Vec<String>>) {
        let args = self.pop_many(count);
        let callee = self.pop();
        self.call(callee, args, names.unwrap_or_default())
    }

    /// What is called takes two places: with an object, or with nothing.
    pub(super) fn call_method(&mut self, count: usize, names: Option<Vec<String>>) {
        let args = self.pop_many(count);
        let (upper, lower) = (self.pop(), self.pop());
        let callee = match (lower, upper) {
            (Slot::Null, callee) | (callee, Slot::Null) => callee,
            // Until 3.12 a decorator's function stands where a method's object does.
            (callee, object) => {
                let mut all = vec![object];
                all.extend(args);
                return self.call(callee, all, names.unwrap_or_default());
            }
        };
        self.call(callee, args, names.unwrap_or_default())
    }

    /// The arguments stand in a tuple and a dictionary.
    pub(super) fn call_spread(&mut self, flags: usize) {
        let named = self.minor >= 14 || flags & 1 == 1;
        let named = if named { self.pop() } else { Slot::Null };
        let listed = self.pop();
        let callee = match self.minor {
            11.. => match (self.pop(), self.pop()) {
                (Slot::Null, callee) | (callee, _) => callee,
            },
            _ => self.pop(),
        };
        let mut args = Vec::new();
        match listed {
            Slot::List(index) if self.listings.get(index).is_some_and(|l| !l.open) => {
                let items = self.listings[index].items.clone();
                args.extend(items.into_iter().map(|(value, spread)| Arg {
                    spread,
                    ..arg(value)
                }))
            }
            _ => {
                let id = self.expr(listed);
                self.spread(id, &mut args)
            }
        }
        if named != Slot::Null {
            let id = self.expr(named);
            self.spread(id, &mut args)
        }
        self.call_with(callee, args)
    }

    fn spread(&self, id: ExprId, args: &mut Vec<Arg>) {
        match self.kind(id) {
            ExprKind::List(items) => args.extend(items.iter().map(|item| arg(*item))),
            ExprKind::Object { fields, .. } => {
                args.extend(fields.iter().map(|(key, value)| match key {
                    Some(Key::Name(name)) => Arg {
                        name: Some(name.clone()),
                        ..arg(*value)
                    },
                    _ => Arg {
                        spread: true,
                        ..arg(*value)
                    },
                }))
            }
            _ => args.push(Arg {
                spread: true,
                ..arg(id)
            }),
        }
    }

    /// A call with arguments of which the last ones have names.
    fn call(&mut self, callee: Slot, slots: Vec<Slot>, names: Vec<String>) {
        if let (Slot::Enter(id), []) = (callee, slots.as_slice()) {
            return self.push_expr(id);
        }
        if let (Slot::BuildClass, Some(Slot::Function(body))) = (callee, slots.first().copied()) {
            let class = self.class(body, &slots, names.len());
            return self.push_expr(class);
        }
        if let (Slot::Function(body), [over]) = (callee, slots.as_slice()) {
            let name = self.function_name(body);
            if COMPREHENSIONS.contains(&name.as_str()) {
                let over = self.expr(*over);
                self.comprehension(body, over);
                let value = self.other("expression");
                return self.push_expr(value);
            }
        }
        if let ([decorated], true) = (slots.as_slice(), names.is_empty())
            && self.decorates(callee, *decorated)
        {
            return self.push(*decorated);
        }
        let named_from = slots.len().saturating_sub(names.len());
        let mut args: Vec<Arg> = Vec::with_capacity(slots.len());
        for (index, slot) in slots.into_iter().enumerate() {
            let name = index.checked_sub(named_from);
            let name = name.and_then(|index| names.get(index)).cloned();
            let value = self.expr(slot);
            args.push(Arg { name, ..arg(value) })
        }
        self.call_with(callee, args)
    }

    /// `@callee` before a function or class: the name gets what is decorated.
    fn decorates(&mut self, callee: Slot, decorated: Slot) -> bool {
        match decorated {
            Slot::Function(index) => {
                let name = self.function_name(index);
                if name.starts_with('<') {
                    return false;
                }
                let by = self.expr(callee);
                let by = self.dotted(by);
                if let Some(pending) = self.pending.get_mut(index)
                    && pending.decorators.len() < MAX_DECORATORS
                {
                    pending.decorators.push(by)
                }
                true
            }
            Slot::Expr(id) => matches!(self.kind(id), ExprKind::Class(_)),
            _ => false,
        }
    }

    /// A name with dots as the source has it; empty for what is no name.
    fn dotted(&self, id: ExprId) -> String {
        let mut parts = Vec::new();
        let mut id = id;
        loop {
            match self.kind(id) {
                ExprKind::Name(name) => {
                    parts.push(name.as_str());
                    break;
                }
                ExprKind::Member { of, name } if parts.len() < 16 => {
                    parts.push(name);
                    id = *of
                }
                _ => return String::new(),
            }
        }
        parts.reverse();
        parts.join(".")
    }

    fn call_with(&mut self, callee: Slot, args: Vec<Arg>) {
        let callee = self.expr(callee);
        if let Some(test) = self.instance_test(callee, &args) {
            self.tests.push(test);
            self.add(ExprKind::Call {
                callee,
                args,
                construct: false,
            });
            return self.push(Slot::Test(self.tests.len() - 1));
        }
        let is_cast = matches!(
            self.dotted(callee).as_str(),
            "cast" | "typing.cast" | "t.cast"
        );
        let meaning = match (self.kind(callee).clone(), args.as_slice()) {
            (_, [ty, value]) if is_cast => {
                if let Some(ty) = self.annotation(ty.value, 0) {
                    self.casts.insert(value.value, ty);
                }
                Some(value.value)
            }
            (ExprKind::Name(name), _) if self.is_builtin(&name) => self.builtin(&name, &args),
            (ExprKind::Member { of, name }, _) => self.method(of, &name, &args),
            _ => None,
        };
        if let Some(meaning) = meaning {
            return self.push_expr(meaning);
        }
        // The constructor of the base.
        if let ExprKind::Member { of, name } = self.kind(callee)
            && name == "__init__"
            && matches!(self.kind(*of), ExprKind::Super)
        {
            let callee = *of;
            let id = self.add(ExprKind::Call {
                callee,
                args,
                construct: true,
            });
            return self.push_expr(id);
        }
        let id = self.add(ExprKind::Call {
            callee,
            args,
            construct: false,
        });
        self.push_expr(id)
    }

    fn instance_test(&self, callee: ExprId, args: &[Arg]) -> Option<Test> {
        let [value, ty] = args else { return None };
        let is = matches!(self.kind(callee), ExprKind::Name(n) if n == "isinstance");
        let ExprKind::Name(name) = self.kind(value.value) else {
            return None;
        };
        let typed = matches!(
            self.kind(ty.value),
            ExprKind::Name(_) | ExprKind::Member { .. }
        );
        (is && typed).then(|| Test {
            name: name.clone(),
            ty: ty.value,
            negated: false,
        })
    }

    /// What a call of one of Python's own functions means, where that is more than a call.
    fn builtin(&mut self, name: &str, args: &[Arg]) -> Option<ExprId> {
        let plain = args.iter().all(|a| a.name.is_none() && !a.spread);
        let kind = |lowering: &Self, arg: &Arg| lowering.kind(arg.value).clone();
        match (name, args) {
            ("super", _) => Some(self.add(ExprKind::Super)),
            ("dict", _) => {
                let field = |a: &Arg| (a.name.clone().map(Key::Name), a.value);
                let fields = args.iter().map(field).collect();
                Some(self.add(ExprKind::Object { ty: None, fields }))
            }
            ("bytes" | "bytearray", [size]) if plain => match kind(self, size) {
                ExprKind::Int(size) => Some(self.add(repeated(1, size))),
                ExprKind::List(items) => Some(self.add(ExprKind::Bytes(items.len() as u64))),
                _ => Some(size.value),
            },
            ("bytes", [text, _]) if plain => Some(text.value),
            ("int", [text]) if plain => match kind(self, text) {
                ExprKind::Str(text) => {
                    let value = text.trim().replace('_', "").parse().ok();
                    Some(self.add(value.map_or(ExprKind::Other("number"), ExprKind::Int)))
                }
                _ => Some(text.value),
            },
            ("str" | "list" | "tuple" | "set" | "frozenset", [inner]) if plain => Some(inner.value),
            ("getattr", [of, key, ..]) if plain => match kind(self, key) {
                ExprKind::Str(name) => Some(self.add(ExprKind::Member { of: of.value, name })),
                _ => Some(self.add(ExprKind::Index {
                    of: of.value,
                    key: key.value,
                })),
            },
            ("__import__", [module, ..]) => match kind(self, module) {
                ExprKind::Str(path) => {
                    let first = path.split('.').next().unwrap_or_default();
                    Some(self.add(ExprKind::Path(first.to_owned())))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What a call of a method of texts and bytes means.
    fn method(&mut self, of: ExprId, name: &str, args: &[Arg]) -> Option<ExprId> {
        let first = args.first().map(|a| self.kind(a.value).clone());
        match (name, self.kind(of).clone(), first) {
            ("format", ExprKind::Str(template), _) => {
                let kind = self.brace_format(&template, args);
                Some(self.add(kind))
            }
            ("join", ExprKind::Str(between), Some(first)) => self.joined(&between, args, &first),
            ("encode", ExprKind::Str(text), _) => {
                Some(self.add(ExprKind::Bytes(text.len() as u64)))
            }
            // The charset, if it is named at all, is a literal; `jwt.encode(payload, key)` has more to say.
            ("encode" | "decode", _, None | Some(ExprKind::Str(_)))
                if args.len() < 2 && args.iter().all(|a| a.name.is_none()) =>
            {
                Some(of)
            }
            ("fromhex", ExprKind::Name(class), Some(ExprKind::Str(hex)))
                if class == "bytes" || class == "bytearray" =>
            {
                let digits = hex.chars().filter(char::is_ascii_hexdigit).count() as u64;
                Some(self.add(ExprKind::Bytes(digits / 2)))
            }
            ("import_module", _, Some(ExprKind::Str(path))) => Some(self.add(ExprKind::Path(path))),
            _ => None,
        }
    }

    /// Names with `:` or `,` between them stay a list of names.
    fn joined(&mut self, between: &str, args: &[Arg], first: &ExprKind) -> Option<ExprId> {
        if matches!(between, ":" | ",") {
            return args.first().map(|arg| arg.value);
        }
        let ExprKind::List(items) = first else {
            return None;
        };
        let mut parts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !between.is_empty() {
                parts.push(self.add(ExprKind::Str(between.to_owned())))
            }
            parts.push(*item)
        }
        Some(self.add(ExprKind::Concat(parts)))
    }

    /// Texts beside each other.
    pub(super) fn concatenated(&mut self, parts: Vec<ExprId>) -> ExprId {
        let texts: Option<Vec<&str>> = parts
            .iter()
            .map(|part| match self.kind(*part) {
                ExprKind::Str(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let kind = match texts.map(|texts| texts.concat()) {
            Some(text) if text.len() <= MAX_FORMAT => ExprKind::Str(text),
            _ => ExprKind::Concat(parts),
        };
        self.add(kind)
    }

    /// `"…{}…{name}".format(…)`; a slot with an attribute or an index in it is not read.
    fn brace_format(&mut self, template: &str, args: &[Arg]) -> ExprKind {
        let mut parts = Vec::new();
        let mut next = 0;
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            self.work += 1 + before.len();
            self.text_part(&mut parts, before);
            if let Some(after) = after.strip_prefix('{') {
                self.text_part(&mut parts, "{");
                rest = after;
                continue;
            }
            rest = after;
            let Some((slot, after)) = rest.split_once('}') else {
                break;
            };
            rest = after;
            let slot = slot.split([':', '!']).next().unwrap_or_default();
            let by_place = |index: usize| args.get(index).filter(|a| a.name.is_none() && !a.spread);
            let value = match slot.parse() {
                _ if slot.is_empty() => {
                    next += 1;
                    by_place(next - 1)
                }
                Ok(index) => by_place(index),
                Err(_) => args.iter().find(|a| a.name.as_deref() == Some(slot)),
            };
            parts.push(match value {
                Some(arg) => arg.value,
                None => self.other("expression"),
            })
        }
        self.text_part(&mut parts, rest);
        ExprKind::Concat(parts)
    }

    /// `"…%s…" % values`.
    fn percent_format(&mut self, template: &str, values: &[ExprId]) -> ExprKind {
        let mut parts = Vec::new();
        let mut values = values.iter();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('%') {
            self.work += 1 + before.len();
            self.text_part(&mut parts, before);
            let end = after.find(|c: char| c.is_ascii_alphabetic() || c == '%' || c == '(');
            let end = end.unwrap_or(after.len());
            let conversion = after.get(end..).and_then(|text| text.chars().next());
            rest = after.get(end + 1..).unwrap_or_default();
            parts.push(match conversion {
                Some('%') => self.add(ExprKind::Str("%".to_owned())),
                Some('s' | 'd' | 'i' | 'r') => match values.next() {
                    Some(value) => *value,
                    None => self.other("expression"),
                },
                _ => return ExprKind::Other("expression"),
            })
        }
        self.text_part(&mut parts, rest);
        ExprKind::Concat(parts)
    }

    fn text_part(&mut self, parts: &mut Vec<ExprId>, text: &str) {
        if !text.is_empty() {
            parts.push(self.add(ExprKind::Str(text.to_owned())))
        }
    }

    /// Two values and an operator.
    pub(super) fn combined(&mut self, op: Op, left: ExprId, right: ExprId) -> ExprId {
        let kind = match (self.kind(left).clone(), op, self.kind(right).clone()) {
            (ExprKind::Str(template), Op::Rem, values) => match values {
                ExprKind::List(items) => self.percent_format(&template, &items),
                _ => self.percent_format(&template, &[right]),
            },
            (ExprKind::Bytes(length), Op::Mul, ExprKind::Int(times))
            | (ExprKind::Int(times), Op::Mul, ExprKind::Bytes(length)) => repeated(length, times),
            (ExprKind::Str(one), Op::Add, ExprKind::Str(other))
                if one.len() + other.len() <= MAX_FORMAT =>
            {
                ExprKind::Str(one + &other)
            }
            (ExprKind::Bytes(one), Op::Add, ExprKind::Bytes(other)) => {
                ExprKind::Bytes(one.saturating_add(other))
            }
            _ => ExprKind::Binary { op, left, right },
        };
        self.add(kind)
    }
}

fn repeated(length: u64, times: i128) -> ExprKind {
    let times = u64::try_from(times.max(0)).unwrap_or(u64::MAX);
    ExprKind::Bytes(length.saturating_mul(times))
}
