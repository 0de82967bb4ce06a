//! What an item is called: what to do, where, and how much of it there is, as its owner would write it on a ticket.

use super::change::{Aside, Change, Code, Decider, Task, What};
use super::component::Part;
use super::gather::Group;
use super::{Given, List};
use crate::model::migration::Purpose;
use crate::model::{FindingClass, Object, Operation};

/// Most names in a row.
const MAX_NAMES: usize = 3;
/// Longest name that came from what was scanned.
const MAX_NAME: usize = 72;

/// How much of it there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) places: usize,
    pub(super) files: usize,
}

/// The title, without a full stop.
pub(super) fn title(change: &Change, group: &Group<'_>, size: Size, given: Given<'_>) -> String {
    let what = match &change.what {
        What::Library(name) => {
            let versions = row(group.words.iter().map(String::as_str));
            let what = format!("Upgrade {name} {versions}, which has nothing post-quantum");
            return match size.files {
                // Known as a package only.
                0 => what,
                files => format!("{what}: {}", counted(files, "binary", "binaries")),
            };
        }
        What::Configuration(path) => {
            format!("{} in {}", of_list(change, group, given), short(path))
        }
        What::Definition(path, line) => {
            format!(
                "{} where it is defined, {}:{line}",
                of_list(change, group, given),
                short(path)
            )
        }
        What::Code(code) => {
            let place = located(code, group);
            let library = match &*code.library {
                "" => String::new(),
                library => format!(" ({library})"),
            };
            format!("{}{place}{library}", of_code(code, change, group, given))
        }
        What::Dependency(part) => {
            format!("{} {}", dependency(part), of_others(change, group, given))
        }
        What::PrivateKey(_) => format!(
            "Replace the private {} that lies in plain sight",
            name(group)
        ),
        What::PrivateKeys(part) => format!(
            "Replace {} that lie in plain sight{}",
            counted(group.assets.len(), "private key", "private keys"),
            within(part)
        ),
        What::Authority(_) => match change.list {
            List::Weak => format!(
                "{} of the certification authority {}",
                weak(change),
                name(group)
            ),
            _ => format!(
                "Move the certification authority {}{}",
                name(group),
                to(group)
            ),
        },
        What::TrustStore(path) => {
            let number = match group.certificates {
                0 => counted(group.assets.len(), "key", "keys"),
                number => counted(number, "certificate", "certificates"),
            };
            match change.list {
                List::Weak => format!("{}: {number} of others in {}", weak(change), short(path)),
                _ => format!(
                    "Trust the successors of {number} in {}, as those who run them name them",
                    short(path)
                ),
            }
        }
        What::Issued(_) | What::SelfSigned(_) => certificates(change, group),
        What::Keys(part, purpose) => {
            let keys = counted(group.assets.len(), "key", "keys");
            let purpose = Purpose::from_name(purpose).map_or("", words);
            let purpose = match purpose {
                "" => String::new(),
                purpose => format!(" for {purpose}"),
            };
            match change.list {
                List::Weak => format!("{}: {keys}{}", weak(change), within(part)),
                _ => format!("Replace {keys}{purpose}{}", within(part)),
            }
        }
        What::Signatures(form) => match change.list {
            List::Weak => format!("{}: {form} signatures", weak(change)),
            _ => format!("Sign anew what carries {form} signatures{}", with(group)),
        },
        What::Keystores => "Open the keystores that are locked, and see what is in them".to_owned(),
        What::Question(decider) => question(decider, group, given),
        What::Aside(Aside::Samples) => {
            format!(
                "Let tests, examples and documentation follow: {}",
                of_others(change, group, given)
            )
        }
        What::Aside(Aside::PrivateKeys) => format!(
            "See that {} of tests and examples {} used nowhere else",
            counted(group.assets.len(), "private key", "private keys"),
            if group.assets.len() == 1 { "is" } else { "are" }
        ),
        What::Aside(Aside::Copies) => {
            format!(
                "Take newer copies of other projects: {}",
                of_others(change, group, given)
            )
        }
    };
    let places = counted(size.places, "place", "places");
    match size {
        Size { places: 1, .. } => format!("{what}: 1 place"),
        Size { files: 1, .. } => format!("{what}: {places} in 1 file"),
        Size { files, .. } => format!("{what}: {places} in {files} files"),
    }
}

