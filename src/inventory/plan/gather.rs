//! Every judgement at every place goes to the change that mends it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::change::{Aside, Change, Code, Decider, Task, What};
use super::component::Part;
use super::objects::{Objects, first, part_of};
use super::{Given, List};
use crate::inventory::assess::aside;
use crate::inventory::planning::Years;
use crate::inventory::{Band, Class, Due, InventoryAsset, Judgement, Need, Occurrence};
use crate::model::migration::{Purpose, Track};
use crate::model::{AssetKind, Context, Facet, FindingClass, Location, Operation, Why};

/// Private keys in plain sight in one part of the project that are an item each; more are one item.
const MAX_PRIVATE_KEYS: usize = 10;
/// Words that are kept of an item.
const MAX_WORDS: usize = 16;
/// Folder of rules for files of settings.
const SETTINGS: &str = "config/";

/// What one change mends.
pub(super) struct Group<'a> {
    pub(super) band: Band,
    pub(super) classes: BTreeSet<FindingClass>,
    /// Ids, in any order and maybe several times.
    pub(super) assets: Vec<Arc<str>>,
    /// The last judgement that was added.
    last: Option<&'a Judgement>,
    /// In any order and maybe several times.
    pub(super) places: Vec<Location>,
    pub(super) effort: Option<Years>,
    pub(super) slack: Option<Years>,
    pub(super) deadline: Option<Due>,
    pub(super) needs: BTreeMap<&'static str, Need>,
    /// What takes its place, and for how many assets.
    replacements: BTreeMap<&'a [String], usize>,
    /// What has to be known of that.
    pub(super) notes: BTreeSet<&'a str>,
    /// Names of algorithms and protocols.
    pub(super) algorithms: BTreeSet<&'a str>,
    /// The functions of its places; only while they are few.
    pub(super) functions: BTreeSet<(&'a str, Option<&'a str>)>,
    /// The first of its assets that says most of it, for the title.
    pub(super) sample: Option<&'a InventoryAsset>,
    /// How many certificates there are.
    pub(super) certificates: usize,
    pub(super) purposes: BTreeSet<Purpose>,
    /// The libraries that its places use.
    pub(super) libraries: BTreeSet<&'a str>,
    /// What its places do.
    pub(super) operations: BTreeSet<Operation>,
    /// Further words for the title.
    pub(super) words: BTreeSet<String>,
}

