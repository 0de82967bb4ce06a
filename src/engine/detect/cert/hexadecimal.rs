//! DER as source code writes bytes: `0x30, 0x82, …` in an array, `\x30\x82…` in a string.

use super::seen::Seen;
use super::{Anchor, anchors, encoded};

/// What is shorter is no object of more than 255 bytes, nor holds one.
const MIN_BYTES: usize = 64;
/// Blanks, commas and quotes between two bytes.
const MAX_GAP: usize = 64;

/// The anchor.
pub(super) struct Hexadecimal;

impl Anchor for Hexadecimal {
    fn patterns(&self) -> &'static [&'static [u8]] {
        // A SEQUENCE with a length of two bytes: 256 bytes to 64 KiB.
        &[b"0x30, 0x82", b"0x30,0x82", b"\\x30\\x82"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let mut reader = Reader { text, at };
        let mut bytes = Vec::new();
        let mut length = 4;
        while bytes.len() < length
            && let Some(byte) = reader.next()
        {
            bytes.push(byte);
            if let [0x30, 0x82, high, low] = bytes[..] {
                length += usize::from(u16::from_be_bytes([high, low]));
            }
        }
        if bytes.len() < MIN_BYTES {
            return None;
        }
        // What is none is searched for others once and passed over: decoded again from each, bytes that are nothing but beginnings would
        // take the square of their number.
        seen.stand(text, at..reader.at);
        seen.hold(|seen| {
            if bytes.len() < length || !encoded::read(&bytes, seen) {
                anchors::search_decoded(&bytes, seen)
            }
        });
        Some(reader.at)
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    /// The next byte, behind what may stand between two of them.
    fn next(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        let gap = rest
            .iter()
            .take(MAX_GAP)
            .take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"' | b'+'))
            .count();
        let rest = rest.get(gap..)?;
        let digits = rest
            .strip_prefix(b"0x")
            .or_else(|| rest.strip_prefix(b"0X"))
            .or_else(|| rest.strip_prefix(b"\\x"))?;
        let count = digits
            .iter()
            .take(2)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let digits = std::str::from_utf8(digits.get(..count)?).ok()?;
        let byte = u8::from_str_radix(digits, 16).ok()?;
        self.at += gap + 2 + count;
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    /// `openssl req -x509 -newkey ed25519 -subj /CN=t`: 304 bytes.
    const DER: &str = "MIIBLDCB36ADAgECAhRYy9pgmx4gAOYg/I0S3uZAPja/TjAFBgMrZXAwDDEKMAgGA1UEAwwBdDAeFw0yNjExMjkxOTQ0MTNaFw0zNjExMjYxOTQ0MTNaMAwxCjAIBgNVBAMMAXQwKjAFBgMrZXADIQBx4MA8jTrKtSIrUZ35CFQDSZUuhe9PsZxTipImgO97X6NTMFEwHQYDVR0OBBYEFAXtN0ciILKDh+grBA9QR7l3MdZHMB8GA1UdIwQYMBaAFAXtN0ciILKDh+grBA9QR7l3MdZHMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA7Sf+zzORIXqerIA5+tGy/Fz1LbqbAFsCGVlyXqLDf2NKsgmOrWbgGoSVfvee1VlomBr/4wPnGLPgbXB/p5wWDQ==";

    fn written(prefix: &str, joint: &str, every: usize, line: &str) -> String {
        let bytes = data_encoding::BASE64
            .decode(DER.as_bytes())
            .expect("base64");
        let words: Vec<String> = bytes
            .iter()
            .map(|byte| format!("{prefix}{byte:02x}"))
            .collect();
        words
            .chunks(every)
            .map(|words| words.join(joint))
            .collect::<Vec<_>>()
            .join(line)
    }

    #[test]
    fn arrays_and_strings_of_source_code() {
        for text in [
            format!(
                "int x;\nchar a[] = {{\n  {}\n}};",
                written("0x", ", ", 12, ",\n  ")
            ),
            format!(
                "int x;\nchar a[] = {{\n{}}};",
                written("0x", ",", 16, ",\n")
            ),
            format!(
                "int x;\nchar *a =\n\"{}\";",
                written("\\x", "", 16, "\"\n\"")
            ),
        ] {
            let found = seen("x", text.as_bytes());
            assert!(
                found[0].starts_with("3: certificate algorithm=Ed25519"),
                "{found:?} in {text}"
            );
            assert_eq!(found.len(), 2, "{found:?}");
        }
    }

    #[test]
    fn behind_what_is_none_others_are_found() {
        let text = format!(
            "a = {{ 0x30, 0x82, 0xff, 0xff, {} }};",
            written("0x", ", ", 16, ", ")
        );
        let found = seen("x", text.as_bytes());
        assert!(
            found[0].starts_with("1: certificate algorithm=Ed25519"),
            "{found:?}"
        );
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn nothing_but_beginnings_takes_no_time() {
        let begun = std::time::Instant::now();
        assert_eq!(seen("x", &br"\x30\x82\xff\xff".repeat(1 << 15)), [""; 0]);
        let took = begun.elapsed();
        assert!(took < std::time::Duration::from_secs(20), "{took:?}");
    }

    #[test]
    fn other_bytes_are_none() {
        assert_eq!(seen("x", b"{ 0x30, 0x82, 0x01, 0x00, 0x00 }"), [""; 0]);
        survives("x", written("0x", ",", 9, ",\n").as_bytes());
    }
}