/// What has to be known of it.
pub(super) fn notes(change: &Change, group: &Group<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let old = |purpose| group.purposes.contains(&purpose);
    if change.list == List::Confidentiality && old(Purpose::OldTls) {
        notes.push("TLS has post-quantum key exchange from version 1.3 on only: first let it negotiate 1.3.".to_owned())
    }
    match &change.what {
        What::TrustStore(_) => notes.push(
            "Neither their private keys nor anything that they issued is in what was scanned."
                .to_owned(),
        ),
        What::PrivateKey(_) | What::PrivateKeys(_) => notes.push(
            "Taking it out of the files is not enough: whoever has a copy has the key.".to_owned(),
        ),
        _ => {}
    }
    notes
}

fn of_code(code: &Code, change: &Change, group: &Group<'_>, given: Given<'_>) -> String {
    let names = algorithms(group, given);
    match code.task {
        Task::Secret(purpose) if change.class == Some(FindingClass::ClassicalFallback) => format!(
            "Take classical groups away from {}, once every peer has the hybrid",
            words(purpose)
        ),
        Task::Secret(purpose) => match (names.as_str(), purpose) {
            ("", _) => format!("Replace {}", words(purpose)),
            (names, Purpose::KeyTransport | Purpose::KeyAgreement) => {
                format!("Replace {names} {}", words(purpose))
            }
            (names, _) => {
                format!("Replace {names} in {}", words(purpose)).replace("TLS in TLS", "TLS")
            }
        },
        Task::Verify(_) => format!(
            "Verify {} beside {}",
            target(group).unwrap_or_else(|| "post-quantum signatures".to_owned()),
            or(&names, "today's")
        ),
        Task::Sign(_) if !group.operations.contains(&Operation::Sign) => match target(group) {
            Some(target) => format!("Use {target} keys instead of {}", or(&names, "today's")),
            None => format!("Replace {} keys for signatures", or(&names, "today's")),
        },
        Task::Sign(_) => format!(
            "Sign with {} instead of {}",
            target(group).unwrap_or_else(|| "a post-quantum algorithm".to_owned()),
            or(&names, "today's")
        ),
        Task::Named => format!(
            "See whether {} belongs beside {}, only named",
            target(group).unwrap_or_else(|| "a post-quantum algorithm".to_owned()),
            or(&names, "today's")
        ),
        Task::Unseen => {
            format!("Find out what {names} keys are for, and replace them").replace("  ", " ")
        }
        Task::Weak => match names.as_str() {
            "" => weak(change).to_owned(),
            names => format!("{} ({names})", weak(change)),
        },
    }
}

/// Of settings and definitions.
fn of_list(change: &Change, group: &Group<'_>, given: Given<'_>) -> String {
    let names = algorithms(group, given);
    match change.list {
        List::Weak => weak(change).to_owned(),
        List::Unresolved => format!("Find out what {} does", or(&names, "it")),
        List::Confidentiality | List::Authenticity => format!(
            "Replace {}{}",
            or(&names, "classical cryptography"),
            match target(group) {
                Some(target) => format!(" with {target}"),
                None => String::new(),
            }
        ),
    }
}

/// What others do about it.
fn of_others(change: &Change, group: &Group<'_>, given: Given<'_>) -> String {
    let what = match change.list {
        List::Confidentiality => "quantum-broken key establishment",
        List::Authenticity => "quantum-broken signatures and keys",
        List::Weak => "weak cryptography",
        List::Unresolved => "what could not be told",
    };
    match algorithms(group, given).as_str() {
        "" => what.to_owned(),
        names => format!("{what} ({names})"),
    }
}

fn dependency(part: &Part) -> String {
    match part {
        Part::System(kind) => format!("Upgrade the distribution ({kind} packages) for"),
        Part::Package(name) => format!("Ask who makes {} about", short(name)),
        Part::Folder(name) | Part::Archive(name) => format!("Upgrade {} for", short(name)),
    }
}

