//! On the way: certificate authorities of one's own, and proxies. The hosts of github.com and Bitbucket Cloud are fixed, so they are asked
//! through a proxy on loopback that answers in their place, with certificates of an "Example CA".

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tempfile::TempDir;

use crate::stub::{Machine, Reply, Stub, found, names};

/// A certificate authority in a file, and a server that it vouches for.
fn authority(hosts: &[&str]) -> (TempDir, PathBuf, Arc<rustls::ServerConfig>) {
    let mut params = CertificateParams::new(Vec::new()).expect("it works");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "Example CA");
    let key = KeyPair::generate().expect("it works");
    let root = params.self_signed(&key).expect("it works");
    let folder = tempfile::tempdir().expect("it works");
    let path = folder.path().join("ca.pem");
    fs::write(&path, root.pem()).expect("it works");

    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().expect("it works");
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let leaf = CertificateParams::new(hosts)
        .expect("it works")
        .signed_by(&own, &issuer)
        .expect("it works");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("it works")
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der())),
        )
        .expect("it works");
    (folder, path, Arc::new(config))
}

fn shop() -> Reply {
    Reply::json(json!([{ "path_with_namespace": "example/shop" }]))
}

#[test]
fn a_forge_with_a_certificate_of_ones_own_authority_is_trusted_by_ca() {
    let (_folder, ca, config) = authority(&["localhost"]);
    let stub = Stub::tls(config, |_, _| shop());
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"https://localhost:{}\"\ngroups = [\"example\"]",
        stub.port
    );
    let machine = Machine::with(&[("GITLAB_TOKEN", "hunter2")]);

    let without = found(&text, &machine);
    let [problem] = without.problems.as_slice() else {
        panic!("{:?}", without.problems)
    };
    assert!(
        problem
            .failure
            .reason
            .contains("its certificate is not trusted")
            && problem.failure.reason.contains("`ca`"),
        "{problem:?}"
    );
    assert!(
        machine.waits.borrow().is_empty(),
        "it will not be trusted later either"
    );
    assert!(stub.asked().is_empty());

    let with = found(&format!("{text}\nca = '{}'", ca.display()), &machine);
    assert_eq!(
        names(&with),
        [format!("localhost:{}/example/shop", stub.port)],
        "{:?}",
        with.problems
    );
    assert_eq!(
        with.repositories[0].url,
        format!("https://localhost:{}/example/shop.git", stub.port)
    );
    assert_eq!(
        stub.seen()[0].header("authorization"),
        Some("Bearer hunter2")
    );
}

#[test]
fn a_certificate_for_another_host_is_not_trusted() {
    let (_folder, ca, config) = authority(&["git.example.org"]);
    let stub = Stub::tls(config, |_, _| shop());
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"https://localhost:{}\"\ngroups = [\"example\"]\nca = '{}'",
        stub.port,
        ca.display()
    );
    let found = found(&text, &Machine::with(&[]));
    assert!(
        found.problems[0]
            .failure
            .reason
            .contains("its certificate is not trusted"),
        "{:?}",
        found.problems
    );
    assert!(stub.asked().is_empty());
}

#[test]
fn a_file_without_certificates_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for text in [
        "",
        "nothing",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ] {
        fs::write(&path, text).unwrap();
        let text = format!(
            "[[target]]\nkind = \"gitlab\"\nurl = \"https://localhost:1\"\ngroups = [\"example\"]\nca = '{}'",
            path.display()
        );
        let found = found(&text, &Machine::with(&[]));
        assert!(
            found.problems[0]
                .failure
                .reason
                .contains("holds no certificate in PEM"),
            "{:?}",
            found.problems
        );
    }
}

