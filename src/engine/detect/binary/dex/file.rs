//! A dex file's tables: strings, types, prototypes, fields and methods (the "Dalvik executable format" of the Android Open Source
//! Project; all numbers are little-endian).

use std::ops::Range;

/// A name that is longer names nothing.
const MAX_NAME: usize = 1024;
/// A descriptor of a method that is longer is none.
const MAX_DESCRIPTOR: usize = 4096;
/// Parameters of a method; a call has at most 255.
const MAX_PARAMETERS: usize = 255;

/// Numbers at places that may not exist.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'d>(pub(super) &'d [u8]);

impl<'d> Bytes<'d> {
    pub(super) fn u1(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn u2(self, at: usize) -> Option<u16> {
        let bytes = self.0.get(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }

    pub(super) fn u4(self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// A number as a place or a count.
    pub(super) fn place(self, at: usize) -> Option<usize> {
        usize::try_from(self.u4(at)?).ok()
    }

    /// A number of seven bits a byte; moves `at` behind it.
    pub(super) fn uleb(self, at: &mut usize) -> Option<u32> {
        let mut number = 0_u32;
        for shift in (0..35).step_by(7) {
            let byte = self.u1(*at)?;
            *at += 1;
            number |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The same with a sign.
    pub(super) fn sleb(self, at: &mut usize) -> Option<i32> {
        let from = *at;
        let number = self.uleb(at)?;
        let bits = u32::try_from((*at - from) * 7).ok()?;
        if bits >= 32 {
            return Some(number.cast_signed());
        }
        let unused = 32 - bits;
        Some((number << unused).cast_signed() >> unused)
    }
}

/// A table: where it begins, and how many entries it has.
#[derive(Debug, Clone, Copy, Default)]
struct Table {
    at: usize,
    count: usize,
}

impl Table {
    /// Where an entry of so many bytes stands.
    fn entry(self, index: usize, size: usize) -> Option<usize> {
        (index < self.count).then(|| self.at.checked_add(index.checked_mul(size)?))?
    }
}

/// A dex file, or one of several in a container.
pub(super) struct Dex<'d> {
    pub(super) bytes: Bytes<'d>,
    strings: Table,
    types: Table,
    prototypes: Table,
    fields: Table,
    methods: Table,
    classes: Table,
    /// Where the next dex file in the container begins.
    pub(super) end: usize,
}

/// A field or method as the file names it; a field's descriptor is its type's.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) descriptor: String,
}

/// A class as its table has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassDef {
    pub(super) class: usize,
    pub(super) superclass: usize,
    pub(super) interfaces: usize,
    pub(super) source: usize,
    pub(super) data: usize,
    pub(super) values: usize,
}

impl<'d> Dex<'d> {
    /// Reads the header that stands at a place of the file.
    pub(super) fn read(bytes: &'d [u8], at: usize) -> Option<Self> {
        let b = Bytes(bytes);
        let table = |offset: usize, size: usize| {
            let count = b.place(at.checked_add(offset)?)?;
            let place = b.place(at.checked_add(offset + 4)?)?;
            // A table that does not fit is cut.
            let fits = bytes.len().saturating_sub(place) / size;
            Some(Table {
                at: place,
                count: count.min(fits),
            })
        };
        let size = b.place(at.checked_add(0x20)?)?;
        Some(Self {
            bytes: b,
            strings: table(0x38, 4)?,
            types: table(0x40, 4)?,
            prototypes: table(0x48, 12)?,
            fields: table(0x50, 8)?,
            methods: table(0x58, 8)?,
            classes: table(0x60, 32)?,
            end: at.checked_add(size)?,
        })
    }

    pub(super) fn type_count(&self) -> usize {
        self.types.count
    }

    pub(super) fn method_count(&self) -> usize {
        self.methods.count
    }

    pub(super) fn field_count(&self) -> usize {
        self.fields.count
    }

    pub(super) fn class_count(&self) -> usize {
        self.classes.count
    }

    /// The bytes of a string, up to a length.
    fn string_bytes(&self, index: usize, most: usize) -> Option<Range<usize>> {
        let mut at = self.bytes.place(self.strings.entry(index, 4)?)?;
        self.bytes.uleb(&mut at)?;
        let end = at.saturating_add(most).min(self.bytes.0.len());
        let length = memchr::memchr(0, self.bytes.0.get(at..end)?)?;
        Some(at..at + length)
    }

    /// A text; nothing where it is longer than what is looked at.
    pub(super) fn text(&self, index: usize) -> Option<String> {
        let range = self.string_bytes(index, 16 << 10)?;
        Some(String::from_utf8_lossy(self.bytes.0.get(range)?).into_owned())
    }

    /// A name.
    pub(super) fn name(&self, index: usize) -> Option<&'d str> {
        let range = self.string_bytes(index, MAX_NAME)?;
        std::str::from_utf8(self.bytes.0.get(range)?).ok()
    }

    /// A type's descriptor.
    pub(super) fn descriptor(&self, index: usize) -> Option<&'d str> {
        self.name(self.bytes.place(self.types.entry(index, 4)?)?)
    }

