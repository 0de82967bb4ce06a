//! Gitea and Forgejo: the repositories of an organisation, of a user, or all.
//!
//! <https://docs.gitea.com/api/#tag/organization/operation/orgListRepos>, `userListRepos`, `repoSearch`. Pages are numbered by us: the
//! addresses in `Link` have the host that the forge has for itself, which behind a proxy is often another one.

use serde::Deserialize;
use serde_json::Value;

use super::{Entry, Listing, Place};
use crate::fleet::failure::Failure;
use crate::fleet::target::http::Client;
use crate::fleet::target::pages::Pages;
use crate::fleet::target::settings::Owner;

#[derive(Deserialize)]
struct Item {
    full_name: String,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    empty: bool,
    /// In KiB.
    size: Option<u64>,
    ssh_url: Option<String>,
}

#[derive(Deserialize)]
struct Search {
    data: Vec<Value>,
}

pub(super) fn list(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let name = owner.path();
    let start = match owner {
        Owner::All => place.api(&["repos", "search"])?,
        Owner::User(_) => place.api(&["users", &name, "repos"])?,
        _ => place.api(&["orgs", &name, "repos"])?,
    };
    let mut pages = Pages::default();
    let mut read: u64 = 0;
    for page in 1_u64.. {
        let mut url = start.clone();
        url.query_pairs_mut()
            .append_pair("page", &page.to_string())
            .append_pair("limit", "50");
        if *owner == Owner::All {
            url.query_pairs_mut()
                .append_pair("sort", "id")
                .append_pair("order", "asc");
        }
        let answer = client.get(&url)?;
        let items: Vec<Value> = if *owner == Owner::All {
            answer.json::<Search>()?.data
        } else {
            answer.json()?
        };
        let total: Option<u64> = answer
            .header("x-total-count")
            .and_then(|text| text.parse().ok());
        if items.is_empty() {
            break;
        }
        read += items.len() as u64;
        let brought = listing.add(items, |item: Item| Entry {
            path: item.full_name,
            branch: item.default_branch.filter(|branch| !branch.is_empty()),
            archived: item.archived,
            fork: item.fork,
            empty: item.empty,
            kilobytes: item.size,
            ssh: item.ssh_url,
            ..Entry::default()
        })?;
        if total.is_some_and(|total| read >= total) {
            break;
        }
        pages.turn(&page.to_string(), brought)?
    }
    Ok(())
}
