//! Forges: what each lists, and where git fetches it from.
//!
//! What a forge answers is a stranger's word. An address of HTTPS is made from the one in the settings and the path that the forge says, so
//! that no answer leads git, or a token, to another host; addresses of SSH are taken from it and held against the host.

mod azure;
mod bitbucket;
mod gitea;
mod github;
mod gitlab;

use std::collections::HashSet;

use data_encoding::BASE64;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::address;
use super::environment::Environment;
use super::filter::Filter;
use super::http::{Access, Client};
use super::secret::Secret;
use super::settings::{Forge, Kind, Owner, Protocol, Target};
use super::{EMPTY, Found, Problem};
use crate::fleet::failure::Failure;
use crate::fleet::repository::{Origin, Repository};

/// A repository as a forge lists it.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Owner and name, between slashes, not encoded.
    path: String,
    /// The default branch, or the one that the settings ask for.
    branch: Option<String>,
    /// The head of that branch.
    commit: Option<String>,
    archived: bool,
    fork: bool,
    /// The forge says that there is nothing in it.
    empty: bool,
    /// The forge does not give it out.
    disabled: bool,
    /// It lacks the branch that the settings ask for.
    lacks_branch: bool,
    kilobytes: Option<u64>,
    ssh: Option<String>,
}

/// Repositories of one owner: more than any forge has, and an end to what is kept in memory.
const MAX_ENTRIES: usize = 1_000_000;
/// Bytes of a path, a branch or an address.
const MAX_TEXT: usize = 1_000;

impl Entry {
    /// None where its path is longer than any; without other texts that are.
    fn of_a_size(mut self) -> Option<Self> {
        let fits = |text: &String| text.len() <= MAX_TEXT;
        self.branch = self.branch.filter(fits);
        self.commit = self.commit.filter(fits);
        self.ssh = self.ssh.filter(fits);
        fits(&self.path).then_some(self)
    }
}

/// What a forge lists of one owner.
#[derive(Debug, Default)]
struct Listing {
    entries: Vec<Entry>,
    paths: HashSet<String>,
    /// Entries that say too little.
    broken: u64,
    /// The forge says that it keeps something back.
    withheld: Option<String>,
}

impl Listing {
    /// Reads the entries of a page; how many were new.
    ///
    /// # Errors
    ///
    /// There are more than any forge has.
    fn add<T: DeserializeOwned>(
        &mut self,
        page: Vec<Value>,
        entry: impl Fn(T) -> Entry,
    ) -> Result<usize, Failure> {
        let before = self.entries.len();
        for value in page {
            match serde_json::from_value::<T>(value)
                .ok()
                .and_then(|value| entry(value).of_a_size())
            {
                Some(entry) if self.paths.insert(entry.path.clone()) => self.entries.push(entry),
                Some(_) => {}
                None => self.broken += 1,
            }
            if self.entries.len() >= MAX_ENTRIES {
                return Err(Failure::permanent(format!(
                    "its list has more than {MAX_ENTRIES} repositories"
                )));
            }
        }
        Ok(self.entries.len() - before)
    }
}

/// Where a forge is, and how it is asked.
struct Place<'a> {
    kind: Kind,
    base: Url,
    settings: &'a Forge,
}

