//! Where an organisation's repositories are: forges, lists, clones and folders of artefacts.
//!
//! [`find`] asks all targets, one after the other, and says what they have. It blocks, and waits where a forge asks for it. The token of a
//! forge is shown to that forge alone, on its own scheme, host and port; [`token_for`] gives it to whoever clones. `docs/fleet-targets.md`
//! has the whole for users.

mod address;
mod artefacts;
mod clones;
mod environment;
mod filter;
mod forge;
mod http;
mod list;
mod pages;
mod secret;
mod settings;
mod token;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};

pub use environment::{Environment, Process};
pub use secret::Secret;
pub use settings::{Artefacts, Clones, Forge, List, Protocol, Target};
pub use token::{authorities, token_for};
pub use webhook::send;

use super::failure::Failure;
use super::repository::Repository;

/// Why a repository without any branch is left out.
pub const EMPTY: &str = "it is empty";

/// What the targets have.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Repositories to be scanned, by name, each once.
    pub repositories: Vec<Repository>,
    /// Repositories that are not to be scanned, by name, each once, and why not in a few words.
    pub left_out: Vec<(Repository, String)>,
    /// What could not be asked or used, in the order of the targets.
    pub problems: Vec<Problem>,
}

/// A target, or an owner of one, of which not everything is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which: `github: github.com/example`.
    pub target: String,
    /// How the names of repositories begin that may be missing for that reason. Those are not known to be gone.
    pub scope: Vec<String>,
    /// What happened.
    pub failure: Failure,
}

impl Problem {
    /// Whether a repository of that name may be missing for that reason: it is not known to be gone.
    pub fn covers(&self, name: &str) -> bool {
        // Forges take upper and lower case for the same; bytes, since a scope may end within a character of the name.
        let name = name.as_bytes();
        self.scope
            .iter()
            .map(|scope| scope.as_bytes())
            .any(|scope| {
                let is_below = |start: &[u8]| start.eq_ignore_ascii_case(scope);
                name.get(..scope.len()).is_some_and(is_below)
            })
    }
}

/// Asks all targets. `say` is told in a line what is being done, for whoever watches: a progress report, nothing to parse.
///
/// A target that fails does not lose the others, nor what was read of it before it failed.
pub fn find(targets: &[Target], environment: &dyn Environment, say: &dyn Fn(&str)) -> Found {
    let mut found = Found::default();
    for target in targets {
        if let Err(failure) = target.check() {
            // It is not known whose they were.
            let scope = vec![String::new()];
            found.problems.push(Problem {
                target: target.kind().to_owned(),
                scope,
                failure,
            });
            continue;
        }
        match target {
            Target::Github(_)
            | Target::Gitlab(_)
            | Target::Bitbucket(_)
            | Target::Gitea(_)
            | Target::Azure(_) => forge::find(target, environment, say, &mut found),
            Target::List(list) => list::find(list, &mut found),
            Target::Clones(clones) => clones::find(clones, say, &mut found),
            Target::Artefacts(artefacts) => artefacts::find(artefacts, &mut found),
        }
    }
    found.settle()
}

impl Found {
    /// A repository that was found, and why it is left out, where it is.
    fn add(&mut self, repository: Repository, left_out: Option<String>) {
        match left_out {
            None => self.repositories.push(repository),
            Some(reason) => self.left_out.push((repository, reason)),
        }
    }

    /// Leaves out the repositories with these numbers, from 0.
    pub(super) fn leave_out(&mut self, numbers: &BTreeSet<usize>, reason: &str) {
        let mut all = 0..;
        let is_left_out = |_: &mut Repository| all.next().is_some_and(|at| numbers.contains(&at));
        let left_out = self.repositories.extract_if(.., is_left_out);
        self.left_out
            .extend(left_out.map(|repository| (repository, reason.to_owned())));
        self.left_out.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name))
    }

    /// Sorted, and each name once: the first target that has it counts, and what one of them wants is not left out.
    fn settle(self) -> Self {
        let mut repositories = BTreeMap::new();
        for repository in self.repositories {
            repositories
                .entry(repository.name.clone())
                .or_insert(repository);
        }
        let mut left_out = BTreeMap::new();
        for (repository, reason) in self.left_out {
            if !repositories.contains_key(&repository.name) {
                left_out
                    .entry(repository.name.clone())
                    .or_insert((repository, reason));
            }
        }
        Self {
            repositories: repositories.into_values().collect(),
            left_out: left_out.into_values().collect(),
            problems: self.problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::repository::Origin;

    #[test]
    fn what_is_left_out_later_stands_in_its_place() {
        let named = |name: &str| Repository {
            name: name.to_owned(),
            url: String::new(),
            origin: Origin::Git,
            owner: String::new(),
            branch: None,
            commit: None,
            archived: false,
            fork: false,
            kilobytes: None,
        };
        let mut found = Found {
            repositories: ["a", "c", "d", "e"].map(named).into(),
            left_out: vec![(named("b"), "it is a fork".to_owned())],
            problems: Vec::new(),
        };
        found.leave_out(&BTreeSet::from([0, 2]), EMPTY);
        let names =
            |some: Vec<&Repository>| some.iter().map(|r| r.name.clone()).collect::<String>();
        assert_eq!(names(found.repositories.iter().collect()), "ce");
        assert_eq!(
            names(found.left_out.iter().map(|(r, _)| r).collect()),
            "abd"
        );
    }

    #[test]
    fn a_problem_covers_what_is_below_its_scope() {
        let problem = Problem {
            target: "github: github.com/example".to_owned(),
            scope: vec!["github.com/Example/".to_owned()],
            failure: Failure::transient("x"),
        };
        assert!(problem.covers("github.com/example/shop"));
        assert!(!problem.covers("github.com/example2/shop"));
        assert!(!problem.covers("github.com/éxample/shop"));
        assert!(!problem.covers("github.com"));
        let all = Problem {
            scope: vec![String::new()],
            ..problem
        };
        assert!(all.covers("file:///srv/git/shop"));
    }
}
