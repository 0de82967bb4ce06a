//! Where results are kept: objects in a folder or in a cloud's object store, written once under their key.
//!
//! [`Store`] is the store; [`layout`] says what is called how; [`result`] and [`segment`] are the forms of what lies there; [`compact`] makes few
//! large files of many small ones, and [`retain`] removes what nothing names any more. `docs/fleet-store.md` tells users.
//!
//! An object is either there as a whole or not at all, and stays as it is: whoever writes the same key writes the same facts. So a worker that
//! dies, or two that do the same, need no clean-up. What is written and not yet named by the database is protected by its age: [`Store::put_new`]
//! and [`Store::claim`] write old objects anew ([`RENEW_AFTER`]), and [`retain::retain`] leaves young ones alone ([`retain::LEAST_AGE`]).

pub mod compact;
pub mod current;
pub mod layout;
mod manifest;
mod open;
pub mod result;
pub mod retain;
pub mod segment;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

use super::failure::Failure;
use crate::output::fit::harmless;

/// An object that is older than this is written anew when somebody is about to rely on it.
pub const RENEW_AFTER: Duration = Duration::from_secs(60 * 60);

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given as a store is none.
    #[error("{0}")]
    Address(String),
    /// This program was built without what the store needs.
    #[error(
        "a store at `{0}://` needs a pqscan that was built with the feature `fleet-shared` (`cargo install pqscan --features fleet-shared`)"
    )]
    Feature(String),
    /// There is no such object.
    #[error("there is no `{0}` in the store")]
    Missing(String),
    /// The object is larger than what is read.
    #[error("`{path}` has {bytes} bytes, of which at most {most} are read")]
    TooLarge {
        /// Which.
        path: String,
        /// How large it is.
        bytes: u64,
        /// How large it may be.
        most: u64,
    },
    /// The object is not as it was written.
    #[error("`{path}` is damaged: {why}")]
    Damaged {
        /// Which.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The store would not let us.
    #[error("{0}")]
    Denied(String),
    /// The store did not do it, and may the next time.
    #[error("{0}")]
    Unavailable(String),
}

/// What this part of the program returns.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Unavailable(_) => Self::transient(error.to_string()),
            _ => Self::permanent(error.to_string()),
        }
    }
}

/// What became of an object that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was written.
    New,
    /// It was there already.
    Existed,
}

/// An object, as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name below the store, with `/`.
    pub path: String,
    /// How large it is.
    pub bytes: u64,
    /// When it was written, in seconds since 1970, by the clock of the store.
    pub modified: i64,
}

/// A store of objects. Copies are cheap and the same store.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<dyn ObjectStore>,
    /// What stands before every name.
    prefix: Path,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    /// For people, without credentials.
    address: String,
}

impl Store {
    /// Opens a store: a folder, which is made where it is missing, `file://…`, or with the feature `fleet-shared` `s3://BUCKET/PREFIX`,
    /// `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX` or `abfss://CONTAINER@ACCOUNT…/PREFIX` with what `AWS_…`, `GOOGLE_…` and `AZURE_…` in
    /// the environment say.
    ///
    /// # Errors
    /// When it is no store, or not one that this program can use.
    pub fn open(address: &str) -> Result<Self> {
        open::open(address)
    }

