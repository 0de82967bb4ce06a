//! The tables `[[target]]` of `fleet.toml`: their keys, and what is wrong with them.

use std::path::{Path, PathBuf};

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::address;
use super::filter::Filter;
use crate::fleet::failure::Failure;

/// Where repositories are: one table `[[target]]`; `kind` says which sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Target {
    /// GitHub, or GitHub Enterprise with `url`: `organisations`, `users`.
    Github(Forge),
    /// GitLab, self-hosted with `url`: `groups` with their subgroups, `users`, or `all`.
    Gitlab(Forge),
    /// Bitbucket Cloud: `workspaces`. Bitbucket Data Center with `url`: `projects`, or `all`.
    Bitbucket(Forge),
    /// Gitea or Forgejo, with `url`: `organisations`, `users`, or `all`.
    Gitea(Forge),
    /// Azure DevOps Services, or Server with `url`: `organisations` (collections), of which `projects` takes some.
    Azure(Forge),
    /// Addresses of git repositories.
    List(List),
    /// Folders below which every git repository counts.
    Clones(Clones),
    /// Folders of what was built, which no git keeps.
    Artefacts(Artefacts),
}

/// A forge, and whose repositories in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Forge {
    /// Organisations (GitHub, Gitea, Azure DevOps).
    #[serde(alias = "organizations", skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<String>,
    /// Groups by path or number, with their subgroups (GitLab).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Users (GitHub, GitLab, Gitea).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Workspaces (Bitbucket Cloud).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workspaces: Vec<String>,
    /// Projects: keys (Bitbucket Data Center), or the only ones that count in each organisation (Azure DevOps).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// Everything that the token may see (self-hosted GitLab, Bitbucket Data Center, Gitea).
    #[serde(skip_serializing_if = "is_false")]
    pub all: bool,
    /// The address of the forge, where it is not the public one: `https://git.example.org`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The name of the environment variable that holds the token. Without it: `GITHUB_TOKEN`, `GITLAB_TOKEN`, `BITBUCKET_TOKEN`,
    /// `GITEA_TOKEN`, `AZURE_DEVOPS_EXT_PAT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// Who the token belongs to, where the forge asks for that: the mail address of an API token of Bitbucket Cloud, the user of a personal
    /// token of Bitbucket Data Center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_user: Option<String>,
    /// Unencrypted HTTP is allowed to others than this machine: anybody on the way reads the token.
    #[serde(skip_serializing_if = "is_false")]
    pub allow_http: bool,
    /// A PEM file of certificate authorities that are trusted beside the built-in ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// How git fetches.
    #[serde(skip_serializing_if = "is_default")]
    pub clone: Protocol,
    /// The host of SSH, where it is not that of `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_host: Option<String>,
    /// Archived repositories count too.
    #[serde(skip_serializing_if = "is_false")]
    pub archived: bool,
    /// Forks count too.
    #[serde(skip_serializing_if = "is_false")]
    pub forks: bool,
    /// Patterns: only what matches one of them counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Patterns: what matches one of them does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The branch that is scanned; without it, each repository's default branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// Addresses of git repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct List {
    /// Addresses: `https://…`, `ssh://…`, `git@host:path`, `file:///…` or the path of a repository on this machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// A file of them, one a line; what follows a `#` at the beginning of a line or behind a blank is a comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The name of the environment variable that holds a token for `token-host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// The only host that is shown the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_host: Option<String>,
    /// The user that goes with the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_user: Option<String>,
    /// Unencrypted HTTP and git are allowed to others than this machine.
    #[serde(skip_serializing_if = "is_false")]
    pub allow_http: bool,
    /// Patterns: only what matches one of them counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Patterns: what matches one of them does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The branch that is scanned; without it, each repository's default branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// Folders below which every git repository counts, bare or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Clones {
    /// The folders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<PathBuf>,
    /// How many folders below each a repository may lie, 1 to 16; without it, 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u8>,
    /// Patterns: only what matches one of them counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Patterns: what matches one of them does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The branch that is scanned; without it, the one that is checked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// Folders of what was built.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Artefacts {
    /// The folders; each is treated as a repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<PathBuf>,
    /// Each folder in them is treated as a repository instead.
    #[serde(skip_serializing_if = "is_false")]
    pub each_child: bool,
    /// Patterns: only what matches one of them counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Patterns: what matches one of them does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// How git fetches from a forge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTPS, with the token.
    #[default]
    Https,
    /// SSH, with the keys of whoever runs it.
    Ssh,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_default(protocol: &Protocol) -> bool {
    *protocol == Protocol::default()
}

