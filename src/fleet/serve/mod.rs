//! For those without a scheduler: runs at the ticks of a schedule, and a page that says where the organisation stands.
//!
//! A tick's moment is what it is known by: of several servers on a database one runs it, once, and none begins while another is at one. What
//! was due meanwhile, or while no server was there, is run once afterwards, however many ticks it was. A tick whose server is gone is run by
//! whoever is there.

pub mod schedule;
pub mod site;

use std::time::Duration;

use tokio::sync::watch;

use self::schedule::Cron;
use super::state::{self, State, Tick};
use super::worker::now;

/// How often a server says that it is at its tick.
const BEAT: Duration = Duration::from_secs(15);
/// How often it is looked whether a tick is due: clocks are set, and other servers die.
const LOOK: Duration = Duration::from_secs(15);

/// How the run of a tick ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It came to its end.
    Done,
    /// It did not; the next tick tries again.
    Failed,
    /// It was asked to stop, and is left to whoever comes next.
    Stopped,
}

/// What a server is at. Moments are seconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    /// Since when a run goes on here.
    pub running_since: Option<i64>,
    /// When the last run here ended, and whether it came to its end.
    pub last: Option<(i64, bool)>,
    /// When the next is due.
    pub next: Option<i64>,
}

/// The tick to run, where one is due.
fn due(cron: &Cron, last: &Tick, now: i64) -> Option<i64> {
    let latest = cron.latest(now);
    match last.finished_at {
        Some(_) => latest.filter(|latest| *latest > last.at),
        None if last.is_lost(now) => latest.max(Some(last.at)),
        None => None,
    }
}

/// A server's hold on the schedule.
pub struct Ticks<'a> {
    /// The database.
    pub state: &'a State,
    /// When runs are due.
    pub cron: &'a Cron,
    /// What the server is at.
    pub shown: &'a watch::Sender<Now>,
    /// Hears of what the database does not do.
    pub say: &'a (dyn Fn(&str) + Send + Sync),
}

