//! What a class declares (`class_data_item`), and what its static fields hold from the start (`encoded_array_item`).

use super::file::{ClassDef, Dex};
use crate::detect::binary::java::{ClassHead, Constant, FieldHead, MethodHead};

/// A class with the places of its methods' code.
pub(super) struct Declared {
    pub(super) head: ClassHead,
    /// The code of each method, in the order of `head.methods`.
    pub(super) codes: Vec<Option<Code>>,
    /// The name of the source file.
    pub(super) source: Option<String>,
    /// Bytes of names and texts in all of it.
    pub(super) held: usize,
}

/// A method's code (`code_item`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    /// Where it stands in the file.
    pub(super) at: usize,
    pub(super) registers: usize,
    /// The last registers hold the arguments.
    pub(super) arguments: usize,
    pub(super) tries: usize,
    pub(super) debug: usize,
    /// Where the instructions stand, and how many units of two bytes there are.
    pub(super) instructions: usize,
    pub(super) units: usize,
}

impl Code {
    /// Reads the header of a method's code.
    pub(super) fn read(dex: &Dex<'_>, at: usize) -> Option<Self> {
        if at == 0 {
            return None;
        }
        let units = dex.bytes.place(at.checked_add(12)?)?;
        let instructions = at.checked_add(16)?;
        let end = instructions.checked_add(units.checked_mul(2)?)?;
        (end <= dex.bytes.0.len()).then_some(())?;
        Some(Self {
            at,
            registers: dex.bytes.u2(at)?.into(),
            arguments: dex.bytes.u2(at + 2)?.into(),
            tries: dex.bytes.u2(at + 6)?.into(),
            debug: dex.bytes.place(at + 8)?,
            instructions,
            units,
        })
    }

    /// The bytes of the instructions.
    pub(super) fn bytes<'d>(&self, dex: &Dex<'d>) -> &'d [u8] {
        let end = self.instructions.saturating_add(2 * self.units);
        dex.bytes.0.get(self.instructions..end).unwrap_or_default()
    }
}

/// The methods of a class with the places of their code: index into the methods, access flags, place. Gives up where the list
/// would be longer than `most`.
pub(super) fn methods(
    dex: &Dex<'_>,
    class: &ClassDef,
    most: usize,
) -> Option<Vec<(usize, u32, usize)>> {
    members(dex, class, most).map(|(_, methods)| methods)
}

/// A field's index, and its access flags.
type Field = (usize, u32);
/// A method's index, its access flags, and where its code stands.
type Method = (usize, u32, usize);

/// A class's fields, the static ones first, and methods.
fn members(dex: &Dex<'_>, class: &ClassDef, most: usize) -> Option<(Vec<Field>, Vec<Method>)> {
    let (mut fields, mut methods) = (Vec::new(), Vec::new());
    if class.data == 0 {
        return Some((fields, methods));
    }
    let mut at = class.data;
    let mut number = || {
        let number = dex.bytes.uleb(&mut at)?;
        usize::try_from(number).ok()
    };
    let counts = [number()?, number()?, number()?, number()?];
    if counts.iter().fold(0_usize, |all, n| all.saturating_add(*n)) > most {
        return None;
    }
    for (list, count) in counts.into_iter().enumerate() {
        let mut index = 0_usize;
        for _ in 0..count {
            index = index.checked_add(number()?)?;
            let access = u32::try_from(number()?).ok()?;
            if list < 2 {
                fields.push((index, access));
            } else {
                methods.push((index, access, number()?));
            }
        }
    }
    Some((fields, methods))
}

/// Reads what a class declares. Gives up where there would be more than `most` members, or bytes of names and texts.
pub(super) fn declared(dex: &Dex<'_>, class: &ClassDef, most: usize) -> Option<Declared> {
    let (fields, methods) = members(dex, class, most)?;
    let mut head = ClassHead {
        name: dex.class_name(class.class)?.to_owned(),
        ..ClassHead::default()
    };
    head.bases
        .extend(dex.class_name(class.superclass).map(str::to_owned));
    let interfaces = dex.type_list(class.interfaces);
    head.bases.extend(interfaces.into_iter().map(|descriptor| {
        let class = descriptor
            .strip_prefix('L')
            .and_then(|c| c.strip_suffix(';'));
        class.unwrap_or(descriptor).to_owned()
    }));
    let (values, mut held) = values(dex, class.values, fields.len(), most);
    let mut values = values.into_iter();
    for (index, access) in fields {
        // The values are those of the static fields, in their order.
        let constant = values.next();
        let Some(field) = dex.field(index) else {
            continue;
        };
        held += field.name.len() + field.descriptor.len();
        (held <= most).then_some(())?;
        head.fields.push(FieldHead {
            name: field.name,
            descriptor: field.descriptor,
            access,
            constant: constant.filter(|constant| *constant != Constant::Other),
        });
    }
    let mut codes = Vec::new();
    for (index, access, code) in methods {
        let Some(method) = dex.method(index) else {
            continue;
        };
        let code = Code::read(dex, code);
        let params = code.map(|code| super::debug::parameters(dex, code.debug));
        let names = params.iter().flatten().flatten();
        held += method.name.len() + method.descriptor.len();
        held += names.map(String::len).sum::<usize>();
        (held <= most).then_some(())?;
        head.methods.push(MethodHead {
            name: method.name,
            descriptor: method.descriptor,
            access,
            params: params.unwrap_or_default(),
        });
        codes.push(code);
    }
    Some(Declared {
        head,
        codes,
        source: dex.name(class.source).map(str::to_owned),
        held,
    })
}

/// The values of an array of constants, as far as they are numbers, texts and nothing, and how many bytes of text they hold.
fn values(dex: &Dex<'_>, at: usize, count: usize, most: usize) -> (Vec<Constant>, usize) {
    let (mut at, mut held) = (at, 0);
    let mut found = Vec::new();
    if at == 0 {
        return (found, held);
    }
    let told = dex.bytes.uleb(&mut at).unwrap_or_default();
    for _ in 0..told {
        match value(dex, &mut at) {
            Some(value) if found.len() < count && held <= most => {
                if let Constant::Text(text) = &value {
                    held += text.len()
                }
                found.push(value)
            }
            _ => break,
        }
    }
    (found, held)
}

/// A value (`encoded_value`); nothing where it holds others.
fn value(dex: &Dex<'_>, at: &mut usize) -> Option<Constant> {
    let head = dex.bytes.u1(*at)?;
    *at += 1;
    let (kind, extra) = (head & 0x1f, head >> 5);
    if kind == 0x1e {
        return Some(Constant::Null);
    }
    if kind == 0x1f {
        return Some(Constant::Int(i128::from(extra & 1)));
    }
    if matches!(kind, 0x1c | 0x1d) || extra > 7 {
        return None;
    }
    let size = usize::from(extra) + 1;
    let bytes = dex.bytes.0.get(*at..at.checked_add(size)?)?;
    *at += size;
    let number = bytes
        .iter()
        .rev()
        .fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    let signed = || {
        let unused = 64 - 8 * u32::try_from(size).unwrap_or(8);
        i128::from((number << unused).cast_signed() >> unused)
    };
    Some(match kind {
        0x00 | 0x02 | 0x04 | 0x06 => Constant::Int(signed()),
        0x03 => Constant::Int(number.into()),
        0x17 => {
            let text = usize::try_from(number)
                .ok()
                .and_then(|index| dex.text(index));
            text.map_or(Constant::Other, Constant::Text)
        }
        _ => Constant::Other,
    })
}
