use std::sync::Arc;
use std::sync::Mutex;

use jiff::civil::date;

use super::*;
use crate::fleet::failure::Failure;
use crate::fleet::queue;
use crate::fleet::repository::{Origin, Repository};
use crate::fleet::rollup::{Counted, Judged, JudgedAsset};
use crate::fleet::task::{Engine, Task};

fn repository(name: &str, commit: &str) -> Repository {
    Repository {
        name: format!("git.example.org/{name}"),
        url: format!("https://git.example.org/{name}.git"),
        origin: Origin::Git,
        owner: "team".to_owned(),
        branch: Some("main".to_owned()),
        commit: Some(commit.to_owned()),
        archived: false,
        fork: false,
        kilobytes: None,
    }
}

fn engine() -> Engine {
    Engine {
        version: "1".to_owned(),
        rules: "r".to_owned(),
        settings: "s".to_owned(),
    }
}

fn task(name: &str, commit: &str) -> Task {
    Task {
        repository: repository(name, commit),
        entries: Vec::new(),
        engine: engine(),
    }
}

fn finished(key: &str) -> Finished {
    Finished {
        key: key.to_owned(),
        commit: "c".to_owned(),
        tree: "t".to_owned(),
        files: 3,
        bytes: 30,
        gaps: 0,
        places: 2,
    }
}

async fn begun() -> (State, Run) {
    let state = State::in_memory().await.unwrap();
    let run = state
        .begin_run(&engine(), date(2026, 11, 30), 100)
        .await
        .unwrap();
    (state, run)
}

async fn current(state: &State) -> Vec<Vec<Option<String>>> {
    let select = "SELECT repositories.name, key FROM current_results JOIN repositories ON id = repository ORDER BY 1, 2";
    state.ask(select, 100).await.unwrap().rows
}

fn row(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|v| Some((*v).to_owned())).collect()
}

#[tokio::test]
async fn what_was_scanned_is_not_planned_again_and_what_failed_is() {
    let (state, run) = begun().await;
    let found = [
        repository("a", "1"),
        repository("b", "1"),
        repository("c", "1"),
    ];
    let left = [(repository("d", "1"), "archived".to_owned())];
    let planned = state
        .plan(&run, &found, &left, &engine(), true)
        .await
        .unwrap();
    assert_eq!(
        (planned.repositories, planned.new, planned.left_out),
        (4, 3, 1)
    );
    for name in ["a", "b", "c"] {
        let task = task(name, "1");
        let started = state.start(&task.id()).await.unwrap().unwrap();
        assert_eq!((started.attempts, &started.task), (1, &task));
    }
    let (a, b, c) = (task("a", "1"), task("b", "1"), task("c", "1"));
    state
        .finish(&a.id(), &a, &finished("k-a"), 200)
        .await
        .unwrap();
    state
        .finish(&a.id(), &a, &finished("k-a"), 300)
        .await
        .unwrap();
    state
        .fail(&b.id(), &b, &Failure::permanent("gone"), None, 200)
        .await
        .unwrap();
    state
        .fail(&c.id(), &c, &Failure::poison("crash"), None, 200)
        .await
        .unwrap();
    assert_eq!(state.start(&a.id()).await.unwrap(), None);
    assert_eq!(current(&state).await, [row(&["git.example.org/a", "k-a"])]);
    let progress = state.progress(run.number).await.unwrap();
    assert_eq!(
        (progress.waiting, progress.done, progress.failed),
        (0, 1, 2)
    );

    // The run was not ended: it goes on, and does not try what failed for good in it … but does try what may have passed.
    let again = state
        .begin_run(&engine(), date(2026, 11, 30), 400)
        .await
        .unwrap();
    assert!(again.is_resumed);
    state.finish_run(&again, 500).await.unwrap();
    let next = state
        .begin_run(&engine(), date(2026, 12, 1), 600)
        .await
        .unwrap();
    assert_eq!((next.number, next.is_resumed), (2, false));
    let found = [
        repository("a", "1"),
        repository("b", "1"),
        repository("c", "1"),
    ];
    let planned = state
        .plan(&next, &found, &[], &engine(), true)
        .await
        .unwrap();
    assert_eq!(
        (planned.new, planned.unchanged, planned.poison, planned.gone),
        (1, 1, 1, 1)
    );
    // Another head of what crashed is another chance.
    let found = [repository("c", "2")];
    let planned = state
        .plan(&next, &found, &[], &engine(), false)
        .await
        .unwrap();
    assert_eq!((planned.new, planned.gone), (1, 0));
}

