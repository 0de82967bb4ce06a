//! `dependencies`: who uses and provides what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::index::{Index, Position};
use super::join::{is_own, join};
use super::parts::component_ref;
use super::{Refused, Work};
use crate::output::cyclonedx::document::{objects, union, word};

/// Using, and implementing for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edge {
    DependsOn,
    Provides,
}

impl Edge {
    pub(super) const ALL: [Self; 2] = [Self::DependsOn, Self::Provides];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::DependsOn => "dependsOn",
            Self::Provides => "provides",
        }
    }
}

/// The list of a document, with an index.
#[derive(Debug, Default)]
pub(super) struct Edges {
    list: Vec<Value>,
    by_ref: BTreeMap<String, usize>,
    have: BTreeSet<(String, Edge, String)>,
}

impl Edges {
    pub(super) fn new(list: Vec<Value>) -> Self {
        let mut edges = Self::default();
        for (number, dependency) in list.iter().enumerate() {
            let Some(from) = dependency.get("ref").and_then(Value::as_str) else {
                continue;
            };
            edges.by_ref.entry(from.to_owned()).or_insert(number);
            for edge in Edge::ALL {
                let targets = dependency.get(edge.key()).and_then(Value::as_array);
                for target in targets.into_iter().flatten().filter_map(Value::as_str) {
                    edges
                        .have
                        .insert((from.to_owned(), edge, target.to_owned()));
                }
            }
        }
        edges.list = list;
        edges
    }

    pub(super) fn into_list(self) -> Vec<Value> {
        self.list
    }

    /// Every edge: from, what, to.
    pub(super) fn all(&self) -> impl Iterator<Item = &(String, Edge, String)> {
        self.have.iter()
    }

    /// The element of a component, made where there is none.
    fn element(&mut self, from: &str) -> Option<&mut Map<String, Value>> {
        let number = match self.by_ref.get(from) {
            Some(number) => *number,
            None => {
                let mut element = Map::new();
                element.insert("ref".to_owned(), from.into());
                self.list.push(Value::Object(element));
                self.by_ref.insert(from.to_owned(), self.list.len() - 1);
                self.list.len() - 1
            }
        };
        self.list.get_mut(number)?.as_object_mut()
    }

    /// Adds an edge that is not there yet. A component does not depend on itself.
    pub(super) fn add(&mut self, from: &str, edge: Edge, to: &str) -> bool {
        if from == to || from.is_empty() || to.is_empty() {
            return false;
        }
        if !self.have.insert((from.to_owned(), edge, to.to_owned())) {
            return false;
        }
        let Some(element) = self.element(from) else {
            return false;
        };
        let list = element
            .entry(edge.key())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(to.into())
        }
        true
    }

    /// Takes up an element of another document, whose references are ours already.
    pub(super) fn take(&mut self, dependency: Map<String, Value>) {
        let from = dependency.get("ref").and_then(Value::as_str);
        let Some(from) = from.map(str::to_owned) else {
            // Of no component: kept as it is.
            union(&mut self.list, vec![Value::Object(dependency)]);
            return;
        };
        if self.element(&from).is_none() {
            return;
        }
        let mut left = Vec::new();
        for (key, value) in dependency {
            let edge = Edge::ALL.into_iter().find(|edge| edge.key() == key);
            match (edge, value) {
                (Some(edge), Value::Array(targets)) => {
                    for target in targets.iter().filter_map(Value::as_str) {
                        self.add(&from, edge, target);
                    }
                }
                (_, value) => {
                    if let Some(element) = self.element(&from) {
                        join(element, key.clone(), value, &key, &mut left)
                    }
                }
            }
        }
    }
}