    /// What it is, for people: no credentials in it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder, where it is one.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    fn at(&self, path: &str) -> Result<Path> {
        let below = Path::parse(path)
            .map_err(|error| Error::Address(plain(&format!("no name for an object: {error}"))))?;
        Ok(Path::from_iter(self.prefix.parts().chain(below.parts())))
    }

    async fn put(&self, path: &str, bytes: &Bytes, mode: PutMode) -> object_store::Result<()> {
        let at = self
            .at(path)
            .map_err(|error| object_store::Error::Generic {
                store: "names",
                source: Box::new(error),
            })?;
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        let payload = PutPayload::from(bytes.clone());
        self.inner.put_opts(&at, payload, options).await.map(|_| ())
    }

    /// Writes an object that is not there yet. That it is there is no error: then nothing is changed, but where it is older than
    /// [`RENEW_AFTER`] it is written anew, so that nobody takes it for forgotten.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_new(&self, path: &str, bytes: impl Into<Bytes>) -> Result<Put> {
        let bytes = bytes.into();
        match self.put(path, &bytes, PutMode::Create).await {
            Ok(()) => Ok(Put::New),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => {
                if self.head(path).await?.is_some_and(|object| is_old(&object)) {
                    self.replace(path, bytes).await?
                }
                Ok(Put::Existed)
            }
            Err(error) => Err(failed(path, error)),
        }
    }

    /// Writes an object, in the place of what was there, at once: readers see the one or the other.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn replace(&self, path: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.put(path, &bytes.into(), PutMode::Overwrite)
            .await
            .map_err(|error| failed(path, error))
    }

    /// Whether an object is there and will be for as long as [`retain::LEAST_AGE`] says: an old one is written anew. For who relies on what
    /// another run left.
    ///
    /// # Errors
    /// When the store does not answer, or cannot write.
    pub async fn claim(&self, path: &str) -> Result<bool> {
        let Some(object) = self.head(path).await? else {
            return Ok(false);
        };
        if is_old(&object) {
            match self.get(path, u64::MAX).await {
                Ok(bytes) => self.replace(path, bytes).await?,
                Err(Error::Missing(_)) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// What a list would say of an object; `None` where there is none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn head(&self, path: &str) -> Result<Option<Object>> {
        match self.inner.head(&self.at(path)?).await {
            Ok(meta) => Ok(Some(Object {
                path: path.to_owned(),
                bytes: meta.size,
                modified: meta.last_modified.timestamp(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(path, error)),
        }
    }

    /// Whether an object is there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn exists(&self, path: &str) -> Result<bool> {
        Ok(self.head(path).await?.is_some())
    }

    /// The bytes of an object, if there are no more than `most`.
    ///
    /// # Errors
    /// When there is none, it is larger, or the store does not answer.
    pub async fn get(&self, path: &str, most: u64) -> Result<Bytes> {
        let at = self.at(path)?;
        let got = self.inner.get(&at).await;
        let got = got.map_err(|error| failed(path, error))?;
        if got.meta.size > most {
            return Err(Error::TooLarge {
                path: path.to_owned(),
                bytes: got.meta.size,
                most,
            });
        }
        got.bytes().await.map_err(|error| failed(path, error))
    }

    /// Every object whose name begins with the folders of `prefix`, in no order; all of them with an empty one. They are told as they are
    /// found: a list may be long.
    pub fn list(&self, prefix: &str) -> BoxStream<'static, Result<Object>> {
        let at = match self.at(prefix) {
            Ok(at) => at,
            Err(error) => return futures_util::stream::once(async { Err(error) }).boxed(),
        };
        let (own, what) = (self.prefix.clone(), prefix.to_owned());
        self.inner
            .list(Some(&at))
            .map(move |meta| {
                let meta = meta.map_err(|error| failed(&what, error))?;
                let below = meta.location.prefix_match(&own);
                let parts = below.into_iter().flatten();
                let parts: Vec<_> = parts.map(|part| part.as_ref().to_owned()).collect();
                Ok(Object {
                    path: parts.join("/"),
                    bytes: meta.size,
                    modified: meta.last_modified.timestamp(),
                })
            })
            .boxed()
    }

    /// Removes an object. That there is none is no error.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub async fn delete(&self, path: &str) -> Result<()> {
        match self.inner.delete(&self.at(path)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(path, error)),
        }
    }
}

/// Whether an object is so old that retention could be about to look at it.
fn is_old(object: &Object) -> bool {
    let now = jiff::Timestamp::now().as_second();
    now.saturating_sub(object.modified) > RENEW_AFTER.as_secs().cast_signed()
}

/// What a failure of the store's library is for us.
fn failed(path: &str, error: object_store::Error) -> Error {
    let refused = |error: &object_store::Error| {
        // Of a folder the reason stands below what says that a file could not be opened.
        let mut cause = std::error::Error::source(error);
        while let Some(one) = cause {
            if let Some(io) = one.downcast_ref::<std::io::Error>() {
                let kind = io.kind();
                return kind == std::io::ErrorKind::PermissionDenied
                    || kind == std::io::ErrorKind::ReadOnlyFilesystem;
            }
            cause = one.source();
        }
        false
    };
    match error {
        object_store::Error::NotFound { .. } => Error::Missing(plain(path)),
        error @ (object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. }
        | object_store::Error::NotSupported { .. }
        | object_store::Error::NotImplemented { .. }
        | object_store::Error::InvalidPath { .. }
        | object_store::Error::UnknownConfigurationKey { .. }) => Error::Denied(told(path, &error)),
        error if refused(&error) => Error::Denied(told(path, &error)),
        error => Error::Unavailable(told(path, &error)),
    }
}

fn told(path: &str, error: &object_store::Error) -> String {
    plain(&format!("`{path}` in the store: {error}"))
}

/// One line that controls no terminal, without the queries of addresses: those of some stores are signed.
fn plain(text: &str) -> String {
    const MOST: usize = 500;
    let mut out = String::new();
    let mut words = text.split_whitespace();
    for word in words.by_ref() {
        let word = match (word.find("://"), word.find('?')) {
            (Some(scheme), Some(query)) if scheme < query => [&word[..query], "?…"].concat(),
            _ => word.to_owned(),
        };
        if !out.is_empty() {
            out.push(' ')
        }
        out.push_str(&word);
        if out.len() > MOST {
            out.truncate(out.floor_char_boundary(MOST));
            out.push('…');
            break;
        }
    }
    harmless(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_tells_no_signature() {
        let text = "cannot fetch\n(https://account.example.org/box/key?sv=2024&sig=abc) \u{1b}[31m";
        assert_eq!(
            plain(text),
            "cannot fetch (https://account.example.org/box/key?… \u{fffd}[31m"
        );
        assert!(plain(&"word ".repeat(1000)).len() < 600);
    }
}
