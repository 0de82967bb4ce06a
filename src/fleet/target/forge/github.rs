//! GitHub: GraphQL, a hundred repositories with their heads in one request; REST where GraphQL is refused or not known.
//!
//! <https://docs.github.com/graphql/reference/interfaces#repositoryowner>,
//! <https://docs.github.com/rest/repos/repos#list-organization-repositories>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Entry, Listing, Place};
use crate::fleet::failure::Failure;
use crate::fleet::target::http::{Answer, Client};
use crate::fleet::target::pages::{self, Pages};
use crate::fleet::target::settings::Owner;

/// An organisation or a user, and their own repositories; `ref` where the settings ask for a branch.
const QUERY: &str = "query($login: String!, $after: String, $branch: String!, $named: Boolean!) {
  repositoryOwner(login: $login) {
    repositories(first: 100, after: $after, ownerAffiliations: [OWNER], orderBy: {field: NAME, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        nameWithOwner isArchived isFork isDisabled isEmpty diskUsage sshUrl
        defaultBranchRef { name target { oid } }
        ref(qualifiedName: $branch) @include(if: $named) { name target { oid } }
      }
    }
  }
}";

/// How often a forge that answers a query with its rate limit is asked again.
const PATIENCE: usize = 4;

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    repository_owner: Option<Login>,
}

#[derive(Deserialize)]
struct Login {
    repositories: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    page_info: PageInfo,
    /// An entry is null where the token may not see it.
    #[serde(default)]
    nodes: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    name_with_owner: String,
    #[serde(default)]
    is_archived: bool,
    #[serde(default)]
    is_fork: bool,
    #[serde(default)]
    is_disabled: bool,
    #[serde(default)]
    is_empty: bool,
    disk_usage: Option<u64>,
    ssh_url: Option<String>,
    default_branch_ref: Option<Ref>,
    #[serde(rename = "ref")]
    asked: Option<Ref>,
}

#[derive(Deserialize)]
struct Ref {
    name: String,
    target: Option<Object>,
}

#[derive(Deserialize)]
struct Object {
    oid: String,
}

#[derive(Deserialize)]
struct Rest {
    full_name: String,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    disabled: bool,
    size: Option<u64>,
    ssh_url: Option<String>,
}

pub(super) fn list(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    // GraphQL answers nobody without a token.
    if client.has_token() && graphql(place, client, owner, listing)? {
        return Ok(());
    }
    rest(place, client, owner, listing)
}

/// Whether the forge takes such queries.
fn graphql(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<bool, Failure> {
    let url = place.api(&["graphql"])?;
    let login = owner.path();
    let wanted = place.settings.branch.as_deref();
    let mut after: Option<String> = None;
    let mut pages = Pages::default();
    loop {
        let body = json!({
            "query": QUERY,
            "variables": {
                "login": login,
                "after": after,
                "branch": format!("refs/heads/{}", wanted.unwrap_or_default()),
                "named": wanted.is_some(),
            },
        });
        let Some(reply) = ask(client, &url, &body, after.is_none())? else {
            return Ok(false);
        };
        let complaint = reply
            .errors
            .first()
            .map(|error| client.quoted(&error.message));
        let Some(connection) = reply
            .data
            .and_then(|data| data.repository_owner)
            .map(|login| login.repositories)
        else {
            if reply.errors.iter().any(|error| error.kind.is_none()) && after.is_none() {
                // An error of the query itself: the forge is older than what it asks for.
                return Ok(false);
            }
            return Err(Failure::permanent(complaint.map_or_else(
                || "there is no such organisation or user, or the token may not see it".to_owned(),
                |complaint| format!("it does not list this owner: “{complaint}”"),
            )));
        };
        let (withheld, nodes): (Vec<_>, Vec<_>) =
            connection.nodes.into_iter().partition(Value::is_null);
        if !withheld.is_empty() || complaint.is_some() {
            listing.withheld = Some(complaint.unwrap_or_else(|| "it says not why".to_owned()))
        }
        let brought = listing.add(nodes, |node: Node| entry(node, wanted))?;
        if !connection.page_info.has_next_page {
            return Ok(true);
        }
        let cursor = connection
            .page_info
            .end_cursor
            .ok_or_else(|| Failure::permanent("its list goes on, and it says not where"))?;
        pages.turn(&cursor, brought)?;
        after = Some(cursor)
    }
}

/// None where the forge does not take the query.
fn ask(
    client: &Client<'_>,
    url: &url::Url,
    body: &Value,
    is_first: bool,
) -> Result<Option<Reply>, Failure> {
    let mut patience = PATIENCE;
    loop {
        let answer: Answer = match client.post(url, body) {
            Ok(answer) => answer,
            // Not known, not allowed, or not for this kind of token; REST may still be.
            Err(refusal)
                if is_first && matches!(refusal.status, Some(403 | 404 | 405 | 406 | 410)) =>
            {
                return Ok(None);
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let reply: Reply = answer.json()?;
        // https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api: the status is 200.
        let is_limited = reply
            .errors
            .iter()
            .any(|error| error.kind.as_deref() == Some("RATE_LIMITED"));
        if !is_limited {
            return Ok(Some(reply));
        }
        if patience == 0 {
            return Err(Failure::transient("its rate limit is used up"));
        }
        patience -= 1;
        client.wait_for_limit(&answer)?
    }
}

fn entry(node: Node, wanted: Option<&str>) -> Entry {
    let head = if wanted.is_some() {
        node.asked
    } else {
        node.default_branch_ref
    };
    let lacks_branch = wanted.is_some() && head.is_none();
    let (branch, target) = head.map(|head| (head.name, head.target)).unzip();
    Entry {
        path: node.name_with_owner,
        branch,
        commit: target.flatten().map(|target| target.oid),
        archived: node.is_archived,
        fork: node.is_fork,
        empty: node.is_empty,
        disabled: node.is_disabled,
        lacks_branch,
        kilobytes: node.disk_usage,
        ssh: node.ssh_url,
    }
}

/// Enterprise has its interface below `/api/v3`, and so has GraphQL its own below `/api`.
fn rest(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let whose = if matches!(owner, Owner::User(_)) {
        "users"
    } else {
        "orgs"
    };
    let login = owner.path();
    let root = place.api(&[])?;
    let is_enterprise = root.host() == place.base.host();
    let mut segments = if is_enterprise {
        vec!["v3"]
    } else {
        Vec::new()
    };
    segments.extend([whose, &login, "repos"]);
    let mut url = place.api(&segments)?;
    let of = if whose == "orgs" { "all" } else { "owner" };
    url.query_pairs_mut()
        .extend_pairs([("type", of), ("sort", "full_name"), ("per_page", "100")]);
    let mut pages = Pages::default();
    loop {
        let answer = client.get(&url)?;
        let brought = listing.add(answer.json()?, |rest: Rest| Entry {
            path: rest.full_name,
            branch: rest.default_branch,
            archived: rest.archived,
            fork: rest.fork,
            disabled: rest.disabled,
            kilobytes: rest.size,
            ssh: rest.ssh_url,
            ..Entry::default()
        })?;
        let Some(next) = answer.header("link").and_then(pages::next_link) else {
            return Ok(());
        };
        url = pages::within(&url, next)?;
        pages.turn(url.as_str(), brought)?
    }
}