impl Work<'_> {
    /// The edges of a CBOM, and those that the places of its assets tell.
    pub(super) fn edges(
        &mut self,
        own: Vec<Value>,
        assets: &[Map<String, Value>],
        index: &Index,
        taken: &mut BTreeSet<String>,
    ) -> Result<(), Refused> {
        let mut placed = Vec::new();
        for asset in assets {
            let mut users = Vec::new();
            for (position, edge) in places(asset, index, self.options.root.as_deref()) {
                users.extend(self.reference(&position, taken)?.map(|user| (user, edge)))
            }
            placed.push(users)
        }
        let list = match self.root.get_mut("dependencies") {
            Some(Value::Array(list)) => std::mem::take(list),
            _ => Vec::new(),
        };
        let had_none = list.is_empty() && !self.root.contains_key("dependencies");
        let mut edges = Edges::new(list);
        for dependency in own {
            if let Value::Object(dependency) = dependency {
                edges.take(dependency)
            }
        }
        let known: BTreeSet<&str> = assets.iter().map(|asset| word(asset, "bom-ref")).collect();
        let of_software = |edges: &Edges| -> BTreeMap<String, BTreeSet<String>> {
            let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (from, _, to) in edges.all() {
                if known.contains(to.as_str()) && !known.contains(from.as_str()) {
                    users.entry(to.clone()).or_default().insert(from.clone());
                }
            }
            users
        };
        let told = of_software(&edges);
        let subject = component_ref(&self.root, &Position::root())
            .map(|root| word(root, "bom-ref").to_owned())
            .unwrap_or_default();
        let is_component = |users: Option<&BTreeSet<String>>| {
            users.is_some_and(|users| users.iter().any(|user| *user != subject))
        };
        for (asset, users) in assets.iter().zip(&placed) {
            let reference = word(asset, "bom-ref");
            let is_placed = told.contains_key(reference) || !users.is_empty();
            for (user, edge) in users {
                edges.add(user, *edge, reference);
            }
            // Others' documents need not say that their subject uses what is in them. Ours do where it does.
            if !is_placed && !is_own(asset) {
                edges.add(&subject, Edge::DependsOn, reference);
            }
        }
        let now = of_software(&edges);
        for asset in assets {
            let reference = word(asset, "bom-ref");
            let users = now.get(reference);
            if is_component(users) {
                self.tally.assets_of_components += 1;
                if !is_component(told.get(reference)) {
                    self.tally.assets_by_place += 1
                }
            } else if users.is_some() {
                self.tally.assets_of_subject += 1
            } else {
                self.tally.assets_of_nothing += 1
            }
        }
        let list = edges.into_list();
        if !(had_none && list.is_empty()) {
            self.root
                .insert("dependencies".to_owned(), Value::Array(list));
        }
        Ok(())
    }
}

/// The components in which an asset was seen, and what its places there say: that it is used, or that it is implemented for others to use.
/// To be named is neither.
pub(super) fn places(
    asset: &Map<String, Value>,
    index: &Index,
    root: Option<&str>,
) -> BTreeSet<(Position, Edge)> {
    let mut found = BTreeSet::new();
    let seen = objects(asset, "properties")
        .find(|property| word(property, "name") == "pqscan:seen")
        .map(|property| word(property, "value"));
    let usual = match seen {
        Some("mentioned" | "implied") => None,
        Some("provided") => Some(Edge::Provides),
        _ => Some(Edge::DependsOn),
    };
    let evidence = asset.get("evidence").and_then(Value::as_object);
    for occurrence in evidence.into_iter().flat_map(|e| objects(e, "occurrences")) {
        let edge = if is_own(asset) {
            let context = word(occurrence, "additionalContext");
            match context.split("; ").nth(1).unwrap_or_default() {
                piece if piece.starts_with("implements by ") => Some(Edge::Provides),
                piece if piece.starts_with("mentions by ") => None,
                _ => usual,
            }
        } else {
            usual
        };
        let Some(edge) = edge else { continue };
        if let Some(position) = index.around(word(occurrence, "location"), root) {
            found.insert((position.clone(), edge));
        }
    }
    found
}
