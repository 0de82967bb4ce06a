//! A class file (JVMS §4): what it declares, and where the code of its methods stands.

use std::ops::Range;

use super::bytes::Bytes;
use super::pool::{Loaded, Pool};
use crate::detect::binary::java::{ClassHead, Constant, FieldHead, MethodHead, STATIC};

/// Bytes of names that the declarations of one class hold, in sum: those of a hostile class share their entries in the pool.
const MAX_HELD: usize = 16 << 20;

/// A class as its file has it.
pub(super) struct ClassFile<'c> {
    pub(super) pool: Pool<'c>,
    pub(super) head: ClassHead,
    /// The code of each method, in the order of `head.methods`.
    pub(super) codes: Vec<Option<Code>>,
    /// The name of the source file.
    pub(super) source: Option<String>,
    /// The bootstrap methods: the handle that is called, and the constants that it is given.
    pub(super) bootstraps: Vec<(u16, Vec<u16>)>,
    /// Bytes of names so far.
    held: usize,
}

/// A method's code.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    /// Where the instructions stand in the file.
    pub(super) range: Range<usize>,
    pub(super) locals: usize,
    /// Guarded code: from, to, handler, in bytes of the code.
    pub(super) guards: Vec<(usize, usize, usize)>,
    /// From which byte of the code on which line of the source.
    pub(super) lines: Vec<(usize, u32)>,
    /// The names of locals: from, place, name in the pool.
    names: Vec<(u16, u16, u16)>,
}

/// An attribute: its name, and where its content stands.
type Attribute<'c> = (&'c str, Range<usize>);

impl<'c> ClassFile<'c> {
    /// Reads a class whose pool has been read.
    pub(super) fn read(bytes: &'c [u8], pool: Pool<'c>, at: usize) -> Option<Self> {
        let b = Bytes(bytes);
        let name = pool.class(b.u2(at + 2)?)?.to_owned();
        let mut head = ClassHead {
            name,
            ..ClassHead::default()
        };
        head.bases
            .extend(pool.class(b.u2(at + 4)?).map(str::to_owned));
        let interfaces = usize::from(b.u2(at + 6)?);
        let mut at = at + 8;
        let mut held = 0;
        for _ in 0..interfaces {
            let base = pool.class(b.u2(at)?);
            held += base.map_or(0, str::len);
            (held <= MAX_HELD).then_some(())?;
            head.bases.extend(base.map(str::to_owned));
            at += 2;
        }
        let mut file = Self {
            pool,
            head,
            codes: Vec::new(),
            source: None,
            bootstraps: Vec::new(),
            held,
        };
        for is_method in [false, true] {
            let count = usize::from(b.u2(at)?);
            at += 2;
            for _ in 0..count {
                at = file.member(b, at, is_method)?;
            }
        }
        // What stands after the methods helps and is no condition.
        file.attributes_of_class(b, at);
        Some(file)
    }

    /// Reads a field or method; gives the place after it.
    fn member(&mut self, b: Bytes<'c>, at: usize, is_method: bool) -> Option<usize> {
        let access = u32::from(b.u2(at)?);
        let name = self.pool.name(b.u2(at + 2)?).unwrap_or_default().to_owned();
        let descriptor = self.pool.name(b.u2(at + 4)?).unwrap_or_default().to_owned();
        self.hold(name.len() + descriptor.len())?;
        let (attributes, end) = attributes(b, at + 6, &self.pool)?;
        if !is_method {
            let value = attributes.iter().find(|(name, _)| *name == "ConstantValue");
            let constant = value.and_then(|(_, range)| b.u2(range.start)).map(|index| {
                match self.pool.loaded(index) {
                    Loaded::Int(number) => Constant::Int(number.into()),
                    Loaded::Text(text) => Constant::Text(text.into_owned()),
                    Loaded::Class(_) | Loaded::Other => Constant::Other,
                }
            });
            if let Some(Constant::Text(text)) = &constant {
                self.hold(text.len())?;
            }
            self.head.fields.push(FieldHead {
                name,
                descriptor,
                access,
                constant,
            });
            return Some(end);
        }
        let code = attributes.iter().find(|(name, _)| *name == "Code");
        let code = code.and_then(|(_, range)| code_of(b, range.start, &self.pool));
        let told = attributes
            .iter()
            .find(|(name, _)| *name == "MethodParameters");
        let params = match (&code, told) {
            (_, Some((_, range))) => self.told_parameters(b, range.start),
            (Some(code), None) => self.parameters(code, &descriptor, access),
            (None, None) => Vec::new(),
        };
        self.hold(params.iter().flatten().map(String::len).sum())?;
        self.head.methods.push(MethodHead {
            name,
            descriptor,
            access,
            params,
        });
        self.codes.push(code);
        Some(end)
    }

