//! GitLab: the projects of a group and its subgroups, of a user, or of the whole instance.
//!
//! <https://docs.gitlab.com/api/groups/#list-projects>, <https://docs.gitlab.com/api/projects/#list-a-users-projects>. Lists of groups are
//! numbered pages: keyset pagination is documented for the list of all projects only
//! (<https://docs.gitlab.com/api/rest/#keyset-based-pagination>). Either says in `Link` where it goes on.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Entry, Listing, Place};
use crate::fleet::failure::Failure;
use crate::fleet::target::http::Client;
use crate::fleet::target::pages::{self, Pages};
use crate::fleet::target::settings::Owner;

#[derive(Deserialize)]
struct Project {
    path_with_namespace: String,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    empty_repo: bool,
    forked_from_project: Option<IgnoredAny>,
    repository_access_level: Option<String>,
    ssh_url_to_repo: Option<String>,
    statistics: Option<Statistics>,
}

#[derive(Deserialize)]
struct Statistics {
    /// In bytes.
    repository_size: Option<u64>,
}

pub(super) fn list(
    place: &Place<'_>,
    client: &Client<'_>,
    owner: &Owner,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let name = owner.path();
    let mut url = match owner {
        Owner::All => place.api(&["projects"])?,
        Owner::User(_) => place.api(&["users", &name, "projects"])?,
        // One segment: its slashes are encoded. A number says no path, and is one here.
        _ => place.api(&["groups", &owner.label(), "projects"])?,
    };
    url.query_pairs_mut()
        .extend_pairs([("order_by", "id"), ("sort", "asc"), ("per_page", "100")]);
    match owner {
        Owner::All => {
            url.query_pairs_mut().append_pair("pagination", "keyset");
        }
        Owner::Group(_) => {
            url.query_pairs_mut()
                .append_pair("include_subgroups", "true")
                .append_pair("with_shared", "false");
        }
        _ => {}
    }
    let mut pages = Pages::default();
    loop {
        let answer = client.get(&url)?;
        let brought = listing.add(answer.json()?, |project: Project| Entry {
            path: project.path_with_namespace,
            branch: project.default_branch,
            archived: project.archived,
            fork: project.forked_from_project.is_some(),
            empty: project.empty_repo,
            disabled: project.repository_access_level.as_deref() == Some("disabled"),
            kilobytes: project
                .statistics
                .and_then(|statistics| statistics.repository_size)
                .map(|bytes| bytes / 1024),
            ssh: project.ssh_url_to_repo,
            ..Entry::default()
        })?;
        let Some(next) = answer.header("link").and_then(pages::next_link) else {
            return Ok(());
        };
        url = pages::within(&url, next)?;
        pages.turn(url.as_str(), brought)?
    }
}
