//! The encoding of compiled modules (`Python/marshal.c`): objects, and among them code.
//!
//! Every number in it is untrusted: nothing is allocated by a count, nesting has a limit, and a reference leads to what was read before or
//! to nothing.

use std::ops::Range;

use super::LONGEST_NAME;

/// Objects in objects: code in code in the constants of code takes three a function; people write five functions deep.
const MAX_DEPTH: usize = 100;

/// Elements of lists that code objects take, for each byte of the file: where none is shared, every element has a byte at least.
const MAX_SHARED: usize = 2;

/// Index into [`Objects::all`].
pub(super) type Id = usize;

/// What a module holds.
pub(super) enum Object {
    None,
    Bool(bool),
    /// A number; `None` where it is larger than any that tells something.
    Int(Option<i128>),
    Str(String),
    /// Where they stand.
    Bytes(Range<usize>),
    /// A tuple, list or set.
    List(Vec<Id>),
    Code(Box<Code>),
    /// Dictionaries, floating numbers, an ellipsis.
    Other,
}

/// The code of a module, class body or function.
pub(super) struct Code {
    pub(super) arguments: usize,
    pub(super) keyword_only: usize,
    pub(super) flags: u32,
    /// Where the instructions stand.
    pub(super) instructions: Range<usize>,
    pub(super) constants: Vec<Id>,
    pub(super) names: Vec<Id>,
    /// The variables, arguments first; since 3.11 with those that closures share.
    pub(super) variables: Vec<Id>,
    /// Until 3.10: the variables that closures share, its own before those of functions around.
    pub(super) shared: Vec<Id>,
    /// Which variables belong to functions around, by index into what the instructions number.
    pub(super) foreign: Vec<bool>,
    pub(super) file: Id,
    pub(super) name: Id,
    pub(super) first_line: i64,
    pub(super) lines: Range<usize>,
    /// Since 3.11.
    pub(super) handlers: Range<usize>,
}

/// Everything that was read.
#[derive(Default)]
pub(super) struct Objects {
    pub(super) all: Vec<Object>,
}

impl Objects {
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.all.get(id)? {
            Object::Str(text) => Some(text),
            _ => None,
        }
    }

    /// A name; nothing where it is none.
    pub(super) fn name(&self, id: Id) -> &str {
        let name = self.text(id).filter(|text| text.len() <= LONGEST_NAME);
        name.unwrap_or_default()
    }

    /// The texts that are no longer than this, a line each.
    pub(super) fn texts(&self, longest: usize) -> String {
        let mut texts = String::new();
        for object in &self.all {
            if let Object::Str(text) = object
                && text.len() <= longest
            {
                texts.push_str(text);
                texts.push('\n')
            }
        }
        texts
    }

    pub(super) fn code(&self, id: Id) -> Option<&Code> {
        match self.all.get(id)? {
            Object::Code(code) => Some(code),
            _ => None,
        }
    }

    pub(super) fn list(&self, id: Id) -> Option<&[Id]> {
        match self.all.get(id)? {
            Object::List(items) => Some(items),
            _ => None,
        }
    }

    fn bytes(&self, id: Id) -> Option<Range<usize>> {
        match self.all.get(id)? {
            Object::Bytes(range) => Some(range.clone()),
            _ => None,
        }
    }
}

/// Reads the one object of a module whose header ends at a byte; `minor` is that of Python 3's version. The module's code.
pub(super) fn read(bytes: &[u8], start: usize, minor: u8) -> Result<(Objects, Id), &'static str> {
    let mut reader = Reader {
        bytes,
        at: start,
        minor,
        objects: Objects::default(),
        numbered: Vec::new(),
        left: bytes.len().saturating_mul(MAX_SHARED),
    };
    let id = reader.object(0)?;
    match reader.objects.code(id) {
        Some(_) => Ok((reader.objects, id)),
        None => Err("it holds no code"),
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    minor: u8,
    objects: Objects,
    /// Objects that later ones may refer to, by their number; `None` while they are read.
    numbered: Vec<Option<Id>>,
    /// Elements that code objects may still take.
    left: usize,
}

