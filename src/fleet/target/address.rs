//! Addresses of repositories: what they must be before git is given them, and the name that follows from one.
//!
//! A name is an identity, so one repository has one, however its address is written: `https://git.example.org/team/shop.git`,
//! `ssh://git@git.example.org/team/shop` and `git@git.example.org:team/shop.git` are `git.example.org/team/shop`. What stands in a name
//! is percent-encoded as in the address.

use std::path::Path;

use url::{Host, Url};

/// Longer ones are nobody's.
const MAX_LENGTH: usize = 1_000;
/// GitLab allows twenty levels of groups; Azure DevOps and a folder of the forge come on top.
const MAX_SEGMENTS: usize = 24;

/// Where git fetches from, and what the repository is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The name.
    pub(super) name: String,
    /// The address, without credentials.
    pub(super) url: String,
}

/// Why a text is no address that git is given, and the name that it would have had, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// In one sentence, without the text itself: that may hold credentials.
    pub(super) why: String,
    /// The name.
    pub(super) name: Option<String>,
}

impl Refused {
    fn new(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            name: None,
        }
    }
}

/// Reads an address that somebody listed.
///
/// # Errors
///
/// Why it is refused.
pub(super) fn listed(text: &str, allow_http: bool) -> Result<Address, Refused> {
    if text.len() > MAX_LENGTH {
        return Err(Refused::new("it is too long for an address"));
    }
    if text.chars().any(deceives) {
        return Err(Refused::new("it holds characters that no address has"));
    }
    if text.starts_with('-') {
        return Err(Refused::new("it begins with `-`"));
    }
    if Path::new(text).is_absolute() {
        return local(Path::new(text)).map_err(Refused::new);
    }
    if text.contains("://") {
        return with_scheme(text, allow_http);
    }
    match scp(text) {
        Some((user, host, path)) => over_ssh(user, host, path, text.to_owned()),
        None => Err(Refused::new(
            "it is no address: one begins with `https://`, `ssh://`, `file:///`, `/`, or looks like `git@host:path`",
        )),
    }
}

fn with_scheme(text: &str, allow_http: bool) -> Result<Address, Refused> {
    let mut url = Url::parse(text).map_err(|_| Refused::new("it is no address"))?;
    match url.scheme() {
        "https" | "ssh" => {}
        "http" | "git" if allow_http || is_loopback(&url) => {}
        "http" | "git" => {
            return Err(Refused::new(
                "it is unencrypted; `allow-http = true` allows it",
            ));
        }
        "file" => {
            let path = url
                .to_file_path()
                .map_err(|()| Refused::new("it is no path of this machine"))?;
            return local(&path).map_err(Refused::new);
        }
        _ => return Err(Refused::new("git is only given `https`, `ssh` and `file`")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Refused::new("it has a query or a fragment"));
    }
    check_path(url.path().trim_matches('/'))
        .map_err(|why| Refused::new(&format!("its path {why}")))?;
    if url.scheme() == "ssh" {
        if url.password().is_some() {
            return Err(Refused {
                why: CREDENTIALS.to_owned(),
                name: listed_name(&url),
            });
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let user = url.username().to_owned();
        check_ssh(&user, &host).map_err(Refused::new)?;
        return match alias(&host) {
            Some(_) => over_ssh(
                &user,
                &host,
                url.path().trim_start_matches('/'),
                url.to_string(),
            ),
            None => named(&url),
        };
    }
    if !url.username().is_empty() || url.password().is_some() {
        // These cannot fail for a scheme that has hosts.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        return Err(Refused {
            why: CREDENTIALS.to_owned(),
            name: listed_name(&url),
        });
    }
    named(&url)
}

const CREDENTIALS: &str = "it holds credentials, and what stands here is shown: name the variable that holds the token in `token-env`";

fn named(url: &Url) -> Result<Address, Refused> {
    let name = listed_name(url).ok_or_else(|| Refused::new("it has no host"))?;
    Ok(Address {
        name,
        url: url.to_string(),
    })
}

