//! The list of packages that `cargo auditable` puts into a binary: name and version of each, compressed, in a section of its own.
//!
//! Format: <https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md>.

use std::panic::catch_unwind;

use auditable_info::{Error, json_from_slice};
use serde::Deserialize;

/// The name of the section.
pub(super) const SECTION: &str = ".dep-v0";
/// Bytes of the list when unpacked: that of a program with six hundred packages has a hundredth of it.
const MAX_LIST: usize = 4 << 20;
/// Packages of a list, at most.
const MAX_PACKAGES: usize = 20_000;

/// A package of the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) version: String,
    /// `build` for one that took part in the build alone; `runtime` where it says nothing.
    #[serde(default)]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct List {
    packages: Vec<Listed>,
}

/// The packages that are part of the program.
///
/// # Errors
/// When there is a list that cannot be read: what is wrong.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Listed>, String> {
    // The readers of object files under it may panic on what is none.
    let json = match catch_unwind(|| json_from_slice(bytes, MAX_LIST)) {
        Ok(Ok(json)) => json,
        Ok(Err(Error::NoAuditData)) => return Ok(Vec::new()),
        Ok(Err(error)) => return Err(format!("the list of packages: {error}")),
        Err(_) => return Err("the list of packages: its reader gave up".to_owned()),
    };
    parse(&json)
}

fn parse(json: &str) -> Result<Vec<Listed>, String> {
    let list: List =
        serde_json::from_str(json).map_err(|e| format!("the list of packages: {e}"))?;
    let mut packages = list.packages;
    packages.truncate(MAX_PACKAGES);
    packages.retain(|package| package.kind.as_deref() != Some("build"));
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_built_the_program_is_no_part_of_it() {
        let list = r#"{"packages":[
            {"name":"cc","version":"1.2.0","source":"crates.io","kind":"build"},
            {"name":"ring","version":"0.17.14","source":"crates.io","dependencies":[0]},
            {"name":"root","version":"0.1.0","source":"local","root":true,"kind":"runtime"}]}"#;
        let packages = parse(list).unwrap();
        let names: Vec<&str> = packages.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["ring", "root"]);
        assert_eq!(packages[0].version, "0.17.14");
    }

    #[test]
    fn a_list_that_is_none_is_said_to_be() {
        assert!(parse("{}").is_err());
        assert!(parse("[1").is_err());
        assert_eq!(read(b".dep-v0").map(|list| list.len()).unwrap_or(0), 0);
    }
}