    /// A class's internal name; an array's descriptor.
    pub(super) fn class_name(&self, index: usize) -> Option<&'d str> {
        let descriptor = self.descriptor(index)?;
        let class = descriptor.strip_prefix('L');
        Some(
            class
                .and_then(|c| c.strip_suffix(';'))
                .unwrap_or(descriptor),
        )
    }

    /// A list of types.
    pub(super) fn type_list(&self, at: usize) -> Vec<&'d str> {
        self.types_at(at).collect()
    }

    fn types_at(&self, at: usize) -> impl Iterator<Item = &'d str> {
        let count = match at {
            0 => 0,
            _ => self.bytes.place(at).unwrap_or_default().min(MAX_PARAMETERS),
        };
        (0..count).map_while(move |i| {
            let index = self.bytes.u2(at.checked_add(4 + 2 * i)?)?;
            self.descriptor(index.into())
        })
    }

    /// The class that a field is of, as a type.
    pub(super) fn field_class(&self, index: usize) -> Option<usize> {
        self.bytes.u2(self.fields.entry(index, 8)?).map(usize::from)
    }

    /// The class that a method is of, as a type.
    pub(super) fn method_class(&self, index: usize) -> Option<usize> {
        self.bytes
            .u2(self.methods.entry(index, 8)?)
            .map(usize::from)
    }

    /// A method's name.
    pub(super) fn method_name(&self, index: usize) -> Option<&'d str> {
        self.name(self.bytes.place(self.methods.entry(index, 8)? + 4)?)
    }

    /// A field.
    pub(super) fn field(&self, index: usize) -> Option<Member> {
        let at = self.fields.entry(index, 8)?;
        let ty = self.bytes.u2(at + 2)?;
        Some(Member {
            class: self.class_name(self.field_class(index)?)?.to_owned(),
            name: self.name(self.bytes.place(at + 4)?)?.to_owned(),
            descriptor: self.descriptor(ty.into())?.to_owned(),
        })
    }

    /// A method.
    pub(super) fn method(&self, index: usize) -> Option<Member> {
        let at = self.methods.entry(index, 8)?;
        let prototype = self.bytes.u2(at + 2)?;
        Some(Member {
            class: self.class_name(self.method_class(index)?)?.to_owned(),
            name: self.method_name(index)?.to_owned(),
            descriptor: self.prototype(prototype.into())?,
        })
    }

    /// A prototype as a class file would write it.
    fn prototype(&self, index: usize) -> Option<String> {
        let at = self.prototypes.entry(index, 12)?;
        let result = self.descriptor(self.bytes.place(at + 4)?)?;
        let params = self.bytes.place(at + 8)?;
        let mut descriptor = "(".to_owned();
        for ty in self.types_at(params) {
            descriptor.push_str(ty);
            (descriptor.len() <= MAX_DESCRIPTOR).then_some(())?;
        }
        descriptor.push(')');
        descriptor.push_str(result);
        Some(descriptor)
    }

    /// A class.
    pub(super) fn class(&self, index: usize) -> Option<ClassDef> {
        let at = self.classes.entry(index, 32)?;
        let field = |offset: usize| self.bytes.place(at + offset);
        Some(ClassDef {
            class: field(0)?,
            superclass: field(8)?,
            interfaces: field(12)?,
            source: field(16)?,
            data: field(24)?,
            values: field(28)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_seven_bits_a_byte_end() {
        let read = |bytes: &[u8]| Bytes(bytes).uleb(&mut 0);
        assert_eq!(read(&[0x7f]), Some(127));
        assert_eq!(read(&[0x80, 0x01]), Some(128));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(u32::MAX));
        assert_eq!(read(&[0x80; 9]), None);
        assert_eq!(read(&[0x80]), None);
        let signed = |bytes: &[u8]| Bytes(bytes).sleb(&mut 0);
        assert_eq!(signed(&[0x7f]), Some(-1));
        assert_eq!(signed(&[0x80, 0x7f]), Some(-128));
        assert_eq!(signed(&[0x3f]), Some(63));
    }

    #[test]
    fn a_table_beyond_the_file_is_cut() {
        let mut bytes = vec![0; 0x70];
        bytes[0x38..0x3c].copy_from_slice(&u32::MAX.to_le_bytes());
        bytes[0x3c..0x40].copy_from_slice(&0x68_u32.to_le_bytes());
        let dex = Dex::read(&bytes, 0).unwrap();
        assert_eq!(dex.strings.count, 2);
        assert_eq!(dex.text(5), None);
        assert!(Dex::read(&bytes[..0x50], 0).is_none());
    }
}