fn over_ssh(user: &str, host: &str, path: &str, url: String) -> Result<Address, Refused> {
    check_ssh(user, host).map_err(Refused::new)?;
    let path = path.trim_matches('/');
    check_path(path).map_err(|why| Refused::new(&format!("its path {why}")))?;
    let (host, path) = match alias(host) {
        // https://learn.microsoft.com/azure/devops/repos/git/use-ssh-keys-to-authenticate: `v3/organisation/project/repository`.
        Some(host) => (host, path.strip_prefix("v3/").unwrap_or(path)),
        None => (host, path),
    };
    // Parsed and not put together: what is encoded already stays as it is.
    let https = Url::parse(&format!("https://{host}/{path}"))
        .map_err(|_| Refused::new("it has no host"))?;
    let name = listed_name(&https).ok_or_else(|| Refused::new("it has no host"))?;
    Ok(Address { name, url })
}

/// Hosts of SSH whose repositories have another host in their names.
fn alias(host: &str) -> Option<&'static str> {
    match host {
        "ssh.dev.azure.com" => Some("dev.azure.com"),
        "ssh.github.com" => Some("github.com"),
        "altssh.gitlab.com" => Some("gitlab.com"),
        "altssh.bitbucket.org" => Some("bitbucket.org"),
        _ => None,
    }
}

/// A folder of this machine: name and address are the same.
///
/// # Errors
///
/// It is no absolute path.
pub(super) fn local(path: &Path) -> Result<Address, &'static str> {
    let url = Url::from_file_path(path).map_err(|()| "it is no absolute path")?;
    let name = url.as_str().trim_end_matches('/').to_owned();
    Ok(Address {
        url: name.clone(),
        name,
    })
}

/// Host, port where it is not the one of the scheme, and path.
pub(super) fn name_of(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let mut name = host.to_ascii_lowercase();
    if let Some(port) = url
        .port()
        .filter(|port| !(url.scheme() == "ssh" && *port == 22))
    {
        name.push_str(&format!(":{port}"))
    }
    for segment in url.path().split('/').filter(|segment| !segment.is_empty()) {
        name.push('/');
        name.push_str(segment)
    }
    Some(name)
}

/// The name that follows from an address as somebody writes it: without the `.git` at the end, and without the `_git` of Azure DevOps.
fn listed_name(url: &Url) -> Option<String> {
    let name = name_of(url)?;
    let name = name.strip_suffix(".git").unwrap_or(&name);
    Some(name.replacen("/_git/", "/", 1))
}

/// An address and the parts of a path below it, encoded.
pub(super) fn below(base: &Url, segments: &[&str]) -> Option<Url> {
    let mut url = base.clone();
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(segments);
    Some(url)
}

/// Whether the host is this machine itself: what is sent there crosses no network.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether two addresses are of the same scheme, host and port: what a token for the one may be shown to.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// An address of SSH that a forge gave, held against the hosts that it may name.
///
/// # Errors
///
/// Why git is not given it.
pub(super) fn ssh_of_forge(text: &str, hosts: &[&str]) -> Result<String, &'static str> {
    if text.len() > MAX_LENGTH || text.chars().any(|c| deceives(c) || c.is_whitespace()) {
        return Err("has an SSH address with characters that no address has");
    }
    let (user, host, path) = if text.contains("://") {
        let url = Url::parse(text).map_err(|_| "has an SSH address that is none")?;
        if url.scheme() != "ssh"
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err("has an SSH address that is none");
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        (
            url.username().to_owned(),
            host,
            url.path().trim_start_matches('/').to_owned(),
        )
    } else {
        let (user, host, path) = scp(text).ok_or("has an SSH address that is none")?;
        (user.to_owned(), host.to_owned(), path.to_owned())
    };
    check_ssh(&user, &host)?;
    check_path(path.trim_matches('/')).map_err(|_| "has an SSH address with an impossible path")?;
    if !hosts
        .iter()
        .any(|allowed| allowed.eq_ignore_ascii_case(&host))
    {
        return Err("has an SSH address of another host; `ssh-host` allows one");
    }
    Ok(text.to_owned())
}

/// `user@host:path`, as scp writes it.
fn scp(text: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    (!user.contains(['/', ':']) && !host.contains('/')).then_some((user, host, path))
}