fn certificates(change: &Change, group: &Group<'_>) -> String {
    let is_own = matches!(change.what, What::SelfSigned(_));
    let kind = if is_own { "self-signed " } else { "" };
    let number = match group.certificates {
        0 => {
            let keys = counted(group.assets.len(), "key", "keys");
            format!("{keys} of {kind}certificates")
        }
        1 => format!("1 {kind}certificate"),
        number => format!("{number} {kind}certificates"),
    };
    let sample = group.sample.and_then(|s| s.asset.object.as_deref());
    let of = match (&change.what, sample) {
        (What::SelfSigned(part), _) => within(part),
        (_, Some(Object::Certificate(found))) => format!(" of {}", short(&found.issuer.text)),
        (_, Some(Object::Crl(found))) => format!(" of {}", short(&found.issuer.text)),
        _ => String::new(),
    };
    match change.list {
        List::Weak => format!("{}: {number}{of}", weak(change)),
        _ => format!("Issue {number}{of} anew{}", with(group)),
    }
}

fn question(decider: &Decider, group: &Group<'_>, given: Given<'_>) -> String {
    match decider {
        Decider::Environment(name) => format!(
            "Find out what the environment variable {} is set to: it decides the algorithm",
            short(name)
        ),
        Decider::Setting(name) => format!(
            "Find out what the setting `{}` is: it decides the algorithm",
            short(name)
        ),
        Decider::Default(library) => {
            let named = |library: &&crate::inventory::Library| {
                library.package.as_deref() == Some(library_of(decider))
            };
            let known = given
                .libraries
                .get(library)
                .or_else(|| given.libraries.values().find(named));
            let title = known.map_or(library.as_str(), |known| &known.title);
            format!(
                "Find out which version of {} runs: its defaults decide the key exchange",
                short(title.split(':').next().unwrap_or_default())
            )
        }
        Decider::Data(library) => {
            format!("See that what reads keys and certificates takes post-quantum ones ({library})")
        }
        Decider::Callers(code) => format!(
            "Find out which algorithms callers ask for{} ({})",
            within(&code.part),
            code.library
        ),
        Decider::MachineCode(part) => {
            format!(
                "Find out which algorithms compiled code asks for{}",
                within(part)
            )
        }
        Decider::Makers => "Ask who makes the packages which algorithms they use".to_owned(),
        Decider::Catalogue => format!(
            "Look up what nobody here knows by its name: {}",
            row(group.words.iter().map(String::as_str))
        ),
    }
}

fn library_of(decider: &Decider) -> &str {
    match decider {
        Decider::Default(library) => library,
        _ => "",
    }
}

/// What to do about what is weak.
fn weak(change: &Change) -> &'static str {
    match change.class {
        Some(FindingClass::ShortKey) => "Replace keys that are too short",
        Some(FindingClass::WeakSignatureDigest) => "Stop signing over broken hashes",
        Some(FindingClass::WeakHash) => "Replace broken hashes where security rests on them",
        Some(FindingClass::WeakMac) => "Replace MACs on broken hashes",
        Some(FindingClass::WeakCipher) => "Replace broken ciphers",
        Some(FindingClass::WeakMode) => "Replace cipher modes that show patterns",
        Some(FindingClass::WeakPadding) => "Stop using RSA without padding",
        Some(FindingClass::WeakPasswordHash) => "Replace password hashing that is searched quickly",
        Some(FindingClass::WeakRandom) => "Replace random generators that can be predicted",
        Some(FindingClass::WeakProtocol) => "Turn off forbidden protocol versions",
        Some(FindingClass::WeakCipherSuite) => "Take broken cipher suites off the list",
        Some(FindingClass::WeakKeyExchange) => "Take weak key exchange off the list",
        Some(FindingClass::WeakSignatureScheme) => {
            "Take signatures over broken hashes off the list"
        }
        _ => "Replace what is broken already",
    }
}

/// What a purpose is called in the middle of a sentence.
fn words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::TlsKeyExchange => "TLS key exchange",
        Purpose::OldTls => "TLS 1.2 and older",
        Purpose::SshKeyExchange => "SSH key exchange",
        Purpose::SshKey => "SSH",
        Purpose::IkeKeyExchange => "IKE key exchange",
        Purpose::KeyTransport => "key transport",
        Purpose::KeyAgreement => "key agreement",
        Purpose::JsonEncryption => "JSON Web Encryption",
        Purpose::JsonSignature => "JSON Web Signatures",
        Purpose::CmsEncryption => "CMS encryption",
        Purpose::CmsSignature => "CMS signatures",
        Purpose::OpenPgp => "OpenPGP",
        Purpose::CertificationAuthority => "a certification authority",
        Purpose::LeafCertificate => "certificates",
        Purpose::CodeSigning => "code signing",
        Purpose::FirmwareSigning => "firmware signing",
        Purpose::DnsSec => "DNSSEC",
        Purpose::Signature => "signatures",
    }
}

