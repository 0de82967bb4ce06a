//! `fleet.toml`: what the fleet is, where it keeps what it knows, and what a task may cost.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Deserialize;

use super::target::Target;
use super::work::Limits;
use crate::output::fit::harmless;

/// The file's name, where no other is named.
pub const FILE_NAME: &str = "fleet.toml";
/// Larger files are no settings.
const MAX_BYTES: u64 = 4 << 20;

/// Why settings cannot be used, as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotUsable(String);

/// What the file may say.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// What the organisation is called in reports.
    pub name: String,
    /// The database: the path of a SQLite file, or `postgres://…`. A password in it is better given by PGPASSWORD.
    pub db: String,
    /// Where results are kept: a folder, or `s3://…`, `gs://…`, `az://…`.
    pub store: String,
    /// A `pqscan.toml` of your own: what is read of every repository, which policies count, contexts, waivers.
    pub settings: Option<PathBuf>,
    /// Whether the scanned repositories' own `pqscan.toml` and comments count. Whoever can push can then hide findings.
    pub trust_projects: bool,
    /// What a task may cost, and how many run at once.
    pub work: Work,
    /// For how long what is not needed any more is kept.
    pub keep: Keep,
    /// Who is told what is new after a run.
    pub news: News,
    /// Where repositories are.
    #[serde(rename = "target")]
    pub targets: Vec<Target>,
    /// The folder that relative paths begin at: the file's.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "organisation".to_owned(),
            db: "fleet.db".to_owned(),
            store: "fleet-store".to_owned(),
            settings: None,
            trust_projects: false,
            work: Work::default(),
            keep: Keep::default(),
            news: News::default(),
            targets: Vec::new(),
            folder: PathBuf::from("."),
        }
    }
}

/// What a task may cost, and how many run at once.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Work {
    /// Tasks at once; 0: one for each core.
    pub hands: usize,
    /// Threads of each scan; 0: one for each core.
    pub threads: usize,
    /// MiB of memory of a scan (Linux).
    pub memory: u64,
    /// Minutes of CPU time of a scan, all threads together (Linux).
    pub cpu_minutes: u64,
    /// Minutes that a scan may take.
    pub minutes: u64,
    /// Minutes that each step of a clone may take.
    pub clone_minutes: u64,
    /// MiB that a clone may take on disk.
    pub clone_size: u64,
    /// Files that a clone may have.
    pub clone_files: u64,
    /// A folder for clones; several workers may have the same.
    pub scratch: Option<PathBuf>,
    /// A folder for the cache of findings that all scans share.
    pub cache: Option<PathBuf>,
}

impl Default for Work {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            hands: 0,
            threads: 1,
            memory: limits.memory >> 20,
            cpu_minutes: limits.cpu.as_secs() / 60,
            minutes: limits.wall.as_secs() / 60,
            clone_minutes: limits.clone_wall.as_secs() / 60,
            clone_size: limits.clone_bytes >> 20,
            clone_files: limits.clone_files,
            scratch: None,
            cache: None,
        }
    }
}

impl Work {
    /// As a worker holds them.
    pub fn limits(&self) -> Limits {
        let minutes = |minutes: u64| Duration::from_secs(minutes.max(1).saturating_mul(60));
        Limits {
            memory: self.memory.saturating_mul(1 << 20),
            cpu: minutes(self.cpu_minutes),
            wall: minutes(self.minutes),
            clone_wall: minutes(self.clone_minutes),
            clone_bytes: self.clone_size.saturating_mul(1 << 20),
            clone_files: self.clone_files,
            ..Limits::default()
        }
    }
}

/// For how long what is not needed any more is kept.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Keep {
    /// Days that results of heads which are not current any more are kept.
    pub days: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { days: 30 }
    }
}

/// Who is told what is new after a run.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct News {
    /// A file that it is written to, as JSON.
    pub file: Option<PathBuf>,
    /// The name of the environment variable with the address that it is sent to, by POST, as JSON.
    pub webhook_env: Option<String>,
}

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or says what no key means.
    pub fn read(path: &Path) -> Result<Self, NotUsable> {
        let shown = harmless(&path.display().to_string());
        let failed = |why: String| NotUsable(format!("{shown}: {why}"));
        let file = fs::File::open(path).map_err(|error| failed(error.to_string()))?;
        let mut text = String::new();
        file.take(MAX_BYTES + 1)
            .read_to_string(&mut text)
            .map_err(|error| failed(error.to_string()))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(failed("it is too large for settings".to_owned()));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        Self::parse(&text, folder.unwrap_or(Path::new("."))).map_err(|error| failed(error.0))
    }

    /// Of a file's text; relative paths begin at the folder.
    ///
    /// # Errors
    /// When it says what no key means.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, NotUsable> {
        let mut settings: Self =
            toml::from_str(text).map_err(|error| NotUsable(error.to_string()))?;
        settings.folder = folder.to_owned();
        for target in &mut settings.targets {
            target.below(folder);
            target
                .check()
                .map_err(|failure| NotUsable(failure.reason.clone()))?;
        }
        let place = |path: &mut Option<PathBuf>| {
            if let Some(path) = path {
                *path = folder.join(&*path)
            }
        };
        place(&mut settings.settings);
        place(&mut settings.work.scratch);
        place(&mut settings.work.cache);
        place(&mut settings.news.file);
        settings.db = below(folder, &settings.db);
        settings.store = below(folder, &settings.store);
        Ok(settings)
    }
}

/// A path that begins at the folder; a URL stays as it is.
fn below(folder: &Path, place: &str) -> String {
    let is_url = place.contains("://") || place.starts_with("sqlite:");
    match is_url {
        true => place.to_owned(),
        false => folder.join(place).to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::made::of_read;

    #[test]
    fn its_published_schema_is_that_of_the_type() {
        of_read::<Settings>("fleet", "pqscan: settings of a fleet (fleet.toml)");
    }
}
