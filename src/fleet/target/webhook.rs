//! News are sent to whoever wants them.

use url::Url;

use super::address;
use super::environment::Environment;
use super::http::{Access, Client};
use super::secret::Secret;
use crate::fleet::failure::Failure;

/// Sends a JSON document by POST. The address is a secret, as those of chats are: it is in no message, but for its host.
///
/// # Errors
/// When the address is none, or the other side does not take it.
pub fn send(
    address: &Secret,
    document: &[u8],
    environment: &dyn Environment,
) -> Result<(), Failure> {
    let wrong = |why: &str| Failure::permanent(format!("the address of the webhook {why}"));
    let url = Url::parse(address.reveal()).map_err(|_| wrong("is no URL"))?;
    let is_local = address::is_loopback(&url);
    if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
        return Err(wrong("does not begin with https://"));
    }
    let document: serde_json::Value =
        serde_json::from_slice(document).map_err(|error| Failure::permanent(error.to_string()))?;
    let client = Client::new(Access {
        api: &url,
        ca: None,
        token: None,
        token_env: "",
        accept: "application/json",
        environment,
        say: &|_| {},
    })?;
    client
        .post(&url, &document)
        .map(drop)
        .map_err(Failure::from)
}
