//! Calls of the standard library that are Java's way of writing a value: texts that are put together, boxes around numbers, lists.

use super::{Callee, Invoked, Lowering, MAX_NESTED, Slot, types};
use crate::detect::facts::{ExprId, ExprKind, Key};

/// Parts of one text: a source's longest sums have some dozens.
const MAX_PARTS: usize = 64;

/// Texts that one text may be where ways meet, before it is given up.
const MAX_TEXTS: usize = 8;

/// What a call without a receiver stands for where there is one to speak of.
fn value(id: ExprId, wide: bool) -> Option<Invoked> {
    Some(Invoked {
        value: Some(Slot { id, wide }),
        change: None,
    })
}

impl Lowering<'_> {
    /// A text of parts.
    pub(in crate::detect::binary) fn concat(&mut self, parts: Vec<ExprId>) -> ExprId {
        if parts.len() > MAX_PARTS {
            return self.unknown("text");
        }
        self.expr(ExprKind::Concat(parts))
    }

    /// `new StringBuilder(…)`: a text that grows.
    pub(super) fn new_text(
        &mut self,
        class: &str,
        descriptor: &str,
        args: &[ExprId],
    ) -> Option<ExprId> {
        if !is_builder(class) {
            return None;
        }
        let first = descriptor
            .starts_with("(Ljava/lang/")
            .then(|| args.first().copied());
        let text = self.concat(first.flatten().into_iter().collect());
        self.texts.insert(text);
        Some(text)
    }

    /// What is called on a text that grows.
    pub(super) fn on_text(
        &mut self,
        of: ExprId,
        callee: Callee<'_>,
        args: &[ExprId],
    ) -> Option<Invoked> {
        if !self.is_text(of, MAX_NESTED) {
            return None;
        }
        let known = self.texts.contains(&of) && !self.escaped.contains(&of);
        let changed = match (callee.name, args) {
            ("length" | "charAt" | "isEmpty" | "capacity" | "ensureCapacity", _) => return None,
            ("toString", []) if known => return value(of, false),
            ("toString", []) if !self.has_escaped(of, MAX_NESTED) => return None,
            ("append", [more]) => self.appended(of, *more),
            // Whatever else is done to it, it is no longer what was put together.
            _ => self.unknown("expression"),
        };
        let gives = !callee.descriptor.ends_with(")V");
        Some(Invoked {
            value: gives.then_some(Slot {
                id: changed,
                wide: false,
            }),
            change: Some((of, changed)),
        })
    }

    /// A text that has grown by a part; where ways met, each of the texts.
    fn appended(&mut self, of: ExprId, more: ExprId) -> ExprId {
        if self.has_escaped(of, MAX_NESTED) {
            return self.unknown("expression");
        }
        if !self.texts.contains(&of) {
            let all = self.alternatives(of).filter(|all| all.len() <= MAX_TEXTS);
            return match all {
                Some(all) if all.iter().all(|text| self.texts.contains(text)) => {
                    let grown = all.iter().map(|text| self.appended(*text, more)).collect();
                    self.one_of(grown)
                }
                _ => self.unknown("expression"),
            };
        }
        let mut parts = match self.facts.exprs.get(of).map(|e| &e.kind) {
            Some(ExprKind::Concat(parts)) => parts.clone(),
            _ => vec![of],
        };
        parts.push(more);
        let text = self.concat(parts);
        self.texts.insert(text);
        text
    }

    /// Whether a value is a text that grows, on one of the ways that lead to it at least.
    fn is_text(&self, id: ExprId, depth: usize) -> bool {
        self.texts.contains(&id) || self.any(id, depth, &|l, id, depth| l.is_text(id, depth))
    }

    /// Whether other code may have changed a text.
    fn has_escaped(&self, id: ExprId, depth: usize) -> bool {
        self.escaped.contains(&id) || self.any(id, depth, &|l, id, depth| l.has_escaped(id, depth))
    }

    fn any(&self, id: ExprId, depth: usize, is: &dyn Fn(&Self, ExprId, usize) -> bool) -> bool {
        match self.facts.exprs.get(id).map(|e| &e.kind) {
            Some(ExprKind::OneOf(all)) if depth > 0 && self.joins.contains(&id) => {
                let mut all = all.iter().take(MAX_TEXTS);
                all.any(|id| is(self, *id, depth - 1))
            }
            _ => false,
        }
    }

    /// A text that grows is handed to code that may change it.
    pub(super) fn escapes(&mut self, id: ExprId) {
        if self.texts.contains(&id) {
            self.escaped.insert(id);
        }
    }

    /// What a call with a receiver stands for, where it is only another way to write the receiver.
    pub(super) fn same_as_receiver(
        &mut self,
        of: ExprId,
        callee: Callee<'_>,
        args: &[ExprId],
    ) -> Option<Invoked> {
        match (callee.class, callee.name, args) {
            (_, "clone", []) | ("java/lang/String", "toCharArray" | "getBytes", []) => {
                value(of, false)
            }
            ("java/lang/String", "getBytes", [_]) => value(of, false),
            (
                "java/lang/Integer"
                | "java/lang/Long"
                | "java/lang/Short"
                | "java/lang/Byte"
                | "java/lang/Boolean"
                | "java/lang/Character"
                | "java/lang/Number",
                "intValue" | "longValue" | "shortValue" | "byteValue" | "booleanValue"
                | "charValue",
                [],
            ) => value(of, callee.name == "longValue"),
            (class, "iterator" | "listIterator", []) if class.starts_with("java/") => {
                let id = self.unknown("iterator");
                self.iterators.insert(id, of);
                value(id, false)
            }
            ("java/util/Iterator" | "java/util/ListIterator", "next", []) => {
                let collection = *self.iterators.get(&of)?;
                let id = self.expr(ExprKind::Element(collection));
                value(id, false)
            }
            ("java/util/Optional", "orElse", [other]) => {
                let either = self.expr(ExprKind::OneOf(vec![of, *other]));
                value(either, false)
            }
            _ => None,
        }
    }

    /// What a static call stands for, where it is a list, a table, or only another way to write its argument.
    pub(super) fn written_value(&mut self, callee: Callee<'_>, args: &[ExprId]) -> Option<Invoked> {
        let class = types::simple(callee.class);
        let is_library = callee.class.starts_with("java/")
            || callee.class.starts_with("com/google/common/collect/");
        if !is_library {
            return self.kotlin_value(callee, args);
        }
        let kind = match (class, callee.name, args) {
            ("List" | "Set" | "Stream" | "ImmutableList" | "ImmutableSet" | "EnumSet", "of", _)
            | ("Arrays", "asList", _) => return self.list(callee, args),
            ("Collections", "singletonList" | "singleton", [_]) => ExprKind::List(args.to_vec()),
            ("Map" | "ImmutableMap", "of", _) if args.len().is_multiple_of(2) => {
                let fields = args.chunks_exact(2).filter_map(|pair| match pair {
                    [key, value] => Some((self.key(*key), *value)),
                    _ => None,
                });
                ExprKind::Object {
                    ty: None,
                    fields: fields.collect(),
                }
            }
            (
                "Collections",
                "unmodifiableList" | "unmodifiableSet" | "unmodifiableCollection",
                [inner],
            )
            | ("List" | "Set", "copyOf", [inner])
            | ("Objects", "requireNonNull", [inner, ..])
            | ("Optional", "of" | "ofNullable", [inner]) => return value(*inner, false),
            (
                "Integer" | "Short" | "Byte" | "Boolean" | "Character",
                "parseInt" | "valueOf",
                [inner],
            ) => {
                return value(*inner, false);
            }
            ("Long", "parseLong" | "valueOf", [inner]) => {
                return value(*inner, callee.name == "parseLong");
            }
            ("String", "valueOf", [inner]) => ExprKind::Concat(vec![*inner]),
            ("String", "join", [separator, rest]) => {
                let items = self.items(*rest)?;
                let parts = items
                    .into_iter()
                    .enumerate()
                    .flat_map(|(i, item)| (i > 0).then_some(*separator).into_iter().chain([item]));
                ExprKind::Concat(parts.collect())
            }
            _ => return None,
        };
        let id = self.expr(kind);
        value(id, false)
    }

    /// A list of its arguments, or of the array that a call with any number of arguments puts them into.
    fn list(&mut self, callee: Callee<'_>, args: &[ExprId]) -> Option<Invoked> {
        let (types, _) = types::signature(callee.descriptor);
        let id = match (types.as_slice(), args) {
            ([one], [array]) if one.starts_with('[') => *array,
            (types, _) if types.last().is_some_and(|ty| ty.starts_with('[')) => {
                let (array, first) = args.split_last()?;
                let mut items = first.to_vec();
                items.extend(self.items(*array)?);
                self.expr(ExprKind::List(items))
            }
            _ => self.expr(ExprKind::List(args.to_vec())),
        };
        value(id, false)
    }

    /// Kotlin's lists; its checks for null give nothing back.
    fn kotlin_value(&mut self, callee: Callee<'_>, args: &[ExprId]) -> Option<Invoked> {
        match (callee.class, callee.name, args) {
            (
                "kotlin/collections/CollectionsKt" | "kotlin/collections/SetsKt",
                "listOf" | "setOf" | "mutableListOf" | "arrayListOf",
                [_],
            ) => self.list(callee, args),
            _ => None,
        }
    }

    /// The elements of an array literal.
    pub(super) fn items(&self, array: ExprId) -> Option<Vec<ExprId>> {
        match &self.facts.exprs.get(array)?.kind {
            ExprKind::List(items) => Some(items.clone()),
            _ => None,
        }
    }

    fn key(&self, id: ExprId) -> Option<Key> {
        Some(match self.facts.exprs.get(id).map(|e| &e.kind) {
            Some(ExprKind::Str(text)) => Key::Name(text.clone()),
            _ => Key::Expr(id),
        })
    }
}

fn is_builder(class: &str) -> bool {
    matches!(class, "java/lang/StringBuilder" | "java/lang/StringBuffer")
}
