//! The mishaps.

use std::fs;
use std::slice;
use std::thread;
use std::time::Duration;

use super::database::Engine;
use super::fleet::{Fleet, Organisation, assert_same, java, until};

pub(crate) fn two_planners_at_once_queue_nothing_twice(engine: Engine) {
    let organisation = Organisation::new(3);
    // By bytes Z is before a, and - before 0 before _; languages have other orders.
    for name in ["Zeta", "a-r", "a_r"] {
        organisation.repository(name, &[("src/Keys.java", &java(4096))]);
    }
    let fleet = Fleet::new(engine, &organisation);
    let (jobs, _) = fleet.database.queue();
    // Both find no tables, no run and no task.
    let mut planners =
        [(); 2].map(|()| fleet.start(&["run", "--no-work", "--as-of", "2026-11-30"]));
    until("both have planned", &mut planners, |planners| {
        planners
            .iter()
            .all(|planner| planner.said().contains("6 to scan"))
    });
    let count = |table: &str| {
        fleet
            .database
            .number(&format!("SELECT COUNT(*) FROM {table}"))
    };
    assert_eq!((count("runs"), count("tasks"), count(jobs)), (1, 6, 6));
    // And a third one, which finds all of it.
    let mut third = fleet.planner();
    until(
        "the third has planned",
        slice::from_mut(&mut third),
        |third| third[0].said().contains("to scan"),
    );
    assert!(
        third
            .said()
            .contains("run 1, which goes on: 6 repositories, 6 to scan"),
        "{}",
        third.said()
    );
    drop(third);
    assert_eq!((count("runs"), count("tasks"), count(jobs)), (1, 6, 6));
    fleet.worker(true).ends_well();
    for planner in planners {
        planner.ends_well();
    }
    assert_eq!(fleet.states(), "done 6");
    assert_eq!(fleet.database.number("SELECT SUM(attempts) FROM tasks"), 6);
    assert_eq!((count("results"), count("points")), (6, 1));
    // A delivery may be acknowledged after the last planner has cleared up: the next run removes it.
    assert_eq!(count(&format!("{jobs} WHERE status <> 'Done'")), 0);
    assert_same(&organisation.undisturbed(), &fleet.inventory());
    // Once more: nothing is to be done.
    let said = fleet.run();
    assert!(
        said.contains("run 2: 6 repositories, 0 to scan, 6 unchanged"),
        "{said}"
    );
    assert_eq!((count("tasks"), count(jobs)), (6, 0));
}

pub(crate) fn of_two_workers_one_is_killed(engine: Engine) {
    let organisation = Organisation::new(6);
    let expected = organisation.undisturbed();
    organisation.shut(6);
    let fleet = Fleet::new(engine, &organisation);
    let planner = fleet.planner();
    let begun = || {
        fleet
            .database
            .ask("SELECT id FROM tasks WHERE attempts > 0")
    };
    let mut victim = fleet.worker(true);
    until(
        "one has both hands full",
        slice::from_mut(&mut victim),
        |_| begun().len() == 2,
    );
    let lost = begun();
    let mut workers = [victim, fleet.worker(true)];
    until("the other one has too", &mut workers, |_| {
        begun().len() == 4
    });
    let [mut victim, survivor] = workers;
    victim.kill();
    organisation.open(6);
    // Only what the survivor hears, or rather does not hear, of it makes it go on.
    survivor.ends_well();
    planner.ends_well();
    assert_eq!(fleet.states(), "done 6");
    let again = fleet
        .database
        .ask("SELECT id FROM tasks WHERE attempts > 1");
    assert!(lost.iter().all(|id| again.contains(id)), "{again:?}");
    assert_eq!(fleet.database.number("SELECT COUNT(*) FROM results"), 6);
    assert_same(&expected, &fleet.inventory());
}

