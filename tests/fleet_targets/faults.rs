//! Forges that are ill, or ill-natured.

use pqscan::fleet::failure::Class;
use pqscan::fleet::target::{Found, find};
use serde_json::json;

use crate::stub::{Machine, NOW, Reply, Stub, found, names, targets};

const TOKEN: &str = "glpat-hunter2-hunter2";

/// A GitLab, since it is the simplest.
fn ask(stub: &Stub) -> (Found, Vec<u64>) {
    let machine = Machine::with(&[("GITLAB_TOKEN", TOKEN)]);
    let found = found(&settings(stub), &machine);
    let waits = machine.waits.borrow().clone();
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    (found, waits)
}

fn settings(stub: &Stub) -> String {
    format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"{}\"\ngroups = [\"example\"]",
        stub.url()
    )
}

fn shop() -> Reply {
    Reply::json(json!([{ "path_with_namespace": "example/shop" }]))
}

/// Class and reason of the only problem.
fn problem(found: &Found) -> (Class, &str) {
    let [problem] = found.problems.as_slice() else {
        panic!("{:?}", found.problems)
    };
    assert_eq!(problem.scope.len(), 1);
    assert!(problem.scope[0].ends_with("/example/"), "{problem:?}");
    (problem.failure.class, problem.failure.reason.as_str())
}

#[test]
fn a_limit_is_waited_for_as_long_as_the_forge_asks() {
    let stub = Stub::new(|_, number| match number {
        0 => Reply::status(429)
            .with("Retry-After", "17")
            .body("Retry later"),
        1 => Reply::status(503).with("Retry-After", "Mon, 30 Nov 2026 12:01:00 GMT"),
        _ => shop(),
    });
    let (found, waits) = ask(&stub);
    assert_eq!(names(&found).len(), 1, "{:?}", found.problems);
    // 17 s after noon, 43 s are left until a minute past.
    assert_eq!(waits, [17, 43]);
}

/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>: 403 is possible too, and where
/// nothing says how long, it is a minute at least, and more each time.
#[test]
fn a_secondary_limit_without_a_time_is_waited_for_ever_longer() {
    let stub = Stub::new(|_, number| match number {
        0..=2 => {
            Reply::status(403).body(r#"{"message":"You have exceeded a secondary rate limit."}"#)
        }
        _ => shop(),
    });
    let (found, waits) = ask(&stub);
    assert_eq!(names(&found).len(), 1, "{:?}", found.problems);
    assert_eq!(waits, [60, 120, 240]);
}

#[test]
fn who_asks_for_too_much_is_left_alone_until_the_next_run() {
    let stub = Stub::new(|_, _| {
        Reply::status(403)
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", (NOW + 3000).to_string())
    });
    let (found, waits) = ask(&stub);
    assert_eq!(stub.asked().len(), 1);
    assert!(waits.is_empty());
    assert_eq!(problem(&found).0, Class::Transient);
    assert_eq!(found.problems[0].failure.retry_after, Some(3000));
}

#[test]
fn a_server_error_is_tried_again_and_not_forever() {
    let stub = Stub::new(|_, number| {
        if number == 0 {
            Reply::status(500)
        } else {
            shop()
        }
    });
    let (found, waits) = ask(&stub);
    assert_eq!((names(&found).len(), waits.as_slice()), (1, [1].as_slice()));

    let stub = Stub::new(|_, _| Reply::status(502));
    let (found, waits) = ask(&stub);
    assert_eq!(stub.asked().len(), 5);
    assert_eq!(waits, [1, 2, 4, 8]);
    assert_eq!(problem(&found).0, Class::Transient);
    assert!(
        problem(&found).1.contains("HTTP 502"),
        "{:?}",
        found.problems
    );
}

#[test]
fn nobody_there_is_transient() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
        listener.local_addr().expect("an address").port()
    };
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"http://127.0.0.1:{port}\"\ngroups = [\"example\"]"
    );
    let machine = Machine::with(&[]);
    let found = found(&text, &machine);
    assert_eq!(problem(&found).0, Class::Transient);
    assert_eq!(*machine.waits.borrow(), [1, 2, 4, 8]);
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let other = Stub::new(|_, _| shop());
    let elsewhere = format!("{}/api", other.url());
    let stub = Stub::new(move |_, _| Reply::status(302).with("Location", elsewhere.clone()));
    let (found, _) = ask(&stub);
    assert!(other.asked().is_empty());
    let (class, reason) = problem(&found);
    assert_eq!(class, Class::Permanent);
    assert!(
        reason.contains(&format!(
            "redirects to http://127.0.0.1:{}, which is not shown the token",
            other.port
        )),
        "{reason}"
    );
}

