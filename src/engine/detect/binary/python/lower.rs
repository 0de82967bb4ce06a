//! How the code objects of a module become facts: each is gone through block by block with a stack of expressions in place of values.
//!
//! What blocks that meet have put into one place of the stack is one of these; a name's value is what the assignments before say, as in the
//! source, where a scope is a block and stands in the scope of the block that has always run before it.

use std::collections::{HashMap, HashSet};

use super::flow::{Edge, Flow, flow};
use super::machine::MAX_TOGETHER;
use super::marshal::{Id, Object, Objects};
use super::names::{Frame, Place, mark_constants};
use super::opcodes::{Does, If, table};
use crate::detect::facts::{ExprId, ExprKind, Facts, Key, Scope, ScopeId, ScopeKind};

/// Code in code: functions in functions in classes.
const MAX_DEPTH: usize = 20;
/// Elements of constants that are tuples, in all.
const MAX_ELEMENTS: usize = 200_000;
/// Values of one place on the stack where blocks meet.
const MAX_MEETING: usize = 16;
/// Bytes of a text that are kept: a name of an algorithm or a list of them is short.
const MAX_TEXT: usize = 8192;
/// Places of stacks that are kept while code is gone through.
const MAX_KEPT: usize = 2_000_000;
/// Steps that the ways through all code may take: of the largest real modules some hundred thousand.
const MAX_STEPS: usize = 20_000_000;
/// Bytes of names and texts, elements of lists and instructions of one module, in sum: code objects of a hostile one share theirs.
const MAX_WORK: usize = 32_000_000;
/// Elements of one tuple of constants that are kept.
const MAX_LIST: usize = 2000;
/// Scopes in scopes: every look-up of a name goes through them. Of code with more blocks no order is told.
const MAX_NESTED: usize = 600;

/// A place on the stack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slot {
    Expr(ExprId),
    /// Nothing is known of it.
    Unknown,
    /// What calls leave free.
    Null,
    Const(Id),
    BuildClass,
    /// A function that is not defined yet, by index.
    Function(usize),
    /// What an import gave, by index.
    Module(usize),
    /// A list, tuple or set that is being built, by index.
    List(usize),
    /// A dictionary that is being built, by index.
    Map(usize),
    Slice,
    /// What `isinstance` said, by index.
    Test(usize),
    /// The method of a context that gives the thing itself.
    Enter(ExprId),
    /// A variable that an inlined comprehension puts back afterwards.
    Saved,
}

/// A function before anything is done with it.
#[derive(Default, Clone)]
pub(super) struct Pending {
    pub(super) code: Id,
    pub(super) defaults: Option<Slot>,
    pub(super) keyword_defaults: Option<Slot>,
    pub(super) annotations: Option<Slot>,
    /// Since 3.14 a function gives the annotations.
    pub(super) annotate: Option<Slot>,
    pub(super) decorators: Vec<String>,
    pub(super) defined: Option<ExprId>,
}

/// What `import` gave.
pub(super) struct Imported {
    /// The module, or what was taken from it; of `import a.b.c`, all of it.
    pub(super) path: String,
    /// Whether it is what `from` took.
    pub(super) taken: bool,
    /// Whether names are taken from it.
    pub(super) from: bool,
    /// How much of the path `import a.b.c as d` has gone.
    pub(super) gone: Option<String>,
}

/// A list that is being built.
#[derive(Default)]
pub(super) struct Listing {
    /// The elements; `true` where it is all elements of something.
    pub(super) items: Vec<(ExprId, bool)>,
    /// Whether there may be others.
    pub(super) open: bool,
    pub(super) said: Option<ExprId>,
}

/// A dictionary that is being built.
#[derive(Default)]
pub(super) struct Mapping {
    pub(super) fields: Vec<(Option<Key>, ExprId)>,
    pub(super) said: Option<ExprId>,
}

/// `isinstance(name, type)`.
#[derive(Clone)]
pub(super) struct Test {
    pub(super) name: String,
    pub(super) ty: ExprId,
    pub(super) negated: bool,
}

