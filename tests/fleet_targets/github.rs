//! GitHub. <https://docs.github.com/graphql/reference/objects#repository>, <https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api>,
//! <https://docs.github.com/rest/repos/repos#list-organization-repositories>.

use pqscan::fleet::repository::Origin;
use serde_json::{Value, json};

use crate::stub::{Machine, Reply, Stub, found, left_out, names};

const HEAD: &str = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";

fn node(name: &str) -> Value {
    json!({
        "nameWithOwner": format!("example/{name}"),
        "isArchived": false,
        "isFork": false,
        "isDisabled": false,
        "isEmpty": false,
        "diskUsage": 1234,
        "sshUrl": format!("git@127.0.0.1:example/{name}.git"),
        "defaultBranchRef": { "name": "main", "target": { "oid": HEAD } },
    })
}

fn page(nodes: &[Value], next: Option<&str>) -> Value {
    json!({ "data": { "repositoryOwner": { "repositories": {
        "pageInfo": { "hasNextPage": next.is_some(), "endCursor": next },
        "nodes": nodes,
    } } } })
}

fn settings(stub: &Stub, more: &str) -> String {
    format!(
        "[[target]]\nkind = \"github\"\nurl = \"{}\"\norganisations = [\"example\"]\n{more}",
        stub.url()
    )
}

fn token() -> Machine {
    Machine::with(&[("GITHUB_TOKEN", "ghp_hunter2")])
}

