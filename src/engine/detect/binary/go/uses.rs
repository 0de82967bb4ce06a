//! The functions of a program that rules know, and whose code it is that uses them.
//!
//! A call that leads to such a function from code that neither came with the toolchain nor belongs to the same library is a use, named by
//! the function that calls. A function that nothing of that kind calls is linked with what calls it: `crypto/tls` and `crypto/x509` bring
//! most of public-key cryptography into every program that speaks HTTPS. What is linked so and is neither public-key nor a protocol is
//! left out, since every program has it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::calls::{Code, Place};
use super::inline::{Tree, Trees};
use super::names::Name;
use super::parts;
use super::table::Table;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::knowledge::Knowledge;
use crate::knowledge::catalog::Quantum;
use crate::knowledge::rules::entry::EntryKind;
use crate::model::{Asset, AssetKind, Confidence, Facet, Origin, Technique, Value, Why};

/// Functions that use one API, at most; that many are enough to see that it is used.
const MAX_USERS: usize = 64;
/// Packages that are named as those with which something was linked, and that are kept to choose from.
const MAX_NAMED: usize = 3;
const MAX_KEPT: usize = 32;
/// Calls of APIs in one program, at most; the largest have some ten thousand.
const MAX_CALLS: usize = 1 << 20;
/// Packages of known modules, at most.
const MAX_PACKAGES: usize = 1000;

/// Types that are behind an interface of the standard library: the type, the interface that rules name, and what key it is.
static BEHIND: &[(&str, &str, &str)] = &[
    ("crypto/ecdh.x25519Curve.", "crypto/ecdh.Curve.", "X25519"),
    ("crypto/ecdh.nistCurve.", "crypto/ecdh.Curve.", "EC"),
];

/// Packages that use public-key cryptography for whoever imports them.
static CARRIERS: &[&str] = &["crypto/tls", "crypto/x509", "golang.org/x/crypto/ssh"];

/// An API that the program has.
struct Api<'k> {
    /// As the rules name it.
    path: String,
    package: String,
    asset: Asset,
    library: &'k str,
    /// Where its name begins, the first where several are the same to the rules.
    name: usize,
    is_method: bool,
    /// Functions that use it by themselves, and where.
    users: BTreeMap<String, Range<u64>>,
    /// Packages of the toolchain and of its own library that use it.
    through: BTreeSet<String>,
    /// Whether its own package uses it.
    within: bool,
}

/// Adds what one table shows.
pub(super) fn add(table: &Table<'_>, bytes: &[u8], seen: &mut Seen<'_>) {
    let known = seen.known;
    let mut packages = Packages::of(known);
    let mut apis: Vec<Api<'_>> = Vec::new();
    let mut by_path: HashMap<String, usize> = HashMap::new();
    let mut by_name: HashMap<usize, usize> = HashMap::new();
    let mut carried = false;
    let mut told: BTreeSet<String> = BTreeSet::new();
    for at in table.all_names() {
        let Some(name) = table.name_at(at).and_then(Name::of) else {
            continue;
        };
        carried |= CARRIERS.contains(&&*name.package);
        if !packages.has(known, &name.package) {
            continue;
        }
        if !name.is_copied && told.len() < MAX_PACKAGES && !told.contains(&*name.package) {
            parts::add_package(&name.package, at, seen);
            told.insert(name.package.clone().into_owned());
        }
        let path = known.rules.canonical(&name.path());
        let number = match by_path.get(&path) {
            Some(number) => *number,
            None => {
                let Some(api) = Api::of(known, &name, &path, at) else {
                    continue;
                };
                by_path.insert(path, apis.len());
                apis.push(api);
                apis.len() - 1
            }
        };
        by_name.insert(at, number);
    }
    if apis.is_empty() {
        return;
    }
    let place = Place::find(Code::of(seen.kind, bytes), table);
    let trees = Trees::find(table);
    let mut reading = Reading {
        table,
        trees,
        left: bytes.len() / 2 + (1 << 20),
    };
    reading.inlined(place, &by_name, &mut apis);
    if let Some(place) = place {
        reading.called(place, &by_name, &mut apis)
    }
    apis.sort_by(|a, b| a.path.cmp(&b.path));
    for api in apis {
        let is_seen = place.is_some();
        api.tell(table, is_seen, carried, seen)
    }
}

/// Packages of which rules name anything.
struct Packages<'k> {
    named: HashSet<&'k str>,
    /// Names of a package follow each other: what was said of the last.
    last: (String, bool),
}

