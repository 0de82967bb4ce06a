//! Checksums over headers, set right: what a fuzzer changes would otherwise end at the first of them, and what lies behind, where
//! an attacker's right checksum leads, would hardly be met.

const BLOCK: usize = 512;
const SEVEN_Z: &[u8] = &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c];

/// The same with right checksums; `None` if they are right, or of a form that has none.
pub(crate) fn repaired(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = bytes.to_vec();
    if bytes.starts_with(SEVEN_Z) {
        seven_z(&mut repaired)?
    } else {
        tar(&mut repaired)
    }
    (repaired != bytes).then_some(repaired)
}

/// 7zFormat.txt: the start header from 12 to 32 says where the header lies, its length and its checksum.
fn seven_z(bytes: &mut [u8]) -> Option<()> {
    let long = |at: usize| -> Option<usize> {
        let word = bytes.get(at..at + 8)?.try_into().ok()?;
        usize::try_from(u64::from_le_bytes(word)).ok()
    };
    let begin = long(12)?.checked_add(32)?;
    if let Some(end) = begin.checked_add(long(20)?)
        && let Some(header) = bytes.get(begin..end)
    {
        let sum = crc32fast::hash(header);
        bytes[28..32].copy_from_slice(&sum.to_le_bytes());
    }
    let sum = crc32fast::hash(bytes.get(12..32)?);
    bytes[8..12].copy_from_slice(&sum.to_le_bytes());
    Some(())
}

/// POSIX ustar: the sum of a header's bytes, its own field as blanks.
fn tar(bytes: &mut [u8]) {
    for block in bytes.chunks_exact_mut(BLOCK) {
        if block[257..262] == *b"ustar" {
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
    }
}