#[test]
fn an_organisation_is_listed_a_hundred_at_a_time_with_heads() {
    let stub = Stub::new(|request, _| {
        if request.json()["variables"]["after"].is_null() {
            let mut old = node("old");
            old["isArchived"] = json!(true);
            Reply::json(page(&[node("shop"), old], Some("Y3Vyc29yOnYyOpHOAA")))
        } else {
            let (mut copy, mut new) = (node("copy"), node("new"));
            copy["isFork"] = json!(true);
            new["isEmpty"] = json!(true);
            new["defaultBranchRef"] = json!(null);
            Reply::json(page(&[node("api"), copy, new], None))
        }
    });
    let found = found(&settings(&stub, ""), &token());
    assert!(found.problems.is_empty(), "{:?}", found.problems);

    let host = format!("127.0.0.1:{}", stub.port);
    assert_eq!(
        names(&found),
        [
            format!("{host}/example/api"),
            format!("{host}/example/shop")
        ]
    );
    assert_eq!(
        left_out(&found),
        [
            (format!("{host}/example/copy").as_str(), "it is a fork"),
            (format!("{host}/example/new").as_str(), "it is empty"),
            (format!("{host}/example/old").as_str(), "it is archived"),
        ]
    );
    let shop = &found.repositories[1];
    assert_eq!(shop.url, format!("http://{host}/example/shop.git"));
    assert_eq!(shop.origin, Origin::Github);
    assert_eq!(shop.owner, "example");
    assert_eq!(shop.branch.as_deref(), Some("main"));
    assert_eq!(shop.commit.as_deref(), Some(HEAD));
    assert_eq!(shop.kilobytes, Some(1234));

    assert_eq!(stub.asked(), ["POST /api/graphql", "POST /api/graphql"]);
    for request in stub.seen() {
        assert_eq!(request.header("authorization"), Some("Bearer ghp_hunter2"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert!(
            request
                .header("user-agent")
                .is_some_and(|agent| agent.starts_with("pqscan/"))
        );
        let body = request.json();
        assert_eq!(body["variables"]["login"], "example");
        assert!(
            body["query"]
                .as_str()
                .is_some_and(|query| query.contains("repositories(first: 100, after: $after"))
        );
    }
    assert_eq!(
        stub.seen()[1].json()["variables"]["after"],
        "Y3Vyc29yOnYyOpHOAA"
    );
}

#[test]
fn archived_ones_and_forks_count_where_the_settings_say_so() {
    let stub = Stub::new(|_, _| {
        let (mut old, mut copy) = (node("old"), node("copy"));
        old["isArchived"] = json!(true);
        copy["isFork"] = json!(true);
        Reply::json(page(&[old, copy], None))
    });
    let found = found(
        &settings(&stub, "archived = true\nforks = true\nexclude = [\"o*\"]"),
        &token(),
    );
    let host = format!("127.0.0.1:{}", stub.port);
    assert_eq!(names(&found), [format!("{host}/example/copy")]);
    assert_eq!(
        left_out(&found),
        [(format!("{host}/example/old").as_str(), "`exclude` has `o*`")]
    );
    assert!(found.repositories[0].fork && found.left_out[0].0.archived);
}

#[test]
fn a_branch_is_asked_for_by_name() {
    let stub = Stub::new(|_, _| {
        let (mut shop, mut api) = (node("shop"), node("api"));
        shop["ref"] = json!({ "name": "release", "target": { "oid": "b".repeat(40) } });
        api["ref"] = json!(null);
        Reply::json(page(&[shop, api], None))
    });
    let found = found(&settings(&stub, "branch = \"release\""), &token());
    let variables = stub.seen()[0].json()["variables"].clone();
    assert_eq!(
        (&variables["branch"], &variables["named"]),
        (&json!("refs/heads/release"), &json!(true))
    );
    assert_eq!(found.repositories[0].branch.as_deref(), Some("release"));
    assert_eq!(
        found.repositories[0].commit.as_deref(),
        Some("b".repeat(40).as_str())
    );
    assert_eq!(
        left_out(&found),
        [(
            format!("127.0.0.1:{}/example/api", stub.port).as_str(),
            "it has no branch `release`"
        )]
    );
}

#[test]
fn ssh_addresses_are_taken_where_they_are_wanted() {
    let stub = Stub::new(|_, _| {
        let mut other = node("other");
        other["sshUrl"] = json!("git@evil.example:example/other.git");
        Reply::json(page(&[node("shop"), other], None))
    });
    let found = found(&settings(&stub, "clone = \"ssh\""), &token());
    assert_eq!(found.repositories[0].url, "git@127.0.0.1:example/shop.git");
    assert_eq!(names(&found).len(), 1);
    assert!(
        found.problems[0]
            .failure
            .reason
            .contains("“example/other” has an SSH address of another host"),
        "{:?}",
        found.problems
    );
}

/// <https://docs.github.com/enterprise-server@3.2/rest/repos/repos>: the interface is below `/api/v3`.
#[test]
fn without_graphql_the_lists_of_rest_are_read() {
    let stub = Stub::new(|request, number| match (request.method.as_str(), number) {
        ("POST", _) => Reply::status(404).body(r#"{"message":"Not Found"}"#),
        (_, 1) => {
            let host = request.header("host").unwrap_or_default().to_owned();
            let next = format!(
                "<http://{host}/api/v3/organizations/1/repos?per_page=100&page=2>; rel=\"next\", <http://{host}/api/v3/organizations/1/repos?per_page=100&page=2>; rel=\"last\""
            );
            let shop = json!({
                "id": 1296269, "name": "shop", "full_name": "example/shop", "owner": { "login": "example" }, "private": true, "fork": false,
                "clone_url": "https://elsewhere.example/example/shop.git", "ssh_url": "git@elsewhere.example:example/shop.git",
                "size": 108, "default_branch": "trunk", "archived": false, "disabled": false,
            });
            Reply::json(json!([shop])).with("link", next)
        }
        _ => Reply::json(json!([
            { "full_name": "example/old", "fork": false, "size": 1, "default_branch": "main", "archived": true, "disabled": false },
            { "full_name": "example/gone", "fork": false, "size": 1, "default_branch": "main", "archived": false, "disabled": true },
        ])),
    });
    let found = found(&settings(&stub, ""), &token());
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(
        stub.asked(),
        [
            "POST /api/graphql",
            "GET /api/v3/orgs/example/repos?type=all&sort=full_name&per_page=100",
            "GET /api/v3/organizations/1/repos?per_page=100&page=2",
        ]
    );
    let shop = &found.repositories[0];
    // Not where the forge says: where the settings say.
    assert_eq!(
        shop.url,
        format!("http://127.0.0.1:{}/example/shop.git", stub.port)
    );
    assert_eq!(
        (
            shop.branch.as_deref(),
            shop.commit.as_deref(),
            shop.kilobytes
        ),
        (Some("trunk"), None, Some(108))
    );
    assert_eq!(
        left_out(&found)
            .iter()
            .map(|(_, reason)| *reason)
            .collect::<Vec<_>>(),
        ["the forge does not give it out", "it is archived"]
    );
}

/// An unknown field is an error without a type (<https://spec.graphql.org/October2021/#sec-Errors>).
#[test]
fn an_older_forge_that_does_not_know_the_query_is_read_by_rest() {
    let stub = Stub::new(|request, _| match request.method.as_str() {
        "POST" => Reply::json(json!({ "errors": [{
            "path": ["query", "repositoryOwner"],
            "extensions": { "code": "undefinedField", "typeName": "Repository", "fieldName": "isDisabled" },
            "locations": [{ "line": 1, "column": 1 }],
            "message": "Field 'isDisabled' doesn't exist on type 'Repository'",
        }] })),
        _ => Reply::json(json!([{ "full_name": "example/shop" }])),
    });
    assert_eq!(names(&found(&settings(&stub, ""), &token())).len(), 1);
}

#[test]
fn without_a_token_only_rest_is_asked() {
    let stub = Stub::new(|_, _| Reply::json(json!([{ "full_name": "someone/shop" }])));
    let text = format!(
        "[[target]]\nkind = \"github\"\nurl = \"{}\"\nusers = [\"someone\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(
        stub.asked(),
        ["GET /api/v3/users/someone/repos?type=owner&sort=full_name&per_page=100"]
    );
    assert_eq!(stub.seen()[0].header("authorization"), None);
    assert_eq!(names(&found).len(), 1);
}

#[test]
fn an_owner_that_is_not_there_is_a_problem_of_that_owner_alone() {
    let stub = Stub::new(|request, _| {
        if request.json()["variables"]["login"] == "example" {
            return Reply::json(page(&[node("shop")], None));
        }
        Reply::json(json!({
            "data": { "repositoryOwner": null },
            "errors": [{ "type": "NOT_FOUND", "path": ["repositoryOwner"], "message": "Could not resolve to a User with the login of 'nobody'." }],
        }))
    });
    let text = settings(&stub, "users = [\"nobody\"]");
    let found = found(&text, &token());
    assert_eq!(names(&found).len(), 1);
    let [problem] = found.problems.as_slice() else {
        panic!("{:?}", found.problems)
    };
    assert_eq!(
        problem.target,
        format!("github: 127.0.0.1:{}/nobody", stub.port)
    );
    assert_eq!(problem.scope, [format!("127.0.0.1:{}/nobody/", stub.port)]);
    assert!(
        problem.failure.reason.contains("Could not resolve"),
        "{}",
        problem.failure.reason
    );
}

/// Of what single sign-on hides, the entry is null and an error says so.
#[test]
fn what_the_token_may_not_see_is_a_problem_and_the_rest_is_kept() {
    let stub = Stub::new(|_, _| {
        let mut page = page(&[node("shop"), json!(null)], None);
        page["errors"] = json!([{ "type": "FORBIDDEN", "message": "Resource protected by organization SAML enforcement." }]);
        Reply::json(page)
    });
    let found = found(&settings(&stub, ""), &token());
    assert_eq!(names(&found).len(), 1);
    assert!(
        found.problems[0]
            .failure
            .reason
            .contains("SAML enforcement"),
        "{:?}",
        found.problems
    );
    assert!(found.problems[0].covers(&format!("127.0.0.1:{}/example/hidden", stub.port)));
}

/// <https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>: 200, and `x-ratelimit-remaining` is 0.
#[test]
fn graphql_says_with_200_that_its_limit_is_used_up() {
    let stub = Stub::new(|_, number| {
        match number {
        0 => Reply::json(json!({ "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1." }] }))
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", (crate::stub::NOW + 90).to_string()),
        _ => Reply::json(page(&[node("shop")], None)),
    }
    });
    let machine = token();
    let found = found(&settings(&stub, ""), &machine);
    assert_eq!(names(&found).len(), 1, "{:?}", found.problems);
    assert_eq!(machine.waits.borrow().iter().sum::<u64>(), 90);
}
