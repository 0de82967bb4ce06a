//! Kernel modules of Linux: what `modinfo` shows (`include/linux/module.h`), and the signature behind them.

use super::super::bytes::Bytes;
use super::super::described::Described;
use super::Section;

/// Entries of one module: those of drivers list every device.
const MAX_ENTRIES: usize = 100_000;
/// The line at the end of a signed module (`include/linux/module_signature.h`), and the record before it.
const MARK: &[u8] = b"~Module signature appended~\n";
const RECORD: u64 = 12;

/// Reads the section `.modinfo`: texts `key=value`, each with a zero byte behind it.
pub(super) fn read(bytes: &mut Bytes<'_>, section: &Section, described: &mut Described) {
    let (table, _) = bytes.table(section.offset, section.size);
    let base = bytes.in_file(section.offset);
    let mut at = 0u64;
    for entry in table.split(|byte| *byte == 0).take(MAX_ENTRIES) {
        let start = base.saturating_add(at);
        at += entry.len() as u64 + 1;
        let Ok(entry) = std::str::from_utf8(entry) else {
            continue;
        };
        let Some((key, value)) = entry.split_once('=') else {
            continue;
        };
        match key {
            "name" if !value.is_empty() => described.name = Some(value.to_owned()),
            "version" if !value.is_empty() => described.version = Some(value.to_owned()),
            "depends" => value.split(',').for_each(|module| described.needs(module)),
            "alias" => {
                // A module has each twice, with and without the prefix (`MODULE_ALIAS_CRYPTO`).
                if let Some(algorithm) = value.strip_prefix("crypto-") {
                    let from = start + (entry.len() - algorithm.len()) as u64;
                    let to = from + algorithm.len() as u64;
                    described.registers.push((algorithm.to_owned(), from..to))
                }
            }
            _ => {}
        }
    }
}

/// Notes where the signature is, if there is one.
pub(super) fn signature(bytes: &mut Bytes<'_>, described: &mut Described) {
    let length = bytes.len();
    let Some(mark) = length.checked_sub(MARK.len() as u64) else {
        return;
    };
    if bytes.some(mark, MARK.len() as u64) != MARK {
        return;
    }
    let Some(record) = mark.checked_sub(RECORD) else {
        return;
    };
    let little = std::mem::replace(&mut bytes.little, false);
    let size = bytes.number(mark - 4, 4);
    bytes.little = little;
    if let Some(start) = size.and_then(|size| record.checked_sub(size)) {
        described
            .signatures
            .push(bytes.in_file(start)..bytes.in_file(length))
    }
}
