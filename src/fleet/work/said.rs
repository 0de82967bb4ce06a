//! What programs say when they fail: made one harmless line without credentials, and judged.

use crate::fleet::failure::Failure;
use crate::output::fit::harmless;

/// Characters of a reason, at most.
const MOST: usize = 300;
/// Lines of what was said that become a reason, at most.
const LINES: usize = 3;

/// Lines that tell nothing.
const IDLE: &[&str] = &[
    "hint:",
    "warning:",
    "Cloning into",
    "Please make sure you have the correct access rights",
    "and the repository exists.",
    "remote: Enumerating",
    "remote: Counting",
    "remote: Compressing",
];

/// What passes although a line of the list below may stand beside it: quotas, servers that are down, lines that broke. Lower case.
const PASSES: &[&str] = &[
    "rate limit",
    "too many requests",
    "abuse detection",
    "returned error: 429",
    "returned error: 5",
    "early eof",
    "no space left on device",
];

/// What does not pass. Lower case.
const STAYS: &[&str] = &[
    "died of signal 25",
    "not found",
    "does not appear to be a git repository",
    "does not exist",
    "could not be found",
    "returned error: 400",
    "returned error: 401",
    "returned error: 403",
    "returned error: 404",
    "returned error: 410",
    "returned error: 451",
    "authentication failed",
    "could not read username",
    "could not read password",
    "permission denied",
    "access denied",
    "host key verification failed",
    "unable to update url base from redirection",
    "certificate",
    "repository corruption",
    "bad object",
    "missing blob",
    "missing tree",
    "did not send all necessary objects",
    "is corrupt",
    "invalid path",
    "not our ref",
    "couldn't find remote ref",
    "unadvertised object",
    "dumb http transport",
    "dubious ownership",
    "transport '",
    "strange hostname",
    "strange pathname",
    "strange port",
    "unable to create file",
    "file name too long",
    "out of memory",
    "mismatched algorithms",
];

/// Whether git says that what it was asked for is not there (any more).
pub(super) fn is_missing_ref(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said).to_lowercase();
    [
        "not our ref",
        "couldn't find remote ref",
        "unadvertised object",
    ]
    .iter()
    .any(|needle| said.contains(needle))
}

/// What git failed with. What nobody foresaw may pass: attempts are counted.
pub(super) fn of_git(step: &str, said: &[u8], hide: &[String]) -> Failure {
    let text = String::from_utf8_lossy(said);
    let lower = text.to_lowercase();
    let holds = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    let line = match line(&text, hide) {
        line if line.is_empty() => format!("{step} failed and said nothing"),
        line => format!("{step}: {line}"),
    };
    // What the other end says of its own objects counts more than that it then hung up.
    let is_corrupt = holds(&["repository corruption"]);
    if is_corrupt || (holds(STAYS) && !holds(PASSES)) {
        Failure::permanent(line)
    } else {
        Failure::transient(line)
    }
}

/// The lines that tell something, as one: no secrets, no users and passwords of addresses, nothing that controls a terminal.
pub(super) fn line(said: &str, hide: &[String]) -> String {
    let mut telling: Vec<&str> = Vec::new();
    for line in said.split(['\n', '\r']).map(str::trim) {
        if !line.is_empty()
            && !IDLE.iter().any(|idle| line.starts_with(idle))
            && !telling.contains(&line)
        {
            telling.push(line)
        }
    }
    // Lines of the other end and of this one come in any order: the same failure is told in the same words.
    telling.sort_unstable();
    telling.truncate(LINES);
    let mut text = telling.join("; ");
    for secret in hide.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "***")
    }
    let text = harmless(&without_users(&text));
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `https://user:password@host` without what stands before the `@`.
fn without_users(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"')
            .unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(user) => {
                out.push_str("***");
                &after[user..]
            }
            None => after,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::failure::Class;

    // Messages as git 2.47 with libcurl, OpenSSH 9 and the forges write them.
    #[test]
    fn what_passes_is_told_from_what_stays() {
        for said in [
            "fatal: unable to access 'https://git.example.org/a/': Could not resolve host: git.example.org",
            "fatal: unable to access 'https://git.example.org/a/': The requested URL returned error: 503",
            "fatal: unable to access 'https://git.example.org/a/': The requested URL returned error: 429",
            "remote: You have exceeded a secondary rate limit.\nfatal: unable to access 'https://git.example.org/a/': The requested URL returned error: 403",
            "error: RPC failed; curl 56 GnuTLS recv error (-54): Error in the pull function.\nfetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output",
            "ssh: Could not resolve hostname git.example.org: Temporary failure in name resolution\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.",
            "kex_exchange_identification: Connection closed by remote host\nfatal: Could not read from remote repository.",
            "fatal: write error: No space left on device",
        ] {
            assert_eq!(
                of_git("git fetch", said.as_bytes(), &[]).class,
                Class::Transient,
                "{said}"
            );
        }
        for said in [
            "remote: Repository not found.\nfatal: repository 'https://git.example.org/a/' not found",
            "fatal: could not read Username for 'https://git.example.org': terminal prompts disabled",
            "fatal: Authentication failed for 'https://git.example.org/a/'",
            "ERROR: Repository not found.\nfatal: Could not read from remote repository.",
            "git@git.example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            "Host key verification failed.\nfatal: Could not read from remote repository.",
            "fatal: '/srv/git/none.git' does not appear to be a git repository\nfatal: Could not read from remote repository.",
            "error: invalid path '.git/config'",
            "fatal: unable to access 'https://git.example.org/a/': server certificate verification failed. CAfile: none CRLfile: none",
            "error: index-pack died of signal 25\nfatal: index-pack failed",
            "fatal: transport 'ext' not allowed",
            "remote: fatal: unable to read 514dd8bbcc4339f99ad9cf527007523f94668582\nfatal: git upload-pack: aborting due to possible repository corruption on the remote side.\nfatal: early EOF",
        ] {
            assert_eq!(
                of_git("git fetch", said.as_bytes(), &[]).class,
                Class::Permanent,
                "{said}"
            );
        }
    }

    #[test]
    fn a_reason_is_one_harmless_line_without_credentials() {
        let said = "remote: \u{1b}[31mno\u{1b}[0m \u{202e}here\nfatal: https://joe:hunter2@git.example.org/x' 5ecr3t\nhint: more";
        let line = line(said, &["5ecr3t".to_owned()]);
        assert_eq!(
            line,
            "fatal: https://***@git.example.org/x' ***; remote: \u{fffd}[31mno\u{fffd}[0m \u{fffd}here"
        );
        assert!(super::line(&"x".repeat(10_000), &[]).chars().count() <= MOST + 1);
    }
}