impl<'a> Group<'a> {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            band: Band::P4,
            classes: BTreeSet::new(),
            assets: Vec::new(),
            last: None,
            places: Vec::new(),
            effort: None,
            slack: None,
            deadline: None,
            needs: BTreeMap::new(),
            replacements: BTreeMap::new(),
            notes: BTreeSet::new(),
            algorithms: BTreeSet::new(),
            functions: BTreeSet::new(),
            sample: None,
            certificates: 0,
            purposes: BTreeSet::new(),
            libraries: BTreeSet::new(),
            operations: BTreeSet::new(),
            words: BTreeSet::new(),
        }
    }

    /// What takes its place, the preferred first.
    pub(super) fn targets(&self) -> Vec<String> {
        let mut numbers: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        // The preferred of each asset before what else would do.
        for (replacement, number) in &self.replacements {
            for (rank, name) in replacement.iter().enumerate() {
                let (least, total) = numbers.entry(name).or_insert((rank, 0));
                *least = rank.min(*least);
                *total += number
            }
        }
        let mut targets: Vec<(&str, (usize, usize))> = numbers.into_iter().collect();
        targets.sort_by_key(|(name, (rank, number))| (*rank, Reverse(*number), *name));
        targets
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    /// Adds an asset that is judged so; at most as urgent as `cap`.
    fn judge(&mut self, asset: &'a InventoryAsset, judged: &'a Judgement, cap: Band) {
        let is_new = self.assets.last() != Some(&asset.id);
        if is_new {
            self.assets.push(asset.id.clone());
            self.certificates += usize::from(asset.asset.kind == AssetKind::Certificate);
            let weight = |a: &InventoryAsset| a.asset.kind != AssetKind::Certificate;
            let is_better =
                |known: &InventoryAsset| (weight(asset), &asset.id) < (weight(known), &known.id);
            if self.sample.is_none_or(is_better) {
                self.sample = Some(asset)
            }
            for facet in [Facet::Algorithm, Facet::Protocol] {
                let values = asset.asset.facets.get(&facet).into_iter();
                let names = values.flat_map(|value| value.scalars.keys());
                self.algorithms
                    .extend(names.filter_map(|scalar| match scalar {
                        crate::model::Scalar::Name(name) => Some(name.as_str()),
                        _ => None,
                    }))
            }
        }
        // Few are enough for a title.
        if is_new && judged.class == Class::Unresolved && self.words.len() <= MAX_WORDS {
            let whys = asset
                .unresolved()
                .filter_map(|(_, value)| value.why.as_ref());
            let unknown = whys.filter(|why| matches!(why.kind, "oid" | "unrecognised"));
            self.words.extend(unknown.map(|why| why.detail.clone()))
        }
        if !judged.replacement.is_empty() {
            *self.replacements.entry(&judged.replacement).or_default() += 1
        }
        // Many assets share one judgement.
        if self
            .last
            .replace(judged)
            .is_some_and(|last| std::ptr::eq(last, judged))
        {
            return;
        }
        self.band = self.band.min(judged.band.max(cap));
        self.classes.insert(judged.finding_class);
        self.notes.extend(judged.note.as_deref());
        let Some(score) = judged.score.as_deref() else {
            return;
        };
        self.purposes.insert(score.purpose.value);
        self.effort = self.effort.max(Some(score.effort.value));
        self.slack = Some(
            self.slack
                .map_or(score.slack, |slack| slack.min(score.slack)),
        );
        if let Some(due) = &score.deadline {
            // The policy too, so that the order of assets does not count.
            let order = |due: &Due| (due.last_day, due.policy.clone());
            if self
                .deadline
                .as_ref()
                .is_none_or(|known| order(due) < order(known))
            {
                self.deadline = Some(due.clone())
            }
        }
        for need in &score.needs_context {
            self.need(need)
        }
    }

    fn need(&mut self, need: &Need) {
        let known = self.needs.entry(need.what).or_insert_with(|| need.clone());
        if (Reverse(need.least.0), &need.least.1) < (Reverse(known.least.0), &known.least.1) {
            known.least = need.least.clone()
        }
        if need.most < known.most {
            known.most = need.most.clone()
        }
    }

    fn place(&mut self, occurrence: &'a Occurrence) {
        // Two tell that it is not one.
        if self.functions.len() < 2 {
            let path = &*occurrence.location.path;
            self.functions
                .insert((path, occurrence.function.as_deref()));
        }
        self.libraries.insert(&occurrence.library);
        self.operations.extend(&occurrence.asset.operations);
        self.places.push(occurrence.location.clone())
    }
}

/// The items to be, by their changes.
pub(super) type Groups<'a> = BTreeMap<Change, Group<'a>>;

/// Everything that somebody has to do something about.
pub(super) fn groups<'a>(given: Given<'a>, objects: &Objects<'a>) -> Groups<'a> {
    let mut gathering = Gathering {
        given,
        objects,
        exposed: exposed(given),
        owners: HashMap::new(),
        groups: BTreeMap::new(),
    };
    for (asset, judged) in judgements(given) {
        if let Some(list) = list(judged) {
            gathering.add(asset, judged, list)
        }
    }
    gathering.groups
}

/// Every judgement of what was seen by itself.
fn judgements(given: Given<'_>) -> impl Iterator<Item = (&InventoryAsset, &Judgement)> {
    let assets = given.inventory.assets.iter().zip(given.assessment);
    assets
        .filter(|(asset, _)| asset.implied_by.is_empty())
        .flat_map(|(asset, assessment)| {
            let judgements = assessment.judgements().iter();
            judgements.map(move |judged| (asset, judged))
        })
}

