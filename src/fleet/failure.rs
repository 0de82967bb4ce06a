//! Why a task did not bring a result, and what follows from it.

use serde::{Deserialize, Serialize};

/// How a failure is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The network, a server error, a rate limit: tried again, later.
    Transient,
    /// Gone, not allowed: recorded, not tried again before the next run.
    Permanent,
    /// The scan of it crashed, or used up its memory or time: tried again in halves, then recorded with the path that does it.
    Poison,
}

impl Class {
    /// As the database and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Poison => "poison",
        }
    }

    /// The class of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Transient, Self::Permanent, Self::Poison];
        all.into_iter().find(|class| class.name() == name)
    }
}

/// Why a task did not bring a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// How it is treated.
    pub class: Class,
    /// What happened, in one line: no credentials, nothing that controls a terminal.
    pub reason: String,
    /// How many seconds the other side asks to be left alone (`Retry-After`, RFC 9110 section 10.2.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Failure {
    /// One that may pass.
    pub fn transient(reason: impl Into<String>) -> Self {
        Self::new(Class::Transient, reason)
    }

    /// One that will not.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self::new(Class::Permanent, reason)
    }

    /// One that the content causes.
    pub fn poison(reason: impl Into<String>) -> Self {
        Self::new(Class::Poison, reason)
    }

    fn new(class: Class, reason: impl Into<String>) -> Self {
        Self {
            class,
            reason: reason.into(),
            retry_after: None,
        }
    }
}