/// <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/#api-repositories-workspace-get>
#[test]
fn bitbucket_cloud_is_asked_through_a_proxy() {
    let (_folder, ca, config) = authority(&["api.bitbucket.org"]);
    let stub = Stub::proxy(Some(config), |_, number| {
        let repository = |slug: &str| {
            json!({
                "type": "repository", "full_name": format!("example/{slug}"), "slug": slug, "scm": "git", "is_private": true, "size": 4096,
                "mainbranch": { "type": "branch", "name": "main" },
                "links": { "clone": [
                    { "name": "https", "href": format!("https://someone@bitbucket.org/example/{slug}.git") },
                    { "name": "ssh", "href": format!("git@bitbucket.org:example/{slug}.git") },
                ] },
            })
        };
        match number {
            0 => Reply::json(json!({
                "pagelen": 100, "values": [repository("shop")],
                "next": "https://api.bitbucket.org/2.0/repositories/example?pagelen=100&page=2",
            })),
            _ => {
                let (mut fork, mut new) = (repository("fork"), repository("new"));
                fork["parent"] = json!({ "full_name": "elsewhere/shop" });
                new["mainbranch"] = json!(null);
                Reply::json(json!({ "pagelen": 100, "values": [fork, new] }))
            }
        }
    });
    let text = format!(
        "[[target]]\nkind = \"bitbucket\"\nworkspaces = [\"example\"]\nca = '{}'",
        ca.display()
    );
    let proxy = format!("http://someone:hunter2@127.0.0.1:{}", stub.port);
    let found = found(
        &text,
        &Machine::with(&[
            ("HTTPS_PROXY", &proxy),
            ("BITBUCKET_TOKEN", "ATCTT-x"),
            ("NO_PROXY", "example.org"),
        ]),
    );
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(names(&found), ["bitbucket.org/example/shop"]);
    assert_eq!(
        found.repositories[0].url,
        "https://bitbucket.org/example/shop.git"
    );
    assert_eq!(found.repositories[0].kilobytes, Some(4));
    let reasons: Vec<&str> = found
        .left_out
        .iter()
        .map(|(_, reason)| reason.as_str())
        .collect();
    assert_eq!(reasons, ["it is a fork", "it is empty"]);

    let asked: Vec<String> = stub
        .asked()
        .into_iter()
        .filter(|line| !line.starts_with("CONNECT"))
        .collect();
    assert_eq!(
        asked,
        [
            "GET /2.0/repositories/example?pagelen=100",
            "GET /2.0/repositories/example?pagelen=100&page=2"
        ]
    );
    for request in stub.seen() {
        if request.method == "CONNECT" {
            assert_eq!(request.target, "api.bitbucket.org:443");
            // base64 of `someone:hunter2`
            assert_eq!(
                request.header("proxy-authorization"),
                Some("Basic c29tZW9uZTpodW50ZXIy")
            );
            assert_eq!(request.header("authorization"), None);
        } else {
            assert_eq!(request.header("host"), Some("api.bitbucket.org"));
            assert_eq!(request.header("authorization"), Some("Bearer ATCTT-x"));
        }
    }
}

#[test]
fn an_api_token_of_bitbucket_cloud_is_sent_with_its_user() {
    let (_folder, ca, config) = authority(&["api.bitbucket.org"]);
    let stub = Stub::proxy(Some(config), |_, _| Reply::json(json!({ "values": [] })));
    let text = format!(
        "[[target]]\nkind = \"bitbucket\"\nworkspaces = [\"example\"]\ntoken-user = \"someone@example.org\"\nca = '{}'",
        ca.display()
    );
    let proxy = format!("127.0.0.1:{}", stub.port);
    let found = found(
        &text,
        &Machine::with(&[("https_proxy", &proxy), ("BITBUCKET_TOKEN", "hunter2")]),
    );
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    // base64 of `someone@example.org:hunter2`
    assert_eq!(
        stub.seen()[1].header("authorization"),
        Some("Basic c29tZW9uZUBleGFtcGxlLm9yZzpodW50ZXIy")
    );
}

