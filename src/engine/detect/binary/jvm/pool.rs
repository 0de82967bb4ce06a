//! The constant pool (JVMS §4.4): the names, texts and numbers that a class speaks of.

use std::borrow::Cow;
use std::ops::Range;

use super::bytes::Bytes;

/// A name or descriptor that is longer names nothing; a method with 255 parameters may have one of some thousand bytes.
const MAX_NAME: usize = 4096;
/// The name of a class, and of its methods, in which anchors are looked for: file systems take no more than 255 bytes.
const MAX_USED: usize = 512;
/// A text that is longer is no list of algorithms.
const MAX_TEXT: usize = 16 << 10;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Utf8(Range<usize>),
    Int(i64),
    Class(u16),
    Text(u16),
    /// A field or method: class, name and type.
    Member(u16, u16),
    NameAndType(u16, u16),
    /// A method handle: what is done, and with which member.
    Handle(u8, u16),
    /// `invokedynamic`: which bootstrap, name and type.
    Dynamic(u16, u16),
    /// Floating-point numbers, modules, packages, types of methods; and the place after a number of two.
    Other,
}

/// A field or method as the pool names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'p> {
    pub(super) class: &'p str,
    pub(super) name: &'p str,
    pub(super) descriptor: &'p str,
}

/// What `ldc` and a static field's value name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Loaded<'p> {
    Int(i64),
    Text(Cow<'p, str>),
    Class(&'p str),
    Other,
}

/// A class's constant pool.
pub(super) struct Pool<'c> {
    bytes: &'c [u8],
    entries: Vec<Entry>,
}

impl<'c> Pool<'c> {
    /// Reads the pool, which stands after the version; gives the place after it.
    pub(super) fn read(bytes: &'c [u8]) -> Option<(Self, usize)> {
        let b = Bytes(bytes);
        let count = usize::from(b.u2(8)?);
        let mut at = 10;
        // Every entry has at least three bytes.
        let mut entries = Vec::with_capacity(count.min(bytes.len() / 3 + 1));
        entries.push(Entry::Other);
        while entries.len() < count {
            let tag = b.u1(at)?;
            let pair = || Some((b.u2(at + 1)?, b.u2(at + 3)?));
            let (entry, length) = match tag {
                1 => {
                    let length = usize::from(b.u2(at + 1)?);
                    (Entry::Utf8(b.range(at + 3, length)?), length + 2)
                }
                3 => (Entry::Int(i64::from(b.i4(at + 1)?)), 4),
                5 => {
                    let number = u64::from(b.u4(at + 1)?) << 32 | u64::from(b.u4(at + 5)?);
                    (Entry::Int(number.cast_signed()), 8)
                }
                4 => (Entry::Other, 4),
                6 => (Entry::Other, 8),
                7 => (Entry::Class(b.u2(at + 1)?), 2),
                8 => (Entry::Text(b.u2(at + 1)?), 2),
                9..=11 => pair().map(|(class, of)| (Entry::Member(class, of), 4))?,
                12 => pair().map(|(name, ty)| (Entry::NameAndType(name, ty), 4))?,
                15 => (Entry::Handle(b.u1(at + 1)?, b.u2(at + 2)?), 3),
                18 => pair().map(|(bootstrap, of)| (Entry::Dynamic(bootstrap, of), 4))?,
                17 => (Entry::Other, 4),
                16 | 19 | 20 => (Entry::Other, 2),
                _ => return None,
            };
            b.range(at, 1 + length)?;
            at += 1 + length;
            entries.push(entry);
            // `long` and `double` take two places (JVMS §4.4.5).
            if matches!(tag, 5 | 6) {
                entries.push(Entry::Other);
            }
        }
        Some((Self { bytes, entries }, at))
    }

    fn entry(&self, index: u16) -> Option<&Entry> {
        self.entries.get(usize::from(index))
    }

