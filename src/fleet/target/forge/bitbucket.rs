//! Bitbucket: the repositories of a workspace (Cloud), of a project, or all (Data Center).
//!
//! <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/#api-repositories-workspace-get>,
//! <https://developer.atlassian.com/server/bitbucket/rest/v906/api-group-project/#api-api-latest-projects-projectkey-repos-get>

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Entry, Listing, Place};
use crate::fleet::failure::Failure;
use crate::fleet::target::http::Client;
use crate::fleet::target::pages::{self, Pages};
use crate::fleet::target::settings::Owner;

#[derive(Deserialize)]
struct CloudPage {
    values: Vec<Value>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct CloudItem {
    full_name: String,
    scm: Option<String>,
    /// Of which it is a fork.
    parent: Option<IgnoredAny>,
    mainbranch: Option<Branch>,
    /// In bytes.
    size: Option<u64>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

#[derive(Deserialize)]
struct Links {
    #[serde(default)]
    clone: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    name: String,
    href: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CenterPage {
    values: Vec<Value>,
    #[serde(default)]
    is_last_page: bool,
    next_page_start: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CenterItem {
    slug: String,
    project: CenterProject,
    scm_id: Option<String>,
    state: Option<String>,
    #[serde(default)]
    archived: bool,
    /// Of which it is a fork.
    origin: Option<IgnoredAny>,
    default_branch: Option<String>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct CenterProject {
    key: String,
}

fn ssh(links: Option<Links>) -> Option<String> {
    let mut links = links?.clone.into_iter();
    links.find(|link| link.name == "ssh").map(|link| link.href)
}

fn is_git(scm: Option<&str>) -> bool {
    scm.is_none_or(|scm| scm == "git")
}

pub(super) fn list_cloud(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let mut url = place.api(&["repositories", &owner.path()])?;
    url.query_pairs_mut().append_pair("pagelen", "100");
    let mut pages = Pages::default();
    loop {
        let page: CloudPage = client.get(&url)?.json()?;
        let brought = listing.add(page.values, |item: CloudItem| {
            Entry {
                disabled: !is_git(item.scm.as_deref()),
                path: item.full_name,
                // One without a main branch has none at all.
                empty: item.mainbranch.is_none(),
                branch: item.mainbranch.map(|branch| branch.name),
                fork: item.parent.is_some(),
                kilobytes: item.size.map(|bytes| bytes / 1024),
                ssh: ssh(item.links),
                ..Entry::default()
            }
        })?;
        let Some(next) = page.next else {
            return Ok(());
        };
        url = pages::within(&url, &next)?;
        pages.turn(url.as_str(), brought)?
    }
}

pub(super) fn list_data_center(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let start = match owner {
        Owner::All => {
            let mut url = place.api(&["repos"])?;
            // Without it, the archived ones would be missing among what is left out.
            url.query_pairs_mut().append_pair("archived", "ALL");
            url
        }
        _ => place.api(&["projects", &owner.path(), "repos"])?,
    };
    let mut from: u64 = 0;
    let mut pages = Pages::default();
    loop {
        let mut url = start.clone();
        url.query_pairs_mut()
            .append_pair("limit", "100")
            .append_pair("start", &from.to_string());
        let page: CenterPage = client.get(&url)?.json()?;
        let brought = listing.add(page.values, |item: CenterItem| {
            let available = item
                .state
                .as_deref()
                .is_none_or(|state| state == "AVAILABLE");
            Entry {
                disabled: !available || !is_git(item.scm_id.as_deref()),
                // A key is the same in either case; addresses have it in small letters.
                path: format!("{}/{}", item.project.key.to_lowercase(), item.slug),
                branch: item.default_branch,
                archived: item.archived,
                fork: item.origin.is_some(),
                ssh: ssh(item.links),
                ..Entry::default()
            }
        })?;
        if page.is_last_page {
            return Ok(());
        }
        let next = page
            .next_page_start
            .ok_or_else(|| Failure::permanent("its list goes on, and it says not where"))?;
        if next <= from {
            return Err(Failure::permanent("the pages of its list go in a circle"));
        }
        pages.turn(&next.to_string(), brought)?;
        from = next
    }
}
