//! Folders of what was built: each is treated as a repository, or each folder in it.

use std::path::Path;

use super::address;
use super::clones::{absolute, children};
use super::filter::Filter;
use super::settings::Artefacts;
use super::{Found, Problem};
use crate::fleet::failure::Failure;
use crate::fleet::repository::{Origin, Repository};
use crate::output::fit::harmless;

/// What the folders have.
pub(super) fn find(artefacts: &Artefacts, found: &mut Found) {
    // The settings have been checked.
    let Ok(filter) = Filter::new(&artefacts.include, &artefacts.exclude) else {
        return;
    };
    for folder in &artefacts.folders {
        let listed = absolute(folder).and_then(|folder| {
            if artefacts.each_child {
                children(&folder)
            } else {
                Ok(vec![folder])
            }
        });
        match listed {
            Ok(folders) => {
                for folder in &folders {
                    add(folder, &filter, found)
                }
            }
            Err(error) => {
                let shown = harmless(&folder.display().to_string());
                problem(
                    folder,
                    &format!("{shown} is no folder that can be read: {}", error.kind()),
                    found,
                )
            }
        }
    }
}

fn add(folder: &Path, filter: &Filter, found: &mut Found) {
    let (Some(name), Some(path)) = (name(folder), folder.to_str()) else {
        let shown = harmless(&folder.display().to_string());
        return problem(folder, &format!("the path {shown} is not UTF-8"), found);
    };
    let reason = filter.leaves_out(&name);
    let repository = Repository {
        name,
        url: path.to_owned(),
        origin: Origin::Artefacts,
        owner: String::new(),
        branch: None,
        commit: None,
        archived: false,
        fork: false,
        kilobytes: None,
    };
    found.add(repository, reason)
}

/// The path as an address has it, so that a clone in the same folder has another name.
fn name(folder: &Path) -> Option<String> {
    let address = address::local(folder).ok()?;
    Some(address.name.replacen("file:", "artefacts:", 1))
}

fn problem(folder: &Path, why: &str, found: &mut Found) {
    let scope = std::path::absolute(folder)
        .ok()
        .and_then(|folder| name(&folder));
    found.problems.push(Problem {
        target: format!("artefacts: {}", harmless(&folder.display().to_string())),
        scope: vec![scope.unwrap_or_default()],
        failure: Failure::permanent(why),
    })
}