impl Place<'_> {
    /// An address of its programming interface: the fixed part, and names that are encoded.
    fn api(&self, segments: &[&str]) -> Result<Url, Failure> {
        let host = self.base.host_str().unwrap_or_default();
        let mut base = self.base.clone();
        let prefix: &[&str] = match self.kind {
            // https://docs.github.com/rest, and of Enterprise Cloud with a host of its own: api.SUBDOMAIN.ghe.com.
            Kind::Github if host == "github.com" || host.ends_with(".ghe.com") => {
                let own = format!("api.{host}");
                base.set_host(Some(&own)).map_err(|_| impossible())?;
                &[]
            }
            Kind::Github => &["api"],
            Kind::Gitlab => &["api", "v4"],
            Kind::BitbucketCloud => {
                base.set_host(Some("api.bitbucket.org"))
                    .map_err(|_| impossible())?;
                &["2.0"]
            }
            Kind::BitbucketDataCenter => &["rest", "api", "1.0"],
            Kind::Gitea => &["api", "v1"],
            Kind::Azure => &[],
        };
        let all: Vec<&str> = prefix.iter().chain(segments).copied().collect();
        address::below(&base, &all).ok_or_else(impossible)
    }

    /// The host and path that begin all names.
    fn prefix(&self) -> String {
        address::name_of(&self.base).unwrap_or_default()
    }

    /// What begins the names of the repositories of an owner.
    fn scope(&self, owner: &Owner) -> String {
        let path = owner.path();
        let mut segments: Vec<&str> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        // The empty one ends the scope with a slash.
        segments.push("");
        match address::below(&self.base, &segments)
            .as_ref()
            .and_then(address::name_of)
        {
            Some(name) => format!("{name}/"),
            None => format!("{}/", self.prefix()),
        }
    }

    /// The header that holds the token.
    fn authorization(&self, token: &Secret) -> Secret {
        let basic = |user: &str| {
            let pair = format!("{user}:{}", token.reveal());
            Secret::new(format!("Basic {}", BASE64.encode(pair.as_bytes())))
        };
        match (self.kind, &self.settings.token_user) {
            (Kind::Azure, _) => basic(""),
            (Kind::BitbucketCloud, Some(user)) => basic(user),
            (Kind::Gitea, _) => Secret::new(format!("token {}", token.reveal())),
            _ => Secret::new(format!("Bearer {}", token.reveal())),
        }
    }

    fn list(
        &self,
        client: &Client<'_>,
        owner: &Owner,
        listing: &mut Listing,
    ) -> Result<(), Failure> {
        match self.kind {
            Kind::Github => github::list(self, client, owner, listing),
            Kind::Gitlab => gitlab::list(self, client, owner, listing),
            Kind::BitbucketCloud => bitbucket::list_cloud(self, client, owner, listing),
            Kind::BitbucketDataCenter => bitbucket::list_data_center(self, client, owner, listing),
            Kind::Gitea => gitea::list(self, client, owner, listing),
            Kind::Azure => azure::list(self, client, owner, listing),
        }
    }

    /// What git is given, and what the repository is called.
    ///
    /// # Errors
    ///
    /// The rest of a sentence that begins with the repository.
    fn repository(&self, entry: Entry) -> Result<Repository, &'static str> {
        address::check_path(&entry.path)?;
        let segments: Vec<&str> = entry.path.split('/').collect();
        let Some((last, owner)) = segments.split_last().filter(|(_, owner)| !owner.is_empty())
        else {
            return Err("has a name without an owner");
        };
        let named = address::below(&self.base, &segments).and_then(|url| address::name_of(&url));
        let name = named.ok_or("has an impossible name")?;
        let url = match self.settings.clone {
            Protocol::Https => self.https(owner, last).ok_or("has an impossible name")?,
            Protocol::Ssh => self.ssh(&entry)?,
        };
        let branch = self
            .settings
            .branch
            .clone()
            .or(entry.branch)
            .filter(|branch| address::is_branch(branch));
        // A commit belongs to a branch.
        let commit = entry
            .commit
            .filter(|commit| branch.is_some() && address::is_commit(commit));
        Ok(Repository {
            name,
            url,
            origin: self.origin(),
            owner: owner.join("/"),
            branch,
            commit,
            archived: entry.archived,
            fork: entry.fork,
            kilobytes: entry.kilobytes,
        })
    }

    fn origin(&self) -> Origin {
        match self.kind {
            Kind::Github => Origin::Github,
            Kind::Gitlab => Origin::Gitlab,
            Kind::BitbucketCloud | Kind::BitbucketDataCenter => Origin::Bitbucket,
            Kind::Gitea => Origin::Gitea,
            Kind::Azure => Origin::Azure,
        }
    }

    fn https(&self, owner: &[&str], last: &str) -> Option<String> {
        let file = format!("{last}.git");
        let mut segments: Vec<&str> = Vec::new();
        match self.kind {
            Kind::Azure => {
                segments.extend(owner);
                segments.extend(["_git", last])
            }
            Kind::BitbucketDataCenter => {
                segments.push("scm");
                segments.extend(owner);
                segments.push(&file)
            }
            _ => {
                segments.extend(owner);
                segments.push(&file)
            }
        }
        address::below(&self.base, &segments).map(|url| url.to_string())
    }

    fn ssh(&self, entry: &Entry) -> Result<String, &'static str> {
        let own = self.base.host_str().unwrap_or_default();
        let mut hosts = vec![self.settings.ssh_host.as_deref().unwrap_or(own)];
        if self.kind == Kind::Azure && own == "dev.azure.com" {
            hosts.push("ssh.dev.azure.com")
        }
        let text = entry.ssh.as_deref().ok_or("has no SSH address")?;
        address::ssh_of_forge(text, &hosts)
    }
}

fn impossible() -> Failure {
    Failure::permanent("`url` has no host that could be asked")
}

/// Where a target's forge is, for whoever fetches from it: its address, and the token for it.
pub(super) fn token(target: &Target, environment: &dyn Environment) -> Option<(Kind, Url, Secret)> {
    let (kind, settings) = target.forge()?;
    let base = settings.base(kind).ok()?;
    let (variable, _) = settings.token_variable(kind);
    let token = environment.variable(variable)?.trim().to_owned();
    (!token.is_empty()).then(|| (kind, base, Secret::new(token)))
}

