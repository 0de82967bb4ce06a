//! When it is time: the five fields of crontab(5), in a time zone.
//!
//! `jiff-cron` reads and reckons; it counts days of the week from 1 and wants days of the month and of the week both to fit. Here 0 and 7 are
//! Sunday, and of two lists of days that are both restricted, either is enough, as everybody's crontab has it.

use jiff_cron::Schedule;
use jiff_cron::jiff::tz::TimeZone;
use jiff_cron::jiff::{Timestamp, Zoned};

/// Longer texts are no schedules.
const MAX: usize = 1_000;
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Why a text is no schedule, as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotSchedule(String);

/// The moments at which runs are due.
#[derive(Debug, Clone)]
pub struct Cron {
    schedules: Vec<Schedule>,
    zone: TimeZone,
}

impl Cron {
    /// Reads `minute hour day month weekday` (`0 3 * * *`) or one of `@hourly @daily @weekly @monthly @yearly`, in a time zone by its name
    /// (`Europe/Berlin`, `UTC`).
    ///
    /// # Errors
    /// When it is none, or never comes.
    pub fn parse(text: &str, zone: &str) -> Result<Self, NotSchedule> {
        let shown = crate::output::fit::harmless(text.get(..MAX).unwrap_or(text));
        let wrong = |why: &str| NotSchedule(format!("the schedule `{shown}`: {why}"));
        if text.len() > MAX {
            return Err(wrong("it is too long"));
        }
        let zone = TimeZone::get(zone).map_err(|_| {
            let zone = crate::output::fit::harmless(zone);
            NotSchedule(format!("there is no time zone `{zone}` here"))
        })?;
        let spelled = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let fields: Vec<&str> = spelled.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = *fields.as_slice() else {
            return Err(wrong(
                "it has five fields, minute hour day month weekday: `0 3 * * *`",
            ));
        };
        let is_known = |c: char| c.is_ascii_alphanumeric() || "*,-/".contains(c);
        if !fields.iter().all(|field| field.chars().all(is_known)) {
            return Err(wrong("fields are of numbers, names, `*`, `,`, `-` and `/`"));
        }
        let weekdays = weekdays(weekday)
            .ok_or_else(|| wrong("days of the week are 0 (Sunday) to 7 (Sunday), or sun to sat"))?;
        let is_open = |field: &str| field.starts_with('*');
        let days = match is_open(day) || is_open(weekday) {
            true => vec![(day, weekdays.as_str())],
            false => vec![(day, "*"), ("*", weekdays.as_str())],
        };
        let schedules = days.into_iter().map(|(day, weekdays)| {
            let text = format!("0 {minute} {hour} {day} {month} {weekdays}");
            text.parse::<Schedule>()
                .map_err(|_| wrong("a field is none, or out of its bounds"))
        });
        let cron = Self {
            schedules: schedules.collect::<Result<_, _>>()?,
            zone,
        };
        match cron.next(0) {
            Some(_) => Ok(cron),
            None => Err(wrong("it never comes")),
        }
    }

    fn at(&self, moment: i64) -> Option<Zoned> {
        let moment = Timestamp::from_second(moment).ok()?;
        Some(moment.to_zoned(self.zone.clone()))
    }

    /// The first moment after one; both in seconds since 1970.
    pub fn next(&self, after: i64) -> Option<i64> {
        let after = self.at(after)?;
        let next = self.schedules.iter().filter_map(|schedule| {
            let next = schedule.after(after.clone()).next()?;
            Some(next.timestamp().as_second())
        });
        next.min()
    }

    /// The last moment that is not after one; both in seconds since 1970.
    pub fn latest(&self, until: i64) -> Option<i64> {
        // The library gives what lies before.
        let before = self.at(until.checked_add(1)?)?;
        let latest = self.schedules.iter().filter_map(|schedule| {
            let latest = schedule.after(before.clone()).next_back()?;
            Some(latest.timestamp().as_second())
        });
        latest.max()
    }
}

/// A moment as people read it: `2026-12-01T03:00:00Z`.
pub fn shown(moment: i64) -> String {
    Timestamp::from_second(moment).map_or_else(|_| moment.to_string(), |moment| moment.to_string())
}

