//! Signatures (ECMA-335 §II.23.2): the types of parameters, results, fields and locals.

use std::rc::Rc;

use super::bytes::{compressed, u8_at};
use super::metadata::{Metadata, Token};
use super::tables::{TYPE_SPEC, type_def_or_ref};

/// Types in types that are read.
const MAX_DEPTH: usize = 16;
/// Parameters or locals of one signature that are read: the most that an instruction can name is 65,535, and no real method has a hundredth.
pub(super) const MAX_LISTED: u32 = 4096;

/// A type, as far as a reader of code needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// A type of the language itself, as C# writes it.
    Plain(&'static str),
    /// A class, struct or enum.
    Named(Token),
    /// The same with type arguments.
    Generic(Token, Vec<Self>),
    /// An array.
    Array(Box<Self>),
    /// A reference to a variable: `ref`, `out`, `in`.
    ByRef(Box<Self>),
    /// A pointer, a type parameter, a function.
    Other,
}

impl Type {
    /// Reads one type.
    pub(super) fn read(blob: &[u8], at: &mut usize, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let kind = u8_at(blob, *at)?;
        *at += 1;
        let token = |at: &mut usize| {
            let (value, width) = compressed(blob, *at)?;
            *at += width;
            type_def_or_ref(value)
        };
        let inner = |at: &mut usize| Self::read(blob, at, depth + 1);
        Some(match kind {
            0x01 => Self::Plain("void"),
            0x02 => Self::Plain("bool"),
            0x03 => Self::Plain("char"),
            0x04 => Self::Plain("sbyte"),
            0x05 => Self::Plain("byte"),
            0x06 => Self::Plain("short"),
            0x07 => Self::Plain("ushort"),
            0x08 => Self::Plain("int"),
            0x09 => Self::Plain("uint"),
            0x0a => Self::Plain("long"),
            0x0b => Self::Plain("ulong"),
            0x0c => Self::Plain("float"),
            0x0d => Self::Plain("double"),
            0x0e => Self::Plain("string"),
            0x18 | 0x19 => Self::Plain("nint"),
            0x1c => Self::Plain("object"),
            0x11 | 0x12 => Self::Named(token(at)?),
            0x10 => Self::ByRef(Box::new(inner(at)?)),
            0x1d => Self::Array(Box::new(inner(at)?)),
            0x0f => {
                inner(at)?;
                Self::Other
            }
            0x13 | 0x1e => {
                let (_, width) = compressed(blob, *at)?;
                *at += width;
                Self::Other
            }
            0x14 => {
                let element = inner(at)?;
                skip_shape(blob, at)?;
                Self::Array(Box::new(element))
            }
            0x15 => {
                *at += 1;
                let token = token(at)?;
                let (count, width) = compressed(blob, *at)?;
                *at += width;
                let types = (0..count.min(MAX_LISTED))
                    .map(|_| inner(at))
                    .collect::<Option<Vec<_>>>()?;
                Self::Generic(token, types)
            }
            0x16 => Self::Plain("typedref"),
            // Function pointers, and what compilers mark types with: the type itself follows a modifier.
            0x1b => {
                Signature::read(blob, at, depth + 1)?;
                Self::Other
            }
            0x1f | 0x20 => {
                token(at)?;
                inner(at)?
            }
            0x41 | 0x45 => inner(at)?,
            _ => return None,
        })
    }

    /// The type's name as the rules write it.
    pub(super) fn name(&self, metadata: &Metadata<'_>) -> Rc<str> {
        match self {
            Self::Plain(name) => (*name).into(),
            Self::Named(token) => metadata.type_name(*token),
            Self::Generic(token, types) => {
                let name = metadata.type_name(*token);
                let view = matches!(
                    &*name,
                    "System.Span"
                        | "System.ReadOnlySpan"
                        | "System.Memory"
                        | "System.ReadOnlyMemory"
                );
                if view && types.first() == Some(&Self::Plain("byte")) {
                    return "byte[]".into();
                }
                if &*name == "System.Nullable"
                    && let Some(inner) = types.first()
                {
                    return inner.name(metadata);
                }
                name
            }
            Self::Array(element) => format!("{}[]", element.name(metadata)).into(),
            Self::ByRef(inner) => inner.name(metadata),
            Self::Other => "".into(),
        }
    }

    /// Whether a specification is named somewhere in it.
    pub(super) fn is_specified(&self) -> bool {
        match self {
            Self::Named(token) => token.0 == TYPE_SPEC,
            Self::Generic(token, types) => {
                token.0 == TYPE_SPEC || types.iter().any(Self::is_specified)
            }
            Self::Array(inner) | Self::ByRef(inner) => inner.is_specified(),
            Self::Plain(_) | Self::Other => false,
        }
    }

    pub(super) fn is_void(&self) -> bool {
        *self == Self::Plain("void")
    }
}

/// The bounds of an array of several dimensions.
fn skip_shape(blob: &[u8], at: &mut usize) -> Option<()> {
    let next = |at: &mut usize| {
        let (value, width) = compressed(blob, *at)?;
        *at += width;
        Some(value)
    };
    next(at)?;
    for _ in 0..2 {
        for _ in 0..next(at)?.min(MAX_LISTED) {
            next(at)?;
        }
    }
    Some(())
}

/// A method's signature.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    /// Whether it is called on an instance.
    pub(super) instance: bool,
    pub(super) result: Type,
    pub(super) params: Vec<Type>,
}

impl Signature {
    pub(super) fn of(blob: &[u8]) -> Option<Self> {
        Self::read(blob, &mut 0, 0)
    }

    fn read(blob: &[u8], at: &mut usize, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let flags = u8_at(blob, *at)?;
        *at += 1;
        let number = |at: &mut usize| {
            let (value, width) = compressed(blob, *at)?;
            *at += width;
            Some(value)
        };
        if flags & 0x10 != 0 {
            number(at)?;
        }
        let count = number(at)?;
        if count > MAX_LISTED {
            return None;
        }
        let result = Type::read(blob, at, depth + 1)?;
        let mut params = Vec::new();
        for _ in 0..count {
            // What stands before the arguments that a caller adds of its own.
            if u8_at(blob, *at) == Some(0x41) {
                *at += 1;
            }
            params.push(Type::read(blob, at, depth + 1)?);
        }
        Some(Self {
            instance: flags & 0x20 != 0,
            result,
            params,
        })
    }

    /// The type of a field.
    pub(super) fn field(blob: &[u8]) -> Option<Type> {
        Type::read(blob, &mut 1, 0)
    }

    /// The types of locals.
    pub(super) fn locals(blob: &[u8]) -> Option<Vec<Type>> {
        let (count, width) = compressed(blob, 1)?;
        let mut at = 1 + width;
        let mut types = Vec::new();
        for _ in 0..count.min(MAX_LISTED) {
            types.push(Type::read(blob, &mut at, 0)?);
        }
        Some(types)
    }
}