#[test]
fn a_redirect_on_the_same_host_is_followed_with_the_token() {
    let stub = Stub::new(|_, number| match number {
        0 => Reply::status(301).with("Location", "/api/v4/groups/12/projects"),
        _ => shop(),
    });
    let (found, _) = ask(&stub);
    assert_eq!(names(&found).len(), 1);
    assert_eq!(stub.asked()[1], "GET /api/v4/groups/12/projects");
    assert_eq!(
        stub.seen()[1].header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );

    let stub = Stub::new(|request, _| Reply::status(301).with("Location", request.target.clone()));
    let (found, _) = ask(&stub);
    assert_eq!(stub.asked().len(), 6);
    assert!(problem(&found).1.contains("circle"));
}

#[test]
fn a_next_page_on_another_host_is_not_asked_for_and_the_first_is_kept() {
    let other = Stub::new(|_, _| shop());
    let next = format!("<{}/api?page=2>; rel=\"next\"", other.url());
    let stub = Stub::new(move |_, _| shop().with("Link", next.clone()));
    let (found, _) = ask(&stub);
    assert!(other.asked().is_empty());
    assert_eq!(names(&found).len(), 1);
    assert!(
        problem(&found).1.contains("not shown the token"),
        "{:?}",
        found.problems
    );
}

#[test]
fn pages_without_an_end_are_left() {
    let stub = Stub::new(|request, number| {
        let host = request.header("host").unwrap_or_default();
        shop().with(
            "Link",
            format!("<http://{host}/api?page={number}>; rel=\"next\""),
        )
    });
    let (found, _) = ask(&stub);
    assert_eq!(stub.asked().len(), 21);
    assert_eq!(names(&found).len(), 1);
    assert!(problem(&found).1.contains("nothing new"));

    let stub = Stub::new(|request, _| {
        let host = request.header("host").unwrap_or_default();
        shop().with("Link", format!("<http://{host}/api?page=2>; rel=\"next\""))
    });
    let (found, _) = ask(&stub);
    assert_eq!(stub.asked().len(), 2);
    assert!(problem(&found).1.contains("circle"));
}

#[test]
fn an_answer_may_not_be_of_any_size() {
    let stub = Stub::new(|_, _| Reply::status(200).body(vec![b' '; (64 << 20) + 1]));
    let (found, _) = ask(&stub);
    assert_eq!(
        problem(&found),
        (
            Class::Permanent,
            format!("127.0.0.1:{}: its answer is bigger than 64 MiB", stub.port).as_str()
        )
    );
}

#[test]
fn nor_a_small_one_that_unpacks_to_any_size() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..65 {
        packed.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 20);
    let stub = Stub::new(move |_, _| {
        Reply::status(200)
            .with("Content-Encoding", "gzip")
            .body(packed.clone())
    });
    let (found, _) = ask(&stub);
    assert!(
        problem(&found).1.contains("bigger than 64 MiB"),
        "{:?}",
        found.problems
    );
}

#[test]
fn what_is_no_json_or_of_another_shape_is_a_problem_that_does_not_repeat_it() {
    for body in [
        "<html>\u{1b}]0;evil</html>",
        "{\"x\": 1",
        "{\"message\": \"\u{202e}\"}",
        "",
        "[",
        "\"x\"",
    ] {
        let stub = Stub::new(move |_, _| Reply::status(200).body(body));
        let (found, _) = ask(&stub);
        let (class, reason) = problem(&found);
        assert_eq!(class, Class::Permanent);
        assert!(
            reason.contains("its answer is") && !reason.contains(['\u{1b}', '\u{202e}']),
            "{reason}"
        );
    }
    let deep = "[".repeat(1 << 20);
    let stub = Stub::new(move |_, _| Reply::status(200).body(deep.clone()));
    assert_eq!(problem(&ask(&stub).0).0, Class::Permanent);
}

#[test]
fn who_is_not_let_in_is_told_why_and_is_not_shown_the_token() {
    let stub = Stub::new(|_, _| {
        Reply::status(401).body(format!(
            "{{\"message\": \"401 Unauthorized \\u001b[31m{TOKEN}\"}}"
        ))
    });
    let (found, _) = ask(&stub);
    let (class, reason) = problem(&found);
    assert_eq!(class, Class::Permanent);
    assert_eq!(stub.asked().len(), 1);
    assert_eq!(
        reason,
        format!(
            "127.0.0.1:{}: the token in GITLAB_TOKEN is not accepted: “401 Unauthorized \u{fffd}[31m***” (HTTP 401)",
            stub.port
        )
    );

    let stub = Stub::new(|_, _| Reply::status(403).body("{}"));
    assert!(
        problem(&ask(&stub).0)
            .1
            .contains("the token in GITLAB_TOKEN does not allow this")
    );
}

