//! Lines and parameters' names (`debug_info_item`): a small program that counts lines and code along.

use super::file::Dex;

/// Lines of one method that are kept; its code has at most as many instructions.
const MAX_LINES: usize = 65_536;

/// The parameters' names, as far as they are told.
pub(super) fn parameters(dex: &Dex<'_>, at: usize) -> Vec<Option<String>> {
    head(dex, at).map(|(_, names, _)| names).unwrap_or_default()
}

/// The first line, the parameters' names, and where the program begins.
fn head(dex: &Dex<'_>, at: usize) -> Option<(u32, Vec<Option<String>>, usize)> {
    let mut at = (at != 0).then_some(at)?;
    let line = dex.bytes.uleb(&mut at)?;
    let count = dex.bytes.uleb(&mut at)?;
    let mut names = Vec::new();
    for _ in 0..count.min(255) {
        // One more than the index; 0 where there is no name.
        let index = dex.bytes.uleb(&mut at)?.checked_sub(1);
        let index = index.and_then(|index| usize::try_from(index).ok());
        names.push(index.and_then(|index| dex.name(index)).map(str::to_owned));
    }
    Some((line, names, at))
}

/// From which unit of the code on which line.
pub(super) fn lines(dex: &Dex<'_>, at: usize, units: usize) -> Vec<(usize, u32)> {
    let mut lines = Vec::new();
    if let Some((line, _, at)) = head(dex, at) {
        run(dex, at, line, units, &mut lines);
    }
    lines
}

fn run(
    dex: &Dex<'_>,
    at: usize,
    line: u32,
    units: usize,
    lines: &mut Vec<(usize, u32)>,
) -> Option<()> {
    let (mut at, mut line, mut address) = (at, line, 0_usize);
    while lines.len() < MAX_LINES {
        let op = dex.bytes.u1(at)?;
        at += 1;
        match op {
            0x00 => break,
            0x01 => {
                let by = usize::try_from(dex.bytes.uleb(&mut at)?).ok()?;
                address = address.checked_add(by)?;
            }
            0x02 => line = line.wrapping_add_signed(dex.bytes.sleb(&mut at)?),
            0x03 | 0x04 => {
                for _ in 0..op {
                    dex.bytes.uleb(&mut at)?;
                }
            }
            0x05 | 0x06 | 0x09 => {
                dex.bytes.uleb(&mut at)?;
            }
            0x07 | 0x08 => {}
            _ => {
                let both = op - 0x0a;
                address = address.checked_add(usize::from(both / 15))?;
                line = line.wrapping_add_signed(i32::from(both % 15) - 4);
                if address > units {
                    break;
                }
                lines.push((address, line));
            }
        }
    }
    Some(())
}