/// A sort of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Github,
    Gitlab,
    BitbucketCloud,
    BitbucketDataCenter,
    Gitea,
    Azure,
}

/// Whose repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    Organisation(String),
    Group(String),
    User(String),
    Workspace(String),
    /// Of a Bitbucket Data Center.
    Project(String),
    /// Organisation and project of Azure DevOps.
    ProjectOf(String, String),
    All,
}

impl Owner {
    /// What stands in the names of their repositories behind the host; empty where that is not known.
    pub(super) fn path(&self) -> String {
        match self {
            // A number says nothing about the path.
            Self::Group(group) if group.bytes().all(|b| b.is_ascii_digit()) => String::new(),
            Self::Organisation(name)
            | Self::Group(name)
            | Self::User(name)
            | Self::Workspace(name)
            | Self::Project(name) => name.clone(),
            Self::ProjectOf(organisation, project) => format!("{organisation}/{project}"),
            Self::All => String::new(),
        }
    }

    /// As people are told of them.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Group(name) => name.clone(),
            Self::All => "all".to_owned(),
            other => other.path(),
        }
    }
}

impl Target {
    /// The word behind `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Github(_) => "github",
            Self::Gitlab(_) => "gitlab",
            Self::Bitbucket(_) => "bitbucket",
            Self::Gitea(_) => "gitea",
            Self::Azure(_) => "azure",
            Self::List(_) => "list",
            Self::Clones(_) => "clones",
            Self::Artefacts(_) => "artefacts",
        }
    }

    /// Whether the settings can be followed; asks no forge and opens no file.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and what would be right.
    pub fn check(&self) -> Result<(), Failure> {
        let result = match self {
            Self::List(list) => list.check(),
            Self::Clones(clones) => clones.check(),
            Self::Artefacts(artefacts) => need_folders(&artefacts.folders)
                .and_then(|()| check_globs(&artefacts.include, &artefacts.exclude)),
            _ => match self.forge() {
                Some((kind, forge)) => forge.check(kind),
                None => Ok(()),
            },
        };
        result.map_err(|reason| {
            Failure::permanent(format!("target of kind `{}`: {reason}", self.kind()))
        })
    }

    /// Paths that are relative are meant to begin at this folder, that of `fleet.toml`.
    pub fn below(&mut self, folder: &Path) {
        let place = |path: &mut PathBuf| *path = folder.join(&*path);
        match self {
            Self::Github(forge)
            | Self::Gitlab(forge)
            | Self::Bitbucket(forge)
            | Self::Gitea(forge)
            | Self::Azure(forge) => forge.ca.iter_mut().for_each(place),
            Self::List(list) => list.file.iter_mut().for_each(place),
            Self::Clones(clones) => clones.folders.iter_mut().for_each(place),
            Self::Artefacts(artefacts) => artefacts.folders.iter_mut().for_each(place),
        }
    }

    /// The forge's sort and settings, where it is one.
    pub(super) fn forge(&self) -> Option<(Kind, &Forge)> {
        Some(match self {
            Self::Github(forge) => (Kind::Github, forge),
            Self::Gitlab(forge) => (Kind::Gitlab, forge),
            Self::Bitbucket(forge) => {
                let public = forge
                    .url
                    .as_deref()
                    .is_none_or(|url| url.trim_end_matches('/') == "https://bitbucket.org");
                let kind = if public {
                    Kind::BitbucketCloud
                } else {
                    Kind::BitbucketDataCenter
                };
                (kind, forge)
            }
            Self::Gitea(forge) => (Kind::Gitea, forge),
            Self::Azure(forge) => (Kind::Azure, forge),
            Self::List(_) | Self::Clones(_) | Self::Artefacts(_) => return None,
        })
    }
}

