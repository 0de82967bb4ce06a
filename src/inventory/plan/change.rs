//! What one change is: what decides that two findings are mended by it. Findings of equal changes are one item, and the id of an item is the
//! hash of its change, so that it stays when places come, go or move, and when a policy asks for another replacement or date.

use std::sync::Arc;

use data_encoding::HEXLOWER;

use super::component::Part;
use super::{Kind, List};
use crate::model::FindingClass;
use crate::model::migration::Purpose;

/// Bytes of the hash in an id.
const ID_BYTES: usize = 5;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Change {
    pub(super) list: List,
    /// What is wrong, where each kind of wrong is mended by itself: on the list of what is weak already.
    pub(super) class: Option<FindingClass>,
    pub(super) what: What,
}

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum What {
    /// A library by its name, in every version without post-quantum algorithms.
    Library(String),
    /// A file of settings.
    Configuration(Arc<str>),
    /// What is written at a line and used elsewhere.
    Definition(Arc<str>, u32),
    /// Code of one part and one owner that does one thing through one library.
    Code(Box<Code>),
    /// A package or distribution that others make.
    Dependency(Part),
    /// A private key in plain sight, by its asset.
    PrivateKey(Arc<str>),
    /// Very many of them in one part.
    PrivateKeys(Part),
    /// A certification authority by its key.
    Authority(Arc<str>),
    /// Certification authorities of others, by the first of the files that hold them.
    TrustStore(Arc<str>),
    /// Certificates of one issuer.
    Issued(Issuer),
    /// Certificates that signed themselves and no others.
    SelfSigned(Part),
    /// Keys without certificates, and what they are for.
    Keys(Part, &'static str),
    /// Signatures of one form over something else.
    Signatures(&'static str),
    /// Keystores that could not be opened.
    Keystores,
    /// What has to be found out.
    Question(Decider),
    /// What is only in tests and the like.
    Aside(Aside),
}

/// Code that changes together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Code {
    pub(super) owners: Vec<String>,
    pub(super) part: Part,
    pub(super) library: Arc<str>,
    pub(super) task: Task,
}

/// What is done to code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Task {
    /// What keeps secrets is replaced.
    Secret(Purpose),
    /// What checks signatures learns others beside them.
    Verify(Purpose),
    /// What makes signatures, or has their keys, makes others.
    Sign(Purpose),
    /// What is only named gets a successor beside it.
    Named,
    /// What it is for is found out, and it is replaced.
    Unseen,
    /// What is weak is replaced.
    Weak,
}

/// Who issued certificates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Issuer {
    /// An authority of the scan, by its key.
    Known(Arc<str>),
    /// Somebody by the digest of a name.
    Named([u8; 16]),
}

/// What decides about something unresolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Decider {
    /// An environment variable.
    Environment(String),
    /// A setting.
    Setting(String),
    /// What a library does where nobody tells it, by its package or id.
    Default(String),
    /// The keys and certificates that code is given when it runs, through a library.
    Data(Arc<str>),
    /// Other code of a part.
    Callers(Box<Code>),
    /// Code that was compiled.
    MachineCode(Part),
    /// Those who make the packages that it is in.
    Makers,
    /// The catalogue does not know the name.
    Catalogue,
}

/// What is only aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Aside {
    /// Tests, examples, documentation.
    Samples,
    /// Private keys in any of them.
    PrivateKeys,
    /// Copies of other projects.
    Copies,
}

impl Change {
    /// `work-3f9c2e10aa`.
    pub(super) fn id(&self) -> Arc<str> {
        let mut hasher = blake3::Hasher::new();
        let mut add = |word: &str| {
            hasher.update(&(word.len() as u64).to_le_bytes());
            hasher.update(word.as_bytes());
        };
        // A new way to make ids would begin with another number.
        add("1");
        add(self.list.name());
        add(self.class.map_or("", FindingClass::name));
        self.what.words(&mut add);
        let hash = hasher.finalize();
        let head = &hash.as_bytes()[..ID_BYTES];
        format!("work-{}", HEXLOWER.encode(head)).into()
    }
}