impl<'k> Packages<'k> {
    fn of(known: &'k Knowledge) -> Self {
        let rules = &known.rules;
        let of_go = |entry: &&crate::knowledge::rules::entry::Entry| {
            rules
                .libraries
                .get(entry.library)
                .is_some_and(|l| l.language == "go")
        };
        let named = rules
            .entries
            .iter()
            .filter(of_go)
            .filter_map(|entry| package_of(&entry.path))
            .collect();
        Self {
            named,
            last: (String::new(), false),
        }
    }

    fn has(&mut self, known: &Knowledge, package: &str) -> bool {
        if self.last.0 != package {
            let plain = known.rules.canonical(super::names::without_major(package));
            self.last = (package.to_owned(), self.named.contains(plain.as_str()))
        }
        self.last.1
    }
}

fn package_of(path: &str) -> Option<&str> {
    let tail = path.rfind('/').map_or(0, |slash| slash + 1);
    path.get(..tail + path.get(tail..)?.find('.')?)
}

impl<'k> Api<'k> {
    fn of(known: &'k Knowledge, name: &Name<'_>, path: &str, at: usize) -> Option<Self> {
        let behind = BEHIND.iter().find_map(|(ty, interface, key)| {
            Some((format!("{interface}{}", path.strip_prefix(ty)?), *key))
        });
        let (asset, library) = match behind {
            Some((interface, key)) => behind_interface(known, &interface, key)?,
            None => {
                let (asset, entry) = known.rules.bare("go", path, "binary")?;
                (asset, entry.library)
            }
        };
        Some(Self {
            package: name.package.clone().into_owned(),
            is_method: name.receiver.is_some(),
            library: known.rules.libraries.get(library)?.id.as_str(),
            path: path.to_owned(),
            asset,
            name: at,
            users: BTreeMap::new(),
            through: BTreeSet::new(),
            within: false,
        })
    }

    /// A function that has it called or inlined, and where that is.
    fn used_by(&mut self, user: &str, at: Range<u64>) {
        let Some(name) = Name::of(user) else {
            return;
        };
        if name.package == self.package {
            self.within = true
        } else if name.is_of_go() || library(&name.package) == library(&self.package) {
            if self.through.len() < MAX_KEPT {
                self.through.insert(name.package.into_owned());
            }
        } else if self.users.len() < MAX_USERS && !self.users.contains_key(user) {
            self.users.insert(user.to_owned(), at);
        }
    }

    fn tell(self, table: &Table<'_>, calls_are_seen: bool, carried: bool, seen: &mut Seen<'_>) {
        let symbol = table.name_at(self.name).unwrap_or_default();
        let sighting = |technique, confidence, at, text, function| Sighting {
            asset: self.asset.clone(),
            technique,
            confidence,
            at,
            library: self.library.to_owned(),
            entry: format!("{}#{}", self.library, self.path),
            symbol: symbol.to_owned(),
            text,
            function,
        };
        for (user, at) in &self.users {
            let text = format!("{user} calls {symbol}");
            seen.add(sighting(
                Technique::FunctionNames,
                Confidence::High,
                at.clone(),
                text,
                Some(user.clone()),
            ));
        }
        if !self.users.is_empty() || !is_of_interest(&self.asset, seen.known) {
            return;
        }
        // What only its own package uses is there for something else of that package, which is told.
        if self.within && self.through.is_empty() {
            return;
        }
        // Where no calls can be read and nothing is there that would have brought it along, somebody calls it.
        let by_itself = !calls_are_seen && !carried && !self.is_method;
        let (technique, confidence) = if by_itself {
            (Technique::FunctionNames, Confidence::High)
        } else {
            (Technique::LinkedFunctions, Confidence::Medium)
        };
        let through: Vec<&str> = self
            .through
            .iter()
            .map(String::as_str)
            .take(MAX_NAMED)
            .collect();
        let text = if through.is_empty() {
            format!("{symbol} is linked")
        } else {
            format!("{symbol} is linked with {}", through.join(", "))
        };
        let at = self.name as u64..(self.name + symbol.len()) as u64;
        seen.add(sighting(technique, confidence, at, text, None));
    }
}

/// What a method of an interface says where the type behind it says which key it is.
fn behind_interface(known: &Knowledge, path: &str, key: &str) -> Option<(Asset, usize)> {
    let entry = known.rules.named(path).next()?;
    let EntryKind::Asset(kind) = entry.kind else {
        return None;
    };
    let mut asset = Asset::new(kind);
    asset.operations = entry.operations.iter().copied().collect();
    asset.facets = entry.is.clone();
    asset
        .facets
        .insert(Facet::Algorithm, Value::name(key, Origin::Literal));
    if key == "EC" {
        let why = Why::new("binary", path);
        asset.facets.insert(Facet::Curve, Value::unknown(why));
    }
    Some((asset, entry.library))
}

