//! What can only happen to a server.

use std::future::Future as _;
use std::pin::pin;
use std::slice;
use std::task::{Context, Waker};
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::date;
use pqscan::fleet::state::State;
use pqscan::fleet::task::Engine as By;
use rustix::process::{Pid, Signal, kill_process};

use super::database::{Cluster, Database, Engine};
use super::fleet::{Fleet, Organisation, assert_same, until};

#[test]
#[ignore = "starts PostgreSQL"]
fn the_server_begins_anew_in_the_middle() {
    let organisation = Organisation::new(6);
    let expected = organisation.undisturbed();
    for number in 0..6 {
        organisation.gate(&format!("slow-r{number}"));
    }
    let cluster = Cluster::own();
    let fleet = Fleet::new(Engine::Postgres(cluster), &organisation);
    let planner = fleet.planner();
    let mut worker = fleet.worker(true);
    // Once while it is at its first tasks, and as a crash while it is at later ones.
    for (mode, begun) in [("fast", 1), ("immediate", 3)] {
        until("somebody is at it", slice::from_mut(&mut worker), |_| {
            let sql = "SELECT COUNT(*) FROM tasks WHERE attempts > 0";
            let number = fleet.database.try_ask(sql);
            number.is_ok_and(|rows| rows[0][0].parse::<u32>().unwrap() >= begun)
        });
        cluster.control(&["-w", "-m", mode, "restart"]);
    }
    worker.ends_well();
    planner.ends_well();
    assert_eq!(fleet.states(), "done 6", "{}", cluster.log());
    assert_eq!(fleet.database.number("SELECT COUNT(*) FROM results"), 6);
    assert_same(&expected, &fleet.inventory());
}

#[test]
#[ignore = "starts PostgreSQL"]
fn whoever_is_not_let_in_hears_so_and_no_password() {
    let organisation = Organisation::new(1);
    let fleet = Fleet::new(Engine::Postgres(Cluster::shared()), &organisation);
    let out = fleet
        .command(&["status"])
        .env("PGPASSWORD", "wrong horse")
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("password authentication failed"), "{said}");
    assert!(!said.contains("horse"), "{said}");
    // A file of passwords does as well.
    let Database::Postgres(cluster, name) = &fleet.database else {
        unreachable!()
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let line = format!("*:*:{name}:fleet:{}\n", cluster.password);
    std::fs::write(file.path(), line).unwrap();
    let out = fleet
        .command(&["query", "SELECT COUNT(*) AS runs FROM runs"])
        .env_remove("PGPASSWORD")
        .env("PGPASSFILE", file.path())
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.success(), "{said}");
    assert!(String::from_utf8(out.stdout).unwrap().contains('0'));
}

#[tokio::test]
#[ignore = "starts PostgreSQL"]
async fn what_is_given_up_at_any_moment_leaves_nothing_open() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    let url = cluster.url(&database);
    let password = cluster.password.replace(' ', "%20");
    let state = State::open(&url.replace("fleet@", &format!("fleet:{password}@")))
        .await
        .unwrap();
    let by = By {
        version: "1".to_owned(),
        rules: "r".to_owned(),
        settings: "s".to_owned(),
    };
    // Each run is of another day: none goes on with an older one.
    let mut days = (0..).map(|number| date(2026, 1, 1) + number.days());
    for steps in 1.. {
        // More than the pool has connections, which take turns: what follows is written over each of them.
        let mut runs = Vec::new();
        for _ in 0..10 {
            runs.push(state.begin_run(&by, days.next().unwrap(), 1).await.unwrap());
        }
        let sessions = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let sessions = cluster.ask(&database, sessions).unwrap();
        let all = |signal| {
            for session in &sessions {
                let pid = Pid::from_raw(session[0].parse().unwrap()).unwrap();
                // One that is gone does not answer either.
                let _ = kill_process(pid, signal);
            }
        };
        let is_done = {
            let mut given_up = pin!(state.begin_run(&by, days.next().unwrap(), 1));
            let mut is_done = false;
            for _ in 0..steps {
                // Each step is one answer more: nobody answers within one.
                all(Signal::STOP);
                let mut context = Context::from_waker(Waker::noop());
                is_done = given_up.as_mut().poll(&mut context).is_ready();
                all(Signal::CONT);
                if is_done {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            is_done
        };
        // The connection is back with the others.
        tokio::time::sleep(Duration::from_millis(20)).await;
        for run in &runs {
            state.finish_run(run, 2).await.unwrap();
        }
        let sql = format!(
            "SELECT finished_at FROM runs WHERE number BETWEEN {} AND {}",
            runs[0].number, runs[9].number
        );
        let seen = cluster.ask(&database, &sql).unwrap();
        assert_eq!(seen, [["2"]; 10], "given up after {steps} steps");
        if is_done {
            assert!(steps > 3, "{steps}");
            break;
        }
    }
}
