//! `pqscan.toml`: settings of a project, read at the scanned root only. The command line wins; lists add up.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
#[cfg(test)]
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::explain::did_you_mean;
use super::{args, bounded};
use crate::inventory::waiver::{By, MAX_WRITTEN, Place, Waiver, Written};
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
    "waiver",
];
/// Those of a waiver.
const WAIVER_KEYS: &[&str] = &[
    "fingerprint",
    "class",
    "path",
    "asset",
    "reason",
    "owner",
    "until",
    "ticket",
];
/// Larger files are no settings.
const MAX_BYTES: u64 = 1 << 20;

/// More are not written by people, and every one is held against every place.
const MAX_CONTEXTS: usize = 200;
/// Likewise, of the paths in all of them.
const MAX_PATTERNS: usize = 2_000;

/// What the file may say. Keys are the flags' names.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Settings {
    /// Look only at what matches these patterns.
    pub(super) include: Vec<String>,
    /// Leave out what matches these patterns.
    pub(super) exclude: Vec<String>,
    /// Folders and files of your own rules, beside the built-in ones.
    pub(super) rules: Vec<PathBuf>,
    /// Leave out what git ignores.
    pub(super) respect_gitignore: bool,
    /// Do not open archives, packages and images.
    pub(super) no_archives: bool,
    /// Of a multi-platform image, look only at these platforms: `linux/amd64`.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) platform: Vec<Platform>,
    /// Archives inside archives.
    #[serde(deserialize_with = "depth")]
    #[cfg_attr(test, schemars(range(min = 1, max = 64)))]
    pub(super) max_depth: Option<usize>,
    /// Bytes unpacked from one file, at most: a number, or a text such as `64G` (powers of 1024).
    #[serde(deserialize_with = "size")]
    #[cfg_attr(test, schemars(with = "Option<Size>"))]
    pub(super) max_unpacked: Option<u64>,
    /// Unpacked bytes for each packed one, at most.
    pub(super) max_ratio: Option<u64>,
    /// Do not try the passwords that everybody knows on keystores.
    pub(super) no_default_passwords: bool,
    /// Exit with 3 when something was not read.
    pub(super) strict: bool,
    /// The CycloneDX version to write.
    #[cfg_attr(test, schemars(with = "Option<Version>"))]
    pub(super) spec_version: Option<String>,
    /// Whose deadlines count, by id; several: the strictest.
    pub(super) policy: Vec<String>,
    /// Policies of your own.
    pub(super) policy_file: Vec<PathBuf>,
    /// The year from which on a quantum computer is expected: a date to plan with.
    #[cfg_attr(test, schemars(range(min = 2020, max = 2100)))]
    pub(super) quantum_year: Option<i16>,
    /// For how many years data must stay secret, where no context says.
    #[cfg_attr(test, schemars(range(min = 0.0)))]
    pub(super) shelf_life: Option<f64>,
    /// How much depends on the system.
    pub(super) criticality: Option<Criticality>,
    /// Who can reach it.
    pub(super) exposure: Option<Exposure>,
    /// What is said of some places.
    #[serde(rename = "context")]
    pub(super) contexts: Vec<ContextText>,
    /// What is accepted, by whom, why, until when.
    #[serde(rename = "waiver")]
    waivers: Vec<WaiverText>,
    /// Where it was read.
    #[serde(skip)]
    pub(super) path: Option<PathBuf>,
    /// Whether that is the scanned project's own file, not one that the user named.
    #[serde(skip)]
    pub(super) is_of_project: bool,
}

/// A `[[waiver]]`. What is missing makes it count for nothing and is told in the report, so nothing is asked for here.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct WaiverText {
    /// Judgements that it is about, by fingerprint.
    fingerprint: Texts,
    /// Finding classes that it is about.
    class: Texts,
    /// Patterns of paths that it is about.
    path: Texts,
    /// Assets that it is about, by id or name.
    asset: Texts,
    /// Why it is accepted.
    reason: Option<String>,
    /// Who accepts it.
    owner: Option<String>,
    /// The last day on which it holds.
    until: Option<Day>,
    /// Where it is dealt with.
    ticket: Option<String>,
}

/// None, one, or several.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
enum Texts {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl Texts {
    fn all(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::One(text) => vec![text.clone()],
            Self::Several(texts) => texts.clone(),
        }
    }
}

