//! What several forms say of an organisation, worked out once, so that all of them say the same.

use crate::fleet::organisation::{ByBand, Coverage, Deadline, Organisation, Point, Totals};
use crate::output::fit::{counted, grouped, harmless};

/// The parts of the coverage: the word for programs, what it means, and how many. They add up to all repositories.
pub(super) fn parts(coverage: &Coverage) -> [(&'static str, &'static str, u64); 6] {
    [
        ("scanned", "scanned in this run", coverage.scanned),
        (
            "unchanged",
            "unchanged since their scan",
            coverage.unchanged,
        ),
        (
            "stale",
            "changed since their scan: old numbers",
            coverage.stale,
        ),
        ("failed", "never scanned: it failed", coverage.failed),
        ("waiting", "waiting to be scanned", coverage.waiting),
        (
            "left_out",
            "left out (the settings say so, or it is empty)",
            coverage.left_out,
        ),
    ]
}

/// What is wrong where the parts do not add up, so that no form shows a sum that is none.
pub(super) fn not_adding_up(coverage: &Coverage) -> Option<String> {
    let sum = parts(coverage)
        .iter()
        .fold(0_u64, |sum, part| sum.saturating_add(part.2));
    (sum != coverage.repositories).then(|| {
        format!(
            "The parts come to {}, and the targets name {}: what became of the others is not known.",
            grouped(sum),
            grouped(coverage.repositories)
        )
    })
}

/// Those that are to be looked at: all but what the settings leave out.
pub(super) fn in_scope(coverage: &Coverage) -> u64 {
    coverage.repositories.saturating_sub(coverage.left_out)
}

/// Whose current head was scanned.
pub(super) fn current(coverage: &Coverage) -> u64 {
    coverage.scanned.saturating_add(coverage.unchanged)
}

/// With any result, of the current head or an older one.
pub(super) fn known(coverage: &Coverage) -> u64 {
    current(coverage).saturating_add(coverage.stale)
}

/// How much of what is to be looked at is covered, in whole percent, never more than there is; none where there is nothing to look at.
pub(super) fn covered(coverage: &Coverage) -> Option<u64> {
    percent(current(coverage), in_scope(coverage))
}

/// How much of what needs a post-quantum answer has one, in whole percent; none where nothing needs one.
pub(super) fn readiness(totals: &Totals) -> Option<u64> {
    percent(totals.ready, totals.broken.saturating_add(totals.ready))
}

fn percent(part: u64, of: u64) -> Option<u64> {
    let percent = (u128::from(part) * 100).checked_div(u128::from(of))?;
    u64::try_from(percent.min(100)).ok()
}

/// Assets that somebody has to do something about: P0 to P3.
pub(super) fn urgent(bands: &ByBand) -> u64 {
    bands[..4].iter().fold(0, |sum, n| sum.saturating_add(*n))
}

/// The next deadline that something is open for; where nothing is, the next.
pub(super) fn next_deadline(organisation: &Organisation) -> Option<&Deadline> {
    let ahead = || {
        let deadlines = organisation.deadlines.iter();
        deadlines.filter(|deadline| deadline.day > organisation.as_of)
    };
    let first = |open: bool| {
        ahead()
            .filter(|deadline| deadline.open > 0 || !open)
            .min_by_key(|deadline| (deadline.day, &deadline.policy))
    };
    first(true).or_else(|| first(false))
}

/// Deadlines that are over, with something still open.
pub(super) fn overdue(organisation: &Organisation) -> impl Iterator<Item = &Deadline> {
    let deadlines = organisation.deadlines.iter();
    deadlines.filter(|deadline| deadline.day <= organisation.as_of && deadline.open > 0)
}

/// How many days are left until a deadline; negative where it is over.
pub(super) fn days_left(organisation: &Organisation, deadline: &Deadline) -> i64 {
    let seconds = deadline.day.duration_since(organisation.as_of).as_secs();
    seconds / (24 * 60 * 60)
}

/// How many would have to be changed each month from now on so that nothing is open at the deadline; none where it is over.
pub(super) fn a_month(organisation: &Organisation, deadline: &Deadline) -> Option<u64> {
    let days = u64::try_from(days_left(organisation, deadline)).ok()?;
    if days == 0 {
        return None;
    }
    // A year has 365.2425 days: 12 months of 30.436875.
    let exact = u128::from(deadline.open) * 30_436_875;
    u64::try_from(exact.div_ceil(u128::from(days) * 1_000_000)).ok()
}

/// What is different since the run before.
pub(super) struct Change<'a> {
    /// The run before the last.
    pub(super) since: &'a Point,
    /// How many more assets a quantum computer breaks.
    pub(super) broken: i64,
    /// How many more are post-quantum or hybrid.
    pub(super) ready: i64,
}

