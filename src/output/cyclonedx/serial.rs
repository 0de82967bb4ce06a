//! Serial numbers of documents: a name-based UUID (RFC 9562, section 5.5) of the content, so that the same content has the same one.

use std::io;

use sha1::{Digest, Sha1};
use uuid::{Builder, Uuid};

/// A random UUID, fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_2c8e_5b0a_4d37_9a41_c3e7_7f20_b615);

/// The serial number of what is written to it.
pub(super) struct Serial(Sha1);

impl Serial {
    pub(super) fn new() -> Self {
        Self(Sha1::new_with_prefix(NAMESPACE.as_bytes()))
    }

    /// That of a text.
    pub(super) fn of(content: &str) -> String {
        let mut serial = Self::new();
        serial.0.update(content);
        serial.urn()
    }

    /// As `serialNumber` has it.
    pub(super) fn urn(self) -> String {
        let [start @ .., _, _, _, _]: [u8; 20] = self.0.finalize().into();
        format!("urn:uuid:{}", Builder::from_sha1_bytes(start).as_uuid())
    }
}

impl io::Write for Serial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_is_written_in_parts_has_the_number_of_the_whole() {
        let mut serial = Serial::new();
        serial.write_all(b"{\"a\"").expect("written");
        serial.write_all(b":1}").expect("written");
        let whole = Uuid::new_v5(&NAMESPACE, b"{\"a\":1}");
        assert_eq!(serial.urn(), format!("urn:uuid:{whole}"));
        assert_eq!(Serial::of("{\"a\":1}"), format!("urn:uuid:{whole}"));
    }
}