/// A day, with or without quotation marks.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, schemars(with = "String", extend("format" = "date")))]
#[serde(untagged)]
enum Day {
    Date(toml::value::Datetime),
    Text(String),
}

impl Day {
    fn text(&self) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A `[[context]]`: what is said of some places.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ContextText {
    /// Patterns of the paths that it is said of.
    pub(super) paths: Vec<String>,
    /// For how many years data must stay secret.
    #[cfg_attr(test, schemars(range(min = 0.0)))]
    pub(super) shelf_life: Option<f64>,
    /// For how many years signatures must be trusted.
    #[cfg_attr(test, schemars(range(min = 0.0)))]
    pub(super) verification_life: Option<f64>,
    /// Years that a change takes.
    #[cfg_attr(test, schemars(range(min = 0.0)))]
    pub(super) effort: Option<f64>,
    /// How much depends on it.
    pub(super) criticality: Option<Criticality>,
    /// Who can reach it.
    pub(super) exposure: Option<Exposure>,
    /// What it is used for.
    pub(super) purpose: Option<Purpose>,
    /// Who owns it.
    #[serde(default)]
    pub(super) owner: Owner,
}

/// One owner or several.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub(super) enum Owner {
    #[default]
    Nobody,
    One(String),
    Several(Vec<String>),
}

/// A number of bytes, or a text such as `64G`, with powers of 1024.
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
#[expect(dead_code, reason = "only its shape is used")]
enum Size {
    Bytes(u64),
    Text(String),
}

/// A version of CycloneDX.
#[cfg_attr(test, derive(JsonSchema))]
#[expect(dead_code, reason = "only its shape is used")]
enum Version {
    #[cfg_attr(test, schemars(rename = "1.6"))]
    V1_6,
    #[cfg_attr(test, schemars(rename = "1.7"))]
    V1_7,
}

impl Settings {
    /// Reads the settings of a scan: the named file, else the root's own, else none.
    pub(super) fn read(named: Option<&Path>, root: Option<&Path>) -> Result<Self> {
        let is_of_project = named.is_none();
        let path = match (named, root.map(|r| r.join(FILE_NAME))) {
            (Some(named), _) => named.to_owned(),
            (None, Some(own)) => match fs::symlink_metadata(&own) {
                Ok(about) if about.is_file() => own,
                // A link may lead to any file of whoever scans.
                Ok(about) if about.is_symlink() => {
                    return Err(anyhow!(
                        "{} is a link: name the file with --config, or leave it aside with --no-project-config",
                        own.display()
                    ));
                }
                _ => return Ok(Self::default()),
            },
            _ => return Ok(Self::default()),
        };
        let unreadable = || format!("cannot read {}", path.display());
        let bytes = fs::File::open(&path)
            .and_then(|file| bounded::read(file, MAX_BYTES))
            .with_context(unreadable)?;
        let Some(bytes) = bytes else {
            return Err(anyhow!(
                "{} is too large for a settings file",
                path.display()
            ));
        };
        let text = String::from_utf8(bytes).with_context(unreadable)?;
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
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        for file in settings.rules.iter_mut().chain(&mut settings.policy_file) {
            let named = folder.join(&*file);
            if is_of_project && leads_out(&named, folder) {
                return Err(anyhow!(
                    "{}: {} is no regular file or folder of this project (name it with a flag, or use --no-project-config)",
                    path.display(),
                    file.display()
                ));
            }
            *file = named
        }
        if settings.waivers.len() > MAX_WRITTEN {
            return Err(anyhow!("{}: over {MAX_WRITTEN} waivers", path.display()));
        }
        let patterns = settings.contexts.iter().map(|one| one.paths.len());
        if settings.contexts.len() > MAX_CONTEXTS || patterns.sum::<usize>() > MAX_PATTERNS {
            return Err(anyhow!(
                "{}: over {MAX_CONTEXTS} contexts, or {MAX_PATTERNS} paths in them",
                path.display()
            ));
        }
        settings.path = Some(path);
        settings.is_of_project = is_of_project;
        Ok(settings)
    }