/// Goes through a module.
pub(super) struct Lowering<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) objects: &'b Objects,
    pub(super) minor: u8,
    table: [Option<Does>; 256],
    pub(super) facts: Facts,
    pub(super) frames: Vec<Frame>,
    /// Classes that derive from `Enum`: their members' `.value` is what was assigned.
    pub(super) enums: HashSet<usize>,
    pub(super) enum_names: HashSet<String>,
    /// The types that `cast` gave to values.
    pub(super) casts: HashMap<ExprId, ExprId>,
    /// Values that `+=` and its kin made.
    pub(super) changed: HashSet<ExprId>,
    pub(super) pending: Vec<Pending>,
    pub(super) imported: Vec<Imported>,
    pub(super) listings: Vec<Listing>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) tests: Vec<Test>,
    pub(super) scope: ScopeId,
    /// The number of the present instruction, which stands for its place.
    pub(super) at: usize,
    /// Code object and byte in its instructions, by number.
    pub(super) places: Vec<(Id, usize)>,
    pub(super) stack: Vec<Slot>,
    pub(super) argument_names: Option<Id>,
    /// What the last function of annotations gave.
    pub(super) annotated: Option<Slot>,
    seen: HashSet<Id>,
    elements: usize,
    groups: usize,
    kept: usize,
    /// Steps that are left for the ways through code.
    steps: usize,
    /// What was done so far.
    pub(super) work: usize,
    /// In how many others each scope stands.
    pub(super) nesting: Vec<usize>,
    pub(super) depth: usize,
    /// How many functions are being defined.
    pub(super) defining: usize,
    /// Something was too deep, too large or too much.
    pub(super) exhausted: bool,
}

/// What a module says.
pub(super) struct Lowered {
    pub(super) facts: Facts,
    pub(super) places: Vec<(Id, usize)>,
    pub(super) exhausted: bool,
}

/// The facts of a module; `None` for versions whose instructions are not known.
pub(super) fn lower(bytes: &[u8], objects: &Objects, module: Id, minor: u8) -> Option<Lowered> {
    let facts = Facts {
        scopes: vec![Scope {
            parent: None,
            kind: ScopeKind::Module,
        }],
        ..Facts::default()
    };
    let mut lowering = Lowering {
        bytes,
        objects,
        minor,
        table: table(minor)?,
        facts,
        frames: vec![Frame::new(0, Place::Module)],
        enums: HashSet::new(),
        enum_names: HashSet::new(),
        casts: HashMap::new(),
        changed: HashSet::new(),
        pending: Vec::new(),
        imported: Vec::new(),
        listings: Vec::new(),
        mappings: Vec::new(),
        tests: Vec::new(),
        scope: 0,
        at: 0,
        places: Vec::new(),
        stack: Vec::new(),
        argument_names: None,
        annotated: None,
        seen: HashSet::new(),
        elements: 0,
        groups: 0,
        kept: 0,
        steps: MAX_STEPS,
        work: 0,
        nesting: vec![0],
        depth: 0,
        defining: 0,
        exhausted: false,
    };
    lowering.places.push((module, 0));
    lowering.other("expression");
    lowering.code(module, 0);
    let of_functions = std::mem::take(&mut lowering.frames[0].others);
    mark_constants(&mut lowering.facts, &of_functions);
    Some(Lowered {
        facts: lowering.facts,
        places: lowering.places,
        exhausted: lowering.exhausted,
    })
}

