//! Which token clones which repository.

use std::path::PathBuf;

use url::Url;

use super::address;
use super::environment::Environment;
use super::forge;
use super::secret::Secret;
use super::settings::{Kind, List, Target};

/// The user and the token with which git fetches an address over HTTP (RFC 7617: user and password). None for SSH, for hosts of no target,
/// and where the variable is not set: then git fetches without one.
///
/// A token goes to the scheme, host, port and path of its target's `url` only. Where several targets have the same, that one counts whose
/// owner the address names, else the first.
pub fn token_for(
    url: &str,
    targets: &[Target],
    environment: &dyn Environment,
) -> Option<(String, Secret)> {
    let url = Url::parse(url).ok()?;
    if !matches!(url.scheme(), "https" | "http")
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return None;
    }
    let mut fallback = None;
    for target in targets {
        if target.check().is_err() {
            continue;
        }
        let (credential, is_owner) = match target {
            Target::List(list) => (of_list(&url, list, environment), false),
            _ => match forge::token(target, environment) {
                Some((kind, base, token)) => {
                    let Some(path) = below(&base, &url) else {
                        continue;
                    };
                    let is_owner = forge::owns(target, path.strip_prefix("scm/").unwrap_or(path));
                    (Some((user(kind, target), token)), is_owner)
                }
                None => continue,
            },
        };
        match credential {
            Some(credential) if is_owner => return Some(credential),
            Some(credential) => {
                fallback.get_or_insert(credential);
            }
            None => {}
        }
    }
    fallback
}

/// The files of certificate authorities that targets name, each with the address that it is for: whoever clones from there trusts them too.
pub fn authorities(targets: &[Target]) -> Vec<(String, PathBuf)> {
    let forges = targets.iter().filter_map(Target::forge);
    forges
        .filter_map(|(kind, forge)| {
            let file = std::path::absolute(forge.ca.as_ref()?).ok()?;
            let base = forge.base(kind).ok()?;
            Some((base.to_string(), file))
        })
        .collect()
}

/// The path of an address below another one, where it is below.
fn below<'u>(base: &Url, url: &'u Url) -> Option<&'u str> {
    if !address::same_origin(base, url) {
        return None;
    }
    let rest = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
    rest.strip_prefix('/')
}

fn user(kind: Kind, target: &Target) -> String {
    let named = target
        .forge()
        .and_then(|(_, settings)| settings.token_user.clone());
    match (kind, named) {
        // https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
        (Kind::Github, _) => "x-access-token".to_owned(),
        // https://docs.gitlab.com/user/profile/personal_access_tokens/#clone-repository-using-personal-access-token: any will do.
        (Kind::Gitlab, _) => "oauth2".to_owned(),
        // https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/, and for those of a workspace or repository
        // https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/.
        (Kind::BitbucketCloud, Some(_)) => "x-bitbucket-api-token-auth".to_owned(),
        // https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html: a personal one needs its user.
        (Kind::BitbucketDataCenter, Some(user)) => user,
        (Kind::BitbucketCloud | Kind::BitbucketDataCenter, None) => "x-token-auth".to_owned(),
        (Kind::Gitea, _) => "token".to_owned(),
        // https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
        (Kind::Azure, _) => String::new(),
    }
}

fn of_list(url: &Url, list: &List, environment: &dyn Environment) -> Option<(String, Secret)> {
    let (variable, host) = (list.token_env.as_deref()?, list.token_host.as_deref()?);
    let meant = Url::parse(&format!("https://{host}/")).ok()?;
    let is_http = url.scheme() == "http" && (list.allow_http || address::is_loopback(url));
    let same = url.host() == meant.host() && (url.scheme() == "https" || is_http);
    // Port 443 is meant where none is named, that of HTTP where the address is HTTP.
    let port = meant.port().or(if is_http { Some(80) } else { Some(443) });
    if !same || url.port_or_known_default() != port {
        return None;
    }
    let token = environment.variable(variable)?.trim().to_owned();
    let user = list.token_user.clone().unwrap_or_else(|| match host {
        "gitlab.com" => "oauth2".to_owned(),
        "bitbucket.org" => "x-token-auth".to_owned(),
        "dev.azure.com" => String::new(),
        _ => "x-access-token".to_owned(),
    });
    (!token.is_empty()).then(|| (user, Secret::new(token)))
}
