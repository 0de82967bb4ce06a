//! What a user calls a store becomes one.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use url::Url;

use super::{Error, Result, Store, plain};

/// See [`Store::open`].
pub(super) fn open(address: &str) -> Result<Store> {
    // `C:\store` is a folder, so that a scheme alone makes no address.
    let Some((scheme, _)) = address.split_once("://") else {
        return folder(PathBuf::from(address));
    };
    let url = Url::parse(address).map_err(|error| none(address, &error.to_string()))?;
    match scheme.to_ascii_lowercase().as_str() {
        "file" => match url.to_file_path() {
            Ok(path) => folder(path),
            Err(()) => Err(none(
                address,
                "the path of a folder has three slashes: file:///srv/pqscan",
            )),
        },
        "s3" | "s3a" | "gs" | "az" | "azure" | "adl" | "abfs" | "abfss" => cloud(&url),
        _ => Err(none(address, "known are file, s3, gs, az and abfss")),
    }
}

fn none(address: &str, why: &str) -> Error {
    // Who writes a password into an address does not want it told.
    let shown = match address.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('@') {
            Some((_, rest)) => format!("{scheme}://…@{rest}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    };
    Error::Address(plain(&format!("`{shown}` is no store: {why}")))
}

/// A folder. What is written there is on the disk when it is said to be written.
fn folder(path: PathBuf) -> Result<Store> {
    let shown = path.display().to_string();
    if shown.is_empty() {
        return Err(none("", "the name is empty"));
    }
    let denied = |error: std::io::Error| Error::Denied(plain(&format!("`{shown}`: {error}")));
    std::fs::create_dir_all(&path).map_err(denied)?;
    let path = std::fs::canonicalize(&path).map_err(denied)?;
    if path.to_str().is_none() {
        return Err(none(&shown, "the path of a folder must be Unicode"));
    }
    let inner = LocalFileSystem::new_with_prefix(&path)
        .map_err(|error| Error::Denied(plain(&error.to_string())))?
        .with_fsync(true);
    Ok(Store {
        inner: Arc::new(inner),
        prefix: Path::default(),
        address: plain(&path.display().to_string()),
        folder: Some(path),
    })
}

#[cfg(not(feature = "fleet-shared"))]
fn cloud(url: &Url) -> Result<Store> {
    Err(Error::Feature(url.scheme().to_owned()))
}

#[cfg(feature = "fleet-shared")]
fn cloud(url: &Url) -> Result<Store> {
    let address = url.as_str();
    // `abfss://CONTAINER@ACCOUNT…` has a name there, and no password.
    let has_user = !url.username().is_empty() && matches!(url.scheme(), "s3" | "s3a" | "gs");
    if has_user || url.password().is_some() || url.query().is_some() {
        return Err(none(
            address,
            "credentials come from the environment and not from the address",
        ));
    }
    let patience = ("timeout".to_owned(), PATIENCE.to_owned());
    let options = std::iter::once(patience).chain(environment());
    let (inner, prefix) = object_store::parse_url_opts(url, options)
        .map_err(|error| none(address, &error.to_string()))?;
    Ok(Store {
        inner: Arc::from(inner),
        prefix,
        folder: None,
        address: plain(address),
    })
}

/// How long a request may take: a part has 128 MB, and 30 seconds, which is usual, are too few for it on many lines. `AWS_TIMEOUT` and its kin say
/// otherwise.
#[cfg(feature = "fleet-shared")]
const PATIENCE: &str = "300 seconds";

/// What the environment says of clouds. Not all of it: the builders would take a `TOKEN` or `REGION` of somebody else's for theirs.
#[cfg(feature = "fleet-shared")]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        ["AWS_", "GOOGLE_", "AZURE_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
            .then_some((name, value))
    })
}