/// The list that a judgement is on; none where there is nothing to do.
fn list(judged: &Judgement) -> Option<List> {
    let track = judged.score.as_deref().map(|score| score.track);
    match judged.class {
        Class::KeyEstablishment => Some(List::Confidentiality),
        Class::Signature => Some(List::Authenticity),
        Class::QuantumBroken if track == Some(Track::Confidentiality) => {
            Some(List::Confidentiality)
        }
        Class::QuantumBroken => Some(List::Authenticity),
        Class::Weak => Some(List::Weak),
        Class::Unresolved => Some(List::Unresolved),
        Class::Provided | Class::PostQuantum | Class::Fine | Class::NotAllowed => None,
    }
}

/// How many private keys lie in plain sight in each part.
fn exposed(given: Given<'_>) -> BTreeMap<Part, usize> {
    let mut exposed = BTreeMap::new();
    for (asset, judged) in judgements(given) {
        if judged.finding_class == FindingClass::PrivateKeyInRepository
            && let Some(place) = first(asset).filter(|place| !aside(place.context))
        {
            *exposed.entry(part_of(place)).or_default() += 1
        }
    }
    exposed
}

struct Gathering<'a, 'o> {
    given: Given<'a>,
    objects: &'o Objects<'a>,
    exposed: BTreeMap<Part, usize>,
    /// Who owns a path: patterns are costly.
    owners: HashMap<&'a str, &'a [String]>,
    groups: Groups<'a>,
}

impl<'a> Gathering<'a, '_> {
    fn add(&mut self, asset: &'a InventoryAsset, judged: &'a Judgement, list: List) {
        if asset.asset.object.is_none() {
            for occurrence in &asset.occurrences {
                let change = self.at(asset, judged, list, occurrence);
                let group = self.put(change, asset, judged);
                group.place(occurrence);
            }
            return;
        }
        // An object is one thing wherever it lies.
        let change = self.of_object(asset, judged, list);
        let group = self.put(change, asset, judged);
        asset.occurrences.iter().for_each(|o| group.place(o))
    }

    fn put(
        &mut self,
        change: Change,
        asset: &'a InventoryAsset,
        judged: &'a Judgement,
    ) -> &mut Group<'a> {
        // A private key is grave in a test too: whether it is used elsewhere was not seen.
        let cap = match &change.what {
            What::Aside(Aside::Samples | Aside::Copies) => Band::P3,
            _ => Band::P0,
        };
        let group = self.groups.entry(change).or_insert_with(Group::new);
        group.judge(asset, judged, cap);
        group
    }

    fn of_object(&self, asset: &'a InventoryAsset, judged: &Judgement, list: List) -> Change {
        let is_exposed = judged.finding_class == FindingClass::PrivateKeyInRepository;
        let what = match first(asset) {
            Some(place) if aside(place.context) && is_exposed => What::Aside(Aside::PrivateKeys),
            Some(place) if aside(place.context) => What::Aside(beside(place.context)),
            Some(place) if is_exposed => {
                let part = part_of(place);
                match self.exposed.get(&part) {
                    Some(number) if *number > MAX_PRIVATE_KEYS => What::PrivateKeys(part),
                    _ => What::PrivateKey(asset.id.clone()),
                }
            }
            _ => self.objects.what(asset, judged),
        };
        change(list, judged, what)
    }

    fn at(
        &mut self,
        asset: &InventoryAsset,
        judged: &Judgement,
        list: List,
        occurrence: &'a Occurrence,
    ) -> Change {
        let what = match part_of(occurrence) {
            _ if aside(occurrence.context) => What::Aside(beside(occurrence.context)),
            Part::Package(_) | Part::System(_) if list == List::Unresolved => {
                What::Question(Decider::Makers)
            }
            _ if list == List::Unresolved => {
                let code = self.code(occurrence, Task::Unseen);
                What::Question(self.decider(asset, judged, code))
            }
            _ if occurrence.library.starts_with(SETTINGS) => {
                What::Configuration(occurrence.location.path.clone())
            }
            part @ (Part::Package(_) | Part::System(_)) => What::Dependency(part),
            Part::Folder(_) | Part::Archive(_) => match elsewhere(occurrence) {
                Some(place) => What::Definition(place.path.clone(), place.line),
                None => {
                    let code = self.code(occurrence, task(judged, occurrence));
                    // Most of them protect nothing: one look at all of them tells which do.
                    let is_slight = code.task == Task::Named
                        || matches!(
                            judged.finding_class,
                            FindingClass::WeakHash | FindingClass::WeakMac
                        );
                    What::Code(Box::new(if is_slight { whole(code) } else { code }))
                }
            },
        };
        change(list, judged, what)
    }

    fn code(&mut self, occurrence: &'a Occurrence, task: Task) -> Code {
        let path = &*occurrence.location.path;
        let planning = self.given.planning;
        let owners = self
            .owners
            .entry(path)
            .or_insert_with(|| planning.owners(path));
        Code {
            owners: owners.to_vec(),
            part: part_of(occurrence),
            library: occurrence.library.clone(),
            task,
        }
    }

    /// What decides about something that is not resolved.
    fn decider(&self, asset: &InventoryAsset, judged: &Judgement, code: Code) -> Decider {
        let whys: Vec<&Why> = asset
            .unresolved()
            .filter_map(|(_, v)| v.why.as_ref())
            .collect();
        let named = |kind| {
            let mut whys = whys
                .iter()
                .filter(|why| why.kind == kind && !why.detail.is_empty());
            whys.next().map(|why| why.detail.clone())
        };
        if let Some(variable) = named("env") {
            return Decider::Environment(variable);
        }
        if let Some(setting) = named("config") {
            return Decider::Setting(setting);
        }
        let lead = asset.asset.facets.get(&Facet::Algorithm);
        if judged.finding_class == FindingClass::UnresolvedProtocol
            || (asset.asset.kind == AssetKind::Mention && lead.is_none())
        {
            let library = self.given.libraries.get(&*code.library);
            let package = library.and_then(|library| library.package.clone());
            return Decider::Default(package.unwrap_or_else(|| code.library.to_string()));
        }
        match lead.map(|value| value.why.as_ref().map_or("", |why| why.kind)) {
            None | Some("unseen") => Decider::Data(code.library),
            Some("oid" | "unrecognised") => Decider::Catalogue,
            Some("binary") => Decider::MachineCode(code.part),
            // What signs or agrees is looked into part by part, the rest at once.
            Some(_) if judged.band >= Band::P3 => Decider::Callers(Box::new(whole(code))),
            Some(_) => Decider::Callers(Box::new(code)),
        }
    }
}

