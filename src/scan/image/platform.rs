//! Platforms of multi-platform images.

use serde::Deserialize;

/// A platform, as image indexes and `--platform` write it: `linux/amd64`, `linux/arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Platform(String);

impl TryFrom<String> for Platform {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// As it was given, in lower case.
impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Platform {
    /// The platform of that name.
    ///
    /// # Errors
    /// When it is none: the words say how one is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| part.is_empty()) {
            return Err("OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, as in linux/arm64".to_owned());
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// `linux/arm` takes `linux/arm/v7` too.
    ///
    /// `arm64` has one variant, `v8`, which is named or not.
    pub(super) fn takes(&self, platform: &str) -> bool {
        let plain = |text: &str| text.strip_suffix("arm64/v8").map(|os| format!("{os}arm64"));
        let (own, platform) = (
            plain(&self.0).unwrap_or_else(|| self.0.clone()),
            plain(platform).unwrap_or_else(|| platform.to_owned()),
        );
        platform == own
            || platform
                .strip_prefix(&own)
                .is_some_and(|rest| rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_taken_by_their_parts() {
        let arm = Platform::parse("linux/arm").expect("a platform");
        assert!(arm.takes("linux/arm") && arm.takes("linux/arm/v7"));
        assert!(!arm.takes("linux/arm64"));
        let arm64 = Platform::parse("linux/arm64/v8").expect("a platform");
        assert!(arm64.takes("linux/arm64") && arm64.takes("linux/arm64/v8"));
        assert!(Platform::parse("linux").is_err());
        assert!(Platform::parse("linux//v7").is_err());
    }
}