impl Kind {
    /// The public forge.
    fn public(self) -> Option<&'static str> {
        match self {
            Self::Github => Some("https://github.com"),
            Self::Gitlab => Some("https://gitlab.com"),
            Self::BitbucketCloud => Some("https://bitbucket.org"),
            Self::Azure => Some("https://dev.azure.com"),
            Self::BitbucketDataCenter | Self::Gitea => None,
        }
    }

    /// The variable that holds the token, where the settings name none.
    pub(super) const fn token_env(self) -> &'static str {
        match self {
            Self::Github => "GITHUB_TOKEN",
            Self::Gitlab => "GITLAB_TOKEN",
            Self::BitbucketCloud | Self::BitbucketDataCenter => "BITBUCKET_TOKEN",
            Self::Gitea => "GITEA_TOKEN",
            Self::Azure => "AZURE_DEVOPS_EXT_PAT",
        }
    }

    /// The keys that say whose repositories.
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Github => &["organisations", "users"],
            Self::Gitlab => &["groups", "users", "all"],
            Self::BitbucketCloud => &["workspaces"],
            Self::BitbucketDataCenter => &["projects", "all"],
            Self::Gitea => &["organisations", "users", "all"],
            Self::Azure => &["organisations", "projects"],
        }
    }
}

impl Forge {
    /// Where it is: with its path, without a slash at the end.
    pub(super) fn base(&self, kind: Kind) -> Result<Url, String> {
        let Some(text) = self.url.as_deref().or(kind.public()) else {
            return Err("`url` is missing: there is no public one".to_owned());
        };
        let mut url = Url::parse(text).map_err(|_| {
            "`url` is no address; one looks like `https://git.example.org`".to_owned()
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "`url` holds credentials; name the variable that holds the token in `token-env`"
                    .to_owned(),
            );
        }
        if url.host_str().is_none_or(str::is_empty)
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err("`url` is to be a scheme, a host and perhaps a port and a path".to_owned());
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http || address::is_loopback(&url) => {}
            "http" => {
                return Err("`url` is unencrypted, and anybody on the way would read the token; `allow-http = true` allows it".to_owned());
            }
            _ => return Err("`url` has to begin with `https://`".to_owned()),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(url)
    }

    /// The variable that holds the token, and whether the settings name it.
    pub(super) fn token_variable(&self, kind: Kind) -> (&str, bool) {
        match &self.token_env {
            Some(name) => (name, true),
            None => (kind.token_env(), false),
        }
    }

    /// Whose repositories, in the order of the settings.
    pub(super) fn owners(&self, kind: Kind) -> Vec<Owner> {
        let mut owners = Vec::new();
        if self.all {
            return vec![Owner::All];
        }
        for organisation in &self.organisations {
            if kind == Kind::Azure && !self.projects.is_empty() {
                let project =
                    |project: &String| Owner::ProjectOf(organisation.clone(), project.clone());
                owners.extend(self.projects.iter().map(project));
            } else {
                owners.push(Owner::Organisation(organisation.clone()))
            }
        }
        owners.extend(self.groups.iter().cloned().map(Owner::Group));
        owners.extend(self.users.iter().cloned().map(Owner::User));
        owners.extend(self.workspaces.iter().cloned().map(Owner::Workspace));
        if kind == Kind::BitbucketDataCenter {
            owners.extend(self.projects.iter().cloned().map(Owner::Project))
        }
        owners
    }

    fn check(&self, kind: Kind) -> Result<(), String> {
        let base = self.base(kind)?;
        let given = [
            ("organisations", &self.organisations),
            ("groups", &self.groups),
            ("users", &self.users),
            ("workspaces", &self.workspaces),
            ("projects", &self.projects),
        ];
        let mut named = self.all;
        for (key, names) in given {
            if names.is_empty() {
                continue;
            }
            if !kind.keys().contains(&key) {
                return Err(format!(
                    "`{key}` says nothing here; whose repositories are meant is said by {}",
                    any_of(kind.keys())
                ));
            }
            named |= !(kind == Kind::Azure && key == "projects");
            for name in names {
                check_owner(key, name)?
            }
        }
        if self.all && !kind.keys().contains(&"all") {
            return Err(format!(
                "`all` is for self-hosted forges; whose repositories are meant is said by {}",
                any_of(kind.keys())
            ));
        }
        if self.all && base.host_str() == Some("gitlab.com") {
            return Err(
                "`all` would be everything that is public on gitlab.com; name `groups` or `users`"
                    .to_owned(),
            );
        }
        if self.all && given.iter().any(|(_, names)| !names.is_empty()) {
            return Err("`all` and names at once: which?".to_owned());
        }
        if !named {
            return Err(format!(
                "whose repositories? Say it by {}",
                any_of(kind.keys())
            ));
        }
        check_variable(self.token_env.as_deref())?;
        if let Some(host) = &self.ssh_host
            && !address::is_host(host)
        {
            return Err("`ssh-host` is to be the name of a host".to_owned());
        }
        check_branch(self.branch.as_deref())?;
        check_globs(&self.include, &self.exclude)
    }
}

