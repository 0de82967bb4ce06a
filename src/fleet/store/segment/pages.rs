//! The headers of pages are looked at before the library reads them: it takes the numbers in them for true, and asks for as much memory as they
//! say. Headers are Thrift in its compact protocol; `PageHeader` of `parquet.thrift` (Apache Parquet 2.11) is the struct.

/// Most bytes of a page once it is unpacked: pages are closed at 1 MiB, which a batch of long texts may exceed.
const MAX_PAGE: i64 = 64 << 20;
/// Structs and lists within each other, at most.
const MAX_DEPTH: u32 = 8;

/// What a header says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    kind: Option<i64>,
    unpacked: Option<i64>,
    packed: Option<i64>,
    values: Option<i64>,
    encodings: Vec<i64>,
}

/// `PageType`.
const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;
/// `Encoding`: PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY.
const ENCODINGS: &[i64] = &[0, 2, 3, 8];

/// Looks at all pages of a column: how many bytes they unpack to. `values` is how many there are to be.
pub(super) fn check(mut column: &[u8], values: u64, width: i64) -> Result<u64, &'static str> {
    let (mut unpacked, mut seen, mut number) = (0, 0, 0);
    while !column.is_empty() {
        let mut cursor = Cursor(column);
        let header = header(&mut cursor).ok_or("a page's header is no header")?;
        column = cursor.0;
        let size = |size: Option<i64>| size.and_then(|size| usize::try_from(size).ok());
        let packed = size(header.packed).ok_or("a page without a size")?;
        column = column.get(packed..).ok_or("a page is cut off")?;
        let most = header
            .unpacked
            .filter(|size| (0..=MAX_PAGE).contains(size))
            .ok_or("a page is too large")?;
        unpacked += most.unsigned_abs();
        let count = header.values.filter(|count| *count >= 0);
        let count = count.ok_or("a page without a number of values")?;
        if header.encodings.is_empty() || header.encodings.iter().any(|e| !ENCODINGS.contains(e)) {
            return Err("a page in an encoding that is not read");
        }
        match header.kind {
            // Each value of a dictionary is written out.
            Some(DICTIONARY_PAGE) if number == 0 && count <= most / width => {}
            Some(DATA_PAGE) => seen += count.unsigned_abs(),
            _ => return Err("a page of a kind that is not read"),
        }
        number += 1;
    }
    if seen != values {
        return Err("a column with more or fewer values than rows");
    }
    Ok(unpacked)
}

fn header(from: &mut Cursor<'_>) -> Option<Header> {
    let mut header = Header::default();
    let mut last = 0;
    while let Some((id, kind)) = from.field(&mut last)? {
        match (id, kind) {
            (1, I32) => header.kind = Some(from.number()?),
            (2, I32) => header.unpacked = Some(from.number()?),
            (3, I32) => header.packed = Some(from.number()?),
            // DataPageHeader: num_values, three encodings; DictionaryPageHeader: num_values, encoding.
            (5 | 7, STRUCT) => {
                let most = if id == 5 { 4 } else { 2 };
                let mut last = 0;
                while let Some((inner, kind)) = from.field(&mut last)? {
                    match (inner, kind) {
                        (1, I32) => header.values = Some(from.number()?),
                        (2.., I32) if inner <= most => header.encodings.push(from.number()?),
                        _ => from.skip(kind, MAX_DEPTH)?,
                    }
                }
            }
            _ => from.skip(kind, MAX_DEPTH)?,
        }
    }
    Some(header)
}

/// Types of the compact protocol.
const I32: u8 = 5;
const STRUCT: u8 = 12;

/// What is not read yet.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// In zigzag.
    fn number(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The next field's number and type; `Some(None)` at the end of the struct.
    fn field(&mut self, last: &mut i64) -> Option<Option<(i64, u8)>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *last = match i64::from(byte >> 4) {
            0 => self.number()?,
            delta => last.checked_add(delta)?,
        };
        Some(Some((*last, byte & 0x0f)))
    }

    fn bytes(&mut self, number: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(number).ok()?..)?;
        Some(())
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // Of a field the type is the value.
            1 | 2 => Some(()),
            3 => self.bytes(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.bytes(8),
            8 => {
                let length = self.varint()?;
                self.bytes(length)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let number = match byte >> 4 {
                    15 => self.varint()?,
                    number => u64::from(number),
                };
                for _ in 0..number {
                    // In a list a truth is a byte.
                    match byte & 0x0f {
                        1 | 2 => self.bytes(1)?,
                        kind => self.skip(kind, depth)?,
                    }
                }
                Some(())
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, depth)?
                }
                Some(())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, from the compact protocol: fields 1 to 3, the struct 5 with four fields, the end of both.
    const HEADER: &[u8] = &[
        0x15, 0x00, // 1: DATA_PAGE
        0x15, 0x28, // 2: 20 bytes
        0x15, 0x06, // 3: 3 bytes
        0x2c, // 5: a struct
        0x15, 0x0a, // 1: 5 values
        0x15, 0x10, // 2: RLE_DICTIONARY
        0x15, 0x06, // 3: RLE
        0x15, 0x06, // 4: RLE
        0x00, 0x00,
    ];

    #[test]
    fn pages_are_counted() {
        let mut column = HEADER.to_vec();
        column.extend([1, 2, 3]);
        assert_eq!(check(&column, 5, 4), Ok(20));
        assert!(check(&column, 6, 4).is_err());
        let two = column.repeat(2);
        assert_eq!(check(&two, 10, 4), Ok(40));
        for end in 1..column.len() {
            assert!(check(&column[..end], 5, 4).is_err(), "{end}");
        }
    }

    #[test]
    fn numbers_that_would_cost_memory_are_refused() {
        let with = |kind: u8, unpacked: &[u8], values: &[u8]| {
            let mut header = vec![0x15, kind << 1, 0x15];
            header.extend(unpacked);
            header.extend([0x15, 0x00]);
            header.push(if kind == 2 { 0x4c } else { 0x2c });
            header.push(0x15);
            header.extend(values);
            header.extend([0x15, 0x00, 0x00, 0x00]);
            header
        };
        // 2^27 bytes; as many values of a dictionary in 20 bytes.
        const LARGE: &[u8] = &[0x80, 0x80, 0x80, 0x80, 0x01];
        assert!(check(&with(0, &[0x28], &[0x0a]), 5, 4).is_ok());
        assert_eq!(
            check(&with(0, LARGE, &[0x0a]), 5, 4),
            Err("a page is too large")
        );
        assert!(check(&with(2, &[0x28], &[0x0a]), 0, 4).is_ok());
        assert!(check(&with(2, &[0x28], &[0x0c]), 0, 4).is_err());
        assert!(check(&with(2, &[0x28], LARGE), 0, 4).is_err());
    }

    #[test]
    fn structs_within_structs_come_to_an_end() {
        let deep = [0x1c].repeat(100_000);
        assert!(check(&deep, 0, 4).is_err());
    }
}
