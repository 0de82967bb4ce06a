//! Which server runs a tick of the schedule: one of those on a database, each tick once, one at a time.
//!
//! All of it is one row, so that either engine decides by itself who was first. Moments are seconds since 1970.

use super::{Result, State, with};

/// After so many seconds without a word of its server, a tick is anybody's.
pub(in crate::fleet) const LOST: i64 = 60;

/// The last tick that somebody ran, or runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// When it was due.
    pub at: i64,
    /// When its server last said that it is at it.
    pub beat_at: i64,
    /// When it came to its end.
    pub finished_at: Option<i64>,
}

impl Tick {
    /// Whether its server is gone.
    pub(in crate::fleet) fn is_lost(&self, now: i64) -> bool {
        self.finished_at.is_none() && self.beat_at < now - LOST
    }
}

impl State {
    /// The schedule begins now, where it has not begun before: what was due earlier is not made up for.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn begin_ticks(&self, now: i64) -> Result<()> {
        let insert = "INSERT INTO ticks (id, tick, server, beat_at, finished_at) VALUES (1, $1, '', $1, $1) ON CONFLICT (id) DO NOTHING";
        with!(self, pool => {
            sqlx::query(insert).bind(now).execute(pool).await?;
        });
        Ok(())
    }

    /// The last tick that somebody ran, or runs.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn last_tick(&self) -> Result<Option<Tick>> {
        let select = "SELECT tick, beat_at, finished_at FROM ticks WHERE id = 1";
        let row: Option<(i64, i64, Option<i64>)> =
            with!(self, pool => sqlx::query_as(select).fetch_optional(pool).await?);
        Ok(row.map(|(at, beat_at, finished_at)| Tick {
            at,
            beat_at,
            finished_at,
        }))
    }

    /// Takes a tick, if it is later than the last one and nobody is at that; or if whoever was at that is gone. Says whether it was taken.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn take_tick(&self, tick: i64, server: &str, now: i64) -> Result<bool> {
        let update = "UPDATE ticks SET tick = $1, server = $2, beat_at = $3, finished_at = NULL WHERE id = 1 AND ((finished_at IS NOT NULL AND tick < $1) OR (finished_at IS NULL AND tick <= $1 AND beat_at < $4))";
        let taken = with!(self, pool => sqlx::query(update)
            .bind(tick)
            .bind(server)
            .bind(now)
            .bind(now - LOST)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(taken == 1)
    }

    /// Says that the server is still at its tick.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn beat_tick(&self, server: &str, now: i64) -> Result<()> {
        self.tick(
            "UPDATE ticks SET beat_at = $1 WHERE id = 1 AND server = $2 AND finished_at IS NULL",
            server,
            now,
        )
        .await
    }

    /// The server's tick came to its end.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn finish_tick(&self, server: &str, now: i64) -> Result<()> {
        self.tick("UPDATE ticks SET finished_at = $1 WHERE id = 1 AND server = $2 AND finished_at IS NULL", server, now)
            .await
    }

    /// The server leaves its tick to whoever comes next.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn leave_tick(&self, server: &str) -> Result<()> {
        self.tick(
            "UPDATE ticks SET beat_at = $1 WHERE id = 1 AND server = $2 AND finished_at IS NULL",
            server,
            0,
        )
        .await
    }

    async fn tick(&self, update: &'static str, server: &str, moment: i64) -> Result<()> {
        with!(self, pool => {
            sqlx::query(update).bind(moment).bind(server).execute(pool).await?;
        });
        Ok(())
    }
}
