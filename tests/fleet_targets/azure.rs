//! Azure DevOps. <https://learn.microsoft.com/rest/api/azure/devops/git/repositories/list>

use serde_json::{Value, json};

use crate::stub::{Machine, Reply, Stub, found, left_out, names};

fn repository(project: &str, name: &str) -> Value {
    json!({
        "id": "5febef5a-833d-4e14-b9c0-14cb638f91e6",
        "name": name,
        "url": "https://dev.azure.com/fabrikam/_apis/git/repositories/5febef5a-833d-4e14-b9c0-14cb638f91e6",
        "project": {
            "id": "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c", "name": project, "state": "wellFormed", "revision": 411, "visibility": "private",
        },
        "defaultBranch": "refs/heads/main",
        "size": 740_352,
        "remoteUrl": format!("https://fabrikam@dev.azure.com/fabrikam/{project}/_git/{name}"),
        "sshUrl": format!("git@ssh.dev.azure.com:v3/fabrikam/{project}/{name}"),
        "isDisabled": false,
    })
}

#[test]
fn an_organisation_is_listed_with_all_its_projects() {
    let stub = Stub::new(|_, number| {
        match number {
        0 => Reply::json(json!({ "count": 2, "value": [repository("Our Shop", "web"), repository("Api", "Api")] })).with("x-ms-continuationtoken", "2 more"),
        _ => {
            let (mut fork, mut off, mut new) = (repository("Api", "fork"), repository("Api", "off"), repository("Api", "new"));
            fork["isFork"] = json!(true);
            off["isDisabled"] = json!(true);
            let fields = new.as_object_mut().unwrap();
            fields.remove("defaultBranch");
            Reply::json(json!({ "count": 3, "value": [fork, off, new] }))
        }
    }
    });
    let text = format!(
        "[[target]]\nkind = \"azure\"\nurl = \"{}/tfs\"\norganisations = [\"fabrikam\"]",
        stub.url()
    );
    let found = found(
        &text,
        &Machine::with(&[("AZURE_DEVOPS_EXT_PAT", "hunter2")]),
    );
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(
        stub.asked(),
        [
            "GET /tfs/fabrikam/_apis/git/repositories?api-version=6.0",
            "GET /tfs/fabrikam/_apis/git/repositories?api-version=6.0&continuationToken=2+more",
        ]
    );
    // https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate: base64 of `:hunter2`.
    assert_eq!(
        stub.seen()[0].header("authorization"),
        Some("Basic Omh1bnRlcjI=")
    );
    let base = format!("127.0.0.1:{}/tfs/fabrikam", stub.port);
    assert_eq!(
        names(&found),
        [format!("{base}/Api/Api"), format!("{base}/Our%20Shop/web")]
    );
    let web = &found.repositories[1];
    assert_eq!(web.url, format!("http://{base}/Our%20Shop/_git/web"));
    assert_eq!(
        (web.owner.as_str(), web.branch.as_deref(), web.kilobytes),
        ("fabrikam/Our Shop", Some("main"), Some(723))
    );
    assert_eq!(
        left_out(&found)
            .iter()
            .map(|(_, reason)| *reason)
            .collect::<Vec<_>>(),
        [
            "it is a fork",
            "it is empty",
            "the forge does not give it out"
        ]
    );
}

#[test]
fn projects_narrow_an_organisation() {
    let stub = Stub::new(|_, _| Reply::json(json!({ "value": [repository("Our Shop", "web")] })));
    let text = format!(
        "[[target]]\nkind = \"azure\"\nurl = \"{}\"\norganisations = [\"fabrikam\"]\nprojects = [\"Our Shop\"]",
        stub.url()
    );
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(
        stub.asked(),
        ["GET /fabrikam/Our%20Shop/_apis/git/repositories?api-version=6.0"]
    );
    assert_eq!(names(&found).len(), 1);
}

/// A token that it does not know is answered with a page to sign in, and 203.
#[test]
fn a_page_to_sign_in_is_a_token_that_is_not_accepted() {
    let stub =
        Stub::new(|_, _| Reply::status(203).body("<html>Azure DevOps Services | Sign In</html>"));
    let text = format!(
        "[[target]]\nkind = \"azure\"\nurl = \"{}\"\norganisations = [\"fabrikam\"]\nprojects = [\"Our Shop\"]",
        stub.url()
    );
    let found = found(
        &text,
        &Machine::with(&[("AZURE_DEVOPS_EXT_PAT", "hunter2")]),
    );
    let [problem] = found.problems.as_slice() else {
        panic!("{:?}", found.problems)
    };
    assert!(
        problem
            .failure
            .reason
            .contains("the token in AZURE_DEVOPS_EXT_PAT is not accepted"),
        "{problem:?}"
    );
    assert_eq!(
        problem.scope,
        [format!("127.0.0.1:{}/fabrikam/Our%20Shop/", stub.port)]
    );
}