/// What a target's forge lists.
pub(super) fn find(
    target: &Target,
    environment: &dyn Environment,
    say: &dyn Fn(&str),
    found: &mut Found,
) {
    let Some((kind, settings)) = target.forge() else {
        return;
    };
    // The settings have been checked.
    let Ok(base) = settings.base(kind) else {
        return;
    };
    let Ok(filter) = Filter::new(&settings.include, &settings.exclude) else {
        return;
    };
    let place = Place {
        kind,
        base,
        settings,
    };
    let owners = settings.owners(kind);
    let client = match place.client(environment, say) {
        Ok(client) => client,
        Err(failure) => {
            let scope = owners.iter().map(|owner| place.scope(owner)).collect();
            let target = format!("{}: {}", target.kind(), place.prefix());
            found.problems.push(Problem {
                target,
                scope,
                failure,
            });
            return;
        }
    };
    for owner in &owners {
        let label = format!("{}: {}/{}", target.kind(), place.prefix(), owner.label());
        let mut listing = Listing::default();
        let result = place.list(&client, owner, &mut listing);
        say(&format!("{label}: {} repositories", listing.entries.len()));
        if let Err(failure) = result {
            found.problems.push(Problem {
                target: label.clone(),
                scope: vec![place.scope(owner)],
                failure,
            })
        } else if let Some(withheld) = listing.withheld {
            let failure = Failure::permanent(format!("it keeps repositories back: {withheld}"));
            found.problems.push(Problem {
                target: label.clone(),
                scope: vec![place.scope(owner)],
                failure,
            })
        }
        let mut refused: Vec<String> = Vec::new();
        for entry in listing.entries {
            place.sort(entry, &filter, &client, found, &mut refused)
        }
        if listing.broken > 0 {
            refused.push(format!(
                "entries without a name of a sane length: {}",
                listing.broken
            ))
        }
        if !refused.is_empty() {
            let failure = Failure::permanent(format!(
                "what it lists cannot be used: {}",
                some_of(&refused)
            ));
            found.problems.push(Problem {
                target: label,
                scope: vec![place.scope(owner)],
                failure,
            })
        }
    }
}

impl Place<'_> {
    fn client<'c>(
        &self,
        environment: &'c dyn Environment,
        say: &'c dyn Fn(&str),
    ) -> Result<Client<'c>, Failure> {
        let (variable, is_named) = self.settings.token_variable(self.kind);
        let token = environment
            .variable(variable)
            .map(|token| Secret::new(token.trim()))
            .filter(|token| !token.reveal().is_empty());
        if token.is_none() && is_named {
            return Err(Failure::permanent(format!(
                "{variable}, which `token-env` names, is not set"
            )));
        }
        let token = token.map(|token| {
            let authorization = self.authorization(&token);
            (token, authorization)
        });
        Client::new(Access {
            api: &self.api(&[])?,
            ca: self.settings.ca.as_deref(),
            token,
            token_env: variable,
            accept: if self.kind == Kind::Github {
                "application/vnd.github+json"
            } else {
                "application/json"
            },
            environment,
            say,
        })
    }

    fn sort(
        &self,
        entry: Entry,
        filter: &Filter,
        client: &Client<'_>,
        found: &mut Found,
        refused: &mut Vec<String>,
    ) {
        let shown = client.quoted(&entry.path);
        let (empty, disabled, lacks_branch) = (entry.empty, entry.disabled, entry.lacks_branch);
        let repository = match self.repository(entry) {
            Ok(repository) => repository,
            Err(why) => {
                refused.push(format!("“{shown}” {why}"));
                return;
            }
        };
        let reason = if repository.archived && !self.settings.archived {
            Some("it is archived".to_owned())
        } else if repository.fork && !self.settings.forks {
            Some("it is a fork".to_owned())
        } else if let Some(reason) = filter.leaves_out(&repository.name) {
            Some(reason)
        } else if disabled {
            Some("the forge does not give it out".to_owned())
        } else if empty {
            Some(EMPTY.to_owned())
        } else if lacks_branch {
            let branch = self.settings.branch.as_deref().unwrap_or_default();
            Some(format!("it has no branch `{branch}`"))
        } else {
            None
        };
        found.add(repository, reason)
    }
}

/// The first few, and how many more.
fn some_of(texts: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = texts
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if texts.len() > SHOWN {
        text.push_str(&format!(", and {} more", texts.len() - SHOWN))
    }
    text
}

/// Whether a path below the forge's address belongs to an owner that the target names.
pub(super) fn owns(target: &Target, path: &str) -> bool {
    let Some((kind, settings)) = target.forge() else {
        return false;
    };
    let path = path.to_lowercase();
    settings.owners(kind).iter().any(|owner| {
        let owner = owner.path().to_lowercase().replace(' ', "%20");
        !owner.is_empty()
            && path
                .strip_prefix(&owner)
                .is_some_and(|rest| rest.starts_with('/'))
    })
}