#[test]
fn names_that_lead_elsewhere_are_refused_one_by_one() {
    let stub = Stub::new(|_, _| {
        let of = |path: &str| json!({ "path_with_namespace": path });
        Reply::json(json!([
            of("example/shop"), of("../../etc"), of("example/..%2f"), of("-example/x"), of("example/\u{1b}[2J"), of("example/a?b"), of("alone"), of(""),
            of("example/\u{202e}gpj"), of("example/a\nb"), of("example//x"), of("http://evil.example/x"), of("example\\x/y"),
            { "name": "without a path" }, 7, null, { "path_with_namespace": ["x"] },
        ]))
    });
    let (found, _) = ask(&stub);
    assert_eq!(
        names(&found),
        [format!("127.0.0.1:{}/example/shop", stub.port)]
    );
    let (_, reason) = problem(&found);
    assert!(
        reason.contains("“../../etc” has a part that leads elsewhere")
            && reason.ends_with("and 8 more"),
        "{reason}"
    );
    assert!(
        !reason.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{reason}"
    );
}

#[test]
fn branches_that_git_does_not_have_are_not_repeated() {
    let stub = Stub::new(|_, _| {
        Reply::json(json!([
            { "path_with_namespace": "example/a", "default_branch": "--upload-pack=id" },
            { "path_with_namespace": "example/b", "default_branch": "a\u{1b}b" },
        ]))
    });
    let (found, _) = ask(&stub);
    assert!(
        found
            .repositories
            .iter()
            .all(|repository| repository.branch.is_none())
    );
    assert_eq!(found.repositories.len(), 2);
}

#[test]
fn a_target_that_fails_does_not_lose_the_others() {
    let (ill, well) = (
        Stub::new(|_, _| Reply::status(404)),
        Stub::new(|_, _| shop()),
    );
    let text = format!(
        "{}\n{}\n[[target]]\nkind = \"gitea\"\nusers = [\"x\"]",
        settings(&ill),
        settings(&well)
    );
    let targets = targets(&text);
    let found = find(&targets, &Machine::with(&[]), &|_| {});
    assert_eq!(names(&found).len(), 1);
    assert_eq!(found.problems.len(), 2);
    assert!(found.problems[0].covers(&format!("127.0.0.1:{}/example/shop", ill.port)));
    assert!(!found.problems[0].covers(&format!("127.0.0.1:{}/example/shop", well.port)));
    // Settings that cannot be followed: whose they were, nobody knows.
    assert!(found.problems[1].covers("anything"));
    assert!(
        found.problems[1]
            .failure
            .reason
            .contains("`url` is missing")
    );
}

#[test]
fn a_token_that_is_named_has_to_be_there() {
    let stub = Stub::new(|_, _| shop());
    let text = format!("{}\ntoken-env = \"NOT_SET\"", settings(&stub));
    let found = found(&text, &Machine::with(&[("GITLAB_TOKEN", TOKEN)]));
    assert!(stub.asked().is_empty());
    assert!(
        problem(&found)
            .1
            .contains("NOT_SET, which `token-env` names, is not set")
    );
}

#[test]
fn a_token_with_a_line_break_is_no_header() {
    let stub = Stub::new(|_, _| shop());
    let found = found(
        &settings(&stub),
        &Machine::with(&[("GITLAB_TOKEN", "hunter2\r\nX-Evil: 1")]),
    );
    assert!(stub.asked().is_empty());
    let (_, reason) = problem(&found);
    assert!(
        reason.contains("GITLAB_TOKEN") && !reason.contains("hunter2"),
        "{reason}"
    );
}

#[test]
fn a_forge_that_takes_hours_is_left_until_the_next_run() {
    let stub = Stub::new(|request, number| {
        let host = request.header("host").unwrap_or_default();
        Reply::json(json!([{ "path_with_namespace": format!("example/{number}") }])).with(
            "Link",
            format!("<http://{host}/api?page={number}>; rel=\"next\""),
        )
    });
    let found = found(&settings(&stub), &Machine::with(&[]).at_pace(600));
    let (class, reason) = problem(&found);
    assert_eq!(class, Class::Transient);
    assert!(reason.contains("longer than 2 hours"), "{reason}");
    // What was read is kept.
    assert_eq!(names(&found).len(), stub.asked().len());
    assert!(!names(&found).is_empty());
}

#[test]
fn texts_that_are_longer_than_any_are_not_kept() {
    let stub = Stub::new(|_, _| {
        let long = "x".repeat(1 << 20);
        Reply::json(json!([
            { "path_with_namespace": format!("example/{long}") },
            { "path_with_namespace": "example/shop", "default_branch": long },
        ]))
    });
    let (found, _) = ask(&stub);
    assert_eq!(
        names(&found),
        [format!("127.0.0.1:{}/example/shop", stub.port)]
    );
    assert_eq!(found.repositories[0].branch, None);
    assert!(
        problem(&found)
            .1
            .ends_with("entries without a name of a sane length: 1"),
        "{:?}",
        found.problems
    );
}