impl List {
    fn check(&self) -> Result<(), String> {
        if self.urls.is_empty() && self.file.is_none() {
            return Err("it has neither `urls` nor a `file` of them".to_owned());
        }
        check_variable(self.token_env.as_deref())?;
        match (&self.token_env, &self.token_host) {
            (Some(_), None) => {
                return Err(
                    "`token-env` needs `token-host`, the only host that is shown the token"
                        .to_owned(),
                );
            }
            (None, Some(_)) => {
                return Err("`token-host` without `token-env`: which token?".to_owned());
            }
            (Some(_), Some(host)) if !address::is_host_and_port(host) => {
                return Err(
                    "`token-host` is to be the name of a host, perhaps with a port".to_owned(),
                );
            }
            _ => {}
        }
        check_branch(self.branch.as_deref())?;
        check_globs(&self.include, &self.exclude)
    }
}

impl Clones {
    /// How many folders below each a repository may lie, where the settings do not say it: `forge/group/subgroup/name`.
    const DEPTH: u8 = 4;
    /// More than anybody nests on purpose.
    const MAX_DEPTH: u8 = 16;

    /// How many folders below each a repository may lie.
    pub(super) fn depth(&self) -> u8 {
        self.depth.unwrap_or(Self::DEPTH)
    }

    fn check(&self) -> Result<(), String> {
        need_folders(&self.folders)?;
        if !(1..=Self::MAX_DEPTH).contains(&self.depth()) {
            return Err(format!("`depth` is to be 1 to {}", Self::MAX_DEPTH));
        }
        check_branch(self.branch.as_deref())?;
        check_globs(&self.include, &self.exclude)
    }
}

fn any_of(keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match keys.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => keys.concat(),
    }
}

fn need_folders(folders: &[PathBuf]) -> Result<(), String> {
    if folders.is_empty() {
        return Err("it has no `folders`".to_owned());
    }
    Ok(())
}

fn check_globs(include: &[String], exclude: &[String]) -> Result<(), String> {
    Filter::new(include, exclude).map(drop)
}

fn check_owner(key: &str, name: &str) -> Result<(), String> {
    let many = key == "groups";
    let fine = if many {
        address::check_path(name)
    } else {
        address::check_segment(name)
    };
    fine.map_err(|why| format!("a name in `{key}` {why}"))
}

/// How tokens of forges begin, where that is a valid name of a variable too: somebody took the one for the other.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat",
    "ATCTT",
    "ATBB",
    "ATATT",
];

/// The value is not repeated: it may be the token itself.
fn check_variable(name: Option<&str>) -> Result<(), String> {
    let Some(name) = name else {
        return Ok(());
    };
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let first = name.bytes().next();
    if TOKENS.iter().any(|token| name.starts_with(token)) {
        return Err("`token-env` seems to be a token; it is to be the name of the environment variable that holds it. Revoke the token: it stands in a file".to_owned());
    }
    if !plain || name.len() > 100 || first.is_none_or(|b| b.is_ascii_digit()) {
        return Err(
            "`token-env` is to be the name of an environment variable: A to Z, 0 to 9, `_`"
                .to_owned(),
        );
    }
    Ok(())
}

fn check_branch(branch: Option<&str>) -> Result<(), String> {
    match branch {
        Some(branch) if !address::is_branch(branch) => {
            Err("`branch` is no name of a branch; patterns are not possible, since one branch of each repository is scanned".to_owned())
        }
        _ => Ok(()),
    }
}
