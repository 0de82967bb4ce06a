//! `[[target]]` tables: what is wrong with them, in words.

use pqscan::fleet::target::Target;
use pqscan::output::schema::published;

fn parse(text: &str) -> Result<Target, String> {
    toml::from_str::<Target>(text).map_err(|error| error.message().to_owned())
}

fn wrong(text: &str) -> String {
    let target = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    target
        .check()
        .err()
        .map(|failure| failure.reason)
        .unwrap_or_default()
}

#[test]
fn settings_that_are_right_say_nothing() {
    for text in [
        "kind = 'github'\norganisations = ['example']",
        "kind = 'github'\norganizations = ['example']\nurl = 'https://github.example.org'",
        "kind = 'gitlab'\ngroups = ['example/team']",
        "kind = 'gitlab'\nall = true\nurl = 'https://git.example.org:8443/gitlab/'",
        "kind = 'bitbucket'\nworkspaces = ['example']",
        "kind = 'bitbucket'\nurl = 'https://bitbucket.example.org'\nprojects = ['PRJ', '~someone']",
        "kind = 'gitea'\nurl = 'https://git.example.org'\nusers = ['someone']",
        "kind = 'gitea'\nurl = 'http://git.internal.example'\nallow-http = true\nusers = ['someone']",
        "kind = 'gitea'\nurl = 'http://[::1]:3000'\nusers = ['someone']",
        "kind = 'azure'\norganisations = ['example']\nprojects = ['Our Shop']",
        "kind = 'list'\nurls = ['https://git.example.org/a/b']\ntoken-env = 'TOKEN'\ntoken-host = 'git.example.org'",
        "kind = 'clones'\nfolders = ['/srv/git']\ndepth = 2\nbranch = 'release/1.2'",
        "kind = 'artefacts'\nfolders = ['builds']\neach-child = true",
    ] {
        assert_eq!(wrong(text), "", "{text}")
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (text, words) in [
        (
            "kind = 'github'",
            "target of kind `github`: whose repositories? Say it by `organisations` or `users`",
        ),
        (
            "kind = 'github'\ngroups = ['x']",
            "`groups` says nothing here; whose repositories are meant is said by `organisations` or `users`",
        ),
        (
            "kind = 'gitlab'\norganisations = ['x']",
            "said by `groups`, `users` or `all`",
        ),
        (
            "kind = 'gitlab'\nall = true",
            "everything that is public on gitlab.com",
        ),
        (
            "kind = 'github'\nall = true\norganisations = ['x']",
            "`all` is for self-hosted forges",
        ),
        (
            "kind = 'bitbucket'\nprojects = ['PRJ']",
            "said by `workspaces`",
        ),
        ("kind = 'gitea'\nusers = ['x']", "`url` is missing"),
        (
            "kind = 'gitea'\nurl = 'git.example.org'\nusers = ['x']",
            "one looks like `https://git.example.org`",
        ),
        (
            "kind = 'gitea'\nurl = 'http://git.example.org'\nusers = ['x']",
            "`allow-http = true` allows it",
        ),
        (
            "kind = 'gitea'\nurl = 'https://a:b@git.example.org'\nusers = ['x']",
            "`url` holds credentials",
        ),
        (
            "kind = 'gitea'\nurl = 'https://git.example.org/?x'\nusers = ['x']",
            "a scheme, a host",
        ),
        (
            "kind = 'gitea'\nurl = 'ftp://git.example.org'\nusers = ['x']",
            "has to begin with `https://`",
        ),
        ("kind = 'azure'\nprojects = ['x']", "whose repositories?"),
        (
            "kind = 'github'\norganisations = ['../x']",
            "a name in `organisations` holds a slash",
        ),
        ("kind = 'github'\norganisations = ['']", "has an empty part"),
        (
            "kind = 'github'\norganisations = ['x']\ninclude = ['a[']",
            "`include` has `a[`, which is no pattern",
        ),
        (
            "kind = 'github'\norganisations = ['x']\nbranch = 'release/*'",
            "patterns are not possible",
        ),
        (
            "kind = 'github'\norganisations = ['x']\nssh-host = '-x'",
            "`ssh-host`",
        ),
        ("kind = 'list'", "neither `urls` nor a `file`"),
        (
            "kind = 'list'\nurls = ['x']\ntoken-env = 'TOKEN'",
            "`token-env` needs `token-host`",
        ),
        (
            "kind = 'list'\nurls = ['x']\ntoken-env = 'TOKEN'\ntoken-host = 'https://x'",
            "the name of a host",
        ),
        ("kind = 'clones'", "it has no `folders`"),
        (
            "kind = 'clones'\nfolders = ['x']\ndepth = 0",
            "`depth` is to be 1 to 16",
        ),
    ] {
        let wrong = wrong(text);
        assert!(wrong.contains(words), "{text}: {wrong}")
    }
}

#[test]
fn a_token_in_the_settings_is_not_repeated() {
    for token in [
        "ghp_HUNTER2",
        "glpat-hunter2",
        "hunter2",
        "GITHUB TOKEN HUNTER2",
        "ATBBHUNTER2",
    ] {
        let text = format!("kind = 'github'\norganisations = ['x']\ntoken-env = '{token}'");
        let wrong = wrong(&text);
        assert!(wrong.contains("name of"), "{wrong}");
        assert!(!wrong.to_lowercase().contains("hunter2"), "{wrong}");
    }
}

#[test]
fn unknown_kinds_and_keys_are_named_with_what_there_is() {
    let error = parse("kind = 'svn'").unwrap_err();
    assert!(
        error.contains("unknown variant `svn`") && error.contains("`gitlab`"),
        "{error}"
    );
    let error = parse("kind = 'github'\norganisation = ['x']").unwrap_err();
    assert!(
        error.contains("unknown field `organisation`") && error.contains("`organisations`"),
        "{error}"
    );
    let error = parse("kind = 'clones'\nurl = 'x'").unwrap_err();
    assert!(error.contains("unknown field `url`"), "{error}");
    assert!(parse("organisations = ['x']").unwrap_err().contains("kind"));
}

#[test]
fn settings_are_written_as_they_are_read() {
    let text = "kind = \"gitea\"\nusers = [\"someone\"]\nurl = \"https://git.example.org\"\nclone = \"ssh\"\nforks = true\n";
    assert_eq!(toml::to_string(&parse(text).unwrap()).unwrap(), text);
}

#[test]
fn relative_paths_begin_at_the_settings() {
    let mut target = parse("kind = 'list'\nfile = 'repositories.txt'").unwrap();
    target.below(std::path::Path::new("/etc/pqscan"));
    let Target::List(list) = target else { panic!() };
    assert_eq!(
        list.file.as_deref(),
        Some(std::path::Path::new("/etc/pqscan/repositories.txt"))
    );
}

#[test]
fn there_is_a_schema() {
    let mut schema: serde_json::Value = serde_json::from_str(published("fleet").unwrap()).unwrap();
    schema = serde_json::json!({ "$ref": "#/$defs/Target", "$defs": schema["$defs"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let valid = |value: serde_json::Value| validator.is_valid(&value);
    assert!(valid(
        serde_json::json!({ "kind": "github", "organisations": ["x"] })
    ));
    assert!(!valid(
        serde_json::json!({ "kind": "github", "organisation": ["x"] })
    ));
    assert!(!valid(serde_json::json!({ "kind": "svn" })));
    assert!(!valid(serde_json::json!({ "kind": "clones", "url": "x" })));
}
