//! What the user or a project names is read as far as such a thing is large, and no further: a device or a pipe has no end, and the system
//! does not tell its size.

use std::io::{self, Read};

/// All that there is to read; `None` where it is more than `most` bytes.
pub(super) fn read(from: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_large_as_it_may_be_is_read_and_what_is_larger_is_not() {
        assert_eq!(read(&b"abc"[..], 3).unwrap(), Some(b"abc".to_vec()));
        assert_eq!(read(&b"abcd"[..], 3).unwrap(), None);
        assert_eq!(read(io::repeat(0), 1000).unwrap(), None);
    }
}
