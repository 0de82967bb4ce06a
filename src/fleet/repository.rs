//! A repository of an organisation, as a target found it.

use serde::{Deserialize, Serialize};

/// Where a repository comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// GitHub, or GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Bitbucket Cloud, or Bitbucket Data Center.
    Bitbucket,
    /// Gitea or Forgejo.
    Gitea,
    /// Azure DevOps.
    Azure,
    /// A git URL that somebody listed, or a clone in a folder.
    Git,
    /// A folder of artefacts, which no git keeps.
    Artefacts,
}

impl Origin {
    /// As settings, the database and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Bitbucket => "bitbucket",
            Self::Gitea => "gitea",
            Self::Azure => "azure",
            Self::Git => "git",
            Self::Artefacts => "artefacts",
        }
    }
}

/// A repository, or a folder of artefacts, which is treated as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Unique in the fleet, for people: `github.com/example/shop`, `file:///srv/git/shop.git`. No credentials, no trailing `.git` of a host.
    pub name: String,
    /// Where git fetches it from, without credentials; of artefacts, the folder's path.
    pub url: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Who owns it: the organisation, group, workspace or project at the forge; empty where nobody does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Its default branch, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit at the head of that branch, in hexadecimal, where the forge says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Nobody can push to it any more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub archived: bool,
    /// It was made as a copy of another one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fork: bool,
    /// Its size in KiB as the forge says it: a guide for planning, no measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kilobytes: Option<u64>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Repository {
    /// What the database and objects call it: 32 hexadecimal digits, the first half of the blake3 of its name.
    pub fn id(&self) -> String {
        blake3::hash(self.name.as_bytes()).to_hex()[..32].to_owned()
    }
}
