//! What people hear while a fleet works.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::args::Verbosity;
use super::super::counted;
use crate::fleet::organisation::Organisation;
use crate::fleet::run::Begun;
use crate::fleet::state::Run;
use crate::fleet::target::Problem;
use crate::fleet::worker::Told;
use crate::output::fit::harmless;

/// What people hear while it goes on.
#[derive(Clone)]
pub(super) struct Teller {
    verbosity: Verbosity,
    done: Arc<AtomicU64>,
}

impl Teller {
    pub(super) fn new(verbosity: Verbosity) -> Self {
        Self {
            verbosity,
            done: Arc::default(),
        }
    }

    pub(super) fn say(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            anstream::eprintln!("pqscan: {}", harmless(text))
        }
    }

    /// Hears of tasks.
    pub(super) fn tasks(&self) -> Arc<Told> {
        let teller = self.clone();
        Arc::new(move |repository, ended| match ended {
            Ok(()) => {
                let done = teller.done.fetch_add(1, Ordering::Relaxed) + 1;
                if teller.verbosity == Verbosity::Verbose {
                    teller.say(&format!("{}: scanned", repository.name))
                } else if done.is_multiple_of(500) {
                    teller.say(&format!("{done} scanned"))
                }
            }
            Err(failure) => {
                let class = failure.class.name();
                teller.say(&format!("{}: {class}: {}", repository.name, failure.reason))
            }
        })
    }

    /// What a run is about to do.
    pub(super) fn plan(&self, begun: &Begun) {
        let planned = &begun.planned;
        let goes_on = match begun.run.is_resumed {
            true => ", which goes on",
            false => "",
        };
        self.say(&format!(
            "run {}{goes_on}: {}, {} to scan, {} unchanged, {} left out",
            begun.run.number,
            counted_repositories(planned.repositories),
            planned.new + planned.waiting,
            planned.unchanged,
            planned.left_out,
        ));
        self.problems(&begun.problems)
    }

    /// What a run came to.
    pub(super) fn coverage(&self, organisation: &Organisation, run: &Run) {
        let coverage = &organisation.coverage;
        let wanted = coverage.repositories - coverage.left_out;
        let current = coverage.scanned + coverage.unchanged;
        let share = (current * 100).checked_div(wanted).unwrap_or(100);
        let [p0, p1, ..] = organisation.totals.by_band;
        self.say(&format!(
        "run {}: {current} of {wanted} repositories ({share} %) are looked at as they are today; {}, {} broken by a quantum computer, P0 {p0}, P1 {p1}; new {}, gone {}, failed {}",
        run.number,
        counted(usize::try_from(organisation.totals.assets).unwrap_or(usize::MAX), "asset"),
        organisation.totals.broken,
        organisation.new.of,
        organisation.gone.of,
        organisation.failures.of,
    ));
    }

    /// What targets did not answer.
    pub(super) fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            self.say(&format!("{}: {}", problem.target, problem.failure.reason))
        }
    }
}

/// `1 repository`, `2 repositories`.
pub(super) fn counted_repositories(number: u64) -> String {
    match number {
        1 => "1 repository".to_owned(),
        _ => format!("{number} repositories"),
    }
}