pub(crate) fn a_task_that_kills_its_workers_is_given_up(engine: Engine) {
    let organisation = Organisation::new(3);
    organisation.gate("kill-r1");
    let fleet = Fleet::new(engine, &organisation);
    let task = "SELECT task FROM repositories WHERE name LIKE '%/r1%'";
    let attempts = format!("SELECT attempts FROM tasks WHERE id = ({task})");
    for number in 1..=3 {
        if number == 3 {
            // As if it had happened four times more.
            fleet.database.ask(&format!(
                "UPDATE tasks SET attempts = 7 WHERE id = ({task})"
            ));
        }
        let (code, said) = fleet.runner().ends();
        assert_eq!(code, None, "{said}");
        let expected = if number == 3 { 8 } else { number };
        assert_eq!(fleet.database.number(&attempts), expected);
        fleet.database.bury().unwrap();
    }
    let said = fleet.run();
    assert!(
        said.contains("poison: 8 workers began with it and did not come back"),
        "{said}"
    );
    assert_eq!(fleet.states(), "done 2, failed 1");
    let failures = fleet
        .database
        .ask("SELECT class, reason, attempts FROM v_failures");
    let expected = [
        "poison",
        "8 workers began with it and did not come back",
        "9",
    ];
    assert_eq!(failures, [expected.map(str::to_owned)]);
    // The same head is not tried again: it would kill again.
    let said = fleet.run();
    assert!(said.contains("run 2: 3 repositories, 0 to scan"), "{said}");
}

pub(crate) fn what_a_scan_cannot_bear_is_parted_from_the_rest(engine: Engine) {
    let organisation = Organisation::new(1);
    let large: String = (0..CLASSES).map(|n| format!("class K{n} {{ void make() throws Exception {{ KeyPairGenerator made = KeyPairGenerator.getInstance(\"RSA\"); made.initialize(2048); }} }}\n")).collect();
    let large = format!("import java.security.KeyPairGenerator;\n{large}");
    organisation.repository(
        "bad",
        &[
            ("lib/Keys.java", &java(3072)),
            ("lib/Large.java", &large),
            ("README", "x"),
        ],
    );
    let fleet = Fleet::with(engine, &organisation, &format!("memory = {MEMORY}"), "");
    let said = fleet.run();
    assert_eq!(fleet.states(), "done 4, failed 1, split 1", "{said}");
    let failures = fleet
        .database
        .ask("SELECT repository, class, reason FROM v_failures");
    let [failure] = failures.as_slice() else {
        panic!("{failures:?}");
    };
    assert!(failure[0].ends_with("/bad.git"), "{failure:?}");
    assert_eq!(failure[1], "poison");
    assert_eq!(
        failure[2],
        format!("lib/Large.java: the scan needs more memory than the limit of {MEMORY} MiB")
    );
    let keys = fleet
        .database
        .ask("SELECT repository, name FROM v_assets WHERE algorithm LIKE 'RSA%' ORDER BY name");
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(
        keys[0][1].contains("2048") && keys[1][1].contains("3072"),
        "{keys:?}"
    );
    let said = fleet.run();
    assert!(said.contains("0 to scan, 2 unchanged"), "{said}");
}

/// Classes in a file whose scan needs more than 128 MiB, and how many of them a scan may have; it does with a file of one class in 32.
const CLASSES: usize = 8_000;
const MEMORY: usize = 64;

