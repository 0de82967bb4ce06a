//! Findings as code reviews take them: a judgement of an asset at a place, where something has to be done.
//!
//! What is post-quantum, not affected, or only stands ready for others is no finding: nobody who reviews a change can do anything about it.

use std::collections::BTreeMap;

use super::rows::{Row, Totals, rows};
use crate::inventory::fingerprint::{Fingerprint, Fingerprints};
use crate::inventory::waiver::Entry;
use crate::inventory::{Band, Class, Judgement, Occurrence, Report};
use crate::model::FindingClass;

/// A judgement of an asset at one of its places.
pub(in crate::output) struct Finding<'a> {
    pub(in crate::output) row: Row<'a>,
    pub(in crate::output) occurrence: &'a Occurrence,
    pub(in crate::output) fingerprint: Fingerprint,
    /// The waiver that accepts it there.
    pub(in crate::output) accepted: Option<&'a Entry>,
}

/// Findings of a report, the most urgent first, and how many there truly are.
pub(in crate::output) struct Findings<'a> {
    pub(in crate::output) list: Vec<Finding<'a>>,
    pub(in crate::output) totals: Totals,
    /// How many need something, whether they are in the list or beyond its end.
    pub(in crate::output) needed: usize,
}

/// A finding before it is known whether there is room for it: the row, and the place by its number in the asset.
struct Candidate {
    row: usize,
    /// The place's rank among those of its row: production code and uses come first.
    rank: usize,
    place: usize,
    is_accepted: bool,
}

impl<'a> Findings<'a> {
    /// The findings that need something, at most so many.
    ///
    /// Where there are more, every asset keeps its first place before any keeps its second, band by band, and what nobody has accepted
    /// comes before what somebody has.
    pub(in crate::output) fn of(report: &'a Report, most: usize) -> Self {
        let rows = rows(report);
        let totals = Totals::of(&rows);
        let mut candidates = Vec::new();
        for (number, row) in rows.iter().enumerate().filter(|(_, r)| needs(r.judged)) {
            let places = &row.asset.occurrences;
            let mut order: Vec<usize> = (0..places.len()).collect();
            order.sort_by_key(|place| {
                let occurrence = &places[*place];
                (occurrence.context, occurrence.tier(), *place)
            });
            let class = row.judged.finding_class;
            let candidate = |(rank, place)| Candidate {
                row: number,
                rank,
                place,
                is_accepted: report.waivers.accepts(row.number, class, place),
            };
            candidates.extend(order.into_iter().enumerate().map(candidate));
        }
        let needed = candidates.len();
        if needed > most {
            candidates.sort_by_key(|c| (rows[c.row].judged.band, c.is_accepted, c.rank, c.row));
            candidates.truncate(most);
            candidates.sort_by_key(|c| (c.row, c.rank));
        }
        let mut prints: BTreeMap<usize, Fingerprints> = BTreeMap::new();
        let finding = |candidate: Candidate| {
            let row = rows[candidate.row];
            let class = row.judged.finding_class;
            let prints = prints
                .entry(row.number)
                .or_insert_with(|| Fingerprints::of(row.asset));
            Finding {
                row,
                occurrence: &row.asset.occurrences[candidate.place],
                fingerprint: prints.get(class, candidate.place),
                accepted: report.waivers.at(row.number, class, candidate.place),
            }
        };
        Self {
            list: candidates.into_iter().map(finding).collect(),
            totals,
            needed,
        }
    }

    /// How many findings of the report need nothing, and are in no list.
    pub(in crate::output) fn settled(&self) -> usize {
        self.totals.findings - self.needed
    }

    /// How many need something and have no room.
    pub(in crate::output) fn dropped(&self) -> usize {
        self.needed - self.list.len()
    }
}

/// Whether somebody has to do something where it stands.
fn needs(judged: &Judgement) -> bool {
    judged.band < Band::P4 && judged.class != Class::Provided
}

/// The weakness that a class is a case of, by its number in the Common Weakness Enumeration (cwe.mitre.org); none where none fits.
///
/// What only a quantum computer breaks has none: CWE-327 is about what is broken.
pub(in crate::output) const fn weakness(class: FindingClass) -> Option<u16> {
    use FindingClass as Is;
    match class {
        // Use of a Broken or Risky Cryptographic Algorithm.
        Is::WeakCipher
        | Is::WeakMode
        | Is::WeakMac
        | Is::WeakProtocol
        | Is::WeakCipherSuite
        | Is::WeakAlgorithm => Some(327),
        // Use of Weak Hash.
        Is::WeakHash | Is::WeakSignatureDigest | Is::WeakSignatureScheme => Some(328),
        // Inadequate Encryption Strength.
        Is::ShortKey | Is::WeakKeyExchange => Some(326),
        // Use of Cryptographically Weak Pseudo-Random Number Generator (PRNG).
        Is::WeakRandom => Some(338),
        // Inclusion of Sensitive Information in Source Code: "on a web server or repository".
        Is::PrivateKeyInRepository => Some(540),
        // Use of RSA Algorithm without OAEP.
        Is::WeakPadding => Some(780),
        // Use of Password Hash With Insufficient Computational Effort.
        Is::WeakPasswordHash => Some(916),
        _ => None,
    }
}