impl Lowering<'_> {
    /// Goes through a code object once; `scope` is that of its names.
    pub(super) fn code(&mut self, id: Id, scope: ScopeId) {
        if self.depth >= MAX_DEPTH || !self.seen.insert(id) {
            self.exhausted |= self.depth >= MAX_DEPTH;
            return;
        }
        let Some(code) = self.objects.code(id) else {
            return;
        };
        let flow = flow(self.bytes, code, self.minor, &self.table, &mut self.steps);
        let Some(flow) = flow else {
            self.exhausted = true;
            return;
        };
        let around = (
            self.scope,
            std::mem::take(&mut self.stack),
            self.argument_names.take(),
        );
        self.depth += 1;
        self.blocks(id, &flow, scope);
        self.depth -= 1;
        (self.scope, self.stack, self.argument_names) = around;
    }

    /// Whether more was to be done than is done for one module.
    pub(super) fn is_spent(&self) -> bool {
        self.work > MAX_WORK
    }

    fn blocks(&mut self, id: Id, flow: &Flow, scope: ScopeId) {
        let scopes = self.block_scopes(flow, scope);
        let mut entries: Vec<Option<Vec<Slot>>> = Vec::new();
        entries.resize_with(flow.blocks.len(), || None);
        let mut exits: Vec<Option<(Vec<Slot>, Vec<Slot>)>> = Vec::new();
        exits.resize_with(flow.blocks.len(), || None);
        let mut narrowed: HashMap<usize, Vec<usize>> = HashMap::new();
        for &index in &flow.order {
            let Some(block) = flow.blocks.get(index) else {
                continue;
            };
            self.scope = scopes[index].0;
            self.step(id, flow, block.instructions.start);
            self.stack = self.meet(flow, index, &entries, &exits);
            entries[index] = Some(self.stack.clone());
            for test in narrowed.remove(&index).unwrap_or_default() {
                let Test { name, ty, .. } = &self.tests[test];
                let (name, ty) = (name.clone(), *ty);
                let dominator = block.dominator;
                let from_here = dominator.is_some_and(|d| scopes[d].0 == self.scope);
                self.narrow(&name, ty, from_here)
            }
            let mut jumped = None;
            for number in block.instructions.clone() {
                self.work += 8;
                if self.is_spent() {
                    self.exhausted = true;
                    return;
                }
                self.step(id, flow, number);
                let Some(instruction) = flow.instructions.get(number) else {
                    continue;
                };
                if let Does::JumpIf(when, _) = instruction.does
                    && let Some(Slot::Test(test)) = self.stack.last().copied()
                {
                    let holds = (when == If::True) != self.tests[test].negated;
                    let decides = matches!(when, If::True | If::False);
                    let arm = flow.only_after(index, if holds { Edge::Jump } else { Edge::Next });
                    if let Some(arm) = arm.filter(|_| decides) {
                        narrowed.entry(arm).or_default().push(test)
                    }
                }
                jumped = self.run(id, *instruction);
            }
            let stack = std::mem::take(&mut self.stack);
            let jumped = jumped.unwrap_or_else(|| stack.clone());
            let places = entries[index].as_ref().map_or(0, Vec::len);
            self.kept += places + stack.len() + jumped.len();
            exits[index] = Some((stack, jumped));
            if self.kept > MAX_KEPT {
                self.exhausted = true;
                return;
            }
        }
    }

    fn step(&mut self, id: Id, flow: &Flow, number: usize) {
        let at = flow.instructions.get(number).map_or(0, |i| i.at);
        self.at += 1;
        self.places.push((id, at));
    }

    /// The scopes of the blocks, and those for the blocks that they dominate.
    fn block_scopes(&mut self, flow: &Flow, scope: ScopeId) -> Vec<(ScopeId, ScopeId)> {
        let mut scopes = vec![(scope, scope); flow.blocks.len()];
        let around = self.nesting.get(scope).copied().unwrap_or(0);
        let nested = flow.blocks.len().saturating_add(around) <= MAX_NESTED;
        let mut groups: HashMap<usize, usize> = HashMap::new();
        for &index in &flow.order {
            let block = &flow.blocks[index];
            let parent = match block.dominator.filter(|_| nested) {
                None => scope,
                // What follows a loop does not stand in it.
                Some(dominator) if flow.blocks[dominator].is_loop => {
                    match block.loops.contains(&dominator) {
                        true => scopes[dominator].0,
                        false => scopes[dominator].1,
                    }
                }
                Some(dominator) => scopes[dominator].0,
            };
            let arms = block.dominator.and_then(|dominator| {
                let arms = flow.arms(dominator)?;
                arms.contains(&index).then_some(dominator)
            });
            let (group, exhaustive) = match arms.filter(|_| nested) {
                Some(dominator) => (
                    *groups.entry(dominator).or_insert_with(|| {
                        self.groups += 1;
                        self.groups
                    }),
                    true,
                ),
                None => {
                    self.groups += 1;
                    (self.groups, false)
                }
            };
            let same = block
                .dominator
                .and_then(|dominator| flow.goes_on(dominator));
            let outer = match index {
                0 => scope,
                _ if nested && same == Some(index) => parent,
                _ => self.open(parent, ScopeKind::Arm { group, exhaustive }),
            };
            let inner = match block.is_loop {
                true => self.open(outer, ScopeKind::Loop),
                false => outer,
            };
            scopes[index] = (inner, outer);
        }
        scopes
    }

    /// The stack at the beginning of a block.
    fn meet(
        &mut self,
        flow: &Flow,
        index: usize,
        entries: &[Option<Vec<Slot>>],
        exits: &[Option<(Vec<Slot>, Vec<Slot>)>],
    ) -> Vec<Slot> {
        let mut stacks: Vec<Vec<Slot>> = Vec::new();
        for (from, edge) in &flow.blocks[index].before {
            let stack = match edge {
                Edge::Next => exits[*from].as_ref().map(|(next, _)| next.clone()),
                Edge::Jump => exits[*from].as_ref().map(|(_, jumped)| jumped.clone()),
                Edge::Raise(depth, pushed) => entries[*from].clone().map(|mut stack| {
                    stack.resize(*depth, Slot::Unknown);
                    stack.resize(depth.saturating_add(*pushed), Slot::Unknown);
                    stack
                }),
            };
            stacks.extend(stack);
            if stacks.len() >= MAX_MEETING {
                break;
            }
        }
        let Some((first, rest)) = stacks.split_first() else {
            return Vec::new();
        };
        // Stacks of different heights are none of what Python's compiler writes, or of the handlers of old versions: nothing is known.
        let height = stacks.iter().map(Vec::len).min().unwrap_or(0);
        if stacks.iter().any(|stack| stack.len() != height) {
            return vec![Slot::Unknown; height];
        }
        let full = stacks.len() >= MAX_MEETING;
        let mut met = Vec::with_capacity(height);
        for (place, one) in first.iter().enumerate() {
            let mut values = vec![*one];
            for stack in rest {
                let value = stack[place];
                if !values.contains(&value) {
                    values.push(value)
                }
            }
            if values.len() == 1 && !full {
                met.push(*one);
                continue;
            }
            if full || values.contains(&Slot::Unknown) {
                met.push(Slot::Unknown);
                continue;
            }
            let exprs = values.into_iter().map(|value| self.expr(value)).collect();
            let one_of = self.add(ExprKind::OneOf(exprs));
            met.push(Slot::Expr(one_of))
        }
        met
    }

    /// The expression of a place on the stack.
    pub(super) fn expr(&mut self, slot: Slot) -> ExprId {
        match slot {
            Slot::Expr(id) | Slot::Enter(id) => id,
            Slot::Const(id) => self.constant(id, 0),
            Slot::Function(index) => self.function(index),
            Slot::Module(index) => {
                let path = self.imported.get(index).map(|i| i.path.clone());
                self.add(ExprKind::Path(path.unwrap_or_default()))
            }
            Slot::List(index) => self.listed(index),
            Slot::Map(index) => self.mapped(index),
            Slot::Unknown
            | Slot::Null
            | Slot::BuildClass
            | Slot::Slice
            | Slot::Test(_)
            | Slot::Saved => self.other("expression"),
        }
    }

    /// A list, unless something of unknown length is unpacked into it.
    fn listed(&mut self, index: usize) -> ExprId {
        let Some(listing) = self.listings.get(index) else {
            return 0;
        };
        if let Some(said) = listing.said {
            return said;
        }
        let known = !listing.open && listing.items.iter().all(|(_, spread)| !spread);
        let items = listing.items.iter().map(|(item, _)| *item).collect();
        let said = match known {
            true => self.add(ExprKind::List(items)),
            false => self.other("expression"),
        };
        self.listings[index].said = Some(said);
        said
    }

    fn mapped(&mut self, index: usize) -> ExprId {
        let Some(mapping) = self.mappings.get(index) else {
            return 0;
        };
        if let Some(said) = mapping.said {
            return said;
        }
        let fields = mapping.fields.clone();
        let said = self.add(ExprKind::Object { ty: None, fields });
        self.mappings[index].said = Some(said);
        said
    }

    /// A constant. Tuples may hold each other by reference many times over: their elements are counted.
    fn constant(&mut self, id: Id, depth: usize) -> ExprId {
        let Some(object) = self.objects.all.get(id) else {
            return 0;
        };
        let kind = match object {
            Object::None => ExprKind::Null,
            Object::Bool(value) => ExprKind::Bool(*value),
            Object::Int(Some(value)) => ExprKind::Int(*value),
            Object::Str(text) if text.len() > MAX_TEXT => ExprKind::Other("text"),
            Object::Str(text) => ExprKind::Str(text.clone()),
            Object::Bytes(range) => ExprKind::Bytes(range.len() as u64),
            Object::List(items) => {
                self.elements = self.elements.saturating_add(items.len());
                if items.len() > MAX_LIST {
                    return self.other("expression");
                }
                if depth > 8 || self.elements > MAX_ELEMENTS {
                    self.exhausted = true;
                    return 0;
                }
                let items = items.iter().map(|item| self.constant(*item, depth + 1));
                ExprKind::List(items.collect())
            }
            Object::Int(None) | Object::Code(_) | Object::Other => ExprKind::Other("number"),
        };
        self.add(kind)
    }

    /// The text of a constant.
    pub(super) fn text(&self, slot: Slot) -> Option<&str> {
        match slot {
            Slot::Const(id) => self.objects.text(id),
            Slot::Expr(id) => match self.kind(id) {
                ExprKind::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The texts of a constant tuple.
    pub(super) fn texts(&self, id: Id) -> Vec<String> {
        let items = self.objects.list(id).unwrap_or_default();
        let text = |id: &Id| self.objects.name(*id).to_owned();
        items.iter().take(MAX_TOGETHER).map(text).collect()
    }
}