pub(crate) fn failures_are_told_apart_and_tried_again(engine: Engine) {
    let organisation = Organisation::new(3);
    let expected = organisation.undisturbed();
    let expected: Vec<&String> = expected.keys().filter(|name| name.contains("r1")).collect();
    let gone = organisation.bare("gone");
    let empty = organisation.bare("empty");
    organisation.repository("empty", &[("README", "x")]);
    fs::remove_file(empty.join("refs/heads/main")).unwrap();
    organisation.gate("deaf-r1");
    organisation.gate("deaf-r2");
    let list = format!(
        "[[target]]\nkind = \"list\"\nurls = [\"file://{}\"]",
        gone.display()
    );
    let fleet = Fleet::with(engine, &organisation, "", &list);
    let (jobs, _) = fleet.database.queue();
    let later = format!(
        "UPDATE {jobs} SET run_at = {} WHERE status = 'Pending'",
        fleet.database.long_ago()
    );
    let of = |name: &str| {
        let sql = format!(
            "SELECT state, attempts, class FROM tasks WHERE id = (SELECT task FROM repositories WHERE name LIKE '%/{name}%')"
        );
        fleet
            .database
            .try_ask(&sql)
            .unwrap_or_default()
            .pop()
            .unwrap_or_default()
            .join(" ")
    };
    let mut runner = fleet.runner();
    let mut is_back = false;
    while runner.lives() {
        if !is_back && of("r2") == "waiting 1 transient" {
            organisation.no_gate("deaf-r2");
            is_back = true;
        }
        // Pauses of minutes are not for tests; the first one is, or it could be over before anybody looks.
        if is_back {
            let _ = fleet.database.try_ask(&later);
        }
        thread::sleep(Duration::from_millis(200));
    }
    let said = runner.ends_well();
    assert!(is_back, "{said}");
    assert_eq!(of("r0"), "done 1 ", "{said}");
    assert_eq!(of("r1"), "failed 4 transient", "{said}");
    assert_eq!(of("r2"), "done 2 ", "{said}");
    assert_eq!(of("gone"), "failed 1 permanent", "{said}");
    assert!(
        said.contains(
            "transient: git fetch: fatal: unable to access 'deaf-r1': Could not resolve host"
        ),
        "{said}"
    );
    // The next run tries all of them again, and only them.
    organisation.no_gate("deaf-r1");
    let mut again = fleet.start(&["run", "--strict", "--as-of", "2026-11-30"]);
    let (code, said) = again.ends();
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("run 2: 5 repositories, 2 to scan, 2 unchanged"),
        "{said}"
    );
    assert_eq!(of("r1"), "done 1 ");
    assert_eq!(of("gone"), "failed 1 permanent");
    let coverage = fleet
        .database
        .ask("SELECT repositories, scanned, unchanged, failed, left_out FROM v_coverage");
    assert_eq!(coverage, [["5", "1", "2", "1", "1"].map(str::to_owned)]);
    let why = fleet
        .database
        .ask("SELECT left_out FROM v_repositories WHERE name LIKE '%/empty%'");
    assert_eq!(why, [["it is empty".to_owned()]]);
    let inventory = fleet.inventory();
    assert!(expected.iter().all(|name| inventory.contains_key(*name)));
}

pub(crate) fn a_lost_acknowledgement_does_nothing_twice(engine: Engine) {
    let organisation = Organisation::new(4);
    let fleet = Fleet::new(engine, &organisation);
    let (jobs, _) = fleet.database.queue();
    // Without anybody who clears up.
    drop(fleet.planner());
    fleet.worker(true).ends_well();
    assert_eq!(fleet.states(), "done 4");
    let before = fleet
        .database
        .ask("SELECT id, attempts, result, finished_at FROM tasks ORDER BY id");
    // As if no acknowledgement had come.
    fleet.database.ask(&format!(
        "UPDATE {jobs} SET status = 'Pending', lock_by = NULL, lock_at = NULL, done_at = NULL"
    ));
    let open = format!("SELECT COUNT(*) FROM {jobs} WHERE status <> 'Done'");
    assert_eq!(fleet.database.number(&open), 4);
    let mut worker = fleet.worker(false);
    until(
        "all are acknowledged again",
        slice::from_mut(&mut worker),
        |_| fleet.database.number(&open) == 0,
    );
    worker.terminate();
    assert_eq!(worker.ends().0, Some(0));
    let after = fleet
        .database
        .ask("SELECT id, attempts, result, finished_at FROM tasks ORDER BY id");
    assert_eq!(before, after);
    assert_eq!(fleet.database.number("SELECT COUNT(*) FROM results"), 4);
    // A delivery that is lost altogether: whoever waits for its task queues it again.
    fleet.database.ask(
        "UPDATE tasks SET state = 'waiting', result = NULL WHERE id = (SELECT MIN(id) FROM tasks)",
    );
    fleet.database.ask(&format!("DELETE FROM {jobs}"));
    fleet.worker(true).ends_well();
    assert_eq!(fleet.states(), "done 4");
    fleet.run();
    assert_same(&organisation.undisturbed(), &fleet.inventory());
}

