//! Gitea and Forgejo. <https://docs.gitea.com/api/#tag/organization/operation/orgListRepos>

use serde_json::{Value, json};

use crate::stub::{Machine, Reply, Stub, found, left_out, names};

fn repository(name: &str) -> Value {
    json!({
        "id": 1, "owner": { "login": "example" }, "name": name, "full_name": format!("example/{name}"), "empty": false, "private": true,
        "fork": false, "mirror": false, "size": 24, "default_branch": "main", "archived": false,
        "clone_url": format!("https://elsewhere.example/example/{name}.git"),
        "ssh_url": format!("git@elsewhere.example:example/{name}.git"),
    })
}

#[test]
fn an_organisation_is_listed_until_its_count_is_reached() {
    let stub = Stub::new(|_, number| {
        let reply = match number {
            0 => Reply::json(json!([repository("shop"), repository("api")])),
            _ => {
                let (mut fork, mut new) = (repository("fork"), repository("new"));
                fork["fork"] = json!(true);
                new["empty"] = json!(true);
                Reply::json(json!([fork, new]))
            }
        };
        // The forge knows itself by another name; nobody there is shown the token.
        reply.with("X-Total-Count", "4").with(
            "Link",
            "<https://elsewhere.example/api/v1/orgs/example/repos?limit=50&page=2>; rel=\"next\"",
        )
    });
    let text = format!(
        "[[target]]\nkind = \"gitea\"\nurl = \"{}\"\norganisations = [\"example\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[("GITEA_TOKEN", "hunter2")]));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(
        stub.asked(),
        [
            "GET /api/v1/orgs/example/repos?page=1&limit=50",
            "GET /api/v1/orgs/example/repos?page=2&limit=50"
        ]
    );
    assert_eq!(
        stub.seen()[0].header("authorization"),
        Some("token hunter2")
    );
    let host = format!("127.0.0.1:{}", stub.port);
    assert_eq!(
        names(&found),
        [
            format!("{host}/example/api"),
            format!("{host}/example/shop")
        ]
    );
    assert_eq!(
        found.repositories[1].url,
        format!("http://{host}/example/shop.git")
    );
    assert_eq!(found.repositories[1].kilobytes, Some(24));
    assert_eq!(
        left_out(&found)
            .iter()
            .map(|(_, reason)| *reason)
            .collect::<Vec<_>>(),
        ["it is a fork", "it is empty"]
    );
}

#[test]
fn without_a_count_an_empty_page_ends_the_list() {
    let stub = Stub::new(|_, number| match number {
        0 => Reply::json(json!({ "ok": true, "data": [repository("shop")] })),
        _ => Reply::json(json!({ "ok": true, "data": [] })),
    });
    let text = format!(
        "[[target]]\nkind = \"gitea\"\nurl = \"{}\"\nall = true\nclone = \"ssh\"\nssh-host = \"elsewhere.example\"",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(
        stub.asked()[1],
        "GET /api/v1/repos/search?page=2&limit=50&sort=id&order=asc"
    );
    assert_eq!(
        found.repositories[0].url,
        "git@elsewhere.example:example/shop.git"
    );
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

#[test]
fn a_forge_that_gives_the_same_page_forever_is_left() {
    let stub = Stub::new(|_, _| Reply::json(json!([repository("shop")])));
    let text = format!(
        "[[target]]\nkind = \"gitea\"\nurl = \"{}\"\nusers = [\"example\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    // The first, and twenty that brought nothing new.
    assert_eq!(stub.asked().len(), 21);
    assert_eq!(names(&found).len(), 1);
    assert!(
        found.problems[0].failure.reason.contains("nothing new"),
        "{:?}",
        found.problems
    );
}
