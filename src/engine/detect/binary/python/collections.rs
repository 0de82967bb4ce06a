//! Lists, tuples, sets and dictionaries while they are built, and what is taken out of them.

use super::LONGEST_NAME;
use super::lower::{Listing, Lowering, Mapping, Slot};
use super::machine::{MAX_ELEMENTS, MAX_TOGETHER};
use crate::detect::facts::{ExprId, ExprKind, Key};

impl Lowering<'_> {
    pub(super) fn list_of(&mut self, slots: Vec<Slot>) -> Slot {
        let items = slots.into_iter().map(|slot| (self.expr(slot), false));
        let items = items.collect();
        self.listings.push(Listing {
            items,
            ..Listing::default()
        });
        Slot::List(self.listings.len() - 1)
    }

    pub(super) fn map_of(&mut self, fields: Vec<(Option<Key>, ExprId)>) -> Slot {
        self.mappings.push(Mapping { fields, said: None });
        Slot::Map(self.mappings.len() - 1)
    }

    pub(super) fn key(&mut self, slot: Slot) -> Key {
        match self.text(slot).filter(|text| text.len() <= LONGEST_NAME) {
            Some(text) => Key::Name(text.to_owned()),
            None => Key::Expr(self.expr(slot)),
        }
    }

    /// All elements of something go into a list.
    pub(super) fn extend(&mut self, list: usize, with: Slot) {
        let more = match with {
            Slot::List(other) => match self.listings.get(other) {
                Some(listing) if !listing.open => listing.items.clone(),
                _ => vec![(self.expr(with), true)],
            },
            _ => {
                let id = self.expr(with);
                match self.kind(id) {
                    ExprKind::List(items) => items.iter().map(|item| (*item, false)).collect(),
                    _ => vec![(id, true)],
                }
            }
        };
        self.work += more.len();
        if let Some(listing) = self.listings.get_mut(list) {
            listing.said = None;
            if listing.items.len() + more.len() > MAX_ELEMENTS {
                listing.open = true;
                return;
            }
            listing.items.extend(more)
        }
    }

    pub(super) fn extend_map(&mut self, map: usize, with: Slot) {
        let more = match with {
            Slot::Map(other) => self.mappings.get(other).map(|m| m.fields.clone()),
            _ => None,
        };
        let more = match more {
            Some(fields) => fields,
            None => vec![(None, self.expr(with))],
        };
        self.work += more.len() * 8;
        if let Some(mapping) = self.mappings.get_mut(map) {
            mapping.said = None;
            if mapping.fields.len() + more.len() <= MAX_ELEMENTS {
                mapping.fields.extend(more)
            }
        }
    }

    /// Joins `count` lists or dictionaries on the stack into one.
    pub(super) fn join(&mut self, count: usize, maps: bool) {
        let parts = self.pop_many(count);
        let joined = match maps {
            true => self.map_of(Vec::new()),
            false => self.list_of(Vec::new()),
        };
        for part in parts {
            match joined {
                Slot::Map(index) => self.extend_map(index, part),
                Slot::List(index) => self.extend(index, part),
                _ => {}
            }
        }
        self.push(joined)
    }

    /// The element of what a loop goes over: of `enumerate(x)` with its number.
    pub(super) fn element(&mut self, over: ExprId) -> ExprId {
        let enumerated = match self.kind(over) {
            ExprKind::Call { callee, args, .. } => {
                let is = matches!(self.kind(*callee), ExprKind::Name(n) if n == "enumerate");
                args.first().filter(|_| is).map(|arg| arg.value)
            }
            _ => None,
        };
        let element = self.add(ExprKind::Element(enumerated.unwrap_or(over)));
        if enumerated.is_none() {
            return element;
        }
        let count = self.other("count");
        self.add(ExprKind::List(vec![count, element]))
    }

    pub(super) fn unpack(&mut self, count: usize, rest: Option<usize>) {
        let value = self.pop_expr();
        let count = count.min(MAX_TOGETHER);
        let items = match self.kind(value) {
            ExprKind::List(items) if rest.is_none() && items.len() == count => items.clone(),
            _ => Vec::new(),
        };
        for _ in 0..rest.unwrap_or(0).min(MAX_TOGETHER) {
            self.push(Slot::Unknown)
        }
        for index in (0..count).rev() {
            let item = match items.get(index) {
                Some(item) => *item,
                None => self.add(ExprKind::Item { of: value, index }),
            };
            self.push_expr(item)
        }
    }
}
