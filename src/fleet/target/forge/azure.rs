//! Azure DevOps: the repositories of an organisation (collection), or of one project in it.
//!
//! <https://learn.microsoft.com/rest/api/azure/devops/git/repositories/list>. All come in one answer; where a token for the rest comes with
//! it, it is used (<https://learn.microsoft.com/azure/devops/integrate/concepts/rest-api-versioning>).

use serde::Deserialize;
use serde_json::Value;

use super::{Entry, Listing, Place};
use crate::fleet::failure::Failure;
use crate::fleet::target::http::Client;
use crate::fleet::target::pages::Pages;
use crate::fleet::target::settings::Owner;

/// The oldest that says what is disabled: Server 2020 and later, and Services.
const VERSION: &str = "6.0";

#[derive(Deserialize)]
struct Answer {
    value: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    name: String,
    project: Project,
    default_branch: Option<String>,
    #[serde(default)]
    is_fork: bool,
    #[serde(default)]
    is_disabled: bool,
    /// In bytes.
    size: Option<u64>,
    ssh_url: Option<String>,
}

#[derive(Deserialize)]
struct Project {
    name: String,
}

pub(super) fn list(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let (organisation, project) = match owner {
        Owner::ProjectOf(organisation, project) => (organisation.clone(), Some(project.as_str())),
        other => (other.path(), None),
    };
    let mut segments = vec![organisation.as_str()];
    segments.extend(project);
    segments.extend(["_apis", "git", "repositories"]);
    let start = place.api(&segments)?;
    let mut after: Option<String> = None;
    let mut pages = Pages::default();
    loop {
        let mut url = start.clone();
        url.query_pairs_mut().append_pair("api-version", VERSION);
        if let Some(after) = &after {
            url.query_pairs_mut()
                .append_pair("continuationToken", after);
        }
        let answer = client.get(&url)?;
        let brought = listing.add(answer.json::<Answer>()?.value, |item: Item| {
            Entry {
                path: format!("{organisation}/{}/{}", item.project.name, item.name),
                // One without a default branch has none at all.
                empty: item.default_branch.is_none() && !item.is_disabled,
                branch: item.default_branch.map(|branch| {
                    branch
                        .strip_prefix("refs/heads/")
                        .unwrap_or(&branch)
                        .to_owned()
                }),
                fork: item.is_fork,
                disabled: item.is_disabled,
                kilobytes: item.size.map(|bytes| bytes / 1024),
                ssh: item.ssh_url,
                ..Entry::default()
            }
        })?;
        let Some(next) = answer.header("x-ms-continuationtoken").map(str::to_owned) else {
            return Ok(());
        };
        pages.turn(&next, brought)?;
        after = Some(next)
    }
}