fn check_ssh(user: &str, host: &str) -> Result<(), &'static str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if user.starts_with('-') || !user.bytes().all(plain) {
        return Err("has an SSH address with an impossible user");
    }
    if !is_host(host) {
        return Err("has an SSH address with an impossible host");
    }
    Ok(())
}

/// Whether a text can be the name of a host.
pub(super) fn is_host(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let fine =
        |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b) || (inner.is_some() && b == b':');
    let text = inner.unwrap_or(text);
    !text.is_empty() && text.len() <= 253 && !text.starts_with('-') && text.bytes().all(fine)
}

/// Whether a text can be the name of a host, perhaps with a port.
pub(super) fn is_host_and_port(text: &str) -> bool {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => is_host(host) && port.parse::<u16>().is_ok(),
        _ => is_host(text),
    }
}

/// Whether parts between slashes are such that they mean what they seem to.
///
/// # Errors
///
/// The rest of a sentence that begins with what the path belongs to.
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    if path.len() > MAX_LENGTH || path.split('/').count() > MAX_SEGMENTS {
        return Err("is too long");
    }
    if path.starts_with('-') {
        return Err("begins with `-`");
    }
    path.split('/').try_for_each(check_within)
}

/// The same of one part.
///
/// # Errors
///
/// The rest of a sentence.
pub(super) fn check_segment(segment: &str) -> Result<(), &'static str> {
    if segment.len() > MAX_LENGTH {
        return Err("is too long");
    }
    if segment.starts_with('-') {
        return Err("begins with `-`");
    }
    if segment.contains('/') {
        return Err("holds a slash");
    }
    check_within(segment)
}

fn check_within(segment: &str) -> Result<(), &'static str> {
    let lower = segment.to_ascii_lowercase().replace("%2e", ".");
    if lower.is_empty() {
        return Err("has an empty part");
    }
    if lower == "." || lower == ".." {
        return Err("has a part that leads elsewhere");
    }
    if segment
        .chars()
        .any(|c| deceives(c) || r#"\:*?"<>|#"#.contains(c))
        || lower.contains("%2f")
        || lower.contains("%5c")
        || lower.contains("%0")
        || lower.contains("%1")
    {
        return Err("holds characters that no name has");
    }
    if segment.starts_with(' ') || segment.ends_with(' ') {
        return Err("begins or ends with a blank");
    }
    Ok(())
}

/// Characters that control a terminal or deceive the eye, the tab among them.
fn deceives(c: char) -> bool {
    c == '\t' || crate::output::fit::harmless(c.encode_utf8(&mut [0; 4])) == "\u{fffd}"
}

/// Whether git could have a branch of that name (git-check-ref-format(1)), and no option looks like it.
pub(super) fn is_branch(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 250
        && !name.starts_with(['-', '/'])
        && !name.ends_with(['/', '.'])
        && name != "@"
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains("@{")
        && !name.chars().any(|c| deceives(c) || " ~^:?*[\\".contains(c))
        && !name
            .split('/')
            .any(|part| part.starts_with('.') || part.ends_with(".lock"))
}