    /// What is accepted.
    pub(super) fn waivers(&self) -> Vec<Waiver> {
        let by = if self.is_of_project {
            By::Project
        } else {
            By::User
        };
        let name = self.path.as_deref().and_then(Path::file_name);
        let file: Arc<str> = name.map_or(FILE_NAME.into(), |name| name.to_string_lossy().into());
        let waivers = self.waivers.iter().enumerate();
        waivers
            .map(|(at, text)| {
                let place = Place::Settings {
                    file: file.clone(),
                    number: at + 1,
                };
                let written = Written {
                    fingerprints: text.fingerprint.all(),
                    classes: text.class.all(),
                    paths: text.path.all(),
                    assets: text.asset.all(),
                    reason: text.reason.clone(),
                    owner: text.owner.clone(),
                    until: text.until.as_ref().map(Day::text),
                    ticket: text.ticket.clone(),
                };
                Waiver::new(place, by, written)
            })
            .collect()
    }

    /// Whether the scanned project itself says something that priorities rest on.
    pub(super) fn project_plans(&self) -> bool {
        self.is_of_project && self.planning_keys().iter().any(|(_, is_set)| *is_set)
    }

    /// The keys that priorities rest on, and whether they are set.
    fn planning_keys(&self) -> [(&'static str, bool); 7] {
        [
            ("policy", !self.policy.is_empty()),
            ("policy-file", !self.policy_file.is_empty()),
            ("quantum-year", self.quantum_year.is_some()),
            ("shelf-life", self.shelf_life.is_some()),
            ("criticality", self.criticality.is_some()),
            ("exposure", self.exposure.is_some()),
            ("context", !self.contexts.is_empty()),
        ]
    }

    /// The keys by which the scanned project itself leaves something out, or can.
    pub(super) fn keys_of_project(&self) -> Vec<&'static str> {
        if !self.is_of_project {
            return Vec::new();
        }
        let keys = [
            ("include", !self.include.is_empty()),
            ("exclude", !self.exclude.is_empty()),
            // A file of rules may take the place of one that is built in.
            ("rules", !self.rules.is_empty()),
            ("respect-gitignore", self.respect_gitignore),
            ("no-archives", self.no_archives),
            ("platform", !self.platform.is_empty()),
            ("max-depth", self.max_depth.is_some()),
            ("max-unpacked", self.max_unpacked.is_some()),
            ("max-ratio", self.max_ratio.is_some()),
            ("no-default-passwords", self.no_default_passwords),
        ];
        let all = keys.into_iter().chain(self.planning_keys());
        let set = all.filter(|(_, is_set)| *is_set);
        set.map(|(key, _)| key).collect()
    }
}

/// Whether what a project names for its own settings is not wholly below its folder: what is wrong in such a file is shown, so it must not
/// be another's, and a device or a pipe has no end. What is not there leads nowhere.
fn leads_out(named: &Path, folder: &Path) -> bool {
    let (Ok(named), Ok(folder)) = (named.canonicalize(), folder.canonicalize()) else {
        return false;
    };
    !named.starts_with(folder) || !is_plain(&named)
}

/// A regular file, or a folder of these and of such folders.
fn is_plain(path: &Path) -> bool {
    let Ok(about) = fs::symlink_metadata(path) else {
        return false;
    };
    if !about.is_dir() {
        return about.is_file();
    }
    let entries = fs::read_dir(path).into_iter().flatten();
    entries
        .filter_map(Result::ok)
        .all(|entry| is_plain(&entry.path()))
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
    did_you_mean(key, KEYS.iter().chain(WAIVER_KEYS).copied(), 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::made::of_read;

    #[test]
    fn the_published_schema_is_that_of_the_type_and_its_keys_are_those_that_are_suggested() {
        let schema =
            of_read::<Settings>("settings", "Settings of a project for pqscan (pqscan.toml)");
        let keys = |at: &str| {
            let properties = schema.pointer(at).and_then(|value| value.as_object());
            let mut keys: Vec<&str> = properties
                .expect("an object")
                .keys()
                .map(|k| &**k)
                .collect();
            keys.sort_unstable();
            keys
        };
        let sorted = |keys: &[&'static str]| {
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys("/properties"), sorted(KEYS));
        assert_eq!(keys("/$defs/Waiver/properties"), sorted(WAIVER_KEYS));
    }
}