    /// A name or descriptor. What is not UTF-8 (JVMS §4.4.7 writes zero and what lies beyond 16 bits otherwise) names nothing.
    pub(super) fn name(&self, index: u16) -> Option<&'c str> {
        let Entry::Utf8(range) = self.entry(index)? else {
            return None;
        };
        if range.len() > MAX_NAME {
            return None;
        }
        std::str::from_utf8(self.bytes.get(range.clone())?).ok()
    }

    /// A text.
    fn text(&self, index: u16) -> Option<Cow<'c, str>> {
        let Entry::Utf8(range) = self.entry(index)? else {
            return None;
        };
        if range.len() > MAX_TEXT {
            return None;
        }
        Some(String::from_utf8_lossy(self.bytes.get(range.clone())?))
    }

    /// A class's internal name, or an array's descriptor.
    pub(super) fn class(&self, index: u16) -> Option<&'c str> {
        match self.entry(index)? {
            Entry::Class(name) => self.name(*name),
            _ => None,
        }
    }

    /// A field or method.
    pub(super) fn member(&self, index: u16) -> Option<Member<'c>> {
        let Entry::Member(class, of) = self.entry(index)? else {
            return None;
        };
        let (name, descriptor) = self.name_and_type(*of)?;
        Some(Member {
            class: self.class(*class)?,
            name,
            descriptor,
        })
    }

    fn name_and_type(&self, index: u16) -> Option<(&'c str, &'c str)> {
        match self.entry(index)? {
            Entry::NameAndType(name, ty) => Some((self.name(*name)?, self.name(*ty)?)),
            _ => None,
        }
    }

    /// A method handle: what is done (JVMS §4.4.8), and with which member.
    pub(super) fn handle(&self, index: u16) -> Option<(u8, Member<'c>)> {
        match self.entry(index)? {
            Entry::Handle(kind, member) => Some((*kind, self.member(*member)?)),
            _ => None,
        }
    }

    /// An `invokedynamic`'s bootstrap, name and descriptor.
    pub(super) fn dynamic(&self, index: u16) -> Option<(u16, &'c str, &'c str)> {
        match self.entry(index)? {
            Entry::Dynamic(bootstrap, of) => {
                let (name, descriptor) = self.name_and_type(*of)?;
                Some((*bootstrap, name, descriptor))
            }
            _ => None,
        }
    }

    /// A constant that is loaded.
    pub(super) fn loaded(&self, index: u16) -> Loaded<'c> {
        let known = match self.entry(index) {
            Some(Entry::Int(number)) => Some(Loaded::Int(*number)),
            Some(Entry::Text(text)) => self.text(*text).map(Loaded::Text),
            Some(Entry::Class(_)) => self.class(index).map(Loaded::Class),
            _ => None,
        };
        known.unwrap_or(Loaded::Other)
    }

    /// The names of the classes and of the methods that the class uses, as sources write them: what rules' anchors are looked for
    /// in.
    pub(super) fn used_names(&self) -> Vec<u8> {
        let mut names = Vec::new();
        let mut add = |parts: &[Option<&str>]| {
            // Entries of a hostile class share a name.
            for part in parts.iter().flatten().filter(|p| p.len() <= MAX_USED) {
                names.extend(part.bytes().map(|byte| match byte {
                    b'/' | b'$' => b'.',
                    other => other,
                }));
            }
            names.push(b'\n');
        };
        for entry in &self.entries {
            match entry {
                Entry::Class(name) => add(&[self.name(*name)]),
                // Methods without a package in their rules' anchors: `System.getenv`.
                Entry::Member(class, of)
                    if let Some(class) = self.class(*class)
                        && class.starts_with("java/lang/") =>
                {
                    let name = self.name_and_type(*of).map(|(name, _)| name);
                    add(&[Some(class), Some("."), name]);
                }
                _ => {}
            }
        }
        names
    }

    /// Whether any of these names stands in the pool.
    pub(super) fn has_name(&self, wanted: impl Fn(&str) -> bool) -> bool {
        (0..self.entries.len()).any(|index| {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            self.name(index).is_some_and(&wanted)
        })
    }
}