/// Whether it is worth telling where nothing but the standard library uses it: public-key cryptography and protocols. A name that is only
/// mentioned there is not.
fn is_of_interest(asset: &Asset, known: &Knowledge) -> bool {
    match asset.kind {
        AssetKind::Mention => false,
        AssetKind::Protocol | AssetKind::Certificate => true,
        _ => {
            let quantum = asset
                .algorithm()
                .and_then(|name| Some(known.catalog.algorithm(name)?.quantum));
            matches!(
                quantum,
                Some(Quantum::Shor | Quantum::PostQuantum | Quantum::Hybrid)
            ) || [Facet::Curve, Facet::Group]
                .iter()
                .any(|facet| asset.facets.contains_key(facet))
        }
    }
}

/// What of an import path says whose it is: the first element of the standard library, and three of others, as most hosts of source code
/// have them.
fn library(package: &str) -> &str {
    let depth = if package
        .split('/')
        .next()
        .is_some_and(|first| first.contains('.'))
    {
        3
    } else {
        1
    };
    let end = package.match_indices('/').nth(depth - 1).map(|(at, _)| at);
    package
        .get(..end.unwrap_or(package.len()))
        .unwrap_or(package)
}

/// How the code of a table is read.
struct Reading<'t, 'b> {
    table: &'t Table<'b>,
    trees: Option<Trees>,
    /// Inlined calls and pieces of code that may still be looked at: a program has fewer of them than bytes.
    left: usize,
}

impl Reading<'_, '_> {
    /// What was inlined, and into what.
    fn inlined(
        &mut self,
        place: Option<Place>,
        by_name: &HashMap<usize, usize>,
        apis: &mut [Api<'_>],
    ) {
        let Some(trees) = self.trees else {
            return;
        };
        let length = self.table.bytes().len() as u64;
        for function in &self.table.functions {
            let Some(tree) = trees.of(self.table, function, &mut self.left) else {
                continue;
            };
            for (index, call) in tree.calls.iter().enumerate() {
                let Some(api) = by_name.get(&call.name).and_then(|api| apis.get_mut(*api)) else {
                    continue;
                };
                let Some(user) = name_in(self.table, &tree, call.into, function.name) else {
                    continue;
                };
                // Its code, if that lies anywhere by itself; else what the tree says of it.
                let code = tree.range(index).zip(place).and_then(|(range, place)| {
                    let entry = |distance| place.offset(function.entry.checked_add(distance)?);
                    Some(entry(range.start)?..entry(range.end)?)
                });
                let said = call.said.start as u64..call.said.end as u64;
                api.used_by(user, code.filter(|code| code.end <= length).unwrap_or(said));
                let Some(left) = self.left.checked_sub(tree.cost()) else {
                    return;
                };
                self.left = left
            }
        }
    }

    /// What is called, and by what.
    fn called(&mut self, place: Place, by_name: &HashMap<usize, usize>, apis: &mut [Api<'_>]) {
        let (table, trees) = (self.table, self.trees);
        let functions = &table.functions;
        let wanted: Vec<bool> = functions
            .iter()
            .map(|f| by_name.contains_key(&f.name))
            .collect();
        // Calls come in the order of the code, so that those of one function follow each other.
        let mut last: Option<(usize, Option<Tree>)> = None;
        let mut calls = 0;
        place.each_call(table, &wanted, |at, caller, callee| {
            calls += 1;
            let (Some(function), Some(callee)) = (functions.get(caller), functions.get(callee))
            else {
                return;
            };
            let api = by_name.get(&callee.name).and_then(|api| apis.get_mut(*api));
            let Some(api) = api.filter(|_| calls <= MAX_CALLS) else {
                return;
            };
            if last
                .as_ref()
                .is_none_or(|(function, _)| *function != caller)
            {
                let tree = trees.and_then(|trees| trees.of(table, function, &mut self.left));
                last = Some((caller, tree))
            }
            // What is called from code that was inlined is called by what was inlined.
            let tree = last.as_ref().and_then(|(_, tree)| tree.as_ref());
            let distance = place.distance(at as i64);
            let distance = distance.and_then(|d| d.checked_sub(function.entry));
            let inside = tree
                .zip(distance)
                .and_then(|(tree, d)| name_in(table, tree, Some(tree.at(d)?), function.name));
            if let Some(user) = inside.or_else(|| table.name_at(function.name)) {
                api.used_by(user, at..at + u64::from(place.code.width()))
            }
        })
    }
}

/// The name of an inlined call, or of the function itself.
fn name_in<'b>(
    table: &Table<'b>,
    tree: &Tree,
    call: Option<usize>,
    function: usize,
) -> Option<&'b str> {
    let name = match call {
        Some(index) => tree.calls.get(index)?.name,
        None => function,
    };
    table.name_at(name)
}