impl Ticks<'_> {
    /// Runs what is due until `stop` comes; `run` is given a tick's moment and hears of the stop by itself. `at_once`: the moment of the
    /// beginning is a tick too.
    pub async fn run<F>(
        &self,
        at_once: bool,
        run: impl Fn(i64) -> F,
        stop: impl Future<Output = ()>,
    ) where
        F: Future<Output = Ended>,
    {
        let server = super::worker::name();
        let mut extra = at_once;
        tokio::pin!(stop);
        loop {
            self.shown
                .send_modify(|shown| shown.next = self.cron.next(now()));
            let tick = match self.take(&server, extra).await {
                Ok(tick) => tick,
                Err(error) => {
                    (self.say)(&format!("the schedule waits: {error}"));
                    None
                }
            };
            let Some(tick) = tick else {
                let pause = self.cron.next(now()).map_or(LOOK, |next| {
                    Duration::from_secs(u64::try_from(next - now()).unwrap_or(0).max(1)).min(LOOK)
                });
                tokio::select! {
                    () = tokio::time::sleep(pause) => continue,
                    () = &mut stop => return,
                }
            };
            extra = false;
            self.shown
                .send_modify(|shown| shown.running_since = Some(now()));
            let beats = async {
                loop {
                    tokio::time::sleep(BEAT).await;
                    if let Err(error) = self.state.beat_tick(&server, now()).await {
                        (self.say)(&format!("the schedule: {error}"))
                    }
                }
            };
            let ended = tokio::select! {
                ended = run(tick) => ended,
                () = beats => Ended::Failed,
            };
            self.shown.send_modify(|shown| {
                shown.running_since = None;
                shown.last = Some((now(), ended == Ended::Done));
            });
            let told = match ended {
                Ended::Stopped => self.state.leave_tick(&server).await,
                Ended::Done | Ended::Failed => self.state.finish_tick(&server, now()).await,
            };
            if let Err(error) = told {
                (self.say)(&format!("the schedule: {error}"))
            }
            if ended == Ended::Stopped {
                return;
            }
        }
    }

    /// Takes what is due, if nobody else does.
    async fn take(&self, server: &str, at_once: bool) -> state::Result<Option<i64>> {
        // This second may be a tick.
        self.state.begin_ticks(now() - 1).await?;
        let Some(last) = self.state.last_tick().await? else {
            return Ok(None);
        };
        let now = now();
        let is_free = last.finished_at.is_some() || last.is_lost(now);
        let extra = Some(now).filter(|_| at_once && is_free);
        let Some(tick) = due(self.cron, &last, now).max(extra) else {
            return Ok(None);
        };
        let taken = self.state.take_tick(tick, server, now).await?;
        Ok(taken.then_some(tick))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(at: i64, beat_at: i64, finished_at: Option<i64>) -> Tick {
        Tick {
            at,
            beat_at,
            finished_at,
        }
    }

    /// Ticks at 0, 3,600, 7,200 …
    fn hourly() -> Cron {
        Cron::parse("0 * * * *", "UTC").unwrap()
    }

    #[test]
    fn what_was_missed_is_run_once() {
        let cron = hourly();
        let done = last(3_600, 3_700, Some(3_700));
        assert_eq!(due(&cron, &done, 7_199), None);
        assert_eq!(due(&cron, &done, 7_200), Some(7_200));
        // Five were missed: the last of them stands for all.
        assert_eq!(due(&cron, &done, 25_300), Some(25_200));
        assert_eq!(
            due(&cron, &last(25_200, 25_300, Some(25_400)), 25_500),
            None
        );
    }

    #[test]
    fn what_goes_on_elsewhere_is_not_due_until_its_server_is_gone() {
        let cron = hourly();
        assert_eq!(due(&cron, &last(3_600, 7_150, None), 7_205), None);
        assert_eq!(due(&cron, &last(3_600, 7_150, None), 7_211), Some(7_200));
        assert_eq!(due(&cron, &last(7_200, 7_210, None), 7_300), Some(7_200));
        // Left by a server that was stopped.
        assert_eq!(due(&cron, &last(7_200, 0, None), 7_201), Some(7_200));
    }

    #[tokio::test]
    async fn of_two_servers_one_has_a_tick() {
        let state = State::in_memory().await.unwrap();
        state.begin_ticks(100).await.unwrap();
        // The second server begins later and changes nothing.
        state.begin_ticks(200).await.unwrap();
        assert_eq!(
            state.last_tick().await.unwrap(),
            Some(last(100, 100, Some(100)))
        );
        assert!(!state.take_tick(100, "a", 100).await.unwrap());
        assert!(state.take_tick(3_600, "a", 3_601).await.unwrap());
        assert!(!state.take_tick(3_600, "b", 3_602).await.unwrap());
        // The first is at it for long, and the next tick comes.
        assert!(!state.take_tick(7_200, "b", 3_660).await.unwrap());
        state.beat_tick("a", 7_190).await.unwrap();
        assert!(!state.take_tick(7_200, "b", 7_201).await.unwrap());
        // What another says of it does not count.
        state.finish_tick("b", 7_202).await.unwrap();
        assert!(!state.take_tick(7_200, "b", 7_203).await.unwrap());
        state.finish_tick("a", 7_204).await.unwrap();
        assert!(state.take_tick(7_200, "b", 7_205).await.unwrap());
        assert!(!state.take_tick(7_200, "a", 7_205).await.unwrap());
        // The second dies: the same tick is anybody's, a minute later.
        assert!(!state.take_tick(7_200, "a", 7_265).await.unwrap());
        assert!(state.take_tick(7_200, "a", 7_266).await.unwrap());
        // It was not dead, and comes back: it has lost the tick.
        state.finish_tick("b", 7_270).await.unwrap();
        assert_eq!(state.last_tick().await.unwrap().unwrap().finished_at, None);
        state.leave_tick("a").await.unwrap();
        assert!(state.take_tick(7_200, "b", 7_271).await.unwrap());
    }

    #[tokio::test]
    async fn a_server_runs_at_once_where_it_is_asked_and_leaves_what_is_stopped() {
        let state = State::in_memory().await.unwrap();
        let cron = Cron::parse("0 0 1 1 *", "UTC").unwrap();
        let (shown, _) = watch::channel(Now::default());
        let ticks = Ticks {
            state: &state,
            cron: &cron,
            shown: &shown,
            say: &|_| {},
        };
        // A fleet that had a run an hour ago: the beginning is later than any tick.
        state.begin_ticks(now() - 3_600).await.unwrap();
        let count = std::sync::atomic::AtomicU32::new(0);
        let (tell, mut heard) = watch::channel(false);
        let run = |_| {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tell.send_replace(true);
            async { Ended::Done }
        };
        let stop = async move {
            heard.wait_for(|ran| *ran).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
        };
        ticks.run(true, run, stop).await;
        assert_eq!(count.into_inner(), 1);
        let after = state.last_tick().await.unwrap().unwrap();
        assert!(after.finished_at.is_some());
        assert_eq!(shown.borrow().last.map(|(_, done)| done), Some(true));
        // What another left is gone on with, and left again.
        let later = after.at + 1;
        assert!(state.take_tick(later, "other", later).await.unwrap());
        state.leave_tick("other").await.unwrap();
        let stopped = |_| async { Ended::Stopped };
        ticks.run(false, stopped, std::future::pending()).await;
        let left = state.last_tick().await.unwrap().unwrap();
        assert_eq!((left.at, left.beat_at), (later, 0));
        assert_eq!(left.finished_at, None);
    }
}
