//! Which token clones which repository.

use pqscan::fleet::target::{Secret, token_for};

use crate::stub::{Machine, targets};

const SETTINGS: &str = "
[[target]]
kind = 'github'
organisations = ['first']
token-env = 'FIRST'

[[target]]
kind = 'github'
organisations = ['second']
token-env = 'SECOND'

[[target]]
kind = 'gitlab'
groups = ['example/team']

[[target]]
kind = 'bitbucket'
workspaces = ['example']

[[target]]
kind = 'bitbucket'
url = 'https://bitbucket.example.org/context'
projects = ['PRJ']
token-user = 'someone'

[[target]]
kind = 'gitea'
url = 'https://git.example.org:8443'
users = ['example']

[[target]]
kind = 'azure'
organisations = ['example']

[[target]]
kind = 'list'
urls = ['https://list.example.org/a/b']
token-env = 'LIST'
token-host = 'list.example.org'
";

fn token(url: &str) -> Option<(String, String)> {
    let machine = Machine::with(&[
        ("FIRST", "t1"),
        ("SECOND", "t2"),
        ("GITLAB_TOKEN", "t3\n"),
        ("BITBUCKET_TOKEN", "t4"),
        ("GITEA_TOKEN", "t5"),
        ("AZURE_DEVOPS_EXT_PAT", "t6"),
        ("LIST", "t7"),
    ]);
    token_for(url, &targets(SETTINGS), &machine)
        .map(|(user, secret)| (user, secret.reveal().to_owned()))
}

#[test]
fn each_forge_has_its_user() {
    for (url, user, secret) in [
        ("https://github.com/first/x.git", "x-access-token", "t1"),
        ("https://github.com/Second/x.git", "x-access-token", "t2"),
        // Of none of them: the first.
        ("https://github.com/secondary/x.git", "x-access-token", "t1"),
        ("https://gitlab.com/example/team/x.git", "oauth2", "t3"),
        ("https://bitbucket.org/example/x.git", "x-token-auth", "t4"),
        (
            "https://bitbucket.example.org/context/scm/prj/x.git",
            "someone",
            "t4",
        ),
        ("https://git.example.org:8443/example/x.git", "token", "t5"),
        ("https://dev.azure.com/example/Our%20Shop/_git/x", "", "t6"),
        ("https://list.example.org/a/b", "x-access-token", "t7"),
    ] {
        assert_eq!(
            token(url),
            Some((user.to_owned(), secret.to_owned())),
            "{url}"
        )
    }
}

#[test]
fn no_other_host_scheme_port_or_path_gets_one() {
    for url in [
        "http://github.com/first/x.git",
        "https://github.com:8443/first/x.git",
        "https://api.github.com/first/x.git",
        "https://github.com.evil.example/first/x.git",
        "https://github.com@evil.example/first/x.git",
        "https://me@github.com/first/x.git",
        "ssh://git@github.com/first/x.git",
        "git@github.com:first/x.git",
        "file:///srv/git/x.git",
        "https://git.example.org/example/x.git",
        "https://bitbucket.example.org/scm/prj/x.git",
        "https://bitbucket.example.org/contextual/scm/prj/x.git",
        "https://list.example.org:8443/a/b",
        "http://list.example.org/a/b",
        "no address",
    ] {
        assert_eq!(token(url), None, "{url}")
    }
}

#[test]
fn without_the_variable_there_is_none() {
    assert_eq!(
        token_for(
            "https://github.com/first/x.git",
            &targets(SETTINGS),
            &Machine::with(&[])
        ),
        None
    );
}

#[test]
fn an_api_token_of_bitbucket_cloud_has_its_own_user() {
    let targets = targets(
        "[[target]]\nkind = 'bitbucket'\nworkspaces = ['example']\ntoken-user = 'someone@example.org'",
    );
    let (user, _) = token_for(
        "https://bitbucket.org/example/x",
        &targets,
        &Machine::with(&[("BITBUCKET_TOKEN", "x")]),
    )
    .unwrap();
    assert_eq!(user, "x-bitbucket-api-token-auth");
}

#[test]
fn a_secret_is_not_shown() {
    let secret = Secret::new("hunter2");
    assert_eq!(
        format!("{secret} {secret:?} {:?}", Some(&secret)),
        "*** *** Some(***)"
    );
}
