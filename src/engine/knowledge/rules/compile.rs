//! Rule files get their meaning: alternatives are expanded, words are looked up in the catalogue and the spellings.
//!
//! Everything that is wrong becomes a [`Problem`] with its line; what is right still works.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use toml::Spanned;

use super::entry::{ArgRule, Entry, EntryKind, Library, Outside, Role, Symbol};
use super::file::{ArgText, EntryText, OneOrMany, RuleFile};
use super::signature::{Form, Signature};
use super::{Problem, RuleText, Rules};
use crate::knowledge::catalog::Catalog;
use crate::knowledge::spelling::{Reading, spelling};
use crate::model::{AssetKind, Facet, Facets, Operation, Origin, Scalar, Value};

/// What texts of rule files say, each looked up once: most stand in many entries, or in one with many alternatives.
pub(super) struct Readings<'c> {
    catalog: &'c Catalog,
    known: HashMap<Facet, HashMap<String, Option<Reading>>>,
}

impl<'c> Readings<'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Self {
        Self {
            catalog,
            known: HashMap::new(),
        }
    }

    /// `None` where the catalogue knows nothing of the text.
    fn reading(&mut self, facet: Facet, text: &str) -> Option<&Reading> {
        let known = self.known.entry(facet).or_default();
        if !known.contains_key(text) {
            known.insert(text.to_owned(), self.catalog.reading(facet, text));
        }
        known.get(text)?.as_ref()
    }
}

/// Adds a file's library, entries and symbols to the rules.
pub(super) fn compile(
    text: &RuleText,
    file: &RuleFile,
    readings: &mut Readings<'_>,
    rules: &mut Rules,
    problems: &mut Vec<Problem>,
) {
    let library = rules.libraries.len();
    rules.libraries.push(Library {
        id: format!("{}/{}", file.language, file.library),
        language: file.language.clone(),
        title: file.title.clone(),
        speaks: file.speaks,
        package: file.package.clone(),
        docs: file.docs.clone(),
        anchors: file.anchors.clone(),
    });
    rules.same_as.extend(
        file.same_as
            .iter()
            .map(|(from, to)| (from.replace("::", "."), to.replace("::", "."))),
    );
    let mut compiler = Compiler {
        text,
        readings,
        library,
        problems,
        at: 0,
    };
    for (prefix, names) in &file.symbols {
        for (name, facts) in names {
            compiler.at = facts.span().start;
            let symbol = compiler.symbol(facts.get_ref());
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{}.{name}", prefix.replace("::", "."))
            };
            rules.symbols.entry(path).or_default().push(symbol);
        }
    }
    let tables = [(&file.value, 'v'), (&file.asset, 'a'), (&file.refine, 'r')];
    let mut entries: Vec<(&Spanned<EntryText>, char)> = tables
        .into_iter()
        .flat_map(|(list, kind)| list.iter().map(move |e| (e, kind)))
        .collect();
    entries.sort_by_key(|(entry, _)| entry.span().start);
    for (entry, kind) in entries {
        compiler.at = entry.span().start;
        for compiled in compiler.entry(entry.get_ref(), kind) {
            rules.add(compiled)
        }
    }
}

struct Compiler<'c, 'k> {
    text: &'c RuleText,
    readings: &'c mut Readings<'k>,
    library: usize,
    problems: &'c mut Vec<Problem>,
    at: usize,
}

impl Compiler<'_, '_> {
    fn problem(&mut self, message: impl Into<String>) {
        self.problems.push(Problem::at(self.text, self.at, message));
    }

    fn symbol(&mut self, facts: &BTreeMap<String, toml::Value>) -> Symbol {
        let mut is = facts.clone();
        let operations = match is.remove("operation") {
            Some(toml::Value::String(one)) => self.operations(&[one]),
            Some(toml::Value::Array(many)) => {
                let names: Vec<String> = many
                    .iter()
                    .filter_map(|v| v.as_str().map(str::to_owned))
                    .collect();
                self.operations(&names)
            }
            _ => Vec::new(),
        };
        let returns = is
            .remove("returns")
            .and_then(|v| v.as_str().map(str::to_owned));
        let reading = self.facets(&is, &[], Origin::Literal);
        let mut operations = operations;
        operations.extend(reading.operations);
        Symbol {
            library: self.library,
            at: self.at,
            is: reading.facets,
            operations,
            returns,
        }
    }

    fn operations(&mut self, names: &[String]) -> Vec<Operation> {
        let mut operations = Vec::new();
        for name in names {
            match Operation::from_name(&name.to_ascii_lowercase()) {
                Some(operation) => operations.push(operation),
                None => self.problem(format!("unknown operation `{name}`")),
            }
        }
        operations
    }