impl What {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Library(_) => Kind::LibraryUpgrade,
            Self::Configuration(_) => Kind::Configuration,
            Self::Definition(..) => Kind::Definition,
            Self::Code(_) => Kind::Code,
            Self::Dependency(_) => Kind::Dependency,
            Self::PrivateKey(_) | Self::PrivateKeys(_) | Self::Keys(..) => Kind::Key,
            Self::Authority(_) => Kind::Authority,
            Self::TrustStore(_) => Kind::TrustStore,
            Self::Issued(_) | Self::SelfSigned(_) => Kind::Certificates,
            Self::Signatures(_) => Kind::Signatures,
            Self::Keystores | Self::Question(_) => Kind::Question,
            Self::Aside(_) => Kind::Aside,
        }
    }

    /// Everything that tells it from others.
    fn words(&self, add: &mut impl FnMut(&str)) {
        let mut all = |words: &[&str]| words.iter().for_each(|word| add(word));
        match self {
            Self::Library(name) => all(&["library", name]),
            Self::Configuration(path) => all(&["configuration", path]),
            Self::Definition(path, line) => all(&["definition", path, &line.to_string()]),
            Self::Code(code) => code.words("code", add),
            Self::Dependency(part) => {
                let [kind, name] = part.words();
                all(&["dependency", kind, name])
            }
            Self::PrivateKey(asset) => all(&["private key", asset]),
            Self::PrivateKeys(part) => {
                let [kind, name] = part.words();
                all(&["private keys", kind, name])
            }
            Self::Authority(key) => all(&["authority", key]),
            Self::TrustStore(path) => all(&["trust store", path]),
            Self::Issued(Issuer::Known(key)) => all(&["issued by key", key]),
            Self::Issued(Issuer::Named(name)) => all(&["issued by name", &HEXLOWER.encode(name)]),
            Self::SelfSigned(part) => {
                let [kind, name] = part.words();
                all(&["self-signed", kind, name])
            }
            Self::Keys(part, purpose) => {
                let [kind, name] = part.words();
                all(&["keys", kind, name, purpose])
            }
            Self::Signatures(form) => all(&["signatures", form]),
            Self::Keystores => all(&["keystores"]),
            Self::Question(decider) => decider.words(add),
            Self::Aside(aside) => all(&[
                "aside",
                match aside {
                    Aside::Samples => "samples",
                    Aside::PrivateKeys => "private keys",
                    Aside::Copies => "copies",
                },
            ]),
        }
    }
}

impl Code {
    fn words(&self, what: &str, add: &mut impl FnMut(&str)) {
        let [kind, name] = self.part.words();
        let (task, purpose) = self.task.words();
        [what, kind, name, &self.library, task, purpose]
            .into_iter()
            .for_each(&mut *add);
        self.owners.iter().for_each(|owner| add(owner));
    }
}

impl Task {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Secret(purpose) => ("secret", purpose.name()),
            Self::Verify(purpose) => ("verify", purpose.name()),
            Self::Sign(purpose) => ("sign", purpose.name()),
            Self::Named => ("named", ""),
            Self::Unseen => ("unseen", ""),
            Self::Weak => ("weak", ""),
        }
    }
}

impl Decider {
    fn words(&self, add: &mut impl FnMut(&str)) {
        let mut all = |words: &[&str]| words.iter().for_each(|word| add(word));
        match self {
            Self::Environment(name) => all(&["environment", name]),
            Self::Setting(name) => all(&["setting", name]),
            Self::Default(library) => all(&["default", library]),
            Self::Data(library) => all(&["data", library]),
            Self::Callers(code) => code.words("callers", add),
            Self::MachineCode(part) => {
                let [kind, name] = part.words();
                all(&["machine code", kind, name])
            }
            Self::Makers => all(&["makers"]),
            Self::Catalogue => all(&["catalogue"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_the_change_is() {
        let change = |list, path: &str| Change {
            list,
            class: None,
            what: What::Configuration(path.into()),
        };
        let one = change(List::Weak, "etc/nginx.conf").id();
        // A change of this breaks the links of everybody's tickets.
        assert_eq!(&*one, "work-f9dcde2c8a");
        assert_ne!(one, change(List::Unresolved, "etc/nginx.conf").id());
        assert_ne!(one, change(List::Weak, "etc/nginx").id());
    }

    #[test]
    fn no_name_can_imitate_another_change() {
        let keys = |name: &str, purpose| Change {
            list: List::Weak,
            class: None,
            what: What::Keys(Part::Folder(name.to_owned()), purpose),
        };
        assert_ne!(keys("a", "bc").id(), keys("ab", "c").id());
    }
}