    /// Counts bytes of names; nothing where there are too many.
    fn hold(&mut self, bytes: usize) -> Option<()> {
        self.held += bytes;
        (self.held <= MAX_HELD).then_some(())
    }

    /// `MethodParameters` (JVMS §4.7.24).
    fn told_parameters(&self, b: Bytes<'c>, at: usize) -> Vec<Option<String>> {
        let count = usize::from(b.u1(at).unwrap_or_default());
        let names = (0..count).map(|index| {
            let name = self.pool.name(b.u2(at + 1 + 4 * index)?)?;
            Some(name.to_owned())
        });
        names.collect()
    }

    /// The parameters' names, as a debugger would find them (JVMS §4.7.13).
    fn parameters(&self, code: &Code, descriptor: &str, access: u32) -> Vec<Option<String>> {
        let mut place = u16::from(access & STATIC == 0);
        let mut names = Vec::new();
        for wide in crate::detect::binary::java::parameter_widths(descriptor) {
            let local = code
                .names
                .iter()
                .find(|(from, at, _)| *from == 0 && *at == place);
            names.push(
                local
                    .and_then(|(_, _, name)| self.pool.name(*name))
                    .map(str::to_owned),
            );
            place = place.saturating_add(1 + u16::from(wide));
        }
        names
    }

    fn attributes_of_class(&mut self, b: Bytes<'c>, at: usize) -> Option<()> {
        let (attributes, _) = attributes(b, at, &self.pool)?;
        for (name, range) in attributes {
            match name {
                "SourceFile" => {
                    let name = self.pool.name(b.u2(range.start)?);
                    self.source = name.map(str::to_owned);
                }
                "BootstrapMethods" if self.bootstraps.is_empty() => {
                    self.bootstraps = bootstraps(b, range.start).unwrap_or_default()
                }
                _ => {}
            }
        }
        Some(())
    }
}

/// `BootstrapMethods` (JVMS §4.7.23).
fn bootstraps(b: Bytes<'_>, at: usize) -> Option<Vec<(u16, Vec<u16>)>> {
    let count = b.u2(at)?;
    let mut at = at + 2;
    let mut found = Vec::new();
    for _ in 0..count {
        let handle = b.u2(at)?;
        let given = usize::from(b.u2(at + 2)?);
        at += 4;
        let constants: Option<Vec<u16>> = (0..given).map(|i| b.u2(at + 2 * i)).collect();
        found.push((handle, constants?));
        at += 2 * given;
    }
    Some(found)
}

/// A list of attributes (JVMS §4.7), and the place after it.
fn attributes<'c>(b: Bytes<'c>, at: usize, pool: &Pool<'c>) -> Option<(Vec<Attribute<'c>>, usize)> {
    let count = b.u2(at)?;
    let mut at = at + 2;
    let mut found = Vec::new();
    for _ in 0..count {
        let name = pool.name(b.u2(at)?).unwrap_or_default();
        let length = usize::try_from(b.u4(at + 2)?).ok()?;
        let range = b.range(at + 6, length)?;
        at = range.end;
        found.push((name, range));
    }
    Some((found, at))
}

/// A `Code` attribute (JVMS §4.7.3).
fn code_of(b: Bytes<'_>, at: usize, pool: &Pool<'_>) -> Option<Code> {
    let length = usize::try_from(b.u4(at + 4)?).ok()?;
    let mut code = Code {
        range: b.range(at + 8, length)?,
        locals: usize::from(b.u2(at + 2)?),
        ..Code::default()
    };
    let guards = usize::from(b.u2(code.range.end)?);
    let mut at = code.range.end + 2;
    for _ in 0..guards {
        let place = |offset| b.u2(at + offset).map(usize::from);
        code.guards.push((place(0)?, place(2)?, place(4)?));
        at += 8;
    }
    let (attributes, _) = attributes(b, at, pool)?;
    for (name, range) in attributes {
        let at = range.start + 2;
        // An attribute may say that it has more entries than bytes.
        let entries = |size: usize| {
            let told = usize::from(b.u2(range.start).unwrap_or_default());
            told.min(range.len() / size)
        };
        match name {
            "LineNumberTable" => {
                let lines = (0..entries(4)).map_while(|i| {
                    let at = at + 4 * i;
                    Some((usize::from(b.u2(at)?), u32::from(b.u2(at + 2)?)))
                });
                code.lines.extend(lines);
            }
            "LocalVariableTable" => {
                let names = (0..entries(10)).map_while(|i| {
                    let at = at + 10 * i;
                    Some((b.u2(at)?, b.u2(at + 8)?, b.u2(at + 4)?))
                });
                code.names.extend(names);
            }
            _ => {}
        }
    }
    Some(code)
}
