//! Which Python compiled a module.

/// The first and last magic number of each minor version of Python 3, from its first alpha to its release (`Lib/importlib/
/// _bootstrap_external.py`, since 3.13 `Include/internal/pycore_magic_number.h`).
static MAGIC: &[(u8, u16, u16)] = &[
    (6, 3360, 3379),
    (7, 3390, 3399),
    (8, 3400, 3419),
    (9, 3420, 3429),
    (10, 3430, 3449),
    (11, 3450, 3499),
    (12, 3500, 3549),
    (13, 3550, 3599),
    (14, 3600, 3649),
];
/// What the releases write. Between alphas the instructions changed.
static RELEASED: &[(u8, u16)] = &[
    (6, 3379),
    (7, 3394),
    (8, 3413),
    (9, 3425),
    (10, 3439),
    (11, 3495),
    (12, 3531),
    (13, 3571),
    (14, 3627),
];

/// A version of Python 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    /// The minor version.
    pub(super) minor: u8,
    /// Whether its instructions are known: those of a release.
    pub(super) released: bool,
}

impl Version {
    /// The version of a compiled module, and where its header ends.
    pub(super) fn of(head: &[u8]) -> Option<(Self, usize)> {
        let magic = u16::from_le_bytes(*head.first_chunk()?);
        let (minor, _, _) = MAGIC
            .iter()
            .find(|(_, first, last)| (first..=last).contains(&&magic))?;
        let version = Self {
            minor: *minor,
            released: RELEASED.contains(&(*minor, magic)),
        };
        // Since 3.7 flags stand before the time and the size of the source (PEP 552).
        Some((version, if *minor >= 7 { 16 } else { 12 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_number_tells_the_version() {
        let of = |magic: u16| {
            let [low, high] = magic.to_le_bytes();
            Version::of(&[low, high, b'\r', b'\n'])
        };
        let released = |minor| Version {
            minor,
            released: true,
        };
        assert_eq!(of(3379), Some((released(6), 12)));
        assert_eq!(of(3495), Some((released(11), 16)));
        assert_eq!(of(3627), Some((released(14), 16)));
        assert_eq!(of(3600).map(|(version, _)| version.released), Some(false));
        assert_eq!(of(62211), None, "Python 2.7");
    }
}
