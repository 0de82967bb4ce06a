//! Targets of a fleet, against forges on loopback. Answers are written by hand from the forges' documentation, whose addresses stand with
//! them.

#![cfg(feature = "fleet")]

#[path = "fleet_targets/azure.rs"]
mod azure;
#[path = "fleet_targets/bitbucket.rs"]
mod bitbucket;
#[path = "fleet_targets/faults.rs"]
mod faults;
#[path = "fleet_targets/gitea.rs"]
mod gitea;
#[path = "fleet_targets/github.rs"]
mod github;
#[path = "fleet_targets/gitlab.rs"]
mod gitlab;
#[path = "fleet_targets/local.rs"]
mod local;
#[path = "fleet_targets/passages.rs"]
mod passages;
#[path = "fleet_targets/settings.rs"]
mod settings;
#[path = "fleet_targets/stub.rs"]
mod stub;
#[path = "fleet_targets/tokens.rs"]
mod tokens;