    /// Facets as written, `{1}` replaced by what the signature chose.
    fn facets(
        &mut self,
        written: &BTreeMap<String, toml::Value>,
        chosen: &[String],
        origin: Origin,
    ) -> Reading {
        let mut reading = Reading::default();
        for (name, value) in written {
            let Some(facet) = Facet::from_name(name) else {
                self.problem(format!("unknown facet `{name}`"));
                continue;
            };
            let texts: Vec<String> = match value {
                toml::Value::Array(list) => list
                    .iter()
                    .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                    .collect(),
                toml::Value::String(text) => vec![text.clone()],
                other => vec![other.to_string()],
            };
            let texts: Vec<String> = texts.iter().map(|t| substitute(t, chosen)).collect();
            if facet.is_list() {
                let names = texts
                    .iter()
                    .map(|t| {
                        let catalog = self.readings.catalog;
                        catalog.canonical(facet, t).unwrap_or_else(|| t.clone())
                    })
                    .collect();
                reading
                    .facets
                    .insert(facet, Value::known(Scalar::List(names), origin));
                continue;
            }
            for text in texts {
                self.facet(facet, &text, origin, &mut reading)
            }
        }
        reading
    }

    /// One facet's text; several texts of one facet are alternatives.
    fn facet(&mut self, facet: Facet, text: &str, origin: Origin, reading: &mut Reading) {
        if facet.is_number() {
            match text.parse() {
                Ok(number) => add(&mut reading.facets, facet, Value::number(number, origin)),
                Err(_) => self.problem(format!("`{text}` is no number, as {} needs", facet.name())),
            }
            return;
        }
        match self.readings.reading(facet, text) {
            Some(read) => {
                reading.operations.extend(&read.operations);
                for (f, value) in &read.facets {
                    add(&mut reading.facets, *f, value.clone().from_origin(origin))
                }
            }
            None => {
                self.problem(format!("the catalogue knows no {} `{text}`", facet.name()));
                add(&mut reading.facets, facet, Value::name(text, origin));
            }
        }
    }

    fn entry(&mut self, entry: &EntryText, kind: char) -> Vec<Entry> {
        let kind = match kind {
            'v' => EntryKind::Value,
            'r' => EntryKind::Refine(entry.asset.as_deref().and_then(AssetKind::from_name)),
            _ => match entry.asset.as_deref().and_then(AssetKind::from_name) {
                Some(kind) if kind.is_in_code() => EntryKind::Asset(kind),
                _ => {
                    self.problem("`asset` must be algorithm, key, certificate or protocol");
                    return Vec::new();
                }
            },
        };
        if entry.asset.is_some() && matches!(kind, EntryKind::Value | EntryKind::Refine(None)) {
            self.problem("`asset` belongs to [[asset]] and [[refine]]")
        }
        if entry.of.is_some() != matches!(kind, EntryKind::Refine(_)) {
            self.problem("`of` belongs to [[refine]], and each has one")
        }
        if entry.names.is_some() && !matches!(kind, EntryKind::Refine(_)) {
            self.problem("`names` belongs to [[refine]]")
        }
        let from = match entry.from.as_deref() {
            None => None,
            Some("env") => Some(Outside::Env),
            Some("config") => Some(Outside::Config),
            Some(other) => {
                self.problem(format!("`from` is env or config, not `{other}`"));
                None
            }
        };
        let mut is = entry.is.clone();
        if let Some(algorithm) = &entry.algorithm {
            let algorithm = toml::Value::String(algorithm.clone());
            is.insert("algorithm".to_owned(), algorithm);
        }
        let common = Common {
            kind,
            from,
            is: self.common(is, Origin::Literal),
            defaults: self.common(entry.defaults.clone(), Origin::Default),
            args: entry
                .args
                .iter()
                .filter_map(|(path, arg)| self.arg(path, arg))
                .collect(),
            note: entry.note.as_deref().map(Arc::from),
        };
        let mut entries = Vec::new();
        for api in entry.api.as_slice() {
            let signatures = match Signature::parse(api) {
                Ok(signatures) => signatures,
                Err(message) => {
                    self.problem(message);
                    continue;
                }
            };
            for signature in signatures {
                entries.push(self.one(entry, &common, signature));
            }
        }
        entries
    }

    /// Facets as written; what they say already, where that is the same for all alternatives.
    fn common(&mut self, written: BTreeMap<String, toml::Value>, origin: Origin) -> Written {
        let is_chosen = |value: &toml::Value| match value {
            toml::Value::String(text) => text.contains('{'),
            toml::Value::Array(list) => list
                .iter()
                .any(|value| value.as_str().is_some_and(|text| text.contains('{'))),
            _ => false,
        };
        if written.values().any(is_chosen) {
            Written::Chosen(written, origin)
        } else {
            Written::Common(self.facets(&written, &[], origin))
        }
    }