/// <https://docs.github.com/graphql/guides/forming-calls-with-graphql#the-graphql-endpoint>, and for hosts of Enterprise Cloud
/// <https://docs.github.com/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency>.
#[test]
fn github_is_asked_at_the_host_of_its_interface() {
    for (url, api) in [
        ("", "api.github.com"),
        ("url = \"https://octocorp.ghe.com\"", "api.octocorp.ghe.com"),
    ] {
        let (_folder, ca, config) = authority(&[api]);
        let stub = Stub::proxy(Some(config), |_, _| {
            Reply::json(json!({ "data": { "repositoryOwner": { "repositories": {
                "pageInfo": { "hasNextPage": false, "endCursor": null }, "nodes": [{ "nameWithOwner": "example/shop" }],
            } } } }))
        });
        let text = format!(
            "[[target]]\nkind = \"github\"\norganisations = [\"example\"]\n{url}\nca = '{}'",
            ca.display()
        );
        let proxy = format!("http://127.0.0.1:{}", stub.port);
        let found = found(
            &text,
            &Machine::with(&[("ALL_PROXY", &proxy), ("GITHUB_TOKEN", "x")]),
        );
        assert_eq!(
            stub.asked(),
            [format!("CONNECT {api}:443"), "POST /graphql".to_owned()],
            "{:?}",
            found.problems
        );
        let host = api.trim_start_matches("api.");
        assert_eq!(names(&found), [format!("{host}/example/shop")]);
        assert_eq!(
            found.repositories[0].url,
            format!("https://{host}/example/shop.git")
        );
    }
}

#[test]
fn plain_http_goes_through_its_proxy_too() {
    let proxy = Stub::proxy(None, |_, _| shop());
    let text = "[[target]]\nkind = \"gitlab\"\nurl = \"http://git.example.org\"\nallow-http = true\ngroups = [\"example\"]";
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let found = found(text, &Machine::with(&[("HTTP_PROXY", &address)]));
    assert_eq!(names(&found), ["git.example.org/example/shop"]);
    assert_eq!(proxy.asked()[0], "CONNECT git.example.org:80");
}

/// On Linux and macOS, `0.0.0.0` leads to this machine and is not one of its own addresses.
#[test]
#[cfg(unix)]
fn no_proxy_goes_straight_there() {
    let (proxy, stub) = (Stub::proxy(None, |_, _| shop()), Stub::new(|_, _| shop()));
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"http://0.0.0.0:{}\"\nallow-http = true\ngroups = [\"example\"]",
        stub.port
    );
    let address = format!("http://127.0.0.1:{}", proxy.port);
    found(
        &text,
        &Machine::with(&[("HTTP_PROXY", &address), ("no_proxy", "0.0.0.0")]),
    );
    assert_eq!((proxy.asked().len(), stub.asked().len()), (0, 1));
    found(&text, &Machine::with(&[("HTTP_PROXY", &address)]));
    assert_eq!((proxy.asked().len(), stub.asked().len()), (2, 1));
}

#[test]
fn what_is_for_this_machine_does_not_leave_it() {
    let (proxy, stub) = (Stub::proxy(None, |_, _| shop()), Stub::new(|_, _| shop()));
    let text = format!(
        "[[target]]\nkind = \"gitlab\"\nurl = \"{}\"\ngroups = [\"example\"]",
        stub.url()
    );
    let address = format!("http://127.0.0.1:{}", proxy.port);
    found(
        &text,
        &Machine::with(&[("HTTP_PROXY", &address), ("ALL_PROXY", &address)]),
    );
    assert_eq!((proxy.asked().len(), stub.asked().len()), (0, 1));
}

#[test]
fn a_proxy_that_is_none_is_named_by_its_variable_alone() {
    let text = "[[target]]\nkind = \"gitlab\"\ngroups = [\"example\"]";
    let found = found(
        text,
        &Machine::with(&[("HTTPS_PROXY", "gopher://someone:hunter2@x")]),
    );
    let reason = &found.problems[0].failure.reason;
    assert!(
        reason.contains("HTTPS_PROXY is no address of a proxy") && !reason.contains("hunter2"),
        "{reason}"
    );
}
