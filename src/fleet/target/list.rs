//! Addresses that somebody listed.

use std::io::Read;

use super::address;
use super::filter::Filter;
use super::settings::List;
use super::{Found, Problem};
use crate::fleet::failure::Failure;
use crate::fleet::repository::{Origin, Repository};
use crate::output::fit::harmless;

/// A file of addresses: 100,000 of them are 8 MiB.
const MAX_FILE: u64 = 32 << 20;

/// What a list has.
pub(super) fn find(list: &List, found: &mut Found) {
    // The settings have been checked.
    let Ok(filter) = Filter::new(&list.include, &list.exclude) else {
        return;
    };
    for (at, url) in list.urls.iter().enumerate() {
        add(
            list,
            &filter,
            url.trim(),
            &format!("entry {} of `urls`", at + 1),
            found,
        )
    }
    let Some(path) = &list.file else {
        return;
    };
    let shown = harmless(&path.display().to_string());
    match read(path) {
        Ok(text) => {
            for (at, line) in text.lines().enumerate() {
                let entry = without_comment(line);
                if !entry.is_empty() {
                    add(
                        list,
                        &filter,
                        entry,
                        &format!("{shown}, line {}", at + 1),
                        found,
                    )
                }
            }
        }
        Err(why) => found.problems.push(Problem {
            target: format!("list: {shown}"),
            // Nobody knows what stands in it.
            scope: vec![String::new()],
            failure: Failure::permanent(format!("{shown} {why}")),
        }),
    }
}

fn read(path: &std::path::Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {}", error.kind()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("is bigger than {} MiB", MAX_FILE >> 20));
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// A `#` ends a line where nothing or a blank stands before it: addresses may hold one.
fn without_comment(line: &str) -> &str {
    let end = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| line[..*at].ends_with([' ', '\t']) || line[..*at].is_empty());
    line[..end.unwrap_or(line.len())].trim()
}

fn add(list: &List, filter: &Filter, text: &str, place: &str, found: &mut Found) {
    let address = match address::listed(text, list.allow_http) {
        Ok(address) => address,
        Err(refused) => {
            found.problems.push(Problem {
                target: format!("list: {place}"),
                scope: refused.name.into_iter().collect(),
                failure: Failure::permanent(format!("{place}: {}", refused.why)),
            });
            return;
        }
    };
    // Above the last part; a folder of this machine belongs to nobody.
    let owner = match address
        .name
        .split_once('/')
        .filter(|_| !address.name.starts_with("file:"))
    {
        Some((_, path)) => path
            .rsplit_once('/')
            .map_or("", |(owner, _)| owner)
            .to_owned(),
        None => String::new(),
    };
    let reason = filter.leaves_out(&address.name);
    let repository = Repository {
        name: address.name,
        url: address.url,
        origin: Origin::Git,
        owner,
        branch: list.branch.clone(),
        commit: None,
        archived: false,
        fork: false,
        kilobytes: None,
    };
    found.add(repository, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_end_a_line() {
        assert_eq!(without_comment("# all of it"), "");
        assert_eq!(without_comment("  # all of it"), "");
        assert_eq!(
            without_comment("https://git.example.org/a/b # ours"),
            "https://git.example.org/a/b"
        );
        assert_eq!(
            without_comment("https://git.example.org/a/c#d"),
            "https://git.example.org/a/c#d"
        );
    }
}
