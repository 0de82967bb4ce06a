//! GitLab. <https://docs.gitlab.com/api/groups/#list-projects>, <https://docs.gitlab.com/api/rest/#pagination>.

use pqscan::fleet::repository::Origin;
use serde_json::{Value, json};

use crate::stub::{Machine, Reply, Stub, found, left_out, names};

fn project(path: &str) -> Value {
    json!({
        "id": 9,
        "description": "foo",
        "default_branch": "main",
        "archived": false,
        "visibility": "internal",
        "ssh_url_to_repo": format!("git@127.0.0.1:{path}.git"),
        "http_url_to_repo": format!("http://elsewhere.example/{path}.git"),
        "web_url": format!("http://elsewhere.example/{path}"),
        "name": "Html5 Boilerplate",
        "path": "html5-boilerplate",
        "path_with_namespace": path,
        "empty_repo": false,
        "repository_access_level": "enabled",
    })
}

#[test]
fn a_group_is_listed_with_its_subgroups_page_by_page() {
    let stub = Stub::new(|request, number| {
        let host = request.header("host").unwrap_or_default().to_owned();
        match number {
            0 => Reply::json(json!([project("example/team/shop"), project("example/api")])).with(
                "link",
                format!("<http://{host}/api/v4/groups/example%2Fteam/projects?id=example%2Fteam&page=2&per_page=100>; rel=\"next\", <http://{host}/x?page=1>; rel=\"first\""),
            ),
            _ => {
                let (mut fork, mut old, mut new, mut wiki) =
                    (project("example/fork"), project("example/old"), project("example/new"), project("example/wiki"));
                fork["forked_from_project"] = json!({ "id": 1, "path_with_namespace": "elsewhere/shop" });
                old["archived"] = json!(true);
                new["empty_repo"] = json!(true);
                new["default_branch"] = json!(null);
                wiki["repository_access_level"] = json!("disabled");
                Reply::json(json!([fork, old, new, wiki]))
            }
        }
    });
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"{}\"\ngroups = [\"example/team\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[("GITLAB_TOKEN", "glpat-hunter2")]));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(
        stub.asked(),
        [
            "GET /api/v4/groups/example%2Fteam/projects?order_by=id&sort=asc&per_page=100&include_subgroups=true&with_shared=false",
            "GET /api/v4/groups/example%2Fteam/projects?id=example%2Fteam&page=2&per_page=100",
        ]
    );
    assert_eq!(
        stub.seen()[1].header("authorization"),
        Some("Bearer glpat-hunter2")
    );
    let host = format!("127.0.0.1:{}", stub.port);
    assert_eq!(
        names(&found),
        [
            format!("{host}/example/api"),
            format!("{host}/example/team/shop")
        ]
    );
    let shop = &found.repositories[1];
    assert_eq!(shop.url, format!("http://{host}/example/team/shop.git"));
    assert_eq!(
        (
            shop.owner.as_str(),
            shop.origin,
            shop.branch.as_deref(),
            shop.commit.as_deref()
        ),
        ("example/team", Origin::Gitlab, Some("main"), None)
    );
    let reasons: Vec<&str> = left_out(&found).iter().map(|(_, reason)| *reason).collect();
    assert_eq!(
        reasons,
        [
            "it is a fork",
            "it is empty",
            "it is archived",
            "the forge does not give it out"
        ]
    );
}

/// <https://docs.gitlab.com/api/rest/#keyset-based-pagination>: the last page is empty and has no link.
#[test]
fn a_whole_instance_is_listed_by_keyset() {
    let stub = Stub::new(|request, number| {
        let host = request.header("host").unwrap_or_default().to_owned();
        match number {
            0 => Reply::json(json!([project("a/b")]))
                .with("link", format!("<http://{host}/api/v4/projects?pagination=keyset&per_page=100&order_by=id&sort=asc&id_after=42>; rel=\"next\"")),
            _ => Reply::json(json!([])),
        }
    });
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"{}\"\nall = true\ntoken-env = \"MY_TOKEN\"",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[("MY_TOKEN", "x")]));
    assert_eq!(
        stub.asked(),
        [
            "GET /api/v4/projects?order_by=id&sort=asc&per_page=100&pagination=keyset",
            "GET /api/v4/projects?pagination=keyset&per_page=100&order_by=id&sort=asc&id_after=42",
        ]
    );
    assert_eq!(names(&found).len(), 1);
}

#[test]
fn users_numbers_of_groups_and_a_folder_of_the_instance_are_possible() {
    let stub = Stub::new(|_, number| match number {
        0 => Reply::json(json!([project("example/shop")])),
        _ => Reply::status(404).body(r#"{"message":"404 User Not Found"}"#),
    });
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"{}/git/\"\ngroups = [\"4711\"]\nusers = [\"someone\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    assert!(
        stub.asked()[0].starts_with("GET /git/api/v4/groups/4711/projects?"),
        "{:?}",
        stub.asked()
    );
    assert!(
        stub.asked()[1].starts_with("GET /git/api/v4/users/someone/projects?"),
        "{:?}",
        stub.asked()
    );
    let base = format!("127.0.0.1:{}/git", stub.port);
    assert_eq!(names(&found), [format!("{base}/example/shop")]);
    assert_eq!(
        found.repositories[0].url,
        format!("http://{base}/example/shop.git")
    );
    assert_eq!(found.problems[0].scope, [format!("{base}/someone/")]);
    let reason = &found.problems[0].failure.reason;
    assert!(
        reason.contains("set GITLAB_TOKEN") && reason.contains("404 User Not Found"),
        "{reason}"
    );
}

/// <https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers>
#[test]
fn its_rate_limit_is_respected_before_it_is_hit() {
    let stub = Stub::new(|request, number| {
        let host = request.header("host").unwrap_or_default().to_owned();
        match number {
            0 => Reply::json(json!([project("a/b")]))
                .with(
                    "link",
                    format!("<http://{host}/api/v4/groups/a/projects?page=2>; rel=\"next\""),
                )
                .with("RateLimit-Limit", "60")
                .with("RateLimit-Remaining", "0")
                .with("RateLimit-Reset", (crate::stub::NOW + 37).to_string()),
            _ => Reply::json(json!([project("a/c")])),
        }
    });
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"{}\"\ngroups = [\"a\"]",
        stub.url()
    );
    let machine = Machine::with(&[]);
    assert_eq!(names(&found(&text, &machine)).len(), 2);
    assert_eq!(*machine.waits.borrow(), [37]);
}