/// ` in services/payments`; the function where it is one.
fn located(code: &Code, group: &Group<'_>) -> String {
    let mut functions = group.functions.iter();
    match (functions.next(), functions.next()) {
        (Some((path, Some(function))), None) => {
            let file = path.rsplit('/').next().unwrap_or(path);
            let stem = file.split('.').next().unwrap_or(file);
            // `Keys.wrap` says where it is, in Java and its kin.
            if function.split('.').next() == Some(stem) {
                let part = within(&code.part).replacen(" in ", " of ", 1);
                format!(" in {}{part}", short(function))
            } else {
                format!(" in {} of {}", short(function), short(path))
            }
        }
        (Some((path, None)), None) => format!(" in {}", short(path)),
        _ => within(&code.part),
    }
}

fn within(part: &Part) -> String {
    match part {
        Part::Folder(name) if name.is_empty() => String::new(),
        Part::Folder(name) | Part::Archive(name) | Part::Package(name) => {
            format!(" in {}", short(name))
        }
        Part::System(kind) => format!(" in {kind} packages"),
    }
}

/// What takes its place, where that is one thing or one of two.
fn target(group: &Group<'_>) -> Option<String> {
    let targets = group.targets();
    let words = targets.join(" or ");
    ((1..=2).contains(&targets.len()) && words.chars().count() <= MAX_NAME).then_some(words)
}

fn to(group: &Group<'_>) -> String {
    target(group).map_or_else(String::new, |target| format!(" to {target}"))
}

fn with(group: &Group<'_>) -> String {
    target(group).map_or_else(String::new, |target| format!(", with {target}"))
}

/// The name of what an item is about.
fn name(group: &Group<'_>) -> String {
    let Some(sample) = group.sample else {
        return "key".to_owned();
    };
    match sample.asset.object.as_deref() {
        Some(Object::Certificate(certificate)) => short(&certificate.subject.text),
        _ => short(&sample.name),
    }
}

/// Without those that others stand for: RSA beside RSASSA-PSS.
fn algorithms(group: &Group<'_>, given: Given<'_>) -> String {
    let all = || group.algorithms.iter().copied();
    let used: Vec<&str> = all()
        .filter_map(|name| given.catalog.algorithm(name)?.uses.as_deref())
        .collect();
    let names: Vec<&str> = all().filter(|name| !used.contains(name)).collect();
    row(names.into_iter())
}

fn or(names: &str, nameless: &str) -> String {
    if names.is_empty() { nameless } else { names }.to_owned()
}

/// `a, b, c and 4 others`.
fn row<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let names: Vec<String> = names.take(MAX_NAMES).map(short).collect();
    match (more, &names[..]) {
        (0, [before @ .., last]) if !before.is_empty() => {
            format!("{} and {last}", before.join(", "))
        }
        (0, _) => names.concat(),
        (1, _) => format!("{} and another", names.join(", ")),
        _ => format!("{} and {more} others", names.join(", ")),
    }
}

fn counted(number: usize, one: &str, several: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {several}"),
    }
}

/// Cut in the middle where it is long, so that both ends of a path are seen.
fn short(text: &str) -> String {
    let length = text.chars().count();
    if length <= MAX_NAME {
        return text.to_owned();
    }
    let half = (MAX_NAME - 1) / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(length - half).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_a_row() {
        let of = |names: &[&str]| row(names.iter().copied());
        assert_eq!(of(&["a"]), "a");
        assert_eq!(of(&["a", "b", "c"]), "a, b and c");
        assert_eq!(of(&["a", "b", "c", "d"]), "a, b, c and another");
        assert_eq!(of(&["a", "b", "c", "d", "e"]), "a, b, c and 2 others");
    }

    #[test]
    fn a_long_name_shows_both_ends() {
        assert_eq!(short("a/b.c"), "a/b.c");
        let long = short(&format!("{}/é.c", "d".repeat(300)));
        assert!(
            long.ends_with("/é.c") && long.chars().count() <= MAX_NAME,
            "{long}"
        );
    }
}
