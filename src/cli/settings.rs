//! `pqscan.toml`: settings of a project, read at the scanned root only. The command line wins; lists add up.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::args;
use crate::model::migration::{Criticality, Exposure, Purpose};
use crate::scan::Platform;

/// The file's name at the root.
pub(super) const FILE_NAME: &str = "pqscan.toml";
/// Keys, for suggestions.
const KEYS: &[&str] = &[
    "include",
    "exclude",
    "rules",
    "respect-gitignore",
    "no-archives",
    "platform",
    "max-depth",
    "max-unpacked",
    "max-ratio",
    "no-default-passwords",
    "strict",
    "spec-version",
    "policy",
    "policy-file",
    "quantum-year",
    "shelf-life",
    "criticality",
    "exposure",
    "context",
];
/// Larger files are no settings.
const MAX_BYTES: u64 = 1 << 20;

/// What the file may say. Keys are the flags' names.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Settings {
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) rules: Vec<PathBuf>,
    pub(super) respect_gitignore: bool,
    pub(super) no_archives: bool,
    pub(super) platform: Vec<Platform>,
    #[serde(deserialize_with = "depth")]
    pub(super) max_depth: Option<usize>,
    #[serde(deserialize_with = "size")]
    pub(super) max_unpacked: Option<u64>,
    pub(super) max_ratio: Option<u64>,
    pub(super) no_default_passwords: bool,
    pub(super) strict: bool,
    pub(super) spec_version: Option<String>,
    pub(super) policy: Vec<String>,
    pub(super) policy_file: Vec<PathBuf>,
    pub(super) quantum_year: Option<i16>,
    pub(super) shelf_life: Option<f64>,
    pub(super) criticality: Option<Criticality>,
    pub(super) exposure: Option<Exposure>,
    /// What is said of some places.
    #[serde(rename = "context")]
    pub(super) contexts: Vec<ContextText>,
    /// Where it was read.
    #[serde(skip)]
    pub(super) path: Option<PathBuf>,
}

/// A `[[context]]`: what is said of some places.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ContextText {
    pub(super) paths: Vec<String>,
    pub(super) shelf_life: Option<f64>,
    pub(super) verification_life: Option<f64>,
    pub(super) effort: Option<f64>,
    pub(super) criticality: Option<Criticality>,
    pub(super) exposure: Option<Exposure>,
    pub(super) purpose: Option<Purpose>,
    #[serde(default)]
    pub(super) owner: Owner,
}

/// One owner or several.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Owner {
    #[default]
    Nobody,
    One(String),
    Several(Vec<String>),
}

impl Settings {
    /// Reads the settings of a scan: the named file, else the root's own, else none.
    pub(super) fn read(named: Option<&Path>, root: Option<&Path>) -> Result<Self> {
        let path = match (named, root.map(|r| r.join(FILE_NAME))) {
            (Some(named), _) => named.to_owned(),
            (None, Some(own)) if own.is_file() => own,
            _ => return Ok(Self::default()),
        };
        let size = fs::metadata(&path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .len();
        if size > MAX_BYTES {
            return Err(anyhow!(
                "{} is too large for a settings file",
                path.display()
            ));
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut settings: Self = toml::from_str(&text)
            .map_err(|error| {
                anyhow!(
                    "{}: {}{}",
                    path.display(),
                    error.message(),
                    suggestion(error.message())
                )
            })
            .with_context(|| "the settings have a mistake")?;
        if let Some(version) = &settings.spec_version
            && version != "1.6"
            && version != "1.7"
        {
            return Err(anyhow!(
                "{}: spec-version is 1.6 or 1.7, not {version}",
                path.display()
            ));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        for file in settings.rules.iter_mut().chain(&mut settings.policy_file) {
            *file = folder.join(&*file)
        }
        settings.path = Some(path);
        Ok(settings)
    }
}

/// A size as the command line has it: a number of bytes, or a text such as `64G`.
fn size<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Bytes(u64),
        Text(String),
    }
    match Written::deserialize(value)? {
        Written::Bytes(bytes) => Ok(Some(bytes)),
        Written::Text(text) => args::size(&text).map(Some).map_err(D::Error::custom),
    }
}

/// A depth within the bounds of the command line.
fn depth<'de, D: Deserializer<'de>>(value: D) -> Result<Option<usize>, D::Error> {
    let depth = usize::deserialize(value)?;
    args::depth(depth)
        .map(Some)
        .map_err(|wanted| D::Error::custom(format!("max-depth is {wanted}")))
}

/// `; did you mean …?` for an unknown key.
fn suggestion(message: &str) -> String {
    let Some(key) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next())
    else {
        return String::new();
    };
    KEYS.iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| format!("; did you mean `{known}`?"))
        .unwrap_or_default()
}
