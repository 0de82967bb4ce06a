//! What can only happen to a server.

use std::slice;

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