/// On the list of what is weak already each kind of weakness is mended by itself, but for what others mend or what only follows. To offer
/// a hybrid, and to take away what it falls back to, are two changes.
fn change(list: List, judged: &Judgement, what: What) -> Change {
    let follows = matches!(
        what,
        What::Aside(_) | What::Dependency(_) | What::PrivateKey(_) | What::PrivateKeys(_)
    );
    let is_fallback = judged.finding_class == FindingClass::ClassicalFallback;
    let by_class = (list == List::Weak || is_fallback) && !follows;
    let class = by_class.then_some(judged.finding_class);
    Change { list, class, what }
}

/// Code of the same kind in the whole project.
fn whole(code: Code) -> Code {
    Code {
        part: Part::Folder(String::new()),
        ..code
    }
}

fn beside(context: Context) -> Aside {
    match context {
        Context::Vendored => Aside::Copies,
        _ => Aside::Samples,
    }
}

/// Where the value is written, if that is in another file.
fn elsewhere(occurrence: &Occurrence) -> Option<&Location> {
    let others = occurrence
        .evidence
        .iter()
        .map(|evidence| &evidence.location);
    others
        .filter(|place| place.path != occurrence.location.path)
        .min()
}

/// What is done to code. By what the place itself does: others may do more with the same asset.
fn task(judged: &Judgement, occurrence: &Occurrence) -> Task {
    let Some(score) = judged.score.as_deref() else {
        return Task::Weak;
    };
    let purpose = score.purpose.value;
    let does = |operation| occurrence.asset.operations.contains(&operation);
    match judged.class {
        _ if occurrence.asset.kind == AssetKind::Mention => Task::Named,
        Class::KeyEstablishment => Task::Secret(purpose),
        Class::QuantumBroken => Task::Unseen,
        _ if does(Operation::Verify) && !does(Operation::Sign) => Task::Verify(purpose),
        _ => Task::Sign(purpose),
    }
}
