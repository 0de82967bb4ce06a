//! Bitbucket Data Center; Bitbucket Cloud, whose host is fixed, is asked in `passages`.
//! <https://developer.atlassian.com/server/bitbucket/rest/v906/api-group-project/#api-api-latest-projects-projectkey-repos-get>

use serde_json::{Value, json};

use crate::stub::{Machine, Reply, Stub, found, left_out, names};

fn repository(slug: &str) -> Value {
    json!({
        "slug": slug, "id": 1, "name": "My repo", "hierarchyId": "e3c939f9ef4a7fae272e", "scmId": "git", "state": "AVAILABLE",
        "statusMessage": "Available", "forkable": true, "public": true, "archived": false, "defaultBranch": "main",
        "project": { "key": "PRJ", "id": 1, "name": "My Cool Project", "public": true, "type": "NORMAL" },
        "links": { "clone": [
            { "href": format!("ssh://git@127.0.0.1:7999/prj/{slug}.git"), "name": "ssh" },
            { "href": format!("https://bitbucket.example/scm/PRJ/{slug}.git"), "name": "http" },
        ] },
    })
}

fn page(values: &[Value], next: Option<u64>) -> Value {
    json!({ "size": values.len(), "limit": 100, "isLastPage": next.is_none(), "values": values, "start": 0, "nextPageStart": next })
}

#[test]
fn a_project_is_listed_page_by_page() {
    let stub = Stub::new(|_, number| match number {
        0 => {
            let mut fork = repository("fork");
            fork["origin"] = json!({ "slug": "shop", "project": { "key": "PRJ" } });
            Reply::json(page(&[repository("shop"), fork], Some(140)))
        }
        _ => {
            let (mut old, mut ill) = (repository("old"), repository("ill"));
            old["archived"] = json!(true);
            ill["state"] = json!("INITIALISATION_FAILED");
            Reply::json(page(&[old, ill], None))
        }
    });
    let text = format!(
        "[[target]]\nkind = \"bitbucket\"\nurl = \"{}\"\nprojects = [\"PRJ\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[("BITBUCKET_TOKEN", "hunter2")]));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(
        stub.asked(),
        [
            "GET /rest/api/1.0/projects/PRJ/repos?limit=100&start=0",
            "GET /rest/api/1.0/projects/PRJ/repos?limit=100&start=140"
        ]
    );
    assert_eq!(
        stub.seen()[0].header("authorization"),
        Some("Bearer hunter2")
    );
    let host = format!("127.0.0.1:{}", stub.port);
    assert_eq!(names(&found), [format!("{host}/prj/shop")]);
    assert_eq!(
        found.repositories[0].url,
        format!("http://{host}/scm/prj/shop.git")
    );
    assert_eq!(found.repositories[0].owner, "prj");
    assert_eq!(found.repositories[0].branch.as_deref(), Some("main"));
    let reasons: Vec<&str> = left_out(&found).iter().map(|(_, reason)| *reason).collect();
    assert_eq!(
        reasons,
        [
            "it is a fork",
            "the forge does not give it out",
            "it is archived"
        ]
    );
}

#[test]
fn all_projects_and_ssh_with_its_port() {
    let stub = Stub::new(|_, _| {
        let mut own = repository("notes");
        own["project"]["key"] = json!("~someone");
        Reply::json(page(&[own, repository("shop")], None))
    });
    let text = format!(
        "[[target]]\nkind = \"bitbucket\"\nurl = \"{}\"\nall = true\nclone = \"ssh\"",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(
        stub.asked(),
        ["GET /rest/api/1.0/repos?archived=ALL&limit=100&start=0"]
    );
    let host = format!("127.0.0.1:{}", stub.port);
    assert_eq!(
        names(&found),
        [format!("{host}/prj/shop"), format!("{host}/~someone/notes")]
    );
    assert_eq!(
        found.repositories[0].url,
        "ssh://git@127.0.0.1:7999/prj/shop.git"
    );
}

#[test]
fn a_next_page_that_is_this_one_ends_the_list() {
    let stub = Stub::new(|_, _| Reply::json(page(&[repository("shop")], Some(0))));
    let text = format!(
        "[[target]]\nkind = \"bitbucket\"\nurl = \"{}\"\nprojects = [\"PRJ\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(stub.asked().len(), 1);
    assert_eq!(names(&found).len(), 1);
    assert!(
        found.problems[0].failure.reason.contains("circle"),
        "{:?}",
        found.problems
    );
}
