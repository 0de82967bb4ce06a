//! The fleet's robustness, on SQLite and on PostgreSQL: the same list of mishaps on both, through the real program, and each time the same
//! inventory as where nothing happened.
//!
//! The tests on PostgreSQL are ignored by default: they start a cluster of their own (Debian's package `postgresql`) and need the feature
//! `fleet-shared`.
#![cfg(all(feature = "fleet", unix))]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be done for a test fails it"
)]

#[path = "fleet_engines/database.rs"]
mod database;
#[path = "fleet_engines/fleet.rs"]
mod fleet;
#[path = "fleet_engines/list.rs"]
mod list;
#[cfg(feature = "fleet-shared")]
#[path = "fleet_engines/server.rs"]
mod server;

macro_rules! on_both_engines {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                super::list::$test(super::database::Engine::Sqlite)
            })*
        }
        #[cfg(feature = "fleet-shared")]
        mod postgres {
            use super::database::{Cluster, Engine};
            $(#[test]
            #[ignore = "starts PostgreSQL"]
            fn $test() {
                super::list::$test(Engine::Postgres(Cluster::shared()))
            })*
        }
    };
}

on_both_engines! {
    two_planners_at_once_queue_nothing_twice
    of_two_workers_one_is_killed
    a_task_that_kills_its_workers_is_given_up
    what_a_scan_cannot_bear_is_parted_from_the_rest
    failures_are_told_apart_and_tried_again
    a_lost_acknowledgement_does_nothing_twice
    killed_ten_times_it_says_the_same
    asked_to_stop_it_gives_back_what_it_has
    tables_are_used_again_and_those_of_a_newer_version_are_not
}