/// Days of the week, Sunday 0 or 7, as the library counts them: Sunday 1.
fn weekdays(field: &str) -> Option<String> {
    let day = |text: &str| {
        let text = text.to_ascii_lowercase();
        let named = DAYS.iter().position(|day| *day == text);
        named.or_else(|| text.parse().ok().filter(|day| *day <= 7))
    };
    let mut chosen = [false; 7];
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step.parse().ok().filter(|step| *step > 0)?)),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((first, last)) => {
                let (first, last) = (day(first)?, day(last)?);
                // From Saturday to Sunday.
                (first, if last == 0 && first > 0 { 7 } else { last })
            }
            // From a day on, where there is a step.
            None => (day(range)?, step.map_or(day(range)?, |_| 6)),
        };
        if first > last {
            return None;
        }
        for day in (first..=last).step_by(step.unwrap_or(1)) {
            chosen[day % 7] = true
        }
    }
    let chosen = (0..7)
        .filter(|day| chosen[*day])
        .map(|day| (day + 1).to_string());
    Some(chosen.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(text: &str) -> Cron {
        Cron::parse(text, "UTC").unwrap()
    }

    fn moment(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    fn next(text: &str, after: &str) -> String {
        shown(cron(text).next(moment(after)).unwrap())
    }

    /// 2026-12-01 is a Tuesday.
    #[test]
    fn moments_are_those_of_crontabs() {
        let after = "2026-12-01T02:59:59Z";
        assert_eq!(next("0 3 * * *", after), "2026-12-01T03:00:00Z");
        assert_eq!(
            next("0 3 * * *", "2026-12-01T03:00:00Z"),
            "2026-12-02T03:00:00Z"
        );
        assert_eq!(next("*/15 * * * *", after), "2026-12-01T03:00:00Z");
        assert_eq!(next("5,35 8-17 * * *", after), "2026-12-01T08:05:00Z");
        assert_eq!(next("@hourly", after), "2026-12-01T03:00:00Z");
        assert_eq!(next("@monthly", after), "2027-01-01T00:00:00Z");
        assert_eq!(next("0 0 29 2 *", after), "2028-02-29T00:00:00Z");
        assert_eq!(next("0 0 1 jan *", after), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn sunday_is_0_and_7_and_monday_is_1() {
        let after = "2026-12-01T00:00:00Z";
        assert_eq!(next("0 3 * * 0", after), "2026-12-06T03:00:00Z");
        assert_eq!(next("0 3 * * 7", after), "2026-12-06T03:00:00Z");
        assert_eq!(next("0 3 * * 1", after), "2026-12-07T03:00:00Z");
        assert_eq!(next("0 3 * * mon", after), "2026-12-07T03:00:00Z");
        assert_eq!(next("0 3 * * 5-7", after), "2026-12-04T03:00:00Z");
        assert_eq!(
            next("0 3 * * fri-sun", "2026-12-05T12:00:00Z"),
            "2026-12-06T03:00:00Z"
        );
        assert_eq!(
            next("0 3 * * 1-5", "2026-12-04T12:00:00Z"),
            "2026-12-07T03:00:00Z"
        );
        assert_eq!(weekdays("*/2").as_deref(), Some("1,3,5,7"));
    }

    #[test]
    fn of_two_restricted_lists_of_days_either_is_enough() {
        // The 13th, and every Friday: the 4th is one.
        assert_eq!(
            next("0 0 13 * 5", "2026-12-01T00:00:00Z"),
            "2026-12-04T00:00:00Z"
        );
        assert_eq!(
            next("0 0 13 * 5", "2026-12-11T00:00:00Z"),
            "2026-12-13T00:00:00Z"
        );
    }

    #[test]
    fn the_latest_is_the_moment_itself_or_the_last_before() {
        let cron = cron("0 3 * * *");
        let latest = |until: &str| shown(cron.latest(moment(until)).unwrap());
        assert_eq!(latest("2026-12-01T03:00:00Z"), "2026-12-01T03:00:00Z");
        assert_eq!(latest("2026-12-01T02:59:59Z"), "2026-11-30T03:00:00Z");
        let mondays = Cron::parse("30 6 * * 1", "UTC").unwrap();
        let latest = mondays.latest(moment("2026-12-01T00:00:00Z")).unwrap();
        assert_eq!(shown(latest), "2026-11-30T06:30:00Z");
    }

    #[test]
    fn hours_are_those_of_the_time_zone() {
        if !std::path::Path::new("/usr/share/zoneinfo/Europe/Berlin").exists() {
            // This machine has no data of time zones.
            return;
        }
        let cron = Cron::parse("0 3 * * *", "Europe/Berlin").unwrap();
        let next = |after: &str| shown(cron.next(moment(after)).unwrap());
        assert_eq!(next("2026-12-01T00:00:00Z"), "2026-12-01T02:00:00Z");
        assert_eq!(next("2026-07-01T00:00:00Z"), "2026-07-01T01:00:00Z");
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "0 3 * *",
            "0 3 * * * *",
            "60 3 * * *",
            "0 24 * * *",
            "0 3 0 * *",
            "0 3 * 13 *",
            "0 3 * * 8",
            "0 3 * * 5-2",
            "0 3 * * 1/0",
            "a b c d e",
            "0 0 30 2 *",
            "0 3 ? * *",
            "@never",
            "@reboot",
        ] {
            assert!(Cron::parse(text, "UTC").is_err(), "{text}");
        }
        assert!(Cron::parse(&"0".repeat(2_000), "UTC").is_err());
        assert!(Cron::parse("0 3 * * *", "Mars/Olympus").is_err());
    }
}
