//! Which repositories count: patterns on their names.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// `include` and `exclude` of a target.
pub(super) struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
    excluding: Vec<String>,
}

impl Filter {
    /// A pattern matches the whole name (`github.com/example/shop`), what stands behind the host (`example/shop`), or the last part
    /// (`shop`). `*` stays between slashes, `**` does not; upper and lower case are the same.
    ///
    /// # Errors
    ///
    /// Which pattern is none.
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self, String> {
        Ok(Self {
            include: (!include.is_empty())
                .then(|| set("include", include))
                .transpose()?,
            exclude: set("exclude", exclude)?,
            excluding: exclude.to_vec(),
        })
    }

    /// Why the settings leave a repository out.
    pub(super) fn leaves_out(&self, name: &str) -> Option<String> {
        let behind = name.split_once("://").map_or(name, |(_, rest)| rest);
        let below = behind.split_once('/').map_or(behind, |(_, rest)| rest);
        let last = name.rsplit('/').next().unwrap_or(name);
        let candidates = [name, below, last, last.strip_suffix(".git").unwrap_or(last)];
        for candidate in candidates {
            if let Some(at) = self.exclude.matches(candidate).first() {
                return Some(format!("`exclude` has `{}`", self.excluding[*at]));
            }
        }
        match &self.include {
            Some(include)
                if !candidates
                    .iter()
                    .any(|candidate| include.is_match(candidate)) =>
            {
                Some("no pattern of `include` matches".to_owned())
            }
            _ => None,
        }
    }
}

fn set(key: &str, patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern).map_err(|error| {
            format!(
                "`{key}` has `{}`, which is no pattern: {}",
                crate::output::fit::harmless(pattern),
                error.kind()
            )
        })?);
    }
    set.build()
        .map_err(|error| format!("`{key}`: {}", error.kind()))
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .case_insensitive(true)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned =
            |patterns: &[&str]| patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        Filter::new(&owned(include), &owned(exclude)).unwrap()
    }

    #[test]
    fn a_pattern_is_of_the_name_the_path_or_the_whole() {
        let name = "github.com/example/Payments-API";
        for pattern in [
            "payments-*",
            "example/*",
            "github.com/example/*",
            "**/payments-api",
        ] {
            assert_eq!(filter(&[pattern], &[]).leaves_out(name), None, "{pattern}")
        }
        for pattern in ["example", "github.com/*", "payments"] {
            assert!(
                filter(&[pattern], &[]).leaves_out(name).is_some(),
                "{pattern}"
            )
        }
    }

    #[test]
    fn what_is_excluded_is_out_although_it_is_included() {
        let reason =
            filter(&["*"], &["zzz", "legacy-*"]).leaves_out("github.com/example/legacy-shop");
        assert_eq!(reason.as_deref(), Some("`exclude` has `legacy-*`"));
        assert_eq!(
            filter(&[], &["shop"])
                .leaves_out("file:///srv/git/shop.git")
                .as_deref(),
            Some("`exclude` has `shop`")
        );
    }

    #[test]
    fn a_broken_pattern_is_named() {
        let wrong = Filter::new(&["a[".to_owned()], &[]).err().unwrap();
        assert!(
            wrong.starts_with("`include` has `a[`, which is no pattern"),
            "{wrong}"
        );
    }
}