    /// What they say where this was chosen.
    fn where_chosen(&mut self, written: &Written, chosen: &[String]) -> Reading {
        match written {
            Written::Common(reading) => reading.clone(),
            Written::Chosen(written, origin) => self.facets(written, chosen, *origin),
        }
    }

    fn one(&mut self, entry: &EntryText, common: &Common, signature: Signature) -> Entry {
        let chosen = &signature.chosen;
        let is = self.where_chosen(&common.is, chosen);
        let names: Vec<String> = entry
            .operation
            .as_ref()
            .map(OneOrMany::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|o| substitute(o, chosen))
            .collect();
        let mut operations = self.operations(&names);
        operations.extend(is.operations);
        let defaults = self.where_chosen(&common.defaults, chosen).facets;
        let mut names = Reading::default();
        if let Some(algorithm) = &entry.names {
            let algorithm = substitute(algorithm, chosen);
            self.facet(Facet::Algorithm, &algorithm, Origin::Literal, &mut names)
        }
        let is_named = |param: &str| {
            param == "self" || signature.params.iter().any(|named| named.name == param)
        };
        for path in entry.args.keys() {
            let param = path.split('.').next().unwrap_or_default();
            let known = is_named(param)
                || signature.types.iter().any(|ty| ty == param)
                || (signature.rest && signature.form == Form::Call);
            if !known {
                self.problem(format!("`{param}` is no parameter of `{}`", signature.path))
            }
        }
        for param in [&entry.into, &entry.else_refine, &entry.of]
            .into_iter()
            .flatten()
        {
            if !is_named(param) {
                self.problem(format!("`{param}` is no parameter of `{}`", signature.path));
            }
        }
        let returns = entry
            .returns
            .as_ref()
            .map(|r| substitute(&r.replace("::", "."), chosen));
        Entry {
            library: self.library,
            at: self.at,
            kind: common.kind,
            path: signature.path,
            form: signature.form,
            types: signature.types,
            params: signature.params,
            rest: signature.rest,
            is: is.facets,
            operations,
            args: common.args.clone(),
            defaults,
            returns,
            of: entry.of.clone(),
            names: names.facets,
            into: entry.into.clone(),
            else_refine: entry.else_refine.clone(),
            from: common.from,
            note: common.note.clone(),
        }
    }

    fn arg(&mut self, path: &str, arg: &ArgText) -> Option<ArgRule> {
        let mut parts = path.split('.').map(str::to_owned);
        let param = parts.next().unwrap_or_default();
        let (names, spelled, unit) = match arg {
            ArgText::Role(role) => (role, None, None),
            ArgText::Full(full) => (&full.role, full.spelling.as_deref(), full.unit.as_deref()),
        };
        let mut roles = Vec::new();
        for name in names.as_slice() {
            match Role::from_name(name) {
                Some(role) => roles.push(role),
                None => self.problem(format!("unknown role `{name}`")),
            }
        }
        let Some(spelling) = spelling(spelled.unwrap_or("name")) else {
            self.problem(format!("unknown spelling `{}`", spelled.unwrap_or("name")));
            return None;
        };
        let bytes = match unit {
            None | Some("bits") => false,
            Some("bytes") => true,
            Some(other) => {
                self.problem(format!("`unit` is bits or bytes, not `{other}`"));
                false
            }
        };
        Some(ArgRule {
            param,
            fields: parts.collect(),
            roles,
            spelling,
            bytes,
        })
    }
}

/// What all alternatives of an entry have in common.
struct Common {
    kind: EntryKind,
    from: Option<Outside>,
    is: Written,
    defaults: Written,
    args: Arc<[ArgRule]>,
    note: Option<Arc<str>>,
}

/// Facets of an entry.
enum Written {
    /// The same for all alternatives.
    Common(Reading),
    /// With `{1}` in it.
    Chosen(BTreeMap<String, toml::Value>, Origin),
}

fn add(facets: &mut Facets, facet: Facet, value: Value) {
    match facets.get_mut(&facet) {
        Some(present) => present.union(value),
        None => {
            facets.insert(facet, value);
        }
    }
}

fn substitute(text: &str, chosen: &[String]) -> String {
    let mut out = text.to_owned();
    if !out.contains('{') {
        return out;
    }
    for (i, choice) in chosen.iter().enumerate() {
        out = out.replace(&format!("{{{}}}", i + 1), choice)
    }
    out
}