pub(crate) fn killed_ten_times_it_says_the_same(engine: Engine) {
    let organisation = Organisation::new(6);
    let expected = organisation.undisturbed();
    organisation.gate("slow-r2");
    organisation.gate("slow-r5");
    let fleet = Fleet::new(engine, &organisation);
    // Moments that are far apart and near each other, the same in each run: multiples of the golden ratio.
    for number in 1..=10 {
        let moment = 200 + (number * 1_618) % 2_800;
        let mut runner = fleet.runner();
        thread::sleep(Duration::from_millis(moment));
        runner.kill();
        if number % 3 == 0 {
            // On a slow machine all were killed before there was a worker.
            let _ = fleet.database.bury();
        }
    }
    fleet.database.bury().unwrap();
    // A task may have been at work in all ten: that is not what this test is of.
    fleet
        .database
        .ask("UPDATE tasks SET attempts = 1 WHERE attempts > 1");
    fleet.run();
    assert_eq!(fleet.states(), "done 6");
    assert_eq!(fleet.database.number("SELECT COUNT(*) FROM runs"), 1);
    assert_same(&expected, &fleet.inventory());
}

pub(crate) fn asked_to_stop_it_gives_back_what_it_has(engine: Engine) {
    let organisation = Organisation::new(4);
    let expected = organisation.undisturbed();
    organisation.shut(4);
    let fleet = Fleet::new(engine, &organisation);
    let (jobs, _) = fleet.database.queue();
    let mut planner = fleet.planner();
    let mut worker = fleet.worker(false);
    until("it is at two tasks", slice::from_mut(&mut worker), |_| {
        fleet
            .database
            .number("SELECT COUNT(*) FROM tasks WHERE attempts > 0")
            == 2
    });
    worker.terminate();
    let (code, said) = worker.ends();
    assert_eq!((code, &*said), (Some(0), ""));
    // They count as if nobody had begun with them, and wait for somebody else.
    assert_eq!(fleet.states(), "waiting 4");
    assert_eq!(fleet.database.number("SELECT SUM(attempts) FROM tasks"), 0);
    let open = format!("SELECT COUNT(*) FROM {jobs} WHERE status = 'Pending'");
    assert_eq!(fleet.database.number(&open), 4);
    planner.terminate();
    let (code, said) = planner.ends();
    assert_eq!(code, Some(2));
    assert!(
        said.contains("pqscan fleet run goes on where it was"),
        "{said}"
    );
    let left: Vec<_> = fs::read_dir(fleet.scratch())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| !["lock", "cache"].contains(&&*name.to_string_lossy()))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    organisation.open(4);
    let said = fleet.run();
    assert!(
        said.contains("run 1, which goes on: 4 repositories, 4 to scan"),
        "{said}"
    );
    assert_eq!(fleet.database.number("SELECT SUM(attempts) FROM tasks"), 4);
    assert_same(&expected, &fleet.inventory());
}

pub(crate) fn tables_are_used_again_and_those_of_a_newer_version_are_not(engine: Engine) {
    let organisation = Organisation::new(1);
    let fleet = Fleet::new(engine, &organisation);
    fleet.run();
    let before = fleet.inventory();
    assert!(fleet.output(&["status"]).status.success());
    assert_same(&before, &fleet.inventory());
    let steps = "SELECT COUNT(*) FROM fleet_schema";
    let known = fleet.database.number(steps);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fleet/state/migrations");
    assert_eq!(known, fs::read_dir(folder).unwrap().count() as i64);
    // What a version to come would leave.
    fleet.database.ask("INSERT INTO fleet_schema (version, description, success, checksum, execution_time) SELECT 20990101000000, 'to come', success, checksum, 0 FROM fleet_schema WHERE version = 20261130000001");
    for args in [
        ["status"].as_slice(),
        &["run"],
        &["worker"],
        &["query", "SELECT 1"],
    ] {
        let out = fleet.output(args);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.contains("a newer version of pqscan has changed the database"),
            "{args:?}: {said}"
        );
    }
    assert_eq!(fleet.database.number(steps), known + 1);
}