#[tokio::test]
async fn what_has_no_commit_is_looked_at_in_every_run() {
    let (state, run) = begun().await;
    let artefacts = Repository {
        origin: Origin::Artefacts,
        commit: None,
        ..repository("a", "1")
    };
    let whole = Task {
        repository: artefacts.clone(),
        ..task("a", "1")
    };
    let found = [artefacts];
    let engine = engine();
    let plan = || state.plan(&run, &found, &[], &engine, true);
    assert_eq!(plan().await.unwrap().new, 1);
    assert_eq!(plan().await.unwrap().waiting, 1);
    let halves = [vec!["lib".to_owned()], vec!["src".to_owned()]];
    let parts = halves.clone().map(|entries| Task {
        entries,
        ..whole.clone()
    });
    let poison = Failure::poison("memory");
    state
        .split(&whole.id(), &whole, &halves, &poison)
        .await
        .unwrap();
    for (part, key) in parts.iter().zip(["k1", "k2"]) {
        state
            .finish(&part.id(), part, &finished(key), 200)
            .await
            .unwrap();
    }
    let name = "git.example.org/a";
    assert_eq!(
        current(&state).await,
        [row(&[name, "k1"]), row(&[name, "k2"])]
    );
    // The files may be others now: what was made of parts stands until the whole was looked at again, and no longer.
    assert_eq!(plan().await.unwrap().new, 1);
    assert_eq!(current(&state).await.len(), 2);
    state
        .finish(&whole.id(), &whole, &finished("k3"), 300)
        .await
        .unwrap();
    assert_eq!(current(&state).await, [row(&[name, "k3"])]);
}

#[tokio::test]
async fn a_head_that_moved_on_is_dropped_and_its_result_does_not_count() {
    let (state, run) = begun().await;
    state
        .plan(&run, &[repository("a", "1")], &[], &engine(), true)
        .await
        .unwrap();
    let old = task("a", "1");
    assert!(state.start(&old.id()).await.unwrap().is_some());
    state
        .plan(&run, &[repository("a", "2")], &[], &engine(), true)
        .await
        .unwrap();
    assert_eq!(state.start(&old.id()).await.unwrap(), None);
    state
        .finish(&old.id(), &old, &finished("old"), 200)
        .await
        .unwrap();
    assert!(current(&state).await.is_empty());
    let new = task("a", "2");
    state
        .finish(&new.id(), &new, &finished("new"), 200)
        .await
        .unwrap();
    assert_eq!(current(&state).await, [row(&["git.example.org/a", "new"])]);
}

#[tokio::test]
async fn parts_count_once_all_of_them_have_come_to_their_end() {
    let (state, run) = begun().await;
    state
        .plan(&run, &[repository("a", "1")], &[], &engine(), true)
        .await
        .unwrap();
    let whole = task("a", "1");
    let halves = [
        vec!["bad".to_owned(), "good".to_owned()],
        vec!["src".to_owned()],
    ];
    state
        .split(&whole.id(), &whole, &halves, &Failure::poison("memory"))
        .await
        .unwrap();
    let part = |entries: &[&str]| Task {
        entries: entries.iter().map(|e| (*e).to_owned()).collect(),
        ..whole.clone()
    };
    let (first, second) = (part(&["bad", "good"]), part(&["src"]));
    state
        .finish(&second.id(), &second, &finished("k2"), 200)
        .await
        .unwrap();
    assert!(current(&state).await.is_empty());
    let halves = [vec!["bad".to_owned()], vec!["good".to_owned()]];
    state
        .split(&first.id(), &first, &halves, &Failure::poison("memory"))
        .await
        .unwrap();
    let (bad, good) = (part(&["bad"]), part(&["good"]));
    state
        .finish(&good.id(), &good, &finished("k1"), 200)
        .await
        .unwrap();
    assert!(current(&state).await.is_empty());
    state
        .fail(&bad.id(), &bad, &Failure::poison("bad: memory"), None, 200)
        .await
        .unwrap();
    let name = "git.example.org/a";
    assert_eq!(
        current(&state).await,
        [row(&[name, "k1"]), row(&[name, "k2"])]
    );
    let whole = state
        .ask("SELECT state FROM tasks WHERE parent IS NULL", 9)
        .await
        .unwrap();
    assert_eq!(whole.rows, [row(&["done"])]);
    assert_eq!(state.progress(run.number).await.unwrap().waiting, 0);
}