/// What is different since the run before, where there was one.
pub(super) fn change(organisation: &Organisation) -> Option<Change<'_>> {
    let [.., since, last] = &organisation.trend[..] else {
        return None;
    };
    let more = |of: fn(&Totals) -> u64| {
        let (now, then) = (of(&last.totals), of(&since.totals));
        let size = i64::try_from(now.abs_diff(then)).unwrap_or(i64::MAX);
        if now < then { -size } else { size }
    };
    Some(Change {
        since,
        broken: more(|totals| totals.broken),
        ready: more(|totals| totals.ready),
    })
}

/// `+1,234`, `−5`, `±0`.
pub(super) fn signed(number: i64) -> String {
    let sign = match number {
        0 => '±',
        1.. => '+',
        _ => '−',
    };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// Where the organisation stands, in plain words.
pub(super) fn sentence(organisation: &Organisation) -> String {
    let (coverage, totals) = (&organisation.coverage, &organisation.totals);
    if coverage.repositories == 0 {
        return "The targets name no repository.".to_owned();
    }
    let known = known(coverage);
    if known == 0 {
        return format!(
            "Nothing has been scanned yet: no result of any of the {}.",
            repositories(coverage.repositories)
        );
    }
    let mut said = match (totals.assets, totals.broken) {
        (0, _) => format!("No cryptography was found in {}.", repositories(known)),
        (assets, 0) => format!(
            "A quantum computer breaks none of the {} in {}.",
            counted(assets, "asset"),
            repositories(known)
        ),
        (assets, broken) => format!(
            "A quantum computer breaks {} of the {} in {}; {} post-quantum or hybrid.",
            grouped(broken),
            counted(assets, "asset"),
            repositories(known),
            match totals.ready {
                1 => "1 is".to_owned(),
                ready => format!("{} are", grouped(ready)),
            }
        ),
    };
    let missing = in_scope(coverage).saturating_sub(current(coverage));
    if missing > 0 {
        let of = repositories(in_scope(coverage));
        said.push_str(&format!(
            " Of the {of} to look at, {} not, or not as they are now, in these numbers.",
            match missing {
                1 => "1 is".to_owned(),
                missing => format!("{} are", grouped(missing)),
            }
        ))
    }
    said
}

/// `1 repository`, `1,234 repositories`.
pub(super) fn repositories(number: u64) -> String {
    match number {
        1 => "1 repository".to_owned(),
        number => format!("{} repositories", grouped(number)),
    }
}

/// What a list that is longer than what is shown says: `20 of 1,234`; none where all are shown.
pub(super) fn capped(shown: usize, of: u64) -> Option<String> {
    let shown = shown as u64;
    (shown < of).then(|| format!("{} of {}", grouped(shown), grouped(of)))
}

/// The title of a policy, where it is known.
pub(super) fn policy(organisation: &Organisation, id: &str) -> String {
    let mut policies = organisation.policies.iter();
    let title = policies.find(|(known, _)| known == id);
    harmless(title.map_or(id, |(_, title)| title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn deadline(day: jiff::civil::Date, open: u64) -> Deadline {
        Deadline {
            day,
            policy: "p".to_owned(),
            open,
            repositories: 1,
        }
    }

    #[test]
    fn the_next_deadline_is_one_that_something_is_open_for() {
        let mut organisation = Organisation {
            as_of: date(2026, 11, 30),
            deadlines: vec![
                deadline(date(2026, 11, 30), 3),
                deadline(date(2031, 1, 1), 0),
                deadline(date(2036, 1, 1), 5),
            ],
            ..Organisation::default()
        };
        let next = |o: &Organisation| next_deadline(o).map(|d| d.day);
        assert_eq!(next(&organisation), Some(date(2036, 1, 1)));
        assert_eq!(overdue(&organisation).count(), 1);
        organisation.deadlines.pop();
        assert_eq!(next(&organisation), Some(date(2031, 1, 1)));
    }

    #[test]
    fn what_is_open_is_spread_over_the_months_that_are_left() {
        let organisation = Organisation {
            as_of: date(2026, 1, 1),
            ..Organisation::default()
        };
        // 365 days are 11.99 months.
        let one = deadline(date(2027, 1, 1), 120);
        assert_eq!(days_left(&organisation, &one), 365);
        assert_eq!(a_month(&organisation, &one), Some(11));
        assert_eq!(a_month(&organisation, &deadline(date(2026, 1, 1), 9)), None);
        assert_eq!(
            a_month(&organisation, &deadline(date(2027, 1, 1), 0)),
            Some(0)
        );
        let most = deadline(date(2026, 1, 2), u64::MAX);
        assert_eq!(a_month(&organisation, &most), None);
    }

    #[test]
    fn percentages_are_of_what_there_is() {
        let totals = |broken, ready| Totals {
            broken,
            ready,
            ..Totals::default()
        };
        assert_eq!(readiness(&totals(0, 0)), None);
        assert_eq!(readiness(&totals(2, 1)), Some(33));
        assert_eq!(readiness(&totals(0, u64::MAX)), Some(100));
        assert_eq!(signed(-1234), "−1,234");
        assert_eq!(signed(0), "±0");
    }
}