const CUT: &str = "it ends too early";

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Result<Range<usize>, &'static str> {
        let end = self.at.checked_add(length).ok_or(CUT)?;
        if end > self.bytes.len() {
            return Err(CUT);
        }
        let range = self.at..end;
        self.at = end;
        Ok(range)
    }

    fn slice(&mut self, length: usize) -> Result<&[u8], &'static str> {
        let range = self.take(length)?;
        self.bytes.get(range).ok_or(CUT)
    }

    fn byte(&mut self) -> Result<u8, &'static str> {
        self.slice(1)?.first().copied().ok_or(CUT)
    }

    fn int(&mut self) -> Result<i32, &'static str> {
        let bytes = self.slice(4)?.first_chunk().ok_or(CUT)?;
        Ok(i32::from_le_bytes(*bytes))
    }

    fn size(&mut self) -> Result<usize, &'static str> {
        usize::try_from(self.int()?).map_err(|_| "a size is negative")
    }

    fn keep(&mut self, object: Object) -> Id {
        self.objects.all.push(object);
        self.objects.all.len() - 1
    }

    fn object(&mut self, depth: usize) -> Result<Id, &'static str> {
        if depth > MAX_DEPTH {
            return Err("it is nested too deep");
        }
        let kind = self.byte()?;
        // Bit 7: later objects may refer to this one. It takes its number before what is in it does.
        let number = (kind & 0x80 != 0).then(|| {
            self.numbered.push(None);
            self.numbered.len() - 1
        });
        let kind = kind & 0x7f;
        if kind == b'r' {
            let number = self.size()?;
            let known = self.numbered.get(number).copied().flatten();
            return Ok(known.unwrap_or_else(|| self.keep(Object::Other)));
        }
        let object = self.content(kind, depth)?;
        let id = self.keep(object);
        if let Some(number) = number.and_then(|number| self.numbered.get_mut(number)) {
            *number = Some(id)
        }
        Ok(id)
    }

    fn content(&mut self, kind: u8, depth: usize) -> Result<Object, &'static str> {
        Ok(match kind {
            b'N' => Object::None,
            b'T' => Object::Bool(true),
            b'F' => Object::Bool(false),
            b'S' | b'.' => Object::Other,
            b'i' => Object::Int(Some(i128::from(self.int()?))),
            b'I' => {
                let bytes = self.slice(8)?.first_chunk().ok_or(CUT)?;
                Object::Int(Some(i128::from(i64::from_le_bytes(*bytes))))
            }
            b'l' => self.long()?,
            b'f' => {
                let length = usize::from(self.byte()?);
                self.take(length)?;
                Object::Other
            }
            b'x' => {
                for _ in 0..2 {
                    let length = usize::from(self.byte()?);
                    self.take(length)?;
                }
                Object::Other
            }
            b'g' => {
                self.take(8)?;
                Object::Other
            }
            b'y' => {
                self.take(16)?;
                Object::Other
            }
            b's' => {
                let length = self.size()?;
                Object::Bytes(self.take(length)?)
            }
            // Text; ASCII is what it is in UTF-8.
            b't' | b'u' | b'a' | b'A' => {
                let length = self.size()?;
                Object::Str(String::from_utf8_lossy(self.slice(length)?).into_owned())
            }
            b'z' | b'Z' => {
                let length = usize::from(self.byte()?);
                Object::Str(String::from_utf8_lossy(self.slice(length)?).into_owned())
            }
            b')' => {
                let count = usize::from(self.byte()?);
                self.items(count, depth)?
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.size()?;
                self.items(count, depth)?
            }
            b'{' => {
                while self.bytes.get(self.at).is_some_and(|b| b & 0x7f != b'0') {
                    self.object(depth + 1)?;
                    self.object(depth + 1)?;
                }
                self.byte()?;
                Object::Other
            }
            // A slice, since 3.14.
            b':' => {
                for _ in 0..3 {
                    self.object(depth + 1)?;
                }
                Object::Other
            }
            b'c' => Object::Code(Box::new(self.code(depth + 1)?)),
            _ => return Err("it holds an object of an unknown kind"),
        })
    }

    /// Each takes a byte at least: a count that lies ends with the bytes.
    fn items(&mut self, count: usize, depth: usize) -> Result<Object, &'static str> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.object(depth + 1)?)
        }
        Ok(Object::List(items))
    }

    /// Digits of 15 bits, the least first.
    fn long(&mut self) -> Result<Object, &'static str> {
        let count = self.int()?;
        let digits = usize::try_from(count.unsigned_abs()).map_err(|_| CUT)?;
        let bytes = self.slice(digits.checked_mul(2).ok_or(CUT)?)?;
        let mut value = Some(0_i128);
        for digit in bytes.chunks_exact(2).rev() {
            let digit = i128::from(u16::from_le_bytes([digit[0], digit[1]]));
            value = value
                .and_then(|value| value.checked_mul(1 << 15))
                .and_then(|value| value.checked_add(digit))
        }
        let sign = if count < 0 { -1 } else { 1 };
        Ok(Object::Int(value.and_then(|value| value.checked_mul(sign))))
    }

    /// The fields of a code object, which differ by version (`Objects/codeobject.c`).
    fn code(&mut self, depth: usize) -> Result<Code, &'static str> {
        let arguments = self.size()?;
        if self.minor >= 8 {
            self.int()?;
        }
        let keyword_only = self.size()?;
        if self.minor < 11 {
            self.int()?;
        }
        self.int()?;
        let flags = self.int()?.cast_unsigned();
        let instructions = self.data(depth)?;
        let constants = self.tuple(depth)?;
        let names = self.tuple(depth)?;
        let variables = self.tuple(depth)?;
        let (mut shared, mut foreign) = (Vec::new(), Vec::new());
        if self.minor >= 11 {
            let kinds = self.data(depth)?;
            self.share(kinds.len())?;
            // CO_FAST_FREE
            let kinds = self.bytes.get(kinds).unwrap_or_default();
            foreign.extend(kinds.iter().map(|kind| kind & 0x80 != 0));
        } else {
            let of_others = self.tuple(depth)?;
            shared = self.tuple(depth)?;
            foreign.resize(shared.len(), false);
            foreign.resize(shared.len() + of_others.len(), true);
            shared.extend(of_others);
        }
        let file = self.object(depth)?;
        let name = self.object(depth)?;
        if self.minor >= 11 {
            self.object(depth)?;
        }
        let first_line = i64::from(self.int()?);
        let lines = self.data(depth)?;
        let handlers = match self.minor {
            11.. => self.data(depth)?,
            _ => 0..0,
        };
        Ok(Code {
            arguments,
            keyword_only,
            flags,
            instructions,
            constants,
            names,
            variables,
            shared,
            foreign,
            file,
            name,
            first_line,
            lines,
            handlers,
        })
    }

    fn data(&mut self, depth: usize) -> Result<Range<usize>, &'static str> {
        let id = self.object(depth)?;
        self.objects.bytes(id).ok_or("code without instructions")
    }

    fn tuple(&mut self, depth: usize) -> Result<Vec<Id>, &'static str> {
        let id = self.object(depth)?;
        let items = self.objects.list(id).ok_or("code without names")?;
        let items = items.len();
        self.share(items)?;
        Ok(self.objects.list(id).unwrap_or_default().to_vec())
    }

    /// Code objects may refer to one list many times over.
    fn share(&mut self, elements: usize) -> Result<(), &'static str> {
        let left = self.left.checked_sub(elements);
        self.left = left.ok_or("code shares too much")?;
        Ok(())
    }
}