#[tokio::test]
async fn assets_have_a_first_run_and_one_in_which_they_are_gone() {
    let (state, run) = begun().await;
    state
        .plan(&run, &[repository("a", "1")], &[], &engine(), true)
        .await
        .unwrap();
    let whole = task("a", "1");
    state
        .finish(&whole.id(), &whole, &finished("k"), 200)
        .await
        .unwrap();
    let asset = |id: &str| JudgedAsset {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: "algorithm",
        algorithm: Some("RSA".to_owned()),
        seen: "used",
        band: 1,
        list: "signature",
        class: "quantum-broken-signature",
        broken: true,
        ready: false,
        is_private: false,
        public_key: None,
        last_day: Some(("2035-12-31".to_owned(), "nist".to_owned())),
        not_after: None,
        outlives: None,
        places: 2,
        place: "a.go:1".to_owned(),
    };
    let judged = |ids: &[&str]| Judged {
        totals: Counted {
            assets: ids.len() as u64,
            places: 2 * ids.len() as u64,
            by_band: [0, ids.len() as u64, 0, 0, 0],
            broken: ids.len() as u64,
            ready: 0,
            files: 3,
            gaps: 0,
        },
        assets: ids.iter().map(|id| asset(id)).collect(),
    };
    let standing = |id: &str, day| Standing {
        id: id.to_owned(),
        day,
        policies: vec![("nist".to_owned(), "NIST".to_owned())],
        quantum_year: 2035,
    };
    let first = standing("s1", date(2026, 11, 30));
    state.know(&first).await.unwrap();
    let pending = state.pending(&first).await.unwrap();
    assert_eq!(
        (pending.len(), &pending[0].keys),
        (1, &vec!["k".to_owned()])
    );
    let kept = [(pending[0].clone(), judged(&["x", "y"]))];
    state.keep(&first, &kept).await.unwrap();
    assert!(state.pending(&first).await.unwrap().is_empty());
    state.stand(&first, 1).await.unwrap();
    state.stand(&first, 1).await.unwrap();
    let second = standing("s2", date(2026, 12, 1));
    state.know(&second).await.unwrap();
    let pending = state.pending(&second).await.unwrap();
    let kept = [(pending[0].clone(), judged(&["y", "z"]))];
    state.keep(&second, &kept).await.unwrap();
    state.stand(&second, 2).await.unwrap();
    let spans = "SELECT asset, first_run, gone_run FROM spans ORDER BY asset";
    let spans = state.ask(spans, 9).await.unwrap().rows;
    let none = |values: &[&str]| {
        let mut row = row(values);
        row.push(None);
        row
    };
    assert_eq!(
        spans,
        [row(&["x", "1", "2"]), none(&["y", "1"]), none(&["z", "2"])]
    );
    let points = state
        .ask("SELECT run, day, assets, p1 FROM points ORDER BY run", 9)
        .await
        .unwrap();
    assert_eq!(
        points.rows,
        [
            row(&["1", "2026-11-30", "2", "2"]),
            row(&["2", "2026-12-01", "2", "2"])
        ]
    );
}

#[tokio::test]
async fn asking_does_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.db");
    let state = State::open(&path.to_string_lossy()).await.unwrap();
    state
        .begin_run(&engine(), date(2026, 11, 30), 100)
        .await
        .unwrap();
    for sql in [
        "DELETE FROM runs",
        "PRAGMA query_only = 0; DELETE FROM runs; SELECT 1",
        "SELECT 1; DELETE FROM runs",
    ] {
        let _ = state.ask(sql, 9).await;
        let runs = state.ask("SELECT number FROM runs", 9).await.unwrap();
        assert_eq!(runs.rows.len(), 1, "{sql}");
    }
}

#[tokio::test]
async fn every_task_is_delivered_and_none_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.db");
    let state = State::open(&path.to_string_lossy()).await.unwrap();
    let run = state
        .begin_run(&engine(), date(2026, 11, 30), 100)
        .await
        .unwrap();
    let found: Vec<Repository> = (0..40).map(|n| repository(&n.to_string(), "1")).collect();
    state
        .plan(&run, &found, &[], &engine(), true)
        .await
        .unwrap();
    let delivered = Arc::new(Mutex::new(Vec::new()));
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Arc::new(Mutex::new(Some(tell)));
    let hand: queue::Hand = {
        let (state, delivered) = (state.clone(), Arc::clone(&delivered));
        Arc::new(move |id| {
            let (state, delivered, tell) =
                (state.clone(), Arc::clone(&delivered), Arc::clone(&tell));
            Box::pin(async move {
                let started = state.start(&id).await.unwrap().unwrap();
                state
                    .finish(&id, &started.task, &finished(&id), 1)
                    .await
                    .unwrap();
                delivered.lock().unwrap().push(id);
                if delivered.lock().unwrap().len() == 40 {
                    tell.lock().unwrap().take().map(|tell| tell.send(()));
                }
                Ok(())
            })
        })
    };
    let stop = async move {
        let _ = told.await;
    };
    queue::work(&state, &|| "one".to_owned(), 3, hand, stop)
        .await
        .unwrap();
    let mut delivered = delivered.lock().unwrap().clone();
    delivered.sort();
    delivered.dedup();
    assert_eq!(delivered.len(), 40);
    assert_eq!(state.progress(1).await.unwrap().done, 40);
    queue::clear(&state).await.unwrap();
    let left = state.ask("SELECT COUNT(*) FROM Jobs", 1).await.unwrap();
    assert_eq!(left.rows, [row(&["0"])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_make_the_same_database_at_once() {
    // Whether they come into each other's way is a matter of moments.
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fleet.db");
        let file = file.to_string_lossy().into_owned();
        let opened: Vec<_> = (0..6)
            .map(|_| {
                let file = file.clone();
                tokio::spawn(async move { State::open(&file).await.map(|_| ()) })
            })
            .collect();
        for opened in opened {
            opened.await.unwrap().unwrap();
        }
    }
}