/// Whether a text is the id of a commit: SHA-1 or SHA-256, in hexadecimal.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64)
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        listed(text, false).unwrap().name
    }

    fn why(text: &str) -> String {
        listed(text, false).unwrap_err().why
    }

    #[test]
    fn however_an_address_is_written_the_name_is_the_same() {
        for text in [
            "https://git.example.org/team/shop.git",
            "https://Git.Example.org/team/shop",
            "https://git.example.org:443/team/shop/",
            "ssh://git@git.example.org/team/shop.git",
            "ssh://git@git.example.org:22/team/shop.git",
            "git@git.example.org:team/shop.git",
            "git@git.example.org:/team/shop.git",
        ] {
            assert_eq!(name(text), "git.example.org/team/shop", "{text}")
        }
        assert_eq!(
            name("ssh://git@ssh.github.com:443/example/shop.git"),
            "github.com/example/shop"
        );
        assert_eq!(
            name("https://git.example.org:8443/team/shop"),
            "git.example.org:8443/team/shop"
        );
        assert_eq!(
            name("ssh://git@git.example.org:7999/team/shop"),
            "git.example.org:7999/team/shop"
        );
        assert_eq!(
            name("https://dev.azure.com/example/Our%20Shop/_git/web"),
            "dev.azure.com/example/Our%20Shop/web"
        );
        assert_eq!(
            name("git@ssh.dev.azure.com:v3/example/Our%20Shop/web"),
            "dev.azure.com/example/Our%20Shop/web"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_is_called_by_its_path() {
        assert_eq!(name("/srv/git/shop.git"), "file:///srv/git/shop.git");
        assert_eq!(
            name("file:///srv/git/our shop/"),
            "file:///srv/git/our%20shop"
        );
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        for text in [
            "https://someone:hunter2@git.example.org/team/shop",
            "https://hunter2@git.example.org/team/shop",
            "ssh://git:hunter2@git.example.org/team/shop",
        ] {
            let refused = listed(text, false).unwrap_err();
            assert!(refused.why.contains("token-env"), "{}", refused.why);
            assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
            assert_eq!(refused.name.as_deref(), Some("git.example.org/team/shop"));
        }
    }

    #[test]
    fn what_git_would_take_for_something_else_is_refused() {
        assert!(why("ext::sh -c id").contains("no address"));
        assert!(
            why("ext::sh://x").contains("only given"),
            "{}",
            why("ext::sh://x")
        );
        assert!(why("--upload-pack=/bin/id").contains("`-`"));
        assert!(
            why("ssh://-oProxyCommand=id/x").contains("no address")
                || why("ssh://-oProxyCommand=id/x").contains("impossible host")
        );
        assert!(why("git@-oProxyCommand:x").contains("impossible host"));
        assert!(why("http://git.example.org/a/b").contains("unencrypted"));
        assert!(why("git://git.example.org/a/b").contains("unencrypted"));
        assert!(why("https://git.example.org/a/b?x=y").contains("query"));
        assert!(why("https://git.example.org/a/%2e%2e%2fb").contains("path"));
        assert!(why("https://git.example.org/a\u{202e}b").contains("characters"));
        assert!(why("git@git.example.org:-x/y").contains("`-`"));
        assert!(why("../x").contains("no address"));
        assert!(listed("http://127.0.0.1:3000/a/b", false).is_ok());
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for path in [
            "",
            "a//b",
            "../b",
            "a/..",
            "a/./b",
            "-a/b",
            "a\n/b",
            "a/b\u{1b}[2J",
            "a/b?c",
            "a/b#c",
            "a\\b",
            " a/b",
            "a/%2e%2E/b",
            "a/b%0a",
        ] {
            assert!(check_path(path).is_err(), "{path:?}")
        }
        for path in [
            "a/b",
            "Example/-dash",
            "~someone/x",
            "a/b.c_d-e+f",
            "example/Our Shop/web",
            "größe/名前",
        ] {
            assert_eq!(check_path(path), Ok(()), "{path:?}")
        }
    }

    #[test]
    fn a_forge_names_no_other_host_for_ssh() {
        let of = |text| ssh_of_forge(text, &["git.example.org"]);
        assert!(of("git@git.example.org:team/shop.git").is_ok());
        assert!(of("ssh://git@GIT.example.org:7999/team/shop.git").is_ok());
        for text in [
            "git@evil.example:team/shop.git",
            "ssh://git@evil.example/team/shop.git",
            "git@-oProxyCommand=id:x/y",
            "ssh://git:x@git.example.org/a/b",
            "ext::sh -c id",
            "git@git.example.org:../x",
            "https://git.example.org/a/b",
        ] {
            assert!(of(text).is_err(), "{text}")
        }
    }

    #[test]
    fn branches_and_commits_are_what_git_has() {
        for name in ["main", "release/1.2", "feature-x"] {
            assert!(is_branch(name), "{name}")
        }
        for name in [
            "",
            "-x",
            "a..b",
            "a b",
            "a~1",
            "release/*",
            "x.lock",
            "/x",
            "a\nb",
            "@",
            "x/.y",
        ] {
            assert!(!is_branch(name), "{name:?}")
        }
        assert!(is_commit("0123456789abcdef0123456789abcdef01234567"));
        assert!(!is_commit("0123456789ABCDEF0123456789abcdef01234567"));
        assert!(!is_commit("HEAD"));
    }
}
